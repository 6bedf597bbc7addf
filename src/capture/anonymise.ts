// A capture that can be given away: addresses are replaced, the same by the same, text by zeros, names and comments left out.
// What verdicts are made of stays: times, numbers, lengths, control bits, options, TTLs, identifications, and whether checksums
// were right. Only TCP, and ICMP errors about it, is written, each packet as raw IP out of whatever wrapped it.

import { type Direction, PcapngWriter } from '../link/index.ts';
import { func, Schema, whole } from '../options/index.ts';
import {
  addressFromWords,
  type Family,
  finish,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  type IpAddress,
  type IpPacket,
  isLoopback,
  Memory,
  pseudoSumWords,
  sum,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
  TCPOPT_END,
  TCPOPT_MSS,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_TIMESTAMPS,
  TCPOPT_WSCALE,
  writeIpv4Header,
  writeIpv6Header,
} from '../wire/index.ts';
import { PacketDecoder, PacketKind, Sum } from './packet/index.ts';
import type { Frame } from './read/index.ts';

/** Options whose content says nothing about anybody; of others only NOPs are left. */
const KEPT: readonly number[] = [
  TCPOPT_MSS,
  TCPOPT_WSCALE,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_SACK,
  TCPOPT_TIMESTAMPS,
];

/** The sources of a flood are without number. */
const MOST_ADDRESSES = 200_000;

/** Options of {@link Anonymiser}. */
export interface AnonymiserOptions {
  /** Addresses that are remembered, so that each always gets the same in its place. Default 200,000. */
  readonly mostAddresses?: number;
}

const anonymiserOptions = new Schema<AnonymiserOptions>('Anonymiser', {
  mostAddresses: whole(2, 10_000_000),
});

/** Octets of the largest packet. */
const MOST_OCTETS = 65_535;
/** Where a packet is written. */
const AT = 64;

/** Writes a capture anew, frame by frame, without what points to anybody. */
export class Anonymiser {
  /** Packets written, and frames left out: what is no TCP. */
  written = 0;
  leftOut = 0;
  /** Addresses that were forgotten to make room; one that comes back gets another in its place. */
  forgotten = 0;
  readonly #sink: (octets: Uint8Array) => void;
  readonly #half: number;
  readonly #decoder = new PacketDecoder();
  readonly #mem = new Memory({ initial: 1 << 18 });
  /** What was looked up since `#older` was the younger half, and before. */
  #addresses = new Map<string, IpAddress>();
  #older = new Map<string, IpAddress>();
  #writer: PcapngWriter | null = null;
  #epoch = 0;
  /** The interface of packets whose options the capture cut, by family: they stay cut. */
  #cut: Record<Family, number> = { 4: 0, 6: 0 };
  #counts = { 4: 0, 6: 0, loopback: 0 };

  /** The sink gets the octets of a pcapng file. Throws OptionTypeError, OptionRangeError. */
  constructor(sink: (octets: Uint8Array) => void, options: AnonymiserOptions = {}) {
    func.check(sink, 'Anonymiser', 'sink');
    anonymiserOptions.check(options);
    this.#sink = sink;
    this.#half = (options.mostAddresses ?? MOST_ADDRESSES) >> 1;
  }

  /** The next frame. */
  frame(frame: Frame): void {
    const decoder = this.#decoder;
    const kind = decoder.decode(frame);
    if (kind !== PacketKind.TCP && kind !== PacketKind.ICMP) {
      this.leftOut++;
      return;
    }
    const length = kind === PacketKind.TCP ? this.#segment() : this.#icmp();
    const writer = this.#open(frame);
    const us = (frame.seconds - this.#epoch) * 1e6 + frame.nanos / 1000;
    const direction: { direction?: Direction } = frame.direction === '' ? {} : { direction: frame.direction };
    const iface = kind === PacketKind.TCP && decoder.optionsUnknown ? this.#cut[decoder.ip.family] : 0;
    writer.packet(iface, us, this.#mem, AT, length, direction);
    this.written++;
  }

  /** All was given: the sink gets what is left. */
  end(): void {
    this.#writer?.flush();
  }

  #open({ seconds }: Frame): PcapngWriter {
    if (this.#writer !== null) return this.#writer;
    this.#epoch = seconds;
    const writer = new PcapngWriter(this.#sink, { epochUs: seconds * 1e6, chunkBytes: 1 << 16 });
    writer.addInterface({ name: 'any', linkType: 'raw-ip' });
    this.#cut = {
      4: writer.addInterface({ name: 'cut', linkType: 'raw-ip', snapLen: 20 + TCP_HEADER_LENGTH }),
      6: writer.addInterface({ name: 'cut6', linkType: 'raw-ip', snapLen: 40 + TCP_HEADER_LENGTH }),
    };
    this.#writer = writer;
    return writer;
  }

  /** The address in the place of another: of the same family, and of the loopback where that one is. */
  #address(family: Family, w0: number, w1: number, w2: number, w3: number): IpAddress {
    const key = `${family} ${w0} ${w1} ${w2} ${w3}`;
    const young = this.#addresses.get(key);
    if (young !== undefined) return young;
    const old = this.#older.get(key);
    if (old !== undefined) {
      this.#older.delete(key);
      return this.#remember(key, old);
    }
    let made: IpAddress;
    if (isLoopback(w0, w1, w2, w3)) {
      const n = ++this.#counts.loopback;
      made = family === 6 ? addressFromWords(6, w0, w1, w2, w3) : ipv4(0x7f000000 | (n & 0xffffff));
    } else if (family === 4) made = ipv4(0x0a000000 | (++this.#counts[4] & 0xffffff));
    else made = addressFromWords(6, 0x20010db8, 0, 0, ++this.#counts[6]);
    return this.#remember(key, made);
  }

  /** Those that were not looked up while half the room was filled are forgotten. */
  #remember(key: string, address: IpAddress): IpAddress {
    if (this.#addresses.size >= this.#half) {
      this.forgotten += this.#older.size;
      this.#older = this.#addresses;
      this.#addresses = new Map();
    }
    this.#addresses.set(key, address);
    return address;
  }

  /** The IP header of a packet with `payload` octets; its length. */
  #header(at: number, ip: IpPacket, protocol: number, payload: number): { length: number; pseudo: number } {
    const src = this.#address(ip.family, ip.src0, ip.src1, ip.src2, ip.src3);
    const dst = this.#address(ip.family, ip.dst0, ip.dst1, ip.dst2, ip.dst3);
    const { ttl, tos, family } = ip;
    const [s0, s1, s2, s3] = [src.w0, src.w1, src.w2, src.w3];
    const [d0, d1, d2, d3] = [dst.w0, dst.w1, dst.w2, dst.w3];
    const pseudo = pseudoSumWords(family, s0, s1, s2, s3, d0, d1, d2, d3, protocol, payload);
    const mem = this.#mem;
    const length =
      family === 4
        ? writeIpv4Header(
            mem,
            at,
            payload,
            ip.fragId,
            ip.dontFragment ? 0x4000 : 0,
            ttl,
            tos,
            protocol,
            s3,
            d3,
          )
        : writeIpv6Header(mem, at, payload, 0, ttl, tos, protocol, s0, s1, s2, s3, d0, d1, d2, d3);
    return { length, pseudo };
  }

  #segment(): number {
    const { ip, segment, textLength, sum: status, optionsUnknown } = this.#decoder;
    const { u8, dv } = this.#mem;
    const options = optionsUnknown ? 0 : segment.optLen;
    const header = TCP_HEADER_LENGTH + options;
    const ipLength = ip.family === 4 ? 20 : 40;
    const text = Math.max(0, Math.min(textLength, MOST_OCTETS - ipLength - header));
    const { length, pseudo } = this.#header(AT, ip, IPPROTO_TCP, header + text);
    const at = AT + length;
    u8.fill(0, at, at + header + text);
    dv.setInt32(at, (segment.srcPort << 16) | segment.dstPort);
    dv.setInt32(at + 4, segment.seq);
    dv.setInt32(at + 8, segment.ack);
    dv.setInt32(at + 12, (header << 26) | (segment.reserved << 24) | (segment.ctl << 16) | segment.wnd);
    dv.setUint16(at + 18, segment.up);
    if (options > 0) {
      u8.set(this.#decoder.optionOctets(), at + TCP_HEADER_LENGTH);
      this.#plainOptions(at + TCP_HEADER_LENGTH, options);
    }
    const right = finish(sum(this.#mem, at, header + text, pseudo));
    const field = status === Sum.PARTIAL ? pseudo : status === Sum.WRONG ? right ^ 0x5555 : right;
    dv.setUint16(at + TCP_CHECKSUM_OFFSET, field);
    return length + header + text;
  }

  /** Options that may say something of somebody become NOPs. What makes no sense is left: it is what a verdict is about. */
  #plainOptions(at: number, length: number): void {
    const { u8 } = this.#mem;
    const end = at + length;
    while (at < end) {
      const kind = u8[at] as number;
      if (kind === TCPOPT_END) return;
      if (kind === TCPOPT_NOP) {
        at++;
        continue;
      }
      const size = at + 1 < end ? (u8[at + 1] as number) : 0;
      if (size < 2 || at + size > end) {
        u8.fill(0, Math.min(at + 2, end), end);
        return;
      }
      if (!KEPT.includes(kind)) u8.fill(TCPOPT_NOP, at, at + size);
      at += size;
    }
  }

  #icmp(): number {
    const { ip, icmp, quoted, segment } = this.#decoder;
    const { dv } = this.#mem;
    const inner = quoted.family === 4 ? 20 : 40;
    const payload = 8 + inner + 8;
    const protocol = ip.family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    const { length, pseudo } = this.#header(AT, ip, protocol, payload);
    const at = AT + length;
    dv.setInt32(at, (icmp.type << 24) | (icmp.code << 16));
    dv.setInt32(at + 4, icmp.mtu);
    const more = Math.max(8, quoted.totalLen - quoted.headerLen);
    this.#header(at + 8, quoted, IPPROTO_TCP, Math.min(more, MOST_OCTETS - 40));
    const tcp = at + 8 + inner;
    dv.setInt32(tcp, (segment.srcPort << 16) | segment.dstPort);
    dv.setInt32(tcp + 4, segment.seq);
    dv.setUint16(at + 2, finish(sum(this.#mem, at, payload, ip.family === 4 ? 0 : pseudo)));
    return length + payload;
  }
}

function ipv4(word: number): IpAddress {
  return addressFromWords(4, 0, 0, 0xffff, word);
}
