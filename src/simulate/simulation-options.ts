// What a simulation is told when it is made: its options, how they are checked, and its seed.

import type { ProfileName } from '../host/index.ts';
import {
  either,
  flag,
  like,
  list,
  nested,
  oneOf,
  realOrInfinity,
  Schema,
  seed,
  text,
} from '../options/index.ts';
import { type TcpConfig, tcpOptions } from '../tcp/index.ts';
import { type LinkOptions, linkOptions } from './network/index.ts';
import { FOREIGN } from './node/index.ts';
import { type Duration, duration } from './units.ts';

/** Options of {@link simulate}. */
export interface SimulationOptions {
  /** Seed of all randomness: of faults, ports, sequence numbers, Math.random. Default: SYNFIN_SEED, else 1. */
  seed?: number | string;
  /** What every link is like of which nothing else was said. Default `{ rtt: '1ms' }`. */
  network?: LinkOptions;
  /** Virtual time after which it is given up. Default `'7d'`. */
  maxTime?: Duration;
  /** The wall clock of hosts at the beginning. Default 2030-01-01T00:00:00Z. */
  date?: Date | string;
  /** Settings of all hosts' connections. */
  tcp?: Partial<TcpConfig>;
  /** What the TCP of all hosts is like. Default 'linux'. */
  profile?: ProfileName;
  /** Whether hosts have IPv6 addresses, too (fd00::…), and their names lead to both. Default false. */
  ipv6?: boolean;
  /**
   * Whether what a host imports or requires while it runs is its own, made anew at each start ('own', the default), or as
   * everywhere else in the process ('shared'). What the test file itself imports is shared in any case.
   */
  modules?: 'own' | 'shared';
  /**
   * How fast virtual time passes: 1 is real time, for a debugger; 10 ten times as fast. The run is the same. Default: SYNFIN_SPEED,
   * else as fast as can be.
   */
  speed?: number;
  /** Whether `sim.trace` has lines. Default true; bulk transfers are faster without. */
  trace?: boolean;
  /**
   * What of the machine programs may use all the same: 'child_process', 'worker_threads', 'pipe', 'fs.watch'.
   * Their time is real: nothing of what they do repeats. Default: none.
   */
  passthrough?: readonly string[];
}

export const simulationOptions = new Schema<SimulationOptions>('simulate', {
  seed,
  network: nested(linkOptions),
  maxTime: duration,
  date: either(like('a Date', 'getTime'), text),
  tcp: nested(tcpOptions),
  profile: oneOf('rfc', 'linux', 'freebsd'),
  ipv6: flag,
  modules: oneOf('own', 'shared'),
  trace: flag,
  speed: realOrInfinity(0.001),
  passthrough: list(oneOf(...new Set(Object.values(FOREIGN)))),
});

/** How fast time passes. @throws OptionRangeError for what SYNFIN_SPEED cannot be */
export function speedOf({ speed }: SimulationOptions): number {
  const asked = process.env['SYNFIN_SPEED'] || undefined;
  if (speed !== undefined || asked === undefined) return speed ?? Number.POSITIVE_INFINITY;
  simulationOptions.kinds.speed.check(Number(asked), 'simulate', 'SYNFIN_SPEED');
  return Number(asked);
}

/** A seed as text that is a number is that number: SYNFIN_SEED=7 repeats what `{ seed: 7 }` did. */
export function seedFrom(seed: number | string): number | string {
  return typeof seed === 'string' && /^\d{1,15}$/.test(seed) ? Number(seed) : seed;
}
