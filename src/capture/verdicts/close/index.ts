// The door of the verdicts on how a connection ends.

import type { Rule } from '../verdict.ts';
import { closeWaitLeak } from './leak.ts';
import { finLost, lastAckLost } from './lost.ts';
import { resetByMiddlebox, resetIgnored } from './middlebox.ts';
import { closeFour, closeSimultaneous, closeThree, halfClose } from './orderly.ts';
import { abort, halfOpen, idlePoolRace, lateDataReset, unreadReset } from './resets.ts';
import { idleKilled, idleTimeout, peerVanished, stillOpen } from './silence.ts';

/** Rules about how a connection ends, or does not. */
export const closeRules: readonly Rule[] = [
  resetByMiddlebox,
  resetIgnored,
  idlePoolRace,
  lateDataReset,
  unreadReset,
  halfOpen,
  idleKilled,
  idleTimeout,
  abort,
  closeWaitLeak,
  finLost,
  lastAckLost,
  closeFour,
  closeThree,
  closeSimultaneous,
  halfClose,
  peerVanished,
  stillOpen,
];
