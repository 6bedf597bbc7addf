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
import { ACK, RST, Segment, SYN } from '../../../wire/segment.ts';
import { CUT, type Liveness, type System } from '../search/index.ts';
import { TcpEvent } from '../tla/index.ts';
import { type ModelConfig, type Program, tcpOf } from './config.ts';
import { MOST_INCARNATIONS, Numbers } from './numbers.ts';
import { GONE, MOST_PACKETS, Packets } from './packets.ts';
import { LIVENESS, Mark, type ModelProperty, P, PROPERTIES, type PropertyName } from './properties.ts';
import { BASE_MS, FACTS, type Shared, Side } from './side.ts';
import { FAR_MS, MOST_TCB_OCTETS, readTcb, writeTcb } from './tcb-codec.ts';

/** Kinds of actions. */
export const Kind = {
  OPEN: 0,
  WRITE: 1,
  CLOSE: 2,
  ABORT: 3,
  READ: 4,
  /** A packet arrives. */
  DELIVER: 5,
  /** A copy of a packet arrives; the packet stays under way. */
  DUPLICATE: 6,
  /** The clock moves to the earliest deadline, which is this host's. */
  TIMER: 7,
  /** No timer runs: everything under way is lost. */
  EXPIRE: 8,
  CRASH: 9,
  /** An attacker's segment arrives: see {@link Forgery}. */
  INJECT: 10,
  /** A SYN from an address where nobody is. */
  FLOOD: 11,
} as const;

/** What each kind of action is to a connection, for figure 5. */
const EVENTS: readonly TcpEvent[] = [
  TcpEvent.ACTIVE_OPEN,
  TcpEvent.SEND,
  TcpEvent.CLOSE,
  TcpEvent.ABORT,
  TcpEvent.SEND, // RECEIVE: it changes no state, either
  TcpEvent.SEGMENT,
  TcpEvent.SEGMENT,
  TcpEvent.TIMEOUT,
  TcpEvent.TIMEOUT,
  TcpEvent.ABORT,
  TcpEvent.SEGMENT,
  TcpEvent.SEGMENT,
];

/** What an attacker sends to a host; `argument` of INJECT is the host + 2 * one of these. */
export const Forgery = {
  /** RST in the window, but not at RCV.NXT. */
  RST_IN_WINDOW: 0,
  /** RST at RCV.NXT: a lucky guess. */
  RST_EXACT: 1,
  /** SYN in the window. */
  SYN_IN_WINDOW: 2,
} as const;

/** What differs from the model's rules. */
export interface ModelOptions {
  /** The rules of both hosts. Default: RFC 9293. */
  readonly rules?: Rules;
  /** True: the listener's SYN queue has no bound. */
  readonly unbounded?: boolean;
  /** Properties to look at. Default: all. */
  readonly properties?: readonly PropertyName[];
}

const NO_LOSSES_BOUND = 7;
const HEADER = 4;
const SIDE_OCTETS = 9;

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
  // Used up so far.
  #losses = 0;
  #duplicates = 0;
  #injections = 0;
  #crashes = 0;
  #floods = 0;
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
    this.maxBytes = HEADER + 2 * (SIDE_OCTETS + MOST_TCB_OCTETS + 2 * floods) + 8 * MOST_PACKETS;
    this.#source = new Uint8Array(this.maxBytes);
  }

  // System

  initial(_i: number, out: Uint8Array): number {
    this.#beginStep();
    for (const s of this.sides) {
      s.present = s.inc = s.closed = s.broken = s.peers = s.written = s.foreign = s.unheard = s.halfCount = 0;
    }
    this.packets.count = 0;
    this.#losses = this.#duplicates = this.#injections = this.#crashes = this.#floods = 0;
    this.#dirty = true;
    return this.#encode(out);
  }

  load(bytes: Uint8Array, off: number, len: number): number {
    for (let i = 0; i < len; i++) this.#source[i] = bytes[off + i] as number;
    this.#sourceLength = len;
    this.#decode();
    return this.enumerate();
  }

  step(i: number, out: Uint8Array): number {
    if (this.#dirty) this.#decode();
    this.#dirty = true;
    const result = this.take(i);
    if (result < 0) return result;
    return this.#encode(out);
  }

  violated(): number {
    return this.#shared.broken & this.#mask;
  }

  coverage(into: Int32Array): void {
    const { facts } = this.#shared;
    for (let i = 0; i < facts.length; i++) into[i] = (into[i] as number) | (facts[i] as number);
  }

  marks(): number {
    if (this.#dirty) this.#decode();
    const [a, b] = this.sides;
    const x = a.state();
    const y = b.state();
    const either = (p: (s: Side, state: State) => boolean, some: number, none: number): number =>
      p(a, x) || p(b, y) ? some : none;
    const closing = (_s: Side, t: State): boolean =>
      t === State.FIN_WAIT_1 || t === State.CLOSING || t === State.LAST_ACK;
    const waiting = (s: Side): boolean => s.present === 1 && unsent(s);
    const halfOpen = (s: Side, t: State): boolean => isHalfOpen(s, t);
    // What the peer had sent before it was gone may still acknowledge what is outstanding.
    const sends = (s: Side, t: State): boolean =>
      isHalfOpen(s, t) && s.tcb.snd.una !== s.tcb.snd.nxt && this.packets.count === 0;
    return (
      either((_s, t) => t === State.SYN_SENT, Mark.SOME_SYN_SENT, Mark.NO_SYN_SENT) |
      either((_s, t) => t === State.SYN_RECEIVED, Mark.SOME_SYN_RECEIVED, Mark.NO_SYN_RECEIVED) |
      either(closing, Mark.SOME_CLOSING, Mark.NO_CLOSING) |
      either((_s, t) => t === State.TIME_WAIT, Mark.SOME_TIME_WAIT, Mark.NO_TIME_WAIT) |
      either(waiting, Mark.SOME_WAITING, Mark.NO_WAITING) |
      either(halfOpen, Mark.SOME_HALF_OPEN, Mark.NO_HALF_OPEN) |
      either(sends, Mark.SOME_HALF_OPEN_SENDS, 0) |
      either((_s, t) => t === State.CLOSE_WAIT, Mark.SOME_CLOSE_WAIT, Mark.NO_CLOSE_WAIT) |
      either((_s, t) => t === State.FIN_WAIT_2, Mark.SOME_FIN_WAIT_2, Mark.NO_FIN_WAIT_2)
    );
  }

  // For those who walk along a story, and for tests: the hosts as they are, without octets in between.

  /** Kind and argument of action `i`: a host, a packet, or for INJECT a host + 2 * {@link Forgery}. */
  action(i: number): { kind: number; argument: number } {
    return { kind: this.#kinds[i] as number, argument: this.#arguments[i] as number };
  }

  /** Writes the state of the hosts as they are. */
  write(out: Uint8Array): number {
    return this.#encode(out);
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
      if (this.#duplicates < config.duplicates) this.#add(Kind.DUPLICATE, i);
    }
    const [a, b] = this.sides;
    const x = this.#wait(a);
    const y = this.#wait(b);
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
    if (!this.#threw) this.#look();
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
      if (program.closes === true && !closed && accepted && written >= writes) this.#add(Kind.CLOSE, index);
      if (program.aborts === true && accepted && state !== State.TIME_WAIT) this.#add(Kind.ABORT, index);
      if (program.reads === 'late' && receivable(tcb) > 0) this.#add(Kind.READ, index);
      if (this.#crashes < (config.crashes ?? 0)) this.#add(Kind.CRASH, index);
      if (this.#injections < (config.injections ?? 0) && state > State.SYN_SENT) {
        for (const forgery of Object.values(Forgery)) this.#add(Kind.INJECT, index + 2 * forgery);
      }
    }
    if (s.listener !== null && this.#floods < (config.flood?.syns ?? 0)) this.#add(Kind.FLOOD, index);
  }

  /** Milliseconds until the host's next timer; FAR_MS or more: none. */
  #wait(s: Side): number {
    const now = s.engine.ms;
    let least = FAR_MS;
    for (let i = 0; i < s.halfCount; i++) least = Math.min(least, ((s.half[i] as number) - now) | 0);
    if (s.present === 0) return least;
    const t = s.tcb.timer;
    if (t.rexmt !== 0) least = Math.min(least, (t.rexmt - now) | 0);
    if (t.persist !== 0) least = Math.min(least, (t.persist - now) | 0);
    if (t.delack !== 0) least = Math.min(least, (t.delack - now) | 0);
    if (t.user !== 0) least = Math.min(least, (t.user - now) | 0);
    if (t.wait !== 0) least = Math.min(least, (t.wait - now) | 0);
    return least;
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
      case Kind.READ:
        s.before();
        receive(s.engine, s.tcb, receivable(s.tcb));
        this.#after(s, false);
        return 0;
      case Kind.DELIVER:
        this.#deliver(argument);
        return 0;
      case Kind.DUPLICATE:
        this.#duplicates++;
        this.#arrive(argument);
        return 0;
      case Kind.TIMER:
        return this.#timer(s);
      case Kind.EXPIRE:
        return this.#pass(0, -1);
      case Kind.CRASH:
        this.#crashes++;
        s.end(true);
        return 0;
      case Kind.INJECT:
        this.#injections++;
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
    const ms = this.#wait(s);
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
    this.#losses += gone;
    return this.#losses > losses ? CUT : 0;
  }

  #forge(s: Side, forgery: number): void {
    const { rcv, snd } = s.tcb;
    const seg = this.#seg;
    const next = forgery === Forgery.RST_EXACT ? 0 : 1;
    seg.set((rcv.nxt + next) | 0, 0, forgery === Forgery.SYN_IN_WINDOW ? SYN : RST | ACK);
    if (forgery !== Forgery.SYN_IN_WINDOW) seg.ack = snd.nxt;
    this.#shared.forged = true;
    this.#process(s);
  }

  #flood(s: Side): void {
    this.#floods++;
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

  /** The properties that show in a state. */
  #look(): void {
    const [a, b] = this.sides;
    const shared = this.#shared;
    const x = a.state();
    const y = b.state();
    if (b.halfCount + (y === State.SYN_RECEIVED ? 1 : 0) > b.backlog) shared.broken |= 1 << P.S9;
    const idle = this.#wait(a) >= FAR_MS && this.#wait(b) >= FAR_MS;
    if (!idle) return;
    if (x === State.TIME_WAIT || y === State.TIME_WAIT) shared.broken |= 1 << P.L4;
    if (this.packets.count > 0) return;
    for (const s of this.sides) this.#still(s);
    if (a.present === 1 && b.present === 1 && a.peerOf(a.inc) === b.inc && b.peerOf(b.inc) === a.inc) {
      if ((x === State.ESTABLISHED) !== (y === State.ESTABLISHED)) shared.broken |= 1 << P.S8;
      if ((x === State.FIN_WAIT_2) !== (y === State.CLOSE_WAIT)) shared.broken |= 1 << P.S8;
      if ((y === State.FIN_WAIT_2) !== (x === State.CLOSE_WAIT)) shared.broken |= 1 << P.S8;
    }
    for (const s of this.sides) {
      if (s.present === 0 || s.state() < State.ESTABLISHED) continue;
      const j = s.peerOf(s.inc);
      const { peer } = s;
      if (j === 0 || ((peer.broken >> (j - 1)) & 1) === 1) continue;
      if (peer.present === 0 || peer.inc !== j) shared.broken |= 1 << P.S8;
    }
  }

  /** Nothing is under way and no timer runs: what `s` waits for will never come. */
  #still(s: Side): void {
    switch (s.state()) {
      case State.SYN_SENT:
        s.breaks(P.L1);
        return;
      case State.SYN_RECEIVED:
        s.breaks(P.L2);
        return;
      case State.FIN_WAIT_1:
      case State.CLOSING:
      case State.LAST_ACK:
        s.breaks(P.L3);
        return;
      case State.ESTABLISHED:
      case State.CLOSE_WAIT:
        if (unsent(s)) s.breaks(P.L5);
        return;
      default:
    }
  }

  // Octets.

  #encode(out: Uint8Array): number {
    const { packets } = this;
    const [a, b] = this.sides;
    this.#forget(a);
    this.#forget(b);
    let flags = 0;
    for (let i = packets.count - 1; i >= 0; i--) {
      const to = this.sides[(1 - packets.from(i)) as 0 | 1];
      const cause = packets.cause(i);
      if (cause !== 0 && cause !== GONE && (to.present === 0 || to.inc !== cause)) packets.setCause(i, GONE);
      if ((packets.ctl(i) & RST) !== 0 && to.present === 0 && to.listener === null) {
        if (to.inc >= (to.program.opens ?? 0)) packets.remove(i);
      }
    }
    packets.sort();
    if (this.config.losses !== null) flags = Math.min(this.#losses, NO_LOSSES_BOUND);
    out[0] = flags | (this.#duplicates << 3) | (this.#injections << 6);
    out[1] = this.#crashes | (this.#floods << 3);
    out[2] = packets.count;
    let at = this.#writeSide(a, out, 3);
    at = this.#writeSide(b, out, at);
    for (let i = 0; i < packets.count; i++) {
      const h = packets.head[i] as number;
      const t = packets.tail[i] as number;
      out[at] = h;
      out[at + 1] = h >> 8;
      out[at + 2] = h >> 16;
      out[at + 3] = h >> 24;
      out[at + 4] = t;
      out[at + 5] = t >> 8;
      out[at + 6] = t >> 16;
      out[at + 7] = t >> 24;
      at += 8;
    }
    return at;
  }

  /** Forgets the ghosts of the incarnations of `s` that nothing refers to. */
  #forget(s: Side): void {
    if (s.inc === 0) return;
    const { packets } = this;
    let live = s.present === 1 ? s.bit() : 0;
    const { peer } = s;
    if (peer.present === 1) {
      const j = peer.peerOf(peer.inc);
      if (j !== 0) live |= 1 << (j - 1);
    }
    for (let i = 0; i < packets.count; i++) {
      const j = packets.incarnation(i);
      if (packets.from(i) === s.index && j !== 0) live |= 1 << (j - 1);
    }
    s.closed &= live;
    s.broken &= live;
    s.unheard &= live;
    for (let j = 1; j <= s.inc; j++) {
      if (((live >> (j - 1)) & 1) !== 0) continue;
      s.peers &= ~(7 << (3 * (j - 1)));
      s.written &= ~(3 << (2 * (j - 1)));
    }
  }

  #writeSide(s: Side, out: Uint8Array, at: number): number {
    out[at++] = s.inc | (s.present << 3) | (s.halfCount << 4);
    if (s.inc > 0) {
      out[at++] = s.closed | (s.broken << 4);
      out[at++] = s.peers;
      out[at++] = (s.peers >> 8) | (s.unheard << 4);
      out[at++] = s.written;
      out[at++] = s.foreign;
    }
    const now = s.engine.ms;
    for (let i = 0; i < s.halfCount; i++) {
      const ms = ((s.half[i] as number) - now) | 0;
      out[at++] = ms;
      out[at++] = ms >> 8;
    }
    if (s.present === 1) at = writeTcb(s.tcb, now, s.numbers, s.peer.numbers, out, at);
    return at;
  }

  #decode(): void {
    const bytes = this.#source;
    const { packets } = this;
    const first = bytes[0] as number;
    this.#losses = first & 7;
    this.#duplicates = (first >> 3) & 7;
    this.#injections = first >> 6;
    this.#crashes = (bytes[1] as number) & 7;
    this.#floods = (bytes[1] as number) >> 3;
    packets.count = bytes[2] as number;
    const [a, b] = this.sides;
    let at = this.#readSide(a, 3);
    at = this.#readSide(b, at);
    for (let i = 0; i < packets.count; i++, at += 8) {
      packets.head[i] = word(bytes, at);
      packets.tail[i] = word(bytes, at + 4);
    }
    if (at !== this.#sourceLength) throw new RangeError('not a state of this model');
    this.#dirty = false;
  }

  #readSide(s: Side, at: number): number {
    const bytes = this.#source;
    s.engine.setNow(BASE_MS * 1000);
    const first = bytes[at++] as number;
    s.inc = first & 7;
    s.present = (first >> 3) & 1;
    s.halfCount = first >> 4;
    s.closed = s.broken = s.peers = s.written = s.foreign = s.unheard = 0;
    if (s.inc > 0) {
      const masks = bytes[at++] as number;
      s.closed = masks & 15;
      s.broken = masks >> 4;
      const peers = bytes[at++] as number;
      const more = bytes[at++] as number;
      s.peers = peers | ((more & 15) << 8);
      s.unheard = more >> 4;
      s.written = bytes[at++] as number;
      s.foreign = bytes[at++] as number;
    }
    for (let i = 0; i < s.halfCount; i++, at += 2) {
      s.half[i] = BASE_MS + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
    }
    if (s.present === 1) {
      const iss = s.numbers.iss[s.inc - 1] as number;
      const j = s.peerOf(s.inc);
      const irs = j === 0 ? 0 : (s.peer.numbers.iss[j - 1] as number);
      s.renew(BASE_MS);
      at = readTcb(s.tcb, s.engine.spareSent, BASE_MS, s.numbers, s.peer.numbers, iss, irs, bytes, at);
    }
    return at;
  }
}

/** A property as the model expects it. */
function expected<T extends { readonly id: string; readonly expected: 'holds' | 'fails' }>(
  p: T,
  config: ModelConfig,
): T {
  return config.fails?.includes(p.id) === true ? { ...p, expected: 'fails' } : p;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** True when text, or the FIN, was never sent. */
function unsent(s: Side): boolean {
  const { snd, state } = s.tcb;
  return state >= State.ESTABLISHED && ((snd.end + snd.fin - snd.nxt) | 0) > 0;
}

/** True when `s` is synchronized, and the incarnation that it talked to is gone for ever. */
function isHalfOpen(s: Side, state: State): boolean {
  if (state < State.ESTABLISHED || state === State.TIME_WAIT) return false;
  const j = s.peerOf(s.inc);
  return j !== 0 && (s.peer.present === 0 || s.peer.inc !== j);
}
