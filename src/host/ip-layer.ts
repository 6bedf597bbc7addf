// IP on one host: what arrives is checked, reassembled and handed to its protocol; what leaves gets a
// route, a header and a link (RFC 1122 section 3, RFC 8200).

import {
  type Family,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_NONE,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_DF,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type IpAddress,
  IpPacket,
  inPrefix,
  isLoopback,
  isMapped,
  isMulticast,
  Malformed,
  type Memory,
  parseIp,
  writeIpv4Header,
  writeIpv6Header,
} from '../wire/index.ts';
import type { HostCounters } from './counters.ts';
import type { HostInterface } from './interface.ts';
import type { Route, RouteTable } from './routes.ts';

/** Where packets to one destination go. */
export interface Path {
  readonly iface: HostInterface;
  readonly family: Family;
  /** The next hop on the link: the gateway, or the destination itself. */
  readonly hop0: number;
  readonly hop1: number;
  readonly hop2: number;
  readonly hop3: number;
  /** The source address to use. */
  readonly source: IpAddress;
}

interface LastPath {
  readonly d0: number;
  readonly d1: number;
  readonly d2: number;
  readonly d3: number;
  readonly epoch: number;
  readonly path: Path | null;
}

/** A protocol above IP. */
export interface Protocol {
  input(packet: IpPacket, iface: HostInterface): void;
}

/** Link-layer output of an Ethernet interface: neighbour resolution. */
export interface LinkLayer {
  send(path: Path, off: number, len: number): void;
  /** Verify the next hop of a path. */
  doubt(path: Path): void;
}

/** Who tells a sender that its packet came to nothing. */
export interface ErrorReporter {
  /** Nobody here speaks the packet's protocol. */
  protocolUnreachable(packet: IpPacket): void;
}

/** Reassembly: see fragments.ts. */
export interface Reassembler {
  /** Takes a fragment. True: `packet` now is the whole packet. */
  accept(packet: IpPacket): boolean;
  /** The whole packet has been processed. */
  release(): void;
}

/** The IP layer of a host. */
export class IpLayer {
  readonly memory: Memory;
  readonly counters: HostCounters;
  readonly routes: RouteTable;
  readonly interfaces: HostInterface[] = [];
  tcp: Protocol | null = null;
  udp: Protocol | null = null;
  icmp: Protocol | null = null;
  icmp6: Protocol | null = null;
  link: LinkLayer | null = null;
  reassembler: Reassembler | null = null;
  errors: ErrorReporter | null = null;
  /** Whether a group address is one that we listen to (NDP). */
  group: ((d0: number, d1: number, d2: number, d3: number) => boolean) | null = null;
  /** Counts changes of addresses and routes: who keeps a Path compares it. */
  epoch = 0;
  readonly #packet = new IpPacket();
  /** The destination that was asked for last, and the answer. */
  #last: LastPath = { d0: 0, d1: 0, d2: 0, d3: 0, epoch: -1, path: null };
  #id = 0;

  constructor(memory: Memory, counters: HostCounters, routes: RouteTable) {
    this.memory = memory;
    this.counters = counters;
    this.routes = routes;
  }

  /** The interface that has this address, or null. */
  owner(w0: number, w1: number, w2: number, w3: number): HostInterface | null {
    for (let i = 0; i < this.interfaces.length; i++) {
      const iface = this.interfaces[i] as HostInterface;
      for (let j = 0; j < iface.addresses.length; j++) {
        const a = (iface.addresses[j] as { address: IpAddress }).address;
        if (a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0) return iface;
      }
    }
    return null;
  }

  /**
   * The way to a destination, or null: network unreachable. `source` insists on an address of ours; one of
   * the other family leads nowhere.
   */
  path(d0: number, d1: number, d2: number, d3: number, source: IpAddress | null = null): Path | null {
    if (source !== null) return this.#findPath(d0, d1, d2, d3, source);
    // Packets to one destination come in series.
    const last = this.#last;
    if (d3 === last.d3 && d2 === last.d2 && d1 === last.d1 && d0 === last.d0 && this.epoch === last.epoch) {
      return last.path;
    }
    const path = this.#findPath(d0, d1, d2, d3, null);
    this.#last = { d0, d1, d2, d3, epoch: this.epoch, path };
    return path;
  }

  #findPath(d0: number, d1: number, d2: number, d3: number, source: IpAddress | null): Path | null {
    const own = this.owner(d0, d1, d2, d3);
    const family: Family = isMapped(d0, d1, d2) ? 4 : 6;
    if (source !== null && source.family !== family) return null;
    if (own !== null) {
      const loopback = this.interfaces[0] as HostInterface;
      const address =
        source ??
        (own.addresses.find((a) => same(a.address, d0, d1, d2, d3)) as { address: IpAddress }).address;
      return { iface: loopback, family, hop0: d0, hop1: d1, hop2: d2, hop3: d3, source: address };
    }
    const route = this.routes.lookup(d0, d1, d2, d3);
    if (route === null) return null;
    const iface = this.interfaces[route.iface] as HostInterface;
    const from = source ?? route.source ?? this.#sourceFor(iface, family, d0, d1, d2, d3);
    if (from === null) return null;
    return hop(route, iface, family, from, d0, d1, d2, d3);
  }

  /** The address of an interface that shares a network with the destination, else its first. */
  #sourceFor(
    iface: HostInterface,
    family: Family,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
  ): IpAddress | null {
    let first: IpAddress | null = null;
    for (const { address, prefix } of iface.addresses) {
      if (address.family !== family) continue;
      if (inPrefix(d0, d1, d2, d3, address, prefix)) return address;
      first ??= address;
    }
    return first;
  }

  /**
   * True for a source that no packet from `iface` can have: from outside, a loopback address or one of
   * ours; from anywhere, the broadcast address of a network (RFC 1122 section 3.2.1.3).
   */
  impossibleSource(iface: HostInterface, s0: number, s1: number, s2: number, s3: number): boolean {
    if (iface.index !== 0 && (isLoopback(s0, s1, s2, s3) || this.owner(s0, s1, s2, s3) !== null)) return true;
    return this.isBroadcast(s0, s1, s2, s3);
  }

  /** The broadcast address of a network that we are in (255.255.255.255 is `isValidTcpSource`'s to refuse). */
  isBroadcast(w0: number, w1: number, w2: number, w3: number): boolean {
    if (!isMapped(w0, w1, w2)) return false;
    for (const { addresses } of this.interfaces) {
      for (const { address, prefix } of addresses) {
        if (address.family !== 4 || prefix > 30) continue;
        if ((address.w3 | (0xffff_ffff >>> prefix)) === w3) return true;
      }
    }
    return false;
  }

  /** A packet arrived: [off, off + len) is an IP packet; `toGroup`: in a frame to more than us. Never throws. */
  input(iface: HostInterface, off: number, len: number, toGroup = false): void {
    const { counters } = this;
    const packet = this.#packet;
    counters.packetsIn++;
    counters.octetsIn += len;
    const bad = parseIp(this.memory, off, len, packet);
    if (bad !== Malformed.OK) {
      counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
      return;
    }
    if (!this.#isForUs(packet, iface, toGroup)) {
      counters.notForUs++;
      return;
    }
    if (packet.fragment) {
      if (this.reassembler === null || !this.reassembler.accept(packet)) return;
      counters.reassembled++;
      this.#deliver(packet, iface);
      this.reassembler.release();
      return;
    }
    this.#deliver(packet, iface);
  }

  #isForUs(p: IpPacket, iface: HostInterface, toGroup: boolean): boolean {
    const { dst0, dst1, dst2, dst3 } = p;
    if (iface.index !== 0 && isLoopback(dst0, dst1, dst2, dst3)) return false; // RFC 1122 section 3.2.1.3 (g)
    // One address in a frame to all: RFC 1122 section 3.3.6.
    if (this.owner(dst0, dst1, dst2, dst3) !== null) return !toGroup;
    return this.#toGroup(p);
  }

  #toGroup(p: IpPacket): boolean {
    return (
      this.group !== null &&
      isMulticast(p.dst0, p.dst1, p.dst2, p.dst3) &&
      this.group(p.dst0, p.dst1, p.dst2, p.dst3)
    );
  }

  #deliver(packet: IpPacket, iface: HostInterface): void {
    switch (packet.protocol) {
      case IPPROTO_TCP:
        this.tcp?.input(packet, iface);
        return;
      case IPPROTO_UDP:
        this.udp?.input(packet, iface);
        return;
      case IPPROTO_ICMP:
        if (packet.family === 4) this.icmp?.input(packet, iface);
        return;
      case IPPROTO_ICMPV6:
        if (packet.family === 6) this.icmp6?.input(packet, iface);
        return;
      case IPPROTO_NONE:
        return;
      default:
        this.counters.unknownProtocol++;
        this.errors?.protocolUnreachable(packet);
    }
  }

  /** A transport's negative advice (RFC 1122 section 3.3.1.4): its packets along this path come to nothing. */
  doubt(path: Path): void {
    if (path.iface.headerLen > 0) this.link?.doubt(path);
  }

  /**
   * A block for a packet with `payloadLen` octets above IP; 0 when there is no memory. Its payload begins
   * at `off + headroom(path)`, and `send` takes it with the same numbers.
   */
  alloc(path: Path, payloadLen: number): number {
    const off = this.memory.alloc(this.headroom(path) + payloadLen);
    if (off === 0) this.counters.noMemory++;
    return off;
  }

  /** Octets before the payload: link header and IP header. */
  headroom(path: Path): number {
    return path.iface.headerLen + (path.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  }

  /** Writes the IP header and gives the block to the link. Addresses are words; DF is always set (RFC 1191). */
  send(
    path: Path,
    off: number,
    payloadLen: number,
    protocol: number,
    ttl: number,
    tos: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
  ): void {
    const { iface } = path;
    const ip = off + iface.headerLen;
    let len: number;
    if (path.family === 4) {
      this.#id = (this.#id + 1) & 0xffff;
      len =
        payloadLen +
        writeIpv4Header(this.memory, ip, payloadLen, this.#id, IPV4_DF, ttl, tos, protocol, s3, d3);
    } else {
      len =
        payloadLen +
        writeIpv6Header(this.memory, ip, payloadLen, 0, ttl, tos, protocol, s0, s1, s2, s3, d0, d1, d2, d3);
    }
    this.counters.packetsOut++;
    this.counters.octetsOut += len;
    if (iface.headerLen === 0) iface.transmit(off, len);
    else this.link?.send(path, off, iface.headerLen + len);
  }
}

function same(a: IpAddress, w0: number, w1: number, w2: number, w3: number): boolean {
  return a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0;
}

function hop(
  route: Route,
  iface: HostInterface,
  family: Family,
  source: IpAddress,
  d0: number,
  d1: number,
  d2: number,
  d3: number,
): Path {
  const g = route.gateway;
  if (g !== null) return { iface, family, source, hop0: g.w0, hop1: g.w1, hop2: g.w2, hop3: g.w3 };
  return { iface, family, source, hop0: d0, hop1: d1, hop2: d2, hop3: d3 };
}
