// Which mutants of a file are asked when not all are: those whose number, drawn for each from a seed, is lowest. It is a
// checker to StrykerJS, which asks it before it runs anything: what is not in the sample is as if it did not compile.

import { createHash } from 'node:crypto';

/** What is known of a mutant before it runs. */
export interface Candidate {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
  readonly location: unknown;
}

/** The ids of up to `size` mutants of each file; the same ones as long as the file is the same. */
export function sampleOf(mutants: readonly Candidate[], size: number, seed: string): ReadonlySet<string> {
  const drawn = mutants.map(({ id, fileName, mutatorName, replacement, location }) => ({
    id,
    fileName,
    at: createHash('sha256')
      .update(JSON.stringify([seed, mutatorName, replacement, location]))
      .digest('hex'),
  }));
  drawn.sort((a, b) => (a.at < b.at ? -1 : 1));
  const taken = new Map<string, number>();
  const sample = new Set<string>();
  for (const { id, fileName } of drawn) {
    const n = taken.get(fileName) ?? 0;
    if (n === size) continue;
    taken.set(fileName, n + 1);
    sample.add(id);
  }
  return sample;
}

class Sample {
  static readonly inject: readonly string[] = [];

  async init(): Promise<void> {}

  /** All at once: a sample is of all. */
  async group(mutants: readonly Candidate[]): Promise<readonly (readonly string[])[]> {
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants: readonly Candidate[]): Promise<Record<string, unknown>> {
    const size = Number(process.env['MUTATION_SAMPLE']);
    const sample = sampleOf(mutants, size, process.env['MUTATION_SEED'] ?? '');
    const left = { status: 'compileError', reason: 'not in the sample' };
    return Object.fromEntries(mutants.map(({ id }) => [id, sample.has(id) ? { status: 'passed' } : left]));
  }
}

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', injectableClass: Sample }];
