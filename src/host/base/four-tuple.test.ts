import { describe, expect, it } from 'vitest';
import { addressFromWords, IpPacket, ipv4Address, MAPPED } from '../../wire/index.ts';
import { copySockets, FourTuple, sameHosts } from './four-tuple.ts';

/** Every word another number: none can stand in for another. */
const PACKET = Object.assign(new IpPacket(), {
  family: 6,
  src0: 1,
  src1: 2,
  src2: 3,
  src3: 4,
  dst0: 5,
  dst1: 6,
  dst2: 7,
  dst3: 8,
});

/** Family, our words, the peer's, both ports. */
function words(t: FourTuple): number[] {
  return [t.family, t.l0, t.l1, t.l2, t.l3, t.r0, t.r1, t.r2, t.r3, t.localPort, t.remotePort];
}

/** One that is filled already, as they all are but once. */
function used(): FourTuple {
  return new FourTuple().between(
    addressFromWords(6, 91, 92, 93, 94),
    95,
    addressFromWords(6, 96, 97, 98, 99),
    90,
  );
}

describe('FourTuple', () => {
  it('of a segment that has arrived we are the destination, of one that we have sent the source', () => {
    expect(words(used().ofArriving(PACKET, 80, 1234))).toEqual([6, 5, 6, 7, 8, 1, 2, 3, 4, 80, 1234]);
    expect(words(used().ofSent(PACKET, 80, 1234))).toEqual([6, 1, 2, 3, 4, 5, 6, 7, 8, 80, 1234]);
  });

  it('of an IPv4 packet the other words are those of ::ffff:0:0/96', () => {
    expect(words(used().ofArriving4(11, 22, 80, 1234))).toEqual([
      4,
      ...[0, 0, MAPPED, 22],
      ...[0, 0, MAPPED, 11],
      ...[80, 1234],
    ]);
  });

  it('between two sockets: local and remote, with the family of the remote one', () => {
    const t = used().between(ipv4Address(33), 1, ipv4Address(44), 2);
    expect(words(t)).toEqual([4, 0, 0, MAPPED, 33, 0, 0, MAPPED, 44, 1, 2]);
    const six = new FourTuple().between(
      addressFromWords(6, 1, 2, 3, 4),
      5,
      addressFromWords(6, 6, 7, 8, 9),
      10,
    );
    expect(words(six)).toEqual([6, 1, 2, 3, 4, 6, 7, 8, 9, 5, 10]);
  });

  it('of an address alone it is both ends, without ports', () => {
    expect(words(used().ofAddress(1, 2, 3, 4)).slice(1)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 0, 0]);
  });

  it('a copy has all of it', () => {
    const from = used();
    expect(words(new FourTuple().copy(from))).toEqual(words(from));
    const to = new FourTuple();
    copySockets(from, to);
    expect(words(to)).toEqual(words(from));
  });

  it('the same hosts: every word of both addresses, and neither port', () => {
    const ports = used();
    ports.localPort = ports.remotePort = 7;
    expect(sameHosts(used(), ports)).toBe(true);
    for (const word of ['l0', 'l1', 'l2', 'l3', 'r0', 'r1', 'r2', 'r3'] as const) {
      const other = used();
      other[word]++;
      expect([word, sameHosts(used(), other)]).toEqual([word, false]);
    }
  });
});
