// Two hosts in real time, and nothing of a runtime but its clock, timers, randomness and MessageChannel: in Node, Bun and
// Deno as processes, in Chromium in a page and in a worker. What is not here is skipped, and says what would bring it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';
import { runtimesHere } from '../package/runtimes.ts';
import { CHROMIUM, FLAGS, missing } from '../web/browser.ts';
import type { Found } from './program.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LIMIT_MS = 120_000;

function check(found: Found): void {
  expect(found).toMatchObject({ toServer: 20_000_000, toClient: 32_000_000, states: 'TIME-WAIT/CLOSED' });
  expect(found.heardAfterFin).toBeGreaterThan(0);
}

/** Runs the program in a process, which has to end by itself. */
function run(command: readonly string[]): void {
  const [program = '', ...args] = command;
  const { status, signal, stdout, stderr } = spawnSync(program, [...args, MAIN], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  expect({ status, signal, stderr }).toMatchObject({ status: 0, signal: null });
  check(JSON.parse(stdout) as Found);
}

describe('20 MB both ways in real time, a half-close, and a process that ends', { timeout: LIMIT_MS }, () => {
  test(`this Node, ${process.version}`, () => run([process.execPath]));

  for (const { name, command, version } of runtimesHere())
    test.skipIf(command === null)(`${name}: ${version}`, () => run(command ?? []));

  test.skipIf(missing !== null)(
    `Chromium, in a page and in a worker${missing === null ? '' : `: ${missing}`}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'synfin-runtimes-'));
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      try {
        await build({
          configFile: false,
          logLevel: 'error',
          build: {
            outDir: folder,
            target: 'es2023',
            lib: {
              entry: fileURLToPath(new URL('browser.ts', import.meta.url)),
              formats: ['iife'],
              name: 'synfin',
              fileName: () => 'bundle.js',
            },
          },
        });
        const code = readFileSync(join(folder, 'bundle.js'), 'utf8');
        const page = await browser.newPage();
        await page.addScriptTag({ content: code });
        check((await page.evaluate('globalThis.page')) as Found);
        const worker = `new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(code)}])));
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      })`;
        check((await page.evaluate(worker)) as Found);
      } finally {
        await browser.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
