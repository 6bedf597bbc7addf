// Two rules at once: neither a clock in the ISN nor TIME-WAIT. Each covers for the other; here nothing does.

import { type Mutant, without } from './mutant.ts';

export const fixedIsnNoTimeWait: Mutant = {
  id: 'fixed-isn-no-time-wait',
  rule: {
    en: 'Two rules: the ISN follows a clock, and TIME-WAIT lets old segments die before the next incarnation.',
    zh: '同时去掉两条规则：初始序列号随时钟增长；TIME-WAIT 让旧报文段在下一个化身出现之前消失。',
  },
  section: '3.4.1, 3.6',
  rules: without({ selectIss: () => 1_000_000, timeWaitMs: () => 0 }),
  config: 'reincarnations',
  property: 'S2',
  steps: 15,
};
