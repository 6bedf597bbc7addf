// Every rule, by what it is about. The order is that of a connection's life; `over` says which of two that hold says more.

import { captureLoss, captureReordered, duplicateCapture, midStream, oneSided } from './capture/capture.ts';
import { closeWaitLeak } from './close/leak.ts';
import { finLost, lastAckLost } from './close/lost.ts';
import { resetByMiddlebox, resetIgnored } from './close/middlebox.ts';
import { closeFour, closeSimultaneous, closeThree, halfClose } from './close/orderly.ts';
import { abort, halfOpen, idlePoolRace, lateDataReset, unreadReset } from './close/resets.ts';
import { idleKilled, idleTimeout, peerVanished, stillOpen } from './close/silence.ts';
import { badChecksum, loss, reordered, spurious } from './data/loss.ts';
import { mtuHole } from './data/mtu.ts';
import { bloatedQueue, nagleDelayedAck, slowNetwork, slowServer } from './data/slow.ts';
import { slowReader, zeroWindowStall } from './data/window.ts';
import { serverAbandoned } from './handshake/abandoned.ts';
import { synAborted } from './handshake/aborted.ts';
import { acceptQueueFull } from './handshake/accept-queue.ts';
import { filtered } from './handshake/filtered.ts';
import { synAckLost, synLost, thirdAckLost } from './handshake/lost.ts';
import { portScan, synFlood } from './handshake/many.ts';
import { badOption, fastOpen, optionsStripped, scaleStripped } from './handshake/options.ts';
import { refused } from './handshake/refused.ts';
import { portReuseRefused, timeWaitReopened } from './handshake/reuse.ts';
import { isnMismatch, simultaneousOpen, staleSyn } from './handshake/stale.ts';
import { healthy } from './healthy.ts';
import type { Rule, VerdictTexts } from './verdict.ts';

/** The rules about one connection. */
export const rules: readonly Rule[] = [
  refused,
  filtered,
  acceptQueueFull,
  synLost,
  synAckLost,
  thirdAckLost,
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
  midStream,
  oneSided,
  duplicateCapture,
  captureReordered,
  captureLoss,
  stillOpen,
];

/** What is said of each verdict, by id. */
export const verdictTexts: ReadonlyMap<string, VerdictTexts> = new Map(
  [...rules, synFlood, portScan, healthy].map((texts) => [texts.id, texts]),
);
