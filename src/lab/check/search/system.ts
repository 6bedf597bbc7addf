// What the search needs of a model: a transition system over states written as octets. The search owns the
// octets (where they lie, which are new, how they were reached); the model owns their meaning. Every method
// works on the model's own scratch memory, so that nothing is allocated for a transition.

/** What `System.step` answers when a bound of the model forbids the action: behaviour is left out here. */
export const CUT = -1;

/** What `System.step` answers when the action does nothing, or proves not to be enabled: no transition. */
export const NOTHING = -2;

/** A safety property: broken by one transition, or by one state. */
export interface Property {
  readonly id: string;
  /** What the author of the model expects the search to find. */
  readonly expected: 'holds' | 'fails';
}

/**
 * A liveness property: what must follow a state that carries a mark of `from` (every state, if 0) is a state
 * that carries a mark of `to`.
 */
export interface Liveness extends Property {
  /**
   * `possible`: from there some goal can be reached (in CTL: AG (from -> EF to)). Its story leads to a state from
   * which no goal can be reached any more, whatever happens.
   * `inevitable`: every fair run reaches a goal (in LTL: G (from -> F to), "leads to"). Its story leads into a
   * cycle (or a standstill) that is fair and contains no goal.
   */
  readonly form: 'possible' | 'inevitable';
  readonly from: number;
  readonly to: number;
}

/** A set of actions that a fair run may not neglect. */
export interface Fairness {
  readonly id: string;
  /** `weak`: not for ever enabled and never taken. `strong`: not enabled again and again and never taken. */
  readonly kind: 'weak' | 'strong';
}

/**
 * A transition system over binary states. Deterministic: the same octets always give the same actions in the
 * same order, and the same successors. Two states are the same exactly when their octets are, so what does not
 * matter must be encoded in one canonical way.
 */
export interface System {
  /** Length in octets of the longest encoded state; `out` always has room for it. */
  readonly maxBytes: number;
  /** How many initial states there are. */
  readonly initials: number;
  /** Writes initial state `i` into `out` from 0 on; answers its length in octets. */
  initial(i: number, out: Uint8Array): number;
  /**
   * Makes the state `bytes[off, off + len)` the current one; answers how many actions are to be tried in it (at
   * most 65535). The octets may move afterwards: nothing may refer to `bytes` after the call.
   */
  load(bytes: Uint8Array, off: number, len: number): number;
  /**
   * Takes action `i` of the loaded state: writes the successor into `out` from 0 on and answers its length in
   * octets, or `CUT`, or `NOTHING`. The loaded state stays loaded: actions may be taken in any order, repeatedly.
   */
  step(i: number, out: Uint8Array): number;
  /** The properties that the last `step` (or the last `initial`) broke: bit p stands for `properties[p]`. */
  violated(): number;
  /** Adds (ORs) the "sometimes" facts that the last `step` showed: fact n is bit `n & 31` of word `n >> 5`. */
  coverage(into: Int32Array): void;
  /** At most 31. */
  readonly properties: readonly Property[];
  /** Facts that a run which is not vacuous shows sometimes; any number of them. */
  readonly coverageNames: readonly string[];

  /**
   * Asked in a loaded state that no action leads out of (all were `NOTHING`): the properties that standing still
   * here breaks, as in `violated`.
   */
  stuck?(): number;
  /** At most 31 properties of the whole graph, checked after the search when the graph was kept. */
  readonly liveness?: readonly Liveness[];
  /** The marks of the loaded state, which `liveness` speaks of: 31 bits. */
  marks?(): number;
  /** At most 31 sets of actions; an action belongs to one of them or to none. */
  readonly fairness?: readonly Fairness[];
  /** The fairness set that action `i` of the loaded state belongs to, or -1. Asked also of actions that are cut. */
  fair?(i: number): number;
}

/** How a state was reached: an initial state, and the actions taken from there, numbered as `load` counted them. */
export interface Story {
  readonly initial: number;
  readonly actions: readonly number[];
}

/** A story that ends in a cycle: `cycle` is taken for ever after `actions`; empty when the run stands still. */
export interface Lasso extends Story {
  readonly cycle: readonly number[];
}

/**
 * Walks a story through `system`: `visit` is called with each state before the action that leaves it (the
 * state is loaded then), and once for the last state with action -1.
 *
 * @throws RangeError when an action of the story cannot be taken.
 */
export function replay(
  system: System,
  story: Story,
  visit: (step: number, action: number, state: Uint8Array) => void,
): void {
  let here = new Uint8Array(system.maxBytes);
  let next = new Uint8Array(system.maxBytes);
  let length = system.initial(story.initial, here);
  for (const [at, action] of story.actions.entries()) {
    const actions = system.load(here, 0, length);
    if (action < 0 || action >= actions)
      throw new RangeError(`step ${at}: no action ${action} of ${actions}`);
    visit(at, action, here.subarray(0, length));
    const after = system.step(action, next);
    if (after < 0) throw new RangeError(`step ${at}: action ${action} cannot be taken`);
    [here, next] = [next, here];
    length = after;
  }
  system.load(here, 0, length);
  visit(story.actions.length, -1, here.subarray(0, length));
}
