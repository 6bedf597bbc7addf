// Without the third segment of the handshake (RFC 9293 section 3.5): the passive side is ESTABLISHED at the SYN.

import { parts, rfc9293, State } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const twoWayHandshake: Mutant = {
  id: 'two-way-handshake',
  rule: {
    en: 'The passive side waits for an ACK of its SYN before it is ESTABLISHED.',
    zh: '被动打开的一方要等自己的 SYN 得到确认，才进入 ESTABLISHED。',
  },
  section: '3.5',
  rules: without({
    sendSyn(e, tcb) {
      rfc9293.sendSyn(e, tcb);
      if (tcb.state !== State.SYN_RECEIVED || tcb.passive === 0) return;
      tcb.snd.una = tcb.snd.nxt;
      tcb.snd.syn = 0;
      parts.clearTimers(e, tcb);
      parts.enter(e, tcb, parts.row.SYN_RECEIVED_ACK);
      parts.established(e, tcb);
    },
  }),
  config: 'handshake',
  property: 'S1',
  steps: 3,
};
