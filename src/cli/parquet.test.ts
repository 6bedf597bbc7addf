// Parquet files, read back by another library.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import { ParquetFile } from './parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-parquet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COLUMNS = {
  name: 'text',
  seed: 'whole',
  seconds: 'number',
  passed: 'flag',
  at: 'time',
  why: 'text?',
} as const;

test('what is written is read: text, integers beyond 32 bits, doubles, flags, microseconds, and null', async () => {
  const file = join(folder, 'all.parquet');
  const table = new ParquetFile(file, COLUMNS, { version: '1' });
  const rows = [
    { name: 'größe 大', seed: 2 ** 53 - 1, seconds: 0.1, passed: true, at: 1_900_000_000_000_001, why: null },
    { name: '', seed: -5, seconds: -1e300, passed: false, at: 0, why: 'late' },
  ];
  for (const row of rows) table.add(row);
  expect(existsSync(file)).toBe(false); // a file that has its name is whole
  table.finish();
  expect(existsSync(`${file}.part`)).toBe(false);
  const source = await asyncBufferFromFile(file);
  const read = await parquetReadObjects({
    file: source,
    parsers: { timestampFromMicroseconds: Number } as never,
  });
  expect(read).toEqual(rows.map((row) => ({ ...row, seed: BigInt(row.seed) })));
  const { key_value_metadata, created_by } = await parquetMetadataAsync(source);
  expect([created_by, key_value_metadata]).toEqual(['synfin', [{ key: 'version', value: '1' }]]);
});

test('rows are written in groups of 50,000, so that memory does not grow with them', async () => {
  const file = join(folder, 'many.parquet');
  const table = new ParquetFile(file, { n: 'whole' });
  for (let n = 0; n < 100_001; n++) table.add({ n });
  table.finish();
  const { row_groups, num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  expect([num_rows, row_groups.map((group) => group.num_rows)]).toEqual([100_001n, [50_000n, 50_000n, 1n]]);
});

test('a table without rows is a file with its columns; one that is abandoned leaves nothing', async () => {
  const file = join(folder, 'none.parquet');
  const table = new ParquetFile(file, COLUMNS);
  table.finish();
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(file));
  expect(metadata.num_rows).toBe(0n);
  expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(Object.keys(COLUMNS));
  const other = new ParquetFile(join(folder, 'gone.parquet'), COLUMNS);
  other.add({ name: '', seed: 1, seconds: 1, passed: true, at: 1, why: null });
  other.abandon();
  expect([existsSync(other.file), existsSync(`${other.file}.part`)]).toEqual([false, false]);
});
