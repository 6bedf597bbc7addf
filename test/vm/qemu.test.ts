// A Linux guest in QEMU whose way out is a gateway on this machine's network: `-netdev stream`, udhcpc, nslookup, wget, nc.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gateway } from '../../src/gateway/index.ts';
import { createGateway, type Frames, openFrames } from '../../src/gateway/node/index.ts';
import { pattern } from '../../src/link/devices/testing.ts';
import { titled } from '../support/namespace.ts';
import { Cable } from './cable.ts';
import { card, QemuGuest, whyNoGuest } from './qemu.ts';

const why = whyNoGuest();
/** What is fetched and sent back. `npm run test:qemu` has 100 MB. */
const OCTETS = Number(process.env['SYNFIN_VM_OCTETS'] ?? 5_000_000);
const MOST_MS = 60_000 + OCTETS / 200;

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

describe.skipIf(why !== '')(titled('a Linux guest in QEMU behind a gateway', why), () => {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-qemu-'));
  const octets = pattern(OCTETS, 7);
  const sum = sha256(octets);
  const servers: Server[] = [];
  let gateway: Gateway;
  let frames: Frames;
  let guest: QemuGuest;
  let cable: Cable;

  /** A server on this machine's loopback, in both families where there are; its port. */
  async function serve(each: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      each(socket);
    });
    servers.push(server);
    server.listen(0, '::');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  beforeAll(async () => {
    const path = join(dir, 'vm.sock');
    gateway = createGateway({ hostLoopback: true, dns: { hosts: { 'files.test': '10.0.2.2' } } });
    frames = await openFrames(`unix:${path}`, {}, (port) => {
      cable = new Cable(port);
      gateway.attach(cable, { name: 'vm' });
    });
    guest = await QemuGuest.boot({
      // What comes is kept in its memory, of which files may have half.
      memory: 128 + Math.ceil((3 * OCTETS) / 1_000_000),
      network: card(`stream,server=off,addr.type=unix,addr.path=${path}`),
    });
  });
  afterAll(async () => {
    await guest?.close();
    await gateway?.close();
    await frames?.close();
    for (const server of servers) server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('udhcpc has a lease at once: address, router, DNS', async () => {
    await guest.run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh');
    expect(await guest.run('ip -4 -o addr show dev eth0')).toContain('10.0.2.15/24');
    expect(await guest.run('ip route')).toContain('default via 10.0.2.2');
    expect(await guest.run('cat /etc/resolv.conf')).toContain('nameserver 10.0.2.3');
    expect(gateway.info().leases).toMatchObject([{ address: '10.0.2.15', guest: 'vm' }]);
  });

  test('IPv6: it makes itself an address of the prefix that the gateway advertises', {
    timeout: 90_000,
  }, async () => {
    // Bounded by this machine's clock, not by the guest's; `tentative` is one that nobody may use yet.
    await guest.run(
      'until ip -6 -o addr show dev eth0 | grep -v tentative | grep -q "fd00::.*global"; do sleep 0.2; done',
      60_000,
    );
    expect(await guest.run('ip -6 -o addr show dev eth0')).toMatch(/fd00::[\da-f:]+\/64 scope global/);
    expect(await guest.run('ip -6 route')).toContain('default via fe80::2');
    expect(await guest.run('ping -6 -c 2 -i 0.2 fd00::2')).toMatch(/2 packets received/);
  });

  test('ping of the gateway, and names of its own', async () => {
    expect(await guest.run('ping -c 2 -i 0.2 10.0.2.2')).toMatch(/2 packets received/);
    expect(await guest.run('nslookup -type=a files.test')).toMatch(/Address.*10\.0\.2\.2/);
  });

  test(`wget of ${OCTETS} octets by name, and in IPv6 by address: the right SHA-256`, {
    timeout: MOST_MS,
  }, async () => {
    const port = await serve((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${octets.length}\r\nConnection: close\r\n\r\n`);
        socket.end(octets);
      });
    });
    const fetch = (host: string): Promise<string> =>
      guest.run(`wget -q -O - http://${host}:${port}/ | sha256sum`, MOST_MS);
    expect(await fetch('files.test')).toContain(sum);
    expect(await fetch('[fd00::2]')).toContain(sum);
  });

  test(`${OCTETS} octets to the guest and back, the server ending first: half-closed that way`, {
    timeout: MOST_MS,
  }, async () => {
    // The program of `nc -e` has the connection as its input and output: it reads to the end, then sends it all back.
    await guest.run("printf '#!/bin/sh\\ncat >/tmp/f; cat /tmp/f; rm /tmp/f' >/bin/back; chmod +x /bin/back");
    let back: Promise<Uint8Array> | undefined;
    const port = await serve((socket) => {
      socket.end(octets);
      back = buffer(socket);
    });
    await guest.run(`nc 10.0.2.2 ${port} -e /bin/back`, MOST_MS);
    expect(sha256((await back) ?? new Uint8Array(0))).toBe(sum);
  });

  test('a guest that ends first still hears the answer: half-closed this way', async () => {
    const port = await serve(async (socket) => {
      const question = await buffer(socket);
      socket.end(`answer to ${question}`);
    });
    expect(await guest.run(`echo question | nc 10.0.2.2 ${port}`)).toBe('answer to question\n');
  });

  test('a forward: a program of this machine asks a server in the guest', async () => {
    const forward = await gateway.forward({ port: 0, address: '127.0.0.1', guest: 'vm', guestPort: 9 });
    await guest.run(
      '(nc -l -p 9 -e /bin/cat >/dev/null 2>&1 &); until netstat -ltn | grep -q ":9 "; do sleep 0.1; done',
    );
    const socket = connect({ host: '127.0.0.1', port: forward.port, allowHalfOpen: true });
    socket.end('echo of this');
    expect(String(await buffer(socket))).toBe('echo of this');
    forward.close();
  });

  test('nobody listens: refused at once; an abort on either side is one on the other', async () => {
    const port = await serve((socket) => socket.resetAndDestroy());
    const silent = await serve(() => {});
    servers.at(-1)?.close();
    await expect(guest.run(`nc -w 5 10.0.2.2 ${silent} </dev/null`)).rejects.toThrow(/refused/);
    await expect(guest.run(`sleep 1 | nc 10.0.2.2 ${port}`)).rejects.toThrow(/reset|status 1/);
  });

  test('the cable is off for five seconds, and on: what is under way goes on', {
    timeout: MOST_MS,
  }, async () => {
    const port = await serve((socket) => {
      socket.on('data', () => {});
      socket.on('end', () => socket.end('all'));
      let left = 20;
      const more = setInterval(() => {
        if (--left < 0) clearInterval(more);
        else socket.write('tick\n');
      }, 100);
    });
    // The guest ends its direction when it has heard all.
    const heard = 'until [ $(grep -c tick /tmp/heard) = 20 ]; do sleep 0.2; done; echo x';
    const said = guest.run(`>/tmp/heard; (${heard}) | nc 10.0.2.2 ${port} | tee /tmp/heard`, MOST_MS);
    setTimeout(() => cable.set(false), 500);
    setTimeout(() => cable.set(true), 5500);
    const text = await said;
    expect(text).toBe(`${'tick\n'.repeat(20)}all`);
    expect(cable.lost).toBeGreaterThan(0);
  });

  test('nothing is left, and nothing of what the guest sent was malformed or in the name of another', async () => {
    // The guest's shell may answer before its kernel's last ACK has come.
    await expect
      .poll(() => gateway.connections().filter(({ state }) => state !== 'TIME-WAIT'), { timeout: 30_000 })
      .toEqual([]);
    expect(gateway.guests[0]?.info()).toMatchObject({ malformed: 0, spoofed: 0, rogue: 0 });
    const snmp = await guest.run('grep ^Tcp: /proc/net/snmp');
    const [names = [], values = []] = snmp.split('\n').map((line) => line.split(' '));
    expect(values[names.indexOf('InErrs')]).toBe('0');
  });
});
