// TCP Fast Open (RFC 7413): text in the SYN, and a server that uses it before the handshake has completed.
// The engine knows what follows for the sequence numbers; cookies are the business of whoever keeps them.

import { OPT_FAST_OPEN, type Segment } from '../wire/segment.ts';
import { seqGt, seqLt } from '../wire/seq.ts';
import { tcpOptionsLength } from '../wire/tcp-options.ts';
import { Drop } from './drop.ts';
import type { Engine } from './engine.ts';
import { startLoss } from './loss/recovery.ts';
import { countEarlyText } from './receive/memory.ts';
import { windowUpdateDue } from './receive/window.ts';
import { dropSent, noteSent } from './send/sent.ts';
import { Signal } from './signals.ts';
import { State } from './tcb/state.ts';
import { fixedHeaders, rcvWnd, type Tcb } from './tcb/tcb.ts';

/** Bits of `tcb.fastOpen`. */
export const FastOpen = {
  /** The next SYN or SYN,ACK carries a Fast Open option: a cookie, a request for one, or the one requested. */
  OFFER: 1,
  /** Our SYN has carried one. */
  OFFERED: 2,
  /** Server: the SYN had a valid cookie; the connection is used in SYN-RECEIVED. */
  EARLY: 4,
  /** The peer uses the experimental kind of the option (RFC 7413 appendix, RFC 6994). */
  EXPERIMENTAL: 8,
  /** Text of the SYN has been taken by its receiver. */
  TAKEN: 16,
  /** Client: the text of the SYN goes without a cookie, which is not asked for either. */
  WITHOUT_COOKIE: 32,
  /** Server: its user has accepted the connection. */
  ACCEPTED: 64,
  /** Client: text of the SYN was not taken, and has gone again. */
  RESENT: 128,
} as const;

/** Who makes, checks and remembers cookies (RFC 7413 section 4.1). None of these may call the engine. */
export interface Cookies {
  /**
   * A SYN with a Fast Open option, or with text, has made `tcb`. True: its cookie is valid and its text may be taken (section
   * 4.2.2). A cookie is granted with the SYN,ACK by setting `FastOpen.OFFER`.
   */
  admit(tcb: Tcb, seg: Segment): boolean;
  /**
   * Puts the Fast Open option into a SYN or SYN,ACK, or leaves it out. The MSS of the peer when a SYN may have
   * text, 0 when it may not (section 4.1.3).
   */
  offer(tcb: Tcb, seg: Segment): number;
  /** The SYN,ACK that answers a SYN with the option; its own option and MSS are in `seg`. */
  learn(tcb: Tcb, seg: Segment): void;
  /** A SYN with the option was not answered within its RTO (section 4.1.3.1). */
  failed(tcb: Tcb): void;
}

/** Section 4.1.2, 4.2.1: the option of the first SYN or SYN,ACK; one that is sent again has neither it nor text. */
export function offerFastOpen(e: Engine, tcb: Tcb, seg: Segment): void {
  tcb.fastOpen &= ~FastOpen.OFFER;
  if (e.cookies === null) return;
  const mss = e.cookies.offer(tcb, seg);
  const without = (tcb.fastOpen & FastOpen.WITHOUT_COOKIE) !== 0;
  if (tcb.state !== State.SYN_SENT || ((seg.opts & OPT_FAST_OPEN) === 0 && !without)) return;
  tcb.fastOpen |= FastOpen.OFFERED;
  const { snd } = tcb;
  const room = Math.min(mss, tcb.pmtu - fixedHeaders(tcb)) - tcpOptionsLength(seg);
  const len = Math.min((snd.end - snd.nxt) | 0, room);
  if (len <= 0) return;
  seg.textLen = len;
  snd.nxt = (snd.nxt + len) | 0;
  noteSent(e, tcb, (snd.nxt - len) | 0);
}

/** Section 4.2.2, at the server: takes the text of a SYN whose cookie is valid. */
export function earlyText(e: Engine, tcb: Tcb, seg: Segment): void {
  if ((seg.opts & OPT_FAST_OPEN) === 0 && seg.textLen === 0) return;
  if (e.cookies === null || !e.cookies.admit(tcb, seg)) return;
  const { rcv } = tcb;
  tcb.fastOpen |= FastOpen.EARLY;
  tcb.signals |= Signal.EARLY;
  const len = Math.min(seg.textLen, rcvWnd(tcb));
  if (len <= 0) return;
  if (!e.out.text(tcb, seg, 0, rcv.nxt, len)) {
    e.out.drop(tcb, seg, Drop.NO_MEMORY);
    return;
  }
  rcv.nxt = (rcv.nxt + len) | 0;
  rcv.textMs = e.ms;
  if (tcb.config.receiveMemory) countEarlyText(tcb, len);
  tcb.fastOpen |= FastOpen.TAKEN;
  tcb.signals |= Signal.TEXT;
}

/**
 * Section 4.2.1, at the client: `seg` acknowledges our SYN, and of its text what the server has taken. The rest
 * was never sent, as it were, and goes again at once: not taking it is no sign of congestion.
 */
export function earlyAck(e: Engine, tcb: Tcb, seg: Segment): void {
  const { snd } = tcb;
  const first = (snd.iss + 1) | 0;
  if (seqGt(seg.ack, first)) {
    tcb.fastOpen |= FastOpen.TAKEN;
    tcb.signals |= Signal.ROOM;
  }
  if (seqLt(seg.ack, snd.nxt)) {
    tcb.retransmissions = (tcb.retransmissions + 1) | 0;
    tcb.fastOpen |= FastOpen.RESENT;
    snd.earlyEnd = snd.nxt;
    snd.nxt = seg.ack;
  }
  dropSent(e, tcb);
  if (e.cookies !== null && (tcb.fastOpen & FastOpen.OFFERED) !== 0) e.cookies.learn(tcb, seg);
}

/**
 * The handshake of a connection that was used before has completed; `lost`: after the SYN,ACK was sent again.
 * A client that waited for a SYN,ACK has dropped the text that came before it.
 */
export function earlyEstablished(tcb: Tcb, seg: Segment, lost: boolean): void {
  if (lost && seqLt(seg.ack, tcb.snd.nxt)) startLoss(tcb);
  if (windowUpdateDue(tcb)) tcb.ackNow = 1;
}

/** True in SYN-RECEIVED when the user has the connection already. */
export function usedEarly(tcb: Tcb): boolean {
  return tcb.state === State.SYN_RECEIVED && (tcb.fastOpen & FastOpen.EARLY) !== 0;
}
