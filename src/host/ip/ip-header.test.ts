import { describe, expect, it } from 'vitest';
import { addressFromWords, IpPacket, ipv4Address, MAPPED, pseudoSumWords } from '../../wire/index.ts';
import { FourTuple } from '../base/index.ts';
import { IpHeader } from './ip-header.ts';

function words(h: IpHeader): number[] {
  return [h.family, h.src0, h.src1, h.src2, h.src3, h.dst0, h.dst1, h.dst2, h.dst3];
}

const A = addressFromWords(6, 1, 2, 3, 4);
const B = addressFromWords(6, 5, 6, 7, 8);

describe('IpHeader', () => {
  it('along a connection: from our end to the other, and so again for another connection', () => {
    const h = new IpHeader(6);
    expect(words(h.along(new FourTuple().between(A, 1, B, 2)))).toEqual([6, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(words(h.along(new FourTuple().between(B, 1, A, 2)))).toEqual([6, 5, 6, 7, 8, 1, 2, 3, 4]);
  });

  it('IPv4 after IPv6, another peer, another address of ours: each is told apart from the one before', () => {
    const h = new IpHeader(6);
    const four = (local: number, remote: number): FourTuple =>
      new FourTuple().between(ipv4Address(local), 1, ipv4Address(remote), 2);
    h.along(new FourTuple().between(A, 1, B, 2));
    for (const [local, remote] of [
      [4, 8],
      [4, 9],
      [3, 9],
      [3, 9],
    ] as const)
      expect(words(h.along(four(local, remote)))).toEqual([4, 0, 0, MAPPED, local, 0, 0, MAPPED, remote]);
    const six = new FourTuple().between(
      addressFromWords(6, 1, 2, 3, 3),
      1,
      addressFromWords(6, 5, 6, 7, 9),
      2,
    );
    expect(words(h.along(six))).toEqual([6, 1, 2, 3, 3, 5, 6, 7, 9]);
  });

  it('an answer goes back to where the packet came from, from where it was sent to', () => {
    const packet = Object.assign(new IpPacket(), { family: 6, src0: 1, src1: 2, src2: 3, src3: 4 });
    Object.assign(packet, { dst0: 5, dst1: 6, dst2: 7, dst3: 8 });
    expect(words(new IpHeader(17).answering(packet))).toEqual([6, 5, 6, 7, 8, 1, 2, 3, 4]);
  });

  it('from and to: one end alone; the family is that of the destination', () => {
    const h = new IpHeader(17);
    expect(words(h.to(B))).toEqual([6, 0, 0, 0, 0, 5, 6, 7, 8]);
    expect(words(h.from(A))).toEqual([6, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('the pseudo-header has both addresses, the protocol and the length', () => {
    const h = new IpHeader(17).to(B).from(A);
    expect(h.pseudoSum(100)).toBe(pseudoSumWords(6, 1, 2, 3, 4, 5, 6, 7, 8, 17, 100));
  });
});
