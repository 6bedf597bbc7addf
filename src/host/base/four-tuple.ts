// What names a connection: the two sockets, ours and the peer's (RFC 9293 section 3.3.1). One object is filled again
// and again, so that nothing is allocated and no function takes nine words.

import type { Sockets } from '../../tcp/index.ts';
import { type Family, type IpAddress, type IpPacket, MAPPED } from '../../wire/index.ts';

/** A four-tuple. */
export class FourTuple implements Sockets {
  family: Family = 4;
  l0 = 0;
  l1 = 0;
  l2 = 0;
  l3 = 0;
  r0 = 0;
  r1 = 0;
  r2 = 0;
  r3 = 0;
  localPort = 0;
  remotePort = 0;

  /** That of a TCB, or another one. */
  copy(from: Readonly<Sockets>): this {
    copySockets(from, this);
    return this;
  }

  /** That of a segment that has arrived: we are its destination. */
  ofArriving(p: IpPacket, localPort: number, remotePort: number): this {
    this.family = p.family;
    this.l0 = p.dst0;
    this.l1 = p.dst1;
    this.l2 = p.dst2;
    this.l3 = p.dst3;
    this.r0 = p.src0;
    this.r1 = p.src1;
    this.r2 = p.src2;
    this.r3 = p.src3;
    this.localPort = localPort;
    this.remotePort = remotePort;
    return this;
  }

  /** The same of one in a packet of IPv4, from `src` to `dst`. */
  ofArriving4(src: number, dst: number, localPort: number, remotePort: number): this {
    this.family = 4;
    this.l0 = 0;
    this.l1 = 0;
    this.l2 = MAPPED;
    this.l3 = dst;
    this.r0 = 0;
    this.r1 = 0;
    this.r2 = MAPPED;
    this.r3 = src;
    this.localPort = localPort;
    this.remotePort = remotePort;
    return this;
  }

  /** That of a segment that we have sent: we are its source. */
  ofSent(p: IpPacket, localPort: number, remotePort: number): this {
    this.family = p.family;
    this.l0 = p.src0;
    this.l1 = p.src1;
    this.l2 = p.src2;
    this.l3 = p.src3;
    this.r0 = p.dst0;
    this.r1 = p.dst1;
    this.r2 = p.dst2;
    this.r3 = p.dst3;
    this.localPort = localPort;
    this.remotePort = remotePort;
    return this;
  }

  /** That of two sockets. */
  between(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): this {
    this.family = remote.family;
    this.l0 = local.w0;
    this.l1 = local.w1;
    this.l2 = local.w2;
    this.l3 = local.w3;
    this.r0 = remote.w0;
    this.r1 = remote.w1;
    this.r2 = remote.w2;
    this.r3 = remote.w3;
    this.localPort = localPort;
    this.remotePort = remotePort;
    return this;
  }

  /** An address alone, as a key: it is both ends, so that IPv4 stays short. */
  ofAddress(w0: number, w1: number, w2: number, w3: number): this {
    this.l0 = w0;
    this.l1 = w1;
    this.l2 = w2;
    this.l3 = w3;
    this.r0 = w0;
    this.r1 = w1;
    this.r2 = w2;
    this.r3 = w3;
    this.localPort = 0;
    this.remotePort = 0;
    return this;
  }
}

/** Whether two connections are between the same two hosts. */
export function sameHosts(a: Readonly<Sockets>, b: Readonly<Sockets>): boolean {
  if (a.r3 !== b.r3 || a.l3 !== b.l3 || a.r2 !== b.r2 || a.l2 !== b.l2) return false;
  return a.r1 === b.r1 && a.l1 === b.l1 && a.r0 === b.r0 && a.l0 === b.l0;
}

/** Copies what names a connection, to its TCB for example. */
export function copySockets(from: Readonly<Sockets>, to: Sockets): void {
  to.family = from.family;
  to.l0 = from.l0;
  to.l1 = from.l1;
  to.l2 = from.l2;
  to.l3 = from.l3;
  to.r0 = from.r0;
  to.r1 = from.r1;
  to.r2 = from.r2;
  to.r3 = from.r3;
  to.localPort = from.localPort;
  to.remotePort = from.remotePort;
}
