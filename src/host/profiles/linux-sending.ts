// How Linux cuts what it sends into bursts, where it sets PSH, and when a small segment waits (net/ipv4/tcp.c,
// net/ipv4/tcp_output.c).

import {
  type AckSample,
  congestionControl,
  type Engine,
  FastOpen,
  Phase,
  parts,
  type Rules,
  rfc9293,
  type Sent,
  type Tcb,
} from '../../tcp/index.ts';
import { seqGt, seqLeq } from '../../wire/index.ts';

/** sk_pacing_shift: a burst is what the pacing rate lets go in 2^-10 s. */
const PACING_SHIFT = 10;
/** GSO_LEGACY_MAX_SIZE: what a burst takes at most. */
const MOST_OCTETS = 65_536;
/** tcp_min_tso_segs, as it comes. */
export const MIN_TSO_SEGS = 2;
/** tcp_tso_rtt_log: a burst is larger the shorter the round-trip time is. */
const RTT_LOG = 9;

/** tcp_tso_autosize. */
function burstSegments(tcb: Tcb, least: number): number {
  const { rto, snd } = tcb;
  if (rto.measured === 0) return Math.floor(MOST_OCTETS / snd.mss);
  const byTime = parts.windowRate(tcb) / 2 ** PACING_SHIFT;
  const near = MOST_OCTETS / 2 ** Math.min(rto.minRttUs >> RTT_LOG, 32);
  return Math.max(Math.floor(Math.min(byTime + near, MOST_OCTETS) / snd.mss), least);
}

/** TCP_INIT_CWND: so many segments leave before any is paced (tcp_update_skb_after_send). */
const UNPACED_SEGMENTS = 10;
const SECOND_US = 1_000_000;
const AT_ONCE = 0x7fffffff;

/** sch_fq: what is paced leaves in whole bursts, each when the one before it has had its time. */
export const paceRoom: Rules['paceRoom'] = (e, tcb) => (((tcb.cc.departureUs - e.us) | 0) > 0 ? 0 : AT_ONCE);

/** A burst is accounted for when it begins. */
export const depart: Rules['depart'] = () => {};

/** tcp_update_skb_after_send: time that nobody waited for is made up for, by half of what the burst takes at most. */
function account(e: Engine, tcb: Tcb, octets: number): void {
  const { cc, snd } = tcb;
  if (((snd.nxt + octets - snd.iss - 1) | 0) < UNPACED_SEGMENTS * snd.mss) return;
  const us = (octets * SECOND_US) / cc.pacingRate;
  const late = Math.max((e.us - cc.departureUs) | 0, 0);
  cc.departureUs = (e.us + Math.ceil(us - Math.min(us / 2, late))) | 0;
}

/**
 * What goes to the card in one piece: as many segments as tcp_tso_autosize says, but not more than half of cwnd
 * (tcp_cwnd_test), with a small one behind them where Nagle's algorithm lets it go (tcp_mss_split_point). A piece of more
 * than one segment has PSH at its end (__tcp_transmit_skb).
 */
export function burstOf(minTsoSegs: number): Rules['burst'] {
  return (e, tcb, room) => {
    const { snd, cc } = tcb;
    const all = (snd.end - snd.nxt) | 0;
    const queued = parts.withinRecord(tcb, snd.nxt, all);
    const full = parts.fullText(tcb);
    const most = Math.min(queued, (snd.una + snd.wnd - snd.nxt) | 0, room);
    if (most <= 0) return 0;
    const half = Math.max(Math.floor(cc.cwnd / snd.mss) >> 1, 1);
    // In urgent mode each segment goes alone (tcp_write_xmit), and again alone (__tcp_retransmit_skb).
    const segments = snd.urgent === 1 ? 1 : Math.min(burstSegments(tcb, minTsoSegs), half);
    let octets = Math.min(Math.floor(most / full), segments) * full;
    const rest = queued - octets;
    const small = rest > 0 && rest < full && most === queued && octets < segments * full;
    if (small && (octets === 0 || queued < all || lets(tcb))) octets = queued;
    remember(
      tcb,
      (snd.nxt + Math.max(octets, Math.min(most, full))) | 0,
      octets === queued && queued === all && tcb.more === 0,
    );
    if (cc.pacingRate > 0 && octets > 0) account(e, tcb, octets);
    return octets > full ? octets : 0;
  };
}

/** Ends of pieces, each with whether a write ended there (tcp_mark_push), in `tcb.pieces`. */
function remember(tcb: Tcb, end: number, pushed: boolean): void {
  tcb.pieces ??= [];
  const { pieces, snd } = tcb;
  while (pieces.length > 0 && seqLeq(pieces[0] as number, snd.una)) pieces.splice(0, 2);
  // A piece that did not go, as it was too small or not yet its time, is formed anew.
  while (pieces.length > 0 && seqGt(pieces[pieces.length - 2] as number, snd.nxt)) pieces.length -= 2;
  pieces.push(end, pushed ? 1 : 0);
}

/** PSH where a write ended, unless its user said that more follows; and where a piece ends that goes again. */
export function pushesOf(minTsoSegs: number): Rules['pushes'] {
  return (tcb, end) => {
    const { snd, pieces, sent } = tcb;
    if (end === snd.end && (tcb.more === 0 || snd.override === 1)) return true;
    if (parts.pushedAt(tcb, end)) return true;
    if (end === snd.nxt || pieces === null || sent === null) return false;
    let i = 0;
    while (i < pieces.length && seqGt(end, pieces[i] as number)) i += 2;
    const last = pieces[i] === end;
    if (last && pieces[i + 1] === 1) return true;
    if (snd.urgent === 1) return false;
    // tcp_xmit_retransmit_queue: as much of one piece as is lost, and as cwnd allows.
    const range = parts.rangeAt(sent, (end - 1) | 0);
    if (range < 0) return false;
    const begun = i === 0 ? snd.una : (pieces[i - 2] as number);
    const left = parts.leftOf(sent, range);
    let from = seqGt(begun, left) ? begun : left;
    if (seqGt(tcb.cc.resendFrom, from)) from = tcb.cc.resendFrom;
    const segments = Math.round(((end - from) | 0) / snd.mss);
    if (segments < 2) return false;
    const next = parts.rangeAt(sent, end);
    const goesOn =
      !last &&
      parts.word(sent, next, parts.FATE) === parts.Fate.LOST &&
      tcb.cc.cwnd - parts.inFlight(tcb) >= snd.mss &&
      segments < burstSegments(tcb, minTsoSegs);
    return !goesOn;
  };
}

/** What goes again by one event is not of a piece with what went by another. */
export const resendLost: Rules['resendLost'] = (e, tcb) => {
  const { sent } = tcb;
  if (sent !== null) {
    let i = 0;
    while (i < sent.count && parts.word(sent, i, parts.FATE) !== parts.Fate.LOST) i++;
    tcb.cc.resendFrom = i < sent.count ? parts.leftOf(sent, i) : tcb.snd.nxt;
  }
  rfc9293.resendLost(e, tcb);
};

/** tcp_nagle_check of a small segment at the end of what there is to send. */
function lets(tcb: Tcb): boolean {
  return tcb.cork === 0 && (tcb.noDelay === 1 || !parts.smallOutstanding(tcb));
}

/** The text that went with a SYN of ours and was not taken is no new small segment (tcp_minshall_update). */
export const maySendSmall: Rules['maySendSmall'] = (tcb, len, queued, idle) => {
  const { snd } = tcb;
  const before = snd.sml;
  const goes = rfc9293.maySendSmall(tcb, len, queued, idle);
  if ((tcb.fastOpen & FastOpen.RESENT) !== 0 && seqGt(snd.earlyEnd, snd.nxt)) snd.sml = before;
  return goes;
};

/** tcp_cwnd_validate: whether cwnd was the limit, in the window that is outstanding. */
export const noteLimit: Rules['noteLimit'] = (tcb, sent, moved) => {
  rfc9293.noteLimit(tcb, sent, moved);
  if (!moved) return;
  const { snd, cc } = tcb;
  const limited = parts.inFlight(tcb) + snd.mss > cc.cwnd ? 1 : 0;
  const out = (snd.nxt - snd.una - snd.syn) | 0;
  if (!seqGt(cc.usageEnd, snd.una) || limited === 1 || (cc.limited === 0 && out > cc.mostOut)) {
    cc.limited = limited;
    cc.mostOut = out;
    cc.usageEnd = snd.nxt;
  }
};

/** tcp_reordering. */
const LEAST_REORDERING = 3;
/** tcp_max_reordering. */
const MOST_REORDERING = 300;

/** TCP_TIMEOUT_MIN_US, in milliseconds. */
const TIMEOUT_MIN_MS = 2;
/** calc_index (kernel/time/timer.c): a timer of the wheel fires a tick late, so that it is never early. */
const TICK_MS = 1;

/**
 * tcp_check_sack_reordering: how far what has arrived now was overtaken, in segments. tcp_rack_mark_lost: what may only be late
 * has a bit more time.
 */
export const detectLoss: Rules['detectLoss'] = (e, tcb, s) => {
  const { cc, snd, sent, timer } = tcb;
  const { reorder } = timer;
  if (s.overtaken === 1) {
    const fack = sent === null || (s.newest === 1 && seqGt(s.highest, sent.fack)) ? s.highest : sent.fack;
    const extent = Math.min(Math.ceil(((fack - s.overtakenSeq) | 0) / snd.mss), MOST_REORDERING);
    cc.reordering = Math.max(cc.reordering, extent, LEAST_REORDERING);
    cc.reordSeen = (cc.reordSeen + 1) | 0;
  }
  rfc9293.detectLoss(e, tcb, s);
  if (timer.reorder !== 0 && timer.reorder !== reorder)
    parts.setDeadline(e, tcb, 'reorder', (timer.reorder + TIMEOUT_MIN_MS + TICK_MS) | 0);
};

/** Where in its piece an octet lies, as an end of whole segments: `up` or down. The end of a piece is one, too. */
function wholeSegments({ snd, pieces }: Tcb, seq: number, up: boolean): number {
  let begun = snd.una;
  for (let i = 0; pieces !== null && i < pieces.length; i += 2) {
    const end = pieces[i] as number;
    if (seqLeq(end, seq)) begun = seqGt(end, begun) ? end : begun;
    else {
      const round = up ? Math.ceil : Math.floor;
      const whole = (begun + round(((seq - begun) | 0) / snd.mss) * snd.mss) | 0;
      return seqGt(whole, end) ? end : whole;
    }
  }
  return seq;
}

/** tcp_match_skb_to_sack: what is SACKed of a segment in part is not. */
export const sackArrives: Rules['sackArrives'] = (e, tcb, seg, s) => {
  const { una } = tcb.snd;
  for (let i = 0; i < 2 * seg.sackCount; i += 2) {
    const left = seg.sack[i] as number;
    const right = seg.sack[i + 1] as number;
    if (seqLeq(left, una) || seqLeq(right, left)) continue; // a duplicate
    seg.sack[i] = wholeSegments(tcb, left, true);
    seg.sack[i + 1] = wholeSegments(tcb, right, false);
  }
  rfc9293.sackArrives(e, tcb, seg, s);
};

/** tcp_remove_reno_sacks: what duplicate ACKs have said of, without SACK, opens cwnd no second time. */
export const newAck: Rules['newAck'] = (e, tcb, s) => {
  const departed = tcb.sent === null || tcb.sack === 1 ? 0 : tcb.sent.departed;
  rfc9293.newAck(e, tcb, s);
  if (departed > 0) s.delivered = Math.max(s.delivered - departed, Math.min(s.delivered, tcb.snd.mss));
};

/**
 * tcp_schedule_loss_probe: of several segments the last is probed after two round trips and a bit, so that an ACK that takes
 * two is not too late; where the retransmission timer comes first it is the probe that it sends.
 */
export const setProbeTimer: Rules['setProbeTimer'] = (e, tcb, sent) => {
  rfc9293.setProbeTimer(e, tcb, sent);
  const { timer, snd } = tcb;
  if (timer.pto !== 0 && ((snd.nxt - snd.una) | 0) > snd.mss) {
    const at = (timer.pto + TIMEOUT_MIN_MS) | 0;
    parts.setDeadline(e, tcb, 'pto', timer.rexmt !== 0 && ((at - timer.rexmt) | 0) > 0 ? timer.rexmt : at);
  }
  if (timer.pto !== 0 || timer.rexmt === 0 || !parts.mayProbe(tcb, sent)) return;
  parts.setDeadline(e, tcb, 'pto', timer.rexmt);
};

/** TCP_CA_CWR: until something is acknowledged that was sent after cwnd was cut for a mark. */
function inCwr({ cc, snd, ecn }: Tcb): boolean {
  return ecn !== 0 && cc.phase === Phase.OPEN && !seqGt(snd.una, cc.ecnRecover);
}

/** tcp_cwnd_reduction, in TCP_CA_CWR as in fast recovery: RFC 9937, but in segments, however small. `sentNow`: octets. */
function reduce(tcb: Tcb, sent: Sent, s: AckSample, sentNow: number): void {
  const { cc, snd } = tcb;
  const { mss } = snd;
  const segments = (octets: number): number => Math.ceil(octets / mss);
  const out = segments(sentNow);
  const forced = out === 0 || s.partial === 1;
  if (s.delivered <= 0 && !(forced && cc.phase === Phase.FAST_RECOVERY)) return;
  sent.prrDelivered += s.delivered;
  const pipe = segments(parts.inFlight(tcb));
  const target = Math.floor(cc.ssthresh / mss);
  let count: number;
  if (pipe > target) {
    const before = Math.max(Math.floor(sent.recoverFs / mss), 1);
    count = Math.ceil((target * segments(sent.prrDelivered)) / before) - out;
  } else {
    count = Math.max(segments(sent.prrDelivered) - out, segments(s.delivered));
    if (s.advanced === 1 && s.lost === 0) count++;
    count = Math.min(target - pipe, count);
  }
  cc.cwnd = Math.max(pipe + Math.max(count, forced ? 1 : 0), 1) * mss;
}

/** tcp_is_cwnd_limited; what was SACKed before does not open cwnd a second time, and a mark closes it by and by (tcp_cong_control). */
export const controlWindow: Rules['controlWindow'] = (e, tcb, s, left) => {
  const { cc, snd, sent } = tcb;
  s.appLimited = cc.limited === 1 || (cc.cwnd < cc.ssthresh && cc.cwnd < 2 * cc.mostOut) ? 0 : 1;
  // tcp_may_raise_cwnd: where reordering is usual, what is SACKed counts when it is.
  if (cc.reordering > LEAST_REORDERING || s.acked > s.delivered) s.acked = s.delivered;
  // BBR answers losses and marks by itself.
  if (sent === null || congestionControl(tcb.config.congestion).ownsRecovery === true) {
    rfc9293.controlWindow(e, tcb, s, left);
    return;
  }
  if (cc.phase === Phase.FAST_RECOVERY) {
    s.inFlight = parts.inFlight(tcb);
    reduce(tcb, sent, s, sent.prrOut);
    return;
  }
  const { cwnd } = cc;
  const cut = sent.recoverFs > 0 && cc.phase === Phase.OPEN && !left;
  if (cut && inCwr(tcb)) {
    s.inFlight = parts.inFlight(tcb);
    reduce(tcb, sent, s, (snd.nxt - cc.ecnRecover) | 0);
    return;
  }
  if (cut) cc.cwnd = cc.ssthresh; // tcp_end_cwnd_reduction
  const { ecnRecover } = cc;
  rfc9293.controlWindow(e, tcb, s, left);
  sent.recoverFs = 0;
  if (cc.ecnRecover === ecnRecover || !inCwr(tcb)) return;
  sent.recoverFs = Math.max(cwnd, snd.mss);
  sent.prrDelivered = 0;
  reduce(tcb, sent, s, 0);
};
