// `npm run differential -- --sequences N --seed S [--jobs J]`: random sequences against the kernel of this
// machine and against the engine; `--replay FILE` plays one again, `--mutant ID` with a rule forgotten; it stops
// after `--failures K` kinds of failures. Exit code 1 when the two differ in a way that no family accounts for, 3 where it cannot run.

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { argv, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { canUseNamespaces, canUseTun, inNamespace, reexecInNamespace } from '../../src/link/tun/index.ts';
import { Bench } from './bench.ts';
import { ladder } from './ladder.ts';
import { report } from './report.ts';
import { rulesOf } from './rules.ts';
import { addTally, emptyTally, type Job, replay, run, type Tally } from './run.ts';
import type { Sequence } from './sequence.ts';
import type { Message } from './worker.ts';

const say = (line: string): void => void stdout.write(`${line}\n`);

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    sequences: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    failures: { type: 'string', default: '10' },
    replay: { type: 'string' },
    mutant: { type: 'string', default: '' },
  },
});

function count(name: string, text: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n > 0) return n;
  say(`--${name} is a whole number above 0, not '${text}'`);
  exit(2);
}

/** One process for each job. */
async function fan(sequences: number, seed: string, jobs: number): Promise<Tally> {
  const all = emptyTally();
  const begun = Array.from({ length: jobs }, () => 0);
  let told = Date.now();
  const runs = begun.map((_, first) => {
    const job: Job = { seed, first, every: jobs, end: sequences, most: count('failures', values.failures) };
    const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [
      JSON.stringify({ job, mutant: values.mutant }),
    ]);
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if ('tally' in message) addTally(all, message.tally);
        else begun[first] = message.sequences;
        if (Date.now() - told < 15_000) return;
        told = Date.now();
        say(`${begun.reduce((a, b) => a + b, 0)} sequences …`);
      });
      worker.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`)),
      );
    });
  });
  await Promise.all(runs);
  return all;
}

async function again(file: string): Promise<number> {
  const sequence = JSON.parse(readFileSync(file, 'utf8')) as Sequence;
  const bench = new Bench();
  const j = await replay(bench, sequence, rulesOf(values.mutant));
  bench.close();
  for (const line of ladder(sequence, j)) say(line);
  for (const family of j.met) say(`${family.id} (${family.verdict}): ${family.reason}`);
  return j.unexplained === null ? 0 : 1;
}

async function main(): Promise<number> {
  const sequences = count('sequences', values.sequences);
  const jobs = count('jobs', values.jobs);
  rulesOf(values.mutant);
  if (!inNamespace()) {
    const namespaces = await canUseNamespaces();
    const tun = await canUseTun();
    if (!namespaces.ok || !tun.ok) {
      say(`cannot run here: ${namespaces.ok ? (tun.ok ? '' : tun.why) : namespaces.why}`);
      return 3;
    }
    return reexecInNamespace(argv.slice(1));
  }
  if (values.replay !== undefined) return again(values.replay);
  const begun = performance.now();
  const job: Job = {
    seed: values.seed,
    first: 0,
    every: 1,
    end: sequences,
    most: count('failures', values.failures),
  };
  const tally = jobs === 1 ? await run(job, rulesOf(values.mutant)) : await fan(sequences, values.seed, jobs);
  for (const line of report(tally, (performance.now() - begun) / 1000)) say(line);
  return tally.failures.length === 0 ? 0 : 1;
}

exit(await main());
