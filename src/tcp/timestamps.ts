// RFC 7323: the timestamps option, and protection against wrapped sequence numbers (section 5).

import { OPT_TIMESTAMPS, RST, type Segment } from '../wire/segment.ts';
import { seqLeq, seqLt } from '../wire/seq.ts';
import type { Engine } from './engine.ts';
import type { Tcb } from './tcb/tcb.ts';
import { since } from './time.ts';

/** Section 5.5: after 24 days without a segment TS.Recent says nothing. */
const TS_RECENT_VALID_MS = 24 * 24 * 3600 * 1000;

/** Our timestamp clock: milliseconds, shifted for each connection (section 5.4). */
export function tsNow(e: Engine, tcb: Tcb): number {
  return (e.ms + tcb.tsOffset) | 0;
}

/** True while TS.Recent is young enough to judge by. */
function recentIsValid(e: Engine, tcb: Tcb): boolean {
  return since(e, tcb.tsRecentMs) <= TS_RECENT_VALID_MS;
}

/** Section 5.3 R1: true when the segment is an old duplicate by its timestamp. A RST is never. */
export function pawsRejects(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if (tcb.ts === 0 || (seg.opts & OPT_TIMESTAMPS) === 0 || (seg.ctl & RST) !== 0) return false;
  return seqLt(seg.tsVal, tcb.tsRecent) && recentIsValid(e, tcb);
}

/** Section 4.3 (2): TS.Recent <- SEG.TSval, when the segment spans Last.ACK.sent. */
export function updateTsRecent(e: Engine, tcb: Tcb, seg: Segment): void {
  if (tcb.ts === 0 || (seg.opts & OPT_TIMESTAMPS) === 0) return;
  if (seqLt(seg.tsVal, tcb.tsRecent) && recentIsValid(e, tcb)) return;
  if (!seqLeq(seg.seq, tcb.rcv.acked)) return;
  tcb.tsRecent = seg.tsVal;
  tcb.tsRecentMs = e.ms;
}
