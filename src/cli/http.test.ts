import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileServer, type HttpConnection, parseHead, pathOf } from './http.ts';

/** A client that sends what it is given, piece by piece, and keeps what comes back. */
class FakeConnection implements HttpConnection {
  readonly #pieces: Uint8Array[];
  readonly got: Buffer[] = [];
  /** Octets of the largest write. */
  largest = 0;
  ended = false;
  aborted = false;
  failWritesAfter = Number.POSITIVE_INFINITY;

  constructor(...pieces: string[]) {
    this.#pieces = pieces.map((text) => Buffer.from(text, 'latin1'));
  }
  async read(max = Number.POSITIVE_INFINITY): Promise<Uint8Array | null> {
    const piece = this.#pieces.shift();
    if (piece === undefined) return null;
    if (piece.length <= max) return piece;
    this.#pieces.unshift(piece.subarray(max));
    return piece.subarray(0, max);
  }
  async write(octets: Uint8Array): Promise<void> {
    if (this.got.length >= this.failWritesAfter) throw new Error('reset');
    this.got.push(Buffer.from(octets));
    this.largest = Math.max(this.largest, octets.length);
  }
  async end(): Promise<void> {
    this.ended = true;
  }
  abort(): void {
    this.aborted = true;
  }
  setNoDelay(): void {}

  get text(): string {
    return Buffer.concat(this.got).toString('latin1');
  }
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((found) => Number(found[1]));
  }
}

describe('a request head', () => {
  test('has method, target, body length and whether the connection stays', () => {
    expect(parseHead('GET /a HTTP/1.1\r\nHost: x')).toEqual({
      method: 'GET',
      target: '/a',
      bodyLength: 0,
      keepAlive: true,
    });
    expect(
      parseHead('PUT /a HTTP/1.1\r\nhOsT:x\r\nContent-Length: 5\r\nConnection: foo, Close'),
    ).toMatchObject({
      bodyLength: 5,
      keepAlive: false,
    });
    expect(parseHead('GET / HTTP/1.0')).toMatchObject({ keepAlive: false });
    expect(parseHead('GET / HTTP/1.0\r\nConnection: keep-alive')).toMatchObject({ keepAlive: true });
  });

  test.each([
    ['no version', 'GET /', 400],
    ['two spaces', 'GET  / HTTP/1.1\r\nHost: x', 400],
    ['a method that is no token', 'G@T / HTTP/1.1\r\nHost: x', 400],
    ['another version', 'GET / HTTP/2.0\r\nHost: x', 505],
    ['no Host', 'GET / HTTP/1.1', 400],
    ['two Hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: x', 400],
    ['a header without colon', 'GET / HTTP/1.1\r\nHost: x\r\nfoo', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost: x\r\nfoo : 1', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nfoo: 1\r\n bar', 400],
    ['a length that is none', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1', 400],
    ['two different lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2', 400],
    ['chunks', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked', 411],
    [
      'chunks and a length',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1',
      400,
    ],
  ])('with %s is refused', (_what, text, status) => {
    expect(parseHead(text)).toBe(status);
  });
});

test.each([
  ['/a%20b?c#d', '/a b'],
  ['http://x:80/a', '/a'],
  ['http://x', '/'],
  ['*', null],
  ['a', null],
  ['/%', null],
  ['/%00', null],
  ['/a%5cb', null],
])('the target %s names the path %s', (target, path) => {
  expect(pathOf(target)).toBe(path);
});

describe('the server', () => {
  let dir = '';
  let server: FileServer;
  const big = Buffer.alloc(1_000_001, 'abc');

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'synfin-http-'));
    writeFileSync(join(dir, 'a.txt'), 'alpha');
    writeFileSync(join(dir, 'big'), big);
    server = await FileServer.of(dir, { idleMs: 1000 });
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function answer(...pieces: string[]): Promise<FakeConnection> {
    const connection = new FakeConnection(...pieces);
    await server.serve(connection);
    return connection;
  }
  const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

  test('answers pipelined requests in order, however they are cut into pieces, and ends', async () => {
    const all = get('/a.txt') + get('/nothing') + get('/a.txt');
    for (const pieces of [[all], [...all]]) {
      const connection = await answer(...pieces);
      expect(connection.statuses).toEqual([200, 404, 200]);
      expect(connection.text.match(/alpha/g)).toHaveLength(2);
      expect(connection.text).toContain('Content-Type: text/plain; charset=utf-8');
      expect([connection.ended, connection.aborted]).toEqual([true, false]);
    }
  });

  test('sends a small file with its head in one write, and a big one whole in pieces', async () => {
    expect((await answer(get('/a.txt'))).got).toHaveLength(1);
    const connection = await answer(get('/big'));
    const body = Buffer.concat(connection.got);
    expect(body.subarray(body.indexOf('\r\n\r\n') + 4).equals(big)).toBe(true);
    expect(connection.largest).toBeLessThanOrEqual(128 * 1024);
  });

  test('HEAD has the length of the file and no body', async () => {
    const { text } = await answer('HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(text).toContain(`Content-Length: ${big.length}\r\n`);
    expect(text.endsWith('\r\n\r\n')).toBe(true);
  });

  test('the body of a request is thrown away, and the next request found behind it', async () => {
    const post = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n';
    const connection = await answer(`${post}GET /`, ' HTTP/', `${get('/a.txt')}`);
    expect(connection.statuses).toEqual([405, 200]);
    expect(connection.text).toContain('Allow: GET, HEAD\r\n');
  });

  test('Connection: close ends the connection after the answer', async () => {
    const connection = await answer(get('/a.txt', 'Connection: close\r\n') + get('/a.txt'));
    expect(connection.statuses).toEqual([200]);
    expect(connection.ended).toBe(true);
  });

  test('empty lines before a request are ignored, a lone LF ends a line', async () => {
    expect((await answer(`\r\n\r\n${get('/a.txt')}`)).statuses).toEqual([200]);
    expect((await answer('GET /a.txt HTTP/1.1\nHost: x\n\n')).statuses).toEqual([200]);
  });

  test.each([
    ['a head without end', [`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(5000)}`], 431],
    ['half a head', ['GET / HT'], 400],
    ['a body that is too long', ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n'], 413],
    ['nonsense', ['hello\r\n\r\n'], 400],
  ])('%s is answered and the connection ended', async (_what, pieces, status) => {
    const connection = await answer(...pieces);
    expect(connection.statuses).toEqual([status]);
    expect(connection.text).toContain('Connection: close');
    expect(connection.ended).toBe(true);
  });

  test('a connection that breaks in the middle is aborted, not ended', async () => {
    const connection = new FakeConnection(get('/big'));
    connection.failWritesAfter = 2;
    await server.serve(connection);
    expect([connection.ended, connection.aborted]).toEqual([false, true]);
  });

  test('there must be a directory', async () => {
    await expect(FileServer.of(join(dir, 'no'))).rejects.toThrow(/ENOENT/);
  });
});
