// Watches a wire and the hosts at its ends, and writes the trace of one connection. A host's taps speak
// while it processes a segment, in the order in which things happen inside; the trace puts the arrival
// first, with the states after it, and then what the arrival made the host send.

import type { HostTap } from '../host/index.ts';
import type { DropReason, PacketInfo, WireTap } from '../link/index.ts';
import { dropName, type StateName, stateName, type Tcb, type Transition } from '../tcp/index.ts';
import {
  ACK,
  formatControl,
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
import {
  type CallName,
  type End,
  otherEnd,
  type StateChange,
  type States,
  type Trace,
  type TraceEnd,
  type TraceEvent,
  type TraceOptions,
  type TraceSegment,
} from './trace.ts';

/** Options of {@link TraceRecorder}. */
export interface RecorderOptions {
  readonly ends: Readonly<Record<End, TraceEnd>>;
  /** The states before anything happens. */
  readonly begin: States;
  /** Microseconds. */
  readonly now: () => number;
  /** Called with every event while it happens; `packet` is its packet, valid during the call. */
  readonly onEvent?: (event: TraceEvent, packet: PacketInfo | null) => void;
  /** Asks an end whose states are 'observed' for its state now. */
  readonly observe?: Partial<Record<End, () => StateName>>;
  /** Events kept; later ones are counted in `unrecorded`. Default 100 000. */
  readonly capacity?: number;
}

/** A segment on its way. */
interface Flight {
  readonly id: number;
  /** Copies that have neither arrived nor been lost. */
  copies: number;
}

/** An arrival that is being processed. */
interface Arrival {
  readonly id: number;
  readonly to: End;
  readonly copy: number;
  readonly packet: PacketInfo;
  discarded: string | null;
}

/** An event without what all have. */
type Bare<E> = E extends TraceEvent ? Omit<E, 't' | 'states' | 'changes'> : never;

/** Records one connection, between the two ports of `ends`. */
export class TraceRecorder {
  readonly events: TraceEvent[] = [];
  /** Events that were not kept because there were too many. */
  unrecorded = 0;
  /** The wire from left to right is its direction a->b. */
  readonly wireTap: WireTap;
  readonly #options: RecorderOptions;
  /** The first event is at 0. */
  #originUs = Number.NaN;
  readonly #states: Record<End, StateName>;
  readonly #flights = new Map<string, Flight>();
  /** Sequence number after the last one sent. */
  readonly #sent: Record<End, number | null> = { left: null, right: null };
  /** Changes that wait for the segment that comes with them. */
  #changes: StateChange[] = [];
  /** Timers set during an arrival: they come after it. */
  #timers: Bare<TraceEvent>[] = [];
  #arrival: Arrival | null = null;
  #ids = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#states = { ...options.begin };
    this.wireTap = {
      sent: (p) => this.#onSent(p),
      delivered: (p) => this.#onDelivered(p),
      dropped: (p, reason) => this.#onDropped(p, reason),
      duplicated: (p) => this.#onDuplicated(p),
    };
  }

  /** The states of both ends now. */
  get states(): States {
    return { ...this.#states };
  }

  /** Everything so far. */
  trace(): Trace {
    this.flush();
    const { ends, begin } = this.#options;
    return { format: 'synfin-trace', version: 1, ends, begin, events: this.events };
  }

  /** The tap of the host at an end whose states are 'engine'. */
  hostTap(end: End): HostTap {
    return {
      segmentOut: (tcb) => {
        if (this.#arrival?.to === end && (tcb === null || this.#follows(end, tcb))) this.#endArrival();
      },
      segmentIn: () => {
        if (this.#arrival?.to === end) this.#endArrival();
      },
      transition: (tcb, row) => {
        if (this.#follows(end, tcb)) this.#onTransition(end, row);
      },
      drop: (_tcb, _seg, reason) => {
        if (this.#arrival?.to === end) this.#arrival.discarded = dropName(reason);
      },
      timerSet: (tcb, timer, deadlineMs, nowUs) => {
        if (timer !== 'wait' || deadlineMs === 0 || !this.#follows(end, tcb)) return;
        const ms = (deadlineMs - Math.ceil(nowUs / 1000)) | 0;
        // The wait of FIN-WAIT-2 has no name in the RFC; that of TIME-WAIT is 2MSL. The state follows at once.
        this.#timers.push({ kind: 'timer', end, timer: '2msl', what: 'set', ms });
      },
      timerFired: (tcb, timer) => {
        if (!this.#follows(end, tcb)) return;
        this.flush();
        this.#emit({ kind: 'timer', end, timer, what: 'fired', ms: null });
      },
    };
  }

  /** A program's call, before it takes effect; or what a program was given. */
  call(end: End, call: CallName, octets: number | null = null, text: string | null = null): void {
    this.flush();
    this.#emit({ kind: 'call', end, call, octets, text });
  }

  /** An end whose states are 'observed' has processed the segment that was delivered to it. */
  processed(end: End): void {
    if (this.#arrival?.to === end) this.#endArrival();
  }

  /** Writes down what waited for something to come with it. */
  flush(): void {
    if (this.#arrival !== null) this.#endArrival();
    if (this.#changes.length > 0) this.#emit({ kind: 'change' });
    this.#emitTimers();
  }

  #follows(end: End, tcb: Tcb): boolean {
    const { ends } = this.#options;
    return tcb.localPort === ends[end].port && tcb.remotePort === ends[otherEnd(end)].port;
  }

  #onTransition(end: End, row: Transition): void {
    const to = stateName(row.to);
    this.#changes.push({ end, from: this.#states[end], to, rule: row.name, section: row.section });
    this.#states[end] = to;
    // A segment that the rule sends comes next, and takes the change with it; a RST has gone before.
    const segmentFollows = row.action.includes('send ') && to !== 'CLOSED';
    if (this.#arrival === null && !segmentFollows) this.flush();
  }

  #observe(end: End): void {
    const state = this.#options.observe?.[end]?.();
    if (state === undefined || state === this.#states[end]) return;
    this.#changes.push({ end, from: this.#states[end], to: state, rule: null, section: null });
    this.#states[end] = state;
  }

  #ours(p: PacketInfo, from: End): Segment | null {
    const { ends } = this.#options;
    const seg = p.tcp;
    if (seg === null || seg.srcPort !== ends[from].port || seg.dstPort !== ends[otherEnd(from)].port)
      return null;
    return seg;
  }

  #onSent(p: PacketInfo): void {
    const from = senderOf(p);
    const seg = this.#ours(p, from);
    if (seg === null) return;
    if (this.#arrival !== null) this.#endArrival();
    if (this.#changes.some((change) => change.end !== from)) this.flush();
    this.#observe(from);
    const id = ++this.#ids;
    this.#flights.set(keyOf(p), { id, copies: 1 });
    const last = (seg.seq + segLen(seg)) | 0;
    const before = this.#sent[from];
    const retransmission = before !== null && segLen(seg) > 0 && seqGt(before, seg.seq);
    if (before === null || seqGt(last, before) || (seg.ctl & SYN) !== 0) this.#sent[from] = last;
    this.#emit({ kind: 'sent', id, from, segment: traceSegment(seg), retransmission }, p);
    this.#emitTimers();
  }

  #onDelivered(p: PacketInfo): void {
    const flight = this.#landed(p);
    if (flight === null) return;
    this.flush();
    const to = otherEnd(senderOf(p));
    this.#arrival = { id: flight.id, to, copy: p.copy, packet: p, discarded: null };
  }

  #onDropped(p: PacketInfo, reason: DropReason): void {
    const flight = this.#landed(p);
    if (flight === null) return;
    this.flush();
    this.#emit({ kind: 'lost', id: flight.id, to: otherEnd(senderOf(p)), copy: p.copy, reason }, p);
  }

  #onDuplicated(p: PacketInfo): void {
    const flight = this.#flights.get(keyOf(p));
    if (flight !== undefined) flight.copies++;
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
    this.#observe(arrival.to);
    const { id, to, copy, discarded, packet } = arrival;
    this.#emit({ kind: 'arrived', id, to, copy, discarded }, packet);
    this.#emitTimers();
  }

  #emitTimers(): void {
    for (const timer of this.#timers.splice(0)) {
      // Set before TIME-WAIT is entered, or for an orphan in FIN-WAIT-2, which is no 2MSL.
      const twoMsl = timer.kind === 'timer' && this.#states[timer.end] === 'TIME-WAIT';
      this.#emit(timer.kind === 'timer' && !twoMsl ? { ...timer, timer: 'wait' } : timer);
    }
  }

  #emit(bare: Bare<TraceEvent>, packet: PacketInfo | null = null): void {
    const changes = this.#changes;
    this.#changes = [];
    const now = this.#options.now();
    if (Number.isNaN(this.#originUs)) this.#originUs = now;
    const t = Math.round(now - this.#originUs);
    const event = { t, ...bare, states: { ...this.#states }, changes } as TraceEvent;
    if (this.events.length < (this.#options.capacity ?? 100_000)) this.events.push(event);
    else this.unrecorded++;
    this.#options.onEvent?.(event, packet);
  }
}

function senderOf(p: PacketInfo): End {
  return p.direction === 'a->b' ? 'left' : 'right';
}

function keyOf(p: PacketInfo): string {
  return `${p.direction}${p.index}`;
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
  };
}
