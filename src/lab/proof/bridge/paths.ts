// The search for steps of a theory that lead from the state in the cells to a goal: depth first, an action with any values of
// its parameters after the other, until one comes there.

import { type Environment, newEnvironment } from '../language/index.ts';
import type { Finite, FiniteAction } from './finite.ts';

/** Where the steps shall lead. */
export interface Goal {
  /** It is reached. */
  reached(): boolean;
  /** It may still be reached: nothing has gone too far. */
  possible(): boolean;
  /** The values that a parameter of this slot and sort may have, from `from` to `to` - 1. */
  range(slot: number, sort: string): readonly [from: number, to: number];
}

/** Most steps of the theory for one of the engine. */
const MOST_STEPS = 40;

/** The names of the actions that lead to the goal, in their order; null: none do. */
export function pathTo(finite: Finite, actions: readonly FiniteAction[], goal: Goal): string[] | null {
  const search = new Search(finite, actions, goal);
  return search.go() ? search.path : null;
}

class Search {
  readonly path: string[] = [];
  readonly #finite: Finite;
  readonly #actions: readonly FiniteAction[];
  readonly #goal: Goal;
  readonly #env: Environment = newEnvironment();
  readonly #seen = new Set<string>();

  constructor(finite: Finite, actions: readonly FiniteAction[], goal: Goal) {
    this.#finite = finite;
    this.#actions = actions;
    this.#goal = goal;
  }

  go(): boolean {
    if (this.#goal.reached()) return true;
    const here = this.#finite.difference();
    if (this.#seen.has(here) || this.path.length === MOST_STEPS) return false;
    this.#seen.add(here);
    return this.#actions.some((action) => this.#tries(action, 0));
  }

  /** Tries an action with all values of its parameters from the `at`-th on. */
  #tries(action: FiniteAction, at: number): boolean {
    const env = this.#env;
    if (action.guards[at]?.some((guard) => guard(env) === 0) === true) return false;
    const parameter = action.parameters[at];
    if (parameter === undefined) {
      const before = this.#finite.take(action, env);
      this.path.push(action.name);
      const values = env.slice();
      if (this.#goal.possible() && this.go()) return true;
      env.set(values);
      this.path.pop();
      this.#finite.undo(before);
      return false;
    }
    const { slot, sort } = parameter;
    const [from, to] = this.#goal.range(slot, sort);
    for (let value = from; value < to; value++) {
      env[slot] = value;
      if (this.#tries(action, at + 1)) return true;
    }
    return false;
  }
}
