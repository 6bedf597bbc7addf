// notsentLowat (TCP_NOTSENT_LOWAT): what a user writes waits with the user, not in the send buffer.

import { describe, expect, it } from 'vitest';
import { Net } from '../testing.ts';
import type { Connection } from './connection.ts';

const LOWAT = 16_384;
const OCTETS = 600_000;
/** A queue of a few segments: what cwnd does not let go stays unsent. */
const WIRE = { delayUs: 20_000, bandwidthBps: 10_000_000 };

async function connected(tcp: object) {
  const net = new Net();
  const { a, b } = net.pair(WIRE, { tcp });
  let received = 0;
  b.listen({
    port: 80,
    handler: {
      readable: (c) => {
        received += c.discard();
        if (c.eof) c.close();
      },
    },
  });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  return { net, c, received: () => received };
}

describe('notsentLowat', () => {
  it('offer: never more unsent than the limit and a segment, writable says when half of it has gone, all arrives', async () => {
    const { net, c, received } = await connected({ notsentLowat: LOWAT });
    const { mss } = c.tcb.snd;
    let left = OCTETS;
    const unsentWhenTold: number[] = [];
    let most = 0;
    const fill = (c: Connection): void => {
      left -= c.offer(new Uint8Array(left));
      most = Math.max(most, c.info().notSentBytes);
      if (left > 0) expect([c.writableLength, c.offer(new Uint8Array(1))]).toEqual([0, 0]);
    };
    c.handler = {
      writable: (c) => {
        unsentWhenTold.push(c.info().notSentBytes);
        fill(c);
      },
    };
    fill(c);
    await net.rest();
    expect([left, received()]).toEqual([0, OCTETS]);
    expect(most).toBeLessThan(LOWAT + mss);
    expect(most).toBeGreaterThan(LOWAT / 2);
    expect(unsentWhenTold.length).toBeGreaterThan(OCTETS / LOWAT / 2);
    expect(Math.max(...unsentWhenTold.slice(1))).toBeLessThan(LOWAT);
    await net.finish();
  });

  it('write: waits for the limit; without it the send buffer takes all at once', async () => {
    for (const [tcp, most] of [
      [{ notsentLowat: LOWAT }, LOWAT + 1448],
      [{ sendBuffer: 2 ** 20 }, OCTETS],
    ] as const) {
      const { net, c, received } = await connected(tcp);
      let seen = 0;
      net.hosts[0]!.tap = { processed: () => (seen = Math.max(seen, c.info().notSentBytes)) };
      const write = c.write(new Uint8Array(OCTETS));
      seen = Math.max(seen, c.info().notSentBytes);
      await net.run(write);
      await net.run(c.end());
      expect(received()).toBe(OCTETS);
      expect(seen).toBeLessThanOrEqual(most);
      expect(seen).toBeGreaterThan(most / 3);
      await net.finish();
    }
  });

  it('a limit of one octet still sends full segments', async () => {
    const { net, c, received } = await connected({ notsentLowat: 1 });
    const before = c.info().segsOut;
    await net.run(c.write(new Uint8Array(OCTETS)));
    await net.run(c.end());
    expect(received()).toBe(OCTETS);
    expect(c.info().segsOut - before).toBeLessThan(1.2 * (OCTETS / c.tcb.snd.mss));
    await net.finish();
  });

  it('setNotsentLowat: what waits goes on when the limit is taken away; a number that is none is refused', async () => {
    const { net, c } = await connected({ notsentLowat: LOWAT });
    let done = false;
    void c.write(new Uint8Array(200_000)).then(() => (done = true));
    await Promise.resolve();
    expect([done, c.info().waitingBytes > 0]).toEqual([false, true]);
    c.setNotsentLowat(0);
    await Promise.resolve();
    await Promise.resolve();
    expect([done, c.info().waitingBytes, c.info().notSentBytes > LOWAT]).toEqual([true, 0, true]);
    for (const bad of [-1, 1.5, Number.NaN, 2 ** 31])
      expect(() => c.setNotsentLowat(bad)).toThrow(RangeError);
    c.abort();
    await net.finish();
  });
});
