// How a TCP handle reads: octets are taken from the connection while somebody wants them, and given to JSStream one
// after the other; then the end, or what broke the connection.

import { canTellResults, ownerOf, setReadError, uvError } from './internals.ts';
import type { TcpState } from './tcp-state.ts';

// Taken now: a test may fake it later.
const { setImmediate } = globalThis;

/** Octets given to a reader at once, as libuv does. */
const READ = 64 * 1024;
/** Octets taken from the connection and not given to the reader yet. */
const MOST_TAKEN = 4 * READ;

/** The reading half of a {@link TcpState}. */
export class Reading {
  readonly #state: TcpState;
  #isReading = false;
  /** Taken from the connection, for the reader. */
  readonly #taken: Uint8Array[] = [];
  #takenBytes = 0;
  #most = Number.MAX_SAFE_INTEGER;
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

  /** Octets that the connection has given and the reader has not got. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** net.js wants octets. */
  start(): void {
    this.#isReading = true;
    this.take();
    this.schedule();
  }

  /** net.js wants no more. */
  stop(): void {
    this.#isReading = false;
  }

  /** At most so many octets at once. */
  limit(octets: number): void {
    this.#most = octets;
  }

  /** Nobody will read any more. */
  clear(): void {
    this.#taken.length = 0;
  }

  /** Takes what there is for a reader who waits. */
  take(): void {
    const { connection } = this.#state;
    if (connection === null || !this.#isReading) return;
    while (this.#takenBytes < MOST_TAKEN) {
      const octets = connection.take(READ);
      if (octets === null) return;
      this.#taken.push(octets);
      this.#takenBytes += octets.length;
    }
  }

  schedule(): void {
    if (this.#scheduled || this.#state.isClosed || !this.#isReading) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  /** At most what fits into the reader's buffer: JSStream would give it the rest although it stops. */
  #nextTaken(): Uint8Array | undefined {
    const [first] = this.#taken;
    if (first === undefined || first.length <= this.#most) return this.#taken.shift();
    this.#taken[0] = first.subarray(this.#most);
    return first.subarray(0, this.#most);
  }

  /**
   * Gives the reader some of what was taken, then the end, or what broke the connection. One of these in a turn, as
   * libuv calls its reader: what a program does at `nextTick` about some octets comes before the next ones.
   */
  #deliver(): void {
    const state = this.#state;
    if (state.isClosed) return;
    const octets = this.#isReading ? this.#nextTaken() : undefined;
    if (octets !== undefined) {
      this.#takenBytes -= octets.length;
      state.stream.readBuffer(octets);
      this.take();
      this.schedule();
      return;
    }
    if (!this.isWaiting || state.connecting !== null) return;
    if (state.untold !== 0) {
      this.#endTold = true;
      state.live();
      this.#tellBroken();
      state.writing.fail();
    } else if (state.connection?.eof === true || state.broken !== 0) {
      this.#endTold = true;
      state.live();
      state.stream.emitEOF();
    }
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
