// The kernel's end of a simulated wire in real time: a TUN device as a port.

import type { TunDevice } from '../link/tun/index.ts';
import type { Port, Transmit } from '../sim/index.ts';

/** What arrives is the kernel's at once. */
export class KernelPort implements Port {
  readonly memory;
  readonly mtu;
  readonly kind = 'ip';
  readonly #device: TunDevice;
  readonly #processed: () => void;
  #transmit: Transmit | null = null;

  constructor(device: TunDevice, processed: () => void) {
    this.#device = device;
    this.memory = device.memory;
    this.mtu = device.mtu;
    this.#processed = processed;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  /** The kernel has processed a packet when write() returns. */
  receive(off: number, len: number): void {
    this.#device.write(off, len);
    this.#processed();
  }

  /** A packet of the kernel goes onto the wire. */
  send(off: number, len: number): void {
    const block = this.memory.alloc(len);
    if (block === 0) return; // a lost packet
    this.memory.u8.copyWithin(block, off, off + len);
    if (this.#transmit === null) this.memory.free(block, len);
    else this.#transmit(block, len);
  }
}

/** The platform of the real-time driver. */
export const realPlatform = {
  now: (): number => performance.now() * 1000,
  setTimer: (ms: number, fn: () => void): unknown => setTimeout(fn, ms),
  clearTimer: (timer: unknown): void => clearTimeout(timer as NodeJS.Timeout),
};
