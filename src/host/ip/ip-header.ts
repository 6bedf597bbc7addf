// What the IP header of a packet of ours says. One object is filled again and again, so that nothing is allocated and
// no function takes eight words.

import type { Sockets } from '../../tcp/index.ts';
import { type Family, type IpAddress, type IpPacket, pseudoSumWords } from '../../wire/index.ts';
import { DEFAULT_TTL } from './ip-service.ts';

/** The header of a packet that is being formed. Addresses are four words each, IPv4 as ::ffff:a.b.c.d. */
export class IpHeader {
  family: Family = 4;
  protocol: number;
  /** Time to live, or hop limit. */
  ttl = DEFAULT_TTL;
  /** Diffserv field and ECN. */
  tos = 0;
  src0 = 0;
  src1 = 0;
  src2 = 0;
  src3 = 0;
  dst0 = 0;
  dst1 = 0;
  dst2 = 0;
  dst3 = 0;

  constructor(protocol: number) {
    this.protocol = protocol;
  }

  /** From our end of a connection to the other. */
  along(t: Readonly<Sockets>): this {
    // Segments leave in series; of IPv4 addresses the other words are the same.
    if (this.family === 4 && t.family === 4 && this.src3 === t.l3 && this.dst3 === t.r3) return this;
    this.family = t.family === 6 ? 6 : 4;
    this.src0 = t.l0;
    this.src1 = t.l1;
    this.src2 = t.l2;
    this.src3 = t.l3;
    this.dst0 = t.r0;
    this.dst1 = t.r1;
    this.dst2 = t.r2;
    this.dst3 = t.r3;
    return this;
  }

  /** Back to where a packet came from, from where it was sent to. */
  answering(p: IpPacket): this {
    this.family = p.family;
    this.src0 = p.dst0;
    this.src1 = p.dst1;
    this.src2 = p.dst2;
    this.src3 = p.dst3;
    this.dst0 = p.src0;
    this.dst1 = p.src1;
    this.dst2 = p.src2;
    this.dst3 = p.src3;
    return this;
  }

  /** From an address; the destination stays. */
  from({ w0, w1, w2, w3 }: IpAddress): this {
    this.src0 = w0;
    this.src1 = w1;
    this.src2 = w2;
    this.src3 = w3;
    return this;
  }

  /** To an address; the source stays. */
  to({ family, w0, w1, w2, w3 }: IpAddress): this {
    this.family = family;
    this.dst0 = w0;
    this.dst1 = w1;
    this.dst2 = w2;
    this.dst3 = w3;
    return this;
  }

  /** The folded sum of the pseudo-header of a message of `length` octets. */
  pseudoSum(length: number): number {
    const { family, protocol, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = this;
    return pseudoSumWords(family, src0, src1, src2, src3, dst0, dst1, dst2, dst3, protocol, length);
  }
}
