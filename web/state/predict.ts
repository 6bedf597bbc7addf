// Predict, then reveal: the future is hidden; what an end sends next is asked, with answers that could be; the engine's
// trace says which is right.

import { batch, computed, signal } from '@preact/signals';
import type { End, SentEvent, TraceEvent } from '../../src/lab/index.ts';
import { cursor, goTo, predicting, trace } from './lab.ts';
import { stop } from './play.ts';

/** What may come: a segment of an end, or nothing more. */
export interface Guess {
  readonly from: End | null;
  readonly flags: string;
}

/** What was answered, and the index of the event that was asked for (that of the end, if nothing is sent any more). */
export interface Answer {
  readonly guess: Guess;
  readonly right: Guess;
  readonly at: number;
}

export const answer = signal<Answer | null>(null);
export const score = signal({ right: 0, all: 0 });

const POSSIBLE = ['SYN', 'SYN,ACK', 'ACK', 'FIN,ACK', 'RST', 'RST,ACK', 'PSH,ACK'];

function isSent(event: TraceEvent): event is SentEvent {
  return event.kind === 'sent';
}

/** The next sending after the cursor. */
function next(): { readonly at: number; readonly sent: SentEvent | null } {
  const { events } = trace.value;
  for (let i = cursor.value + 1; i < events.length; i++) {
    const event = events[i] as TraceEvent;
    if (isSent(event)) return { at: i, sent: event };
  }
  return { at: events.length - 1, sent: null };
}

/** What can be answered now, in an order that does not tell which is right. */
export const guesses = computed<readonly Guess[]>(() => {
  const { sent } = next();
  const right: Guess =
    sent === null ? { from: null, flags: '' } : { from: sent.from, flags: sent.segment.flags };
  const from: End = right.from ?? 'left';
  const other: End = from === 'left' ? 'right' : 'left';
  const wrong: Guess[] = [];
  const seed = cursor.value + 1 + trace.value.events.length;
  for (let i = 0; wrong.length < 2; i++) {
    const flags = POSSIBLE[(seed + i * 3) % POSSIBLE.length] as string;
    if (flags !== right.flags) wrong.push({ from: i % 2 === 0 ? from : other, flags });
  }
  if (right.from !== null) wrong.push({ from: null, flags: '' });
  else wrong.push({ from: other, flags: 'ACK' });
  const all = [right, ...wrong.filter(({ from: f, flags }) => f !== right.from || flags !== right.flags)];
  return all.sort((a, b) => rank(a).localeCompare(rank(b)));
});

function rank({ from, flags }: Guess): string {
  return from === null ? '~' : `${from}${flags}`;
}

/** Begins to ask, from the cursor on. */
export function startPrediction(): void {
  stop();
  batch(() => {
    predicting.value = !predicting.value;
    answer.value = null;
    score.value = { right: 0, all: 0 };
    if (predicting.value && cursor.value >= trace.value.events.length - 1) goTo(-1);
  });
}

/** Answers, and reveals what really comes. */
export function guess(given: Guess): void {
  const { at, sent } = next();
  const right: Guess =
    sent === null ? { from: null, flags: '' } : { from: sent.from, flags: sent.segment.flags };
  const isRight = given.from === right.from && given.flags === right.flags;
  batch(() => {
    answer.value = { guess: given, right, at };
    score.value = { right: score.value.right + (isRight ? 1 : 0), all: score.value.all + 1 };
    goTo(at);
  });
}

/** The next question. */
export function askAgain(): void {
  answer.value = null;
}
