// Loss recovery by SACK (RFC 6675 section 5), with the window of RFC 9937. It takes over from NewReno
// (recovery.ts) with the first SACK block that a connection receives.

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGeq, seqGt, seqMax } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import { sendNext } from '../send/transmit.ts';
import { Phase, type Scoreboard, type Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import { prr, startPrr } from './prr.ts';
import type { AckSample } from './sample.ts';
import {
  DUP_THRESHOLD,
  firstUnsacked,
  forgetAcked,
  highestSacked,
  holeEnd,
  isLost,
  lostEdge,
  setPipe,
  updateScoreboard,
} from './scoreboard.ts';

/** True when the ACK in `seg` is a matter for {@link sackArrives}: the peer reports what it has. */
export function usesSack(tcb: Tcb, seg: Segment): boolean {
  return tcb.scoreboard !== null || (tcb.sack === 1 && (seg.opts & OPT_SACK) !== 0);
}

/** Section 5, for an ACK of SND.UNA, which may have moved just now. */
export function sackArrives(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  const { cc, snd } = tcb;
  const { acked } = s;
  const before = tcb.scoreboard;
  const held = before === null ? 0 : before.sacked;
  const reneged = !forgetAcked(tcb);
  const fresh = updateScoreboard(tcb, seg);
  const sb = tcb.scoreboard;
  if (sb === null) {
    if (acked > 0) e.rules.newAck(e, tcb, s); // a DSACK alone: nothing to repair
    return;
  }
  if (before === null) {
    // The first report; NewReno may already be at work.
    sb.highRxt = snd.una;
    sb.rescueRxt = snd.una;
    startPrr(tcb, sb, fresh);
  }
  sb.highRxt = reneged ? snd.una : seqMax(sb.highRxt, snd.una);
  const delivered = reneged ? acked : acked + sb.sacked - held;
  s.sacked = fresh;
  s.delivered = delivered;
  if (cc.phase === Phase.FAST_RECOVERY) {
    if (!seqGt(snd.una, cc.recover)) {
      if (fresh > 0 && cc.dupAcks < 0x3fffffff) cc.dupAcks++;
      prr(tcb, sb, delivered, acked > 0);
      return;
    }
    // Step (A): RecoveryPoint is acknowledged.
    setCwnd(tcb, controlOf(tcb).onExit(tcb, e.now));
    cc.phase = Phase.OPEN;
    cc.dupAcks = 0;
  } else if (acked > 0) {
    e.rules.newAck(e, tcb, s);
  }
  if (cc.phase === Phase.LOSS) {
    if (reneged) snd.rtx = snd.una;
    return;
  }
  // A duplicate ACK is one that reports something new, whatever else it does (section 2).
  if (fresh > 0 && cc.dupAcks < 0x3fffffff) cc.dupAcks++;
  if (sb.count === 0 || !seqGt(snd.una, cc.recover)) return;
  if (cc.dupAcks < DUP_THRESHOLD && !isLost(tcb, snd.una)) return;
  if (!e.rules.mtuProbeLost(e, tcb)) enterRecovery(e, tcb, sb, delivered);
}

/** Step (4): RecoveryPoint, the reduction of the window, and the first retransmission. */
function enterRecovery(e: Engine, tcb: Tcb, sb: Scoreboard, delivered: number): void {
  const { cc, snd } = tcb;
  // FlightSize as NewReno counts it here: with what limited transmit added, and no more than that.
  const flight = Math.min((snd.nxt - snd.una) | 0, cc.cwnd + DUP_THRESHOLD * snd.mss);
  cc.priorCwnd = cc.cwnd;
  cc.priorSsthresh = cc.ssthresh;
  cc.ssthresh = controlOf(tcb).onLoss(tcb, flight, e.now);
  cc.recover = (snd.nxt - 1) | 0;
  cc.phase = Phase.FAST_RECOVERY;
  // Not "undefined", as the RFC begins: what was sent last has not had a round trip to be reported.
  sb.rescueRxt = snd.una;
  startPrr(tcb, sb, delivered);
  prr(tcb, sb, Math.max(delivered, 1), false);
  // HighRxt beyond SND.UNA: the recovery before has sent it again less than a round trip ago.
  if (sb.highRxt === snd.una) resend(e, tcb, sb, snd.una);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
}

/** Step (C): while cwnd - pipe is a full segment, what NextSeg () says. */
export function sendInRecovery(e: Engine, tcb: Tcb): void {
  const { cc, snd, scoreboard: sb } = tcb;
  if (sb === null) return;
  for (;;) {
    const room = (cc.cwnd - setPipe(tcb)) | 0;
    if (room < snd.mss) return;
    if (e.rules.nextSeg(e, tcb, sb, room) === 0) return;
  }
}

/** NextSeg (), and sending it; how many sequence numbers that were. 0: there is nothing to send. */
export function nextSeg(e: Engine, tcb: Tcb, sb: Scoreboard, room: number): number {
  const { snd } = tcb;
  // (1) The first hole that is lost, and not yet sent again.
  const hole = firstUnsacked(tcb, seqMax(sb.highRxt, snd.una));
  if (seqGt(lostEdge(tcb), hole)) return resend(e, tcb, sb, hole);
  // (2) What was never sent.
  const fresh = sendNext(e, tcb, room);
  if (fresh > 0) {
    sb.prrOut += fresh;
    return fresh;
  }
  // (3) A hole that is not known to be lost.
  if (seqGt(highestSacked(tcb), hole)) return resend(e, tcb, sb, hole);
  // (4) The rescue: the end of what is outstanding, once.
  return seqGt(snd.una, sb.rescueRxt) ? rescue(e, tcb, sb) : 0;
}

/** Sends a hole, or its first segment, again; HighRxt moves over it. */
function resend(e: Engine, tcb: Tcb, sb: Scoreboard, seq: number): number {
  if (!insideWindow(tcb, seq)) return 0;
  const n = e.rules.retransmit(e, tcb, seq, holeEnd(tcb, seq));
  sb.highRxt = (seq + n) | 0;
  sb.prrOut += n;
  return n;
}

/** One segment with the highest octet that was not SACKed. */
function rescue(e: Engine, tcb: Tcb, sb: Scoreboard): number {
  const { snd, cc } = tcb;
  const top = highestSacked(tcb);
  // With nothing above what was SACKed the highest hole is below, and rule (3) has sent it. What was sent since
  // recovery began is not in need of rescue: it brings its own reports.
  if (!seqGt(snd.nxt, top) || seqGt((snd.nxt - 1) | 0, cc.recover)) return 0;
  const from = seqMax(top, (snd.nxt - snd.mss) | 0);
  if (!insideWindow(tcb, from)) return 0;
  sb.rescueRxt = cc.recover;
  const n = e.rules.retransmit(e, tcb, from, snd.nxt);
  sb.prrOut += n;
  return n;
}

/** SHLD-16: inside the window; the first octet goes in any case, so that the peer answers. */
function insideWindow(tcb: Tcb, seq: number): boolean {
  const { snd } = tcb;
  return seq === snd.una || !seqGeq(seq, (snd.una + snd.wnd) | 0);
}
