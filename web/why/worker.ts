// The search, in a thread of its own: the page says which question, and is told how far it is, and the answer.

import { type WhyAnswer, type WhyProgress, WhyRun, whyNamed } from '../../src/lab/check/why/index.ts';

/** What the page says. */
export interface WhyOrder {
  readonly question: string;
}

/** What the page is told. */
export type WhyNews =
  | { readonly kind: 'progress'; readonly progress: WhyProgress; readonly ms: number }
  /** Without the rule: the search with it goes on. */
  | { readonly kind: 'broken'; readonly answer: WhyAnswer }
  | { readonly kind: 'answer'; readonly answer: WhyAnswer }
  | { readonly kind: 'failed'; readonly why: string };

/** Transitions between two messages: a twentieth of a second or so. */
const SLICE = 40_000;

const here = globalThis as unknown as {
  postMessage(news: WhyNews): void;
  onmessage: ((event: { readonly data: WhyOrder }) => void) | null;
};

function search({ question: id }: WhyOrder): void {
  const question = whyNamed(id);
  if (question === undefined) throw new RangeError(`no question ${id}`);
  const run = new WhyRun(question, { now: () => performance.now() });
  let phase = 'without';
  let began = performance.now();
  while (!run.step(SLICE)) {
    const progress = run.progress();
    if (progress.phase !== phase) {
      phase = progress.phase;
      began = performance.now();
      here.postMessage({ kind: 'broken', answer: run.answer() });
    }
    here.postMessage({ kind: 'progress', progress, ms: performance.now() - began });
  }
  here.postMessage({ kind: 'answer', answer: run.answer() });
}

here.onmessage = ({ data }) => {
  try {
    search(data);
  } catch (error) {
    here.postMessage({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
  }
};
