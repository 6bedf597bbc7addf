// What decides a claim is looked up in the trace (who sent what, who was in which state when), never in a scenario's
// description; and what is said of it is made of the trace's numbers.

import { numbersOf } from '../numbers.ts';
import type { Text } from '../text/index.ts';
import {
  type ArrivedEvent,
  type CallEvent,
  type CallName,
  type End,
  type LostEvent,
  type SentEvent,
  statesAt,
  type TcbView,
  type TimerEvent,
  type Trace,
  type TraceEvent,
  tcbAt,
} from '../trace.ts';
import { ClaimError, type Decision } from './claim.ts';

/** An event and its index. */
export interface Found<E extends TraceEvent = TraceEvent> {
  readonly at: number;
  readonly event: E;
}

/**
 * Goes on only if the trace shows it.
 * @throws ClaimError with what was expected
 */
export function must(shown: boolean, expected: string): asserts shown {
  if (!shown) throw new ClaimError(`not in this trace: ${expected}`);
}

/** The nth event (from 1) of the kind that passes; `expected` names it in the error. */
function nth<K extends TraceEvent['kind']>(
  trace: Trace,
  kind: K,
  passes: (event: Extract<TraceEvent, { kind: K }>, at: number) => boolean,
  expected: string,
  n = 1,
): Found<Extract<TraceEvent, { kind: K }>> {
  let left = n;
  for (const [at, event] of trace.events.entries()) {
    const candidate = event as Extract<TraceEvent, { kind: K }>;
    if (event.kind === kind && passes(candidate, at) && --left === 0) return { at, event: candidate };
  }
  throw new ClaimError(`not in this trace: ${expected}${n > 1 ? `, number ${n}` : ''}`);
}

/** Which of several. */
export interface Which {
  /** From 1. Default 1. */
  readonly n?: number;
  /** Index of the connection. Default 0. */
  readonly connection?: number;
  /** Whether text is in the segment; default: either. */
  readonly text?: boolean;
  /** Only those after this event. */
  readonly after?: number;
  /** A forged one. Default: one that the end really sent. */
  readonly injected?: boolean;
}

/** The control bits without PSH, which says nothing about the connection. */
export function bits(segment: { readonly flags: string }): string {
  return segment.flags
    .split(',')
    .filter((flag) => flag !== 'PSH')
    .join(',');
}

/** The nth segment that an end sent with exactly these control bits, PSH aside: `SYN,ACK`. */
export function sent(trace: Trace, from: End, flags: string, which: Which = {}): Found<SentEvent> {
  const { n = 1, connection = 0, text, after = -1, injected = false } = which;
  return nth(
    trace,
    'sent',
    (e, at) =>
      at > after &&
      e.from === from &&
      e.connection === connection &&
      bits(e.segment) === flags &&
      (e.injected ?? false) === injected &&
      (text === undefined || e.segment.length > 0 === text),
    `${from} sends ${flags}${text === true ? ' with text' : ''}`,
    n,
  );
}

/** All segments of one end, in order; forged ones are not among them. */
export function allSent(trace: Trace, from: End, connection = 0): Found<SentEvent>[] {
  return trace.events.flatMap((event, at) =>
    event.kind === 'sent' && event.from === from && event.connection === connection && !event.injected
      ? [{ at, event }]
      : [],
  );
}

/** The arrival of a segment. */
export function arrival(trace: Trace, { event: { id } }: Found<SentEvent>): Found<ArrivedEvent> {
  return nth(trace, 'arrived', (e) => e.id === id, `segment ${id} arrives`);
}

/** That a segment was lost. */
export function loss(trace: Trace, { event: { id } }: Found<SentEvent>): Found<LostEvent> {
  return nth(trace, 'lost', (e) => e.id === id, `segment ${id} is lost`);
}

/** The nth time that an end of connection 0 comes into a state. */
export function enters(trace: Trace, end: End, state: string, which: Which = {}): Found {
  const { n = 1, connection = 0, after = -1 } = which;
  let left = n;
  for (const [at, event] of trace.events.entries()) {
    if (at <= after || event.connection !== connection) continue;
    if (event.changes.some((c) => c.end === end && c.to === state) && --left === 0) return { at, event };
  }
  throw new ClaimError(`not in this trace: ${end} comes into ${state}`);
}

/** That an event brought an end from one state to another. */
export function mustChange(trace: Trace, at: number, end: End, from: string, to: string): void {
  const changes = trace.events[at]?.changes ?? [];
  must(
    changes.some((c) => c.end === end && c.from === from && c.to === to),
    `${end} goes from ${from} to ${to}`,
  );
}

/** The nth call of a program, or what it was told. */
export function call(trace: Trace, end: End, name: CallName, which: Which = {}): Found<CallEvent> {
  const { n = 1, connection = 0 } = which;
  const passes = (e: CallEvent): boolean => e.end === end && e.call === name && e.connection === connection;
  return nth(trace, 'call', passes, `${end}: ${name}`, n);
}

/** The nth time that a timer of an end fires, or is set, or is cancelled. */
export function timer(
  trace: Trace,
  end: End,
  name: string,
  what: TimerEvent['what'],
  which: Which = {},
): Found<TimerEvent> {
  const { n = 1, connection = 0, after = -1 } = which;
  return nth(
    trace,
    'timer',
    (e, at) =>
      at > after && e.end === end && e.timer === name && e.what === what && e.connection === connection,
    `timer ${name} of ${end} ${what}`,
    n,
  );
}

/** The state of an end after an event. */
export function stateOf(trace: Trace, at: number, end: End, connection = 0): string {
  return statesAt(trace, at, connection)[end];
}

/** The TCB of an end after an event. */
export function tcbOf(trace: Trace, at: number, end: End, connection = 0): TcbView {
  const tcb = tcbAt(trace, at, end, connection);
  must(tcb !== null, `a TCB at ${end} after event ${at}`);
  return tcb;
}

/** A number of an end's sequence space counted from its ISS, as the ladder shows it: `1`, `1′`. */
export function number(trace: Trace, of: End, value: number, connection = 0): string {
  const numbers = numbersOf(trace)[connection];
  must(numbers !== undefined, `connection ${connection}`);
  return numbers.text(of, value);
}

/** `SYN,ACK seq=0 ack=1 len=5`, counted from the ISSs. */
export function segmentText(trace: Trace, { event }: Found<SentEvent>): string {
  const { segment, from, connection } = event;
  const ack =
    segment.ack === null
      ? ''
      : ` ack=${number(trace, from === 'left' ? 'right' : 'left', segment.ack, connection)}`;
  const length = segment.length === 0 ? '' : ` len=${segment.length}`;
  return `${segment.flags} seq=${number(trace, from, segment.seq, connection)}${ack}${length}`;
}

/** `segment 3 (ACK seq=1 ack=1)`, in both languages. */
export function segmentName(trace: Trace, found: Found<SentEvent>): Text {
  const text = segmentText(trace, found);
  return { en: `segment ${found.event.id} (${text})`, zh: `第 ${found.event.id} 个报文段（${text}）` };
}

/** A time as people read it: `20 ms`, `1.03 s`. */
export function timeText(us: number): string {
  return us < 1_000_000 ? `${Math.round(us / 10) / 100} ms` : `${Math.round(us / 10_000) / 100} s`;
}

/** The decision at an event. */
export function decision({ at }: Found, en: string, zh: string): Decision {
  return { event: at, says: { en: en.charAt(0).toUpperCase() + en.slice(1), zh } };
}

/** The decision at a segment that is sent; what is said begins with its name. */
export function seenIn(trace: Trace, segment: Found<SentEvent>, en: string, zh: string): Decision {
  const name = segmentName(trace, segment);
  return decision(segment, `${name.en}: ${en}`, `${name.zh}：${zh}`);
}

/** The decision at the arrival of a segment; what is said begins with its name. */
export function seenAtArrival(trace: Trace, segment: Found<SentEvent>, en: string, zh: string): Decision {
  const name = segmentName(trace, segment);
  return decision(arrival(trace, segment), `${name.en} arrives: ${en}`, `${name.zh}到达：${zh}`);
}

/** A sequence number plus so many, modulo 2^32. */
export function plus(seq: number, n: number): number {
  return (seq + n) >>> 0;
}
