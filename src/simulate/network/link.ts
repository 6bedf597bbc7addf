// The network between two hosts (or a host and a switch): a wire, and the faults that befall it. All of them act on
// connections that are established, too.

import { flag, needed, real, Schema, text, whole } from '../../options/index.ts';
import {
  type PacketInfo,
  type Port,
  type Random,
  type RuleHandle,
  Wire,
  type WireConfig,
  type WireDirection,
  type WireRule,
  type World,
} from '../../sim/index.ts';
import { type Memory, RST } from '../../wire/index.ts';
import { bpsOf, type Duration, duration, type Rate, rate, usOf } from '../units.ts';
import type { Fault, FaultAction, FaultKind, Faults } from './fault.ts';
import { type LinkOptions, linkOptions, wireConfigOf } from './link-options.ts';
import { NatTable } from './nat.ts';
import { resetTo } from './reset.ts';

/** Of most faults of a link. */
export interface FaultOptions {
  /** Only what comes from this end. Default: both directions. */
  from?: string;
  /** Only TCP and UDP from or to this port. Default: everything. */
  port?: number;
}

const faultOptions = new Schema<FaultOptions>('fault', { from: text, port: whole(1, 0xffff) });
const partitionOptions = new Schema<Pick<FaultOptions, 'from'>>('partition', { from: text });
const resetOptions = new Schema<Pick<FaultOptions, 'port'>>('reset', { port: whole(1, 0xffff) });

const probability = new Schema<{ probability: number }>('fault', { probability: needed(real(0, 1)) });
const timed = new Schema<{ time: Duration }>('fault', { time: needed(duration) });
const rated = new Schema<{ rate: Rate; queue?: number }>('fault', { rate: needed(rate), queue: whole(1) });

/** Of {@link Link.nat}. */
export interface NatOptions {
  /** A flow without a packet for so long is forgotten. Default 60 s. */
  idle?: Duration;
  /** Whoever sends into a flow that was forgotten gets a RST, instead of silence. Default false. */
  reset?: boolean;
  /** Flows that it has room for: beyond, the one that has been idle for longest is forgotten. Default 65,536. */
  flows?: number;
}

const natOptions = new Schema<NatOptions>('nat', { idle: duration, reset: flag, flows: whole(1) });

/** A fault that forgets flows. */
export interface Nat extends Fault {
  /** Flows that it knows now. */
  readonly flows: number;
  /** Flows that were forgotten because its table was full. */
  readonly evicted: number;
}

/** What an end of a link is. */
export interface LinkEnd {
  readonly name: string;
  /** It has no program: what is delivered to it is sent on at once. */
  readonly passesOn?: boolean;
  /** A packet has come, whose block it may keep. True: it does. */
  deliver(off: number, len: number): boolean;
}

/** The link's side of an end. */
class EndPort implements Port {
  readonly kind = 'ip';
  readonly mtu = 65_535;
  readonly memory: Memory;
  readonly #end: LinkEnd;
  transmit: ((off: number, len: number) => void) | null = null;

  constructor(end: LinkEnd, memory: Memory) {
    this.#end = end;
    this.memory = memory;
  }
  attach(transmit: ((off: number, len: number) => void) | null): void {
    this.transmit = transmit;
  }
  receive(off: number, len: number): void {
    if (this.#end.deliver(off, len)) throw new RangeError('a block that is not to be kept');
  }
  deliver(off: number, len: number): boolean {
    return this.#end.deliver(off, len);
  }
}

/** Sends a RST to both ends of each connection (of `port`) whose segments go by a link; to how many. */
export type Resets = (link: Link, port: number | undefined) => number;

/** How fast a wire is. */
type Pace = Required<Pick<WireConfig, 'bandwidthBps' | 'queuePackets'>>;

/** A fault that holds packets. */
export interface Hold extends Fault {
  /** Lets what is held go on; what comes is held again. */
  release(): void;
}

/** A link of a simulation: `sim.link('api', 'db')`. */
export class Link {
  /** Names of the ends. */
  readonly ends: readonly [string, string];
  /** What it is made of: counters, a tap, packet rules. */
  readonly wire: Wire;
  readonly a: LinkEnd;
  readonly b: LinkEnd;
  readonly #ports: readonly [EndPort, EndPort];
  readonly #faults: Faults;
  readonly #resets: Resets;
  readonly #random: Random;
  #cuts = { ab: 0, ba: 0 };
  /** As it is without faults, and what faults allow. */
  #pace: Pace;
  readonly #limits: Partial<Pace>[] = [];
  #number = 0;

  /** @internal */
  constructor(world: World, a: LinkEnd, b: LinkEnd, options: LinkOptions, faults: Faults, resets: Resets) {
    this.#resets = resets;
    this.ends = [a.name, b.name];
    this.a = a;
    this.b = b;
    this.#faults = faults;
    this.#random = world.random.fork(`link ${this.name}`);
    this.#ports = [new EndPort(a, world.memory), new EndPort(b, world.memory)];
    this.wire = new Wire(world, this.#ports[0], this.#ports[1], {
      name: this.name,
      ends: this.ends,
      ...wireConfigOf(options),
    });
    const { bandwidthBps, queuePackets } = this.wire.ab.config;
    this.#pace = { bandwidthBps, queuePackets };
  }

  /** `api-db`. */
  get name(): string {
    return this.ends.join('-');
  }

  /** @internal A packet enters at an end. */
  send(from: LinkEnd, off: number, len: number): void {
    this.#ports[from === this.a ? 0 : 1].transmit?.(off, len);
  }

  /** Changes what it is like, for good. Packets under way keep their times. @throws OptionTypeError, OptionRangeError */
  set(options: LinkOptions): this {
    linkOptions.check(options);
    const config = wireConfigOf(options, this.wire.ab.config);
    const { bandwidthBps = this.#pace.bandwidthBps, queuePackets = this.#pace.queuePackets } = config;
    this.#pace = { bandwidthBps, queuePackets };
    this.wire.configure({ ...config, ...this.#paced() });
    return this;
  }

  // Faults by name.

  /** Each packet is lost with a probability. */
  loss(p: number, options: FaultOptions = {}): Fault {
    probability.check({ probability: p });
    return this.#dice('loss', p, { drop: true }, options);
  }

  /** Packets take longer by `time`. */
  delay(time: Duration, options: FaultOptions = {}): Fault {
    timed.check({ time });
    return this.#rule('delay', options, () => true, { delayUs: usOf(time, 'delay') });
  }

  /** Packets take longer, by chance up to `time`, and overtake each other. */
  jitter(time: Duration, options: FaultOptions = {}): Fault {
    timed.check({ time });
    const most = usOf(time, 'jitter');
    const random = this.#fork();
    return this.#rule('jitter', options, () => true, { delayBy: () => random.int(most + 1) });
  }

  /** Each packet is overtaken with a probability: it takes `time` longer. Default 10 ms. */
  reorder(p: number, options: FaultOptions & { readonly time?: Duration } = {}): Fault {
    probability.check({ probability: p });
    const { time = 10, ...rest } = options;
    timed.check({ time });
    return this.#dice('reorder', p, { delayUs: usOf(time, 'reorder') }, rest);
  }

  /** Each packet arrives twice with a probability. */
  duplicate(p: number, options: FaultOptions = {}): Fault {
    probability.check({ probability: p });
    return this.#dice('duplicate', p, { duplicate: 1 }, options);
  }

  /** A bit of each packet is flipped with a probability: its checksum is wrong, whoever gets it drops it. */
  corrupt(p: number, options: FaultOptions = {}): Fault {
    probability.check({ probability: p });
    return this.#dice('corrupt', p, { corrupt: 'random' }, options);
  }

  /** No faster than this, in each direction, with a queue of so many packets (default 1000). */
  rate(bits: Rate, options: { readonly queue?: number } = {}): Fault {
    rated.check({ rate: bits, ...options });
    const { ab, ba } = this.wire;
    const from = ab.counters.sentPackets + ba.counters.sentPackets;
    const { queue } = options;
    const limit = { bandwidthBps: bpsOf(bits), ...(queue === undefined ? {} : { queuePackets: queue }) };
    this.#limits.push(limit);
    this.wire.configure(this.#paced());
    return this.#fault('rate', `rate of ${bits}`, {
      hits: () => ab.counters.sentPackets + ba.counters.sentPackets - from,
      lift: () => {
        this.#limits.splice(this.#limits.indexOf(limit), 1);
        this.wire.configure(this.#paced());
      },
    });
  }

  /** The slowest of all counts, and the queue that was said last. */
  #paced(): Pace {
    const { bandwidthBps, queuePackets } = this.#pace;
    return {
      bandwidthBps: Math.min(bandwidthBps, ...this.#limits.map((limit) => limit.bandwidthBps ?? Infinity)),
      queuePackets: this.#limits.findLast((limit) => limit.queuePackets)?.queuePackets ?? queuePackets,
    };
  }

  /** Packets of more octets are lost without a word: a path MTU black hole. */
  mtu(octets: number, options: FaultOptions = {}): Fault {
    linkOptions.check({ mtu: octets });
    return this.#rule('mtu', options, (p) => p.len > octets, { drop: true });
  }

  /** The cable is cut: nothing passes, and what is under way is lost. With `from`, what comes from that end. */
  partition(options: Pick<FaultOptions, 'from'> = {}): Fault {
    partitionOptions.check(options);
    const ways = this.#ways(options.from);
    const lost = (): number => sum(ways.map((way) => this.wire[way].counters.dropped.partition));
    const before = lost();
    for (const way of ways) if (this.#cuts[way]++ === 0) this.wire[way].partition(true);
    return this.#fault('partition', `partition${fromText(options.from)}`, {
      hits: () => lost() - before,
      lift: () => {
        for (const way of ways) if (--this.#cuts[way] === 0) this.wire[way].partition(false);
      },
    });
  }

  /** Packets are kept, and go on when it is lifted or released: a stall. */
  hold(options: FaultOptions = {}): Hold {
    let rule: RuleHandle | null = null;
    const fault = this.#rule(
      'hold',
      options,
      () => true,
      { hold: true },
      (made) => {
        rule = made;
      },
    );
    return Object.assign(fault, { release: () => rule?.release() });
  }

  /** Packets of a port vanish, in both directions unless `from` says so. Others pass. */
  blackhole(options: FaultOptions & { readonly port: number }): Fault {
    return this.#rule('blackhole', options, () => true, { drop: true });
  }

  /** A box on the way resets every connection (of `port`) that goes by this link: both ends get a RST, once. */
  reset(options: Pick<FaultOptions, 'port'> = {}): Fault {
    resetOptions.check(options);
    const { port } = options;
    const hits = this.#resets(this, port);
    const fault = this.#fault('reset', 'reset', { hits: () => hits, lift: () => {} });
    fault.lift();
    return fault;
  }

  /** A NAT on the way that forgets flows: what comes later for them is lost, unless it is a SYN. */
  nat(options: NatOptions = {}): Nat {
    natOptions.check(options);
    const { idle = '60s', reset = false, flows = 65_536 } = options;
    const table = new NatTable(this.#faults.now(), usOf(idle, 'nat', 'idle'), flows);
    const fault = this.#rule(
      'nat',
      {},
      (p) => !table.knows(p),
      { drop: true },
      undefined,
      (p) => {
        if (reset) this.#answerReset(p);
      },
    );
    return Object.defineProperties(fault, {
      flows: { get: () => table.flows },
      evicted: { get: () => table.evicted },
    }) as Nat;
  }

  /**
   * A packet rule: as text (`drop data#3 api->db`, `delay SYN 200ms`, `dup ACK#2`; see parseRule), or with functions.
   * @throws RuleError, OptionTypeError, OptionRangeError
   */
  rule(rule: string | WireRule): Fault {
    const live = typeof rule === 'string' ? this.wire.rule(rule) : this.wire.rule(rule);
    const text = typeof rule === 'string' ? rule : (rule.text ?? 'rule');
    return this.#fault('rule', `"${text}"`, { hits: () => live.fired, lift: () => live.remove() });
  }

  // How they are made.

  #fork(): Random {
    return this.#random.fork(`fault ${++this.#number}`);
  }

  #fault(kind: FaultKind, text: string, action: FaultAction): Fault {
    return this.#faults.add(kind, `${text} on ${this.name}`, action);
  }

  #ways(from: string | undefined): ('ab' | 'ba')[] {
    if (from === undefined) return ['ab', 'ba'];
    this.#checkEnd(from);
    return [from === this.ends[0] ? 'ab' : 'ba'];
  }

  #checkEnd(name: string): void {
    if (!this.ends.includes(name))
      throw new RangeError(
        `link ${this.name}: '${name}' is none of its ends, which are ${this.ends.join(' and ')}`,
      );
  }

  #dice(kind: FaultKind, p: number, action: WireRule['action'], options: FaultOptions): Fault {
    const random = this.#fork();
    return this.#rule(kind, options, () => random.chance(p), action);
  }

  #rule(
    kind: FaultKind,
    options: FaultOptions,
    match: (p: PacketInfo) => boolean,
    action: WireRule['action'],
    made?: (rule: RuleHandle) => void,
    matched?: (p: PacketInfo) => void,
  ): Fault {
    faultOptions.check(options);
    const { from, port } = options;
    if (from !== undefined) this.#checkEnd(from);
    const rule = this.wire.rule({
      ...(from === undefined ? {} : { direction: from === this.ends[0] ? 'a->b' : 'b->a' }),
      match: (p) => {
        const does = (port === undefined || isOfPort(p, port)) && match(p);
        if (does) matched?.(p);
        return does;
      },
      action,
      text: kind,
    });
    made?.(rule);
    const where = port === undefined ? '' : ` of port ${port}`;
    return this.#fault(kind, `${kind}${where}${fromText(from)}`, {
      hits: () => rule.fired,
      lift: () => rule.remove(),
    });
  }

  /** RST to the sender of a packet. */
  #answerReset(p: PacketInfo): void {
    const { tcp, ip } = p;
    if (tcp === null || ip === null || (tcp.ctl & RST) !== 0) return;
    this.wire.inject(p.direction === 'a->b' ? 'b->a' : 'a->b', resetTo(ip, tcp));
  }

  /** @internal Packets of either direction. */
  get directions(): readonly [WireDirection, WireDirection] {
    return [this.wire.ab, this.wire.ba];
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function fromText(from: string | undefined): string {
  return from === undefined ? '' : ` from ${from}`;
}

function isOfPort(p: PacketInfo, port: number): boolean {
  return p.srcPort === port || p.dstPort === port;
}
