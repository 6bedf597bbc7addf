// SEGMENT ARRIVES in CLOSED (RFC 9293 section 3.10.7.1): whatever is not a RST is answered by one.

import { ACK, RST, type Segment, segLen } from '../../wire/segment.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';

/** The connection does not exist. */
export function closed(e: Engine, seg: Segment): void {
  if ((seg.ctl & RST) !== 0) {
    e.out.drop(null, seg, Drop.RST_TO_CLOSED);
    return;
  }
  e.out.drop(null, seg, Drop.CLOSED);
  e.rules.replyReset(e, seg);
}

/** <SEQ=SEG.ACK><CTL=RST>, or without an ACK <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. Never for a RST. */
export function replyReset(e: Engine, seg: Segment): void {
  if ((seg.ctl & RST) !== 0) return;
  const rst =
    (seg.ctl & ACK) !== 0
      ? e.outgoing.set(seg.ack, 0, RST)
      : e.outgoing.set(0, (seg.seq + segLen(seg)) | 0, RST | ACK);
  rst.srcPort = seg.dstPort;
  rst.dstPort = seg.srcPort;
  e.out.reply(seg, rst);
}
