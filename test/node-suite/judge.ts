// A group of files on the kernel's network and on synfin's, and what is different.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestFile } from './files.ts';
import { type Result, runFile } from './job.ts';

export interface Judged {
  readonly name: string;
  readonly bare: Result;
  /** Null where it has no meaning: see `notApplicable`. */
  readonly synfin: Result | null;
  readonly notApplicable: string | null;
}

export interface Verdict {
  readonly files: readonly Judged[];
  /** Of what applies: how many there are, how many bare Node passes, and how many of those synfin passes. */
  readonly applicable: number;
  readonly barePasses: number;
  readonly synfinPasses: number;
  readonly bothPass: number;
}

export interface JudgeOptions {
  readonly node: string;
  /** What `--import` is given for synfin. */
  readonly preload: string;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly progress?: (judged: Judged) => void;
}

/** Runs every file bare and then on synfin; what is of test/sequential after the others, alone. */
export async function judge(files: readonly TestFile[], options: JudgeOptions): Promise<Verdict> {
  const scratch = mkdtempSync(join(tmpdir(), 'node-suite-'));
  const judged = new Map<TestFile, Judged>();
  const one = async (file: TestFile, slot: number): Promise<void> => {
    const { node, timeoutMs, preload } = options;
    const common = { node, timeoutMs, slot, scratch };
    const bare = await runFile(file, { ...common, preload: null });
    const isAsked = file.notApplicable === null && bare.outcome !== 'skipped';
    const synfin = isAsked ? await runFile(file, { ...common, preload }) : null;
    const result = { name: file.name, bare, synfin, notApplicable: whyNot(file, bare) };
    judged.set(file, result);
    options.progress?.(result);
  };
  try {
    const parallel = files.filter((file) => !file.isSequential);
    const waiting = parallel.values();
    const worker = async (slot: number): Promise<void> => {
      for (const file of waiting) await one(file, slot);
    };
    await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, (_, slot) => worker(slot)));
    for (const file of files) if (file.isSequential) await one(file, 0);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return verdictOf(files.map((file) => judged.get(file) as Judged));
}

function whyNot(file: TestFile, bare: Result): string | null {
  return file.notApplicable ?? (bare.outcome === 'skipped' ? `it skips itself: ${bare.said}` : null);
}

function verdictOf(files: readonly Judged[]): Verdict {
  const asked = files.filter(({ notApplicable }) => notApplicable === null);
  const passes = (result: Result | null): boolean => result?.outcome === 'pass';
  return {
    files,
    applicable: asked.length,
    barePasses: asked.filter(({ bare }) => passes(bare)).length,
    synfinPasses: asked.filter(({ synfin }) => passes(synfin)).length,
    bothPass: asked.filter(({ bare, synfin }) => passes(bare) && passes(synfin)).length,
  };
}

/** What bare Node passes and synfin does not. */
export function difference({ files }: Verdict): Judged[] {
  return files.filter(
    ({ bare, synfin }) => bare.outcome === 'pass' && synfin !== null && synfin.outcome !== 'pass',
  );
}

/** The verdict for people. */
export function linesOf(verdict: Verdict): string[] {
  const { files, applicable, barePasses, synfinPasses, bothPass } = verdict;
  const left = files.filter(({ notApplicable }) => notApplicable !== null);
  const both = files.filter(
    ({ bare, synfin }) => synfin !== null && synfin.outcome !== 'pass' && bare.outcome !== 'pass',
  );
  const lines = [
    `${files.length} files: ${applicable} applicable, ${left.length} not`,
    `bare    pass ${barePasses}, fail ${applicable - barePasses}`,
    `synfin  pass ${synfinPasses}, fail ${applicable - synfinPasses}`,
    barePasses === 0
      ? 'bare Node passes nothing, so there is nothing to compare with'
      : `of what bare Node passes, synfin passes ${bothPass} of ${barePasses} (${((100 * bothPass) / barePasses).toFixed(1)} %)`,
  ];
  const list = (title: string, names: readonly string[]): void => {
    if (names.length > 0) lines.push('', title, ...names);
  };
  list(
    'Not applicable:',
    left.map(({ name, notApplicable }) => `  ${name}: ${notApplicable}`),
  );
  list(
    'Passed by neither:',
    both.map(
      ({ name, bare, synfin }) => `  ${name}: ${bare.outcome} (${reasonOf(bare.said)}), ${synfin?.outcome}`,
    ),
  );
  list(
    'Only synfin passes:',
    files
      .filter(({ bare, synfin }) => synfin?.outcome === 'pass' && bare.outcome !== 'pass')
      .map(({ name, bare }) => `  ${name}: ${bare.outcome}`),
  );
  list(
    'Only bare Node passes:',
    difference(verdict).flatMap(({ name, synfin }) => [
      `  ${name}: ${synfin?.outcome}`,
      ...firstLines(synfin?.said ?? '').map((line) => `      ${line}`),
    ]),
  );
  return lines;
}

/** The line that names the error. */
function reasonOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return (lines.find((line) => /Error|assert|called/.test(line)) ?? lines.at(-1) ?? '').slice(0, 120);
}

function firstLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 12);
}
