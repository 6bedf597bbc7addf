// A TCP segment for this host: checked, and given to the connection, the listener or the record in TIME-WAIT that its
// four-tuple names (RFC 9293 section 3.10.7).

import { Drop, State, segmentArrives, type Tcb } from '../../tcp/index.ts';
import {
  ACK,
  IPPROTO_TCP,
  type IpPacket,
  isMulticast,
  Malformed,
  OPT_MD5,
  parseTcp,
  pseudoSum,
  RST,
  type Segment,
  SYN,
  segmentsIn,
  seqGt,
  sum,
  sumIsTrusted,
  TCP_CHECKSUM_OFFSET,
  tcpChecksumOk,
  tcpHeaderSum,
  type UdpDatagram,
} from '../../wire/index.ts';
import { NONE } from '../base/index.ts';
import type { Connection, Listener } from '../connection/index.ts';
import { endEvent } from './event-end.ts';
import { mayConnect } from './new-connection.ts';
import { listenerFor } from './passive-open.ts';
import { followPath } from './path.ts';
import { acceptCookie, cookieMss } from './syn-cookie-handshake.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Less text is summed and copied as fast one after the other. */
const LEAST_PLACED = 64;

/** A packet with a segment for an address of ours. */
export function arrives(tcp: TcpLayer, packet: IpPacket): void {
  arrivesFrom(tcp, packet, 0);
}

/** The same from the UDP port `udpPort` of the peer, in a datagram; 0: as it is. */
function arrivesFrom(tcp: TcpLayer, packet: IpPacket, udpPort: number): void {
  const { counters, seg } = tcp;
  tcp.arrivingUdp = udpPort;
  const bad = parseTcp(tcp.memory, packet.payloadOff, packet.payloadLen, seg);
  if (bad !== Malformed.OK) {
    counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
    return;
  }
  const tuple = tcp.arriving.ofArriving(packet, seg.dstPort, seg.srcPort);
  const value = tcp.table.tuples.find(tuple);
  const c = tcp.connection(value);
  // UDP's checksum stands for that of a segment in a datagram.
  if (udpPort === 0 && !isWhole(tcp, packet, seg, c)) {
    counters.tcpBadChecksum++;
    return;
  }
  seg.gsoSize = packet.offload === null || udpPort !== 0 ? 0 : packet.offload.gsoSize;
  counters.segmentsIn += segmentsIn(seg);
  seg.ecn = packet.tos & 3;
  if (!isSigned(tcp, packet, seg)) {
    discard(tcp, c === null ? null : c.tcb, seg, Drop.MD5_WRONG);
    return;
  }
  if (c !== null && c.tcb.udpPort !== udpPort) process(tcp, null, seg);
  else if (c !== null) toConnection(tcp, c, seg);
  else if (isMulticast(tuple.l0, tuple.l1, tuple.l2, tuple.l3)) counters.tcpBadAddress++;
  else if (value === NONE) toListener(tcp, packet, seg);
  else toTimeWait(tcp, ~value, packet, seg);
}

/**
 * A datagram from the UDP port `udpPort`, whose checksum was right, with a segment in it. A segment that has come another
 * way than those of its connection is of none (tcp_input_with_port of FreeBSD).
 */
export function arrivesInUdp(
  tcp: TcpLayer,
  packet: IpPacket,
  { srcPort, dataOff, dataLen }: UdpDatagram,
): void {
  packet.payloadOff = dataOff;
  packet.payloadLen = dataLen;
  arrivesFrom(tcp, packet, srcPort);
}

/**
 * RFC 2385 section 2.0: false, with a signature that is not the peer's. Without a key for the peer the option is one that
 * nobody knows (MUST-6).
 */
function isSigned(tcp: TcpLayer, packet: IpPacket, seg: Segment): boolean {
  const { arriving, md5Keys } = tcp;
  tcp.signed = false;
  if (md5Keys.size === 0 || (seg.opts & OPT_MD5) === 0) return true;
  const key = md5Keys.find(arriving.r0, arriving.r1, arriving.r2, arriving.r3);
  if (key === null) return true;
  tcp.signed = md5Keys.isRight(tcp.memory, packet, seg, key);
  return tcp.signed;
}

/** A segment that is not processed: "must not produce any response" (RFC 2385 section 2.0). */
function discard(tcp: TcpLayer, tcb: Tcb | null, seg: Segment, reason: Drop): void {
  const { engine } = tcp;
  if (tcp.tap !== null) tcp.tap.arrives?.(tcb, seg, engine.now);
  engine.out.drop(tcb, seg, reason);
  if (tcp.tap !== null) tcp.tap.processed?.(tcb, seg, engine.now);
}

/** MUST-3: whether the checksum is right. */
function isWhole(tcp: TcpLayer, packet: IpPacket, seg: Segment, c: Connection | null): boolean {
  const { memory } = tcp;
  const { payloadOff, payloadLen } = packet;
  if (sumIsTrusted(memory, packet, TCP_CHECKSUM_OFFSET)) return true;
  if (c === null) {
    const pseudo = pseudoSum(packet, IPPROTO_TCP, payloadLen);
    return tcpChecksumOk(memory, payloadOff, payloadLen, pseudo);
  }
  const seed = c.pseudo + payloadLen + memory.dv.getUint16(payloadOff + TCP_CHECKSUM_OFFSET);
  return textIsWhole(tcp, c, seg, tcpHeaderSum(memory, payloadOff, payloadLen - seg.textLen, seg, seed));
}

/** Whether the checksum is right, of which `header` is the sum of all but the text. */
export function textIsWhole({ memory }: TcpLayer, c: Connection, seg: Segment, header: number): boolean {
  const { textOff, textLen } = seg;
  if (textLen === 0) return header === 0xffff;
  if (!mayPlace(c, seg)) return sum(memory, textOff, textLen, header) === 0xffff;
  seg.placed = 1;
  if (c.rcvRing.copySumIn(seg.seq, textOff, textLen, header) === 0xffff) return true;
  const { rcv } = c.tcb;
  if (rcv.nxt === rcv.user) c.releaseRcvRing(); // nothing is in it
  return false;
}

/**
 * Whether the text can go to its place in the receive buffer while it is summed: it is the next, nothing lies beyond it,
 * and there is room. What is beyond RCV.NXT counts only when RCV.NXT moves over it.
 */
function mayPlace(c: Connection, { seq, textLen }: Segment): boolean {
  const { tcb } = c;
  const { rcv } = tcb;
  if (textLen < LEAST_PLACED || seq !== rcv.nxt || tcb.outOfOrder !== null) return false;
  if (tcb.state !== State.ESTABLISHED) return false;
  const octets = ((rcv.nxt - rcv.user) | 0) + textLen;
  if (octets <= c.rcvRing.capacity) return true;
  // A buffer that was empty has no Memory. What the text will have is taken now, if it is going to be kept.
  if (tcb.orphan === 1 || rcv.fin === 1 || ((rcv.edge - rcv.nxt) | 0) < textLen) return false;
  return c.makeRoom(octets, false);
}

/**
 * SEGMENT ARRIVES at a TCB, or at nobody (3.10.7.1), between what whoever watches is told before and after. The TCB of
 * the connection that a SYN has made, or null.
 */
function process(tcp: TcpLayer, tcb: Tcb | null, seg: Segment): Tcb | null {
  const { engine } = tcp;
  if (tcp.tap !== null) tcp.tap.arrives?.(tcb, seg, engine.now);
  let child: Tcb | null = null;
  if (tcb === null) engine.rules.closed(engine, seg);
  else child = segmentArrives(engine, tcb, seg);
  if (tcp.tap !== null) tcp.tap.processed?.(child ?? tcb, seg, engine.now);
  return child;
}

/** A segment of a connection that has been found to be whole. */
export function toConnection(tcp: TcpLayer, c: Connection, seg: Segment): void {
  if (c.tcb.md5 === 1 && !tcp.signed) {
    discard(tcp, c.tcb, seg, Drop.MD5_MISSING);
    return;
  }
  followPath(tcp, c);
  process(tcp, c.tcb, seg);
  endEvent(tcp, c);
}

/** A segment of no connection: for a listener, or for nobody (3.10.7.1). */
function toListener(tcp: TcpLayer, packet: IpPacket, seg: Segment): void {
  const listener = listenerFor(tcp);
  if (listener === null) {
    process(tcp, null, seg);
    return;
  }
  if (listener.onSyn !== null && tcp.synRequests.takes(tcp, listener, packet, seg)) return;
  toListening(tcp, listener, seg);
}

/** A segment of no connection for a listener that decides by itself. */
export function toListening(tcp: TcpLayer, listener: Listener, seg: Segment): void {
  if (!tcp.signed && tcp.signs(listener)) {
    discard(tcp, listener.tcb, seg, Drop.MD5_MISSING);
    return;
  }
  if ((seg.ctl & (ACK | RST | SYN)) === ACK && listener.cookiesUntil > tcp.nowMs) {
    fromCookie(tcp, listener, seg, cookieMss(tcp, listener, seg));
    return;
  }
  const c = arrivesAtListener(tcp, listener, seg);
  if (c !== null) endEvent(tcp, c);
}

/** The connection that a SYN in hand has made at a listener, or null: SEGMENT ARRIVES in LISTEN (3.10.7.2). */
export function arrivesAtListener(tcp: TcpLayer, listener: Listener, seg: Segment): Connection | null {
  const child = process(tcp, listener.tcb, seg);
  return child === null ? null : tcp.table.of(child);
}

/**
 * While cookies are out an ACK is one that comes back, of a SYN with `mss`, or may be of a connection whose first
 * ACK and text were lost (`mss` 0): what begins later than its ISS + 1 does not show the cookie, and a RST would end
 * a connection that is good. Dropped, as without a place: the peer's text will bring the cookie again.
 */
function fromCookie(tcp: TcpLayer, listener: Listener, seg: Segment, mss: number): void {
  const { counters } = tcp;
  let c: Connection | null = null;
  if (mss === 0) counters.cookiesFailed++;
  else if (!listener.acceptQueueOpen) counters.acceptOverflows++;
  else if (mayConnect(tcp)) c = acceptCookie(tcp, listener, seg, mss);
  if (c !== null) {
    toConnection(tcp, c, seg);
    return;
  }
  discard(tcp, listener.tcb, seg, Drop.LISTEN_REFUSED);
}

/** A SYN that is newer may take the place of a TIME-WAIT (MAY-2), whatever way it has come. */
function mayReplace({ rcv }: Tcb, seg: Segment): boolean {
  return (seg.ctl & (SYN | ACK | RST)) === SYN && seqGt(seg.seq, rcv.nxt);
}

/** The engine judges by the TCB of the record; what becomes of that is kept. */
function toTimeWait(tcp: TcpLayer, index: number, packet: IpPacket, seg: Segment): void {
  const { timeWait } = tcp;
  const tcb = timeWait.load(index);
  if (tcb.udpPort !== tcp.arrivingUdp && !mayReplace(tcb, seg)) {
    process(tcp, null, seg);
    return;
  }
  if (tcb.md5 === 1 && !tcp.signed) {
    discard(tcp, tcb, seg, Drop.MD5_MISSING);
    return;
  }
  process(tcp, tcb, seg);
  tcb.signals = 0;
  if (tcb.state === State.TIME_WAIT) {
    timeWait.store(index, tcb);
    return;
  }
  timeWait.remove(index);
  if (tcp.reopening) toListener(tcp, packet, seg);
  tcp.reopening = false;
}
