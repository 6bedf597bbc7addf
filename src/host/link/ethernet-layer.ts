// Ethernet below IP: frames in and out, ARP (RFC 826) and neighbour discovery (RFC 4861) for the MAC of
// the next hop. Packets wait, a few, while a neighbour is asked.

import {
  ARP_LENGTH,
  ARP_REPLY,
  ARP_REQUEST,
  ArpPacket,
  addressFromWords,
  checkNdp,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  EthernetFrame,
  type IcmpMessage,
  IPPROTO_ICMPV6,
  IPV4_MULTICAST_MAC_HI,
  IPV6_HEADER_LENGTH,
  IPV6_MULTICAST_MAC_HI,
  type IpAddress,
  type IpPacket,
  ipv4MulticastMacLo,
  isGroupMac,
  isMulticast,
  isNdpType,
  isUnspecified,
  Malformed,
  type Memory,
  NA_OVERRIDE,
  NA_ROUTER,
  NA_SOLICITED,
  NDP_HOP_LIMIT,
  NDP_NEIGHBOR_ADVERTISEMENT,
  NDP_NEIGHBOR_LENGTH,
  NDP_NEIGHBOR_SOLICITATION,
  NDP_ROUTER_ADVERTISEMENT,
  NDP_ROUTER_SOLICITATION_LENGTH,
  parseArp,
  parseEthernet,
  pseudoSumWords,
  readRouterAdvertisement,
  SOLICITED_NODE_W0,
  SOLICITED_NODE_W1,
  SOLICITED_NODE_W2,
  solicitedNodeW3,
  writeArpReply,
  writeArpRequest,
  writeEthernetHeader,
  writeIpv6Header,
  writeNeighborAdvertisement,
  writeNeighborSolicitation,
  writeRouterSolicitation,
  writeVlanHeader,
} from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import type { HostInterface, IpLayer, Way } from '../ip/index.ts';
import type { Autoconfiguration } from './autoconfiguration.ts';
import { INCOMPLETE, type Neighbour, NeighbourCache, type NeighbourOutput } from './neighbours.ts';

/** ff02::1 and ff02::2 begin alike. */
const ALL_NODES_W0 = 0xff020000 | 0;
const ALL_ROUTERS_W3 = 2;
const MAC_OPTION_LENGTH = 8;
const BROADCAST_HI = 0xffff;
const BROADCAST_LO = -1;

/** One Ethernet interface: its cache, and the frames that the cache wants sent or has given up. */
class Link implements NeighbourOutput {
  readonly iface: HostInterface;
  readonly cache: NeighbourCache;
  autoconfiguration: Autoconfiguration | null = null;
  /** Offset and length, in turn, of frames whose neighbour did not answer: the layer tells whose they were. */
  readonly undeliverable: number[] = [];
  /** More packets waited for a neighbour than there is room for, since the layer told last. */
  crowded = false;
  readonly #memory: Memory;

  readonly #counters: HostCounters;

  constructor(iface: HostInterface, counters: HostCounters, k0: number, k1: number) {
    this.iface = iface;
    this.#counters = counters;
    this.#memory = iface.memory;
    this.cache = new NeighbourCache(this, k0, k1);
  }

  /** Sends a frame whose header is still missing to a MAC. */
  frame(off: number, len: number, type: number, macHi: number, macLo: number): void {
    const { mac, vlan } = this.iface;
    if (vlan < 0) writeEthernetHeader(this.#memory, off, macHi, macLo, mac.hi, mac.lo, type);
    else writeVlanHeader(this.#memory, off, macHi, macLo, mac.hi, mac.lo, vlan, type);
    this.iface.transmit(off, len);
  }

  /** Sends a packet to a group (RFC 1112 section 6.4, RFC 2464 section 7), or to all. */
  toMany({ hop0, hop1, hop2, hop3, family }: Way, off: number, len: number): void {
    if (family === 6) this.frame(off, len, ETHERTYPE_IPV6, IPV6_MULTICAST_MAC_HI, hop3);
    else if (!isMulticast(hop0, hop1, hop2, hop3))
      this.frame(off, len, ETHERTYPE_IPV4, BROADCAST_HI, BROADCAST_LO);
    else this.frame(off, len, ETHERTYPE_IPV4, IPV4_MULTICAST_MAC_HI, ipv4MulticastMacLo(hop3));
  }

  transmit(off: number, len: number, n: Neighbour): void {
    this.frame(
      off,
      len,
      n.w2 === 0xffff && (n.w0 | n.w1) === 0 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6,
      n.macHi,
      n.macLo,
    );
  }

  failed(off: number, len: number, reason: 'unreachable' | 'queue full' | 'table full'): void {
    if (reason === 'unreachable') {
      this.undeliverable.push(off, len);
      return;
    }
    if (reason === 'queue full') this.crowded = true;
    this.#counters.neighbourOverflows++;
    this.#memory.free(off, len);
  }

  sendRequest(n: Neighbour): void {
    if (n.w2 === 0xffff && (n.w0 | n.w1) === 0) this.#askArp(n);
    else this.#askNdp(n);
  }

  #askArp(n: Neighbour): void {
    const source = this.iface.addresses.find((a) => a.address.family === 4);
    if (source === undefined) return;
    const { headerLen } = this.iface;
    const len = headerLen + ARP_LENGTH;
    const off = this.#memory.alloc(len);
    if (off === 0) return;
    const { mac } = this.iface;
    writeArpRequest(this.#memory, off + headerLen, mac.hi, mac.lo, source.address.w3, n.w3);
    if (n.state === INCOMPLETE) this.frame(off, len, ETHERTYPE_ARP, BROADCAST_HI, BROADCAST_LO);
    else this.frame(off, len, ETHERTYPE_ARP, n.macHi, n.macLo);
  }

  #askNdp(n: Neighbour): void {
    const source = this.iface.addresses.find((a) => a.address.family === 6);
    if (source === undefined) return;
    const s = source.address;
    const multicast = n.state === INCOMPLETE;
    const d0 = multicast ? SOLICITED_NODE_W0 : n.w0;
    const d1 = multicast ? SOLICITED_NODE_W1 : n.w1;
    const d2 = multicast ? SOLICITED_NODE_W2 : n.w2;
    const d3 = multicast ? solicitedNodeW3(n.w3) : n.w3;
    const off = this.alloc6();
    if (off === 0) return;
    const { mac } = this.iface;
    const sum = pseudoSumWords(6, s.w0, s.w1, s.w2, s.w3, d0, d1, d2, d3, IPPROTO_ICMPV6, 0);
    const at = off + this.iface.headerLen + IPV6_HEADER_LENGTH;
    writeNeighborSolicitation(this.#memory, at, n.w0, n.w1, n.w2, n.w3, true, mac.hi, mac.lo, sum);
    this.send6(
      off,
      s.w0,
      s.w1,
      s.w2,
      s.w3,
      d0,
      d1,
      d2,
      d3,
      multicast ? IPV6_MULTICAST_MAC_HI : n.macHi,
      multicast ? d3 : n.macLo,
    );
  }

  /** A block for a frame with a neighbour message. */
  alloc6(): number {
    return this.#memory.alloc(this.iface.headerLen + IPV6_HEADER_LENGTH + NDP_NEIGHBOR_LENGTH);
  }

  /** Writes the IPv6 header of a neighbour message and sends the frame. */
  send6(
    off: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
    macHi: number,
    macLo: number,
    messageLen = NDP_NEIGHBOR_LENGTH,
  ): void {
    const { headerLen } = this.iface;
    const ip = off + headerLen;
    writeIpv6Header(
      this.#memory,
      ip,
      messageLen,
      0,
      NDP_HOP_LIMIT,
      0,
      IPPROTO_ICMPV6,
      s0,
      s1,
      s2,
      s3,
      d0,
      d1,
      d2,
      d3,
    );
    this.frame(off, headerLen + IPV6_HEADER_LENGTH + messageLen, ETHERTYPE_IPV6, macHi, macLo);
  }

  /** Duplicate address detection: asks from nobody for an address (RFC 4862 section 5.4.2). */
  probe({ w0, w1, w2, w3 }: IpAddress): void {
    const len = NDP_NEIGHBOR_LENGTH - MAC_OPTION_LENGTH;
    const { headerLen, mac } = this.iface;
    const off = this.#memory.alloc(headerLen + IPV6_HEADER_LENGTH + len);
    if (off === 0) return;
    const group = solicitedNodeW3(w3);
    const { d0, d1, d2 } = { d0: SOLICITED_NODE_W0, d1: SOLICITED_NODE_W1, d2: SOLICITED_NODE_W2 };
    const sum = pseudoSumWords(6, 0, 0, 0, 0, d0, d1, d2, group, IPPROTO_ICMPV6, 0);
    const at = off + headerLen + IPV6_HEADER_LENGTH;
    writeNeighborSolicitation(this.#memory, at, w0, w1, w2, w3, false, mac.hi, mac.lo, sum);
    this.send6(off, 0, 0, 0, 0, d0, d1, d2, group, IPV6_MULTICAST_MAC_HI, group, len);
  }

  /** Asks all routers for an advertisement (RFC 4861 section 6.3.7). */
  solicitRouters({ w0, w1, w2, w3 }: IpAddress): void {
    const len = NDP_ROUTER_SOLICITATION_LENGTH;
    const { headerLen, mac } = this.iface;
    const off = this.#memory.alloc(headerLen + IPV6_HEADER_LENGTH + len);
    if (off === 0) return;
    const sum = pseudoSumWords(6, w0, w1, w2, w3, ALL_NODES_W0, 0, 0, ALL_ROUTERS_W3, IPPROTO_ICMPV6, 0);
    const at = off + headerLen + IPV6_HEADER_LENGTH;
    writeRouterSolicitation(this.#memory, at, mac.hi, mac.lo, sum);
    this.send6(
      off,
      w0,
      w1,
      w2,
      w3,
      ALL_NODES_W0,
      0,
      0,
      ALL_ROUTERS_W3,
      IPV6_MULTICAST_MAC_HI,
      ALL_ROUTERS_W3,
      len,
    );
  }
}

/** Ethernet of a host: all its Ethernet interfaces. */
export class EthernetLayer {
  /** Milliseconds that do not wrap. */
  nowMs = 0;
  /** Told of IP packets that had no neighbour to go to. */
  unreachable: ((off: number, len: number, crowded: boolean) => void) | null = null;
  readonly #ip: IpLayer;
  readonly #counters: HostCounters;
  readonly #random: () => number;
  readonly #links = new Map<HostInterface, Link>();
  /** Tagged interfaces by port and VLAN. */
  readonly #tagged = new Map<HostInterface, Map<number, HostInterface>>();
  readonly #frame = new EthernetFrame();
  readonly #arp = new ArpPacket();
  /** The interface of the packet in hand, for neighbour discovery. */
  #current: Link | null = null;

  /** `random`: 32 random bits. */
  constructor({ ip, random }: { readonly ip: IpLayer; readonly random: () => number }) {
    this.#ip = ip;
    this.#counters = ip.counters;
    this.#random = random;
  }

  #link(iface: HostInterface): Link {
    let link = this.#links.get(iface);
    if (link === undefined) {
      link = new Link(iface, this.#counters, this.#random(), this.#random());
      this.#links.set(iface, link);
    }
    return link;
  }

  /** The interface is gone: what waited for its neighbours is lost. */
  forget(iface: HostInterface): void {
    this.#tagged.delete(iface);
    for (const vlans of this.#tagged.values()) if (vlans.get(iface.vlan) === iface) vlans.delete(iface.vlan);
    const link = this.#links.get(iface);
    if (link === undefined) return;
    this.#links.delete(iface);
    link.cache.clear();
    const frames = link.undeliverable.splice(0);
    for (let i = 0; i < frames.length; i += 2)
      iface.memory.free(frames[i] as number, frames[i + 1] as number);
  }

  /** Neighbours known on an interface, for tests and for display. */
  neighbours(iface: HostInterface): NeighbourCache {
    return this.#link(iface).cache;
  }

  /** Sends an IP packet, headroom for the frame header in front, to the next hop of its way. */
  send(way: Way, off: number, len: number): void {
    const link = this.#link(way.iface);
    if (way.toMany) {
      link.toMany(way, off, len);
      return;
    }
    const n = link.cache.resolve(way.hop0, way.hop1, way.hop2, way.hop3, off, len, this.nowMs);
    if (n !== null) link.transmit(off, len, n);
  }

  /** A transport has no answer this way: is its next hop still there? */
  doubt(way: Way): void {
    this.#link(way.iface).cache.doubt(way.hop0, way.hop1, way.hop2, way.hop3, this.nowMs);
  }

  /** Frames on `port` with the tag of `tagged` are `tagged`'s. */
  addTagged(port: HostInterface, tagged: HostInterface): void {
    const vlans = this.#tagged.get(port) ?? new Map<number, HostInterface>();
    this.#tagged.set(port, vlans.set(tagged.vlan, tagged));
  }

  /** A frame arrived on a port. `mayKeep`: its block may be kept; true: it was. */
  input(port: HostInterface, off: number, len: number, mayKeep = false): boolean {
    const frame = this.#frame;
    const memory = port.memory;
    const bad = parseEthernet(memory, off, len, frame);
    if (bad !== Malformed.OK) {
      this.#malformed(bad);
      return false;
    }
    // A tag for the priority alone is none (IEEE 802.1Q section 6.9.1).
    const iface = frame.vlan <= 0 ? port : this.#tagged.get(port)?.get(frame.vlan);
    if (iface === undefined) {
      this.#counters.notForUs++;
      return false;
    }
    if (!isGroupMac(frame.dstHi) && (frame.dstHi !== iface.mac.hi || frame.dstLo !== iface.mac.lo)) {
      this.#counters.notForUs++;
      return false;
    }
    this.#current = this.#link(iface);
    const kept = this.#payload(this.#current, mayKeep && frame.payloadOff === off + iface.headerLen);
    this.#current = null;
    return kept;
  }

  /** What is in the frame in hand. */
  #payload(link: Link, mayKeep: boolean): boolean {
    const { etherType, payloadOff, payloadLen, dstHi } = this.#frame;
    const { iface } = link;
    switch (etherType) {
      case ETHERTYPE_IPV4:
      case ETHERTYPE_IPV6:
        if (payloadLen > 0 && !speaksOf(etherType, iface.memory.u8[payloadOff] as number)) {
          this.#malformed(Malformed.IP_VERSION);
          return false;
        }
        return this.#ip.input(iface, payloadOff, payloadLen, isGroupMac(dstHi), mayKeep);
      case ETHERTYPE_ARP:
        this.#arpInput(link, payloadOff, payloadLen);
        return false;
      default:
        this.#counters.unknownProtocol++;
        return false;
    }
  }

  #malformed(bad: number): void {
    const { malformed } = this.#counters;
    malformed[bad] = (malformed[bad] as number) + 1;
  }

  #arpInput(link: Link, off: number, len: number): void {
    const arp = this.#arp;
    const memory = link.iface.memory;
    const bad = parseArp(memory, off, len, arp);
    if (bad !== Malformed.OK) {
      this.#malformed(bad);
      return;
    }
    const { senderHi, senderLo, senderIp, targetIp } = arp;
    const forUs = link.iface.addresses.some((a) => a.address.family === 4 && a.address.w3 === targetIp);
    if (arp.operation === ARP_REPLY) {
      link.cache.learned(0, 0, 0xffff, senderIp, senderHi, senderLo, forUs, true, this.nowMs);
      return;
    }
    if (arp.operation !== ARP_REQUEST) return;
    if (!forUs) {
      link.cache.learned(0, 0, 0xffff, senderIp, senderHi, senderLo, false, true, this.nowMs);
      return;
    }
    if (senderIp !== 0) link.cache.heard(0, 0, 0xffff, senderIp, senderHi, senderLo, this.nowMs);
    const { headerLen } = link.iface;
    const size = headerLen + ARP_LENGTH;
    const reply = memory.alloc(size);
    if (reply === 0) return;
    const { mac } = link.iface;
    writeArpReply(memory, reply + headerLen, mac.hi, mac.lo, targetIp, senderHi, senderLo, senderIp);
    link.frame(reply, size, ETHERTYPE_ARP, senderHi, senderLo);
  }

  /** Whether we listen to a group: all nodes, and the solicited-node groups of our addresses. */
  listensTo(d0: number, d1: number, d2: number, d3: number): boolean {
    if (d0 === ALL_NODES_W0 && d1 === 0 && d2 === 0 && d3 === 1) return true;
    if (d0 !== SOLICITED_NODE_W0 || d1 !== SOLICITED_NODE_W1 || d2 !== SOLICITED_NODE_W2) return false;
    const isGroupOf = (w3: number): boolean => solicitedNodeW3(w3) === d3;
    if (
      this.#ip.interfaces.some((i) => i.addresses.some(({ address: a }) => a.family === 6 && isGroupOf(a.w3)))
    )
      return true;
    for (const { autoconfiguration } of this.#links.values())
      if (autoconfiguration?.someTentative(isGroupOf) === true) return true;
    return false;
  }

  /** A message of neighbour discovery. */
  neighbourDiscovery(p: IpPacket, m: IcmpMessage): void {
    const link = this.#current;
    if (link === null || !isNdpType(m.type)) return;
    const bad = p.fragHeaderOff !== 0 ? Malformed.NDP_FRAGMENTED : checkNdp(p, m);
    if (bad !== Malformed.OK) {
      this.#malformed(bad);
      return;
    }
    const { target0, target1, target2, target3 } = m;
    if (m.type === NDP_ROUTER_ADVERTISEMENT) {
      this.#routerAdvertisement(link, p, m);
      return;
    }
    if (link.autoconfiguration?.isTentative(target0, target1, target2, target3) === true) {
      // RFC 4862 sections 5.4.3 and 5.4.4: who asks for it from an address of its own does not want it.
      const wanted = m.type === NDP_NEIGHBOR_ADVERTISEMENT || isUnspecified(p.src0, p.src1, p.src2, p.src3);
      if (wanted) link.autoconfiguration.duplicate(target0, target1, target2, target3, this.nowMs);
      return;
    }
    if (m.type === NDP_NEIGHBOR_ADVERTISEMENT) {
      const solicited = (m.flags & NA_SOLICITED) !== 0;
      const override = (m.flags & NA_OVERRIDE) !== 0;
      // The answer to a unicast question may leave out what the question shows to be known (section 7.2.4).
      const known = link.cache.peek(target0, target1, target2, target3);
      if (!m.hasTargetMac && (known === null || known.state === INCOMPLETE)) return;
      link.cache.learned(
        target0,
        target1,
        target2,
        target3,
        m.hasTargetMac ? m.targetMacHi : (known?.macHi as number),
        m.hasTargetMac ? m.targetMacLo : (known?.macLo as number),
        solicited,
        override,
        this.nowMs,
      );
      return;
    }
    if (m.type !== NDP_NEIGHBOR_SOLICITATION) return;
    const ours = link.iface.addresses.some(
      ({ address: a }) =>
        a.family === 6 && a.w3 === target3 && a.w2 === target2 && a.w1 === target1 && a.w0 === target0,
    );
    if (!ours) return;
    this.#advertise(link, p, m);
  }

  #routerAdvertisement(link: Link, p: IpPacket, m: IcmpMessage): void {
    const { autoconfiguration } = link;
    if (autoconfiguration === null) return;
    const { src0, src1, src2, src3 } = p;
    if (m.hasSourceMac) link.cache.heard(src0, src1, src2, src3, m.sourceMacHi, m.sourceMacLo, this.nowMs);
    const router = addressFromWords(6, src0, src1, src2, src3);
    autoconfiguration.advertised(router, readRouterAdvertisement(link.iface.memory, m), this.nowMs);
  }

  /** The interface makes its IPv6 addresses itself. */
  autoconfigure(iface: HostInterface, autoconfiguration: Autoconfiguration): void {
    this.#link(iface).autoconfiguration = autoconfiguration;
  }

  /** What the interface made of itself; null: it was not asked to. */
  autoconfiguration(iface: HostInterface): Autoconfiguration | null {
    return this.#links.get(iface)?.autoconfiguration ?? null;
  }

  probe(iface: HostInterface, target: IpAddress): void {
    this.#link(iface).probe(target);
  }

  solicitRouters(iface: HostInterface, source: IpAddress): void {
    this.#link(iface).solicitRouters(source);
  }

  #advertise(link: Link, p: IpPacket, m: IcmpMessage): void {
    const { src0, src1, src2, src3 } = p;
    const probe = isUnspecified(src0, src1, src2, src3); // duplicate address detection: answer everybody
    // RFC 4861 section 7.2.4: a unicast question may come without the option; it came from somewhere.
    const askerHi = m.hasSourceMac ? m.sourceMacHi : this.#frame.srcHi;
    const askerLo = m.hasSourceMac ? m.sourceMacLo : this.#frame.srcLo;
    if (!probe && m.hasSourceMac) link.cache.heard(src0, src1, src2, src3, askerHi, askerLo, this.nowMs);
    const off = link.alloc6();
    if (off === 0) return;
    const { target0: t0, target1: t1, target2: t2, target3: t3 } = m;
    const d0 = probe ? ALL_NODES_W0 : src0;
    const d1 = probe ? 0 : src1;
    const d2 = probe ? 0 : src2;
    const d3 = probe ? 1 : src3;
    const { mac, memory } = link.iface;
    const sum = pseudoSumWords(6, t0, t1, t2, t3, d0, d1, d2, d3, IPPROTO_ICMPV6, 0);
    const router = this.#ip.forwarder !== null || link.iface.router ? NA_ROUTER : 0;
    const flags = router | (probe ? NA_OVERRIDE : NA_SOLICITED | NA_OVERRIDE);
    const at = off + link.iface.headerLen + IPV6_HEADER_LENGTH;
    writeNeighborAdvertisement(memory, at, flags, t0, t1, t2, t3, mac.hi, mac.lo, sum);
    const macHi = probe ? IPV6_MULTICAST_MAC_HI : askerHi;
    const macLo = probe ? 1 : askerLo;
    link.send6(off, t0, t1, t2, t3, d0, d1, d2, d3, macHi, macLo);
  }

  /** Repeats and gives up requests. */
  poll(): void {
    for (const link of this.#links.values()) {
      link.autoconfiguration?.poll(this.nowMs);
      link.cache.advance(this.nowMs);
      if (link.undeliverable.length > 0) this.#giveUp(link);
    }
  }

  #giveUp(link: Link): void {
    const frames = link.undeliverable.splice(0);
    const { headerLen } = link.iface;
    const { crowded } = link;
    link.crowded = false;
    for (let i = 0; i < frames.length; i += 2) {
      const off = frames[i] as number;
      const len = frames[i + 1] as number;
      this.unreachable?.(off + headerLen, len - headerLen, crowded);
      link.iface.memory.free(off, len);
    }
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(): number {
    let ms = -1;
    for (const link of this.#links.values()) {
      const waits = [link.cache.untilNext(this.nowMs), link.autoconfiguration?.untilNext(this.nowMs) ?? -1];
      for (const wait of waits) if (wait >= 0 && (ms < 0 || wait < ms)) ms = Math.ceil(wait);
    }
    return ms;
  }
}

/** Whether the first octet of a packet is of the IP version that its EtherType names (RFC 894, RFC 2464 section 3). */
function speaksOf(etherType: number, first: number): boolean {
  return first >>> 4 === (etherType === ETHERTYPE_IPV4 ? 4 : 6);
}
