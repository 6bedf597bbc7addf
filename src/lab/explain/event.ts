// What happened at one event of a trace, why, and what each end knows after it: in one sentence each, from the
// segment, the transition row that fired and the TCBs before and after. Nothing here knows a scenario.

import type { Lang, Params } from '../text/index.ts';
import {
  type ArrivedEvent,
  type CallEvent,
  type ChangeEvent,
  type End,
  type FaultEvent,
  type LostEvent,
  otherEnd,
  type SentEvent,
  type StateChange,
  type TimerEvent,
  type Trace,
  type TraceEvent,
  type TraceOptions,
  type TraceSegment,
} from '../trace.ts';
import {
  ahead,
  cookieOut,
  endName,
  has,
  isReplayed,
  Numbers,
  segmentLength,
  sentOf,
  setAtOnce,
  tcbsAround,
} from './context.ts';
import { dropInfo, explainDrop } from './drops.ts';
import { type EventTextKey, eventTexts } from './event-texts.ts';
import { knowledgeSentence } from './knowledge.ts';
import { purposeOf } from './purpose.ts';
import { explainRule } from './rules.ts';
import { sentTexts } from './sent-texts.ts';
import { duration, listed, octets, phrase, say, sentences } from './text.ts';

/** What is said about an event. */
export interface Explanation {
  /** What happened. */
  readonly what: string;
  /** Why: the rule behind it; null if nobody knows (an end that is observed). */
  readonly why: string | null;
  /** Where the rule stands: a section of RFC 9293, or another RFC by number. */
  readonly section: string | null;
  /** What each end knows now; null for an end without a connection. */
  readonly knows: { readonly left: string | null; readonly right: string | null };
  /** What is worth noticing besides. */
  readonly notes: readonly string[];
}

/** What happened and why, before what is known is added. */
type Account = Omit<Explanation, 'knows'>;

/** Explains event number `index`. Throws a RangeError when the trace has no such event. */
export function explainEvent(trace: Trace, index: number, lang: Lang): Explanation {
  const event = trace.events[index];
  if (event === undefined) {
    throw new RangeError(`the trace has events 0 to ${trace.events.length - 1}, not ${index}`);
  }
  const account = accountOf(new Teller(trace, index, lang), event);
  const { connection } = event;
  return {
    ...account,
    knows: {
      left: knowledgeSentence(trace, index, 'left', lang, connection),
      right: knowledgeSentence(trace, index, 'right', lang, connection),
    },
  };
}

function accountOf(teller: Teller, event: TraceEvent): Account {
  switch (event.kind) {
    case 'sent':
      return ofSent(teller, event);
    case 'arrived':
      return ofArrival(teller, event);
    case 'lost':
      return ofLoss(teller, event);
    case 'call':
      return ofCall(teller, event);
    case 'timer':
      return ofTimer(teller, event);
    case 'change':
      return ofChange(teller, event);
    case 'fault':
      return ofFault(teller, event);
  }
}

/** Speaks about one event in one language. */
class Teller {
  readonly trace: Trace;
  readonly index: number;
  readonly lang: Lang;
  readonly numbers: Numbers;

  constructor(trace: Trace, index: number, lang: Lang) {
    this.trace = trace;
    this.index = index;
    this.lang = lang;
    const { connection } = trace.events[index] as TraceEvent;
    this.numbers = new Numbers(trace, index, connection);
  }

  name(end: End): string {
    return endName(this.trace, end, this.lang);
  }

  /** `me` and `peer` for a sentence at an end. */
  ends(end: End): Params {
    return { me: this.name(end), peer: this.name(otherEnd(end)) };
  }

  /** Who a segment claims to come from: an end, or an address that is nobody's. */
  source({ from, packet }: SentEvent): string {
    const claimed = packet?.startsWith('4') === true ? sourceAddress(packet) : null;
    return claimed === null || claimed === this.trace.ends[from].address ? this.name(from) : claimed;
  }

  text(key: EventTextKey, params: Params = {}): string {
    return say(eventTexts[key], this.lang, params);
  }

  words(key: EventTextKey, params: Params = {}): string {
    return phrase(eventTexts[key], this.lang, params);
  }

  join(...parts: (string | null)[]): string {
    return sentences(parts, this.lang);
  }

  octets(n: number): string {
    return octets(n, this.lang);
  }

  /** `The server goes from LISTEN to SYN-RECEIVED.` for every change. */
  changes(changes: readonly StateChange[]): string {
    return this.join(
      ...changes.map(({ end, from, to }) => this.text('becomes', { me: this.name(end), from, to })),
    );
  }

  /** The sentence and the section of the last rule that fired: an end may pass two states at once. */
  rule(changes: readonly StateChange[]): { readonly why: string | null; readonly section: string | null } {
    const told = changes.filter(({ rule }) => rule !== null);
    const why = told.map(({ end, from, to, rule }) =>
      explainRule(rule as string, from, this.lang, { to, ...this.ends(end) }),
    );
    return { why: told.length === 0 ? null : this.join(...why), section: told.at(-1)?.section ?? null };
  }
}

function ofSent(teller: Teller, event: SentEvent): Account {
  const { trace, index, numbers } = teller;
  const { from, segment } = event;
  const purpose = purposeOf(trace, index, event);
  const { what, why, section } = sentTexts[purpose];
  const params = {
    ...teller.ends(from),
    flags: segment.flags,
    // The RST that answers a SYN has no number of its own.
    seq: purpose === 'rstOfSyn' ? '0' : numbers.of(from, segment.seq),
    ack: numbers.ack(from, segment),
    next: numbers.of(from, (segment.seq + segmentLength(segment)) >>> 0),
    octets: teller.octets(segment.length),
    window: windowOctets(trace, index, event),
    source: teller.source(event),
  };
  return {
    what: teller.join(say(what, teller.lang, params), teller.changes(event.changes)),
    why: say(why, teller.lang, params),
    section:
      event.changes.findLast(({ section }) => section !== null)?.section ??
      (purpose === 'rstOfAck' ? RST_SECTIONS[event.states[from]] : undefined) ??
      section,
    notes: notesOfSegment(teller, event, TOLD_ACK.has(purpose)),
  };
}

/** Where the RST that answers an ACK stands, by state. */
const RST_SECTIONS: Readonly<Record<string, string>> = {
  LISTEN: '3.10.7.2',
  'SYN-SENT': '3.10.7.3',
  'SYN-RECEIVED': '3.10.7.4 fifth',
};

/** Purposes whose sentence names the acknowledgment already, or of whom nobody knows what they acknowledge. */
const TOLD_ACK = new Set<string>(['dataThird', 'finAck', 'injected', 'injectedCopy']);

/** The source address of an IPv4 packet in hexadecimal digits. */
function sourceAddress(packet: string): string {
  return [24, 26, 28, 30].map((at) => Number.parseInt(packet.slice(at, at + 2), 16)).join('.');
}

/** The window that a segment offers, in octets, as far as the scale is known. */
function windowOctets(trace: Trace, index: number, event: SentEvent): number {
  const shift = has(event.segment, 'SYN') ? 0 : scaleOf(trace, index, event);
  return event.segment.window * 2 ** shift;
}

/** The shift of the sender's window fields: both SYNs must have offered one (RFC 7323 section 2.2). */
function scaleOf(trace: Trace, index: number, event: SentEvent): number {
  const offered: Record<End, number | null> = { left: null, right: null };
  for (let i = 0; i <= index; i++) {
    const other = trace.events[i] as TraceEvent;
    if (other.kind !== 'sent' || other.connection !== event.connection || other.injected === true) continue;
    if (has(other.segment, 'SYN')) offered[other.from] = other.segment.options.windowScale ?? null;
  }
  return offered.left === null || offered.right === null ? 0 : Math.min(14, offered[event.from] as number);
}

function notesOfSegment(teller: Teller, event: SentEvent, toldAck: boolean): string[] {
  const { from, segment, states } = event;
  const notes: string[] = [];
  if (has(segment, 'SYN') && !event.retransmission) notes.push(...notesOfOptions(teller, segment.options));
  if (segment.ace !== undefined) notes.push(noteOfAce(teller, segment));
  const { sack } = segment.options;
  if (sack !== undefined && sack.length > 0) {
    const space = otherEnd(from);
    const blocks = sack.map(
      ([left, right]) => `[${teller.numbers.of(space, left)}, ${teller.numbers.of(space, right)})`,
    );
    const twice = isDsack(segment) ? blocks.slice(0, 1) : [];
    const beyond = blocks.slice(twice.length);
    if (twice.length > 0) notes.push(teller.text('noteDsack', { blocks: listed(twice, teller.lang) }));
    if (beyond.length > 0) notes.push(teller.text('noteSack', { blocks: listed(beyond, teller.lang) }));
  }
  const plain = !has(segment, 'SYN') && !has(segment, 'RST');
  if (plain && segment.window === 0) notes.push(teller.text('noteZeroWindow', teller.ends(from)));
  if (plain && !toldAck && segment.ack !== null && segmentLength(segment) > 0 && newAck(teller, event)) {
    notes.push(teller.text('noteAlsoAcks', { ack: teller.numbers.ack(from, segment) }));
  }
  return [...notes, ...notesOfStates(teller, event, states)];
}

/** The first SACK block tells of octets that have come twice: below SEG.ACK, or within the second (RFC 2883 section 4). */
function isDsack({ ack, options }: TraceSegment): boolean {
  const [first, second] = options.sack ?? [];
  if (first === undefined || ack === null) return false;
  if (ahead(first[0], ack) < 0) return true;
  return second !== undefined && ahead(first[0], second[0]) >= 0 && ahead(first[1], second[1]) <= 0;
}

/** The segment acknowledges more than the one before it did. */
function newAck(teller: Teller, event: SentEvent): boolean {
  for (let i = teller.index - 1; i >= 0; i--) {
    const other = teller.trace.events[i] as TraceEvent;
    if (other.kind !== 'sent' || other.from !== event.from || other.connection !== event.connection) continue;
    return other.segment.ack !== event.segment.ack;
  }
  return false;
}

/** AE, CWR and ECE in AccECN mode (RFC 9768 section 3.2.2). */
function noteOfAce(teller: Teller, segment: TraceSegment): string {
  if (!has(segment, 'SYN')) return teller.text('noteAce', { n: segment.ace as number });
  return teller.text(has(segment, 'ACK') ? 'noteAceAgrees' : 'noteAceAsks');
}

function notesOfOptions(teller: Teller, options: TraceOptions): string[] {
  const notes: string[] = [];
  const { mss, windowScale } = options;
  if (mss !== undefined) notes.push(teller.text('noteMss', { n: mss }));
  if (windowScale !== undefined) {
    notes.push(teller.text('noteScale', { n: windowScale, unit: 2 ** Math.min(14, windowScale) }));
  }
  if (options.sackPermitted === true) notes.push(teller.text('noteSackPermitted'));
  if (options.timestamps !== undefined) notes.push(teller.text('noteTimestamps'));
  if (options.fastOpen !== undefined)
    notes.push(teller.text(options.fastOpen === 0 ? 'noteFastOpenAsked' : 'noteFastOpenCookie'));
  return notes;
}

/** Half-open, half-closed and half a handshake are three things: told when they begin. */
function notesOfStates(teller: Teller, event: TraceEvent, { left, right }: TraceEvent['states']): string[] {
  if (event.changes.length === 0) return [];
  const notes: string[] = [];
  const either = (a: string, b: string): boolean =>
    (left === a && right === b) || (left === b && right === a);
  if (either('FIN-WAIT-2', 'CLOSE-WAIT')) notes.push(teller.text('noteHalfClosed'));
  if (event.changes.some(({ from, to }) => from === 'LISTEN' && to === 'SYN-RECEIVED')) {
    notes.push(teller.text('noteSynQueue'));
  }
  const alive = (state: string): boolean =>
    ['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state);
  const gone = (state: string): boolean => state === 'CLOSED' || state === 'LISTEN';
  const halfOpen = (alive(left) && gone(right)) || (alive(right) && gone(left));
  if (halfOpen && !cookieOut(teller.trace, teller.index, event.connection))
    notes.push(teller.text('noteHalfOpen'));
  return notes;
}

function ofArrival(teller: Teller, event: ArrivedEvent): Account {
  const { trace, lang } = teller;
  const ends = teller.ends(event.to);
  const sent = sentOf(trace, event);
  if (sent === null)
    return { what: teller.text('arrivesUnknown', ends), why: null, section: null, notes: [] };
  const params = { ...ends, flags: segmentName(teller, sent.segment) };
  const copy = isReplayed(trace, sent);
  const forged = sent.injected === true && !copy;
  const mine = teller.changes(event.changes);
  const rule = teller.rule(event.changes);
  const notes = notesOfStates(teller, event, event.states);
  if (event.flipped !== undefined) notes.push(teller.text('noteFlipped', { n: event.flipped }));
  if (event.marked === true) notes.push(teller.text('noteMarked'));
  const effects = effectsOf(teller, event, sent.segment, notes);
  if (event.discarded !== null) {
    const why = whyDiscarded(teller, event, sent.segment, explainDrop(event.discarded, lang, params));
    return {
      what: teller.join(teller.text(forged ? 'discardsForged' : 'discards', params), mine),
      why: rule.why === null || why === null ? (rule.why ?? why) : teller.join(why, rule.why),
      section: rule.section ?? dropInfo(event.discarded)?.section ?? null,
      notes: [...effects.told, ...notes],
    };
  }
  const what = teller.join(
    teller.text(forged ? 'arrivesForged' : copy || event.copy > 0 ? 'arrivesCopy' : 'arrives', params),
    mine,
    ...effects.told,
  );
  if (forged && (event.changes.length > 0 || effects.told.length > 0)) {
    const stranger = teller.source(sent) !== teller.name(sent.from);
    notes.push(teller.text(stranger ? 'noteForgedStranger' : 'noteForged', ends));
  }
  if (rule.why !== null) return { what, why: rule.why, section: rule.section, notes };
  if (trace.ends[event.to].states === 'observed') {
    return { what, why: teller.text('observed'), section: null, notes };
  }
  return { what, ...effects.rule, notes };
}

/** Why a segment was discarded; null when the rule that it fired says so: SYN-RECEIVED falls back to LISTEN. */
function whyDiscarded(
  teller: Teller,
  event: ArrivedEvent,
  segment: TraceSegment,
  why: string,
): string | null {
  if (event.changes.some(({ rule }) => rule === 'syn-received-syn-passive')) return null;
  if (event.discarded === 'time-wait' && has(segment, 'SYN')) return teller.text('timeWaitSyn');
  if (event.discarded === 'listen-refused' && !has(segment, 'SYN'))
    return teller.text('queueFullAck', teller.ends(event.to));
  return why;
}

/** `SYN,ACK`; with text `PSH,ACK (5 octets)`. */
function segmentName(teller: Teller, segment: TraceSegment): string {
  const flags = segment.flags === '' ? teller.words('noFlags') : segment.flags;
  return segment.length === 0
    ? flags
    : teller.words('textIn', { flags, octets: teller.octets(segment.length) });
}

/** What an arrival did to the TCB, from the TCBs before and after it; and the rule if no row fired. */
function effectsOf(
  teller: Teller,
  event: ArrivedEvent,
  segment: TraceSegment,
  notes: string[],
): { readonly told: string[]; readonly rule: Pick<Account, 'why' | 'section'> } {
  const end = event.to;
  const { before, after } = tcbsAround(teller.trace, teller.index, end);
  if (event.states[end] === 'LISTEN' && has(segment, 'SYN') && event.changes.length === 0) {
    return { told: [], rule: { why: teller.text('keepsNothing'), section: 'RFC 4987 3.6' } };
  }
  const nothing = { why: teller.text('nothingChanged'), section: '3.10.7.4' };
  // Nothing in a damaged segment is believed.
  if (event.discarded === 'checksum') return { told: [], rule: nothing };
  const same = before !== null && after !== null && before.snd.iss === after.snd.iss;
  if (!same)
    return { told: [], rule: before === null && after === null ? { why: null, section: null } : nothing };
  const told: string[] = [];
  let rule: Pick<Account, 'why' | 'section'> = nothing;
  if (after.snd.wnd !== before.snd.wnd && !has(segment, 'SYN')) {
    const shut = after.snd.wnd === 0;
    const now = teller.text('windowNow', { wnd: after.snd.wnd });
    if (shut) told.push(now, teller.text('windowClosed'));
    else (before.snd.wnd === 0 ? told : notes).push(now);
    rule = { why: teller.text('updatesWindow'), section: '3.10.7.4 fifth' };
  }
  const silent = segment.length === 0 && segment.ack === before.snd.una && segment.flags === 'ACK';
  if (silent && before.snd.una !== before.snd.nxt && after.snd.wnd === before.snd.wnd) {
    const number = teller.numbers.of(end, before.snd.una);
    const closed = after.snd.wnd === 0;
    told.push(teller.text(closed ? 'stillClosed' : 'duplicateAck', { ...teller.ends(end), una: number }));
    rule = closed
      ? { why: teller.text('stillClosedWhy'), section: '3.8.6.1' }
      : { why: teller.text('duplicateAckWhy'), section: 'RFC 5681 2, 3.2' };
  }
  const beyond = after.rcv.ranges.length > 0 && !equal(after.rcv.ranges, before.rcv.ranges);
  const finBeyond = before.rcv.fin === null && after.rcv.fin !== null;
  const synced = before.state !== 'SYN-SENT' && before.state !== 'LISTEN';
  const taken = synced && before.rcv.irs === after.rcv.irs ? ahead(after.rcv.nxt, before.rcv.nxt) : 0;
  const una = ahead(after.snd.una, before.snd.una);
  if (una > 0) {
    const number = teller.numbers.of(end, after.snd.una);
    const syn = before.snd.una === before.snd.iss && una === 1;
    told.unshift(
      syn
        ? teller.text('acksSyn', { ...teller.ends(end), una: number })
        : teller.text('advances', { n: una, una: number }),
    );
    rule = { why: teller.text('cumulative'), section: '3.10.7.4 fifth' };
  }
  if (taken > 0) {
    told.push(teller.text('takes', { n: taken, nxt: teller.numbers.of(otherEnd(end), after.rcv.nxt) }));
    rule = { why: teller.text('inOrder'), section: '3.10.7.4 seventh' };
  } else if (beyond) {
    told.push(teller.text('keepsBeyond', { nxt: teller.numbers.of(otherEnd(end), after.rcv.nxt) }));
    rule = { why: teller.text('outOfOrder'), section: '3.10.7.4 seventh' };
  } else if (finBeyond) {
    told.push(teller.text('finBeyond', { nxt: teller.numbers.of(otherEnd(end), after.rcv.nxt) }));
    rule = { why: teller.text('finOutOfOrder'), section: '3.10.7.4 eighth' };
  }
  return { told, rule };
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function ofLoss(teller: Teller, event: LostEvent): Account {
  const sent = sentOf(teller.trace, event);
  const key = `lost-${event.reason}`;
  const reason = teller.text(isKey(key) ? key : 'lost-other');
  return {
    what: teller.text(event.reason === 'nobody' ? 'lostToNobody' : 'lost', {
      ...teller.ends(event.to),
      flags: sent === null ? '?' : segmentName(teller, sent.segment),
    }),
    why: teller.text('lostWhy', { reason }),
    section: '3.8.1',
    notes: [],
  };
}

function isKey(key: string): key is EventTextKey {
  return Object.hasOwn(eventTexts, key);
}

const CALL_SECTIONS: Readonly<Record<CallEvent['call'], string>> = {
  listen: '3.10.1',
  connect: '3.10.1',
  connected: '3.10.1',
  accept: '3.10.1',
  write: '3.10.2',
  read: '3.10.3',
  eof: '3.10.7.4 eighth',
  shutdown: '3.6.1',
  close: '3.10.4',
  abort: '3.10.5',
  error: '3.9.1',
};

/** States in which CLOSE has no FIN to send (3.10.4). */
const UNOPENED = new Set(['CLOSED', 'LISTEN', 'SYN-SENT']);
/** States in which the own FIN has been sent. */
const FINISHED = new Set(['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT']);
/** States in which ABORT sends no RST (3.10.5). */
const SILENT = new Set(['CLOSED', 'LISTEN', 'SYN-SENT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT']);
/** The handshake is not over. */
const OPENING = new Set(['LISTEN', 'SYN-SENT', 'SYN-RECEIVED']);

function ofCall(teller: Teller, event: CallEvent): Account {
  const params = {
    ...teller.ends(event.end),
    octets: teller.octets(event.octets ?? 0),
    code: event.text ?? '?',
    state: event.states[event.end],
  };
  const why = reasonOfCall(teller, event);
  return {
    what: teller.join(teller.text(`call-${event.call}`, params), teller.changes(event.changes)),
    why: teller.rule(event.changes).why ?? teller.text(why, params),
    section: teller.rule(event.changes).section ?? CALL_SECTIONS[event.call],
    notes: notesOfStates(teller, event, event.states),
  };
}

function reasonOfCall({ trace, index }: Teller, event: CallEvent): EventTextKey {
  const { call, end } = event;
  const state = event.states[end];
  if (call === 'error') {
    if (event.text === 'EPIPE' && OPENING.has(state)) return 'why-error-unopened';
    const error = `why-error-${event.text}`;
    return isKey(error) ? error : 'why-error-other';
  }
  if (call === 'abort' && SILENT.has(state)) return 'why-abort-silent';
  if (call === 'close') {
    if (UNOPENED.has(state)) return 'why-close-early';
    const unread = tcbsAround(trace, index, end).after?.rcv.unread ?? 0;
    if (unread > 0 && !SILENT.has(state)) return 'why-close-unread';
    if (FINISHED.has(state)) return 'why-close-late';
  }
  return `why-${call}`;
}

const TIMER_SECTIONS: Readonly<Record<string, string>> = {
  rexmt: '3.8.1, RFC 6298 5',
  persist: '3.8.6.1',
  delack: '3.8.6.3',
  keep: '3.8.4',
  user: '3.8.3',
  wait: '3.6.1',
  reorder: 'RFC 8985 6.2',
  pto: 'RFC 8985 7.2',
  pace: 'draft-ietf-ccwg-bbr 5.6.2',
  '2msl': '3.4.2, 3.10.8',
};

function ofTimer(teller: Teller, event: TimerEvent): Account {
  const { trace, index } = teller;
  const key = `timer-${event.timer}`;
  const timer = isKey(key) ? teller.words(key) : event.timer;
  const ms = event.ms ?? 0;
  const params = {
    ...teller.ends(event.end),
    timer,
    ms: duration(ms, teller.lang),
    msl: duration(ms / 2, teller.lang),
  };
  const { after } = tcbsAround(trace, index, event.end);
  const backoff = event.what === 'set' && event.timer === 'rexmt' ? (after?.backoff ?? 0) : 0;
  const now = event.timer === 'rexmt' && event.what !== 'cancelled' && setAtOnce(trace, index, event.end);
  const plain = `${event.what}-${event.timer}`;
  const why = now ? `${plain}-at-once` : backoff > 0 ? 'set-rexmt-backoff' : plain;
  const twice = 2 * (trace.scenario?.mslMs ?? ms / 2);
  const waits = event.what === 'set' && event.timer === '2msl';
  const other = waits && ms !== twice;
  const what = other ? (ms === 0 ? 'set2mslNone' : 'setWait') : waits ? 'set2msl' : event.what;
  const rule = other
    ? { why: teller.text('why-otherWait'), section: '3.6.1 MUST-13' }
    : teller.rule(event.changes);
  return {
    what: teller.join(
      teller.text(what, { ...params, twice: duration(twice, teller.lang) }),
      teller.changes(event.changes),
    ),
    why: rule.why ?? (isKey(why) ? teller.text(why, { ...params, n: backoff }) : null),
    section: rule.section ?? TIMER_SECTIONS[event.timer] ?? null,
    notes: [],
  };
}

/** ESTABLISHED out of SYN-RECEIVED, and nothing has arrived: only a TCP without the rule does that. */
function withoutThird({ changes }: ChangeEvent): StateChange | null {
  return changes.find(({ rule }) => rule === 'syn-received-ack') ?? null;
}

/** TIME-WAIT is over before 2 MSL are: only in a TCP without the rule. */
function shortWait(
  teller: Teller,
  { connection, changes }: ChangeEvent,
): Pick<Account, 'why' | 'section'> | null {
  const over = changes.find(({ rule }) => rule === 'time-wait-timeout');
  const { events, scenario } = teller.trace;
  if (over === undefined || scenario === undefined) return null;
  const set = events
    .slice(0, teller.index)
    .findLast(
      (one) =>
        one.kind === 'timer' &&
        one.timer === '2msl' &&
        one.what === 'set' &&
        one.end === over.end &&
        one.connection === connection,
    );
  const twice = 2 * scenario.mslMs;
  if (set?.kind !== 'timer' || set.ms === twice) return null;
  const params = { ...teller.ends(over.end), twice: duration(twice, teller.lang) };
  return { why: teller.text('why-shortWait', params), section: '3.6.1 MUST-13' };
}

function ofChange(teller: Teller, event: ChangeEvent): Account {
  const lone = withoutThird(event);
  const what = teller.changes(event.changes);
  return {
    what: what === '' ? teller.text('changeObserved') : what,
    ...(lone === null
      ? (shortWait(teller, event) ?? teller.rule(event.changes))
      : { why: teller.text('why-noThird', teller.ends(lone.end)), section: lone.section }),
    notes: notesOfStates(teller, event, event.states),
  };
}

/** What a crash leaves behind depends on what the other end has. */
function reasonOfFault({ what, end, states }: FaultEvent): EventTextKey {
  if (what !== 'crash' || end === null) return `why-${what}`;
  const other = states[otherEnd(end)];
  if (other === 'CLOSED' || other === 'LISTEN' || other === 'TIME-WAIT') return 'why-crash-idle';
  return OPENING.has(other) ? 'why-crash-opening' : 'why-crash';
}

function ofFault(teller: Teller, event: FaultEvent): Account {
  const params = event.end === null ? {} : teller.ends(event.end);
  return {
    what: teller.join(teller.text(`fault-${event.what}`, params), teller.changes(event.changes)),
    why: teller.text(reasonOfFault(event), params),
    section: event.what === 'crash' || event.what === 'reboot' ? '3.5.1' : '3.8.3',
    notes: notesOfStates(teller, event, event.states),
  };
}
