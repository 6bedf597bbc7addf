import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileServer, type HttpConnection } from './http.ts';
import { parseHead, pathOf } from './http-head.ts';

/** A client that sends what it is given, piece by piece, and keeps what comes back. */
class FakeConnection implements HttpConnection {
  readonly #pieces: Uint8Array[];
  readonly got: Buffer[] = [];
  /** Octets of the largest write. */
  largest = 0;
  ended = false;
  aborted = false;
  failWritesAfter = Number.POSITIVE_INFINITY;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  #onAbort = (): void => {};

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
    const aborted = new Promise<never>((_, reject) => {
      this.#onAbort = () => reject(new Error('aborted'));
    });
    await Promise.race([this.gate, aborted]);
    if (this.got.length >= this.failWritesAfter) throw new Error('reset');
    this.got.push(Buffer.from(octets));
    this.largest = Math.max(this.largest, octets.length);
  }
  async end(): Promise<void> {
    this.ended = true;
  }
  abort(): void {
    this.aborted = true;
    this.#onAbort();
  }
  setNoDelay(): void {}

  get text(): string {
    return Buffer.concat(this.got).toString('latin1');
  }
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((found) => Number(found[1]));
  }
}

function bodyOf(connection: FakeConnection): Buffer {
  const all = Buffer.concat(connection.got);
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}

describe('a request head', () => {
  test('has method, target, body length and whether the connection stays', () => {
    expect(parseHead('GET /a HTTP/1.1\r\nHost: x')).toEqual({
      method: 'GET',
      target: '/a',
      bodyLength: 0,
      expectsContinue: false,
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
    ['a no-break space before a length', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: \xa05', 400],
    ['NUL in a value', 'GET / HTTP/1.1\r\nHost: x\r\nfoo: a\0b', 400],
    ['ESC in a value', 'GET / HTTP/1.1\r\nHost: x\r\nfoo: \x1b[2J', 400],
    ['a lone CR in a value', 'GET / HTTP/1.1\r\nHost: x\r\nfoo: a\rb: c', 400],
    ['a control character in the target', 'GET /\x01 HTTP/1.1\r\nHost: x', 400],
    ['an octet above 127 in the target', 'GET /\xa0 HTTP/1.1\r\nHost: x', 400],
    ['an expectation that nobody knows', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: a miracle', 417],
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
    writeFileSync(join(dir, '.secret'), 'secret');
    symlinkSync('.secret', join(dir, 'public'));
    symlinkSync('/etc/hostname', join(dir, 'outside'));
    symlinkSync('a.txt', join(dir, 'alias'));
    for (const sub of ['sub', 'sub/10', 'sub/9', 'site', '.git']) mkdirSync(join(dir, sub));
    writeFileSync(join(dir, 'sub', 'a&b <c>.txt'), '12345');
    writeFileSync(join(dir, 'sub', '.hidden'), '');
    writeFileSync(join(dir, 'site', 'index.html'), '<p>site');
    writeFileSync(join(dir, '.git', 'config'), 'secret');
    symlinkSync('.git', join(dir, 'repository'));
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
    expect(bodyOf(connection).equals(big)).toBe(true);
    expect(connection.largest).toBeLessThanOrEqual(8 * 1024);
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

  test('a directory without a slash is another address: 301, with the query, never to another host', async () => {
    const { text } = await answer(get('/sub?x=1#y'));
    expect(text).toContain('HTTP/1.1 301 Moved Permanently\r\n');
    expect(text).toContain('Location: /sub/?x=1\r\n');
    expect((await answer(get('//sub'))).text).toContain('Location: /sub/\r\n');
    expect((await answer(get('/sub/%31%30'))).text).toContain('Location: /sub/10/\r\n');
  });

  test('a directory is shown: directories first, numbers in order, names escaped, nothing hidden', async () => {
    const connection = await answer(get('/sub/'));
    expect(connection.text).toContain('Content-Type: text/html; charset=utf-8\r\n');
    const html = bodyOf(connection).toString();
    expect([...html.matchAll(/href="([^"]*)">([^<]*)</g)].map(([, href, name]) => [href, name])).toEqual([
      ['../', '../'],
      ['./9/', '9/'],
      ['./10/', '10/'],
      ['./a%26b%20%3Cc%3E.txt', 'a&#38;b &#60;c&#62;.txt'],
    ]);
    expect(html).toContain('<td>5');
    expect((await answer(get('/sub/a%26b%20%3Cc%3E.txt'))).text).toContain('12345');
  });

  test('the root shows no way up, no link to what is hidden or outside, and index.html in place of a list', async () => {
    const html = bodyOf(await answer(get('/'))).toString();
    expect(html.match(/href="[^"]*"/g)).toEqual(
      ['./site/', './sub/', './a.txt', './alias', './big'].map((href) => `href="${href}"`),
    );
    expect(bodyOf(await answer(get('/site/'))).toString()).toBe('<p>site');
  });

  test.each([
    '/.secret',
    '/public',
    '/repository/config',
    '/repository/',
    '/outside',
    '/../etc/hostname',
    '/a.txt/',
    '/sub/none',
  ])('%s: hidden, outside or nothing is 404', async (target) => {
    expect((await answer(get(target))).statuses).toEqual([404]);
  });

  test('a link within the directory is followed', async () => {
    expect(bodyOf(await answer(get('/alias'))).toString()).toBe('alpha');
  });

  test.skipIf(process.platform === 'win32')(
    'what is no regular file is never opened: twenty FIFOs, and files are served as before',
    async () => {
      execFileSync('mkfifo', [join(dir, 'fifo')]);
      for (let i = 0; i < 20; i++) expect((await answer(get('/fifo'))).statuses).toEqual([404]);
      expect((await answer(get('/a.txt'))).statuses).toEqual([200]);
      rmSync(join(dir, 'fifo'));
    },
  );

  test('Expect: 100-continue is answered before the body is waited for, or by the status at once', async () => {
    const expecting = 'Content-Length: 3\r\nExpect: 100-Continue\r\n';
    expect((await answer(get('/a.txt', expecting), 'abc', get('/a.txt'))).statuses).toEqual([100, 200, 200]);
    const post = await answer(`POST / HTTP/1.1\r\nHost: x\r\n${expecting}\r\n`);
    expect(post.statuses).toEqual([405]);
    expect(post.text).toContain('Connection: close');
  });

  test('a file is whole out of a small buffer, too', async () => {
    const few = await FileServer.of(dir, { bufferBytes: 0 });
    const connection = new FakeConnection(get('/big'));
    await few.serve(connection);
    expect(bodyOf(connection).equals(big)).toBe(true);
  });

  test('a client that takes nothing for the idle time is left', async () => {
    const impatient = await FileServer.of(dir, { idleMs: 20 });
    const stuck = new FakeConnection(get('/big'));
    stuck.gate = new Promise(() => {});
    await impatient.serve(stuck);
    expect([stuck.ended, stuck.aborted]).toEqual([false, true]);
  });

  test('there must be a directory', async () => {
    await expect(FileServer.of(join(dir, 'no'))).rejects.toThrow(/ENOENT/);
  });
});
