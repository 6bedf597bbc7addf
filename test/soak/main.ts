// `npm run soak -- --minutes N [--seed S] [--jobs J] [--virtual-hours H]`: world after world, each from one
// seed. `--seed S` alone plays that world again; `--connections`, `--faults` and `--silences` only a
// part of it. Exit code 1 when a world fails.

import { argv, exit, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { commandOf, type Part, PIECES, planOfPart, shrink } from './shrink.ts';
import { Totals } from './totals.ts';
import type { Batch, Job } from './worker.ts';
import { runPlan } from './world.ts';

const say = (line: string): void => void stdout.write(`${line}\n`);

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    'virtual-hours': { type: 'string' },
    connections: { type: 'string' },
    faults: { type: 'string' },
    silences: { type: 'string' },
  },
});

function number(name: string, text: string): number {
  const n = Number(text);
  if (!(n >= 0)) {
    say(`--${name} is a number, not '${text}'`);
    exit(2);
  }
  return n;
}

function ids(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  return text === 'none' ? [] : text.split(',').map(Number);
}

async function again(part: Part): Promise<boolean> {
  const totals = new Totals();
  try {
    await runPlan(planOfPart(part), totals);
  } catch (error) {
    say((error as Error).stack ?? String(error));
    if (PIECES.every((kind) => (part[kind] ?? null) === null)) {
      say('making it smaller …');
      say(`smaller: ${commandOf(await shrink(part.seed, (error as Error).message))}`);
    }
    return false;
  }
  for (const line of totals.lines()) say(line);
  return true;
}

/** Workers until the time is over, a world fails, or enough virtual hours have passed. */
async function soak(first: number, minutes: number, jobs: number, hours: number): Promise<boolean> {
  const totals = new Totals();
  const untilMs = Date.now() + minutes * 60_000;
  let failed: Batch['failures'] = [];
  let told = Date.now();
  const workers: Worker[] = [];
  const stopAll = (): void => {
    for (const w of workers) void w.terminate();
  };
  const runs = Array.from({ length: jobs }, (_, j) => {
    const data: Job = { first: first + j, step: jobs, untilMs };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data });
    workers.push(worker);
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (batch: Batch) => {
        totals.add(batch.totals);
        if (batch.failures.length > 0) failed = [...failed, ...batch.failures];
        if (Date.now() - told > 15_000) {
          told = Date.now();
          say(`${totals.line()}; next seed ${batch.next}`);
        }
        if (failed.length > 0 || totals.virtualUs >= hours * 3600e6) stopAll();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  });
  await Promise.all(runs);
  for (const line of totals.lines()) say(line);
  for (const { seed, message } of failed) {
    say(`seed ${seed} fails: ${message}`);
    say(`again: npm run soak -- --seed ${seed}`);
    say(`smaller: ${commandOf(await shrink(seed, message))}`);
  }
  return failed.length === 0;
}

const seed = number('seed', values.seed ?? '1');
const replays =
  values.seed !== undefined && values.minutes === undefined && values['virtual-hours'] === undefined;
const ok = replays
  ? await again({
      seed,
      connections: ids(values.connections),
      faults: ids(values.faults),
      silences: ids(values.silences),
    })
  : await soak(
      seed,
      number('minutes', values.minutes ?? (values['virtual-hours'] === undefined ? '1' : '1e6')),
      Math.max(1, number('jobs', values.jobs)),
      number('virtual-hours', values['virtual-hours'] ?? '1e12'),
    );
exit(ok ? 0 : 1);
