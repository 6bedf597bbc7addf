import { expect, it } from 'vitest';
import { inState, sent } from './testing.ts';

it('text outside the window is acknowledged at most 100 times in challengeAckMs: no flood is drawn upon the peer', () => {
  const a = inState('ESTABLISHED', { config: { challengeAckMs: 500 } });
  for (let i = 0; i < 1000; i++) a.inject('ACK', -100_000 - i, 1, { text: Uint8Array.of(1) });
  expect(sent(a).length).toBe(100);
  a.setNow(a.engine.now + 500_000);
  a.inject('ACK', -100_000, 1, { text: Uint8Array.of(1) });
  expect(sent(a).length).toBe(1);
});
