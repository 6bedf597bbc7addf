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

/** The question that is asked. */
export const questionId = signal((whyQuestions[0] as WhyQuestion).id);
/** How far the search is, and how long it has taken; null: not begun, or over. */
export const progress = signal<{ readonly progress: WhyProgress; readonly ms: number } | null>(null);
/** What was found. */
export const answer = signal<WhyAnswer | null>(null);
/** What the search without the rule found, while the other goes on. */
export const broken = signal<WhyAnswer | null>(null);
/** Why the search ended without an answer: stopped by the reader, or what went wrong; null: it has not. */
export const ended = signal<'stopped' | { readonly why: string } | null>(null);

/** Answers that were found since the page was opened. */
const known = new Map<string, WhyAnswer>();
let worker: Worker | null = null;
let isRunning = false;
/** Which search it is: what an earlier one says is not listened to. */
let turn = 0;

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
      broken.value = null;
      ended.value = null;
    });
  }
  return true;
}

/** Begins the search, if nothing is known and none runs. */
export function begin(): void {
  if (isRunning || answer.value !== null) return;
  isRunning = true;
  ended.value = null;
  const mine = ++turn;
  void start(questionId.value, mine);
}

/** Loads the search, which is a large part of the page, and starts it in a thread of its own. */
async function start(asked: string, mine: number): Promise<void> {
  const { default: SearchWorker } = await import('./worker.ts?worker&inline');
  if (turn !== mine) return;
  worker = new SearchWorker();
  worker.onmessage = ({ data }: MessageEvent<WhyNews>) => {
    if (turn !== mine) return;
    if (data.kind === 'progress') {
      progress.value = data;
      return;
    }
    if (data.kind === 'broken') {
      broken.value = data.answer;
      return;
    }
    halt();
    if (data.kind === 'failed') ended.value = { why: data.why };
    else {
      known.set(asked, data.answer);
      answer.value = data.answer;
    }
  };
  worker.onerror = (event) => {
    if (turn !== mine) return;
    halt();
    ended.value = { why: event.message };
  };
  worker.postMessage({ question: asked });
}

/** Ends the search. */
export function stop(): void {
  if (!isRunning) return;
  halt();
  ended.value = 'stopped';
}

function halt(): void {
  turn++;
  isRunning = false;
  worker?.terminate();
  worker = null;
  progress.value = null;
}
