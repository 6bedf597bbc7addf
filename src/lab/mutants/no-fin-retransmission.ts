// Without retransmission of the FIN (RFC 9293 section 3.8.1): it is sent once.

import { finSent, rfc9293 } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const noFinRetransmission: Mutant = {
  id: 'no-fin-retransmission',
  rule: {
    en: 'A FIN occupies a sequence number, and is sent again until it is acknowledged.',
    zh: 'FIN 占用一个序列号，未得到确认就要重传。',
  },
  section: '3.8.1',
  rules: without({
    retransmissionTimeout(e, tcb) {
      if (finSent(tcb) && tcb.snd.una === tcb.snd.end) return;
      rfc9293.retransmissionTimeout(e, tcb);
    },
  }),
  config: 'patient',
  property: 'L3',
  steps: 6,
};
