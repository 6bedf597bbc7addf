import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestReader } from './index.ts';

const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a reader asks of a connection whose octets come in pieces of `size`; and how it ends. */
function read(text: string, size = 1_000_000, ended = false): (readonly string[] | string)[] {
  const all = octetsOf(text);
  const reader = new RequestReader();
  const asked: (readonly string[] | string)[] = [];
  let out = 0;
  for (let came = Math.min(size, all.length); ; came = Math.min(came + size, all.length)) {
    while (out < came) {
      const step = reader.next(all.subarray(out, came), ended && came === all.length);
      if (step === 'more') break;
      if (step.asks !== null) asked.push(step.asks.names);
      out += step.octets;
      if (step.last) return [...asked, step.asks === null ? 'of another protocol' : 'no request'];
    }
    if (came === all.length) return out === all.length ? asked : [...asked, 'more'];
  }
}

const A = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';
const B = 'GET / HTTP/1.1\r\nHost: b.example\r\n\r\n';
const post = (fields: string, body: string): string =>
  `POST / HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n\r\n${body}`;

describe('the names in a request', () => {
  const rows: [string, ReturnType<typeof read>][] = [
    [A, [['a.example']]],
    ['GET / HTTP/1.1\r\nhost: A.Example.:8080\r\n\r\n', [['a.example']]],
    ['GET http://b.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n', [['a.example', 'b.example']]],
    ['GET http://user@b.example:80/x HTTP/1.1\r\nHost: a.example\r\n\r\n', [['a.example', 'b.example']]],
    ['CONNECT b.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n', [['a.example', 'b.example']]],
    ['GET / HTTP/1.0\r\n\r\n', [[]]],
    ['GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n', [[], 'no request']],
    ['GET / HTTP/1.1\r\nHost: a.example\r\n Host: b.example\r\n\r\n', [[], 'no request']],
    ['GET / HTTP/1.1\r\n\r\n', [[], 'no request']],
    ['GET / HTTP/1.1\r\nHost: a exam', ['more']],
    ['GE', ['more']],
    ['\x16\x03\x01', [[], 'no request']],
    ['SSH-2.0-OpenSSH\r\n', [[], 'no request']],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [[], 'no request']],
  ];
  for (const [request, names] of rows)
    it(JSON.stringify(request), () => {
      expect(read(request)).toEqual(names);
    });

  it('a head without an end is none', () => {
    expect(read(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`)).toEqual([[], 'no request']);
    expect(read('GET / HTTP/1.1\r\nHost: a.example\r\n', 1_000_000, true)).toEqual([[], 'no request']);
  });
});

describe('the requests that follow on the same connection', () => {
  const CHUNKS = 'Transfer-Encoding: chunked';
  const rows: [string, string, ReturnType<typeof read>][] = [
    ['at once', A + B, [['a.example'], ['b.example']]],
    ['after empty lines', `\r\n${A}\r\n\n${B}\r\n`, [['a.example'], ['b.example']]],
    ['after a body', post(`Content-Length: ${B.length}`, B) + B, [['a.example'], ['b.example']]],
    ['within a body they are none', post(`Content-Length: ${B.length}`, B), [['a.example']]],
    [
      'after chunks, with extensions and trailers',
      `${post(CHUNKS, `5;x="y"\r\nGET /\r\n${B.length.toString(16)}\r\n${B}\r\n0\r\nX: y\r\n\r\n`)}${B}`,
      [['a.example'], ['b.example']],
    ],
    [
      'a chunk is longer than it says',
      `${post(CHUNKS, `2\r\nabc\r\n0\r\n\r\n`)}${B}`,
      [['a.example'], [], 'no request'],
    ],
    [
      'a size of a chunk is none',
      `${post(CHUNKS, `0x2\r\nab\r\n0\r\n\r\n`)}${B}`,
      [['a.example'], [], 'no request'],
    ],
    [
      'a line of a chunk ends without CR',
      `${post(CHUNKS, `2\nab\r\n0\r\n\r\n`)}${B}`,
      [['a.example'], [], 'no request'],
    ],
    [
      'a trailer is none',
      `${post(CHUNKS, '0\r\nGET / HTTP/1.1\r\n\r\n')}${B}`,
      [['a.example'], [], 'no request'],
    ],
    ['two lengths', post(`Content-Length: 1\r\n${CHUNKS}`, 'x') + B, [[], 'no request']],
    ['something else', `${A}\x16\x03\x01`, [['a.example'], [], 'no request']],
    ['half of one', `${A}GET / HT`, [['a.example'], 'more']],
    [
      'another protocol, as it was asked for',
      `GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\n\r\n\x01\x05hello${B}`,
      [['a.example'], 'of another protocol'],
    ],
    [
      'another protocol was asked for, and requests go on',
      `GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: x\r\n\r\n${B}`,
      [['a.example'], ['b.example']],
    ],
    [
      'HTTP/2, as it was asked for',
      'GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      [['a.example'], [], 'no request'],
    ],
    [
      'TLS within a tunnel',
      'CONNECT b.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n\x16\x03\x01',
      [['b.example', 'b.example'], 'of another protocol'],
    ],
  ];
  it.each(rows)('%s', (_what, text, asked) => {
    expect(read(text)).toEqual(asked);
    // However it is cut.
    for (const size of [1, 2, 7, 100]) expect(read(text, size)).toEqual(asked);
  });

  it('an end behind the last empty lines is in order', () => {
    expect(read(`${A}\r\n`, 1_000_000, true)).toEqual([['a.example']]);
  });

  it('whatever comes: all of it goes out, waits or is judged', () => {
    const piece = fc.constantFrom(A, B, '\r\n', post(CHUNKS, '2\r\nab\r\n'), '0\r\n\r\n', 'x', '\x00');
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 50 }), (pieces, size) => {
        expect(read(pieces.join(''), size)).toEqual(read(pieces.join('')));
      }),
      { numRuns: 300 },
    );
  });
});
