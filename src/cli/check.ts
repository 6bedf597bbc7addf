// `synfin check`: the whole battery, live, and a report. The engine as it is must break nothing, each mutant must break
// what it is known to break; anything else is exit code 1.

import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type CheckReport,
  isModelAsExpected,
  isMutantAsExpected,
  isTlaAsExpected,
  type ModelItem,
  type ModelReport,
  type MutantReport,
  missingFacts,
  modelItems,
  modelReport,
  mutantItems,
  searchModel,
  searchMutant,
  searchTla,
  sometimesOf,
  TLA_COUNTS,
  type TlaReport,
  unexpected,
} from '../lab/check/battery/index.ts';
import type { Progress } from '../lab/check/search/index.ts';
import { failureText } from '../lab/check/why/index.ts';
import { checkHelp } from './check-help.ts';
import { grouped, ProgressLine, secondsOf } from './check-progress.ts';
import { HERE } from './check-system.ts';
import { searchInWorkers } from './check-workers.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { Show, showOptionsOf } from './show.ts';

/** The options, as `util.parseArgs` wants them. */
export const checkOptions = {
  quick: { type: 'boolean' },
  full: { type: 'boolean' },
  json: { type: 'boolean' },
  jobs: { type: 'string' },
  states: { type: 'string' },
  memory: { type: 'string' },
  stories: { type: 'boolean' },
} as const;

/** Megabytes that a search may hold. */
const DEFAULT_MEGABYTES = 4_000;
const MOST_JOBS = 64;
const now = (): number => performance.now();

interface Settings {
  readonly full: boolean;
  readonly jobs: number;
  readonly maxStates: number;
  readonly maxBytes: number;
}

function settingsOf(values: Values): Settings {
  if (values['quick'] === true && values['full'] === true)
    throw new UsageError('notTogether', { a: '--quick', b: '--full' });
  const whole = (name: string, usual: number, most: number): number => {
    const text = optionText(values, name);
    return text === undefined ? usual : parseWhole(text, `--${name}`, 1, most);
  };
  return {
    full: values['full'] === true,
    jobs: whole('jobs', Math.min(availableParallelism(), MOST_JOBS), MOST_JOBS),
    maxStates: whole('states', Number.POSITIVE_INFINITY, 1_000_000_000),
    maxBytes: whole('memory', DEFAULT_MEGABYTES, 1_000_000) * 1e6,
  };
}

/** Drives a check to its end, showing how far it is. */
async function driven<T>(check: Generator<Progress, T>, name: string, line: ProgressLine): Promise<T> {
  for (;;) {
    const step = check.next();
    if (step.done === true) {
      line.end();
      return step.value;
    }
    line.show(step.value, name);
    await turn();
  }
}

/** A model; on threads when it is large and its graph is not needed. */
async function model(item: ModelItem, settings: Settings, line: ProgressLine): Promise<ModelReport> {
  const { jobs, maxStates, maxBytes } = settings;
  if (item.tier === 'quick' || jobs === 1)
    return driven(searchModel(item, { now, maxStates, maxBytes }), item.id, line);
  const began = now();
  const source = { module: HERE, name: 'modelSystem', argument: item.id };
  const result = await searchInWorkers(source, jobs, {
    memory: 'compact',
    stopAt: 0,
    maxStates,
    maxBytes,
    ...(item.maxDepth === undefined ? {} : { maxDepth: item.maxDepth }),
    progress: (progress) => line.show(progress, item.id),
  });
  line.end();
  return modelReport(item, result, null, now() - began);
}

class Teller {
  readonly #show: Show;
  readonly #io: Io;
  readonly #stories: boolean;
  readonly #silent: boolean;

  constructor(io: Io, values: Values) {
    this.#io = io;
    this.#show = new Show(io, { ...showOptionsOf(values, io), width: 100 });
    this.#stories = values['stories'] === true;
    this.#silent = values['json'] === true;
  }

  title(key: 'checkTla' | 'checkModels' | 'checkMutants'): void {
    if (!this.#silent) this.#show.title(t(this.#io.lang, key));
  }

  tla(report: TlaReport): void {
    if (this.#silent) return;
    const { states, generated, depth, ms } = report;
    const key = isTlaAsExpected(report) ? 'checkTlaSame' : 'checkTlaOther';
    this.#show.say(key, { states, generated, depth, seconds: secondsOf(ms), ...asTlc() }, '  ');
    this.#show.lines('');
  }

  model(item: ModelItem, report: ModelReport): void {
    if (this.#silent) return;
    const {
      id,
      outcome,
      states,
      transitions,
      depth,
      depthCompleted,
      ms,
      broken,
      liveness,
      encodedPerState,
      bytesPerState,
    } = report;
    const { lang } = this.#io;
    const found = [...broken, ...(liveness ?? [])].map((id) => failureText(id)[lang]);
    const verdict = !isModelAsExpected(item, report)
      ? t(lang, 'checkWrong', { found: found.join('; ') || '-' })
      : found.length === 0
        ? t(lang, 'checkHolds')
        : t(lang, 'checkByDesign', { found: found.join('; ') });
    this.#show.say(
      'checkModel',
      {
        id,
        states: grouped(states),
        transitions: grouped(transitions),
        depth,
        outcome: t(lang, `outcome_${outcome}`, { depth: depthCompleted }),
        verdict,
        seconds: secondsOf(ms),
        rate: grouped(ms > 0 ? (transitions * 1000) / ms : 0),
        encoded: encodedPerState.toFixed(0),
        held: bytesPerState.toFixed(0),
      },
      '  ',
    );
    if (report.story !== null) this.#show.lines(report.story);
  }

  mutant(report: MutantReport): void {
    if (this.#silent) return;
    const { id, property, steps, known, states, ms, story, difference } = report;
    const params = {
      id,
      property,
      steps: steps ?? '-',
      known,
      states: grouped(states),
      seconds: secondsOf(ms),
    };
    this.#show.say(isMutantAsExpected(report) ? 'checkMutant' : 'checkMutantWrong', params, '  ');
    if (difference !== null) this.#show.text(difference, '    ');
    if (this.#stories) this.#show.lines(...story.split('\n').map((line) => `    ${line}`));
  }

  end(report: CheckReport): void {
    if (this.#silent) return;
    const missing = missingFacts(report.models);
    const all = report.models[0]?.factsOfAll ?? 0;
    this.#show.lines('');
    for (const { text, missing: facts } of sometimesOf(report.models)) {
      const params = { text: text[this.#io.lang], facts: facts.join('; ') };
      this.#show.say(facts.length === 0 ? 'checkSeen' : 'checkUnseen', params, '  ');
    }
    this.#show.say('checkCoverage', { seen: all - missing.length, all });
    if (missing.length > 0) this.#show.say('checkMissing', { facts: missing.join('; ') });
    const wrong = unexpected(report);
    if (wrong.length === 0) this.#show.say('checkAllRight');
    else this.#show.say('checkNotRight', { ids: wrong.join(', ') });
  }
}

function asTlc() {
  const { states, generated, depth } = TLA_COUNTS;
  return { tlcStates: states, tlcGenerated: generated, tlcDepth: depth };
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (positionals.length > 0) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  const settings = settingsOf(values);
  const teller = new Teller(io, values);
  const line = new ProgressLine(io);
  teller.title('checkTla');
  const tla = searchTla({ now });
  teller.tla(tla);
  teller.title('checkMutants');
  const mutants: MutantReport[] = [];
  for (const mutant of mutantItems) {
    const report = await driven(searchMutant(mutant, { now }), mutant.id, line);
    mutants.push(report);
    teller.mutant(report);
  }
  teller.title('checkModels');
  const models: ModelReport[] = [];
  for (const item of modelItems) {
    if (item.tier === 'full' && !settings.full) continue;
    const report = await model(item, settings, line);
    models.push(report);
    teller.model(item, report);
  }
  const report: CheckReport = { tier: settings.full ? 'full' : 'quick', tla, models, mutants };
  teller.end(report);
  const wrong = unexpected(report);
  if (values['json'] === true)
    io.stdout.write(
      `${JSON.stringify({ ...report, missing: missingFacts(models), unexpected: wrong }, null, 1)}\n`,
    );
  return wrong.length === 0 ? 0 : 1;
}

/** `synfin check` */
export const checkCommand: Command = { name: 'check', usage: checkHelp, options: checkOptions, run };
