// A connection as WHATWG streams (Streams Standard; the sockets of WinterTC and Deno have the same two
// properties). The streams keep nothing themselves: who does not read lets the receive window close, and a
// write is done when it is in the send buffer. Closing maps to TCP so:
//
// - `writable.close()` is CLOSE: a FIN, half-closed; it resolves when the peer has acknowledged it.
// - `writable.abort()` is ABORT: a RST, for both directions; the peer must not take what came for the whole.
// - `readable.cancel()` is `close`: what was written is delivered, then a FIN; what the peer still sends is
//   answered by a RST.

import type { Octets } from '../base/index.ts';
import type { Connection } from './connection.ts';

/** What reads from a {@link ReadableOctets}. */
export interface OctetsReader {
  readonly closed: Promise<undefined>;
  read(): Promise<{ done: boolean; value: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** What reads into the reader's own memory. */
export interface OctetsByobReader {
  readonly closed: Promise<undefined>;
  read<V extends ArrayBufferView>(view: V): Promise<{ done: boolean; value: V | undefined }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** A ReadableStream of octets, as far as it is said here where the platform's types are not known. */
export interface ReadableOctets extends AsyncIterable<Uint8Array> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): OctetsReader;
  getReader(options: { mode: 'byob' }): OctetsByobReader;
  pipeTo(destination: WritableOctets): Promise<void>;
}

/** A WritableStream of octets, likewise. */
export interface WritableOctets {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): {
    readonly closed: Promise<undefined>;
    readonly ready: Promise<undefined>;
    readonly desiredSize: number | null;
    write(octets: Octets): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** The platform's ReadableStream of octets: the type that its Blob has. */
export type PlatformReadable = typeof globalThis extends { Blob: { prototype: { stream(): infer S } } }
  ? S
  : ReadableOctets;

/** The platform's WritableStream. */
export type PlatformWritable = typeof globalThis extends { WritableStream: { prototype: infer S } }
  ? S
  : WritableOctets;

interface ByteController {
  readonly byobRequest: { readonly view: ArrayBufferView | null; respond(octets: number): void } | null;
  enqueue(octets: Uint8Array): void;
  close(): void;
  error(reason: unknown): void;
}

interface ByteSource {
  type: 'bytes';
  start(controller: ByteController): void;
  pull(controller: ByteController): Promise<void>;
  cancel(): void;
}

interface OctetsSink {
  start(controller: SinkController): void;
  write(octets: Octets): Promise<void>;
  close(): Promise<void>;
  abort(): void;
}

interface SinkController {
  readonly signal?: { addEventListener(type: 'abort', listener: () => void): void };
  error(reason: unknown): void;
}

interface Platform {
  ReadableStream?: new (source: ByteSource, strategy: { highWaterMark: number }) => unknown;
  WritableStream?: new (sink: OctetsSink) => unknown;
}

/** The streams of those connections that were asked for theirs. */
const readables = new WeakMap<Connection, PlatformReadable>();
const writables = new WeakMap<Connection, PlatformWritable>();

/** What arrives at `c`, as a byte stream; BYOB readers get the octets in their own memory. */
export function readableOf(c: Connection): PlatformReadable {
  const made = readables.get(c) ?? makeReadable(c);
  readables.set(c, made);
  return made;
}

function makeReadable(c: Connection): PlatformReadable {
  const { ReadableStream } = globalThis as unknown as Platform;
  if (ReadableStream === undefined) throw new TypeError('there is no ReadableStream here: call read()');
  const source: ByteSource = {
    type: 'bytes',
    start(controller) {
      // A connection that breaks is told at once; one whose end has been reached has nothing to lose.
      c.closed.catch((error) => {
        if (!c.eof) controller.error(error);
      });
    },
    async pull(controller) {
      // `enqueue` and not `respond`: it also serves a reader that came after the one that asked.
      const chunk = await c.read(controller.byobRequest?.view?.byteLength);
      if (chunk !== null) {
        controller.enqueue(chunk);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => c.close(),
  };
  // Nothing is read ahead: what nobody has asked for stays in the receive buffer.
  return new ReadableStream(source, { highWaterMark: 0 }) as PlatformReadable;
}

/** What `c` sends, as a stream. */
export function writableOf(c: Connection): PlatformWritable {
  const made = writables.get(c) ?? makeWritable(c);
  writables.set(c, made);
  return made;
}

function makeWritable(c: Connection): PlatformWritable {
  const { WritableStream } = globalThis as unknown as Platform;
  if (WritableStream === undefined) throw new TypeError('there is no WritableStream here: call write()');
  return new WritableStream({
    start(controller) {
      c.closed.catch((error) => controller.error(error));
      // `abort` itself is only called when no write waits; a peer that does not read would hold it up.
      controller.signal?.addEventListener('abort', () => c.abort());
    },
    write: (octets) => c.write(octets),
    close: () => c.end(),
    abort: () => c.abort(),
  }) as PlatformWritable;
}
