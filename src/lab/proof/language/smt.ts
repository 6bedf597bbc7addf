// Formulas as SMT-LIB 2.

import { type Connective, type Formula, type Sort, sortOf } from './formula.ts';

const SORTS: Readonly<Record<Sort, string>> = {
  incarnation: 'Incarnation',
  number: 'Number',
  offset: 'Offset',
  octet: 'Octet',
  instant: 'Instant',
  host: 'Bool',
  state: 'State',
  truth: 'Bool',
};

/** The name of a sort. */
export function sortName(sort: Sort): string {
  return SORTS[sort];
}

const WORDS: Readonly<Record<Connective, string>> = {
  not: 'not',
  and: 'and',
  or: 'or',
  implies: '=>',
  iff: '=',
  equal: '=',
  'at-most': 'at_most',
  if: 'ite',
};

/** A tree as text; `named` gives the functions other names. */
export function termText(formula: Formula, named: (name: string) => string = (name) => name): string {
  switch (formula.op) {
    case 'variable':
      return formula.name;
    case 'forall':
    case 'exists': {
      const variables = formula.variables.map((name) => `(${name} ${SORTS[sortOf(name) as Sort]})`).join(' ');
      return `(${formula.op} (${variables}) ${termText(formula.body, named)})`;
    }
    case 'call':
      return application(named(formula.name), formula.args, named);
    default:
      return application(WORDS[formula.op], formula.args, named);
  }
}

function application(name: string, args: readonly Formula[], named: (name: string) => string): string {
  return args.length === 0 ? name : `(${[name, ...args.map((arg) => termText(arg, named))].join(' ')})`;
}
