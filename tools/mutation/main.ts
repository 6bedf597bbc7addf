// npm run mutation -- FILE…: changes one thing at a time in source files and looks whether a test notices.
//
//   npm run mutation -- src/tcp/timers.ts             the tests beside it; what survives meets those of its room,
//                                                     the nearest first, but for the long ones
//   npm run mutation -- src/tcp/timers.ts --slow      what survives meets those, too
//   npm run mutation -- src/tcp/timers.ts --beside    only the tests beside it
//   npm run mutation -- src/tcp/timers.ts --force     all of it again, not only what has changed
//   npm run mutation -- src/host/*/*.ts --sample 40   of each file 40 changes at random (--seed: others), which meet
//                                                     the tests of the room at once; what a module does as it loads is
//                                                     not changed, and nothing is kept
//
// StrykerJS makes the changes, runner.ts runs the tests. It is installed in this folder on first use, so that nobody else pays for it. What
// survives needs a test, or an entry in accepted.json that says why the change is none.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Accepted, judge, type Mutant, report, survived, total, type Verdict } from './judge.ts';
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

interface Wanted {
  readonly force: boolean;
  /** Undefined: all changes. */
  readonly sample: { readonly size: number; readonly seed: string } | undefined;
}

function options(mutate: readonly string[], kept: string, wanted: Wanted): Record<string, unknown> {
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
    plugins: ['runner.ts', 'sample.ts', 'found.ts'].map((file) => join(HERE, file)),
    tsconfigFile: 'none', // TypeScript 7 has no API that could read it
    checkers: wanted.sample === undefined ? [] : ['sample'],
    coverageAnalysis: 'perTest',
    incremental: wanted.sample === undefined,
    incrementalFile: kept,
    force: wanted.force,
    ignoreStatic: wanted.sample !== undefined, // each of these takes a process of its own, and every test
    concurrency: 1,
    dryRunTimeoutMinutes: 60,
    timeoutMS: 10_000,
    timeoutFactor: 3, // a busy machine is no reason
    reporters: ['progress-append-only', 'found'],
    allowConsoleColors: false,
    logLevel: 'warn',
  };
}

/** The mutants of files of one room and what became of them; what survives a stage meets the next. */
async function mutantsOf(
  room: string,
  files: readonly string[],
  stages: readonly Stage[],
  wanted: Wanted,
): Promise<readonly Mutant[]> {
  const found = new Map<string, Mutant>();
  for (const stage of stages) {
    const left = [...found.values()].filter(survived);
    if (found.size > 0 && left.length === 0) break;
    const places = found.size === 0 ? files : [...new Set(left.map((m) => placeOf(m)))];
    process.env['MUTATION_STAGE'] = stage;
    process.env['MUTATION_SAMPLE'] = String(wanted.sample?.size ?? 0);
    process.env['MUTATION_SEED'] = wanted.sample?.seed ?? '';
    process.env['MUTATION_COSTS'] = join(HERE, 'kept', `${room}.${stage}.costs.json`);
    process.env['MUTATION_ROOM'] = `src/${room}/index.ts`;
    process.env['MUTATION_SOURCES'] = JSON.stringify(files);
    process.env['MUTATION_TESTS'] = JSON.stringify(testsOf(room, files, stage));
    const kept = join('tools', 'mutation', 'kept', `${room}.${stage}.json`);
    mkdirSync(dirname(kept), { recursive: true });
    for (const m of await new Stryker(options(places, kept, wanted)).runMutationTest()) {
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
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const sources = positionals.filter((file) => !file.endsWith('.test.ts') && !file.endsWith('/testing.ts'));
const strange = sources.filter((file) => !file.endsWith('.ts') || !existsSync(join(ROOT, file)));
const size = Number(values.sample ?? 1);
if (sources.length === 0 || strange.length > 0 || !(Number.isInteger(size) && size > 0)) {
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
const wanted: Wanted = {
  force: values.force,
  sample: values.sample === undefined ? undefined : { size, seed: values.seed },
};
const room: readonly Stage[] = wanted.sample === undefined ? ['beside', 'room'] : ['room'];
const stages = values.beside ? (['beside'] as const) : [...room, ...(values.slow ? (['slow'] as const) : [])];
const roomOf = (file: string): string => file.split('/')[1] ?? '';
const verdicts: Verdict[] = [];
for (const room of new Set(sources.map(roomOf))) {
  const files = sources.filter((file) => roomOf(file) === room);
  const texts = files.map((file) => readFileSync(file, 'utf8')); // as they are now, whoever works on them meanwhile
  const mutants = await mutantsOf(room, files, stages, wanted);
  for (const [i, file] of files.entries()) {
    const own = mutants.filter((m) => fileOf(m) === file);
    const verdict = judge(file, texts[i] as string, own, accepted[file] ?? []);
    console.log(report(verdict));
    verdicts.push(verdict);
    if (verdict.survivors.length > 0 || verdict.stale.length > 0) process.exitCode = 1;
  }
}
if (verdicts.length > 1) console.log(total(verdicts));
