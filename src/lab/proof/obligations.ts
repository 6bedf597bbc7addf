// What must be shown, as text for any SMT solver: that every clause holds in the beginning (initiation), that every action
// keeps every clause when all of them held before (consecution), and that every action may happen at all, so that the proof
// is not one about nothing. A clause is refuted on constants: `unsat` means that there is no counterexample.

import {
  type Assignment,
  conjunction,
  type Formula,
  freeVariables,
  namesIn,
  parseAssignment,
  parseFormula,
  type Sort,
  sortName,
  sortOf,
  termText,
} from './language/index.ts';
import { type Action, actionsOf, type Clause, clausesOf, stateOf, type Theory } from './theory.ts';

/** One question to a solver. */
export interface Obligation {
  /** The action that is taken; `INITIALLY`: none yet. */
  readonly action: string;
  /** The clause that must hold afterwards; `POSSIBLE`: none, the action must be possible. */
  readonly clause: string;
  readonly expected: 'unsat' | 'sat';
  /** What is asserted beside the text of its group. */
  readonly text: string;
}

/** Questions that have most of their text in common. */
export interface Group {
  readonly action: string;
  readonly text: string;
  readonly obligations: readonly Obligation[];
}

/** In place of an action: the beginning. */
export const INITIALLY = 'initially';
/** In place of a clause: that the action may happen. */
export const POSSIBLE = 'possible';

/** What differs from the proof as it is, for tests of it. */
export interface ObligationOptions {
  /** A clause that is not assumed before the action. */
  readonly withoutClause?: string;
}

/** Functions after an action have this at the end of their names. */
export const AFTER = '_after';

/** All obligations of a theory, one group for an action. */
export function obligationsOf(theory: Theory, options: ObligationOptions = {}): Group[] {
  return [initiation(theory), ...actionsOf(theory).map((action) => consecution(theory, action, options))];
}

/** The number of obligations. */
export function countOf(groups: readonly Group[]): number {
  return groups.reduce((n, { obligations }) => n + obligations.length, 0);
}

function initiation(theory: Theory): Group {
  const beginning: string[] = [];
  for (const [name, { args, initial }] of Object.entries(stateOf(theory))) {
    if (initial === null) continue;
    const same = `(= ${applied(name, args)} ${initial})`;
    beginning.push(`(assert ${args.length === 0 ? same : `(forall (${declared(args)}) ${same})`})`);
  }
  return {
    action: INITIALLY,
    text: [header(theory), declarations(theory), ...beginning].join('\n'),
    obligations: clausesOf(theory).map((clause) => refutation(clause, INITIALLY)),
  };
}

function consecution(theory: Theory, action: Action, { withoutClause }: ObligationOptions): Group {
  const assumed = clausesOf(theory).filter(({ name }) => name !== withoutClause);
  const guard = guardOf(action);
  const assignments = action.does.map(parseAssignment);
  const after = afterNames(theory);
  const changed = new Set(assignments.map(({ name }) => name));
  const text = [
    header(theory),
    declarations(theory),
    ...assumed.map(({ holds }) => `(assert ${universal(parseFormula(holds))})`),
    ...constants(parametersOf(action)),
    `(assert ${termText(guard)})`,
    ...post(theory, assignments, after),
  ].join('\n');
  const obligations: Obligation[] = [
    { action: action.name, clause: POSSIBLE, expected: 'sat', text: '' },
    ...clausesOf(theory)
      .filter(({ holds }) => speaksOf(theory, parseFormula(holds), changed))
      .map((clause) => refutation(clause, action.name, after)),
  ];
  return { action: action.name, text, obligations };
}

/** The guard of an action as one formula. */
export function guardOf({ when }: Action): Formula {
  return conjunction(when.map(parseFormula));
}

/** The parameters of an action: what is free in it. */
export function parametersOf({ when, does }: Action): string[] {
  const trees = [
    ...when.map(parseFormula),
    ...does.map(parseAssignment).flatMap(({ args, value }) => [...args, value]),
  ];
  return [...new Set(trees.flatMap(freeVariables))];
}

/** The constants of a clause have its name, so that clauses can be asked one after the other. */
function refutation({ name, holds }: Clause, action: string, after?: (name: string) => string): Obligation {
  const formula = parseFormula(holds);
  const variables = freeVariables(formula).map((each) => [each, `|${each}: ${name}|`] as const);
  const text = [
    ...variables.map(([each, constant]) => `(declare-const ${constant} ${sortName(sortOf(each) as Sort)})`),
    `(assert (not (let (${variables.map((each) => `(${each.join(' ')})`).join(' ')}) ${termText(formula, after)})))`,
  ].join('\n');
  return { action, clause: name, expected: 'unsat', text };
}

/** Whether a formula speaks of one of these functions, itself or by a definition. */
function speaksOf(theory: Theory, formula: Formula, names: ReadonlySet<string>): boolean {
  return namesIn(formula).some((name) => {
    const definition = theory.definitions[name];
    return (
      names.has(name) || (definition !== undefined && speaksOf(theory, parseFormula(definition.body), names))
    );
  });
}

function declared(args: readonly Sort[]): string {
  return args.map((sort, i) => `(a${i} ${sortName(sort)})`).join(' ');
}

function applied(name: string, args: readonly Sort[]): string {
  return args.length === 0 ? name : `(${name} ${args.map((_, i) => `a${i}`).join(' ')})`;
}

function universal(formula: Formula): string {
  const variables = freeVariables(formula);
  return termText(variables.length === 0 ? formula : { op: 'forall', variables, body: formula });
}

function constants(names: readonly string[]): string[] {
  return names.map((name) => `(declare-const ${name} ${sortName(sortOf(name) as Sort)})`);
}

function header({ states, rigid, axioms }: Theory): string {
  const sorts = (['incarnation', 'number', 'offset', 'octet', 'instant'] as const).map(
    (sort) => `(declare-sort ${sortName(sort)} 0)`,
  );
  return [
    '(set-logic ALL)',
    ...sorts,
    `(declare-datatypes ((State 0)) ((${states.map((name) => `(${name})`).join(' ')})))`,
    '(declare-fun at_most (Offset Offset) Bool)',
    ...Object.entries(rigid).map(([name, { args, sort }]) => declaration(name, args, sort)),
    ...axioms.map((axiom) => `(assert ${universal(parseFormula(axiom))})`),
  ].join('\n');
}

function declaration(name: string, args: readonly Sort[], sort: Sort): string {
  return `(declare-fun ${name} (${args.map(sortName).join(' ')}) ${sortName(sort)})`;
}

function declarations(theory: Theory): string {
  const state = Object.entries(stateOf(theory)).map(([name, { args, sort }]) =>
    declaration(name, args, sort),
  );
  return [...state, ...definitionsOf(theory, (name) => name)].join('\n');
}

function definitionsOf({ definitions }: Theory, named: (name: string) => string): string[] {
  return Object.entries(definitions).map(([name, { args, body }]) => {
    const variables = args.map((arg) => `(${arg} ${sortName(sortOf(arg) as Sort)})`).join(' ');
    return `(define-fun ${named(name)} (${variables}) Bool ${termText(parseFormula(body), named)})`;
  });
}

/** What has another value after an action than before has another name, too. */
function afterNames(theory: Theory): (name: string) => string {
  const names = new Set([...Object.keys(stateOf(theory)), ...Object.keys(theory.definitions)]);
  return (name) => (names.has(name) ? `${name}${AFTER}` : name);
}

/** The state after an action, defined by the state before: so nothing has to be said of what stays as it is. */
function post(theory: Theory, assignments: readonly Assignment[], after: (name: string) => string): string[] {
  const state = Object.entries(stateOf(theory)).map(([name, { args, sort }]) => {
    let value = applied(name, args);
    for (const each of assignments.filter((assignment) => assignment.name === name)) {
      const here = each.args.map((arg, i) => `(= a${i} ${termText(arg)})`);
      const point = here.length > 1 ? `(and ${here.join(' ')})` : (here[0] ?? 'true');
      value = `(ite ${point} ${termText(each.value)} ${value})`;
    }
    return `(define-fun ${after(name)} (${declared(args)}) ${sortName(sort)} ${value})`;
  });
  return [...state, ...definitionsOf(theory, after)];
}

/** A question as a file of its own. */
export function scriptOf(group: Group, { text }: Obligation): string {
  return `${group.text}\n${text}\n(check-sat)\n`;
}

/** The questions of a group as one file: a solver prints an answer a line. */
export function groupScript({ text, obligations }: Group): string {
  const questions = obligations.map(
    ({ action, clause, expected, text: asked }) =>
      `(push 1)\n; ${action} / ${clause}: ${expected}\n${asked}\n(check-sat)\n(pop 1)`,
  );
  return `${text}\n${questions.join('\n')}\n`;
}
