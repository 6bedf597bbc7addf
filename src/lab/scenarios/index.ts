// All built-in scenarios: by group, in the order of a connection's life; within a group as its file has them.

import { GROUPS, type Scenario } from '../scenario/index.ts';
import { closing } from './close.ts';
import { counterfactual } from './counterfactual.ts';
import { orderAndWindow } from './data-close.ts';
import { path } from './data-path.ts';
import { motionFlow } from './motion-flow.ts';
import { motionLoss } from './motion-loss.ts';
import { opening } from './open.ts';
import { queues } from './queues.ts';
import { resets } from './reset.ts';
import { closingResets } from './reset-close.ts';
import { timeWait } from './time-wait.ts';

export { twinOf } from './twin.ts';

const all: readonly Scenario[] = [
  ...opening,
  ...closing,
  ...timeWait,
  ...resets,
  ...closingResets,
  ...queues,
  ...orderAndWindow,
  ...path,
  ...motionFlow,
  ...motionLoss,
  ...counterfactual,
];

/** All scenarios, in the order in which they are listed. */
export const scenarios: readonly Scenario[] = GROUPS.flatMap((group) => all.filter((s) => s.group === group));

const byId: ReadonlyMap<string, Scenario> = new Map(scenarios.map((scenario) => [scenario.id, scenario]));

/** Scenarios by what people call them: title and keywords in both languages, where they mean one only. */
const byName: ReadonlyMap<string, Scenario> = (() => {
  const names = new Map<string, Scenario | null>();
  for (const scenario of scenarios) {
    const { id, title, keywords = [] } = scenario;
    for (const name of new Set([id, title.en, title.zh, ...keywords].map(bare)))
      names.set(name, names.has(name) ? null : scenario);
  }
  for (const scenario of scenarios) names.set(bare(scenario.id), scenario);
  return new Map([...names].flatMap(([name, scenario]) => (scenario === null ? [] : [[name, scenario]])));
})();

/** A name, whatever its case, spaces and signs. */
function bare(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The scenario of that id, or of a title or keyword that means no other: `hs`, `handshake`, `三次握手`. */
export function scenarioNamed(text: string): Scenario | undefined {
  return byId.get(text) ?? byName.get(bare(text));
}
