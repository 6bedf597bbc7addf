// A TUN interface as a port of a simulated wire: what the kernel sends into it goes onto the wire at once, what comes
// out of the wire is the kernel's. Plain packets: the kernel cuts and sums them, as for a network card without offloads.

import { constants, openSync } from 'node:fs';
import { configureInterface } from '../../src/link/tun/index.ts';
import type { Port, Transmit } from '../../src/sim/index.ts';
import type { Memory } from '../../src/wire/index.ts';
import type { BenchLibc } from './libc.ts';

const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const LARGEST = 65_536;
/** Packets read before others get a turn. */
const BATCH = 64;
/** Only our wire may drop: no flow has more than this under way. */
const QUEUE_LENGTH = 50_000;

/** One end of a wire that is a kernel. */
export class TunPort implements Port {
  readonly memory: Memory;
  readonly mtu = 1500;
  readonly kind = 'ip';
  readonly fd: number;
  readonly #libc: BenchLibc;
  readonly #scratch = new Uint8Array(new ArrayBuffer(LARGEST));
  readonly #scratchAt: number;
  #transmit: Transmit | null = null;
  #base = 0;
  #generation = -1;

  private constructor(libc: BenchLibc, memory: Memory, fd: number) {
    this.#libc = libc;
    this.memory = memory;
    this.fd = fd;
    this.#scratchAt = libc.addressOf(this.#scratch);
  }

  /** Makes the interface in the network namespace that this thread is in, with one address. */
  static async open(libc: BenchLibc, memory: Memory, name: string, address: string): Promise<TunPort> {
    const fd = openSync('/dev/net/tun', constants.O_RDWR | constants.O_NONBLOCK);
    const request = new Uint8Array(new ArrayBuffer(40));
    request.set(new TextEncoder().encode(name));
    new Uint16Array(request.buffer, 16, 1)[0] = IFF_TUN_NO_PI;
    if (libc.ioctl(fd, TUNSETIFF, libc.addressOf(request)) < 0)
      throw new Error(`making ${name}: errno ${libc.errno()}`);
    await configureInterface({ name, queueLength: QUEUE_LENGTH, addresses: [{ address, prefix: 24 }] });
    return new TunPort(libc, memory, fd);
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  receive(off: number, len: number): void {
    const { memory } = this;
    if (this.#generation !== memory.generation) {
      this.#base = this.#libc.addressOf(memory.u8);
      this.#generation = memory.generation;
    }
    this.#libc.write(this.fd, this.#base + off, len);
  }

  /** Puts what waits in the kernel's queue onto the wire. */
  drain(): void {
    for (let i = 0; i < BATCH; i++) {
      const len = this.#libc.read(this.fd, this.#scratchAt, LARGEST);
      if (len <= 0) return;
      const off = this.memory.alloc(len);
      if (off === 0) throw new Error('the bench has no memory for a packet');
      this.memory.u8.set(this.#scratch.subarray(0, len), off);
      this.#transmit?.(off, len);
    }
  }
}
