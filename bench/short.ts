// npm run bench:short: whether the stack has become slower by half. What it moves is taken per turn of a calibration loop, so
// that the record holds on any machine; the best of three rounds counts, so that a noisy machine is no collapse.
//
//   npm run bench:short               fails when a ratio is below half of what bench/short.json has
//   npm run bench:short -- --record   writes what there is now

import { readFileSync, writeFileSync } from 'node:fs';
import { argumentsOf } from './arguments.ts';
import type { Figures } from './measures.ts';
import { inOwnProcess } from './own-process.ts';

const RECORD = new URL('short.json', import.meta.url);
const ROUNDS = 3;
/** Less than this share of the record is a collapse. */
const COLLAPSE = 0.5;
/** Measures and their figures, in octets or connections per second of processor time. */
const FIGURES = [
  ['bulk-1500', 'gbps'],
  ['bulk-65535', 'gbps'],
  ['churn-callbacks', 'perSecond'],
  ['churn-promises', 'perSecond'],
] as const;

const values = argumentsOf(import.meta.url, { record: { type: 'boolean', default: false } });
const measure = (name: string): Promise<Figures> => inOwnProcess('measures.ts', [name], { profiles: null });

const best = new Map<string, number>(FIGURES.map(([name]) => [name, 0]));
for (let round = 0; round < ROUNDS; round++) {
  const { turns = 1 } = await measure('calibration');
  for (const [name, figure] of FIGURES) {
    const ratio = ((await measure(name))[figure] ?? 0) / turns;
    best.set(name, Math.max(best.get(name) ?? 0, ratio));
  }
}
const now = Object.fromEntries(best);
if (values.record) {
  writeFileSync(RECORD, `${JSON.stringify(now, null, 2)}\n`);
} else {
  const record = JSON.parse(readFileSync(RECORD, 'utf8')) as Record<string, number>;
  for (const [name, before] of Object.entries(record)) {
    const share = (now[name] ?? 0) / before;
    console.log(`${name.padEnd(20)} ${share.toFixed(2)} of the record, per turn of the calibration loop`);
    if (share >= COLLAPSE) continue;
    console.log(`${name} has collapsed: look at a profile (npm run bench -- --rows stack --profile DIR)`);
    process.exitCode = 1;
  }
}
