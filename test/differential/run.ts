// Many sequences, and what came of them.

import type { Rules } from '../../src/tcp/index.ts';
import { Bench } from './bench.ts';
import { playEngine } from './facts.ts';
import { generate } from './generate.ts';
import { type Judgment, judge } from './judge.ts';
import { ladder } from './ladder.ts';
import type { Sequence } from './sequence.ts';
import { shrink } from './shrink.ts';

/** Which sequences of a seed: `first`, `first + every`, … below `end`. */
export interface Job {
  readonly seed: string;
  readonly first: number;
  readonly every: number;
  readonly end: number;
  /** Failures after which it stops. */
  readonly most: number;
}

/** A difference without a family. */
export interface Failure {
  readonly index: number;
  /** In what they differ, in which state: failures of one kind are told once. */
  readonly kind: string;
  /** The smallest sequence that shows it, and its ladder. */
  readonly sequence: Sequence;
  readonly lines: readonly string[];
}

/** Plain data, so that it can be sent. */
export interface Tally {
  sequences: number;
  steps: number;
  /** Sequences in which a family was met, by its id. */
  families: Record<string, number>;
  failures: Failure[];
  /** Failures of a kind that was told already. */
  more: number;
  /** Differences that did not come again when the sequence was repeated. */
  unsteady: number;
  /** See {@link Bench.late}. */
  late: number;
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return { sequences: 0, steps: 0, families: {}, failures: [], more: 0, unsteady: 0, late: 0 };
}

/** Adds what another worker has found. */
export function addTally(to: Tally, from: Tally): void {
  to.sequences += from.sequences;
  to.steps += from.steps;
  to.more += from.more;
  to.unsteady += from.unsteady;
  to.late += from.late;
  for (const [id, n] of Object.entries(from.families)) to.families[id] = (to.families[id] ?? 0) + n;
  for (const failure of from.failures) {
    if (to.failures.some((f) => f.kind === failure.kind)) to.more++;
    else to.failures.push(failure);
  }
}

function kindOf(j: Judgment, sequence: Sequence): string | null {
  if (j.unexplained === null) return null;
  const { at, fields, state } = j.unexplained;
  const step = sequence.steps[at];
  return `${state}, ${step?.kind === 'call' ? step.call : 'segment'}: ${fields.join(', ')}`;
}

/** Plays a sequence on both. */
export async function replay(bench: Bench, sequence: Sequence, rules?: Rules): Promise<Judgment> {
  return judge(playEngine(sequence, rules), await bench.play(sequence));
}

/** Runs a job; `told` is called now and then. */
export async function run(job: Job, rules?: Rules, told: (t: Tally) => void = () => {}): Promise<Tally> {
  const bench = new Bench();
  const tally = emptyTally();
  try {
    for (let index = job.first; index < job.end; index += job.every) {
      const engine = generate(job.seed, index, rules);
      const { sequence } = engine;
      const j = judge(engine, await bench.play(sequence));
      tally.sequences++;
      tally.steps += sequence.steps.length;
      for (const id of new Set(j.met.map((f) => f.id))) tally.families[id] = (tally.families[id] ?? 0) + 1;
      const kind = kindOf(j, sequence);
      if (kind !== null) await fail(bench, tally, index, kind, sequence, rules);
      if (tally.failures.length >= job.most) break;
      if (tally.sequences % 500 === 0) told(tally);
    }
    tally.late = bench.late;
    return tally;
  } finally {
    bench.close();
  }
}

async function fail(
  bench: Bench,
  tally: Tally,
  index: number,
  kind: string,
  sequence: Sequence,
  rules?: Rules,
): Promise<void> {
  const shows = async (s: Sequence): Promise<boolean> => kindOf(await replay(bench, s, rules), s) === kind;
  if (!(await shows(sequence))) {
    tally.unsteady++;
    return;
  }
  if (tally.failures.some((f) => f.kind === kind)) {
    tally.more++;
    return;
  }
  const least = await shrink(sequence, shows);
  const j = await replay(bench, least, rules);
  if (kindOf(j, least) === null) tally.unsteady++;
  else tally.failures.push({ index, kind, sequence: least, lines: ladder(least, j) });
}
