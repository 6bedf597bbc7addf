// Formulas evaluated on a finite structure: what is proved of any number of things can be run with a few.

import { type Formula, sortOf } from './formula.ts';

/** Values of variables, by `slotOf`. */
export type Environment = Int32Array;

/** A compiled formula or term; a truth value is 0 or 1. */
export type Evaluator = (env: Environment) => number;

const LETTERS = 'pqrxyzmnghstu';

/** The slot of a variable in an environment. */
export function slotOf(variable: string): number {
  return LETTERS.indexOf(variable);
}

/** An environment. */
export function newEnvironment(): Environment {
  return new Int32Array(LETTERS.length);
}

/** What names mean. */
export interface Meaning {
  /** The number of things of a variable's sort. */
  size(variable: string): number;
  /** How a name is called; throws a RangeError for an unknown one. */
  call(name: string, args: readonly Evaluator[]): Evaluator;
  /** The parameters and the body of a name that is defined by a formula. */
  definition(name: string): { readonly args: readonly string[]; readonly body: Formula } | undefined;
}

/** Compiles a formula. */
export function compile(formula: Formula, meaning: Meaning): Evaluator {
  if (formula.op === 'variable') {
    const slot = slotOf(formula.name);
    return (env) => env[slot] as number;
  }
  if ('body' in formula) return quantified(formula, meaning);
  if (formula.op === 'call') {
    const definition = meaning.definition(formula.name);
    if (definition !== undefined) {
      const given = new Map(definition.args.map((name, i) => [name, formula.args[i] as Formula]));
      return compile(substituted(definition.body, given), meaning);
    }
  }
  const args = formula.args.map((arg) => compile(arg, meaning));
  const [a, b, c] = args as [Evaluator, Evaluator, Evaluator];
  switch (formula.op) {
    case 'call':
      return meaning.call(formula.name, args);
    case 'not':
      return (env) => 1 - a(env);
    case 'and':
      return (env) => (args.every((arg) => arg(env) === 1) ? 1 : 0);
    case 'or':
      return (env) => (args.some((arg) => arg(env) === 1) ? 1 : 0);
    case 'implies':
      return (env) => (a(env) === 0 || b(env) === 1 ? 1 : 0);
    case 'iff':
    case 'equal':
      return (env) => (a(env) === b(env) ? 1 : 0);
    case 'at-most':
      return (env) => (a(env) <= b(env) ? 1 : 0);
    default:
      return (env) => (a(env) === 1 ? b(env) : c(env));
  }
}

function quantified(
  { op, variables, body }: Extract<Formula, { readonly body: Formula }>,
  meaning: Meaning,
): Evaluator {
  const sought = op === 'exists' ? 1 : 0;
  return variables.reduceRight<Evaluator>(
    (inner, variable) => {
      const slot = slotOf(variable);
      const size = meaning.size(variable);
      return (env) => {
        const outer = env[slot] as number;
        let found = 1 - sought;
        for (let i = 0; i < size && found !== sought; i++) {
          env[slot] = i;
          found = inner(env);
        }
        env[slot] = outer;
        return found;
      };
    },
    compile(body, meaning),
  );
}

/** A formula with terms in place of free variables. No bound variable of a definition has the name of one in a term. */
function substituted(formula: Formula, given: ReadonlyMap<string, Formula>): Formula {
  if (formula.op === 'variable') return given.get(formula.name) ?? formula;
  if ('body' in formula) {
    for (const term of given.values()) {
      if (term.op === 'variable' && sortOf(term.name) !== undefined && formula.variables.includes(term.name))
        throw new RangeError(`'${term.name}' is bound where it would stand`);
    }
    return { ...formula, body: substituted(formula.body, given) };
  }
  return { ...formula, args: formula.args.map((arg) => substituted(arg, given)) };
}
