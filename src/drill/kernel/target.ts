// The TCP of the Linux kernel as a target, in real time: a network namespace for every script, a TUN device
// whose other end is the script, and real sockets.

import { readFileSync } from 'node:fs';
import {
  configureInterface,
  kernelTcpTable,
  openTun,
  RealClock,
  type TunDevice,
} from '../../link/tun/index.ts';
import type { TcpInfo } from '../../socket/posix/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { completeSum, IpPacket, Malformed, Memory, type Offload, parseIp } from '../../wire/index.ts';
import { largeSegment, type RunConfig, readCounters, type ShellAction, type Target } from '../run/index.ts';
import { KernelCalls } from './calls.ts';
import { loadSocketLibc } from './libc.ts';
import { freshNamespace } from './namespace.ts';
import { Pace } from './pace.ts';
import { kernelShell } from './shell.ts';

/** The kernel of this machine behind a TUN device. */
export class KernelTarget implements Target {
  readonly name = 'kernel';
  readonly realTime = true;
  readonly ownSettings = true;
  readonly syscalls: KernelCalls;
  onPacket: ((packet: Uint8Array, atUs: number) => void) | null = null;
  readonly #clock: RealClock;
  readonly #device: TunDevice;
  readonly #pace: Pace;
  readonly #mss: number;

  private constructor(clock: RealClock, calls: KernelCalls, device: TunDevice, mss: number) {
    this.#mss = mss;
    this.#clock = clock;
    this.syscalls = calls;
    this.#device = device;
    this.#pace = new Pace(() => clock.real());
    const { memory } = device;
    device.onPackets({
      receive: (off, len, said = null) => {
        if (said !== null) completed(memory, off, len, said);
        this.onPacket?.(memory.u8.slice(off, off + len), clock.real());
      },
      batchEnd: () => this.#pace.wake(),
    });
  }

  /**
   * A fresh network namespace with a TUN device in it. Only in a process that `reexecInNamespace` started: it
   * leaves the network that it has for the new one. Rejects with a TunError.
   */
  static async open(config: RunConfig): Promise<KernelTarget> {
    const libc = await loadSocketLibc();
    freshNamespace(libc);
    // What stands for several segments has to be said beside it.
    const offload = config.mss > 0;
    const device = await openTun({ memory: new Memory(), name: 'tun0', mtu: config.mtu, offload });
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
    return new KernelTarget(clock, new KernelCalls(libc, () => clock.real()), device, config.mss);
  }

  now(): number {
    return this.#clock.real();
  }

  inject(packet: Uint8Array): void {
    const { memory } = this.#device;
    const off = memory.alloc(packet.length);
    if (off === 0) throw new RangeError(`a packet of ${packet.length} octets`);
    memory.u8.set(packet, off);
    const taken = this.#device.write(off, packet.length, largeSegment(packet, this.#mss));
    memory.free(off, packet.length);
    if (!taken) throw this.#device.lastError ?? new Error('the kernel had no room for a packet');
  }

  advance(untilUs: number, stop: () => boolean): Promise<void> {
    return this.#pace.advance(untilUs, stop);
  }

  configure(_settings: Partial<TcpConfig>): string | null {
    return 'the kernel is configured by sysctl';
  }

  shell(text: string): ShellAction[] {
    return kernelShell(text, (name) => {
      this.syscalls.congestion = name;
    });
  }

  tcpInfo(fd: number): TcpInfo | null {
    return this.syscalls.tcpInfo(fd);
  }

  countInState(state: string): number | null {
    return kernelTcpTable().filter((socket) => socket.state === state).length;
  }

  counters(): ReadonlyMap<string, number> {
    return readCounters(procNet('netstat') + procNet('snmp'));
  }

  socketLines(): readonly string[] {
    return ['tcp', 'tcp6']
      .flatMap((name) => procNet(name).split('\n').slice(1))
      .filter((line) => line !== '');
  }

  async close(): Promise<void> {
    this.syscalls.closeAll();
    this.#device.close();
  }
}

/** A packet whose checksum the kernel has left to the device. */
function completed(memory: Memory, off: number, len: number, said: Offload): void {
  const packet = new IpPacket();
  if (parseIp(memory, off, len, packet) !== Malformed.OK) return;
  packet.offload = said;
  completeSum(memory, packet);
}

/** A file about the network of this thread, which has left that of the process. */
function procNet(name: string): string {
  return readFileSync(`/proc/thread-self/net/${name}`, 'utf8');
}
