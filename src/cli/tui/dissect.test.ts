import { expect, test } from 'vitest';
import { dissect, octetsOf } from './dissect.ts';

function named(hex: string): Record<string, string> {
  return Object.fromEntries(
    dissect(octetsOf(hex.replace(/\s/g, ''))).map(({ name, value }) => [name, value]),
  );
}

const IP = '4500 003c 0001 4000 4006 26b9 0a00 0002 0a00 0001';
const SYN_ACK = '0050 c350 c5d0 9938 84c5 7f9c a012 ffff 1744 0000';
const OPTIONS = '0204 05b4 0402 080a 9429 b04c f2c5 be61 0103 0307';

test('every field of IPv4 and TCP, with its options', () => {
  expect(named(IP + SYN_ACK + OPTIONS)).toEqual({
    'ip.version': '4',
    'ip.ihl': '5 (20)',
    'ip.tos': '0x00',
    'ip.total length': '60',
    'ip.identification': '0x0001',
    'ip.flags': 'DF',
    'ip.fragment offset': '0',
    'ip.ttl': '64',
    'ip.protocol': '6 TCP',
    'ip.checksum': '0x26b9',
    'ip.source': '10.0.0.2',
    'ip.destination': '10.0.0.1',
    'tcp.source port': '80',
    'tcp.destination port': '50000',
    'tcp.seq': '3318782264',
    'tcp.ack': '2227535772',
    'tcp.data offset': '10 (40)',
    'tcp.control bits': 'ACK,SYN',
    'tcp.window': '65535',
    'tcp.checksum': '0x1744',
    'tcp.urgent pointer': '0',
    'option MSS': '1460',
    'option SACK permitted': '',
    'option timestamps': '2485760076, echo 4073045601',
    'option NOP': '',
    'option window scale': '7 (x128)',
  });
});

test('fields cover every octet once, but for those that share one', () => {
  const fields = dissect(octetsOf((IP + SYN_ACK + OPTIONS).replace(/\s/g, '')));
  const covered = new Set(fields.flatMap(({ at, length }) => Array.from({ length }, (_, i) => at + i)));
  expect(covered.size).toBe(60);
  for (let i = 1; i < fields.length; i++)
    expect(fields[i]?.at).toBeGreaterThanOrEqual(fields[i - 1]?.at as number);
});

test('text is shown as text, with dots for what cannot be printed', () => {
  const bare = '4500 002f 0001 4000 4006 0000 0a00 0002 0a00 0001';
  const header = '0050 c350 0000 0001 0000 0002 5018 ffff 0000 0000';
  expect(named(`${bare}${header} 68 69 00 e4 bd a0 0a`)['tcp.text']).toBe('"hi.你."');
});

test('SACK blocks, Fast Open, unknown and damaged options', () => {
  const header = (words: string): string => `0050 c350 0000 0001 0000 0002 ${words}10 ffff 0000 0000`;
  const sack = named(`${IP} ${header('80')} 0101 050a 0000 0005 0000 0009`);
  expect(sack['option SACK']).toBe('5..9');
  expect(named(`${IP} ${header('70')} 2206 0102 0304 fe02`)).toMatchObject({
    'option Fast Open': '01 02 03 04',
    'option 254': '',
  });
  expect(named(`${IP} ${header('60')} 0300 0000`)['options (damaged)']).toBe('03 00 00 00');
});

test('IPv6', () => {
  const ip = `6000 0000 0014 0640 ${'fd00 0000 0000 0000 0000 0000 0000 0001'} ${'fd00 0000 0000 0000 0000 0000 0000 0002'}`;
  expect(named(`${ip} 0050 c350 0000 0001 0000 0002 5010 ffff 0000 0000`)).toMatchObject({
    'ip.version': '6',
    'ip.next header': '6 TCP',
    'ip.source': 'fd00::1',
    'tcp.control bits': 'ACK',
  });
});

test('a packet that ends too soon has the fields that are there', () => {
  const whole = (IP + SYN_ACK + OPTIONS).replace(/\s/g, '');
  for (let octets = 0; octets < 60; octets++) {
    for (const { at, length } of dissect(octetsOf(whole.slice(0, 2 * octets))))
      expect(at + length).toBeLessThanOrEqual(octets);
  }
});
