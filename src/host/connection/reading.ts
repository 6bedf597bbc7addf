// The receiving side of a connection as its user sees it: RECEIVE (RFC 9293 section 3.10.3) in the shapes of
// today's programs, and the ring of octets that nobody has taken yet.

import { Schema, whole } from '../../options/index.ts';
import { dropRanges, Err, endOfHeld, receivable, tcpError } from '../../tcp/index.ts';
import { type Place, Queue } from '../base/index.ts';
import { endsByOptions, Waiter, type WaitOptions, waitKinds } from '../time/index.ts';
import type { Connection } from './connection.ts';

/** Options of `read`. */
export interface ReadOptions extends WaitOptions {
  /** Most octets to give; at least 1. Default: all there are. */
  max?: number;
}

const NO_OPTIONS: ReadOptions = {};
const EVERYTHING = 0x7fffffff;
const maxKind = whole(1);
const readOptions = new Schema<ReadOptions>('read', { ...waitKinds, max: maxKind });

/** Smallest ring that is allocated for text. */
export const MIN_RING = 2048;

class Reader extends Waiter<Uint8Array | null> {
  readonly max: number;

  constructor(max: number) {
    super();
    this.max = max;
  }
}

/** What arrived and was not taken, and who waits for more. */
export class Reading {
  /** Octets taken since the beginning. */
  taken = 0;
  readonly #c: Connection;
  /** The peer's FIN has come. */
  #fin = false;
  /** The user has closed before the end of the stream was read: nothing more is given. */
  #closed = false;
  /** What had not been read when the connection ended and is kept: no longer in the Memory. */
  #left: Uint8Array | null = null;
  #readers: Queue<Reader> | null = null;
  #hint = MIN_RING;

  constructor(c: Connection) {
    this.#c = c;
  }

  /** True when the peer's FIN has come and everything before it was read. */
  get eof(): boolean {
    return this.#fin && receivable(this.#c.tcb) === 0;
  }

  /** True when the peer's FIN has come, whatever is unread. */
  get peerEnded(): boolean {
    return this.#fin;
  }

  /** Reads that wait. */
  get waiting(): number {
    return this.#readers?.size ?? 0;
  }

  read(options: number | ReadOptions = NO_OPTIONS): Promise<Uint8Array | null> {
    try {
      if (typeof options === 'number') {
        maxKind.check(options, 'read', 'max');
        return this.#wait(options, NO_OPTIONS);
      }
      if (options !== NO_OPTIONS) readOptions.check(options);
      return this.#wait(options.max ?? EVERYTHING, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #wait(max: number, options: WaitOptions): Promise<Uint8Array | null> {
    const c = this.#c;
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (this.#closed) return Promise.reject(tcpError(Err.CLOSED, 'read', c.endpoints));
    if (this.#readers === null || this.#readers.size === 0) {
      if (receivable(c.tcb) > 0) return Promise.resolve(this.take(max));
      if (this.eof) return Promise.resolve(null);
      if (c.ended) return c.error === null ? Promise.resolve(null) : Promise.reject(c.failure('read'));
    }
    this.#readers ??= new Queue();
    const { waits } = this.#c.owner;
    const full = waits.full(this.#readers, 'read', c);
    if (full !== null) return Promise.reject(full);
    const reader = new Reader(max);
    const place = this.#readers.push(reader);
    if (endsByOptions(options)) this.#guard(reader, place, options);
    return reader.promise;
  }

  #guard(reader: Reader, place: Place<Reader>, options: WaitOptions): void {
    const c = this.#c;
    c.owner.waits.guard(reader, options, () => this.#readers?.leave(place), 'read', c);
  }

  take(max = EVERYTHING): Uint8Array | null {
    const n = Math.min(receivable(this.#c.tcb), max);
    if (n <= 0) return null;
    const out = new Uint8Array(n);
    this.readInto(out);
    return out;
  }

  readInto(dst: Uint8Array): number {
    const { tcb } = this.#c;
    const there = receivable(tcb);
    const n = Math.min(there, dst.length);
    if (n <= 0) return 0;
    const left = this.#left;
    if (left === null) this.#c.rcvRing.copyOut(tcb.rcv.user, dst, 0, n);
    else dst.set(left.subarray(left.length - there, left.length - there + n));
    this.#received(n);
    return n;
  }

  discard(max = EVERYTHING): number {
    const n = Math.min(receivable(this.#c.tcb), max);
    if (n > 0) this.#received(n);
    return Math.max(n, 0);
  }

  #received(n: number): void {
    const { tcb } = this.#c;
    this.taken += n;
    this.#c.owner.received(this.#c, n);
    if (receivable(tcb) === 0 && tcb.outOfOrder === null) this.#idle();
  }

  /** An empty ring goes back to the Memory; the next one is as large as this was. */
  #idle(): void {
    this.#hint = Math.max(this.#hint, this.#c.releaseRcvRing());
    this.#left = null;
  }

  /** Room for text of the peer up to `bytes` octets from RCV.user on; `outOfOrder`: beyond a hole. */
  makeRoom(bytes: number, outOfOrder: boolean): boolean {
    const { rcvRing: ring } = this.#c;
    if (bytes <= ring.capacity) return true;
    const { rcv } = this.#c.tcb;
    const end = Math.max((rcv.edge - rcv.user) | 0, (endOfHeld(this.#c.tcb) - rcv.user) | 0);
    const live = Math.min(ring.capacity, end);
    let want = Math.max(bytes, this.#hint);
    if (ring.capacity > 0) want = Math.max(want, Math.min(ring.capacity * 4, rcv.buf));
    return (
      ring.ensure(want, rcv.user, (rcv.user + live) | 0, outOfOrder) ||
      ring.ensure(bytes, rcv.user, (rcv.user + live) | 0, outOfOrder)
    );
  }

  /** The peer's FIN has been reached. */
  peerFin(): void {
    this.#fin = true;
  }

  /** Gives those who wait what has come. */
  feed(): void {
    const readers = this.#readers;
    for (let reader = readers?.first; reader !== undefined; reader = readers?.first) {
      const chunk = this.take(reader.max);
      if (chunk === null && !this.#fin) return;
      readers?.shift();
      reader.resolve(chunk);
      this.#c.owner.woke();
    }
  }

  /** The user closes: who waits is told, and so is who comes later, unless the end was read. */
  close(): void {
    if (this.eof) return;
    this.#closed = true;
    if (this.#readers === null) return;
    const error = tcpError(Err.CLOSED, 'read', this.#c.endpoints);
    for (const reader of this.#readers.drain()) reader.reject(error);
  }

  /** The connection has ended, `broken` by an error or in order; an orphan has nobody who reads. */
  finish(broken: boolean): void {
    const { tcb } = this.#c;
    const unread = receivable(tcb);
    const { handler, listener } = this.#c;
    const keeps = !broken || handler?.keepsUnread === true || listener?.keepsReset === true;
    if (keeps && unread > 0 && tcb.orphan === 0) {
      // It still can be read; but the Memory has no garbage collection, should nobody come for it.
      const left = new Uint8Array(unread);
      this.#c.rcvRing.copyOut(tcb.rcv.user, left, 0, unread);
      this.#left = left;
    } else {
      // "All segment queues should be flushed": then the end of the stream is not reached either.
      if (unread > 0) this.#fin = false;
      tcb.rcv.user = tcb.rcv.nxt;
      dropRanges(tcb);
      tcb.rcv.fin = 0;
    }
    this.#c.releaseRcvRing();
    if (this.#readers === null) return;
    const error = broken ? this.#c.failure('read') : null;
    for (const reader of this.#readers.drain()) {
      if (error === null) reader.resolve(null);
      else reader.reject(error);
    }
  }
}
