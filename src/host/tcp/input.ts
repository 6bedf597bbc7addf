// A TCP segment for this host: checked, and given to the connection, the listener or the record in TIME-WAIT that its
// four-tuple names (RFC 9293 section 3.10.7).

import { Drop, State, segmentArrives, type Tcb } from '../../tcp/index.ts';
import {
  ACK,
  IPPROTO_TCP,
  type IpPacket,
  isMulticast,
  Malformed,
  parseTcp,
  pseudoSum,
  RST,
  type Segment,
  SYN,
  segmentsIn,
  sumIsTrusted,
  TCP_CHECKSUM_OFFSET,
  tcpChecksumOk,
} from '../../wire/index.ts';
import { NONE } from '../base/index.ts';
import type { Connection, Listener } from '../connection/index.ts';
import { endEvent } from './event-end.ts';
import { mayConnect } from './new-connection.ts';
import { listenerFor } from './passive-open.ts';
import { followPath } from './path.ts';
import { acceptCookie, cookieMss } from './syn-cookie-handshake.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** A packet with a segment for an address of ours. */
export function arrives(tcp: TcpLayer, packet: IpPacket): void {
  const { counters, seg } = tcp;
  if (!isGood(tcp, packet, seg)) return;
  seg.gsoSize = packet.offload === null ? 0 : packet.offload.gsoSize;
  counters.segmentsIn += segmentsIn(seg);
  seg.ecn = packet.tos & 3;
  const tuple = tcp.arriving.ofArriving(packet, seg.dstPort, seg.srcPort);
  const value = tcp.table.tuples.find(tuple);
  if (value >= 0) toConnection(tcp, tcp.table.all[value] as Connection, seg);
  else if (isMulticast(tuple.l0, tuple.l1, tuple.l2, tuple.l3)) counters.tcpBadAddress++;
  else if (value === NONE) toListener(tcp, seg);
  else toTimeWait(tcp, ~value, seg);
}

/** Reads the segment into `seg`. False, and counted, when it is malformed, or damaged (MUST-3). */
function isGood({ memory, counters }: TcpLayer, packet: IpPacket, seg: Segment): boolean {
  const { payloadOff, payloadLen } = packet;
  const bad = parseTcp(memory, payloadOff, payloadLen, seg);
  if (bad !== Malformed.OK) {
    counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
    return false;
  }
  if (sumIsTrusted(memory, packet, TCP_CHECKSUM_OFFSET)) return true;
  if (tcpChecksumOk(memory, payloadOff, payloadLen, pseudoSum(packet, IPPROTO_TCP, payloadLen))) return true;
  counters.tcpBadChecksum++;
  return false;
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

function toConnection(tcp: TcpLayer, c: Connection, seg: Segment): void {
  followPath(tcp, c);
  process(tcp, c.tcb, seg);
  endEvent(tcp, c);
}

/** A segment of no connection: for a listener, or for nobody (3.10.7.1). */
function toListener(tcp: TcpLayer, seg: Segment): void {
  const listener = listenerFor(tcp);
  if (listener === null) {
    process(tcp, null, seg);
    return;
  }
  if ((seg.ctl & (ACK | RST | SYN)) === ACK && listener.cookiesUntil > tcp.nowMs) {
    fromCookie(tcp, listener, seg, cookieMss(tcp, seg));
    return;
  }
  const child = process(tcp, listener.tcb, seg);
  if (child !== null) endEvent(tcp, tcp.table.of(child));
}

/**
 * While cookies are out an ACK is one that comes back, of a SYN with `mss`, or may be of a connection whose first
 * ACK and text were lost (`mss` 0): what begins later than its ISS + 1 does not show the cookie, and a RST would end
 * a connection that is good. Dropped, as without a place: the peer's text will bring the cookie again.
 */
function fromCookie(tcp: TcpLayer, listener: Listener, seg: Segment, mss: number): void {
  const { engine, counters } = tcp;
  let c: Connection | null = null;
  if (mss === 0) counters.cookiesFailed++;
  else if (!listener.acceptQueueOpen) counters.acceptOverflows++;
  else if (mayConnect(tcp)) c = acceptCookie(tcp, listener, seg, mss);
  if (c !== null) {
    toConnection(tcp, c, seg);
    return;
  }
  if (tcp.tap !== null) tcp.tap.arrives?.(listener.tcb, seg, engine.now);
  engine.out.drop(listener.tcb, seg, Drop.LISTEN_REFUSED);
  if (tcp.tap !== null) tcp.tap.processed?.(listener.tcb, seg, engine.now);
}

/** The engine judges by the TCB of the record; what becomes of that is kept. */
function toTimeWait(tcp: TcpLayer, index: number, seg: Segment): void {
  const { timeWait } = tcp;
  const tcb = timeWait.load(index);
  process(tcp, tcb, seg);
  tcb.signals = 0;
  if (tcb.state === State.TIME_WAIT) {
    timeWait.store(index, tcb);
    return;
  }
  timeWait.remove(index);
  if (tcp.reopening) toListener(tcp, seg);
  tcp.reopening = false;
}
