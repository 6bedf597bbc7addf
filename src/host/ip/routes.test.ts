import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressFromWords, inPrefix, parseAddress, parseCidr } from '../../wire/address.ts';
import { type Route, RouteTable } from './routes.ts';

function route(cidr: string, iface: number, gateway?: string): Route {
  const { address, prefix } = parseCidr(cidr)!;
  return {
    network: address,
    prefix,
    iface,
    gateway: gateway === undefined ? null : parseAddress(gateway)!,
    source: null,
  };
}

const to = (table: RouteTable, text: string) => {
  const a = parseAddress(text)!;
  return table.lookup(a.w0, a.w1, a.w2, a.w3);
};

describe('RouteTable', () => {
  it('answers with the longest prefix that holds the destination, whatever the order of adding', () => {
    const routes = ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3/32'];
    for (const order of [routes, routes.toReversed()]) {
      const table = new RouteTable();
      for (const cidr of order) table.add(route(cidr, routes.indexOf(cidr)));
      const ifaces = ['9.9.9.9', '10.9.9.9', '10.1.9.9', '10.1.2.9', '10.1.2.3'].map(
        (a) => to(table, a)?.iface,
      );
      expect(ifaces).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('agrees with a search of all routes, IPv4 and IPv6', () => {
    const words = (six: boolean, a: number[]) => (six ? a : [0, 0, 0xffff, a[3]!]);
    const address = fc
      .tuple(
        fc.boolean(),
        fc.array(fc.constantFrom(0, 1, -1, 1 << 30, -0x80000000), { minLength: 4, maxLength: 4 }),
      )
      .map(([six, a]) => ({ family: six ? 6 : 4, w: words(six, a) }) as { family: 4 | 6; w: number[] })
      .filter(({ family, w }) => family === 4 || !(w[0] === 0 && w[1] === 0 && w[2] === 0xffff));
    const entry = fc.tuple(address, fc.nat(128));
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 12 }),
        fc.array(address, { maxLength: 12 }),
        (entries, probes) => {
          const table = new RouteTable();
          const kept = entries.map(([{ family, w }, bits], iface) => {
            const network = addressFromWords(family, w[0]!, w[1]!, w[2]!, w[3]!);
            return table.add({
              network,
              prefix: family === 4 ? bits >> 2 : bits,
              iface,
              gateway: null,
              source: null,
            });
          });
          for (const { family, w } of probes) {
            const [a, b, c, d] = w as [number, number, number, number];
            const holding = kept.filter(
              (r) => r.network.family === family && inPrefix(a, b, c, d, r.network, r.prefix),
            );
            const best = Math.max(...holding.map((r) => r.prefix));
            const want = holding.find((r) => r.prefix === best) ?? null;
            expect(table.lookup(a, b, c, d)).toBe(want);
            expect(table.lookup(a, b, c, d)).toBe(want);
          }
        },
      ),
    );
  });

  it('does not send IPv4 along IPv6’s default route, nor the reverse', () => {
    const table = new RouteTable();
    table.add(route('::/0', 6));
    expect(to(table, '10.0.0.1')).toBeNull();
    expect(to(table, '2001:db8::1')?.iface).toBe(6);
    table.add(route('0.0.0.0/0', 4));
    expect(to(table, '10.0.0.1')?.iface).toBe(4);
    expect(to(table, '2001:db8::1')?.iface).toBe(6);
  });

  it('forgets its last answer when a route comes or goes', () => {
    const table = new RouteTable();
    expect(to(table, '10.0.0.1')).toBeNull();
    const wide = table.add(route('0.0.0.0/0', 1, '192.0.2.1'));
    expect(to(table, '10.0.0.1')).toBe(wide);
    const narrow = table.add(route('10.0.0.7/24', 2));
    expect(String(narrow.network)).toBe('10.0.0.0');
    expect(to(table, '10.0.0.1')).toBe(narrow);
    expect(table.remove(narrow)).toBe(true);
    expect(table.remove(narrow)).toBe(false);
    expect(to(table, '10.0.0.1')).toBe(wide);
    table.removeInterface(1);
    expect(to(table, '10.0.0.1')).toBeNull();
  });

  it('prefers the older of two equal routes', () => {
    const table = new RouteTable();
    table.add(route('10.0.0.0/8', 1));
    table.add(route('10.0.0.0/8', 2));
    expect(to(table, '10.0.0.1')?.iface).toBe(1);
  });

  it('refuses a prefix or a gateway that the family does not have', () => {
    const table = new RouteTable();
    const good = route('10.0.0.0/8', 1);
    for (const prefix of [-1, 33, 1.5, Number.NaN])
      expect(() => table.add({ ...good, prefix })).toThrow(RangeError);
    expect(() => table.add(route('10.0.0.0/8', 1, 'fe80::1'))).toThrow(RangeError);
  });
});
