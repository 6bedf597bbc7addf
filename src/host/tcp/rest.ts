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

/** Half-open connections that stay awake, the youngest: a handshake that goes well is over before others have come. */
const YOUNG = 256;
/** Most of them that have come since the last poll: of more, the oldest are found with all others. */
const COMING = 1024;

/** Words for each number of a connection: the record of a half-open one at rest, -1: none, and the number of its listener. */
const RECORD = 0;
const LISTENER = 1;

/** Who rests on one host, and who may. */
export class Rest {
  readonly #tcp: TcpLayer;
  readonly #tcbs: RestingTcbs;
  /** Half-open connections at rest, by number of the connection. */
  #halfOpen = new Int32Array(0);
  /** How many numbers connections have had at once. */
  #numbers = 0;
  /** The listeners of those at rest, by numbers of their own; null: free. */
  readonly #listeners: (Listener | null)[] = [];
  /** Half-open connections in the order in which they came: a ring, from `#oldest` on. */
  readonly #young = new Int32Array(COMING);
  #oldest = 0;
  #youngCount = 0;
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
    if (id < this.#numbers) return;
    this.#numbers = id + 1;
    this.#due += FOR_EACH_MORE;
  }

  /** A connection was made by a SYN: it has this number. */
  halfOpened(id: number): void {
    if (this.#youngCount === COMING) this.#nextYoung();
    this.#young[(this.#oldest + this.#youngCount++) % COMING] = id;
  }

  #nextYoung(): number {
    const id = this.#young[this.#oldest] as number;
    this.#oldest = (this.#oldest + 1) % COMING;
    this.#youngCount--;
    return id;
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
    while (this.#youngCount > YOUNG) this.#restHalfOpen(this.#nextYoung());
  }

  /** Who is still half-open when so many others have come, and whom no program has seen, rests. */
  #restHalfOpen(id: number): void {
    const c = this.#tcp.table.all[id] ?? null;
    if (c !== null && !c.atRest && c.halfOpen && !c.seen && mayRest(c)) this.#rest(c);
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
    this.#keepHalfOpen(id, record, listener);
    this.#tcp.table.all[id] = null;
  }

  #keepHalfOpen(id: number, record: number, listener: Listener): void {
    const at = 2 * id;
    if (at >= this.#halfOpen.length) {
      const more = new Int32Array(Math.max(2 * this.#halfOpen.length, 2 * id + 2)).fill(-1);
      more.set(this.#halfOpen);
      this.#halfOpen = more;
    }
    this.#halfOpen[at + RECORD] = record;
    this.#halfOpen[at + LISTENER] = this.#numberOf(listener);
  }

  #numberOf(listener: Listener): number {
    const listeners = this.#listeners;
    const known = listeners.indexOf(listener);
    if (known >= 0) return known;
    const free = listeners.indexOf(null);
    if (free < 0) return listeners.push(listener) - 1;
    listeners[free] = listener;
    return free;
  }

  /** The TCB of a connection that rested. */
  wake(record: number): Tcb {
    return this.#tcbs.take(record);
  }

  /** The half-open connection of this number that rested; null: there is none. */
  wakeHalfOpen(id: number): Connection | null {
    const at = 2 * id;
    const record = at < this.#halfOpen.length ? (this.#halfOpen[at + RECORD] as number) : -1;
    if (record === -1) return null;
    this.#halfOpen[at + RECORD] = -1;
    const listener = this.#listeners[this.#halfOpen[at + LISTENER] as number] as Listener;
    return place(this.#tcp, this.#tcbs.take(record), listener);
  }

  /** Those of a listener, which is closed, wake. */
  wakeAllOf(listener: Listener): void {
    const number = this.#listeners.indexOf(listener);
    if (number < 0) return;
    const halfOpen = this.#halfOpen;
    for (let at = 0; at < halfOpen.length; at += 2)
      if (halfOpen[at + RECORD] !== -1 && halfOpen[at + LISTENER] === number) this.wakeHalfOpen(at >> 1);
    this.#listeners[number] = null;
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
    const halfOpen = this.#halfOpen;
    for (let at = 0; at < halfOpen.length; at += 2)
      if (halfOpen[at + RECORD] !== -1) halfOpen[at + RECORD] = swept(halfOpen[at + RECORD] as number);
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
