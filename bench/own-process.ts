// Programs of the bench in processes of their own: one that has run something else before is 10 % slower, by what V8 has
// learned of it. They run on the core as it is published (core.ts).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onCore } from './core.ts';
import { writeFlameGraph } from './flame.ts';

/** How programs are run. */
export interface Running {
  /** A directory for CPU profiles and their flame graphs; null: none are made. */
  readonly profiles: string | null;
}

const TIMEOUT_MS = 180_000;
/** Types are stripped once for all processes of a bench, not by each. */
const cache = mkdtempSync(join(tmpdir(), 'synfin-bench-'));
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));

/**
 * Runs `bench/FILE ARGS` with Node (and `more` flags of Node's), and parses what it prints as JSON. Rejects when it fails,
 * with what it wrote to its standard error.
 */
export async function inOwnProcess<T>(
  file: string,
  args: readonly string[],
  { profiles }: Running,
  more: readonly string[] = [],
): Promise<T> {
  const name = [file, ...args].join(' ').replace(/[^\w.%-]+/g, '-');
  const core = await onCore();
  const flags = ['--expose-gc', ...core.flags, ...more];
  if (profiles !== null)
    flags.push('--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`);
  const path = fileURLToPath(new URL(file, import.meta.url));
  const env = { ...process.env, ...core.env, NODE_COMPILE_CACHE: cache };
  const child = spawn(process.execPath, [...flags, path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const texts = ['', ''];
  [child.stdout, child.stderr].forEach((stream, i) => {
    stream.setEncoding('utf8').on('data', (text: string) => {
      texts[i] += text;
    });
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  const [out = '', errors = ''] = texts;
  if (code !== 0) throw new Error(`${name}: ended with ${code ?? signal}\n${errors}`);
  if (profiles !== null) writeFlameGraph(join(profiles, `${name}.cpuprofile`));
  return JSON.parse(out) as T;
}
