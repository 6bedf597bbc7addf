// How often a device looks for packets, with a libc that has none: no interface is made.

import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Memory } from '../../wire/index.ts';
import { TunDevice, type TunOptions } from './device.ts';
import type { Libc } from './libc.ts';

const EAGAIN = 11;
const PACKET_OCTETS = 20;

/** What the kernel is here: packets wait in it, and somebody may ask to be woken. */
class Kernel {
  waiting = 0;
  reads = 0;
  wake: () => void = () => {};
  readonly #device: TunDevice;

  constructor(options: Partial<TunOptions>) {
    const memory = new Memory();
    const nothing = (): number => 0;
    const libc: Libc = {
      ioctl: nothing,
      read: () => {
        this.reads++;
        if (this.waiting === 0) return -1;
        this.waiting--;
        return PACKET_OCTETS;
      },
      write: (_fd, _address, size) => size,
      writev: nothing,
      socket: nothing,
      close: nothing,
      ifNameToIndex: nothing,
      errno: () => EAGAIN,
      addressOf: nothing,
      poll: (_fd, onReadable) => {
        this.wake = onReadable;
        return { start() {}, stop() {}, close() {}, ref() {}, unref() {} };
      },
    };
    const fd = openSync('/dev/null', 'r');
    const attached = { name: 'none', offload: false };
    this.#device = new TunDevice(libc, fd, attached, 1500, memory.alloc(65_536), { memory, ...options });
    this.#device.onPackets({ receive() {}, batchEnd() {} });
  }

  get received(): number {
    return this.#device.counters.rxPackets;
  }

  /** How often it was read in the next turn of the event loop. */
  async turn(): Promise<number> {
    const before = this.reads;
    await new Promise(setImmediate);
    return this.reads - before;
  }

  [Symbol.dispose](): void {
    this.#device.close();
  }
}

test('a device that was woken reads until there is nothing, and sleeps', async () => {
  using kernel = new Kernel({});
  kernel.waiting = 2;
  kernel.wake();
  expect(await kernel.turn()).toBe(3);
  expect(kernel.received).toBe(2);
  expect(await kernel.turn()).toBe(0);
});

test('with busyTurns it looks eight times in each turn that finds nothing, and sleeps after so many turns', async () => {
  using kernel = new Kernel({ busyTurns: 3 });
  kernel.waiting = 1;
  kernel.wake();
  expect(await kernel.turn()).toBe(2);
  expect(await kernel.turn()).toBe(8);
  expect(await kernel.turn()).toBe(8);
  kernel.waiting = 1;
  expect(await kernel.turn()).toBe(2);
  expect([await kernel.turn(), await kernel.turn(), await kernel.turn()]).toEqual([8, 8, 8]);
  expect(await kernel.turn()).toBe(0);
});
