// What will happen in a world, drawn from its seed as plain data: hosts, connections and what their programs
// do, and faults. Leaving one out does not change the others, so a failure can be made smaller.

import { Random, type WireConfig } from '../../src/sim/index.ts';
import type { TcpConfig } from '../../src/tcp/index.ts';

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

/** Something that happens to the network or to a host. */
export type FaultPlan = { readonly id: number; readonly atUs: number } & (
  | {
      readonly kind: 'wire';
      readonly wire: number;
      readonly way: 'both' | 'a->b' | 'b->a';
      readonly change: WireConfig;
    }
  | {
      readonly kind: 'partition';
      readonly wire: number;
      readonly way: 'both' | 'a->b' | 'b->a';
      readonly forUs: number;
    }
  | {
      readonly kind: 'mtu';
      readonly wire: number;
      readonly mtu: number;
      readonly tells: boolean;
      readonly forUs: number;
    }
  | { readonly kind: 'firewall'; readonly wire: number; readonly forUs: number }
  | { readonly kind: 'crash'; readonly host: number; readonly downUs: number }
  | { readonly kind: 'listener'; readonly host: number; readonly port: number; readonly forUs: number }
  | { readonly kind: 'ping'; readonly host: number; readonly to: number; readonly octets: number }
);

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
}

/** A world. */
export interface Plan {
  readonly seed: number;
  readonly lan: boolean;
  readonly mtu: number;
  readonly hosts: readonly HostPlan[];
  /** The beginning of each wire: one, or one for each host on a switch. */
  readonly wires: readonly WireConfig[];
  readonly connections: readonly ConnectionPlan[];
  readonly faults: readonly FaultPlan[];
}

const pick = <T>(r: Random, of: readonly T[]): T => of[r.int(of.length)] as T;

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
  };
}

/** A wire from perfect to bad. `worst`: highest probability of loss. */
export function randomWire(r: Random, worst: number, corrupt: boolean): WireConfig {
  const config: WireConfig = { delayUs: pick(r, [0, 100, 10_000, 80_000, 300_000]) };
  if (r.chance(0.15)) return config;
  if (r.chance(0.6)) config.loss = r.float() * worst;
  if (r.chance(0.4)) config.duplicate = r.float() * 0.3;
  if (corrupt && r.chance(0.4)) config.corrupt = r.float() * 0.1;
  if (r.chance(0.4)) config.jitterUs = r.int(50_000);
  if (r.chance(0.3)) config.keepOrder = true;
  if (r.chance(0.4))
    config.reorder = { probability: r.float() * 0.3, extraDelayUs: pick(r, [1000, 30_000, 400_000]) };
  if (r.chance(0.3)) {
    config.bandwidthBps = pick(r, [30_000, 100_000, 1_000_000, 50_000_000]);
    config.queuePackets = pick(r, [3, 20, 1000]);
  }
  return config;
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
  };
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

function randomFault(
  r: Random,
  id: number,
  wires: number,
  hosts: number,
  spanUs: number,
  worst: number,
  lan: boolean,
): FaultPlan {
  const base = { id, atUs: r.int(spanUs) };
  const wire = r.int(wires);
  const way = pick(r, ['both', 'a->b', 'b->a'] as const);
  switch (r.int(13)) {
    case 0:
    case 1:
    case 2:
      return {
        ...base,
        kind: 'wire',
        wire,
        way,
        change: {
          loss: 0,
          duplicate: 0,
          corrupt: 0,
          jitterUs: 0,
          bandwidthBps: Infinity,
          ...randomWire(r, worst, !lan),
        },
      };
    case 3:
    case 4:
      return { ...base, kind: 'partition', wire, way, forUs: pick(r, [200_000, 5_000_000, 60_000_000]) };
    case 5:
    case 6:
    case 7:
      return {
        ...base,
        kind: 'mtu',
        wire,
        mtu: pick(r, [576, 1000, 1280, 1400]),
        tells: r.chance(0.85),
        forUs: pick(r, [2_000_000, 60_000_000]),
      };
    case 8:
    case 9:
      return { ...base, kind: 'crash', host: r.int(hosts), downUs: pick(r, [0, 1_000_000, 30_000_000]) };
    case 10:
      return {
        ...base,
        kind: 'listener',
        host: r.int(hosts),
        port: pick(r, [80, 81]),
        forUs: pick(r, [0, 3_000_000]),
      };
    case 11:
      return { ...base, kind: 'firewall', wire, forUs: pick(r, [200_000, 5_000_000]) };
    default:
      return { ...base, kind: 'ping', host: r.int(hosts), to: r.int(hosts), octets: r.int(1200) };
  }
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
  const lan = r.chance(0.4);
  const hosts = lan ? 3 + r.int(3) : 2;
  const wires = lan ? hosts : 1;
  const worst = lan ? 0.1 : 0.25; // on a switch a packet crosses two wires
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
  return {
    seed,
    lan,
    mtu: pick(r, [1500, 1500, 1280, 9000]),
    hosts: plans,
    // Two flipped bits, one on each wire, can escape a checksum: no corruption on a switch.
    wires: each(wires, 'wire').map((w) =>
      perfect ? { delayUs: pick(w, [0, 1000, 50_000]) } : randomWire(w, worst, !lan),
    ),
    connections: each(connections, 'connection')
      .map((c, i) => randomConnection(c, i, plans, spanUs, calm))
      .map((c) => (roomy ? roomyConnection(c) : c)),
    faults: each(faults, 'fault').map((f, i) => randomFault(f, i, wires, hosts, 3 * spanUs, worst, lan)),
  };
}
