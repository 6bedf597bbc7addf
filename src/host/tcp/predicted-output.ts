// Segments to packets by the shorter way: IPv4, no options or timestamps alone, no URG or RST, or a SYN, on a link that does
// nothing for us. Both headers are written, and summed, at once; of a segment that stands for several, those of each. Everything else, and all of
// a connection whose setting `headerPrediction` is off, goes the whole way (segment-output.ts). predicted-input.test.ts holds it against that.

import { IPV4_PMTU_FLOOR } from '../../tcp/index.ts';
import {
  ctlOfPiece,
  finish,
  fold,
  halves,
  IPPROTO_TCP,
  IPV4_DF,
  IPV4_HEADER_LENGTH,
  NOP_NOP_TS,
  OPT_TIMESTAMPS,
  RST,
  type Segment,
  SYN,
  sum,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
  tcpHeaderLength,
  writeTcpHeader,
} from '../../wire/index.ts';
import type { Connection } from '../connection/index.ts';
import type { Way } from '../ip/index.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Octets of the options NOP, NOP and timestamps. */
const TIMESTAMPS = 12;
/** Version 4, and a header of five words. */
const VERSION_AND_LENGTH = 0x45000000;
/** The two ECN bits of a Diffserv field belong to congestion control (RFC 3168 section 5). */
const DSCP = 0xfc;

/** True: the segment was as predicted, and has left. False: nothing was done. */
export function predictedOutput(tcp: TcpLayer, c: Connection, seg: Segment): boolean {
  const { path, tcb } = c;
  if (path === null || path.family !== 4 || path.iface.offload !== null || !tcb.config.headerPrediction)
    return false;
  if ((tcb.udpPort | tcb.md5) !== 0 || c.fragments || tcb.pmtu <= IPV4_PMTU_FLOOR) return false;
  if ((seg.ctl & SYN) !== 0) {
    if (seg.textLen > 0) return false;
    formSyn(tcp, c, path, seg);
    return true;
  }
  if ((seg.opts & ~OPT_TIMESTAMPS) !== 0 || (seg.ctl & RST) !== 0 || tcb.accEcn !== null) return false;
  form(tcp, c, path, seg);
  return true;
}

/** One packet, or one for each segment that `seg` stands for. What they have in common is summed once. */
function form(tcp: TcpLayer, c: Connection, path: Way, seg: Segment): void {
  const { memory, ip } = tcp;
  const { l3, r3 } = c.tcb;
  const { ack, up, textLen, opts, tsVal, tsEcr } = seg;
  const linkLen = path.iface.headerLen;
  const headerLen = opts === 0 ? TCP_HEADER_LENGTH : TCP_HEADER_LENGTH + TIMESTAMPS;
  const size = seg.gsoSize === 0 ? textLen : seg.gsoSize;
  const x0 = VERSION_AND_LENGTH | ((((c.tos & DSCP) | seg.ecn) & 0xff) << 16);
  const x2 = (c.ttl << 24) | (IPPROTO_TCP << 16);
  const ipWords = halves(x0) + IPV4_DF + (c.ttl << 8) + c.pseudo; // which has the protocol, too
  const ports = (seg.srcPort << 16) | seg.dstPort;
  const bits = (headerLen << 26) | (seg.reserved << 24) | seg.wnd;
  let words = c.pseudo + halves(ports) + halves(ack) + halves(bits) + up;
  if (opts !== 0) words += halves(NOP_NOP_TS) + halves(tsVal) + halves(tsEcr);
  let done = 0;
  do {
    const n = Math.min(size, textLen - done);
    const payloadLen = headerLen + n;
    const len = IPV4_HEADER_LENGTH + payloadLen;
    const off = memory.alloc(linkLen + len);
    if (off === 0) {
      tcp.counters.noMemory++;
      return;
    }
    const { dv } = memory;
    const at = off + linkLen;
    const id = ip.identification(l3, r3);
    dv.setInt32(at, x0 | len);
    dv.setInt32(at + 4, (id << 16) | IPV4_DF);
    dv.setInt32(at + 8, x2 | finish(fold(ipWords + len + id)));
    dv.setInt32(at + 12, l3);
    dv.setInt32(at + 16, r3);
    const t = at + IPV4_HEADER_LENGTH;
    const seq = (seg.seq + done) | 0;
    const ctl = ctlOfPiece(seg.ctl, done === 0, done + n === textLen);
    dv.setInt32(t, ports);
    dv.setInt32(t + 4, seq);
    dv.setInt32(t + 8, ack);
    dv.setInt32(t + 12, bits | (ctl << 16));
    if (opts !== 0) {
      dv.setInt32(t + 20, NOP_NOP_TS);
      dv.setInt32(t + 24, tsVal);
      dv.setInt32(t + 28, tsEcr);
    }
    let s = fold(words + payloadLen + halves(seq) + ctl);
    if (n > 0) s = c.sndRing.copySumTo(t + headerLen, seq, n, s);
    dv.setInt32(t + TCP_CHECKSUM_OFFSET, (finish(s) << 16) | up);
    ip.emit(path, off, len);
    done += n;
  } while (done < textLen);
}

/** A packet with a SYN, and whatever options. */
function formSyn(tcp: TcpLayer, c: Connection, path: Way, seg: Segment): void {
  const { memory, ip } = tcp;
  const { l3, r3 } = c.tcb;
  const linkLen = path.iface.headerLen;
  const headerLen = tcpHeaderLength(seg);
  const len = IPV4_HEADER_LENGTH + headerLen;
  const off = memory.alloc(linkLen + len);
  if (off === 0) {
    tcp.counters.noMemory++;
    return;
  }
  const { dv } = memory;
  const at = off + linkLen;
  const id = ip.identification(l3, r3);
  const x0 = VERSION_AND_LENGTH | ((((c.tos & DSCP) | seg.ecn) & 0xff) << 16) | len;
  dv.setInt32(at, x0);
  dv.setInt32(at + 4, (id << 16) | IPV4_DF);
  const words = halves(x0) + IPV4_DF + (c.ttl << 8) + c.pseudo + id;
  dv.setInt32(at + 8, (c.ttl << 24) | (IPPROTO_TCP << 16) | finish(fold(words)));
  dv.setInt32(at + 12, l3);
  dv.setInt32(at + 16, r3);
  const t = at + IPV4_HEADER_LENGTH;
  writeTcpHeader(memory, t, seg);
  dv.setUint16(t + TCP_CHECKSUM_OFFSET, finish(sum(memory, t, headerLen, fold(c.pseudo + headerLen))));
  ip.emit(path, off, len);
}
