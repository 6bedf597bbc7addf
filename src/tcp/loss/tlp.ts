// Tail Loss Probe (RFC 8985 section 7): when ACKs stay away for two round trips the last segment goes again, or a new
// one, so that its ACK tells what is missing, long before the retransmission timer would have to guess.

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd, setSsthresh } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import { lastSegment } from '../send/records.ts';
import { sendNext } from '../send/transmit.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { clearTimer, setTimer } from '../timers.ts';
import { usesRack } from './rack.ts';
import { flightSize } from './recovery.ts';
import type { AckSample } from './sample.ts';

/** `cc.tlp`: no probe is under way; one of new text is; one of text that was sent before. */
export const Tlp = { NONE: 0, NEW_TEXT: 1, RESENT: 2 } as const;

/** The probe timer expired: TLP_send_probe (section 7.3). */
export function lossProbe(e: Engine, tcb: Tcb): void {
  const { snd, cc } = tcb;
  if (snd.una === snd.nxt || cc.phase !== Phase.OPEN || cc.tlp !== Tlp.NONE || !usesRack(tcb)) return;
  // Beyond cwnd, by this one segment.
  if (sendNext(e, tcb, snd.mss) > 0) {
    cc.tlp = Tlp.NEW_TEXT;
  } else {
    e.rules.retransmit(e, tcb, lastSegment(tcb));
    cc.tlp = Tlp.RESENT;
  }
  cc.tlpEnd = snd.nxt;
  clearTimer(e, tcb, 'pto');
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
}

/** What the ACK says of the probe: TLP_process_ack (section 7.4.2). */
export function probeAnswered(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  const { cc } = tcb;
  if (cc.tlp === Tlp.NONE || !seqGeq(seg.ack, cc.tlpEnd)) return;
  if (cc.tlp === Tlp.NEW_TEXT || (s.dsack > 0 && s.dsackRight === cc.tlpEnd)) {
    cc.tlp = Tlp.NONE;
  } else if (seqGt(seg.ack, cc.tlpEnd)) {
    // The probe has repaired a loss: congestion, which nobody has answered yet.
    cc.tlp = Tlp.NONE;
    if (cc.phase !== Phase.OPEN) return;
    setSsthresh(tcb, controlOf(tcb).onLoss(tcb, flightSize(tcb), e.now));
    setCwnd(tcb, controlOf(tcb).onExit(tcb, e.now));
  } else if (s.advanced === 0 && seg.textLen === 0 && (seg.opts & OPT_SACK) === 0) {
    cc.tlp = Tlp.NONE; // both have arrived, at a peer that does not report duplicates
  }
}
