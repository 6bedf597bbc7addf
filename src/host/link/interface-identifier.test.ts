import { describe, expect, it } from 'vitest';
import { type IpAddress, parseAddress } from '../../wire/index.ts';
import { type IdentifierKind, InterfaceIdentifiers } from './interface-identifier.ts';

const PREFIX = parseAddress('2001:db8:1:2::') as IpAddress;
const MAC = { hi: 0x0012, lo: 0x34567890 };
const SECRET = Int32Array.of(1, 2, 3, 4);

function make(kind: IdentifierKind, o: { secret?: Int32Array; draws?: number[]; mac?: typeof MAC } = {}) {
  const draws = [...(o.draws ?? [])];
  return new InterfaceIdentifiers(
    kind,
    o.secret ?? SECRET,
    () => {
      const word = draws.shift();
      if (word === undefined) throw new Error('no more draws');
      return word | 0;
    },
    o.mac ?? MAC,
  );
}

describe('interface identifiers', () => {
  it('RFC 4291 appendix A: of the MAC, with ff:fe in the middle and the universal bit turned; there is no other', () => {
    const ids = make('eui64');
    expect([ids.address(PREFIX, 0).toString(), ids.repeatable]).toEqual([
      '2001:db8:1:2:212:34ff:fe56:7890',
      false,
    ]);
    const local = make('eui64', { mac: { hi: 0x02ab, lo: 0xcd000001 | 0 } });
    expect(local.address(PREFIX, 0).toString()).toBe('2001:db8:1:2:ab:cdff:fe00:1');
  });

  it('RFC 8981: temporary ones are two draws', () => {
    const ids = make('temporary', { draws: [0x11112222, 0x33334444] });
    expect([ids.address(PREFIX, 0).toString(), ids.repeatable]).toEqual([
      '2001:db8:1:2:1111:2222:3333:4444',
      true,
    ]);
  });

  it('RFC 7217: stable ones are the same again, and others for another prefix, MAC, secret or attempt', () => {
    const ids = make('stable');
    const first = ids.address(PREFIX, 0).toString();
    expect([make('stable').address(PREFIX, 0).toString(), ids.repeatable]).toEqual([first, true]);
    const others = [
      ids.address(PREFIX, 1),
      ids.address(parseAddress('2001:db8:1:3::') as IpAddress, 0),
      ids.address(parseAddress('2001:db9:1:2::') as IpAddress, 0),
      make('stable', { mac: { ...MAC, hi: 1 } }).address(PREFIX, 0),
      make('stable', { mac: { ...MAC, lo: 1 } }).address(PREFIX, 0),
      ...[0, 1, 2, 3].map((i) => make('stable', { secret: SECRET.with(i, 9) }).address(PREFIX, 0)),
    ].map((address) => address.toString().slice(-19));
    expect(new Set([first.slice(-19), ...others]).size).toBe(others.length + 1);
  });

  it.each([
    ['the subnet’s routers', [0, 0], true],
    ['one word of zeros', [0, 1], false],
    ['the other', [1, 0], false],
    ['the first of the anycast addresses', [0xfdffffff, 0xffffff80], true],
    ['the last of them', [0xfdffffff, 0xffffffff], true],
    ['the one before', [0xfdffffff, 0xffffff7f], false],
    ['another first word', [0xfdfffffe, 0xffffff80], false],
    ['IANA’s Ethernet block', [0x02005eff, 0xfe000000], true],
    ['its end', [0x02005eff, 0xfeffffff], true],
    ['beside it', [0x02005eff, 0xff000000], false],
    ['beside it, the first word', [0x02005efe, 0xfe000000], false],
  ] as const)('RFC 5453: %s', (_, [w2, w3], reserved) => {
    const address = make('temporary', { draws: [w2, w3, 5, 6] }).address(PREFIX, 0);
    expect([address.w0, address.w1, address.w2, address.w3]).toEqual([
      PREFIX.w0,
      PREFIX.w1,
      ...(reserved ? [5, 6] : [w2 | 0, w3 | 0]),
    ]);
  });
});
