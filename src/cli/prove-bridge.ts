// `synfin prove --bridge`: the real engine against the theory, live.

import { setImmediate as turn } from 'node:timers/promises';
import {
  type BridgeReport,
  bridgeItems,
  bridgeModel,
  bridgeMutant,
  bridgeMutants,
  bridgeWalks,
  likeTheory,
  neverUsed,
} from '../lab/proof/bridge/index.ts';
import { grouped, secondsOf } from './check-progress.ts';
import type { Io, Values } from './command.ts';
import { t } from './messages.ts';
import { Show, showOptionsOf } from './show.ts';

/** Transitions of the random walks, and their seed. */
const WALKED = 1_000_000;
const SEED = 1;

function markOf(good: boolean): string {
  return good ? '✔' : '✘';
}

/** Runs to the end, letting others run meanwhile. */
async function done<T>(run: Generator<unknown, T>): Promise<T> {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
    await turn();
  }
}

function tellReport(show: Show, report: BridgeReport, { lang }: Io): void {
  const { id, outcome, states, transitions, questions, unexplained, first } = report;
  const params = {
    mark: markOf(unexplained === 0),
    id,
    transitions: grouped(transitions),
    questions: grouped(questions),
    unexplained: grouped(unexplained),
  };
  if (outcome === 'walked') show.say('bridgeWalk', params);
  else {
    const ended = t(lang, outcome === 'exhausted' ? 'outcome_exhausted' : 'outcome_some');
    show.say('bridgeModel', { ...params, outcome: ended, states: grouped(states) });
  }
  if (first !== null) show.say('bridgeFirst', { step: first }, '    ');
}

/** The mutants; whether each is as it must be. */
async function tellMutants(show: Show): Promise<boolean> {
  let good = true;
  show.say('bridgeMutants');
  for (const item of bridgeMutants) {
    const id = item.mutant;
    const { unexplained } = bridgeMutant(item, []);
    await turn();
    const without = item.rules.length === 0 ? 0 : bridgeMutant(item, item.rules).unexplained;
    await turn();
    const fine = unexplained > 0 && without === 0;
    good &&= fine;
    const params = { mark: markOf(fine), id, unexplained };
    if (item.rules.length === 0) show.say('bridgeMutantTime', params);
    else show.say('bridgeMutant', { ...params, rules: item.rules.join(', '), without });
  }
  for (const item of likeTheory) {
    const { unexplained } = bridgeMutant(item, []);
    good &&= unexplained === 0;
    show.say('bridgeLike', { mark: markOf(unexplained === 0), id: item.mutant, unexplained });
  }
  return good;
}

/** `synfin prove --bridge`; the exit code. */
export async function tellBridge(values: Values, io: Io): Promise<number> {
  const json = values['json'] === true;
  const show = new Show(io, showOptionsOf({}, io));
  const reports: BridgeReport[] = [];
  const began = performance.now();
  const add = (report: BridgeReport): void => {
    reports.push(report);
    if (!json) tellReport(show, report, io);
  };
  if (!json) show.say('bridgeTitle');
  for (const item of bridgeItems) {
    if (item.tier === 'quick' || values['full'] === true) add(await done(bridgeModel(item)));
  }
  for (const report of await done(bridgeWalks(WALKED, SEED))) add(report);
  const unexplained = reports.reduce((n, report) => n + report.unexplained, 0);
  const transitions = reports.reduce((n, report) => n + report.transitions, 0);
  const never = neverUsed(reports);
  if (json) {
    io.stdout.write(`${JSON.stringify({ transitions, unexplained, never, reports }, null, 1)}\n`);
    return unexplained === 0 ? 0 : 1;
  }
  const seconds = secondsOf(performance.now() - began);
  show.say('bridgeDone', { transitions: grouped(transitions), seconds, unexplained });
  if (never.length > 0) show.say('bridgeNever', { actions: never.join(', ') });
  const fine = await tellMutants(show);
  return unexplained === 0 && fine ? 0 : 1;
}
