// RST segments as boxes on the way send them: with the sequence number that is expected (RFC 9293 section 3.5.2), from the
// address of the peer.

import type { Connection } from '../../host/index.ts';
import {
  ACK,
  FIN,
  IPPROTO_TCP,
  type IpAddress,
  type IpPacket,
  Memory,
  parseAddress,
  pseudoSumWords,
  RST,
  Segment,
  SYN,
  sum,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
  writeIpv4Header,
  writeIpv6Header,
  writeTcpHeader,
} from '../../wire/index.ts';

const TTL = 64;
const IPV6_HEADER = 40;

interface Words {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

function packet(family: 4 | 6, source: Words, destination: Words, segment: Segment): Uint8Array {
  const memory = new Memory({ initial: 4096 });
  const off = memory.alloc(IPV6_HEADER + TCP_HEADER_LENGTH);
  const { w0: s0, w1: s1, w2: s2, w3: s3 } = source;
  const { w0: d0, w1: d1, w2: d2, w3: d3 } = destination;
  const at =
    off +
    (family === 4
      ? writeIpv4Header(memory, off, TCP_HEADER_LENGTH, 0, 0x4000, TTL, 0, IPPROTO_TCP, s3, d3)
      : writeIpv6Header(
          memory,
          off,
          TCP_HEADER_LENGTH,
          0,
          TTL,
          0,
          IPPROTO_TCP,
          s0,
          s1,
          s2,
          s3,
          d0,
          d1,
          d2,
          d3,
        ));
  writeTcpHeader(memory, at, segment);
  const pseudo = pseudoSumWords(family, s0, s1, s2, s3, d0, d1, d2, d3, IPPROTO_TCP, TCP_HEADER_LENGTH);
  const checksum = ~sum(memory, at, TCP_HEADER_LENGTH, pseudo) & 0xffff;
  memory.dv.setUint16(at + TCP_CHECKSUM_OFFSET, checksum);
  return memory.u8.slice(off, at + TCP_HEADER_LENGTH);
}

/** A RST that ends a connection of a host, as if its peer had sent it. */
export function resetOf({ tcb, localAddress, remoteAddress }: Connection): Uint8Array {
  const own = parseAddress(localAddress) as IpAddress;
  const segment = new Segment();
  segment.srcPort = tcb.remotePort;
  segment.dstPort = tcb.localPort;
  segment.seq = tcb.rcv.nxt;
  segment.ctl = RST;
  return packet(own.family, parseAddress(remoteAddress) as IpAddress, own, segment);
}

/** A RST to the sender of a segment: what a host says that has no such connection (RFC 9293 section 3.10.7.1). */
export function resetTo(ip: IpPacket, { ctl, seq, ack, textLen, srcPort, dstPort }: Segment): Uint8Array {
  const segment = new Segment();
  segment.srcPort = dstPort;
  segment.dstPort = srcPort;
  if ((ctl & ACK) !== 0) {
    segment.seq = ack;
    segment.ctl = RST;
  } else {
    const length = textLen + ((ctl & SYN) !== 0 ? 1 : 0) + ((ctl & FIN) !== 0 ? 1 : 0);
    segment.ack = (seq + length) | 0;
    segment.ctl = RST | ACK;
  }
  const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = ip;
  const to = { w0: src0, w1: src1, w2: src2, w3: src3 };
  const from = { w0: dst0, w1: dst1, w2: dst2, w3: dst3 };
  return packet(ip.family === 6 ? 6 : 4, from, to, segment);
}
