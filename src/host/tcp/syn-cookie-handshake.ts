// The handshake of a listener whose SYN queue is full: the SYN,ACK carries everything (RFC 4987 section
// 3.6), and the ACK that returns it makes the connection.

import {
  EcnMode,
  firstWindow,
  fixedHeaders,
  grantedMode,
  handshakeAce,
  modeOfSyn,
  mssOf,
  offeredMss,
  offeredShift,
  offersTimestamps,
  putFreshCounters,
  reviveAccEcn,
  reviveFromCookie,
} from '../../tcp/index.ts';
import {
  ACK,
  aceOf,
  ECE,
  OPT_MD5,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  Segment,
  SYN,
  setAce,
} from '../../wire/index.ts';
import type { Connection, Listener } from '../connection/index.ts';
import type { Way } from '../ip/index.ts';
import { child } from './new-connection.ts';
import {
  checkCookie,
  cookieEcn,
  cookieSackPermitted,
  cookieTsVal,
  cookieWscale,
  makeCookie,
} from './syn-cookies.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** A cookie is good for two slots of 64 seconds. */
const COOKIE_LIFE_MS = 128_000;

/** A client that has not asked for AccECN has 0 there, or 1 when our SYN,ACK was marked. */
const LEAST_HANDSHAKE_ACE = 2;

const reply = new Segment();

/** Answers a SYN with a SYN,ACK whose ISS is a cookie; nothing is remembered but that cookies are out. */
export function sendCookie(tcp: TcpLayer, listener: Listener, seg: Segment): void {
  const t = tcp.arriving;
  const path = tcp.ip.way(t.r0, t.r1, t.r2, t.r3);
  if (path === null) return;
  const { engine } = tcp;
  const { config } = listener.tcb;
  const mss = mssOf(config, seg, t.family);
  const signs = tcp.signs(listener);
  const stamped = offersTimestamps(config, signs) && (seg.opts & OPT_TIMESTAMPS) !== 0;
  const sack = config.sack && (seg.opts & OPT_SACK_PERMITTED) !== 0;
  const saysSack = sack && config.cookieSack && !stamped;
  const iss = makeCookie(tcp.cookieKey, tcp.arriving, seg.seq, mss, tcp.nowMs, saysSack);
  const out = reply.set(iss, (seg.seq + 1) | 0, SYN | ACK);
  out.srcPort = seg.dstPort;
  out.dstPort = seg.srcPort;
  if (config.mssOption) out.opts = OPT_MSS;
  out.freebsdOrder = config.synOptionOrder === 'freebsd' ? 1 : 0;
  const headers = fixedHeaders({ family: t.family, udpPort: tcp.arrivingUdp });
  out.mss = offeredMss(config, t.family, path.iface.mtu - headers);
  // AccECN needs no place: the ACE field of the ACK tells that it was agreed to (RFC 9768 section 5.1).
  const mode = modeOfSyn(aceOf(seg), grantedMode(config));
  if (mode === EcnMode.ACCURATE) setAce(out, handshakeAce(seg.ecn));
  if (signs) out.opts |= OPT_MD5;
  if (saysSack) out.opts |= OPT_SACK_PERMITTED;
  // Without timestamps there is nowhere to keep the other options: they are not offered.
  if (stamped) {
    const wscale = config.windowScale && (seg.opts & OPT_WSCALE) !== 0 ? seg.wscale : -1;
    const ecn = mode === EcnMode.CLASSIC;
    out.opts |= OPT_TIMESTAMPS;
    if (ecn) out.ctl |= ECE;
    if (sack) out.opts |= OPT_SACK_PERMITTED;
    if (wscale >= 0) {
      out.opts |= OPT_WSCALE;
      out.wscale = offeredShift(config, config.receiveBuffer);
    }
    out.tsVal = (cookieTsVal(engine.ms, wscale, sack, ecn) + tcp.timestamps.of(tcp.arriving)) | 0;
    out.tsEcr = seg.tsVal;
  }
  out.wnd = firstWindow(config, config.receiveBuffer, out.mss, stamped);
  if (mode === EcnMode.ACCURATE) putFreshCounters(config, out);
  listener.cookiesUntil = tcp.nowMs + COOKIE_LIFE_MS;
  tcp.counters.cookiesSent++;
  tcp.engineOutput.answer(out, listener.ttl, listener.tos);
}

/** The MSS of the SYN that a cookie was sent for, when this ACK returns it; 0: not a cookie of ours. */
export function cookieMss(tcp: TcpLayer, listener: Listener, seg: Segment): number {
  return check(tcp, seg, false) || (listener.tcb.config.cookieSack ? check(tcp, seg, true) : 0);
}

function check(tcp: TcpLayer, seg: Segment, sack: boolean): number {
  return checkCookie(tcp.cookieKey, tcp.arriving, (seg.seq - 1) | 0, (seg.ack - 1) | 0, tcp.nowMs, sack);
}

/** The connection that a valid cookie stands for, in SYN-RECEIVED; null: no way back to the peer. */
export function acceptCookie(
  tcp: TcpLayer,
  listener: Listener,
  seg: Segment,
  mss: number,
): Connection | null {
  const { config } = listener.tcb;
  const c = child(tcp, listener);
  if (c === null) return null;
  const { tcb } = c;
  tcb.rcv.mss = offeredMss(config, tcb.family, (c.path as Way).iface.mtu - fixedHeaders(tcb));
  if (config.cookieSack && check(tcp, seg, true) !== 0) tcb.sack = 1;
  if (offersTimestamps(config, tcb.md5 === 1) && (seg.opts & OPT_TIMESTAMPS) !== 0) {
    const ecr = (seg.tsEcr - tcb.tsOffset) | 0;
    const wscale = cookieWscale(ecr);
    tcb.ts = 1;
    tcb.tsRecent = seg.tsVal;
    tcb.tsRecentMs = tcp.engine.ms;
    tcb.sack = cookieSackPermitted(ecr) ? 1 : 0;
    tcb.ecn = cookieEcn(ecr) ? EcnMode.CLASSIC : EcnMode.NOT_ECN;
    if (wscale >= 0) {
      tcb.ws = 1;
      tcb.snd.wscale = wscale;
      tcb.rcv.wscale = offeredShift(config, config.receiveBuffer);
    }
  }
  if (grantedMode(config) === EcnMode.ACCURATE && aceOf(seg) >= LEAST_HANDSHAKE_ACE) reviveAccEcn(tcb);
  reviveFromCookie(tcp.engine, tcb, seg, mss);
  tcp.counters.cookiesAccepted++;
  return c;
}
