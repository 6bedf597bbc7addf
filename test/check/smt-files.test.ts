// The files of `synfin prove --smt2`, asked from a shell with the commands of docs/proof.md.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countOf, obligationsOf, theories, theoryNamed } from '../../src/lab/proof/index.ts';
import { keptProof } from './proved.ts';
import { filesRun, isInstalled, type SmtSolver, writeFiles } from './smt-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synfin-smt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Every theory by every solver; otherwise the base theory by z3, and a small one by cvc5. */
const FULL = process.env['SYNFIN_PROVE'] === 'full';
const asked: (readonly [SmtSolver, string])[] = FULL
  ? theories.flatMap(({ theory }) => [['z3', theory.id] as const, ['cvc5', theory.id] as const])
  : [
      ['z3', 'base'],
      ['cvc5', 'time'],
    ];

test.for(asked)('%s answers every question of the files of %s as it must', async ([solver, id], { skip }) => {
  skip(!isInstalled(solver), `${solver} is not installed`);
  await writeFiles(folder, [id]);
  const groups = obligationsOf(theoryNamed(id));
  expect(filesRun(folder, solver)).toMatchObject({
    files: groups.length,
    questions: countOf(groups),
    differing: [],
  });
});

test('a file with another answer than the one in it is named', async ({ skip }) => {
  skip(!isInstalled('z3'), 'z3 is not installed');
  await writeFiles(folder, ['time']);
  const dir = join(folder, 'smt', 'time');
  const [, file = ''] = readdirSync(dir);
  const text = readFileSync(join(dir, file), 'utf8');
  writeFileSync(join(dir, file), text.replace(/^(; .*): unsat$/m, '$1: sat'));
  expect(filesRun(folder, 'z3').differing).toEqual([`smt/time/${file}`]);
});

test('the outcome that docs/proof.md tells is of these theories', () => {
  const obligations = theories.reduce((n, { theory }) => n + countOf(obligationsOf(theory)), 0);
  const { files } = keptProof();
  expect(files.length).toBe(2);
  for (const run of files) expect(run).toMatchObject({ questions: obligations, differing: [] });
});
