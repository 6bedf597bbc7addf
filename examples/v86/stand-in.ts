// Stands for an emulator, so that the example runs without one: a bus like that of v86, and a network card on it.

import type { V86Emulator } from '../../src/gateway/v86/index.ts';
import type { Device } from '../../src/index.ts';

/** What a network asks of a `V86`: the listeners of an event are called at once. The card uses its buffers again. */
export class StandIn implements V86Emulator {
  readonly #listeners = new Map<string, ((frame: Uint8Array) => void)[]>();
  readonly bus = {
    send: (event: string, frame: Uint8Array): void => {
      for (const listener of this.#listeners.get(event) ?? []) listener(frame);
    },
  };
  add_listener(event: string, listener: (frame: Uint8Array) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }
  remove_listener(event: string, listener: (frame: Uint8Array) => void): void {
    this.#listeners.set(
      event,
      (this.#listeners.get(event) ?? []).filter((each) => each !== listener),
    );
  }
  count(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }
}

/** The guest's card, on the other side of the bus. */
export function card(emulator: StandIn): Device {
  const ring = new Uint8Array(1514);
  const device: Device = {
    kind: 'ethernet',
    mtu: 1500,
    send: (frame) => {
      ring.set(frame);
      emulator.bus.send('net0-send', ring.subarray(0, frame.length));
      ring.fill(0xee);
    },
    onreceive: null,
  };
  emulator.add_listener('net0-receive', (frame) => device.onreceive?.(frame));
  return device;
}
