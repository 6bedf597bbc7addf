// A guest that listens, and that we connect to, again and again: it may start later than we, and more than once.

import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { StreamDeviceOptions } from '../../../link/index.ts';
import type { FramePort } from '../../port.ts';
import { type StreamPort, streamPort } from './stream.ts';

/** Between two attempts: first as long as this, then twice as long each time. */
const SOONEST_MS = 50;

/** What connections that are over have counted. */
interface Past {
  sent: number;
  received: number;
  dropped: number;
  malformed: number;
}

/** A port that stays while the connection under it comes and goes. Frames that nobody is there for are dropped. */
export class ReconnectingPort implements FramePort {
  readonly kind = 'ethernet';
  readonly mtu: number;
  onreceive: ((frame: Uint8Array) => void) | null = null;
  /** Connections that were made, and attempts since the last one. */
  connects = 0;
  attempts = 0;
  /** Why the last connection or attempt ended. */
  lastError: Error | null = null;
  closed = false;
  readonly #to: NetConnectOpts;
  readonly #device: StreamDeviceOptions;
  readonly #soonestMs: number;
  readonly #longestMs: number;
  readonly #past: Past = { sent: 0, received: 0, dropped: 0, malformed: 0 };
  #waitMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #socket: Socket | null = null;
  #port: StreamPort | null = null;
  #referenced = true;

  /** `longestMs`: the longest time between two attempts. */
  constructor(to: NetConnectOpts, device: StreamDeviceOptions, longestMs: number) {
    this.mtu = device.mtu ?? 1500;
    this.#to = to;
    this.#device = device;
    this.#longestMs = longestMs;
    this.#soonestMs = Math.min(SOONEST_MS, longestMs);
    this.#waitMs = this.#soonestMs;
    this.#connect();
  }

  /** Whether somebody is there. */
  get connected(): boolean {
    return this.#port !== null;
  }
  get sent(): number {
    return this.#past.sent + (this.#port?.sent ?? 0);
  }
  get received(): number {
    return this.#past.received + (this.#port?.received ?? 0);
  }
  get dropped(): number {
    return this.#past.dropped + (this.#port?.dropped ?? 0);
  }
  get malformed(): number {
    return this.#past.malformed + (this.#port?.malformed ?? 0);
  }

  #connect(): void {
    this.#timer = null;
    this.attempts++;
    const socket = connect(this.#to);
    this.#socket = socket;
    if (!this.#referenced) socket.unref();
    socket.on('error', (error) => {
      this.lastError = error;
    });
    socket.once('connect', () => this.#connected(socket));
    socket.once('close', () => this.#lost());
  }

  #connected(socket: Socket): void {
    const port = streamPort(socket, this.#device);
    this.connects++;
    this.attempts = 0;
    this.#waitMs = this.#soonestMs;
    this.#port = port;
    port.onreceive = (frame) => this.onreceive?.(frame);
    port.onclose = (error) => {
      this.lastError = error;
      this.#leave(port);
      socket.destroy(); // what it says is no frames: no use in waiting for its end
    };
  }

  #leave(port: StreamPort): void {
    const past = this.#past;
    past.sent += port.sent;
    past.received += port.received;
    past.dropped += port.dropped;
    past.malformed += port.malformed;
    this.#port = null;
  }

  #lost(): void {
    this.#socket = null;
    if (this.closed) return;
    const timer = setTimeout(() => this.#connect(), this.#waitMs);
    if (!this.#referenced) timer.unref();
    this.#timer = timer;
    this.#waitMs = Math.min(2 * this.#waitMs, this.#longestMs);
  }

  send(frame: Uint8Array): void {
    if (this.#port === null) this.#past.dropped++;
    else this.#port.send(frame);
  }

  /** As `send`, of a frame that stays the caller's. */
  sendView(frame: Uint8Array): void {
    if (this.#port === null) this.#past.dropped++;
    else this.#port.sendView(frame);
  }

  /** Ends the connection, after what was sent, and makes no other. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const port = this.#port;
    if (port === null) {
      this.#socket?.destroy();
    } else {
      port.close();
      this.#leave(port);
    }
  }

  ref(): void {
    this.#referenced = true;
    this.#timer?.ref();
    this.#socket?.ref();
  }
  unref(): void {
    this.#referenced = false;
    this.#timer?.unref();
    this.#socket?.unref();
  }
}
