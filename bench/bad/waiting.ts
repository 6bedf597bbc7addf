// Descriptors and who is told when they are ready: ppoll(2), which waits with the precision of the machine's timers
// where the event loop counts milliseconds. One thread, no callback between: whoever waits owns the process.

import type { BenchLibc } from './libc.ts';

const POLLIN = 1;
const POLLOUT = 4;
const ENTRY_OCTETS = 8;

/** Below a second: struct timespec then has nanoseconds only. */
const LONGEST_US = 500_000;

interface Watched {
  readonly fd: number;
  events: number;
  readonly ready: (fd: number) => void;
}

/** A set of descriptors to wait for. */
export class Waiting {
  readonly #libc: BenchLibc;
  readonly #timespec = new BigInt64Array(new ArrayBuffer(16));
  #watched: Watched[] = [];
  #entries = new DataView(new ArrayBuffer(0));
  #stale = true;

  constructor(libc: BenchLibc) {
    this.#libc = libc;
  }

  /** `ready` is called whenever `fd` can be read, or written: at least one of them is asked for. */
  add(fd: number, read: boolean, write: boolean, ready: (fd: number) => void): void {
    this.#watched.push({ fd, events: (read ? POLLIN : 0) | (write ? POLLOUT : 0), ready });
    this.#stale = true;
  }

  remove(fd: number): void {
    this.#watched = this.#watched.filter((each) => each.fd !== fd);
    this.#stale = true;
  }

  #refresh(): void {
    this.#stale = false;
    this.#entries = new DataView(new ArrayBuffer(ENTRY_OCTETS * Math.max(1, this.#watched.length)));
    for (const [i, { fd, events }] of this.#watched.entries()) {
      this.#entries.setInt32(ENTRY_OCTETS * i, fd, true);
      this.#entries.setInt16(ENTRY_OCTETS * i + 4, events, true);
    }
  }

  /** Waits for at most `us`, at most half a second, or until a descriptor is ready. True: there are some to {@link tell}. */
  wait(us: number): boolean {
    if (this.#stale) this.#refresh();
    const entries = this.#entries;
    const nanoseconds = Math.floor(Math.min(Math.max(0, us), LONGEST_US) * 1000);
    this.#timespec[1] = BigInt(nanoseconds);
    const { addressOf } = this.#libc;
    const at = addressOf(new Uint8Array(entries.buffer));
    const timespec = addressOf(new Uint8Array(this.#timespec.buffer));
    return this.#libc.ppoll(at, this.#watched.length, timespec, 0) > 0;
  }

  /** Tells those whose descriptors are ready. */
  tell(): void {
    const entries = this.#entries;
    // Those that are told may add and remove others, which are waited for from the next time on.
    const watched = this.#watched.slice(0, entries.byteLength / ENTRY_OCTETS);
    for (const [i, each] of watched.entries()) {
      if (entries.getInt16(ENTRY_OCTETS * i + 6, true) !== 0) each.ready(each.fd);
    }
  }
}
