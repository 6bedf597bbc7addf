// The few C functions that Node does not offer, through node:ffi where it exists, else through koffi: loaded when first
// needed, because koffi is an optional dependency. Pointers are plain numbers: user-space addresses stay below 2^53.

import { TunError } from './errors.ts';
import { ffiLibc } from './ffi.ts';

/** A libuv poll handle (uv_poll_t). Nothing may be called on it after `close`. */
export interface PollHandle {
  start(events: { readable: boolean }, callback: () => void): void;
  stop(): void;
  close(): void;
  ref(): void;
  unref(): void;
}

/** libc as this folder uses it. A call that fails returns -1 and leaves `errno()`: ask at once. */
export interface Libc {
  ioctl(fd: number, request: number, argument: number): number;
  read(fd: number, address: number, size: number): number;
  write(fd: number, address: number, size: number): number;
  /** `vector`: where `count` struct iovec lie. */
  writev(fd: number, vector: number, count: number): number;
  socket(domain: number, type: number, protocol: number): number;
  close(fd: number): number;
  /** The index of an interface, 0 when there is none of that name. */
  ifNameToIndex(name: string): number;
  errno(): number;
  /** Where the bytes lie. Valid as long as the ArrayBuffer below them is reachable. */
  addressOf(bytes: Uint8Array): number;
  /** Calls back whenever `fd` can be read. The callback must not throw: that would be lost, and the polling with it. */
  poll(fd: number, onReadable: () => void): PollHandle;
}

let loaded: Libc | undefined;

/** libc, when somebody already loaded it. */
export function loadedLibc(): Libc | undefined {
  return loaded;
}

/** Loads libc. Rejects with a {@link TunError} 'ENOSYS' that says what is missing. */
export async function loadLibc(): Promise<Libc> {
  if (loaded !== undefined) return loaded;
  if (process.platform !== 'linux') {
    throw new TunError('ENOSYS', `TUN interfaces are Linux's; this is ${process.platform}`);
  }
  loaded = (await ffiLibc()) ?? (await koffiLibc());
  return loaded;
}

async function koffiLibc(): Promise<Libc> {
  let koffi: typeof import('koffi').default;
  try {
    koffi = (await import('koffi')).default;
  } catch (cause) {
    const message =
      'TUN needs the optional dependency koffi, which is not here: `npm install koffi` (or Node 26.1, whose node:ffi will do)';
    throw new TunError('ENOSYS', message, 0, { cause });
  }
  // null: the symbols of this process, which has libc (glibc or musl) in it.
  const lib = koffi.load(null);
  return {
    ioctl: lib.func('int ioctl(int fd, unsigned long request, uintptr_t argument)') as Libc['ioctl'],
    read: lib.func('long read(int fd, uintptr_t buffer, size_t size)') as Libc['read'],
    write: lib.func('long write(int fd, uintptr_t buffer, size_t size)') as Libc['write'],
    writev: lib.func('long writev(int fd, uintptr_t vector, int count)') as Libc['writev'],
    socket: lib.func('int socket(int domain, int type, int protocol)') as Libc['socket'],
    close: lib.func('int close(int fd)') as Libc['close'],
    ifNameToIndex: lib.func('unsigned int if_nametoindex(const char *name)') as Libc['ifNameToIndex'],
    errno: () => koffi.errno(),
    addressOf: (bytes) => Number(koffi.address(bytes)),
    poll: (fd, onReadable) => koffi.node.poll(fd, { readable: true }, onReadable),
  };
}

/** Bytes whose address never changes: small typed arrays may live, and move, inside V8's heap. */
export function pinnedBytes(size: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(size));
}
