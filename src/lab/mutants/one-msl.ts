// TIME-WAIT of one MSL instead of two (RFC 9293 section 3.6, MUST-13).

import { type Mutant, without } from './mutant.ts';

export const oneMsl: Mutant = {
  id: 'one-msl',
  rule: {
    en: 'TIME-WAIT lasts two MSL: one for the last ACK to be lost, one for the FIN that asks for it again.',
    zh: 'TIME-WAIT 持续 2MSL：最后的 ACK 最多存活 1 个 MSL，对方因此重传的 FIN 又最多存活 1 个 MSL。',
  },
  section: '3.6',
  rules: without({ timeWaitMs: (tcb) => tcb.config.mslMs }),
  config: 'closing-slow',
  property: 'S4',
  steps: 11,
};
