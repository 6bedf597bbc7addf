// Two devices joined in this process: what one sends, the other receives, at once. A host takes it at its next
// poll, so that two hosts on a pair never run inside each other; its queue is the bound.

import { DeviceBase, type DeviceBaseOptions, deviceOptions } from './base.ts';

/** One end of a pair. `dropped` counts what was sent while nobody was at the other end. */
export class PairDevice extends DeviceBase {
  #peer: PairDevice | null = null;

  /** @internal */
  join(peer: PairDevice): this {
    this.#peer = peer;
    return this;
  }

  override send(packet: Uint8Array): void {
    const peer = this.#peer;
    if (this.closed || peer === null || peer.closed || peer.onreceive === null) {
      this.dropped++;
      return;
    }
    this.sent++;
    peer.deliver(packet);
  }

  /** Takes the pair apart: the other end hears that this one has gone. */
  close(): void {
    if (this.end()) this.#peer?.gone(null);
  }
}

/**
 * Two devices that are each other's far side. For two hosts in one process and one time: both in real time, or both
 * in one `World`. (A `Wire` does the same without copying, and can lose and delay.)
 * @throws TypeError, RangeError
 */
export function devicePair(options: DeviceBaseOptions = {}): [PairDevice, PairDevice] {
  deviceOptions.check(options);
  const a = new PairDevice(options);
  const b = new PairDevice(options);
  return [a.join(b), b.join(a)];
}
