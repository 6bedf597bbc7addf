// The transmission control block (RFC 9293 section 3.3.1): everything one connection remembers, as
// plain data. Sequence numbers are int32 (wire/seq.ts); deadlines are int32 milliseconds, 0 is "off";
// round-trip samples int32 microseconds. No octet of text is here: the host keeps those.

import type { TcpConfig } from '../config.ts';
import type { ControlState } from '../congestion/control.ts';
import { Err } from '../errors.ts';
import { AccEcn } from './acc-ecn.ts';
import { cloneOutOfOrder, type OutOfOrder } from './out-of-order.ts';
import { cloneReceiveMemory, type ReceiveMemory } from './receive-memory.ts';
import { cloneSent, type Sent } from './sent.ts';
import { State } from './state.ts';

/** SND.* of RFC 9293 section 3.3.1, and what sending needs besides. */
export class SendSequence {
  una = 0;
  nxt = 0;
  /** SND.WND in octets, scaled. */
  wnd = 0;
  wl1 = 0;
  wl2 = 0;
  /** MAX.SND.WND (RFC 5961 section 5). */
  maxWnd = 0;
  iss = 0;
  /** 1 until our SYN is acknowledged. SND.UNA = ISS does not say that: it comes round again after 4 GiB. */
  syn = 0;
  /** SND.UP: the octet after the urgent data; meaningful while `urgent` is 1. */
  up = 0;
  urgent = 0;
  /** Sequence number after the last octet that SEND queued: where our FIN is, once CLOSE was called. */
  end = 0;
  /** 1 when CLOSE was called: a FIN follows the queued octets. */
  fin = 0;
  /** Send buffer size. */
  buf = 0;
  /** Octets of text in a full segment: Eff.snd.MSS (section 3.7.1) less the timestamps option. */
  mss = 536;
  /** SendMSS: what the peer's MSS option said. */
  peerMss = 536;
  /** Shift of the peer's window field. */
  wscale = 0;
  /** 1 while the only octet in flight is a zero-window probe. */
  probe = 0;
  /** 1 when an override timeout allows a segment smaller than the SWS rules want (3.8.6.2.1 (4)). */
  override = 0;
  /** When something with text was last sent. */
  lastMs = 0;
  /** Where the text of a SYN ended that was not taken; meaningful with `FastOpen.RESENT`. */
  earlyEnd = 0;
  /** Where the last small segment ended: what Nagle's algorithm, as modified by Minshall, waits for (appendix A.3). */
  sml = 0;
}

/** RCV.* of RFC 9293 section 3.3.1, and what receiving needs besides. */
export class ReceiveSequence {
  nxt = 0;
  irs = 0;
  /** RCV.UP; meaningful while `urgent` is 1. */
  up = 0;
  urgent = 0;
  /** Right edge of the window: RCV.NXT + RCV.WND. It never moves left (SHLD-14). */
  edge = 0;
  /** Sequence number of the next octet that the user has not RECEIVEd. */
  user = 0;
  /** Receive buffer size. */
  buf = 0;
  wscale = 0;
  /** MSS option we sent. */
  mss = 536;
  /** Largest segment text seen: what "full-sized" means for delayed ACKs (section 3.8.6.3). */
  fullSize = 536;
  /** Segments that will still be acknowledged at once (`quickAcks`), and when text last arrived. */
  quick = 0;
  textMs = 0;
  /** RCV.NXT as last acknowledged: Last.ACK.sent of RFC 7323. */
  acked = 0;
  /** 1: a FIN was seen at sequence number `finSeq`, perhaps beyond a hole. */
  fin = 0;
  finSeq = 0;
  /** Round-trip time as the receiver sees it, 0: unknown; what ends the next sample, and when it began: receive/tuning.ts. */
  rttUs = 0;
  rttMark = 0;
  rttAtUs = 0;
  /** Octets that the user has taken since `copiedAtUs`, and in the best round trip: receive/tuning.ts. */
  copied = 0;
  copiedAtUs = 0;
  space = 0;
  /** A duplicate to report (RFC 2883); none when both are equal. */
  dsackLeft = 0;
  dsackRight = 0;
}

/** State of RFC 6298. What text is timed by is the record of what was sent; a SYN is timed here. */
export class RetransmissionTimeout {
  srttUs = 0;
  rttvarUs = 0;
  rtoMs = 0;
  /** 1 once a sample was taken. */
  measured = 0;
  /** 1 while our SYN is timed. */
  timing = 0;
  timedAtUs = 0;
  /** Consecutive timeouts without progress: back-off, and R1. */
  timeouts = 0;
  /** Zero-window probes sent without an opening. */
  probes = 0;
  minRttUs = 0x7fffffff;
}

/** ssthresh before the first loss: none. */
export const NO_SSTHRESH = 0x3fffffff;

/** Phases of `CongestionState.phase`. */
export const Phase = { OPEN: 0, FAST_RECOVERY: 1, LOSS: 2 } as const;

/** State of RFC 5681 and RFC 6582, in octets. */
export class CongestionState {
  cwnd = 0;
  ssthresh = NO_SSTHRESH;
  phase: number = Phase.OPEN;
  dupAcks = 0;
  /** RFC 6582 "recover". */
  recover = 0;
  /** SND.NXT when an echo of ECN was last heeded: one reduction for each window. */
  ecnRecover = 0;
  /** Octets acknowledged towards the next increase of cwnd in congestion avoidance. */
  credit = 0;
  /** cwnd and ssthresh when the loss episode began: what they return to when it was none. */
  priorCwnd = 0;
  priorSsthresh = 0;
  /** What the congestion control remembers besides; null: nothing. */
  own: ControlState | null = null;
  /** Octets that have arrived, and that were found lost, since the connection began; modulo 2^32. */
  delivered = 0;
  lost = 0;
  /**
   * RFC 8985 section 6.2 step 4: RACK.reo_wnd_mult, 0 while no reordering was seen (RACK.reordering_seen), and
   * RACK.reo_wnd_persist.
   */
  reoMult = 0;
  reoPersist = 0;
  /** RFC 8985 section 7: the loss probe under way (see loss/tlp.ts), and TLP.end_seq. */
  tlp = 0;
  tlpEnd = 0;
  /**
   * What a rule remembers in the place of RFC 7661: 1: cwnd was the limit in the window that ends at `usageEnd`; the most
   * that was outstanding in it.
   */
  limited = 0;
  usageEnd = 0;
  mostOut = 0;
  /** How far reordering reached, in segments, and how often it was seen, where a rule counts it. */
  reordering = 0;
  reordSeen = 0;
  /** Where the last event that sent something again began to, where a rule remembers it. */
  resendFrom = 0;
  /** Octets per second at which segments leave; 0: they are not paced; -1: they are, but there is no rate (send/pacing.ts). */
  pacingRate = 0;
  /** When the next segment is to leave; meaningful while there is a rate. */
  departureUs = 0;
  /** What the path carried when that was measured last, in octets per second. */
  deliveryRate = 0;
  /** 1: the program or the peer's window was the limit then. */
  rateAppLimited = 0;
}

/**
 * Packetization Layer Path MTU Discovery (RFC 4821), as mtu-search.ts runs it. Sizes are those of packets, in
 * octets, IP header included.
 */
export class MtuSearch {
  /** search_low: packets of this size pass. */
  low = 0;
  /** search_high: no larger one is tried. */
  high = 0;
  /** What the interface takes, or less when a router said so: `high` begins here, and comes back to it. */
  limit = 0;
  /** 0: `high` itself is tried next; 1: it was not, what lies between `low` and `high` is halved. */
  halving = 0;
  /** Size of the probe under way; 0: none is. */
  size = 0;
  /** The text of the probe, [from, to). */
  from = 0;
  to = 0;
  /** 1: the probe was lost, and its text has been sent again but is not acknowledged. */
  resent = 0;
  /** Probes of the size in question that were lost, one after the other. */
  losses = 0;
  /** When the last probe succeeded or failed. */
  verdictMs = 0;
}

/**
 * Deadlines, in milliseconds of the engine's clock; 0 when off. Fields, with a union of literal names (`TimerName`), and
 * no Int32Array by number: that takes 258 octets a connection where these take 98.
 */
export class Timers {
  /** Retransmission (3.8.1). */
  rexmt = 0;
  /** Zero-window probe or SWS override (3.8.6.1, 3.8.6.2.1). */
  persist = 0;
  /** Delayed ACK (3.8.6.3). */
  delack = 0;
  /** Keep-alive (3.8.4). */
  keep = 0;
  /** USER TIMEOUT: R2 of the oldest thing unacknowledged (3.8.3). */
  user = 0;
  /** 2MSL in TIME-WAIT; the limit of an orphan's FIN-WAIT-2. */
  wait = 0;
  /** What may only have been overtaken counts as lost (RFC 8985 section 6.2 step 5). */
  reorder = 0;
  /** Tail loss probe (RFC 8985 section 7.2). */
  pto = 0;
  /** Segments wait for their time (draft-ietf-ccwg-bbr section 5.6.2). */
  pace = 0;
}

/** One connection. */
export class Tcb {
  /** Chosen by the host: where it keeps what belongs to this connection. */
  id = 0;
  /** Of RFC 9293 section 3.3.2: {@link State}. */
  state: State = State.CLOSED;
  /** 1: came from LISTEN (MUST-11). */
  passive = 0;
  /** 1: the user has gone; nobody will RECEIVE (section 3.6.1, MAY-1). */
  orphan = 0;
  /** Why it ended: {@link Err}. */
  error: Err = Err.OK;
  /** What ICMP said meanwhile: the better reason when USER TIMEOUT ends it (SHLD-25). */
  softError: Err = Err.OK;
  /** Bits of {@link Signal}. */
  signals = 0;
  /** 4 or 6. */
  family = 4;
  // The two sockets: address words as in wire/address.ts, and ports.
  l0 = 0;
  l1 = 0;
  l2 = 0;
  l3 = 0;
  r0 = 0;
  r1 = 0;
  r2 = 0;
  r3 = 0;
  localPort = 0;
  remotePort = 0;
  /** UDP port of the peer when segments go in datagrams (TCP over UDP); 0: they do not. */
  udpPort = 0;
  /** Largest packet that our interface takes, in octets, IP header included: what our MSS option follows from. */
  mtu = 1500;
  /** Largest packet to the peer, likewise: what Eff.snd.MSS follows from. */
  pmtu = 1500;
  /** Largest packet that the link takes for several (generic segmentation offload), 0: none. The host's to set. */
  gso = 0;
  /** 1: every segment is signed (RFC 2385), and none without a signature is taken. */
  md5 = 0;
  /** 1: SACK was negotiated (or is being offered in SYN-SENT). */
  sack = 0;
  /** 1: window scaling was negotiated (or is being offered). */
  ws = 0;
  /** 1: timestamps were negotiated (or are being offered). */
  ts = 0;
  /** TS.Recent, and the millisecond at which it was set (RFC 7323 section 5.3). */
  tsRecent = 0;
  tsRecentMs = 0;
  /** Added to our clock so that a TSval tells nothing about other connections. */
  tsOffset = 0;
  /** The ECN feedback mode that was negotiated (or is being asked for): {@link EcnMode}. */
  ecn = 0;
  /** TCP Fast Open: bits of `FastOpen` in fast-open.ts. */
  fastOpen = 0;
  /** Classic ECN, 1: a packet was marked, and the peer has not yet said that it knows (ECE goes with every ACK). */
  ecnEcho = 0;
  /** Classic ECN, 1: the window was reduced for an echo; CWR goes with the next new text. */
  ecnReduced = 0;
  /** 1: an ACK must go out with this event. */
  ackNow = 0;
  /** Least ISS when this connection follows one in TIME-WAIT; used when `hasMinIss` is 1. */
  minIss = 0;
  hasMinIss = 0;
  /** When the last challenge ACK went out; meaningful when `challenged` is 1. */
  challengeMs = 0;
  challenged = 0;
  /** Answers to text outside the window since `answerMs`. */
  answers = 0;
  answerMs = 0;
  /** Millisecond of the last segment received. */
  heardMs = 0;
  /** Keep-alives since then. */
  keepProbes = 0;
  /** Settings a user can change while the connection lives. */
  noDelay = 0;
  /** 1: hold partial segments until told otherwise (MAY-15: not pushed). */
  cork = 0;
  /** 1: who called SEND last said that more follows (MSG_MORE): what ends there need not be pushed. */
  more = 0;
  /** 1: keep-alives are on (MAY-5). */
  keepAlive = 0;
  /** 0: R2 decides (section 3.8.3). */
  userTimeoutMs = 0;
  /** Counters of STATUS. */
  retransmissions = 0;
  timeouts = 0;
  segsIn = 0;
  segsOut = 0;
  /** What was sent and is outstanding; null when nothing is. */
  sent: Sent | null = null;
  /** What has arrived beyond a hole; null when nothing has. */
  outOfOrder: OutOfOrder | null = null;
  /** Where what was sent in one piece ends, each with 1 if PSH is to stay there, in pairs; null: no rule remembers it. */
  pieces: number[] | null = null;
  /** Marks in the text that was queued (send/records.ts), in pairs; null: there are none. */
  marks: number[] | null = null;
  /** The search for the path MTU by probes; null until there is one. */
  mtuSearch: MtuSearch | null = null;
  /** What is counted in AccECN mode; null in any other. */
  accEcn: AccEcn | null = null;
  /** What is remembered of the memory that text takes; null before the first, and where it is not counted. */
  memory: ReceiveMemory | null = null;
  readonly snd = new SendSequence();
  readonly rcv = new ReceiveSequence();
  readonly rto = new RetransmissionTimeout();
  readonly cc = new CongestionState();
  readonly timer = new Timers();
  config: TcpConfig;

  constructor(config: TcpConfig) {
    this.config = config;
    this.noDelay = config.noDelay ? 1 : 0;
    this.keepAlive = config.keepAlive ? 1 : 0;
    this.userTimeoutMs = config.userTimeoutMs;
    this.snd.buf = config.sendBuffer;
    this.rcv.buf = config.receiveBuffer;
    this.rcv.quick = config.quickAcks;
    this.rto.rtoMs = config.initialRtoMs;
  }
}

/** A copy that shares nothing with the original but its settings. */
export function cloneTcb(from: Tcb): Tcb {
  const to = new Tcb(from.config);
  copyTcb(to, from);
  return to;
}

/** Makes `to` equal to `from`. */
export function copyTcb(to: Tcb, from: Tcb): void {
  const { snd, rcv, rto, cc, timer } = to;
  const sent = from.sent === null ? null : cloneSent(from.sent);
  const outOfOrder = from.outOfOrder === null ? null : cloneOutOfOrder(from.outOfOrder);
  const mtuSearch = from.mtuSearch === null ? null : Object.assign(new MtuSearch(), from.mtuSearch);
  const pieces = from.pieces?.slice() ?? null;
  const marks = from.marks?.slice() ?? null;
  const accEcn = from.accEcn === null ? null : Object.assign(new AccEcn(), from.accEcn);
  const memory = from.memory === null ? null : cloneReceiveMemory(from.memory);
  Object.assign(to, from, {
    snd,
    rcv,
    rto,
    cc,
    timer,
    sent,
    outOfOrder,
    mtuSearch,
    pieces,
    marks,
    accEcn,
    memory,
  });
  Object.assign(snd, from.snd);
  Object.assign(rcv, from.rcv);
  Object.assign(rto, from.rto);
  Object.assign(cc, from.cc, { own: copyOf(from.cc.own) });
  Object.assign(timer, from.timer);
}

/** A copy of the state of a congestion control, of the same class. */
function copyOf(own: ControlState | null): ControlState | null {
  return own === null ? null : Object.assign(Object.create(Object.getPrototypeOf(own)), own);
}

/** Octets of the IP and the TCP header, without options (RFC 9293 section 3.7.1), and of UDP's where it is between. */
export function fixedHeaders({ family, udpPort }: Pick<Tcb, 'family' | 'udpPort'>): number {
  return (family === 6 ? 60 : 40) + (udpPort === 0 ? 0 : 8);
}

/** True when our FIN has been sent. */
export function finSent(tcb: Tcb): boolean {
  return tcb.snd.fin === 1 && ((tcb.snd.nxt - tcb.snd.end) | 0) > 0;
}

/** True when our FIN has been acknowledged. */
export function finAcked(tcb: Tcb): boolean {
  return tcb.snd.fin === 1 && ((tcb.snd.una - tcb.snd.end) | 0) > 0;
}

/** RCV.WND: what of the window we offered is left. */
export function rcvWnd(tcb: Tcb): number {
  return (tcb.rcv.edge - tcb.rcv.nxt) | 0;
}

/** Octets that RECEIVE can take now. */
export function receivable(tcb: Tcb): number {
  const { rcv } = tcb;
  const octets = (rcv.nxt - rcv.user) | 0;
  return rcv.fin === 1 && ((rcv.nxt - rcv.finSeq) | 0) > 0 ? octets - 1 : octets;
}

/** Octets that SEND can queue now. */
export function sendRoom(tcb: Tcb): number {
  const { snd } = tcb;
  const queued = (snd.end - snd.una - snd.syn) | 0;
  return queued < 0 ? snd.buf : snd.buf - queued;
}

/** Octets that were queued and never sent. */
export function unsent(tcb: Tcb): number {
  return Math.max((tcb.snd.end - tcb.snd.nxt) | 0, 0);
}

/** Octets that a user is asked for: none while `notsentLowat` are unsent, and then up to that, or one full segment. */
export function writeRoom(tcb: Tcb): number {
  const room = sendRoom(tcb);
  const { notsentLowat } = tcb.config;
  if (notsentLowat === 0) return room;
  const least = notsentLowat - unsent(tcb);
  return least <= 0 ? 0 : Math.min(room, Math.max(least, tcb.snd.mss));
}

/** The earliest deadline in milliseconds, or 0 when the connection waits for nothing. */
export function wakeAt(tcb: Tcb): number {
  const t = tcb.timer;
  let at = t.rexmt;
  if (t.persist !== 0 && (at === 0 || ((t.persist - at) | 0) < 0)) at = t.persist;
  if (t.delack !== 0 && (at === 0 || ((t.delack - at) | 0) < 0)) at = t.delack;
  if (t.keep !== 0 && (at === 0 || ((t.keep - at) | 0) < 0)) at = t.keep;
  if (t.user !== 0 && (at === 0 || ((t.user - at) | 0) < 0)) at = t.user;
  if (t.wait !== 0 && (at === 0 || ((t.wait - at) | 0) < 0)) at = t.wait;
  if (t.reorder !== 0 && (at === 0 || ((t.reorder - at) | 0) < 0)) at = t.reorder;
  if (t.pto !== 0 && (at === 0 || ((t.pto - at) | 0) < 0)) at = t.pto;
  if (t.pace !== 0 && (at === 0 || ((t.pace - at) | 0) < 0)) at = t.pace;
  return at;
}
