// The Internet checksum: RFC 1071, updated incrementally as in RFC 1624. A "sum" is a 16-bit one's
// complement sum of big-endian words, folded; a "checksum" is its complement, as in a header.
// `sum` and `copySum` see bytes only through (Memory, offset, length): a large Memory takes them with SIMD (simd.ts).

import type { Memory } from './memory.ts';

/** Octets whose 16-bit halves surely fit an int32 when added up: 2^14 words of at most 2^16 - 1. */
const CHUNK = 0x10000;
/** Fewer octets are summed in JavaScript as fast as by a call of the module. */
const SHORT = 48;

/** Folds a sum of words, 0..2^32-1, to 16 bits (RFC 1071 section 2). */
export function fold(n: number): number {
  n = (n & 0xffff) + (n >>> 16);
  return (n & 0xffff) + (n >>> 16);
}

/** The checksum that belongs to a folded sum: its one's complement. */
export function finish(sum: number): number {
  return ~sum & 0xffff;
}

/** Exchanges the two octets of a 16-bit sum: the sum of the same octets at odd distance. */
function swap(sum: number): number {
  return ((sum & 0xff) << 8) | (sum >>> 8);
}

/**
 * The sum of `len` octets at `off`, begun at the folded sum `seed`; an odd last octet counts as the
 * high half of a word (RFC 1071 section 4.1). Any alignment, any length.
 */
export function sum(mem: Memory, off: number, len: number, seed: number): number {
  while (len > CHUNK) {
    seed = sumChunk(mem, off, CHUNK, seed);
    off += CHUNK;
    len -= CHUNK;
  }
  return sumChunk(mem, off, len, seed);
}

function sumChunk(mem: Memory, off: number, len: number, seed: number): number {
  const { simd } = mem;
  return simd === null || len < SHORT ? sumWords(mem, off, len, seed) : simd.sum(off, len, seed);
}

function sumWords(mem: Memory, off: number, len: number, seed: number): number {
  const dv = mem.dv;
  const end = off + len;
  let i = off;
  // Words are read little-endian and the result is swapped once: the sum does not mind (section 2, B).
  // Per word only the high half is split off. `all` wraps modulo 2^32, and all - 2^16 * high is the
  // sum of the low halves, exact because that is below 2^31 for CHUNK octets.
  let all = 0;
  let high = 0;
  for (const e = end - 15; i < e; i += 16) {
    const a = dv.getInt32(i, true);
    const b = dv.getInt32(i + 4, true);
    const c = dv.getInt32(i + 8, true);
    const d = dv.getInt32(i + 12, true);
    // A tree, so that the additions do not wait for each other.
    all = (all + ((((a + b) | 0) + ((c + d) | 0)) | 0)) | 0;
    high = (high + ((((a >>> 16) + (b >>> 16)) | 0) + (((c >>> 16) + (d >>> 16)) | 0))) | 0;
  }
  for (const e = end - 3; i < e; i += 4) {
    const a = dv.getInt32(i, true);
    all = (all + a) | 0;
    high = (high + (a >>> 16)) | 0;
  }
  let s = fold((all - (high << 16)) | 0) + fold(high);
  if (end - i >= 2) {
    s += dv.getUint16(i, true);
    i += 2;
  }
  if (i < end) s += dv.getUint8(i);
  return fold(swap(fold(s)) + seed);
}

/** Copies `len` octets from `src` to `dst` (they may overlap) and gives their sum, begun at `seed`. */
export function copySum(mem: Memory, dst: number, src: number, len: number, seed: number): number {
  const { simd } = mem;
  if (simd !== null && len >= SHORT && len <= CHUNK && Math.abs(dst - src) >= len) {
    return simd.copySum(dst, src, len, seed);
  }
  mem.copy(dst, src, len);
  return sum(mem, dst, len, seed);
}

/** The sum of two neighbouring parts, of which the first has `firstLen` octets (RFC 1071 section 2, A). */
export function joinSums(first: number, firstLen: number, second: number): number {
  return fold(first + ((firstLen & 1) === 0 ? second : swap(second)));
}

/** A checksum after one 16-bit word under it changed (RFC 1624 section 3, equation 3). */
export function updateChecksum(check: number, old16: number, new16: number): number {
  return finish(fold((~check & 0xffff) + (~old16 & 0xffff) + (new16 & 0xffff)));
}

/** A checksum after an aligned 32-bit word under it changed; words as int32 or uint32. */
export function updateChecksum32(check: number, old32: number, new32: number): number {
  const removed = (~old32 & 0xffff) + (~old32 >>> 16);
  return finish(fold((~check & 0xffff) + removed + (new32 & 0xffff) + (new32 >>> 16)));
}

/** The two halves of a 32-bit word, added: what it brings to a sum, not folded. */
export function halves(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}
