// A guest's cable in the hand of a test: it can be taken off, and it loses frames by dice of a seed.

import type { FramePort } from '../../src/gateway/index.ts';
import { Random } from '../../src/sim/index.ts';

/** A port with a cable between it and its guest. */
export class Cable implements FramePort {
  readonly kind = 'ethernet';
  readonly mtu: number;
  onreceive: ((frame: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  /** Frames that were lost, both ways. */
  lost = 0;
  readonly #port: FramePort;
  readonly #dice: Random;
  readonly #loss: number;
  #on = true;

  /** `loss`: the probability with which a frame is lost, either way. */
  constructor(port: FramePort, loss = 0, seed = 1) {
    this.mtu = port.mtu;
    this.#port = port;
    this.#loss = loss;
    this.#dice = new Random(seed);
    port.onreceive = (frame) => {
      if (!this.#loses()) this.onreceive?.(frame);
    };
    port.onclose = (error) => this.onclose?.(error);
  }

  /** On, or off: nothing passes. */
  set(on: boolean): void {
    this.#on = on;
  }

  #loses(): boolean {
    if (this.#on && !this.#dice.chance(this.#loss)) return false;
    this.lost++;
    return true;
  }

  send(frame: Uint8Array): void {
    if (!this.#loses()) this.#port.send(frame);
  }
  close(): void {
    this.#port.close?.();
  }
  ref(): void {
    this.#port.ref?.();
  }
  unref(): void {
    this.#port.unref?.();
  }
}
