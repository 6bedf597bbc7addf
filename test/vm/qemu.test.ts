// A Linux guest in QEMU on its own kinds of sockets, with a host of ours at the other end of the cable.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Frames, openFrames } from '../../src/gateway/node/index.ts';
import { Host } from '../../src/index.ts';
import { pattern } from '../../src/link/devices/testing.ts';
import { titled } from '../support/namespace.ts';
import { card, QemuGuest, whyNoGuest } from './qemu.ts';

const why = whyNoGuest();

describe.skipIf(why !== '')(titled('a guest in QEMU', why), () => {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-qemu-'));
  const host = new Host({ name: 'gateway' });
  let frames: Frames;
  let guest: QemuGuest;

  beforeAll(async () => {
    const path = join(dir, 'vm.sock');
    frames = await openFrames(`unix:${path}`, {}, (port) => {
      host.attach(port, { addresses: ['10.0.2.2/24', 'fd00::2/64'] });
    });
    guest = await QemuGuest.boot({ network: card(`stream,server=off,addr.type=unix,addr.path=${path}`) });
    await guest.run(
      'echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; ip addr add 10.0.2.15/24 dev eth0; ' +
        'ip addr add fd00::15/64 dev eth0; ip link set eth0 up',
    );
  });
  afterAll(async () => {
    await guest?.close();
    await host.close();
    await frames?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('ping in both families', async () => {
    expect(await guest.run('ping -c 2 -i 0.2 10.0.2.2')).toMatch(/2 packets received/);
    expect(await guest.run('ping -6 -c 2 -i 0.2 fd00::2')).toMatch(/2 packets received/);
  });

  test('5 MB to the guest and 5 MB back, each side ended by a half-close, have the right SHA-256', async () => {
    const octets = pattern(5_000_000, 7);
    const sum = createHash('sha256').update(octets).digest('hex');
    const listener = host.listen({ port: 7 });
    // The program of `nc -e` has the connection as its input and output: it reads to the end, then sends it all back.
    await guest.run(
      "printf '#!/bin/sh\\ncat >/tmp/f; sha256sum </tmp/f >/tmp/sum; cat /tmp/f' >/bin/back; chmod +x /bin/back",
    );
    const done = guest.run('nc 10.0.2.2 7 -e /bin/back; cat /tmp/sum');
    const connection = await listener.accept();
    await connection.write(octets);
    await connection.end();
    const back = createHash('sha256');
    for await (const piece of connection) back.update(piece);
    expect(back.digest('hex')).toBe(sum);
    expect(await done).toContain(sum);
    listener.close();
  });

  test('a guest that ends first still hears the answer', async () => {
    const listener = host.listen({ port: 8 });
    const said = guest.run('echo question | nc 10.0.2.2 8');
    const connection = await listener.accept();
    const question: Uint8Array[] = [];
    for await (const piece of connection) question.push(piece);
    expect(String(Buffer.concat(question))).toBe('question\n');
    await connection.write(new TextEncoder().encode('answer\n'));
    await connection.end();
    expect(await said).toBe('answer\n');
    listener.close();
  });

  test('the guest counts no segment as damaged, and QEMU sent no frame that is none', async () => {
    const snmp = await guest.run('cat /proc/net/snmp');
    const tcp = snmp.split('\n').filter((line) => line.startsWith('Tcp:'));
    const [names = [], values = []] = tcp.map((line) => line.split(' '));
    expect(values[names.indexOf('InErrs')]).toBe('0');
    expect(Math.max(...host.counters.malformed)).toBe(0);
  });
});
