// Without the exact match of a RST (RFC 9293 section 3.10.7.4 second, RFC 5961 section 3): anywhere in the window does.

import { parts } from '../../tcp/index.ts';
import { RST } from '../../wire/segment.ts';
import { type Mutant, without } from './mutant.ts';

export const rstInWindow: Mutant = {
  id: 'rst-in-window',
  rule: {
    en: 'A RST counts only at exactly RCV.NXT; elsewhere in the window it is challenged.',
    zh: 'RST 的序列号必须恰好等于 RCV.NXT 才有效；落在窗口内其他位置时，只回复挑战 ACK（challenge ACK）。',
  },
  section: 'RFC 5961 3',
  rules: without({
    rst(e, tcb, seg) {
      if ((seg.ctl & RST) === 0) return false;
      parts.resetConnection(e, tcb);
      return true;
    },
  }),
  config: 'attacker',
  property: 'S2-RST',
  steps: 4,
};
