// CUBIC and HyStart as Linux counts them (net/ipv4/tcp_cubic.c): in whole segments, milliseconds and the first HyStart,
// where RFC 9438 and RFC 9406 count octets and leave slow start in steps.

import { type CongestionControl, parts, registerCongestionControl, type Tcb } from '../../tcp/index.ts';
import { seqGt } from '../../wire/index.ts';

/** beta, in 1024ths. */
const BETA = 717;
/** bic_scale * 10, the C of RFC 9438 in 1024ths. */
const SCALE = 410;
/** Time is counted in 2^-10 seconds, and the cube of it is scaled down by as much and by C's 2^10. */
const UNIT = 1024;
/** How many segments are acknowledged for one that Reno adds, in eighths of cwnd. */
const RENO = Math.floor((8 * (1024 + BETA)) / 3 / (1024 - BETA));
/** The factor is computed anew when cwnd has changed, or so many milliseconds have passed. */
const UPDATE_MS = 31;
/** hystart_low_window, hystart_ack_delta_us, HYSTART_MIN_SAMPLES, HYSTART_DELAY_MIN and _MAX. */
const LOW_WINDOW = 16;
const TRAIN_GAP_US = 2000;
const MIN_SAMPLES = 8;
const LEAST_DELAY_US = 4000;
const MOST_DELAY_US = 16_000;
/** What the card may hold back at most, in hystart_ack_delay. */
const CARD_DELAY_US = 1000;
const FOUR_BURSTS = 4 * 65_536;

const NEVER_US = 0x7fffffff;

/** struct bictcp. Segments, and milliseconds unless a name says otherwise. */
class LinuxCubicState {
  /** A segment more for so many acknowledged, and how many were. */
  cnt = 0;
  counted = 0;
  lastMax = 0;
  lastCwnd = 0;
  lastMs = 0;
  origin = 0;
  k = 0;
  delayMinUs = 0;
  epochMs = 0;
  ackCnt = 0;
  renoCwnd = 0;
  samples = 0;
  found = 0;
  roundUs = 0;
  endSeq = 0;
  lastAckUs = 0;
  currRttUs = NEVER_US;
}

function own(tcb: Tcb): LinuxCubicState {
  return tcb.cc.own as LinuxCubicState;
}

/** cwnd in whole segments; it is a segment at least, whatever the MSS has become since it was set. */
function windowSegments({ cc, snd }: Tcb): number {
  return Math.max(Math.floor(cc.cwnd / snd.mss), 1);
}

function resetHyStart(tcb: Tcb, c: LinuxCubicState, nowUs: number): void {
  c.roundUs = nowUs;
  c.lastAckUs = nowUs;
  c.endSeq = tcb.snd.nxt;
  c.currRttUs = NEVER_US;
  c.samples = 0;
}

/** hystart_update. True: slow start ends here. */
function hyStart(tcb: Tcb, c: LinuxCubicState, delayUs: number, nowUs: number): boolean {
  if (seqGt(tcb.snd.una, c.endSeq)) resetHyStart(tcb, c, nowUs);
  if (windowSegments(tcb) < LOW_WINDOW) return false;
  if (nowUs - c.lastAckUs <= TRAIN_GAP_US) {
    c.lastAckUs = nowUs;
    const rate = Math.max(parts.windowRate(tcb), 1);
    const held = Math.min(CARD_DELAY_US, (FOUR_BURSTS * 1e6) / rate);
    const long = c.delayMinUs + held;
    if (nowUs - c.roundUs > (tcb.cc.pacingRate > 0 ? long : long / 2)) return true;
  }
  c.currRttUs = Math.min(c.currRttUs, delayUs);
  if (c.samples < MIN_SAMPLES) {
    c.samples++;
    return false;
  }
  const threshold = Math.min(Math.max(c.delayMinUs >> 3, LEAST_DELAY_US), MOST_DELAY_US);
  return c.currRttUs > c.delayMinUs + threshold;
}

/** bictcp_update: `cnt` for a window of `cwnd` segments. */
function update(c: LinuxCubicState, cwnd: number, acked: number, nowMs: number): void {
  c.ackCnt += acked;
  if (c.lastCwnd === cwnd && nowMs - c.lastMs <= UPDATE_MS) return;
  if (c.epochMs === 0 || nowMs !== c.lastMs) {
    c.lastCwnd = cwnd;
    c.lastMs = nowMs;
    if (c.epochMs === 0) beginEpoch(c, cwnd, acked, nowMs);
    const t = ((nowMs - c.epochMs + c.delayMinUs / 1000) * UNIT) / 1000;
    const offs = Math.abs(t - c.k);
    const delta = Math.floor((SCALE * offs ** 3) / UNIT ** 4);
    const target = t < c.k ? c.origin - delta : c.origin + delta;
    c.cnt = target > cwnd ? Math.floor(cwnd / (target - cwnd)) : 100 * cwnd;
    if (c.lastMax === 0 && c.cnt > 20) c.cnt = 20;
  }
  const step = (cwnd * RENO) >> 3;
  while (c.ackCnt > step) {
    c.ackCnt -= step;
    c.renoCwnd++;
  }
  if (c.renoCwnd > cwnd) c.cnt = Math.min(c.cnt, Math.floor(cwnd / (c.renoCwnd - cwnd)));
  c.cnt = Math.max(c.cnt, 2);
}

function beginEpoch(c: LinuxCubicState, cwnd: number, acked: number, nowMs: number): void {
  c.epochMs = nowMs;
  c.ackCnt = acked;
  c.renoCwnd = cwnd;
  c.k = c.lastMax <= cwnd ? 0 : Math.cbrt(((c.lastMax - cwnd) * UNIT ** 4) / SCALE);
  c.origin = Math.max(c.lastMax, cwnd);
}

/** tcp_cong_avoid_ai: the new window, in segments. */
function increase(c: LinuxCubicState, cwnd: number, acked: number): number {
  let now = cwnd;
  if (c.counted >= c.cnt) {
    c.counted = 0;
    now++;
  }
  c.counted += acked;
  if (c.counted >= c.cnt) {
    const more = Math.floor(c.counted / c.cnt);
    c.counted -= more * c.cnt;
    now += more;
  }
  return now;
}

/** cubictcp_recalc_ssthresh. */
function reduce(tcb: Tcb): number {
  const c = own(tcb);
  const cwnd = windowSegments(tcb);
  c.epochMs = 0;
  c.lastMax = cwnd < c.lastMax ? Math.floor((cwnd * (1024 + BETA)) / 2048) : cwnd;
  return Math.max(Math.floor((cwnd * BETA) / 1024), 2) * tcb.snd.mss;
}

/** tcp_cubic of Linux, as `linux-cubic`. */
export const linuxCubic: CongestionControl = {
  name: 'linux-cubic',

  start(tcb, nowUs): LinuxCubicState {
    const c = new LinuxCubicState();
    resetHyStart(tcb, c, nowUs);
    return c;
  },

  onAck(tcb, s, nowUs): number {
    const { cc, snd } = tcb;
    const c = own(tcb);
    const nowMs = Math.floor(nowUs / 1000);
    if (s.rttUs >= 0 && (c.epochMs === 0 || nowMs - c.epochMs >= 1000)) {
      const delayUs = Math.max(s.rttUs, 1);
      if (c.delayMinUs === 0 || delayUs < c.delayMinUs) c.delayMinUs = delayUs;
      if (c.found === 0 && cc.cwnd < cc.ssthresh && hyStart(tcb, c, delayUs, nowUs)) {
        c.found = 1;
        cc.ssthresh = cc.cwnd;
      }
    }
    let acked = Math.ceil(s.acked / snd.mss);
    let cwnd = windowSegments(tcb);
    if (cc.cwnd < cc.ssthresh) {
      const grown = Math.min(cwnd + acked, Math.max(Math.floor(cc.ssthresh / snd.mss), cwnd));
      acked -= grown - cwnd;
      cwnd = grown;
      if (acked === 0) return cwnd * snd.mss;
    }
    update(c, cwnd, acked, nowMs);
    return increase(c, cwnd, acked) * snd.mss;
  },

  onLoss: reduce,
  onEcn: reduce,

  onTimeout(tcb, _flight, nowUs): number {
    const ssthresh = reduce(tcb);
    const c = own(tcb);
    Object.assign(c, new LinuxCubicState());
    resetHyStart(tcb, c, nowUs);
    return ssthresh;
  },

  /** CA_EVENT_TX_START: the epoch stands still while nothing is sent. */
  onIdle(tcb, idleUs, nowUs): number {
    const c = own(tcb);
    if (c.epochMs !== 0)
      c.epochMs = Math.min(c.epochMs + Math.floor(idleUs / 1000), Math.floor(nowUs / 1000));
    return parts.restartWindow(tcb, idleUs);
  },

  onExit(tcb): number {
    return tcb.cc.ssthresh;
  },

  /** tcp_reno_undo_cwnd: of its own state nothing is given back. */
  onUndo({ cc }): number {
    return Math.max(cc.cwnd, cc.priorCwnd);
  },

  pacingRate: parts.windowRate,
};

registerCongestionControl(linuxCubic);
