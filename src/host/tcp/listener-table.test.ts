import { describe, expect, it } from 'vitest';
import { type IpAddress, parseAddress } from '../../wire/index.ts';
import { FourTuple } from '../base/index.ts';
import type { Listener } from '../connection/index.ts';
import { EVERY_PORT, ListenerTable } from './listener-table.ts';

/** What the table looks at. */
function listener(port: number, address: string | null = null, family: 0 | 4 | 6 = 0, any = false): Listener {
  const at = address === null ? null : parseAddress(address);
  return { port, address: at, family, any } as unknown as Listener;
}

function to(text: string, port: number): FourTuple {
  const local = parseAddress(text) as IpAddress;
  return new FourTuple().between(local, port, local, 1234);
}

function tableOf(...listeners: Listener[]): ListenerTable {
  const table = new ListenerTable();
  for (const l of listeners) table.add(l);
  return table;
}

describe('MUST-42: many listeners on one port, each with an address of its own', () => {
  it('the one with the address of the segment comes first, whatever the order, then the wildcard', () => {
    const own = listener(80, '10.0.0.1');
    const wildcard = listener(80);
    for (const table of [tableOf(own, wildcard), tableOf(wildcard, own)]) {
      expect(table.find(to('10.0.0.1', 80), true)).toBe(own);
      expect(table.find(to('10.0.0.2', 80), true)).toBe(wildcard);
      expect(table.find(to('10.0.0.1', 81), true)).toBe(null);
    }
  });

  it('the wildcard is for addresses of ours; one for any address is for the others, too', () => {
    const wildcard = listener(80);
    const any = listener(80, null, 0, true);
    const table = tableOf(wildcard, any);
    expect([table.find(to('10.0.0.1', 80), true), table.find(to('10.0.0.1', 80), false)]).toEqual([
      wildcard,
      any,
    ]);
    expect(tableOf(wildcard).find(to('10.0.0.1', 80), false)).toBe(null);
    expect(tableOf(any).find(to('10.0.0.1', 80), true)).toBe(any);
  });

  it('one for every port comes last', () => {
    const every = listener(EVERY_PORT, null, 0, true);
    const any = listener(80, null, 0, true);
    const table = tableOf(every, any);
    expect([table.find(to('10.0.0.1', 80), false), table.find(to('10.0.0.1', 81), false)]).toEqual([
      any,
      every,
    ]);
    const six = tableOf(listener(EVERY_PORT, null, 6, true));
    expect(six.find(to('10.0.0.1', 81), false)).toBe(null);
    expect(six.find(to('::1', 81), false)).not.toBe(null);
  });

  it('a wildcard of one family takes no segment of the other', () => {
    const four = listener(80, null, 4);
    const six = listener(80, null, 6);
    const table = tableOf(four, six);
    expect([table.find(to('10.0.0.1', 80), true), table.find(to('2001:db8::1', 80), true)]).toEqual([
      four,
      six,
    ]);
    expect(tableOf(four).find(to('2001:db8::1', 80), true)).toBe(null);
  });

  it('an address is compared word by word', () => {
    const table = tableOf(listener(80, '1:2:3:4:5:6:7:8'));
    const near = ['9:2:3:4:5:6:7:8', '1:2:9:4:5:6:7:8', '1:2:3:4:9:6:7:8', '1:2:3:4:5:6:7:9'];
    expect(near.map((text) => table.find(to(text, 80), true))).toEqual([null, null, null, null]);
    expect(table.find(to('1:2:3:4:5:6:7:8', 80), true)).not.toBe(null);
  });

  it('what is taken: the same address, or a wildcard of a family that overlaps, of the same kind', () => {
    const ten = parseAddress('10.0.0.1');
    const eleven = parseAddress('11.0.0.1');
    const own = tableOf(listener(80, '10.0.0.1', 4));
    expect(own.taken(80, ten, 4, false)).toBe(true);
    expect(own.taken(80, ten, 4, true)).toBe(false);
    expect(own.taken(81, ten, 4, false)).toBe(false);
    expect(own.taken(80, eleven, 4, false)).toBe(false);
    expect(own.taken(80, null, 4, false)).toBe(false);
    const four = tableOf(listener(80, null, 4));
    expect([0, 4, 6].map((f) => four.taken(80, null, f as 0 | 4 | 6, false))).toEqual([true, true, false]);
    expect(four.taken(80, ten, 4, false)).toBe(false);
    const both = tableOf(listener(80));
    expect([0, 4, 6].map((f) => both.taken(80, null, f as 0 | 4 | 6, false))).toEqual([true, true, true]);
  });

  it('listeners come and go, also on the port that was asked for last', () => {
    const table = new ListenerTable();
    const a = listener(80, '10.0.0.1');
    const b = listener(80);
    const found = (): Listener | null => table.find(to('10.0.0.1', 80), true);
    expect([found(), table.any, table.has(80), table.all()]).toEqual([null, false, false, []]);
    table.add(b);
    expect([found(), table.any, table.has(80)]).toEqual([b, true, true]);
    table.add(a);
    expect([found(), table.all()]).toEqual([a, [b, a]]);
    table.remove(a);
    expect([found(), table.has(80)]).toEqual([b, true]);
    table.remove(a);
    table.remove(b);
    expect([found(), table.any, table.has(80), table.has(81)]).toEqual([null, false, false, false]);
  });
});
