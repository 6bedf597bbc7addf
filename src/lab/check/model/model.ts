// The transition system that the search explores: two hosts with the real engine (side.ts) and the packets between
// them (packets.ts). A state is octets; an action is a user call, a delivery, a timer, or a fault.
//
// Time. Packets take no time, timers do: the clock moves only to the earliest deadline of both hosts. In a `slow`
// network packets stay under way meanwhile and grow older, up to one MSL; in a `fast` one they are lost. An encoded
// state stands at one and the same instant, its deadlines and ages relative to that.
//
// Reductions, none of which leaves out a behaviour of the two hosts:
// - Loss is no action. A packet that is never delivered is lost: it stays under way until the clock has passed its
//   lifetime. Whatever can happen after a loss can happen while the packet is still under way.
// - When no timer runs, everything under way is lost by one action (`expire`): what would survive some of it can be
//   delivered before as well.
// - Copies of a packet of the same age are one packet and a count.
// - Ghosts of incarnations that nothing refers to any more are forgotten.
// - A RST to a host that has no connection and can have none any more is lost: it would be dropped.

import {
  abort,
  brokenRelation,
  close,
  detach,
  Err,
  openActive,
  type Rules,
  receivable,
  receive,
  rfc9293,
  State,
  segmentArrives,
  send,
  timeout,
} from '../../../tcp/index.ts';
import { RST, Segment, SYN } from '../../../wire/segment.ts';
import { CUT, type Liveness, type System } from '../search/index.ts';
import { TcpEvent } from '../tla/index.ts';
import { type ModelConfig, type Program, tcpOf } from './config.ts';
import { forge, forgeriesTo } from './forgeries.ts';
import { lookAt, marksOf, untilTimer } from './in-state.ts';
import { EVENTS, Kind } from './kinds.ts';
import { MOST_INCARNATIONS, Numbers } from './numbers.ts';
import { MOST_PACKETS, Packets } from './packets.ts';
import { LIVENESS, type ModelProperty, P, PROPERTIES, type PropertyName } from './properties.ts';
import { FACTS } from './roles.ts';
import { BASE_MS, type Shared, Side } from './side.ts';
import { StateCodec, type Used } from './state-codec.ts';
import { FAR_MS } from './tcb-codec.ts';

/** What differs from the model's rules. */
export interface ModelOptions {
  /** The rules of both hosts. Default: RFC 9293. */
  readonly rules?: Rules;
  /** True: the listener's SYN queue has no bound. */
  readonly unbounded?: boolean;
  /** Properties to look at. Default: all. */
  readonly properties?: readonly PropertyName[];
}

/** A bounded model of the real engine. */
export class TcpModel implements System {
  readonly config: ModelConfig;
  readonly initials = 1;
  readonly maxBytes: number;
  readonly properties: readonly ModelProperty[];
  readonly coverageNames: readonly string[] = FACTS;
  readonly liveness: readonly Liveness[];
  readonly sides: readonly [Side, Side];
  readonly packets: Packets;

  readonly #shared: Shared;
  readonly #mask: number;
  readonly #mslMs: number;
  readonly #synR2Ms: number;
  readonly #seg = new Segment();
  readonly #source: Uint8Array;
  #sourceLength = 0;
  /** True: the hosts are no longer as in the source. */
  #dirty = false;
  readonly #used: Used = { losses: 0, duplicates: 0, injections: 0, crashes: 0, floods: 0 };
  readonly #codec: StateCodec;
  readonly #kinds = new Uint8Array(2 * MOST_PACKETS + 40);
  readonly #arguments = new Uint8Array(2 * MOST_PACKETS + 40);
  #actions = 0;
  #threw = false;

  constructor(config: ModelConfig, options: ModelOptions = {}) {
    this.config = config;
    this.properties = PROPERTIES.map((p) => expected(p, config));
    this.liveness = LIVENESS.map((p) => expected(p, config));
    const tcp = tcpOf(config);
    this.#mslMs = tcp.mslMs;
    this.#synR2Ms = tcp.synAckR2Ms;
    const numbers: [Numbers, Numbers] = [new Numbers([0, 0, 0, 0]), new Numbers([0, 0, 0, 0])];
    const packets = new Packets(numbers, config.flight);
    this.packets = packets;
    this.#shared = {
      packets,
      fromInc: 0,
      cause: 0,
      forged: false,
      event: TcpEvent.SEGMENT,
      broken: 0,
      cut: 0,
      lossless: config.losses === 0,
      facts: new Int32Array((FACTS.length + 31) >> 5),
    };
    const rules = options.rules ?? rfc9293;
    const opens = Math.max(config.a.opens ?? 0, config.b.opens ?? 0);
    const floods = config.flood?.syns ?? 0;
    const side = (index: number, program: Program): Side => {
      const most = config.incarnations ?? (program.listens === true ? opens : (program.opens ?? 0));
      const backlog = options.unbounded === true ? 1000 : (config.flood?.backlog ?? 1000);
      if (most > MOST_INCARNATIONS)
        throw new RangeError(`at most ${MOST_INCARNATIONS} incarnations of a side`);
      return new Side(index, program, tcp, rules, this.#shared, most, backlog, config.flood);
    };
    this.sides = [side(0, config.a), side(1, config.b)];
    const [a, b] = this.sides;
    a.peer = b;
    b.peer = a;
    for (const s of this.sides) {
      s.engine.setNow(BASE_MS * 1000);
      numbers[s.index as 0 | 1] = new Numbers(s.isses());
      s.numbers = numbers[s.index as 0 | 1];
    }
    this.#mask =
      options.properties === undefined ? -1 : options.properties.reduce((m, name) => m | (1 << P[name]), 0);
    const countsLosses = config.losses !== null;
    this.#codec = new StateCodec(this.sides, packets, this.#used, { countsLosses, floods });
    this.maxBytes = this.#codec.maxBytes;
    this.#source = new Uint8Array(this.maxBytes);
  }

  // System

  initial(_i: number, out: Uint8Array): number {
    this.#beginStep();
    for (const s of this.sides) {
      s.present = s.inc = s.closed = s.broken = s.peers = s.written = s.foreign = s.unheard = s.halfCount = 0;
    }
    this.packets.count = 0;
    for (const what of Object.keys(this.#used) as (keyof Used)[]) this.#used[what] = 0;
    this.#dirty = true;
    return this.#codec.write(out);
  }

  load(bytes: Uint8Array, off: number, len: number): number {
    for (let i = 0; i < len; i++) this.#source[i] = bytes[off + i] as number;
    this.#sourceLength = len;
    this.#read();
    return this.enumerate();
  }

  step(i: number, out: Uint8Array): number {
    if (this.#dirty) this.#read();
    this.#dirty = true;
    const result = this.take(i);
    if (result < 0) return result;
    return this.#codec.write(out);
  }

  #read(): void {
    this.#codec.read(this.#source, this.#sourceLength);
    this.#dirty = false;
  }

  violated(): number {
    return this.#shared.broken & this.#mask;
  }

  coverage(into: Int32Array): void {
    const { facts } = this.#shared;
    for (let i = 0; i < facts.length; i++) into[i] = (into[i] as number) | (facts[i] as number);
  }

  marks(): number {
    if (this.#dirty) this.#read();
    return marksOf(this.sides, this.packets);
  }

  // For those who walk along a story, and for tests: the hosts as they are, without octets in between.

  /** Kind and argument of action `i`: a host, a packet, or for INJECT a host + 2 * {@link Forgery}. */
  action(i: number): { kind: number; argument: number } {
    return { kind: this.#kinds[i] as number, argument: this.#arguments[i] as number };
  }

  /** Writes the state of the hosts as they are. */
  write(out: Uint8Array): number {
    return this.#codec.write(out);
  }

  /** Notes the segments that are sent from now on (for stories; the search does not ask). */
  get emitted(): { head: number; tail: number }[] {
    return (this.packets.emitted ??= []);
  }

  /** Milliseconds of the hosts' clock. */
  get nowMs(): number {
    return this.sides[0].engine.ms;
  }

  /** Lists the actions of the hosts as they are; answers how many there are. */
  enumerate(): number {
    this.#actions = 0;
    const { config, packets } = this;
    for (const s of this.sides) this.#calls(s);
    for (let i = 0; i < packets.count; i++) {
      this.#add(Kind.DELIVER, i);
      if (this.#used.duplicates < config.duplicates) this.#add(Kind.DUPLICATE, i);
    }
    const [a, b] = this.sides;
    const x = untilTimer(a);
    const y = untilTimer(b);
    if (x <= y && x < FAR_MS) this.#add(Kind.TIMER, 0);
    if (y <= x && y < FAR_MS) this.#add(Kind.TIMER, 1);
    if (x >= FAR_MS && y >= FAR_MS && packets.count > 0) this.#add(Kind.EXPIRE, 0);
    return this.#actions;
  }

  /** Takes action `i` of the hosts as they are: 0, or `CUT`, or `NOTHING`. */
  take(i: number): number {
    this.#beginStep();
    try {
      const done = this.#act(this.#kinds[i] as number, this.#arguments[i] as number);
      if (done < 0) return done;
    } catch (error) {
      if (error instanceof RangeError) throw error;
      this.#shared.broken |= 1 << P.S5; // no such transition
      this.#threw = true;
    }
    if (this.#shared.cut === 1 || this.packets.overflow === 1) return CUT;
    if (!this.#threw) lookAt(this.sides, this.packets, this.#shared);
    return 0;
  }

  #add(kind: number, argument: number): void {
    this.#kinds[this.#actions] = kind;
    this.#arguments[this.#actions++] = argument;
  }

  #calls(s: Side): void {
    const { program, index, tcb, inc } = s;
    const { config } = this;
    if (s.present === 0) {
      if ((program.opens ?? 0) > inc) this.#add(Kind.OPEN, index);
    } else {
      const state = tcb.state as State;
      // The program of a listener gets a connection when it is ESTABLISHED.
      const accepted = state !== State.SYN_RECEIVED || tcb.passive === 0;
      const closed = (s.closed & s.bit()) !== 0;
      const writes = program.writes ?? 0;
      const written = s.writtenBy(inc);
      if (!closed && state > State.SYN_RECEIVED && written < writes) this.#add(Kind.WRITE, index);
      const closes = program.closes === 'last' ? state === State.CLOSE_WAIT : program.closes === true;
      if (closes && !closed && accepted && written >= writes) this.#add(Kind.CLOSE, index);
      if (program.aborts === true && accepted && state !== State.TIME_WAIT) this.#add(Kind.ABORT, index);
      if (program.reads === 'late' && receivable(tcb) > 0) this.#add(Kind.READ, index);
      if (this.#used.crashes < (config.crashes ?? 0)) this.#add(Kind.CRASH, index);
      if (program.detaches === true && accepted && tcb.orphan === 0 && state !== State.TIME_WAIT)
        this.#add(Kind.DETACH, index);
    }
    if (this.#used.injections < (config.injections ?? 0)) {
      for (const forgery of forgeriesTo(s, config.forgeries)) this.#add(Kind.INJECT, index + 2 * forgery);
    }
    if (s.listener !== null && this.#used.floods < (config.flood?.syns ?? 0)) this.#add(Kind.FLOOD, index);
  }

  #beginStep(): void {
    const s = this.#shared;
    s.broken = 0;
    s.cut = 0;
    s.fromInc = 0;
    s.cause = 0;
    s.forged = false;
    s.facts.fill(0);
    this.packets.overflow = 0;
    this.#threw = false;
  }

  #act(kind: number, argument: number): number {
    const s = this.sides[(argument & 1) as 0 | 1];
    this.#shared.event = EVENTS[kind] as TcpEvent;
    switch (kind) {
      case Kind.OPEN:
        s.begin();
        s.before();
        openActive(s.engine, s.tcb);
        this.#after(s, true);
        return 0;
      case Kind.WRITE:
        s.before();
        if (send(s.engine, s.tcb, 1) === Err.OK) s.written += 1 << (2 * (s.inc - 1));
        else s.breaks(P.S3);
        this.#after(s, false);
        return 0;
      case Kind.CLOSE:
        s.closed |= s.bit();
        if (s.tcb.state === State.SYN_SENT) s.broken |= s.bit(); // the user gives up
        s.before();
        close(s.engine, s.tcb);
        this.#after(s, false);
        return 0;
      case Kind.ABORT:
        s.before();
        abort(s.engine, s.tcb);
        this.#after(s, false);
        return 0;
      case Kind.DETACH:
        s.closed |= s.bit();
        if (s.tcb.state === State.SYN_SENT) s.broken |= s.bit();
        s.before();
        detach(s.engine, s.tcb);
        this.#after(s, false);
        return 0;
      case Kind.READ:
        s.before();
        receive(s.engine, s.tcb, receivable(s.tcb));
        this.#after(s, false);
        return 0;
      case Kind.DELIVER:
        this.#deliver(argument);
        return 0;
      case Kind.DUPLICATE:
        this.#used.duplicates++;
        this.#arrive(argument);
        return 0;
      case Kind.TIMER:
        return this.#timer(s);
      case Kind.EXPIRE:
        return this.#pass(0, -1);
      case Kind.CRASH:
        this.#used.crashes++;
        s.end(true);
        return 0;
      case Kind.INJECT:
        this.#used.injections++;
        this.#forge(s, argument >> 1);
        return 0;
      default:
        this.#flood(s);
        return 0;
    }
  }

  #deliver(i: number): void {
    const { packets } = this;
    this.#prepare(i);
    const to = this.sides[(1 - packets.from(i)) as 0 | 1];
    packets.take(i);
    this.#process(to);
  }

  #arrive(i: number): void {
    this.#prepare(i);
    this.#process(this.sides[(1 - this.packets.from(i)) as 0 | 1]);
  }

  #prepare(i: number): void {
    const { packets } = this;
    packets.read(i, this.#seg);
    this.#shared.fromInc = packets.incarnation(i);
    this.#shared.cause = packets.cause(i);
  }

  /** `#seg` arrives at `s`. */
  #process(s: Side): void {
    const seg = this.#seg;
    const { engine, listener } = s;
    s.arriving = seg;
    if (s.present === 1) {
      s.before();
      s.noteFin();
      segmentArrives(engine, s.tcb, seg);
      s.keepFin();
      if (s.takeReopening()) {
        s.end(false);
        segmentArrives(engine, listener as NonNullable<typeof listener>, seg);
        if (s.present === 1) this.#after(s, true);
      } else {
        this.#after(s, false);
      }
      return;
    }
    const { fromInc } = this.#shared;
    s.replied = false;
    if (listener === null) engine.rules.closed(engine, seg);
    else {
      segmentArrives(engine, listener, seg);
      if (s.present === 1) this.#after(s, true);
    }
    // Where there is no connection a SYN may make one; anything else is what L6 speaks of.
    if ((seg.ctl & (SYN | RST)) === 0 && fromInc !== 0 && !s.replied) s.peer.unheard |= 1 << (fromInc - 1);
  }

  #after(s: Side, began: boolean): void {
    const { tcb, engine } = s;
    s.after(began);
    if (s.present === 0) return;
    if (s.program.reads !== 'late') {
      const n = receivable(tcb);
      if (n > 0) receive(engine, tcb, n);
    }
    // A TIME-WAIT of no length has ended when it begins.
    if (tcb.state === State.TIME_WAIT && ((tcb.timer.wait - engine.ms) | 0) <= 0) {
      this.#shared.event = TcpEvent.TIMEOUT;
      s.before();
      timeout(engine, tcb);
      s.after(false);
    }
    if (s.present === 1 && brokenRelation(tcb) !== null) s.breaks(P.S5);
  }

  #timer(s: Side): number {
    const ms = untilTimer(s);
    if (ms > 0) {
      const passed = this.#pass(ms, this.config.network === 'fast' ? 0 : this.#mslMs);
      if (passed < 0) return passed;
    }
    if (s.halfCount > 0) this.#halfTimeouts(s);
    s.before();
    if (s.present === 1) {
      timeout(s.engine, s.tcb);
      this.#after(s, false);
    }
    return 0;
  }

  /** `ms` pass; packets that are `limit` old then are lost (0: all). */
  #pass(ms: number, limit: number): number {
    for (const side of this.sides) side.engine.setNow((side.engine.ms + ms) * 1000);
    const gone = this.packets.grow(ms, limit);
    const { losses } = this.config;
    if (losses === null || gone === 0) return 0;
    this.#used.losses += gone;
    return this.#used.losses > losses ? CUT : 0;
  }

  #forge(s: Side, forgery: number): void {
    forge(this.#seg, s, forgery);
    this.#shared.forged = true;
    this.#process(s);
  }

  #flood(s: Side): void {
    this.#used.floods++;
    const seg = this.#seg.set(0, 0, SYN);
    seg.wnd = 16;
    s.flooding = true;
    s.arriving = seg;
    const before = s.halfCount;
    segmentArrives(s.engine, s.listener as NonNullable<typeof s.listener>, seg);
    s.flooding = false;
    if (s.spawnedFlood()) {
      s.half[before] = (s.engine.ms + this.#synR2Ms) | 0;
      s.halfCount = before + 1;
    }
  }

  /** The engine forgets what was never answered; here only its deadline is kept. */
  #halfTimeouts(s: Side): void {
    let n = 0;
    for (let i = 0; i < s.halfCount; i++) {
      if ((((s.half[i] as number) - s.engine.ms) | 0) > 0) s.half[n++] = s.half[i] as number;
    }
    s.halfCount = n;
  }
}

/** A property as the model expects it. */
function expected<T extends { readonly id: string; readonly expected: 'holds' | 'fails' }>(
  p: T,
  config: ModelConfig,
): T {
  return config.fails?.includes(p.id) === true ? { ...p, expected: 'fails' } : p;
}
