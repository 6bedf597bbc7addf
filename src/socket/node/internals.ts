// What of Node lies under `node:net` and is needed to put a stream of ours there: the class JSStream (Node's own
// StreamBase "for a stream in JavaScript"), the numbers of errors, and the place where a read tells its error.
// JSStream is found by reflection, without process.binding; the rest has a way without it, too.

import { createRequire } from 'node:module';
import { Socket as NodeSocket, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { getSystemErrorMap } from 'node:util';

/** A request of net.js: a write, a shutdown or a connect; its members are Node's. */
export interface Req {
  oncomplete?: (...args: unknown[]) => void;
}

/** Node's JSStream as far as it is used; everything else of it is left alone. */
export interface JsStream {
  /** Gives octets to the reader; they are copied. */
  readBuffer(octets: Uint8Array): void;
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

/** Node's JSStream: a TLSSocket over a plain Duplex has one as its parent handle. */
function findJsStream(): JsStreamClass {
  const plain = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const tls = new TLSSocket(plain as unknown as Socket);
  tls.on('error', () => {});
  const { _handle: handle } = tls as unknown as { _handle?: { _parent?: object } };
  const found = handle?._parent?.constructor;
  tls.destroy();
  plain.destroy();
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
}

function findStreamWrap(): StreamWrap | null {
  try {
    const { binding } = process as unknown as { binding?: (name: string) => unknown };
    const wrap = binding?.call(process, 'stream_wrap') as Partial<StreamWrap> | undefined;
    const { streamBaseState, kReadBytesOrError } = wrap ?? {};
    return streamBaseState === undefined || kReadBytesOrError === undefined
      ? null
      : { streamBaseState, kReadBytesOrError };
  } catch {
    return null; // --permission
  }
}

let streamWrap: StreamWrap | null | undefined;

/** Whether a read's error can be told as a read tells it. */
export function canTellReads(): boolean {
  streamWrap ??= findStreamWrap();
  return streamWrap !== null;
}

/** Sets what the next call of `onread(undefined)` reads as its error. */
export function setReadError(error: number): void {
  if (canTellReads() && streamWrap) streamWrap.streamBaseState[streamWrap.kReadBytesOrError] = error;
}

function symbolOf(object: object, description: string): symbol | null {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description) ?? null;
}

/** The method by which a net.Socket gets a new handle (a second attempt of Happy Eyeballs). Null where there is none. */
export const kReinitializeHandle: symbol | null = symbolOf(NodeSocket.prototype, 'kReinitializeHandle');

/** The net.Socket that a handle belongs to. */
export function ownerOf(handle: object): NodeSocket | null {
  const symbol = symbolOf(handle, 'owner_symbol');
  const owner: unknown = symbol === null ? null : (handle as Record<symbol, unknown>)[symbol];
  return owner instanceof NodeSocket ? owner : null;
}

/** For modules that must not be loaded before they are asked for. */
export const lazyRequire = createRequire(import.meta.url);
