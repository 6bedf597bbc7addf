// Simulations under other runners than this one: node:test, with the program of docs/sim.md, and a plain script.

import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import simulations from '../../src/simulate/vitest/index.ts';

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
  writeFileSync(
    file,
    program.replaceAll(/'synfin\/sim(\/[\w-]+)?'/g, (_, entry = '') =>
      JSON.stringify(HERE.replace('/index.ts', `${entry}/index.ts`)),
    ),
  );
  const env = { PATH: process.env['PATH'] ?? '', SYNFIN_REPORTS: folder };
  return promisify(execFile)(process.execPath, [...flags, file], { env, timeout: 30_000 }).then(
    ({ stdout }) => ({ status: 0, out: stdout }),
    ({ code, stdout, stderr }) => ({ status: Number(code), out: `${stdout}${stderr}` }),
  );
}

const page = readFileSync(new URL('../../docs/sim.md', import.meta.url), 'utf8');
const [, first = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];

test('node:test: the first program of docs/sim.md passes, in virtual time', async () => {
  const { status, out } = await run(
    'first.test.mts',
    first.replace('timeout(5000)', 'timeout(500_000)'),
    '--test-reporter=tap',
    '--test',
  );
  expect(out).toMatch(/^ok 1 - a client gives up after five seconds$/m);
  expect(status).toBe(0);
  expect(Number(/duration_ms ([\d.]+)/.exec(out)?.[1])).toBeLessThan(60_000);
});

test('node:test: a failing one shows the ladder of its own traffic, and the seed', async () => {
  const failing = first.replace("'hello');\n    using", "'goodbye');\n    using");
  const { status, out } = await run('failing.test.mts', failing, '--test-reporter=spec', '--test');
  expect(status).toBe(1);
  expect(out).toMatch(/SYN-SENT O-- SYN seq=0/);
  expect(out).toMatch(/SYNFIN_SEED=7 repeats it/);
});

test('node:test: the tests of examples/sim-node-test, whose scenarios say their seeds and have t.assert', async () => {
  const example = new URL('../../examples/sim-node-test/', import.meta.url);
  for (const name of ['orders.ts', 'client.ts']) copyFileSync(new URL(name, example), join(folder, name));
  const tests = readFileSync(new URL('orders.test.ts', example), 'utf8');
  const { out } = await run('orders.test.ts', tests, '--test-reporter=tap', '--test');
  expect(out).toMatch(/^ok 1 - orders arrive although[\s\S]*^# seeds 1 to 5$/m);
  expect(out).toMatch(/^ok 2 - the client waits/m);
  expect(out).toMatch(/^# fail 0$/m);
});

test('node:test: simTest: at once they take turns, what does not hold fails, what is skipped is not run', async () => {
  const program = `
    import { suite } from 'node:test';
    import { simTest } from 'synfin/sim/node-test';
    suite('at once', { concurrency: true }, () => {
      for (const name of ['a', 'b'])
        simTest(name, { runs: 2 }, (sim) => sim.client('client', () => sim.sometimes('seen', sim.seed === 2)));
    });
    simTest('no RST', {}, async (sim, t) => t.assert.seen(sim, 'RST'));
    simTest('skipped', { skip: true }, () => { throw new Error('run'); });
  `;
  const { out } = await run('helper.test.mts', program, '--test-reporter=tap', '--test');
  expect(out).toMatch(/ok 1 - a[\s\S]*# seeds 1 to 2, seen in 1[\s\S]*ok 2 - b[\s\S]*ok 1 - at once/);
  expect(out).toMatch(/^not ok 2 - no RST[\s\S]*no segment with RST was sent/m);
  expect(out).toMatch(/^ok 3 - skipped # SKIP/m);
});

test('the plugin of Vitest: processes, what is loaded first, and a file that gives `expect` its matchers', () => {
  const { config } = simulations();
  const { pool, execArgv, env, setupFiles } = config().test as Record<string, string & string[]>;
  expect([pool, env]).toEqual(['forks', { UV_THREADPOOL_SIZE: '1' }]);
  for (const url of [execArgv?.[1], setupFiles?.[0]]) expect(existsSync(new URL(url ?? ''))).toBe(true);
});

test('a run that is the first of its process to make a Date header is as the second', async () => {
  const script = `
    import http from 'node:http';
    import { simulate } from 'synfin/sim';
    await simulate({ check: true }, async (sim) => {
      sim.host('web', () => http.createServer((_, response) => response.end('ok')).listen(80));
      await sim.client('client', () => new Promise((resolve) => http.get('http://web/', resolve)));
    });
    console.log('equal');
  `;
  expect(await run('date.mjs', script)).toEqual({ status: 0, out: 'equal\n' });
});

test('a CommonJS package that hands on what another module exports is whole for hosts, whoever has loaded it before', async () => {
  const files = {
    'inner.cjs': 'exports.answer = 42;',
    'outer.cjs': `const each = (from, to) => Object.assign(to, from);
      var __exportStar = each; exports.__esModule = true; __exportStar(require("./inner.cjs"), exports);`,
    'host.mjs': `import outer from './outer.cjs'; globalThis.found = [...(globalThis.found ?? []), outer.answer];`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const script = `
    import './outer.cjs';
    import { simulate } from 'synfin/sim';
    const sim = simulate();
    for (const name of ['a', 'b']) await sim.client(name, () => import(${JSON.stringify(join(folder, 'host.mjs'))}));
    sim.close();
    console.log(found.join());
  `;
  expect(await run('instances.mjs', script)).toEqual({ status: 0, out: '42,42\n' });
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
