// The stage of every attack: a victim, 10.0.0.2, and a client that means well, 10.0.0.1, 10 ms apart on the
// simulated wire, in virtual time. The attacker is no host: its packets are written beforehand and arrive in
// bursts; what the victim sends to others than the client is counted and goes nowhere.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Host, type HostInterface, type HostOptions, type Listener } from '../../src/host/index.ts';
import { Wire, World } from '../../src/sim/index.ts';
import { DROP_COUNT, type Drop, dropName } from '../../src/tcp/index.ts';
import { ACK, IpPacket, Malformed, Memory, parseIp, parseTcp, Segment, SYN } from '../../src/wire/index.ts';
import { CLIENT, type Forged, forgeTcp } from './forge.ts';
import { type Experience, Legit, SERVICE, service } from './legit.ts';

const DELAY_US = 10_000;
/** Octets between packets of a burst. */
const SLOT = 2048;
const BURST = 1000;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Octets of the JavaScript heap after collection; the Memory is not in it. */
export function heapNow(): number {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

/** Processor time of this thread so far, in nanoseconds. */
function cpuNs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

/** A queue, the most it held, and the bound that it keeps. */
export interface Bound {
  readonly what: string;
  readonly most: number;
  readonly bound: number;
}

/** What an attack did. */
export interface Outcome {
  name: string;
  packets: number;
  octets: number;
  /** Processor time of a packet of the attack, in nanoseconds. */
  ns: number;
  /** Packets and octets that the victim sent to others than the client. */
  replies: number;
  replyOctets: number;
  /** Octets of the victim's Memory, less what the attack's own packets take: before, most, after. */
  memory: { before: number; most: number; after: number };
  heap: { before: number; during: number; after: number };
  bounds: Bound[];
  before: Experience;
  during: Experience;
  /** Counters of the victim that moved. */
  counters: Record<string, number>;
  /** What else was measured. */
  facts: Record<string, number | string>;
  /** How the client's long connection ended, or null. */
  broken: string | null;
}

/** Options of {@link Stage}. */
export interface StageOptions extends Partial<HostOptions> {
  kind?: 'ip' | 'ethernet';
  /** The victim's listener on the client's port. */
  listen?: { synCookies?: boolean; backlog?: number; synBacklog?: number; handler?: null };
  /** Most octets of the victim's Memory. */
  memoryMax?: number;
  seed?: number;
}

/** See the head of the file. */
export class Stage {
  readonly name: string;
  readonly world: World;
  readonly memory: Memory;
  readonly victim: Host;
  readonly client: Host;
  readonly port: HostInterface;
  readonly legit: Legit;
  readonly listener: Listener;
  readonly wire: Wire;
  /** The last TCP segment that went to somebody else than the client. */
  readonly reply = new Segment();
  readonly facts: Record<string, number | string> = {};
  /** Packets that the attack has sent, and what the victim sent to strangers. */
  packets = 0;
  octets = 0;
  replies = 0;
  replyOctets = 0;
  /** Called before each burst and at the end: notes the lengths of queues. */
  readonly watched: { what: string; bound: number; read: () => number; most: number }[] = [];
  readonly #packet = new IpPacket();
  readonly #slots: number;
  readonly #lengths = new Int32Array(BURST);
  readonly #countersBefore: Map<string, number>;
  readonly #heapBefore: number;
  #ns = 0;
  #mostMemory = 0;
  #memoryBefore = 0;
  #before: Experience | null = null;

  constructor(name: string, options: StageOptions = {}) {
    const { kind = 'ip', listen = {}, memoryMax = 256 << 20, seed = 1, ...host } = options;
    this.name = name;
    this.world = new World({ seed, memory: new Memory({ initial: 4 << 20 }) });
    this.memory = new Memory({ initial: Math.min(memoryMax, 64 << 20), max: memoryMax });
    const dice = (who: string): (() => number) => {
      const random = this.world.random.fork(who);
      return () => random.nextUint32();
    };
    const { clock } = this.world;
    this.victim = new Host({ clock, random: dice('victim'), name: 'victim', memory: this.memory, ...host });
    this.client = new Host({ clock, random: dice('client'), name: 'client', memory: this.world.memory });
    this.port = this.victim.addInterface({ kind, addresses: ['10.0.0.2/8', 'fd00::2/64'] });
    const near = this.client.addInterface({ kind, addresses: ['10.0.0.1/8', 'fd00::1/64'] });
    this.victim.addRoute('default', this.port);
    this.world.addNode(this.victim);
    this.world.addNode(this.client);
    this.wire = new Wire(this.world, this.port, near, { delayUs: DELAY_US });
    this.port.attach((off, len) => this.#sent(off, len));
    const { handler = service, ...rest } = listen;
    this.listener = this.victim.listen({ port: SERVICE, ...rest, ...(handler === null ? {} : { handler }) });
    this.legit = new Legit(this.world, this.client);
    this.#slots = this.memory.alloc(SLOT * BURST);
    this.#countersBefore = this.#counters();
    this.#heapBefore = heapNow();
    this.watch('SYN queue', this.listener.synBacklog, () => this.listener.synQueueLength);
  }

  /** Notes the most of a queue. */
  watch(what: string, bound: number, read: () => number): void {
    this.watched.push({ what, bound, read, most: 0 });
  }

  /** Packets of the victim: the client's go on the wire, others are counted and freed. */
  #sent(off: number, len: number): void {
    const p = this.#packet;
    const head = this.port.headerLen;
    if (head > 0 && this.memory.dv.getUint16(off + 12) === 0x0806) {
      // ARP: to the client if it is asked for.
      if (this.memory.dv.getInt32(off + 38) === CLIENT) {
        this.wire.ab.send(off, len);
        return;
      }
    } else if (parseIp(this.memory, off + head, len - head, p) === Malformed.OK) {
      if (p.dst3 === CLIENT || (p.family === 6 && p.dst3 === 1)) {
        this.wire.ab.send(off, len);
        return;
      }
      if (p.protocol === 6) parseTcp(this.memory, p.payloadOff, p.payloadLen, this.reply);
    }
    this.replies++;
    this.replyOctets += len;
    this.memory.free(off, len);
  }

  /** Processor time of the victim for packets of the attack so far, in nanoseconds. */
  get nsSpent(): number {
    return this.#ns;
  }

  /** Octets of the victim's Memory in use, without the attack's own packets. */
  get used(): number {
    return this.memory.used - (1 << 21);
  }

  /** Lets the client work alone. */
  peace(us = 1_000_000): void {
    if (this.#before === null) {
      this.legit.start();
      this.pass(200_000); // handshakes are no goodput
      this.legit.phase();
    }
    this.pass(us);
    this.#memoryBefore = this.used;
    this.#before = this.legit.phase();
  }

  /** Lets virtual time pass. */
  pass(us: number): void {
    this.world.runSync(this.world.now() + us);
    this.#look();
  }

  #look(): void {
    this.#mostMemory = Math.max(this.#mostMemory, this.used);
    for (const w of this.watched) w.most = Math.max(w.most, w.read());
  }

  /** One packet of the attack, now: `fill` writes it at an offset of the Memory and says how long it is. */
  one(fill: (mem: Memory, off: number) => number): void {
    const len = fill(this.memory, this.#slots);
    this.packets++;
    this.octets += len;
    this.port.receive(this.#slots, len);
  }

  /**
   * `count` packets in bursts of at most `burst`, one burst every `burst / perSecond` of virtual time. Only
   * the victim's work is timed: taking the burst, and the poll after it.
   */
  flood(
    count: number,
    perSecond: number,
    fill: (mem: Memory, off: number, i: number) => number,
    burst = BURST,
  ): void {
    const { memory, port } = this;
    for (let sent = 0; sent < count; ) {
      const n = Math.min(burst, BURST, count - sent);
      for (let i = 0; i < n; i++) {
        const len = fill(memory, this.#slots + i * SLOT, sent + i);
        this.#lengths[i] = len;
        this.octets += len;
      }
      const from = cpuNs();
      for (let i = 0; i < n; i++) port.receive(this.#slots + i * SLOT, this.#lengths[i] as number);
      this.victim.poll(this.world.now());
      this.#ns += cpuNs() - from;
      this.#look();
      sent += n;
      this.packets += n;
      this.pass((n / perSecond) * 1e6);
    }
  }

  /** A handshake by hand; the victim's ISS, or null when it does not answer. The peer's ISS is `irs`. */
  shake(f: Omit<Forged, 'ctl' | 'seq' | 'ack'>, irs: number): number | null {
    const had = this.replies;
    this.one((mem, off) => forgeTcp(mem, off, { ...f, ctl: SYN, seq: irs, text: 0 }));
    if (this.replies === had || this.reply.ctl !== (SYN | ACK) || this.reply.dstPort !== f.sport) return null;
    const iss = this.reply.seq;
    const ack = { ...f, ctl: ACK, seq: irs + 1, ack: iss + 1 };
    delete ack.more;
    this.one((mem, off) => forgeTcp(mem, off, ack));
    return iss;
  }

  #counters(): Map<string, number> {
    const all = new Map<string, number>();
    const { counters } = this.victim;
    for (const [name, value] of Object.entries(counters)) if (typeof value === 'number') all.set(name, value);
    for (let i = 1; i <= DROP_COUNT; i++) all.set(`drop ${dropName(i as Drop)}`, counters.drops[i] as number);
    return all;
  }

  /** Ends the attack, gives the victim `restUs` to recover, and says what happened. */
  end(restUs = 1_000_000): Outcome {
    const during = this.legit.phase();
    const duringHeap = heapNow();
    this.#look();
    this.pass(restUs);
    const counters: Record<string, number> = {};
    const plain = /^(packets|octets|segments|passive|icmpIn|udpIn)/;
    for (const [name, value] of this.#counters()) {
      const moved = value - (this.#countersBefore.get(name) ?? 0);
      if (moved > 0 && !plain.test(name)) counters[name] = moved;
    }
    const outcome: Outcome = {
      name: this.name,
      packets: this.packets,
      octets: this.octets,
      ns: this.#ns / Math.max(this.packets, 1),
      replies: this.replies,
      replyOctets: this.replyOctets,
      memory: { before: this.#memoryBefore, most: this.#mostMemory, after: this.used },
      heap: { before: this.#heapBefore, during: duringHeap, after: heapNow() },
      bounds: this.watched.map(({ what, most, bound }) => ({ what, most, bound })),
      before: this.#before ?? during,
      during,
      counters,
      facts: this.facts,
      broken: this.legit.broken,
    };
    this.legit.stop();
    return outcome;
  }
}
