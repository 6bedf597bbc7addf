// `synfin query 'select …'`: SQL over the tables that `synfin read --parquet` wrote, by DuckDB, which is an optional peer.

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { cut, textWidth } from '../lab/index.ts';
import { printable } from '../lab/text/index.ts';
import { type Command, type Io, optionText, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { loadPeer } from './peer.ts';
import { queryHelp } from './query-help.ts';
import { TABLES } from './read-parquet.ts';

/** What is used of `@duckdb/node-api`. */
interface DuckDb {
  DuckDBInstance: {
    create(path: string, options?: Record<string, string>): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<Result>;
  closeSync(): void;
}
interface Result {
  columnNames(): string[];
  getRowsJson(): Cell[][];
}
type Cell = string | number | boolean | null | readonly Cell[] | { readonly [name: string]: Cell };

const MOST_COLUMNS = 60;
const EXIT_FAILED = 1;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '–';
  return printable(typeof cell === 'object' ? JSON.stringify(cell) : String(cell));
}

function tell(io: Io, result: Result): void {
  const rows = [result.columnNames(), ...result.getRowsJson().map((row) => row.map(cellText))];
  const widths = (rows[0] ?? []).map((_, n) =>
    Math.min(MOST_COLUMNS, Math.max(...rows.map((row) => textWidth(row[n] ?? '')))),
  );
  for (const row of rows) {
    const cells = row.map((cell, n) => {
      const width = widths[n] ?? 0;
      const shown = cut(cell, width, '…');
      return shown + ' '.repeat(width - textWidth(shown));
    });
    io.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const [sql, ...more] = positionals;
  if (sql === undefined) throw new UsageError('queryNeeds');
  if (more.length > 0) throw new UsageError('tooManyArguments', { text: more.join(' ') });
  const dir = optionText(values, 'in') ?? '.';
  const { DuckDBInstance } = (await loadPeer('@duckdb/node-api', '@duckdb/node-api', 'query')) as DuckDb;
  const tables = Object.keys(TABLES).filter(
    (table) => globSync(join(dir, table, '**', '*.parquet')).length > 0,
  );
  if (tables.length === 0) throw new UsageError('queryNoTables', { text: dir });
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    for (const table of tables) {
      const files = quoted(join(dir, table, '**', '*.parquet'));
      await connection.run(
        `create view ${table} as select * from read_parquet(${files}, hive_partitioning = true, union_by_name = true)`,
      );
    }
    const result = await connection.runAndReadAll(sql);
    if (values['json'] === true) {
      const names = result.columnNames();
      for (const row of result.getRowsJson()) {
        const cells = row.map((cell, n): [string, Cell] => [names[n] ?? '', cell]);
        io.stdout.write(`${JSON.stringify(Object.fromEntries(cells))}\n`);
      }
    } else tell(io, result);
    return 0;
  } catch (error) {
    io.stderr.write(
      `synfin: ${t(io.lang, 'queryFailed', { message: printable((error as Error).message) })}\n`,
    );
    return EXIT_FAILED;
  } finally {
    connection.closeSync();
  }
}

/** `synfin query` */
export const queryCommand: Command = {
  name: 'query',
  usage: queryHelp,
  options: { in: { type: 'string' }, json: { type: 'boolean' } },
  run,
};
