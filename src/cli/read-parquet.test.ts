// The tables of captures, read back by another library.

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import { packet, pcapFile } from '../capture/testing.ts';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../lab/index.ts';
import { main } from './program.ts';
import { TABLES, TABLES_VERSION, type TableName } from './read-parquet.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-tables-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function synfin(...args: readonly string[]) {
  const texts = { stdout: '', stderr: '' };
  const to = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk, _, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const io = { stdin: Readable.from([]), stdout: to('stdout'), stderr: to('stderr'), env: { LANG: 'C' } };
  return { code: await main(args, io), ...texts };
}

function capture(id: string): string {
  const file = join(dir, `${id}.pcapng`);
  writeFileSync(
    file,
    pcapngOf(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en', at: 'left' }),
  );
  return file;
}

/** The rows of a table, and where its files are. */
async function rowsOf(out: string, table: TableName) {
  const files = globSync(join(out, table, '**', '*.parquet')).sort();
  const rows: Record<string, unknown>[] = [];
  for (const file of files)
    rows.push(...(await parquetReadObjects({ file: await asyncBufferFromFile(file) })));
  return { rows, files: files.map((file) => relative(out, file)) };
}

const [refused, close4] = [capture('refused'), capture('close4')];

test('flows have a row for each connection, evidence one for each frame of a verdict, segments all of them', async () => {
  const out = join(dir, 'all');
  const { code, stdout } = await synfin('read', refused, close4, '--parquet', out, '--segments');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+ rows in .*all; synfin query reads them\n$/);
  const { rows, files } = await rowsOf(out, 'flows');
  expect(files).toEqual([
    expect.stringMatching(/^flows\/date=\d{4}-\d\d-\d\d\/hour=\d\d\/[0-9a-f]{16}-0\.parquet$/),
  ]);
  expect(
    rows.map((row) => [row['flow'], row['verdict'], row['severity'], row['conn_state'], row['closed_by']]),
  ).toEqual([
    [0n, 'refused', 'fault', 'REJ', ''],
    [1n, 'close-four', 'normal', 'SF', 'client'],
  ]);
  const [first] = rows;
  expect(first).toMatchObject({
    orig_h: '10.0.0.1',
    orig_p: 50_000n,
    resp_p: 80n,
    resp_pkts: 1n,
    complete: true,
  });
  const evidence = (await rowsOf(out, 'evidence')).rows.filter((row) => row['flow'] === 0n);
  expect(evidence.map((row) => [row['kind'], row['frame'], row['other'], row['text']])).toEqual([
    ['verdict', 0n, '', ''],
    ['shows', 1n, '', 'the SYN'],
    ['shows', 2n, '', 'the RST'],
    ['excluded', 0n, 'filtered', 'frame 2 answers'],
  ]);
  expect(evidence.every((row) => row['uid'] === first?.['uid'])).toBe(true);
  const segments = (await rowsOf(out, 'segments')).rows;
  expect(segments.slice(0, 2).map((row) => [row['frame'], row['from_orig'], row['flags']])).toEqual([
    [1n, true, 'SYN'],
    [2n, false, 'RST,ACK'],
  ]);
});

test('no column is null, none is nested, and every file says the version of its columns', async () => {
  const out = join(dir, 'all');
  for (const table of Object.keys(TABLES) as TableName[]) {
    const { rows, files } = await rowsOf(out, table);
    expect([table, rows.flatMap((row) => Object.values(row)).includes(null)]).toEqual([table, false]);
    for (const file of files) {
      const { schema, key_value_metadata } = await parquetMetadataAsync(
        await asyncBufferFromFile(join(out, file)),
      );
      expect(schema.slice(1).map(({ name, repetition_type }) => [name, repetition_type])).toEqual(
        Object.keys(TABLES[table]).map((name) => [name, 'REQUIRED']),
      );
      expect(key_value_metadata).toEqual([
        { key: 'schema', value: `synfin-${table}` },
        { key: 'schema_version', value: '1' },
      ]);
    }
  }
});

test('the same capture again writes the same files; another one writes beside them', async () => {
  const out = join(dir, 'again');
  for (const file of [refused, refused, close4]) await synfin('read', file, '--parquet', out);
  expect((await rowsOf(out, 'flows')).files).toHaveLength(2);
});

test('hours have folders, and of more than a dozen the oldest files are finished first', async () => {
  const hour = 3600e6;
  const frames = Array.from({ length: 30 }, (_, n) => ({
    us: (n % 15) * hour + (n < 15 ? 0 : 20 * hour),
    octets: packet({ way: `10.0.0.1:${1000 + n} > 10.0.0.2:80`, flags: 'SYN', seq: n }),
  }));
  const file = join(dir, 'hours.pcap');
  writeFileSync(file, pcapFile(frames));
  const out = join(dir, 'hours');
  expect((await synfin('read', file, '--parquet', out)).code).toBe(0);
  const { rows, files } = await rowsOf(out, 'flows');
  expect(rows).toHaveLength(30);
  expect(files.length).toBeGreaterThan(15);
});

test('--filter chooses the rows; a folder that cannot be made is an error, and leaves nothing', async () => {
  const out = join(dir, 'some');
  await synfin('read', refused, close4, '--parquet', out, '--filter', 'severity fault');
  expect((await rowsOf(out, 'flows')).rows.map((row) => row['verdict'])).toEqual(['refused']);
  const { code, stderr } = await synfin('read', refused, '--parquet', join(refused, 'x'));
  expect([code, stderr]).toEqual([1, expect.stringContaining('cannot write')]);
  expect(await synfin('read', refused, '--segments')).toMatchObject({ code: 2 });
});

test('docs/scale.md has every column, and the version', () => {
  const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
  expect(page).toContain(`**Version ${TABLES_VERSION}.**`);
  for (const [table, columns] of Object.entries(TABLES)) {
    const [, of = ''] = page.split(`\n\`${table}\`, `);
    const [rows = ''] = of.split(/\n`/);
    for (const column of Object.keys(columns))
      expect([table, rows.includes(`\`${column}\``), column]).toEqual([table, true, column]);
  }
});
