// What is held against the theories: every model that they speak of, random walks in the model and of real hosts, and every
// mutant, which must not fit.

import { modelItems } from '../../check/battery/index.ts';
import { configNamed, type ModelConfig, type ModelOptions } from '../../check/model/index.ts';
import { Search, type System } from '../../check/search/index.ts';
import { base } from '../base/index.ts';
import { theories, theoryNamed, theoryWithoutRules } from '../theories.ts';
import { actionsOf, type Theory } from '../theory.ts';
import { blindConfigs, halfCloseConfigs } from './configs.ts';
import { type HostsMutant, hostsItems } from './hosts.ts';
import { HostsBridge } from './hosts-walk.ts';
import { type BridgeMutant, MUTANT_STATES } from './mutants.ts';
import { Bridge, isInTheory } from './system.ts';
import { TimeBridge, timeConfigs } from './time-system.ts';
import { walk, walkConfigs } from './walk.ts';

/** Models with more states than this are for the full run. */
const LARGE = new Set([
  'close-orders',
  'close-orders-delayed',
  'forgeries',
  'forgery-active',
  'detach',
  'detach-unread',
]);

/** A bounded model, and the theory that it is held against. */
export interface BridgeItem {
  readonly theory: Theory;
  readonly config: ModelConfig;
  readonly tier: 'quick' | 'full';
}

function ofTheory(id: string, config: ModelConfig): BridgeItem {
  return { theory: theoryNamed(id), config, tier: 'quick' };
}

/** The models that the theories speak of and whose end can be seen. */
export const bridgeItems: readonly BridgeItem[] = [
  ...modelItems
    .map(({ id, tier, maxDepth }) => ({ config: configNamed(id), tier, maxDepth }))
    .filter(({ config, maxDepth }) => maxDepth === undefined && isInTheory(base, config))
    .map(({ config, tier }) => ({ theory: base, config, tier })),
  ...Object.values(blindConfigs).map((config) => ofTheory('blind', config)),
  ...Object.values(halfCloseConfigs).map((config) => ofTheory('half-close', config)),
  ofTheory('time', timeConfigs.lossless),
  ofTheory('time', timeConfigs.once),
].map((item) => (LARGE.has(item.config.id) ? { ...item, tier: 'full' } : item));

/** Where steps of the real engine were looked at, and what came of it. */
export interface BridgeReport {
  readonly theory: string;
  readonly id: string;
  readonly outcome: 'exhausted' | 'bounded' | 'walked';
  readonly states: number;
  readonly transitions: number;
  readonly unexplained: number;
  /** Steps that came to what the theory does not speak of, or takes for impossible: nothing behind them was looked at. */
  readonly outside: number;
  /** Different steps of a host among them. */
  readonly questions: number;
  /** Actions of the theory that were part of an explanation. */
  readonly used: readonly string[];
  /** The first step that has no explanation, as JSON; null: none. */
  readonly first: string | null;
}

/** Whatever holds steps against a theory. */
interface Held {
  readonly theory: Theory;
  readonly transitions: number;
  readonly unexplained: number;
  readonly outside: number;
  readonly questions: number;
  readonly used: Iterable<string>;
  readonly first: object | string | null;
}

function reportOf(held: Held, id: string, outcome: BridgeReport['outcome'], states: number): BridgeReport {
  const { theory, transitions, unexplained, outside, questions, used, first } = held;
  return {
    theory: theory.id,
    id,
    outcome,
    states,
    transitions,
    unexplained,
    outside,
    questions,
    used: [...used],
    first: first === null ? null : JSON.stringify(first),
  };
}

/** Transitions between two looks of whoever waits. */
const SLICE = 20_000;

function* searched(
  bridge: Held & System,
  id: string,
  limits: { maxStates?: number } = {},
): Generator<BridgeReport, BridgeReport> {
  const search = new Search(bridge, { memory: 'compact', graph: false, stopAt: 0, ...limits });
  while (!search.run(SLICE)) yield reportOf(bridge, id, 'bounded', search.progress().states);
  const { outcome, states } = search.result();
  return reportOf(bridge, id, outcome === 'bounded' ? 'bounded' : 'exhausted', states);
}

function bridgeOf(theory: Theory, config: ModelConfig, options: ModelOptions = {}): Held & System {
  return theory.id === 'time' ? new TimeBridge(theory, config, options) : new Bridge(theory, config, options);
}

/** Searches a model; yields how far it is. */
export function* bridgeModel({ theory, config }: BridgeItem): Generator<BridgeReport, BridgeReport> {
  return yield* searched(bridgeOf(theory, config), config.id);
}

/** Walks in both of the models for walks, half of the transitions in each; yields how far it is. */
export function* bridgeWalks(transitions: number, seed: number): Generator<BridgeReport, BridgeReport[]> {
  const reports: BridgeReport[] = [];
  const each = Math.ceil(transitions / walkConfigs.length);
  for (const config of walkConfigs) {
    const bridge = new Bridge(base, config);
    for (let n = 0; bridge.transitions < each && bridge.unexplained === 0; n++) {
      walk(bridge, Math.min(each, bridge.transitions + SLICE), `${seed} ${n}`);
      yield reportOf(bridge, config.id, 'walked', 0);
    }
    reports.push(reportOf(bridge, config.id, 'walked', 0));
  }
  return reports;
}

/** Lets the real hosts of each theory walk, so many transitions in all; yields how far it is. */
export function* bridgeHosts(
  transitions: number,
  seed: number,
  theory: string | null = null,
): Generator<BridgeReport, BridgeReport[]> {
  const reports: BridgeReport[] = [];
  const items = hostsItems.filter((item) => theory === null || item.theory.id === theory);
  for (const { theory: held, config } of items) {
    const bridge = new HostsBridge(held, config);
    const each = Math.ceil(transitions / items.length);
    for (let n = 0; bridge.transitions < each && bridge.unexplained === 0; n++) {
      bridge.walk(`${seed} ${n}`);
      yield reportOf(bridge, config.id, 'walked', 0);
    }
    reports.push(reportOf(bridge, config.id, 'walked', 0));
  }
  return reports;
}

/** The actions of a theory that no report about it has seen. */
export function neverUsed(reports: readonly BridgeReport[], theory: Theory = base): string[] {
  const mine = reports.filter((report) => report.theory === theory.id);
  const used = new Set(mine.flatMap((report) => report.used));
  return mine.length === 0 ? [] : actionsOf(theory).flatMap(({ name }) => (used.has(name) ? [] : [name]));
}

/** The same of every theory, `theory: action`: of those that add to the base theory what they add. */
export function neverUsedOf(reports: readonly BridgeReport[]): string[] {
  const ofBase = new Set(actionsOf(base).map(({ name }) => name));
  return theories.flatMap(({ theory }) =>
    neverUsed(reports, theory)
      .filter((name) => theory === base || theory.id === 'time' || !ofBase.has(name))
      .map((name) => `${theory.id}: ${name}`),
  );
}

/** Steps of the hosts after which a mutant has shown, and steps for which it is looked at without its rule. */
const SHOWN_STEPS = 60_000;
const ALIKE_STEPS = 2000;

/** Searches a mutant for some states, or lets it walk, against its theory without rules. */
export function bridgeMutant(item: BridgeMutant | HostsMutant, rules: readonly string[]): BridgeReport {
  const theory = theoryWithoutRules(item.theory, rules);
  if ('options' in item) {
    const bridge = new HostsBridge(theory, item.config, item.options);
    const steps = rules.length === 0 ? SHOWN_STEPS : ALIKE_STEPS;
    for (let n = 0; bridge.transitions < steps && bridge.unexplained === 0; n++) bridge.walk(`${n}`);
    return reportOf(bridge, item.config.id, 'walked', 0);
  }
  const { config, replaced, states = MUTANT_STATES } = item;
  const search = searched(bridgeOf(theory, config, { rules: replaced }), config.id, { maxStates: states });
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}
