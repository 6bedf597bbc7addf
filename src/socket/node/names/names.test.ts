import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Host } from '../../../host/index.ts';
import { World } from '../../../sim/index.ts';
import { dgramOf } from '../host-dgram.ts';
import { dnsOf } from '../host-dns.ts';
import { httpOf } from '../host-http.ts';
import { netOf } from '../host-net.ts';
import { type NamesOptions, namesOf, serveDns, type Zone } from './index.ts';
import { A, AAAA, net, SERVER, timed } from './testing.ts';

describe('a lookup', () => {
  test('asks hosts first, then servers for both families at once; IPv6 first, what cannot be reached last (RFC 6724)', async () => {
    const { world, client, server } = net({ hosts: { Near: ['10.0.0.9', 'fd00::9'] } });
    const dns = serveDns(server, {
      zone: {
        'both.example': [...A('10.0.0.5', '192.0.2.1'), ...AAAA('2001:db8::1', 'fd00::5')],
        'near.': A('10.9.9.9'),
      },
    });
    const lookup = (name: string, options: object = {}): Promise<[unknown, number]> =>
      timed(world, dnsOf(client).promises.lookup(name, { all: true, ...options }));
    expect(await lookup('near')).toEqual([
      [
        { address: '10.0.0.9', family: 4 },
        { address: 'fd00::9', family: 6 },
      ],
      0,
    ]);
    expect(dns.questions).toBe(0);
    const [found, ms] = await lookup('both.example');
    expect((found as { address: string }[]).map(({ address }) => address)).toEqual([
      '10.0.0.5', // 35, before fc00::/7 with 3 (RFC 6724 section 2.1)
      'fd00::5',
      '2001:db8::1',
      '192.0.2.1',
    ]);
    expect([ms, dns.questions]).toEqual([2, 2]);
    expect(await lookup('both.example', { family: 6 })).toEqual([
      [
        { address: 'fd00::5', family: 6 },
        { address: '2001:db8::1', family: 6 },
      ],
      2,
    ]);
  });

  test('a name without a dot is tried under the domains that are searched, then as it is; one with dots first as it is', async () => {
    const { world, client, server } = net({ search: ['one.example', 'two.example.'] });
    const zone: Zone = { 'db.two.example': A('10.0.0.5') };
    const asked: string[] = [];
    serveDns(server, {
      zone,
      delayMs: (name, type) => {
        if (type === 'A') asked.push(name);
        return 0;
      },
    });
    const lookup = async (name: string): Promise<[unknown, string[]]> => {
      const [found] = await timed(world, namesOf(client).addresses(name));
      return [found, asked.splice(0)];
    };
    expect(await lookup('db')).toEqual([['10.0.0.5'], ['db.one.example', 'db.two.example']]);
    expect(await lookup('no')).toEqual(['EAI_NONAME', ['no.one.example', 'no.two.example', 'no']]);
    expect(await lookup('db.')).toEqual(['EAI_NONAME', ['db']]);
    expect(await lookup('db.two')).toEqual([
      'EAI_NONAME',
      ['db.two', 'db.two.one.example', 'db.two.two.example'],
    ]);
  });

  test.each([
    ['a name that does not exist', { 'x.example': A('10.0.0.5') }, 'getaddrinfo ENOTFOUND y.example', 2],
    ['a name without addresses', { 'y.example': [] }, 'getaddrinfo ENOTFOUND y.example', 2],
    ['a server that fails', { 'y.example': 'SERVFAIL' }, 'getaddrinfo EAI_AGAIN y.example', 2],
    ['a server that refuses', { 'y.example': 'REFUSED' }, 'getaddrinfo EAI_AGAIN y.example', 2],
    [
      'a server that is silent: five seconds, then ten',
      { 'y.example': 'silent' },
      'getaddrinfo EAI_AGAIN y.example',
      15_000,
    ],
  ] as [string, Zone, string, number][])('%s', async (_title, zone, message, ms) => {
    const { world, client, server } = net();
    serveDns(server, { zone });
    expect(await timed(world, dnsOf(client).promises.lookup('y.example'))).toEqual([message, ms]);
  });

  test('no server at its address, none at all, a name that cannot be', async () => {
    const { world, client } = net();
    const lookup = (name: string): Promise<[unknown, number]> =>
      timed(world, dnsOf(client).promises.lookup(name));
    expect(await lookup('y.example')).toEqual(['getaddrinfo EAI_AGAIN y.example', 2]);
    namesOf(client, {});
    expect(await lookup('y.example')).toEqual(['getaddrinfo ENOTFOUND y.example', 0]);
    const long = `${'a'.repeat(64)}.example`;
    expect(await lookup(long)).toEqual([`getaddrinfo ENOTFOUND ${long}`, 0]);
  });

  test('ADDRCONFIG asks for families that the host has; V4MAPPED shows IPv4 as IPv6 where there is none', async () => {
    const world = new World({ seed: 1 });
    const client = world.host('client', '10.0.0.1/24');
    const server = world.host('server', `${SERVER}/24`);
    world.wire(client, server, { delayUs: 1000 });
    namesOf(client, { servers: [SERVER] });
    const dns = serveDns(server, {
      zone: { 'y.example': [...A('10.0.0.5'), ...AAAA('fd00::5')], 'z.example': A('10.0.0.6') },
    });
    const { promises, ADDRCONFIG, V4MAPPED, ALL } = dnsOf(client);
    const lookup = async (name: string, options: object): Promise<string[]> => {
      const found = await world.settle(promises.lookup(name, { all: true, ...options }));
      return (found as unknown as { address: string }[]).map(({ address }) => address);
    };
    expect(await lookup('y.example', { hints: ADDRCONFIG })).toEqual(['10.0.0.5']);
    expect(dns.questions).toBe(1);
    expect(await lookup('z.example', { family: 6, hints: V4MAPPED })).toEqual(['::ffff:10.0.0.6']);
    expect(await lookup('y.example', { family: 6, hints: V4MAPPED })).toEqual(['fd00::5']);
    expect((await lookup('y.example', { family: 6, hints: V4MAPPED | ALL })).sort()).toEqual([
      '::ffff:10.0.0.5',
      'fd00::5',
    ]);
  });

  test('a record that changes in the middle of a run is seen: nothing is remembered', async () => {
    const { world, client, server } = net();
    const zone: Record<string, ReturnType<typeof A>> = { 'y.example': A('10.0.0.5') };
    serveDns(server, { zone });
    expect(await world.settle(namesOf(client).addresses('y.example'))).toEqual(['10.0.0.5']);
    zone['y.example'] = A('10.0.0.6');
    expect(await world.settle(namesOf(client).addresses('y.example'))).toEqual(['10.0.0.6']);
  });

  test('five hundred at once, with a fifth of the packets lost, are all answered, in the same virtual time every run', async () => {
    const run = async (): Promise<[unknown, number]> => {
      const { world, client, server } = net({ attempts: 8, timeoutMs: 300 }, { loss: 0.2, seed: 7 });
      serveDns(server, { zone: { 'y.example': A('10.0.0.5') } });
      const all = Array.from({ length: 500 }, () => namesOf(client).addresses('y.example', 4));
      const [found, ms] = await timed(world, Promise.all(all));
      expect(client.udpSockets).toEqual([]);
      return [new Set((found as string[][]).flat()), ms];
    };
    const first = await run();
    expect(first[0]).toEqual(new Set(['10.0.0.5']));
    expect(await run()).toEqual(first);
  });
});

describe('names where programs use them', () => {
  test('net, http and dgram of a host connect, listen and send by name', async () => {
    const { world, client, server } = net({ hosts: { api: '10.0.0.53', me: '10.0.0.1' } });
    const web = httpOf(server).createServer((request, response) =>
      response.end(`for ${request.headers.host}`),
    );
    web.listen(80);
    const fetched = new Promise<string>((resolve, reject) => {
      httpOf(client)
        .get('http://api/', (response) => {
          let text = '';
          response.on('data', (octets) => (text += String(octets))).on('end', () => resolve(text));
        })
        .on('error', reject);
    });
    expect(await world.settle(fetched)).toBe('for api');
    const listening = netOf(client).createServer().listen(81, 'me');
    await world.settle(once(listening, 'listening'));
    expect(listening.address()).toMatchObject({ address: '10.0.0.1', port: 81 });
    const nowhere = netOf(client).createServer().listen(82, 'nobody');
    const [error] = await world.settle(once(nowhere, 'error'));
    expect(String(error)).toBe('Error: getaddrinfo EAI_AGAIN nobody');
    const heard = server.udp({ port: 7 });
    const socket = dgramOf(client).createSocket('udp4');
    socket.send('to a name', 7, 'api');
    expect(String((await world.settle(heard.receive()))?.data)).toBe('116,111,32,97,32,110,97,109,101');
    socket.close();
    listening.close();
    web.closeAllConnections();
    web.close();
  });
});

describe('configuration', () => {
  test.each([
    [{ servers: ['nobody'] }, /names: servers\[0\] must be a server's address/],
    [{ servers: ['10.0.0.1:70000'] }, /servers\[0\]/],
    [{ hosts: { db: 'nobody' } }, /names: hosts\.db must be an IP address, or several, not 'nobody'/],
    [{ hosts: { db: 7 as never } }, /hosts\.db/],
    [{ hosts: { '': '10.0.0.1' } }, /hosts/],
    [{ search: ['a b'] }, /search\[0\]/],
    [{ server: ['10.0.0.1'] } as never, /did you mean 'servers'/],
  ] as [NamesOptions, RegExp][])('%j is refused', (options, message) => {
    const { client } = net();
    expect(() => namesOf(client, options)).toThrow(message);
    expect(namesOf(client).servers).toEqual([{ address: SERVER, port: 53 }]);
  });

  test('without servers those are asked that autoconfiguration has learned of; a host has one set of names', () => {
    const { client } = net();
    expect(namesOf(client)).toBe(namesOf(client, {}));
    expect(namesOf(client).servers).toEqual([]);
    const servers = { dnsServers: [{ address: 'fd00::53', untilMs: 1 }] };
    const learned = {
      interfaces: client.interfaces,
      autoconfiguration: (i: object) => (i === client.interfaces[1] ? servers : null),
    };
    expect(namesOf(learned as unknown as Host).servers).toEqual([{ address: 'fd00::53', port: 53 }]);
  });
});
