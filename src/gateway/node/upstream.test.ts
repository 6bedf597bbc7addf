import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeQuery, octetsOf } from '../../socket/dns/index.ts';
import { nodeUpstream } from './index.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(() => {
  for (const each of cleanUp.splice(0)) each();
});

const ZONE: Readonly<Record<string, readonly object[]>> = {
  'www.example A': [
    { type: 'CNAME', name: 'www.example', ttl: 60, data: 'cdn.example' },
    { type: 'A', name: 'cdn.example', ttl: 17, data: '192.0.2.1' },
  ],
  'www.example CNAME': [{ type: 'CNAME', name: 'www.example', ttl: 60, data: 'cdn.example' }],
  'plain.example AAAA': [{ type: 'AAAA', name: 'plain.example', ttl: 18, data: '2600::1' }],
  'plain.example MX': [
    { type: 'MX', name: 'plain.example', ttl: 60, data: { preference: 5, exchange: 'mx.example' } },
  ],
  'plain.example TXT': [{ type: 'TXT', name: 'plain.example', ttl: 60, data: ['a', 'b'] }],
};

/** A server of names on the loopback. */
async function server(): Promise<string> {
  const socket = createSocket('udp4', (octets, from) => {
    const query = decodeQuery(octets);
    if (query === null || query.question === null) return;
    const { name, type } = query.question;
    const known = Object.keys(ZONE).some((key) => key.startsWith(`${name.toLowerCase()} `));
    const answers = ZONE[`${name.toLowerCase()} ${type}`] ?? [];
    const message = {
      type: 'response',
      id: query.id,
      flags: known ? 0x180 : 0x183,
      questions: [{ name, type }],
      answers,
    };
    socket.send(octetsOf(message), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanUp.push(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

describe('names by node:dns', () => {
  test('aliases stand before addresses, with the times to live of these', async () => {
    const ask = nodeUpstream([await server()]);
    expect(await ask('www.example', 'A')).toEqual({
      rcode: 'NOERROR',
      answers: [
        { name: 'www.example', type: 'CNAME', ttl: 60, data: 'cdn.example' },
        { name: 'cdn.example', type: 'A', ttl: 17, data: '192.0.2.1' },
      ],
    });
    expect(await ask('plain.example', 'AAAA')).toEqual({
      rcode: 'NOERROR',
      answers: [{ name: 'plain.example', type: 'AAAA', ttl: 18, data: '2600::1' }],
    });
  });

  test('other types as DNS messages write them; what there is not, and what is not known', async () => {
    const ask = nodeUpstream([await server()]);
    expect((await ask('plain.example', 'MX')).answers).toMatchObject([
      { data: { preference: 5, exchange: 'mx.example' } },
    ]);
    expect((await ask('plain.example', 'TXT')).answers).toMatchObject([{ data: ['a', 'b'] }]);
    expect(await ask('plain.example', 'A')).toEqual({ rcode: 'NOERROR', answers: [] });
    expect(await ask('none.example', 'A')).toEqual({ rcode: 'NXDOMAIN', answers: [] });
    expect(await ask('plain.example', 'TLSA')).toEqual({ rcode: 'NOTIMP', answers: [] });
    expect(() => nodeUpstream(['nowhere'])).toThrow(TypeError);
  });
});
