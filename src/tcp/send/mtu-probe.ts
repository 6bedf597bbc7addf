// The probes of RFC 4821: new text in a segment larger than the path is known to take, what is done when it
// gets lost, which is no sign of congestion, and the way out of a black hole.

import { seqGeq, seqLt } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { textIn } from '../form/emit.ts';
import { DUP_THRESHOLD } from '../loss/scoreboard.ts';
import { type MtuSearch, Phase, type Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import { nextSize, probeFailed, smallerSize, startSearch } from './mtu-search.ts';
import { withinRecord } from './records.ts';
import { sendSegment } from './transmit.ts';

/**
 * Sends a probe when one is due and enough text is there to learn its fate from: segments after it draw the ACKs
 * that report its loss (section 7.4). True: it is due, and new text waits until cwnd has room for it.
 */
export function mtuProbe(e: Engine, tcb: Tcb): boolean {
  const { snd, cc, mtuSearch: search, sent } = tcb;
  if (search === null || search.size !== 0 || search.resent === 1 || snd.syn === 1) return false;
  if (cc.phase !== Phase.OPEN || cc.dupAcks > 0 || (sent !== null && sent.sacked + sent.lost > 0))
    return false;
  const size = nextSize(e, tcb, search);
  if (size === 0) return false;
  const len = textIn(tcb, size);
  if (withinRecord(tcb, snd.nxt, len) < len) return false;
  const enough = len + DUP_THRESHOLD * snd.mss;
  const queued = (snd.end - snd.nxt) | 0;
  const usable = (snd.una + snd.wnd - snd.nxt) | 0;
  if (queued < enough || usable < enough || cc.cwnd < enough) return false;
  if (((snd.nxt - snd.una) | 0) + len > cc.cwnd) return true;
  search.size = size;
  search.from = snd.nxt;
  search.to = (snd.nxt + len) | 0;
  sendSegment(e, tcb, len, 0);
  return false;
}

/**
 * Three duplicates, or what the scoreboard says, tell that the octet at SND.UNA is lost. True: it belongs to a
 * probe, whose text goes again at once, and cwnd stays as it is (section 7.6.2).
 */
export function mtuProbeLost(e: Engine, tcb: Tcb): boolean {
  const { snd, mtuSearch: search } = tcb;
  if (search === null) return false;
  if (search.resent === 1) return seqGeq(snd.una, search.from) && seqLt(snd.una, search.to);
  if (search.size === 0 || snd.una !== search.from) return false;
  probeFailed(e, search);
  resendProbe(e, tcb, search);
  return true;
}

/**
 * R1 retransmissions of a full segment came to nothing although no router complained (section 7.7, "full-stop
 * timeout"; RFC 2923 section 2.1): smaller ones from now on, and a search for what passes.
 */
export function mtuBlackHole(e: Engine, tcb: Tcb): void {
  const { snd, rto, config } = tcb;
  if (config.mtuProbing === 'off' || rto.timeouts < config.r1) return;
  const size = smallerSize(tcb);
  // What timed out would be sent again as it was: its size is not the reason.
  if (size >= tcb.pmtu || ((snd.nxt - snd.una) | 0) <= textIn(tcb, size)) return;
  startSearch(e, tcb, size);
}

/** The text of a lost probe goes again, in segments that fit. */
export function resendProbe(e: Engine, tcb: Tcb, search: MtuSearch): void {
  search.resent = 1;
  for (let seq = search.from; seqLt(seq, search.to); ) {
    const n = e.rules.retransmit(e, tcb, seq, search.to);
    if (n === 0) break;
    seq = (seq + n) | 0;
  }
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
}
