// What must hold of every TCB after every event. Tests, fuzzers and the model checker call this.

import { seqGt, seqLt } from '../../wire/seq.ts';
import { usedEarly } from '../fast-open.ts';
import { MAX_SACKED_RANGES, setPipe } from '../loss/scoreboard.ts';
import { notInt32 } from './fields.ts';
import { State } from './state.ts';
import { finSent, receivable, sendRoom, type Tcb } from './tcb.ts';

/** The first invariant that `tcb` breaks, in words, or null. */
export function brokenInvariant(tcb: Tcb): string | null {
  const odd = notInt32(tcb);
  if (odd !== null) return `${odd} is not an int32`;
  return brokenRelation(tcb);
}

/** As {@link brokenInvariant}, but for the ranges of the numbers: what relates one field to another. */
export function brokenRelation(tcb: Tcb): string | null {
  const { snd, rcv, cc, timer, state } = tcb;
  if (state === State.CLOSED) {
    if (tcb.ackNow !== 0) return 'an ACK is owed in CLOSED';
    return Object.values(timer).some((t) => t !== 0) ? 'a timer runs in CLOSED' : null;
  }
  if (state === State.LISTEN) return tcb.ackNow === 0 ? null : 'an ACK is owed in LISTEN';
  if (seqGt(snd.una, snd.nxt)) return 'SND.UNA > SND.NXT';
  const last = (snd.end + snd.fin) | 0;
  if (seqGt(snd.nxt, last) && seqGt(snd.end, snd.iss)) return 'SND.NXT is beyond what the user queued';
  if (snd.syn === 1 && snd.una !== snd.iss) return 'our SYN is unacknowledged, yet SND.UNA > ISS';
  if (snd.wnd < 0) return 'SND.WND < 0';
  if (snd.mss < 1) return 'Eff.snd.MSS < 1';
  if (sendRoom(tcb) < 0) return 'more queued than the send buffer holds';
  if (cc.cwnd < 0) return 'cwnd < 0';
  const part = brokenScoreboard(tcb) ?? brokenMtuSearch(tcb);
  if (part !== null) return part;
  if (state === State.SYN_SENT) return null;
  if (state === State.SYN_RECEIVED && tcb.passive === 1 && !usedEarly(tcb)) {
    if (rcv.nxt !== ((rcv.irs + 1) | 0)) return 'text was taken in SYN-RECEIVED without a cookie';
    if (snd.nxt !== ((snd.iss + 1) | 0)) return 'text was sent in SYN-RECEIVED without a cookie';
  }
  if (seqLt(rcv.edge, rcv.nxt) && rcv.fin === 0) return 'RCV.WND < 0';
  if (receivable(tcb) < 0) return 'the user received more than arrived';
  if (receivable(tcb) > rcv.buf) return 'more received than the buffer holds';
  for (let i = 0; i < rcv.rangeCount; i++) {
    const left = rcv.ranges[2 * i] as number;
    const right = rcv.ranges[2 * i + 1] as number;
    if (!seqLt(left, right)) return 'an empty range out of order';
    if (!seqGt(left, rcv.nxt)) return 'a range out of order at or before RCV.NXT';
    if (seqGt(right, rcv.edge)) return 'a range out of order beyond the window';
    for (let j = 0; j < i; j++) {
      const l = rcv.ranges[2 * j] as number;
      const r = rcv.ranges[2 * j + 1] as number;
      if (!seqLt(right, l) && !seqGt(left, r)) return 'two ranges out of order touch';
    }
  }
  switch (state) {
    case State.FIN_WAIT_1:
    case State.FIN_WAIT_2:
    case State.CLOSING:
    case State.LAST_ACK:
    case State.TIME_WAIT:
      if (snd.fin !== 1) return 'a closing state without CLOSE';
      if (state === State.FIN_WAIT_2 && !finSent(tcb)) return 'FIN-WAIT-2 without a FIN sent';
      break;
    default:
      if (snd.fin === 1 && state !== State.SYN_RECEIVED) return 'CLOSE was called, yet the state is open';
  }
  if (state === State.TIME_WAIT && timer.wait === 0) return 'TIME-WAIT without its timer';
  const outstanding = snd.una !== snd.nxt;
  if (outstanding && timer.rexmt === 0 && timer.persist === 0 && state !== State.TIME_WAIT) {
    return 'something is unacknowledged, and no timer runs';
  }
  return null;
}

/** What must hold of the scoreboard: ranges between SND.UNA and SND.NXT, ascending, apart, counted right. */
function brokenScoreboard(tcb: Tcb): string | null {
  const { snd, scoreboard: sb } = tcb;
  if (sb === null) return null;
  if (sb.count > MAX_SACKED_RANGES) return 'the scoreboard is beyond its bound';
  let sacked = 0;
  let below = snd.una;
  for (let i = 0; i < sb.count; i++) {
    const left = sb.ranges[2 * i] as number;
    const right = sb.ranges[2 * i + 1] as number;
    if (!seqGt(left, below)) return 'a SACKed range at or before SND.UNA or the one before it';
    if (!seqLt(left, right)) return 'an empty SACKed range';
    sacked += (right - left) | 0;
    below = right;
  }
  if (seqGt(below, snd.nxt)) return 'a SACKed range beyond SND.NXT';
  if (sacked !== sb.sacked) return 'the SACKed octets are miscounted';
  if (setPipe(tcb) < 0) return 'pipe < 0';
  return null;
}

/** What must hold of the search for the path MTU: its bounds in order, one probe at most, of text that was sent. */
function brokenMtuSearch(tcb: Tcb): string | null {
  const { snd, mtuSearch: search } = tcb;
  if (search === null) return null;
  if (tcb.pmtu !== search.low) return 'packets have another size than the one that is known to pass';
  if (search.low > search.limit) return 'the search is beyond its limit';
  if (search.size === 0) return null;
  if (search.size <= search.low || search.size > search.high) return 'a probe is outside of the search';
  if (search.resent === 1) return 'a probe is under way, and the one before it is, too';
  if (seqGt(search.to, snd.nxt) || !seqGt(search.to, snd.una)) return 'a probe of text that is not under way';
  return null;
}
