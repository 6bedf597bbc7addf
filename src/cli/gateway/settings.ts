// What the arguments of `gateway` say.

import {
  dohUpstream,
  type ForwardOptions,
  type GuestFaults,
  type PolicyOptions,
} from '../../gateway/index.ts';
import type { NodeGatewayOptions } from '../../gateway/node/index.ts';
import { OptionRangeError, OptionTypeError } from '../../options/index.ts';
import { optionText, optionTexts, parsePort, parseWhole, UsageError, type Values } from '../command.ts';
import { faultSettings } from '../network.ts';
import type { FaultSettings } from './guests.ts';

/** For `util.parseArgs`. */
export const gatewayArguments = {
  listen: { type: 'string', multiple: true },
  forward: { type: 'string', short: 'L', multiple: true },
  allow: { type: 'string', multiple: true },
  deny: { type: 'string', multiple: true },
  answer: { type: 'string' },
  'host-loopback': { type: 'string' },
  name: { type: 'string', multiple: true },
  doh: { type: 'string' },
  network: { type: 'string' },
  mtu: { type: 'string' },
  'guests-meet': { type: 'boolean' },
  ntp: { type: 'boolean' },
  loss: { type: 'string' },
  duplicate: { type: 'string' },
  reorder: { type: 'string' },
  delay: { type: 'string' },
  seed: { type: 'string' },
  fault: { type: 'string', multiple: true },
  pcap: { type: 'string' },
  audit: { type: 'string' },
  api: { type: 'string' },
} as const;

/** The arguments, understood. */
export interface GatewaySettings {
  readonly listen: readonly string[];
  readonly forwards: readonly ForwardOptions[];
  readonly gateway: NodeGatewayOptions;
  readonly mtu: number;
  readonly faults: FaultSettings;
  readonly pcap: string | undefined;
  readonly audit: string | undefined;
  readonly api: string | undefined;
}

/** Throws a {@link UsageError}. */
export function gatewaySettings(values: Values): GatewaySettings {
  const listen = optionTexts(values, 'listen');
  if (listen.length === 0) throw new UsageError('gatewayNowhere');
  const mtu = parseWhole(optionText(values, 'mtu') ?? '1500', '--mtu', 1280, 65_520);
  const allow = optionTexts(values, 'allow');
  const answer = optionText(values, 'answer');
  if (answer !== undefined && !['rst', 'drop', 'icmp'].includes(answer))
    throw new UsageError('notOneOf', { what: '--answer', choices: 'rst, drop, icmp', text: answer });
  const policy: PolicyOptions = {
    ...(allow.length === 0 ? {} : { allow }),
    deny: optionTexts(values, 'deny'),
    ...(answer === undefined ? {} : { answer: answer as 'rst' | 'drop' | 'icmp' }),
  };
  const network = optionText(values, 'network');
  const doh = optionText(values, 'doh');
  return {
    listen,
    forwards: optionTexts(values, 'forward').map(forwardOf),
    mtu,
    gateway: {
      policy,
      mtu,
      ...(network === undefined ? {} : { network }),
      guestsMeet: values['guests-meet'] === true,
      ntp: values['ntp'] === true,
      hostLoopback: loopbackOf(optionText(values, 'host-loopback')),
      dns: {
        hosts: Object.fromEntries(optionTexts(values, 'name').map(nameOf)),
        ...(doh === undefined ? {} : { upstream: understood(() => dohUpstream(doh)) }),
      },
    },
    faults: faultsOf(values),
    pcap: optionText(values, 'pcap'),
    audit: optionText(values, 'audit'),
    api: optionText(values, 'api'),
  };
}

/** `guest1 loss 2% delay 100`: of one guest; without its name, of all that have none of their own. */
function faultsOf(values: Values): FaultSettings {
  const of = new Map<string, GuestFaults>();
  let all: GuestFaults | undefined = faultSettings(values);
  for (const text of optionTexts(values, 'fault')) {
    const words = text.trim().split(/[\s,]+/);
    const guest = words.length % 2 === 1 ? words.shift() : undefined;
    const given = { seed: optionText(values, 'seed') } as Record<string, string | undefined>;
    for (let n = 0; n < words.length; n += 2) {
      const [kind = '', value] = words.slice(n, n + 2);
      if (!FAULTS.includes(kind)) throw new UsageError('gatewayBadFault', { text });
      given[kind] = value;
    }
    const faults = faultSettings(given);
    if (words.length === 0 || guest === '') throw new UsageError('gatewayBadFault', { text });
    if (guest !== undefined) of.set(guest, faults ?? {});
    else all = faults;
  }
  return { all, of };
}

const FAULTS: readonly string[] = ['loss', 'duplicate', 'reorder', 'delay', 'seed'];

/** What options objects say of themselves, as a wrong argument. */
export function understood<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    const isTold =
      error instanceof OptionTypeError || error instanceof OptionRangeError || error instanceof TypeError;
    if (!isTold) throw error;
    throw new UsageError('gatewayBadOption', { why: error.message });
  }
}

function forwardOf(text: string): ForwardOptions {
  const parts = /^(?:(tcp|udp):)?(?:(\[[^\]]+\]|[\d.]+|localhost):(?=\d+:))?(\d+):(?:([^:\s]+):)?(\d+)$/.exec(
    text,
  );
  if (parts === null) throw new UsageError('gatewayBadForward', { text });
  const [, protocol, address, port = '', guest, guestPort = ''] = parts;
  return {
    ...(protocol === 'udp' ? { protocol } : {}),
    ...(address === undefined ? {} : { address: address.replace(/[[\]]/g, '') }),
    port: parseWhole(port, '-L', 0, 65_535),
    ...(guest === undefined ? {} : { guest }),
    guestPort: parsePort(guestPort, '-L'),
  };
}

function nameOf(text: string): [name: string, address: string] {
  const parts = /^([^=]+)=(.+)$/.exec(text);
  if (parts === null) throw new UsageError('gatewayBadName', { text });
  return [parts[1] as string, parts[2] as string];
}

function loopbackOf(text: string | undefined): boolean | number[] {
  if (text === undefined) return false;
  return text === 'all' ? true : text.split(',').map((port) => parsePort(port, '--host-loopback'));
}
