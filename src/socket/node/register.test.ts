import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { currentRegistration, register } from './index.ts';

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
       import { register } from '${preload}';
       process[Symbol.for('synfin.register')].undo();
       register({ networks: ['10.0.0.0/8'], listenOnAny: false });
       const socket = net.connect(${port}, '127.0.0.1', () => socket.resetAndDestroy());`,
    );
    expect((await error)[0].code).toBe('ECONNRESET');
    kernel.close();
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
});
