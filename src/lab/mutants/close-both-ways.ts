// Without half-closed connections (RFC 9293 section 3.6): the ACK of our FIN ends both directions.

import { Err, finAcked, parts, rfc9293, State } from '../../tcp/index.ts';
import { type Mutant, without } from './mutant.ts';

export const closeBothWays: Mutant = {
  id: 'close-both-ways',
  rule: {
    en: 'Each direction is closed by its own FIN: who has sent one goes on receiving until the peer’s comes.',
    zh: '两个方向各自用 FIN 关闭：发出 FIN 的一方仍要继续接收，直到收到对方的 FIN。',
  },
  section: '3.6',
  rules: without({
    ackByState(e, tcb, seg) {
      if (rfc9293.ackByState(e, tcb, seg)) return true;
      if (tcb.state !== State.FIN_WAIT_2 || !finAcked(tcb)) return false;
      parts.endConnection(e, tcb, parts.row.FIN_WAIT_2_TIMEOUT, Err.OK);
      return true;
    },
  }),
  config: 'half-close',
  property: 'S3',
  steps: 6,
};
