// Without a bound of the SYN queue (RFC 4987 section 3): every SYN from nowhere keeps its place until R2.

import { rfc9293 } from '../../tcp/index.ts';
import type { Mutant } from './mutant.ts';

export const noQueueBound: Mutant = {
  id: 'no-queue-bound',
  rule: {
    en: 'A listener keeps a bounded number of connections in SYN-RECEIVED.',
    zh: '监听端的半连接队列有上限。',
  },
  section: 'RFC 4987 3',
  rules: rfc9293,
  unbounded: true,
  config: 'flood',
  property: 'S9',
  steps: 5,
};
