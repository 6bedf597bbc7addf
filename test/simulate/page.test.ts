// The programs of docs/sim.md, run as they stand there, with what they leave to the reader; and the Chinese page beside it.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const HERE = new URL('../../src/simulate/index.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'synfin-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const programsOf = (name: string): string[] =>
  [...textOf(name).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

const COMMON = `
import assert from 'node:assert';
import dgram from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoHalfOpen, assertNoOpenConnections, assertSeen, simulate } from ${JSON.stringify(HERE)};
const startApi = () => http.createServer((_request, response) => setTimeout(() => response.end('hello'), 50)).listen(80);
async function callWithRetry(url) {
  for (let retries = 0; ; retries++) {
    try {
      return { text: await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text(), retries };
    } catch (error) {
      if (retries === 50) throw error;
      await sleep(500);
    }
  }
}
`;
const SIM = 'const sim = simulate();\n';

/** What stands before each, in the order of the page; the first has all that it needs (runners.test.ts). */
const BEFORE: readonly (string | null)[] = [
  null,
  COMMON,
  `${COMMON}${SIM}sim.host('api', startApi);`,
  `${COMMON}${SIM}const api = sim.host('api', startApi);`,
  `${COMMON}${SIM}
const startDb = () => net.createServer((socket) => socket.on('error', () => {}).on('data', () => setTimeout(() => socket.write('row'), 20))).listen(5432);
const pool = {
  socket: null,
  async query(text) {
    const socket = (this.socket ??= net.connect({ port: 5432, host: 'db', timeout: 3000 }));
    socket.once('timeout', () => socket.destroy(new Error('silent')));
    socket.write(text);
    try {
      await once(socket, 'data');
    } catch (error) {
      this.socket = null;
      throw error;
    }
  },
  async end() {
    this.socket.end();
    await once(this.socket, 'finish');
    this.socket.destroy();
  },
};`,
  `${COMMON}${SIM}`,
  `${COMMON}${SIM}
const leaders = new Set();
function startNode(name) {
  const heard = new Map();
  const socket = dgram.createSocket('udp4').on('message', (from) => heard.set(String(from), performance.now()));
  socket.bind(4000);
  setInterval(() => {
    for (const other of ['a', 'b', 'c']) if (other !== name) socket.send(name, 4000, other);
    const alive = [name, ...[...heard].filter(([, at]) => performance.now() - at < 3000).map(([other]) => other)].sort();
    if (alive.length >= 2 && alive[0] === name) leaders.add(name);
    else leaders.delete(name);
  }, 1000);
}`,
];

const programs = programsOf('sim.md');

test('each program of the page has what stands before it', () => {
  expect(programs).toHaveLength(BEFORE.length);
});

test.each(BEFORE.flatMap((before, i) => (before === null ? [] : [[i + 1, before] as const])))(
  'program %i runs to its end',
  async (number, before) => {
    const file = join(folder, `${number}.mts`);
    writeFileSync(
      file,
      `${before}\n${programs[number - 1]}\n${before.includes(SIM) ? 'await sim[Symbol.asyncDispose]();' : ''}\nconsole.log('end');\n`,
    );
    const env = { PATH: process.env['PATH'] ?? '', SYNFIN_REPORTS: folder };
    const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 60_000 });
    expect(stdout).toBe('end\n');
  },
);

test('the page in Chinese has the same programs, variables and rows', () => {
  const chinese = textOf('sim.zh-CN.md');
  const withoutComments = (code: string): string => code.replace(/ *\/\/.*$/gm, '');
  expect(programsOf('sim.zh-CN.md').map(withoutComments)).toEqual(programs.map(withoutComments));
  const rows = (text: string): string[] =>
    [...text.matchAll(/^\| .*$/gm)].map(([row]) => [...row.matchAll(/`[^`]+`/g)].join(' '));
  expect(rows(chinese)).toEqual(rows(textOf('sim.md')));
});
