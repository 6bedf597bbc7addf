// One file of a suite in a process of its own, as Node's runner starts it (tools/test.py): pass is exit code 0.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestFile } from './files.ts';

export type Outcome = 'pass' | 'fail' | 'timeout' | 'crash' | 'skipped';

export interface Result {
  readonly outcome: Outcome;
  readonly ms: number;
  /** The end of what it printed, unless it passed; of what skips itself the reason. */
  readonly said: string;
}

export interface JobOptions {
  /** The Node to judge. */
  readonly node: string;
  /** The module that puts another stack below; null for the kernel's. */
  readonly preload: string | null;
  readonly timeoutMs: number;
  /** Which of the jobs that run at once this is. */
  readonly slot: number;
  /** Where directories for temporary files are made. */
  readonly scratch: string;
}

/** As test/common/index.js has it. */
const FIRST_PORT = 12346;
const PORTS_OF_A_SLOT = 100;
/** Octets that are kept of what a file prints. */
const KEPT = 64 * 1024;

/** Runs `file`; when it is over no process of its group is left. */
export async function runFile(file: TestFile, options: JobOptions): Promise<Result> {
  const { node, preload, timeoutMs, slot, scratch } = options;
  const directory = join(scratch, String(slot));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const began = performance.now();
  const args = [...(preload === null ? [] : ['--import', preload]), ...file.flags, file.path];
  const child = spawn(node, args, {
    cwd: dirname(dirname(dirname(file.path))), // where test/ is
    detached: true, // a group of its own: the kernel can end all of it
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEST_THREAD_ID: String(slot),
      TEST_SERIAL_ID: String(slot),
      NODE_TEST_DIR: directory,
      NODE_COMMON_PORT: String(FIRST_PORT + PORTS_OF_A_SLOT * slot),
      ...(file.isSequential ? {} : { TEST_PARALLEL: '1' }),
      ...file.env,
    },
  });
  let isLate = false;
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      out = (out + text).slice(-KEPT);
    });
  }
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // nobody is left
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    endGroup();
  }, timeoutMs);
  // Children of it may hold the pipes: they are ended when it has.
  child.on('exit', endGroup);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const outcome = outcomeOf(code, signal, isLate, out);
    return { outcome, ms: Math.round(performance.now() - began), said: said(outcome, out) };
  } catch (error) {
    return { outcome: 'crash', ms: 0, said: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

const SKIPPED = /^1\.\.0 # Skipped: (.*)$/m;

function outcomeOf(code: number | null, signal: string | null, isLate: boolean, out: string): Outcome {
  if (isLate) return 'timeout';
  if (signal !== null || (code !== null && code >= 128)) return 'crash';
  if (code !== 0) return 'fail';
  return SKIPPED.test(out) ? 'skipped' : 'pass';
}

function said(outcome: Outcome, out: string): string {
  if (outcome === 'pass') return '';
  return outcome === 'skipped' ? (SKIPPED.exec(out)?.[1] ?? '') : out.trim().slice(-2000);
}
