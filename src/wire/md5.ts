// MD5 (RFC 1321) over octets that come in pieces: what the TCP MD5 Signature option (RFC 2385) is made of. No digest
// for anything new: RFC 6151.

/** Bits by which step i rotates (section 3.4). */
const ROTATIONS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;
/** Octets of a block. */
const BLOCK = 64;
/** T[i] of section 3.4: the integer part of 4294967296 times abs(sin(i)). */
const TABLE = Int32Array.from({ length: BLOCK }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));

/** Octets of a digest. */
export const MD5_LENGTH = 16;

/** A digest under way. */
export class Md5 {
  readonly #state = new Int32Array(4);
  readonly #words = new Int32Array(16);
  readonly #block = new Uint8Array(BLOCK);
  #length = 0;

  /** Begins anew. */
  start(): this {
    this.#state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
    this.#length = 0;
    return this;
  }

  /** The octets [from, to) of `octets`. */
  add(octets: Uint8Array, from = 0, to = octets.length): this {
    for (let i = from; i < to; i++) {
      this.#block[this.#length % BLOCK] = octets[i] as number;
      this.#length++;
      if (this.#length % BLOCK === 0) this.#step();
    }
    return this;
  }

  /** The digest, into 16 octets of `out` from `at` on. */
  finish(out: Uint8Array, at = 0): void {
    const length = this.#length;
    const end = new Uint8Array((length % BLOCK < BLOCK - 8 ? BLOCK : 2 * BLOCK) - (length % BLOCK));
    end[0] = 0x80;
    const dv = new DataView(end.buffer);
    dv.setUint32(end.length - 8, (length * 8) >>> 0, true);
    dv.setUint32(end.length - 4, Math.floor(length / 2 ** 29), true);
    this.add(end);
    for (let i = 0; i < MD5_LENGTH; i++) out[at + i] = (this.#state[i >> 2] as number) >>> (8 * (i & 3));
  }

  #step(): void {
    const x = this.#words;
    const block = this.#block;
    for (let i = 0; i < 16; i++) {
      const at = 4 * i;
      const low = (block[at] as number) | ((block[at + 1] as number) << 8);
      x[i] = low | ((block[at + 2] as number) << 16) | ((block[at + 3] as number) << 24);
    }
    let [a, b, c, d] = this.#state as unknown as [number, number, number, number];
    for (let i = 0; i < BLOCK; i++) {
      const round = i >> 4;
      let f: number;
      let k: number;
      if (round === 0) {
        f = (b & c) | (~b & d);
        k = i;
      } else if (round === 1) {
        f = (b & d) | (c & ~d);
        k = (5 * i + 1) & 15;
      } else if (round === 2) {
        f = b ^ c ^ d;
        k = (3 * i + 5) & 15;
      } else {
        f = c ^ (b | ~d);
        k = (7 * i) & 15;
      }
      const sum = (a + f + (x[k] as number) + (TABLE[i] as number)) | 0;
      const by = ROTATIONS[4 * round + (i & 3)] as number;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
    }
    const state = this.#state;
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
  }
}
