import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressFromWords,
  type IpAddress,
  inPrefix,
  isLimitedBroadcast,
  isLinkLocal,
  isLoopback,
  isMulticast,
  isUnspecified,
  isValidTcpSource,
  networkOf,
  parseAddress,
  parseCidr,
} from './address.ts';

const word = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffff0000 | 0, -1),
);

function parsed(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

function words(text: string): [number, number, number, number] {
  const { w0, w1, w2, w3 } = parsed(text);
  return [w0, w1, w2, w3];
}

describe('IPv6 text', () => {
  it.each([
    // RFC 5952 section 4.1: no leading zeros
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:0000', '2001:db8::'],
    // section 4.2.1: shorten as much as possible
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    // section 4.2.2: one 16-bit zero field is not shortened
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['0:1:2:3:4:5:6:7', '0:1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    // section 4.2.3: the longest run; of equal runs the first
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:1:0:0:0:0:0', '0:0:1::'],
    // section 4.3: lower case
    ['2001:DB8::ABCD:EF', '2001:db8::abcd:ef'],
    // section 5: mixed notation for the well-known prefix of mapped addresses only
    ['::FFFF:c000:0201', '::ffff:192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::1.2.3.4', '::102:304'],
    // the ends
    ['::', '::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1::8', '1::8'],
    ['ff02::1:ff00:1', 'ff02::1:ff00:1'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['1:2:3:4:5:6:255.254.253.252', '1:2:3:4:5:6:fffe:fdfc'],
  ])('%s prints as %s', (text, expected) => {
    const address = parsed(text);
    expect(address.family).toBe(6);
    expect(address.toString()).toBe(expected);
  });

  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::256.1.1.1',
    'fe80::1%eth0',
    ' ::1',
    '[::1]',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('%s is no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('prints and parses back to the same words, for any words', () => {
    fc.assert(
      fc.property(word, word, word, word, (w0, w1, w2, w3) => {
        const address = addressFromWords(6, w0, w1, w2, w3);
        const text = address.toString();
        expect(parsed(text).equals(address)).toBe(true);
        // What the URL standard prints is RFC 5952 but for section 5's mixed notation.
        if (!text.includes('.')) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with the platform about what is an address', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      'ffff',
      'AbC',
      ':',
      '::',
      '.',
      '1.2.3.4',
      '256',
      '01',
      '12345',
      'g',
      '',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 18 }), (pieces) => {
        const text = pieces.join('');
        expect(parseAddress(text) !== null).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('IPv4 text', () => {
  it('is kept in mapped form and prints as dotted decimal', () => {
    const address = parsed('192.0.2.255');
    expect([address.family, ...words('192.0.2.255')]).toEqual([4, 0, 0, 0xffff, 0xc00002ff | 0]);
    expect(address.toString()).toBe('192.0.2.255');
  });

  it('is another address than the mapped IPv6 address with the same words', () => {
    expect(parsed('1.2.3.4').equals(parsed('::ffff:1.2.3.4'))).toBe(false);
    expect(words('1.2.3.4')).toEqual(words('::ffff:1.2.3.4'));
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '0x1.2.3.4',
    '1.2.3.',
    '1..2.3',
    '1.2.3.4 ',
    '-1.2.3.4',
    '1e1.2.3.4',
  ])('"%s" is no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});

describe('prefixes', () => {
  it('parses an address with its prefix and keeps the host bits', () => {
    const cidr = parseCidr('10.1.2.3/24');
    expect(cidr?.address.toString()).toBe('10.1.2.3');
    expect(cidr?.prefix).toBe(24);
    expect(parseCidr('2001:db8::1/128')?.prefix).toBe(128);
  });

  it.each([
    '10.0.0.1',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '10.0.0.1/-1',
    '::/129',
    '/8',
    '::/1/2',
    '10.0.0.1/ 8',
  ])('%s is no prefix', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it.each([
    ['10.1.2.3', '10.1.2.0/24', true],
    ['10.1.3.3', '10.1.2.0/24', false],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['10.1.2.2', '10.1.2.3/32', false],
    ['255.1.2.2', '0.0.0.0/0', true],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['10.0.0.1', '::/0', true],
    ['2001:db8:0:0:8000::', '2001:db8::/65', false],
    ['2001:db8:0:0:7000::', '2001:db8::/65', true],
    ['2001:db8:1::', '2001:db8::/32', true],
    ['2001:db9::', '2001:db8::/32', false],
    ['172.32.0.1', '172.16.0.0/12', false],
    ['172.31.0.1', '172.16.9.9/12', true],
  ])('%s in %s: %s', (text, network, expected) => {
    const cidr = parseCidr(network);
    expect(inPrefix(...words(text), cidr!.address, cidr!.prefix)).toBe(expected);
  });

  it('an address is in its own network, and the first bit beyond the prefix does not matter', () => {
    fc.assert(
      fc.property(word, word, word, word, fc.integer({ min: 0, max: 128 }), (w0, w1, w2, w3, prefix) => {
        const network = networkOf(addressFromWords(6, w0, w1, w2, w3), prefix);
        expect(inPrefix(w0, w1, w2, w3, network, prefix)).toBe(true);
        const flip = [w0, w1, w2, w3] as [number, number, number, number];
        if (prefix > 0) {
          flip[(prefix - 1) >> 5] = flip[(prefix - 1) >> 5]! ^ (0x80000000 >>> ((prefix - 1) & 31));
          expect(inPrefix(...flip, network, prefix)).toBe(false);
        }
      }),
    );
  });
});

describe('kinds of addresses', () => {
  const kinds = (text: string) => {
    const w = words(text);
    const found: string[] = [];
    if (isUnspecified(...w)) found.push('unspecified');
    if (isLoopback(...w)) found.push('loopback');
    if (isMulticast(...w)) found.push('multicast');
    if (isLimitedBroadcast(...w)) found.push('broadcast');
    if (isLinkLocal(w[0])) found.push('link-local');
    if (isValidTcpSource(...w)) found.push('tcp-source');
    return found.join(' ');
  };

  it.each([
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['0.1.2.3', ''],
    ['127.0.0.1', 'loopback tcp-source'],
    ['127.255.0.1', 'loopback tcp-source'],
    ['::1', 'loopback tcp-source'],
    ['::127.0.0.1', 'tcp-source'],
    ['223.255.255.255', 'tcp-source'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'tcp-source'],
    ['255.255.255.255', 'broadcast'],
    ['::255.255.255.255', 'tcp-source'],
    ['::224.0.0.1', 'tcp-source'],
    ['ff02::1', 'multicast'],
    ['ff00::', 'multicast'],
    ['feff::1', 'tcp-source'],
    ['fe80::1', 'link-local tcp-source'],
    ['febf:ffff::', 'link-local tcp-source'],
    ['fec0::', 'tcp-source'],
    ['fe7f::', 'tcp-source'],
    ['10.0.0.1', 'tcp-source'],
    ['2001:db8::1', 'tcp-source'],
  ])('%s: %s', (text, expected) => {
    expect(kinds(text)).toBe(expected);
  });
});
