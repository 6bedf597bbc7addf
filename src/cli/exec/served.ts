// The program that `synfin exec` runs on a synfin host beside the command: started, awaited until it listens, and ended.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { READY_FD } from './settings.ts';

/** How long it may take until somebody listens. */
const READY_MS = 30_000;
/** How long it may take to end after SIGTERM. */
const END_MS = 2000;

/** It ended, or took too long, before it was ready. */
export class NotReadyError extends Error {
  /** Its exit code; null: it was ended by a signal, or took too long. */
  readonly exitCode: number | null;

  constructor(exitCode: number | null) {
    super('the program was not ready');
    this.exitCode = exitCode;
  }
}

/** Runs `node ARGS`, whose output goes to our standard error, until it says that it is ready. Rejects with NotReadyError. */
export async function startServed(
  node: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ end(): Promise<void> }> {
  const child = spawn(node, args, { stdio: ['ignore', process.stderr, process.stderr, 'pipe'], env });
  const lines = createInterface({ input: child.stdio[READY_FD] as Readable });
  const timeout = AbortSignal.timeout(READY_MS);
  const ready = once(lines, 'line', { signal: timeout }).then(() => true);
  const gone = once(child, 'exit').then(() => false);
  const isReady = await Promise.race([ready, gone]).catch(() => false);
  lines.close();
  if (isReady) return { end: () => end(child) };
  const { exitCode } = child;
  await end(child);
  throw new NotReadyError(exitCode);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
  await gone;
  clearTimeout(timer);
}
