// A WebSocket of a server, in the shape that devices and sessions of Wisp take. Only binary messages: text is none of ours.

import type { Socket } from 'node:net';
import type { WebSocketLike } from '../../../link/index.ts';
import { CloseCode, FrameReader, frameHeader, Opcode, WebSocketError } from './codec.ts';

const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
/** How often a client is asked whether it is there; who has not answered by the next time is gone. */
const PING_MS = 30_000;
/** How long the other side may take to close the connection after us. */
const CLOSE_MS = 3000;

type Listener = (event: object) => void;

/** The server's end of a WebSocket whose handshake is done. */
export class ServerWebSocket implements WebSocketLike {
  binaryType = 'arraybuffer';
  readyState: number = OPEN;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #ping: ReturnType<typeof setInterval>;
  #answered = true;
  /** Nothing is read any more: it broke the protocol, or said its last. */
  #deaf = false;
  #closeTimer: ReturnType<typeof setTimeout> | null = null;
  /** What the close was for: the other side's, or ours. */
  #code: number = CloseCode.ABNORMAL;
  #reason = '';

  /** `longest`: octets of a message that is taken. */
  constructor(socket: Socket, longest: number) {
    this.#socket = socket;
    this.#reader = new FrameReader(longest, (opcode, payload) => this.#message(opcode, payload));
    this.#ping = setInterval(() => this.#askAlive(), PING_MS);
    this.#ping.unref();
    socket.setNoDelay(true);
    socket.on('data', (octets) => {
      this.receive(octets as Uint8Array);
      // Who does not read is not read: answers to what it says (a pong, a refusal) would pile up.
      if (socket.writableNeedDrain) socket.pause();
    });
    socket.on('drain', () => {
      socket.resume();
      this.#emit('drain', {});
    });
    socket.on('error', () => {}); // a close comes after it
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#closed());
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  /** Octets that may wait before there is a 'drain'. */
  get highWaterMark(): number {
    return this.#socket.writableHighWaterMark;
  }

  addEventListener(type: string, listener: Listener): void {
    const there = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, there.add(listener));
  }
  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }
  #emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event);
  }

  /** Octets that came: also those that came with the request. */
  receive(octets: Uint8Array): void {
    if (this.#deaf) return;
    try {
      this.#reader.push(octets);
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#fail(error.closeCode, error.message);
    }
  }

  #message(opcode: number, payload: Uint8Array<ArrayBuffer>): void {
    if (opcode === Opcode.CLOSE) this.#closeFrame(payload);
    else if (this.readyState !== OPEN) return;
    else if (opcode === Opcode.PING) this.#write(Opcode.PONG, payload);
    else if (opcode === Opcode.PONG) this.#answered = true;
    else if (opcode === Opcode.TEXT)
      throw new WebSocketError(CloseCode.UNSUPPORTED, 'text: only binary messages are taken');
    else this.#emit('message', { data: payload.buffer });
  }

  /** Section 5.5.1: a close is answered by one, and the server closes the connection first. */
  #closeFrame(payload: Uint8Array): void {
    const code =
      payload.length < 2 ? CloseCode.NO_STATUS : ((payload[0] as number) << 8) | (payload[1] as number);
    if (this.readyState === OPEN) {
      this.#code = code;
      this.#reason = new TextDecoder().decode(payload.subarray(2));
      this.#closing(code === CloseCode.NO_STATUS ? new Uint8Array(0) : payload.subarray(0, 2));
    }
    this.#deaf = true;
    this.#socket.end();
  }

  /** Section 7.1.7: the connection fails. */
  #fail(code: number, reason: string): void {
    this.#deaf = true;
    if (this.readyState === OPEN) {
      this.#code = code;
      this.#reason = reason;
      this.#closing(closePayload(code, reason));
    }
    this.#socket.destroySoon();
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.readyState === OPEN) this.#write(Opcode.BINARY, data);
  }

  #write(opcode: number, payload: Uint8Array): void {
    const { writable } = this.#socket;
    if (!writable) return;
    this.#socket.cork();
    this.#socket.write(frameHeader(opcode, payload.length));
    if (payload.length > 0) this.#socket.write(payload);
    this.#socket.uncork();
  }

  #closing(payload: Uint8Array): void {
    this.readyState = CLOSING;
    this.#write(Opcode.CLOSE, payload);
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#closeTimer.unref();
  }

  /** Asks the other side to close. */
  close(code: number = CloseCode.NORMAL, reason = ''): void {
    if (this.readyState !== OPEN) return;
    this.#code = code;
    this.#closing(closePayload(code, reason));
  }

  /** Who does not answer is gone, although the system has not noticed. */
  #askAlive(): void {
    if (!this.#answered) this.#socket.destroy();
    this.#answered = false;
    if (this.readyState === OPEN) this.#write(Opcode.PING, new Uint8Array(0));
  }

  #closed(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    clearInterval(this.#ping);
    if (this.#closeTimer !== null) clearTimeout(this.#closeTimer);
    this.#emit('close', { code: this.#code, reason: this.#reason });
  }
}

function closePayload(code: number, reason: string): Uint8Array {
  const text = new TextEncoder().encode(reason).subarray(0, 123);
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return payload;
}
