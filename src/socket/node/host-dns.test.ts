// What Node's dns says of a zone that a server on the kernel's loopback has, and ours of the same zone on a host.

import * as nodeDgram from 'node:dgram';
import * as nodeDns from 'node:dns';
import { once } from 'node:events';
import * as nodeNet from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { dnsOf } from './host-dns.ts';
import { reasonsToLive } from './liveness.ts';
import { answerFrom, namesOf, serveDns, type Zone } from './names/index.ts';

const long = (letter: string): string => letter.repeat(200);
const zone: Zone = {
  'www.example': [
    { type: 'A', data: '10.0.0.5', ttl: 30 },
    { type: 'A', data: '10.0.0.6', ttl: 40 },
    { type: 'AAAA', data: 'fd00::5', ttl: 50 },
    { type: 'TXT', data: ['one', 'two words'] },
    { type: 'TXT', data: ['another', ''] },
    { type: 'MX', data: { preference: 10, exchange: 'mx.example' } },
    { type: 'MX', data: { preference: 20, exchange: 'mx2.example' } },
    { type: 'NS', data: 'ns.example' },
    {
      type: 'SOA',
      data: {
        mname: 'ns.example',
        rname: 'admin.example',
        serial: 2026112901,
        refresh: 3600,
        retry: 600,
        expire: 86400,
        minimum: 60,
      },
    },
    {
      type: 'NAPTR',
      data: {
        order: 1,
        preference: 2,
        flags: 'S',
        services: 'SIP+D2U',
        regexp: '',
        replacement: '_sip._udp.example',
      },
    },
    { type: 'CAA', data: { flags: 128, tag: 'issue', value: 'ca.example', issuerCritical: true } },
    { type: 'CAA', data: { flags: 0, tag: 'iodef', value: 'mailto:a@example' } },
  ],
  'alias.example': [{ type: 'CNAME', data: 'www.example' }],
  'to-nothing.example': [{ type: 'CNAME', data: 'nothing.example' }],
  '_http._tcp.example': [{ type: 'SRV', data: { priority: 1, weight: 2, port: 80, target: 'www.example' } }],
  '_443._tcp.example': [
    { type: 'TLSA', data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from('abcd') } },
  ],
  '5.0.0.10.in-addr.arpa': [{ type: 'PTR', data: 'www.example' }],
  '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa': [
    { type: 'PTR', data: 'six.example' },
  ],
  'large.example': [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ type: 'TXT', data: [long(`${n}`)] })),
  'strange.example': [{ type: 'CNAME', data: 'not a host.example' }],
  'no-mail.example': [{ type: 'MX', data: { preference: 0, exchange: '.' } }],
  'letters.example': [{ type: 'TXT', data: ['ü'] }],
  'fails.example': 'SERVFAIL',
  'refuses.example': 'REFUSED',
  'does-not-know.example': 'NOTIMP',
  'cannot-read.example': 'FORMERR',
  'silent.example': 'silent',
};

const host = new Host({ name: 'h' });
const dns = dnsOf(host);
const PORT = 5300;
let kernelPort = 0;
let kernelTcp: nodeNet.Server;
let kernelUdp: nodeDgram.Socket;

beforeAll(async () => {
  serveDns(host, { zone, port: PORT });
  kernelTcp = nodeNet.createServer((socket) => {
    socket.on('data', (octets) => {
      const answer = answerFrom(zone, octets.subarray(2), null)?.octets ?? null;
      if (answer === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    });
    socket.on('error', () => {});
  });
  kernelTcp.listen(0, '127.0.0.1');
  await once(kernelTcp, 'listening');
  kernelPort = (kernelTcp.address() as nodeNet.AddressInfo).port;
  kernelUdp = nodeDgram.createSocket('udp4', (octets, { port, address }) => {
    const answer = answerFrom(zone, octets, 0xffff)?.octets ?? null;
    if (answer !== null) kernelUdp.send(answer, port, address);
  });
  kernelUdp.bind(kernelPort, '127.0.0.1');
  await once(kernelUdp, 'listening');
});
afterAll(async () => {
  kernelTcp.close();
  kernelUdp.close();
  expect(reasonsToLive()).toBe(0);
  await host.close();
});

type Resolver = nodeDns.promises.Resolver;

/** Long, for a machine that is busy; what is to be waited for waits shortly. */
const OPTIONS = { timeout: 5000, tries: 2 };
const SHORT = { timeout: 100, tries: 2 };

/** Node's, and ours. */
function both(options = OPTIONS): [Resolver, Resolver] {
  const [node, ours] = [new nodeDns.promises.Resolver(options), new dns.promises.Resolver(options)];
  node.setServers([`127.0.0.1:${kernelPort}`]);
  ours.setServers([`127.0.0.1:${PORT}`]);
  return [node, ours];
}

/** What was resolved, or what the error shows. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return { ...(error as object), message: (error as Error).message };
  }
}

describe('dns.resolve* gives what Node’s gives', () => {
  test.each([
    ['resolve4', 'www.example'],
    ['resolve4', 'WWW.Example.'],
    ['resolve4', 'www.example', { ttl: true }],
    ['resolve6', 'www.example', { ttl: true }],
    ['resolve4', 'alias.example'],
    ['resolve', 'www.example'],
    ['resolve', 'www.example', 'TXT'],
    ['resolveCname', 'alias.example'],
    ['resolveCname', 'www.example'],
    ['resolveMx', 'www.example'],
    ['resolveNs', 'www.example'],
    ['resolveTxt', 'www.example'],
    ['resolveTxt', 'large.example'],
    ['resolveSoa', 'www.example'],
    ['resolveNaptr', 'www.example'],
    ['resolveCaa', 'www.example'],
    ['resolveSrv', '_http._tcp.example'],
    ['resolveTlsa', '_443._tcp.example'],
    ['resolvePtr', '5.0.0.10.in-addr.arpa'],
    ['reverse', '10.0.0.5'],
    ['reverse', 'fd00::5'],
    ['reverse', '10.0.0.99'],
    ['resolveAny', 'www.example'],
    ['resolveAny', 'alias.example'],
    ['resolve4', 'none.example'],
    ['resolve6', '_http._tcp.example'],
    ...(['4', '6', 'Mx', 'Txt', 'Srv', 'Ns', 'Soa', 'Naptr', 'Caa', 'Ptr', 'Any', 'Cname'] as const).map(
      (type) => [`resolve${type}`, 'to-nothing.example'] as [string, string],
    ),
    ['resolveMx', 'no-mail.example'],
    ['resolveTxt', 'letters.example'],
    ['resolve4', 'fails.example'],
    ['resolve4', 'refuses.example'],
    ['resolve4', 'does-not-know.example'],
    ['resolve4', 'cannot-read.example'],
    ['resolve4', 'silent.example'],
    ['resolveCname', 'strange.example'],
    ['resolve4', `${'a'.repeat(64)}.example`],
    ['resolve4', `${'a.'.repeat(130)}example`],
    ['resolve4', 'bücher.example'],
  ] as [string, string, unknown?][])('%s %s', async (method, ...args) => {
    const [node, ours] = both(args[0] === 'silent.example' ? SHORT : OPTIONS);
    const call = (resolver: Resolver): Promise<unknown> =>
      outcome(
        (resolver as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[method]?.(
          ...args,
        ) as Promise<unknown>,
      );
    expect(await call(ours)).toEqual(await call(node));
  });

  test('arguments that cannot be, and servers that are no addresses, are refused by the same errors', async () => {
    const [node, ours] = both();
    for (const call of [
      (resolver: Resolver) => resolver.resolve4(7 as never),
      (resolver: Resolver) => resolver.resolve('x', 'NONE' as never),
      (resolver: Resolver) => resolver.reverse('no address'),
      (resolver: Resolver) => resolver.setServers(['nobody']),
      (resolver: Resolver) => resolver.setLocalAddress('nobody'),
      (resolver: Resolver) => resolver.setLocalAddress('127.0.0.1', '127.0.0.2'),
    ]) {
      const of = (resolver: Resolver): Promise<unknown> =>
        outcome((async () => call(resolver))()).then((error) => (error as { message: string }).message);
      expect(await of(ours)).toBe(await of(node));
    }
  });

  test('nobody at the server’s port: ECONNREFUSED', async () => {
    const [node, ours] = both();
    for (const resolver of [node, ours]) resolver.setServers(['127.0.0.1:9']);
    const [first, second] = [
      await outcome(ours.resolve4('www.example')),
      await outcome(node.resolve4('www.example')),
    ];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('cancel ends what is asked; meanwhile servers cannot be changed', async () => {
    for (const resolver of both()) {
      const asked = outcome(resolver.resolve4('silent.example'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(() => resolver.setServers(['127.0.0.1'])).toThrow(
        'c-ares failed to set servers: "There are pending queries."',
      );
      resolver.cancel();
      expect(await asked).toMatchObject({ code: 'ECANCELLED', message: 'queryA ECANCELLED silent.example' });
    }
  });

  test('getServers is what setServers was given', () => {
    const servers = ['10.0.0.53', '10.0.0.54:5353', 'fd00::53', '[fd00::54]:5353'];
    for (const resolver of both()) {
      resolver.setServers(servers);
      expect(resolver.getServers()).toEqual(servers);
    }
  });
});

describe('dns of a host', () => {
  test('has the names of node:dns, its functions Node’s arguments and names', () => {
    const kinds = (module: object): unknown =>
      Object.entries(module).map(([name, value]) => [name, typeof value]);
    expect(kinds(dns)).toEqual(kinds(nodeDns));
    expect(kinds(dns.promises)).toEqual(kinds({ ...nodeDns.promises }));
    const shapes = ({ lookup, lookupService, resolve4, reverse, getServers }: typeof nodeDns): unknown =>
      [lookup, lookupService, resolve4, reverse, getServers].map(({ name, length }) => [name, length]);
    expect(shapes(dns)).toEqual(shapes(nodeDns));
    expect([dns.Resolver.name, dns.promises.Resolver.name]).toEqual(['Resolver', 'Resolver']);
    expect(new dns.Resolver()).toBeInstanceOf(nodeDns.Resolver);
  });

  test('its default servers are those of its names, until setServers; callbacks and promises have the same', async () => {
    namesOf(host, { servers: [`127.0.0.1:${PORT}`] });
    expect(dns.getServers()).toEqual([`127.0.0.1:${PORT}`]);
    expect(await promisify(dns.resolve4)('www.example')).toEqual(['10.0.0.5', '10.0.0.6']);
    dns.setServers(['127.0.0.1:9']);
    expect([dns.getServers(), dns.promises.getServers()]).toEqual([['127.0.0.1:9'], ['127.0.0.1:9']]);
    expect(await outcome(dns.promises.resolve4('www.example'))).toMatchObject({ code: 'ECONNREFUSED' });
    dns.setServers([`127.0.0.1:${PORT}`]);
    expect(await dns.promises.resolve4('www.example')).toEqual(['10.0.0.5', '10.0.0.6']);
    expect(nodeDns.getServers()).not.toEqual(dns.getServers());
  });

  test('what a callback throws is the program’s own: no promise swallows it', async () => {
    const thrown = new Promise((resolve) => {
      const listeners = process.rawListeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const listener of listeners) process.on('uncaughtException', listener as () => void);
        resolve(error);
      });
    });
    const mistake = new Error('in a callback');
    dns.lookup('localhost', () => {
      throw mistake;
    });
    expect(await thrown).toBe(mistake);
  });
});

describe('dns.lookup', () => {
  test('of localhost is this host’s loopback, in any family, and all of them', async () => {
    const { lookup } = dns.promises;
    expect(await lookup('localhost', { all: true })).toEqual([
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]);
    expect(await lookup('localhost', 4)).toEqual({ address: '127.0.0.1', family: 4 });
    expect(await lookup('LOCALHOST.', { family: 6 })).toEqual({ address: '::1', family: 6 });
    expect(await lookup('a.localhost', { order: 'ipv4first' })).toEqual({ address: '127.0.0.1', family: 4 });
    expect(await promisify(dns.lookup)('localhost', { verbatim: false })).toEqual({
      address: '127.0.0.1',
      family: 4,
    });
  });

  test('literals, nothing, and arguments that cannot be are answered by Node itself', async () => {
    const { lookup } = dns.promises;
    expect(await lookup('10.9.9.9')).toEqual({ address: '10.9.9.9', family: 4 });
    for (const args of [
      ['x', { family: 5 }],
      ['x', 7],
      ['x', { hints: 7777 }],
      ['x', 'options'],
      ['x\0y'],
      [7],
      ['x', { order: 'mine' }],
      ['x', { all: 'yes' }],
    ]) {
      const call = (given: typeof nodeDns): string => {
        try {
          (given.lookup as (...all: unknown[]) => unknown)(...args, () => {});
          return 'nothing';
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(call(dns)).toBe(call(nodeDns));
      expect(call(dns)).not.toBe('nothing');
    }
    expect(() => dns.lookup('x', undefined as never)).toThrow(/callback/);
  });

  test('a name that is nobody’s is ENOTFOUND as Node says it', async () => {
    const error = (await outcome(dns.promises.lookup('nobody.invalid'))) as NodeJS.ErrnoException;
    expect(error).toEqual({
      errno: -3008,
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'nobody.invalid',
      message: 'getaddrinfo ENOTFOUND nobody.invalid',
    });
    expect(await outcome(dns.promises.lookup('silent'.repeat(60)))).toMatchObject({ code: 'ENOTFOUND' });
  });

  test('lookupService: names of addresses and ports, or themselves; wrong ones are refused by Node', async () => {
    expect(await dns.promises.lookupService('127.0.0.1', 22)).toEqual({
      hostname: 'localhost',
      service: 'ssh',
    });
    expect(await promisify(dns.lookupService)('10.0.0.5', 443)).toEqual({
      hostname: 'www.example',
      service: 'https',
    });
    expect(await dns.promises.lookupService('10.0.0.77', 49999)).toEqual({
      hostname: '10.0.0.77',
      service: '49999',
    });
    expect(() => dns.lookupService('nobody', 1, () => {})).toThrow(/address/);
    expect(() => dns.lookupService('10.0.0.5', 70_000, () => {})).toThrow(/[Pp]ort/);
  });
});
