// Which addresses are this host's, and which ones no packet can come from (RFC 1122 sections 3.2.1.3 and 3.3.6,
// RFC 4291 section 2.8).

import {
  type Family,
  type IpAddress,
  type IpPacket,
  inPrefix,
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMapped,
  isMulticast,
  isUnspecified,
  isValidTcpSource,
  networkOf,
} from '../../wire/index.ts';
import type { HostInterface } from './interface.ts';

/** Why an interface cannot have an address in a network of `prefix` bits; null when it can. */
export function unfit(address: IpAddress, prefix: number): string | null {
  const { family, w0, w1, w2, w3 } = address;
  if (isUnspecified(w0, w1, w2, w3)) return 'the unspecified address';
  if (isMulticast(w0, w1, w2, w3)) return 'a multicast address';
  if (isLimitedBroadcast(w0, w1, w2, w3)) return 'the broadcast address';
  // RFC 3021 and RFC 6164: networks of two addresses use both.
  if (prefix >= (family === 4 ? 31 : 127)) return null;
  if (address.equals(networkOf(address, prefix))) {
    return family === 4
      ? 'the network itself'
      : 'the anycast address of its routers (RFC 4291 section 2.6.1)';
  }
  const ones = family === 4 && (w3 | (0xffff_ffff >>> prefix)) === w3;
  return ones ? 'the broadcast address of its network' : null;
}

/** 127.0.0.0/8. */
const LOOPBACK_NET = 127;

/** The addresses of a host's interfaces; the first interface is the loopback. */
export class LocalAddresses {
  readonly #interfaces: readonly HostInterface[];
  /** What {@link cameBefore4} said yes to last. */
  #before4 = 0;
  #to4 = 0;
  #from4: HostInterface | null = null;
  #epoch4 = -1;
  /** The source that was found possible last, by which interface it came, and the epoch. */
  #good: HostInterface | null = null;
  #goodEpoch = -1;
  #good0 = 0;
  #good1 = 0;
  #good2 = 0;
  #good3 = 0;

  /** The address that was found to be ours last, and the epoch. */
  #ownEpoch = -1;
  #own0 = 0;
  #own1 = 0;
  #own2 = 0;
  #own3 = 0;

  constructor(interfaces: readonly HostInterface[]) {
    this.#interfaces = interfaces;
  }

  /** The interface that was given this address, or null. */
  assigned(w0: number, w1: number, w2: number, w3: number): HostInterface | null {
    for (let i = 0; i < this.#interfaces.length; i++) {
      const iface = this.#interfaces[i] as HostInterface;
      for (let j = 0; j < iface.addresses.length; j++) {
        const a = (iface.addresses[j] as { address: IpAddress }).address;
        if (a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0) return iface;
      }
    }
    return null;
  }

  /** The interface that this address belongs to, or null: all of 127.0.0.0/8 is the loopback's. */
  owner(w0: number, w1: number, w2: number, w3: number): HostInterface | null {
    const iface = this.assigned(w0, w1, w2, w3);
    if (iface === null && isLoopback(w0, w1, w2, w3)) return this.#interfaces[0] ?? null;
    return iface;
  }

  /** Whether the address is one of ours; `epoch` counts changes of addresses. */
  isOwn(w0: number, w1: number, w2: number, w3: number, epoch: number): boolean {
    if (epoch === this.#ownEpoch && w3 === this.#own3 && w2 === this.#own2) {
      if (w1 === this.#own1 && w0 === this.#own0) return true; // packets come in series
    }
    if (this.owner(w0, w1, w2, w3) === null) return false;
    this.#ownEpoch = epoch;
    this.#own0 = w0;
    this.#own1 = w1;
    this.#own2 = w2;
    this.#own3 = w3;
    return true;
  }

  /** The broadcast address of a network that we are in (255.255.255.255 is `isValidTcpSource`'s to refuse). */
  isBroadcast(w0: number, w1: number, w2: number, w3: number): boolean {
    if (!isMapped(w0, w1, w2)) return false;
    for (const { addresses } of this.#interfaces) {
      for (const { address, prefix } of addresses) {
        if (address.family !== 4 || prefix > 30) continue;
        if ((address.w3 | (0xffff_ffff >>> prefix)) === w3) return true;
      }
    }
    return false;
  }

  /** The broadcast address of such a network, or 255.255.255.255. */
  isBroadcastOrAll(w0: number, w1: number, w2: number, w3: number): boolean {
    return isLimitedBroadcast(w0, w1, w2, w3) || this.isBroadcast(w0, w1, w2, w3);
  }

  /** Whether an address can be that of one host somewhere: not of many, of nobody, of a loopback. */
  isOneHost(w0: number, w1: number, w2: number, w3: number): boolean {
    return (
      isValidTcpSource(w0, w1, w2, w3) && !isLoopback(w0, w1, w2, w3) && !this.isBroadcast(w0, w1, w2, w3)
    );
  }

  /** An address of a family that is not the loopback's, for messages of ours where no other is nearer; or null. */
  first(family: Family): IpAddress | null {
    for (let i = 1; i < this.#interfaces.length; i++) {
      const found = this.#interfaces[i]?.addresses.find((a) => a.address.family === family);
      if (found !== undefined) return found.address;
    }
    return null;
  }

  /**
   * Whether a packet from `iface` can come from its source: not from a group, a broadcast address or nobody; from
   * outside, not from a loopback address or one of ours (RFC 1122 section 3.2.1.3: MUST discard). `epoch` counts
   * changes of addresses.
   */
  isPossibleSource(p: IpPacket, iface: HostInterface, epoch: number): boolean {
    const { src0, src1, src2, src3 } = p;
    if (iface === this.#good && epoch === this.#goodEpoch && src3 === this.#good3 && src2 === this.#good2) {
      if (src1 === this.#good1 && src0 === this.#good0) return true; // packets come in series
    }
    if (iface.index === 0) {
      if (!isValidTcpSource(src0, src1, src2, src3) || this.isBroadcast(src0, src1, src2, src3)) return false;
    } else if (!this.isOneHost(src0, src1, src2, src3) || this.owner(src0, src1, src2, src3) !== null)
      return false;
    this.#good = iface;
    this.#goodEpoch = epoch;
    this.#good0 = src0;
    this.#good1 = src1;
    this.#good2 = src2;
    this.#good3 = src3;
    return true;
  }

  /**
   * Whether {@link isOwn} and {@link isPossibleSource} were asked of these IPv4 addresses last, and said yes; not for a loopback
   * address, which is ours only where it comes from ourselves.
   */
  cameBefore4(src: number, dst: number, iface: HostInterface, epoch: number): boolean {
    if (src === this.#before4 && dst === this.#to4 && iface === this.#from4 && epoch === this.#epoch4)
      return true;
    if (!this.#saidYes4(src, dst, iface, epoch)) return false;
    this.#before4 = src;
    this.#to4 = dst;
    this.#from4 = iface;
    this.#epoch4 = epoch;
    return true;
  }

  #saidYes4(src: number, dst: number, iface: HostInterface, epoch: number): boolean {
    if (dst !== this.#own3 || src !== this.#good3 || iface !== this.#good) return false;
    if (epoch !== this.#ownEpoch || epoch !== this.#goodEpoch || dst >>> 24 === LOOPBACK_NET) return false;
    return isMapped(this.#own0, this.#own1, this.#own2) && isMapped(this.#good0, this.#good1, this.#good2);
  }

  /**
   * The address of an interface for packets to a destination (RFC 6724 section 5, as far as a host with few
   * addresses needs it): of its scope, not deprecated, on its network, the first.
   */
  sourceFor(
    iface: HostInterface,
    family: Family,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
  ): IpAddress | null {
    let best: IpAddress | null = null;
    let bestRank = -1;
    for (const { address, prefix, deprecated } of iface.addresses) {
      if (address.family !== family || isUnspecified(address.w0, address.w1, address.w2, address.w3))
        continue;
      const scope = family === 4 || isLinkLocal(address.w0) === isLinkLocal(d0);
      const rank =
        (scope ? 4 : 0) + (deprecated === true ? 0 : 2) + (inPrefix(d0, d1, d2, d3, address, prefix) ? 1 : 0);
      if (rank > bestRank) {
        best = address;
        bestRank = rank;
      }
    }
    return best;
  }
}
