// npm run proof: runs the quick battery and writes docs/proof.md and docs/proof.zh-CN.md. With --full the large models
// are searched, too, and their counts kept in full.json; without, those that are kept are taken. The proof of the rules is
// asked for and the small models held against it every time; with --proof everything of it is kept in proved.json, where the
// largest models are as they were; with --full those are held against it again, too.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { unexpected } from '../../src/lab/check/battery/index.ts';
import { documents, FULL, type FullRun, fullRun, keptRun, quickRun } from './document.ts';
import {
  bridgeRun,
  keptProof,
  PROVED,
  type ProvedRun,
  smtFilesRuns,
  solverRuns,
  wrongProof,
} from './proved.ts';

const root = new URL('../../', import.meta.url);
const LEAST_MS = 1000;

function measured(): FullRun {
  const models = fullRun(() => performance.now());
  const slow = models.filter(({ ms }) => ms > LEAST_MS);
  const sum = (of: (model: (typeof models)[number]) => number): number => slow.reduce((n, m) => n + of(m), 0);
  return {
    ...today(),
    rate: Math.round(sum((m) => (m.transitions * 1000) / m.ms) / slow.length / 1000) * 1000,
    octets: Math.round(sum((m) => m.bytesPerState * m.states) / sum((m) => m.states)),
    models: models.map((model) => ({ ...model, ms: 0, bytesPerState: 0 })),
  };
}

function today(): Pick<FullRun, 'date' | 'machine'> {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `Node ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  };
}

function keep(file: URL, data: unknown): void {
  writeFileSync(file, `${JSON.stringify(data, null, 1)}\n`);
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', root));
  execFileSync(process.execPath, [biome, 'format', '--write', fileURLToPath(file)]);
}

const all = process.argv.includes('--full');
if (all) keep(FULL, measured());
const proof = all || process.argv.includes('--proof');
const solvers = await solverRuns(proof ? ['wasm', 'z3', 'cvc5'] : ['wasm']);
for (const { name, asked, good, seconds } of solvers)
  console.log(`${name}: ${good} of ${asked}, ${seconds} s`);
const files = proof ? await smtFilesRuns() : keptProof().files;
const { date } = today();
const extent = all ? 'full' : proof ? 'proof' : 'quick';
const bridge = bridgeRun(extent, date, keptProof().bridge.reports, console.log);
if (proof) keep(PROVED, { ...today(), solvers, files, bridge } satisfies ProvedRun);
const quick = quickRun();
const full = keptRun();
const wrong = [
  ...unexpected({ ...quick, tier: 'full', models: [...quick.models, ...full.models] }),
  ...wrongProof({ solvers, files, bridge }),
];
for (const [name, text] of documents(quick, full, keptProof())) writeFileSync(new URL(name, root), text);
console.log(wrong.length === 0 ? 'everything is as expected' : `not as expected: ${wrong.join(', ')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
