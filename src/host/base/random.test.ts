import { expect, test } from 'vitest';
import { Random, Switch } from '../../sim/index.ts';
import { type Clock, Host } from '../index.ts';
import { Net, port } from '../testing.ts';
import { checkedRandom, platformRandom, randomMac } from './random.ts';

test('random: Math.random is refused at once, anything else with its first draw that is no 32-bit integer', () => {
  const clock: Clock = { now: () => 0 };
  const make = (random: unknown) => () => new Host({ clock, random: random as () => number });
  expect(make(Math.random)).toThrow(
    /random is Math.random, whose fractions are no 32-bit integers: leave it out/,
  );
  expect(make(() => Math.random())).toThrow(/random must give 32-bit integers, and gave 0\./);
  expect(make(() => 2 ** 32)).toThrow(/gave 4294967296/);
  expect(make(() => undefined)).toThrow(/gave undefined/);
  expect(make(5)).toThrow(/random must be a function/);
  expect(make(() => 2 ** 32 - 1)).not.toThrow();
  expect(make(() => -(2 ** 31))).not.toThrow();
});

test('without `random`, two hosts have different secrets: the CSPRNG of the platform', () => {
  const macs = [1, 2, 3].map(
    () => new Host({ clock: { now: () => 0 } }).addInterface({ kind: 'ethernet' }).mac,
  );
  expect(new Set(macs.map(({ hi, lo }) => `${hi} ${lo}`)).size).toBe(3);
});

test('the MAC of an Ethernet interface is random, unicast and locally administered; the same seed gives the same', () => {
  const macs = (seed: number) => {
    const random = new Random(seed);
    const host = new Host({ clock: { now: () => 0 }, random: () => random.nextUint32() });
    return Array.from({ length: 32 }, () => host.addInterface({ kind: 'ethernet' }).mac);
  };
  const all = macs(7);
  expect(new Set(all.map(({ hi, lo }) => `${hi} ${lo}`)).size).toBe(32);
  for (const { hi, lo } of all) expect([hi & 0x0300, hi >>> 16, lo | 0]).toEqual([0x0200, 0, lo]);
  expect(macs(7)).toEqual(all);
  expect(macs(8)).not.toEqual(all);
});

test('a MAC that is given must be one, of one interface', () => {
  const host = new Host({ clock: { now: () => 0 } });
  expect(() => host.addInterface({ kind: 'ethernet', mac: 'x' })).toThrow(/like 02:00:00:00:00:01/);
  expect(() => host.addInterface({ kind: 'ethernet', mac: 'ff:ff:ff:ff:ff:ff' })).toThrow(/group/);
  expect(host.addInterface({ kind: 'ethernet', mac: '02:00:00:00:00:09' }).mac).toEqual({
    hi: 0x0200,
    lo: 9,
  });
});

test('three hosts that were given no MAC connect to each other by one switch', async () => {
  const net = new Net();
  const box = new Switch(net.world);
  const hosts = [1, 2, 3].map((n) => net.host(`h${n}`, [`10.0.0.${n}/24`], { iface: { kind: 'ethernet' } }));
  for (const host of hosts) {
    box.connect(port(host), { delayUs: 100 });
    host.listen({ port: 7, handler: {} });
  }
  for (const from of hosts) {
    for (const n of [1, 2, 3])
      expect((await net.run(from.connect({ address: `10.0.0.${n}`, port: 7 }))).state).toBe('ESTABLISHED');
  }
});

test('the platform is asked for 256 words at a time, and each is given away once', () => {
  const { crypto } = globalThis;
  let asked = 0;
  const filled: Int32Array[] = [];
  const getRandomValues = (words: Int32Array): void => {
    asked++;
    filled.push(words);
    for (let i = 0; i < words.length; i++) words[i] = 1000 * asked + i;
  };
  Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues }, configurable: true });
  try {
    const random = platformRandom();
    expect(asked).toBe(0);
    const drawn = Array.from({ length: 256 }, random);
    expect([drawn[0], drawn[255], asked]).toEqual([1000, 1255, 1]);
    expect(filled[0]?.every((word) => word === 0)).toBe(true);
    expect([random(), random(), asked]).toEqual([2000, 2001, 2]);
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    expect(platformRandom).toThrow(/no crypto.getRandomValues: give `random` a CSPRNG/);
  } finally {
    Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true, writable: true });
  }
});

test('a draw is an int32, whether it comes with a sign or without', () => {
  const drawn = (word: number): number => checkedRandom(() => word)();
  expect([2 ** 32 - 1, 2 ** 31, -1, -(2 ** 31), 0].map(drawn)).toEqual([-1, -(2 ** 31), -1, -(2 ** 31), 0]);
  expect(() => drawn(-(2 ** 31) - 1)).toThrow(/gave -2147483649/);
  expect(() => drawn(0.5)).toThrow(/gave 0.5/);
});

test('a random MAC: of the first octet two bits are said, all others drawn', () => {
  expect(randomMac(() => -1)).toEqual({ hi: 0xfeff, lo: -1 });
  expect(randomMac(() => 0)).toEqual({ hi: 0x0200, lo: 0 });
});
