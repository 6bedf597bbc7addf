// npm run grid: writes the scripts of the grid and docs/grid.md, and runs the scripts.
//   --kernel   runs them against Linux too, and keeps what differs in linux.json

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatResult, parseScript } from '../../../src/drill/index.ts';
import { allCells, nameOf, STATES } from './axes.ts';
import { documentOf, type LinuxResults } from './document.ts';
import { instead, runCell } from './run.ts';
import { scriptOf } from './script.ts';

const folder = new URL('./', import.meta.url);
const page = new URL('../../../docs/grid.md', folder);
/** How often a cell that differs is tried again. */
const AGAIN = 2;
const execute = promisify(execFile);
const linuxFile = new URL('linux.json', folder);
/** What Linux does otherwise in the scripts of test/drill/basic, by hand. */
const others = new URL('../linux.txt', folder);

/** The results on Linux that are kept; null when there are none. */
function readLinux(): LinuxResults | null {
  try {
    return JSON.parse(readFileSync(linuxFile, 'utf8')) as LinuxResults;
  } catch {
    return null;
  }
}

function writeScripts(): void {
  for (const state of STATES) {
    const cell = allCells().find((c) => c.state === state)!;
    const directory = new URL(`${nameOf(cell).split('/')[0]}/`, folder);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
  }
  for (const c of allCells()) writeFileSync(new URL(`${nameOf(c)}.pkt`, folder), scriptOf(c));
}

async function runHere(): Promise<Set<string>> {
  const passed = new Set<string>();
  for (const c of allCells()) {
    const result = await runCell(c);
    if (result.outcome === 'pass') passed.add(nameOf(c));
    else console.error(formatResult(result));
  }
  return passed;
}

/** Runs the cells of a state against the kernel, in a process that has a namespace; prints what differs. */
async function runState(state: string): Promise<void> {
  const { KernelTarget, kernelArguments } = await import('../../../src/drill/kernel/index.ts');
  const { inNamespace, reexecInNamespace } = await import('../../../src/link/tun/index.ts');
  if (!inNamespace()) process.exit(await reexecInNamespace(process.argv.slice(1)));
  const differences: Record<string, string> = {};
  for (const c of allCells().filter((x) => x.state === state)) {
    const args = { ...kernelArguments(parseScript(scriptOf(c))), tolerance_usecs: '30000' };
    const run = () => runCell(c, { args, target: (config) => KernelTarget.open(config) });
    let result = await run();
    // A busy machine is late now and then; what differs, differs again.
    for (let i = 0; i < AGAIN && result.outcome !== 'pass'; i++) result = await run();
    const actual = instead(c, result);
    if (actual === null) continue;
    differences[nameOf(c)] = actual;
    console.error(formatResult(result));
  }
  console.log(JSON.stringify(differences));
}

/** Runs every cell against the kernel, a process for each state. */
async function runOnLinux(): Promise<void> {
  const waiting = [...STATES].reverse();
  const differences: Record<string, string> = {};
  const worker = async (): Promise<void> => {
    for (let state = waiting.shift(); state !== undefined; state = waiting.shift()) {
      const { stdout } = await execute(process.execPath, [fileURLToPath(import.meta.url), '--state', state]);
      Object.assign(differences, JSON.parse(stdout));
      console.log(`${state}: done`);
    }
  };
  await Promise.all(Array.from({ length: 3 }, worker));
  const sorted = allCells().flatMap((c) => {
    const actual = differences[nameOf(c)];
    return actual === undefined ? [] : [[nameOf(c), actual] as const];
  });
  const results: LinuxResults = {
    kernel: release().split('-')[0] as string,
    ran: allCells().length,
    differences: Object.fromEntries(sorted),
  };
  writeFileSync(linuxFile, `${JSON.stringify(results, null, 2)}\n`);
}

const state = process.argv.indexOf('--state');
if (state >= 0) {
  await runState(process.argv[state + 1] ?? '');
  process.exit(0);
}
if (process.argv.includes('--kernel')) await runOnLinux();
writeScripts();
const passed = await runHere();
writeFileSync(page, documentOf(passed, readLinux(), readFileSync(others, 'utf8')));
console.log(`${passed.size} of ${allCells().length} cells pass`);
if (passed.size !== allCells().length) process.exitCode = 1;
