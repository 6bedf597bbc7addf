// StrykerJS's test runner for this project: a process that imports the tests once and runs, for each mutant, those that come
// there, the nearest first, until one fails. That a test fails without the mutant, too, because an earlier one left
// something behind, is found out at once: the process is then made anew.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { distance } from './tests.ts';

type Suite = typeof import('./suite.ts');
type Test = import('./suite.ts').Test;

/** What StrykerJS writes into the code it changes: see INSTRUMENTER_CONSTANTS of its API. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
}

interface MutantRun {
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly activeMutant: { readonly id: string };
  readonly sandboxFileName: string;
  readonly mutantActivation: 'runtime' | 'static';
}

const SUITE = new URL('./suite.ts', import.meta.url).href;
const state = ((globalThis as { __stryker__?: Instrumented }).__stryker__ ??= {});

/** A test that takes more of a processor is not asked, but by `--slow`: the one beside the file, of its folder, another. */
const LONG_US: readonly number[] = [500_000, 300_000, 50_000];
/** A test that waits for what does not come. */
const HANGS_MS = 5000;

class Hangs extends Error {}

/** Paths of the sandbox, in which this process works. */
function filesOf(variable: string): readonly string[] {
  const files = JSON.parse(process.env[variable] ?? '[]') as readonly string[];
  return files.map((file) => resolve(file));
}

function costsFile(): string {
  return process.env['MUTATION_COSTS'] ?? '';
}

/** What went wrong with a test; undefined: nothing. */
async function failureOf(test: Test): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hangs('the test does not end')), HANGS_MS);
  });
  try {
    await Promise.race([test.run(), hangs]);
    return undefined;
  } catch (error) {
    return error ?? new Error('thrown: nothing');
  } finally {
    clearTimeout(timer);
  }
}

class TestsInMemory {
  static readonly inject: readonly string[] = [];

  #suite: Suite | undefined;
  #tests: ReadonlyMap<string, Test> = new Map();
  /** What each takes of a processor: the quick ones first. */
  readonly #costUs = new Map<string, number>();
  #broken = false;
  #runs = 0;

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: false }; // StrykerJS starts another process where modules must be loaded anew
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vitest' && context.parentURL !== SUITE
          ? { url: SUITE, shortCircuit: true }
          : next(specifier, context),
    });
    process.on('unhandledRejection', () => undefined); // a mutant's
    this.#suite = await import('./suite.ts');
    await import('./setup.ts');
    if (existsSync(costsFile()))
      for (const [id, us] of JSON.parse(readFileSync(costsFile(), 'utf8')) as [string, number][])
        this.#costUs.set(resolve(id), us);
  }

  async #load(): Promise<void> {
    if (this.#tests.size > 0) return;
    for (const file of [...filesOf('MUTATION_SOURCES'), resolve(process.env['MUTATION_ROOM'] ?? '')])
      await import(pathToFileURL(file).href);
    const loaded = structuredClone(state.mutantCoverage?.static);
    this.#tests = await (this.#suite as Suite).collect(filesOf('MUTATION_TESTS'));
    // What a test does while it is collected does not make a mutant one of a module that loads.
    if (state.mutantCoverage !== undefined) state.mutantCoverage.static = loaded ?? {};
  }

  /** All tests without a mutant: which of them come to which. */
  async dryRun(): Promise<unknown> {
    await this.#load();
    const results = [];
    for (const { id, name, file, run } of this.#tests.values()) {
      if (filesOf('MUTATION_SOURCES').every((source) => this.#isLong(id, file, source))) continue; // known from before
      const started = performance.now();
      const before = process.cpuUsage().user;
      state.currentTestId = id;
      const failure = await failureOf({ id, name, file, run });
      state.currentTestId = undefined;
      const timeSpentMs = performance.now() - started;
      if (failure !== undefined)
        console.log(`not asked, since it fails without a mutant: ${id}: ${messageOf(failure)}`);
      this.#costUs.set(id, process.cpuUsage().user - before);
      if (failure !== undefined) delete state.mutantCoverage?.perTest[id];
      results.push({ id, name, timeSpentMs, fileName: file, status: 0 });
    }
    const known = [...this.#costUs].map(([id, us]) => [relative(process.cwd(), id), us]); // a sandbox has its own name
    writeFileSync(costsFile(), JSON.stringify(known)); // for the processes after this one, and the next run
    return { status: 'complete', tests: results, mutantCoverage: state.mutantCoverage };
  }

  async mutantRun(run: MutantRun): Promise<unknown> {
    if (this.#broken) throw new Error('another process, please');
    const fresh = this.#runs++ === 0;
    const mutant = run.activeMutant.id;
    state.hitCount = undefined;
    state.activeMutant = run.mutantActivation === 'static' ? mutant : undefined;
    try {
      await this.#load();
    } catch (error) {
      this.#broken = true; // a module that does not load is a mutant noticed
      return killed('the module', messageOf(error), 0);
    }
    state.hitLimit = run.hitLimit;
    let asked = 0;
    for (const test of this.#near(run)) {
      state.hitCount = run.hitLimit === undefined ? undefined : 0;
      state.activeMutant = mutant;
      const failure = await failureOf(test);
      const looped = (state.hitCount ?? 0) > (run.hitLimit ?? Number.POSITIVE_INFINITY);
      if (run.mutantActivation !== 'static') state.activeMutant = undefined;
      asked++;
      if (failure === undefined && !looped) continue;
      if (failure instanceof Hangs) this.#broken = true;
      else if (run.mutantActivation === 'static') this.#broken = true;
      else if ((await failureOf(test)) !== undefined) {
        this.#broken = true;
        if (!fresh) throw new Error('an earlier mutant left something behind');
      }
      if (looped || failure instanceof Hangs) return { status: 'timeout', reason: messageOf(failure) };
      return killed(test.id, messageOf(failure), asked);
    }
    return { status: 'survived', nrOfTests: asked };
  }

  #isLong(id: string, file: string, mutated: string): boolean {
    if (process.env['MUTATION_STAGE'] !== 'room') return false;
    return (this.#costUs.get(id) ?? 0) > (LONG_US[distance(file, mutated)] ?? 0);
  }

  #near({ testFilter, sandboxFileName }: MutantRun): readonly Test[] {
    const all = testFilter?.flatMap((id) => this.#tests.get(id) ?? []) ?? [...this.#tests.values()];
    const mutated = relative(process.cwd(), sandboxFileName);
    return all
      .filter(({ id, file }) => !this.#isLong(id, file, mutated))
      .map((test) => ({ test, far: distance(test.file, mutated), us: this.#costUs.get(test.id) ?? 0 }))
      .sort((a, b) => a.far - b.far || a.us - b.us)
      .map(({ test }) => test);
  }
}

function killed(by: string, failureMessage: string, nrOfTests: number): unknown {
  return { status: 'killed', killedBy: [by], failureMessage, nrOfTests };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-memory', injectableClass: TestsInMemory }];
