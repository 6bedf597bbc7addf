// The TCP of the Linux kernel as a target, in real time: a network namespace for every script, a TUN device
// whose other end is the script, and real sockets.

import {
  configureInterface,
  inNamespace,
  kernelTcpTable,
  openTun,
  RealClock,
  type TunDevice,
  TunError,
} from '../../link/tun/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { Memory } from '../../wire/index.ts';
import type { TcpInfo } from '../posix/index.ts';
import type { RunConfig, ShellAction, Target } from '../run/index.ts';
import { KernelCalls } from './calls.ts';
import { loadSocketLibc, pinnedBytes, type SocketLibc } from './libc.ts';
import { kernelShell } from './shell.ts';

const CLONE_NEWNET = 0x40000000;
const SCHED_FIFO = 1;
const SCHED_RESET_ON_FORK = 0x40000000;
/** Longest sleep: calls that wait are asked again that often, too. */
const SLICE_MS = 1;
/** The last of a wait is spent awake: timers are a millisecond late. */
const AWAKE_US = 2000;
/** Turns of the event loop in which a packet that is already in the queue arrives. */
const TURNS = 3;

/** This thread before all others, if it may: a busy machine must not make a script late. sched(7). */
function hurry(libc: SocketLibc): void {
  const priority = pinnedBytes(4);
  new Uint32Array(priority.buffer)[0] = 1;
  libc.schedSetScheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, libc.addressOf(priority));
}

/** The kernel of this machine behind a TUN device. */
export class KernelTarget implements Target {
  readonly name = 'kernel';
  readonly syscalls: KernelCalls;
  onPacket: ((packet: Uint8Array, atUs: number) => void) | null = null;
  readonly #clock: RealClock;
  readonly #device: TunDevice;
  #wake: () => void = () => {};

  private constructor(clock: RealClock, calls: KernelCalls, device: TunDevice) {
    this.#clock = clock;
    this.syscalls = calls;
    this.#device = device;
    const { memory } = device;
    device.onPackets({
      receive: (off, len) => {
        this.onPacket?.(memory.u8.slice(off, off + len), clock.real());
      },
      batchEnd: () => this.#wake(),
    });
  }

  /**
   * A fresh network namespace with a TUN device in it. Only in a process that `reexecInNamespace` started: it
   * leaves the network that it has for the new one. Rejects with a TunError.
   */
  static async open(config: RunConfig): Promise<KernelTarget> {
    if (!inNamespace()) throw new TunError('EPERM', 'a kernel target wants a process in its own namespace');
    const libc = await loadSocketLibc();
    hurry(libc);
    if (libc.unshare(CLONE_NEWNET) < 0) throw new TunError('EPERM', 'no new network namespace', libc.errno());
    const device = await openTun({ memory: new Memory(), name: 'tun0', mtu: config.mtu });
    const four = config.wire === 4;
    try {
      await configureInterface({
        name: device.name,
        addresses: [{ address: config.localIp, prefix: four ? 16 : 48 }],
        routes: [{ destination: four ? '0.0.0.0' : '::', prefix: 0 }],
      });
    } catch (error) {
      device.close();
      throw error;
    }
    const clock = new RealClock();
    return new KernelTarget(clock, new KernelCalls(libc, () => clock.real()), device);
  }

  now(): number {
    return this.#clock.real();
  }

  inject(packet: Uint8Array): void {
    const { memory } = this.#device;
    const off = memory.alloc(packet.length);
    if (off === 0) throw new RangeError(`a packet of ${packet.length} octets`);
    memory.u8.set(packet, off);
    const taken = this.#device.write(off, packet.length);
    memory.free(off, packet.length);
    if (!taken) throw this.#device.lastError ?? new Error('the kernel had no room for a packet');
  }

  async advance(untilUs: number, stop: () => boolean): Promise<void> {
    while (!stop()) {
      const left = untilUs - this.now();
      if (left <= 0) return this.#settle(stop);
      await this.#pause(left);
    }
  }

  /** What the kernel has already sent comes in before the wait ends. */
  async #settle(stop: () => boolean): Promise<void> {
    for (let i = 0; i < TURNS; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (stop()) return;
    }
  }

  /** Until the next packet, or a while. */
  #pause(leftUs: number): Promise<void> {
    return new Promise((resolve) => {
      if (leftUs <= AWAKE_US) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, SLICE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  configure(_settings: Partial<TcpConfig>): string | null {
    return 'the kernel is configured by sysctl';
  }

  shell(text: string): ShellAction[] {
    return kernelShell(text);
  }

  tcpInfo(fd: number): TcpInfo | null {
    return this.syscalls.tcpInfo(fd);
  }

  countInState(state: string): number | null {
    return kernelTcpTable().filter((socket) => socket.state === state).length;
  }

  async close(): Promise<void> {
    this.syscalls.closeAll();
    this.#device.close();
  }
}
