// When a tail loss probe is due (RFC 8985 section 7.2): the timer that send and ACK set; what it does is loss/tlp.ts.

import type { Engine } from '../engine.ts';
import { usesRack } from '../loss/rack.ts';
import { type Sent, TX_IN_FLIGHT } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { deadline, since } from '../time.ts';
import { clearTimer, setDeadline } from '../timers.ts';
import { word } from './sent.ts';

/** Two round trips in one process are no time: less than this is the jitter of timers. */
const LEAST_MS = 10;
/** TLP.max_ack_delay: how long a peer may wait with its ACK of a segment that was sent alone, as Linux has it. */
const MAX_ACK_DELAY_MS = 200;
/**
 * The same of the last of several, and of a small one behind a full one: less than two full segments are not acknowledged at once
 * (RFC 9293 section 3.8.6.3). Most peers wait 40 ms, and a needless probe costs one segment.
 */
const USUAL_ACK_DELAY_MS = 50;

/** Off in recovery and while something is SACKed; and one probe at a time. */
export function mayProbe(tcb: Tcb, sent: Sent): boolean {
  const { snd, cc } = tcb;
  if (!usesRack(tcb) || cc.phase !== Phase.OPEN || cc.tlp !== 0 || sent.sacked > 0) return false;
  return snd.syn === 0 && snd.una !== snd.nxt && snd.probe === 0;
}

/**
 * After new text was sent, or some was acknowledged: TLP_calc_PTO. The time counts from when the last segment left, which is
 * sooner than from each ACK, as the RFC has it; but after an ACK half a round trip passes in any case, so that a burst whose
 * ACKs a slow link has spread is not probed.
 */
export function setProbeTimer(e: Engine, tcb: Tcb, sent: Sent): void {
  const { snd, rto, timer } = tcb;
  sent.ptoUna = snd.una;
  sent.ptoNxt = snd.nxt;
  if (!mayProbe(tcb, sent)) {
    if (timer.pto !== 0) clearTimer(e, tcb, 'pto');
    return;
  }
  let ms = 1000;
  if (rto.measured === 1) {
    const srttMs = Math.ceil(rto.srttUs / 1000);
    ms = Math.max(2 * srttMs, LEAST_MS);
    const flight = (snd.nxt - snd.una) | 0;
    if (flight < 2 * snd.mss) {
      const alone = flight <= snd.mss && word(sent, sent.count - 1, TX_IN_FLIGHT) <= snd.mss;
      if (alone) ms += MAX_ACK_DELAY_MS;
      else ms = Math.max(ms, srttMs + USUAL_ACK_DELAY_MS); // a second round trip may be time enough
    }
    ms = Math.max(ms - since(e, snd.lastMs), Math.ceil(rto.srttUs / 2000), 1);
  }
  const at = deadline(e, ms);
  // Where the retransmission timer comes first there is nothing to probe for.
  if (timer.rexmt === 0 || ((at - timer.rexmt) | 0) < 0) setDeadline(e, tcb, 'pto', at);
  else if (timer.pto !== 0) clearTimer(e, tcb, 'pto');
}
