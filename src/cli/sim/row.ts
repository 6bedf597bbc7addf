// A seed of a campaign as a row: of a table, of a line of JSON. Equal for equal seeds, wherever they were run: nothing of it
// depends on the machine, its clock, or on what was run before.

import type { Trial } from '../../simulate/index.ts';

/** Of `COLUMNS`: another number means other columns. */
export const ROWS_VERSION = '1';

/** The columns of the table, in order. */
export const COLUMNS = {
  /** The scenario, as it was named. */
  file: 'text',
  seed: 'whole',
  /** Version of Node. */
  node: 'text',
  /** 'passed', 'failed', 'hung' (no end in the machine's time that it had), 'died' (the process has ended). */
  outcome: 'text',
  /** The code of the error, or its name; its message, the first line. */
  code: 'text?',
  message: 'text?',
  virtual_us: 'whole?',
  /** Segments that were sent. */
  segments: 'whole?',
  /** Digests of what was sent, and of what was logged. */
  trace: 'text?',
  log: 'text?',
  /** Faults of the swarm, a line each, and those of them that the failure needs. */
  faults: 'text?',
  needed: 'text?',
  /** What `sim.sometimes` has seen, a line each, and what it has not. */
  seen: 'text?',
  unseen: 'text?',
  /** The folder of the files of the failure, in SYNFIN_REPORTS. */
  report: 'text?',
} as const;

/** See above. */
export interface Row {
  readonly file: string;
  readonly seed: number;
  readonly node: string;
  readonly outcome: 'passed' | 'failed' | 'hung' | 'died';
  readonly code: string | null;
  readonly message: string | null;
  readonly virtual_us: number | null;
  readonly segments: number | null;
  readonly trace: string | null;
  readonly log: string | null;
  readonly faults: string | null;
  readonly needed: string | null;
  readonly seen: string | null;
  readonly unseen: string | null;
  readonly report: string | null;
}

const lines = (all: readonly string[] | null): string | null =>
  all === null || all.length === 0 ? null : all.join('\n');

/** The row of a seed that was tried. */
export function rowOf(file: string, seed: number, tried: Trial): Row {
  const { error, virtualUs, segments, trace, log, planned, needed, seen, report } = tried;
  const hasFailed = error !== undefined;
  return {
    file,
    seed,
    node: process.version,
    outcome: hasFailed ? 'failed' : 'passed',
    ...(hasFailed ? saidOf(error) : { code: null, message: null }),
    virtual_us: virtualUs,
    segments,
    trace,
    log,
    faults: lines(planned),
    needed: lines(needed),
    seen: lines([...seen].filter(([, holds]) => holds).map(([name]) => name)),
    unseen: lines([...seen].filter(([, holds]) => !holds).map(([name]) => name)),
    report,
  };
}

/** The code of an error, of its cause, or its name; and the first line of what it says. */
export function saidOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'Error', message: String(error) };
  const { code, name, message, cause } = error as NodeJS.ErrnoException;
  // What `fetch` throws says nothing: its cause does.
  const of = [code, (cause as NodeJS.ErrnoException | undefined)?.code].find(
    (each) => typeof each === 'string',
  );
  return { code: of ?? name, message: message.split('\n', 1)[0] ?? '' };
}

/** The row of a seed of which nothing is known but that it did not end well. */
export function lostRow(file: string, seed: number, outcome: 'hung' | 'died', message: string): Row {
  const nothing = { virtual_us: null, segments: null, trace: null, log: null };
  const nobody = { faults: null, needed: null, seen: null, unseen: null, report: null };
  return { file, seed, node: process.version, outcome, code: null, message, ...nothing, ...nobody };
}
