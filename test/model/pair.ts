// Two hosts and the network between them in somebody's hands: every packet waits until it is delivered,
// lost, doubled or overtaken. The system under the model-based tests.

import { type Connection, Host, type HostInterface, type Listener } from '../../src/host/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';
import { brokenInvariant, type Rules, rfc9293, type TcpConfig } from '../../src/tcp/index.ts';

/** Which host: 0 opens, 1 listens. */
export type Which = 0 | 1;

/** Packets that wait in one direction at most; more are lost. */
const WAITING = 200;
/** Octets of Memory that two hosts with these buffers may hold. */
const MEMORY_BOUND = 2 ** 20;

/** Octet `i` of what host `from` sends. */
export function octetOf(from: Which, i: number): number {
  return (Math.imul(i + 1, 0x9e3779b1) >>> (from === 0 ? 13 : 17)) & 255;
}

/** One host, its end of the connection, and what its user knows. */
export class Station {
  readonly host: Host;
  readonly iface: HostInterface;
  /** Packets that it sent and that wait. */
  readonly out: Uint8Array[] = [];
  connection: Connection | null = null;
  listener: Listener | null = null;
  written = 0;
  received = 0;
  /** Pure ACKs since the counter was last set to zero. */
  acks = 0;

  constructor(host: Host, iface: HostInterface) {
    this.host = host;
    this.iface = iface;
  }
}

/** The system. */
export class Pair {
  readonly memory = new StrictMemory();
  readonly stations: readonly [Station, Station];
  nowUs = 1_000_000;
  /** An attacker on the path may have written some of the text. */
  forged = false;
  /** Packets that arrived. */
  arrived = 0;

  constructor(config: Partial<TcpConfig> = {}, synBacklog = 8, rules: Rules = rfc9293) {
    this.stations = [this.#station(0, config, rules), this.#station(1, config, rules)];
    this.stations[1].listener = this.stations[1].host.listen({ port: 80, synBacklog });
  }

  #station(which: Which, tcp: Partial<TcpConfig>, rules: Rules): Station {
    let x = 77 + which;
    const host = new Host({
      name: which === 0 ? 'client' : 'server',
      clock: { now: () => this.nowUs },
      random: () => (x = (Math.imul(x, 0x2c1b3c6d) + 0x297a2d39) ^ (x >>> 15)),
      memory: this.memory,
      tcp,
      rules,
    });
    const iface = host.addInterface({ name: 'eth0', addresses: [`10.0.0.${which + 1}/24`] });
    const station = new Station(host, iface);
    iface.attach((off, len) => {
      if (station.out.length < WAITING) station.out.push(this.memory.u8.slice(off, off + len));
      this.memory.free(off, len);
    });
    host.tap = {
      segmentOut: (_, seg) => {
        if (seg.textLen === 0 && (seg.ctl & 7) === 0) station.acks++;
      },
    };
    return station;
  }

  /** A packet arrives at a host. */
  give(to: Which, bytes: Uint8Array): void {
    const { iface, host } = this.stations[to];
    const off = this.memory.alloc(bytes.length);
    this.memory.u8.set(bytes, off);
    iface.receive(off, bytes.length);
    this.memory.free(off, bytes.length);
    host.poll(this.nowUs);
    this.arrived++;
    this.check();
  }

  /** The `i`-th waiting packet of a host arrives at the other one; it waits no more unless it is `kept`. */
  deliver(from: Which, i: number, kept = false): void {
    const { out } = this.stations[from];
    if (out.length === 0) return;
    const at = i % out.length;
    const bytes = out[at] as Uint8Array;
    if (!kept) out.splice(at, 1);
    this.give((1 - from) as Which, bytes);
  }

  /** Lets time pass; the hosts do what is due on the way. */
  pass(us: number): void {
    const until = this.nowUs + us;
    for (let i = 0; i < 100_000; i++) {
      const wake = Math.min(...this.stations.map(({ host }) => host.wakeAt()));
      this.nowUs = Math.min(until, Math.max(this.nowUs, wake));
      for (const { host } of this.stations) host.poll(this.nowUs);
      this.check();
      if (wake > until) return;
    }
    throw new Error('the hosts never come to rest');
  }

  /** What holds after every event. */
  check(): void {
    for (const { host } of this.stations) {
      for (const c of host.connections) {
        const broken = brokenInvariant(c.tcb);
        if (broken !== null) throw new Error(`${host.name}: ${broken}`);
      }
    }
    if (this.memory.used > MEMORY_BOUND) throw new Error(`${this.memory.used} octets of Memory in use`);
  }

  /** The user of a host writes `n` more octets of its stream; how many were taken. */
  write(which: Which, n: number): number {
    const station = this.stations[which];
    const piece = Uint8Array.from({ length: n }, (_, i) => octetOf(which, station.written + i));
    const taken = station.connection?.offer(piece) ?? 0;
    station.written += taken;
    this.check();
    return taken;
  }

  /** The user reads; throws when an octet is not the one that was sent. */
  read(which: Which, max = 0x7fffffff): number {
    const station = this.stations[which];
    const chunk = station.connection?.take(max) ?? null;
    if (chunk === null) return 0;
    for (let i = 0; i < chunk.length && !this.forged; i++) {
      const expected = octetOf((1 - which) as Which, station.received + i);
      if (chunk[i] !== expected)
        throw new Error(
          `${station.host.name}: octet ${station.received + i} is ${chunk[i]}, not ${expected}`,
        );
    }
    station.received += chunk.length;
    this.check();
    return chunk.length;
  }

  /** Takes what waits to be accepted. */
  accept(): void {
    const station = this.stations[1];
    const c = station.listener?.take() ?? null;
    if (c !== null) station.connection ??= c;
  }

  /** The network works again: everything arrives in order, `ms` of it. Packets that arrived. */
  heal(ms: number, each: () => void = () => {}): number {
    const before = this.arrived;
    // A window of one octet takes a segment and an ACK for each.
    const [a, b] = this.stations;
    const most = 2000 + 4 * (a.written + b.written);
    for (let t = 0; t < ms; t += 100) {
      for (let rounds = 0; this.stations.some(({ out }) => out.length > 0); rounds++) {
        if (rounds > most) throw new Error('a storm: packets go to and fro while no time passes');
        this.deliver(0, 0);
        this.deliver(1, 0);
        each();
      }
      this.pass(100_000);
      each();
    }
    return this.arrived - before;
  }

  /** Everybody goes; nothing may be left. */
  end(): void {
    this.stations[1].listener?.close();
    for (const { host, connection } of this.stations) {
      for (const c of host.connections) c.abort();
      connection?.discard();
    }
    for (const { out } of this.stations) out.length = 0;
    this.pass(200_000_000);
    for (const { host, out } of this.stations) {
      out.length = 0;
      if (host.tcp.size + host.tcp.timeWait.size > 0 || host.wakeAt() !== Number.POSITIVE_INFINITY)
        throw new Error(`${host.describe()} is left`);
    }
    if (this.memory.used !== 0) throw new Error(`${this.memory.used} octets of Memory are left`);
  }
}
