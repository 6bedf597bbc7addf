// Where the two ends disagree: each believes what its own state says, and a segment on its way, or a timer, will
// tell the one that is wrong (RFC 9293 sections 3.5 and 3.5.1).

import type { StateName } from '../../tcp/index.ts';
import type { Lang } from '../text/index.ts';
import {
  type End,
  otherEnd,
  type SentEvent,
  statesAt,
  type Trace,
  type TraceEvent,
  type TraceSegment,
} from '../trace.ts';
import { cookieOut, endName } from './context.ts';
import { eventTexts } from './event-texts.ts';
import { states } from './states.ts';
import { duration, phrase, say, sentences, type Texts } from './text.ts';

/** What both ends believe at one moment. */
export interface Beliefs {
  /** The two beliefs do not fit each other. */
  readonly differ: boolean;
  /** The connection is half-open (section 3.5.1): one end has it, the other knows nothing of it. */
  readonly halfOpen: boolean;
  /** One sentence each: `The client (ESTABLISHED) believes that the connection is open.` */
  readonly left: string;
  readonly right: string;
  /** Both in one sentence; null when they agree. */
  readonly difference: string | null;
  /** What will tell the end that is wrong: segments on their way, running timers; null when they agree, or nothing will. */
  readonly resolution: string | null;
}

/** The sentences. */
export const beliefTexts = {
  one: { en: '{belief} ({state}).', zh: '{belief}（{state}）。' },
  difference: {
    en: '{left} is {leftState}, {right} is {rightState}: {leftBelief}; {rightBelief}.',
    zh: '{left}处于 {leftState}，{right}处于 {rightState}：{leftBelief}；{rightBelief}。',
  },
  onItsWay: { en: '{flags} is on its way to {peer}.', zh: '{flags} 正在途中，将到达{peer}。' },
  onTheirWay: {
    en: '{n} × {flags} are on their way to {peer}.',
    zh: '{n} 个 {flags} 正在途中，将到达{peer}。',
  },
  willRepeat: {
    en: '{me} will send {flags} again in {ms} if it is not acknowledged.',
    zh: '{me}若得不到确认，将在 {ms}后重传 {flags}。',
  },
  willProbe: { en: '{me} will probe in {ms}.', zh: '{me}将在 {ms}后发出探测。' },
  willGiveUp: { en: '{me} will give up in {ms}.', zh: '{me}将在 {ms}后放弃。' },
  willForget: { en: 'TIME-WAIT of {me} ends in {ms}.', zh: '{me}的 TIME-WAIT 将在 {ms}后结束。' },
  willSendMore: { en: '{me} will send more in {ms}.', zh: '{me}将在 {ms}后继续发送。' },
  willAcknowledge: {
    en: '{me} will send its delayed ACK within {ms}.',
    zh: '{me}将在 {ms}内发出延迟的确认。',
  },
  nothing: {
    en: 'Nothing is on its way and no timer runs: only a call of a program can change it.',
    zh: '途中没有报文段，也没有定时器在运行：只有程序的调用才能改变现状。',
  },
} as const satisfies Texts;

/** Pairs of states that fit: neither end is wrong about the other. */
const FIT = new Set<string>([
  'CLOSED CLOSED',
  'CLOSED LISTEN',
  'LISTEN LISTEN',
  'ESTABLISHED ESTABLISHED',
  'CLOSE-WAIT FIN-WAIT-2',
  'CLOSED TIME-WAIT',
  'LISTEN TIME-WAIT',
  'TIME-WAIT TIME-WAIT',
]);

const SYNCHRONIZED = new Set<StateName>([
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
  'CLOSING',
  'LAST-ACK',
]);

/** What both ends believe after event `index`; -1: before the first. */
export function beliefs(trace: Trace, index: number, lang: Lang, connection = 0): Beliefs {
  const now = statesAt(trace, index, connection);
  const differ = !FIT.has([now.left, now.right].sort().join(' '));
  const belief = (end: End): string =>
    phrase(states[now[end]].belief, lang, {
      me: endName(trace, end, lang),
      peer: endName(trace, otherEnd(end), lang),
    });
  const one = (end: End): string => say(beliefTexts.one, lang, { belief: belief(end), state: now[end] });
  const cookie = cookieOut(trace, index, connection);
  const open = !cookie && (halfOpen(now.left, now.right) || halfOpen(now.right, now.left));
  const difference = say(beliefTexts.difference, lang, {
    left: endName(trace, 'left', lang),
    right: endName(trace, 'right', lang),
    leftState: now.left,
    rightState: now.right,
    leftBelief: belief('left'),
    rightBelief: belief('right'),
  });
  return {
    differ,
    halfOpen: open,
    left: one('left'),
    right: one('right'),
    difference: differ
      ? sentences([difference, open ? say(eventTexts.noteHalfOpen, lang) : null], lang)
      : null,
    resolution: differ ? resolution(trace, index, lang, connection) : null,
  };
}

function halfOpen(has: StateName, forgot: StateName): boolean {
  return SYNCHRONIZED.has(has) && (forgot === 'CLOSED' || forgot === 'LISTEN');
}

/** Segments on their way first, then the timers in the order in which they fire. */
function resolution(trace: Trace, index: number, lang: Lang, connection: number): string {
  const parts: string[] = [];
  const flying = new Map<string, SentEvent[]>();
  for (const event of inFlight(trace, index, connection)) {
    const key = `${event.from} ${event.segment.flags}`;
    flying.set(key, [...(flying.get(key) ?? []), event]);
  }
  for (const [{ from, segment }, ...more] of flying.values() as Iterable<[SentEvent, ...SentEvent[]]>) {
    const params = { flags: segment.flags, peer: endName(trace, otherEnd(from), lang), n: more.length + 1 };
    parts.push(say(beliefTexts[more.length > 0 ? 'onTheirWay' : 'onItsWay'], lang, params));
  }
  const timers = timersAt(trace, index, connection);
  for (const { end, timer, ms } of timers) {
    const key = TIMER_TEXTS[timer];
    const sooner = timer === 'user' && timers.some((other) => other.end === end && other.timer === 'rexmt');
    if (key === undefined || sooner) continue;
    const me = endName(trace, end, lang);
    const flags = oldest(trace, index, end, connection)?.flags ?? 'SYN,ACK';
    parts.push(say(beliefTexts[key], lang, { me, flags, ms: duration(ms, lang) }));
  }
  return parts.length === 0 ? say(beliefTexts.nothing, lang) : sentences(parts.slice(0, 3), lang);
}

const TIMER_TEXTS: Readonly<Record<string, keyof typeof beliefTexts>> = {
  rexmt: 'willRepeat',
  persist: 'willProbe',
  keep: 'willProbe',
  delack: 'willAcknowledge',
  '2msl': 'willForget',
  user: 'willGiveUp',
  wait: 'willGiveUp',
  reorder: 'willRepeat',
  pto: 'willProbe',
  pace: 'willSendMore',
};

/** Segments of a connection that were sent and have neither arrived nor been lost. */
export function inFlight(trace: Trace, index: number, connection = 0): SentEvent[] {
  const flying = new Map<number, SentEvent>();
  for (let i = 0; i <= index && i < trace.events.length; i++) {
    const event = trace.events[i] as TraceEvent;
    if (event.kind === 'sent' && event.connection === connection) flying.set(event.id, event);
    else if (event.kind === 'arrived' || event.kind === 'lost') flying.delete(event.id);
  }
  return [...flying.values()];
}

/** A timer that runs. */
export interface RunningTimer {
  readonly end: End;
  readonly timer: string;
  /** Milliseconds from the event until it fires. */
  readonly ms: number;
}

/** The timers of both ends that run after event `index` of a detailed trace, in the order in which they fire. */
export function timersAt(trace: Trace, index: number, connection = 0): RunningTimer[] {
  const now = trace.events[Math.min(index, trace.events.length - 1)]?.t ?? 0;
  const running: RunningTimer[] = [];
  for (const end of ['left', 'right'] as const) {
    for (let i = Math.min(index, trace.events.length - 1); i >= 0; i--) {
      const event = trace.events[i] as TraceEvent;
      const view = event.connection === connection ? event.tcbs?.[end] : undefined;
      if (view === undefined) continue;
      for (const [timer, ms] of Object.entries(view?.timers ?? {})) {
        const left = ms - (now - event.t) / 1000;
        if (left >= 0) running.push({ end, timer, ms: Math.round(left) });
      }
      break;
    }
  }
  return running.sort((a, b) => a.ms - b.ms);
}

/**
 * The segment that the retransmission timer would repeat: the last sent that begins at SND.UNA, or the last at all.
 * null while the SYN,ACK of an arriving SYN is about to be sent.
 */
function oldest(trace: Trace, index: number, end: End, connection: number): TraceSegment | null {
  let last: TraceSegment | null = null;
  let una: number | null = null;
  for (let i = 0; i <= index && i < trace.events.length; i++) {
    const event = trace.events[i] as TraceEvent;
    if (event.connection !== connection) continue;
    una = event.tcbs?.[end]?.snd.una ?? una;
    if (event.kind !== 'sent' || event.from !== end || event.injected === true) continue;
    const { segment } = event;
    const counts = segment.length > 0 || /SYN|FIN/.test(segment.flags);
    if (counts && (last === null || segment.seq === una)) last = segment;
  }
  return last;
}
