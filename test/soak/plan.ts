// What will happen in a world, drawn from its seed as plain data: hosts, connections and what their programs
// do, and faults. Leaving one out does not change the others, so a failure can be made smaller.

import { Random, type WireConfig } from '../../src/sim/index.ts';
import type { TcpConfig } from '../../src/tcp/index.ts';
import { pick, randomBirth, randomSpan } from '../support/dice.ts';
import { type FaultPlan, randomFault, randomWire } from './faults.ts';

/** How an end leaves. */
export type Leave =
  /** Half-close after everything was written; reads to the end. */
  | 'end'
  /** The same, but only after the peer's end. */
  | 'end-last'
  /** Closes both directions after everything was written. */
  | 'close'
  /** Aborts after `quitAfterUs`. */
  | 'abort'
  /** Half-close, then abort after `quitAfterUs`. */
  | 'end-abort'
  /** Never reads from some time on, until its patience is over; then closes. */
  | 'sleep';

/** What the program of one end does. */
export interface Program {
  readonly octets: number;
  readonly mostAtOnce: number;
  /** Probability of a pause after a write, and its length. */
  readonly writePause: number;
  readonly writePauseUs: number;
  readonly readAtOnce: number;
  readonly readPause: number;
  readonly readPauseUs: number;
  readonly leave: Leave;
  /** Microseconds after it began. */
  readonly quitAfterUs: number;
  readonly noDelay: boolean;
  readonly cork: boolean;
  readonly urgent: boolean;
  readonly userTimeoutMs: number;
  /** `read` and `write` with promises instead of `take` and `offer` with callbacks. */
  readonly promises: boolean;
  /** Probability that such a call has a `timeout` or a `signal`, and when that ends it. */
  readonly impatience: number;
  readonly patienceUs: number;
  /** Silences that it stays over, with something left to write after each. */
  readonly rests: number;
  /** Its keep-alives until the last of them is over: the idle time; 0: none. */
  readonly restKeepAliveMs: number;
}

/** One connection. */
export interface ConnectionPlan {
  readonly kind: 'connection';
  readonly id: number;
  readonly atUs: number;
  readonly from: number;
  readonly to: number;
  readonly family: 4 | 6;
  readonly port: number;
  /** Both ends open at once, from these ports: simultaneous open. */
  readonly simultaneous: boolean;
  /** 0: ephemeral. */
  readonly localPort: number;
  readonly client: Program;
  readonly server: Program;
}

/** Settings of one host. */
export interface HostPlan {
  readonly tcp: Partial<TcpConfig>;
  /** Octets of its Memory at most. */
  readonly memory: number;
  readonly backlog: number;
  readonly synBacklog: number;
  readonly synCookies: boolean;
  readonly timeWaitCapacity: number;
  readonly ports: { first: number; last: number };
  /** By how much its clock is ahead of the world's. */
  readonly aheadUs: number;
}

/** All programs that stay over it wait, and nothing new begins. */
export interface Silence {
  readonly id: number;
  /** In the time of the plan, in which silences do not count. */
  readonly atUs: number;
  readonly forUs: number;
}

/** How the hosts are connected: by a wire, by two with a router between them, or by a switch. */
export type Topology = 'wire' | 'router' | 'switch';

/** A world. */
export interface Plan {
  readonly seed: number;
  readonly topology: Topology;
  readonly mtu: number;
  /** MTU of the router's interface to the second host. */
  readonly farMtu: number;
  /** The time of the world when the plan begins. */
  readonly bornUs: number;
  readonly silences: readonly Silence[];
  readonly hosts: readonly HostPlan[];
  /** The beginning of each wire: one, or one for each host. */
  readonly wires: readonly WireConfig[];
  readonly connections: readonly ConnectionPlan[];
  readonly faults: readonly FaultPlan[];
}

/** Settings of a connection. Timeouts are short where the RFC allows it: a world is to end. */
function randomConfig(r: Random, bulk: boolean): Partial<TcpConfig> {
  const minMss = pick(r, [28, 48, 536]);
  return {
    mslMs: pick(r, [500, 2000, 30_000]),
    sendBuffer: bulk ? 262_144 : pick(r, [1, 200, 500, 4096, 65_536, 262_144]),
    receiveBuffer: bulk ? pick(r, [65_535, 262_144]) : pick(r, [1, 100, 300, 2048, 65_535, 65_536, 262_144]),
    windowScale: r.chance(0.7),
    timestamps: r.chance(0.7),
    sack: r.chance(0.7),
    noDelay: r.chance(0.3),
    delayedAckMs: pick(r, [0, 40, 200, 499]),
    // Only keep-alives tell an end that there is no other (RFC 9293 section 3.8.4).
    keepAlive: true,
    keepAliveIdleMs: pick(r, [3000, 20_000, 120_000]),
    keepAliveIntervalMs: pick(r, [500, 5000]),
    keepAliveCount: pick(r, [3, 9]),
    maxRanges: pick(r, [1, 4, 64]),
    minRtoMs: pick(r, [50, 200, 1000]),
    maxRtoMs: pick(r, [2000, 60_000]),
    finWait2Ms: pick(r, [1000, 60_000]),
    r2Ms: pick(r, [100_000, 924_600]),
    synR2Ms: pick(r, [180_000, 20_000]),
    synAckR2Ms: pick(r, [180_000, 20_000]),
    maxMss: r.chance(0.15) ? Math.max(minMss, pick(r, [48, 100, 536])) : 0,
    minMss,
    initialWindow: pick(r, [1, 4, 10]),
    // 0, no limit, lets two ends answer each other's old ACKs on a network that doubles packets.
    challengeAckMs: pick(r, [100, 500]),
  };
}

function randomHost(r: Random, small: boolean, bulk: boolean): HostPlan {
  const synBacklog = pick(r, [256, 256, 3, 1, 0]);
  return {
    tcp: randomConfig(r, bulk),
    memory: small ? pick(r, [64 * 1024, 256 * 1024]) : 2 ** 28,
    backlog: pick(r, [1, 4, 128]),
    synBacklog,
    // Without cookies and without a queue there is no way in.
    synCookies: synBacklog < 3 || r.chance(0.7),
    timeWaitCapacity: pick(r, [65_536, 65_536, 2]),
    ports: r.chance(0.2) ? { first: 50_000, last: 50_007 } : { first: 49_152, last: 65_535 },
    aheadUs: r.chance(0.7) ? 0 : randomBirth(r),
  };
}

/** Octets at most: few where they go one by one. */
function most(from: HostPlan, to: HostPlan, atOnce: number): number {
  const buffer = Math.min(from.tcp.sendBuffer ?? 0, to.tcp.receiveBuffer ?? 0, 10 * atOnce);
  return buffer < 100 ? 100 : buffer < 2000 ? 3000 : 300_000;
}

function randomProgram(r: Random, from: HostPlan, to: HostPlan, calm: boolean): Program {
  const mostAtOnce = pick(r, [1, 10, 500, 5000, 100_000]);
  return {
    octets: Math.min(r.int(pick(r, [1, 10, 3000, 30_000, 120_000, 300_000])), most(from, to, mostAtOnce)),
    mostAtOnce,
    writePause: pick(r, [0, 0.05, 0.5]),
    writePauseUs: pick(r, [1000, 300_000, 5_000_000]),
    readAtOnce: pick(r, [1, 100, 2000, 0x7fffffff, 0x7fffffff]),
    readPause: pick(r, [0, 0.05, 0.3]),
    readPauseUs: pick(r, [1000, 300_000, 8_000_000]),
    leave: calm
      ? pick<Leave>(r, ['end', 'end', 'end-last'])
      : pick<Leave>(r, ['end', 'end-last', 'close', 'abort', 'end-abort', 'sleep']),
    quitAfterUs: r.int(pick(r, [100_000, 2_000_000, 30_000_000, 200_000_000])),
    noDelay: r.chance(0.3),
    cork: r.chance(0.1),
    urgent: r.chance(0.1),
    userTimeoutMs: !calm && r.chance(0.2) ? pick(r, [3000, 30_000]) : 0,
    promises: r.chance(0.3),
    impatience: pick(r, [0, 0.1, 0.5]),
    patienceUs: pick(r, [0, 1000, 300_000, 30_000_000]),
    rests: 0,
    restKeepAliveMs: 0,
  };
}

/** Both ends stay over silences, each with keep-alives that are few enough, or without. */
function resting(r: Random, c: ConnectionPlan, silences: readonly Silence[]): ConnectionPlan {
  if (silences.length === 0 || r.chance(0.4)) return c;
  const rests = 1 + r.int(silences.length);
  const longest = Math.max(...silences.map(({ forUs }) => forUs));
  const rest = (p: Program): Program => ({
    ...p,
    rests,
    restKeepAliveMs: r.chance(0.4) ? 0 : Math.min(2 ** 30, Math.ceil(longest / 1000 / pick(r, [3, 20, 50]))),
  });
  return { ...c, client: rest(c.client), server: rest(c.server) };
}

function randomConnection(
  r: Random,
  id: number,
  plans: readonly HostPlan[],
  spanUs: number,
  calm: boolean,
): ConnectionPlan {
  const from = r.int(plans.length);
  const others = [...Array(plans.length).keys()].filter((h) => h !== from);
  const simultaneous = r.chance(0.06);
  const loopback = !simultaneous && r.chance(0.05);
  const to = loopback ? from : pick(r, others);
  const [left, right] = [plans[from] as HostPlan, plans[to] as HostPlan];
  const client = randomProgram(r, left, right, calm);
  return {
    kind: 'connection',
    id,
    atUs: r.int(spanUs),
    from,
    to,
    family: pick(r, [4, 6]),
    port: simultaneous ? 6000 + id : pick(r, [80, 80, 81]),
    simultaneous,
    localPort: simultaneous ? 7000 + id : r.chance(0.15) ? 5555 : 0,
    // Two programs that each wait for the other's end would wait for ever.
    client: client.leave === 'end-last' ? { ...client, leave: 'end' } : client,
    server: randomProgram(r, right, left, calm),
  };
}

function roomyHost(h: HostPlan): HostPlan {
  const tcp = { ...h.tcp, sendBuffer: 65_536, receiveBuffer: 262_144, minRtoMs: 1000, maxRtoMs: 60_000 };
  return { ...h, synBacklog: 256, tcp };
}

function roomyConnection(c: ConnectionPlan): ConnectionPlan {
  const { client, server } = c;
  return {
    ...c,
    simultaneous: false,
    client: { ...client, readPause: 0 },
    server: { ...server, readPause: 0 },
  };
}

/** The world of a seed. */
export function planOf(seed: number): Plan {
  const r = new Random(`soak ${seed}`);
  const topology = pick<Topology>(r, ['switch', 'switch', 'wire', 'wire', 'router']);
  const hosts = topology === 'switch' ? 3 + r.int(3) : 2;
  const wires = topology === 'wire' ? 1 : hosts;
  // A packet that crosses two wires: lost twice as often, and two flipped bits, one on each, can escape a
  // checksum.
  const one = wires === 1;
  const worst = one ? 0.25 : 0.1;
  const small = r.chance(0.1);
  /** Large buffers and more to send: congestion, and packets as long as the path allows. */
  const bulk = r.chance(0.3);
  /** Nothing goes wrong: then nothing may. */
  const perfect = r.chance(0.1);
  /** And nobody has to wait: then nothing may be sent twice. */
  const roomy = perfect && r.chance(0.5);
  const calm = perfect || r.chance(0.5);
  const spanUs = bulk ? 1_000_000 : pick(r, [1_000_000, 20_000_000, 120_000_000]);
  const connections = 1 + r.int(bulk ? 6 : pick(r, [3, 10, 40]));
  const faults = perfect || r.chance(0.3) ? 0 : r.int(8);
  const each = (n: number, what: string): Random[] =>
    Array.from({ length: n }, (_, i) => r.fork(`${what} ${i}`));
  const plans = each(hosts, 'host')
    .map((h) => randomHost(h, small && !bulk && !perfect, bulk))
    .map((h) => (roomy ? roomyHost(h) : h));
  const mtu = pick(r, [1500, 1500, 1280, 9000]);
  const bornUs = r.chance(0.5) ? 0 : randomBirth(r);
  const silences = each(r.chance(0.4) ? 0 : 1 + r.int(3), 'silence')
    .map((s, id) => ({ id, atUs: s.int(2 * spanUs), forUs: randomSpan(s) }))
    .sort((a, b) => a.atUs - b.atUs);
  return {
    seed,
    topology,
    mtu,
    farMtu: perfect ? mtu : Math.min(mtu, pick(r, [1280, 1400, 9000])),
    bornUs,
    silences,
    hosts: plans,
    wires: each(wires, 'wire').map((w) =>
      perfect ? { delayUs: pick(w, [0, 1000, 50_000]) } : randomWire(w, worst, one),
    ),
    connections: each(connections, 'connection')
      .map((c, i) => resting(c, randomConnection(c, i, plans, spanUs, calm), silences))
      .map((c) => (roomy ? roomyConnection(c) : c)),
    faults: each(faults, 'fault').map((f, i) => randomFault(f, i, wires, hosts, 3 * spanUs, worst, one)),
  };
}
