// The FIN always goes with the ACK of the peer's FIN (RFC 9293 section 3.6, case 2): no CLOSE-WAIT to finish in.

import { close, rfc9293, State } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const mergedFin: Mutant = {
  id: 'merged-fin',
  rule: {
    en: 'The ACK of a FIN and our own FIN are separate: ours waits for CLOSE. Three segments do only when the program has nothing left to say.',
    zh: '对 FIN 的确认与己方的 FIN 是两回事：己方的 FIN 要等应用程序调用 CLOSE。只有应用程序已无数据可发时，四次挥手才能合并为三次。',
  },
  section: '3.6',
  rules: without({
    finReached(e, tcb) {
      rfc9293.finReached(e, tcb);
      if (tcb.state === State.CLOSE_WAIT) close(e, tcb);
    },
  }),
  config: 'half-close',
  property: 'S3',
  steps: 6,
};
