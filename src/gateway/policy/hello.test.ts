import { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClientHello } from './index.ts';

const text = (what: string): Uint8Array => new TextEncoder().encode(what);

/** The first octets of Node's own TLS. */
function clientHello(servername: string | undefined): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const stream = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        resolve(Uint8Array.from(chunk));
        done();
      },
    });
    tlsConnect({ socket: stream, ...(servername === undefined ? {} : { servername }) }).on('error', () => {});
  });
}

/** A ClientHello with these extensions. */
function hello(extensions: readonly (readonly [type: number, data: Uint8Array])[]): Uint8Array {
  const body = [3, 3, ...new Array(32).fill(7), 0, 0, 2, 0x13, 1, 1, 0];
  const ext = extensions.flatMap(([type, d]) => [type >> 8, type & 255, d.length >> 8, d.length & 255, ...d]);
  body.push(ext.length >> 8, ext.length & 255, ...ext);
  const message = [1, 0, body.length >> 8, body.length & 255, ...body];
  return Uint8Array.from([22, 3, 1, message.length >> 8, message.length & 255, ...message]);
}
function serverName(name: string, type = 0): Uint8Array {
  const list = [type, name.length >> 8, name.length & 255, ...text(name)];
  return Uint8Array.from([list.length >> 8, list.length & 255, ...list]);
}

describe('the name in a ClientHello', () => {
  it('of a real client, however it is cut', async () => {
    const octets = await clientHello('registry.npmjs.org');
    expect(readClientHello(octets)).toEqual({ names: ['registry.npmjs.org'], hidden: false });
    for (let n = 0; n < octets.length; n++) expect(readClientHello(octets.subarray(0, n))).toBe('more');
  });

  it('in several records', async () => {
    const octets = await clientHello('a.example');
    const message = octets.subarray(5);
    const cut = [0, 1, 3, 50, message.length];
    const records = cut.slice(1).flatMap((end, n) => {
      const part = message.subarray(cut[n], end);
      return [22, 3, 1, part.length >> 8, part.length & 255, ...part];
    });
    expect(readClientHello(Uint8Array.from(records))).toEqual({ names: ['a.example'], hidden: false });
  });

  it('without one, and with one in capitals and with a dot', async () => {
    expect(readClientHello(await clientHello(undefined))).toEqual({ names: [], hidden: false });
    expect(readClientHello(hello([[0, serverName('EXAMPLE.Org.')]]))).toMatchObject({
      names: ['example.org'],
    });
  });

  it('a hidden one is told of', () => {
    const outer = [0, serverName('public.example')] as const;
    expect(readClientHello(hello([outer, [0xfe0d, text('x')]]))).toEqual({
      names: ['public.example'],
      hidden: true,
    });
    expect(readClientHello(hello([[0xffce, text('x')]]))).toEqual({ names: [], hidden: true });
  });

  it('what two readers could understand differently is none', () => {
    for (const octets of [
      hello([
        [0, serverName('a.net')],
        [0, serverName('b.net')],
      ]), // twice
      hello([[0, serverName('a.net', 1)]]), // of another type
      hello([[0, Uint8Array.of(...serverName('a.net'), 0)]]), // with something behind it
      hello([[0, serverName('a.net\0.evil.net')]]),
      hello([[0, serverName('')]]),
      text('SSH-2.0-x'),
      text('GET / HTTP/1.1'),
    ])
      expect(readClientHello(octets)).toBe('other');
  });

  it('any octets are more, other or names, never an exception', () => {
    const any = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(any, any, fc.nat(200), (random, patch, place) => {
        readClientHello(random);
        const octets = hello([
          [0, serverName('a.example')],
          [0xfe0d, patch],
        ]);
        octets.set(
          random.subarray(0, Math.max(0, octets.length - place)).subarray(0, 20),
          Math.min(place, octets.length - 20),
        );
        readClientHello(octets);
      }),
      { numRuns: 300 },
    );
  });
});
