// The place of a fuzzing session: a host under attack, its genuine peer, and an attacker who holds the wire
// between them and reads everything. Each number of a session's genome is one thing that happens: a packet
// goes on or is lost, the attacker sends something made of what he saw, a user calls, time passes.

import {
  type Connection,
  Host,
  type HostInterface,
  type Listener,
  type UdpSocket,
} from '../../src/host/index.ts';
import { Random } from '../../src/sim/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';
import { brokenInvariant, type Rules, rfc9293, type TcpConfig } from '../../src/tcp/index.ts';
import type { Segment } from '../../src/wire/index.ts';
import { pick, randomBirth, randomSpan } from '../support/dice.ts';
import type { Coverage } from './coverage.ts';
import type { Knowledge } from './damage.ts';
import { fragments } from './fragments.ts';
import { fixChecksums, fixLengths, get16, get32, layoutOf, put16, put32, TCP } from './layout.ts';
import { mutate } from './mutate.ts';
import { templates } from './templates.ts';

/** What a session attacks. */
export type LabKind = 'ipv4' | 'ipv6' | 'ethernet' | 'listener' | 'established';

const HISTORY = 48;
/** Packets that may be exchanged without time passing before it is a storm. */
const STORM = 30_000;
const PENDING = 400;
/** Polls of a host that it may ask for without time passing. */
const SPIN = 1000;

/** A host and what it has sent that nobody has received. */
class Side {
  readonly host: Host;
  readonly iface: HostInterface;
  readonly out: Uint8Array[] = [];
  readonly connections: Connection[] = [];
  listener: Listener | null = null;
  udp: UdpSocket | null = null;
  /** Segments without text, SYN, FIN and RST sent since `received` began. */
  acks = 0;

  constructor(host: Host, iface: HostInterface) {
    this.host = host;
    this.iface = iface;
  }
}

/** One session. */
export class Lab {
  readonly kind: LabKind;
  readonly memory: StrictMemory;
  readonly a: Side;
  readonly b: Side;
  /** Packets that the attacker gave to a host. */
  executions = 0;
  /** Called with each packet that a host receives: who, and what. */
  onPacket: ((to: 'a' | 'b', bytes: Uint8Array, nowUs: number) => void) | null = null;
  now = 1_000_000;
  readonly #coverage: Coverage;
  readonly #ethernet: boolean;
  readonly #family: 4 | 6;
  readonly #history: Uint8Array[] = [];
  readonly #options: Random;
  #numbers: number[] = [];

  readonly #rules: Rules;

  constructor(kind: LabKind, seed: number, coverage: Coverage, rules: Rules = rfc9293) {
    this.#rules = rules;
    this.kind = kind;
    this.#coverage = coverage;
    coverage.begin();
    const r = new Random(seed);
    this.#options = r;
    this.#ethernet = kind === 'ethernet' || (kind === 'established' && r.chance(0.2));
    this.#family = kind === 'ipv6' ? 6 : kind === 'ipv4' ? 4 : pick(r, [4, 6]);
    this.memory = new StrictMemory({ max: r.chance(0.1) ? 48 * 1024 : 32 * 2 ** 20, initial: 16 * 1024 });
    if (r.chance(0.3)) this.now = randomBirth(r);
    this.a = this.#side('a', 1);
    this.b = this.#side('b', 2);
    for (const template of templates(this.#ethernet)) this.#remember(template);
    this.#open();
  }

  #side(name: string, n: number): Side {
    const r = this.#options;
    const dice = r.fork(name);
    const host = new Host({
      name,
      clock: { now: () => this.now },
      random: () => dice.nextUint32(),
      memory: this.memory,
      tcp: this.#config(),
      rules: this.#rules,
      timeWaitCapacity: pick(r, [1, 3, 1000]),
    });
    const iface = host.addInterface({
      name: 'eth0',
      mtu: pick(r, [1500, 1500, 1280, 9000]),
      kind: this.#ethernet ? 'ethernet' : 'ip',
      mac: `02:00:00:00:00:0${n}`,
      addresses: [`10.0.0.${n}/24`, `fd00::${n}/64`],
    });
    const side = new Side(host, iface);
    iface.attach((off, len) => {
      const bytes = this.memory.u8.slice(off, off + len);
      this.memory.free(off, len);
      if (side.out.length < PENDING) side.out.push(bytes);
      this.#remember(bytes);
    });
    host.tap = {
      ...this.#coverage.tap(),
      processed: (tcb) => {
        const broken = tcb === null ? null : brokenInvariant(tcb);
        if (broken !== null) throw new Error(`${name}: ${broken}`);
      },
      segmentOut: (tcb, seg) => this.#sent(side, tcb === null ? null : tcb, seg),
    };
    return side;
  }

  #config(): Partial<TcpConfig> {
    const r = this.#options;
    return {
      mslMs: pick(r, [500, 30_000]),
      sendBuffer: pick(r, [1, 500, 20_000]),
      receiveBuffer: pick(r, [1, 300, 5000, 65_536]),
      windowScale: r.chance(0.7),
      timestamps: r.chance(0.6),
      sack: r.chance(0.7),
      noDelay: r.chance(0.4),
      delayedAckMs: pick(r, [0, 40]),
      keepAlive: r.chance(0.3),
      keepAliveIdleMs: 5000,
      keepAliveIntervalMs: 500,
      maxRanges: pick(r, [1, 3, 64]),
      r2Ms: 20_000,
      synR2Ms: 10_000,
      synAckR2Ms: 10_000,
    };
  }

  #sent(side: Side, tcb: Parameters<Coverage['sent']>[0], seg: Segment): void {
    this.#coverage.sent(tcb, seg);
    if (seg.textLen === 0 && (seg.ctl & 7) === 0) side.acks++;
  }

  #remember(bytes: Uint8Array): void {
    if (this.#history.length >= HISTORY) this.#history.splice(this.#options.int(HISTORY / 2), 1);
    this.#history.push(bytes);
  }

  #open(): void {
    const r = this.#options;
    const { a, b } = this;
    const small = this.kind === 'listener';
    a.listener = a.host.listen({
      port: 80,
      backlog: small ? pick(r, [0, 1, 3]) : 8,
      synBacklog: small ? pick(r, [0, 1, 3]) : pick(r, [8, 0]),
      synCookies: r.chance(0.8),
    });
    a.udp = a.host.udp({ port: 7, queue: 4 });
    if (this.kind === 'listener') return;
    this.#connect();
    if (this.kind !== 'established') return;
    for (let i = 0; i < 12; i++) this.#forward(i % 2 === 0 ? b : a, 3);
    this.#accept();
  }

  #connect(): void {
    const { b } = this;
    if (b.connections.length >= 6) return;
    try {
      b.connections.push(b.host.open({ address: this.#family === 4 ? '10.0.0.1' : 'fd00::1', port: 80 }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TcpError') throw error;
    }
  }

  #accept(): void {
    const c = this.a.listener?.take() ?? null;
    if (c !== null) this.a.connections.push(c);
  }

  // What happens.

  /** One thing, as the dice of one number of the genome say. */
  step(gene: number): void {
    const r = new Random(gene);
    const roll = r.int(100);
    if (roll < 45) this.#attack(r);
    else if (roll < 70) this.#forward(r.chance(0.5) ? this.a : this.b, 1 + r.int(4));
    else if (roll < 74) (r.chance(0.5) ? this.a : this.b).out.splice(0, 1 + r.int(3));
    else if (roll < 84) this.#pass(r);
    else this.#user(r);
    for (const side of [this.a, this.b]) this.#checkBounds(side);
  }

  #attack(r: Random): void {
    const victim = r.chance(0.75) ? this.a : this.b;
    const from = victim === this.a ? this.b : this.a;
    const k: Knowledge = { ethernet: this.#ethernet, numbers: this.#known(), others: this.#history };
    const genuine = from.out.length > 0 && r.chance(0.5);
    const source = genuine ? (from.out[r.int(from.out.length)] as Uint8Array) : pick(r, this.#history);
    if (this.kind === 'listener' && r.chance(0.5)) {
      this.#flood(r);
      return;
    }
    if (r.chance(0.06)) {
      for (const piece of fragments(source, r, this.#ethernet)) this.#receive(victim, piece);
      return;
    }
    const packet = mutate(source, r, k);
    const times = r.chance(0.1) ? 1 + r.int(5) : 1;
    for (let i = 0; i < times; i++) this.#receive(victim, packet);
    this.#remember(packet);
  }

  /** SYNs from many ports, and the ACKs that answer what comes back. */
  #flood(r: Random): void {
    const answers = this.a.out.filter((p) => isSynAck(p, this.#ethernet));
    if (answers.length > 0 && r.chance(0.6)) {
      const ack = answerTo(pick(r, answers), r, this.#ethernet);
      this.#receive(this.a, ack);
      return;
    }
    const syn = pick(r, templates(this.#ethernet).slice(0, 2)).slice();
    const { upper } = layoutOf(syn, this.#ethernet);
    put16(syn, upper, 1000 + r.int(r.chance(0.5) ? 5 : 60_000));
    put32(syn, upper + 4, r.nextUint32());
    if (r.chance(0.2)) put16(syn, upper + 14, 0);
    fixChecksums(syn, this.#ethernet);
    const k: Knowledge = { ethernet: this.#ethernet, numbers: [], others: this.#history };
    this.#receive(this.a, r.chance(0.2) ? mutate(syn, r, k) : syn);
  }

  /** Numbers of live connections. */
  #known(): number[] {
    const numbers = this.#numbers;
    numbers.length = 0;
    for (const side of [this.a, this.b]) {
      let n = 0;
      for (const c of side.host.connections) {
        if (++n > 4) break;
        const { snd, rcv } = c.tcb;
        numbers.push(rcv.nxt, rcv.edge, snd.una, snd.nxt, (snd.una - snd.maxWnd) | 0, rcv.acked, snd.end);
        numbers.push(c.tcb.tsRecent, snd.iss, rcv.irs);
      }
    }
    return numbers;
  }

  #receive(side: Side, bytes: Uint8Array): void {
    this.executions++;
    this.#give(side, bytes);
  }

  #give(side: Side, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { memory } = this;
    this.onPacket?.(side === this.a ? 'a' : 'b', bytes, this.now);
    const off = memory.alloc(bytes.length);
    if (off === 0) return; // full: the driver would have to drop it
    memory.u8.set(bytes, off);
    side.acks = 0;
    side.iface.receive(off, bytes.length);
    memory.free(off, bytes.length);
    // A whole datagram can come with one fragment, but it is one segment: one ACK answers it.
    if (side.acks > 1) throw new Error(`${side.host.name}: ${side.acks} ACKs for one packet`);
    side.host.poll(this.now);
  }

  #forward(from: Side, n: number): void {
    const to = from === this.a ? this.b : this.a;
    for (const bytes of from.out.splice(0, n)) this.#give(to, bytes);
  }

  #pass(r: Random): void {
    const wake = Math.min(this.a.host.wakeAt(), this.b.host.wakeAt());
    if (r.chance(0.5) && wake !== Number.POSITIVE_INFINITY) this.now = Math.max(this.now, wake);
    else if (r.chance(0.9)) this.now += pick(r, [1, 1000, 50_000, 1_000_000, 70_000_000]);
    else this.now += randomSpan(r);
    this.#poll();
  }

  #poll(): void {
    for (const { host } of [this.a, this.b]) {
      let polls = 0;
      do {
        if (++polls > SPIN) throw new Error(`${host.name} wakes at ${host.wakeAt()}, and it is ${this.now}`);
        host.poll(this.now);
      } while (host.wakeAt() <= this.now);
      for (const c of host.connections) {
        const broken = brokenInvariant(c.tcb);
        if (broken !== null) throw new Error(`${host.name} after timers: ${broken}`);
      }
    }
  }

  #user(r: Random): void {
    const side = r.chance(0.5) ? this.a : this.b;
    const c = side.connections.length === 0 ? null : pick(r, side.connections);
    switch (r.int(16)) {
      case 0:
        this.#connect();
        return;
      case 1:
      case 2:
        this.#accept();
        return;
      case 3:
        c?.end();
        break;
      case 4:
        if (r.chance(0.5)) c?.close();
        break;
      case 5:
        if (r.chance(0.3)) c?.abort();
        break;
      case 6:
        c?.setNoDelay(r.chance(0.5));
        break;
      case 7:
        if (r.chance(0.5)) c?.cork();
        else c?.uncork();
        break;
      case 8:
        c?.setKeepAlive(r.chance(0.7));
        break;
      case 9:
        if (r.chance(0.2)) this.#relisten(r);
        break;
      case 10:
      case 11:
      case 12:
        c?.take(pick(r, [1, 100, 0x7fffffff]));
        break;
      default:
        c?.offer(new Uint8Array(pick(r, [1, 10, 600, 5000])));
    }
    if (c !== null) {
      const broken = brokenInvariant(c.tcb);
      if (broken !== null) throw new Error(`${side.host.name} after a call: ${broken}`);
      if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') {
        c.discard();
        side.connections.splice(side.connections.indexOf(c), 1);
      }
    }
  }

  #relisten(r: Random): void {
    const { a } = this;
    a.listener?.close();
    a.listener = a.host.listen({ port: 80, backlog: pick(r, [0, 4]), synBacklog: pick(r, [0, 4]) });
  }

  #checkBounds({ host }: Side): void {
    const { size } = host.tcp;
    if (size > 40) throw new Error(`${host.name}: ${size} connections`);
    if (this.memory.used > 4 * 2 ** 20) throw new Error(`${this.memory.used} octets of Memory in use`);
  }

  /** The attacker goes. Nothing may go round for ever, and nothing may be left. */
  end(): void {
    let packets = 0;
    while (this.a.out.length > 0 || this.b.out.length > 0) {
      packets += this.a.out.length + this.b.out.length;
      if (packets > STORM) throw new Error(`a storm: ${packets} packets while no time passed`);
      this.#forward(this.a, PENDING);
      this.#forward(this.b, PENDING);
    }
    for (const side of [this.a, this.b]) {
      this.#coverage.counters(side.host.counters);
      side.listener?.close();
      side.udp?.close();
      for (const c of side.host.connections) c.abort();
      for (const c of side.connections) c.discard();
    }
    for (let i = 0; i < 200; i++) {
      this.a.out.length = 0;
      this.b.out.length = 0;
      const wake = Math.min(this.a.host.wakeAt(), this.b.host.wakeAt());
      if (wake === Number.POSITIVE_INFINITY) break;
      this.now = Math.max(this.now, wake);
      this.#poll();
    }
    for (const { host } of [this.a, this.b]) {
      const left = [host.tcp.size, host.tcp.timeWait.size, host.wakeAt()];
      if (left[0] !== 0 || left[1] !== 0 || left[2] !== Number.POSITIVE_INFINITY)
        throw new Error(`${host.name}: connections, TIME-WAIT, wake at: ${left.join(', ')} are left`);
    }
    if (this.memory.used !== 0) throw new Error(`${this.memory.used} octets of Memory are left`);
  }
}

function isSynAck(b: Uint8Array, ethernet: boolean): boolean {
  const l = layoutOf(b, ethernet);
  return l.protocol === TCP && l.upper >= 0 && ((b[l.upper + 13] ?? 0) & 0x17) === 0x12;
}

/** The ACK that a SYN,ACK asks for, with its timestamp and perhaps some text. */
function answerTo(synAck: Uint8Array, r: Random, ethernet: boolean): Uint8Array {
  const l = layoutOf(synAck, ethernet);
  const b = synAck.slice();
  if (ethernet) {
    b.set(synAck.subarray(6, 12), 0);
    b.set(synAck.subarray(0, 6), 6);
  }
  const size = l.version === 4 ? 4 : 16;
  const src = l.ip + (l.version === 4 ? 12 : 8);
  b.set(synAck.subarray(src + size, src + 2 * size), src);
  b.set(synAck.subarray(src, src + size), src + size);
  const at = l.upper;
  put16(b, at, get16(synAck, at + 2));
  put16(b, at + 2, get16(synAck, at));
  put32(b, at + 4, get32(synAck, at + 8));
  put32(b, at + 8, (get32(synAck, at + 4) + (r.chance(0.8) ? 1 : r.int(4))) | 0);
  b[at + 13] = pick(r, [0x10, 0x10, 0x18, 0x11, 0x14]);
  const header = 4 * ((b[at + 12] as number) >> 4);
  const out = new Uint8Array(at + header + pick(r, [0, 0, 1, 100]));
  out.set(b.subarray(0, at + header));
  for (let i = at + 20; i + 10 <= at + header; i++) {
    if (out[i] !== 8 || out[i + 1] !== 10) continue;
    const value = get32(out, i + 2);
    put32(out, i + 2, (get32(out, i + 6) + 1) | 0);
    put32(out, i + 6, value);
    break;
  }
  fixLengths(out, ethernet);
  fixChecksums(out, ethernet);
  return out;
}
