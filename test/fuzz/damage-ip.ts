// Damages below TCP: IP headers and extensions, ICMP about a packet, neighbour discovery, frames, ARP.

import type { Random } from '../../src/sim/index.ts';
import { pick } from '../support/dice.ts';
import { type Damage, noise, replaceRange } from './damage.ts';
import { get16, ICMP, ICMPV6, layoutOf, put16, put32 } from './layout.ts';

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

/** Each as often as it stands here. */
export const ipDamages: readonly Damage[] = [
  ...[ipField, ipField, ipExtension, icmpAbout, icmpAbout, frameField, neighbour],
];
