// TIME-WAIT: a new SYN reopens (section 3.6.1 MAY-2, RFC 6191), the peer's FIN again is acknowledged
// and restarts 2MSL, a RST is ignored (RFC 1337), everything else is old.

import { ACK, FIN, OPT_TIMESTAMPS, RST, type Segment, SYN, segLen } from '../../wire/segment.ts';
import { seqGt, seqLeq } from '../../wire/seq.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import type { Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { endConnection, setTimer } from '../timers.ts';
import { acceptable } from './sequence.ts';

/** Added to SND.NXT for the least ISS of a connection that follows one in TIME-WAIT, as Linux does. */
const ISS_STEP = 65537;

/**
 * True when SEG is a SYN of a newer incarnation (RFC 6191 section 2): by its timestamp where both have
 * them, else, or when that is the same, by its sequence number.
 */
export function reopens(_e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & (SYN | ACK | RST | FIN)) !== SYN) return false;
  if (tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) !== 0 && seg.tsVal !== tcb.tsRecent) {
    return seqGt(seg.tsVal, tcb.tsRecent);
  }
  return seqGt(seg.seq, tcb.rcv.nxt);
}

/** Every segment of TIME-WAIT ends here. */
export function timeWait(e: Engine, tcb: Tcb, seg: Segment): boolean {
  const { rcv, snd } = tcb;
  if (reopens(e, tcb, seg) && e.out.reopen(tcb, seg, (snd.nxt + ISS_STEP) | 0)) {
    endConnection(e, tcb, row.TIME_WAIT_SYN, Err.OK);
    return true;
  }
  if ((seg.ctl & RST) !== 0) return e.rules.timeWaitRst(e, tcb, seg);
  e.out.drop(tcb, seg, Drop.TIME_WAIT);
  const end = (seg.seq + segLen(seg)) | 0;
  // "Acknowledge it, and restart the 2 MSL timeout", if it is the FIN that we know.
  if ((seg.ctl & FIN) !== 0 && end === rcv.nxt && (seg.ctl & ACK) !== 0 && seg.ack === snd.nxt) {
    setTimer(e, tcb, 'wait', e.rules.timeWaitMs(tcb));
    e.rules.sendAck(e, tcb);
    return true;
  }
  // 3.10.7.4 fifth: "if the ACK bit is off, drop the segment and return".
  if ((seg.ctl & (SYN | ACK)) === 0 && acceptable(tcb, seg)) return true;
  // An ACK exactly where it should be is the last word of a simultaneous close: nothing to say. One of
  // something unsent is answered (RFC 5961 section 5).
  if (seg.seq === rcv.nxt && segLen(seg) === 0 && seqLeq(seg.ack, snd.nxt)) return true;
  e.rules.challengeAck(e, tcb);
  return true;
}

/** RFC 1337 section 3: a RST does not end TIME-WAIT. */
export function timeWaitRst(e: Engine, tcb: Tcb, seg: Segment): boolean {
  e.out.drop(tcb, seg, Drop.RST_IN_TIME_WAIT);
  return true;
}
