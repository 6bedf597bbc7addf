// What a search is told and what it answers, as plain data.

import type { Fingerprint } from './fingerprint.ts';
import type { Memory } from './store.ts';
import type { Story } from './system.ts';

/** What a search may take and when it stops. */
export interface SearchOptions {
  /** How states are remembered. Default `exact`. */
  readonly memory?: Memory;
  /** Properties (bit p: `properties[p]`) of which the first that is broken ends the search. Default all; 0: none. */
  readonly stopAt?: number;
  /** States this far from the start are not expanded. Default no limit. */
  readonly maxDepth?: number;
  /** No state is expanded once this many are stored (the last may bring a few more). Default no limit. */
  readonly maxStates?: number;
  /** Octets of memory the search may hold, the model not counted; below 8 MiB nothing is searched. Default no limit. */
  readonly maxBytes?: number;
  /** Time that `run` may take in all, in units of `now`, which must then be given. Default no limit. */
  readonly maxTime?: number;
  /** A clock. */
  readonly now?: () => number;
  /** Keeps the graph, for `checkLiveness`. Default: when the system has liveness properties. */
  readonly graph?: boolean;
  /** Called about every `progressEvery` transitions (default 100 000). */
  readonly progress?: (progress: Progress) => void;
  readonly progressEvery?: number;
  /** For tests: another fingerprint. */
  readonly fingerprint?: Fingerprint;
}

/** How far a search is. */
export interface Progress {
  readonly states: number;
  readonly transitions: number;
  /** Distance from the start of the states being expanded. */
  readonly depth: number;
  /** States found and not yet expanded. */
  readonly frontier: number;
  /** Octets of memory held. */
  readonly held: number;
}

/** The first time that something was seen, in a search that goes the shortest way first. */
export interface Finding {
  readonly id: string;
  /** Transitions, and initial states, that showed it. For a fact: 0 or 1. */
  readonly count: number;
  /** A shortest way to it; undefined when it was not seen. The last action is the one that showed it. */
  readonly story: Story | undefined;
}

/** Which bound ended a search. */
export type Bound = 'depth' | 'states' | 'memory' | 'time';

/** What a search found. */
export interface SearchResult {
  /**
   * `exhausted`: every state was expanded (within the cuts of the model). `violated`: ended at a broken property, once the state at hand was expanded.
   * `bounded`: a bound of the options came first. `running`: there is more to do.
   */
  readonly outcome: 'exhausted' | 'violated' | 'bounded' | 'running';
  readonly bound: Bound | undefined;
  /** Different states. */
  readonly states: number;
  /** States that were expanded. */
  readonly expanded: number;
  /** Transitions taken, to states new or known. */
  readonly transitions: number;
  /** Actions that a bound of the model left out. */
  readonly cuts: number;
  /** Initial states, new or not. */
  readonly initials: number;
  /** Expanded states that no action leads out of, none being cut. */
  readonly standstills: number;
  /** Longest of the shortest ways to the states found, in actions. */
  readonly depth: number;
  /** Every state nearer than this to the start was expanded. */
  readonly depthCompleted: number;
  /** One for each property of the system. */
  readonly violations: readonly Finding[];
  /** One for each coverage name. */
  readonly coverage: readonly Finding[];
  /** Octets of memory held for each state, and octets of an encoded state, on average. */
  readonly bytesPerState: number;
  readonly encodedPerState: number;
  /** Octets of memory held. */
  readonly held: number;
  /** Different states of one fingerprint that were told apart (exact). */
  readonly collisions: number;
  /** Probability that two states were taken for one somewhere (compact): at most n^2 / 2^65. */
  readonly omission: number;
}

/** Probability that among `states` random fingerprints of 64 bits two are equal, rounded up. */
export function omission(states: number): number {
  return -Math.expm1(-(states * states) / 2 ** 65);
}
