// `synfin prove`: every obligation of the theory of TCP's rules, by a solver; or what fails without one of the rules.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  actionName,
  actionsOf,
  type Counterexample,
  clauseName,
  clausesOf,
  counterexampleTo,
  failsAsExpected,
  groupScript,
  INITIALLY,
  obligationsOf,
  POSSIBLE,
  type Proven,
  prove,
  type RemovedRule,
  type Solver,
  type StepReport,
  sectionName,
  stepName,
  type Theory,
  theories,
  theoryWithout,
} from '../lab/proof/index.ts';
import { secondsOf } from './check-progress.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { tellBridge } from './prove-bridge.ts';
import { tellCounterexample } from './prove-counterexample.ts';
import { proveHelp } from './prove-help.ts';
import { Show, sectionText, showOptionsOf } from './show.ts';
import { chosenSolver, solverRefusal } from './solver-choice.ts';
import { LIMIT, SolverError, solverNamed } from './solvers.ts';

const proveOptions = {
  solver: { type: 'string' },
  limit: { type: 'string' },
  theory: { type: 'string' },
  without: { type: 'string' },
  smt2: { type: 'string' },
  bridge: { type: 'boolean' },
  full: { type: 'boolean' },
  steps: { type: 'string' },
  json: { type: 'boolean' },
} as const;

function chosenTheory(values: Values): Proven {
  const text = optionText(values, 'theory') ?? 'base';
  const found = theories.find(({ theory }) => theory.id === text);
  if (found !== undefined) return found;
  const choices = theories.map(({ theory }) => theory.id).join(', ');
  throw new UsageError('notOneOf', { what: '--theory', choices, text });
}

function chosenRule({ rules }: Proven, values: Values): RemovedRule | null {
  const text = optionText(values, 'without');
  if (text === undefined) return null;
  const found = rules.find(({ id }) => id === text);
  if (found !== undefined) return found;
  throw new UsageError('notOneOf', {
    what: '--without',
    choices: rules.map(({ id }) => id).join(', '),
    text,
  });
}

/** `synfin prove --smt2 DIR` */
function writeScripts(theory: Theory, dir: string, io: Io): number {
  const groups = obligationsOf(theory);
  try {
    mkdirSync(dir, { recursive: true });
    for (const [i, group] of groups.entries()) {
      const name = group.action.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
      writeFileSync(join(dir, `${String(i).padStart(2, '0')}-${name}.smt2`), groupScript(group));
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    io.stderr.write(`synfin prove: ${t(io.lang, 'outputFailed', { file: dir, message: error.message })}\n`);
    return 1;
  }
  new Show(io, showOptionsOf({}, io)).say('proveWrote', { files: groups.length, dir });
  return 0;
}

function tellTheory(show: Show, theory: Theory, rule: RemovedRule | null, { lang }: Io): void {
  const helpers = clausesOf(theory).filter(({ neededFor }) => neededFor !== undefined).length;
  const properties = clausesOf(theory).length - helpers;
  const title = theory.title[lang];
  show.say('proveTheory', { title, actions: actionsOf(theory).length, properties, helpers });
  if (rule === null) return;
  show.say('proveWithout', {
    rule: rule.id,
    section: sectionText(sectionName(rule.section, lang)),
    text: rule.rule[lang],
  });
}

function tellStep(show: Show, theory: Theory, step: StepReport, { lang }: Io): void {
  const { action, section, asked, failed } = step;
  const name =
    action === INITIALLY
      ? t(lang, 'proveBeginning')
      : `${actionName(action, lang)} (${sectionName(section, lang)})`;
  const mark = failed.length === 0 ? '✔' : '✘';
  show.say('proveStep', { mark, action: name, good: asked - failed.length, asked });
  for (const { clause, answer } of failed) {
    if (answer === 'unknown') show.say('proveUnknown', { clause: clauseName(clause, lang) }, '    ');
    else if (clause === POSSIBLE) show.say('proveNever', {}, '    ');
    else {
      const text = clausesOf(theory).find(({ name: each }) => each === clause)?.says[lang] ?? '';
      show.say('proveFails', { clause: clauseName(clause, lang), text }, '    ');
    }
  }
}

/** The solver's counterexample to the first clause that a step does not keep; null: it keeps all, or that is not known. */
async function counterexampleOf(
  theory: Theory,
  solver: Solver,
  { action, failed }: StepReport,
): Promise<Counterexample | null> {
  const first = failed.find(({ answer, clause }) => answer === 'sat' && clause !== POSSIBLE);
  return first === undefined ? null : counterexampleTo(theory, solver, action, first.clause);
}

async function proved(theory: Theory, rule: RemovedRule | null, solver: Solver, values: Values, io: Io) {
  const json = values['json'] === true;
  const show = new Show(io, showOptionsOf({}, io));
  if (!json) tellTheory(show, theory, rule, io);
  const steps: StepReport[] = [];
  const counterexamples: Counterexample[] = [];
  const began = performance.now();
  for await (const step of prove(theory, solver)) {
    steps.push(step);
    const found = await counterexampleOf(theory, solver, step);
    if (found !== null) counterexamples.push(found);
    if (json) continue;
    tellStep(show, theory, step, io);
    if (found !== null) tellCounterexample(show, theory, found, io);
  }
  const ms = performance.now() - began;
  const asked = steps.reduce((n, step) => n + step.asked, 0);
  const good = steps.reduce((n, step) => n + step.asked - step.failed.length, 0);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  const expected = failsAsExpected(steps, rule);
  if (json) {
    const without = rule?.id ?? null;
    const report = {
      theory: theory.id,
      without,
      solver: solver.name,
      asked,
      good,
      expected,
      ms,
      memory,
      steps,
      counterexamples,
    };
    io.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
    return expected;
  }
  show.say('proveDone', { good, asked, solver: solver.name, seconds: secondsOf(ms), memory });
  if (rule === null) show.say(expected ? 'proveProved' : 'proveNotProved');
  else if (expected) show.say(rule.fails.length === 0 ? 'proveNotNeeded' : 'proveAsExpected');
  else show.say('proveNotExpected', { steps: rule.fails.map((step) => stepName(step, io.lang)).join('; ') });
  return expected;
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  if (positionals.length > 0) throw new UsageError('tooManyArguments', { text: positionals.join(' ') });
  if (values['bridge'] === true) {
    const theory = optionText(values, 'theory') === undefined ? null : chosenTheory(values).theory.id;
    return tellBridge(theory, values, io);
  }
  if (values['full'] === true || values['steps'] !== undefined)
    throw new UsageError('needsOption', { option: '--bridge' });
  const name = chosenSolver(values);
  const chosen = chosenTheory(values);
  const rule = chosenRule(chosen, values);
  const limit = optionText(values, 'limit');
  const steps = limit === undefined ? LIMIT : parseWhole(limit, '--limit', 1, 4_000_000_000);
  const theory = rule === null ? chosen.theory : theoryWithout(chosen.theory, rule);
  const dir = optionText(values, 'smt2');
  if (dir !== undefined) return writeScripts(theory, dir, io);
  let solver: Solver | null = null;
  try {
    solver = await solverNamed(name, steps);
    return (await proved(theory, rule, solver, values, io)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    io.stderr.write(`synfin prove: ${solverRefusal(error, name, io)}\n`);
    return 1;
  } finally {
    solver?.end();
  }
}

/** `synfin prove` */
export const proveCommand: Command = {
  name: 'prove',
  usage: (lang) => proveHelp(lang, [...new Set(theories.flatMap(({ rules }) => rules.map(({ id }) => id)))]),
  options: proveOptions,
  run,
};
