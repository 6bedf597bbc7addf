// What a trace says around one event: names of the ends, sequence numbers as `x+1` and `y+1`, the segment
// behind an arrival, and what made an end send. Pure functions of the trace.

import type { Lang, Text } from '../text/index.ts';
import {
  type ArrivedEvent,
  type CallEvent,
  type End,
  type LostEvent,
  otherEnd,
  type SentEvent,
  type TcbView,
  type TimerEvent,
  type Trace,
  type TraceEvent,
  type TraceSegment,
  tcbAt,
} from '../trace.ts';

const NAMES: Readonly<Record<string, Text>> = {
  client: { en: 'the client', zh: '客户端' },
  server: { en: 'the server', zh: '服务器' },
};

/** What an end is called in a sentence. */
export function endName(trace: Trace, end: End, lang: Lang): string {
  const { name } = trace.ends[end];
  return NAMES[name]?.[lang] ?? name;
}

/** SEG.LEN: octets of text, counting SYN and FIN (RFC 9293 section 3.4). */
export function segmentLength(segment: TraceSegment): number {
  return segment.length + (has(segment, 'SYN') ? 1 : 0) + (has(segment, 'FIN') ? 1 : 0);
}

/** Whether a segment has a control bit. */
export function has(segment: TraceSegment, flag: string): boolean {
  return segment.flags.split(',').includes(flag);
}

/** How far `a` is beyond `b`, as sequence numbers: negative when it is before. */
export function ahead(a: number, b: number): number {
  return (a - b) | 0;
}

/** The segment that an arrival or a loss is about; null if the trace does not have it. */
export function sentOf(trace: Trace, event: ArrivedEvent | LostEvent): SentEvent | null {
  for (const other of trace.events) if (other.kind === 'sent' && other.id === event.id) return other;
  return null;
}

/** The initial sequence numbers that each end has used up to event `index`: one for each incarnation, in order. */
export function issUntil(trace: Trace, index: number, connection: number): Readonly<Record<End, number[]>> {
  const iss: Record<End, number[]> = { left: [], right: [] };
  const learn = (end: End, number: number): void => {
    if (!iss[end].includes(number)) iss[end].push(number);
  };
  const first = firstSyn(trace, connection);
  for (let i = 0; i <= index && i < trace.events.length; i++) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection !== connection) continue;
    const genuine = event.kind === 'sent' && (event.injected !== true || event === first);
    if (genuine && has(event.segment, 'SYN')) learn(event.from, event.segment.seq);
    for (const end of ['left', 'right'] as const) {
      const view = event.tcbs?.[end];
      if (view && view.state !== 'LISTEN' && view.state !== 'CLOSED') learn(end, view.snd.iss);
    }
  }
  return iss;
}

/** The first SYN of a connection, forged or not. */
export function firstSyn(trace: Trace, connection: number): SentEvent | null {
  for (const event of trace.events) {
    if (event.connection !== connection || event.kind !== 'sent') continue;
    if (has(event.segment, 'SYN')) return event;
  }
  return null;
}

/** The end that asked first, or in whose name: its first sequence number is x, that of the other y. */
export function opener(trace: Trace, connection: number): End {
  return firstSyn(trace, connection)?.from ?? 'left';
}

/** A segment that was put on the wire is one that its end had sent before: a copy, which is old but genuine. */
export function isReplayed(trace: Trace, sent: SentEvent): boolean {
  if (sent.injected !== true) return false;
  for (const event of trace.events) {
    if (event === sent) return false;
    if (event.kind !== 'sent' || event.injected === true || event.from !== sent.from) continue;
    if (event.packet !== undefined && event.packet === sent.packet) return true;
  }
  return false;
}

/** The retransmission timer was not set to RTO but to go off at once: the way is free again (see stale SYNs). */
export function setAtOnce(trace: Trace, index: number, end: End): boolean {
  const { connection } = trace.events[index] as TraceEvent;
  for (let i = index; i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.kind !== 'timer' || event.end !== end || event.connection !== connection) continue;
    if (event.timer === 'rexmt' && event.what === 'set') return (event.ms ?? AT_ONCE_MS) < AT_ONCE_MS;
  }
  return false;
}

/** No RTO is as short. */
const AT_ONCE_MS = 5;

/** Beyond this a number has nothing to do with the connection: it is shown as it is. */
const NEAR = 1 << 26;

/** Marks of the incarnations: x, x′, x″. */
const MARKS = ['', '′', '″'];

/** Writes sequence numbers of one connection, as they are known at one event: `x`, `y+1`, `x′+1`, or raw. */
export class Numbers {
  readonly #iss: Readonly<Record<End, readonly number[]>>;
  readonly #first: End;

  constructor(trace: Trace, index: number, connection: number) {
    this.#iss = issUntil(trace, index, connection);
    this.#first = opener(trace, connection);
  }

  /** A number of the sequence space of `end`, counted from the nearest ISS below it, or else the nearest. */
  of(end: End, number: number): string {
    let best: { readonly offset: number; readonly mark: string } | null = null;
    for (const [i, iss] of this.#iss[end].entries()) {
      const offset = ahead(number, iss);
      if (Math.abs(offset) >= NEAR) continue;
      const nearer = best === null || Math.abs(offset) < Math.abs(best.offset);
      const below = best === null || offset >= 0 === best.offset >= 0 ? nearer : offset >= 0;
      if (below) best = { offset, mark: MARKS[i] ?? `(${i + 1})` };
    }
    if (best === null) return String(number);
    const name = `${end === this.#first ? 'x' : 'y'}${best.mark}`;
    return best.offset === 0 ? name : `${name}${best.offset > 0 ? '+' : '-'}${Math.abs(best.offset)}`;
  }

  /** The acknowledgment field of a segment that `from` sends. */
  ack(from: End, segment: TraceSegment): string {
    return segment.ack === null ? '' : this.of(otherEnd(from), segment.ack);
  }
}

/** What made an end do what it did at event `index`, at the same instant; null if nothing did that the trace has. */
export function causeOf(trace: Trace, index: number, end: End): ArrivedEvent | TimerEvent | CallEvent | null {
  const at = trace.events[index] as TraceEvent;
  for (let i = index - 1; i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.t !== at.t) return null;
    if (event.connection !== at.connection) continue;
    if (event.kind === 'arrived' && event.to === end) return event;
    if (event.kind === 'timer' && event.end === end && event.what === 'fired') return event;
    if (event.kind === 'call' && event.end === end && !TOLD.has(event.call)) return event;
  }
  return null;
}

/** What a program is told, and does not do. */
const TOLD = new Set(['connected', 'eof', 'error', 'listen', 'accept']);

/** The last segment that an end sent before event `index`, in its connection. */
export function lastSent(trace: Trace, index: number, from: End): SentEvent | null {
  const at = trace.events[index] as TraceEvent;
  for (let i = index - 1; i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.kind !== 'sent' || event.injected === true) continue;
    if (event.connection === at.connection && event.from === from) return event;
  }
  return null;
}

/** The TCB of an end before and after event `index`. */
export function tcbsAround(
  trace: Trace,
  index: number,
  end: End,
): { readonly before: TcbView | null; readonly after: TcbView | null } {
  const { connection } = trace.events[index] as TraceEvent;
  return { before: tcbAt(trace, index - 1, end, connection), after: tcbAt(trace, index, end, connection) };
}

/** An end in LISTEN has answered with a SYN cookie: it holds nothing, but the connection is only a segment away. */
export function cookieOut(trace: Trace, index: number, connection: number): boolean {
  for (let i = Math.min(index, trace.events.length - 1); i >= 0; i--) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection !== connection) continue;
    if (event.changes.some(({ rule }) => rule === 'listen-cookie' || rule === 'rst')) return false;
    if (event.kind === 'fault') return false;
    if (event.kind === 'sent' && event.injected !== true && event.segment.flags === 'SYN,ACK')
      return event.states[event.from] === 'LISTEN';
  }
  return false;
}
