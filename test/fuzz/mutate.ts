// Packets made of packets: one or more damages that know what a header is, then, mostly, right lengths and
// checksums, since a bad checksum ends most packets' lives too early. Everything follows from the dice.

import type { Random } from '../../src/link/sim/index.ts';
import {
  fixChecksums,
  fixLengths,
  get16,
  get32,
  ICMP,
  ICMPV6,
  layoutOf,
  put16,
  put32,
  TCP,
} from './layout.ts';

/** What an attacker on the path knows. */
export interface Knowledge {
  /** Packets begin with an Ethernet header. */
  readonly ethernet: boolean;
  /** Sequence and acknowledgment numbers that mean something now: RCV.NXT, SND.UNA, window edges… */
  readonly numbers: readonly number[];
  /** Other packets, to splice with. */
  readonly others: readonly Uint8Array[];
}

type Damage = (b: Uint8Array, r: Random, k: Knowledge) => Uint8Array;

const pick = <T>(r: Random, of: readonly T[]): T => of[r.int(of.length)] as T;

/** A number near one that means something, or anywhere. */
function near(r: Random, k: Knowledge, old: number): number {
  const base = k.numbers.length > 0 && r.chance(0.7) ? pick(r, k.numbers) : old;
  switch (r.int(8)) {
    case 0:
      return r.nextUint32() | 0;
    case 1:
      return (base + 2 ** 31 + r.int(3) - 1) | 0;
    case 2:
      return (base + r.int(70_000) - 35_000) | 0;
    case 3:
    case 4:
      return (base + r.int(3000) - 1500) | 0;
    default:
      return (base + r.int(5) - 2) | 0;
  }
}

function tcpAt(b: Uint8Array, k: Knowledge): number {
  const l = layoutOf(b, k.ethernet);
  return l.protocol === TCP && l.upper >= 0 && l.upper + 20 <= b.length ? l.upper : -1;
}

const CONTROLS = [
  0x02, 0x12, 0x10, 0x18, 0x11, 0x19, 0x04, 0x14, 0x30, 0x38, 0x03, 0x06, 0x00, 0x01, 0x29, 0xc2, 0x52,
];

const control: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at >= 0) b[at + 13] = r.chance(0.8) ? pick(r, CONTROLS) : r.int(256);
  return b;
};
const seq: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at >= 0) put32(b, at + 4, near(r, k, get32(b, at + 4)));
  return b;
};
const ack: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at >= 0) put32(b, at + 8, near(r, k, get32(b, at + 8)));
  return b;
};
const window: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at >= 0) put16(b, at + 14, pick(r, [0, 0, 1, 2, 500, 0x7fff, 0xffff, r.int(65_536)]));
  return b;
};
const urgent: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at < 0) return b;
  b[at + 13] = (b[at + 13] as number) | 0x20;
  put16(b, at + 18, pick(r, [0, 1, 2, 100, 0xffff, r.int(65_536)]));
  return b;
};
const ports: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at < 0) return b;
  if (r.chance(0.5)) put16(b, at, pick(r, [0, 80, 7, r.int(65_536), get16(b, at) + 1]));
  else put16(b, at + 2, pick(r, [0, 80, 7, r.int(65_536)]));
  return b;
};

function replaceRange(b: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const out = new Uint8Array(from + by.length + Math.max(0, b.length - to));
  out.set(b.subarray(0, from));
  out.set(by, from);
  out.set(b.subarray(Math.min(to, b.length)), from + by.length);
  return out;
}

function noise(r: Random, n: number): Uint8Array {
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = r.int(256);
  return out;
}

function word(n: number): number[] {
  return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

/** One TCP option, mostly well formed. */
function tcpOption(r: Random, k: Knowledge): number[] {
  const number = (): number[] => word(near(r, k, 0));
  switch (r.int(12)) {
    case 0:
      return [1];
    case 1:
      return [0];
    case 2: {
      const mss = pick(r, [0, 1, 28, 48, 536, 1460, 65_535, r.int(65_536)]);
      return [2, 4, mss >> 8, mss & 255];
    }
    case 3:
      return [3, 3, pick(r, [0, 7, 14, 15, 255])];
    case 4:
      return [4, 2];
    case 5: {
      const blocks = 1 + r.int(4);
      const out = [5, 2 + 8 * blocks];
      for (let i = 0; i < 2 * blocks; i++) out.push(...number());
      return out;
    }
    case 6:
    case 7:
      return [8, 10, ...number(), ...number()];
    case 8:
      return [34, 2 + 2 * r.int(9), ...noise(r, 16)];
    case 9:
      return [r.int(256), r.int(42), ...noise(r, r.int(8))];
    case 10:
      return [pick(r, [2, 3, 4, 5, 8]), pick(r, [0, 1, 2, 3, 9, 11, 255]), ...noise(r, 4)];
    default:
      return [254, 6, 0xf9, 0x89, ...noise(r, 2)];
  }
}

const tcpOptions: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at < 0) return b;
  const options: number[] = [];
  const count = r.int(6);
  for (let i = 0; i < count; i++) options.push(...tcpOption(r, k));
  while (options.length % 4 !== 0) options.push(r.chance(0.9) ? 1 : 0);
  options.length = Math.min(options.length, 40);
  const old = 4 * ((b[at + 12] as number) >> 4);
  const out = replaceRange(b, at + 20, at + Math.max(20, old), Uint8Array.from(options));
  const offset = r.chance(0.95) ? 5 + options.length / 4 : r.int(16);
  out[at + 12] = (offset << 4) | ((b[at + 12] as number) & 15);
  return out;
};

/** Moves the timestamps of a segment that has them where RFC 7323 puts them. */
const timestamps: Damage = (b, r, k) => {
  const at = tcpAt(b, k);
  if (at < 0) return b;
  for (let i = at + 20; i + 10 <= Math.min(b.length, at + 60); i++) {
    if (b[i] !== 8 || b[i + 1] !== 10) continue;
    const step = pick(r, [-1, 1, -100_000, 100_000, 0x7fffffff, r.nextUint32() | 0]);
    put32(b, i + 2, (get32(b, i + 2) + step) | 0);
    if (r.chance(0.3)) put32(b, i + 6, near(r, k, get32(b, i + 6)));
    break;
  }
  return b;
};

const text: Damage = (b, r, k) => {
  const l = layoutOf(b, k.ethernet);
  if (l.upper < 0) return b;
  const header = l.protocol === TCP ? 4 * ((b[l.upper + 12] ?? 0x50) >> 4) : 8;
  const from = Math.min(l.upper + header, b.length);
  return replaceRange(b, from, b.length, noise(r, pick(r, [0, 1, 2, 100, 536, 1400, r.int(3000)])));
};

const ipField: Damage = (b, r, k) => {
  const { ip, version } = layoutOf(b, k.ethernet);
  if (version === 4) {
    switch (r.int(8)) {
      case 0:
        b[ip] = 0x40 | pick(r, [0, 4, 5, 6, 15]);
        break;
      case 1:
        b[ip + 1] = r.int(256);
        break;
      case 2:
        put16(b, ip + 2, r.int(2000));
        break;
      case 3:
        put16(b, ip + 6, pick(r, [0x2000, 0x2001, 0x0001, 0x1fff, 0x3fff, 0x8000, 0x4000, r.int(65_536)]));
        break;
      case 4:
        b[ip + 8] = pick(r, [0, 1, 255]);
        break;
      case 5:
        b[ip + 9] = pick(r, [1, 2, 6, 17, 58, 255, r.int(256)]);
        break;
      default:
        put32(b, ip + (r.chance(0.7) ? 12 : 16), address4(r));
    }
  } else if (version === 6) {
    switch (r.int(6)) {
      case 0:
        put16(b, ip + 4, r.int(2000));
        break;
      case 1:
        b[ip + 6] = pick(r, [0, 6, 17, 43, 44, 50, 51, 58, 59, 60, r.int(256)]);
        break;
      case 2:
        b[ip + 7] = pick(r, [0, 1, 255]);
        break;
      default: {
        const at = ip + (r.chance(0.7) ? 8 : 24);
        b.set(address6(r).subarray(0, Math.max(0, b.length - at)), at);
      }
    }
  }
  return b;
};

function address4(r: Random): number {
  return pick(r, [
    0,
    0x0a000001,
    0x0a000002,
    0x0a000003,
    0x0a0000ff,
    0x0a000000,
    0x7f000001,
    0xffffffff,
    0xe0000001,
    0xefffffff,
    r.nextUint32(),
  ]);
}

function address6(r: Random): Uint8Array {
  const out = new Uint8Array(16);
  const words = pick(r, [
    [0, 0, 0, 0],
    [0, 0, 0, 1],
    [0, 0, 0xffff, 0x0a000002],
    [0xfd000000, 0, 0, 1],
    [0xfd000000, 0, 0, 2],
    [0xfe800000, 0, 0, 2],
    [0xff020000, 0, 0, 1],
    [0xff020000, 0, 1, 0xff000001],
    [r.nextUint32(), r.nextUint32(), r.nextUint32(), r.nextUint32()],
  ]);
  for (let i = 0; i < 4; i++) put32(out, 4 * i, words[i] as number);
  return out;
}

/** Options in an IPv4 header, extension headers behind an IPv6 header. */
const ipExtension: Damage = (b, r, k) => {
  const { ip, version } = layoutOf(b, k.ethernet);
  if (version === 4) {
    const ihl = (b[ip] as number) & 15;
    const words = Math.min(1 + r.int(10), 15 - ihl);
    if (words <= 0 || ihl < 5) return b;
    const options = noise(r, 4 * words);
    options[0] = pick(r, [0, 1, 7, 68, 131, 137, r.int(256)]);
    options[1] = pick(r, [0, 1, 2, 3, 4, 4 * words, 255]);
    if (r.chance(0.5)) options.fill(1, options[1]);
    const out = replaceRange(b, ip + 20, ip + 20, options);
    out[ip] = 0x40 | (ihl + words);
    return out;
  }
  if (version !== 6) return b;
  let out = b;
  const count = r.chance(0.9) ? 1 + r.int(3) : r.int(40);
  for (let i = 0; i < count; i++) {
    // Hop-by-hop options belong at the front: the last that is put there.
    const front = i === count - 1 || r.chance(0.1);
    const kind = count > 3 ? 60 : front && r.chance(0.4) ? 0 : pick(r, [43, 44, 60, 60, 60, 60]);
    const units = kind === 44 ? 1 : 1 + r.int(3);
    const header = noise(r, 8 * units);
    header[0] = out[ip + 6] as number;
    header[1] = kind === 44 ? 0 : r.chance(0.9) ? units - 1 : r.int(256);
    if (kind === 44) put16(header, 2, pick(r, [0, 1, 8, 9, 0xfff8, r.int(65_536)]));
    else if (kind === 43) header[3] = pick(r, [0, 0, 0, 1, 255]);
    else if (count > 3) header.fill(0, 2);
    else if (r.chance(0.7)) {
      header.fill(0, 2);
      header[2] = pick(r, [0, 1, 5, 0x3e, 0x7e, 0xbe, 0xfe, 0xc2]);
      header[3] = pick(r, [0, 2, 4, header.length - 4, 255]);
    }
    out = replaceRange(out, ip + 40, ip + 40, header);
    out[ip + 6] = kind;
  }
  return out;
};

/** An ICMP error, or another ICMP message, that quotes the packet turned around. */
const icmpAbout: Damage = (b, r, k) => {
  const { ip, version } = layoutOf(b, k.ethernet);
  if (version === 0) return b;
  const quoted = b.slice(ip, ip + pick(r, [28, 48, 68, 576, b.length]));
  const v4 = version === 4;
  const header = v4 ? 20 : 40;
  const out = new Uint8Array(ip + header + 8 + quoted.length);
  out.set(b.subarray(0, ip + header));
  // The error goes to where the quoted packet came from.
  if (ip === 14) {
    out.set(b.subarray(6, 12), 0);
    out.set(b.subarray(0, 6), 6);
  }
  const size = v4 ? 4 : 16;
  const src = ip + (v4 ? 12 : 8);
  out.set(b.subarray(src + size, src + 2 * size), src);
  out.set(b.subarray(src, src + size), src + size);
  if (v4) {
    out[ip] = 0x45;
    put16(out, ip + 6, 0);
    out[ip + 9] = ICMP;
  } else out[ip + 6] = ICMPV6;
  const at = ip + header;
  out[at] = v4
    ? pick(r, [3, 3, 3, 11, 12, 4, 5, 8, 0, 13, r.int(256)])
    : pick(r, [1, 2, 2, 3, 4, 128, 129, 135, 136, 134, r.int(256)]);
  out[at + 1] = r.chance(0.9) ? r.int(16) : r.int(256);
  put32(out, at + 4, pick(r, [0, 68, 552, 576, 1280, 1400, 1499, 0xffff, r.nextUint32()]));
  out.set(quoted, at + 8);
  return out;
};

/** Ethernet and ARP fields. */
const frameField: Damage = (b, r, k) => {
  if (!k.ethernet || b.length < 14) return b;
  switch (r.int(5)) {
    case 0:
      b.set(
        pick(r, [
          [255, 255, 255, 255, 255, 255],
          [2, 0, 0, 0, 0, 1],
          [0x33, 0x33, 0, 0, 0, 1],
          [...noise(r, 6)],
        ]),
        0,
      );
      break;
    case 1:
      b.set(
        pick(r, [[255, 255, 255, 255, 255, 255], [2, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0], [...noise(r, 6)]]),
        6,
      );
      break;
    case 2:
      put16(b, 12, pick(r, [0x0800, 0x0806, 0x86dd, 0x8100, 46, 1500, r.int(65_536)]));
      break;
    default:
      if (b.length >= 42 && get16(b, 12) === 0x0806) {
        switch (r.int(4)) {
          case 0:
            put16(b, 20, pick(r, [1, 2, 3, 0]));
            break;
          case 1:
            put32(b, 28, address4(r));
            break;
          case 2:
            put32(b, 38, address4(r));
            break;
          default:
            b.set(noise(r, 6), 22);
        }
      }
  }
  return b;
};

/** Neighbour discovery: target, flags, options. */
const neighbour: Damage = (b, r, k) => {
  const l = layoutOf(b, k.ethernet);
  if (l.protocol !== ICMPV6 || l.upper < 0 || l.upper + 24 > b.length) return b;
  const at = l.upper;
  switch (r.int(4)) {
    case 0:
      b.set(address6(r), at + 8);
      return b;
    case 1:
      b[at + 4] = r.int(256);
      return b;
    case 2:
      b[l.ip + 7] = 255;
      b[at] = pick(r, [133, 134, 135, 136, 137]);
      return b;
    default: {
      const options: number[] = [];
      const count = r.chance(0.8) ? r.int(4) : r.int(60);
      for (let i = 0; i < count; i++)
        options.push(pick(r, [1, 2, 2, 1, 5, r.int(256)]), r.chance(0.9) ? 1 : r.int(4), ...noise(r, 6));
      return replaceRange(b, at + 24, b.length, Uint8Array.from(options));
    }
  }
};

const flip: Damage = (b, r) => {
  const n = 1 + r.int(4);
  for (let i = 0; i < n && b.length > 0; i++) {
    const at = r.int(Math.min(b.length, 100));
    b[at] = (b[at] as number) ^ (1 << r.int(8));
  }
  return b;
};
const octet: Damage = (b, r) => {
  if (b.length > 0) b[r.int(Math.min(b.length, 120))] = pick(r, [0, 1, 0x7f, 0x80, 0xff, r.int(256)]);
  return b;
};
const truncate: Damage = (b, r) => b.slice(0, r.int(b.length + 1));
const insert: Damage = (b, r) => {
  const at = r.int(b.length + 1);
  return replaceRange(b, at, at, noise(r, 1 + r.int(40)));
};
const remove: Damage = (b, r) => {
  const at = r.int(b.length + 1);
  return replaceRange(b, at, Math.min(b.length, at + 1 + r.int(20)), new Uint8Array(0));
};
const splice: Damage = (b, r, k) => {
  if (k.others.length === 0) return b;
  const other = pick(r, k.others);
  const at = r.int(Math.min(b.length, other.length, 120) + 1);
  return replaceRange(b, at, b.length, other.slice(at));
};
const none: Damage = (b) => b;

/** Each damage as often as it stands here. */
const DAMAGES: readonly Damage[] = [
  none,
  control,
  control,
  control,
  seq,
  seq,
  seq,
  ack,
  ack,
  ack,
  window,
  window,
  urgent,
  ports,
  tcpOptions,
  tcpOptions,
  timestamps,
  timestamps,
  text,
  text,
  ipField,
  ipField,
  ipExtension,
  icmpAbout,
  icmpAbout,
  frameField,
  neighbour,
  flip,
  octet,
  truncate,
  insert,
  remove,
  splice,
];

/** The packet with one or more damages. */
export function mutate(packet: Uint8Array, r: Random, k: Knowledge): Uint8Array {
  let b: Uint8Array = packet.slice();
  const n = 1 + r.int(r.chance(0.3) ? 6 : 3);
  for (let i = 0; i < n; i++) b = pick(r, DAMAGES)(b, r, k);
  if (b.length > 20_000) b = b.slice(0, 20_000);
  if (r.chance(0.9)) fixLengths(b, k.ethernet);
  if (r.chance(0.1)) b = pick(r, DAMAGES)(b, r, k);
  if (r.chance(0.93)) fixChecksums(b, k.ethernet);
  return b;
}

/** The packet as IP fragments, some of which overlap, come twice, are missing, or are in another order. */
export function fragments(packet: Uint8Array, r: Random, ethernet: boolean): Uint8Array[] {
  const l = layoutOf(packet, ethernet);
  const header = l.version === 4 ? l.upper : l.ip + 40;
  if (l.version === 0 || l.upper < 0 || l.end - header < 16) return [packet];
  const data = packet.subarray(header, l.end);
  const id = r.int(r.chance(0.5) ? 4 : 65_536);
  const out: Uint8Array[] = [];
  const step = 8 * pick(r, [1, 2, 3, 5, 20, 60]);
  for (let at = 0; at < data.length; at += step) {
    let from = at;
    let to = Math.min(data.length, at + step);
    if (r.chance(0.04)) from = Math.max(0, from - 8);
    if (r.chance(0.04)) to = Math.min(data.length, to + 8);
    const more = to < data.length !== r.chance(0.02);
    const one = oneFragment(packet, l.version, l.ip, header, data.subarray(from, to), from, more, id);
    fixLengths(one, ethernet);
    fixChecksums(one, ethernet);
    if (!r.chance(0.04)) out.push(one);
    if (r.chance(0.05)) out.push(one);
    if (out.length > 1 && r.chance(0.2)) out.push(...out.splice(r.int(out.length), 1));
  }
  return out;
}

function oneFragment(
  packet: Uint8Array,
  version: number,
  ip: number,
  header: number,
  data: Uint8Array,
  from: number,
  more: boolean,
  id: number,
): Uint8Array {
  const extra = version === 6 ? 8 : 0;
  const out = new Uint8Array(header + extra + data.length);
  out.set(packet.subarray(0, header));
  out.set(data, header + extra);
  if (version === 4) {
    put16(out, ip + 4, id);
    put16(out, ip + 6, (more ? 0x2000 : 0) | (from >> 3));
  } else {
    out[header] = packet[ip + 6] as number;
    out[header + 1] = 0;
    put16(out, header + 2, from | (more ? 1 : 0));
    put32(out, header + 4, id);
    out[ip + 6] = 44;
  }
  return out;
}
