// A process of a campaign: it has a scenario, is asked for one seed after the other, and answers with its row.

import module from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type RunsOptions, type Scenario, tryScenario } from '../../simulate/index.ts';
import { type Row, rowOf, saidOf } from './row.ts';

/** What a process of a campaign says. */
export type Said =
  /** The scenario is there. */
  | { readonly kind: 'ready' }
  /** The file is no scenario. */
  | { readonly kind: 'no scenario' }
  /** The file cannot be loaded, or its options make no sense. */
  | { readonly kind: 'unfit'; readonly text: string }
  /** What a seed has come to, and of a failure the whole text. */
  | { readonly kind: 'row'; readonly row: Row; readonly text: string };

/** What is asked of it. */
export interface Asked {
  readonly seed: number;
}

const say = (said: Said): void => void process.send?.(said);

const [, , file = ''] = process.argv;

/** Who asks has gone. */
process.on('disconnect', () => process.exit());

let scenario: Scenario | null = null;
let options: RunsOptions = {};
try {
  const loaded = (await import(pathToFileURL(resolve(file)).href)) as {
    default?: unknown;
    options?: RunsOptions;
  };
  options = loaded.options ?? {};
  if (typeof loaded.default === 'function') scenario = loaded.default as Scenario;
  // This process will be killed, which writes nothing: what was compiled is kept for the next one.
  module.flushCompileCache?.();
  say(scenario === null ? { kind: 'no scenario' } : { kind: 'ready' });
} catch (error) {
  say({ kind: 'unfit', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}

process.on('message', async ({ seed }: Asked) => {
  if (scenario === null) return;
  try {
    const tried = await tryScenario(options, scenario, seed);
    const { error } = tried;
    const text = error === undefined ? '' : error instanceof Error ? error.message : String(error);
    say({ kind: 'row', row: rowOf(file, seed, tried), text });
  } catch (error) {
    const { code, message } = saidOf(error);
    say({ kind: 'unfit', text: `${code}: ${message}` });
  }
});
