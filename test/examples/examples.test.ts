// Every example runs with the command that its README names, ends by itself and prints what it is meant to; and every
// folder is named. What needs a namespace or a browser is skipped where there is none, and says so.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { canUseNamespaces, canUseTun } from '../../src/link/tun/index.ts';
import { CHROMIUM, FLAGS, missing as noBrowser } from '../web/browser.ts';
import { FOLDER, main, runExample } from './run.ts';

const namespaces = await canUseNamespaces();
const tun = namespaces.ok ? await canUseTun() : namespaces;
const noTun = tun.ok ? null : tun.why;

const PRINTED: Readonly<Record<string, readonly string[]>> = {
  'two-hosts': ['hello, 1 retransmission, TIME-WAIT', '380 ms of virtual time'],
  'real-time': ['10000000 octets through a MessagePort'],
  'custom-device': ['I am b', 'I am c', 'every frame was heard by all'],
  v86: ['the guest reads: hello, guest', 'the page reads: hello, page'],
};

describe('node examples/NAME/main.ts', () => {
  test.each(Object.entries(PRINTED))('%s prints what its reader expects', async (name, lines) => {
    expect(await runExample(name)).toEqual({ status: 0, stderr: '', lines });
  });

  test('test-with-loss: a test of node:test, which passes, in virtual time', async () => {
    const { status, lines } = await runExample('test-with-loss', ['--test-reporter=tap']);
    expect(status).toBe(0);
    expect(lines).toEqual(expect.arrayContaining(['# tests 1', '# pass 1', '# fail 0']));
  });

  test.skipIf(noTun !== null)(
    `tun: the kernel is the client${noTun === null ? '' : `: ${noTun}`}`,
    async () => {
      expect(await runExample('tun')).toEqual({
        status: 0,
        stderr: '',
        lines: ['200: ::ffff:10.7.0.1 asked for /hello'],
      });
    },
  );

  test.skipIf(noBrowser !== null)(
    `browser: two hosts in one page${noBrowser === null ? '' : `: ${noBrowser}`}`,
    async () => {
      const served = spawn(process.execPath, [main('browser')], { stdio: ['ignore', 'pipe', 'inherit'] });
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      try {
        const page = await browser.newPage();
        await page.goto(await addressOf(served));
        await page.waitForFunction("document.querySelector('pre').textContent.includes('ESTABLISHED')");
        await page.click('button');
        await page.waitForFunction("document.querySelector('pre').textContent.includes('server: HELLO')");
      } finally {
        await browser.close();
        const gone = once(served, 'exit');
        served.kill('SIGKILL');
        await gone;
      }
    },
  );
});

/** The address that a server prints. */
async function addressOf(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: server.stdout })) {
    // A machine that says that it is a CI has colours, and the port one of its own.
    const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(stripVTControlCharacters(line));
    if (found !== null) return found[0];
  }
  throw new Error('the server ended');
}

describe.each(['README.md', 'README.zh-CN.md'])('examples/%s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const folders = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => entry.name);

  test('names every folder, and no other', () => {
    const named = [...text.matchAll(/\]\(([\w.-]+)\/\)/g)].map((match) => match[1]);
    expect(named.sort()).toEqual(folders.sort());
  });
});
