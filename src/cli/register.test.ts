// `synfin register`: what a program of --import would say of itself.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

async function synfin(args: readonly string[], env: Record<string, string> = {}) {
  const options = { env: { PATH: process.env['PATH'] ?? '', ...env } };
  return promisify(execFile)(process.execPath, [main, 'register', ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

test('--explain prints what is redirected and what cannot be, in the language asked for', async () => {
  const { code, stdout, stderr } = await synfin(['--explain'], { SYNFIN: 'networks=10.1.0.0/16' });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /at level 3\n[\s\S]*To synfin:\n {2}- connections and datagrams to 10\.1\.0\.0\/16,[\s\S]*\n {2}- cluster: /,
  );
  const chinese = await synfin(['--explain', '--lang', 'zh'], { SYNFIN: 'servers=127.0.0.5' });
  expect(chinese.stdout).toMatch(
    /级别 3\n[\s\S]*交给 synfin：\n[\s\S]*除 localhost 外的所有域名，向 127\.0\.0\.5 查询[\s\S]*\n {2}- cluster：/,
  );
});

test('a configuration that is wrong is one line, and 1', async () => {
  expect(await synfin([], { SYNFIN: 'netwroks=10.1.0.0/16' })).toEqual({
    code: 1,
    stdout: '',
    stderr: "synfin register: SYNFIN: there is no option 'netwroks'; did you mean 'networks'?\n",
  });
  expect(await synfin([], { SYNFIN: '10.1.0.0/99' })).toMatchObject({
    code: 1,
    stderr: "synfin register: register: networks[0] must be a network, like 10.0.0.0/8, not '10.1.0.0/99'\n",
  });
});
