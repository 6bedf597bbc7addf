// Header prediction from the packet on: IPv4 without options, TCP with timestamps alone or without options, the control bits
// ACK, PSH and FIN, for a connection, from where packets came before; SYNs are those of predicted-syn.ts. Both headers are read once, and what such a
// packet cannot be is not looked for. Everything else, whatever is wrong among it, goes the whole way (input.ts), and so do all
// packets of a connection whose setting `headerPrediction` is off. predicted-input.test.ts holds it against the whole way.

import { arrivesInEstablished, State, type Tcb } from '../../tcp/index.ts';
import {
  ACK,
  FIN,
  fold,
  halves,
  IPPROTO_TCP,
  IPV4_HEADER_LENGTH,
  NOP_NOP_TS,
  OPT_TIMESTAMPS,
  PSH,
  SYN,
  TCP_HEADER_LENGTH,
} from '../../wire/index.ts';
import type { HostInterface } from '../ip/index.ts';
import { endEvent } from './event-end.ts';
import { textIsWhole, toConnection } from './input.ts';
import { followPath } from './path.ts';
import { isPredicted, predictedSyn } from './predicted-syn.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Version 4 and a header of five words, in the first octet. */
const VERSION_AND_LENGTH = 0x45;
/** MF, and a place among fragments. */
const FRAGMENT = 0x3fff;
/** Octets of the options NOP, NOP and timestamps. */
const TIMESTAMPS = 12;
const LEAST = IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH;

/** True: the packet at [off, off + len) was as predicted, and has been dealt with. False: nothing was done. */
export function predictedInput(tcp: TcpLayer, iface: HostInterface, off: number, len: number): boolean {
  const { ip } = tcp;
  if (len < LEAST || tcp.watchesSegments) return false; // whoever watches sees every step
  const { dv } = tcp.memory;
  const x0 = dv.getInt32(off);
  const x1 = dv.getInt32(off + 4);
  const x2 = dv.getInt32(off + 8);
  const src = dv.getInt32(off + 12);
  const dst = dv.getInt32(off + 16);
  if (x0 >>> 24 !== VERSION_AND_LENGTH || (x0 & 0xffff) !== len || (x1 & FRAGMENT) !== 0) return false;
  if (((x2 >>> 16) & 0xff) !== IPPROTO_TCP || !ip.local.cameBefore4(src, dst, iface, ip.epoch)) return false;
  const addresses = halves(src) + halves(dst);
  if (fold(halves(x0) + halves(x1) + halves(x2) + addresses) !== 0xffff) return false;

  const at = off + IPV4_HEADER_LENGTH;
  const x = dv.getInt32(at + 12);
  const headerLen = (x >>> 28) << 2;
  const control = (x >>> 16) & 0xfff;
  if ((control & ~ACK) === SYN) return predictedSyn(tcp, off, len, addresses);
  if ((control & ~(PSH | FIN)) !== ACK) return false;
  if (headerLen !== TCP_HEADER_LENGTH) {
    if (headerLen !== TCP_HEADER_LENGTH + TIMESTAMPS || len < LEAST + TIMESTAMPS) return false;
    if (dv.getInt32(at + TCP_HEADER_LENGTH) !== NOP_NOP_TS) return false;
  }
  const ports = dv.getInt32(at);
  const c = tcp.connection(tcp.table.tuples.find4(dst, src, (ports << 16) | (ports >>> 16)));
  if (c === null || !isPredicted(c.tcb)) return false;

  const { seg } = tcp;
  seg.srcPort = ports >>> 16;
  seg.dstPort = ports & 0xffff;
  seg.seq = dv.getInt32(at + 4);
  seg.ack = dv.getInt32(at + 8);
  seg.reserved = 0;
  seg.ctl = (x >>> 16) & 0xff;
  seg.wnd = x & 0xffff;
  const last = dv.getInt32(at + 16); // the checksum, and SEG.UP
  seg.up = last & 0xffff;
  seg.textOff = at + headerLen;
  seg.textLen = len - IPV4_HEADER_LENGTH - headerLen;
  seg.gsoSize = 0;
  seg.placed = 0;
  seg.sackCount = 0;
  seg.cookieLen = 0;
  seg.optOff = at + TCP_HEADER_LENGTH;
  seg.optLen = headerLen - TCP_HEADER_LENGTH;
  seg.ecn = (x0 >>> 16) & 3;
  let words = halves(ports) + halves(seg.seq) + halves(seg.ack) + halves(x) + halves(last);
  if (headerLen === TCP_HEADER_LENGTH) seg.opts = 0;
  else {
    seg.opts = OPT_TIMESTAMPS;
    seg.tsVal = dv.getInt32(at + 24);
    seg.tsEcr = dv.getInt32(at + 28);
    words += halves(NOP_NOP_TS) + halves(seg.tsVal) + halves(seg.tsEcr);
  }
  const header = fold(words + addresses + IPPROTO_TCP + len - IPV4_HEADER_LENGTH);
  if (seg.textLen === 0 ? header !== 0xffff : !textIsWhole(tcp, c, seg, header)) {
    tcp.counters.tcpBadChecksum++;
    return true;
  }
  tcp.counters.segmentsIn++;
  if (answeredByItself(tcp, c.tcb)) {
    if (c.pathEpoch !== ip.epoch || c.pmtuEpoch !== tcp.pmtu.epoch) followPath(tcp, c);
    arrivesInEstablished(tcp.engine, c.tcb, seg);
    endEvent(tcp, c);
    return true;
  }
  tcp.arriving.copy(c.tcb);
  tcp.arrivingUdp = 0;
  tcp.signed = false;
  toConnection(tcp, c, seg);
  return true;
}

/** In ESTABLISHED what answers a segment is of the connection, and not of where the segment came from; but for rules of others. */
function answeredByItself({ engine }: TcpLayer, { state }: Tcb): boolean {
  return state === State.ESTABLISHED && engine.predicts;
}
