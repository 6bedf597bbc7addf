// npm run mutation -- FILE…: changes one thing at a time in source files and looks whether a test notices.
//
//   npm run mutation -- src/tcp/timers.ts             the tests beside it; what survives meets those of its room,
//                                                     the nearest first, but for the long ones
//   npm run mutation -- src/tcp/timers.ts --slow      what survives meets those, too
//   npm run mutation -- src/tcp/timers.ts --beside    only the tests beside it
//   npm run mutation -- src/tcp/timers.ts --force     all of it again, not only what has changed
//
// StrykerJS makes the changes, runner.ts runs the tests. It is installed in this folder on first use, so that nobody else pays for it. What
// survives needs a test, or an entry in accepted.json that says why the change is none.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Accepted, judge, type Mutant, report, survived } from './judge.ts';
import { type Stage, testsOf } from './tests.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..');
const STRYKER = join(HERE, 'node_modules', '@stryker-mutator', 'core');

/** What is used of @stryker-mutator/core, which is not there when types are checked. */
interface StrykerCore {
  readonly Stryker: new (
    options: Readonly<Record<string, unknown>>,
  ) => {
    runMutationTest(): Promise<readonly Mutant[]>;
  };
}

function install(): void {
  if (existsSync(STRYKER)) return;
  console.log('installing StrykerJS in tools/mutation (60 MB) …');
  const args = ['ci', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', args, { cwd: HERE, stdio: 'inherit' });
}

function options(mutate: readonly string[], kept: string, force: boolean): Record<string, unknown> {
  return {
    mutate,
    ignorePatterns: [
      '**',
      '!src/**',
      '!test/**',
      '!scripts/**',
      '!docs/*.md',
      '!package.json',
      '!tools/mutation/*.ts',
    ],
    tempDirName: 'tools/mutation/kept/sandbox',
    testRunner: 'in-memory',
    plugins: [join(HERE, 'runner.ts')],
    tsconfigFile: 'none', // TypeScript 7 has no API that could read it
    checkers: [],
    coverageAnalysis: 'perTest',
    incremental: true,
    incrementalFile: kept,
    force,
    concurrency: 1,
    timeoutMS: 10_000,
    timeoutFactor: 3, // a busy machine is no reason
    reporters: ['progress-append-only'],
    allowConsoleColors: false,
    logLevel: 'warn',
  };
}

/** The mutants of files of one room and what became of them; what survives a stage meets the next. */
async function mutantsOf(
  room: string,
  files: readonly string[],
  stages: readonly Stage[],
  force: boolean,
): Promise<readonly Mutant[]> {
  const found = new Map<string, Mutant>();
  for (const stage of stages) {
    const left = [...found.values()].filter(survived);
    if (found.size > 0 && left.length === 0) break;
    const places = found.size === 0 ? files : [...new Set(left.map((m) => placeOf(m)))];
    process.env['MUTATION_STAGE'] = stage;
    process.env['MUTATION_ROOM'] = `src/${room}/index.ts`;
    process.env['MUTATION_SOURCES'] = JSON.stringify(files);
    process.env['MUTATION_TESTS'] = JSON.stringify(testsOf(room, files, stage));
    const kept = join('tools', 'mutation', 'kept', `${room}.${stage}.json`);
    mkdirSync(dirname(kept), { recursive: true });
    for (const m of await new Stryker(options(places, kept, force)).runMutationTest()) {
      const before = found.get(keyOf(m));
      if (before === undefined || survived(before)) found.set(keyOf(m), m);
    }
  }
  return [...found.values()];
}

function fileOf(m: Mutant): string {
  return relative(ROOT, m.fileName).split(sep).join('/');
}

/** A place as StrykerJS wants it: columns from 0. */
function placeOf(m: Mutant): string {
  const { start, end } = m.location;
  return `${fileOf(m)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

function keyOf(m: Mutant): string {
  return `${placeOf(m)} ${m.replacement}`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
});
const strange = positionals.filter((file) => !file.endsWith('.ts') || !existsSync(join(ROOT, file)));
if (positionals.length === 0 || strange.length > 0) {
  console.error(
    `npm run mutation -- FILE…: source files, from here${strange.length > 0 ? `; not ${strange.join(', ')}` : ''}`,
  );
  process.exit(2);
}
install();
process.chdir(ROOT);
const entry = pathToFileURL(join(STRYKER, 'dist', 'src', 'index.js')).href;
const { Stryker } = (await import(entry)) as StrykerCore;
const accepted = JSON.parse(readFileSync(join(HERE, 'accepted.json'), 'utf8')) as Accepted;
const stages: readonly Stage[] = values.beside
  ? ['beside']
  : ['beside', 'room', ...(values.slow ? (['slow'] as const) : [])];
const roomOf = (file: string): string => file.split('/')[1] ?? '';
for (const room of new Set(positionals.map(roomOf))) {
  const files = positionals.filter((file) => roomOf(file) === room);
  const texts = files.map((file) => readFileSync(file, 'utf8')); // as they are now, whoever works on them meanwhile
  const mutants = await mutantsOf(room, files, stages, values.force);
  for (const [i, file] of files.entries()) {
    const own = mutants.filter((m) => fileOf(m) === file);
    const verdict = judge(file, texts[i] as string, own, accepted[file] ?? []);
    console.log(report(verdict));
    if (verdict.survivors.length > 0 || verdict.stale.length > 0) process.exitCode = 1;
  }
}
