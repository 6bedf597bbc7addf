// Without the RST that answers a segment for no connection (RFC 9293 section 3.10.7.1, 3.5.2): silence instead.

import { type Mutant, without } from './mutant.ts';

export const noRstFromClosed: Mutant = {
  id: 'no-rst-from-closed',
  rule: {
    en: 'A segment for a connection that does not exist is answered by a RST: so a half-open connection is discovered.',
    zh: '收到不属于任何连接的报文段时要回复 RST，对方由此得知自己的连接已是半开连接。',
  },
  section: '3.10.7.1',
  rules: without({ replyReset() {} }),
  config: 'crash',
  property: 'L6',
  steps: 12,
};
