// Loss episodes, with SACK and without: OPEN, fast recovery (RFC 5681 section 3.2, RFC 6582, RFC 6675) and the recovery
// from a timeout (RFC 5681 section 3.1 (4)). Who finds the losses is rack.ts and dup-acks.ts, how much is sent meanwhile
// prr.ts, and what goes again is what the record says is lost (send/transmit.ts).

import { OPT_SACK, type Segment } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd, setSsthresh } from '../congestion/cwnd.ts';
import { cwndLimited } from '../congestion/validation.ts';
import { noteReduced, respondToEcn } from '../ecn/response.ts';
import type { Engine } from '../engine.ts';
import { inFlight, join, markLost, word } from '../send/sent.ts';
import { FATE, Fate, type Sent } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import { boundDeparted, detectByCount, firstLost } from './dup-acks.ts';
import { prr, startPrr } from './prr.ts';
import { detectByTime, detectByTimeout, heedDsack, recoveryEnded, usesRack } from './rack.ts';
import type { AckSample } from './sample.ts';
import { noteDsack, renege, updateScoreboard } from './scoreboard.ts';
import { Frto, startUndo } from './undo.ts';

/** FlightSize without what limited transmit added: RFC 5681 section 3.2 step 2 (MUST NOT). */
export function flightSize(tcb: Tcb): number {
  return Math.min((tcb.snd.nxt - tcb.snd.una) | 0, tcb.cc.cwnd);
}

/** The options of an ACK of SND.UNA: what the peer has beyond it, and what it has twice. */
export function sackArrives(e: Engine, tcb: Tcb, seg: Segment, s: AckSample): void {
  const { cc, sent } = tcb;
  if ((seg.opts & OPT_SACK) === 0) return;
  noteDsack(tcb, seg, s);
  if (sent === null) return;
  updateScoreboard(e, tcb, sent, seg, s);
  // A duplicate ACK is one that reports something new, whatever else it does (RFC 6675 section 2).
  if (s.sacked > 0 && cc.dupAcks < 0x3fffffff) cc.dupAcks++;
  if (s.dsack > 0 && !(cc.tlp !== 0 && s.dsackRight === cc.tlpEnd)) heedDsack(tcb, sent);
}

/** An episode ends when what was outstanding at its beginning is acknowledged. True: it has. */
export function leaveRecovery(e: Engine, tcb: Tcb, s: AckSample): boolean {
  const { cc, snd, sent } = tcb;
  if (e.rules.undo(e, tcb, s)) return true;
  if (cc.phase === Phase.OPEN || s.advanced === 0 || !seqGt(snd.una, cc.recover)) return false;
  const fast = cc.phase === Phase.FAST_RECOVERY;
  cc.phase = Phase.OPEN;
  cc.dupAcks = 0;
  if (sent !== null) {
    sent.departed = 0;
    sent.frto = Frto.OFF;
  }
  if (!fast) return false;
  setCwnd(tcb, controlOf(tcb).onExit(tcb, e.now));
  recoveryEnded(tcb);
  return true;
}

/** What is lost by what the ACK said; a loss begins an episode. */
export function detectLoss(e: Engine, tcb: Tcb, s: AckSample): void {
  const { sent } = tcb;
  if (sent === null || sent.count === 0) return;
  if (usesRack(tcb)) detectByTime(e, tcb, sent, s);
  else if (sent.sacked > 0) detectByCount(tcb, sent, s);
  if (sent.departed > 0) boundDeparted(tcb, sent);
  startEpisode(e, tcb, sent, s);
}

function startEpisode(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  if (tcb.cc.phase !== Phase.OPEN || sent.lost === 0) return;
  // The loss of a probe for the path MTU is no sign of congestion; what else was lost is.
  if (e.rules.mtuProbeLost(e, tcb) && sent.lost === 0) return;
  e.rules.enterRecovery(e, tcb, sent, s);
}

/** Fast recovery begins: `recover`, the reduction of the window, room for the first retransmission. */
export function enterRecovery(e: Engine, tcb: Tcb, sent: Sent, s: AckSample): void {
  const { cc, snd } = tcb;
  startUndo(tcb, sent);
  setSsthresh(tcb, controlOf(tcb).onLoss(tcb, flightSize(tcb), e.now));
  cc.recover = (snd.nxt - 1) | 0;
  cc.phase = Phase.FAST_RECOVERY;
  noteReduced(tcb);
  cc.tlp = 0;
  // RFC 6675 has it "undefined" here: but what was sent last has not had a round trip to be reported.
  sent.rescueRxt = snd.una;
  startPrr(tcb, sent, s);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
}

/** The reordering timer of RACK expired (RFC 8985 section 6.2 step 5). */
export function reorderTimeout(e: Engine, tcb: Tcb): void {
  const { sent } = tcb;
  if (sent === null || !usesRack(tcb)) return;
  const s = e.sample.none(tcb);
  detectByTime(e, tcb, sent, s);
  startEpisode(e, tcb, sent, s);
  if (tcb.cc.phase === Phase.FAST_RECOVERY && controlOf(tcb).ownsRecovery !== true) prr(tcb, sent, s);
}

/** The congestion control's turn; `left`: the ACK ended a recovery, which has set cwnd. */
export function controlWindow(e: Engine, tcb: Tcb, s: AckSample, left: boolean): void {
  const { cc, sent } = tcb;
  const control = controlOf(tcb);
  s.inFlight = inFlight(tcb);
  if (s.ece === 1) respondToEcn(e, tcb, s);
  if (cc.phase === Phase.FAST_RECOVERY && control.ownsRecovery !== true) {
    if (sent !== null) prr(tcb, sent, s);
    return;
  }
  if (s.delivered === 0) return;
  if (control.ownsRecovery === true || (!left && s.ece === 0 && cwndLimited(tcb, s)))
    setCwnd(tcb, control.onAck(tcb, s, e.now));
}

/** The retransmission timer expired: RFC 5681 section 3.1 (4), RFC 6582 section 4.2, RFC 8985 section 6.3. */
export function timeoutLoss(e: Engine, tcb: Tcb): void {
  const { cc, rto, sent } = tcb;
  const before = cc.phase;
  if (rto.timeouts === 0) {
    if (sent !== null) startUndo(tcb, sent);
    setSsthresh(tcb, controlOf(tcb).onTimeout(tcb, flightSize(tcb), e.now));
    noteReduced(tcb);
  }
  // One timeout after the other: better to send too much than to trust a peer that may have reneged (RFC 2018).
  if (sent !== null && rto.timeouts > 0) renege(tcb, sent, null);
  if (sent !== null && usesRack(tcb)) {
    firstLost(tcb, sent, null);
    detectByTimeout(e, tcb, sent);
    enterLoss(tcb, sent);
    if (rto.timeouts === 0 && before === Phase.OPEN) sent.frto = Frto.RESENT;
  } else {
    startLoss(tcb);
  }
  setCwnd(tcb, inFlight(tcb) + tcb.snd.mss);
}

/** Everything that the peer has not reported counts as lost and goes again from SND.UNA, as cwnd allows. */
export function startLoss(tcb: Tcb): void {
  const { sent } = tcb;
  if (sent === null) return;
  for (let i = 0; i < sent.count; i++) {
    if (word(sent, i, FATE) === Fate.FLIGHT) markLost(tcb, sent, i, null);
    if (join(sent, i)) i--;
  }
  enterLoss(tcb, sent);
}

function enterLoss(tcb: Tcb, sent: Sent): void {
  const { cc, snd } = tcb;
  cc.dupAcks = 0;
  cc.tlp = 0;
  cc.recover = (snd.nxt - 1) | 0;
  cc.phase = Phase.LOSS;
  sent.departed = 0;
}
