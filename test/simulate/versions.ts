// The same seeds in several versions of Node: within a version both runs of a seed are equal, segment by segment; across
// versions what is logged is; when it is logged may differ by a few segments, for handshakes and requests have other lengths. `npm run sim:versions -- 100`; versions that are not here are fetched.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Runtime, runtimes } from '../package/runtimes.ts';

const PROGRAM = fileURLToPath(new URL('digests.ts', import.meta.url));
const LIMIT_MS = 600_000;

/** What a version has made of the seeds. */
export interface OfVersion {
  readonly name: string;
  /** Seeds whose two runs are not equal. */
  readonly unequal: readonly number[];
  /** The log of each seed; with its times, and without. */
  readonly logs: readonly string[];
  readonly words: readonly string[];
}

/** Runs the seeds from 1 on, twice each, in a version of Node. */
export async function ofVersion({ name, command }: Runtime, seeds: number): Promise<OfVersion> {
  const [program = '', ...args] = command ?? [];
  const { stdout } = await promisify(execFile)(program, [...args, PROGRAM, `${seeds}`], {
    timeout: LIMIT_MS,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const lines = stdout.trim().split('\n');
  if (lines.length !== 2 * seeds) throw new Error(`${name} printed\n${stdout}`);
  const [one, two] = [lines.slice(0, seeds), lines.slice(seeds).reverse()];
  return {
    name,
    unequal: one.flatMap((line, i) => (line === two[i] ? [] : [i + 1])),
    logs: one.map((line) => line.split(' ')[2] ?? ''),
    words: one.map((line) => line.split(' ')[3] ?? ''),
  };
}

/** Seeds whose logs are not the same in all versions: with their times, or without. */
export function differing(all: readonly OfVersion[], what: 'logs' | 'words'): number[] {
  const [first] = all;
  return (first?.[what] ?? []).flatMap((log, i) =>
    all.every((each) => each[what][i] === log) ? [] : [i + 1],
  );
}

if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) {
  const seeds = Number(process.argv[2] ?? 100);
  const all: OfVersion[] = [];
  for (const runtime of runtimes().filter(({ name }) => name.startsWith('Node'))) {
    if (runtime.command === null) throw new Error(`${runtime.name}: ${runtime.version}`);
    const found = await ofVersion(runtime, seeds);
    all.push(found);
    const { unequal } = found;
    console.log(
      `${runtime.name} (${runtime.version}): ${seeds - unequal.length} of ${seeds} seeds have equal traces and logs in two runs${unequal.length === 0 ? '' : `, not ${unequal.join(', ')}`}`,
    );
  }
  const others = differing(all, 'words');
  const withTimes = seeds - differing(all, 'logs').length;
  console.log(
    `across versions: ${seeds - others.length} of ${seeds} logs are equal${others.length === 0 ? '' : `, not those of ${others.join(', ')}`}; ${withTimes} also in their times`,
  );
  process.exitCode = others.length === 0 && all.every(({ unequal }) => unequal.length === 0) ? 0 : 1;
}
