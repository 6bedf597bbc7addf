// How a TCP handle reads: octets are taken from the connection while somebody wants them, and given to JSStream one
// after the other; then the end, or what broke the connection.

import { canTellResults, ownerOf, setReadError, uvError } from './internals.ts';
import { gaveOutsideHeap } from './outside-heap.ts';
import type { TcpState } from './tcp-state.ts';

/** Octets given to a reader at once, as libuv does. */
const READ = 64 * 1024;

/** What JSStream copies from: one for all, since nothing else runs until it has copied. */
const scratch = new Uint8Array(READ);
/** The part of it that was given last: segments are of one length. */
let part = scratch;

/** The first octets of it. */
function given(octets: number): Uint8Array {
  if (part.length !== octets) part = scratch.subarray(0, octets);
  return part;
}

/** The reading half of a {@link TcpState}. */
export class Reading {
  readonly #state: TcpState;
  #isReading = false;
  #most = READ;
  #endTold = false;
  #scheduled = false;

  constructor(state: TcpState) {
    this.#state = state;
  }

  /** The reader has been told the end, or what broke the connection. */
  get isEndTold(): boolean {
    return this.#endTold;
  }

  /** Somebody reads, and has not been told the end. */
  get isWaiting(): boolean {
    return this.#isReading && !this.#endTold;
  }

  /** net.js wants octets. */
  start(): void {
    this.#isReading = true;
    this.schedule();
  }

  /** net.js wants no more. */
  stop(): void {
    this.#isReading = false;
  }

  /** At most so many octets at once. */
  limit(octets: number): void {
    this.#most = Math.min(octets, READ);
  }

  /** There may be something to give. */
  schedule(): void {
    if (this.#scheduled || this.#state.isClosed || !this.#isReading) return;
    this.#scheduled = true;
    this.#state.connection?.owner.woke();
    this.#state.turns.read(deliverLater, this);
  }

  /**
   * Gives the reader some of what has come, then the end, or what broke the connection. One of these in a turn, as
   * libuv calls its reader: what a program does at `nextTick` about some octets comes before the next ones.
   */
  deliver(): void {
    this.#scheduled = false;
    const state = this.#state;
    if (state.isClosed) return;
    const octets = this.#isReading ? this.#next() : 0;
    if (octets > 0) {
      // At most what fits into the reader's buffer: JSStream would give it the rest although it stops.
      state.stream.readBuffer(given(octets));
      gaveOutsideHeap(octets);
      this.schedule();
      return;
    }
    if (!this.isWaiting || state.connecting !== null) return;
    const isEnd = state.connection?.eof === true;
    if (!isEnd && state.broken === 0) return;
    this.#endTold = true;
    state.live();
    // Behind the FIN of the peer, what broke the connection is for who writes, as on Linux.
    if (isEnd || state.untold === 0) state.stream.emitEOF();
    else this.#tellBroken();
    state.writing.fail();
  }

  #next(): number {
    const { connection } = this.#state;
    if (connection === null) return 0;
    return connection.readInto(this.#most === READ ? scratch : scratch.subarray(0, this.#most));
  }

  #tellBroken(): void {
    const { stream, context } = this.#state;
    const error = this.#state.takeUntold();
    if (typeof stream.onread === 'function' && canTellResults()) {
      setReadError(error);
      context.runInAsyncScope(() => stream.onread?.(undefined));
      return;
    }
    // TLS has the reader's place in C++, or the place of errors is out of reach: the socket is told itself.
    const owner = ownerOf(stream);
    if (owner === null) stream.emitEOF();
    else context.runInAsyncScope(() => owner.destroy(readError(error)));
  }
}

function deliverLater(reading: Reading): void {
  reading.deliver();
}

function readError(error: number): Error {
  const code = errorName(error);
  return Object.assign(new Error(`read ${code}`), { errno: error, code, syscall: 'read' });
}

function errorName(error: number): string {
  return error === uvError('ECONNRESET')
    ? 'ECONNRESET'
    : error === uvError('ETIMEDOUT')
      ? 'ETIMEDOUT'
      : 'EIO';
}
