// What the tests of captures share: files written octet by octet, and packets in them.

import {
  Memory,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  parseAddress,
  parseControl,
  pseudoSumWords,
  Segment,
  sum,
  writeIpv4Header,
  writeIpv6Header,
  writeTcpHeader,
} from '../wire/index.ts';

/** A segment to be put in a file. */
export interface Made {
  /** `10.0.0.1:40000 > 10.0.0.2:80`, or `[2001:db8::1]:40000 > [2001:db8::2]:80`. */
  readonly way: string;
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly win?: number;
  readonly text?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly mss?: number;
  readonly wscale?: number;
  readonly sackOk?: boolean;
  readonly ts?: readonly [number, number];
  readonly sack?: readonly number[];
  /** The pseudo-header's sum in place of the checksum, as a card that completes it is given it. */
  readonly partial?: boolean;
}

const SIDE = /^\[?([^\]]+?)\]?:(\d+)$/;

/** An IP packet with a TCP segment. */
export function packet(made: Made): Uint8Array {
  const [from = '', to = ''] = made.way.split(' > ');
  const [, srcText = '', srcPort] = SIDE.exec(from) ?? [];
  const [, dstText = '', dstPort] = SIDE.exec(to) ?? [];
  const src = parseAddress(srcText);
  const dst = parseAddress(dstText);
  const ctl = parseControl(made.flags);
  if (src === null || dst === null || ctl === null) throw new Error(`no segment: ${made.way} ${made.flags}`);
  const mem = new Memory({ initial: 1 << 18 });
  const seg = new Segment().set((made.seq ?? 0) | 0, (made.ack ?? 0) | 0, ctl);
  seg.srcPort = Number(srcPort);
  seg.dstPort = Number(dstPort);
  seg.wnd = made.win ?? 65_535;
  if (made.mss !== undefined) {
    seg.opts |= OPT_MSS;
    seg.mss = made.mss;
  }
  if (made.wscale !== undefined) {
    seg.opts |= OPT_WSCALE;
    seg.wscale = made.wscale;
  }
  if (made.sackOk === true) seg.opts |= OPT_SACK_PERMITTED;
  if (made.ts !== undefined) {
    seg.opts |= OPT_TIMESTAMPS;
    [seg.tsVal, seg.tsEcr] = made.ts;
  }
  if (made.sack !== undefined) {
    seg.opts |= OPT_SACK;
    seg.sackCount = made.sack.length / 2;
    seg.sack.set(made.sack.map((edge) => edge | 0));
  }
  const text = made.text ?? 0;
  const ipLength = src.family === 4 ? 20 : 40;
  const tcp = 64 + ipLength;
  const header = writeTcpHeader(mem, tcp, seg);
  for (let n = 0; n < text; n++) mem.u8[tcp + header + n] = n & 0xff;
  const length = header + text;
  const ttl = made.ttl ?? 64;
  if (src.family === 4) writeIpv4Header(mem, 64, length, made.id ?? 1, 0x4000, ttl, 0, 6, src.w3, dst.w3);
  else
    writeIpv6Header(
      mem,
      64,
      length,
      0,
      ttl,
      0,
      6,
      src.w0,
      src.w1,
      src.w2,
      src.w3,
      dst.w0,
      dst.w1,
      dst.w2,
      dst.w3,
    );
  const { family } = src;
  const pseudo = pseudoSumWords(
    family,
    src.w0,
    src.w1,
    src.w2,
    src.w3,
    dst.w0,
    dst.w1,
    dst.w2,
    dst.w3,
    6,
    length,
  );
  mem.dv.setUint16(tcp + 16, made.partial === true ? pseudo : ~sum(mem, tcp, length, pseudo) & 0xffff);
  return mem.u8.slice(64, 64 + ipLength + length);
}

/** A frame of a file. */
export interface Framed {
  /** Microseconds. */
  readonly us?: number;
  readonly octets: Uint8Array;
  /** Octets on the wire, when it is cut. */
  readonly wire?: number;
}

/** Octets of numbers, lists of octets, one after the other. */
export function octets(...parts: readonly (number | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}

/** A number of `size` octets. */
export function word(value: number, size: 2 | 4, little: boolean): Uint8Array {
  const dv = new DataView(new ArrayBuffer(size));
  if (size === 2) dv.setUint16(0, value, little);
  else dv.setUint32(0, value, little);
  return new Uint8Array(dv.buffer);
}

/** A pcap file. */
export function pcapFile(
  frames: readonly Framed[],
  { little = true, nanos = false, linkType = 101, snapLen = 262_144 } = {},
): Uint8Array {
  const u32 = (value: number): Uint8Array => word(value, 4, little);
  const u16 = (value: number): Uint8Array => word(value, 2, little);
  const parts = [
    u32(nanos ? 0xa1b23c4d : 0xa1b2c3d4),
    u16(2),
    u16(4),
    u32(0),
    u32(0),
    u32(snapLen),
    u32(linkType),
  ];
  for (const { us = 0, octets, wire } of frames) {
    const fraction = nanos ? Math.round((us % 1e6) * 1000) : Math.floor(us % 1e6);
    parts.push(u32(1_700_000_000 + Math.floor(us / 1e6)), u32(fraction));
    parts.push(u32(octets.length), u32(wire ?? octets.length), octets);
  }
  return octets(...parts);
}

/** A pcapng block. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const padded = (body.length + 3) & ~3;
  const length = word(padded + 12, 4, little);
  return octets(word(type, 4, little), length, body, new Uint8Array(padded - body.length), length);
}

/** A pcapng option. */
export function option(code: number, value: Uint8Array, little = true): Uint8Array {
  const padding = new Uint8Array(((value.length + 3) & ~3) - value.length);
  return octets(word(code, 2, little), word(value.length, 2, little), value, padding);
}

/** A section header. */
export function section(little = true): Uint8Array {
  const ones = [255, 255, 255, 255, 255, 255, 255, 255];
  return block(0x0a0d0d0a, octets(word(0x1a2b3c4d, 4, little), word(1, 2, little), 0, 0, ones), little);
}

/** An interface description. */
export function interfaceBlock(linkType: number, snapLen = 0, options = octets(), little = true): Uint8Array {
  return block(1, octets(word(linkType, 2, little), 0, 0, word(snapLen, 4, little), options), little);
}

/** An enhanced packet block; `time` counts units of the interface. */
export function packetBlock(
  data: Uint8Array,
  { iface = 0, time = 0n, wire = data.length, options = octets(), little = true } = {},
): Uint8Array {
  const u32 = (value: number): Uint8Array => word(value, 4, little);
  const padding = new Uint8Array(((data.length + 3) & ~3) - data.length);
  const high = Number(time >> 32n);
  const low = Number(time & 0xffff_ffffn);
  return block(
    6,
    octets(u32(iface), u32(high), u32(low), u32(data.length), u32(wire), data, padding, options),
    little,
  );
}

/** An Ethernet frame around an IP packet, with tags between. */
export function ethernet(ip: Uint8Array, tags: readonly number[] = []): Uint8Array {
  const type = (ip[0] as number) >> 4 === 4 ? [0x08, 0x00] : [0x86, 0xdd];
  return octets([2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 0, 1], tags, type, ip);
}
