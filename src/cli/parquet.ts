// Tables as Apache Parquet files: rows in, row groups out, compressed with Snappy. A file has its name only when it is whole.

import { renameSync, rmSync } from 'node:fs';
import { type ColumnSource, fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';

/**
 * What a column holds: `text` (a string), `whole` (an integer up to 2^53), `number` (a double), `flag` (a boolean), `time`
 * (microseconds since 1970, as a TIMESTAMP). With `?` a value may be null.
 */
export type ParquetKind = ParquetBase | `${ParquetBase}?`;
type ParquetBase = 'text' | 'whole' | 'number' | 'flag' | 'time';

/** The columns of a table, in order. */
export type ParquetColumns = Readonly<Record<string, ParquetKind>>;

type ValueOf<K extends ParquetKind> = K extends `${infer B extends ParquetBase}?`
  ? BaseValue<B> | null
  : BaseValue<K & ParquetBase>;
type BaseValue<K extends ParquetBase> = K extends 'text' ? string : K extends 'flag' ? boolean : number;

/** A row: a value for each column. */
export type ParquetRow<C extends ParquetColumns> = { readonly [K in keyof C]: ValueOf<C[K]> };

/** Rows that are kept in memory until they are written as a row group. */
const GROUP = 50_000;

const TYPES = {
  text: 'STRING',
  whole: 'INT64',
  number: 'DOUBLE',
  flag: 'BOOLEAN',
  time: 'INT64',
} as const;

type Value = string | number | bigint | boolean | null;

/** A table on its way to a file. Throws what the file system says. */
export class ParquetFile<C extends ParquetColumns> {
  readonly file: string;
  /** Rows so far. */
  rows = 0;
  readonly #part: string;
  readonly #names: readonly string[];
  readonly #kinds: readonly ParquetBase[];
  readonly #writer: ParquetWriter;
  readonly #sources: readonly Omit<ColumnSource, 'data'>[];
  #values: Value[][];
  #isOver = false;

  /** `about`: what stands in the file beside its rows, the version of its columns for one. */
  constructor(file: string, columns: C, about: Readonly<Record<string, string>> = {}) {
    this.file = file;
    this.#part = `${file}.part`;
    this.#names = Object.keys(columns);
    const kinds = Object.values(columns);
    this.#kinds = kinds.map((kind) => kind.replace('?', '') as ParquetBase);
    this.#sources = this.#names.map((name, i) => ({
      name,
      type: TYPES[this.#kinds[i] as ParquetBase],
      nullable: kinds[i]?.endsWith('?') === true,
    }));
    const schema = schemaFromColumnData({ columnData: this.#sources.map((each) => ({ ...each, data: [] })) });
    for (const [i, kind] of this.#kinds.entries())
      if (kind === 'time') Object.assign(schema[i + 1] as object, { converted_type: 'TIMESTAMP_MICROS' });
    this.#writer = new ParquetWriter({
      writer: fileWriter(this.#part),
      schema,
      createdBy: 'synfin',
      kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
    });
    this.#values = this.#names.map(() => []);
  }

  /** A row more. */
  add(row: ParquetRow<C>): void {
    for (const [i, name] of this.#names.entries()) {
      const value = row[name] as string | number | boolean | null;
      const kind = this.#kinds[i];
      const isWhole = typeof value === 'number' && (kind === 'whole' || kind === 'time');
      this.#values[i]?.push(isWhole ? BigInt(Math.round(value)) : value);
    }
    this.rows++;
    if (this.rows % GROUP === 0) this.#writeGroup();
  }

  #writeGroup(): void {
    const values = this.#values;
    if ((values[0]?.length ?? 0) === 0) return;
    this.#values = this.#names.map(() => []);
    const columnData = this.#sources.map((each, i) => ({ ...each, data: values[i] as Value[] }));
    this.#writer.write({ columnData, rowGroupSize: GROUP });
  }

  /** The file is whole, and gets its name. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#writeGroup();
    this.#writer.finish();
    renameSync(this.#part, this.file);
  }

  /** Nothing of it stays. */
  abandon(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    rmSync(this.#part, { force: true });
  }
}
