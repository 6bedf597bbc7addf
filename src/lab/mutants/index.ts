// The door of the mutants: TCPs that forget one rule, each with the model and the property that show what it is for.

import { closeBothWays } from './close-both-ways.ts';
import { fixedIsn } from './fixed-isn.ts';
import { fixedIsnNoTimeWait } from './fixed-isn-no-time-wait.ts';
import { mergedFin } from './merged-fin.ts';
import type { Mutant } from './mutant.ts';
import { noAckCheck } from './no-ack-check.ts';
import { noFinRetransmission } from './no-fin-retransmission.ts';
import { noQueueBound } from './no-queue-bound.ts';
import { noRstFromClosed } from './no-rst-from-closed.ts';
import { noSynAckRetransmission } from './no-syn-ack-retransmission.ts';
import { noTimeWait } from './no-time-wait.ts';
import { oneMsl } from './one-msl.ts';
import { assassination, rfc1337Ignored } from './rfc1337-ignored.ts';
import { rstInWindow } from './rst-in-window.ts';
import { twoWayHandshake } from './two-way-handshake.ts';

export { type Mutant, without } from './mutant.ts';

/** Every mutant, in the order of a connection's life. */
export const mutants: readonly Mutant[] = [
  twoWayHandshake,
  noAckCheck,
  noSynAckRetransmission,
  noQueueBound,
  fixedIsn,
  rstInWindow,
  noRstFromClosed,
  closeBothWays,
  mergedFin,
  noFinRetransmission,
  noTimeWait,
  oneMsl,
  rfc1337Ignored,
  assassination,
  fixedIsnNoTimeWait,
];

/** The mutant of a name. Throws a RangeError for an unknown one. */
export function mutantNamed(id: string): Mutant {
  const found = mutants.find((m) => m.id === id);
  if (found === undefined) {
    throw new RangeError(`no mutant '${id}': one of ${mutants.map((m) => m.id).join(', ')}`);
  }
  return found;
}
