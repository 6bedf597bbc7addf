// What is measured of a stack on a bad network: goodput and queue of a bulk flow, the time of a transfer, of short flows,
// of those whose last segment is lost, and how two flows share a bottleneck. Each is begun on lanes of its own; many run
// at once in one world.

import type { Action, WireOptions, World } from '../../src/sim/index.ts';
import { SYN } from '../../src/wire/index.ts';
import { type Cell, type Path, RATE_BPS } from './cells.ts';
import { Flow } from './flow.ts';
import type { Lane } from './hosts.ts';

/** Octets of a short flow: seven segments, which the initial window covers. */
const SHORT_OCTETS = 10_000;
/** Between the beginnings of two short flows. */
const SHORT_EVERY_US = 20_000;
/** Transferred in cells with reordering. */
const TRANSFER_OCTETS = 2_000_000;
/** Whatever is not there by then is never there. */
export const LIMIT_US = 20e6;

/** What one run of a cell measured; which fields there are depends on its kind. */
export interface Measured {
  /** Goodput of each flow. */
  readonly mbps?: readonly number[];
  /** Of flows that shared a bottleneck: what each moved. */
  readonly shares?: readonly (readonly number[])[];
  /** Mean waiting time in front of the bottleneck. */
  readonly queueMs?: readonly number[];
  /** Times from OPEN to the last octet, sorted; null for what did not come. */
  readonly ms?: readonly (number | null)[];
}

/** A measurement under way. */
export interface Running {
  done(): boolean;
  result(): Measured;
}

/** The wire of a path: bottleneck and queue in both directions, which share delay and loss; data are reordered, ACKs not. */
export function wireOf(path: Path): WireOptions {
  const { rttMs, loss = 0, queue = 1, reorder } = path;
  return {
    delayUs: rttMs * 500,
    bandwidthBps: RATE_BPS,
    queuePackets: Infinity,
    queueBytes: Math.ceil((RATE_BPS / 8) * (rttMs / 1000) * queue),
    loss,
    ...(reorder === undefined ? {} : { aToB: { reorder } }),
  };
}

/** Connections that a cell opens on each of its lanes. */
export function flowsOf(cell: Cell): number {
  switch (cell.kind) {
    case 'short':
      return 200;
    case 'tail':
    case 'tail-open':
      return 20;
    case 'fair':
    case 'fair-own':
      return 2;
    default:
      return 1;
  }
}

/** Begins what is measured in `cell` on its lanes. */
export function begin(world: World, lanes: readonly Lane[], cell: Cell): Running {
  switch (cell.kind) {
    case 'bulk':
      return bulk(world, lanes, cell.seconds * 1e6);
    case 'fair':
    case 'fair-own':
      return sharing(world, lanes, cell.seconds * 1e6);
    case 'transfer':
      return timed(world, lanes, 1, () => new Flow(TRANSFER_OCTETS));
    case 'tail-open':
      for (const lane of lanes) loseTails(lane);
      return timed(world, lanes, flowsOf(cell), () => new Flow(SHORT_OCTETS));
    case 'tail':
      for (const lane of lanes) loseTails(lane);
      return timed(world, lanes, flowsOf(cell), () => new Flow(SHORT_OCTETS, true));
    case 'short':
      return timed(world, lanes, flowsOf(cell), () => new Flow(SHORT_OCTETS, true));
  }
}

/** Looks at the queue in front of a lane's bottleneck every millisecond. */
class QueueWatch implements Action {
  readonly #world: World;
  readonly #lane: Lane;
  #looks = 0;
  #octets = 0;

  constructor(world: World, lane: Lane) {
    this.#world = world;
    this.#lane = lane;
    world.schedule(world.now() + 1000, this);
  }

  run(nowUs: number): void {
    this.#looks++;
    this.#octets += this.#lane.wire.ab.queued.bytes;
    this.#world.schedule(nowUs + 1000, this);
  }

  /** Mean waiting time of the queue. */
  get meanMs(): number {
    return (this.#octets / this.#looks) * (8000 / RATE_BPS);
  }
}

/** A bulk flow on every lane for `us`. */
function bulk(world: World, lanes: readonly Lane[], us: number): Running {
  const flows = lanes.map(() => new Flow(Infinity));
  const watches = lanes.map((lane) => new QueueWatch(world, lane));
  for (const [i, lane] of lanes.entries()) lane.open(flows[i] as Flow);
  const measured = after(world, us, () => ({
    mbps: flows.map((flow) => (flow.received * 8) / us),
    queueMs: watches.map((watch) => watch.meanMs),
  }));
  return { done: () => measured.value !== null, result: () => measured.value as Measured };
}

/** Two flows through one bottleneck on every lane; what each moved in the second half of `us`. */
function sharing(world: World, lanes: readonly Lane[], us: number): Running {
  const pairs = lanes.map((lane) => {
    const pair = [new Flow(Infinity), new Flow(Infinity)];
    for (const flow of pair) lane.open(flow);
    return pair;
  });
  const moved = (): number[][] => pairs.map((pair) => pair.map((flow) => flow.received));
  const half = after(world, us / 2, moved);
  const measured = after(world, us, () => ({
    shares: moved().map((pair, i) => pair.map((octets, j) => octets - (half.value?.[i]?.[j] as number))),
  }));
  return { done: () => measured.value !== null, result: () => measured.value as Measured };
}

/** What `look` returns when `us` have passed; null before. */
function after<T>(world: World, us: number, look: () => T): { readonly value: T | null } {
  const seen: { value: T | null } = { value: null };
  world.schedule(world.now() + us, {
    run: () => {
      seen.value = look();
    },
  });
  return seen;
}

/** `count` flows on every lane, begun one after the other. */
function timed(world: World, lanes: readonly Lane[], count: number, make: () => Flow): Running {
  const flows: Flow[] = [];
  for (const lane of lanes) {
    for (let i = 0; i < count; i++) {
      const flow = make();
      flows.push(flow);
      world.schedule(world.now() + i * SHORT_EVERY_US, { run: () => lane.open(flow) });
    }
  }
  const limit = after(world, count * SHORT_EVERY_US + LIMIT_US, () => true);
  return {
    done: () => limit.value !== null || flows.every((flow) => flow.doneUs < Infinity),
    result: () => {
      const sorted = flows.map((flow) => flow.ms).sort((x, y) => x - y);
      return { ms: sorted.map((ms) => (ms < Infinity ? ms : null)) };
    },
  };
}

/** Loses the segment with the last octet of every short flow of a lane, the first time that it is sent. */
function loseTails(lane: Lane): void {
  const ends = new Map<number, number>();
  lane.wire.rule({
    direction: 'a->b',
    match: (p) => {
      const seg = p.tcp;
      if (seg === null) return false;
      if ((seg.ctl & SYN) !== 0) ends.set(seg.srcPort, (seg.seq + 1 + SHORT_OCTETS) | 0);
      if (seg.textLen === 0 || ends.get(seg.srcPort) !== ((seg.seq + seg.textLen) | 0)) return false;
      return ends.delete(seg.srcPort);
    },
    action: { drop: true },
  });
}
