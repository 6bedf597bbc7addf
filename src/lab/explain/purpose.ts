// What a segment is for: decided from its fields, from what made its sender send, and from the sender's TCB.

import { type ArrivedEvent, otherEnd, type SentEvent, type Trace, type TraceEvent } from '../trace.ts';
import {
  ahead,
  causeOf,
  has,
  isReplayed,
  lastSent,
  segmentLength,
  sentOf,
  setAtOnce,
  tcbsAround,
} from './context.ts';
import type { SentPurpose } from './sent-texts.ts';

/** Discards that are answered by a challenge ACK (RFC 5961). */
const CHALLENGED = new Set(['rst-challenged', 'syn-challenged', 'ack-of-unsent', 'ack-too-old']);

/** The purpose of the segment that event `index` sends. */
export function purposeOf(trace: Trace, index: number, event: SentEvent): SentPurpose {
  const { segment } = event;
  if (event.injected === true) return isReplayed(trace, event) ? 'injectedCopy' : 'injected';
  if (has(segment, 'RST')) return ofRst(trace, index, event);
  if (has(segment, 'SYN')) return ofSyn(trace, index, event);
  if (has(segment, 'FIN')) return ofFin(trace, index, event);
  return segment.length > 0 ? ofText(trace, index, event) : ofAck(trace, index, event);
}

function ofRst(trace: Trace, index: number, event: SentEvent): SentPurpose {
  const cause = causeOf(trace, index, event.from);
  if (cause?.kind === 'arrived') {
    const answered = sentOf(trace, cause)?.segment;
    if (cause.discarded === 'late-data' || event.changes.some(({ rule }) => rule === 'late-data'))
      return 'rstLate';
    if (answered !== undefined && answered.ack === event.segment.seq && !has(event.segment, 'ACK'))
      return 'rstOfAck';
    if (answered !== undefined && answered.ack === null && event.segment.seq === 0) return 'rstOfSyn';
  }
  return cause?.kind === 'call' && cause.call === 'close' ? 'rstUnread' : 'rstAbort';
}

function ofSyn(trace: Trace, index: number, event: SentEvent): SentPurpose {
  const ack = has(event.segment, 'ACK');
  if (!ack) {
    if (event.retransmission) return setAtOnce(trace, index, event.from) ? 'synAtOnce' : 'synAgain';
    // It has the peer's SYN already, and answers it in two segments.
    if (event.states[event.from] === 'SYN-RECEIVED') return 'synSplit';
    return event.segment.length > 0 ? 'synText' : 'syn';
  }
  if (event.states[event.from] === 'LISTEN') return 'synCookie';
  const cause = causeOf(trace, index, event.from);
  const before = lastSent(trace, index, event.from);
  const same = before?.segment.seq === event.segment.seq;
  if (same && before !== null && !has(before.segment, 'ACK')) return 'synAckBoth';
  if (!event.retransmission) return 'synAck';
  return cause?.kind === 'arrived' ? 'synAckDuplicate' : 'synAckAgain';
}

function ofFin(trace: Trace, index: number, event: SentEvent): SentPurpose {
  if (event.retransmission) return 'finAgain';
  if (event.segment.length > 0) return 'finText';
  return newlyAcksFin(trace, index, event) ? 'finAck' : 'fin';
}

/** The segment acknowledges the peer's FIN, and no segment before it did. */
function newlyAcksFin(trace: Trace, index: number, event: SentEvent): boolean {
  const acked = acksFin(trace, index, event);
  return acked && lastSent(trace, index, event.from)?.segment.ack !== event.segment.ack;
}

/** The acknowledgment field is the number after a FIN of the peer. */
function acksFin(trace: Trace, index: number, event: SentEvent): boolean {
  const peer = otherEnd(event.from);
  for (let i = index - 1; i >= 0; i--) {
    const other = trace.events[i] as TraceEvent;
    if (other.kind !== 'sent' || other.from !== peer || other.connection !== event.connection) continue;
    if (!has(other.segment, 'FIN')) continue;
    if ((other.segment.seq + segmentLength(other.segment)) >>> 0 === event.segment.ack) return true;
  }
  return false;
}

function ofText(trace: Trace, index: number, event: SentEvent): SentPurpose {
  const cause = causeOf(trace, index, event.from);
  const before = lastSent(trace, index, event.from);
  if (cause?.kind === 'timer' && cause.timer === 'persist' && event.segment.length === 1) return 'probe';
  const text = lastText(trace, index, event);
  const probed = text?.segment.length === 1 && text.segment.seq === event.segment.seq;
  const again = event.retransmission || event.again !== undefined;
  if (again && probed && cause?.kind === 'arrived') return 'dataAfterProbe';
  if (again && cause?.kind === 'timer' && cause.timer === 'pto') return 'dataTail';
  if (again) {
    const timer = cause?.kind === 'timer' && cause.timer === 'rexmt';
    const { before: tcb } = tcbsAround(trace, index, event.from);
    return timer || (tcb !== null && tcb.backoff > 0) ? 'dataAgain' : 'dataFast';
  }
  return before !== null && before.segment.flags === 'SYN' ? 'dataThird' : 'data';
}

/** The last segment with text that the end sent before. */
function lastText(trace: Trace, index: number, event: SentEvent): SentEvent | null {
  for (let i = index - 1; i >= 0; i--) {
    const other = trace.events[i] as TraceEvent;
    if (other.kind !== 'sent' || other.injected === true || other.segment.length === 0) continue;
    if (other.connection === event.connection && other.from === event.from) return other;
  }
  return null;
}

function ofAck(trace: Trace, index: number, event: SentEvent): SentPurpose {
  const { segment, from } = event;
  const cause = causeOf(trace, index, from);
  const before = lastSent(trace, index, from);
  const fresh = before === null || before.segment.ack !== segment.ack;
  if (cause?.kind === 'timer' && cause.timer === 'keep') return 'keepalive';
  if (before?.segment.flags === 'SYN') return 'third';
  if (cause?.kind === 'arrived') {
    const came = sentOf(trace, cause)?.segment ?? null;
    if (cause.discarded !== null && CHALLENGED.has(cause.discarded)) return 'challenge';
    if (cause.discarded !== null && !fresh) {
      if (came !== null && has(came, 'FIN') && acksFin(trace, index, event))
        return event.states[from] === 'TIME-WAIT' ? 'ackFinTimeWait' : 'ackFinAgain';
      if (came !== null && segmentLength(came) === 0 && isKeepalive(trace, cause, came.seq, segment.ack))
        return 'ackKeepalive';
      if (segment.window === 0 && came?.length === 1) return 'ackProbe';
      return 'ackUnacceptable';
    }
    const beyond = came !== null && segment.ack !== null && ahead(came.seq, segment.ack) > 0;
    if (!fresh && beyond && segmentLength(came) > 0) return 'ackDuplicate';
  }
  if (fresh && acksFin(trace, index, event)) return 'ackFin';
  if (fresh) return cause?.kind === 'timer' && cause.timer === 'delack' ? 'ackDelayed' : 'ackText';
  return opensWindow(event, before) ? 'windowUpdate' : 'ackPlain';
}

/** What arrived is one below what is expected, and a keep-alive timer sent it (or nobody knows what did). */
function isKeepalive(trace: Trace, came: ArrivedEvent, seq: number, ack: number | null): boolean {
  if (ack === null || ahead(seq, ack) !== -1) return false;
  const sent = sentOf(trace, came);
  if (sent === null || sent.injected === true) return false;
  if (trace.ends[sent.from].states === 'observed') return true;
  const cause = causeOf(trace, trace.events.indexOf(sent), sent.from);
  return cause?.kind === 'timer' && cause.timer === 'keep';
}

function opensWindow(event: SentEvent, before: SentEvent | null): boolean {
  // The window of a SYN is not scaled: it cannot be compared.
  return before !== null && !has(before.segment, 'SYN') && event.segment.window > before.segment.window;
}
