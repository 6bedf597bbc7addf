// Challenge ACKs and their limit (RFC 5961 section 7). The limit is per connection: a global one would
// tell an off-path attacker what other connections do (CVE-2016-5696).

import type { Engine } from './engine.ts';
import type { Tcb } from './tcb.ts';

/** True, and counted, when a challenge may be answered now. */
export function mayChallenge(e: Engine, tcb: Tcb): boolean {
  if (tcb.challenged === 1) {
    const since = (e.ms - tcb.challengeMs) | 0;
    if (since >= 0 && since < tcb.config.challengeAckMs) return false;
  }
  tcb.challenged = 1;
  tcb.challengeMs = e.ms;
  return true;
}

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, if the limit allows. */
export function challengeAck(e: Engine, tcb: Tcb): void {
  if (mayChallenge(e, tcb)) e.rules.sendAck(e, tcb);
}
