// What happened on one connection, as plain data: the one thing that ladders are drawn from. A trace is
// JSON as it stands; states and rules are those of RFC 9293 section 3.3.2 and 3.10.

import type { StateName } from '../tcp/index.ts';

/** The two sides of a ladder. */
export type End = 'left' | 'right';

/** One end of the connection. */
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
  readonly options: TraceOptions;
}

/** What every event has. */
interface Happening {
  /** Microseconds since the beginning of the trace. */
  readonly t: number;
  /** The states of both ends after the event. */
  readonly states: States;
  /** The state changes that came with it. */
  readonly changes: readonly StateChange[];
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
}

/** A segment reached the other end, which has processed it. */
export interface ArrivedEvent extends Happening {
  readonly kind: 'arrived';
  readonly id: number;
  readonly to: End;
  /** Which copy, when the link duplicated it: 0 is the segment itself. */
  readonly copy: number;
  /** Why the receiver discarded it or its text (a name of `tcp/drop.ts`); null if it did not, or if nobody told. */
  readonly discarded: string | null;
}

/** The link lost a segment. */
export interface LostEvent extends Happening {
  readonly kind: 'lost';
  readonly id: number;
  readonly to: End;
  readonly copy: number;
  /** A drop reason of the link: `loss`, `rule`, `queue`, `partition`… */
  readonly reason: string;
}

/** The calls of a program; `eof` is a read that found the end of the peer's stream. */
export type CallName = 'listen' | 'connect' | 'accept' | 'write' | 'read' | 'eof' | 'close' | 'abort';

/** A program called its end, or its end gave the program something. */
export interface CallEvent extends Happening {
  readonly kind: 'call';
  readonly end: End;
  readonly call: CallName;
  /** Octets written or read; null for other calls. */
  readonly octets: number | null;
  /** What was written or read, for people; null when it is not text. */
  readonly text: string | null;
}

/** A timer of an end. Only an end whose states are 'engine' tells its timers. */
export interface TimerEvent extends Happening {
  readonly kind: 'timer';
  readonly end: End;
  /** `2msl` of TIME-WAIT; else the engine's name of it: rexmt, persist, delack, keep, user, wait. */
  readonly timer: string;
  readonly what: 'set' | 'fired';
  /** Milliseconds until it fires, for 'set'; else null. */
  readonly ms: number | null;
}

/** A state changed without a segment: a timer ran out, or a program closed with nothing to send. */
export interface ChangeEvent extends Happening {
  readonly kind: 'change';
}

/** One thing that happened. */
export type TraceEvent = SentEvent | ArrivedEvent | LostEvent | CallEvent | TimerEvent | ChangeEvent;

/** A connection from its beginning to its end. `JSON.stringify` of it is the file format. */
export interface Trace {
  readonly format: 'synfin-trace';
  readonly version: 1;
  readonly ends: Readonly<Record<End, TraceEnd>>;
  /** The states before the first event. */
  readonly begin: States;
  /** In order of time. */
  readonly events: readonly TraceEvent[];
}

/** The other end. */
export function otherEnd(end: End): End {
  return end === 'left' ? 'right' : 'left';
}

/** The states that an end passed, in order, the first included. */
export function statesPassed(trace: Trace, end: End): StateName[] {
  const passed = [trace.begin[end]];
  for (const event of trace.events) {
    for (const change of event.changes) if (change.end === end) passed.push(change.to);
  }
  return passed;
}
