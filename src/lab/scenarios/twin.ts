// Which built-in scenario a changed run has become.

import { numbersOf, numbersText } from '../numbers.ts';
import { playScenario, type Scenario } from '../scenario/index.ts';
import type { Trace } from '../trace.ts';

/** Every segment, who sent it and whether it arrived, without times: two runs with the same ones tell the same. */
function told(trace: Trace): string {
  const numbers = numbersOf(trace);
  const lost = new Set(trace.events.flatMap((e) => (e.kind === 'lost' ? [e.id] : [])));
  const lines = trace.events.flatMap((e) => {
    const of = e.kind === 'sent' ? numbers[e.connection] : undefined;
    if (e.kind !== 'sent' || of === undefined) return [];
    const marks = `${e.injected === true ? ' forged' : ''}${lost.has(e.id) ? ' lost' : ''}`;
    return [`${e.connection} ${e.from} ${e.segment.flags} ${numbersText(of, e.from, e.segment)}${marks}`];
  });
  const last = trace.events.at(-1);
  return [trace.scenario?.rules ?? '', ...lines, last?.states.left ?? '', last?.states.right ?? ''].join(
    '\n',
  );
}

/** What each scenario that was asked about tells: it is the same every time. */
const known = new WeakMap<Scenario, string>();

function toldBy(scenario: Scenario): string {
  const before = known.get(scenario);
  if (before !== undefined) return before;
  const tells = told(playScenario(scenario).trace);
  known.set(scenario, tells);
  return tells;
}

/** The first of `scenarios` that sends and loses the same segments as a run, and ends in the same states. */
export function twinOf(trace: Trace, scenarios: readonly Scenario[]): Scenario | undefined {
  const wanted = told(trace);
  return scenarios.find((scenario) => toldBy(scenario) === wanted);
}
