// Forming segments of a connection: sequence numbers, window, options (RFC 9293 section 3.1, 3.2).

import {
  ACK,
  OPT_MD5,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  RST,
  type Segment,
  SYN,
  segmentsIn,
  URG,
} from '../../wire/segment.ts';
import { seqGt, seqMax, seqMin } from '../../wire/seq.ts';
import { MD5_PADDED } from '../../wire/tcp-options.ts';
import type { TcpConfig } from '../config.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { goesWithoutSack, markAccEcn } from '../ecn/count.ts';
import { askedMode, ecnOfSyn } from '../ecn/negotiate.ts';
import { optionRoom, putOption } from '../ecn/option.ts';
import type { Engine } from '../engine.ts';
import { FastOpen, offerFastOpen, usedEarly } from '../fast-open.ts';
import { dueBlocks, fillSack, reportsDuplicate } from '../receive/reassembly.ts';
import { firstWindow, offeredShift, TIMESTAMPS_OCTETS } from '../receive/syn-window.ts';
import { offerWindow } from '../receive/window.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import { State } from '../tcb/state.ts';
import { fixedHeaders, rcvWnd, type Tcb } from '../tcb/tcb.ts';
import { clearTimer } from '../timers.ts';
import { tsNow } from '../timestamps.ts';

const MAX_UP = 0xffff;
/** Section 3.7.1, MUST-15: without an MSS option. */
export const DEFAULT_MSS_V4 = 536;
const DEFAULT_MSS_V6 = 1220;
/** What every IPv4 link takes (68 octets, RFC 791), less the TCP header: a text is not made shorter. */
const LEAST_SEGMENT = 68 - 20;

/**
 * Sends one segment: `len` octets of text from `seq`, with the control bits `ctl`; `fresh`: for the first time;
 * `gsoSize`: it stands for several, each with so much of the text.
 */
export function emit(
  e: Engine,
  tcb: Tcb,
  seq: number,
  ctl: number,
  len: number,
  fresh = false,
  gsoSize = 0,
): void {
  const { snd, rcv } = tcb;
  const seg = e.outgoing.set(seq, 0, ctl);
  seg.srcPort = tcb.localPort;
  seg.dstPort = tcb.remotePort;
  seg.textLen = len;
  seg.gsoSize = gsoSize;
  seg.wnd = offerWindow(tcb);
  if (snd.urgent === 1 && seqGt(snd.up, seq)) {
    // MUST-62: the pointer names the first octet after the urgent data.
    const up = (snd.up - seq) | 0;
    seg.up = Math.min(up, MAX_UP);
    seg.ctl |= URG;
  }
  if (tcb.ts === 1) {
    seg.opts |= OPT_TIMESTAMPS;
    seg.tsVal = tsNow(e, tcb);
    seg.tsEcr = (ctl & ACK) !== 0 ? tcb.tsRecent : 0;
  }
  if (tcb.md5 === 1) seg.opts |= OPT_MD5;
  if ((ctl & ACK) !== 0) {
    seg.ack = rcv.nxt;
    const untold = hasFeedback(tcb) && !addFeedback(tcb, seg, gsoSize > 0 ? gsoSize : len);
    rcv.acked = rcv.nxt;
    // A report that had no room beside the text goes alone, when it is news.
    tcb.ackNow = untold && (tcb.ackNow === 1 || reportsDuplicate(tcb)) ? 1 : 0;
    if (tcb.timer.delack !== 0) clearTimer(e, tcb, 'delack');
  }
  if (tcb.accEcn !== null) markAccEcn(tcb, tcb.accEcn, seg, fresh);
  else if (tcb.ecn === EcnMode.CLASSIC && (ctl & RST) === 0) e.rules.markEcn(tcb, seg, fresh);
  tcb.segsOut = (tcb.segsOut + segmentsIn(seg)) | 0;
  e.out.segment(tcb, seg);
}

/** Whether an ACK may have to tell more than RCV.NXT. */
function hasFeedback(tcb: Tcb): boolean {
  return tcb.outOfOrder !== null || tcb.accEcn !== null || tcb.rcv.fin === 1 || reportsDuplicate(tcb);
}

/** The options in which an ACK with `text` octets of text tells what has arrived. False: SACK blocks had no room. */
function addFeedback(tcb: Tcb, seg: Segment, text: number): boolean {
  const acc = tcb.accEcn;
  let blocks = dueBlocks(tcb);
  if (acc !== null && goesWithoutSack(acc, seg)) blocks = 0;
  if (acc === null && blocks === 0) return true;
  let room = optionRoom(tcb, text);
  if (acc !== null) room -= putOption(tcb, acc, seg, room, blocks);
  if (blocks === 0) return true;
  blocks = Math.min(blocks, (room - 4) >> 3);
  if (blocks <= 0) return text === 0; // with a signature and timestamps not even alone
  fillSack(tcb, seg, blocks);
  return true;
}

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
export function sendAck(e: Engine, tcb: Tcb): void {
  emit(e, tcb, acceptableSeq(tcb), ACK, 0);
}

/**
 * SND.NXT, or the edge of the peer's window when SND.NXT is beyond it (a probe is out, or the window
 * has shrunk): the peer would refuse anything later, and with it our ACK. Our SYN takes no window. An edge
 * that went back by less than a unit of the window field was rounded (RFC 7323 section 2.4): the peer takes what
 * it offered before, and once it has, refuses anything earlier than SND.NXT. A window that is closed was not rounded.
 */
function acceptableSeq(tcb: Tcb): number {
  const { snd } = tcb;
  const edge = seqMax(snd.una, (snd.una + snd.syn + snd.wnd) | 0);
  const beyond = (snd.nxt - edge) | 0;
  if (snd.probe === 0 && snd.wnd > 0 && beyond < 1 << snd.wscale) return snd.nxt;
  return seqMin(snd.nxt, edge);
}

/** <SEQ=SND.NXT><CTL=RST>, with an ACK as other stacks do. */
export function sendReset(e: Engine, tcb: Tcb): void {
  emit(e, tcb, acceptableSeq(tcb), RST | ACK, 0);
}

/** Sends our SYN, or SYN,ACK when the peer's SYN is known: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>. */
export function sendSyn(e: Engine, tcb: Tcb): void {
  emitSyn(e, tcb, tcb.state === State.SYN_SENT ? SYN : SYN | ACK);
}

/** The same, whatever the state asks for. */
export function emitSyn(e: Engine, tcb: Tcb, ctl: number): void {
  const { snd, rcv } = tcb;
  const seg = e.outgoing.set(snd.iss, 0, ctl);
  seg.srcPort = tcb.localPort;
  seg.dstPort = tcb.remotePort;
  seg.wnd = synWindow(tcb);
  if (tcb.config.mssOption) seg.opts = OPT_MSS;
  seg.freebsdOrder = tcb.config.synOptionOrder === 'freebsd' ? 1 : 0;
  seg.mss = rcv.mss;
  if (tcb.md5 === 1) seg.opts |= OPT_MD5;
  if (tcb.sack === 1) seg.opts |= OPT_SACK_PERMITTED;
  if (tcb.ws === 1) {
    seg.opts |= OPT_WSCALE;
    seg.wscale = rcv.wscale;
  }
  if (tcb.ts === 1) {
    seg.opts |= OPT_TIMESTAMPS;
    seg.tsVal = tsNow(e, tcb);
    seg.tsEcr = (ctl & ACK) !== 0 ? tcb.tsRecent : 0;
  }
  if ((ctl & ACK) !== 0) {
    seg.ack = rcv.nxt;
    rcv.acked = rcv.nxt;
    tcb.ackNow = 0;
    if (usedEarly(tcb)) seg.wnd = Math.min(seg.wnd, rcvWnd(tcb)); // the text of the SYN has used some
  }
  if ((tcb.fastOpen & FastOpen.OFFER) !== 0) offerFastOpen(e, tcb, seg);
  ecnOfSyn(tcb, seg);
  if (tcb.ecn === EcnMode.CLASSIC) e.rules.markEcn(tcb, seg, true);
  tcb.segsOut = (tcb.segsOut + 1) | 0;
  e.out.segment(tcb, seg);
}

/** The window of our SYN: with a peer that has offered timestamps the segments have them, too. */
export function synWindow({ config, rcv, passive, ts }: Tcb): number {
  return firstWindow(config, rcv.buf, rcv.mss, passive === 1 && ts === 1);
}

/** The MSS of an end that has not told one (section 3.7.1, MUST-15). */
export function defaultMss(family: number): number {
  return family === 6 ? DEFAULT_MSS_V6 : DEFAULT_MSS_V4;
}

/**
 * Whether a SYN has timestamps. Of 40 octets of options a signature leaves 20: with timestamps, too, Linux's order has
 * room for nothing else.
 */
export function offersTimestamps(config: TcpConfig, signed: boolean): boolean {
  return config.timestamps && (!signed || config.synOptionOrder === 'freebsd');
}

/**
 * The MSS of our SYN where packets have `room` for text (MUST-67): no more than the default where no option tells it, and
 * less by configuration.
 */
export function offeredMss({ mssOption, maxMss }: TcpConfig, family: number, room: number): number {
  const mss = Math.min(room, mssOption ? 0xffff : defaultMss(family));
  return maxMss !== 0 && maxMss < mss ? maxMss : mss;
}

/** What our SYN will offer: MSS from the largest packet we can take (MUST-67), and the options. */
export function prepareOffer(tcb: Tcb): void {
  const { config, rcv } = tcb;
  rcv.mss = offeredMss(config, tcb.family, tcb.mtu - fixedHeaders(tcb));
  rcv.wscale = offeredShift(config, rcv.buf);
  tcb.ws = config.windowScale ? 1 : 0;
  tcb.ts = offersTimestamps(config, tcb.md5 === 1) ? 1 : 0;
  tcb.sack = config.sack ? 1 : 0;
  tcb.ecn = tcb.passive === 0 ? askedMode(config) : EcnMode.NOT_ECN;
  tcb.accEcn = null;
}

/** Eff.snd.MSS (section 3.7.1, MUST-16), after the peer's MSS or the path's MTU is known. */
export function updateSendMss(tcb: Tcb): void {
  const mss = textIn(tcb, tcb.pmtu);
  tcb.snd.mss = tcb.config.halfWindowSegments ? withinHalfWindow(tcb, mss) : mss;
}

/** Two segments to the largest window of the peer, but for one that is tiny. */
function withinHalfWindow({ ts, snd: { maxWnd } }: Tcb, mss: number): number {
  const most = maxWnd > DEFAULT_MSS_V4 ? maxWnd >> 1 : maxWnd;
  if (most === 0 || mss <= most) return mss;
  return Math.max(most, LEAST_SEGMENT - (ts === 1 ? TIMESTAMPS_OCTETS : 0));
}

/** MAX.SND.WND has grown: so may segments, and cwnd, which is as many of them. */
export function windowHasGrown(tcb: Tcb): void {
  const { snd, cc } = tcb;
  const { mss } = snd;
  updateSendMss(tcb);
  if (snd.mss > mss) setCwnd(tcb, Math.floor((cc.cwnd / mss) * snd.mss));
}

/** Octets of text in the fullest segment to the peer, when packets may have `packetLen` octets. */
export function textIn(tcb: Tcb, packetLen: number): number {
  const { maxMss, minMss } = tcb.config;
  let mss = Math.min(tcb.snd.peerMss, packetLen - fixedHeaders(tcb));
  if (maxMss !== 0 && mss > maxMss) mss = maxMss;
  if (mss < minMss) mss = minMss;
  if (tcb.ts === 1) mss -= TIMESTAMPS_OCTETS;
  return tcb.md5 === 1 ? Math.max(mss - MD5_PADDED, 1) : mss;
}
