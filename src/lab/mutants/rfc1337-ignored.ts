// TIME-WAIT ended by a RST, as RFC 9293 section 3.10.7.4 has it (RFC 1337 section 2): "TIME-WAIT assassination".

import { parts, type Rules } from '../../tcp/index.ts';
import { fixedIsn } from './fixed-isn.ts';
import { type Mutant, without } from './mutant.ts';

/** A RST with SEG.SEQ = RCV.NXT ends TIME-WAIT. */
const timeWaitRst: Rules['timeWaitRst'] = (e, tcb, seg) => {
  if (seg.seq === tcb.rcv.nxt) parts.resetConnection(e, tcb);
  return true;
};

export const rfc1337Ignored: Mutant = {
  id: 'rfc1337-ignored',
  rule: {
    en: 'A RST does not end TIME-WAIT.',
    zh: '处于 TIME-WAIT 时忽略收到的 RST，不因它而提前结束。',
  },
  section: 'RFC 1337 3',
  rules: without({ timeWaitRst }),
  config: 'closing',
  property: 'S7',
  steps: 10,
};

/** The same where both incarnations count from one number: so that nothing but TIME-WAIT keeps old text out. */
export const assassination: Mutant = {
  id: 'fixed-isn-rfc1337-ignored',
  rule: {
    en: 'A RST does not end TIME-WAIT. (Every connection begins with the same number here, with the rule and without it: nothing else keeps old text out.)',
    zh: '处于 TIME-WAIT 时忽略收到的 RST。（这里无论有没有这条规则，每个连接都从同一个序列号开始，除 TIME-WAIT 之外没有别的东西能挡住旧数据。）',
  },
  section: 'RFC 1337 3',
  rules: { ...fixedIsn.rules, timeWaitRst },
  base: fixedIsn.rules,
  config: 'assassination',
  property: 'S2',
  steps: 17,
};
