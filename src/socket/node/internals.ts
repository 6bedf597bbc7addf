// What of Node lies under `node:net` and is needed to put a stream of ours there: the class JSStream (Node's own
// StreamBase "for a stream in JavaScript"), the numbers of errors, and the place where a read tells its error.
// JSStream is found by reflection, without process.binding; the rest has a way without it, too.

import type * as Dgram from 'node:dgram';
import { createRequire } from 'node:module';
import type * as Net from 'node:net';
import { Duplex } from 'node:stream';
import type * as Tls from 'node:tls';
import type * as Util from 'node:util';

/** Loads what must not be loaded before it is asked for: net takes its TCP when it is loaded. */
export const requireLater = createRequire(import.meta.url);

/** Node's net. */
export function nodeNet(): typeof Net {
  return requireLater('node:net') as typeof Net;
}

/** Whether one of Node's modules (`net`) has been loaded by anybody. */
export function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList === undefined || moduleLoadList.includes(`NativeModule ${name}`);
}

/** Whether Node's net has been loaded by anybody. */
export function isNetLoaded(): boolean {
  return isLoaded('net');
}

/** One of Node's bindings, or null where it cannot be had (`--permission`). */
export function bindingOf<T>(name: string): Partial<T> | null {
  try {
    const { binding } = process as unknown as { binding?: (name: string) => unknown };
    return (binding?.call(process, name) as Partial<T> | undefined) ?? null;
  } catch {
    return null;
  }
}

/** A request of net.js: a write, a shutdown or a connect; its members are Node's. */
export interface Req {
  oncomplete?: (...args: unknown[]) => void;
}

/** Node's JSStream as far as it is used; everything else of it is left alone. */
export interface JsStream {
  /** Gives octets to the reader; they are copied. */
  readBuffer(octets: Uint8Array): void;
  /** Octets go into `buffer` from now on, instead of one of their own. */
  useUserBuffer(buffer: Uint8Array): void;
  /** A write of net.js: an error's number, or, in a Node later than 24.21, its request. */
  writeBuffer(req: Req | null, octets: Uint8Array): number | Req;
  writev(req: Req | null, chunks: readonly unknown[], allBuffers: boolean): number | Req;
  /** The peer's FIN. */
  emitEOF(): void;
  finishWrite(req: Req, status: number): void;
  finishShutdown(req: Req, status: number): void;
  /** What a read calls; undefined while C++ (TLS) has taken the reader's place. */
  onread?: ((octets: undefined) => void) | undefined;
}

/** The constructor of {@link JsStream}. */
export type JsStreamClass = new () => JsStream;

/** A Node that lacks what the handles stand on. */
export class MissingInternalError extends Error {
  override readonly name = 'MissingInternalError';
  readonly code = 'ERR_SYNFIN_NODE_INTERNAL';
}

/** A TLSSocket over a plain Duplex has a JSStream as its parent handle. */
function reflectedJsStream(): unknown {
  const { TLSSocket } = requireLater('node:tls') as typeof Tls;
  const plain = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const tls = new TLSSocket(plain as unknown as Net.Socket);
  tls.on('error', () => {});
  const { _handle: handle } = tls as unknown as { _handle?: { _parent?: object } };
  const found = handle?._parent?.constructor;
  tls.destroy();
  plain.destroy();
  return found;
}

/** Node's JSStream, without loading net where that has not been. */
function findJsStream(): JsStreamClass {
  const bound = isNetLoaded() ? null : bindingOf<{ JSStream: unknown }>('js_stream');
  const found = (bound?.JSStream ?? reflectedJsStream()) as { prototype?: unknown } | undefined;
  const needed = ['readBuffer', 'emitEOF', 'finishWrite', 'finishShutdown'];
  const prototype: unknown = found?.prototype;
  if (typeof prototype !== 'object' || prototype === null || !needed.every((name) => name in prototype)) {
    throw new MissingInternalError(
      `this Node (${process.version}) has no JSStream where 22, 24 and 26 have it: use synfin/web or toDuplex`,
    );
  }
  return found as JsStreamClass;
}

let jsStream: JsStreamClass | null = null;

/** Throws a {@link MissingInternalError}. */
export function jsStreamClass(): JsStreamClass {
  jsStream ??= findJsStream();
  return jsStream;
}

let isThere: boolean | null = null;

/** Whether there is a JSStream: in Node, not in Bun or Deno. */
export function hasJsStream(): boolean {
  try {
    isThere ??= jsStreamClass() !== null;
  } catch (error) {
    if (!(error instanceof MissingInternalError)) throw error;
    isThere = false;
  }
  return isThere;
}

/** Not by import: that looks at every export of util, and one of them loads net where stderr is a pipe. */
const { getSystemErrorMap } = requireLater('node:util') as typeof Util;

const NUMBERS = new Map([...getSystemErrorMap()].map(([number, [name]]) => [name, number]));

/** The number that libuv gives an error: `uvError('ECONNRESET')` is -104 on Linux. */
export function uvError(code: string): number {
  return NUMBERS.get(code) ?? (NUMBERS.get('EIO') as number);
}

/** Whether a code is one that Node knows. */
export function isUvError(code: string): boolean {
  return NUMBERS.has(code);
}

interface StreamWrap {
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kBytesWritten: number;
  /** Up to Node 24.21; later a write that is not done yet is told by the request that it returns. */
  readonly kLastWriteWasAsync?: number;
}

function findStreamWrap(): StreamWrap | null {
  const found = bindingOf<StreamWrap>('stream_wrap');
  const { streamBaseState, kReadBytesOrError, kBytesWritten } = found ?? {};
  return streamBaseState === undefined || kReadBytesOrError === undefined || kBytesWritten === undefined
    ? null
    : (found as StreamWrap);
}

let streamWrap: StreamWrap | null | undefined;

/** Whether it can be told what a call of a stream did: a read's error, and that a write was done at once. */
export function canTellResults(): boolean {
  if (streamWrap === undefined) streamWrap = findStreamWrap();
  return streamWrap !== null;
}

/** Sets what the next call of `onread(undefined)` reads as its error. */
export function setReadError(error: number): void {
  if (canTellResults() && streamWrap) streamWrap.streamBaseState[streamWrap.kReadBytesOrError] = error;
}

/** Whether a write that is not done can be told by the request that net.js gave: up to Node 24.21. */
export function canTellWaiting(): boolean {
  return canTellResults() && streamWrap?.kLastWriteWasAsync !== undefined;
}

/** Says how many octets the write took that is about to return; `isDone`: or that it waits, where that can be told. */
export function setWritten(octets: number, isDone: boolean): void {
  if (!canTellResults() || !streamWrap) return;
  const { streamBaseState, kBytesWritten, kLastWriteWasAsync } = streamWrap;
  streamBaseState[kBytesWritten] = octets;
  if (kLastWriteWasAsync !== undefined) streamBaseState[kLastWriteWasAsync] = isDone ? 0 : 1;
}

/** A symbol of an object, its own, by what it is called. */
export function symbolOf(object: object, description: string): symbol | null {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description) ?? null;
}

/** Gives a net.Socket another handle, as Happy Eyeballs does for its second attempt. */
export interface Reinitialize {
  readonly symbol: symbol;
  readonly call: (socket: object, handle: object) => void;
}

let reinitialize: Reinitialize | null = null;

/** Node's own, found once. Throws a {@link MissingInternalError}. */
export function nodeReinitialize(): Reinitialize {
  reinitialize ??= findReinitialize();
  return reinitialize;
}

function findReinitialize(): Reinitialize {
  const prototype = nodeNet().Socket.prototype as unknown as Record<symbol, unknown>;
  const symbol = symbolOf(prototype, 'kReinitializeHandle');
  const method = symbol === null ? undefined : prototype[symbol];
  if (symbol === null || typeof method !== 'function')
    throw new MissingInternalError(`this Node (${process.version}) cannot give a net.Socket another handle`);
  return { symbol, call: (socket, handle) => void method.call(socket, handle) };
}

function owner(handle: object): unknown {
  const symbol = symbolOf(handle, 'owner_symbol');
  return symbol === null ? null : (handle as Record<symbol, unknown>)[symbol];
}

/** The net.Socket that a handle belongs to. */
export function ownerOf(handle: object): Net.Socket | null {
  const found = owner(handle);
  return typeof found === 'object' && found !== null && 'destroy' in found ? (found as Net.Socket) : null;
}

/** The dgram.Socket that a handle belongs to. */
export function datagramSocketOf(handle: object): Dgram.Socket | null {
  const found = owner(handle);
  return typeof found === 'object' && found !== null && 'bind' in found ? (found as Dgram.Socket) : null;
}

/** The net.Server that a handle belongs to. */
export function serverOf(handle: object): Net.Server | null {
  const found = owner(handle);
  return typeof found === 'object' && found !== null && 'listen' in found ? (found as Net.Server) : null;
}
