import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

test('of 300 KiB two buffers are large, the others small, and a large one that comes back is taken again', () => {
  const pool = new BufferPool(300 * 1024);
  const taken = Array.from({ length: 1000 }, () => pool.take());
  const large = taken.filter((buffer) => buffer.length === 128 * 1024);
  expect(large).toEqual(taken.slice(0, 2));
  expect(taken.slice(2).every((buffer) => buffer.length === 8 * 1024)).toBe(true);
  for (const buffer of taken) pool.give(buffer);
  expect(large).toContain(pool.take());
  expect(large).toContain(pool.take());
  expect(pool.take().length).toBe(8 * 1024);
});
