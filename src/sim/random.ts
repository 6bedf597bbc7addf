// The world's dice: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number
// Generators"), seeded through splitmix32. Not for secrets: it makes faults repeatable.

/** Mixes a 32-bit number so that every input bit reaches every output bit (murmur3's finalizer). */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A seeded generator. The same seed gives the same numbers on every platform. */
export class Random {
  readonly #key: number;
  readonly #key2: number;
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** @param seed any number (fractions count) or string */
  constructor(seed: number | string) {
    const text = typeof seed === 'number' ? `n${seed}` : `s${seed}`;
    let h1 = 0x811c9dc5;
    let h2 = 0x9747b28c;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      h1 = Math.imul(h1 ^ code, 0x01000193);
      h2 = mix(h2 + code) ^ Math.imul(code, 0x9e3779b1);
    }
    this.#key = mix(h1) | 0;
    this.#key2 = mix(h2) | 0;
    let s = this.#key;
    const next = (): number => {
      s = (s + 0x9e3779b9) | 0;
      return mix(s);
    };
    this.#a = next();
    this.#b = next() ^ this.#key2;
    this.#c = next();
    this.#d = next() | 1; // the all-zero state is the one that must not be
  }

  /** A uniform integer in 0..2^32-1. */
  nextUint32(): number {
    const b = this.#b;
    let r = Math.imul(b, 5);
    r = Math.imul((r << 7) | (r >>> 25), 9);
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return r >>> 0;
  }

  /** A uniform number in [0, 1) with 32 random bits. */
  float(): number {
    return this.nextUint32() * 2 ** -32;
  }

  /** A uniform integer in 0..n-1, without bias; 0 when n <= 1. n at most 2^32. */
  int(n: number): number {
    if (n <= 1) return 0;
    const limit = 2 ** 32 - (2 ** 32 % n);
    let r = this.nextUint32();
    while (r >= limit) r = this.nextUint32();
    return r % n;
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.nextUint32() < p * 2 ** 32;
  }

  /**
   * A generator of its own for `label`. It depends on this generator's seed and the label only, not
   * on how many numbers were drawn: a new consumer does not shift the others.
   */
  fork(label: string): Random {
    return new Random(`${this.#key}:${this.#key2}/${label}`);
  }
}
