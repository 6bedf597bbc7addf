// Stands for an emulator, so that the example runs without one: a bus like that of v86, and a network card on it.

import type { Device } from '../../src/index.ts';
import type { V86Bus } from './v86-device.ts';

/** v86's BusConnector: the listeners of an event are called at once. The card uses its buffers again. */
export class Bus implements V86Bus {
  readonly #listeners = new Map<string, ((frame: Uint8Array) => void)[]>();
  register(event: string, fn: (frame: Uint8Array) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), fn]);
  }
  unregister(event: string, fn: (frame: Uint8Array) => void): void {
    this.#listeners.set(
      event,
      (this.#listeners.get(event) ?? []).filter((each) => each !== fn),
    );
  }
  send(event: string, frame: Uint8Array): void {
    for (const fn of this.#listeners.get(event) ?? []) fn(frame);
  }
  count(event: string): number {
    return this.#listeners.get(event)?.length ?? 0;
  }
}

/** The guest's card, on the other side of the bus. */
export function card(bus: Bus): Device {
  const ring = new Uint8Array(1514);
  const device: Device = {
    kind: 'ethernet',
    mtu: 1500,
    send: (frame) => {
      ring.set(frame);
      bus.send('net0-send', ring.subarray(0, frame.length));
      ring.fill(0xee);
    },
    onreceive: null,
  };
  bus.register('net0-receive', (frame) => device.onreceive?.(frame));
  return device;
}
