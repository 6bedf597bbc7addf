// What sendfile and splice move octets from and to: files of zeros, which are kept in memory, and pipes.

import { type File, Poll } from './file.ts';
import { done, failed, type Outcome, waitFor } from './outcome.ts';

/** Octets that a pipe holds: pipe(7). */
const PIPE_OCTETS = 65_536;

/** A file that was opened for reading. */
export class StoredFile implements File {
  nonblocking = false;
  readonly #size: number;
  #at = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** `max` octets from `offset` on, or from where the file is read, which moves then. */
  read(max: number, offset: number | null): Uint8Array {
    const from = offset ?? this.#at;
    const n = Math.max(0, Math.min(max, this.#size - from));
    if (offset === null) this.#at += n;
    return new Uint8Array(n);
  }

  /** Octets of what was read last that found no place. */
  putBack(octets: number): void {
    this.#at -= octets;
  }

  ready(): number {
    return Poll.IN | Poll.RDNORM;
  }
  tick(): void {}
  close(): Outcome {
    return done();
  }
}

/** The octets of one pipe. */
class PipeBuffer {
  octets = new Uint8Array(0);
  reader = true;
  writer = true;
}

/** One end of a pipe. */
export class PipeEnd implements File {
  nonblocking = false;
  readonly writes: boolean;
  readonly #buffer: PipeBuffer;

  constructor(buffer: PipeBuffer, writes: boolean) {
    this.#buffer = buffer;
    this.writes = writes;
  }

  /** Both ends, the reader's first. */
  static pair(): [PipeEnd, PipeEnd] {
    const buffer = new PipeBuffer();
    return [new PipeEnd(buffer, false), new PipeEnd(buffer, true)];
  }

  get room(): number {
    return PIPE_OCTETS - this.#buffer.octets.length;
  }
  get length(): number {
    return this.#buffer.octets.length;
  }
  /** The other end is open. */
  get connected(): boolean {
    return this.writes ? this.#buffer.reader : this.#buffer.writer;
  }

  /** Takes octets out. */
  take(max: number): Uint8Array {
    const { octets } = this.#buffer;
    this.#buffer.octets = octets.slice(max);
    return octets.slice(0, max);
  }

  /** Puts octets in, which have room. */
  put(octets: Uint8Array): void {
    const before = this.#buffer.octets;
    const all = new Uint8Array(before.length + octets.length);
    all.set(before);
    all.set(octets, before.length);
    this.#buffer.octets = all;
  }

  /** read. */
  read(max: number): Outcome {
    if (this.writes) return failed('EBADF');
    return waitFor(this.nonblocking, 'EAGAIN', () => {
      const octets = this.take(max);
      return octets.length > 0 || max === 0 || !this.connected ? done(octets.length, octets) : null;
    });
  }

  /** write. */
  write(octets: Uint8Array): Outcome {
    if (!this.writes) return failed('EBADF');
    let written = 0;
    return waitFor(this.nonblocking, 'EAGAIN', () => {
      if (!this.connected) return failed('EPIPE');
      const n = Math.min(this.room, octets.length - written);
      this.put(octets.subarray(written, written + n));
      written += n;
      return written === octets.length || (this.nonblocking && written > 0) ? done(written) : null;
    });
  }

  ready(): number {
    if (this.writes) return (this.room > 0 ? Poll.OUT | Poll.WRNORM : 0) | (this.connected ? 0 : Poll.ERR);
    return (this.length > 0 ? Poll.IN | Poll.RDNORM : 0) | (this.connected ? 0 : Poll.HUP);
  }
  tick(): void {}
  close(): Outcome {
    if (this.writes) this.#buffer.writer = false;
    else this.#buffer.reader = false;
    return done();
  }
}
