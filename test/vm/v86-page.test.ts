// examples/v86-page/ in Chromium: a Linux in v86 in a page, whose network is that page's JavaScript. By `npm run test:qemu`.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { titled } from '../support/namespace.ts';
import { CHROMIUM, FLAGS, missing } from '../web/browser.ts';
import { PAGE_IMAGES, whyNoV86, writeImages } from './v86.ts';

const MAIN = fileURLToPath(new URL('../../examples/v86-page/main.ts', import.meta.url));
const why = process.env['SYNFIN_VM'] === 'whole' ? whyNoV86() || (missing ?? '') : 'npm run test:qemu';

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: stdout })) {
    const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(stripVTControlCharacters(line));
    if (found !== null) return found[0];
  }
  throw new Error('the server ended');
}

describe.skipIf(why !== '')(titled('a Linux guest in v86 in Chromium', why), { timeout: 120_000 }, () => {
  const complaints: string[] = [];
  let server: ChildProcess;
  let browser: Browser;
  let page: Page;
  let commands = 0;

  const said = (): Promise<string> => page.textContent('pre').then((text) => text ?? '');
  /** What the guest says once a command is done. */
  async function run(command: string): Promise<string> {
    const before = (await said()).length;
    const mark = `done ${++commands}:`;
    await page.fill('input', `${command}; echo "${mark}"`);
    await page.click('button[type=submit]');
    await expect.poll(said, { timeout: 90_000, interval: 200 }).toContain(`${mark}\n`);
    return (await said()).slice(before);
  }

  beforeAll(async () => {
    writeImages();
    server = spawn(process.execPath, [MAIN, PAGE_IMAGES], { stdio: ['ignore', 'pipe', 'inherit'] });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    await page.goto(await addressOf(server));
    await page.waitForFunction("document.querySelector('pre').textContent.includes('READY')", undefined, {
      timeout: 280_000,
      polling: 500,
    });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    if (server === undefined || server.exitCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  });

  test('the guest gets its address from the page, by DHCP, and reaches it', async () => {
    const text = await run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh');
    expect(text).toContain('lease of 10.0.2.15 obtained');
    expect(await run('ping -c 2 10.0.2.2')).toContain('2 packets received');
  });

  test('the guest asks a server in the page, by its name; also 1 MB', async () => {
    await run('head -c 1000000 /dev/zero | tr "\\0" x >/tmp/x');
    expect(await run('wget -q -O - --post-data "this and that" http://page.test/')).toContain(
      'page.test has this and that\n',
    );
    // "page.test has " and a new line around what was posted.
    expect(await run('wget -q -O - --post-file /tmp/x http://page.test/ | wc -c')).toContain('1000015');
  });

  test("on('connection'): a connection to anywhere ends in the page, half-closed by the guest first", async () => {
    expect(await run('nc api.test 7 </tmp/x | cmp - /tmp/x && echo equal')).toContain('equal');
    expect(await run('echo back and forth | nc 203.0.113.7 7')).toContain('back and forth\ndone');
  });

  test('the page fetches from a server in the guest', async () => {
    await page.click('button[type=button]');
    await expect.poll(() => page.textContent('output'), { timeout: 60_000 }).toContain('fetch failed');
    await run('mkdir -p /www; echo "hello from the guest" >/www/index.html; httpd -p 8080 -h /www');
    await page.click('button[type=button]');
    await expect.poll(() => page.textContent('output'), { timeout: 60_000 }).toBe('hello from the guest\n');
    expect(complaints).toEqual([]);
  });
});
