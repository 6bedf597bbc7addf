// Connections at rest. Who has had nothing to do for a while keeps its place in the table and its timer, but its TCB is
// packed (resting-tcbs.ts) until the next event or call. A half-open connection that no program has seen is not even an
// object then: the rules of SYN-RECEIVED stay the engine's, on the TCB that is unpacked for them.

import { isPackable, keepTimes, State, type Tcb, type TcpConfig, wakeAt } from '../../tcp/index.ts';
import type { Connection, Listener } from '../connection/index.ts';
import { place } from './new-connection.ts';
import { RestingTcbs } from './resting-tcbs.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Below so many connections nobody rests: there is nothing to gain. */
const FEW = 256;
/** How many are looked at for each by which they become more than ever before. */
const FOR_EACH_MORE = 16;
/**
 * How long a round takes that looks at all of them, in milliseconds; who does nothing for a whole round rests. To rest
 * and to wake costs as much as some segments.
 */
const ROUND_MS = 10_000;
/** Most that are looked at in one go: what bounds the pause. */
const MOST_AT_ONCE = 2048;

/** A half-open connection at rest. */
class HalfOpen {
  readonly listener: Listener;
  record: number;

  constructor(listener: Listener, record: number) {
    this.listener = listener;
    this.record = record;
  }
}

/** Who rests on one host, and who may. */
export class Rest {
  readonly #tcp: TcpLayer;
  readonly #tcbs: RestingTcbs;
  /** By number of the connection; null: it is awake, or none. */
  readonly #halfOpen: (HalfOpen | null)[] = [];
  /** The number that is looked at next. */
  #hand = 0;
  #lookedMs = 0;
  /** How many are to be looked at. */
  #due = 0;

  constructor(tcp: TcpLayer, config: TcpConfig) {
    this.#tcp = tcp;
    this.#tcbs = new RestingTcbs(config);
  }

  /** How many rest. */
  get count(): number {
    return this.#tcbs.count;
  }

  /** A connection was made: it has this number. */
  entered(id: number): void {
    if (id < this.#halfOpen.length) return;
    this.#halfOpen.push(null);
    this.#due += FOR_EACH_MORE;
  }

  /** Looks at some. Called where no event is under way: nobody has a TCB in hand. */
  poll(): void {
    const { nowMs, table, tap } = this.#tcp;
    // Who watches knows a connection by its TCB.
    if (tap !== null || table.size < FEW) return;
    const { length } = table.all;
    const share = Math.floor((length * (nowMs - this.#lookedMs)) / ROUND_MS);
    if (share > 0) this.#lookedMs = nowMs;
    this.#due = Math.min(this.#due + share, length);
    const steps = Math.min(this.#due, MOST_AT_ONCE);
    this.#due -= steps;
    this.#look(steps);
  }

  /** Whoever may rest does, at once. */
  everybody(): void {
    const { table, tap } = this.#tcp;
    if (tap !== null) return;
    for (const c of table.all) if (c !== null && !c.atRest && mayRest(c)) this.#rest(c);
  }

  /** Looks at the next ones: who has not stirred since the last time rests. */
  #look(steps: number): void {
    const { all } = this.#tcp.table;
    for (let i = 0; i < steps; i++) {
      if (this.#hand >= all.length) this.#hand = 0;
      const c = all[this.#hand] as Connection | null;
      this.#hand++;
      if (c === null || c.atRest) continue;
      if (c.stirred) c.stirred = false;
      else if (mayRest(c)) this.#rest(c);
    }
  }

  #rest(c: Connection): void {
    const { tcb, listener } = c;
    const { id } = tcb;
    const { wheel } = this.#tcp.table;
    const at = wakeAt(tcb);
    wheel.disarm(id); // it may be armed for an earlier time, at which there is nothing to do
    if (at !== 0) wheel.arm(id, at);
    const record = this.#tcbs.put(tcb);
    if (c.seen || !c.halfOpen || listener === null) {
      c.rest(record);
      return;
    }
    this.#halfOpen[id] = new HalfOpen(listener, record);
    this.#tcp.table.all[id] = null;
  }

  /** The TCB of a connection that rested. */
  wake(record: number): Tcb {
    return this.#tcbs.take(record);
  }

  /** The half-open connection of this number that rested; null: there is none. */
  wakeHalfOpen(id: number): Connection | null {
    const resting = this.#halfOpen[id] ?? null;
    if (resting === null) return null;
    this.#halfOpen[id] = null;
    return place(this.#tcp, this.#tcbs.take(resting.record), resting.listener);
  }

  /** Those of a listener, which is closed, wake. */
  wakeAllOf(listener: Listener): void {
    this.#halfOpen.forEach((resting, id) => {
      if (resting?.listener === listener) this.wakeHalfOpen(id);
    });
  }

  /** A sweep of the times of all that rest: see `Output.sweep`. */
  sweep(fromMs: number, elapsedMs: number): void {
    const { table } = this.#tcp;
    const swept = (record: number): number => {
      const tcb = this.#tcbs.take(record);
      keepTimes(tcb, fromMs, elapsedMs);
      const at = wakeAt(tcb);
      if (at !== 0) table.wheel.arm(tcb.id, at);
      return this.#tcbs.put(tcb);
    };
    for (const c of table.all) if (c?.atRest === true) c.rest(swept(c.record));
    for (const resting of this.#halfOpen) if (resting !== null) resting.record = swept(resting.record);
  }
}

/** Whether a connection has nothing under way, and nothing to remember that is not packed. */
function mayRest(c: Connection): boolean {
  const { tcb } = c;
  switch (tcb.state) {
    case State.SYN_RECEIVED:
    case State.ESTABLISHED:
    case State.FIN_WAIT_2:
    case State.CLOSE_WAIT:
      return c.bufferBytes === 0 && c.earlyAt === null && tcb.signals === 0 && isPackable(tcb);
    default:
      return false;
  }
}
