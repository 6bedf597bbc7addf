// A frame becomes a TCP segment (or an ICMP error about one): through tunnels to the innermost TCP, put together from
// fragments, and understood although a snap length cut it or a network card had not computed its checksum yet.

import { Reassembler } from '../../host/index.ts';
import {
  IcmpMessage,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IpPacket,
  Malformed,
  Memory,
  parseQuotedIp,
  parseTcp,
  pseudoSum,
  Segment,
  sum,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
} from '../../wire/index.ts';
import type { Frame } from '../read/index.ts';
import { etherType, Found, findIp, LinkHeader } from './link.ts';

/** What a frame is. */
export const PacketKind = {
  /** A TCP segment. */
  TCP: 0,
  /** An ICMP error that quotes a TCP segment. */
  ICMP: 1,
  /** Part of a packet whose rest is still to come. */
  FRAGMENT: 2,
  /** Another protocol. */
  OTHER: 3,
  /** Damaged, or cut before its ports. */
  SHORT: 4,
  /** Of a link type that is not understood. */
  UNKNOWN_LINK: 5,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

/** What the checksum of a segment says. */
export const Sum = {
  /** Not all of the segment was captured. */
  UNKNOWN: 0,
  RIGHT: 1,
  /** The pseudo-header's alone: a card was to complete it, so the sender is the machine that captured. */
  PARTIAL: 2,
  WRONG: 3,
} as const;
export type Sum = (typeof Sum)[keyof typeof Sum];

const GRE = 47;
const IPV4_IN_IP = 4;
const IPV6_IN_IP = 41;
const VXLAN_PORTS: readonly number[] = [4789, 8472];
const GENEVE_PORT = 6081;
/** Transparent Ethernet bridging: what Geneve and GRE call Ethernet. */
const TEB = 0x6558;
/** Headers within headers that are walked through in one frame. */
const MOST_TUNNELS = 4;
/** The longest packet that is looked at as a whole; headers of longer ones are read all the same. */
const MOST_OCTETS = 262_144;

const ICMP4_UNREACHABLE = 3;
const ICMP4_TIME_EXCEEDED = 11;
const FRAG_NEEDED = 4;
const ICMP6_UNREACHABLE = 1;
const ICMP6_TOO_BIG = 2;
const ICMP6_TIME_EXCEEDED = 3;

/** Reads frames. The fields say what the last one was; they are filled again by the next. */
export class PacketDecoder {
  /** Addresses, TTL and identification of the innermost packet. */
  readonly ip = new IpPacket();
  /** TCP: the segment; ICMP: the ports and the sequence number that the error quotes. */
  readonly segment = new Segment();
  /** ICMP: type, code, MTU. */
  readonly icmp = new IcmpMessage();
  /** ICMP: addresses of the packet that the error is about. */
  readonly quoted = new IpPacket();
  /** Octets of text on the wire, whatever was captured. */
  textLength = 0;
  sum: Sum = Sum.UNKNOWN;
  /** Not all of the packet was captured. */
  cut = false;
  /** Tunnels around the packet. */
  tunnels = 0;
  /** VLAN of the outermost frame; -1: no tag. */
  vlan = -1;
  /** The packet came in fragments. */
  reassembled = false;
  /** TCP options of the segment do not make sense, or were not captured. */
  optionsUnknown = false;
  badOptions = false;
  /** Fragments of packets that never became whole, by the end. */
  get incompleteFragments(): number {
    return this.#fragments.size;
  }

  readonly #mem = new Memory({ initial: 2 ** 20, max: 2 ** 24 });
  readonly #block = this.#mem.alloc(MOST_OCTETS);
  readonly #fragments = new Reassembler(this.#mem);
  readonly #link = new LinkHeader();
  #whole = 0;
  #wholeLength = 0;

  /** The option area of the segment, as it was captured; valid until the next frame. */
  optionOctets(): Uint8Array {
    const { optOff, optLen } = this.segment;
    return this.#mem.u8.subarray(optOff, optOff + optLen);
  }

  /** What a frame is; the fields say more. */
  decode(frame: Frame): PacketKind {
    if (this.#whole !== 0) {
      this.#mem.free(this.#whole, this.#wholeLength);
      this.#whole = 0;
    }
    this.reassembled = false;
    this.tunnels = 0;
    const length = Math.min(frame.length, MOST_OCTETS);
    this.#mem.u8.set(frame.data.subarray(frame.off, frame.off + length), this.#block);
    const { linkType } = frame.iface;
    const end = this.#block + length;
    const found = findIp(linkType, this.#mem.dv, this.#block, end, this.#link);
    this.vlan = this.#link.vlan;
    if (found !== Found.IP)
      return found === Found.UNKNOWN
        ? PacketKind.UNKNOWN_LINK
        : found === Found.SHORT
          ? PacketKind.SHORT
          : PacketKind.OTHER;
    const missing = frame.originalLength - length;
    const ms = frame.seconds * 1000 + Math.floor(frame.nanos / 1e6);
    return this.#packet(this.#link.ipOff, end, missing, ms);
  }

  /** The IP packet that begins at `at`; `missing` octets of the frame behind `end` were not captured. */
  #packet(at: number, end: number, missing: number, ms: number): PacketKind {
    const mem = this.#mem;
    for (;;) {
      const { ip } = this;
      this.#mendLength(at, end, missing);
      const code = parseQuotedIp(mem, at, end - at, ip);
      if (code !== Malformed.OK) return this.tunnels > 0 ? PacketKind.OTHER : PacketKind.SHORT;
      if (ip.fragment) {
        if (ip.totalLen > end - at) return PacketKind.FRAGMENT;
        const whole = this.#fragments.accept(ip, ms);
        this.#fragments.expire(ms, () => {});
        if (whole === 0) return PacketKind.FRAGMENT;
        this.#whole = whole;
        this.#wholeLength = this.#fragments.length;
        this.reassembled = true;
        at = whole;
        end = whole + this.#wholeLength;
        missing = 0;
        continue;
      }
      const stop = Math.min(end, at + ip.totalLen);
      switch (ip.protocol) {
        case IPPROTO_TCP:
          return this.#tcp(stop);
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6:
          return this.#icmp(stop);
        default: {
          const inner = this.#tunnel(stop);
          if (inner === 0) return PacketKind.OTHER;
          at = inner;
        }
      }
    }
  }

  /** A card was to cut a packet of more than 65,535 octets: its length field is 0 (Linux BIG TCP, or Windows LSO). */
  #mendLength(at: number, end: number, missing: number): void {
    const { dv } = this.#mem;
    if (end - at < 20 || dv.getUint8(at) >> 4 !== 4 || dv.getUint16(at + 2) !== 0) return;
    dv.setUint16(at + 2, Math.min(0xffff, end - at + missing));
  }

  /** Where the IP packet within the present one begins; 0: there is none. */
  #tunnel(end: number): number {
    if (this.tunnels++ === MOST_TUNNELS) return 0;
    const { ip } = this;
    const { dv } = this.#mem;
    const at = ip.payloadOff;
    switch (ip.protocol) {
      case IPV4_IN_IP:
      case IPV6_IN_IP:
        return at < end ? at : 0;
      case GRE: {
        if (end - at < 4) return 0;
        const bits = dv.getUint16(at);
        if ((bits & 7) !== 0) return 0; // PPTP's GRE
        const header = 4 + (bits & 0x8000 ? 4 : 0) + (bits & 0x2000 ? 4 : 0) + (bits & 0x1000 ? 4 : 0);
        return this.#inner(dv.getUint16(at + 2), at + header, end);
      }
      case IPPROTO_UDP: {
        if (end - at < 16) return 0;
        const port = dv.getUint16(at + 2);
        if (VXLAN_PORTS.includes(port)) return this.#inner(TEB, at + 16, end);
        if (port !== GENEVE_PORT) return 0;
        const options = (dv.getUint8(at + 8) & 0x3f) << 2;
        return this.#inner(dv.getUint16(at + 10), at + 16 + options, end);
      }
      default:
        return 0;
    }
  }

  /** What a tunnel's header says is inside. */
  #inner(type: number, at: number, end: number): number {
    const { dv } = this.#mem;
    if (type === TEB) {
      if (end - at < 14) return 0;
      type = dv.getUint16(at + 12);
      at += 14;
    }
    return etherType(dv, at, end, type, this.#link) === Found.IP ? this.#link.ipOff : 0;
  }

  #tcp(end: number): PacketKind {
    const { ip, segment } = this;
    const mem = this.#mem;
    const at = ip.payloadOff;
    const captured = end - at;
    const onWire = ip.totalLen - (at - ip.headerOff);
    if (captured < 14) return PacketKind.SHORT;
    this.cut = captured < onWire;
    this.optionsUnknown = false;
    this.badOptions = false;
    const headerLength = (mem.dv.getUint8(at + 12) >> 4) << 2;
    if (headerLength < TCP_HEADER_LENGTH || headerLength > onWire) return PacketKind.SHORT;
    if (captured >= headerLength) {
      const code = parseTcp(mem, at, captured, segment);
      if (code === Malformed.TCP_OPTION_LENGTH) this.badOptions = true;
      else if (code !== Malformed.OK) return PacketKind.SHORT;
    } else this.#cutHeader(at, captured);
    this.textLength = onWire - headerLength;
    this.sum = this.cut ? Sum.UNKNOWN : this.#sumOf(at, onWire);
    return PacketKind.TCP;
  }

  /** The snap length cut the header: its fixed part, and no options. */
  #cutHeader(at: number, captured: number): void {
    const { segment } = this;
    const { dv } = this.#mem;
    segment.set(dv.getInt32(at + 4), dv.getInt32(at + 8), dv.getUint8(at + 13));
    const ports = dv.getInt32(at);
    segment.srcPort = ports >>> 16;
    segment.dstPort = ports & 0xffff;
    segment.wnd = captured >= 16 ? dv.getUint16(at + 14) : 0;
    this.optionsUnknown = true;
  }

  #sumOf(at: number, length: number): Sum {
    const mem = this.#mem;
    const pseudo = pseudoSum(this.ip, IPPROTO_TCP, length);
    const field = mem.dv.getUint16(at + TCP_CHECKSUM_OFFSET);
    if (sum(mem, at, length, pseudo) === 0xffff) return Sum.RIGHT;
    return field === pseudo ? Sum.PARTIAL : Sum.WRONG;
  }

  #icmp(end: number): PacketKind {
    const { ip, icmp, quoted, segment } = this;
    const { dv } = this.#mem;
    const at = ip.payloadOff;
    if (end - at < 8) return PacketKind.OTHER;
    icmp.type = dv.getUint8(at);
    icmp.code = dv.getUint8(at + 1);
    const v4 = ip.protocol === IPPROTO_ICMP;
    const about = v4
      ? icmp.type === ICMP4_UNREACHABLE || icmp.type === ICMP4_TIME_EXCEEDED
      : icmp.type >= ICMP6_UNREACHABLE && icmp.type <= ICMP6_TIME_EXCEEDED;
    if (!about) return PacketKind.OTHER;
    icmp.mtu = 0;
    if (v4 && icmp.type === ICMP4_UNREACHABLE && icmp.code === FRAG_NEEDED) icmp.mtu = dv.getUint16(at + 6);
    if (!v4 && icmp.type === ICMP6_TOO_BIG) icmp.mtu = dv.getUint32(at + 4);
    const code = parseQuotedIp(this.#mem, at + 8, end - at - 8, quoted);
    if (code !== Malformed.OK || quoted.protocol !== IPPROTO_TCP || end - quoted.payloadOff < 8)
      return PacketKind.OTHER;
    const ports = dv.getInt32(quoted.payloadOff);
    segment.set(dv.getInt32(quoted.payloadOff + 4), 0, 0);
    segment.srcPort = ports >>> 16;
    segment.dstPort = ports & 0xffff;
    return PacketKind.ICMP;
  }
}
