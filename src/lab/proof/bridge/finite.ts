// A theory with a few incarnations, numbers and offsets: its state in cells, its actions taken and taken back.

import {
  compile,
  type Environment,
  type Evaluator,
  freeVariables,
  type Meaning,
  parseAssignment,
  parseFormula,
  type Sort,
  slotOf,
  sortOf,
} from '../language/index.ts';
import { parametersOf } from '../obligations.ts';
import { type Action, actionsOf, stateOf, type Theory } from '../theory.ts';
import { type Clock, INSTANTS } from './clock.ts';

/** Incarnations of each host, and offsets. */
export const INCARNATIONS = 4;
export const OFFSETS = 24;

interface Update {
  readonly cell: Evaluator;
  readonly value: Evaluator;
}

/** An action, compiled. */
export interface FiniteAction {
  readonly name: string;
  readonly like: string | undefined;
  readonly parameters: readonly { readonly slot: number; readonly sort: Sort }[];
  /** What must hold, as soon as so many parameters have values. */
  readonly guards: readonly (readonly Evaluator[])[];
  readonly updates: readonly Update[];
}

/** Where the values of a function lie. */
interface Place {
  readonly base: number;
  readonly sizes: readonly number[];
}

/** A finite theory. Incarnation k of host h is number 4 h + k - 1. */
export class Finite {
  readonly states: readonly string[];
  readonly numbers: number;
  readonly actions: readonly FiniteAction[];
  /** The values now. */
  readonly cells: Int16Array;
  readonly #initial: Int16Array;
  readonly #places = new Map<string, Place>();
  readonly #sizes: Readonly<Record<Sort, number>>;
  readonly #rigid: Readonly<Record<string, (...args: readonly number[]) => number>>;
  readonly #theory: Theory;
  /** Cell and former value of every change. */
  readonly #trail: number[] = [];

  /** `iss`: the number of each incarnation, from 0 to `numbers` - 1; `clock`: what its instants are. */
  constructor(theory: Theory, iss: readonly number[], numbers: number, clock: Clock | null = null) {
    this.#theory = theory;
    this.states = theory.states;
    this.numbers = numbers;
    this.#sizes = {
      incarnation: 2 * INCARNATIONS,
      number: numbers,
      offset: OFFSETS,
      octet: 0,
      instant: clock === null ? 0 : INSTANTS,
      host: 2,
      state: theory.states.length,
      truth: 2,
    };
    this.#rigid = {
      host: (p = 0) => (p < INCARNATIONS ? 0 : 1),
      iss: (p = 0) => iss[p] as number,
      octet: (p = 0, x = 0) => p * OFFSETS + x,
      by: (s = 0, t = 0) => (clock?.after(s, t, 0) === true ? 1 : 0),
      msl: (s = 0, t = 0) => (clock?.after(s, t, 1) === true ? 1 : 0),
      msl2: (s = 0, t = 0) => (clock?.after(s, t, 2) === true ? 1 : 0),
      zero: () => 0,
      one: () => 1,
      true: () => 1,
      false: () => 0,
    };
    let length = 0;
    for (const [name, { args }] of Object.entries(stateOf(theory))) {
      const sizes = args.map((sort) => this.#sizes[sort]);
      this.#places.set(name, { base: length, sizes });
      length += sizes.reduce((n, size) => n * size, 1);
    }
    this.cells = new Int16Array(length);
    this.#initial = new Int16Array(length);
    for (const [name, { initial }] of Object.entries(stateOf(theory))) {
      const { base, sizes } = this.#places.get(name) as Place;
      const value = initial === null ? -1 : this.#constant(initial);
      this.#initial.fill(value, base, base + sizes.reduce((n, size) => n * size, 1));
    }
    this.actions = actionsOf(theory).map((action) => this.#compiled(action));
    this.reset();
  }

  #constant(name: string): number {
    const state = this.states.indexOf(name);
    if (state >= 0) return state;
    const rigid = this.#rigid[name];
    if (rigid === undefined) throw new RangeError(`nothing is called '${name}'`);
    return rigid();
  }

  readonly #meaning: Meaning = {
    size: (variable) => this.#sizes[sortOf(variable) as Sort],
    definition: (name) => {
      const definition = this.#theory.definitions[name];
      return definition === undefined
        ? undefined
        : { args: definition.args, body: parseFormula(definition.body) };
    },
    call: (name, args) => {
      const place = this.#places.get(name);
      if (place !== undefined) {
        const cell = cellOf(place, args);
        const { cells } = this;
        return (env) => cells[cell(env)] as number;
      }
      const rigid = this.#rigid[name];
      if (rigid === undefined || args.length === 0) {
        const value = this.#constant(name);
        return () => value;
      }
      return (env) => rigid(...args.map((arg) => arg(env)));
    },
  };

  #compiled(action: Action): FiniteAction {
    const names = parametersOf(action);
    const guards: Evaluator[][] = Array.from({ length: names.length + 1 }, () => []);
    for (const text of action.when) {
      const formula = parseFormula(text);
      const known = Math.max(0, ...freeVariables(formula).map((name) => names.indexOf(name) + 1));
      guards[known]?.push(compile(formula, this.#meaning));
    }
    return {
      name: action.name,
      like: action.like,
      parameters: names.map((name) => ({ slot: slotOf(name), sort: sortOf(name) as Sort })),
      guards,
      updates: action.does.map((text) => {
        const { name, args, value } = parseAssignment(text);
        const place = this.#places.get(name);
        if (place === undefined) throw new RangeError(`'${name}' cannot change`);
        const points = args.map((arg) => compile(arg, this.#meaning));
        return { cell: cellOf(place, points), value: compile(value, this.#meaning) };
      }),
    };
  }

  /** Everything as in the beginning. */
  reset(): void {
    this.cells.set(this.#initial);
    this.#trail.length = 0;
  }

  /** The cell of a function's value. Throws a RangeError for a point outside, and for no function. */
  cell(name: string, ...args: readonly number[]): number {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`the theory does not speak of ${name}`);
    const { base, sizes } = place;
    let at = 0;
    for (const [i, size] of sizes.entries()) {
      const arg = args[i] as number;
      if (arg < 0 || arg >= size) throw new RangeError(`${name}(${args.join(', ')}) is outside`);
      at = at * size + arg;
    }
    return base + at;
  }

  /** Whether the theory has this function. */
  has(name: string): boolean {
    return this.#places.has(name);
  }

  /** All cells of some functions. */
  cellsOf(chosen: (name: string) => boolean): number[] {
    return [...this.#places].flatMap(([name, { base, sizes }]) =>
      chosen(name) ? Array.from({ length: sizes.reduce((n, size) => n * size, 1) }, (_, i) => base + i) : [],
    );
  }

  /** Sets a value before anything is done. */
  set(name: string, args: readonly number[], value: number): void {
    this.cells[this.cell(name, ...args)] = value;
  }

  get(name: string, ...args: readonly number[]): number {
    return this.cells[this.cell(name, ...args)] as number;
  }

  /** Takes an action; answers what `undo` wants. */
  take({ updates }: FiniteAction, env: Environment): number {
    const before = this.#trail.length;
    const points = updates.map(({ cell, value }) => [cell(env), value(env)] as const);
    for (const [cell, value] of points) {
      if (this.cells[cell] === value) continue;
      this.#trail.push(cell, this.cells[cell] as number);
      this.cells[cell] = value;
    }
    return before;
  }

  undo(before: number): void {
    while (this.#trail.length > before) {
      const value = this.#trail.pop() as number;
      this.cells[this.#trail.pop() as number] = value;
    }
  }

  /** The cells that actions have written. */
  written(): number[] {
    return this.#trail.filter((_, i) => i % 2 === 0);
  }

  /** Which values differ from those before anything was done, as a text. */
  difference(): string {
    const cells = [...new Set(this.written())].sort((a, b) => a - b);
    return cells.map((cell) => `${cell}=${this.cells[cell]}`).join();
  }
}

function cellOf({ base, sizes }: Place, args: readonly Evaluator[]): Evaluator {
  return (env) => {
    let at = 0;
    for (let i = 0; i < args.length; i++) at = at * (sizes[i] as number) + (args[i] as Evaluator)(env);
    return base + at;
  };
}
