// The door of the verdicts on data under way.

import type { Rule } from '../verdict.ts';
import { badChecksum, loss, reordered, spurious } from './loss.ts';
import { mtuHole } from './mtu.ts';
import { bloatedQueue } from './queue.ts';
import { nagleDelayedAck, slowNetwork, slowServer } from './slow.ts';
import { slowReader, zeroWindowStall } from './window.ts';

/** Rules about data under way. */
export const dataRules: readonly Rule[] = [
  mtuHole,
  zeroWindowStall,
  slowReader,
  slowServer,
  slowNetwork,
  bloatedQueue,
  nagleDelayedAck,
  loss,
  spurious,
  reordered,
  badChecksum,
];
