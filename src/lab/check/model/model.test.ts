import { describe, expect, it } from 'vitest';
import { search } from '../search/index.ts';
import { configNamed, configs } from './configs.ts';
import { Kind, TcpModel } from './model.ts';
import { PROPERTIES } from './properties.ts';
import { story, storyText } from './story.ts';

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

describe('states as octets', () => {
  for (const config of configs) {
    it(`${config.id}: what is left out changes nothing: hosts that go on equal hosts that are read back`, () => {
      const whole = new TcpModel(config);
      const coded = new TcpModel(config);
      const a = new Uint8Array(whole.maxBytes);
      const b = new Uint8Array(coded.maxBytes);
      const roll = dice(config.id.length * 7919);
      let taken = 0;
      for (let walk = 0; walk < 250; walk++) {
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
      expect(taken).toBeGreaterThan(1000);
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

describe('RFC 9293 in the bounded models', () => {
  const sizes: readonly (readonly [string, number, number, number])[] = [];
  for (const [id, states, transitions, depth] of sizes) {
    it(`${id}: explored to the end, nothing is broken`, () => {
      const result = search(new TcpModel(configNamed(id)), { graph: false, stopAt: 0 });
      const broken = result.violations.filter((v) => v.count > 0);
      expect(
        broken.map((v) => `${v.id}\n${storyText(story(configNamed(id), {}, v.story as never))}`),
      ).toEqual([]);
      expect([result.outcome, result.states, result.transitions, result.depth]).toEqual([
        'exhausted',
        states,
        transitions,
        depth,
      ]);
    });
  }

  it('the properties fit the mask, and have different names', () => {
    expect(PROPERTIES.length).toBeLessThanOrEqual(31);
    expect(new Set(PROPERTIES.map((p) => p.id)).size).toBe(PROPERTIES.length);
  });

  it('a wrong name of a model is told', () => {
    expect(() => configNamed('nothing')).toThrow(/close-orders/);
  });

  it('a setting that states leave out cannot be changed', () => {
    expect(() => new TcpModel({ ...configNamed('patient'), tcp: { timestamps: true } })).toThrow(
      /timestamps/,
    );
  });
});

describe('stories', () => {
  it('tells a handshake: calls, segments with their numbers and fates, rows and times', () => {
    const config = configNamed('patient');
    const model = new TcpModel(config);
    const bytes = new Uint8Array(model.maxBytes);
    let length = model.initial(0, bytes);
    const actions: number[] = [];
    for (const kind of [Kind.OPEN, Kind.DELIVER, Kind.TIMER]) {
      const n = model.load(bytes, 0, length);
      const i = Array.from({ length: n }, (_, j) => j).find((j) => model.action(j).kind === kind) as number;
      actions.push(i);
      length = model.step(i, bytes);
    }
    const data = story(config, {}, { initial: 0, actions });
    expect(data.steps.map((s) => `${s.atMs} ${s.host} ${s.what} ${s.detail}`)).toEqual([
      '0 a call OPEN',
      '0 b deliver ',
      '3000 a timer rexmt',
    ]);
    expect(data.packets.map((p) => [p.from, p.number, p.flags, p.sentMs, p.arrivedMs])).toEqual([
      ['a', 1, 'SYN', 0, [0]],
      ['b', 1, 'SYN,ACK', 0, []],
      ['a', 2, 'SYN', 3000, []],
    ]);
    expect(data.steps[1]?.changes).toEqual([{ host: 'b', row: 'listen-syn', to: 'SYN-RECEIVED' }]);
  });
});
