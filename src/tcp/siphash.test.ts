import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sipHash, sipHashHigh, sipHashOctets, sipHashTuple } from './siphash.ts';

// The reference implementation's vectors: the message of length n is 00 01 02 …, the key 00 01 … 0f.
const SIPHASH_2_4 = `
  726fdb47dd0e0e31 74f839c593dc67fd 0d6c8009d9a94f5a 85676696d7fb7e2d cf2794e0277187b7 18765564cd99a68d
  cbc9466e58fee3ce ab0200f58b01d137 93f5f5799a932462 9e0082df0ba9e4b0 7a5dbbc594ddb9f3 f4b32f46226bada7
  751e8fbc860ee5fb 14ea5627c0843d90 f723ca908e7af2ee a129ca6149be45e5 3f2acc7f57c29bdb 699ae9f52cbe4794
  4bc1b3f0968dd39c bb6dc91da77961bd bed65cf21aa2ee98 d0f2cbb02e3b67c7 93536795e3a33e88 a80c038ccd5ccec8
  b8ad50c6f649af94 bce192de8a85b8ea 17d835b85bbb15f3 2f2e6163076bcfad de4daaaca71dc9a5 a6a2506687956571
  ad87a3535c49ef28 32d892fad841c342 7127512f72f27cce a7f32346f95978e3 12e0b01abb051238 15e034d40fa197ae
  314dffbe0815a3b4 027990f029623981 cadcd4e59ef40c4d 9abfd8766a33735c 0e3ea96b5304a7d0 ad0c42d6fc585992
  187306c89bc215a9 d4a60abcf3792b95 f935451de4f21df2 a9538f0419755787 db9acddff56ca510 d06c98cd5c0975eb
  e612a3cb9ecba951 c766e62cfcadaf96 ee64435a9752fe72 a192d576b245165a 0a8787bf8ecb74b2 81b3e73d20b49b6f
  7fa8220ba3b2ecea 245731c13ca42499 b78dbfaf3a8d83bd ea1ad565322a1a0b 60e61c23a3795013 6606d7e446282b93
  6ca4ecb15c5f91e1 9f626da15c9625f3 e51b38608ef25f57 958a324ceb064572`
  .trim()
  .split(/\s+/);

/** Words of the message 00 01 02 … of n octets, zero-padded. */
function counting(n: number): Int32Array {
  const bytes = new Uint8Array(64);
  for (let i = 0; i < n; i++) bytes[i] = i;
  const view = new DataView(bytes.buffer);
  return Int32Array.from({ length: 16 }, (_, i) => view.getInt32(i * 4, true));
}

const KEY = Int32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);
const [K0, K1, K2, K3] = KEY as unknown as [number, number, number, number];
const hex = (high: number, low: number) =>
  ((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString(16).padStart(16, '0');

/** Of ten words: two addresses, the ports, and one more. */
function hashOf([
  l0 = 0,
  l1 = 0,
  l2 = 0,
  l3 = 0,
  r0 = 0,
  r1 = 0,
  r2 = 0,
  r3 = 0,
  ports = 0,
  x = 0,
]: number[]): number {
  const t = { family: 6, l0, l1, l2, l3, r0, r1, r2, r3, localPort: 0, remotePort: 0 };
  return sipHashTuple(KEY, t, ports, x);
}

describe('SipHash-2-4', () => {
  it.each(SIPHASH_2_4.map((want, n) => [n, want] as const))('of %i octets is %s', (n, want) => {
    const low = sipHashOctets(K0, K1, K2, K3, counting(n), n);
    expect(hex(sipHashHigh(), low)).toBe(want);
  });

  it('counts words of four octets', () => {
    for (let n = 0; n < 16; n++) {
      const low = sipHash(K0, K1, K2, K3, counting(4 * n), n);
      expect(hex(sipHashHigh(), low)).toBe(SIPHASH_2_4[4 * n]);
    }
  });

  it('ignores what lies behind the message in the array', () => {
    const words = counting(12);
    words[3] = -1;
    expect(sipHash(K0, K1, K2, K3, words, 3) >>> 0).toBe(0x860ee5fb);
  });

  it('of an IPv4 tuple is the hash of local, remote, ports and the extra word', () => {
    const words = counting(16);
    const got = hashOf([0, 0, 0xffff, words[0]!, 0, 0, 0xffff, words[1]!, words[2]!, words[3]!]);
    expect(hex(sipHashHigh(), got)).toBe(SIPHASH_2_4[16]);
  });

  it('of a tuple depends on every word, IPv4 or IPv6', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const v4 = fc
      .tuple(word, word, word, word)
      .map(([l, r, p, x]) => [0, 0, 0xffff, l, 0, 0, 0xffff, r, p, x]);
    const v6 = fc.array(word, { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.nat(9), fc.nat(31), (t, at, bit) => {
        const other = [...t];
        other[at] = other[at]! ^ (1 << bit);
        expect([hashOf(other), sipHashHigh()]).not.toEqual([hashOf(t), sipHashHigh()]);
      }),
    );
  });
});
