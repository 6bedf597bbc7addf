// `synfin sim`: campaigns of many seeds, with processes of their own.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { main } from '../program.ts';
import { rangeOf, seedsOf, shardOf } from './campaign.ts';
import { COLUMNS, type Row } from './row.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-campaign-'));
vi.stubEnv('SYNFIN_REPORTS', join(folder, 'reports'));
vi.stubEnv('NODE_COMPILE_CACHE', join(folder, 'cache'));
vi.stubEnv('SYNFIN_SEED', '99'); // of a single run: not of a campaign
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A file with a scenario. */
function written(name: string, program: string): string {
  const file = join(folder, name);
  writeFileSync(file, program);
  return file;
}

async function synfin(...args: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const code = await main(['sim', ...args], { stdin, stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

/** A client without retries, which the swarm fails now and then. */
const impatient = written(
  'impatient.mjs',
  `import http from 'node:http';
   export const options = { network: { rtt: '20ms' }, sometimes: ['a unicorn'] };
   export default async (sim) => {
     sim.host('api', () => http.createServer((_, response) => response.end('ok')).listen(80));
     sim.swarm({ kinds: ['reset', 'delay', 'loss'], within: '800ms', most: 1 });
     await sim.client('client', async () => {
       for (let i = 0; i < 8; i++) {
         sim.log(await (await fetch('http://api/', { signal: AbortSignal.timeout(3000) })).text());
         sim.sometimes('a slow answer', performance.now() > 150);
       }
     });
   };`,
);

/** The rows of tables: as DuckDB reads them where it is installed, else by hyparquet. */
async function rowsOf(...files: string[]): Promise<Row[]> {
  const found = await duckdb(files);
  if (found !== null) return found;
  const rows: Row[] = [];
  for (const file of files)
    for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(file) }))
      rows.push(plain(row));
  return rows;
}

const plain = (row: object): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  ) as unknown as Row;

async function duckdb(files: readonly string[]): Promise<Row[] | null> {
  const name = '@duckdb/node-api';
  const found = (await import(name).catch(() => null)) as {
    DuckDBInstance: {
      create(): Promise<{
        connect(): Promise<{ runAndReadAll(sql: string): Promise<{ getRowObjects(): object[] }> }>;
      }>;
    };
  } | null;
  if (found === null) return null;
  const connection = await (await found.DuckDBInstance.create()).connect();
  const list = files.map((file) => `'${file}'`).join(', ');
  return (await connection.runAndReadAll(`select * from read_parquet([${list}])`)).getRowObjects().map(plain);
}

describe('a campaign', () => {
  const bySeed = (a: Row, b: Row): number => a.seed - b.seed;
  const out = (name: string): string => join(folder, `${name}.parquet`);

  test('four shards have the same rows as one run on two processes, in a table that others read', async () => {
    const whole = await synfin(impatient, '--seeds', '5..12', '--jobs', '2', '--out', out('whole'));
    expect([whole.code, whole.stderr]).toEqual([1, '']);
    const rows = await rowsOf(out('whole'));
    expect(rows.map(({ seed }) => seed)).toEqual(Array.from({ length: 8 }, (_, n) => 5 + n));
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(COLUMNS));
    for (const shard of [1, 2, 3, 4])
      await synfin(
        impatient,
        '--seeds',
        '5..12',
        '--shard',
        `${shard}/4`,
        '--jobs',
        '1',
        '--out',
        out(`${shard}`),
      );
    const parts = await rowsOf(out('1'), out('2'), out('3'), out('4'));
    expect(parts.map(({ seed }) => seed).slice(0, 6)).toEqual([5, 9, 6, 10, 7, 11]);
    expect(parts.sort(bySeed)).toEqual(rows);
    // Rows of both kinds, each with what it is to say.
    const failed = rows.filter(({ outcome }) => outcome === 'failed');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(8);
    for (const row of failed) {
      expect(`${row.code} ${row.message}`).toMatch(/^(ECONNRESET|UND_ERR_SOCKET) fetch failed/);
      expect(row.faults?.split('\n')).toEqual(expect.arrayContaining(row.needed?.split('\n') ?? []));
      expect(readdirSync(join(folder, 'reports', row.report ?? '-'))).toContain('packets.pcapng');
    }
    expect(new Set(rows.map(({ trace }) => trace)).size).toBe(8);
    expect(whole.stdout).toMatch(/^seed \d+ is the first that fails: \n[\s\S]* {2}time /); // the ladder
    expect(whole.stdout).toMatch(/\d+ × \S.*\n {4}seeds \d+/);
    expect(whole.stdout).toMatch(/never seen: a unicorn\./);
    expect(whole.stdout).toMatch(/seen: a slow answer, in \d+ runs/);
    expect(whole.stdout).toMatch(/: 8 seeds, \d+ passed, \d+ failed, 0 hung, 0 died\n/);
  });

  test('a seed that has no end, ends its process, or does not repeat itself (--check) costs itself and no other', async () => {
    const file = written(
      'odd.mjs',
      `let n = 0;
       export default async (sim) => sim.client('client', () => {
         if (sim.seed === 1) sim.log(n++);
         if (sim.seed === 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
         if (sim.seed === 3) process.reallyExit(7);
       });`,
    );
    const args = ['--seeds', '1..4', '--timeout', '1', '--jobs', '1', '--check', '--json'];
    const { code, stdout } = await synfin(file, ...args);
    expect(code).toBe(1);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    expect(rows.map((row) => [row.outcome, row.code, row.message])).toEqual([
      [
        'failed',
        'ERR_SIM_DIFFERS',
        expect.stringMatching(/^the second run of seed 1 differs from the first/),
      ],
      ['hung', null, 'no end after 1 s'],
      ['died', null, 'exit 7'],
      ['passed', null, null],
    ]);
  });

  test('what is no scenario, or has options that are none, is one line, and leaves no table', async () => {
    const none = written('none.mjs', 'export const scenario = 1;');
    const table = out('none');
    expect(await synfin(none, '--jobs', '1', '--out', table)).toEqual({
      code: 1,
      stdout: '',
      stderr: `synfin sim: ${none} has no scenario: it needs "export default async (sim) => { … }"\n`,
    });
    expect(existsSync(table) || existsSync(`${table}.part`)).toBe(false);
    const options = written('options.mjs', 'export const options = { sede: 1 }; export default () => {};');
    const { stderr } = await synfin(options, '--jobs', '1', '--lang', 'zh');
    expect(stderr).toMatch(/无法运行 .*options\.mjs：.*there is no option 'sede'/);
  });
});

test('seeds of shards: all of a range together, none twice', () => {
  const shards = [1, 2, 3].map((index) => seedsOf([10, 20], [index, 3]));
  expect(shards).toEqual([
    [10, 13, 16, 19],
    [11, 14, 17, 20],
    [12, 15, 18],
  ]);
  expect(['7', '1..1000', '0..0', '5..4', '1...2', '-1..2', '1..99999999999'].map(rangeOf)).toEqual([
    [7, 7],
    [1, 1000],
    [0, 0],
    null,
    null,
    null,
    null,
  ]);
  expect(['1/1', '2/4', '0/4', '5/4', '1/0', '1'].map(shardOf)).toEqual([
    [1, 1],
    [2, 4],
    null,
    null,
    null,
    null,
  ]);
});
