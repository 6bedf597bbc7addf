// Names and datagrams of programs that never heard of synfin, with `register`.

import { execFileSync } from 'node:child_process';
import * as dgram from 'node:dgram';
import * as dns from 'node:dns';
import { once } from 'node:events';
import * as net from 'node:net';
import { describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { namesOf, onHost, register, serveDns } from './index.ts';

const preload = new URL('./preload.ts', import.meta.url).href;

/** What a program prints that knows nothing of synfin; it ends by itself. */
function run(program: string, setting = ''): string[] {
  const args = ['--import', preload, '--input-type=module', '-e', program];
  return execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', SYNFIN: setting },
  })
    .trim()
    .split('\n');
}

const SERVER = `
  import dgram from 'node:dgram';
  import { once } from 'node:events';
  const { host, level } = process[Symbol.for('synfin.register')];
  // A DNS server as a program has one, on dgram: every A record is 127.0.0.7, every other name does not exist.
  const server = dgram.createSocket('udp4', (message, from) => {
    const question = message.subarray(12, message.indexOf(0, 12) + 5);
    const isA = question.readUInt16BE(question.length - 4) === 1;
    const isKnown = question.toString('latin1').includes('example');
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 7]);
    const head = Buffer.from(message.subarray(0, 12));
    head.writeUInt16BE(isKnown ? 0x8580 : 0x8583, 2);
    head.writeUInt16BE(isKnown && isA ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    server.send(Buffer.concat(isKnown && isA ? [head, question, answer] : [head, question]), from.port, from.address);
  }).bind(53, '127.0.0.53');
  await once(server, 'listening');
`;

describe('with --import synfin/register', () => {
  test('dgram is on the loopback of synfin; a socket that is forgotten keeps no process, a closed one neither', () => {
    const out = run(`
      ${SERVER}
      console.log(level, host.udpSockets.map(({ port, address }) => address + ':' + port).join());
      const client = dgram.createSocket('udp4');
      client.connect(9, '127.0.0.1', () => client.send('x'));
      console.log((await once(client, 'error'))[0].message);
      client.close();
      server.unref();
    `);
    expect(out).toEqual(['3 127.0.0.53:53', 'recvmsg ECONNREFUSED']);
  });

  test('names of `hosts` and of `servers` are found by fetch, lookup and resolve; others are the machine’s', () => {
    const out = run(
      `
      ${SERVER}
      import http from 'node:http';
      import dns from 'node:dns';
      import { lookup, resolve4 } from 'node:dns/promises';
      const web = http.createServer((request, response) => response.end('at ' + request.headers.host));
      web.listen(80);
      await once(web, 'listening');
      console.log(await (await fetch('http://db/')).text(), await (await fetch('http://www.example/')).text());
      console.log(JSON.stringify([await lookup('api', { all: true }), await lookup('www.example'), await resolve4('www.example')]));
      for (const call of [lookup('none.test'), resolve4('none.test'), dns.promises.resolveMx('www.example')])
        await call.catch(({ message, errno }) => console.log(message, errno));
      console.log((await dns.promises.lookupService('127.0.0.5', 80)).hostname, (await dns.promises.reverse('127.0.0.5')).join());
      const resolver = new dns.promises.Resolver();
      resolver.setServers(['127.0.0.53']);
      console.log(await resolver.resolve4('any.example'));
      console.log((await lookup('localhost', 4)).address);
      web.close();
      web.closeAllConnections();
      server.close();
      `,
      'hosts.db=127.0.0.5 hosts.api=127.0.0.6,::1 servers=127.0.0.53 domains=example,test',
    );
    expect(out).toEqual([
      'at db at www.example',
      '[[{"address":"::1","family":6},{"address":"127.0.0.6","family":4}],{"address":"127.0.0.7","family":4},["127.0.0.7"]]',
      'getaddrinfo ENOTFOUND none.test -3008',
      'queryA ENOTFOUND none.test undefined',
      'queryMx ENODATA www.example undefined',
      'db db',
      "[ '127.0.0.7' ]",
      '127.0.0.1',
    ]);
  });
});

test('under --permission, without the network’s: names, connections and datagrams of synfin, by the level that needs no binding', () => {
  const program = `
    import net from 'node:net';
    import dgram from 'node:dgram';
    const { register } = await import(${JSON.stringify(new URL('./register.ts', import.meta.url).href)});
    const registration = register({ hosts: { db: '127.0.0.5' } });
    const server = net.createServer((socket) => socket.end('by name')).listen(80, '127.0.0.5', () => {
      net.connect(80, 'db').on('data', (octets) => {
        console.log(registration.level, String(octets));
        server.close();
        const socket = dgram.createSocket('udp4', (message) => {
          console.log(String(message));
          socket.close();
          registration.undo();
        });
        socket.bind(5000, () => socket.send('datagram', 5000, 'db'));
      });
    });
  `;
  const args = ['--permission', '--allow-fs-read=*', '--input-type=module', '-e', program];
  const out = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(out.trim().split('\n')).toEqual(['2 by name', 'datagram']);
});

describe('register() when dgram and dns are loaded already', () => {
  test('names and datagrams are synfin’s while it lasts, and Node’s own again after undo', async () => {
    const host = new Host({ name: 'here' });
    const nodes = (): unknown[] => {
      const { bind, addMembership } = dgram.Socket.prototype;
      return [dns.lookup, dns.lookupService, dns.promises.lookup, bind, addMembership];
    };
    const before = nodes();
    const zone = { 'www.example': [{ type: 'A', data: '127.0.0.7' }] } as const;
    const server = serveDns(host, { zone });
    {
      using registration = register({
        host,
        hosts: { db: '127.0.0.5' },
        servers: ['127.0.0.1'],
        domains: ['example'],
      });
      expect(registration.explain('en')).toMatch(/the names db\n.*names in example, asked at 127\.0\.0\.1/);
      expect(registration.level).toBe(2);
      expect(await dns.promises.lookup('db')).toEqual({ address: '127.0.0.5', family: 4 });
      expect(await dns.promises.resolve4('www.example')).toEqual(['127.0.0.7']);
      expect(await dns.promises.lookup('www.example', { all: true })).toEqual([
        { address: '127.0.0.7', family: 4 },
      ]);
      const seen = server.questions;
      await dns.promises.resolve4('machine.test').catch(() => {});
      expect(server.questions).toBe(seen);
      const web = net.createServer((socket) => socket.end('found')).listen(80, '127.0.0.5');
      await once(web, 'listening');
      let text = '';
      for await (const octets of net.connect(80, 'db')) text += String(octets);
      expect(text).toBe('found');
      web.close();
      const socket = dgram.createSocket('udp4').bind(0);
      await once(socket, 'listening');
      expect(host.udpSockets.map(({ port }) => port)).toContain(socket.address().port);
      socket.close();
    }
    server.close();
    expect(nodes()).toEqual(before);
    await expect(dns.promises.lookup('db')).rejects.toThrow();
    const socket = dgram.createSocket('udp4').bind(0);
    await once(socket, 'listening');
    expect(host.udpSockets).toEqual([]);
    socket.close();
    await host.close();
  });

  test('a socket on every address has both sides: what it sends to the kernel’s addresses is answered by the kernel’s', async () => {
    const host = new Host({ name: 'here' });
    host.addInterface({ addresses: ['10.1.1.1/24'] });
    const kernel = dgram.createSocket('udp4', (message, { port, address }) =>
      kernel.send(`${message} kernel`, port, address),
    );
    kernel.bind(0, '127.0.0.1');
    await once(kernel, 'listening');
    const echo = host.udp({ port: 7, onMessage: (m, socket) => socket.reply(m, Buffer.from('from synfin')) });
    using _registration = register({ host, networks: ['10.1.1.0/24'] });
    const socket = dgram.createSocket('udp4');
    socket.setMaxListeners(20);
    const heard: string[] = [];
    socket.on('message', (message, { address }) => heard.push(`${message} ${address}`));
    socket.send('to the', kernel.address().port, '127.0.0.1');
    socket.send('x', 7, '10.1.1.1');
    await expect.poll(() => heard.toSorted()).toEqual(['from synfin 10.1.1.1', 'to the kernel 127.0.0.1']);
    socket.setTTL(9);
    socket.connect(kernel.address().port, '127.0.0.1');
    await once(socket, 'connect');
    expect(socket.remoteAddress().port).toBe(kernel.address().port);
    expect(socket.address().address).toBe('127.0.0.1');
    socket.send('connected to the');
    await expect.poll(() => heard.at(-1)).toBe('connected to the kernel 127.0.0.1');
    const [ours] = host.udpSockets.filter(({ port }) => port !== 7);
    host.udp({ port: 9 }).send(Buffer.from('not of the peer'), '10.1.1.1', ours?.port ?? 0);
    socket.send('again to the');
    await expect.poll(() => heard.at(-1)).toBe('again to the kernel 127.0.0.1');
    expect(heard).not.toContain('not of the peer 10.1.1.1');
    socket.disconnect();
    socket.send('x', 7, '10.1.1.1');
    await expect.poll(() => heard.at(-1)).toBe('from synfin 10.1.1.1');
    echo.close();
    socket.close();
    kernel.close();
    await once(kernel, 'close');
    await host.close();
  });

  test('on a host, names and datagrams are those of that host', async () => {
    const [a, b] = [new Host({ name: 'a' }), new Host({ name: 'b' })];
    namesOf(a, { hosts: { here: '127.0.0.8' } });
    namesOf(b, { hosts: { here: '127.0.0.9' } });
    using _registration = register({ networks: [] });
    const lookup = (host: Host): Promise<string> =>
      onHost(host, async () => (await dns.promises.lookup('here')).address);
    expect(await Promise.all([lookup(a), lookup(b)])).toEqual(['127.0.0.8', '127.0.0.9']);
    const socket = onHost(b, () => dgram.createSocket('udp4').bind(53));
    await once(socket, 'listening');
    expect([a.udpSockets.length, b.udpSockets.length]).toEqual([0, 1]);
    socket.close();
    await Promise.all([a.close(), b.close()]);
  });
});
