import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { currentRegistration, onHost, register } from './index.ts';

const preload = new URL('./preload.ts', import.meta.url).href;

/** What a program prints that knows nothing of synfin; not before it ends, but while this process serves it. */
async function run(program: string, env: Record<string, string> = {}): Promise<string> {
  const args = ['--import', preload, '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: 20_000,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return stdout;
}

describe('a program that never heard of synfin, with --import synfin/register', () => {
  test('has http, fetch and a refused connection on the loopback of synfin; it ends by itself', async () => {
    const out = await run(`
      import http from 'node:http';
      const server = http.createServer((request, response) => response.end('hello ' + request.url)).listen(0);
      await new Promise((resolve) => server.on('listening', resolve));
      const { port } = server.address();
      console.log(await (await fetch('http://localhost:' + port + '/you')).text());
      await fetch('http://127.0.0.1:81/').catch((error) => console.log(error.cause.code));
      const { host, level } = process[Symbol.for('synfin.register')];
      console.log(level, host.listeners.length, host.listeners[0].port === port);
      server.close();
      server.closeAllConnections();
    `);
    expect(out.trim().split('\n')).toEqual(['hello /you', 'ECONNREFUSED', '3 1 true']);
  });

  test('has the kernel’s sockets again after undo, those of net as it was loaded before, too', async () => {
    const kernel = net.createServer((socket) => socket.end('kernel')).listen(0, '127.0.0.1');
    await once(kernel, 'listening');
    const { port } = kernel.address() as net.AddressInfo;
    const out = await run(`
      import net from 'node:net';
      const { host, undo } = process[Symbol.for('synfin.register')];
      undo();
      net.connect(${port}, '127.0.0.1').on('data', (octets) => console.log(String(octets)));
      const server = net.createServer((socket) => socket.end('self')).listen(0, '127.0.0.1', () => {
        console.log(host.listeners.length, server._handle instanceof process.binding('tcp_wrap').TCP);
        net.connect(server.address().port, '127.0.0.1').on('data', () => server.close());
      });
    `);
    expect(out.trim().split('\n').sort()).toEqual(['0 true', 'kernel']);
    kernel.close();
  });

  test('resets connections that stayed with the kernel', async () => {
    const kernel = net.createServer().listen(0, '127.0.0.1');
    await once(kernel, 'listening');
    const error = once(kernel, 'connection').then(([socket]) => once(socket, 'error'));
    const { port } = kernel.address() as net.AddressInfo;
    await run(
      `import net from 'node:net';
       const socket = net.connect(${port}, '127.0.0.1', () => socket.resetAndDestroy());`,
      { SYNFIN: 'networks=10.0.0.0/8' },
    );
    expect((await error)[0].code).toBe('ECONNRESET');
    kernel.close();
  });

  test('serves on the addresses that SYNFIN gives the host; another one is not there', async () => {
    const out = await run(
      `import net from 'node:net';
       const server = net.createServer((socket) => socket.end('here')).listen(80, '10.1.0.1', () => {
         const there = net.connect(80, '10.1.0.1').on('data', (octets) => console.log(String(octets)));
         there.on('close', () => server.close());
         net.connect(80, '10.1.0.9').on('error', ({ message }) => console.log(message));
       });`,
      { SYNFIN: '10.1.0.0/24 addresses=10.1.0.1' },
    );
    expect(out.trim().split('\n').sort()).toEqual([
      'connect ENETUNREACH 10.1.0.9:80 - Local (0.0.0.0:0)',
      'here',
    ]);
  });

  test('prints what is redirected and what cannot be, when it is asked to, in both languages', async () => {
    const explained = async (env: Record<string, string>): Promise<string> => {
      const args = ['--import', preload, '-e', ''];
      const { stderr } = await promisify(execFile)(process.execPath, args, {
        env: { PATH: process.env['PATH'] ?? '', ...env },
      });
      return stderr;
    };
    const english = await explained({
      SYNFIN: 'explain networks=10.0.0.0/8 listenOnAny=false faults.loss=1%',
    });
    for (const line of [
      /^synfin\/register: what is redirected in this process \(\d+\), at level 3\n/,
      /To synfin:\n {2}- connections and datagrams to 10\.0\.0\.0\/8,/,
      /its loopback has faults: \{"loss":0\.01\}/,
      /process\.binding\('tcp_wrap'\)\.TCP\n/,
      /To the kernel, as ever:\n {2}- all other addresses\n {2}- servers and UDP sockets on every address \(listenOnAny is false\)/,
      / {2}- cluster: .*\n {2}- child processes: .*\n {2}- descriptors .*\n {2}- pipes .*\n {2}- worker threads: .*\n {2}- native /,
    ])
      expect(english).toMatch(line);
    expect(await explained({ SYNFIN: 'explain', LANG: 'zh_CN.UTF-8' })).toMatch(/^synfin\/register：本进程/);
    expect(await explained({ SYNFIN: 'explain=zh' })).toMatch(/不能重定向的内容及原因：\n {2}- cluster/);
    expect(await explained({ SYNFIN: 'networks=::1' })).toBe('');
  });
});

describe('register() when net is loaded already', () => {
  test('closes, when it is taken back, the host that it has made: servers and connections end', async () => {
    const seen: string[] = [];
    {
      await using registration = register();
      const server = net.createServer().listen(0);
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      const client = net.connect(port, '127.0.0.1').resume();
      const [socket] = (await once(server, 'connection')) as [net.Socket];
      socket.resume();
      for (const [name, one] of Object.entries({ server, client, socket }))
        one.on('close', () => seen.push(name));
      expect(registration.host.connections).toHaveLength(2);
    }
    for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
    expect(seen.sort()).toEqual(['client', 'server', 'socket']);
  });

  test('sockets are synfin’s while it lasts, and the kernel’s again after undo', async () => {
    const host = new Host({ name: 'here' });
    const { connect } = net.Socket.prototype;
    {
      using registration = register({ host });
      expect([registration.level, currentRegistration()]).toEqual([2, registration]);
      expect(() => register()).toThrow(/already/);
      const server = http.createServer((_request, response) => response.end('from here')).listen(0);
      await once(server, 'listening');
      expect(host.listeners).toHaveLength(1);
      const { port } = server.address() as net.AddressInfo;
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('from here');
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
    expect(currentRegistration()).toBeNull();
    expect(net.Socket.prototype.connect).toBe(connect);
    const kernel = net.createServer((socket) => socket.end('kernel')).listen(0, '127.0.0.1');
    await once(kernel, 'listening');
    expect(host.listeners).toHaveLength(0);
    kernel.close();
    await host.close();
  });

  test('what is not in its networks stays with the kernel, for servers and for clients', async () => {
    const kernel = net.createServer((socket) => socket.end('kernel')).listen(0, '127.0.0.1');
    await once(kernel, 'listening');
    const host = new Host({ name: 'here' });
    host.addInterface({ addresses: ['10.1.1.1/24'] });
    using _registration = register({ host, networks: ['10.1.1.0/24'], listenOnAny: false });
    const read = async (port: number, address: string): Promise<string> => {
      let text = '';
      for await (const octets of net.connect(port, address)) text += String(octets);
      return text;
    };
    const own = net.createServer((socket) => socket.end('synfin')).listen(80, '10.1.1.1');
    const other = net.createServer((socket) => socket.end('kernel too')).listen(0, '127.0.0.1');
    await Promise.all([once(own, 'listening'), once(other, 'listening')]);
    expect(host.listeners).toHaveLength(1);
    expect(await read(80, '10.1.1.1')).toBe('synfin');
    expect(await read((kernel.address() as net.AddressInfo).port, '127.0.0.1')).toBe('kernel');
    expect(await read((other.address() as net.AddressInfo).port, '127.0.0.1')).toBe('kernel too');
    for (const server of [kernel, own, other]) server.close();
    await host.close();
  });

  test('code that was put on a host listens there, and connects there, whatever the networks are', async () => {
    const [here, there] = [new Host({ name: 'here' }), new Host({ name: 'there' })];
    using _registration = register({ host: here, networks: ['10.9.0.0/16'], listenOnAny: false });
    const server = net.createServer((socket) => socket.end('there'));
    onHost(there, () => server.listen(80, '127.0.0.1'));
    await once(server, 'listening');
    expect([here.listeners.length, there.listeners.length]).toEqual([0, 1]);
    const [octets] = (await onHost(there, () => once(net.connect(80, '127.0.0.1'), 'data'))) as [Buffer];
    expect(String(octets)).toBe('there');
    server.close();
    await Promise.all([here.close(), there.close()]);
  });

  test('leaves what somebody else has put around a method meanwhile: it reaches the kernel', async () => {
    const { connect } = net.Socket.prototype;
    const registration = register();
    const ours = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket;
    let calls = 0;
    const wrapper = function (this: net.Socket, ...args: unknown[]): net.Socket {
      calls++;
      return ours.apply(this, args);
    };
    net.Socket.prototype.connect = wrapper as typeof connect;
    try {
      registration.undo();
      expect(net.Socket.prototype.connect).toBe(wrapper);
      const kernel = net.createServer((socket) => socket.end('kernel')).listen(0, '127.0.0.1');
      await once(kernel, 'listening');
      const [octets] = (await once(
        net.connect((kernel.address() as net.AddressInfo).port, '127.0.0.1'),
        'data',
      )) as [Buffer];
      expect([String(octets), calls]).toEqual(['kernel', 1]);
      kernel.close();
    } finally {
      net.Socket.prototype.connect = connect;
    }
  });

  test('refuses addresses and faults for a host that has its own', async () => {
    const host = new Host({ name: 'here' });
    expect(() => register({ host, faults: { loss: 0.1 } })).toThrow(
      /^register: faults must be left out where `host`/,
    );
    expect(() => register({ host, addresses: ['10.0.0.1'] })).toThrow(
      /^register: addresses must be left out/,
    );
    expect(currentRegistration()).toBeNull();
    await host.close();
  });

  test.each([
    [
      { addresses: ['10.0.0.1', '10.0.0'] },
      "addresses[1] must be an IP address, like 10.1.0.1, not '10.0.0'",
    ],
    [{ addresses: ['10.1.0.1/16'] }, "addresses[0] must be an IP address, like 10.1.0.1, not '10.1.0.1/16'"],
    [
      { networks: ['::1', '10.0.0.0/80'] },
      "networks[1] must be a network, like 10.0.0.0/8, not '10.0.0.0/80'",
    ],
    [{ networks: ['localhost'] }, "networks[0] must be a network, like 10.0.0.0/8, not 'localhost'"],
  ])('refuses %j in the words in which it was given', (options, message) => {
    expect(() => register(options)).toThrow(`register: ${message}`);
    expect(currentRegistration()).toBeNull();
  });
});

describe('faults', () => {
  test('befall what passes the loopback: all of it arrives, late and by way of retransmissions', async () => {
    const faults = {
      delayUs: 2000,
      loss: 0.1,
      duplicate: 0.05,
      reorder: { probability: 0.1, extraDelayUs: 5000 },
      seed: 3,
    };
    await using registration = register({ faults });
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect(port, '127.0.0.1');
    const sent = Buffer.alloc(300_000, 'loss and delay');
    client.end(sent);
    const got: Buffer[] = [];
    for await (const octets of client) got.push(octets as Buffer);
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    const { ab, ba } = registration.wire as NonNullable<typeof registration.wire>;
    expect(ab.counters.dropped.loss).toBeGreaterThan(0);
    expect(ab.counters.duplicated).toBeGreaterThan(0);
    expect(ab.counters.reordered).toBeGreaterThan(0);
    expect(ba.counters.deliveredPackets).toBe(0);
  });

  test('can be changed while it lasts: a wire that is cut lets nothing pass until it is mended', async () => {
    await using registration = register({ faults: {} });
    const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    await once(client, 'connect');
    registration.wire?.partition(true);
    client.write('through');
    const first = once(client, 'data');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(client.bytesRead).toBe(0);
    registration.wire?.partition(false);
    expect(String((await first)[0])).toBe('through');
    client.destroy();
  });

  test('keep no process alive', async () => {
    const out = await run(
      `import net from 'node:net';
       const server = net.createServer((socket) => socket.end('x')).listen(0, () => {
         net.connect(server.address().port).resume().on('close', () => { console.log('closed'); server.close(); });
       });`,
      { SYNFIN: 'faults.delayUs=1000 faults.loss=0.01' },
    );
    expect(out).toBe('closed\n');
  });
});
