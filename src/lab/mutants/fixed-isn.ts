// Without a clock in the ISN (RFC 9293 section 3.4.1, MUST-8): every incarnation begins with the same number.

import { type Mutant, without } from './mutant.ts';

export const fixedIsn: Mutant = {
  id: 'fixed-isn',
  rule: {
    en: 'The initial sequence number follows a clock, so that the numbers of two incarnations do not overlap.',
    zh: '初始序列号随时钟增长，使同一连接前后两个化身的序列号互不重叠。',
  },
  section: '3.4.1',
  rules: without({ selectIss: () => 1_000_000 }),
  config: 'old-duplicates',
  property: 'S2',
  steps: 9,
};
