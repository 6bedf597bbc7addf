// A solver's counterexample as a state and a step that can be read. The solver is not asked for its model of everything:
// constants are declared for the values that matter (those of the incarnations, numbers, offsets and instants that the step and
// the clause speak of), so that the answer is the same kind of text from any solver.

import {
  freeVariables,
  parseAssignment,
  parseFormula,
  type Sort,
  sortName,
  sortOf,
} from './language/index.ts';
import { AFTER, parametersOf } from './obligations.ts';
import { actionsOf, clausesOf, stateOf, type Theory } from './theory.ts';

/** A term whose value is wanted, as SMT-LIB and for readers. */
interface Named {
  readonly term: string;
  readonly sort: Sort;
}

/** A value that a function has at a point, before the step or after it. */
export interface Shown {
  /** The name of the function. */
  readonly name: string;
  readonly args: readonly string[];
  readonly value: string;
}

/** What a solver has found: the state, the step, and what is another value after it. */
export interface Counterexample {
  readonly action: string;
  readonly clause: string;
  /** What the variables of the action, and of the clause, are. */
  readonly step: Readonly<Record<string, string>>;
  readonly broken: Readonly<Record<string, string>>;
  readonly before: readonly Shown[];
  readonly after: readonly Shown[];
}

/** A question for a solver, and how its answer is read. */
export interface Question {
  /** What is asserted beside the texts of the group and of the obligation. */
  readonly text: string;
  /** Reads the model that the solver prints. */
  read(model: string): Counterexample;
}

/** Sorts of which values are compared with each other; those of the others have names. */
const COMPARED: readonly Sort[] = ['incarnation', 'host', 'number', 'offset', 'octet', 'instant'];

/** The value of a constant in a model: as SMT-LIB prints it, and as Z3's own printer does. */
const CONSTANT = /(?:\(define-fun\s+(w\d+_)\s+\(\)\s+\w+\s+|^(w\d+_) -> )(\w+)/gm;

/** What the names of things say already. */
const UNSAID: readonly string[] = ['zero', 'one', 'host', 'by'];

/** How a solver is asked for a counterexample of an action to a clause. */
export function questionOf(theory: Theory, actionName: string, clauseName: string): Question {
  const action = actionsOf(theory).find(({ name }) => name === actionName);
  const clause = clausesOf(theory).find(({ name }) => name === clauseName);
  if (action === undefined || clause === undefined) throw new RangeError(`no ${actionName} / ${clauseName}`);
  return new Asking(
    theory,
    actionName,
    clauseName,
    parametersOf(action),
    freeVariables(parseFormula(clause.holds)),
    [...new Set(action.does.map((text) => parseAssignment(text).name))],
  );
}

class Asking implements Question {
  readonly text: string;
  readonly #theory: Theory;
  readonly #action: string;
  readonly #clause: string;
  readonly #parameters: readonly string[];
  readonly #variables: readonly string[];
  readonly #changed: readonly string[];
  /** Terms of each sort. */
  readonly #terms = new Map<Sort, string[]>();
  /** The constant of each wanted value. */
  readonly #constants = new Map<string, string>();
  readonly #lines: string[] = [];

  constructor(
    theory: Theory,
    action: string,
    clause: string,
    parameters: readonly string[],
    variables: readonly string[],
    changed: readonly string[],
  ) {
    this.#theory = theory;
    this.#action = action;
    this.#clause = clause;
    this.#parameters = parameters;
    this.#variables = variables;
    this.#changed = changed;
    for (const sort of COMPARED) this.#terms.set(sort, []);
    for (const name of parameters) this.#add({ term: name, sort: sortOf(name) as Sort });
    for (const name of variables) this.#add({ term: this.#constant(name), sort: sortOf(name) as Sort });
    this.#functions();
    for (const sort of COMPARED) this.#compare(sort);
    for (const { term, sort } of this.#points()) this.#want(term, sort);
    this.text = this.#lines.join('\n');
  }

  /** The constant of a variable of the clause. */
  #constant(name: string): string {
    return `|${name}: ${this.#clause}|`;
  }

  #add({ term, sort }: Named): void {
    const terms = this.#terms.get(sort);
    if (terms !== undefined && !terms.includes(term)) terms.push(term);
  }

  #all(): readonly (readonly [name: string, args: readonly Sort[], sort: Sort, after: boolean])[] {
    const { rigid } = this.#theory;
    const never = Object.entries(rigid).map(([name, { args, sort }]) => [name, args, sort, false] as const);
    const state = Object.entries(stateOf(this.#theory)).flatMap(([name, { args, sort }]) => [
      [name, args, sort, false] as const,
      ...(this.#changed.includes(name) ? [[name, args, sort, true] as const] : []),
    ]);
    return [...never, ...state];
  }

  /** The values of functions to sorts that are compared, of what is known so far: hosts first, octets last. */
  #functions(): void {
    for (const sort of COMPARED) {
      for (const [name, args, result, after] of this.#all()) {
        if (result !== sort) continue;
        for (const point of this.#tuples(args)) this.#add({ term: applied(name, point, after), sort });
      }
    }
  }

  #tuples(args: readonly Sort[]): string[][] {
    return args.reduce<string[][]>(
      (tuples, sort) =>
        tuples.flatMap((tuple) => (this.#terms.get(sort) ?? []).map((term) => [...tuple, term])),
      [[]],
    );
  }

  /** Which terms of a sort are the same, and which comes before which. */
  #compare(sort: Sort): void {
    const terms = this.#terms.get(sort) ?? [];
    const order = sort === 'offset' ? 'at_most' : sort === 'instant' ? 'by' : '=';
    for (const [i, a] of terms.entries()) {
      for (const [j, b] of terms.entries()) {
        if (order === '=' ? i < j : i !== j) this.#want(`(${order} ${a} ${b})`, 'truth');
      }
    }
  }

  /** Values that are no thing of a compared sort, at the points that are named. */
  #points(): Named[] {
    return this.#all()
      .filter(([name, , sort]) => !COMPARED.includes(sort) && name !== 'by')
      .flatMap(([name, args, sort, after]) =>
        this.#tuples(args).map((point) => ({ term: applied(name, point, after), sort })),
      );
  }

  #want(term: string, sort: Sort): void {
    if (this.#constants.has(term)) return;
    const constant = `w${this.#constants.size}_`;
    this.#constants.set(term, constant);
    this.#lines.push(`(declare-const ${constant} ${sortName(sort)})`, `(assert (= ${constant} ${term}))`);
  }

  read(model: string): Counterexample {
    const values = new Map<string, string>();
    for (const [, inSmt, inZ3, value] of model.matchAll(CONSTANT))
      values.set((inSmt ?? inZ3) as string, value as string);
    const told = (term: string): string => values.get(this.#constants.get(term) as string) ?? '?';
    const names = this.#names(told);
    const nameOf = (term: string): string => names.get(term) ?? term;
    const shown = (after: boolean): Shown[] => {
      const all = this.#all()
        .filter(([, , , later]) => later === after)
        .flatMap(([name, args, sort]) => {
          const seen = new Set<string>();
          return this.#tuples(args).flatMap((point): Shown[] => {
            const places = point.map(nameOf);
            if (seen.has(places.join())) return [];
            seen.add(places.join());
            const term = applied(name, point, after);
            const value = COMPARED.includes(sort) ? nameOf(term) : told(term);
            const was = after ? applied(name, point, false) : null;
            const before = was === null ? null : COMPARED.includes(sort) ? nameOf(was) : told(was);
            if (value === before || (before === null && value === 'false')) return [];
            return [{ name, args: places, value }];
          });
        });
      return all.filter(
        ({ name, args, value }) => !UNSAID.includes(name) && !(name === 'iss' && value === `ISS(${args[0]})`),
      );
    };
    const meant = (variables: readonly string[], term: (name: string) => string): Record<string, string> =>
      Object.fromEntries(variables.map((name) => [name, nameOf(term(name))]));
    return {
      action: this.#action,
      clause: this.#clause,
      step: meant(this.#parameters, (name) => name),
      broken: meant(this.#variables, (name) => this.#constant(name)),
      before: meaningful(shown(false)),
      after: shown(true),
    };
  }

  /** A name for each thing: hosts A and B, their incarnations A1, A2…, offsets by rank, ISSs by their incarnation. */
  #names(told: (term: string) => string): Map<string, string> {
    const names = new Map<string, string>();
    const same = (a: string, b: string): boolean =>
      a === b || told(`(= ${a} ${b})`) === 'true' || told(`(= ${b} ${a})`) === 'true';
    const name = (sort: Sort, label: (first: string, n: number) => string): void => {
      const firsts: string[] = [];
      for (const term of this.#terms.get(sort) ?? []) {
        const first = firsts.find((each) => same(each, term));
        if (first !== undefined) names.set(term, names.get(first) as string);
        else names.set(term, label(term, firsts.push(term) - 1));
      }
    };
    name('host', (_first, n) => 'AB'[n] ?? `H${n}`);
    const counts = new Map<string, number>();
    name('incarnation', (first) => {
      const host = names.get(applied('host', [first], false)) ?? 'C';
      const n = (counts.get(host) ?? 0) + 1;
      counts.set(host, n);
      return `${host}${n}`;
    });
    const incarnations = this.#terms.get('incarnation') ?? [];
    name('number', (first, n) => {
      const owner = incarnations.find((each) => same(applied('iss', [each], false), first));
      return owner === undefined ? `n${n + 1}` : `ISS(${names.get(owner) ?? owner})`;
    });
    name('octet', (_first, n) => String.fromCharCode(97 + n));
    this.#rank(names, 'offset', 'at_most', '', told);
    this.#rank(names, 'instant', 'by', 't', told);
    return names;
  }

  /** Things in an order have their place in it for a name. */
  #rank(
    names: Map<string, string>,
    sort: Sort,
    order: string,
    prefix: string,
    told: (term: string) => string,
  ): void {
    const terms = this.#terms.get(sort) ?? [];
    const holds = (a: string, b: string): boolean => a === b || told(`(${order} ${a} ${b})`) === 'true';
    const before = (term: string): string[] =>
      terms.filter((each) => holds(each, term) && !holds(term, each));
    const ranks = new Map(terms.map((term) => [term, before(term).length]));
    const distinct = [...new Set(ranks.values())].sort((a, b) => a - b);
    for (const [term, rank] of ranks) names.set(term, `${prefix}${distinct.indexOf(rank)}`);
  }
}

/** Without what means nothing: IRS before a SYN has come, an octet that has not come, or that is compared with none. */
function meaningful(shown: readonly Shown[]): Shown[] {
  const holds = (name: string, args: readonly string[]): boolean =>
    shown.some((each) => each.name === name && each.args.join() === args.join());
  const some = shown.filter(
    ({ name, args }) => (name !== 'irs' || holds('heard', args)) && (name !== 'got' || holds('kept', args)),
  );
  return some.filter(({ name }) => name !== 'octet' || some.some((each) => each.name === 'got'));
}

function applied(name: string, point: readonly string[], after: boolean): string {
  const called = after ? `${name}${AFTER}` : name;
  return point.length === 0 ? called : `(${called} ${point.join(' ')})`;
}
