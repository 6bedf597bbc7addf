// Text for a user who has gone (RFC 9293 section 3.10.7.4, SHLD-3), as Linux and FreeBSD answer it.

import { Drop, Err, parts, type Rules } from '../../tcp/index.ts';

/** The RST is that of a connection that does not exist: <SEQ=SEG.ACK><CTL=RST>. */
export const resetByReply: Rules['lateData'] = (e, tcb, seg) => {
  e.out.drop(tcb, seg, Drop.LATE_DATA);
  e.rules.replyReset(e, seg);
  parts.endConnection(e, tcb, parts.row.LATE_DATA[tcb.state], Err.ABORTED);
  return true;
};
