// The runbooks: from a symptom of a running machine to its cause, in the order in which connections live.

import { nearNames } from '../../options/index.ts';
import { acceptQueue } from './accept-queue.ts';
import { closeWait } from './close-wait.ts';
import { finWait1 } from './fin-wait-1.ts';
import { finWait2 } from './fin-wait-2.ts';
import { lastAck } from './last-ack.ts';
import { ports } from './ports.ts';
import { refused } from './refused.ts';
import { resets } from './resets.ts';
import type { Runbook } from './runbook.ts';
import { synReceived } from './syn-recv.ts';
import { timeWait } from './time-wait.ts';
import { timeouts } from './timeouts.ts';

export type { Look, Runbook } from './runbook.ts';

/** All runbooks. */
export const runbooks: readonly Runbook[] = [
  closeWait,
  timeWait,
  synReceived,
  finWait1,
  finWait2,
  lastAck,
  resets,
  timeouts,
  refused,
  acceptQueue,
  ports,
];

/** Spellings are compared without case and signs: `CLOSE_WAIT` is `close-wait`. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function namesOf({ id, aliases }: Runbook): readonly string[] {
  return [id, ...aliases];
}

/** The runbook of an id, or of one of its other spellings, in any case. */
export function runbookNamed(name: string): Runbook | undefined {
  const wanted = bare(name);
  return runbooks.find((runbook) => namesOf(runbook).some((each) => bare(each) === wanted));
}

/** The ids of runbooks whose names are near a misspelt one; at most three. */
export function runbooksNear(name: string): string[] {
  const near = nearNames(name, runbooks.flatMap(namesOf));
  return [...new Set(near.flatMap((each) => runbookNamed(each)?.id ?? []))];
}
