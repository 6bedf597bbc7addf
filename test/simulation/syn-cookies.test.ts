// A listener whose SYN queue is always full, behind a wire that loses packets: every connection begins by a SYN
// cookie, of which nobody remembers anything, and none may be reset for it.

import { expect, it } from 'vitest';
import type { Connection, ConnectionHandler } from '../../src/host/index.ts';
import { Net, octets } from '../../src/host/testing.ts';

const CONNECTS = 10_000;
/** At a time. */
const AT_ONCE = 200;
/** Three segments and a bit: the first may be lost with the third ACK of the handshake, the second arrive. */
const REQUEST = octets(5000);

it('10,000 connections at 2 % loss, all by cookies: none is reset', async () => {
  const net = new Net('cookies');
  const { a, b } = net.pair({ delayUs: 10_000, loss: 0.02 });
  let whole = 0;
  const got = new Map<Connection, number>();
  b.listen({
    port: 80,
    synBacklog: 0,
    backlog: 1000,
    handler: {
      readable(c) {
        for (let view = c.take(); view !== null; view = c.take()) got.set(c, (got.get(c) ?? 0) + view.length);
        if (!c.eof) return;
        if (got.get(c) === REQUEST.length) whole++;
        got.delete(c);
        c.close();
      },
    },
  });
  const ends: Record<string, number> = {};
  let opened = 0;
  const next = (): void => {
    if (opened++ < CONNECTS) a.open({ address: '10.0.0.2', port: 80, handler });
  };
  const handler: ConnectionHandler = {
    open(c) {
      c.offer(REQUEST);
      void c.end();
    },
    readable: (c) => {
      if (c.eof) c.close();
    },
    close(_, error) {
      const how = error === null ? 'in order' : error.code;
      ends[how] = (ends[how] ?? 0) + 1;
      next();
    },
  };
  for (let i = 0; i < AT_ONCE; i++) next();
  await net.rest();
  expect(ends).toEqual({ 'in order': CONNECTS });
  expect(whole).toBe(CONNECTS);
  const { cookiesAccepted, cookiesFailed, resetsOut } = b.counters;
  expect([cookiesAccepted, resetsOut]).toEqual([CONNECTS, 0]);
  expect(cookiesFailed).toBeGreaterThan(0); // text whose beginning was lost, dropped and sent again
}, 60_000);
