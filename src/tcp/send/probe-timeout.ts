// When a tail loss probe is due (RFC 8985 section 7.2): the timer that send and ACK set; what it does is loss/tlp.ts.

import type { Engine } from '../engine.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { deadline } from '../time.ts';
import { clearTimer, setDeadline } from '../timers.ts';

/** Two round trips in one process are no time: less than this is the jitter of timers. */
const LEAST_MS = 10;
/** TLP.max_ack_delay: how long a peer may wait with its ACK of a lone segment (Linux's shortest delayed ACK). */
const MAX_ACK_DELAY_MS = 40;

/** After new text was sent, or some was acknowledged: TLP_calc_PTO. Off in recovery and while something is SACKed. */
export function setProbeTimer(e: Engine, tcb: Tcb): void {
  const { snd, cc, rto, sent, timer } = tcb;
  if (
    tcb.sack === 0 ||
    tcb.config.lossDetection !== 'rack' ||
    cc.phase !== Phase.OPEN ||
    cc.tlp !== 0 ||
    sent === null ||
    sent.sacked > 0 ||
    snd.una === snd.nxt ||
    snd.probe === 1
  ) {
    if (timer.pto !== 0) clearTimer(e, tcb, 'pto');
    return;
  }
  let ms = 1000;
  if (rto.measured === 1) {
    ms = Math.max(Math.ceil((2 * rto.srttUs) / 1000), LEAST_MS);
    if (((snd.nxt - snd.una) | 0) <= snd.mss) ms += MAX_ACK_DELAY_MS;
  }
  const at = deadline(e, ms);
  // No later than the retransmission timer.
  setDeadline(e, tcb, 'pto', timer.rexmt !== 0 && ((timer.rexmt - at) | 0) < 0 ? timer.rexmt : at);
}
