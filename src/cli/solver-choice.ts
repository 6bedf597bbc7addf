// Which solver is meant by `--solver`, and what is said when it cannot be had.

import { type Io, optionText, UsageError, type Values } from './command.ts';
import { t } from './messages.ts';
import { SOLVERS, type SolverError, type SolverName } from './solvers.ts';

/** The solver of `--solver`; the one that is the same everywhere, if none is named. */
export function chosenSolver(values: Values): SolverName {
  const text = optionText(values, 'solver') ?? 'wasm';
  const found = SOLVERS.find((name) => name === text);
  if (found === undefined)
    throw new UsageError('notOneOf', { what: '--solver', choices: SOLVERS.join(', '), text });
  return found;
}

/** Why a solver did not answer, and what to do. */
export function solverRefusal({ code, message }: SolverError, name: SolverName, { lang }: Io): string {
  if (code === 'FAILED') return t(lang, 'solverFailed', { message });
  return name === 'wasm' ? t(lang, 'solverNoModule') : t(lang, 'solverNoProgram', { name });
}
