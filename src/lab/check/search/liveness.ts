// Liveness on the graph of a finished search: can a goal still be reached from everywhere ("possible"), and must it
// be reached ("inevitable", see lasso.ts). What was not searched may hide a way to a goal, so it never makes a
// property fail: a failure is always real.

import type { Search } from './bfs.ts';
import { type Among, type Graph, isTrigger } from './graph.ts';
import { findLasso } from './lasso.ts';
import type { Lasso, Liveness } from './system.ts';

/** What was found about one liveness property. */
export interface LivenessResult {
  readonly id: string;
  readonly expected: 'holds' | 'fails';
  /** `open`: not refuted, but there are states that reach no goal except, perhaps, by what was left out. */
  readonly verdict: 'holds' | 'fails' | 'open';
  /** For `possible`: how many states of `from` reach no goal. For `inevitable`: 1 if it fails. */
  readonly count: number;
  /**
   * When it fails. `possible`: a shortest way to a state of `from` that can reach no goal; the cycle is empty.
   * `inevitable`: the way to a fair cycle without a goal, and the cycle (empty: the run stands still there).
   */
  readonly story: Lasso | undefined;
}

/** How actions that a bound of the model left out are taken. */
export interface LivenessOptions {
  /** `unknown` (default): they may lead anywhere. `absent`: they cannot happen. */
  readonly cuts?: 'unknown' | 'absent';
}

/**
 * Checks the liveness properties of the system that was searched.
 *
 * @throws RangeError when the search did not keep its graph.
 */
export function checkLiveness(search: Search, options: LivenessOptions = {}): LivenessResult[] {
  const { graph } = search;
  if (graph === undefined) throw new RangeError('liveness needs a search that keeps its graph');
  const cutsUnknown = options.cuts !== 'absent';
  const open: Among = (state) => state >= graph.expanded || (cutsUnknown && graph.enabled.get(state) < 0);
  let reverse: Reverse | undefined;
  return (search.system.liveness ?? []).map((property) => {
    if (property.form === 'inevitable') return inevitable(search, graph, property, open);
    reverse ??= reversed(graph, search.store.count);
    return possible(search, graph, reverse, property, open);
  });
}

function possible(
  search: Search,
  graph: Graph,
  reverse: Reverse,
  property: Liveness,
  open: Among,
): LivenessResult {
  const { id, expected, to } = property;
  const states = search.store.count;
  const isGoal: Among = (s) => s < graph.expanded && (graph.marks.get(s) & to) !== 0;
  const surely = reaching(reverse, states, isGoal);
  const perhaps = reaching(reverse, states, (s) => isGoal(s) || open(s));
  let count = 0;
  let first = -1;
  let unsure = 0;
  for (let s = 0; s < graph.expanded; s++) {
    if (surely[s] === 1 || !isTrigger(graph, property, s)) continue;
    if (perhaps[s] === 1) unsure++;
    else if (count++ === 0) first = s;
  }
  const verdict = count > 0 ? 'fails' : unsure > 0 ? 'open' : 'holds';
  const story = first < 0 ? undefined : { ...search.storyOf(first), cycle: [] };
  return { id, expected, verdict, count, story };
}

function inevitable(search: Search, graph: Graph, property: Liveness, open: Among): LivenessResult {
  const { id, expected } = property;
  const found = findLasso(search, graph, property, open);
  const verdict = found.lasso !== undefined ? 'fails' : found.open ? 'open' : 'holds';
  return { id, expected, verdict, count: found.lasso === undefined ? 0 : 1, story: found.lasso };
}

/** The edges turned round: those that lead to `s` come from `from[first[s] .. first[s + 1])`. */
interface Reverse {
  readonly first: Int32Array;
  readonly from: Int32Array;
}

function reversed(graph: Graph, states: number): Reverse {
  const edges = graph.to.length;
  const first = new Int32Array(states + 2);
  for (let e = 0; e < edges; e++) first[graph.to.get(e) + 2]!++;
  for (let s = 2; s < first.length; s++) first[s]! += first[s - 1]!;
  const from = new Int32Array(edges);
  for (let s = 0; s < graph.expanded; s++) {
    const last = graph.last(s);
    for (let e = graph.first.get(s); e < last; e++) {
      const to = graph.to.get(e);
      from[first[to + 1]!++] = s;
    }
  }
  return { first, from };
}

/** Which states reach one of those that `isGoal` names (1), which not (0). */
function reaching(reverse: Reverse, states: number, isGoal: Among): Uint8Array {
  const good = new Uint8Array(states);
  const queue = new Int32Array(states);
  let end = 0;
  for (let s = 0; s < states; s++) {
    if (!isGoal(s)) continue;
    good[s] = 1;
    queue[end++] = s;
  }
  for (let at = 0; at < end; at++) {
    const s = queue[at]!;
    const last = reverse.first[s + 1]!;
    for (let e = reverse.first[s]!; e < last; e++) {
      const from = reverse.from[e]!;
      if (good[from] === 1) continue;
      good[from] = 1;
      queue[end++] = from;
    }
  }
  return good;
}
