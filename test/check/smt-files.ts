// The files of `synfin prove --smt2`, asked from a shell: the commands are those of docs/proof.md, and nothing of ours is
// between a solver and its answers.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/program.ts';
import { theories } from '../../src/lab/proof/index.ts';

/** The folder of the files, in the folder where the commands run; a folder in it for each theory. */
const FOLDER = 'smt';

/** How each solver is started, a file after it. */
export const SMT_COMMANDS = { z3: 'z3', cvc5: 'cvc5 --incremental --finite-model-find' } as const;

/** The solvers that are asked. */
export type SmtSolver = keyof typeof SMT_COMMANDS;

/** What a solver has answered. */
export interface SmtFilesRun {
  readonly version: string;
  readonly files: number;
  readonly questions: number;
  /** Files with an answer that is not the one wanted. */
  readonly differing: readonly string[];
}

/** Writes the files of all theories. */
export const WRITE_FILES = `for theory in ${theories.map(({ theory }) => theory.id).join(' ')}; do
  npx synfin prove --theory $theory --smt2 ${FOLDER}/$theory
done`;

/** Asks a solver, and prints the files with an answer that is not the one in the comment before its question. */
export function askFiles(solver: SmtSolver): string {
  return `for file in ${FOLDER}/*/*.smt2; do
  ${SMT_COMMANDS[solver]} "$file" | cmp -s - <(sed -n 's/^; .*: //p' "$file") || echo "$file"
done`;
}

/** Whether a solver is installed. */
export function isInstalled(solver: SmtSolver): boolean {
  return spawnSync(solver, ['--version']).error === undefined;
}

/** Writes the files of these theories below a folder, as the command does. */
export async function writeFiles(
  folder: string,
  ids = theories.map(({ theory }) => theory.id),
): Promise<void> {
  for (const id of ids) {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const args = ['prove', '--theory', id, '--smt2', join(folder, FOLDER, id)];
    if ((await main(args, { stdin, stdout, stderr, env: {} })) !== 0) throw new Error(String(stderr.read()));
  }
}

/** Asks a solver about the files below a folder. */
export function filesRun(folder: string, solver: SmtSolver): SmtFilesRun {
  const files = readdirSync(join(folder, FOLDER), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.smt2'),
  );
  const questions = files
    .map((name) => readFileSync(join(folder, FOLDER, name), 'utf8').split('(check-sat)').length - 1)
    .reduce((n, each) => n + each, 0);
  const version = execFileSync(solver, ['--version'], { encoding: 'utf8' });
  const differing = execFileSync('bash', ['-c', askFiles(solver)], { cwd: folder, encoding: 'utf8' });
  return {
    version: /\d+(\.\d+)+/.exec(version)?.[0] ?? '',
    files: files.length,
    questions,
    differing: differing.split('\n').filter((line) => line !== ''),
  };
}
