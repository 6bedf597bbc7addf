// What a bench measured: rows of ours beside a peer, as plain data, and the machine that they were measured on.

import { cpus, release, totalmem } from 'node:os';

/** One row. */
export interface Row {
  /** 'bad', 'gateway', 'memory', 'net', 'peers', 'sim', 'stack', 'tun': what was asked for by `--rows`. */
  readonly group: string;
  /** What was measured, with its unit: `bulk, 40 ms, 1 % loss, Mbit/s`. */
  readonly what: string;
  /** Who ours is: `synfin:newreno`; `synfin` where there is one. */
  readonly stack: string;
  /** Null: it did not come to an end. */
  readonly ours: number | null;
  /** Who it is measured beside, in the same run; '' for nobody. */
  readonly peer: string;
  readonly theirs: number | null;
  /** At or above 1: ours is at least as good, whether more or less is better. Null where there is no peer. */
  readonly ratio: number | null;
}

/** Where and when rows were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly date: string;
}

/** All rows of one call. */
export interface Report {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** This machine, now. */
export function machine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: (cpu?.model ?? process.arch).trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** How good ours is beside theirs. */
export function ratioOf(ours: number | null, theirs: number | null, better: 'more' | 'less'): number | null {
  if (theirs === null) return null;
  if (ours === null) return 0;
  return better === 'more' ? ours / theirs : theirs / ours;
}

/** With as many digits as are worth reading. */
export function shown(value: number | null): string {
  if (value === null) return 'never';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
