// What is left of a TCB when its connection has ended: what STATUS (RFC 9293 section 3.10.6) and whoever held the connection may still
// ask, in a quarter of the memory. The TCB itself may be another connection's then (reset.ts).

import type { TcpConfig } from '../config.ts';
import type { ControlState } from '../congestion/control.ts';
import type { Err } from '../errors.ts';
import type { State } from './state.ts';
import { Tcb } from './tcb.ts';

/** Flags of a bit each, from the lowest on, in `Remains.bits`; then numbers of a few bits. */
const SACK = 1;
const WS = 2;
const TS = 4;
const MD5 = 8;
const PASSIVE = 16;
const ORPHAN = 32;
const NO_DELAY = 64;
const CORK = 128;
const KEEP_ALIVE = 256;
const SYN = 512;
const FIN = 1024;
const PEER_FIN = 2048;
const PEER_URGENT = 4096;
const MEASURED = 8192;
const APP_LIMITED = 16384;
const STATE_SHIFT = 16;
const PHASE_SHIFT = 20;
const ECN_SHIFT = 22;
const SND_WSCALE_SHIFT = 24;
const RCV_WSCALE_SHIFT = 28;

/** Numbers of eight bits in `Remains.codes`. */
const SOFT_ERROR_SHIFT = 8;
const FAST_OPEN_SHIFT = 16;

/** What is remembered of a connection that has ended. */
export class Remains {
  bits = 0;
  codes = 0;
  /** Address words: the last two of each; the others, with the family, where they say more than that it is IPv4. */
  l2 = 0;
  l3 = 0;
  r2 = 0;
  r3 = 0;
  rest: readonly [family: number, l0: number, l1: number, r0: number, r1: number] | null = null;
  /** The local port in the upper half, the remote one in the lower. */
  ports = 0;
  udpPort = 0;
  pmtu = 0;
  segsIn = 0;
  segsOut = 0;
  retransmissions = 0;
  timeouts = 0;
  una = 0;
  nxt = 0;
  end = 0;
  iss = 0;
  wnd = 0;
  mss = 0;
  buf = 0;
  rcvNxt = 0;
  irs = 0;
  edge = 0;
  user = 0;
  finSeq = 0;
  up = 0;
  rcvMss = 0;
  rcvBuf = 0;
  rcvRttUs = 0;
  space = 0;
  srttUs = 0;
  rttvarUs = 0;
  minRttUs = 0;
  rtoMs = 0;
  probes = 0;
  cwnd = 0;
  ssthresh = 0;
  pacingRate = 0;
  deliveryRate = 0;
  own: ControlState | null = null;
  readonly config: TcpConfig;

  constructor(config: TcpConfig) {
    this.config = config;
  }
}

/** True when {@link remainsOf} forgets nothing that can be asked for: no part is there that is made on demand. */
export function isOver(tcb: Tcb): boolean {
  if (tcb.sent !== null || tcb.outOfOrder !== null || tcb.accEcn !== null || tcb.memory !== null)
    return false;
  return tcb.mtuSearch === null && tcb.pieces === null && tcb.marks === null;
}

/** What is left of a TCB that {@link isOver}. */
export function remainsOf(tcb: Tcb): Remains {
  const { snd, rcv, rto, cc } = tcb;
  const left = new Remains(tcb.config);
  left.bits = bitsOf(tcb);
  left.codes = tcb.error | (tcb.softError << SOFT_ERROR_SHIFT) | (tcb.fastOpen << FAST_OPEN_SHIFT);
  left.l2 = tcb.l2;
  left.l3 = tcb.l3;
  left.r2 = tcb.r2;
  left.r3 = tcb.r3;
  if (tcb.family === 6 || (tcb.l0 | tcb.l1 | tcb.r0 | tcb.r1) !== 0)
    left.rest = [tcb.family, tcb.l0, tcb.l1, tcb.r0, tcb.r1];
  left.ports = (tcb.localPort << 16) | tcb.remotePort;
  left.udpPort = tcb.udpPort;
  left.pmtu = tcb.pmtu;
  left.segsIn = tcb.segsIn;
  left.segsOut = tcb.segsOut;
  left.retransmissions = tcb.retransmissions;
  left.timeouts = tcb.timeouts;
  left.una = snd.una;
  left.nxt = snd.nxt;
  left.end = snd.end;
  left.iss = snd.iss;
  left.wnd = snd.wnd;
  left.mss = snd.mss;
  left.buf = snd.buf;
  left.rcvNxt = rcv.nxt;
  left.irs = rcv.irs;
  left.edge = rcv.edge;
  left.user = rcv.user;
  left.finSeq = rcv.finSeq;
  left.up = rcv.up;
  left.rcvMss = rcv.mss;
  left.rcvBuf = rcv.buf;
  left.rcvRttUs = rcv.rttUs;
  left.space = rcv.space;
  left.srttUs = rto.srttUs;
  left.rttvarUs = rto.rttvarUs;
  left.minRttUs = rto.minRttUs;
  left.rtoMs = rto.rtoMs;
  left.probes = rto.probes;
  left.cwnd = cc.cwnd;
  left.ssthresh = cc.ssthresh;
  left.pacingRate = cc.pacingRate;
  left.deliveryRate = cc.deliveryRate;
  left.own = cc.own;
  return left;
}

function bitsOf(tcb: Tcb): number {
  const { snd, rcv, rto, cc } = tcb;
  const bits =
    (tcb.sack * SACK) |
    (tcb.ws * WS) |
    (tcb.ts * TS) |
    (tcb.md5 * MD5) |
    (tcb.passive * PASSIVE) |
    (tcb.orphan * ORPHAN) |
    (tcb.noDelay * NO_DELAY) |
    (tcb.cork * CORK) |
    (tcb.keepAlive * KEEP_ALIVE) |
    (snd.syn * SYN) |
    (snd.fin * FIN) |
    (rcv.fin * PEER_FIN) |
    (rcv.urgent * PEER_URGENT) |
    (rto.measured * MEASURED) |
    (cc.rateAppLimited * APP_LIMITED);
  return (
    bits |
    (tcb.state << STATE_SHIFT) |
    (cc.phase << PHASE_SHIFT) |
    (tcb.ecn << ECN_SHIFT) |
    (snd.wscale << SND_WSCALE_SHIFT) |
    (rcv.wscale << RCV_WSCALE_SHIFT)
  );
}

/** A TCB, of no connection any more, that answers as the one did of which this is left. */
export function tcbOfRemains(left: Remains): Tcb {
  const tcb = new Tcb(left.config);
  const { snd, rcv, rto, cc } = tcb;
  const { codes, rest } = left;
  tcb.id = -1;
  putBits(tcb, left.bits);
  tcb.error = (codes & 0xff) as Err;
  tcb.softError = ((codes >> SOFT_ERROR_SHIFT) & 0xff) as Err;
  tcb.fastOpen = (codes >> FAST_OPEN_SHIFT) & 0xff;
  tcb.l2 = left.l2;
  tcb.l3 = left.l3;
  tcb.r2 = left.r2;
  tcb.r3 = left.r3;
  if (rest !== null) [tcb.family, tcb.l0, tcb.l1, tcb.r0, tcb.r1] = rest;
  tcb.localPort = left.ports >>> 16;
  tcb.remotePort = left.ports & 0xffff;
  tcb.udpPort = left.udpPort;
  tcb.pmtu = left.pmtu;
  tcb.segsIn = left.segsIn;
  tcb.segsOut = left.segsOut;
  tcb.retransmissions = left.retransmissions;
  tcb.timeouts = left.timeouts;
  snd.una = left.una;
  snd.nxt = left.nxt;
  snd.end = left.end;
  snd.iss = left.iss;
  snd.wnd = left.wnd;
  snd.mss = left.mss;
  snd.buf = left.buf;
  rcv.nxt = left.rcvNxt;
  rcv.irs = left.irs;
  rcv.edge = left.edge;
  rcv.user = left.user;
  rcv.finSeq = left.finSeq;
  rcv.up = left.up;
  rcv.mss = left.rcvMss;
  rcv.buf = left.rcvBuf;
  rcv.rttUs = left.rcvRttUs;
  rcv.space = left.space;
  rto.srttUs = left.srttUs;
  rto.rttvarUs = left.rttvarUs;
  rto.minRttUs = left.minRttUs;
  rto.rtoMs = left.rtoMs;
  rto.probes = left.probes;
  cc.cwnd = left.cwnd;
  cc.ssthresh = left.ssthresh;
  cc.pacingRate = left.pacingRate;
  cc.deliveryRate = left.deliveryRate;
  cc.own = left.own;
  return tcb;
}

function putBits(tcb: Tcb, bits: number): void {
  const flag = (bit: number): number => ((bits & bit) === 0 ? 0 : 1);
  const { snd, rcv, rto, cc } = tcb;
  tcb.sack = flag(SACK);
  tcb.ws = flag(WS);
  tcb.ts = flag(TS);
  tcb.md5 = flag(MD5);
  tcb.passive = flag(PASSIVE);
  tcb.orphan = flag(ORPHAN);
  tcb.noDelay = flag(NO_DELAY);
  tcb.cork = flag(CORK);
  tcb.keepAlive = flag(KEEP_ALIVE);
  snd.syn = flag(SYN);
  snd.fin = flag(FIN);
  rcv.fin = flag(PEER_FIN);
  rcv.urgent = flag(PEER_URGENT);
  rto.measured = flag(MEASURED);
  cc.rateAppLimited = flag(APP_LIMITED);
  tcb.state = ((bits >> STATE_SHIFT) & 15) as State;
  cc.phase = (bits >> PHASE_SHIFT) & 3;
  tcb.ecn = (bits >> ECN_SHIFT) & 3;
  snd.wscale = (bits >> SND_WSCALE_SHIFT) & 15;
  rcv.wscale = (bits >> RCV_WSCALE_SHIFT) & 15;
}
