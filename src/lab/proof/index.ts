// The door of the proof: theories of TCP's rules, what must be shown of them, and rules removed.

export { type AskedRule, type Failure, failuresWithout, rulesAskedBy, unprovedText } from './asked.ts';
export { base } from './base/index.ts';
export type { Counterexample, Shown } from './counterexample.ts';
export type { Sort } from './language/index.ts';
export { actionName, clauseName, sectionName, stepName } from './names.ts';
export {
  countOf,
  type Group,
  groupScript,
  INITIALLY,
  type Obligation,
  type ObligationOptions,
  obligationsOf,
  POSSIBLE,
  scriptOf,
} from './obligations.ts';
export {
  type Answer,
  counterexampleTo,
  failsAsExpected,
  prove,
  type Solver,
  type StepReport,
} from './prove.ts';
export { type RemovedRule, removedRule, removedRules, theoryWithout, touchedBy } from './removed.ts';
export { type Proven, theories, theoryNamed, theoryOf, theoryWithoutRules } from './theories.ts';
export type { Action, Clause, Definition, Part, Rigid, StateFunction, Theory } from './theory.ts';
export { actionsOf, clausesOf, stateOf } from './theory.ts';
