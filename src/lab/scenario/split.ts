// A TCP that splits the handshake: its listener answers a SYN with a SYN alone, so that the peer, still in
// SYN-SENT, sees a simultaneous open (RFC 9293 section 3.5, figure 7) and does its part of it: four segments.

import { emitSyn, type Rules, State } from '../../tcp/index.ts';
import { ACK, SYN } from '../../wire/index.ts';

/** The rules, but that a passive open sends SYN, and takes the SYN,ACK that comes back for what it acknowledges. */
export function splitting(rules: Rules): Rules {
  return {
    ...rules,
    sendSyn: (e, tcb) => {
      if (tcb.passive === 1 && tcb.state === State.SYN_RECEIVED) emitSyn(e, tcb, SYN);
      else rules.sendSyn(e, tcb);
    },
    sequence: (e, tcb, seg) => {
      if (tcb.passive === 0 || tcb.state !== State.SYN_RECEIVED || (seg.ctl & (SYN | ACK)) !== (SYN | ACK))
        return rules.sequence(e, tcb, seg);
      tcb.passive = 0; // only here: as a simultaneous open does
      const over = rules.sequence(e, tcb, seg);
      tcb.passive = 1;
      tcb.ackNow = 1;
      return over;
    },
  };
}
