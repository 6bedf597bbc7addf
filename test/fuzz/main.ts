// `npm run fuzz -- --target T --minutes N --seed S`: fuzzes one target, or every one in turn, and says what
// was reached. `--replay TARGET:SEED:GENES` plays one session and prints its packets.

import { writeFileSync } from 'node:fs';
import { argv, exit, hrtime, stdout } from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import {
  type Failure,
  Fuzzer,
  formatGenome,
  parseGenome,
  play,
  shrink,
  TARGETS,
  type Target,
} from './fuzzer.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const seconds = (): number => Number(hrtime.bigint()) / 1e9;
const say = (line: string): void => void stdout.write(`${line}\n`);

function packetsOf(text: string): string[] {
  const lines: string[] = [];
  try {
    play(parseGenome(text), new Coverage(), (to, bytes, us) => lines.push(`${us} ${to} ${hex(bytes)}`));
    lines.push('no failure');
  } catch (error) {
    lines.push((error as Error).stack ?? String(error));
  }
  return lines;
}

function report(target: Target, seed: number, failure: Failure): void {
  say(`${target}: FAILURE: ${failure.error.message}`);
  const small = shrink(failure);
  const text = formatGenome(small.genome);
  const file = `fuzz-${target}-${seed}.txt`;
  writeFileSync(file, `${text}\n${packetsOf(text).join('\n')}\n`);
  say(`${small.error.stack}`);
  say(`its packets in hex: ${file}; again: npm run fuzz -- --replay ${text}`);
}

async function fuzz(target: Target, seed: number, minutes: number): Promise<boolean> {
  const fuzzer = new Fuzzer(target, seed);
  const start = seconds();
  const { coverage } = fuzzer;
  const line = (): string => {
    const rate = Math.round(fuzzer.executions / (seconds() - start));
    const { executions, sessions, corpus } = fuzzer;
    return `${target}: ${executions} executions in ${sessions} sessions, ${rate}/s, ${coverage.seen.size} signals, corpus ${corpus.length}`;
  };
  for (let next = start + 10; seconds() - start < minutes * 60; ) {
    const failure = fuzzer.session();
    // Promises that were settled hold their hosts until they have had a turn.
    if (fuzzer.sessions % 20 === 0) await setImmediate();
    if (failure !== null) {
      say(line());
      report(target, seed, failure);
      return false;
    }
    if (seconds() > next) {
      next += 30;
      say(line());
    }
  }
  say(line());
  const { rows, drops, malformed } = coverage.missing();
  if (target !== 'wire') {
    say(`  rows never taken: ${rows.join(', ')}`);
    say(`  drop reasons never seen: ${drops.join(', ')}`);
  }
  say(`  malformed never seen: ${malformed.join(', ')}`);
  return true;
}

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    target: { type: 'string', default: 'all' },
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
});
if (values.replay !== undefined) {
  const lines = packetsOf(values.replay);
  say(lines.join('\n'));
  exit(lines.at(-1) === 'no failure' ? 0 : 1);
}
const wanted = TARGETS.filter((t) => values.target === 'all' || values.target === t);
if (wanted.length === 0) {
  say(`--target is one of all, ${TARGETS.join(', ')}`);
  exit(2);
}
let ok = true;
for (const target of wanted) {
  if (!(await fuzz(target, Number(values.seed), Number(values.minutes) / wanted.length))) ok = false;
}
exit(ok ? 0 : 1);
