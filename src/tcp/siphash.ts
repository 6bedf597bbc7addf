// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"), the keyed hash behind initial
// sequence numbers (RFC 6528), ports (RFC 6056) and SYN cookies (RFC 4987). 64-bit words are pairs of
// int32 halves: no BigInt, no allocation.

/** Index 0: the low 32 bits of the last hash, index 1: the high 32 bits. */
const out = new Int32Array(2);

/** The carry of a + b = sum (mod 2^32). A comparison would be a branch, on which nobody can bet: the hash takes twice as long then. */
function carry(a: number, b: number, sum: number): number {
  return ((a & b) | ((a | b) & ~sum)) >>> 31;
}

/** The upper 32 bits of the hash that the last `sipHash…` call returned the lower 32 bits of. */
export function sipHashHigh(): number {
  return out[1] as number;
}

/**
 * SipHash-2-4 of `octets` bytes under the 128-bit key (k0 = its first four bytes, little-endian, …).
 * The message lies in `words` as little-endian int32; bytes after the message, up to the next multiple
 * of four, must be zero. Returns the low 32 bits as int32; {@link sipHashHigh} gives the rest.
 */
export function sipHashOctets(
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  words: Int32Array,
  octets: number,
): number {
  const count = (octets + 3) >> 2;
  const blocks = octets >> 3;
  let v0l = k0 ^ 0x70736575;
  let v0h = k1 ^ 0x736f6d65;
  let v1l = k2 ^ 0x6e646f6d;
  let v1h = k3 ^ 0x646f7261;
  let v2l = k0 ^ 0x6e657261;
  let v2h = k1 ^ 0x6c796765;
  let v3l = k2 ^ 0x79746573;
  let v3h = k3 ^ 0x74656462;
  // The last-but-one turn takes the tail with the length in its top byte, the last one finalizes.
  for (let block = 0; block <= blocks + 1; block++) {
    let ml = 0;
    let mh = 0;
    let rounds = 2;
    if (block <= blocks) {
      const at = block << 1;
      ml = at < count ? (words[at] as number) : 0;
      mh = at + 1 < count ? (words[at + 1] as number) : 0;
      if (block === blocks) mh |= octets << 24;
      v3l ^= ml;
      v3h ^= mh;
    } else {
      v2l ^= 0xff;
      rounds = 4;
    }
    do {
      let l = (v0l + v1l) | 0;
      v0h = (v0h + v1h + carry(v0l, v1l, l)) | 0;
      v0l = l;
      l = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = l ^ v0l;
      l = v0l;
      v0l = v0h;
      v0h = l;
      l = (v2l + v3l) | 0;
      v2h = (v2h + v3h + carry(v2l, v3l, l)) | 0;
      v2l = l;
      l = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = l ^ v2l;
      l = (v0l + v3l) | 0;
      v0h = (v0h + v3h + carry(v0l, v3l, l)) | 0;
      v0l = l;
      l = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = l ^ v0l;
      l = (v2l + v1l) | 0;
      v2h = (v2h + v1h + carry(v2l, v1l, l)) | 0;
      v2l = l;
      l = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = l ^ v2l;
      l = v2l;
      v2l = v2h;
      v2h = l;
    } while (--rounds !== 0);
    v0l ^= ml;
    v0h ^= mh;
  }
  out[1] = v0h ^ v1h ^ v2h ^ v3h;
  return v0l ^ v1l ^ v2l ^ v3l;
}

/** SipHash-2-4 of the first `count` of `words`; see {@link sipHashOctets}. */
export function sipHash(
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  words: Int32Array,
  count: number,
): number {
  return sipHashOctets(k0, k1, k2, k3, words, count << 2);
}

const tuple = new Int32Array(10);

/** What names a connection: a TCB does, and whatever else has these. Addresses are four words each. */
export interface Sockets {
  family: number;
  l0: number;
  l1: number;
  l2: number;
  l3: number;
  r0: number;
  r1: number;
  r2: number;
  r3: number;
  localPort: number;
  remotePort: number;
}

/**
 * SipHash-2-4 of a four-tuple and one more word, for ISNs and cookies. `key` has four words; `ports` is 0 for the hash
 * of the two addresses alone, else {@link portsOf}. An IPv4 tuple is hashed in its short form of 16 octets, which no
 * IPv6 tuple (40 octets) collides with.
 */
export function sipHashTuple(key: Int32Array, t: Readonly<Sockets>, ports: number, extra: number): number {
  const { l0, l1, l2, r0, r1, r2 } = t;
  tuple[0] = t.l3;
  tuple[1] = t.r3;
  tuple[2] = ports;
  tuple[3] = extra;
  let octets = 16;
  if ((l0 | l1 | r0 | r1) !== 0 || l2 !== 0xffff || r2 !== 0xffff) {
    tuple[4] = l0;
    tuple[5] = l1;
    tuple[6] = l2;
    tuple[7] = r0;
    tuple[8] = r1;
    tuple[9] = r2;
    octets = 40;
  }
  return sipHashOctets(key[0] as number, key[1] as number, key[2] as number, key[3] as number, tuple, octets);
}

/** Both ports as one word. */
export function portsOf({ localPort, remotePort }: Readonly<Sockets>): number {
  return (localPort << 16) | remotePort;
}
