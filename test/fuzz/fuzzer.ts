// Sessions, one after another: new genomes, and variations of those that reached something new. A session
// that fails is made shorter and kept as numbers that play it again.

import { Random } from '../../src/sim/index.ts';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { Coverage } from './coverage.ts';
import { Lab, type LabKind } from './lab.ts';
import { WireLab } from './wire.ts';

export const TARGETS = ['wire', 'ipv4', 'ipv6', 'ethernet', 'listener', 'established'] as const;
/** What can be fuzzed. */
export type Target = (typeof TARGETS)[number];

/** Everything that a session follows from. */
export interface Genome {
  readonly target: Target;
  /** Of the hosts and their settings. */
  readonly seed: number;
  /** What happens, one number for each step. */
  readonly genes: readonly number[];
}

/** A session that broke a rule. */
export interface Failure {
  readonly genome: Genome;
  readonly error: Error;
}

const LONGEST = 120;
const CORPUS = 600;

/** A genome as one line. */
export function formatGenome({ target, seed, genes }: Genome): string {
  return `${target}:${seed}:${genes.map((g) => (g >>> 0).toString(16).padStart(8, '0')).join('')}`;
}

/** The genome of a line. Throws for what is none. */
export function parseGenome(text: string): Genome {
  const [target, seed, genes] = text.trim().split(':');
  if (
    !TARGETS.includes(target as Target) ||
    seed === undefined ||
    genes === undefined ||
    genes.length % 8 !== 0
  )
    throw new Error(`'${text.slice(0, 40)}' is not a session: TARGET:SEED:GENES`);
  const numbers = genes.match(/.{8}/g) ?? [];
  return { target: target as Target, seed: Number(seed), genes: numbers.map((h) => Number.parseInt(h, 16)) };
}

function open({ target, seed }: Genome, coverage: Coverage, rules: Rules): Lab | WireLab {
  return target === 'wire' ? new WireLab(coverage) : new Lab(target as LabKind, seed, coverage, rules);
}

/** Plays a session; how many packets were given to a host. `onPacket` sees each. */
export function play(
  genome: Genome,
  coverage = new Coverage(),
  onPacket: Lab['onPacket'] = null,
  rules: Rules = rfc9293,
): number {
  const lab = open(genome, coverage, rules);
  lab.onPacket = onPacket;
  for (const gene of genome.genes) lab.step(gene);
  lab.end();
  return lab.executions;
}

function failureOf(genome: Genome, rules: Rules): Error | null {
  try {
    play(genome, new Coverage(), null, rules);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** The kind of a failure: its message without numbers. */
function kindOf(error: Error): string {
  return error.message.replaceAll(/-?\d+/g, '#').slice(0, 80);
}

/** Leaves out whatever the failure does not need. */
export function shrink({ genome, error }: Failure, rules: Rules = rfc9293): Failure {
  let best: Failure = { genome, error };
  const kind = kindOf(error);
  for (
    let size = Math.ceil(genome.genes.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.genome.genes.length; ) {
      const genes = best.genome.genes.toSpliced(at, size);
      const tried: Genome = { ...best.genome, genes };
      const failed = failureOf(tried, rules);
      if (failed !== null && kindOf(failed) === kind) best = { genome: tried, error: failed };
      else at += size;
    }
  }
  return best;
}

/** Runs sessions of one target. */
export class Fuzzer {
  readonly coverage = new Coverage();
  readonly corpus: Genome[] = [];
  sessions = 0;
  executions = 0;
  readonly #target: Target;
  readonly #random: Random;

  readonly #rules: Rules;

  /** `rules`: a TCP with other rules, to see that its fault is found. */
  constructor(target: Target, seed: number, rules: Rules = rfc9293) {
    this.#rules = rules;
    this.#target = target;
    this.#random = new Random(`fuzz ${target} ${seed}`);
  }

  /** One session; its failure, if it fails. */
  session(): Failure | null {
    const genome = this.#next();
    const { coverage } = this;
    const before = coverage.fresh;
    let lab: Lab | WireLab | null = null;
    this.sessions++;
    try {
      lab = open(genome, coverage, this.#rules);
      for (const gene of genome.genes) lab.step(gene);
      lab.end();
    } catch (error) {
      return { genome, error: error as Error };
    } finally {
      this.executions += lab?.executions ?? 0;
    }
    if (coverage.fresh > before) {
      if (this.corpus.length >= CORPUS) this.corpus.splice(this.#random.int(CORPUS), 1);
      this.corpus.push(genome);
    }
    return null;
  }

  #next(): Genome {
    const r = this.#random;
    const gene = (): number => r.nextUint32();
    if (this.corpus.length === 0 || r.chance(0.3)) {
      const genes = Array.from({ length: 5 + r.int(LONGEST) }, gene);
      return { target: this.#target, seed: r.int(2 ** 31), genes };
    }
    const parent = this.corpus[r.int(this.corpus.length)] as Genome;
    const genes = parent.genes.slice();
    const changes = 1 + r.int(6);
    for (let i = 0; i < changes; i++) {
      const at = r.int(genes.length + 1);
      switch (r.int(5)) {
        case 0:
          genes.splice(at, 1 + r.int(8));
          break;
        case 1:
          genes.splice(at, 0, ...Array.from({ length: 1 + r.int(8) }, gene));
          break;
        case 2:
          genes.splice(at, 0, ...genes.slice(at, at + 1 + r.int(8)));
          break;
        case 3: {
          const other = this.corpus[r.int(this.corpus.length)] as Genome;
          genes.splice(at, genes.length - at, ...other.genes.slice(r.int(other.genes.length + 1)));
          break;
        }
        default:
          if (at < genes.length) genes[at] = gene();
      }
    }
    genes.length = Math.min(genes.length, 2 * LONGEST);
    return { target: this.#target, seed: r.chance(0.9) ? parent.seed : r.int(2 ** 31), genes };
  }
}
