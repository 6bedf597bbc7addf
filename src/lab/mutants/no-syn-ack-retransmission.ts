// Without retransmission of the SYN,ACK (RFC 9293 section 3.8.1): it is sent once for each SYN.

import { rfc9293, State } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const noSynAckRetransmission: Mutant = {
  id: 'no-syn-ack-retransmission',
  rule: {
    en: 'A SYN,ACK is sent again until it is acknowledged: nobody else repeats the third ACK.',
    zh: 'SYN,ACK 未得到确认就要重传：第三次握手的 ACK 丢失后，只有靠它才能补发。',
  },
  section: '3.8.1',
  rules: without({
    retransmissionTimeout(e, tcb) {
      if (tcb.state !== State.SYN_RECEIVED) rfc9293.retransmissionTimeout(e, tcb);
    },
  }),
  config: 'patient',
  property: 'L2',
  steps: 4,
};
