// The options of every command that puts a host on a TUN device, and the host that they describe.

import type { ParseArgsConfig } from 'node:util';
import { Host } from '../host/index.ts';
import type { Lang } from '../lab/text/index.ts';
import { PcapngWriter } from '../link/index.ts';
import {
  type Attachment,
  type AttachOptions,
  attachTun,
  peerAddresses,
  RealClock,
  TunError,
} from '../link/tun/index.ts';
import type { WireOptions } from '../sim/index.ts';
import { Memory } from '../wire/index.ts';
import { parseAddressArgument, parseCidrArgument } from './address-arguments.ts';
import { CaptureFile } from './capture-file.ts';
import {
  optionText,
  optionTexts,
  parseMilliseconds,
  parseProbability,
  parseWhole,
  requiredText,
  UsageError,
  type Values,
} from './command.ts';
import { type MessageKey, messages, t } from './messages.ts';

/** For `util.parseArgs`. */
export const networkOptions = {
  tun: { type: 'string' },
  address: { type: 'string', multiple: true },
  peer: { type: 'string', multiple: true },
  mtu: { type: 'string' },
  pcap: { type: 'string' },
  loss: { type: 'string' },
  duplicate: { type: 'string' },
  reorder: { type: 'string' },
  delay: { type: 'string' },
  seed: { type: 'string' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** What the options say. */
export interface NetworkSettings {
  readonly tun: string;
  readonly addresses: readonly string[];
  readonly peers: readonly string[];
  readonly mtu: number;
  readonly pcap: string | undefined;
  readonly faults: (WireOptions & { seed: number | string }) | undefined;
}

/** What a host may use at most. */
export interface HostLimits {
  /** Octets of packets and of buffers. */
  readonly memoryBytes?: number;
  readonly connections?: number;
}

/** The file of the capture cannot be written. */
export class CaptureError extends Error {}

/** Octets of the capture that are collected before they are written. */
const CAPTURE_CHUNK = 64 * 1024;
/** A packet that is overtaken is late by a quarter of the delay, and by this many µs at least. */
const LEAST_REORDER_US = 1000;

/** Reads the options. Throws a {@link UsageError}. */
export function networkSettings(values: Values): NetworkSettings {
  const tun = requiredText(values, 'tun');
  if (tun.length > 15 || /[/\s]/.test(tun)) throw new UsageError('badTunName', { text: tun });
  const addresses = optionTexts(values, 'address');
  const peers = optionTexts(values, 'peer');
  if (addresses.length === 0) throw new UsageError('needsOption', { option: '--address' });
  if (peers.length === 0) throw new UsageError('needsOption', { option: '--peer' });
  const six = addresses.map((text) => parseCidrArgument(text, '--address').address.family === 6);
  for (const text of peers) parseAddressArgument(text, '--peer');
  try {
    peerAddresses(addresses, peers);
  } catch {
    throw new UsageError('peersDoNotMatch', { peers: peers.join(', '), addresses: addresses.join(', ') });
  }
  const mtu = parseWhole(
    optionText(values, 'mtu') ?? '1500',
    '--mtu',
    six.includes(true) ? 1280 : 68,
    65_535,
  );
  return { tun, addresses, peers, mtu, pcap: optionText(values, 'pcap'), faults: faultSettings(values) };
}

/** What befalls packets, by the options; undefined: nothing. Throws a {@link UsageError}. */
export function faultSettings(values: Values): NetworkSettings['faults'] {
  const probability = (name: string): number =>
    parseProbability(optionText(values, name) ?? '0', `--${name}`);
  const seed = parseWhole(optionText(values, 'seed') ?? '1', '--seed', 0, 2 ** 32 - 1);
  const delayUs = Math.round(parseMilliseconds(optionText(values, 'delay') ?? '0', '--delay') * 1000);
  const loss = probability('loss');
  const duplicate = probability('duplicate');
  const reorder = probability('reorder');
  if (loss + duplicate + reorder + delayUs === 0) return undefined;
  const extraDelayUs = Math.max(Math.round(delayUs / 4), LEAST_REORDER_US);
  return { seed, delayUs, loss, duplicate, reorder: { probability: reorder, extraDelayUs } };
}

/** A host on a TUN device. */
export interface Network {
  readonly host: Host;
  readonly clock: RealClock;
  readonly attachment: Attachment;
  /** Takes the device away and closes the capture. */
  close(): void;
}

/**
 * Makes the host and its device. `prepare` sees the host before its first packet; `onGone` is called when
 * somebody deletes the device. Rejects with a TunError or a {@link CaptureError}.
 */
export async function openNetwork(
  settings: NetworkSettings,
  options: {
    name: string;
    /** One that drives itself; without it one is made, which is driven from its device. */
    host?: Host;
    prepare?: (host: Host) => void;
    watch?: AttachOptions['watch'];
    onGone: (error: TunError) => void;
    /** The capture has ended; the network goes on. */
    onCaptureFailed: (error: CaptureError) => void;
    /** Bounds of the host. */
    limits?: HostLimits;
  },
): Promise<Network> {
  const clock = (options.host?.clock as RealClock | undefined) ?? new RealClock();
  const { memoryBytes, connections } = options.limits ?? {};
  const host =
    options.host ??
    new Host({
      name: options.name,
      clock,
      ...(memoryBytes === undefined ? {} : { memory: new Memory({ max: memoryBytes }) }),
      ...(connections === undefined ? {} : { connectionCapacity: connections }),
    });
  options.prepare?.(host);
  const { tun, addresses, peers, mtu, pcap, faults } = settings;
  let file: CaptureFile | undefined;
  const failed = (error: Error): CaptureError => new CaptureError(error.message);
  try {
    if (pcap !== undefined) file = new CaptureFile(pcap, (error) => options.onCaptureFailed(failed(error)));
  } catch (error) {
    throw failed(error as Error);
  }
  const sink = (octets: Uint8Array): void => file?.write(octets);
  try {
    const attachment = await attachTun(host, {
      name: tun,
      addresses,
      peers,
      mtu,
      onError: options.onGone,
      ...(file === undefined
        ? {}
        : { capture: new PcapngWriter(sink, { epochUs: clock.epochUs, chunkBytes: CAPTURE_CHUNK }) }),
      ...(faults === undefined ? {} : { faults }),
      ...(options.watch === undefined ? {} : { watch: options.watch }),
    });
    return {
      host,
      clock,
      attachment,
      close: () => {
        attachment.close();
        file?.close();
      },
    };
  } catch (error) {
    file?.close();
    throw error;
  }
}

/** One line about what the machine refused, in the user's language; null for an error that is none of these. */
export function networkErrorText(lang: Lang, error: unknown, tun: string): string | null {
  if (error instanceof CaptureError) return t(lang, 'captureFailed', { message: error.message });
  if (!(error instanceof TunError)) return null;
  const key = `tun${error.code}`;
  if (key in messages) return t(lang, key as MessageKey, { tun });
  return t(lang, 'tunFailed', { tun, message: error.message });
}
