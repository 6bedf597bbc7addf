// HTTP on hosts: `serve` and `fetchOn` against each other, and `serve` against clients that mean harm.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { type Connection, Host, nextTurn } from '../../host/index.ts';
import { fetchOn, type RequestHandler, type ServeOptions, serve } from './index.ts';

const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close({ timeoutMs: 100 })));
});

setFlagsFromString('--expose-gc');
/** Collects garbage, where the engine lets itself be asked. */
const collect = runInNewContext('typeof gc === "function" ? gc : null') as (() => void) | null;

const encode = (text: string) => new TextEncoder().encode(text);

function served(handler: RequestHandler, options: Partial<ServeOptions> = {}) {
  const host = new Host();
  hosts.push(host);
  const errors: unknown[] = [];
  const server = serve(host, { port: 80, onError: (error) => errors.push(error), ...options }, handler);
  return { host, server, errors, fetch: fetchOn(host) };
}

/** What comes back, until the server ends the connection, for what is sent as it is. */
async function raw(host: Host, ...pieces: string[]): Promise<string> {
  const c: Connection = await host.connect({ address: '127.0.0.1', port: 80 });
  for (const piece of pieces) await c.write(encode(piece)).catch(() => {});
  let all = '';
  for (let chunk = await c.read({ timeout: 5000 }); chunk !== null; chunk = await c.read({ timeout: 5000 }))
    all += new TextDecoder().decode(chunk);
  void c.end().catch(() => {});
  return all;
}

const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

const echo: RequestHandler = async (request) =>
  Response.json({
    method: request.method,
    url: request.url,
    x: request.headers.get('x-test'),
    body: await request.text(),
  });

describe('serve and fetchOn', () => {
  test('method, URL, fields and body arrive; so do status, fields and body of the answer', async () => {
    const { fetch } = served(async (request) => {
      const headers = new Headers({ 'x-answer': 'yes' });
      headers.append('set-cookie', 'a=1');
      headers.append('set-cookie', 'b=2');
      return new Response(`${request.method} ${request.url} ${await request.text()}`, {
        status: 201,
        headers,
      });
    });
    const response = await fetch('http://127.0.0.1/path?q=1#hash', { method: 'POST', body: 'text' });
    expect([response.status, response.headers.get('x-answer'), response.url]).toEqual([
      201,
      'yes',
      'http://127.0.0.1/path?q=1',
    ]);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('POST http://127.0.0.1/path?q=1 text');
  });

  test('one connection carries request after request, with and without bodies', async () => {
    let ports = new Set<number>();
    const { fetch } = served((request, info) => {
      ports.add(info.remotePort);
      return new Response(request.method === 'GET' ? 'x'.repeat(100_000) : null);
    });
    for (const method of ['GET', 'POST', 'HEAD', 'DELETE', 'GET'])
      await (await fetch('http://127.0.0.1/', { method })).text();
    expect(ports.size).toBe(1);
    ports = new Set();
    await Promise.all([1, 2, 3].map(async () => (await fetch('http://127.0.0.1/')).text()));
    expect(ports.size).toBe(3);
  });

  test('a connection that the server has closed meanwhile is not the end of a request', async () => {
    const { fetch } = served(() => new Response('ok'), { headTimeout: 20 });
    expect(await (await fetch('http://127.0.0.1/')).text()).toBe('ok');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await (await fetch('http://127.0.0.1/')).text()).toBe('ok');
  });

  test('bodies stream both ways at once: the answer to a piece comes before the next is sent', async () => {
    const { fetch } = served((request) => new Response(request.body));
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const writer = pipe.writable.getWriter();
    void writer.write(encode('one'));
    const response = await fetch('http://127.0.0.1/', {
      method: 'POST',
      body: pipe.readable,
      duplex: 'half',
    } as never);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('one');
    void writer.write(encode('two'));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('two');
    void writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  test('a body that nobody reads is not made: the window is the backpressure', async () => {
    let made = 0;
    const body = new ReadableStream({
      pull(controller) {
        made += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const { fetch } = served(() => new Response(body));
    const response = await fetch('http://127.0.0.1/');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(made).toBeLessThan(12_000_000);
    await response.body?.cancel();
  });

  test('HEAD, 204 and 304 have no body, whatever the handler gives', async () => {
    const { host } = served((request) => {
      const status = Number(new URL(request.url).pathname.slice(1));
      return new Response(status === 200 ? 'body' : null, { status, headers: { 'content-length': '4' } });
    });
    const answers = await raw(
      host,
      'HEAD /200 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /204 HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /304 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(statuses(answers)).toEqual([200, 204, 304]);
    expect(answers).not.toMatch(/body/);
  });

  test('a 205 with octets that nobody can read ends its connection (RFC 9110 section 15.3.6)', async () => {
    const host = new Host();
    hosts.push(host);
    host.listen({
      port: 80,
      handler: {
        open: (c) => void c.write(encode('HTTP/1.1 205 Reset Content\r\nContent-Length: 4\r\n\r\nbody')),
      },
    });
    const response = await fetchOn(host)('http://127.0.0.1/');
    expect([response.status, response.body]).toEqual([205, null]);
    for (let turns = 0; turns < 100 && host.connections.length > 0; turns++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(host.connections).toHaveLength(0);
  });

  test('redirects: 302 makes a POST a GET, 307 repeats it, manual shows it, a loop ends', async () => {
    const { fetch } = served(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/end') return new Response(`${request.method} ${await request.text()}`);
      return new Response(null, {
        status: Number(pathname.slice(1, 4)),
        headers: { location: pathname.endsWith('loop') ? pathname : '/end' },
      });
    });
    const post = { method: 'POST', body: 'b' };
    const found = await fetch('http://127.0.0.1/302', post);
    expect([found.redirected, found.url, await found.text()]).toEqual([true, 'http://127.0.0.1/end', 'GET ']);
    expect(await (await fetch('http://127.0.0.1/307', post)).text()).toBe('POST b');
    expect((await fetch('http://127.0.0.1/301', { redirect: 'manual' })).status).toBe(301);
    await expect(fetch('http://127.0.0.1/302loop')).rejects.toThrow(/^fetch failed/);
  });

  test('what cannot be fetched is a TypeError with its cause; an abort is its reason', async () => {
    const { fetch } = served(() => new Promise<Response>(() => {}));
    await expect(fetch('http://127.0.0.1:9/')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await expect(fetch('https://127.0.0.1/')).rejects.toThrow(/no TLS/);
    await expect(fetch('http://nowhere.test/')).rejects.toMatchObject({ cause: { code: 'ENOTFOUND' } });
    const abort = new AbortController();
    const waiting = fetch('http://127.0.0.1/', { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
  });

  test.skipIf(collect === null)(
    'an abort ends a body whose request nobody holds any more: garbage is collected in between',
    async () => {
      const { fetch } = served(
        () => new Response(new ReadableStream({ pull: (c) => c.enqueue(encode('x')) })),
      );
      const abort = new AbortController();
      const response = await fetch('http://127.0.0.1/', { signal: abort.signal });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      for (let i = 0; i < 3; i++) {
        collect?.();
        await nextTurn();
      }
      abort.abort(new Error('enough'));
      await expect(
        (async () => {
          for (let i = 0; i < 100_000; i++) await reader.read();
        })(),
      ).rejects.toThrow('enough');
    },
  );

  test('close answers what is under way, ends what waits, and refuses what comes', async () => {
    let go: () => void = () => {};
    const { fetch, server } = served(async (request) => {
      if (request.url.endsWith('slow')) await new Promise<void>((resolve) => (go = resolve));
      return new Response('done');
    });
    await (await fetch('http://127.0.0.1/')).text();
    const slow = fetch('http://127.0.0.1/slow');
    while (server.connections < 1 || go.name === 'go') await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closing = server.close();
    go();
    expect(await (await slow).text()).toBe('done');
    await closing;
    await expect(fetch('http://127.0.0.1/')).rejects.toThrow(TypeError);
  });
});

describe('a handler that fails', () => {
  test('is a 500 for the client, and is told; the connection goes on', async () => {
    const { fetch, errors } = served((request) => {
      if (request.url.endsWith('throw')) throw new Error('broken');
      return (request.url.endsWith('nothing') ? undefined : new Response('ok')) as Response;
    });
    expect((await fetch('http://127.0.0.1/throw')).status).toBe(500);
    expect((await fetch('http://127.0.0.1/nothing')).status).toBe(500);
    expect(await (await fetch('http://127.0.0.1/')).text()).toBe('ok');
    expect(errors.map(String)).toEqual(['Error: broken', expect.stringMatching(/TypeError/)]);
  });

  test('a body that breaks, or is not as long as it says, does not look whole', async () => {
    const { fetch, errors } = served((request) => {
      if (request.url.endsWith('short')) return new Response('abc', { headers: { 'content-length': '9' } });
      if (request.url.endsWith('long')) return new Response('abc', { headers: { 'content-length': '1' } });
      let pulls = 0;
      return new Response(
        new ReadableStream({
          pull(controller) {
            if (pulls++ === 0) controller.enqueue(encode('half'));
            else controller.error(new Error('torn'));
          },
        }),
      );
    });
    for (const path of ['torn', 'short', 'long']) {
      const text = fetch(`http://127.0.0.1/${path}`, { method: 'POST' }).then((response) => response.text());
      await expect(text).rejects.toThrow(TypeError);
    }
    expect(errors.length).toBe(3);
  });
});

describe('requests that two readers could understand differently are refused', () => {
  test.each([
    [
      'a length and chunks',
      400,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['two lengths', 400, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n'],
    ['a list of lengths', 400, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\n'],
    ['a signed length', 400, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n'],
    ['chunks in HTTP/1.0', 400, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a coding besides', 501, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    [
      'chunked twice',
      501,
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a coding with a tail', 501, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n'],
    ['a folded line', 400, 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    ['a bare CR in a field', 400, 'GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n'],
    ['space before a colon', 400, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n'],
    ['NUL', 400, 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0\r\n\r\n'],
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'],
    ['a Host that is a URL', 400, 'GET / HTTP/1.1\r\nHost: a@b/c\r\n\r\n'],
    ['no target', 400, 'GET HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target that is none', 400, 'GET x HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['HTTP/2', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an expectation', 417, 'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n'],
    ['CONNECT', 501, 'CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a long head', 431, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`],
  ])('%s: %i', async (_, status, request) => {
    const { host } = served(echo);
    const answers = await raw(host, request, 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(statuses(answers)).toEqual([status]);
    expect(answers).not.toMatch(/smuggled/);
  });

  test.each([
    ['a size that is none', 'x\r\nabc\r\n0\r\n\r\n'],
    ['a bare LF', '3\nabc\r\n0\r\n\r\n'],
    ['a chunk that is longer', '3\r\nabcd\r\n0\r\n\r\n'],
    ['a size beyond reason', 'fffffffffffffffff\r\nabc'],
    ['an extension without end', `3;${'a'.repeat(5000)}\r\nabc\r\n0\r\n\r\n`],
  ])('chunks: %s', async (_, body) => {
    const { host } = served(echo);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answers = await raw(host, head, body, 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(statuses(answers)).toEqual([400]);
    expect(answers).not.toMatch(/smuggled/);
  });
});

describe('bodies and waits', () => {
  test('chunks with extensions and trailers, octet by octet; what follows is the next request', async () => {
    const { host } = served(echo);
    const request =
      'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\nT: v\r\n\r\n';
    const answers = await raw(host, ...request, 'GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(statuses(answers)).toEqual([200, 200]);
    expect(answers).toMatch(/"body":"abc0123456789"/);
  });

  test('Expect: 100-continue: 100 comes when the handler reads, and not when it does not', async () => {
    const { host } = served(async (request) =>
      request.url.endsWith('read') ? new Response(await request.text()) : new Response('no', { status: 403 }),
    );
    const head = (path: string) =>
      `POST /${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`;
    expect(statuses(await raw(host, head('read'), 'body'))).toEqual([100, 200]);
    expect(statuses(await raw(host, head('refuse')))).toEqual([403]);
  });

  test('a body that the handler leaves is skipped; one that is too long ends the connection', async () => {
    const { host } = served(() => new Response('ok', { headers: { 'content-length': '2' } }));
    const post = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
    const last = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(statuses(await raw(host, post(50_000), 'x'.repeat(50_000), last))).toEqual([200, 200]);
    expect(statuses(await raw(host, post(3_000_000), 'x'.repeat(3_000_000), last))).toEqual([200]);
  });

  test('half a head is a 408 in time; silence is ended without a word', async () => {
    const { host } = served(echo, { headTimeout: 50 });
    expect(statuses(await raw(host, 'GET / HT'))).toEqual([408]);
    expect(await raw(host)).toBe('');
  });

  test('a body that stops coming ends the connection', async () => {
    const { host, errors } = served(echo, { idleTimeout: 50 });
    const answers = await raw(host, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc').catch(
      String,
    );
    expect(answers).toMatch(/500|ECONNRESET/);
    expect(String(errors[0])).toMatch(/ETIMEDOUT/);
  });

  test('HTTP/1.0: a body without a length ends with the connection', async () => {
    const { host } = served(() => new Response(new Blob(['body']).stream()));
    const answers = await raw(host, 'GET / HTTP/1.0\r\n\r\n');
    expect(answers).toMatch(/connection: close\r\n\r\nbody$/);
    expect(answers).not.toMatch(/chunked/);
  });

  test('the signal of a request is aborted when its client goes', async () => {
    let gone: (reason: unknown) => void = () => {};
    const aborted = new Promise((resolve) => (gone = resolve));
    const { host } = served((request) => {
      request.signal.addEventListener('abort', () => gone(request.signal.reason));
      return new Promise<Response>(() => {});
    });
    const c = await host.connect({ address: '127.0.0.1', port: 80 });
    await c.write(encode('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    c.abort();
    expect(await aborted).toMatchObject({ code: 'ECONNRESET' });
  });
});
