// Which tests look at a mutated file, and in which order: the one beside it, those of its folder, those of its room, those
// that cross rooms.

import { existsSync, globSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/** Whom a mutant meets: the tests of its folder; those of its room; the long random ones, too. */
export type Stage = 'beside' | 'room' | 'slow';

/** Nearly all of these is random or long: what a rule says deserves a test that shows it. */
const SLOW = new Set([
  'src/host/hostile.test.ts',
  'src/host/ip/fragments.test.ts',
  'src/host/link/autoconfiguration.test.ts',
  'src/host/link/device.test.ts',
  'src/host/link/neighbours.test.ts',
  'src/host/paths.test.ts',
  'src/host/queued-calls.test.ts', // measures time
  'src/tcp/fuzz.test.ts',
  'src/tcp/loss/random-losses.test.ts',
  'src/tcp/pair.test.ts',
]);

/** The test files of a stage, from the root of the project; `room` is a folder of src. */
export function testsOf(room: string, mutated: readonly string[], stage: Stage): readonly string[] {
  const near = [...new Set(mutated.flatMap(nearOf))];
  if (stage === 'beside') return near;
  const crossing = room === 'tcp' || room === 'host' ? globSync('test/regressions/*.test.ts') : [];
  const all = [...globSync(`src/${room}/**/*.test.ts`), ...crossing].map((file) => file.split(sep).join('/'));
  return all.filter((file) => stage === 'slow' || near.includes(file) || !SLOW.has(file)).sort();
}

/** The test beside a file, or else those of its folder. */
function nearOf(file: string): readonly string[] {
  const beside = testBeside(file);
  if (existsSync(beside)) return [beside];
  const folder = globSync(`${dirname(file)}/*.test.ts`).map((test) => test.split(sep).join('/'));
  return folder.filter((test) => !SLOW.has(test));
}

function testBeside(file: string): string {
  return file.replace(/\.ts$/, '.test.ts');
}

/** How far a test is from a file: 0 beside it, 1 in its folder. */
export function distance(test: string, mutated: string): number {
  if (test.endsWith(testBeside(mutated))) return 0;
  return dirname(test).endsWith(dirname(mutated)) ? 1 : 2;
}
