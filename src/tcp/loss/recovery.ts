// Finding and repairing losses without SACK (with it: sack-recovery.ts): fast retransmit and fast recovery (RFC 5681 section 3.2, RFC 6582),
// limited transmit (RFC 3042), and the aftermath of a timeout (RFC 5681 section 3.1 (4)).

import { seqGeq, seqGt, seqMax } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import type { AckSample } from './sample.ts';
import { DUP_THRESHOLD, forgetSacked } from './scoreboard.ts';

/**
 * Octets that may be in flight now: cwnd, and limited transmit's allowance on the first two duplicates. With a
 * scoreboard there is no need of one: what was SACKed has left the network (RFC 6675 section 5 (3)).
 */
export function allowedFlight(tcb: Tcb): number {
  const { cc, snd } = tcb;
  if (cc.phase === Phase.OPEN && cc.dupAcks > 0 && cc.dupAcks < DUP_THRESHOLD && tcb.scoreboard === null) {
    return cc.cwnd + cc.dupAcks * snd.mss;
  }
  return cc.cwnd;
}

/** A duplicate ACK arrived (RFC 5681 section 2). */
export function duplicateAck(e: Engine, tcb: Tcb): void {
  const { cc, snd } = tcb;
  if (cc.phase === Phase.LOSS) return;
  if (cc.dupAcks < 0x3fffffff) cc.dupAcks++;
  if (cc.phase === Phase.FAST_RECOVERY) {
    // RFC 5681 section 3.2 (4); bounded, since a peer can send any number of duplicates.
    setCwnd(tcb, cc.cwnd + snd.mss);
    return;
  }
  // RFC 6582 section 3.2 step 2: SEG.ACK - 1 must be beyond `recover`, or they are echoes of go-back-N.
  if (cc.dupAcks !== DUP_THRESHOLD || !seqGt((snd.una - 1) | 0, cc.recover)) return;
  if (e.rules.mtuProbeLost(e, tcb)) return;
  const flight = (snd.nxt - snd.una) | 0;
  cc.priorCwnd = cc.cwnd;
  cc.priorSsthresh = cc.ssthresh;
  cc.ssthresh = controlOf(tcb).onLoss(tcb, flight, e.now);
  setCwnd(tcb, cc.ssthresh + DUP_THRESHOLD * snd.mss);
  cc.recover = (snd.nxt - 1) | 0;
  cc.phase = Phase.FAST_RECOVERY;
  e.rules.retransmit(e, tcb, snd.una);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
}

/** New octets were acknowledged; SND.UNA has moved already. With an echo of ECN cwnd does not grow. */
export function newAck(e: Engine, tcb: Tcb, s: AckSample): void {
  const { cc, snd } = tcb;
  const { acked } = s;
  if (cc.phase === Phase.FAST_RECOVERY) {
    if (seqGt(snd.una, cc.recover)) {
      // A full acknowledgment: RFC 6582 section 3.2 step 3, first option.
      const flight = (snd.nxt - snd.una) | 0;
      const most = Math.max(flight, snd.mss) + snd.mss;
      setCwnd(tcb, Math.min(controlOf(tcb).onExit(tcb, e.now), most));
      cc.phase = Phase.OPEN;
      cc.dupAcks = 0;
      return;
    }
    // A partial acknowledgment: the next hole is lost too.
    setCwnd(tcb, cc.cwnd - acked + (acked >= snd.mss ? snd.mss : 0));
    e.rules.retransmit(e, tcb, snd.una);
    return;
  }
  cc.dupAcks = 0;
  // `recover` follows at a distance, or it would lie ahead again after 2 GiB without a loss.
  if (cc.phase === Phase.OPEN && seqGt((snd.una - 2) | 0, cc.recover)) cc.recover = (snd.una - 2) | 0;
  if (seqGt((snd.una - 2) | 0, cc.ecnRecover)) cc.ecnRecover = (snd.una - 2) | 0;
  if (s.ece === 0 && acked > 0) setCwnd(tcb, controlOf(tcb).onAck(tcb, s, e.now));
  if (cc.phase === Phase.LOSS) {
    snd.rtx = seqMax(snd.rtx, snd.una);
    if (seqGt(snd.una, cc.recover)) cc.phase = Phase.OPEN;
  }
}

/** The retransmission timer expired: RFC 5681 section 3.1 (4), RFC 6582 section 4.2. */
export function timeoutLoss(e: Engine, tcb: Tcb): void {
  const { cc, snd, rto } = tcb;
  const flight = (snd.nxt - snd.una) | 0;
  if (rto.timeouts === 0) {
    cc.priorCwnd = cc.cwnd;
    cc.priorSsthresh = cc.ssthresh;
    cc.ssthresh = controlOf(tcb).onTimeout(tcb, flight, e.now);
  }
  setCwnd(tcb, snd.mss);
  // One timeout after the other: better to send too much than to trust a peer that may have reneged (RFC 2018).
  if (rto.timeouts > 0) forgetSacked(tcb);
  startLoss(tcb);
}

/** Everything in flight counts as lost and goes again from SND.UNA, as cwnd allows. */
export function startLoss(tcb: Tcb): void {
  const { cc, snd } = tcb;
  cc.dupAcks = 0;
  cc.recover = (snd.nxt - 1) | 0;
  cc.phase = Phase.LOSS;
  snd.rtx = snd.una;
  tcb.rto.timing = 0; // MUST-18: what is timed will be sent again
}

/** True while octets sent before a timeout wait to be sent again. */
export function retransmitting(tcb: Tcb): boolean {
  return tcb.cc.phase === Phase.LOSS && seqGeq(tcb.cc.recover, tcb.snd.rtx);
}
