import { expect, test } from 'vitest';
import { Garbage } from './garbage.ts';

test('what is old is collected when it has grown by 32 MB, and counted from what was left', () => {
  let used = 100e6;
  let collected = 0;
  const garbage = new Garbage(
    () => used,
    () => {
      used -= 40e6;
      collected++;
    },
  );
  garbage.look();
  used += 31e6;
  garbage.look();
  expect(collected).toBe(0);
  used += 2e6;
  garbage.look();
  expect([collected, used]).toEqual([1, 93e6]);
  used += 31e6;
  garbage.look();
  expect(collected).toBe(1);
});

test('V8 lets it collect', () => {
  const garbage = new Garbage(() => performance.now() * 1e9);
  garbage.look();
  expect(() => garbage.look()).not.toThrow();
});
