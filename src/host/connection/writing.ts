// The sending side of a connection as its user sees it: SEND and CLOSE (RFC 9293 sections 3.10.2 and 3.10.4),
// the ring of octets that are not acknowledged, and the writes that wait for room in it.

import { flag, Schema } from '../../options/index.ts';
import { Err, finAcked, State, type TcpError, tcpError, writeRoom } from '../../tcp/index.ts';
import { type Octets, octetsOf, type Place, Queue, transferred } from '../base/index.ts';
import { Waiter, type WaitOptions, waitKinds, waitSchema } from '../time/index.ts';
import type { Connection } from './connection.ts';
import { MIN_RING } from './reading.ts';
import { SMALL_RING } from './ring.ts';

/** Options of `write`. */
export interface WriteOptions extends WaitOptions {
  /** Its last octet ends urgent data (RFC 9293 section 3.8.5). Default false. */
  urgent?: boolean;
}

const NO_OPTIONS: WriteOptions = {};
const writeOptions = new Schema<WriteOptions>('write', { ...waitKinds, urgent: flag });
const endOptions = waitSchema('end');

/** Octets of one connection that wait in writes which are not awaited; one write alone may have more. */
export const MAX_WAITING_OCTETS = 2 ** 29;

class Write extends Waiter<void> {
  readonly octets: Uint8Array;
  readonly length: number;
  done: number;
  readonly urgent: boolean;

  constructor(octets: Uint8Array, done: number, urgent: boolean) {
    super();
    this.octets = octets;
    this.length = octets.length;
    this.done = done;
    this.urgent = urgent;
  }
}

/** From so many octets on a ring is large: when a small one would hold what is left in it, that takes its place. */
const LARGE_RING = 16_384;

/** The end of a wait is not that of the closing. */
function stay(): void {}

/** What was written and is not acknowledged, what waits to be, and the end of it. */
export class Writing {
  /** Octets put into the send buffer since the beginning. */
  sent = 0;
  readonly #c: Connection;
  /** Whether `offer` took less than everything, or all the room there was, since the last `writable`. */
  #wantsRoom = false;
  /** Waits for Memory: `tryAgain` will be called. */
  #starved = false;
  #endAfterWrites = false;
  #closeAfterWrites = false;
  #writes: Queue<Write> | null = null;
  /** Octets of `#writes` that are not in the send buffer. */
  #waiting = 0;
  #finAcked: Waiter<void> | null = null;
  #hint = MIN_RING;

  constructor(c: Connection) {
    this.#c = c;
  }

  /** True while SEND would be taken. */
  get open(): boolean {
    const { tcb } = this.#c;
    switch (tcb.state) {
      case State.SYN_SENT:
      case State.SYN_RECEIVED:
      case State.ESTABLISHED:
      case State.CLOSE_WAIT:
        return !this.#endAfterWrites && tcb.snd.fin === 0 && tcb.orphan === 0;
      default:
        return false;
    }
  }
  /** Octets that `offer` would take now. */
  get room(): number {
    return this.open && !this.pending ? Math.max(0, writeRoom(this.#c.tcb)) : 0;
  }
  /** True while writes wait. */
  get pending(): boolean {
    return this.#writes !== null && this.#writes.size > 0;
  }
  /** Octets that wait in writes. */
  get waiting(): number {
    return this.#waiting;
  }
  /** Writes that wait. */
  get calls(): number {
    return this.#writes?.size ?? 0;
  }
  /** True while an `end` waits for the acknowledgment of the FIN. */
  get ending(): boolean {
    return this.#finAcked !== null && !finAcked(this.#c.tcb);
  }
  /** True when nothing is in the send buffer: no acknowledgment will come that makes room. */
  get nothingHeld(): boolean {
    const { snd } = this.#c.tcb;
    return ((snd.end - snd.una - snd.syn) | 0) <= 0;
  }

  write(data: Octets, options: WriteOptions = NO_OPTIONS): Promise<void> {
    let octets: Uint8Array;
    try {
      octets = octetsOf(data, 'write');
      if (options !== NO_OPTIONS) writeOptions.check(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const c = this.#c;
    const { urgent = false, signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (!this.open) return Promise.reject(c.failure('write'));
    if (this.pending) return this.#wait(octets, 0, options);
    const done = this.#enqueue(octets, 0, urgent);
    if (done === octets.length) return Promise.resolve();
    if (this.nothingHeld) return Promise.reject(tcpError(Err.NO_RESOURCES, 'write', c.endpoints));
    return this.#wait(octets, done, options);
  }

  #wait(octets: Uint8Array, done: number, options: WriteOptions): Promise<void> {
    const c = this.#c;
    const { waits } = c.owner;
    this.#writes ??= new Queue();
    const writes = this.#writes;
    const full = waits.full(writes, 'write', c) ?? this.#tooMuch(octets.length);
    if (full !== null) return Promise.reject(full);
    const write = new Write(octets, done, options.urgent ?? false);
    const place = writes.push(write);
    this.#waiting += write.length - done;
    waits.guard(write, options, () => this.#withdraw(place), 'write', c);
    return write.promise;
  }

  #tooMuch(octets: number): TcpError | null {
    if (this.#waiting === 0 || this.#waiting + octets <= MAX_WAITING_OCTETS) return null;
    return this.#c.owner.waits.refusal(`${this.#waiting} octets wait`, 'write', this.#c.endpoints);
  }

  /** A write takes back what of it is not in the send buffer. */
  #withdraw(place: Place<Write>): void {
    if (this.#writes?.leave(place) !== true) return;
    this.#waiting -= place.value.length - place.value.done;
    this.endWhenDrained();
  }

  offer(data: Octets): number {
    const octets = octetsOf(data, 'offer');
    if (!this.open || this.pending) return 0;
    const n = this.#enqueue(octets, 0, false);
    if (this.room === 0) this.#wantsRoom = true;
    if (n < octets.length) {
      this.#wantsRoom = true;
      if (!this.#starved && this.nothingHeld) {
        this.#starved = true;
        this.#c.owner.starved(this.#c);
      }
    }
    return n;
  }

  /** Puts octets from `from` into the send ring, as many as there is room for; where it stopped. */
  #enqueue(octets: Uint8Array, from: number, urgent: boolean): number {
    for (;;) {
      const to = this.#enqueueOnce(octets, from, urgent);
      // What went out at once makes room again where the limit is what is unsent.
      if (to === from || to === octets.length || this.#c.tcb.config.notsentLowat === 0) return to;
      from = to;
    }
  }

  #enqueueOnce(octets: Uint8Array, from: number, urgent: boolean): number {
    const { tcb, sndRing: ring, owner } = this.#c;
    const { snd } = tcb;
    let n = Math.min(octets.length - from, writeRoom(tcb));
    if (n <= 0) return from;
    const first = (snd.una + snd.syn) | 0;
    const held = (snd.end - first) | 0;
    const need = held + n;
    if (
      need > ring.capacity &&
      !ring.ensure(Math.max(need, this.#hint), first, snd.end) &&
      !ring.ensure(need, first, snd.end)
    ) {
      // Memory is short: what a small ring holds.
      ring.ensure(Math.min(need, SMALL_RING), first, snd.end);
      n = ring.capacity - held;
      if (n <= 0) return from;
    }
    ring.write(snd.end, octets, from, n);
    this.sent += n;
    owner.send(this.#c, n, urgent && from + n === octets.length);
    return from + n;
  }

  /** There is room: for the writes that wait, then for what `end` put off, then for `offer`. */
  drain(): void {
    const { snd } = this.#c.tcb;
    const writes = this.#writes;
    for (let w = writes?.first; w !== undefined; w = writes?.first) {
      if (w.octets.length !== w.length) {
        this.#failWrites(transferred('write'));
        break;
      }
      const before = w.done;
      w.done = this.#enqueue(w.octets, before, w.urgent);
      this.#waiting -= w.done - before;
      if (w.done < w.length) {
        if (!this.nothingHeld) return;
        this.#failWrites(tcpError(Err.NO_RESOURCES, 'write', this.#c.endpoints));
        break;
      }
      writes?.shift();
      w.resolve();
      this.#c.owner.woke();
    }
    this.endWhenDrained();
    const held = (snd.end - snd.una) | 0;
    if (held <= 0) this.#hint = Math.max(this.#hint, this.#c.releaseSndRing());
    else if (held <= SMALL_RING && this.#c.sndRing.capacity >= LARGE_RING) this.#keepTail();
    this.#tellRoom();
  }

  /**
   * Of a large ring only the last octets are held, for which an ACK may be delayed: they move to a small one, so that the
   * large goes from connection to connection, and many of them need no more Memory than there is text under way.
   */
  #keepTail(): void {
    const { sndRing: ring, tcb } = this.#c;
    this.#hint = Math.max(this.#hint, ring.capacity);
    ring.shrink(MIN_RING, (tcb.snd.una + tcb.snd.syn) | 0, tcb.snd.end);
  }

  /** A write that fails takes those behind it along: they were meant to follow it. */
  #failWrites(error: Error): void {
    this.#waiting = 0;
    for (const write of this.#writes?.drain() ?? []) write.reject(error);
    this.#c.owner.woke();
  }

  /** There may be Memory again. */
  tryAgain(): void {
    this.#starved = false;
    this.#tellRoom();
  }

  /** The limit of what is unsent has changed. */
  limitChanged(): void {
    if (this.open) this.drain();
  }

  #tellRoom(): void {
    if (!this.#wantsRoom || this.room === 0) return; // `readable`, just before, may have filled it again
    this.#wantsRoom = false;
    this.#c.tell(this.#c.handler?.writable);
  }

  end(options: WaitOptions = NO_OPTIONS): Promise<void> {
    const { signal } = options;
    try {
      if (options !== NO_OPTIONS) endOptions.check(options);
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const c = this.#c;
    this.#finAcked ??= new Waiter<void>().quiet();
    const { promise } = this.#finAcked;
    if (c.ended) this.#settleFin();
    else if (finAcked(c.tcb)) this.#finAcked.resolve();
    else if (this.pending || c.tcb.state === State.SYN_SENT) this.#endAfterWrites = true;
    else if (!this.#endAfterWrites) this.#c.owner.close(c);
    return this.#c.owner.waits.share(promise, options, stay, 'shutdown', c);
  }

  /** What `end` put off, when everything written is in the send buffer and the peer is known. */
  endWhenDrained(): void {
    const c = this.#c;
    if (!this.#endAfterWrites || this.pending || c.tcb.state === State.SYN_SENT) return;
    this.#endAfterWrites = false;
    if (this.#closeAfterWrites) this.#c.owner.detach(c);
    else this.#c.owner.close(c);
  }

  /** Closes both directions as soon as everything that waits is in the send buffer. */
  closeWhenDrained(): void {
    void this.end();
    this.#closeAfterWrites = true;
  }

  /** Our FIN is acknowledged. */
  finAcked(): void {
    if (this.#finAcked === null) return;
    this.#finAcked.resolve();
    this.#c.owner.woke();
  }

  /** The connection has ended, by an error or in order. */
  finish(): void {
    this.#c.releaseSndRing();
    if (this.pending) this.#failWrites(this.#c.failure('write'));
    if (this.#finAcked !== null) this.#settleFin();
  }

  /** A FIN that was never acknowledged is a failure, also when nothing broke: closed before there was a peer. */
  #settleFin(): void {
    const c = this.#c;
    if (c.error !== null || !finAcked(c.tcb)) this.#finAcked?.reject(c.failure('shutdown'));
    else this.#finAcked?.resolve();
  }
}
