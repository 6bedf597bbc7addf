// libc and libuv through node:ffi, which Node has from version 26.1 on: TUN without a dependency. What koffi does
// elsewhere (see libc.ts); the poll handle is libuv's own, whose functions the program of Node exports.

import type { Libc, PollHandle } from './libc.ts';

/** The part of node:ffi that is used here. */
interface Ffi {
  readonly DynamicLibrary: new (
    path: null,
  ) => {
    getFunction(
      name: string,
      signature: { arguments: readonly string[]; return: string },
    ): (...values: (number | bigint | string)[]) => number | bigint;
    registerCallback(
      signature: { arguments: readonly string[]; return: string },
      callback: () => void,
    ): bigint;
    unregisterCallback(pointer: bigint): void;
  };
  getRawPointer(bytes: Uint8Array): bigint;
  getInt32(pointer: bigint, offset: number): number;
  getCurrentEventLoop(): bigint;
}

/** uv_handle_type: UV_POLL. */
const UV_POLL = 8;
/** uv_poll_event: UV_READABLE. */
const UV_READABLE = 1;

type Native = (...values: (number | bigint | string)[]) => number;

/** node:ffi, or null where there is none, or none for this program (--permission). */
async function loadFfi(): Promise<Ffi | null> {
  const name = 'node:ffi'; // a constant name would be looked for when this is bundled
  try {
    return (await import(name)) as Ffi;
  } catch {
    return null;
  }
}

/** libc, or null without node:ffi. */
export async function ffiLibc(): Promise<Libc | null> {
  const ffi = await loadFfi();
  if (ffi === null) return null;
  // null: the symbols of this process, which has libc (glibc or musl) and libuv in it.
  const lib = new ffi.DynamicLibrary(null);
  const func = (name: string, args: readonly string[], result = 'int32'): Native =>
    lib.getFunction(name, { arguments: args, return: result }) as Native;
  const errnoAt = BigInt(func('__errno_location', [], 'uint64')());
  return {
    ioctl: func('ioctl', ['int32', 'uint64', 'uint64']),
    read: func('read', ['int32', 'uint64', 'uint64']),
    write: func('write', ['int32', 'uint64', 'uint64']),
    writev: func('writev', ['int32', 'uint64', 'int32']),
    socket: func('socket', ['int32', 'int32', 'int32']),
    close: func('close', ['int32']),
    ifNameToIndex: func('if_nametoindex', ['string'], 'uint32'),
    errno: () => ffi.getInt32(errnoAt, 0),
    addressOf: (bytes) => Number(ffi.getRawPointer(bytes)),
    poll: pollWith(ffi, lib, func),
  };
}

/** What makes poll handles. */
function pollWith(
  ffi: Ffi,
  lib: InstanceType<Ffi['DynamicLibrary']>,
  func: (name: string, args: readonly string[], result?: string) => Native,
): Libc['poll'] {
  const init = func('uv_poll_init', ['uint64', 'uint64', 'int32']);
  const start = func('uv_poll_start', ['uint64', 'int32', 'uint64']);
  const stop = func('uv_poll_stop', ['uint64']);
  const close = func('uv_close', ['uint64', 'uint64'], 'void');
  const ref = func('uv_ref', ['uint64'], 'void');
  const unref = func('uv_unref', ['uint64'], 'void');
  const size = Number(func('uv_handle_size', ['int32'], 'uint64')(UV_POLL));
  /** libuv has handles until it has called back: their octets must stay where they are. */
  const open = new Set<Uint8Array>();
  const closing = { arguments: ['uint64'], return: 'void' };
  const polled = { arguments: ['uint64', 'int32', 'int32'], return: 'void' };
  return (fd, onReadable): PollHandle => {
    const octets = new Uint8Array(new ArrayBuffer(size));
    open.add(octets);
    const handle = ffi.getRawPointer(octets);
    let callback = lib.registerCallback(polled, onReadable);
    const result = init(ffi.getCurrentEventLoop(), handle, fd) || start(handle, UV_READABLE, callback);
    if (result !== 0) throw new Error(`uv_poll: ${result}`);
    return {
      start(_events, next) {
        lib.unregisterCallback(callback);
        callback = lib.registerCallback(polled, next);
        start(handle, UV_READABLE, callback);
      },
      stop: () => void stop(handle),
      ref: () => void ref(handle),
      unref: () => void unref(handle),
      close() {
        const closed = lib.registerCallback(closing, () => {
          open.delete(octets);
          // A callback cannot take itself away.
          setImmediate(() => lib.unregisterCallback(closed));
        });
        close(handle, closed);
        lib.unregisterCallback(callback);
      },
    };
  };
}
