// What is asked for docs/proof.md: every obligation by every solver that is here, the files for other solvers, and the real
// engine against the theories; and what of it is kept.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SolverError, type SolverName, solverNamed } from '../../src/cli/solvers.ts';
import {
  type BridgeReport,
  bridgeHosts,
  bridgeItems,
  bridgeModel,
  bridgeMutant,
  bridgeMutants,
  bridgeWalks,
  hostsMutants,
  likeTheory,
  neverUsedOf,
} from '../../src/lab/proof/bridge/index.ts';
import { prove, theories } from '../../src/lab/proof/index.ts';
import {
  filesRun,
  isInstalled,
  SMT_COMMANDS,
  type SmtFilesRun,
  type SmtSolver,
  writeFiles,
} from './smt-files.ts';

/** Where the last full run is kept. */
export const PROVED = new URL('proved.json', import.meta.url);

/** What a solver has answered. */
export interface SolverRun {
  readonly name: string;
  readonly asked: number;
  readonly good: number;
  readonly seconds: number;
}

/** What was looked at for a mutant. */
export interface MutantRun {
  readonly theory: string;
  readonly mutant: string;
  readonly config: string;
  readonly rules: readonly string[];
  readonly unexplained: number;
  /** By the theory without these rules; null: without none. */
  readonly without: number | null;
}

/** A report, and the day of it: the large models are not searched every time. */
export interface DatedReport extends BridgeReport {
  readonly date: string;
}

/** Models, walks and mutants against the theories. */
export interface BridgeRun {
  readonly reports: readonly DatedReport[];
  readonly never: readonly string[];
  readonly mutants: readonly MutantRun[];
}

/** A run of everything. */
export interface ProvedRun {
  readonly date: string;
  readonly machine: string;
  readonly solvers: readonly SolverRun[];
  /** The files for other solvers, asked from a shell. */
  readonly files: readonly SmtFilesRun[];
  readonly bridge: BridgeRun;
}

/** Transitions of the random walks, in the model and of real hosts each, and their seed. */
const WALKED = 1_000_000;
const SEED = 1;

function done<T>(run: Generator<unknown, T>): T {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

/** Every obligation of every theory, by each of these solvers that is here. */
export async function solverRuns(names: readonly SolverName[]): Promise<SolverRun[]> {
  const runs: SolverRun[] = [];
  for (const each of names) {
    try {
      const solver = await solverNamed(each);
      const began = performance.now();
      let asked = 0;
      let good = 0;
      for (const { theory } of theories) {
        for await (const step of prove(theory, solver)) {
          asked += step.asked;
          good += step.asked - step.failed.length;
        }
      }
      solver.end();
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      runs.push({ name: solver.name, asked, good, seconds });
    } catch (error) {
      if (!(error instanceof SolverError) || error.code !== 'MISSING') throw error;
    }
  }
  return runs;
}

/** The files of all theories, by each solver that is here. */
export async function smtFilesRuns(): Promise<SmtFilesRun[]> {
  const folder = mkdtempSync(join(tmpdir(), 'synfin-smt-'));
  try {
    await writeFiles(folder);
    return (Object.keys(SMT_COMMANDS) as SmtSolver[])
      .filter(isInstalled)
      .map((solver) => filesRun(folder, solver));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How much of the bridge is looked at: the small models, all but the largest, all. */
export type Extent = 'quick' | 'proof' | 'full';

/** Transitions of a model that only `full` searches again, where there is a report of it. */
const LARGEST = 5_000_000;

/** The real engine and real hosts against the theories; what `extent` leaves out is as it was in `kept`. */
export function bridgeRun(
  extent: Extent,
  date: string,
  kept: readonly DatedReport[],
  said: (line: string) => void,
): BridgeRun {
  const reports: DatedReport[] = [];
  const add = (report: BridgeReport, day = date): void => {
    reports.push({ ...report, date: day });
    const { theory, id, states, transitions, unexplained } = report;
    said(
      `${theory} ${id}: ${states} states, ${transitions} transitions, ${unexplained} unexplained (${day})`,
    );
  };
  for (const item of bridgeItems) {
    if (extent === 'quick' && item.tier !== 'quick') continue;
    const last = kept.find(({ theory, id }) => theory === item.theory.id && id === item.config.id);
    if (extent !== 'full' && last !== undefined && last.transitions > LARGEST) add(last, last.date);
    else add(done(bridgeModel(item)));
  }
  for (const report of [...done(bridgeWalks(WALKED, SEED)), ...done(bridgeHosts(WALKED, SEED))]) add(report);
  const mutants = [...bridgeMutants, ...hostsMutants, ...likeTheory].map((item) => {
    const { theory, mutant, config, rules } = item;
    const { unexplained } = bridgeMutant(item, []);
    const without = rules.length === 0 ? null : bridgeMutant(item, rules).unexplained;
    said(`${theory.id} ${mutant}: ${unexplained} unexplained, without the rule ${without}`);
    return { theory: theory.id, mutant, config: config.id, rules, unexplained, without };
  });
  return { reports, never: neverUsedOf(reports), mutants };
}

/** The run that is kept. */
export function keptProof(): ProvedRun {
  return JSON.parse(readFileSync(PROVED, 'utf8')) as ProvedRun;
}

/** What is not as it must be, a line each. */
export function wrongProof({
  solvers,
  files,
  bridge,
}: Pick<ProvedRun, 'solvers' | 'files' | 'bridge'>): string[] {
  const like = new Set(likeTheory.map(({ mutant }) => mutant));
  return [
    ...solvers.filter(({ asked, good }) => good !== asked).map(({ name }) => name),
    ...files.flatMap(({ differing }) => differing),
    ...bridge.reports
      .filter(({ unexplained }) => unexplained > 0)
      .map(({ theory, id }) => `bridge ${theory} ${id}`),
    ...bridge.mutants
      .filter(
        ({ theory, mutant, unexplained, without }) =>
          unexplained > 0 === (theory === 'base' && like.has(mutant)) || (without !== null && without > 0),
      )
      .map(({ theory, mutant }) => `bridge ${theory} ${mutant}`),
  ];
}
