// The send ring: how much of the Memory it takes while text is under way, and after.

import { describe, expect, it } from 'vitest';
import { concat, octets, openPair } from '../testing.ts';
import { SMALL_RING } from './ring.ts';

const WRITTEN = 65_536;

describe('the send ring', () => {
  it('is a small one while only the end of a large write is not acknowledged; what follows goes on from there', async () => {
    const { net, c, s } = await openPair();
    const held = (): number => (c.tcb.snd.end - c.tcb.snd.una) | 0;
    const came: Uint8Array[] = [];
    s.handler = {
      readable: () => {
        const chunk = s.take();
        if (chunk !== null) came.push(chunk);
      },
    };
    const written: Uint8Array[] = [];
    const least: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const piece = octets(WRITTEN, turn);
      expect(c.offer(piece)).toBe(WRITTEN);
      written.push(piece);
      expect(c.bufferBytes).toBeGreaterThanOrEqual(WRITTEN);
      // The last segment has no second, and its ACK is delayed.
      for (let ms = 0; held() > SMALL_RING && ms < 1000; ms++) await net.pass(1000);
      expect(held()).toBeGreaterThan(0);
      least.push(c.bufferBytes);
    }
    expect(Math.max(...least)).toBeLessThanOrEqual(SMALL_RING);
    await net.rest();
    expect([held(), c.bufferBytes]).toEqual([0, 0]);
    expect(concat(came)).toEqual(concat(written));
  });

  it('stays as it is when it is not large, or holds more', async () => {
    const { net, c, s } = await openPair({ tcp: { sendBuffer: 16_384 } });
    s.handler = { readable: () => s.discard() };
    const sizes = new Set<number>();
    for (const n of [8192, 16_384]) {
      c.offer(octets(n));
      for (let held = n; held > 0; held = (c.tcb.snd.end - c.tcb.snd.una) | 0) {
        if (held > SMALL_RING || n === 8192) sizes.add(c.bufferBytes);
        await net.pass(1000);
      }
    }
    expect([...sizes]).toEqual([8192, 16_384]);
  });
});
