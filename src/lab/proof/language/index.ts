// The door of the language: formulas as texts, as trees, as SMT-LIB, and evaluated.

export {
  compile,
  type Environment,
  type Evaluator,
  type Meaning,
  newEnvironment,
  slotOf,
} from './evaluate.ts';
export {
  type Assignment,
  type Connective,
  conjunction,
  type Formula,
  freeVariables,
  namesIn,
  parseAssignment,
  parseFormula,
  quantifies,
  type Sort,
  sortOf,
} from './formula.ts';
export { sortName, termText } from './smt.ts';
