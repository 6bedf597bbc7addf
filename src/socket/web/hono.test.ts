// Hono, unchanged, as the handler of a server on a host.

import { Hono } from 'hono';
import { streamText } from 'hono/streaming';
import { expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { fetchOn, type RequestInfo, serve } from './index.ts';

test("Hono's routes, parameters, JSON, streams, middleware and errors, over one host's loopback", async () => {
  const host = new Host();
  const app = new Hono<{ Bindings: RequestInfo }>();
  app.use(async (c, next) => {
    await next();
    c.header('x-from', c.env.remoteAddress);
  });
  app.get('/hello/:name', (c) => c.text(`hello ${c.req.param('name')} ${c.req.query('q')}`));
  app.post('/sum', async (c) => c.json({ sum: (await c.req.json<number[]>()).reduce((a, b) => a + b) }));
  app.get('/stream', (c) =>
    streamText(c, async (stream) => {
      for (const word of ['one ', 'two ', 'three']) await stream.write(word);
    }),
  );
  app.get('/throw', () => {
    throw new Error('broken');
  });
  app.onError((error, c) => c.text(error.message, 503));
  const server = serve(host, { port: 80 }, app.fetch);
  const fetch = fetchOn(host);
  try {
    const hello = await fetch('http://127.0.0.1/hello/you?q=1');
    expect([hello.headers.get('x-from'), await hello.text()]).toEqual(['127.0.0.1', 'hello you 1']);
    const sum = await fetch('http://127.0.0.1/sum', { method: 'POST', body: '[1,2,3]' });
    expect(await sum.json()).toEqual({ sum: 6 });
    expect(await (await fetch('http://127.0.0.1/stream')).text()).toBe('one two three');
    const thrown = await fetch('http://127.0.0.1/throw');
    expect([thrown.status, await thrown.text()]).toEqual([503, 'broken']);
    expect((await fetch('http://127.0.0.1/nowhere')).status).toBe(404);
    expect((await fetch('http://127.0.0.1/hello/x', { method: 'HEAD' })).status).toBe(200);
    await server.close();
  } finally {
    await host.close({ timeoutMs: 100 });
  }
});
