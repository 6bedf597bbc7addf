// A packet on a wire, for rules and taps: where its bytes are, which it is, and its headers, parsed
// when somebody asks. One object per direction is reused for every packet.

import {
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  EthernetFrame,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IpPacket,
  Malformed,
  type Memory,
  parseEthernet,
  parseIp,
  parseTcp,
  Segment,
} from '../wire/index.ts';
import type { PortKind } from './types.ts';

/** A direction of a wire, by its ends. */
export type DirectionName = 'a->b' | 'b->a';

/** One packet. Valid during the call that passes it. */
export class PacketInfo {
  readonly direction: DirectionName;
  readonly kind: PortKind;
  /** The packet's bytes: `mem.u8` from `off`, `len` bytes. */
  mem: Memory;
  off = 0;
  len = 0;
  /** Number of the packet in its direction, from 0. Duplicates share it. */
  index = 0;
  /** 0 for the packet itself, 1… for its duplicates. */
  copy = 0;
  /** True if it came from `Wire.inject`. */
  injected = false;
  /** Time of the call in µs. */
  timeUs = 0;
  readonly #frame = new EthernetFrame();
  readonly #ip = new IpPacket();
  readonly #segment = new Segment();
  #ipParsed = false;
  #tcpParsed = false;
  #hasIp = false;
  #hasTcp = false;

  constructor(direction: DirectionName, kind: PortKind, mem: Memory) {
    this.direction = direction;
    this.kind = kind;
    this.mem = mem;
  }

  /** Internal: this is now another packet. */
  set(mem: Memory, off: number, len: number, index: number, copy: number, timeUs: number): this {
    this.mem = mem;
    this.off = off;
    this.len = len;
    this.index = index;
    this.copy = copy;
    this.timeUs = timeUs;
    this.injected = false;
    this.forget();
    return this;
  }

  /** The bytes have changed: headers are parsed anew. */
  forget(): void {
    this.#ipParsed = false;
    this.#tcpParsed = false;
  }

  /** The IP header, or null if there is none or it is malformed. */
  get ip(): IpPacket | null {
    if (!this.#ipParsed) {
      this.#ipParsed = true;
      this.#hasIp = this.#parseIp();
    }
    return this.#hasIp ? this.#ip : null;
  }

  /** IP version, 0 if the packet is not well-formed IP. */
  get family(): 4 | 6 | 0 {
    return this.ip?.family ?? 0;
  }

  /** Upper protocol, 0 if the packet is not well-formed IP. */
  get protocol(): number {
    return this.ip?.protocol ?? 0;
  }

  get isUdp(): boolean {
    return this.protocol === IPPROTO_UDP;
  }

  /** ICMP or ICMPv6. */
  get isIcmp(): boolean {
    return this.protocol === IPPROTO_ICMP || this.protocol === IPPROTO_ICMPV6;
  }

  /**
   * The TCP segment, or null if this is not TCP, is malformed (bad options do not count), or is a
   * fragment other than the first. The checksum is not looked at.
   */
  get tcp(): Segment | null {
    if (!this.#tcpParsed) {
      this.#tcpParsed = true;
      this.#hasTcp = this.#parseTcp();
    }
    return this.#hasTcp ? this.#segment : null;
  }

  /** TCP or UDP source port, else 0. */
  get srcPort(): number {
    return this.#port(0);
  }

  /** TCP or UDP destination port, else 0. */
  get dstPort(): number {
    return this.#port(2);
  }

  /** A copy of the packet's bytes. */
  bytes(): Uint8Array {
    return this.mem.u8.slice(this.off, this.off + this.len);
  }

  #port(at: number): number {
    const { ip } = this;
    if (ip === null || ip.fragOff !== 0 || ip.payloadLen < 4) return 0;
    if (ip.protocol !== IPPROTO_TCP && ip.protocol !== IPPROTO_UDP) return 0;
    return this.mem.dv.getUint16(ip.payloadOff + at);
  }

  #parseIp(): boolean {
    if (this.kind === 'ip') return parseIp(this.mem, this.off, this.len, this.#ip) === 0;
    const frame = this.#frame;
    if (parseEthernet(this.mem, this.off, this.len, frame) !== 0) return false;
    if (frame.etherType !== ETHERTYPE_IPV4 && frame.etherType !== ETHERTYPE_IPV6) return false;
    return parseIp(this.mem, frame.payloadOff, frame.payloadLen, this.#ip) === 0;
  }

  #parseTcp(): boolean {
    const { ip } = this;
    if (ip === null || ip.protocol !== IPPROTO_TCP || ip.fragOff !== 0) return false;
    const code = parseTcp(this.mem, ip.payloadOff, ip.payloadLen, this.#segment);
    return code === 0 || code === Malformed.TCP_OPTION_LENGTH;
  }
}
