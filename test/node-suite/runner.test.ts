// The judge of Node's own suite, on a small tree of our own in its style, and on files that go wrong in every way.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { GROUPS, testFiles } from './files.ts';
import { difference, judge, linesOf, type Verdict } from './judge.ts';

const TREE = fileURLToPath(new URL('./tree', import.meta.url));
const PRELOAD = new URL('../../src/socket/node/preload.ts', import.meta.url).href;

/** As tree/common has it. */
const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

const NEED_IPV6 = ['test-net-addresses.js', 'test-net-autoselectfamily.js'];

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

/** A folder laid out like Node's test/. */
function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'suite-'));
  made.push(root);
  writeFileSync(join(root, 'package.json'), '{ "type": "commonjs" }');
  for (const directory of ['parallel', 'sequential']) mkdirSync(join(root, directory));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

function judged(
  files: ReturnType<typeof testFiles>,
  preload = PRELOAD,
  timeoutMs = 30_000,
): Promise<Verdict> {
  return judge(files, { node: process.execPath, preload, jobs: 2, timeoutMs });
}

test.each(GROUPS)('our tree: synfin passes whatever bare Node passes: %s', async (group) => {
  const verdict = await judged(testFiles(TREE, group));
  expect(linesOf(verdict).join('\n')).not.toContain('Passed by neither');
  expect(difference(verdict)).toEqual([]);
  expect(verdict.bothPass).toBe(verdict.applicable);
  // No file is left out, but those that need IPv6 where there is none.
  const left = verdict.files.filter(({ notApplicable }) => notApplicable !== null);
  expect(left.map(({ name }) => name)).toEqual(group === 'net' && !hasIPv6 ? NEED_IPV6 : []);
  expect(verdict.applicable).toBeGreaterThan(0);
});

test('a group has the files that Node’s runner would take for it, of both folders, by name', () => {
  const names = [
    'test-http.js',
    'test-http-b.mjs',
    'test-http2-a.js',
    'test-https-a.js',
    'test-http-a.ts',
    'http-a.js',
  ];
  const root = folder(
    Object.fromEntries([...names.map((name) => [`parallel/${name}`, '']), ['sequential/test-http-z.js', '']]),
  );
  const found = testFiles(root, 'http');
  expect(found.map(({ name, isSequential }) => [name, isSequential])).toEqual([
    ['test-http-b.mjs', false],
    ['test-http.js', false],
    ['test-http-z.js', true],
  ]);
  expect(testFiles(root, 'http', 'z').map(({ name }) => name)).toEqual(['test-http-z.js']);
  expect(testFiles(join(root, 'parallel'), 'http2').map(({ name }) => name)).toEqual(['test-http2-a.js']);
});

test('flags and environment are those of a file’s lines', () => {
  const text =
    '// Flags: --expose-internals --no-warnings\n// Env: A=b C=d=e\n// Flags: --expose-gc\n  // Flags: --no\n';
  const [file] = testFiles(folder({ 'parallel/test-net-a.js': text }), 'net');
  expect(file?.flags).toEqual(['--expose-internals', '--no-warnings', '--expose-gc']);
  expect(file?.env).toEqual({ A: 'b', C: 'd=e' });
});

test('what cannot apply is named with its reason, and is run bare alone', async () => {
  const root = folder({
    'parallel/test-net-cluster.js': "require('cluster');",
    'parallel/test-net-hand.js': "if (0) child.send('here', socket);",
    'parallel/test-net-skip.js': `require(${JSON.stringify(join(TREE, 'common'))}).skip('no IPv6');`,
  });
  const verdict = await judged(testFiles(root, 'net'), 'data:text/javascript,process.exit(3)');
  expect(
    verdict.files.map(({ name, bare, synfin, notApplicable }) => [name, bare.outcome, synfin, notApplicable]),
  ).toEqual([
    ['test-net-cluster.js', 'pass', null, expect.stringContaining('cluster')],
    ['test-net-hand.js', 'pass', null, expect.stringContaining('descriptor')],
    ['test-net-skip.js', 'skipped', null, 'it skips itself: no IPv6'],
  ]);
  expect(verdict).toMatchObject({ applicable: 0, barePasses: 0, bothPass: 0 });
});

test('pass, fail, crash and timeout are told apart; what only bare Node passes is the difference', async () => {
  const root = folder({
    'parallel/test-net-crash.js': 'process.abort();',
    'parallel/test-net-fail.js': "throw new Error('as it should');",
    'parallel/test-net-late.js': 'setInterval(() => {}, 1000);',
    'parallel/test-net-other.js': 'if (globalThis.isSynfin) throw new Error("the stack is another one");',
    'parallel/test-net-pass.js': '',
  });
  const verdict = await judged(
    testFiles(root, 'net'),
    'data:text/javascript,globalThis.isSynfin = true',
    2000,
  );
  expect(verdict.files.map(({ name, bare, synfin }) => [name, bare.outcome, synfin?.outcome])).toEqual([
    ['test-net-crash.js', 'crash', 'crash'],
    ['test-net-fail.js', 'fail', 'fail'],
    ['test-net-late.js', 'timeout', 'timeout'],
    ['test-net-other.js', 'pass', 'fail'],
    ['test-net-pass.js', 'pass', 'pass'],
  ]);
  expect(difference(verdict).map(({ name }) => name)).toEqual(['test-net-other.js']);
  expect(linesOf(verdict)).toContain('of what bare Node passes, synfin passes 1 of 2 (50.0 %)');
  expect(linesOf(verdict).join('\n')).toContain('the stack is another one');
});

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

test('the command: all groups but the empty ones; a relative binary; nothing passed is no success, no file a mistake', () => {
  const good = folder({ 'parallel/test-net-a.js': '', 'parallel/test-tls-a.js': '' });
  const bad = folder({ 'parallel/test-net-a.js': "throw new Error('always');" });
  const run = (...args: string[]) => spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' });
  const node = relative(process.cwd(), process.execPath);
  const all = run('--node', node, '--tests', good, '--group', 'all');
  expect([all.status, all.stdout.match(/synfin passes 1 of 1/g)?.length]).toEqual([0, 2]);
  expect(all.stdout).toContain('https\nno files');
  const nothing = run('--tests', bad, '--group', 'net');
  expect([nothing.status, nothing.stdout]).toEqual([1, expect.stringContaining('bare Node passes nothing')]);
  expect(run('--tests', good, '--group', 'http').status).toBe(2);
  expect(run('--tests', good, '--group', 'all', '--filter', 'zzz').status).toBe(2);
  expect(run('--node', '/bin/false', '--tests', good, '--group', 'net').status).toBe(2);
});

test('a child that a file leaves is ended with it', async () => {
  const child =
    "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })";
  const root = folder({
    'parallel/test-net-a.js': `const child = ${child}; console.error('pid', child.pid); process.exit(1);`,
  });
  const verdict = await judged(testFiles(root, 'net'), 'data:text/javascript,');
  const pid = Number(/pid (\d+)/.exec(verdict.files[0]?.bare.said ?? '')?.[1]);
  expect(pid).toBeGreaterThan(0);
  // Ended and perhaps not waited for: init has it now.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  expect(stdout.trim()).toMatch(/^(Z.*)?$/);
});
