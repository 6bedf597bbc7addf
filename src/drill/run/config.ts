// What the `--name=value` lines of a script set for its run.

import { parseAddress } from '../../wire/index.ts';
import type { Script, ScriptOption } from '../ast.ts';
import { ipVersionOf, suiteOptions } from '../parse/index.ts';
import { UnsupportedError } from './result.ts';

/** Settings of one run. Times in microseconds. */
export interface RunConfig {
  /** Family of the packets. */
  readonly wire: 4 | 6;
  /** AF_INET6 sockets over IPv4 packets. */
  readonly mapped: boolean;
  readonly localIp: string;
  readonly remoteIp: string;
  readonly bindPort: number;
  readonly connectPort: number;
  readonly mtu: number;
  /** An inbound packet with more text stands for several segments of so many octets; 0: none does. */
  readonly mss: number;
  readonly toleranceUs: number;
  /** Of the gap since the previous event; the larger tolerance wins. */
  readonly tolerancePercent: number;
  /** Length of a tick of TS val; 0: TS val is not checked. */
  readonly tsTickUs: number;
  /** An inbound ecr need not be a val seen before. */
  readonly tsEcrScaled: boolean;
  /** `/udp(…)` may stand behind segments: TCP in datagrams. */
  readonly udpEncapsulation: boolean;
  /** The key of MD5 signatures that are `valid`; null: none. */
  readonly md5Secret: string | null;
  /** Segments are not joined to match a longer one of the script. */
  readonly strictSegments: boolean;
  readonly nonFatalPackets: boolean;
  readonly nonFatalSyscalls: boolean;
}

/** Options that change nothing here. */
const WITHOUT_EFFECT = new Set([
  'send_omit_free',
  'init_scripts',
  'code_command',
  'code_format',
  'code_sockopt',
  'speed',
  'gateway_ip',
  'netmask_ip',
  'debug',
  'verbose',
  'define',
  'D',
]);

/** Settings of a run: `args` as on a command line, then the script's own lines, which win. */
export function runConfig(
  script: Script,
  args: readonly ScriptOption[] = [],
): { config: RunConfig; line: number } | { reason: string; line: number } {
  const given = new Map<string, string>();
  const command = script.initCommand?.text ?? '';
  const named = [...args, ...script.options].findLast(({ name }) => name === 'ip_version')?.value;
  const version = named ?? ipVersionOf(command, script.file);
  given.set('ip_version', version);
  for (const o of [...suiteOptions(command, version), ...args, ...script.options]) {
    if (!KNOWN.has(o.name) && !WITHOUT_EFFECT.has(o.name))
      return { reason: `option --${o.name}`, line: o.line };
    given.set(o.name, o.value ?? '');
  }
  const first = script.options[0]?.line ?? 1;
  try {
    return { config: build(given), line: first };
  } catch (e) {
    if (e instanceof UnsupportedError) return { reason: e.message, line: first };
    throw e;
  }
}

const KNOWN = new Set([
  'ip_version',
  'local_ip',
  'remote_ip',
  'bind_port',
  'connect_port',
  'mtu',
  'mss',
  'tolerance_usecs',
  'tolerance_percent',
  'tcp_ts_tick_usecs',
  'tcp_ts_ecr_scaled',
  'strict_segments',
  'udp_encapsulation',
  'tcp_md5_secret',
  'non_fatal',
]);

function build(given: ReadonlyMap<string, string>): RunConfig {
  const version = given.get('ip_version') ?? 'ipv4';
  if (!['ipv4', 'ipv6', 'ipv4-mapped-ipv6'].includes(version))
    throw new UnsupportedError(`--ip_version=${version}`);
  const wire = version === 'ipv6' ? 6 : 4;
  const number = (name: string, otherwise: number): number => {
    const text = given.get(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (text === '' || !Number.isFinite(value) || value < 0) throw new UnsupportedError(`--${name}=${text}`);
    return value;
  };
  const ip = (name: string, otherwise: string): string => {
    const text = (given.get(name) ?? otherwise).replace(/\/\d+$/, '');
    if (parseAddress(text)?.family !== wire)
      throw new UnsupportedError(`--${name}=${text} with --ip_version=${version}`);
    return text;
  };
  const encapsulation = given.get('udp_encapsulation') ?? 'none';
  if (!['none', 'tcp'].includes(encapsulation))
    throw new UnsupportedError(`--udp_encapsulation=${encapsulation}`);
  const lenient = (given.get('non_fatal') ?? '').split(/[, ]+/);
  return {
    wire,
    mapped: version === 'ipv4-mapped-ipv6',
    localIp: ip('local_ip', wire === 4 ? '192.168.0.2' : 'fd3d:fa7b:d17d::2'),
    remoteIp: ip('remote_ip', wire === 4 ? '192.0.2.1' : '2001:db8::1'),
    bindPort: number('bind_port', 8080),
    connectPort: number('connect_port', 8080),
    mtu: number('mtu', 1500),
    mss: number('mss', 0),
    toleranceUs: number('tolerance_usecs', 4000),
    tolerancePercent: number('tolerance_percent', 12.5),
    tsTickUs: number('tcp_ts_tick_usecs', 0),
    tsEcrScaled: given.has('tcp_ts_ecr_scaled'),
    udpEncapsulation: encapsulation === 'tcp',
    md5Secret: given.get('tcp_md5_secret') ?? null,
    strictSegments: given.has('strict_segments'),
    nonFatalPackets: lenient.includes('packet'),
    nonFatalSyscalls: lenient.includes('syscall'),
  };
}
