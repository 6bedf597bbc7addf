// Without TIME-WAIT (RFC 9293 section 3.6, MUST-13): the connection is forgotten as soon as the last ACK is sent.

import { type Mutant, without } from './mutant.ts';

export const noTimeWait: Mutant = {
  id: 'no-time-wait',
  rule: {
    en: 'The side that sends the last ACK waits in TIME-WAIT, so that it can send it again.',
    zh: '发送最后一个 ACK 的一方要停留在 TIME-WAIT，以便必要时重发这个 ACK。',
  },
  section: '3.6',
  rules: without({ timeWaitMs: () => 0 }),
  config: 'closing',
  property: 'S4',
  steps: 9,
};
