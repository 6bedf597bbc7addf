// IP on one host: what arrives is checked, reassembled and handed to its protocol; what leaves gets a
// route, a header and a link (RFC 1122 section 3, RFC 8200).

import {
  completeSum,
  cutTcp,
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
  isLoopback,
  isMapped,
  isMulticast,
  isUnspecified,
  Malformed,
  type Memory,
  NDP_NEIGHBOR_SOLICITATION,
  NDP_ROUTER_SOLICITATION,
  type Offload,
  parseIp,
  writeIpv4Header,
  writeIpv6Header,
} from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import { cutIpv4, cutIpv6 } from './cut.ts';
import type { Forwarder } from './forwarder.ts';
import { Identification } from './identification.ts';
import type { HostInterface } from './interface.ts';
import type { IpHeader } from './ip-header.ts';
import { LocalAddresses } from './local-addresses.ts';
import type { Route, RouteTable } from './routes.ts';

/** Where packets to one destination go. */
export interface Way {
  readonly iface: HostInterface;
  readonly family: Family;
  /** The next hop on the link: the gateway, or the destination itself. */
  readonly hop0: number;
  readonly hop1: number;
  readonly hop2: number;
  readonly hop3: number;
  /** To a group or to all: no neighbour is asked for. */
  readonly toMany: boolean;
  /** The source address to use; null when the interface has none of this family. */
  readonly source: IpAddress | null;
}

/** A way for packets of our own, which have a source address. */
export interface Path extends Way {
  readonly source: IpAddress;
}

interface LastWay {
  readonly d0: number;
  readonly d1: number;
  readonly d2: number;
  readonly d3: number;
  readonly epoch: number;
  readonly way: Way | null;
}

/** A protocol above IP. */
export interface Protocol {
  input(packet: IpPacket, iface: HostInterface): void;
}

/** TCP, which knows a packet of the usual kind when it sees one. */
export interface TcpProtocol extends Protocol {
  /** True: the IP packet at [off, off + len) was one for us, and has been dealt with. False: nothing was done. */
  predicted(iface: HostInterface, off: number, len: number): boolean;
}

/** Link-layer output of an Ethernet interface: neighbour resolution. */
export interface LinkLayer {
  send(way: Way, off: number, len: number): void;
  /** Verify the next hop of a way. */
  doubt(way: Way): void;
}

/**
 * Why a packet comes to nothing, as ICMP says it (RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1): no such port,
 * no such host, no route, or not allowed (communication administratively prohibited).
 */
export type Unreachable = 'port' | 'host' | 'net' | 'prohibited';

/** Who tells a sender that its packet came to nothing. */
export interface ErrorReporter {
  /** Nobody here speaks the packet's protocol. */
  protocolUnreachable(packet: IpPacket): void;
  /** The packet has a source route that is not exhausted, and we forward none. */
  sourceRouteFailed(packet: IpPacket): void;
  /** A packet for us is malformed in a way (a `Malformed` code) that its sender may have to hear of. */
  parameterProblem(packet: IpPacket, code: number): void;
  /** What a packet for us asked for is not to be had. */
  unreachable(packet: IpPacket, why: Unreachable): void;
  /** The packet has no hop left to whom it is for. */
  timeExceeded(packet: IpPacket): void;
}

/** Reassembly: see fragments.ts. */
export interface Reassembler {
  /** Takes a fragment. True: `packet` now is the whole packet. */
  accept(packet: IpPacket): boolean;
  /** The whole packet has been processed. */
  release(): void;
}

/** What the IP layer of a host is made of. */
export interface IpLayerOptions {
  readonly memory: Memory;
  readonly counters: HostCounters;
  readonly routes: RouteTable;
  /** 32 random bits, for secrets. */
  readonly random: () => number;
}

/** The IP layer of a host. */
export class IpLayer {
  readonly memory: Memory;
  readonly counters: HostCounters;
  readonly routes: RouteTable;
  readonly interfaces: HostInterface[] = [];
  tcp: TcpProtocol | null = null;
  udp: Protocol | null = null;
  icmp: Protocol | null = null;
  icmp6: Protocol | null = null;
  link: LinkLayer | null = null;
  reassembler: Reassembler | null = null;
  errors: ErrorReporter | null = null;
  /** What goes on to other hosts; null: we are no router. */
  forwarder: Forwarder | null = null;
  /** Whether a group address is one that we listen to (NDP). */
  group: ((d0: number, d1: number, d2: number, d3: number) => boolean) | null = null;
  /** Whether somebody waits for datagrams like this, to all and perhaps from nobody (DHCP). */
  broadcasts: ((packet: IpPacket) => boolean) | null = null;
  /** Counts changes of addresses and routes: who keeps a Path compares it. */
  epoch = 0;
  readonly local: LocalAddresses;
  readonly #packet = new IpPacket();
  /** The destination that was asked for last, and the answer. */
  #last: LastWay = { d0: 0, d1: 0, d2: 0, d3: 0, epoch: -1, way: null };
  #ids: Identification | null = null;
  readonly #random: () => number;

  constructor(o: IpLayerOptions) {
    this.memory = o.memory;
    this.counters = o.counters;
    this.routes = o.routes;
    this.local = new LocalAddresses(this.interfaces);
    this.#random = o.random;
  }

  /** The interface that this address belongs to, or null. */
  owner(w0: number, w1: number, w2: number, w3: number): HostInterface | null {
    return this.local.owner(w0, w1, w2, w3);
  }

  /** The way to a destination for packets whose source is known, or null: network unreachable. */
  way(d0: number, d1: number, d2: number, d3: number): Way | null {
    // Packets to one destination come in series.
    const last = this.#last;
    if (d3 === last.d3 && d2 === last.d2 && d1 === last.d1 && d0 === last.d0 && this.epoch === last.epoch) {
      return last.way;
    }
    const way = this.#findWay(d0, d1, d2, d3, null);
    this.#last = { d0, d1, d2, d3, epoch: this.epoch, way };
    return way;
  }

  /**
   * The way to a destination for packets of ours, or null: network unreachable. `source` insists on an address of
   * ours; one of the other family leads nowhere.
   */
  path(d0: number, d1: number, d2: number, d3: number, source: IpAddress | null = null): Path | null {
    const way = source === null ? this.way(d0, d1, d2, d3) : this.#findWay(d0, d1, d2, d3, source);
    return way === null || way.source === null ? null : (way as Path);
  }

  /** The way to all on one link (255.255.255.255): that of an address of ours, or the first that is no loopback. */
  wayToAll(source: IpAddress | null): Way | null {
    const own = source === null ? null : this.owner(source.w0, source.w1, source.w2, source.w3);
    const iface = own ?? this.interfaces[1];
    if (iface === undefined) return null;
    const address = source ?? this.local.sourceFor(iface, 4, 0, 0, 0xffff, -1);
    return { iface, family: 4, hop0: 0, hop1: 0, hop2: 0xffff, hop3: -1, source: address, toMany: true };
  }

  #findWay(d0: number, d1: number, d2: number, d3: number, source: IpAddress | null): Way | null {
    const own = this.owner(d0, d1, d2, d3);
    const family: Family = isMapped(d0, d1, d2) ? 4 : 6;
    if (source !== null && source.family !== family) return null;
    if (own !== null) {
      const loopback = this.interfaces[0] as HostInterface;
      const address = source ?? this.#ownAddress(own, family, d0, d1, d2, d3);
      return {
        iface: loopback,
        family,
        hop0: d0,
        hop1: d1,
        hop2: d2,
        hop3: d3,
        source: address,
        toMany: false,
      };
    }
    const route = this.routes.lookup(d0, d1, d2, d3);
    if (route === null) return null;
    const iface = this.interfaces.find(({ index }) => index === route.iface) as HostInterface;
    const from = source ?? route.source ?? this.local.sourceFor(iface, family, d0, d1, d2, d3);
    const toMany = isMulticast(d0, d1, d2, d3) || this.local.isBroadcast(d0, d1, d2, d3);
    return hop(route, iface, family, from, toMany, d0, d1, d2, d3);
  }

  /** Who talks to an address of its own does so from it; to 127.0.0.5, from 127.0.0.1. */
  #ownAddress(own: HostInterface, family: Family, d0: number, d1: number, d2: number, d3: number): IpAddress {
    const exact = own.addresses.find((a) => same(a.address, d0, d1, d2, d3));
    return exact?.address ?? (this.local.sourceFor(own, family, d0, d1, d2, d3) as IpAddress);
  }

  /**
   * A packet arrived: [off, off + len) is an IP packet; `toGroup`: in a frame to more than us. `mayKeep`: the octets
   * are those of a block of the Memory from the link header on, which may be kept. True: it was. Never throws.
   */
  input(
    iface: HostInterface,
    off: number,
    len: number,
    toGroup = false,
    mayKeep = false,
    offload: Offload | null = null,
  ): boolean {
    this.counters.packetsIn++;
    this.counters.octetsIn += len;
    if (offload === null && !toGroup && this.tcp?.predicted(iface, off, len) === true) return false;
    return this.#judge(iface, off, len, toGroup, mayKeep, offload);
  }

  #judge(
    iface: HostInterface,
    off: number,
    len: number,
    toGroup: boolean,
    mayKeep: boolean,
    offload: Offload | null,
  ): boolean {
    const { counters } = this;
    const packet = this.#packet;
    packet.offload = offload;
    const bad = parseIp(this.memory, off, len, packet);
    if (bad !== Malformed.OK && !hasAddresses(packet, bad)) {
      counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
      return false;
    }
    if (!this.#isForUs(packet, iface, toGroup)) {
      if (this.forwarder === null || toGroup || iface.index === 0) {
        counters.notForUs++;
        return false;
      }
      // RFC 8200 section 4: what extension headers hold is for the destination to judge.
      if (bad !== Malformed.OK && packet.family === 4) this.#refuse(packet, iface, bad);
      else if (offload !== null)
        this.#forwardOffloaded(packet, iface, bad === Malformed.OK ? offload.gsoSize : 0);
      else return this.forwarder.forward(packet, iface, mayKeep ? iface.headerLen + len : 0);
      return false;
    }
    if (bad !== Malformed.OK) this.#refuse(packet, iface, bad);
    else if (packet.ttl <= 1 && this.#isBeyond(packet, iface)) this.#expired(packet);
    else if (this.#isAcceptable(packet, iface)) this.#receive(packet, iface);
    return false;
  }

  /**
   * The next link may do nothing of what this one left to it: the packet goes on whole, as those that it stands for,
   * each with `gsoSize` octets of text.
   */
  #forwardOffloaded(p: IpPacket, iface: HostInterface, gsoSize: number): void {
    if (gsoSize === 0 || p.protocol !== IPPROTO_TCP || p.fragment) {
      completeSum(this.memory, p);
      this.forwarder?.forward(p, iface, 0);
      return;
    }
    cutTcp(this.memory, p, gsoSize, (off, len) => {
      this.#judge(iface, off, len, false, false, null);
      this.memory.free(off, len);
    });
  }

  /** A malformed packet whose addresses could be read is answered, if it comes from somebody. */
  #refuse(p: IpPacket, iface: HostInterface, bad: number): void {
    const { malformed } = this.counters;
    malformed[bad] = (malformed[bad] as number) + 1;
    if (this.local.isPossibleSource(p, iface, this.epoch)) this.errors?.parameterProblem(p, bad);
  }

  /** Whether a packet for us may come from where it comes from, and by the hops that it names. */
  #isAcceptable(p: IpPacket, iface: HostInterface): boolean {
    if (!this.local.isPossibleSource(p, iface, this.epoch) && !this.#isForgiven(p)) {
      this.counters.impossibleSource++;
      return false;
    }
    if (!p.sourceRouteLeft) return true;
    this.counters.notForUs++;
    this.errors?.sourceRouteFailed(p);
    return false;
  }

  #receive(packet: IpPacket, iface: HostInterface): void {
    if (!packet.fragment) {
      this.#deliver(packet, iface);
      return;
    }
    completeSum(this.memory, packet);
    packet.offload = null;
    if (this.reassembler === null || !this.reassembler.accept(packet)) return;
    this.counters.reassembled++;
    this.#deliver(packet, iface);
    this.reassembler.release();
  }

  /** Whether an interface that takes packets for hosts behind it has one of those, and none of ours. */
  #isBeyond({ dst0, dst1, dst2, dst3 }: IpPacket, iface: HostInterface): boolean {
    return (
      iface.router &&
      this.local.isOneHost(dst0, dst1, dst2, dst3) &&
      !this.local.isOwn(dst0, dst1, dst2, dst3, this.epoch)
    );
  }

  #expired(p: IpPacket): void {
    this.counters.forwardExpired++;
    this.errors?.timeExceeded(p);
  }

  #isForUs(p: IpPacket, iface: HostInterface, toGroup: boolean): boolean {
    const { dst0, dst1, dst2, dst3 } = p;
    if (iface.index !== 0 && isLoopback(dst0, dst1, dst2, dst3)) return false; // RFC 1122 section 3.2.1.3 (g)
    // One address in a frame to all: RFC 1122 section 3.3.6.
    if (this.local.isOwn(dst0, dst1, dst2, dst3, this.epoch)) return !toGroup;
    if (this.#toGroup(p) || this.#isWantedBroadcast(p)) return true;
    return iface.anyDestination && !toGroup && this.local.isOneHost(dst0, dst1, dst2, dst3);
  }

  /** To a broadcast address, and somebody waits for it. */
  #isWantedBroadcast(p: IpPacket): boolean {
    if (this.broadcasts === null) return false;
    return this.local.isBroadcastOrAll(p.dst0, p.dst1, p.dst2, p.dst3) && this.broadcasts(p);
  }

  /**
   * Who has no address yet may look for one: duplicate address detection and router solicitation come from :: (RFC
   * 4861 sections 4.1 and 4.3), a client of DHCP sends from 0.0.0.0 to all (RFC 1122 section 3.2.1.3 (a)).
   */
  #isForgiven(p: IpPacket): boolean {
    if (!isUnspecified(p.src0, p.src1, p.src2, p.src3)) return false;
    if (p.family === 4) return this.#isWantedBroadcast(p);
    if (p.protocol !== IPPROTO_ICMPV6 || p.fragHeaderOff !== 0 || p.payloadLen === 0) return false;
    const type = this.memory.u8[p.payloadOff] as number;
    return type === NDP_NEIGHBOR_SOLICITATION || type === NDP_ROUTER_SOLICITATION;
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

  /** A transport's negative advice (RFC 1122 section 3.3.1.4): its packets this way come to nothing. */
  doubt(way: Way): void {
    if (way.iface.headerLen > 0) this.link?.doubt(way);
  }

  /**
   * A block for a packet with `payloadLen` octets above IP; 0 when there is no memory. Its payload begins
   * at `off + headroom(way)`, and `send` takes it with the same numbers.
   */
  alloc(way: Way, payloadLen: number): number {
    const off = this.memory.alloc(this.headroom(way) + payloadLen);
    if (off === 0) this.counters.noMemory++;
    return off;
  }

  /** Octets before the payload: link header and IP header. */
  headroom(way: Way): number {
    return way.iface.headerLen + (way.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
  }

  /**
   * Writes the IP header and gives the block to the link. `mayCut`: an IPv4 packet that a
   * router may fragment; all others have DF (RFC 1191 section 3).
   */
  send(
    way: Way,
    off: number,
    payloadLen: number,
    header: IpHeader,
    mayCut = false,
    offload: Offload | null = null,
  ): void {
    const ip = off + way.iface.headerLen;
    const len = payloadLen + this.#writeHeader(way, ip, payloadLen, header, mayCut ? 0 : IPV4_DF);
    this.emit(way, off, len, offload);
  }

  /**
   * As {@link send}, for a packet of ours that is longer than the `mtu` of its path: in fragments. The block is freed.
   */
  sendInPieces(way: Way, off: number, payloadLen: number, header: IpHeader, mtu: number): void {
    const { memory } = this;
    const { headerLen } = way.iface;
    const ip = off + headerLen;
    const emit = (at: number, len: number): void => this.emit(way, at, len);
    this.#writeHeader(way, ip, payloadLen, header, 0);
    if (way.family === 4) {
      const packet = new IpPacket();
      parseIp(memory, ip, IPV4_HEADER_LENGTH + payloadLen, packet);
      cutIpv4(memory, packet, mtu, headerLen, emit);
    } else cutIpv6(memory, ip, payloadLen, this.#random(), mtu, headerLen, emit);
    memory.free(off, this.headroom(way) + payloadLen);
  }

  /** Writes the header of a packet before its payload; its length. `flags` are those of IPv4. */
  #writeHeader(way: Way, at: number, payloadLen: number, h: IpHeader, flags: number): number {
    const { memory } = this;
    const { protocol, ttl, tos, src3, dst3 } = h;
    if (way.family === 4) {
      const id = this.identification(src3, dst3);
      return writeIpv4Header(memory, at, payloadLen, id, flags, ttl, tos, protocol, src3, dst3);
    }
    const { src0, src1, src2, dst0, dst1, dst2 } = h;
    return writeIpv6Header(
      memory,
      at,
      payloadLen,
      0,
      ttl,
      tos,
      protocol,
      src0,
      src1,
      src2,
      src3,
      dst0,
      dst1,
      dst2,
      dst3,
    );
  }

  /** The Identification of the next packet between two IPv4 addresses. */
  identification(source: number, destination: number): number {
    this.#ids ??= new Identification(this.#random(), this.#random());
    return this.#ids.next(source, destination);
  }

  /** Gives the link a block with room for its header and `len` octets of an IP packet. */
  emit(way: Way, off: number, len: number, offload: Offload | null = null): void {
    const { iface } = way;
    this.counters.packetsOut++;
    this.counters.octetsOut += len;
    if (iface.headerLen === 0) iface.transmit(off, len, offload);
    else this.link?.send(way, off, iface.headerLen + len);
  }
}

/** Whether a packet with this `Malformed` code was read as far as its addresses. */
function hasAddresses(p: IpPacket, bad: number): boolean {
  if (bad === Malformed.TRUNCATED || bad === Malformed.IP_VERSION) return false;
  return p.family === 6 ? bad !== Malformed.IPV6_MAPPED_ADDRESS : bad === Malformed.IPV4_OPTION_LENGTH;
}

function same(a: IpAddress, w0: number, w1: number, w2: number, w3: number): boolean {
  return a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0;
}

function hop(
  route: Route,
  iface: HostInterface,
  family: Family,
  source: IpAddress | null,
  toMany: boolean,
  d0: number,
  d1: number,
  d2: number,
  d3: number,
): Way {
  const g = toMany ? null : route.gateway;
  if (g !== null) return { iface, family, source, toMany, hop0: g.w0, hop1: g.w1, hop2: g.w2, hop3: g.w3 };
  return { iface, family, source, toMany, hop0: d0, hop1: d1, hop2: d2, hop3: d3 };
}
