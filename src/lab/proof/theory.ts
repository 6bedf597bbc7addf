// What a theory is: functions that make up a state, actions that change it, clauses that always hold. All of it is data:
// formulas are texts of a small language (language/formula.ts), sentences are in both languages.

import type { Text } from '../text/index.ts';
import type { Sort } from './language/index.ts';

/** A function that never changes: what a thing is, not what becomes of it. */
export interface Rigid {
  readonly args: readonly Sort[];
  readonly sort: Sort;
  readonly says: Text;
}

/** A part of the state: a function. A relation is a function to truth. */
export interface StateFunction extends Rigid {
  /** Its value everywhere in the beginning; null: any. */
  readonly initial: string | null;
  /** A ghost is what no TCP can see: it serves the clauses, and stands in no guard. */
  readonly ghost?: true;
}

/** A word for a formula. */
export interface Definition {
  readonly args: readonly string[];
  readonly body: string;
}

/** Something that may happen: one rule of the standard. */
export interface Action {
  readonly name: string;
  /** Where the rule stands: a section of RFC 9293, unless it says another RFC. */
  readonly section: string;
  readonly says: Text;
  /** It may happen when all of these hold, for any values of their variables. */
  readonly when: readonly string[];
  /** What it does, all at once. */
  readonly does: readonly string[];
  /** Of an action that only a theory without a rule has: the action on whose occasions it happens. */
  readonly like?: string;
}

/** Something that holds in every state. */
export interface Clause {
  readonly name: string;
  readonly says: Text;
  readonly holds: string;
  /**
   * Not claimed for its own sake: without it, the step of an action to a clause has a counterexample. No field: a
   * property.
   */
  readonly neededFor?: readonly [action: string, clause: string];
}

/** Actions and clauses of one idea, and the state that they speak of. */
export interface Part {
  readonly id: string;
  readonly title: Text;
  readonly state: Readonly<Record<string, StateFunction>>;
  readonly actions: readonly Action[];
  readonly properties: readonly Clause[];
  readonly helpers: readonly Clause[];
}

/** A transition system, and what is claimed of it. */
export interface Theory {
  readonly id: string;
  readonly title: Text;
  /** What the theorem does not say, but takes for granted. */
  readonly assumes: readonly Text[];
  /** The values of the sort `state`. */
  readonly states: readonly string[];
  readonly rigid: Readonly<Record<string, Rigid>>;
  /** What holds of the functions that never change. */
  readonly axioms: readonly string[];
  readonly definitions: Readonly<Record<string, Definition>>;
  readonly parts: readonly Part[];
}

/** The whole state. */
export function stateOf({ parts }: Theory): Readonly<Record<string, StateFunction>> {
  return Object.assign({}, ...parts.map(({ state }) => state));
}

/** All actions. */
export function actionsOf({ parts }: Theory): readonly Action[] {
  return parts.flatMap(({ actions }) => actions);
}

/** All clauses: properties first. */
export function clausesOf({ parts }: Theory): readonly Clause[] {
  return [...parts.flatMap(({ properties }) => properties), ...parts.flatMap(({ helpers }) => helpers)];
}
