// Losses found by counting: duplicate ACKs (RFC 5681 section 3.2, RFC 6582) with limited transmit (RFC 3042), for a
// peer without SACK, and what was SACKed above (IsLost () of RFC 6675), where a setting asks for it instead of RACK.

import { seqGt, seqLeq, seqLt, seqMax, seqMin } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { cut, inFlight, join, leftOf, markLost, rightOf, word } from '../send/sent.ts';
import { FATE, Fate, type Sent, TIMES } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { AckSample } from './sample.ts';
import { DUP_THRESHOLD, highestSacked, lostEdge } from './scoreboard.ts';

/** A duplicate ACK arrived (RFC 5681 section 2): a segment has left the network, nobody knows which. */
export function duplicateAck(e: Engine, tcb: Tcb, s: AckSample): void {
  const { cc, snd, sent } = tcb;
  if (cc.phase === Phase.LOSS || sent === null) return;
  if (cc.dupAcks < 0x3fffffff) cc.dupAcks++;
  if (cc.phase === Phase.FAST_RECOVERY) {
    oneDeparted(tcb, sent, s);
    return;
  }
  if (cc.dupAcks < DUP_THRESHOLD) {
    oneDeparted(tcb, sent, s); // limited transmit
    return;
  }
  // RFC 6582 section 3.2 step 2: SEG.ACK - 1 must be beyond `recover`, or they are echoes of what went again.
  if (cc.dupAcks !== DUP_THRESHOLD || !seqGt((snd.una - 1) | 0, cc.recover)) {
    if (cc.dupAcks === DUP_THRESHOLD) sent.departed = 0;
    return;
  }
  if (e.rules.mtuProbeLost(e, tcb)) return;
  oneDeparted(tcb, sent, s);
  firstLost(tcb, sent, s);
}

/** RFC 9937 section 5: without SACK a duplicate is one segment delivered; never more than can have been. */
function oneDeparted(tcb: Tcb, sent: Sent, s: AckSample): void {
  const { snd } = tcb;
  // The first segment is the one that is missing.
  const most = ((snd.nxt - snd.una) | 0) - sent.lost - snd.mss;
  const left = Math.min(sent.departed + snd.mss, most);
  if (left <= sent.departed) return;
  s.delivered += left - sent.departed;
  sent.departed = left;
}

/** What duplicates say has left was on its way before: what is lost, or acknowledged, was not. */
export function boundDeparted(tcb: Tcb, sent: Sent): void {
  const { snd } = tcb;
  sent.departed = Math.min(sent.departed, ((snd.nxt - snd.una) | 0) - sent.sacked - sent.lost);
}

/** New octets were acknowledged; SND.UNA has moved already. */
export function newAck(_e: Engine, tcb: Tcb, s: AckSample): void {
  const { cc, snd, sent } = tcb;
  if (cc.phase === Phase.FAST_RECOVERY) {
    // A partial acknowledgment (RFC 6582 section 3.2 step 3): the next hole is lost, too.
    if (sent === null || (tcb.sack === 1 && sent.departed === 0)) return;
    const counted = Math.min(sent.departed, Math.max(s.acked - snd.mss, 0));
    s.delivered = Math.max(s.acked - sent.departed, Math.min(s.acked, snd.mss));
    sent.departed -= counted;
    s.partial = 1;
    firstLost(tcb, sent, s);
    return;
  }
  if (sent !== null) sent.departed = 0;
  recoverFollows(tcb);
}

/** SND.UNA has moved: `recover` follows at a distance, or it would lie ahead again after 2 GiB without a loss. */
export function recoverFollows({ cc, snd }: Tcb): void {
  cc.dupAcks = 0;
  const below = (snd.una - 2) | 0;
  if (cc.phase === Phase.OPEN && seqGt(below, cc.recover)) cc.recover = below;
  if (seqGt(below, cc.ecnRecover)) cc.ecnRecover = below;
}

/**
 * NextSeg () of RFC 6675, rules (3) and (4), when nothing is known to be lost and nothing new can be sent: a hole that may
 * be lost, and once in a recovery the end of what is outstanding. RACK needs neither: it asks the clock.
 */
export function lastResort(e: Engine, tcb: Tcb): void {
  const { snd, cc, sent, config } = tcb;
  if (sent === null || tcb.sack === 0 || config.lossDetection === 'rack') return;
  const top = highestSacked(tcb, sent);
  for (let i = 0; i < sent.count && seqLt(leftOf(sent, i), top); i++) {
    if (cc.cwnd - inFlight(tcb) < snd.mss) return;
    if (word(sent, i, FATE) !== Fate.FLIGHT || word(sent, i, TIMES) !== 1) continue;
    if (!insideWindow(tcb, leftOf(sent, i))) return;
    if (e.rules.retransmit(e, tcb, leftOf(sent, i), rightOf(tcb, sent, i)) === 0) return;
  }
  if (cc.cwnd - inFlight(tcb) < snd.mss || !seqGt(snd.una, sent.rescueRxt)) return;
  // With nothing above what was SACKed, or only what was sent since recovery began, nothing is in need of rescue.
  if (!seqGt(snd.nxt, top) || seqGt((snd.nxt - 1) | 0, cc.recover)) return;
  const from = seqMax(top, (snd.nxt - snd.mss) | 0);
  if (!insideWindow(tcb, from)) return;
  sent.rescueRxt = cc.recover;
  e.rules.retransmit(e, tcb, from, snd.nxt);
}

/** SHLD-16: inside the window; the first octet goes in any case, so that the peer answers. */
export function insideWindow(tcb: Tcb, seq: number): boolean {
  const { snd } = tcb;
  return seq === snd.una || ((seq - snd.una) | 0) < snd.wnd;
}

/** The segment at SND.UNA is lost. */
export function firstLost(tcb: Tcb, sent: Sent, s: AckSample | null): void {
  const { snd } = tcb;
  const end = seqMin((snd.una + snd.mss) | 0, snd.nxt);
  for (let i = 0; i < sent.count && seqLt(leftOf(sent, i), end); i++) {
    if (word(sent, i, FATE) === Fate.SACKED) return;
    if (seqGt(rightOf(tcb, sent, i), end)) cut(sent, i, end);
    if (word(sent, i, FATE) === Fate.FLIGHT) markLost(tcb, sent, i, s);
    if (join(sent, i)) i--;
  }
}

/** IsLost (): what is not SACKed below the edge, and was not sent again. DupThresh reports are enough for the first. */
export function detectByCount(tcb: Tcb, sent: Sent, s: AckSample): void {
  const { cc, snd } = tcb;
  const edge = lostEdge(tcb, sent);
  for (let i = 0; i < sent.count && seqLeq(rightOf(tcb, sent, i), edge); i++) {
    if (word(sent, i, FATE) !== Fate.FLIGHT || word(sent, i, TIMES) !== 1) continue;
    markLost(tcb, sent, i, s);
    if (join(sent, i)) i--;
  }
  if (cc.phase === Phase.OPEN && cc.dupAcks >= DUP_THRESHOLD && sent.lost === 0) {
    if (leftOf(sent, 0) === snd.una && word(sent, 0, TIMES) === 1) firstLost(tcb, sent, s);
  }
}
