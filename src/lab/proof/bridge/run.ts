// What is held against the theory: every model that it speaks of, random walks, and every mutant, which must not fit.

import { type ModelItem, modelItems } from '../../check/battery/index.ts';
import { configNamed } from '../../check/model/index.ts';
import { Search } from '../../check/search/index.ts';
import { mutantNamed } from '../../mutants/index.ts';
import { base } from '../base/index.ts';
import { removedRule, theoryWithout } from '../removed.ts';
import { actionsOf, type Theory } from '../theory.ts';
import { Bridge, isInTheory } from './system.ts';
import { walk, walkConfigs } from './walk.ts';

/** Models with more states than this are for the full run. */
const LARGE = new Set(['close-orders', 'close-orders-delayed']);

/** The models that the theory speaks of and whose end can be seen. */
export const bridgeItems: readonly ModelItem[] = modelItems
  .filter(({ id, maxDepth }) => maxDepth === undefined && isInTheory(configNamed(id)))
  .map((item) => (LARGE.has(item.id) ? { ...item, tier: 'full' } : item));

/** Where steps of the real engine were looked at, and what came of it. */
export interface BridgeReport {
  readonly id: string;
  readonly outcome: 'exhausted' | 'bounded' | 'walked';
  readonly states: number;
  readonly transitions: number;
  readonly unexplained: number;
  /** Different steps of a host among them. */
  readonly questions: number;
  /** Actions of the theory that were part of an explanation. */
  readonly used: readonly string[];
  /** The first step that has no explanation, as JSON; null: none. */
  readonly first: string | null;
}

function reportOf(bridge: Bridge, outcome: BridgeReport['outcome'], states: number): BridgeReport {
  return {
    id: bridge.model.config.id,
    outcome,
    states,
    transitions: bridge.transitions,
    unexplained: bridge.unexplained,
    questions: bridge.explainer.questions,
    used: [...bridge.explainer.used.keys()],
    first: bridge.first === null ? null : JSON.stringify(bridge.first),
  };
}

/** Transitions between two looks of whoever waits. */
const SLICE = 20_000;

function* searched(
  bridge: Bridge,
  limits: { maxStates?: number } = {},
): Generator<BridgeReport, BridgeReport> {
  const search = new Search(bridge, { memory: 'compact', graph: false, stopAt: 0, ...limits });
  while (!search.run(SLICE)) yield reportOf(bridge, 'bounded', search.progress().states);
  const { outcome, states } = search.result();
  return reportOf(bridge, outcome === 'bounded' ? 'bounded' : 'exhausted', states);
}

/** Searches a model; yields how far it is. */
export function* bridgeModel({ id }: ModelItem): Generator<BridgeReport, BridgeReport> {
  return yield* searched(new Bridge(base, configNamed(id)));
}

/** Walks in both of the models for walks, half of the transitions in each; yields how far it is. */
export function* bridgeWalks(transitions: number, seed: number): Generator<BridgeReport, BridgeReport[]> {
  const reports: BridgeReport[] = [];
  const each = Math.ceil(transitions / walkConfigs.length);
  for (const config of walkConfigs) {
    const bridge = new Bridge(base, config);
    for (let n = 0; bridge.transitions < each && bridge.unexplained === 0; n++) {
      walk(bridge, Math.min(each, bridge.transitions + SLICE), `${seed} ${n}`);
      yield reportOf(bridge, 'walked', 0);
    }
    reports.push(reportOf(bridge, 'walked', 0));
  }
  return reports;
}

/** The actions of the theory that no report has seen. */
export function neverUsed(reports: readonly BridgeReport[]): string[] {
  const used = new Set(reports.flatMap((report) => report.used));
  return actionsOf(base).flatMap(({ name }) => (used.has(name) ? [] : [name]));
}

/** States in which a mutant is looked at. */
const MUTANT_STATES = 3000;

/** A mutant, where it is looked at, and the rules without which the theory has its steps, too; none: that is about time. */
export interface BridgeMutant {
  readonly mutant: string;
  readonly config: string;
  readonly rules: readonly string[];
  /** States in which it shows; default {@link MUTANT_STATES}. */
  readonly states?: number;
}

/** Mutants whose steps are not the theory's. */
export const bridgeMutants: readonly BridgeMutant[] = [
  { mutant: 'two-way-handshake', config: 'handshake', rules: ['three'] },
  { mutant: 'no-ack-check', config: 'handshake', rules: ['ack-check'] },
  { mutant: 'fixed-isn', config: 'old-duplicates', rules: ['isn'] },
  { mutant: 'rst-in-window', config: 'aborts', rules: ['rst'] },
  { mutant: 'close-both-ways', config: 'half-close', rules: ['four'] },
  { mutant: 'merged-fin', config: 'half-close', rules: ['merge'] },
  { mutant: 'rfc1337-ignored', config: 'reincarnations', rules: ['timewait-rst'], states: 10_000 },
  { mutant: 'fixed-isn-rfc1337-ignored', config: 'old-duplicates', rules: ['isn', 'timewait-rst'] },
  { mutant: 'no-time-wait', config: 'closing', rules: [] },
  { mutant: 'fixed-isn-no-time-wait', config: 'reincarnations', rules: [] },
];

/** Mutants whose steps are all the theory's: what they forget is about liveness, or how long something lasts. */
export const likeTheory: readonly BridgeMutant[] = [
  { mutant: 'no-syn-ack-retransmission', config: 'patient', rules: [] },
  { mutant: 'no-fin-retransmission', config: 'patient', rules: [] },
  { mutant: 'no-rst-from-closed', config: 'crash', rules: [] },
  { mutant: 'one-msl', config: 'closing', rules: [] },
];

/** Searches a mutant for some states, against a theory without rules. */
export function bridgeMutant(item: BridgeMutant, rules: readonly string[]): BridgeReport {
  const theory = rules.reduce<Theory>((less, id) => theoryWithout(less, removedRule(id)), base);
  const bridge = new Bridge(theory, configNamed(item.config), { rules: mutantNamed(item.mutant).rules });
  const search = searched(bridge, { maxStates: item.states ?? MUTANT_STATES });
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}
