// The claims that texts about TCP make on opening and closing, each with what is true and the run that shows it.

import { type Mutant, mutantNamed } from '../mutants/index.ts';
import { type RunOptions, runScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import type { Trace } from '../trace.ts';
import { type Claim, ClaimError, type Decision } from './claim.ts';
import { answerClaims } from './close-answer.ts';
import { endClaims } from './close-end.ts';
import { finClaims } from './close-fin.ts';
import { shapeClaims } from './close-shape.ts';
import { oldSynClaims } from './handshake-old.ts';
import { whyClaims } from './handshake-why.ts';
import { openingClaims } from './opening.ts';
import { openingStateClaims } from './opening-states.ts';
import { stateClaims } from './states.ts';
import { timeWaitClaims } from './time-wait.ts';

export { type Claim, ClaimError, type Decision, type Verdict } from './claim.ts';
export { claimContext } from './contexts.ts';

/** All claims, in order. */
export const claims: readonly Claim[] = [
  ...openingClaims,
  ...openingStateClaims,
  ...whyClaims,
  ...oldSynClaims,
  ...finClaims,
  ...answerClaims,
  ...endClaims,
  ...timeWaitClaims,
  ...shapeClaims,
  ...stateClaims,
];

/**
 * Runs what shows a claim, and finds where.
 * @throws ClaimError when the run does not show it
 */
export function checkClaim(claim: Claim): Decision & { readonly trace: Trace } {
  const scenario = scenarioNamed(claim.scenario);
  if (scenario === undefined)
    throw new ClaimError(`claim ${claim.number}: there is no scenario "${claim.scenario}"`);
  const { edits = [], rules } = claim;
  const trace = runScenario(scenario, { edits, ...(rules === undefined ? {} : { rules: withRules(rules) }) });
  return { trace, ...claim.decide(trace) };
}

/** The rule that the TCP of a claim's run forgets; null when it forgets none. */
export function forgottenBy({ scenario }: Trace): Mutant | null {
  return scenario === undefined || scenario.rules === 'rfc9293' ? null : mutantNamed(scenario.rules);
}

function withRules(id: string): NonNullable<RunOptions['rules']> {
  return { id, rules: mutantNamed(id).rules };
}
