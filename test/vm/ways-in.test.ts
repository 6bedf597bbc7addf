// The other ways by which QEMU's frames come to a gateway, a guest that gives up ten thousand attempts to connect, and one
// that looks for the path. By `npm run test:qemu`.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createGateway, type NodeGatewayOptions, openFrames } from '../../src/gateway/node/index.ts';
import { pattern } from '../../src/link/devices/testing.ts';
import { Drop } from '../../src/tcp/index.ts';
import { ACK, SYN } from '../../src/wire/index.ts';
import { titled } from '../support/namespace.ts';
import type { RootFile } from './initramfs.ts';
import { CACHE } from './kernel.ts';
import { card, QemuGuest, whyNoGuest } from './qemu.ts';

const why = process.env['SYNFIN_VM'] === 'whole' ? whyNoGuest() : 'npm run test:qemu';
const CC = '/usr/bin/cc';
const TRACEPATH = ['/usr/bin/tracepath', join(CACHE, 'usr/bin/tracepath')].find(existsSync);
const OCTETS = pattern(1_000_000, 3);
const SUM = createHash('sha256').update(OCTETS).digest('hex');
const SYNS = 10_000;
const TCP = 6;
const UP = 'ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh';

/** connect() to 10.0.2.2, which is given up at once: what answers is answered by a RST. */
const GIVES_UP = `
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int n, char **argv) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
  int given_up = 0;
  to.sin_addr.s_addr = inet_addr("10.0.2.2");
  for (int i = 0; i < atoi(argv[2]); i++) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s < 0) return 1;
    connect(s, (struct sockaddr *)&to, sizeof to);
    close(s);
    given_up++;
    if (i % 100 == 99) usleep(20000);
  }
  printf("%d\\n", given_up);
}
`;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

/** A server of this machine that answers any request with OCTETS; its port. */
async function server(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${OCTETS.length}\r\nConnection: close\r\n\r\n`);
      socket.end(OCTETS);
    });
    socket.on('end', () => socket.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A UDP port of this machine that is free. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A gateway with a way in, and a guest there that has its address; `netdev` is QEMU's, for where that is. */
async function guestBy(
  at: string,
  netdev: (port: number) => string | Promise<string>,
  files: Readonly<Record<string, RootFile>> = {},
  options: NodeGatewayOptions = {},
) {
  const gateway = createGateway({ hostLoopback: true, ...options });
  cleanUp.push(() => gateway.close());
  const frames = await openFrames(at, {}, (port) => void gateway.attach(port, { name: 'vm' }));
  cleanUp.push(() => frames.close());
  const network = card(await netdev(Number(/\d+$/.exec(frames.at)?.[0])));
  const guest = await QemuGuest.boot({ network, files });
  cleanUp.push(() => guest.close());
  await guest.run(UP);
  return { gateway, guest };
}

describe.skipIf(why !== '')(titled('a Linux guest in QEMU', why), { timeout: 120_000 }, () => {
  const overTcp = (port: number): string =>
    `stream,server=off,addr.type=inet,addr.host=127.0.0.1,addr.port=${port}`;
  const ways: readonly [string, string, (port: number) => string | Promise<string>][] = [
    ['-netdev stream over TCP', 'tcp:0', overTcp],
    [
      '-netdev dgram over UDP',
      'udp:0',
      async (port) => {
        const [remote, local] = ['remote', 'local'].map((end) => `${end}.type=inet,${end}.host=127.0.0.1`);
        return `dgram,${remote},remote.port=${port},${local},local.port=${await freePort()}`;
      },
    ],
  ];
  test.each(ways)('%s: an address, and 1 MB with the right SHA-256', async (_name, at, netdev) => {
    const { gateway, guest } = await guestBy(at, netdev);
    const port = await server();
    expect(await guest.run(`wget -q -O - http://10.0.2.2:${port}/ | sha256sum`, 60_000)).toContain(SUM);
    expect(gateway.guests[0]?.info()).toMatchObject({ malformed: 0, spoofed: 0, rogue: 0 });
  });

  test.skipIf(!existsSync(CC))(`${SYNS} attempts that are given up leave nothing`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'synfin-vm-'));
    cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
    const [source, program] = [join(dir, 'gives-up.c'), join(dir, 'gives-up')];
    writeFileSync(source, GIVES_UP);
    execFileSync(CC, ['-O1', '-static', '-o', program, source]);
    const { gateway, guest } = await guestBy('tcp:0', overTcp, {
      'bin/gives-up': { octets: readFileSync(program) },
    });
    const port = await server();
    // A queue that holds them all: what the guest's kernel drops before its card nobody else could count.
    await guest.run('echo 20000 >/sys/class/net/eth0/tx_queue_len');
    const framesOut = async (): Promise<number> =>
      Number(await guest.run('cat /sys/class/net/eth0/statistics/tx_packets'));
    const framesIn = (): number => gateway.guests[0]?.info().framesIn ?? 0;
    const lost = (await framesOut()) - framesIn();
    let syns = 0;
    gateway.tap = (_, direction, frame) => {
      if (direction === 'in' && frame[23] === TCP && ((frame[47] ?? 0) & (SYN | ACK)) === SYN) syns++;
    };
    expect(await guest.run(`gives-up ${port} ${SYNS}`, 90_000)).toContain(`${SYNS}`);
    await expect.poll(() => gateway.host.tcp.size, { timeout: 30_000 }).toBe(0);
    // They have all come, and each was judged, or dropped and counted: as more than `limits.pending`, or because its port is
    // that of an attempt before, whose SYN was answered already (RFC 9293 section 3.10.7.4).
    expect([syns, lost]).toEqual([SYNS, 0]);
    await expect.poll(async () => (await framesOut()) - framesIn(), { timeout: 30_000 }).toBe(0);
    const { synOverflows, drops } = gateway.host.counters;
    const { asked, overLimit } = gateway.info().counters.tcp;
    const again = [Drop.PAWS, Drop.OUTSIDE_WINDOW, Drop.DUPLICATE_SYN, Drop.SYN_CHALLENGED];
    const answered = again.reduce((sum, reason) => sum + (drops[reason] ?? 0), 0);
    expect(asked).toBeGreaterThan(SYNS / 10);
    expect(asked + overLimit + synOverflows).toBeLessThanOrEqual(SYNS);
    expect(asked + overLimit + synOverflows + answered).toBeGreaterThanOrEqual(SYNS);
    await expect.poll(() => gateway.connections(), { timeout: 30_000 }).toEqual([]);
    // And it goes on.
    expect(await guest.run(`wget -q -O - http://10.0.2.2:${port}/ | sha256sum`, 60_000)).toContain(SUM);
  });

  test.skipIf(TRACEPATH === undefined)(
    titled('tracepath', TRACEPATH === undefined ? 'there is none (iputils-tracepath)' : ''),
    async () => {
      const files = {
        'bin/tracepath': { octets: readFileSync(TRACEPATH as string) },
        lib64: { folder: true },
        'lib64/ld-linux-x86-64.so.2': { octets: readFileSync('/lib64/ld-linux-x86-64.so.2') },
        'lib/libc.so.6': { octets: readFileSync('/lib/x86_64-linux-gnu/libc.so.6') },
      } as const;
      // A link that the guest was told to be narrower; nobody listens beyond it.
      const { guest } = await guestBy('tcp:0', overTcp, files, {
        mtu: 1400,
        policy: { deny: ['192.0.2.0/24'], answer: 'icmp' },
      });
      expect(await guest.run('tracepath -n 10.0.2.2')).toMatch(
        /pmtu 1400\n[\s\S]* 1: {2}10\.0\.2\.2 .* reached\n\s*Resume: pmtu 1400 hops 1/,
      );
      // The gateway is the first hop to everybody else, and the one that says no.
      expect(await guest.run('tracepath -n 192.0.2.1')).toMatch(
        / 1: {2}10\.0\.2\.2 [\s\S]* 2: {2}10\.0\.2\.2 .*!/,
      );
    },
  );
});
