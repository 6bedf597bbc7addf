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

/** The scenario of that id. */
export function scenarioNamed(id: string): Scenario | undefined {
  return byId.get(id);
}
