// Packets over a socket of node:net: a unix socket or a TCP connection of QEMU, HyperKit, or another process.

import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import {
  type Framing,
  headerLength,
  type PacketStream,
  type StreamDevice,
  type StreamDeviceOptions,
  streamDevice,
  writeFrame,
} from '../link/devices/index.ts';

/** Packets leave in pieces of this size and somewhat more: what a unix socket takes at once, and QEMU reads. */
const BATCH = 64 * 1024;
/** A batch that is not full holds the longest packet besides. */
const BATCH_OCTETS = 2 * BATCH + 1024;
/** A batch shorter than this is copied, so that its memory is for the next one at once. */
const SHORT = 4096;
/** Pieces of memory that wait to be used again. */
const SPARE = 4;

/** A socket in the shape that a device takes. What is written in one go leaves by one call: packets come in trains. */
class SocketStream implements PacketStream {
  ondata: ((octets: Uint8Array) => void) | null = null;
  ondrain: (() => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  readonly #socket: Socket;
  readonly #spare: Buffer[] = [];
  #batch: Buffer | null = null;
  #used = 0;
  #armed = false;
  #failure: Error | null = null;
  readonly #onTick = (): void => {
    this.#armed = false;
    this.#flush();
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (octets) => this.ondata?.(octets as Uint8Array));
    socket.on('drain', () => this.ondrain?.());
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('end', () => {
      this.#flush();
      socket.end();
    });
    socket.on('close', () => this.onclose?.(this.#failure));
  }

  write(octets: Uint8Array): boolean {
    this.#flush();
    return !this.#socket.writable || this.#socket.write(octets);
  }

  writePacket(packet: Uint8Array, framing: Framing): boolean {
    if (!this.#socket.writable) return true;
    if (this.#used + headerLength(framing) + packet.length > BATCH_OCTETS) this.#flush();
    this.#batch ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(BATCH_OCTETS);
    this.#used = writeFrame(this.#batch, this.#used, packet, framing);
    if (this.#used >= BATCH) this.#flush();
    else if (!this.#armed) {
      this.#armed = true;
      process.nextTick(this.#onTick);
    }
    // What the system has taken is gone at once; Node asks to wait for `drain` even then.
    return this.#socket.writableLength < this.#socket.writableHighWaterMark;
  }

  #flush(): void {
    const batch = this.#batch;
    const used = this.#used;
    if (batch === null || used === 0) return;
    this.#used = 0;
    if (used < SHORT) {
      this.#socket.write(Buffer.copyBytesFrom(batch, 0, used));
      return;
    }
    this.#batch = null;
    this.#socket.write(batch.subarray(0, used), () => {
      if (this.#spare.length < SPARE) this.#spare.push(batch);
    });
  }

  close(): void {
    this.#flush();
    this.#socket.end();
    this.#socket.unref();
    this.#socket.resume(); // to see the end of the other side
  }
  ref(): void {
    this.#socket.ref();
  }
  unref(): void {
    this.#socket.unref();
  }
}

/**
 * A device on a connected socket, which is the device's from then on: one of `net.connect`, or of a `net.Server`
 * that QEMU connects to. By default of kind 'ethernet' with QEMU's framing. Throws TypeError, RangeError.
 */
export function socketDevice(socket: Socket, options: StreamDeviceOptions = {}): StreamDevice {
  return streamDevice(new SocketStream(socket), options);
}

/**
 * Connects to a unix socket (`{ path }`) or a TCP port (`{ host, port }`) and makes a device of it.
 * Rejects with what node:net says (ENOENT, ECONNREFUSED…), and with TypeError, RangeError.
 */
export async function connectDevice(
  to: NetConnectOpts,
  options: StreamDeviceOptions = {},
): Promise<StreamDevice> {
  const socket = connect(to);
  try {
    await once(socket, 'connect');
    return socketDevice(socket, options);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
