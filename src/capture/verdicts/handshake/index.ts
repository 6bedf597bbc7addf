// The door of the handshake's verdicts.

import type { Rule } from '../verdict.ts';
import { serverAbandoned } from './abandoned.ts';
import { synAborted } from './aborted.ts';
import { acceptQueueFull } from './accept-queue.ts';
import { filtered } from './filtered.ts';
import { lateSynAck } from './late.ts';
import { synAckLost, synLost, thirdAckLost } from './lost.ts';
import { badOption, fastOpen, optionsStripped, scaleStripped } from './options.ts';
import { refused } from './refused.ts';
import { portReuseRefused, timeWaitReopened } from './reuse.ts';
import { isnMismatch, simultaneousOpen, staleSyn } from './stale.ts';

export { Many, type ManyFound, portScan, synFlood } from './many.ts';

/** Rules about how a connection opens. */
export const handshakeRules: readonly Rule[] = [
  refused,
  filtered,
  acceptQueueFull,
  synLost,
  synAckLost,
  thirdAckLost,
  lateSynAck,
  serverAbandoned,
  synAborted,
  staleSyn,
  isnMismatch,
  simultaneousOpen,
  portReuseRefused,
  timeWaitReopened,
  optionsStripped,
  scaleStripped,
  badOption,
  fastOpen,
];
