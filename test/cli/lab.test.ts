// `synfin lab` as a user starts it: the address, one page, and a clean end.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkOf } from '../../src/cli/lab.ts';
import { decodePlace } from '../../web/state/codec.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const page = mkdtempSync(join(tmpdir(), 'synfin-page-'));
const env = { ...process.env, SYNFIN_LAB_PAGE: page, LC_ALL: 'C.UTF-8' };

beforeAll(() => writeFileSync(join(page, 'index.html'), '<html>the page</html>'));
afterAll(() => rmSync(page, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function synfin(args: readonly string[], environment: NodeJS.ProcessEnv = env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('synfin lab', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('serves the page on 127.0.0.1 until %s', async (signal) => {
    const args = [MAIN, 'lab', 'ack3-lost', '--port', '0', '--drop', 'SYN+ACK#2', '--seed', '5'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const url = /http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(line)?.[0] ?? '';
    expect(await (await fetch(url)).text()).toBe('<html>the page</html>');
    expect(decodePlace(new URL(url).hash)).toMatchObject({
      scenario: 'ack3-lost',
      edits: ['drop SYN+ACK#2'],
      seed: 5,
      lang: 'en',
    });
    child.kill(signal);
    // On Windows there are no signals: the process just ends.
    expect(await once(child, 'exit')).toEqual(process.platform === 'win32' ? [null, signal] : [0, null]);
  });

  test('a file that cannot be read, and options of scenarios beside one, are refused before anything is served', async () => {
    for (const file of [join(page, 'no.pcapng'), page]) {
      const { code, stdout, stderr } = await synfin(['lab', file, '--port', '0']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^synfin lab: the file cannot be read: (ENOENT|EISDIR).*\n$/);
    }
    const file = join(page, 'index.html.json');
    const { code, stderr } = await synfin(['lab', file, '--drop', 'SYN']);
    expect([code, stderr.includes('--drop is for a scenario')]).toEqual([2, true]);
  });

  test('the page reads what every option becomes', () => {
    const edits = ['drop any#3 left->right', 'left write "a & b=c" 5ms'];
    const link = linkOf('hs', { seed: 1, mslMs: 500, delayMs: 20, edits }, 'zh');
    expect(decodePlace(link)).toMatchObject({
      scenario: 'hs',
      seed: 1,
      mslMs: 500,
      delayMs: 20,
      edits,
      lang: 'zh',
    });
  });

  test('a page that was not built is said in one line, and exit code 1', async () => {
    const nowhere = { ...env, SYNFIN_LAB_PAGE: join(page, 'nowhere') };
    const { code, stdout, stderr } = await synfin(['lab', '--port', '0'], nowhere);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^synfin lab: the page of the lab is not built: .*index\.html is missing; run: npm run build\n$/,
    );
  });

  test('a port that is taken is said in one line, and exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await synfin(['lab', '--port', String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `synfin lab: port ${port} of 127.0.0.1 is taken; choose another with --port, or 0 for any\n`,
    );
  });
});
