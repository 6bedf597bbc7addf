// `synfin query` with DuckDB, which is installed beside these tests: npm run test:peers.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../../src/lab/index.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const synfinFile = fileURLToPath(new URL('../../bin/synfin.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'synfin-query-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function synfin(
  args: readonly string[],
  cwd = here,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [synfinFile, ...args], { cwd, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const captures = ['refused', 'close4', 'cw-leak', 'zerowin'].map((id) => {
  const file = join(dir, `${id}.pcapng`);
  writeFileSync(
    file,
    pcapngOf(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en', at: 'left' }),
  );
  return file;
});
const out = join(dir, "it's");

test('without the package a sentence says what to install', async () => {
  const { code, stderr } = await synfin(['query', 'select 1'], dir);
  expect([code, stderr]).toEqual([
    2,
    'synfin: query needs the package @duckdb/node-api, which is not installed: npm install @duckdb/node-api\n',
  ]);
});

const isThere = existsSync(join(here, 'node_modules', '@duckdb', 'node-api'));
describe.skipIf(!isThere)(`DuckDB${isThere ? '' : ' (skipped: npm ci --prefix test/peers)'}`, () => {
  test('reads what was written, by hour, and joins flows with their evidence', async () => {
    for (const file of captures) expect((await synfin(['read', file, '--parquet', out])).code).toBe(0);
    const lines = async (sql: string): Promise<unknown[]> => {
      const { stdout, stderr } = await synfin(['query', sql, '--in', out, '--json']);
      expect(stderr).toBe('');
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    };
    expect(await lines('select verdict, severity from flows order by verdict')).toEqual([
      { verdict: 'close-four', severity: 'normal' },
      { verdict: 'close-wait-leak', severity: 'fault' },
      { verdict: 'refused', severity: 'fault' },
      { verdict: 'slow-reader', severity: 'warning' },
    ]);
    const joined =
      "select frame::int as frame from evidence join flows using (uid) where flows.verdict = 'refused' and kind = 'shows' order by 1";
    expect(await lines(joined)).toEqual([{ frame: 1 }, { frame: 2 }]);
    const types = await lines(
      'select typeof(ts) as ts, typeof(date) as date, count(*)::int as n from flows group by all',
    );
    expect(types).toEqual([{ ts: 'TIMESTAMP', date: 'DATE', n: 4 }]);
  });

  test('a table for people, and what DuckDB says of a wrong query', async () => {
    const { stdout } = await synfin([
      'query',
      'select conn_state, resp_p from flows order by 1 limit 1',
      '--in',
      out,
    ]);
    expect(stdout).toMatch(/^conn_state {2}resp_p\nREJ +80\n$/);
    const { code, stderr } = await synfin(['query', 'select nothing from flows', '--in', out]);
    expect(code).toBe(1);
    expect(stderr).toContain('DuckDB says: Binder Error');
    expect(await synfin(['query', 'select 1', '--in', join(dir, 'none')])).toMatchObject({ code: 2 });
  });
});
