// Header prediction of SYNs: without ECN bits, for a connection or a listener, in a packet whose IP header was as predicted
// (predicted-input.ts). What the engine does with them is the same; what IP and TCP would look for and cannot find is not
// looked for.

import type { Tcb } from '../../tcp/index.ts';
import {
  fold,
  IPPROTO_TCP,
  IPV4_HEADER_LENGTH,
  Malformed,
  parseTcp,
  tcpChecksumOk,
} from '../../wire/index.ts';
import { NONE } from '../base/index.ts';
import { toConnection, toListening } from './input.ts';
import { listenerFor } from './passive-open.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Segments that come in datagrams are others, and signed ones. */
export function isPredicted({ config, udpPort, md5 }: Tcb): boolean {
  return config.headerPrediction && udpPort === 0 && md5 === 0;
}

/**
 * True: the SYN in the packet at [off, off + len) has been dealt with; false: nothing was done. `addresses`: the sum of the
 * halves of both.
 */
export function predictedSyn(tcp: TcpLayer, off: number, len: number, addresses: number): boolean {
  const { memory, seg, counters, table, arriving } = tcp;
  if (tcp.md5Keys.size > 0) return false;
  const { dv } = memory;
  const at = off + IPV4_HEADER_LENGTH;
  const segmentLen = len - IPV4_HEADER_LENGTH;
  const src = dv.getInt32(off + 12);
  const dst = dv.getInt32(off + 16);
  const ports = dv.getInt32(at);
  const value = table.tuples.find4(dst, src, (ports << 16) | (ports >>> 16));
  if (value < 0 && value !== NONE) return false; // in TIME-WAIT
  const c = tcp.connection(value);
  arriving.ofArriving4(src, dst, ports & 0xffff, ports >>> 16);
  const listener = c === null ? listenerFor(tcp) : null;
  if (c !== null ? !isPredicted(c.tcb) : listener === null || !listener.tcb.config.headerPrediction)
    return false;
  if (listener !== null && listener.onSyn !== null) return false;
  if (parseTcp(memory, at, segmentLen, seg) !== Malformed.OK) return false;
  if (!tcpChecksumOk(memory, at, segmentLen, fold(addresses + IPPROTO_TCP + segmentLen))) {
    counters.tcpBadChecksum++;
    return true;
  }
  tcp.arrivingUdp = 0;
  tcp.signed = false;
  seg.gsoSize = 0;
  seg.ecn = dv.getUint8(off + 1) & 3;
  counters.segmentsIn++;
  if (c !== null) toConnection(tcp, c, seg);
  else if (listener !== null) toListening(tcp, listener, seg);
  return true;
}
