import { describe, expect, it } from 'vitest';
import { SCHEMA } from '../../../tcp/index.ts';
import { configNamed, configs } from './configs.ts';
import { TcpModel } from './model.ts';
import { LEFT_OUT, WRITTEN } from './tcb-codec.ts';

/** The same numbers on every machine (xorshift32). */
function dice(seed: number): (n: number) => number {
  let x = seed | 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % n;
  };
}

describe('the fields of a TCB', () => {
  it('each is written, or left out for a reason, and none is both', () => {
    const names = (text: string): string[] => text.split(/\s+/);
    const all = Object.entries(SCHEMA).flatMap(([part, rows]) =>
      Object.keys(rows).map((name) => `${part}.${name}`),
    );
    expect([...names(WRITTEN), ...LEFT_OUT.flatMap(([, fields]) => names(fields))].sort()).toEqual(
      all.sort(),
    );
  });
});

describe('states as octets', () => {
  for (const config of configs) {
    it(`${config.id}: what is left out changes nothing: hosts that go on equal hosts that are read back`, () => {
      const whole = new TcpModel(config);
      const coded = new TcpModel(config);
      const a = new Uint8Array(whole.maxBytes);
      const b = new Uint8Array(coded.maxBytes);
      const roll = dice(config.id.length * 7919);
      let taken = 0;
      for (let walk = 0; walk < 120; walk++) {
        whole.initial(0, a);
        let length = coded.initial(0, b);
        for (let step = 0; step < 60; step++) {
          const n = coded.load(b, 0, length);
          expect(whole.enumerate()).toBe(n);
          if (n === 0) break;
          // Not one that a bound cuts off: hosts that go on cannot go back.
          const from = roll(n);
          let i = from;
          while ((length = coded.step(i, b)) < 0 && (i = (i + 1) % n) !== from);
          if (length < 0) break;
          expect(whole.action(i)).toEqual(coded.action(i));
          expect(whole.take(i)).toBe(0);
          const wholeLength = whole.write(a);
          expect([...a.subarray(0, wholeLength)]).toEqual([...b.subarray(0, length)]);
          expect(whole.violated()).toBe(coded.violated());
          taken++;
        }
      }
      expect(taken).toBeGreaterThan(500);
    });
  }

  it('the loaded state stays loaded: actions may be taken in any order', () => {
    const model = new TcpModel(configNamed('close-orders'));
    const here = new Uint8Array(model.maxBytes);
    const out = new Uint8Array(model.maxBytes);
    const roll = dice(5);
    let length = model.initial(0, here);
    for (let step = 0; step < 14; step++) {
      const n = model.load(here, 0, length);
      const first: string[] = [];
      for (let i = 0; i < n; i++) first.push(String([...out.subarray(0, Math.max(model.step(i, out), 0))]));
      for (let i = n - 1; i >= 0; i--) {
        const again = model.step(i, out);
        expect(String([...out.subarray(0, Math.max(again, 0))])).toBe(first[i]);
      }
      const next = model.step(roll(n), out);
      if (next < 0) break;
      here.set(out);
      length = next;
    }
  });
});
