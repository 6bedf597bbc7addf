// Packets as binary messages of a WebSocket: the browser's, the global one of Node, Bun and Deno, or one of `ws`.
// (v86's relays and websockproxy speak so, with Ethernet frames.)

import { like } from '../../options/index.ts';
import { cost, DeviceBase, messageOctets, type QueueOptions, queueOptions } from './base.ts';

/** What is used of a WebSocket. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  removeEventListener(type: string, listener: (event: object) => void): void;
}

const sockets = like('a WebSocket', 'send', 'bufferedAmount', 'readyState', 'addEventListener');
const QUEUE = 1024 * 1024;
const CONNECTING = 0;
const OPEN = 1;
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const NO_STATUS = 1005;

/** A device on a WebSocket. */
export class WebSocketDevice extends DeviceBase {
  readonly #socket: WebSocketLike;
  readonly #queue: number;
  /** Packets that wait for the socket to open. */
  #early: Uint8Array[] = [];
  #earlyCost = 0;
  readonly #listeners: readonly [string, (event: object) => void][] = [
    ['open', () => this.#opened()],
    ['message', (event) => this.#message((event as { data: unknown }).data)],
    ['close', (event) => this.#closedThere(event as { code?: number; reason?: unknown })],
    ['error', () => {}], // a close comes after it, with the reason
  ];

  /** @internal */
  constructor(socket: WebSocketLike, o: QueueOptions) {
    super(o);
    this.#socket = socket;
    this.#queue = o.queue ?? QUEUE;
    socket.binaryType = 'arraybuffer';
    for (const [type, listener] of this.#listeners) socket.addEventListener(type, listener);
  }

  override send(packet: Uint8Array): void {
    const { readyState, bufferedAmount } = this.#socket;
    if (this.closed || readyState > OPEN || this.#earlyCost + bufferedAmount + cost(packet) > this.#queue) {
      this.dropped++;
      return;
    }
    if (readyState === CONNECTING) {
      this.#early.push(packet);
      this.#earlyCost += cost(packet);
      return;
    }
    this.sent++;
    this.#socket.send(packet as Uint8Array<ArrayBuffer>);
  }

  #opened(): void {
    const early = this.#early;
    this.#early = [];
    this.#earlyCost = 0;
    for (const packet of early) this.send(packet);
  }

  #message(data: unknown): void {
    const packet = messageOctets(data);
    if (packet === null) this.malformed++;
    else this.deliver(packet);
  }

  #closedThere({ code = NO_STATUS, reason = '' }: { code?: number; reason?: unknown }): void {
    this.#leave();
    const orderly = code === NORMAL_CLOSURE || code === GOING_AWAY || code === NO_STATUS;
    this.gone(
      orderly ? null : new Error(`the WebSocket was closed with code ${code} ${String(reason)}`.trim()),
    );
  }

  #leave(): void {
    this.dropped += this.#early.length;
    this.#early = [];
    for (const [type, listener] of this.#listeners)
      if (type !== 'error') this.#socket.removeEventListener(type, listener);
  }

  /** Closes the WebSocket, after what was sent. */
  close(): void {
    if (!this.end()) return;
    this.#leave();
    this.#socket.close();
  }
}

/**
 * A device on a WebSocket, open or opening, which is the device's from then on. Messages of text are counted as
 * malformed. `queue` (by default 1 MiB) bounds the socket's `bufferedAmount`, and what waits for it to open.
 * @throws TypeError, RangeError
 */
export function webSocketDevice(socket: WebSocketLike, o: QueueOptions = {}): WebSocketDevice {
  sockets.check(socket, 'webSocketDevice', 'socket');
  queueOptions.check(o);
  return new WebSocketDevice(socket, o);
}
