import { describe, expect, it } from 'vitest';
import { IpPacket, parseAddress } from '../../wire/index.ts';
import { Host, type HostInterface } from '../index.ts';
import { LocalAddresses, unfit } from './local-addresses.ts';

type Words = [number, number, number, number];

function words(text: string): Words {
  const a = parseAddress(text);
  if (a === null) throw new Error(text);
  return [a.w0, a.w1, a.w2, a.w3];
}

function from(text: string): IpPacket {
  const [src0, src1, src2, src3] = words(text);
  return Object.assign(new IpPacket(), { src0, src1, src2, src3 });
}

/** The loopback, one interface in 10.0.0.0/24 and 2001:db8::/64, one in a network of two addresses. */
function house(): { ours: LocalAddresses; lo: HostInterface; a: HostInterface; b: HostInterface } {
  const host = new Host({ clock: { now: () => 0 } });
  const a = host.addInterface({ addresses: ['10.0.0.1/24', '2001:db8:1:2::1/64'] });
  const b = host.addInterface({ addresses: ['192.0.2.0/31'] });
  const lo = host.interfaces[0] as HostInterface;
  return { ours: new LocalAddresses([lo, a, b]), lo, a, b };
}

describe('which addresses an interface can have', () => {
  it.each([
    ['10.0.0.1', 24, null],
    ['10.0.0.0', 24, 'the network itself'],
    ['10.0.0.255', 24, 'the broadcast address of its network'],
    ['10.0.0.254', 24, null],
    ['10.0.0.4', 30, 'the network itself'],
    ['10.0.0.7', 30, 'the broadcast address of its network'],
    ['10.0.0.6', 31, null],
    ['10.0.0.7', 31, null],
    ['10.0.0.7', 32, null],
    ['0.0.0.0', 8, 'the unspecified address'],
    ['::', 64, 'the unspecified address'],
    ['224.0.0.1', 24, 'a multicast address'],
    ['ff02::1', 64, 'a multicast address'],
    ['255.255.255.255', 24, 'the broadcast address'],
    ['2001:db8::', 64, 'the anycast address of its routers (RFC 4291 section 2.6.1)'],
    ['2001:db8::2', 126, null],
    ['2001:db8::4', 126, 'the anycast address of its routers (RFC 4291 section 2.6.1)'],
    ['2001:db8::4', 127, null],
    ['2001:db8::4', 128, null],
    ['2001:db8::ffff:ffff', 96, null],
  ] as const)('%s/%i: %s', (text, prefix, why) => {
    const address = parseAddress(text);
    expect(address === null ? text : unfit(address, prefix)).toBe(why);
  });
});

describe('LocalAddresses', () => {
  it('an address is that of the interface which was given it; each of its words counts', () => {
    const { ours, a, b } = house();
    const [w0, w1, w2, w3] = words('2001:db8:1:2::1');
    expect(ours.assigned(...words('10.0.0.1'))).toBe(a);
    expect(ours.assigned(...words('192.0.2.0'))).toBe(b);
    expect(ours.assigned(w0, w1, w2, w3)).toBe(a);
    for (const other of [
      [w0 + 1, w1, w2, w3],
      [w0, w1 + 1, w2, w3],
      [w0, w1, w2 + 1, w3],
      [w0, w1, w2, w3 + 1],
    ] as Words[])
      expect([ours.assigned(...other), ours.owner(...other)]).toEqual([null, null]);
  });

  it('all of 127.0.0.0/8 is the loopback’s, though it was given one of them', () => {
    const { ours, lo, a } = house();
    expect([ours.owner(...words('127.9.9.9')), ours.owner(...words('10.0.0.1'))]).toEqual([lo, a]);
    expect(ours.assigned(...words('127.9.9.9'))).toBe(null);
  });

  it('what was ours is asked again once addresses have changed, and word for word', () => {
    const { ours } = house();
    const [w0, w1, w2, w3] = words('2001:db8:1:2::1');
    expect([ours.isOwn(w0, w1, w2, w3, 1), ours.isOwn(w0, w1, w2, w3, 1)]).toEqual([true, true]);
    for (const other of [
      [w0 + 1, w1, w2, w3],
      [w0, w1 + 1, w2, w3],
      [w0, w1, w2 + 1, w3],
      [w0, w1, w2, w3 + 1],
    ] as Words[])
      expect(ours.isOwn(...other, 1)).toBe(false);
    const empty: HostInterface[] = [];
    const moved = new LocalAddresses(empty);
    empty.push(house().a);
    expect(moved.isOwn(w0, w1, w2, w3, 1)).toBe(true);
    empty.pop();
    expect([moved.isOwn(w0, w1, w2, w3, 1), moved.isOwn(w0, w1, w2, w3, 2)]).toEqual([true, false]);
  });

  it('the broadcast address of a network of more than two addresses that we are in, and only IPv4 has one', () => {
    const { ours } = house();
    const asked = ['10.0.0.255', '10.0.0.254', '10.0.1.255', '192.0.2.1', '192.0.2.0', '255.255.255.255'];
    expect(asked.filter((text) => ours.isBroadcast(...words(text)))).toEqual(['10.0.0.255']);
    expect(asked.filter((text) => ours.isBroadcastOrAll(...words(text)))).toEqual([
      '10.0.0.255',
      '255.255.255.255',
    ]);
    const [, , , w3] = words('10.0.0.255');
    expect(ours.isBroadcast(0x20010db8, 0, 0, w3)).toBe(false);
  });

  it('one host: not a group, nobody, a loopback or a broadcast address', () => {
    const { ours } = house();
    const asked = ['10.0.0.9', '10.0.0.255', '224.0.0.1', '0.0.0.0', '127.0.0.1', '::1', '2001:db8::9'];
    expect(asked.filter((text) => ours.isOneHost(...words(text)))).toEqual(['10.0.0.9', '2001:db8::9']);
  });

  it('the first address of a family is not the loopback’s', () => {
    const { ours, lo } = house();
    expect([ours.first(4)?.toString(), ours.first(6)?.toString()]).toEqual(['10.0.0.1', '2001:db8:1:2::1']);
    expect(new LocalAddresses([lo]).first(4)).toBe(null);
  });

  it('from outside no packet comes from us, a loopback or a broadcast address; from ourselves it may', () => {
    const { ours, lo, a } = house();
    const asked = ['10.0.0.9', '10.0.0.1', '127.0.0.1', '10.0.0.255', '224.0.0.1', '2001:db8::9'];
    const possible = (iface: HostInterface): string[] =>
      asked.filter((text) => ours.isPossibleSource(from(text), iface, 1));
    expect(possible(a)).toEqual(['10.0.0.9', '2001:db8::9']);
    expect(possible(lo)).toEqual(['10.0.0.9', '10.0.0.1', '127.0.0.1', '2001:db8::9']);
  });

  it('a source that was possible is one by that interface, word for word, until addresses change', () => {
    const { ours, a, b } = house();
    const ifaces = [house().lo, a];
    const some = new LocalAddresses(ifaces);
    const packet = from('192.0.2.0'); // b's, whom `some` does not know yet
    expect(some.isPossibleSource(packet, a, 1)).toBe(true);
    ifaces.push(b);
    expect(some.isPossibleSource(packet, a, 1)).toBe(true); // nobody has said that anything changed
    expect(some.isPossibleSource(packet, b, 1)).toBe(false); // by another interface it is asked
    expect(some.isPossibleSource(packet, a, 2)).toBe(false);
    const good = from('2001:db8:1:3::4');
    expect(ours.isPossibleSource(good, a, 1)).toBe(true);
    for (const other of ['ff01:db8:1:3::4', '::4', '10.0.0.1'])
      expect([other, ours.isPossibleSource(from(other), a, 1)]).toEqual([other, other === '::4']);
  });

  it('came before: the same two addresses by the same interface, since addresses changed last', () => {
    const { ours, a, b } = house();
    const src = words('10.0.0.9')[3];
    const dst = words('10.0.0.1')[3];
    expect(ours.cameBefore4(src, dst, a, 1)).toBe(false);
    ours.isOwn(...words('10.0.0.1'), 1);
    expect(ours.cameBefore4(src, dst, a, 1)).toBe(false); // half of it
    ours.isPossibleSource(from('10.0.0.9'), a, 1);
    expect(ours.cameBefore4(src + 1, dst, a, 1)).toBe(false);
    expect(ours.cameBefore4(src, dst + 1, a, 1)).toBe(false);
    expect(ours.cameBefore4(src, dst, b, 1)).toBe(false);
    expect(ours.cameBefore4(src, dst, a, 2)).toBe(false);
    expect(ours.cameBefore4(src, dst, a, 1)).toBe(true);
    // It is remembered apart: others that come between do not matter.
    ours.isPossibleSource(from('10.0.0.8'), a, 1);
    expect(ours.cameBefore4(src, dst, a, 1)).toBe(true);
    for (const [s, d, iface, epoch] of [
      [src + 1, dst, a, 1],
      [src, dst + 1, a, 1],
      [src, dst, b, 1],
      [src, dst, a, 2],
    ] as const)
      expect(ours.cameBefore4(s, d, iface, epoch)).toBe(false);
  });

  it('came before is of IPv4, and not of a loopback address', () => {
    const { ours, lo, a } = house();
    ours.isOwn(...words('127.0.0.1'), 1);
    ours.isPossibleSource(from('10.0.0.9'), lo, 1);
    expect(ours.cameBefore4(words('10.0.0.9')[3], words('127.0.0.1')[3], lo, 1)).toBe(false);
    ours.isOwn(...words('2001:db8:1:2::1'), 1);
    ours.isPossibleSource(from('10.0.0.9'), a, 1);
    expect(ours.cameBefore4(words('10.0.0.9')[3], 1, a, 1)).toBe(false);
    ours.isOwn(...words('10.0.0.1'), 1);
    ours.isPossibleSource(from('2001:db8::9'), a, 1);
    expect(ours.cameBefore4(9, words('10.0.0.1')[3], a, 1)).toBe(false);
  });
});

describe('the source for a destination (RFC 6724 section 5)', () => {
  /** What an interface with these addresses says; `-` before one: deprecated. */
  function source(addresses: readonly string[], to: string): string | undefined {
    const list = addresses.map((text) => {
      const [address = '', prefix] = text.replace('-', '').split('/');
      return { address: parseAddress(address), prefix: Number(prefix), deprecated: text.startsWith('-') };
    });
    const iface = { addresses: list } as unknown as HostInterface;
    return new LocalAddresses([]).sourceFor(iface, to.includes(':') ? 6 : 4, ...words(to))?.toString();
  }

  it.each([
    ['of its family', ['2001:db8::1/64', '10.0.0.1/24'], '10.0.0.9', '10.0.0.1'],
    ['the first of equals', ['10.0.0.1/24', '10.0.0.2/24'], '10.0.0.9', '10.0.0.1'],
    ['on its network before the first', ['10.0.0.1/24', '10.0.1.1/24'], '10.0.1.9', '10.0.1.1'],
    ['not deprecated before its network', ['-10.0.1.1/24', '10.0.0.1/24'], '10.0.1.9', '10.0.0.1'],
    ['deprecated before none', ['-10.0.1.1/24'], '10.0.1.9', '10.0.1.1'],
    ['its scope before all', ['2001:db8::1/64', '-fe80::1/64'], 'fe80::9', 'fe80::1'],
    ['its scope, the other way', ['fe80::1/64', '-2001:db8::1/64'], '2001:db8:9::1', '2001:db8::1'],
    ['another scope before none', ['fe80::1/64'], '2001:db8::9', 'fe80::1'],
    ['never nobody’s', ['0.0.0.0/24'], '0.0.0.9', undefined],
    ['none of its family', ['2001:db8::1/64'], '10.0.0.9', undefined],
  ] as const)('%s', (_, addresses, to, expected) => {
    expect(source(addresses, to)).toBe(expected);
  });
});
