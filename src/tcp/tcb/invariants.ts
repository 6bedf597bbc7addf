// What must hold of every TCB after every event. Tests, fuzzers and the model checker call this.

import { seqGt, seqLt, seqMax } from '../../wire/seq.ts';
import { usedEarly } from '../fast-open.ts';
import { leftOf, rightOf, word } from '../send/sent.ts';
import { notInt32 } from './fields.ts';
import { FATE, Fate } from './sent.ts';
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
  const part = brokenRecord(tcb) ?? brokenMtuSearch(tcb);
  if (part !== null) return part;
  if (state === State.SYN_SENT) return null;
  if (state === State.SYN_RECEIVED && tcb.passive === 1 && !usedEarly(tcb)) {
    if (rcv.nxt !== ((rcv.irs + 1) | 0)) return 'text was taken in SYN-RECEIVED without a cookie';
    if (snd.nxt !== ((snd.iss + 1) | 0)) return 'text was sent in SYN-RECEIVED without a cookie';
  }
  if (seqLt(rcv.edge, rcv.nxt) && rcv.fin === 0) return 'RCV.WND < 0';
  if (receivable(tcb) < 0) return 'the user received more than arrived';
  const rounding = tcb.config.windowRoundedUp ? (1 << rcv.wscale) - 1 : 0;
  if (!tcb.config.receiveMemory && receivable(tcb) > rcv.buf + rounding)
    return 'more received than the buffer holds';
  const ranges = brokenRanges(tcb);
  if (ranges !== null) return ranges;
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
  if (outstanding && timer.rexmt === 0 && timer.persist === 0) {
    return 'something is unacknowledged, and no timer runs';
  }
  return null;
}

/** What must hold of the ranges out of order: not one at RCV.NXT, none beyond the window, ascending and apart. */
function brokenRanges(tcb: Tcb): string | null {
  const { rcv, outOfOrder: held } = tcb;
  if (held === null) return null;
  if (held.count === 0) return 'a list of ranges out of order without one';
  let below = rcv.nxt;
  for (let i = 0; i < held.count; i++) {
    const left = held.ranges[2 * (held.first + i)] as number;
    const right = held.ranges[2 * (held.first + i) + 1] as number;
    if (!seqLt(left, right)) return 'an empty range out of order';
    if (!seqGt(left, below)) return 'a range out of order at or before RCV.NXT, or the one before it';
    below = right;
  }
  const edge = tcb.memory === null ? rcv.edge : seqMax(rcv.edge, tcb.memory.mostEdge);
  return seqGt(below, edge) ? 'a range out of order beyond the window' : null;
}

/** What must hold of the record of what was sent: ranges from SND.UNA to SND.NXT, ascending, counted right. */
function brokenRecord(tcb: Tcb): string | null {
  const { snd, sent } = tcb;
  if (sent === null || sent.count === 0) {
    return ((snd.nxt - snd.una - snd.syn) | 0) > 0 && tcb.state >= State.ESTABLISHED
      ? 'what is outstanding is not on record'
      : null;
  }
  let below = (snd.una + snd.syn - 1) | 0;
  if (leftOf(sent, 0) !== ((below + 1) | 0)) return 'the record does not begin at SND.UNA';
  const octets = [0, 0, 0];
  for (let i = 0; i < sent.count; i++) {
    const left = leftOf(sent, i);
    if (!seqGt(left, below)) return 'ranges of the record out of order';
    const fate = word(sent, i, FATE);
    octets[fate] = (octets[fate] as number) + ((rightOf(tcb, sent, i) - left) | 0);
    below = left;
  }
  if (!seqGt(snd.nxt, below)) return 'a range of the record at or beyond SND.NXT';
  if (octets[Fate.SACKED] !== sent.sacked) return 'the SACKed octets are miscounted';
  if (octets[Fate.LOST] !== sent.lost) return 'the lost octets are miscounted';
  if (word(sent, 0, FATE) === Fate.SACKED) return 'SND.UNA is SACKed';
  if (sent.departed < 0 || sent.departed > (octets[Fate.FLIGHT] as number))
    return 'more has left the network than was there';
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
