// SEGMENT ARRIVES in LISTEN (RFC 9293 section 3.10.7.2): RST ignored, ACK reset, SYN answered.

import {
  ACK,
  FIN,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  RST,
  type Segment,
  SYN,
} from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { initialWindow, setCwnd } from '../congestion/cwnd.ts';
import { Drop } from '../drop.ts';
import { learnEcn } from '../ecn/negotiate.ts';
import type { Engine } from '../engine.ts';
import { startControl } from '../established.ts';
import { usedEarly } from '../fast-open.ts';
import { DEFAULT_MSS_V4, defaultMss, prepareOffer, synWindow, updateSendMss } from '../form/emit.ts';
import { timeSyn } from '../loss/rto.ts';
import { startUserTimer } from '../send/transmit.ts';
import { fixedHeaders, type Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { startTimes } from '../time.ts';
import { enter, setTimer } from '../timers.ts';

const MAX_WSCALE = 14;

/** First, check for a RST. */
export function listenRst(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & RST) === 0) return false;
  e.out.drop(tcb, seg, Drop.RST_TO_LISTEN);
  return true;
}

/** Second, check for an ACK. */
export function listenAck(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & ACK) === 0) return false;
  e.out.drop(tcb, seg, Drop.ACK_TO_LISTEN);
  e.rules.replyReset(e, seg);
  return true;
}

/**
 * Third, check for a SYN. Text and FIN that come with it are not taken, but for text for Fast Open; the peer
 * sends them again. The TCB of the new connection, or null.
 */
export function listenSyn(e: Engine, listen: Tcb, seg: Segment): Tcb | null {
  if ((seg.ctl & SYN) === 0) {
    e.out.drop(listen, seg, Drop.NO_SYN_TO_LISTEN); // fourth: other data or control
    return null;
  }
  if ((seg.ctl & FIN) !== 0) {
    e.out.drop(listen, seg, Drop.SYN_AND_FIN);
    return null;
  }
  const tcb = e.out.spawn(listen, seg);
  if (tcb === null) {
    e.out.drop(listen, seg, Drop.LISTEN_REFUSED);
    return null;
  }
  tcb.passive = 1;
  prepareOffer(tcb);
  learnSyn(e, tcb, seg);
  startSending(e, tcb, e.rules.selectIss(e, tcb));
  enter(e, tcb, row.LISTEN_SYN);
  e.rules.earlyText(e, tcb, seg);
  if (usedEarly(tcb)) startControl(e, tcb);
  synReceived(e, tcb);
  return tcb;
}

/** Rebuilds the TCB whose SYN,ACK was a SYN cookie, as if it had been here since (RFC 4987 section 3.6). */
export function reviveFromCookie(e: Engine, tcb: Tcb, seg: Segment, mss: number): void {
  tcb.passive = 1;
  const { rcv, snd } = tcb;
  rcv.irs = (seg.seq - 1) | 0;
  startReceiving(tcb);
  snd.peerMss = mss;
  updateSendMss(tcb);
  rcv.fullSize = Math.min(rcv.mss, DEFAULT_MSS_V4);
  startSending(e, tcb, (seg.ack - 1) | 0);
  enter(e, tcb, row.LISTEN_COOKIE);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  startUserTimer(e, tcb);
}

/** SND.UNA, SND.NXT and the end of the queue for a new ISS; a TCB may come here a second time. */
export function startSending(e: Engine, tcb: Tcb, iss: number): void {
  startTimes(e, tcb);
  const { snd, cc, rto } = tcb;
  rto.timing = 0;
  rto.timeouts = 0;
  tcb.fastOpen = 0;
  rto.rtoMs = tcb.config.initialRtoMs;
  snd.iss = iss;
  snd.una = iss;
  snd.syn = 1;
  snd.nxt = (iss + 1) | 0;
  snd.end = snd.nxt;
  snd.sml = iss;
  cc.recover = (iss - 1) | 0;
  cc.ecnRecover = iss;
  cc.tlp = 0;
  setCwnd(tcb, initialWindow(tcb));
}

/** RCV.NXT is set to IRS+1; the window is the one of our SYN. */
function startReceiving(tcb: Tcb): void {
  const { rcv } = tcb;
  rcv.nxt = (rcv.irs + 1) | 0;
  rcv.user = rcv.nxt;
  rcv.acked = rcv.nxt;
  rcv.edge = (rcv.nxt + synWindow(tcb)) | 0;
}

/** "RCV.NXT is set to SEG.SEQ+1, IRS is set to SEG.SEQ", and the options: only what both sides offer. */
export function learnSyn(e: Engine, tcb: Tcb, seg: Segment): void {
  const { snd, rcv } = tcb;
  rcv.irs = seg.seq;
  if ((seg.opts & OPT_WSCALE) === 0 || tcb.ws === 0) {
    tcb.ws = 0;
    rcv.wscale = 0;
    snd.wscale = 0;
  } else {
    snd.wscale = Math.min(seg.wscale, MAX_WSCALE);
  }
  learnEcn(tcb, seg);
  if ((seg.opts & OPT_SACK_PERMITTED) === 0) tcb.sack = 0;
  if ((seg.opts & OPT_TIMESTAMPS) === 0) tcb.ts = 0;
  if (tcb.ts === 1) {
    tcb.tsRecent = seg.tsVal;
    tcb.tsRecentMs = e.ms;
  }
  startReceiving(tcb);
  snd.peerMss = mssOf(tcb.config, seg, tcb.family);
  growToWholeSegments(tcb);
  rcv.fullSize = Math.min(rcv.mss, DEFAULT_MSS_V4);
  snd.wnd = seg.wnd; // the window of a SYN is never scaled
  snd.maxWnd = seg.wnd;
  updateSendMss(tcb);
  snd.wl1 = seg.seq;
  snd.wl2 = seg.ack;
}

/**
 * SendMSS by the SYN in `seg` (section 3.7.1, MUST-15), or the default where the option is not used. One that says 0 says
 * nothing: no TCP can mean it.
 */
export function mssOf({ mssOption }: TcpConfig, seg: Segment, family: number): number {
  return mssOption && (seg.opts & OPT_MSS) !== 0 && seg.mss !== 0 ? seg.mss : defaultMss(family);
}

/** RCV.BUFF and the send buffer grow to a multiple of the MSS, where they are to. */
function growToWholeSegments(tcb: Tcb): void {
  const { rcv, snd, pmtu, config } = tcb;
  const mss = Math.min(Math.max(snd.peerMss, config.minMss), pmtu - fixedHeaders(tcb));
  if (config.receiveWholeSegments && rcv.buf > mss) rcv.buf = Math.ceil(rcv.buf / mss) * mss;
  if (config.sendWholeSegments && snd.buf > mss) snd.buf = Math.ceil(snd.buf / mss) * mss;
}

/** <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>, and its timers. */
export function synReceived(e: Engine, tcb: Tcb): void {
  if (tcb.passive === 1) timeSyn(e, tcb);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  if (tcb.timer.user === 0) startUserTimer(e, tcb);
  e.rules.sendSyn(e, tcb);
}
