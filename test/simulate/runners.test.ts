// Simulations under other runners than this one: node:test, with the program of docs/sim.md, and a plain script.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const HERE = new URL('../../src/simulate/index.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'synfin-runners-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints, and how it ended. */
async function run(
  name: string,
  program: string,
  ...flags: string[]
): Promise<{ status: number; out: string }> {
  const file = join(folder, name);
  writeFileSync(file, program.replace("'synfin/sim'", JSON.stringify(HERE)));
  const env = { PATH: process.env['PATH'] ?? '', SYNFIN_REPORTS: folder };
  return promisify(execFile)(process.execPath, [...flags, file], { env, timeout: 30_000 }).then(
    ({ stdout }) => ({ status: 0, out: stdout }),
    ({ code, stdout, stderr }) => ({ status: Number(code), out: `${stdout}${stderr}` }),
  );
}

const page = readFileSync(new URL('../../docs/sim.md', import.meta.url), 'utf8');
const [, first = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];

test('node:test: the first program of docs/sim.md passes, in virtual time', async () => {
  const { status, out } = await run('first.test.mts', first, '--test-reporter=tap', '--test');
  expect(out).toMatch(/^ok 1 - a client gives up after five seconds$/m);
  expect(status).toBe(0);
  expect(Number(/duration_ms ([\d.]+)/.exec(out)?.[1])).toBeLessThan(5000);
});

test('node:test: a failing one shows the ladder of its own traffic, and the seed', async () => {
  const failing = first.replace("'hello');\n    using", "'goodbye');\n    using");
  const { status, out } = await run('failing.test.mts', failing, '--test-reporter=spec', '--test');
  expect(status).toBe(1);
  expect(out).toMatch(/SYN-SENT O-- SYN seq=0/);
  expect(out).toMatch(/SYNFIN_SEED=7 repeats it/);
});

test('a plain script ends although a program has made timers after its host crashed', async () => {
  const script = `
    import { simulate } from 'synfin/sim';
    const sim = simulate();
    sim.host('suicide', ({ host }) => {
      const old = setTimeout(() => {}, 5);
      host.crash();
      setInterval(() => console.log('dead'), 10);
      old.refresh();
    });
    await sim.advance('1h');
    sim.close();
    console.log('end');
  `;
  expect(await run('dead.mjs', script)).toEqual({ status: 0, out: 'end\n' });
});

test('a plain script ends by itself when its simulation does', async () => {
  const script = `
    import net from 'node:net';
    import { simulate } from 'synfin/sim';
    const sim = simulate();
    sim.host('server', () => { net.createServer().listen(7); setInterval(() => {}, 1000); });
    await sim.client('client', () => new Promise((resolve) => net.connect(7, 'server', resolve)));
    await sim.advance('1h');
    console.log(sim.now());
    sim.close();
  `;
  expect(await run('plain.mjs', script)).toEqual({ status: 0, out: '3600002\n' });
});
