// A Linux in v86, under Node, on a network of one program: v86's own list of what a network has to do, and what its own
// network cannot: losses, half-closes, 1 MB both ways (SYNFIN_V86_OCTETS: another size). By `npm run test:qemu`.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultyPort, Gateway, hostOuter } from '../../src/gateway/index.ts';
import { createV86Network, type V86Network, v86Port } from '../../src/gateway/v86/index.ts';
import { Host } from '../../src/host/index.ts';
import { pattern } from '../../src/link/devices/testing.ts';
import { serve } from '../../src/socket/web/index.ts';
import { titled } from '../support/namespace.ts';
import { bootV86, type V86Guest, whyNoV86 } from './v86.ts';

const why = process.env['SYNFIN_VM'] === 'whole' ? whyNoV86() : 'npm run test:qemu';
const octets = pattern(Number(process.env['SYNFIN_V86_OCTETS'] ?? 1_000_000), 5);
const sum = createHash('sha256').update(octets).digest('hex');

describe.skipIf(why !== '').each(['ne2k', 'virtio'] as const)(
  titled('a Linux guest in v86, card %s', why),
  { timeout: 120_000 },
  (card) => {
    let guest: V86Guest;
    let network: V86Network;

    beforeAll(async () => {
      guest = await bootV86(card);
      network = createV86Network(guest.emulator);
      network.serve(
        80,
        async (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === '/moved') return Response.redirect('http://page.test/file', 302);
          if (request.method === 'GET') return new Response(octets as Uint8Array<ArrayBuffer>);
          const body = new Uint8Array(await request.arrayBuffer());
          return new Response(createHash('sha256').update(body).digest('hex'));
        },
        'page.test',
      );
    }, 300_000);
    afterAll(async () => {
      await network?.close();
      await guest?.close();
    });

    test('DHCP, DNS, ping, arp', async () => {
      await guest.run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 4 -s /etc/udhcpc.sh');
      expect(network.address).toBe('10.0.2.15');
      expect(await guest.run('nslookup -type=a page.test')).toMatch(/Address.*10\.0\.2\.2/);
      expect(await guest.run('ping -c 2 10.0.2.2')).toMatch(/2 packets received/);
      expect(await guest.run('arp -an')).toContain('52:55:0a:00:02:02');
    });

    test('wget of the page, also after a redirect; a large POST', async () => {
      expect(await guest.run('wget -q -O /tmp/f http://page.test/file; sha256sum </tmp/f')).toContain(sum);
      expect(await guest.run('wget -q -O - http://page.test/moved | sha256sum')).toContain(sum);
      // It posts text: busybox's wget ends at the first octet of zero.
      const posted = await guest.run(
        'base64 /tmp/f >/tmp/t; sha256sum </tmp/t; wget -q -O - --post-file /tmp/t http://page.test/',
      );
      const [here, there] = posted.split('\n');
      expect(here).toContain(there);
      expect(there).toMatch(/^[\da-f]{64}$/);
    });

    test('the page fetches from a server in the guest; open ports and closed ones', async () => {
      await guest.run('mkdir -p /www; cp /tmp/f /www/f; httpd -p 8080 -h /www');
      const response = await network.fetch('http://guest:8080/f');
      const body = new Uint8Array(await response.arrayBuffer());
      expect(createHash('sha256').update(body).digest('hex')).toBe(sum);
      expect([await network.probe(8080), await network.probe(8081)]).toEqual([true, false]);
    });

    test('half-closed each way: who ends first still hears the other', async () => {
      await guest.run(
        "printf '#!/bin/sh\\nsha256sum' >/bin/sum; chmod +x /bin/sum; (nc -l -p 9 -e /bin/sum &); until netstat -ltn | grep -q ':9 '; do sleep 0.1; done",
      );
      const connection = await network.connect(9);
      await connection.write(octets);
      await connection.end();
      let answer = '';
      for await (const piece of connection) answer += new TextDecoder().decode(piece);
      expect(answer).toContain(sum);
    });

    test('with losses and reordering: there and back, a reset in the middle, a port again in TIME-WAIT', {
      timeout: 240_000,
    }, async () => {
      await network.close();
      const outside = new Host();
      const faults = { loss: 0.02, reorder: { probability: 0.05, extraDelayUs: 20_000 }, seed: 3 };
      const gateway = new Gateway({ outer: hostOuter(outside) });
      gateway.attach(faultyPort(v86Port(guest.emulator), faults));
      try {
        serve(gateway.host, { port: 80 }, () => new Response(octets as Uint8Array<ArrayBuffer>));
        const summed = gateway.host.listen({ port: 9 });
        const reset = gateway.host.listen({ port: 10 });
        const greets = gateway.host.listen({ port: 11 });
        await guest.run('udhcpc -i eth0 -n -q -t 8 -s /etc/udhcpc.sh');
        expect(await guest.run('wget -q -O - http://10.0.2.2/ | sha256sum', 90_000)).toContain(sum);

        const sent = guest.run('nc 10.0.2.2 9 </tmp/f', 90_000);
        const c = await summed.accept();
        const hash = createHash('sha256');
        for await (const piece of c) hash.update(piece);
        await c.end();
        await sent;
        expect(hash.digest('hex')).toBe(sum);

        const broken = guest.run('nc 10.0.2.2 10 </tmp/f');
        const r = await reset.accept();
        await r.read();
        r.abort();
        await expect(broken).rejects.toThrow(/status 1/);

        for (const word of ['one', 'two']) {
          // It does not end its direction before the page has: the page has TIME-WAIT.
          const heard = guest.run('[ -p /tmp/p ] || mkfifo /tmp/p; nc -p 4000 10.0.2.2 11 <>/tmp/p');
          const g = await greets.accept();
          await g.write(new TextEncoder().encode(word));
          void g.end().catch(() => {});
          expect(await heard).toBe(word);
        }
      } finally {
        await gateway.close();
        await outside.close({ timeoutMs: 0 });
      }
    });
  },
);
