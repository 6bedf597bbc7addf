// The processes of a campaign. Each has one seed at a time; one that has no end, or ends by itself, costs that seed and no
// other. Rows come out in the order of the seeds.

import { type ChildProcess, fork } from 'node:child_process';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { lostRow, type Row } from './row.ts';
import type { Asked, Said } from './worker.ts';

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
);

/** Seeds after which a process is replaced: modules of hosts stay in memory as long as it lives. */
const MOST_SEEDS = 200;
/** Of what a process says when it dies, the last characters. */
const MOST_LAST_WORDS = 300;
/** Milliseconds for loading a scenario. */
const LOADING_MS = 60_000;

/** What a campaign is run with. */
export interface PoolOptions {
  readonly file: string;
  readonly jobs: number;
  /** Milliseconds of the machine's time that a seed has. */
  readonly timeoutMs: number;
  /** Whether what programs print is shown. */
  readonly isShown: boolean;
  /** Whether each run is made twice. */
  readonly isChecked: boolean;
}

/** The file is no scenario: `text` says why; null: it exports none. */
export class UnfitFile extends Error {
  readonly text: string | null;
  constructor(text: string | null) {
    super(text ?? 'no scenario');
    this.text = text;
  }
}

/** A row, and of a failure the whole text. */
export interface Result {
  readonly row: Row;
  readonly text: string;
}

/** See above; one for each campaign. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Runs the seeds; `told` hears of each, in order. @throws UnfitFile */
  async run(seeds: readonly number[], told: (result: Result) => void): Promise<void> {
    let next = 0;
    let toTell = 0;
    let isOver = false;
    const waiting = new Map<number, Result>();
    const serve = async (): Promise<void> => {
      let worker: Worker | null = null;
      try {
        while (next < seeds.length && !isOver) {
          const index = next++;
          worker ??= this.#start();
          waiting.set(index, await worker.ask(seeds[index] as number));
          for (let due = waiting.get(toTell); due !== undefined; due = waiting.get(toTell)) {
            waiting.delete(toTell++);
            told(due);
          }
          if (worker.isSpent) worker = this.#end(worker);
        }
      } catch (error) {
        isOver = true;
        throw error;
      } finally {
        if (worker !== null) this.#end(worker);
      }
    };
    const jobs = Math.min(this.#options.jobs, seeds.length);
    const done = await Promise.allSettled(Array.from({ length: jobs }, serve));
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }

  #start(): Worker {
    const worker = new Worker(this.#options);
    this.#workers.add(worker);
    return worker;
  }

  #end(worker: Worker): null {
    worker.end();
    this.#workers.delete(worker);
    return null;
  }

  /** No process stays. */
  end(): void {
    for (const worker of this.#workers) this.#end(worker);
  }
}

/** What this process has compiled need not be compiled again. */
function cacheOf(): Record<string, string> {
  const folder = module.getCompileCacheDir?.();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

class Worker {
  readonly #options: PoolOptions;
  readonly #child: ChildProcess;
  #tell: (said: Said | 'died' | 'hung') => void = () => {};
  #isReady = false;
  #isDead = false;
  #how = '';
  #lastWords = '';
  #seeds = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { SYNFIN_SEED: _, SYNFIN_RUNS: __, ...env } = process.env;
    const shown = options.isShown ? 'inherit' : 'ignore';
    this.#child = fork(WORKER, [options.file], {
      env: {
        ...env,
        UV_THREADPOOL_SIZE: '1',
        ...cacheOf(),
        ...(options.isChecked ? { SYNFIN_CHECK: '1' } : {}),
      },
      stdio: ['ignore', shown, options.isShown ? 'inherit' : 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-MOST_LAST_WORDS);
    });
    this.#child.on('message', (said: Said) => this.#tell(said));
    this.#child.on('error', (error) => this.#die(error.message));
    this.#child.on('close', (code, signal) => this.#die(signal ?? `${code}`));
  }

  #die(how: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#how = how;
    this.#tell('died');
  }

  /** Whether another has to take its place. */
  get isSpent(): boolean {
    return this.#isDead || this.#seeds >= MOST_SEEDS;
  }

  /** The next thing that it says. */
  #said(ms: number): Promise<Said | 'died' | 'hung'> {
    if (this.#isDead) return Promise.resolve('died');
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('hung'), ms);
      this.#tell = (said) => {
        clearTimeout(timer);
        resolve(said);
      };
    });
  }

  async ask(seed: number): Promise<Result> {
    const { file, timeoutMs } = this.#options;
    if (!this.#isReady) {
      const said = await this.#said(LOADING_MS);
      if (said === 'hung' || said === 'died') {
        this.end();
        throw new UnfitFile(this.#lost(said));
      }
      if (said.kind !== 'ready') throw new UnfitFile(said.kind === 'unfit' ? said.text : null);
      this.#isReady = true;
    }
    this.#seeds++;
    const answer = this.#said(timeoutMs);
    if (!this.#isDead) this.#child.send({ seed } satisfies Asked, () => {});
    const said = await answer;
    if (said === 'hung' || said === 'died') {
      this.end();
      return { row: lostRow(file, seed, said, this.#lost(said)), text: '' };
    }
    if (said.kind !== 'row') throw new UnfitFile(said.kind === 'unfit' ? said.text : null);
    return said;
  }

  #lost(said: 'hung' | 'died'): string {
    if (said === 'hung') return `no end after ${this.#options.timeoutMs / 1000} s`;
    const words =
      this.#lastWords
        .trim()
        .split('\n')
        .find((line) => /error/i.test(line)) ?? '';
    return `exit ${this.#how}${words === '' ? '' : `: ${words}`}`;
  }

  end(): void {
    this.#isDead = true;
    this.#child.kill('SIGKILL');
  }
}
