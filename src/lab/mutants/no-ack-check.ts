// Without the check of SEG.ACK in SYN-SENT (RFC 9293 section 3.10.7.3, first): any SYN,ACK answers any SYN.

import { rfc9293 } from '../../tcp/index.ts';
import { ACK, RST } from '../../wire/segment.ts';
import { type Mutant, without } from './mutant.ts';

export const noAckCheck: Mutant = {
  id: 'no-ack-check',
  rule: {
    en: 'In SYN-SENT an ACK must acknowledge our own SYN; else it is answered by a RST.',
    zh: '在 SYN-SENT 状态下，收到的确认号必须确认本次发出的 SYN，否则回复 RST。',
  },
  section: '3.10.7.3',
  rules: without({
    synSentAck(e, tcb, seg) {
      if ((seg.ctl & RST) !== 0) return rfc9293.synSentAck(e, tcb, seg);
      if ((seg.ctl & ACK) !== 0) seg.ack = tcb.snd.nxt; // believes what it wants to hear
      return false;
    },
  }),
  config: 'handshake',
  property: 'S1',
  steps: 5,
};
