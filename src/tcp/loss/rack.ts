// RACK (RFC 8985 section 6): a segment is lost when one that was sent later has arrived, and the time for reordering
// has passed. Time and not sequence numbers, so that a retransmission that is lost is found as well.

import type { Engine } from '../engine.ts';
import { join, leftOf, markLost, rightOf, word } from '../send/sent.ts';
import { FATE, Fate, SENT_US, type Sent, TIMES } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { clearTimer, setTimer } from '../timers.ts';
import { sentAfter } from './delivered.ts';
import type { AckSample } from './sample.ts';
import { DUP_THRESHOLD } from './scoreboard.ts';

/** RACK.reo_wnd_persist: recoveries for which a window stays that DSACKs have widened. */
const PERSIST = 16;

/** True when RACK finds the losses of this connection: it needs SACK. */
export function usesRack(tcb: Tcb): boolean {
  return tcb.sack === 1 && tcb.config.lossDetection === 'rack';
}

/** Step 4: how late a segment may come, in microseconds (RACK_update_reo_wnd). */
function reorderingWindowUs(tcb: Tcb, sent: Sent): number {
  const { cc, rto, snd } = tcb;
  if (cc.reoMult === 0) {
    if (cc.phase !== Phase.OPEN || cc.dupAcks >= DUP_THRESHOLD) return 0;
    if (sent.sacked > (DUP_THRESHOLD - 1) * snd.mss) return 0;
  }
  if (rto.measured === 0) return 0;
  return Math.min(Math.max(cc.reoMult, 1) * (rto.minRttUs >> 2), rto.srttUs);
}

/** Step 4, first part: a DSACK says that a retransmission was needless. The window grows once in a round trip. */
export function heedDsack(tcb: Tcb, sent: Sent): void {
  const { cc, snd } = tcb;
  if (sent.dsackRounds === 1 && ((snd.una - sent.dsackRound) | 0) < 0) return;
  sent.dsackRounds = 1;
  sent.dsackRound = snd.nxt;
  cc.reoMult = Math.min(cc.reoMult + 1, 0xff);
  cc.reoPersist = PERSIST;
}

/** A recovery has ended: the window narrows again after a number of them without a DSACK. */
export function recoveryEnded(tcb: Tcb): void {
  const { cc } = tcb;
  if (cc.reoPersist === 0) return;
  cc.reoPersist--;
  if (cc.reoPersist === 0) cc.reoMult = Math.min(cc.reoMult, 1);
}

/** Step 5, RACK_detect_loss_and_arm_timer. `s` null: the timer asks. */
export function detectByTime(e: Engine, tcb: Tcb, sent: Sent, s: AckSample | null): void {
  if (sent.rack === 0) return;
  const patienceUs = sent.rackRttUs + reorderingWindowUs(tcb, sent);
  let waitUs = 0;
  for (let i = 0; i < sent.count; i++) {
    if (word(sent, i, FATE) !== Fate.FLIGHT) continue;
    const sentUs = word(sent, i, SENT_US);
    if (!sentAfter(sent.rackUs, sent.rackEnd, sentUs, rightOf(tcb, sent, i))) {
      // What was sent once is in the order of time: nothing above was sent earlier, retransmissions included.
      if (word(sent, i, TIMES) === 1) break;
      continue;
    }
    const remainingUs = (sentUs + patienceUs - e.us) | 0;
    if (remainingUs > 0) {
      waitUs = Math.max(waitUs, remainingUs);
      continue;
    }
    markLost(tcb, sent, i, s);
    if (join(sent, i)) i--;
  }
  if (waitUs > 0) setTimer(e, tcb, 'reorder', Math.ceil(waitUs / 1000));
  else if (tcb.timer.reorder !== 0) clearTimer(e, tcb, 'reorder');
}

/** Section 6.3: the retransmission timer expired. The first segment is lost, and what was sent long enough ago. */
export function detectByTimeout(e: Engine, tcb: Tcb, sent: Sent): void {
  const patienceUs = sent.rackRttUs + reorderingWindowUs(tcb, sent);
  for (let i = 0; i < sent.count; i++) {
    if (word(sent, i, FATE) !== Fate.FLIGHT) continue;
    if (leftOf(sent, i) !== tcb.snd.una && ((word(sent, i, SENT_US) + patienceUs - e.us) | 0) > 0) continue;
    markLost(tcb, sent, i, null);
    if (join(sent, i)) i--;
  }
}
