// Damages to TCP segments: control bits, numbers, windows, options, text.

import type { Random } from '../../src/sim/index.ts';
import { pick } from '../support/dice.ts';
import { type Damage, type Knowledge, near, noise, replaceRange } from './damage.ts';
import { get16, get32, layoutOf, put16, put32, TCP } from './layout.ts';

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

/** Each as often as it stands here. */
export const tcpDamages: readonly Damage[] = [
  ...[control, control, control, seq, seq, seq, ack, ack, ack, window, window, urgent, ports],
  ...[tcpOptions, tcpOptions, timestamps, timestamps, text, text],
];
