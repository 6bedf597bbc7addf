// TIME-WAIT ended by a RST, as RFC 793 has it (RFC 1337 section 2): "TIME-WAIT assassination".

import { parts } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const rfc1337Ignored: Mutant = {
  id: 'rfc1337-ignored',
  rule: {
    en: 'A RST does not end TIME-WAIT.',
    zh: '处于 TIME-WAIT 时忽略收到的 RST，不因它而提前结束。',
  },
  section: 'RFC 1337 3',
  rules: without({
    timeWaitRst(e, tcb) {
      parts.resetConnection(e, tcb);
      return true;
    },
  }),
  config: 'closing',
  property: 'S7',
  steps: 10,
};
