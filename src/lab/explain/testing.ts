// For tests: small experiments, run for real, and what is said about their events.

import { runScenario, type Scenario, type Setup, type Step } from '../scenario/index.ts';
import type { Trace, TraceEvent } from '../trace.ts';

/** Runs steps between a client and a server; `faults` are wire rules. */
export function run(
  steps: readonly Step[],
  faults: readonly string[] = [],
  more: { readonly setup?: Setup; readonly untilMs?: number } = {},
): Trace {
  const none = { en: '', zh: '' };
  const scenario: Scenario = {
    id: 'experiment',
    group: 'open',
    title: none,
    question: none,
    explanation: none,
    notice: [],
    setup: more.setup ?? {},
    steps,
    faults,
    ...(more.untilMs === undefined ? {} : { untilMs: more.untilMs }),
  };
  return runScenario(scenario);
}

/** The client connects at 0. */
export const CONNECT: Step = { when: 0, do: 'connect', end: 'left' };

/** Number of the event that is the `n`th (from 1) for which `test` holds. Throws if there is none. */
export function eventAt(trace: Trace, test: (event: TraceEvent) => boolean, n = 1): number {
  let seen = 0;
  for (const [index, event] of trace.events.entries()) if (test(event) && ++seen === n) return index;
  throw new Error(`the trace has ${seen} such events, not ${n}`);
}

/** The event in which an end enters a state. */
export function entering(trace: Trace, end: 'left' | 'right', state: string): number {
  return eventAt(trace, ({ changes }) => changes.some((change) => change.end === end && change.to === state));
}

/** The `n`th segment with exactly these flags that an end sends. */
export function sending(trace: Trace, from: 'left' | 'right', flags: string, n = 1): number {
  return eventAt(
    trace,
    (event) => event.kind === 'sent' && event.from === from && event.segment.flags === flags,
    n,
  );
}
