// Which question is asked, and how far its search is. The search runs in a worker, which ends with the question.

import { batch, signal } from '@preact/signals';
import {
  type WhyAnswer,
  type WhyProgress,
  type WhyQuestion,
  whyNamed,
  whyQuestions,
} from '../../src/lab/check/why/index.ts';
import type { WhyNews } from './worker.ts';
import SearchWorker from './worker.ts?worker&inline';

/** The question that is asked. */
export const questionId = signal((whyQuestions[0] as WhyQuestion).id);
/** How far the search is, and how long it has taken; null: not begun, or over. */
export const progress = signal<{ readonly progress: WhyProgress; readonly ms: number } | null>(null);
/** What was found. */
export const answer = signal<WhyAnswer | null>(null);
/** Why the search ended without an answer: stopped by the reader, or what went wrong; null: it has not. */
export const ended = signal<'stopped' | { readonly why: string } | null>(null);

/** Answers that were found since the page was opened. */
const known = new Map<string, WhyAnswer>();
let worker: Worker | null = null;

/** The question that is asked. */
export function question(): WhyQuestion {
  return whyNamed(questionId.value) as WhyQuestion;
}

/** Asks another question; null: the one that is asked already. False: there is none of that name. */
export function ask(name: string | null): boolean {
  const next = name === null ? question() : whyNamed(name);
  if (next === undefined) return false;
  if (next.id !== questionId.value) {
    stop();
    batch(() => {
      questionId.value = next.id;
      answer.value = known.get(next.id) ?? null;
      ended.value = null;
    });
  }
  return true;
}

/** Begins the search, if nothing is known and none runs. */
export function begin(): void {
  if (worker !== null || answer.value !== null) return;
  const asked = questionId.value;
  const mine = new SearchWorker();
  worker = mine;
  ended.value = null;
  mine.onmessage = ({ data }: MessageEvent<WhyNews>) => {
    if (worker !== mine) return;
    if (data.kind === 'progress') {
      progress.value = data;
      return;
    }
    halt();
    if (data.kind === 'failed') ended.value = { why: data.why };
    else {
      known.set(asked, data.answer);
      answer.value = data.answer;
    }
  };
  mine.onerror = (event) => {
    if (worker !== mine) return;
    halt();
    ended.value = { why: event.message };
  };
  mine.postMessage({ question: asked });
}

/** Ends the search. */
export function stop(): void {
  if (worker === null) return;
  halt();
  ended.value = 'stopped';
}

function halt(): void {
  worker?.terminate();
  worker = null;
  progress.value = null;
}
