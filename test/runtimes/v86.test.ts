// The fifteen lines that put a host on v86's network card, with a bus like v86's and a guest that is a host of ours.

import { expect, test } from 'vitest';
import { type Device, Host } from '../../src/index.ts';
import { greetGuest, type V86Bus } from '../fixtures/v86-bus.ts';

/** v86's BusConnector: the listeners of an event are called at once. The card uses its buffers again. */
class Bus implements V86Bus {
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
function card(bus: Bus): Device {
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

test('a guest of v86 connects to a host on its network card, and is greeted', async () => {
  const bus = new Bus();
  const gateway = greetGuest(bus);
  const guest = new Host({ name: 'guest' });
  guest.attach(card(bus), { addresses: ['192.168.86.100/24'] });
  const connection = await guest.connect({ address: '192.168.86.1', port: 80 });
  let text = '';
  for await (const chunk of connection) text += new TextDecoder().decode(chunk);
  expect(text).toBe('hello, guest\n');
  await connection.end();
  await Promise.all([gateway.close(), guest.close()]);
  expect(bus.count('net0-send')).toBe(0);
});
