// A runbook: a symptom of a running machine, and the way from it to its cause: what it means, whose fault it is, the
// commands that show it with what they print, what helps now and for good, and the scenario that reproduces it.

import type { Text } from '../text/index.ts';

/** One thing to look at. */
export interface Look {
  /** The question that the command answers. */
  readonly ask: Text;
  /** The command, for a Linux shell; `PID` stands for a process, `PEER` for an address, `PORT` for a port. */
  readonly run: string;
  /**
   * What it printed where the situation was made: Linux 6.18, iproute2 6.1, this host being 10.0.0.1, columns and lines
   * shortened.
   */
  readonly prints: string;
  /** How to read that. */
  readonly reads: Text;
}

/** A symptom and what to do about it. */
export interface Runbook {
  readonly id: string;
  /** Other spellings under which it is asked for. */
  readonly aliases: readonly string[];
  /** The symptom, as somebody says it. */
  readonly title: Text;
  /** What it means. */
  readonly means: Text;
  /** Whose fault it is. */
  readonly fault: Text;
  readonly looks: readonly Look[];
  /** What to do at once. */
  readonly now: readonly Text[];
  /** What to do so that it does not come again. */
  readonly forGood: readonly Text[];
  /** What is often tried, and does not help. */
  readonly useless: readonly Text[];
  /** The id of the scenario that reproduces it, and changes to it (scenario/edits.ts). */
  readonly scenario: string;
  readonly edits?: readonly string[];
}
