// A TAP interface as a device: Ethernet frames between the kernel and a host, or a gateway.
// Linux: Documentation/networking/tuntap.rst.

import type { Device } from '../../host/index.ts';
import { Schema, text, whole } from '../../options/index.ts';
import type { TunDevice } from './device.ts';
import type { TunError } from './errors.ts';

/** Options of {@link openTap}. */
export interface TapOptions {
  /** At most 15 bytes. A '%d' becomes the first free number. Default 'synfin%d'. */
  name?: string;
  /** Octets of the largest IP packet, 68 to 65,521. Default 1500, and the interface stays as it is: to set it needs a right. */
  mtu?: number;
}

/** The most that a TAP takes: a frame is at most 65,535 octets. */
const MOST_MTU = 65_521;

/** What {@link TapOptions} may hold. */
export const tapOptions = new Schema<TapOptions>('openTap', {
  name: text,
  mtu: whole(68, MOST_MTU),
});

/** Octets of the memory of a device: a block to read to, and one to write from. */
export const TAP_MEMORY = 256 * 1024;

/** A TAP interface that is open. Closing it deletes the interface, unless it was there before. */
export class TapDevice implements Device {
  readonly kind = 'ethernet';
  onreceive: ((frame: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  readonly #tun: TunDevice;

  /** @internal */
  constructor(tun: TunDevice) {
    this.#tun = tun;
    const { memory } = tun;
    tun.onPackets({
      receive: (off, len) => this.onreceive?.(memory.u8.subarray(off, off + len)),
      batchEnd: () => {},
    });
  }

  /** @internal The interface is gone. */
  gone(error: TunError): void {
    this.onclose?.(error);
  }

  /** The interface's name, as the kernel chose it. */
  get name(): string {
    return this.#tun.name;
  }
  get mtu(): number {
    return this.#tun.mtu;
  }
  get closed(): boolean {
    return this.#tun.closed;
  }
  /** Frames given to the kernel, frames that came from it, and frames that it had no room for or refused. */
  get sent(): number {
    return this.#tun.counters.txPackets;
  }
  get received(): number {
    return this.#tun.counters.rxPackets;
  }
  get dropped(): number {
    const { txDropped, txErrors } = this.#tun.counters;
    return txDropped + txErrors;
  }

  send(frame: Uint8Array): void {
    const { memory } = this.#tun;
    const off = memory.alloc(frame.length);
    if (off === 0) return;
    memory.u8.set(frame, off);
    this.#tun.transmit(off, frame.length);
  }

  close(): void {
    this.#tun.close();
  }
  ref(): void {
    this.#tun.ref();
  }
  unref(): void {
    this.#tun.unref();
  }
}
