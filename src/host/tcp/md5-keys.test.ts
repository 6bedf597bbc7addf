import { describe, expect, it } from 'vitest';
import { addressFromWords, ipv4Address } from '../../wire/index.ts';
import { Md5Keys, MOST_KEYS } from './md5-keys.ts';

const PEER = addressFromWords(6, 1, 2, 3, 4);
const key = (n: number): Uint8Array => Uint8Array.of(n, n);

describe('the keys of TCP MD5 signatures (RFC 2385)', () => {
  it('one for each peer: another takes the place of the first, none takes it away', () => {
    const keys = new Md5Keys();
    expect([keys.set(PEER, key(1)), keys.set(ipv4Address(7), key(2)), keys.size]).toEqual([true, true, 2]);
    expect([keys.set(PEER, key(3)), keys.size, keys.find(1, 2, 3, 4)]).toEqual([true, 2, key(3)]);
    expect([keys.set(PEER, null), keys.size, keys.find(1, 2, 3, 4)]).toEqual([true, 1, null]);
    keys.clear();
    expect(keys.size).toBe(0);
  });

  it('found by every word of the address', () => {
    const keys = new Md5Keys();
    keys.set(PEER, key(1));
    for (const [w0, w1, w2, w3] of [
      [9, 2, 3, 4],
      [1, 9, 3, 4],
      [1, 2, 9, 4],
      [1, 2, 3, 9],
    ] as const)
      expect(keys.find(w0, w1, w2, w3)).toBe(null);
  });

  it('is a copy: what its user does with the octets later is nothing to it', () => {
    const keys = new Md5Keys();
    const given = key(1);
    keys.set(PEER, given);
    given.fill(0);
    expect(keys.find(1, 2, 3, 4)).toEqual(key(1));
  });

  it('of more peers than there may be none is taken; who has one may have another', () => {
    const keys = new Md5Keys();
    for (let n = 0; n < MOST_KEYS; n++) keys.set(ipv4Address(n), key(1));
    expect([keys.set(PEER, key(1)), keys.size]).toEqual([false, MOST_KEYS]);
    expect(keys.set(PEER, null)).toBe(true);
    expect([keys.set(ipv4Address(5), key(2)), keys.size]).toEqual([true, MOST_KEYS]);
    expect([keys.set(ipv4Address(5), null), keys.set(PEER, key(1)), keys.size]).toEqual([
      true,
      true,
      MOST_KEYS,
    ]);
  });
});
