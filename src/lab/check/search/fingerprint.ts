// The fingerprint of a state: 64 bits as two int32. Two lanes over the same words with different multipliers and
// rotations (after MurmurHash3, Austin Appleby, public domain), crossed at the end; a pair that collides in one
// lane is no likelier to collide in the other. Not keyed: the states are ours, nobody chooses them against us.

/**
 * Writes the fingerprint of the first `length` octets of `words` to `out[0]` and `out[1]`. The octets between
 * `length` and the end of its last word must be 0.
 */
export type Fingerprint = (words: Int32Array, length: number, out: Int32Array) => void;

/** The fingerprint that searches use. */
export const fingerprint: Fingerprint = (words, length, out) => {
  const count = (length + 3) >>> 2;
  let a = 0x2f0b4c47;
  let b = 0x7b1d2f93;
  for (let i = 0; i < count; i++) {
    const word = words[i]!;
    let k = Math.imul(word, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a ^= k;
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    k = Math.imul(word, 0x9e3779b1);
    k = Math.imul((k << 16) | (k >>> 16), 0x85ebca77);
    b = (b + k) | 0;
    b = (Math.imul((b << 17) | (b >>> 15), 9) ^ 0x38495ab5) | 0;
  }
  a ^= length;
  b ^= Math.imul(length, 0xc2b2ae3d);
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = final(a);
  b = final(b ^ 0x5bd1e995);
  a = (a + b) | 0;
  b = (b + a) | 0;
  out[0] = a;
  out[1] = b;
};

function final(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
