// Watches a wire and the hosts at its ends, and writes the trace of one connection. A host's taps speak
// while it processes a segment, in the order in which things happen inside; the trace puts the arrival
// first, with the states after it, and then what the arrival made the host send.

import type { HostTap } from '../host/index.ts';
import { func, like, needed, nested, Schema, wholeOrInfinity } from '../options/index.ts';
import type { DropReason, PacketInfo, WireTap } from '../sim/index.ts';
import {
  dropName,
  State,
  type StateName,
  stateName,
  type Tcb,
  type TimerName,
  type Transition,
} from '../tcp/index.ts';
import {
  ACK,
  aceOf,
  CWR,
  ECE,
  formatControl,
  OPT_ACC_ECN,
  OPT_FAST_OPEN,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  type Segment,
  SYN,
  segLen,
  seqGt,
  URG,
} from '../wire/index.ts';
import { ends, onEvent } from './options.ts';
import { tcbView, timerName } from './tcb-view.ts';
import {
  type CallName,
  type End,
  type FaultEvent,
  otherEnd,
  type QueueView,
  type StateChange,
  type States,
  type TcbView,
  type Trace,
  type TraceConnection,
  type TraceEnd,
  type TraceEvent,
  type TraceOptions,
  type TraceScenario,
  type TraceSegment,
} from './trace.ts';

/** What a detailed trace asks for. */
export interface TraceDetail {
  /** The TCB that an end has for a connection now, and its clock in milliseconds; null if there is none. */
  tcb(end: End, connection: TraceConnection): { readonly tcb: Tcb; readonly nowMs: number } | null;
  /** The queues of the right end's listener; null if there is none. */
  queues(): QueueView | null;
}

/** Options of {@link TraceRecorder}. */
export interface RecorderOptions {
  readonly ends: Readonly<Record<End, TraceEnd>>;
  /** The states before anything happens; of every connection. */
  readonly begin: States;
  /** Microseconds. */
  readonly now: () => number;
  /** Called with every event while it happens; `packet` is its packet, valid during the call. */
  readonly onEvent?: (event: TraceEvent, packet: PacketInfo | null) => void;
  /** Asks an end whose states are 'observed' for its state now. */
  readonly observe?: Partial<Record<End, () => StateName>>;
  /** Events kept; later ones are counted in `unrecorded`. Default 100 000. */
  readonly capacity?: number;
  /** Every connection between the two hosts, TCBs, queues, packets, and all timers. Default: none of it. */
  readonly detail?: TraceDetail;
}

/** Connections that a detailed trace follows; further ones are not in it. */
const MOST_CONNECTIONS = 256;

/** One connection, as far as it was followed. */
class Followed {
  readonly index: number;
  readonly connection: TraceConnection;
  readonly states: Record<End, StateName>;
  /** Sequence number after the last one sent, and that of the SYN, in this incarnation. */
  readonly sent: Record<End, number | null> = { left: null, right: null };
  readonly syn: Record<End, number | null> = { left: null, right: null };
  /** A SYN,ACK was sent. */
  readonly synAck: Record<End, boolean> = { left: false, right: false };
  /** Deadlines of the timers that run, in milliseconds of the end's clock. */
  readonly deadlines: Record<End, Map<string, number>> = { left: new Map(), right: new Map() };
  /** What the timer `wait` was called when it was set last. */
  readonly waiting: Record<End, string | null> = { left: null, right: null };
  /** What was told last, to tell only what has changed. */
  readonly views: Record<End, string> = { left: 'null', right: 'null' };

  #accEcn = false;

  constructor(index: number, connection: TraceConnection) {
    this.index = index;
    this.connection = connection;
    this.states = { ...connection.begin };
  }

  /** A new incarnation, whatever its sequence number: nothing has been sent yet. */
  begin(from: End): void {
    this.syn[from] = null;
    this.sent[from] = null;
    this.synAck[from] = false;
  }

  /** Whether AE, CWR and ECE of a segment are of AccECN (RFC 9768 section 3.2.2): its SYN has asked for it, and nobody declined. */
  usesAce(seg: Segment): boolean {
    const ace = aceOf(seg);
    const syn = (seg.ctl & SYN) !== 0;
    if (syn && (seg.ctl & ACK) === 0) this.#accEcn = ace === 0b111;
    else if (syn && (ace < 0b010 || ace === 0b111)) this.#accEcn = false;
    return this.#accEcn;
  }

  /** How many of the numbers that a segment covers its end has sent before; notes what it covers. */
  again(from: End, seg: Segment): number {
    if ((seg.ctl & SYN) !== 0 && this.syn[from] !== seg.seq) {
      this.syn[from] = seg.seq;
      this.sent[from] = null;
      this.synAck[from] = false;
    }
    // In a simultaneous open the SYN,ACK follows a SYN (figure 7): it says something new.
    const first = (seg.ctl & (SYN | ACK)) === (SYN | ACK) && !this.synAck[from];
    if (first) this.synAck[from] = true;
    const last = (seg.seq + segLen(seg)) | 0;
    const before = this.sent[from];
    if (before === null || seqGt(last, before)) this.sent[from] = last;
    return first || before === null ? 0 : Math.max(0, Math.min(segLen(seg), (before - seg.seq) | 0));
  }
}

/** A segment on its way. */
interface Flight {
  readonly id: number;
  /** Copies that have neither arrived nor been lost. */
  copies: number;
  flipped: number | null;
  marked: boolean;
}

/** An arrival that is being processed. */
interface Arrival {
  readonly id: number;
  readonly of: Followed;
  readonly to: End;
  readonly copy: number;
  readonly packet: PacketInfo;
  readonly flipped: number | null;
  readonly marked: boolean;
  discarded: string | null;
}

/** A timer that was set, or cancelled, and is told when the event that did it is over. */
interface TimerNews {
  readonly t: number;
  readonly of: Followed;
  readonly end: End;
  readonly timer: TimerName;
  /** null: cancelled. */
  ms: number | null;
}

/** An event without what all have. */
type Bare<E> = E extends TraceEvent ? Omit<E, 't' | 'connection' | 'states' | 'changes'> : never;

const recorderOptions = new Schema<RecorderOptions>('TraceRecorder', {
  ends: needed(ends),
  begin: needed(ends),
  now: needed(func),
  onEvent,
  observe: nested(
    new Schema<NonNullable<RecorderOptions['observe']>>('observe', { left: func, right: func }),
  ),
  capacity: wholeOrInfinity(0),
  detail: like('a TraceDetail', 'tcb', 'queues'),
});

/** Records one connection, between the two ports of `ends`; or in detail all between two hosts. */
export class TraceRecorder {
  readonly events: TraceEvent[] = [];
  /** Events that were not kept because there were too many. */
  unrecorded = 0;
  /** The wire from left to right is its direction a->b. */
  readonly wireTap: WireTap;
  readonly #options: RecorderOptions;
  /** The first event is at 0. */
  #originUs = Number.NaN;
  readonly #followed: Followed[] = [];
  readonly #byPorts = new Map<string, Followed>();
  readonly #flights = new Map<string, Flight>();
  /** Changes that wait for the segment that comes with them. */
  #changes: { readonly t: number; readonly of: Followed; readonly change: StateChange }[] = [];
  /** Timers set during an event: they come after it. */
  #timers: TimerNews[] = [];
  #arrival: Arrival | null = null;
  readonly #listening: Record<End, boolean> = { left: false, right: false };
  #ids = 0;
  #queues = 'null';

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(options: RecorderOptions) {
    recorderOptions.check(options);
    this.#options = options;
    const { left, right } = options.ends;
    this.#follow(left.port, right.port);
    this.wireTap = {
      sent: (p) => this.#onSent(p),
      delivered: (p) => this.#onDelivered(p),
      dropped: (p, reason) => this.#onLost(p, reason),
      duplicated: (p) => this.#onDuplicated(p),
      corrupted: (p, bit) => this.#onCorrupted(p, bit),
      marked: (p) => this.#onMarked(p),
    };
  }

  /** The states of both ends of connection 0 now. */
  get states(): States {
    return { ...this.#first.states };
  }

  get #first(): Followed {
    return this.#followed[0] as Followed;
  }

  /** Everything so far. */
  trace(scenario?: TraceScenario): Trace {
    this.flush();
    const { ends, begin } = this.#options;
    return {
      format: 'synfin-trace',
      version: 2,
      ends,
      connections: this.#followed.map(({ connection }) => connection),
      begin,
      ...(scenario === undefined ? {} : { scenario }),
      events: this.events,
    };
  }

  /** The tap of the host at an end whose states are 'engine'. */
  hostTap(end: End): HostTap {
    return {
      segmentOut: (tcb) => {
        if (this.#arrival?.to === end && (tcb === null || this.#of(end, tcb) !== null)) this.#endArrival();
      },
      processed: () => {
        if (this.#arrival?.to === end) this.#endArrival();
      },
      transition: (tcb, row) => {
        if (tcb.remotePort === 0) this.#onListener(end, tcb, row);
        const of = this.#of(end, tcb);
        if (of !== null) this.#onTransition(of, end, row);
      },
      drop: (_tcb, _seg, reason) => {
        if (this.#arrival?.to === end) this.#arrival.discarded = dropName(reason);
      },
      timerSet: (tcb, timer, deadlineMs, nowUs) => {
        const of = this.#of(end, tcb);
        if (of !== null) this.#onTimerSet(of, end, timer, deadlineMs, nowUs);
      },
      timerFired: (tcb, timer) => {
        const of = this.#of(end, tcb);
        if (of === null) return;
        of.deadlines[end].delete(timer);
        this.flush();
        this.#emit(of, { kind: 'timer', end, timer, what: 'fired', ms: null });
      },
    };
  }

  /** A program's call, before it takes effect; or what a program was given. */
  call(
    end: End,
    call: CallName,
    octets: number | null = null,
    text: string | null = null,
    connection = 0,
  ): void {
    this.flush();
    const of = this.#followed[connection];
    if (of !== undefined) this.#emit(of, { kind: 'call', end, call, octets, text });
  }

  /** A host or the wire failed, or is back. What a host that crashed knew is gone. */
  fault(what: FaultEvent['what'], end: End | null): void {
    this.flush();
    for (const of of end !== null && what === 'crash' ? this.#followed : []) {
      const from = of.states[end as End];
      of.deadlines[end as End].clear();
      if (from === 'CLOSED') continue;
      of.states[end as End] = 'CLOSED';
      this.#changes.push({
        t: this.#now(),
        of,
        change: { end: end as End, from, to: 'CLOSED', rule: null, section: null },
      });
    }
    if (end !== null && what === 'reboot') {
      for (const of of this.#followed) {
        const to = this.#options.begin[end];
        const from = of.states[end];
        of.states[end] = to;
        if (from !== to)
          this.#changes.push({ t: this.#now(), of, change: { end, from, to, rule: null, section: null } });
      }
    }
    this.#emit(this.#first, { kind: 'fault', what, end });
    this.flush();
  }

  /** The state of an end of a connection now. */
  stateOf(end: End, connection: number): StateName | undefined {
    return this.#followed[connection]?.states[end];
  }

  /** The number of the connection between a port at the left and one at the right; -1 if it is not followed. */
  connection(left: number, right: number): number {
    return this.#follow(left, right)?.index ?? -1;
  }

  /** An end has processed what was delivered to it: it may be observed, or say nothing of a damaged packet. */
  processed(end: End): void {
    if (this.#arrival?.to === end) this.#endArrival();
  }

  /** An end that is observed did something of itself, like listening: its state may be another one. */
  observed(end: End): void {
    this.flush();
    this.#observe(this.#first, end);
    this.flush();
  }

  /** Writes down what waited for something to come with it. */
  flush(): void {
    if (this.#arrival !== null) this.#endArrival();
    const waiting = this.#changes[0];
    if (waiting !== undefined) {
      this.#emit(waiting.of, { kind: 'change' }, null, waiting.t);
      this.flush();
    }
    this.#emitTimers();
  }

  /** The connection between two ports: a new one in detail; null when it is not followed. */
  #follow(left: number, right: number): Followed | null {
    const key = `${left}:${right}`;
    const known = this.#byPorts.get(key);
    if (known !== undefined) return known;
    const { ends, begin, detail } = this.#options;
    const index = this.#followed.length;
    if (index > 0 && (detail === undefined || index >= MOST_CONNECTIONS)) return null;
    const state = (end: End): StateName => (this.#listening[end] ? 'LISTEN' : begin[end]);
    const connection = {
      left: { address: ends.left.address, port: left },
      right: { address: ends.right.address, port: right },
      begin: { left: state('left'), right: state('right') },
    };
    const followed = new Followed(index, connection);
    this.#followed.push(followed);
    this.#byPorts.set(key, followed);
    return followed;
  }

  #between(end: End, here: number, there: number): Followed | null {
    return end === 'left' ? this.#follow(here, there) : this.#follow(there, here);
  }

  /** The connection of a TCB; null for a listener's, or if it is not followed. */
  #of(end: End, tcb: Tcb): Followed | null {
    return tcb.remotePort === 0 ? null : this.#between(end, tcb.localPort, tcb.remotePort);
  }

  /** In detail, connection 0 begins with the listener of its port; further ones begin in LISTEN. */
  #onListener(end: End, tcb: Tcb, row: Transition): void {
    if (this.#options.detail === undefined || tcb.localPort !== this.#options.ends[end].port) return;
    this.#listening[end] = row.to === State.LISTEN;
    const from = this.#first.states[end];
    if (from === (row.to === State.LISTEN ? 'CLOSED' : 'LISTEN')) this.#onTransition(this.#first, end, row);
  }

  #onTransition(of: Followed, end: End, row: Transition): void {
    this.#catchUp();
    const to = stateName(row.to);
    // A new incarnation begins in LISTEN, whatever became of the one before.
    const from = row.from === State.LISTEN ? 'LISTEN' : of.states[end];
    if (row.from === State.LISTEN || to === 'SYN-SENT') of.begin(end);
    const change = { end, from, to, rule: row.name, section: row.section };
    this.#changes.push({ t: this.#now(), of, change });
    of.states[end] = to;
    // A segment that the rule sends comes next, and takes the change with it; a RST has gone before.
    const segmentFollows = row.action.includes('send ') && to !== 'CLOSED';
    if (this.#arrival === null && !segmentFollows) this.flush();
  }

  #onTimerSet(of: Followed, end: End, timer: TimerName, deadlineMs: number, nowUs: number): void {
    const running = of.deadlines[end];
    const before = running.get(timer);
    if (deadlineMs === 0) running.delete(timer);
    else running.set(timer, deadlineMs);
    if (this.#options.detail === undefined && (timer !== 'wait' || deadlineMs === 0)) return;
    if (before === (deadlineMs === 0 ? undefined : deadlineMs)) return;
    const ms = deadlineMs === 0 ? null : (deadlineMs - Math.ceil(nowUs / 1000)) | 0;
    const told = this.#timers.find((news) => news.of === of && news.end === end && news.timer === timer);
    if (told !== undefined) told.ms = ms;
    else this.#timers.push({ t: this.#now(), of, end, timer, ms });
  }

  #observe(of: Followed, end: End): void {
    const state = of.index === 0 ? this.#options.observe?.[end]?.() : undefined;
    if (state === undefined || state === of.states[end]) return;
    const change = { end, from: of.states[end], to: state, rule: null, section: null };
    this.#changes.push({ t: this.#now(), of, change });
    of.states[end] = state;
  }

  #onSent(p: PacketInfo): void {
    const from = senderOf(p);
    const seg = p.tcp;
    const of = seg === null ? null : this.#between(from, seg.srcPort, seg.dstPort);
    if (seg === null || of === null) return;
    this.#catchUp();
    if (this.#arrival !== null) this.#endArrival();
    if (this.#changes.some(({ of: other, change }) => other !== of || change.end !== from)) this.flush();
    this.#observe(of, from);
    const id = ++this.#ids;
    this.#flights.set(keyOf(p), { id, copies: 1, flipped: null, marked: false });
    const again = p.injected ? 0 : of.again(from, seg);
    const retransmission = again > 0 && again === segLen(seg);
    const part = again > 0 && !retransmission ? { again } : {};
    const detail = this.#options.detail === undefined ? {} : { packet: hex(p) };
    const origin = p.injected ? { injected: true as const } : { nth: this.#nth(from) };
    const segment = of.usesAce(seg) ? aceSegment(seg) : traceSegment(seg);
    this.#emit(of, { kind: 'sent', id, from, segment, retransmission, ...part, ...origin, ...detail }, p);
    this.#emitTimers();
  }

  readonly #counts: Record<End, number> = { left: 0, right: 0 };

  #nth(from: End): number {
    return ++this.#counts[from];
  }

  #onDelivered(p: PacketInfo): void {
    const flight = this.#landed(p);
    const seg = p.tcp;
    if (flight === null) return;
    this.flush();
    const from = senderOf(p);
    const of = seg === null ? this.#first : this.#between(from, seg.srcPort, seg.dstPort);
    const { id, flipped, marked } = flight;
    const to = otherEnd(from);
    const discarded = flipped === null ? null : 'checksum';
    this.#arrival = { id, of: of ?? this.#first, to, copy: p.copy, packet: p, flipped, marked, discarded };
  }

  /** What was on its way is lost: on the wire, or because nobody is there (`down`). */
  #onLost(p: PacketInfo, reason: DropReason | 'down'): void {
    const flight = this.#landed(p);
    const seg = p.tcp;
    if (flight === null) return;
    this.flush();
    const from = senderOf(p);
    const of = (seg === null ? null : this.#between(from, seg.srcPort, seg.dstPort)) ?? this.#first;
    this.#emit(of, { kind: 'lost', id: flight.id, to: otherEnd(from), copy: p.copy, reason }, p);
  }

  /** The packet that is being delivered finds a host that has crashed, or nobody who has its address. */
  nobodyThere(reason: 'down' | 'nobody' = 'down'): void {
    const arrival = this.#arrival;
    if (arrival === null) return;
    this.#arrival = null;
    const { of, id, to, copy, packet } = arrival;
    this.#emit(of, { kind: 'lost', id, to, copy, reason }, packet);
  }

  #onDuplicated(p: PacketInfo): void {
    const flight = this.#flights.get(keyOf(p));
    if (flight !== undefined) flight.copies++;
  }

  #onCorrupted(p: PacketInfo, bit: number): void {
    const flight = this.#flights.get(keyOf(p));
    if (flight !== undefined) flight.flipped = bit;
  }

  #onMarked(p: PacketInfo): void {
    const flight = this.#flights.get(keyOf(p));
    if (flight !== undefined) flight.marked = true;
  }

  #landed(p: PacketInfo): Flight | null {
    const key = keyOf(p);
    const flight = this.#flights.get(key);
    if (flight === undefined) return null;
    if (--flight.copies <= 0) this.#flights.delete(key);
    return flight;
  }

  #endArrival(): void {
    const arrival = this.#arrival as Arrival;
    this.#arrival = null;
    const { of, id, to, copy, discarded, packet, flipped, marked } = arrival;
    this.#observe(of, to);
    const damage = { ...(flipped === null ? {} : { flipped }), ...(marked ? { marked } : {}) };
    this.#emit(of, { kind: 'arrived', id, to, copy, discarded, ...damage }, packet);
    this.#emitTimers();
  }

  /** What a timer that fired has set after all that it sent is told before anything of a later time is. */
  #catchUp(): void {
    const oldest = this.#timers[0];
    if (oldest !== undefined && oldest.t < this.#now()) this.#emitTimers();
  }

  #emitTimers(): void {
    for (const { t, of, end, timer, ms } of this.#timers.splice(0)) {
      // Set before TIME-WAIT is entered, or for an orphan in FIN-WAIT-2, which is no 2MSL.
      const running = timer === 'wait' && ms === null ? of.waiting[end] : null;
      const name = running ?? timerName(timer, of.states[end]);
      // TIME-WAIT takes the place of the wait in FIN-WAIT-2.
      if (name === '2msl' && ms !== null && of.waiting[end] === 'wait')
        this.#emit(of, { kind: 'timer', end, timer: 'wait', what: 'cancelled', ms: null }, null, t);
      if (timer === 'wait') of.waiting[end] = ms === null ? null : name;
      this.#emit(
        of,
        { kind: 'timer', end, timer: name, what: ms === null ? 'cancelled' : 'set', ms },
        null,
        t,
      );
    }
  }

  #now(): number {
    const now = this.#options.now();
    if (Number.isNaN(this.#originUs)) this.#originUs = now;
    return Math.round(now - this.#originUs);
  }

  #emit(of: Followed, bare: Bare<TraceEvent>, packet: PacketInfo | null = null, t = this.#now()): void {
    const changes: StateChange[] = [];
    this.#changes = this.#changes.filter((waiting) => {
      if (waiting.of === of) changes.push(waiting.change);
      return waiting.of !== of;
    });
    const seen = { connection: of.index, states: { ...of.states }, changes, ...this.#look(of) };
    const event = { t, ...bare, ...seen } as TraceEvent;
    if (this.events.length < (this.#options.capacity ?? 100_000)) this.events.push(event);
    else this.unrecorded++;
    this.#options.onEvent?.(event, packet);
  }

  /** The TCBs and queues that are not as they were told last. */
  #look(of: Followed): Pick<TraceEvent, 'tcbs' | 'queues'> {
    const { detail } = this.#options;
    if (detail === undefined) return {};
    const tcbs: Partial<Record<End, TcbView | null>> = {};
    for (const end of ['left', 'right'] as const) {
      const view = this.#view(of, end, detail);
      const text = JSON.stringify(view);
      if (text === of.views[end]) continue;
      of.views[end] = text;
      tcbs[end] = view;
    }
    const queues = detail.queues();
    const text = JSON.stringify(queues);
    const news = queues !== null && text !== this.#queues;
    this.#queues = text;
    return { ...(Object.keys(tcbs).length > 0 ? { tcbs } : {}), ...(news ? { queues } : {}) };
  }

  #view(of: Followed, end: End, detail: TraceDetail): TcbView | null {
    const found = detail.tcb(end, of.connection);
    const state = of.states[end];
    if (found !== null) return tcbView(found.tcb, found.nowMs);
    // A record of TIME-WAIT is all that is left of a TCB.
    const last = JSON.parse(of.views[end]) as TcbView | null;
    return state === 'TIME-WAIT' && last !== null ? { ...last, state } : null;
  }
}

function senderOf(p: PacketInfo): End {
  return p.direction === 'a->b' ? 'left' : 'right';
}

function keyOf(p: PacketInfo): string {
  return `${p.direction}${p.index}`;
}

function hex(p: PacketInfo): string {
  let text = '';
  for (let i = 0; i < p.len; i++) text += (p.mem.u8[p.off + i] as number).toString(16).padStart(2, '0');
  return text;
}

/** A segment as plain data. */
export function traceSegment(seg: Segment): TraceSegment {
  return {
    flags: formatControl(seg.ctl),
    seq: seg.seq >>> 0,
    ack: (seg.ctl & ACK) === 0 ? null : seg.ack >>> 0,
    length: seg.textLen,
    window: seg.wnd,
    ...((seg.ctl & URG) === 0 ? {} : { urgent: seg.up }),
    options: traceOptions(seg),
  };
}

/** The same in AccECN mode. */
function aceSegment(seg: Segment): TraceSegment {
  const { ctl } = seg;
  seg.ctl &= ~(CWR | ECE);
  const { options, ...fields } = traceSegment(seg);
  seg.ctl = ctl;
  return { ...fields, ace: aceOf(seg), options };
}

/** The counters of an AccECN option, in its order. */
function traceAccEcn({ ecnFields, ecnOrder, e0b, ceb, e1b }: Segment): NonNullable<TraceOptions['accEcn']> {
  const first = ecnOrder === 0 ? { e0b } : { e1b };
  if (ecnFields < 2) return ecnFields === 0 ? {} : first;
  const two = { ...first, ceb };
  if (ecnFields === 2) return two;
  return ecnOrder === 0 ? { ...two, e1b } : { ...two, e0b };
}

function traceOptions(seg: Segment): TraceOptions {
  const { opts } = seg;
  const blocks: [number, number][] = [];
  for (let i = 0; i < seg.sackCount; i++) {
    blocks.push([(seg.sack[2 * i] as number) >>> 0, (seg.sack[2 * i + 1] as number) >>> 0]);
  }
  return {
    ...((opts & OPT_MSS) === 0 ? {} : { mss: seg.mss }),
    ...((opts & OPT_WSCALE) === 0 ? {} : { windowScale: seg.wscale }),
    ...((opts & OPT_SACK_PERMITTED) === 0 ? {} : { sackPermitted: true as const }),
    ...((opts & OPT_TIMESTAMPS) === 0
      ? {}
      : { timestamps: { value: seg.tsVal >>> 0, echo: seg.tsEcr >>> 0 } }),
    ...((opts & OPT_SACK) === 0 ? {} : { sack: blocks }),
    ...((opts & OPT_FAST_OPEN) === 0 ? {} : { fastOpen: seg.cookieLen }),
    ...((opts & OPT_ACC_ECN) === 0 ? {} : { accEcn: traceAccEcn(seg) }),
  };
}
