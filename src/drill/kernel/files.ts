// What sendfile and splice move octets from and to: files of zeros in memory (memfd_create(2)), and pipes.

import { constant, type Errno } from '../../socket/posix/index.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { LITTLE } from './sockaddr.ts';

/** Octets of the largest file. */
const MOST_FILE = 2 ** 24;
const MFD_CLOEXEC = 1;
const O_CLOEXEC = constant('SOCK_CLOEXEC');
const O_NONBLOCK = constant('O_NONBLOCK');

/** The files of one script. Calls give descriptors, an errno, or null: `libc.errno()` says why not. */
export class KernelFiles {
  readonly #libc: SocketLibc;
  /** Sizes by path. */
  readonly #stored = new Map<string, number>();

  constructor(libc: SocketLibc) {
    this.#libc = libc;
  }

  /** There is a file of `size` zeros at `path`; null: none any more. Throws RangeError for more than 16 MiB. */
  store(path: string, size: number | null): void {
    if (size === null) this.#stored.delete(path);
    else if (size > MOST_FILE) throw new RangeError('too large');
    else this.#stored.set(path, size);
  }

  open(path: string): number[] | Errno | null {
    const size = this.#stored.get(path);
    if (size === undefined) return 'ENOENT';
    const fd = this.#libc.memfdCreate('script', MFD_CLOEXEC);
    return fd < 0 || this.#libc.ftruncate(fd, size) < 0 ? null : [fd];
  }

  /** The reader's end, and the writer's. */
  pipe(): number[] | null {
    const bytes = pinnedBytes(8);
    if (this.#libc.pipe2(this.#libc.addressOf(bytes), O_NONBLOCK | O_CLOEXEC) < 0) return null;
    const dv = new DataView(bytes.buffer);
    return [dv.getInt32(0, LITTLE), dv.getInt32(4, LITTLE)];
  }

  /** What libc's sendfile has returned; `offset` null: from where the file is read. */
  sendfile(to: number, from: number, offset: number | null, count: number): number {
    if (offset === null) return this.#libc.sendfile(to, from, 0, count);
    const place = pinnedBytes(8);
    new DataView(place.buffer).setBigInt64(0, BigInt(offset), LITTLE);
    return this.#libc.sendfile(to, from, this.#libc.addressOf(place), count);
  }
}
