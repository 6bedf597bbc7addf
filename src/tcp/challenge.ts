// Challenge ACKs and their limit (RFC 5961 section 7). The limit is per connection: a global one would
// tell an off-path attacker what other connections do (CVE-2016-5696).

import type { Engine } from './engine.ts';
import type { Tcb } from './tcb/tcb.ts';
import { since } from './time.ts';

/** True, and counted, when a challenge may be answered now. */
export function mayChallenge(e: Engine, tcb: Tcb): boolean {
  if (tcb.challenged === 1 && since(e, tcb.challengeMs) < tcb.config.challengeAckMs) return false;
  tcb.challenged = 1;
  tcb.challengeMs = e.ms;
  return true;
}

/**
 * Answers in one `challengeAckMs` to text and FINs outside the window: enough for a peer that sends its
 * whole window again, too few for a stranger to draw a flood upon it.
 */
const MOST_ANSWERS = 100;

/** True, and counted, when text or a FIN outside the window may be acknowledged now: `most` are in a `challengeAckMs`. */
export function mayAnswer(e: Engine, tcb: Tcb, most = MOST_ANSWERS): boolean {
  if (since(e, tcb.answerMs) >= tcb.config.challengeAckMs) {
    tcb.answerMs = e.ms;
    tcb.answers = 0;
  }
  if (tcb.answers >= most) return false;
  tcb.answers++;
  return true;
}

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, if the limit allows. */
export function challengeAck(e: Engine, tcb: Tcb): void {
  if (mayChallenge(e, tcb)) e.rules.sendAck(e, tcb);
}
