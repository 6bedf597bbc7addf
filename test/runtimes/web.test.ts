// The web's sockets in every runtime: the same program in Node, Bun and Deno as processes and in a page of Chromium; and
// two pages that serve each other HTTP over a BroadcastChannel. What is not here is skipped, and says what would bring it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimesHere } from '../package/runtimes.ts';
import { CHROMIUM, FLAGS, missing } from '../web/browser.ts';

const MAIN = fileURLToPath(new URL('web-main.ts', import.meta.url));
const LIMIT_MS = 60_000;
const CHECKS = 4;

/** Runs the program in a process, which has to end by itself. */
function run(command: readonly string[]): void {
  const [program = '', ...args] = command;
  const { status, signal, stdout, stderr } = spawnSync(program, [...args, MAIN], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  expect({ status, signal, stderr }).toMatchObject({ status: 0, signal: null });
  expect(JSON.parse(stdout)).toHaveLength(CHECKS);
}

describe("the web's sockets in a process that ends", { timeout: LIMIT_MS }, () => {
  test(`this Node, ${process.version}`, () => run([process.execPath]));

  for (const { name, command, version } of runtimesHere())
    test.skipIf(command === null)(`${name}: ${version}`, () => run(command ?? []));
});

describe.skipIf(missing !== null)(`in Chromium${missing === null ? '' : `: ${missing}`}`, () => {
  let browser: Browser;
  let code: string;

  beforeAll(async () => {
    const built = (await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        target: 'es2023',
        lib: {
          entry: fileURLToPath(new URL('web-page.ts', import.meta.url)),
          formats: ['iife'],
          name: 'synfin',
        },
      },
    })) as Rolldown.RolldownOutput[];
    code = built[0]?.output[0].code ?? '';
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, LIMIT_MS);
  afterAll(() => browser?.close());

  /** Two pages of one origin see each other on a BroadcastChannel. */
  async function pages(count: number): Promise<Page[]> {
    const context = await browser.newContext();
    await context.route('http://pages.test/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title>' }),
    );
    return Promise.all(
      Array.from({ length: count }, async () => {
        const page = await context.newPage();
        await page.goto('http://pages.test/');
        await page.addScriptTag({ content: code });
        return page;
      }),
    );
  }

  test('the program, in a page', { timeout: LIMIT_MS }, async () => {
    const [page] = await pages(1);
    expect(await page?.evaluate('webProgram()')).toHaveLength(CHECKS);
  });

  test('two pages serve each other', { timeout: LIMIT_MS }, async () => {
    const [left, right] = await pages(2);
    await left?.evaluate("serveAt('10.0.0.1', 'left')");
    await right?.evaluate("serveAt('10.0.0.2', 'right')");
    const answers = await Promise.all([
      left?.evaluate("ask('10.0.0.3', 'http://10.0.0.2/to-right', 200000)"),
      right?.evaluate("ask('10.0.0.4', 'http://10.0.0.1/to-left', 300000)"),
    ]);
    expect(answers).toEqual([
      Array(3).fill('right got POST /to-right 200000'),
      Array(3).fill('left got POST /to-left 300000'),
    ]);
  });
});
