// Runs a scenario: two hosts with the real TCP, a simulated wire, virtual time, and programs that do what
// the scenario says. Nothing here knows a scenario by name. Same scenario, changes and seed: same trace.

import { list, needed, nested, real, Schema, text, whole } from '../../options/index.ts';
import { RunawayError } from '../../sim/index.ts';
import { type Rules, rfc9293, rulesKind } from '../../tcp/index.ts';
import { mutantNamed } from '../mutants/index.ts';
import { onEvent } from '../options.ts';
import type { Trace, TraceEvent, TraceScenario } from '../trace.ts';
import { parseEdit, WIRE_ENDS } from './edits.ts';
import type { Scenario, Step } from './scenario.ts';
import { Stage } from './stage.ts';

/** How a scenario is run. */
export interface RunOptions {
  /** Changes to it: see edits.ts. */
  readonly edits?: readonly string[];
  readonly seed?: number;
  /** Milliseconds. */
  readonly mslMs?: number;
  readonly delayMs?: number;
  /** TCP with other rules, for both hosts, and their name. Default: the scenario's. */
  readonly rules?: { readonly id: string; readonly rules: Rules };
  /** Events of the trace after which the run is cut short: `ended` is 'bound'. Default 20,000. */
  readonly mostEvents?: number;
  /** Called with every event while it happens. */
  readonly onEvent?: (event: TraceEvent) => void;
}

/** What was run, and how often each change to the wire acted: 0 means that nothing was as it says. */
export interface ScenarioRun {
  readonly trace: Trace;
  readonly edits: readonly { readonly text: string; readonly acted: number }[];
  /** Why it ended: nothing was pending, its time was over, or too much happened. */
  readonly ended: 'quiescent' | 'time' | 'bound';
}

/** What may be asked of a run: the most of each; an MSL is 1 at least. */
export const RUN_LIMITS = { mslMs: 600_000, delayMs: 60_000, seed: 2 ** 32 - 1 } as const;

const DEFAULT_DELAY_MS = 10;
const DEFAULT_MSL_MS = 30_000;
const DEFAULT_UNTIL_MS = 1_800_000;
/** A scenario is to be looked at: more events than this are a storm. */
const MOST_EVENTS = 20_000;
/** Steps of the world, most of which nobody sees. */
const MOST_STEPS = 5 * MOST_EVENTS;

const runOptions = new Schema<RunOptions>('runScenario', {
  edits: list(text),
  seed: real(-Number.MAX_VALUE),
  mslMs: real(0),
  delayMs: real(0),
  rules: nested(
    new Schema<NonNullable<RunOptions['rules']>>('rules', { id: needed(text), rules: needed(rulesKind) }),
  ),
  mostEvents: whole(1),
  onEvent,
});

/**
 * Runs a scenario from the beginning to the end, at once.
 * @throws EditError for a change that cannot be understood; OptionTypeError, OptionRangeError
 */
export function playScenario(scenario: Scenario, options: RunOptions = {}): ScenarioRun {
  runOptions.check(options);
  const { setup } = scenario;
  const delayMs = options.delayMs ?? setup.delayMs ?? DEFAULT_DELAY_MS;
  const mslMs = options.mslMs ?? setup.mslMs ?? DEFAULT_MSL_MS;
  const seed = options.seed ?? setup.seed ?? 1;
  const rules = options.rules ?? rulesOf(scenario);
  const edits = [...(scenario.faults ?? []), ...(options.edits ?? [])].map(parseEdit);
  const stage = new Stage(setup, {
    seed,
    mslMs,
    delayMs,
    rules: rules.rules,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  const steps: Step[] = [...scenario.steps];
  const acted = edits.map((edit) => {
    if (edit.kind === 'rule') {
      const handle = stage.wire.rule(edit.rule);
      return { text: edit.text, times: () => handle.fired };
    }
    steps.push(edit.step);
    return { text: edit.text, times: () => 1 };
  });
  for (const end of WIRE_ENDS) {
    const times = scenario.arrivals?.[end];
    if (times !== undefined) stage.arrivals(end, times);
  }
  stage.begin(steps);
  const untilUs = (scenario.untilMs ?? DEFAULT_UNTIL_MS) * 1000;
  const ended = run(stage, untilUs, options.mostEvents ?? MOST_EVENTS);
  const about: TraceScenario = {
    id: scenario.id,
    edits: options.edits ?? [],
    seed,
    mslMs,
    delayMs,
    rules: rules.id,
  };
  const trace = stage.recorder.trace(about);
  return { trace, ended, edits: acted.map(({ text, times }) => ({ text, acted: times() })) };
}

/** @throws RangeError for a mutant that does not exist */
function rulesOf({ rules }: Scenario): NonNullable<RunOptions['rules']> {
  return rules === undefined
    ? { id: 'rfc9293', rules: rfc9293 }
    : { id: rules, rules: mutantNamed(rules).rules };
}

/** The trace of {@link playScenario}. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): Trace {
  return playScenario(scenario, options).trace;
}

function run({ world, recorder }: Stage, untilUs: number, mostEvents: number): ScenarioRun['ended'] {
  const isStorm = (): boolean => recorder.events.length >= mostEvents;
  try {
    world.runSync(() => isStorm() || world.nextAt() > untilUs, { maxEvents: MOST_STEPS });
    if (isStorm()) return 'bound';
    const { reason } = world.runSync(untilUs);
    return reason === 'quiescent' ? 'quiescent' : 'time';
  } catch (error) {
    if (error instanceof RunawayError) return 'bound';
    throw error;
  }
}
