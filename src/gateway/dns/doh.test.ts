import { describe, expect, it } from 'vitest';
import { decodeQuery, octetsOf } from '../../socket/dns/index.ts';
import { dohUpstream } from './index.ts';

const URL = 'https://dns.example/dns-query';

/** A server that answers with what `make` makes of a question. */
function server(make: (name: string, id: number) => object | null, status = 200) {
  const asked: { url: string; method: string; type: string | null }[] = [];
  const upstream = dohUpstream(URL, async (url, init) => {
    const request = new Request(url as string, init as RequestInit);
    asked.push({ url: request.url, method: request.method, type: request.headers.get('content-type') });
    const query = decodeQuery(new Uint8Array(await request.arrayBuffer()));
    const message = make(query?.question?.name ?? '', query?.id ?? -1);
    const octets = message === null ? new Uint8Array([1, 2, 3]) : octetsOf(message);
    return new Response(octets as Uint8Array<ArrayBuffer>, { status });
  });
  return { asked, upstream };
}

describe('DNS over HTTPS (RFC 8484)', () => {
  it('asks by POST with ID 0, and reads aliases and addresses', async () => {
    const { asked, upstream } = server((name, id) => ({
      type: 'response',
      id,
      questions: [{ name, type: 'A' }],
      answers: [
        { name, type: 'CNAME', ttl: 60, data: 'cdn.example' },
        { name: 'cdn.example', type: 'A', ttl: 30, data: '192.0.2.1' },
      ],
    }));
    expect(await upstream('example.org', 'A')).toMatchObject({
      rcode: 'NOERROR',
      answers: [{ data: 'cdn.example' }, { name: 'cdn.example', type: 'A', ttl: 30, data: '192.0.2.1' }],
    });
    expect(asked).toEqual([{ url: URL, method: 'POST', type: 'application/dns-message' }]);
  });

  it('no such name; and what went wrong is a rejection', async () => {
    const none = server((name, id) => ({ type: 'response', id, flags: 3, questions: [{ name, type: 'A' }] }));
    expect(await none.upstream('none.example', 'A')).toEqual({ rcode: 'NXDOMAIN', answers: [] });
    await expect(server(() => ({ type: 'response', id: 0 }), 503).upstream('a', 'A')).rejects.toThrow(
      /status 503/,
    );
    await expect(server(() => null).upstream('a', 'A')).rejects.toThrow(/no DNS message/);
    expect(() => dohUpstream('nowhere')).toThrow(TypeError);
  });
});
