import { expect, test } from 'vitest';
import { Random } from './random.ts';

const draw = (random: Random, n: number): number[] => Array.from({ length: n }, () => random.nextUint32());

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(new Random(7), 50)).toEqual(draw(new Random(7), 50));
  expect(draw(new Random('seven'), 50)).toEqual(draw(new Random('seven'), 50));
  const firsts = [7, 8, '7', 7.5, 'seven', -7].map((seed) => draw(new Random(seed), 4).join());
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('the numbers of a seed never change between versions', () => {
  expect(draw(new Random(1), 4)).toMatchInlineSnapshot(`
    [
      604097762,
      3089703329,
      1545182930,
      2143802406,
    ]
  `);
  expect(draw(new Random('seed').fork('wire'), 2)).toMatchInlineSnapshot(`
    [
      3697509405,
      993135269,
    ]
  `);
});

test('a fork depends on the seed and its label, not on what was drawn before', () => {
  const a = new Random(1);
  const b = new Random(1);
  draw(b, 1000);
  expect(draw(a.fork('x'), 20)).toEqual(draw(b.fork('x'), 20));
  expect(draw(a.fork('x'), 4)).not.toEqual(draw(a.fork('y'), 4));
  expect(draw(a.fork('x').fork('y'), 4)).not.toEqual(draw(a.fork('y').fork('x'), 4));
});

test('float, int and chance stay in their ranges and are uniform', () => {
  const random = new Random('uniform');
  const n = 120_000;
  const counts = new Array<number>(6).fill(0);
  let sum = 0;
  let hits = 0;
  for (let i = 0; i < n; i++) {
    const f = random.float();
    if (!(f >= 0 && f < 1)) throw new Error(`float ${f}`);
    sum += f;
    const k = random.int(6);
    counts[k] = (counts[k] as number) + 1;
    if (random.chance(0.1)) hits++;
  }
  expect(Math.abs(sum / n - 0.5)).toBeLessThan(0.005);
  expect(counts).toHaveLength(6);
  // Chi squared with 5 degrees of freedom: 20.5 is the 0.1 % point.
  const expected = n / 6;
  expect(counts.reduce((chi, c) => chi + (c - expected) ** 2 / expected, 0)).toBeLessThan(20.5);
  expect(Math.abs(hits / n - 0.1)).toBeLessThan(0.005);
});

test('chance(0) never and chance(1) always; int(0) and int(1) are 0', () => {
  const random = new Random(3);
  for (let i = 0; i < 1000; i++) {
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
    expect(random.int(1)).toBe(0);
    expect(random.int(0)).toBe(0);
  }
});
