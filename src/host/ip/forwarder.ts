// Forwarding between interfaces (RFC 1812 sections 5.2 and 5.3; for IPv6 RFC 8200 section 3 and RFC 4443): what is
// not for us goes on to its next hop, one hop older, or its sender is told why not. Fragments go on as they come.
// Not done: redirects (RFC 1812 section 5.2.7.2), source routes, recorded routes and timestamps (options go on as
// they are), multicast.

import {
  type IpPacket,
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMapped,
  isMulticast,
  isUnspecified,
  isValidTcpSource,
  updateChecksum,
} from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import { cutIpv4 } from './cut.ts';
import type { HostInterface } from './interface.ts';
import type { IpLayer, Way } from './ip-layer.ts';

/** Who tells a sender that its packet went no further. */
export interface ForwardErrors {
  timeExceeded(packet: IpPacket): void;
  noRoute(packet: IpPacket): void;
  beyondScope(packet: IpPacket): void;
  sourceRouteRefused(packet: IpPacket): void;
  /** The next link takes `mtu` octets. */
  packetTooBig(packet: IpPacket, mtu: number): void;
}

/** The forwarding of a host. */
export class Forwarder {
  readonly #ip: IpLayer;
  readonly #counters: HostCounters;
  readonly #errors: ForwardErrors;

  constructor({ ip, errors }: { readonly ip: IpLayer; readonly errors: ForwardErrors }) {
    this.#ip = ip;
    this.#counters = ip.counters;
    this.#errors = errors;
  }

  /**
   * Forwards a packet that came by `from`, or not. `blockLen`: the length of the block that holds it with its link
   * header, when the block may be kept; 0 when it has to be copied. True: the block is no longer the caller's.
   */
  forward(p: IpPacket, from: HostInterface, blockLen: number): boolean {
    const counters = this.#counters;
    if (!this.#mayGoOn(p)) {
      counters.forwardMartians++;
      return false;
    }
    const way = this.#ip.way(p.dst0, p.dst1, p.dst2, p.dst3);
    if (way === null || way.iface.index === 0) {
      counters.noRoute++;
      this.#errors.noRoute(p);
      return false;
    }
    if (p.family === 6 && isLinkLocal(p.src0)) {
      counters.forwardMartians++;
      this.#errors.beyondScope(p); // RFC 4443 section 3.1: code 2
      return false;
    }
    if (p.sourceRouteLeft) {
      this.#errors.sourceRouteRefused(p);
      return false;
    }
    if (p.ttl <= 1) {
      counters.forwardExpired++;
      this.#errors.timeExceeded(p);
      return false;
    }
    if (p.totalLen > way.iface.mtu) {
      if (p.dontFragment) {
        counters.forwardTooBig++;
        this.#errors.packetTooBig(p, way.iface.mtu);
        return false;
      }
      this.#age(p);
      cutIpv4(this.#ip.memory, p, way.iface.mtu, way.iface.headerLen, (off, len) =>
        this.#ip.emit(way, off, len),
      );
      counters.forwarded++;
      return false;
    }
    this.#age(p);
    return this.#pass(p, from, way, blockLen);
  }

  /** RFC 1812 sections 5.3.7 (martians), 5.3.4 and 5.3.5 (broadcast), RFC 3927 section 2.7, RFC 4291 section 2.5. */
  #mayGoOn(p: IpPacket): boolean {
    const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = p;
    if (isMulticast(dst0, dst1, dst2, dst3) || isUnspecified(dst0, dst1, dst2, dst3)) return false;
    if (isLoopback(dst0, dst1, dst2, dst3) || isLoopback(src0, src1, src2, src3)) return false;
    if (!isValidTcpSource(src0, src1, src2, src3)) return false;
    if (!isMapped(dst0, dst1, dst2)) return !isLinkLocal(dst0);
    if (isLimitedBroadcast(dst0, dst1, dst2, dst3) || isLocalOrReserved(dst3) || isLocalOrReserved(src3))
      return false;
    const { local } = this.#ip;
    return !local.isBroadcast(dst0, dst1, dst2, dst3) && !local.isBroadcast(src0, src1, src2, src3);
  }

  /** One hop older (RFC 1812 section 5.3.1, RFC 8200 section 3), the checksum brought along (RFC 1624). */
  #age(p: IpPacket): void {
    const { dv } = this.#ip.memory;
    const ip = p.headerOff;
    p.ttl--;
    if (p.family === 6) {
      dv.setUint8(ip + 7, p.ttl);
      return;
    }
    const old = dv.getUint16(ip + 8);
    dv.setUint8(ip + 8, p.ttl);
    dv.setUint16(ip + 10, updateChecksum(dv.getUint16(ip + 10), old, dv.getUint16(ip + 8)));
  }

  /** Sends a packet on in its own block when that fits the next link, else in a copy. */
  #pass(p: IpPacket, from: HostInterface, way: Way, blockLen: number): boolean {
    const { memory, counters } = this.#ip;
    const { headerLen } = way.iface;
    const { headerOff, totalLen } = p;
    if (headerLen === from.headerLen && blockLen === headerLen + totalLen) {
      counters.forwarded++;
      this.#ip.emit(way, headerOff - headerLen, totalLen);
      return true;
    }
    const off = memory.alloc(headerLen + totalLen);
    if (off === 0) {
      counters.noMemory++;
      return false;
    }
    counters.forwarded++;
    memory.u8.copyWithin(off + headerLen, headerOff, headerOff + totalLen);
    this.#ip.emit(way, off, totalLen);
    return false;
  }
}

/** 0.0.0.0/8, 169.254.0.0/16 and 240.0.0.0/4, which no router forwards. */
function isLocalOrReserved(w3: number): boolean {
  return w3 >>> 24 === 0 || w3 >>> 16 === 0xa9fe || w3 >>> 28 === 0xf;
}
