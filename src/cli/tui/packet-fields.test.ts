import { expect, test } from 'vitest';
import { octetsOf } from '../../lab/index.ts';
import { fieldsOf, type PacketField } from './packet-fields.ts';

const IP = '4500 003c 0001 4000 4006 26b9 0a00 0002 0a00 0001';
const SYN_ACK = '0050 c350 c5d0 9938 84c5 7f9c a012 ffff 1744 0000';
const OPTIONS = '0204 05b4 0402 080a 9429 b04c f2c5 be61 0103 0307';

function fields(hex: string, lang: 'en' | 'zh' = 'en'): PacketField[] {
  return fieldsOf(octetsOf(hex.replace(/\s/g, '')), lang);
}

test('headers are opened, options and control bits are one field each, with the name of the language', () => {
  const list = fields(IP + SYN_ACK + OPTIONS);
  const said = new Map(list.map(({ name, value }) => [name, value]));
  expect(list[0]).toEqual({ id: 'ip4.version', name: 'Version', value: '4', at: 0, length: 1 });
  expect([said.get('Sequence Number'), said.get('Control Bits'), said.get('Timestamps')]).toEqual([
    '3318782264',
    'SYN,ACK',
    '2485760076, 4073045601',
  ]);
  expect(list.filter(({ id }) => id.startsWith('tcp.flags.') || id === 'tcp.option.kind')).toEqual([]);
  const chinese = fields(IP + SYN_ACK + OPTIONS, 'zh');
  expect(chinese.map(({ id }) => id)).toEqual(list.map(({ id }) => id));
  expect(chinese.find(({ id }) => id === 'tcp.seq')?.name).toBe('序列号');
});

test('fields cover every octet, in their order, those that share one with the whole of it', () => {
  const list = fields(IP + SYN_ACK + OPTIONS);
  const covered = new Set(list.flatMap(({ at, length }) => Array.from({ length }, (_, i) => at + i)));
  expect(covered.size).toBe(60);
  for (let i = 1; i < list.length; i++) expect(list[i]?.at).toBeGreaterThanOrEqual(list[i - 1]?.at as number);
  const offset = list.find(({ id }) => id === 'ip4.offset');
  expect([offset?.at, offset?.length]).toEqual([6, 2]);
});

test('text is shown as text, with dots for what cannot be printed', () => {
  const bare = '4500 002f 0001 4000 4006 0000 0a00 0002 0a00 0001';
  const header = '0050 c350 0000 0001 0000 0002 5018 ffff 0000 0000';
  expect(fields(`${bare}${header} 68 69 00 e4 bd a0 0a`).at(-1)).toMatchObject({
    id: 'tcp.text',
    value: '"hi.你."',
    at: 40,
    length: 7,
  });
});

test('a packet that ends too soon has the fields that are there', () => {
  const whole = (IP + SYN_ACK + OPTIONS).replace(/\s/g, '');
  for (let octets = 0; octets < 60; octets++) {
    for (const { at, length } of fields(whole.slice(0, 2 * octets)))
      expect(at + length).toBeLessThanOrEqual(octets);
  }
});
