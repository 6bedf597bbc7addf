// Segments to packets: the TCP header, the text from the send ring, the checksum over both (RFC 9293
// section 3.1, MUST-2), and the way to the peer. A segment that stands for several is cut here, unless the link does it.

import { IPV4_PMTU_FLOOR } from '../../tcp/index.ts';
import {
  CWR,
  ctlOfPiece,
  finish,
  fold,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type Memory,
  Offload,
  OPT_MD5,
  type Segment,
  SYN,
  sum,
  TCP_CHECKSUM_OFFSET,
  tcpHeaderLength,
  UDP_HEADER_LENGTH,
  writeSummedHeader,
  writeTcpHeader,
  writeUdpHeader,
} from '../../wire/index.ts';
import type { FourTuple, HostCounters } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { IpHeader, type IpLayer, type Way } from '../ip/index.ts';
import type { Md5Keys } from './md5-keys.ts';

/** The two ECN bits of a Diffserv field belong to congestion control (RFC 3168 section 5). */
const DSCP = 0xfc;

/** Sequence number of the first octet of text: a SYN comes before it. */
function firstOctet(seg: Segment): number {
  return (seg.ctl & SYN) === 0 ? seg.seq : seg.seq + 1;
}

/**
 * Whether routers may cut an IPv4 packet with `payloadLen` octets behind its header: a link below the floor must; a probe
 * of what lies above it must not be cut.
 */
function mayCut({ fragments, tcb }: Connection, payloadLen: number): boolean {
  return fragments || (tcb.pmtu <= IPV4_PMTU_FLOOR && payloadLen + IPV4_HEADER_LENGTH <= IPV4_PMTU_FLOOR);
}

/** Builds and sends the segments of a host. */
export class SegmentOutput {
  readonly #ip: IpLayer;
  readonly #memory: Memory;
  readonly #counters: HostCounters;
  readonly #md5Keys: Md5Keys;
  readonly #header = new IpHeader(IPPROTO_TCP);
  readonly #udpHeader = new IpHeader(IPPROTO_UDP);
  /** Our UDP port of segments that go in datagrams; 0: none can. */
  tunnelPort = 0;
  /** What the link is asked to do with the packet in hand. */
  readonly #offload = new Offload();

  constructor(ip: IpLayer, memory: Memory, counters: HostCounters, md5Keys: Md5Keys) {
    this.#md5Keys = md5Keys;
    this.#ip = ip;
    this.#memory = memory;
    this.#counters = counters;
  }

  /** Sends a segment of a live connection, with its text. */
  send(c: Connection, seg: Segment): void {
    const { path, tcb } = c;
    if (path === null) {
      this.#counters.noRoute++;
      return;
    }
    if (tcb.udpPort !== 0 || tcb.md5 === 1) {
      this.#formOtherwise(c, path, seg);
      return;
    }
    const { offload } = path.iface;
    const byLink = offload !== null && offload.cutBy === 'link' && tcb.pmtu > IPV4_PMTU_FLOOR;
    // A link clears CWR in all pieces but the first, where it may be a bit of an ACE counter (RFC 9768 section 3.3.4).
    const ace = tcb.accEcn !== null && (seg.ctl & CWR) !== 0;
    if (byLink && !(ace && seg.gsoSize > 0)) this.#leave(c, path, seg);
    else if (seg.gsoSize === 0) this.#form(c, path, seg);
    else this.#cut(c, path, seg);
  }

  /** A packet of one segment. */
  #form(c: Connection, path: Way, seg: Segment): void {
    const ip = this.#ip;
    const memory = this.#memory;
    const headerLen = tcpHeaderLength(seg);
    const payloadLen = headerLen + seg.textLen;
    const off = ip.alloc(path, payloadLen);
    if (off === 0) return;
    const at = off + ip.headroom(path);
    let s = writeSummedHeader(memory, at, headerLen, seg, c.pseudo + payloadLen);
    if (seg.textLen > 0) s = c.sndRing.copySumTo(at + headerLen, firstOctet(seg), seg.textLen, s);
    memory.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(s));
    this.#pass(c, path, seg, off, payloadLen, mayCut(c, payloadLen), null);
  }

  /** A packet of one segment that is signed (RFC 2385), or in a datagram: then UDP has the checksum, and that of TCP is 0. */
  #formOtherwise(c: Connection, path: Way, seg: Segment): void {
    const { tcb, sndRing } = c;
    const between = tcb.udpPort === 0 ? 0 : UDP_HEADER_LENGTH;
    if (between > 0 && this.tunnelPort === 0) {
      this.#counters.noRoute++;
      return;
    }
    const ip = this.#ip;
    const memory = this.#memory;
    const headerLen = tcpHeaderLength(seg);
    const len = between + headerLen + seg.textLen;
    const off = ip.alloc(path, len);
    if (off === 0) return;
    const at = off + ip.headroom(path);
    writeTcpHeader(memory, at + between, seg);
    if (seg.textLen > 0) sndRing.copyTo(at + between + headerLen, firstOctet(seg), seg.textLen);
    const header = (between === 0 ? this.#header : this.#udpHeader).along(tcb);
    header.ttl = c.ttl;
    header.tos = (c.tos & DSCP) | seg.ecn;
    this.#finish(path, off, len, header, seg, headerLen, tcb.udpPort, mayCut(c, len));
  }

  /** Signs and sums the segment in a packet of `len` octets at `off`, and sends it. */
  #finish(
    path: Way,
    off: number,
    len: number,
    header: IpHeader,
    seg: Segment,
    headerLen: number,
    udpPort: number,
    mayCut: boolean,
  ): void {
    const ip = this.#ip;
    const memory = this.#memory;
    const at = off + ip.headroom(path);
    const segmentAt = udpPort === 0 ? at : at + UDP_HEADER_LENGTH;
    const segmentLen = at + len - segmentAt;
    const signs = (seg.opts & OPT_MD5) !== 0;
    if (signs && !this.#md5Keys.sign(memory, header, seg, segmentAt, headerLen, segmentLen)) {
      this.#counters.md5NoKey++;
      memory.free(off, ip.headroom(path) + len);
      return;
    }
    if (udpPort !== 0) this.#sumInUdp(at, len, udpPort, header);
    else memory.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(sum(memory, at, len, header.pseudoSum(len))));
    ip.send(path, off, len, header, mayCut);
  }

  /** The header of a datagram of `len` octets at `at`, whose data stand there. */
  #sumInUdp(at: number, len: number, udpPort: number, header: IpHeader): void {
    const dataLen = len - UDP_HEADER_LENGTH;
    writeUdpHeader(this.#memory, at, this.tunnelPort, udpPort, dataLen, header.pseudoSum(len));
  }

  /** A packet for each of the segments that this one stands for. */
  #cut(c: Connection, path: Way, seg: Segment): void {
    const { seq, ctl, textLen, gsoSize } = seg;
    const kept = c.tcb.accEcn === null ? 0 : ctl & CWR; // all pieces have the same ACE field
    for (let at = 0; at < textLen; at += gsoSize) {
      seg.textLen = Math.min(gsoSize, textLen - at);
      seg.seq = (seq + at) | 0;
      seg.ctl = ctlOfPiece(ctl, at === 0, at + seg.textLen === textLen) | kept;
      this.#form(c, path, seg);
    }
  }

  /** One packet, which the link sums, and cuts if it stands for several. */
  #leave(c: Connection, path: Way, seg: Segment): void {
    const ip = this.#ip;
    const memory = this.#memory;
    const { textLen } = seg;
    const headerLen = tcpHeaderLength(seg);
    const payloadLen = headerLen + textLen;
    const off = ip.alloc(path, payloadLen);
    if (off === 0) return;
    const at = off + ip.headroom(path);
    writeTcpHeader(memory, at, seg);
    memory.dv.setUint16(at + TCP_CHECKSUM_OFFSET, fold(c.pseudo + payloadLen));
    if (textLen > 0) c.sndRing.copyTo(at + headerLen, firstOctet(seg), textLen);
    const offload = this.#offload;
    offload.sumFrom = path.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    offload.sumAt = TCP_CHECKSUM_OFFSET;
    offload.headerLen = offload.sumFrom + headerLen;
    offload.gsoSize = seg.gsoSize;
    offload.ecn = (seg.ctl & CWR) !== 0 && c.tcb.accEcn === null;
    this.#pass(c, path, seg, off, payloadLen, c.fragments, offload);
  }

  #pass(
    c: Connection,
    path: Way,
    seg: Segment,
    off: number,
    payloadLen: number,
    mayCut: boolean,
    offload: Offload | null,
  ): void {
    const header = this.#header.along(c.tcb);
    header.ttl = c.ttl;
    header.tos = (c.tos & DSCP) | seg.ecn;
    this.#ip.send(path, off, payloadLen, header, mayCut, offload);
  }

  /**
   * Sends a segment without text that belongs to no live connection, from our end of `t` to the other; in a datagram to
   * the UDP port `udpPort` when that is not 0.
   */
  sendLoose(t: FourTuple, seg: Segment, ttl: number, tos: number, udpPort: number): void {
    const ip = this.#ip;
    const memory = this.#memory;
    const path = ip.way(t.r0, t.r1, t.r2, t.r3);
    if (path === null) {
      this.#counters.noRoute++;
      return;
    }
    const between = udpPort === 0 ? 0 : UDP_HEADER_LENGTH;
    const headerLen = tcpHeaderLength(seg);
    const len = between + headerLen;
    const off = ip.alloc(path, len);
    if (off === 0) return;
    const at = off + ip.headroom(path);
    writeTcpHeader(memory, at + between, seg);
    const header = (udpPort === 0 ? this.#header : this.#udpHeader).along(t);
    header.ttl = ttl;
    header.tos = tos;
    this.#finish(path, off, len, header, seg, headerLen, udpPort, false);
  }
}
