// Two kernels on a simulated wire, in real time: each is a network namespace of this process with a TUN interface for
// every lane. One thread does everything: it waits until a packet, a socket or the wire wants something.

import { writeFileSync } from 'node:fs';
import { leaveNetwork } from '../../src/drill/kernel/index.ts';
import type { Host, HostInterface } from '../../src/host/index.ts';
import { RealtimeDriver, type Wire, type WireOptions, type World } from '../../src/sim/index.ts';
import { type Flow, PATTERN, PIECE } from './flow.ts';
import { Fork } from './fork.ts';
import { FIRST_PORT, type Lane, openFrom } from './hosts.ts';
import { Jitter } from './jitter.ts';
import { type BenchLibc, loadBenchLibc } from './libc.ts';
import { TunPort } from './tun-port.ts';
import { Waiting } from './waiting.ts';

const AF_INET = 2;
const SOCK_STREAM_NONBLOCK = 1 | 0x800;
const SOL_TCP = 6;
const TCP_CONGESTION = 13;
const SHUT_WR = 1;
/** Of the address of a host that shares the left end of a lane with the kernel: 10.n.0.3. */
export const HOST_OCTET = 3;
const SCHED_FIFO = 1;

/** How late the wire was, in µs of real time: what the machine adds to the network. */
export interface Lateness {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A lane to be made. */
export interface LaneWish {
  readonly wire: WireOptions;
  /** For each connection to be opened: the kernel's congestion control, or the host that sends it. */
  readonly flows: readonly (string | Host)[];
  /** The flows share the bottleneck, and its queue must not prefer one of them: see jitter.ts. */
  readonly shared?: boolean;
}

/** The two kernels. Only in a process that `reexecInNamespace` started: there can be one of it. */
export class Kernels {
  readonly world: World;
  readonly lanes: Lane[] = [];
  readonly #libc: BenchLibc;
  readonly #waiting: Waiting;
  readonly #driver: RealtimeDriver;
  readonly #late: number[] = [];
  readonly #forks: Fork[] = [];
  readonly #sink = new Uint8Array(new ArrayBuffer(PIECE));

  private constructor(libc: BenchLibc, world: World) {
    this.#libc = libc;
    this.world = world;
    this.#waiting = new Waiting(libc);
    // The loop of `run` asks the world when it wants to be woken.
    this.#driver = new RealtimeDriver(world, {
      now: () => performance.now() * 1000,
      setTimer: () => null,
      clearTimer: () => {},
    });
  }

  /** Makes lanes. Rejects where the kernel has no such congestion control. */
  static async open(world: World, wishes: readonly LaneWish[]): Promise<Kernels> {
    const libc = await loadBenchLibc();
    const kernels = new Kernels(libc, world);
    // A socket belongs to the namespace in which it was made: all of them are made before they are used.
    const left = await kernels.#side(wishes, 1);
    const senders = wishes.map(({ flows }) =>
      flows.map((by) => (typeof by === 'string' ? kernels.#sender(by) : by)),
    );
    const right = await kernels.#side(wishes, 2);
    const listeners = wishes.map(({ flows }, n) =>
      flows.map((_, i) => kernels.#listen(`10.${n}.0.2`, FIRST_PORT + i)),
    );
    for (const [n, { wire, flows, shared }] of wishes.entries()) {
      const [a, b] = [left[n] as TunPort, right[n] as TunPort];
      for (const port of [a, b]) kernels.#waiting.add(port.fd, true, false, () => port.drain());
      const host = flows.find((by) => typeof by !== 'string');
      const fork = host === undefined ? null : new Fork(a, host.interfaces[1] as HostInterface, HOST_OCTET);
      if (fork !== null) kernels.#forks.push(fork);
      const end = fork ?? a;
      const made = world.wire(shared === true ? new Jitter(end, world, `lane ${n}`) : end, b, wire);
      kernels.lanes.push(kernels.#lane(made, n, senders[n] ?? [], listeners[n] ?? []));
    }
    kernels.#beforeAllOthers();
    kernels.#driver.start();
    return kernels;
  }

  /** A kernel of its own, with an interface for each lane. */
  async #side(wishes: readonly LaneWish[], octet: number): Promise<TunPort[]> {
    leaveNetwork(this.#libc);
    writeFileSync('/proc/sys/net/ipv4/tcp_no_metrics_save', '1'); // every flow is the first to its peer
    const ports: TunPort[] = [];
    for (const n of wishes.keys())
      ports.push(await TunPort.open(this.#libc, this.world.memory, `lane${n}`, `10.${n}.0.${octet}`));
    return ports;
  }

  #lane(wire: Wire, n: number, senders: readonly (number | Host)[], listeners: readonly number[]): Lane {
    let next = 0;
    const open = (flow: Flow): void => {
      const i = next++;
      flow.openedUs = this.world.now();
      this.#accept(listeners[i] as number, flow);
      const sender = senders[i] as number | Host;
      if (typeof sender === 'number') this.#connect(sender, `10.${n}.0.2`, FIRST_PORT + i, flow);
      else openFrom(sender, `10.${n}.0.2`, FIRST_PORT + i, flow);
    };
    return { wire, open };
  }

  /** Other programs of the machine must not make the wire late; where that is not allowed, they do. sched(7) */
  #beforeAllOthers(): void {
    const priority = new Uint8Array(new Uint32Array([1]).buffer);
    this.#libc.schedSetScheduler(0, SCHED_FIFO, this.#libc.addressOf(priority));
  }

  // Sockets.

  #socket(): number {
    return this.#must('socket', this.#libc.socket(AF_INET, SOCK_STREAM_NONBLOCK, 0));
  }

  #must(what: string, result: number): number {
    if (result < 0) throw new Error(`${what}: errno ${this.#libc.errno()}`);
    return result;
  }

  #sender(control: string): number {
    const fd = this.#socket();
    const name = new Uint8Array(new ArrayBuffer(16));
    name.set(new TextEncoder().encode(control));
    const { setsockopt, addressOf } = this.#libc;
    const result = setsockopt(fd, SOL_TCP, TCP_CONGESTION, addressOf(name), control.length);
    this.#must(`the kernel's congestion control ${control}`, result);
    return fd;
  }

  #address(address: string, port: number): Uint8Array {
    const bytes = new Uint8Array(new ArrayBuffer(16));
    const dv = new DataView(bytes.buffer);
    dv.setUint16(0, AF_INET, true);
    dv.setUint16(2, port);
    bytes.set(address.split('.').map(Number), 4);
    return bytes;
  }

  #listen(address: string, port: number): number {
    const fd = this.#socket();
    const to = this.#address(address, port);
    this.#must('bind', this.#libc.bind(fd, this.#libc.addressOf(to), 16));
    this.#must('listen', this.#libc.listen(fd, 16));
    return fd;
  }

  #connect(fd: number, address: string, port: number, flow: Flow): void {
    const to = this.#address(address, port);
    this.#libc.connect(fd, this.#libc.addressOf(to), 16); // EINPROGRESS
    const pattern = this.#libc.addressOf(PATTERN);
    this.#waiting.add(fd, false, true, () => {
      while (flow.piece > 0) {
        const n = this.#libc.sendto(fd, pattern + flow.at, flow.piece, 0, 0, 0);
        if (n <= 0) return;
        flow.sent += n;
      }
      this.#waiting.remove(fd);
      if (flow.ends) this.#libc.shutdown(fd, SHUT_WR);
    });
  }

  #accept(listener: number, flow: Flow): void {
    this.#waiting.add(listener, true, false, () => {
      const fd = this.#libc.accept4(listener, 0, 0, SOCK_STREAM_NONBLOCK & ~1);
      if (fd < 0) return;
      this.#waiting.remove(listener);
      this.#waiting.add(fd, true, false, () => this.#receive(fd, flow));
    });
  }

  #receive(fd: number, flow: Flow): void {
    const n = this.#libc.recv(fd, this.#libc.addressOf(this.#sink), PIECE, 0);
    if (n < 0) throw new Error(`a connection of the bench broke: errno ${this.#libc.errno()}`);
    if (n === 0) this.#waiting.remove(fd);
    else flow.arrived(this.#sink.subarray(0, n), this.#driver.realNowUs());
  }

  // Time.

  /** Lets real time pass until `done` holds. */
  run(done: () => boolean): void {
    const { world } = this;
    while (!done()) {
      const late = this.#driver.realNowUs() - world.nextAt();
      if (late > 0) this.#late.push(late);
      this.#driver.sync();
      const sent = this.#forks.some(({ waits }) => waits);
      const ready = this.#waiting.wait(sent ? 0 : world.nextAt() - this.#driver.realNowUs());
      if (!ready && !sent) continue;
      this.#driver.sync(); // what has come happens at the present
      if (ready) this.#waiting.tell();
      for (const fork of this.#forks) fork.drain();
    }
  }

  /** How late the wire was since this was asked last. */
  lateness(): Lateness {
    const sorted = this.#late.splice(0).sort((x, y) => x - y);
    const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }
}
