// The kernel of this machine as a subject: sockets of this process, and a TUN device whose other end is the
// peer. What write() brings to the device has been processed when it returns, and the answer waits to be read.

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import type { Syscalls } from '../../src/drill/index.ts';
import { KernelCalls, leaveNetwork, loadSocketLibc, type SocketLibc } from '../../src/drill/kernel/index.ts';
import { configureInterface, kernelStateOf, openTun, type TunDevice } from '../../src/link/tun/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { Memory } from '../../src/wire/index.ts';
import { SYSCTLS } from './settings.ts';
import type { Subject } from './subject.ts';
import { ADDRESSES, belongs, type Flow } from './wire.ts';

/** How long `settle` waits at most. */
const SETTLE_MS = 20;

/** A network namespace with the device in it. Many sequences run in one, each with ports of its own. */
export class KernelSubject implements Subject {
  readonly name = 'Linux';
  readonly calls: Syscalls;
  readonly #calls: KernelCalls;
  readonly #device: TunDevice;
  readonly #memory: Memory;
  readonly #block: number;
  /** Milliseconds spent in `settle`. */
  waitedMs = 0;
  #out: Uint8Array[] = [];

  private constructor(libc: SocketLibc, device: TunDevice) {
    this.#calls = new KernelCalls(libc, () => performance.now() * 1000);
    this.calls = this.#calls;
    this.#device = device;
    this.#memory = device.memory;
    this.#block = this.#memory.alloc(2048);
    const { memory } = device;
    device.onPackets({
      receive: (off, len) => void this.#out.push(memory.u8.slice(off, off + len)),
      batchEnd: () => {},
    });
  }

  /**
   * Leaves the network for a fresh one: only in a process that `reexecInNamespace` started. Rejects with a
   * TunError.
   */
  static async open(): Promise<KernelSubject> {
    const libc = await loadSocketLibc();
    leaveNetwork(libc);
    for (const [name, value] of Object.entries(SYSCTLS)) {
      const file = `/proc/sys/net/ipv4/${name}`;
      if (existsSync(file)) writeFileSync(file, value); // a kernel without the setting has not what it sets
    }
    const device = await openTun({ memory: new Memory(), name: 'tun0', mtu: 1500 });
    try {
      const addresses = ([4, 6] as const).map((f) => ({
        address: ADDRESSES[f].stack,
        prefix: ADDRESSES[f].prefix,
      }));
      await configureInterface({ name: device.name, addresses, queueLength: 1000 });
      // Every ACK at once.
      for (const f of [4, 6] as const) {
        const to = `${ADDRESSES[f].peer}/${f === 4 ? 32 : 128}`;
        execFileSync('ip', [`-${f}`, 'route', 'add', to, 'dev', device.name, 'quickack', '1']);
      }
      return new KernelSubject(libc, device);
    } catch (error) {
      device.close();
      throw error;
    }
  }

  inject(packet: Uint8Array): void {
    this.#memory.u8.set(packet, this.#block);
    if (!this.#device.write(this.#block, packet.length)) {
      throw this.#device.lastError ?? new Error('the kernel had no room for a packet');
    }
  }

  take(flow: Flow): Uint8Array[] {
    this.#device.catchUp();
    const out = this.#out.filter((packet) => belongs(packet, flow));
    this.#out = [];
    return out;
  }

  settle(flow: Flow): void {
    const begun = performance.now();
    while (performance.now() < begun + SETTLE_MS) {
      this.#device.catchUp();
      if (this.#out.some((packet) => belongs(packet, flow))) break;
    }
    this.waitedMs += performance.now() - begun;
  }

  stateOf(flow: Flow): StateName {
    const family = flow.stack.family === 4 ? 4 : 6;
    const { stack, peer } = ADDRESSES[family];
    return kernelStateOf({
      localAddress: stack,
      localPort: flow.stackPort,
      remoteAddress: peer,
      remotePort: flow.peerPort,
    });
  }

  sendWindow(fd: number): number | null {
    return this.#calls.tcpInfo(fd)?.['tcpi_snd_wnd'] ?? null;
  }

  close(): void {
    this.#calls.closeAll();
    this.#device.close();
  }
}
