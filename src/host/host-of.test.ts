import { expect, it } from 'vitest';
import { hostOf } from './index.ts';
import { codeOf, openPair } from './testing.ts';

it('a connection is of the host that opened or accepted it, and stays so when it has ended', async () => {
  const { net, a, b, c, s } = await openPair();
  expect([hostOf(c) === a, hostOf(s) === b]).toEqual([true, true]);
  c.abort();
  await net.run(codeOf(c.closed));
  expect(hostOf(c)).toBe(a);
});
