// What happened between two hosts, as plain data: the one thing that ladders, explanations, claims and
// exports are made of. A trace is JSON as it stands (docs/trace.schema.json); states and rules are those of
// RFC 9293 section 3.3.2 and 3.10.

import type { StateName } from '../tcp/index.ts';

/** The two sides of a ladder. */
export type End = 'left' | 'right';

/** One side: a host, and its port of connection 0. */
export interface TraceEnd {
  /** As it is shown: `synfin`, `Linux 6.18`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /**
   * How its states are known: 'engine', it told every transition and its rule; 'observed', somebody who
   * knows (a kernel) was asked after every segment, so that rules are not known.
   */
  readonly states: 'engine' | 'observed';
}

/** One connection between the two hosts: a pair of sockets. A later incarnation of it is the same connection. */
export interface TraceConnection {
  readonly left: TraceSocket;
  readonly right: TraceSocket;
  /** The states before the first event. */
  readonly begin: States;
}

/** An address and a port. */
export interface TraceSocket {
  readonly address: string;
  readonly port: number;
}

/** The states of both ends. */
export type States = Readonly<Record<End, StateName>>;

/** One end changed its state. */
export interface StateChange {
  readonly end: End;
  readonly from: StateName;
  readonly to: StateName;
  /** Name of the row of the transition table; null when the state was observed. */
  readonly rule: string | null;
  /** Where the rule stands: a section of RFC 9293, or another RFC by number; null when observed. */
  readonly section: string | null;
}

/** Options of a segment; absent ones are left out. */
export interface TraceOptions {
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: true;
  readonly timestamps?: { readonly value: number; readonly echo: number };
  /** Blocks as pairs left edge, right edge. */
  readonly sack?: readonly (readonly [number, number])[];
  /** TCP Fast Open (RFC 7413): octets of the cookie; 0 asks for one. */
  readonly fastOpen?: number;
  /** AccECN (RFC 9768 section 3.2.3): the byte counters that it shows. */
  readonly accEcn?: { readonly e0b?: number; readonly ceb?: number; readonly e1b?: number };
}

/** A segment as it was sent. Sequence numbers are raw, 0..2^32-1. */
export interface TraceSegment {
  /** Control bits in the order in which people say them: `SYN,ACK`. */
  readonly flags: string;
  readonly seq: number;
  /** null without the ACK bit. */
  readonly ack: number | null;
  /** Octets of text. */
  readonly length: number;
  /** The window field: not scaled. */
  readonly window: number;
  /** SEG.UP; only with the URG bit. */
  readonly urgent?: number;
  /** AE, CWR and ECE as one number, on a connection whose SYN asked for AccECN (RFC 9768): they are not among the flags then. */
  readonly ace?: number;
  readonly options: TraceOptions;
}

/** A TCB as people look at it (RFC 9293 section 3.3.1). Sequence numbers are raw, 0..2^32-1; lengths octets. */
export interface TcbView {
  readonly state: StateName;
  readonly snd: {
    readonly iss: number;
    readonly una: number;
    readonly nxt: number;
    /** SND.WND, scaled. */
    readonly wnd: number;
    /** Sequence number after the last octet that the program wrote. */
    readonly end: number;
    /** Octets of text in a full segment. */
    readonly mss: number;
    /** Shift of the window field that the peer sends. */
    readonly wscale: number;
    /** CLOSE was called: a FIN follows `end`. */
    readonly fin: boolean;
  };
  readonly rcv: {
    readonly irs: number;
    readonly nxt: number;
    /** RCV.WND. */
    readonly wnd: number;
    readonly wscale: number;
    /** Octets that the program has not read. */
    readonly unread: number;
    /** Octets received beyond a hole: pairs left, right. */
    readonly ranges: readonly (readonly [number, number])[];
    /** The sequence number of the peer's FIN when one was seen, perhaps beyond a hole; else null. */
    readonly fin: number | null;
  };
  /** Retransmission timeout and smoothed round-trip time in milliseconds; srtt is null before a measurement. */
  readonly rto: number;
  readonly srtt: number | null;
  /** Consecutive timeouts: the exponent of the back-off. */
  readonly backoff: number;
  /** Congestion window and slow start threshold, octets. */
  readonly cwnd: number;
  readonly ssthresh: number;
  /** Octets per second at which segments leave; 0: they are not paced, and all leave that cwnd allows. */
  readonly pacing: number;
  /** Running timers by name: milliseconds from the event until they fire. `2msl` is that of TIME-WAIT. */
  readonly timers: Readonly<Record<string, number>>;
  /** It came from LISTEN (MUST-11). */
  readonly passive: boolean;
  /** The program has gone: nobody reads (section 3.6.1). */
  readonly orphan: boolean;
  readonly options: {
    readonly sack: boolean;
    readonly timestamps: boolean;
    readonly windowScale: boolean;
  };
}

/** The queues of a listener. */
export interface QueueView {
  /** Half-open connections, in SYN-RECEIVED, and the bound. */
  readonly syn: number;
  readonly synLimit: number;
  /** Connections that nobody has accepted, and the bound. */
  readonly accept: number;
  readonly acceptLimit: number;
}

/** What every event has. */
interface Happening {
  /** Microseconds since the beginning of the trace. */
  readonly t: number;
  /** Index into `Trace.connections`: what `states`, `changes` and `tcbs` speak of. */
  readonly connection: number;
  /** The states of both ends after the event. */
  readonly states: States;
  /** The state changes that came with it. */
  readonly changes: readonly StateChange[];
  /** The TCBs that are not as they were after the event before; null: there is none any more. Only in detailed traces. */
  readonly tcbs?: Readonly<Partial<Record<End, TcbView | null>>>;
  /** The queues of the right end's listener, when they are not as they were. Only in detailed traces. */
  readonly queues?: QueueView;
}

/** A segment left an end. */
export interface SentEvent extends Happening {
  readonly kind: 'sent';
  /** Number of the segment in the trace, from 1; it arrives, or is lost, under the same number. */
  readonly id: number;
  readonly from: End;
  readonly segment: TraceSegment;
  /** It covers sequence numbers that were sent before. */
  readonly retransmission: boolean;
  /** Of its sequence numbers so many were sent before, the rest is new: text behind the octet of a window probe. */
  readonly again?: number;
  /** Nobody sent it: it was put on the wire, as an attacker or an old connection would. `from` is who it pretends to be. */
  readonly injected?: true;
  /** The segment's number among all packets of its direction, from 1: what `any#n` of a wire rule counts; none if injected. */
  readonly nth?: number;
  /** The whole IP packet in hexadecimal. Only in detailed traces. */
  readonly packet?: string;
}

/** A segment reached the other end, which has processed it. */
export interface ArrivedEvent extends Happening {
  readonly kind: 'arrived';
  readonly id: number;
  readonly to: End;
  /** Which copy, when the link duplicated it: 0 is the segment itself. */
  readonly copy: number;
  /**
   * Why the receiver discarded it or its text (a name of `tcp/drop.ts`; `checksum` for a damaged one); null if it
   * did not, or if nobody told.
   */
  readonly discarded: string | null;
  /** The bit that the link flipped, 0 being the most significant of the packet's first octet. */
  readonly flipped?: number;
  /** The network marked it: congestion experienced (RFC 3168 section 5). */
  readonly marked?: true;
}

/** The link lost a segment. */
export interface LostEvent extends Happening {
  readonly kind: 'lost';
  readonly id: number;
  readonly to: End;
  readonly copy: number;
  /** A drop reason of the link: `loss`, `rule`, `queue`, `partition`…; `down`: the host there has crashed; `nobody`: no host has that address. */
  readonly reason: string;
}

/**
 * The calls of a program, and what it was told: `connected` ends connect, `eof` is a read that found the end of the
 * peer's stream, `error` a call that failed. `shutdown` ends one direction (section 3.6.1), `close` both.
 */
export type CallName =
  | 'listen'
  | 'connect'
  | 'connected'
  | 'accept'
  | 'write'
  | 'read'
  | 'eof'
  | 'shutdown'
  | 'close'
  | 'abort'
  | 'error';

/** A program called its end, or its end gave the program something. */
export interface CallEvent extends Happening {
  readonly kind: 'call';
  readonly end: End;
  readonly call: CallName;
  /** Octets written or read; null for other calls. */
  readonly octets: number | null;
  /** What was written or read, for people, or the code of an error (`ECONNRESET`); null when it is not text. */
  readonly text: string | null;
}

/** A timer of an end. Only an end whose states are 'engine' tells its timers. */
export interface TimerEvent extends Happening {
  readonly kind: 'timer';
  readonly end: End;
  /** `2msl` of TIME-WAIT; else the engine's name of it: rexmt, persist, delack, keep, user, wait, reorder, pto, pace. */
  readonly timer: string;
  /** Only detailed traces tell every timer that is set, and those that are cancelled. */
  readonly what: 'set' | 'fired' | 'cancelled';
  /** Milliseconds until it fires, for 'set'; else null. */
  readonly ms: number | null;
}

/** Something that is no part of TCP happened to a host or to the wire. */
export interface FaultEvent extends Happening {
  readonly kind: 'fault';
  /** `crash`: everything is forgotten and nothing sent; `reboot`: the host is back; `cut` and `mend`: the wire. */
  readonly what: 'crash' | 'reboot' | 'cut' | 'mend';
  /** The host; null for the wire. */
  readonly end: End | null;
}

/** A state changed without a segment: a timer ran out, or a program closed with nothing to send. */
export interface ChangeEvent extends Happening {
  readonly kind: 'change';
}

/** One thing that happened. */
export type TraceEvent =
  | SentEvent
  | ArrivedEvent
  | LostEvent
  | CallEvent
  | TimerEvent
  | ChangeEvent
  | FaultEvent;

/** What happened, from the beginning to the end. `JSON.stringify` of it is the file format. */
export interface Trace {
  readonly format: 'synfin-trace';
  readonly version: 2;
  readonly ends: Readonly<Record<End, TraceEnd>>;
  /** At least one; 0 is the one that the ladder is about. */
  readonly connections: readonly TraceConnection[];
  /** The states of connection 0 before the first event. */
  readonly begin: States;
  /** What was run, when it was a scenario. */
  readonly scenario?: TraceScenario;
  /** In order of time. */
  readonly events: readonly TraceEvent[];
}

/** What can be run again to give the same trace. */
export interface TraceScenario {
  readonly id: string;
  /** Changes to the scenario, as text: see lab/scenario/edits.ts. */
  readonly edits: readonly string[];
  readonly seed: number;
  /** Milliseconds. */
  readonly mslMs: number;
  readonly delayMs: number;
  /** The rules of the hosts: `rfc9293`, or the id of a mutant. */
  readonly rules: string;
}

/** The other end. */
export function otherEnd(end: End): End {
  return end === 'left' ? 'right' : 'left';
}

/** The states that an end of a connection passed, in order, the first included. */
export function statesPassed(trace: Trace, end: End, connection = 0): StateName[] {
  const begin = trace.connections[connection]?.begin ?? trace.begin;
  const passed = [begin[end]];
  for (const event of trace.events) {
    if (event.connection !== connection) continue;
    for (const change of event.changes) if (change.end === end) passed.push(change.to);
  }
  return passed;
}

/** The TCB of an end after event number `at` of a detailed trace; null when there is none. */
export function tcbAt(trace: Trace, at: number, end: End, connection = 0): TcbView | null {
  for (let i = Math.min(at, trace.events.length - 1); i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection !== connection) continue;
    const view = event.tcbs?.[end];
    if (view !== undefined) return view;
  }
  return null;
}

/** The states of a connection after event number `at`; -1: before the first. */
export function statesAt(trace: Trace, at: number, connection = 0): States {
  for (let i = Math.min(at, trace.events.length - 1); i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection === connection) return event.states;
  }
  return trace.connections[connection]?.begin ?? trace.begin;
}
