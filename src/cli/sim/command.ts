// `synfin sim`: a scenario for many seeds, on several processes, as one shard of several machines; rows to a table.

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Params } from '../../lab/text/index.ts';
import { type Command, type Io, optionText, parseWhole, UsageError, type Values } from '../command.ts';
import { type MessageKey, t } from '../messages.ts';
import { ParquetFile } from '../parquet.ts';
import { rangeOf, seedsOf, shardOf, Tally } from './campaign.ts';
import { simHelp } from './help.ts';
import { Pool, type Result, UnfitFile } from './pool.ts';
import { COLUMNS, ROWS_VERSION } from './row.ts';

/** The options, as `util.parseArgs` wants them. */
export const simOptions = {
  seeds: { type: 'string' },
  jobs: { type: 'string' },
  shard: { type: 'string' },
  out: { type: 'string' },
  check: { type: 'boolean' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const DEFAULT_SEEDS = '1..100';
const MOST_JOBS = 256;
/** Seconds of the machine's time. */
const DEFAULT_TIMEOUT = 60;
const MOST_TIMEOUT = 86_400;
/** Seeds that are named of a kind of failure, and kinds that are told. */
const NAMED_SEEDS = 10;
const TOLD_KINDS = 20;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

interface Settings {
  readonly file: string;
  readonly seeds: readonly number[];
  readonly isShard: boolean;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly isChecked: boolean;
  readonly out: string | undefined;
  readonly isJson: boolean;
}

function settingsOf(values: Values, positionals: readonly string[]): Settings {
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('simNeedsFile');
  if (more.length > 0) throw new UsageError('tooManyArguments', { text: more.join(' ') });
  if (!existsSync(file)) throw new UsageError('readNoFile', { text: file });
  const seedsText = optionText(values, 'seeds') ?? DEFAULT_SEEDS;
  const range = rangeOf(seedsText);
  if (range === null) throw new UsageError('simBadSeeds', { text: seedsText });
  const shardText = optionText(values, 'shard') ?? '1/1';
  const shard = shardOf(shardText);
  if (shard === null) throw new UsageError('simBadShard', { text: shardText });
  const whole = (name: string, usual: number, most: number): number => {
    const text = optionText(values, name);
    return text === undefined ? usual : parseWhole(text, `--${name}`, 1, most);
  };
  return {
    file,
    seeds: seedsOf(range, shard),
    isShard: shard[1] > 1,
    jobs: whole('jobs', Math.min(availableParallelism(), MOST_JOBS), MOST_JOBS),
    timeoutMs: whole('timeout', DEFAULT_TIMEOUT, MOST_TIMEOUT) * 1000,
    isChecked: values['check'] === true,
    out: optionText(values, 'out'),
    isJson: values['json'] === true,
  };
}

async function run(values: Values, positionals: readonly string[], io: Io): Promise<number> {
  const settings = settingsOf(values, positionals);
  const { file, seeds, jobs, timeoutMs, isChecked, out, isJson } = settings;
  const table = out === undefined ? null : opened(out);
  const pool = new Pool({ file, jobs, timeoutMs, isChecked, isShown: seeds.length === 1 && !isJson });
  const tally = new Tally();
  const report = new Report(io, isJson);
  const onSignal = (signal: NodeJS.Signals): void => {
    pool.end();
    table?.abandon();
    process.exit(SIGNALS[signal as keyof typeof SIGNALS]);
  };
  for (const signal of Object.keys(SIGNALS)) process.once(signal, onSignal);
  try {
    await pool.run(seeds, (result) => {
      tally.add(result.row);
      table?.add(result.row);
      report.row(result);
    });
    table?.finish();
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    const { text } = error;
    io.stderr.write(
      `synfin sim: ${text === null ? t(io.lang, 'simNoScenario', { file }) : t(io.lang, 'simUnfit', { file, text })}\n`,
    );
    return 1;
  } finally {
    pool.end();
    table?.abandon();
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
  }
  report.summary(settings, tally);
  const hasFailed = tally.outcomes.passed < tally.rows;
  return hasFailed || (!settings.isShard && tally.never.length > 0) ? 1 : 0;
}

function opened(out: string): ParquetFile<typeof COLUMNS> {
  try {
    return new ParquetFile(out, COLUMNS, { 'synfin.rows': ROWS_VERSION });
  } catch (error) {
    throw new UsageError('readCannotWrite', { file: out, message: (error as Error).message });
  }
}

/** Says what comes: rows as lines of JSON, or failures and, at the end, what all came to. */
class Report {
  readonly #io: Io;
  readonly #isJson: boolean;
  #hasShown = false;

  constructor(io: Io, isJson: boolean) {
    this.#io = io;
    this.#isJson = isJson;
  }

  #say(key: MessageKey, params: Params): void {
    this.#io.stdout.write(`${t(this.#io.lang, key, params)}\n`);
  }

  row({ row, text }: Result): void {
    if (this.#isJson) this.#io.stdout.write(`${JSON.stringify(row)}\n`);
    else if (row.outcome !== 'passed' && !this.#hasShown) {
      // One failure is enough to begin with; the others are told by their kinds.
      this.#hasShown = true;
      this.#say('simFirst', { seed: row.seed, text: text === '' ? (row.message ?? '') : '' });
      if (text !== '') this.#io.stdout.write(`${text}\n\n`);
    }
  }

  summary({ file, seeds, out, isShard }: Settings, tally: Tally): void {
    if (this.#isJson) return;
    const { kinds, outcomes, seen, never } = tally;
    for (const { first, seeds: of } of kinds.slice(0, TOLD_KINDS)) {
      const more = of.length > NAMED_SEEDS ? ', …' : '';
      const what = [first.outcome === 'failed' ? '' : first.outcome, first.code, first.message];
      this.#say('simKind', {
        count: of.length,
        what: what.filter((each) => each !== null && each !== '').join(' '),
        seeds: `${of.slice(0, NAMED_SEEDS).join(', ')}${more}`,
      });
    }
    if (kinds.length > TOLD_KINDS) this.#say('simMoreKinds', { count: kinds.length - TOLD_KINDS });
    for (const [name, count] of seen) if (count > 0) this.#say('simSeen', { name, count });
    if (never.length > 0) this.#say(isShard ? 'simNeverHere' : 'simNever', { names: never.join(', ') });
    const { passed, failed, hung, died } = outcomes;
    this.#say('simSummary', { file, count: seeds.length, passed, failed, hung, died });
    const [first] = kinds;
    if (first !== undefined) this.#say('simRepeat', { file, seed: first.seeds[0] as number });
    if (out !== undefined) this.#say('simWritten', { file: out, rows: tally.rows });
  }
}

/** `synfin sim` */
export const simCommand: Command = {
  name: 'sim',
  usage: simHelp,
  options: simOptions,
  run,
};
