import { describe, expect, it } from 'vitest';
import type { Host, UdpMessage } from '../../host/index.ts';
import { readAll } from '../../host/testing.ts';
import { decodeResponse, encodeQuestion, framed, type Response } from '../../socket/dns/index.ts';
import type { DnsAnswer, GatewayOptions } from '../index.ts';
import { Site } from '../testing.ts';
import { answerNtp } from './ntp.ts';

const FAR = '192.0.2.80';

/** What outside knows in these tests. */
const ZONE: Readonly<Record<string, DnsAnswer>> = {
  'example.org A': ok(['example.org', 'A', 5, FAR]),
  'example.org AAAA': ok(['example.org', 'AAAA', 99_999, '2600::80']),
  'example.org MX': ok(['example.org', 'MX', 300, { preference: 10, exchange: 'mx.example.org' }]),
  'www.example.org A': ok(
    ['www.example.org', 'CNAME', 300, 'cdn.example.net'],
    ['cdn.example.net', 'A', 60, FAR],
  ),
  'alias.example.org A': ok(
    ['alias.example.org', 'CNAME', 300, 'evil.example'],
    ['evil.example', 'A', 60, FAR],
  ),
  'rebind.example.org A': ok(
    ['rebind.example.org', 'A', 60, '10.9.9.9'],
    ['rebind.example.org', 'A', 60, FAR],
  ),
  'many.example.org A': ok(...range(200).map((n) => ['many.example.org', 'A', 60, `192.0.2.${n}`] as const)),
};

function ok(...records: readonly (readonly [string, string, number, unknown])[]): DnsAnswer {
  return { rcode: 'NOERROR', answers: records.map(([name, type, ttl, data]) => ({ name, type, ttl, data })) };
}
function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** A gateway that knows the zone, and what outside was asked. */
function named(options: Partial<GatewayOptions> = {}) {
  const asked: string[] = [];
  const site = new Site({
    ...options,
    dns: {
      upstream: async (name, type) => {
        asked.push(`${name} ${type}`);
        return ZONE[`${name} ${type}`] ?? { rcode: 'NXDOMAIN', answers: [] };
      },
      ...options.dns,
    },
  });
  const { host, guest, port } = site.machine();
  return { site, host, guest, port, asked };
}

async function ask(
  site: Site,
  host: Host,
  name: string,
  type = 'A',
  server = '10.0.2.3',
): Promise<Response | null> {
  const socket = host.udp();
  socket.send(encodeQuestion(7, { name, type: type as 'A' }, true), server, 53);
  const message = await site.net.run(socket.receive({ timeout: 20_000 }).catch(() => null));
  socket.close();
  return message === null ? null : decodeResponse(message.data);
}
const data = (response: Response | null): unknown[] => (response?.answers ?? []).map((record) => record.data);

describe('names', () => {
  it('are asked for outside, and told with times to live between bounds', async () => {
    const { site, host, asked } = named();
    for (const server of ['10.0.2.2', '10.0.2.3'])
      expect(await ask(site, host, 'EXAMPLE.org', 'A', server)).toMatchObject({
        id: 7,
        rcode: 'NOERROR',
        question: { name: 'EXAMPLE.org', type: 'A' },
        answers: [{ ttl: 10, data: FAR }],
      });
    expect((await ask(site, host, 'example.org', 'AAAA'))?.answers).toMatchObject([
      { ttl: 3600, data: '2600::80' },
    ]);
    expect(data(await ask(site, host, 'example.org', 'MX'))).toMatchObject([{ exchange: 'mx.example.org' }]);
    expect((await ask(site, host, 'none.example.org'))?.rcode).toBe('NXDOMAIN');
    expect(asked).toEqual([
      'example.org A',
      'example.org A',
      'example.org AAAA',
      'example.org MX',
      'none.example.org A',
    ]);
  });

  it('of the gateway itself come before, wildcards too, and can be changed', async () => {
    const { site, host, asked } = named({
      dns: { hosts: { '*.test': '192.0.2.7', 'a.test': ['192.0.2.8', '2600::8'] } },
    });
    expect(data(await ask(site, host, 'x.y.test'))).toEqual(['192.0.2.7']);
    expect(data(await ask(site, host, 'A.test.'))).toEqual(['192.0.2.8']);
    expect(data(await ask(site, host, 'a.test', 'AAAA'))).toEqual(['2600::8']);
    expect(data(await ask(site, host, 'gateway.internal'))).toEqual(['10.0.2.2']);
    expect(await ask(site, host, 'test')).toMatchObject({ rcode: 'NXDOMAIN' });
    site.gateway.setHost('a.test', '192.0.2.9');
    expect(data(await ask(site, host, 'a.test'))).toEqual(['192.0.2.9']);
    expect(() => site.gateway.setHost('a.test', 'nowhere')).toThrow(/nowhere/);
    expect(asked).toEqual(['test A']);
  });

  it('by TCP, several questions on one connection; by UDP what is too long is truncated', async () => {
    const { site, host } = named();
    expect(await ask(site, host, 'many.example.org')).toMatchObject({ truncated: true, answers: [] });
    const c = await site.net.run(host.connect({ address: '10.0.2.3', port: 53 }));
    for (const id of [1, 2])
      await c.write(framed(encodeQuestion(id, { name: 'many.example.org', type: 'A' }, false)));
    void c.end();
    const octets = await site.net.run(readAll(c));
    const length = new DataView(octets.buffer).getUint16(0);
    expect(decodeResponse(octets.subarray(2, 2 + length))?.answers.length).toBe(200);
    expect(decodeResponse(octets.subarray(4 + length))?.id).toBe(2);
  });

  it('that are not allowed are not asked for: no word of them leaves', async () => {
    const { site, host, asked } = named({ policy: { allow: ['*.example.org:443', 'example.org:443'] } });
    for (const name of [
      'evil.example',
      'c2VjcmV0.evil.example',
      'exampleXorg',
      '1.2.3.4',
      '0x7f.1',
      'use-application-dns.net',
    ])
      expect(await ask(site, host, name)).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
    expect(await ask(site, host, '2.2.0.10.in-addr.arpa', 'PTR')).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(asked).toEqual([]);
    expect(data(await ask(site, host, 'www.example.org'))).toEqual(['cdn.example.net', FAR]);
    expect(site.gateway.info().counters.dns).toMatchObject({ denied: 7 });
    expect(site.logged('name').map(({ name, verdict }) => [name, verdict])).toContainEqual([
      'evil.example',
      'deny',
    ]);
  });

  it('lead to no address that is closed, and by no alias that is denied', async () => {
    const { site, host } = named({ policy: { deny: ['evil.example'] } });
    expect(data(await ask(site, host, 'rebind.example.org'))).toEqual([FAR]);
    expect(await ask(site, host, 'alias.example.org')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(site.gateway.info().counters.dns.withheld).toBe(2);
  });

  it('records that would hide the name of a connection are not told', async () => {
    const { site, host, asked } = named();
    const socket = host.udp();
    // dns-packet cannot write the type HTTPS: A becomes 65 by hand.
    const question = encodeQuestion(9, { name: 'example.org', type: 'A' }, false);
    question[question.length - 3] = 65;
    socket.send(question, '10.0.2.3', 53);
    const message = (await site.net.run(socket.receive({ timeout: 5000 }))) as UdpMessage;
    expect(decodeResponse(message.data)).toMatchObject({ id: 9, rcode: 'NOERROR', answers: [] });
    expect(asked).toEqual([]);
  });

  it('what outside does not answer in time, or rejects, is SERVFAIL; and a guest has so many questions at once', async () => {
    const { site, host } = named({
      dns: {
        pending: 2,
        upstream: (name) => (name === 'bad.net' ? Promise.reject(new Error('x')) : new Promise(() => {})),
      },
    });
    const codes = ['slow.net', 'slow2.net', 'slow3.net'].map((name) => ask(site, host, name));
    expect((await Promise.all(codes)).map((r) => r?.rcode).sort()).toEqual([
      'REFUSED',
      'SERVFAIL',
      'SERVFAIL',
    ]);
    expect((await ask(site, host, 'bad.net'))?.rcode).toBe('SERVFAIL');
    expect(site.gateway.info().counters.dns).toMatchObject({ failed: 3, refused: 1 });
  });

  it('what is no question is not answered', async () => {
    const { site, host } = named();
    const socket = host.udp();
    for (const octets of [new Uint8Array(3), new Uint8Array(12), new Uint8Array(400).fill(0xc0)])
      socket.send(octets, '10.0.2.3', 53);
    await site.pass(1000);
    expect(socket.info().queued).toBeLessThanOrEqual(1); // twelve zeros are a query without a question
    expect(site.gateway.info().counters.dns.malformed).toBeGreaterThan(0);
    expect((await ask(site, host, 'example.org'))?.rcode).toBe('NOERROR');
  });

  it('with intercept, questions to any server are answered; without, they are flows', async () => {
    const { site, host } = named({ dns: { intercept: true } });
    expect(data(await ask(site, host, 'example.org', 'A', '8.8.8.8'))).toEqual([FAR]);
    const other = named();
    expect(await ask(other.site, other.host, 'example.org', 'A', '8.8.8.8')).toBe(null);
    expect(other.site.outer.lastFlow.target).toEqual({ address: '8.8.8.8', port: 53 });
  });
});

describe('what names allow', () => {
  const policy = { allow: ['*.example.org:443', '*.example.org:22'] };

  it('a SYN goes where an allowed name leads, for as long as the answer holds; what is open stays', async () => {
    const { site, host } = named({ policy });
    site.outer.behaviour = () => 'open';
    await expect(site.net.run(host.connect({ address: FAR, port: 22 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await ask(site, host, 'www.example.org');
    const c = await site.net.run(host.connect({ address: FAR, port: 22 }));
    expect(site.logged('connect').at(-1)).toMatchObject({
      name: 'cdn.example.net',
      verdict: 'allow',
      rule: 'allow *.example.org:22',
    });
    await expect(site.net.run(host.connect({ address: FAR, port: 25 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await site.pass(61_000); // the answer said 60 s
    await expect(site.net.run(host.connect({ address: FAR, port: 22 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    site.outer.last.say('x');
    await site.pass(100);
    expect(c.readableLength).toBe(1);
    c.abort();
  });

  it('is one guest’s own: what another was told opens nothing', async () => {
    const { site, host } = named({ policy });
    site.outer.behaviour = () => 'open';
    const other = site.machine();
    await ask(site, host, 'www.example.org');
    await expect(site.net.run(other.host.connect({ address: FAR, port: 22 }))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('each request of a connection is judged: one for another host is a RST, and nothing of it goes out', async () => {
    const { site, host } = named({ policy: { allow: ['*.example.org:80'] } });
    site.outer.behaviour = () => 'open';
    await ask(site, host, 'www.example.org');
    const c = await site.net.run(host.connect({ address: FAR, port: 80 }));
    const good = 'POST / HTTP/1.1\r\nHost: www.example.org\r\nContent-Length: 100000\r\n\r\n';
    const wanted = `${good}${'x'.repeat(100_000)}`;
    for (const part of [good, 'x'.repeat(100_000), good, 'x'.repeat(100_000)]) {
      await site.net.run(c.write(new TextEncoder().encode(part)));
      await site.pass(1000);
      site.outer.last.say('answer');
      await site.pass(100);
    }
    expect([site.outer.last.text === wanted + wanted, c.readableLength]).toEqual([true, 24]);
    await c.write(new TextEncoder().encode('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'));
    await site.pass(1000);
    expect([site.outer.last.length, site.outer.last.wasReset, c.state]).toEqual([
      2 * wanted.length,
      true,
      'CLOSED',
    ]);
    expect(site.logged('hello')).toMatchObject([{ verdict: 'deny', rule: 'it asks for evil.example' }]);
  });

  it('first octets that name another are a RST, and nothing of them goes out', async () => {
    const { site, host } = named({ policy: { allow: ['*.example.org:80'] } });
    site.outer.behaviour = () => 'open';
    await ask(site, host, 'www.example.org');
    for (const [name, passes] of [
      ['www.example.org', true],
      ['evil.example', false],
    ] as const) {
      const c = await site.net.run(host.connect({ address: FAR, port: 80 }));
      await c.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${name}\r\n`));
      await site.pass(1000);
      expect(site.outer.last.length).toBe(0);
      site.outer.last.say('early');
      await site.pass(100);
      expect(c.readableLength).toBe(0); // nor does anything come in
      await c.write(new TextEncoder().encode('\r\n'));
      await site.pass(1000);
      expect([site.outer.last.length > 0, site.outer.last.wasReset, c.readableLength]).toEqual([
        passes,
        !passes,
        passes ? 5 : 0,
      ]);
      c.abort();
      await site.pass(100);
    }
    expect(site.logged('hello')).toMatchObject([{ verdict: 'deny', rule: 'it asks for evil.example' }]);
  });

  it('first octets that do not come in time are a RST; a guest that ends without any, too', async () => {
    const { site, host } = named({ policy: { allow: ['*.example.org:443'] } });
    site.outer.behaviour = () => 'open';
    await ask(site, host, 'www.example.org');
    const slow = await site.net.run(host.connect({ address: FAR, port: 443 }));
    await site.pass(31_000);
    expect(slow.error?.code).toBe('ECONNRESET');
    await ask(site, host, 'www.example.org');
    const empty = await site.net.run(host.connect({ address: FAR, port: 443 }));
    void empty.end().catch(() => {});
    await site.pass(1000);
    expect([empty.error?.code, site.gateway.connections()]).toEqual(['ECONNRESET', []]);
  });

  it('deny as rst, drop or icmp', async () => {
    for (const [answer, error, trouble] of [
      ['rst', 'ECONNREFUSED', null],
      ['drop', null, null],
      ['icmp', null, 'EHOSTUNREACH'],
    ] as const) {
      const { site, host } = named({ policy: { allow: ['example.org'], answer } });
      const troubles: string[] = [];
      const c = host.open({
        address: FAR,
        port: 22,
        handler: { trouble: (_, e) => void troubles.push(e.code) },
      });
      await site.pass(500);
      expect([c.error?.code ?? null, troubles[0] ?? null]).toEqual([error, trouble]);
      c.abort();
      const udp: string[] = [];
      const socket = host.udp({ onError: ({ error }) => void udp.push(error.code) });
      socket.send(new Uint8Array(3), FAR, 9);
      await site.pass(500);
      expect(udp).toEqual(answer === 'rst' ? ['ECONNREFUSED'] : answer === 'icmp' ? ['EHOSTUNREACH'] : []);
    }
  });

  it('a SYN that waits for a program goes by the policy of then, and by none when its guest has left', async () => {
    for (const leaves of [false, true]) {
      const { site, host, guest } = named({ policy: { allow: [FAR] } });
      let decide = (): void => {};
      const listener = () => new Promise<void>((resolve) => (decide = resolve));
      site.gateway.on('connection', listener);
      const c = host.open({ address: FAR, port: 80 });
      await site.pass(10);
      if (leaves) site.gateway.remove(guest);
      else site.gateway.setPolicy({ allow: [] });
      decide();
      await site.pass(10);
      expect([site.outer.connections, site.gateway.connections()]).toEqual([[], []]);
      expect(site.logged('connect').map(({ verdict }) => verdict)).toEqual(leaves ? [] : ['deny']);
      c.abort();
    }
  });

  it('another policy ends what it does not allow, and nothing else', async () => {
    const { site, host } = named();
    site.outer.behaviour = () => 'open';
    const [a, b] = [
      await site.net.run(host.connect({ address: FAR, port: 80 })),
      await site.net.run(host.connect({ address: '192.0.2.81', port: 80 })),
    ];
    await site.pass(10);
    site.gateway.setPolicy({ deny: ['192.0.2.81'] });
    await site.pass(100);
    expect([a.error, b.error?.code]).toEqual([null, 'ECONNRESET']);
    a.abort();
  });
});

describe('DHCP', () => {
  /** A message of a client; options as [code, ...octets]. */
  function message(
    type: number,
    options: readonly number[][] = [],
    more: { mac?: number; ciaddr?: readonly number[] } = {},
  ): Uint8Array {
    const b = new Uint8Array(300);
    b.set([1, 1, 6, 0, 1, 2, 3, 4]);
    if (more.ciaddr !== undefined) b.set(more.ciaddr, 12);
    b.set([2, 0, 0, 0, 0, more.mac ?? 1], 28);
    b.set([0x63, 0x82, 0x53, 0x63, 53, 1, type], 236);
    let at = 243;
    for (const [code = 0, ...value] of options) {
      b.set([code, value.length, ...value], at);
      at += 2 + value.length;
    }
    b[at] = 255;
    return b;
  }
  function read(b: Uint8Array): { type: number; yiaddr: string; options: Map<number, number[]> } {
    const options = new Map<number, number[]>();
    for (let at = 240; b[at] !== 255; at += 2 + (b[at + 1] as number))
      options.set(b[at] as number, [...b.subarray(at + 2, at + 2 + (b[at + 1] as number))]);
    return { type: options.get(53)?.[0] ?? 0, yiaddr: [...b.subarray(16, 20)].join('.'), options };
  }
  function client(options: Partial<GatewayOptions> = {}) {
    const site = new Site(options);
    const { host, port, guest } = site.machine({ delayUs: 1000 }, { address: '10.0.2.99' });
    const socket = host.udp({ port: 68, broadcast: true });
    const talk = async (octets: Uint8Array) => {
      socket.send(octets, '255.255.255.255', 67);
      const answer = await site.net.run(socket.receive({ timeout: 1000 }).catch(() => null));
      return answer === null ? null : read(answer.data);
    };
    return { site, host, port, guest, talk };
  }

  it('an offer and a lease, with what a guest needs to know', async () => {
    const { site, talk } = client({
      ntp: true,
      mtu: 1400,
      dhcp: { domain: 'lab.test', search: ['lab.test', 'a.b'], leaseSeconds: 3600 },
    });
    const offer = await talk(message(1));
    expect([offer?.type, offer?.yiaddr]).toEqual([2, '10.0.2.15']);
    const ack = await talk(
      message(3, [
        [50, 10, 0, 2, 15],
        [54, 10, 0, 2, 2],
        [12, 118, 109],
      ]),
    );
    expect([ack?.type, ack?.yiaddr]).toEqual([5, '10.0.2.15']);
    const text = (s: string) => [...new TextEncoder().encode(s)];
    expect(Object.fromEntries(ack?.options ?? [])).toMatchObject({
      1: [255, 255, 255, 0],
      3: [10, 0, 2, 2],
      6: [10, 0, 2, 3],
      15: text('lab.test'),
      26: [1400 >> 8, 1400 & 255],
      42: [10, 0, 2, 2],
      51: [0, 0, 14, 16],
      54: [10, 0, 2, 2],
      58: [0, 0, 7, 8],
      119: [3, ...text('lab'), 4, ...text('test'), 0, 1, ...text('a'), 1, ...text('b'), 0],
    });
    expect(site.gateway.info().leases).toMatchObject([{ address: '10.0.2.15', hostName: 'vm', taken: true }]);
  });

  it('static leases, and boot files for the clients that they are for', async () => {
    const { talk } = client({
      dhcp: {
        leases: { '02:00:00:00:00:01': '10.0.2.200' },
        boot: [
          { userClass: 'iPXE', file: 'http://10.0.2.2/script.ipxe' },
          { vendorClass: 'HTTPClient', file: 'http://10.0.2.2/boot.efi', server: '10.0.2.2' },
        ],
      },
    });
    const vendor = [60, ...new TextEncoder().encode('HTTPClient:Arch:00016')];
    const http = await talk(message(1, [vendor]));
    expect(http?.yiaddr).toBe('10.0.2.200');
    expect(String.fromCharCode(...(http?.options.get(67) ?? []))).toBe('http://10.0.2.2/boot.efi');
    expect(String.fromCharCode(...(http?.options.get(60) ?? []))).toBe('HTTPClient');
    expect(String.fromCharCode(...(http?.options.get(66) ?? []))).toBe('10.0.2.2');
    const ipxe = await talk(message(1, [vendor, [77, ...new TextEncoder().encode('iPXE')]]));
    expect(String.fromCharCode(...(ipxe?.options.get(67) ?? []))).toBe('http://10.0.2.2/script.ipxe');
    expect((await talk(message(1)))?.options.has(67)).toBe(false);
  });

  it('an address that is not the client’s is refused; a renewal is answered to where it comes from; a release frees', async () => {
    const { site, talk } = client();
    expect((await talk(message(3, [[50, 10, 0, 2, 77]])))?.type).toBe(5); // free, and it asks for it: INIT-REBOOT
    expect((await talk(message(3, [[50, 10, 0, 2, 78]])))?.type).toBe(6);
    expect(
      await talk(
        message(3, [
          [50, 10, 0, 2, 77],
          [54, 9, 9, 9, 9],
        ]),
      ),
    ).toBe(null); // another server's
    expect(await talk(message(7, [], { ciaddr: [10, 0, 2, 77] }))).toBe(null);
    expect(site.gateway.info().leases).toEqual([]);
    expect((await talk(message(8)))?.type).toBe(5);
  });

  it('who speaks for an Ethernet address that is not its own is not heard; one guest has so many leases', async () => {
    const { site, talk, guest, port } = client({ dhcp: { perGuest: 3 } });
    expect(await talk(message(1, [], { mac: 9 }))).toBe(null);
    expect(guest.counters.spoofed).toBe(1);
    for (let mac = 20; mac < 60; mac++) {
      const udp = [0, 68, 0, 67, 308 >> 8, 308 & 255, 0, 0, ...message(1, [], { mac })];
      port.onreceive?.(frame(mac, '0.0.0.0', '255.255.255.255', 17, udp));
      await site.pass(1);
    }
    expect(site.gateway.info().leases.length).toBe(3);
    expect(site.gateway.info().counters.dhcp).toMatchObject({ requests: 40, offers: 3, exhausted: 37 });
  });
});

/** A frame with an IPv4 packet, from 02:00:00:00:00:`mac`; to all, or to the gateway. */
function frame(
  mac: number,
  src: string,
  dst: string,
  protocol: number,
  payload: readonly number[],
): Uint8Array {
  const to = dst === '255.255.255.255' ? [255, 255, 255, 255, 255, 255] : [0x52, 0x55, 0x0a, 0, 2, 2];
  const length = 20 + payload.length;
  const ip = [0x45, 0, length >> 8, length & 255, 0, 0, 0, 0, 64, protocol, 0, 0];
  ip.push(...src.split('.').map(Number), ...dst.split('.').map(Number));
  const sum = checksum(ip);
  ip[10] = sum >> 8;
  ip[11] = sum & 255;
  return Uint8Array.from([...to, 2, 0, 0, 0, 0, mac, 8, 0, ...ip, ...payload]);
}
function checksum(b: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < b.length; at += 2) sum += ((b[at] as number) << 8) | (b[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

describe('other services', () => {
  it('router advertisements make addresses, a route, and say who knows names', async () => {
    const { site, host } = named();
    await site.pass(5000);
    const info = host.autoconfiguration(host.interfaces[1] as never);
    expect(info).toMatchObject({ mtu: 1500, dnsServers: [{ address: 'fd00::3' }] });
    expect(
      host.interfaces[1]?.addresses
        .map(({ address }) => address.toString())
        .some((a) => a.startsWith('fd00:')),
    ).toBe(true);
    expect(data(await ask(site, host, 'example.org', 'A', 'fd00::3'))).toEqual([FAR]);
  });

  it('a guest that solicits too soon after an advertisement has the next after 3 s, one for all it asked', async () => {
    const { site, port } = named();
    const ip = [0x60, 0, 0, 0, 0, 8, 58, 255, ...new Array(16).fill(0), 0xff, 2, ...new Array(13).fill(0), 2];
    const solicitation = [133, 0, 0x7b, 0xb8, 0, 0, 0, 0]; // to all routers, from nobody yet
    const asks = Uint8Array.from([
      0x33,
      0x33,
      0,
      0,
      0,
      2,
      2,
      0,
      0,
      0,
      0,
      1,
      0x86,
      0xdd,
      ...ip,
      ...solicitation,
    ]);
    const said: number[] = [];
    site.gateway.tap = (_, direction, f) =>
      void (direction === 'out' && f[12] === 0x86 && f[54] === 134 && said.push(site.net.world.now() / 1e6));
    await site.pass(20_000);
    said.length = 0;
    const from = site.net.world.now() / 1e6;
    for (let n = 0; n < 3; n++) port.onreceive?.(asks.slice());
    await site.pass(10_000);
    expect(said.map((at) => Math.round(at - from))).toEqual([0, 3]);
  });

  it('the time, when it is asked for', async () => {
    const at = Date.UTC(2026, 0, 1, 0, 0, 0, 500);
    const { site, host } = named({ ntp: true, wallClock: () => at });
    const question = new Uint8Array(48);
    question[0] = 0x23;
    question.set([1, 2, 3, 4, 5, 6, 7, 8], 40);
    const socket = host.udp();
    socket.send(question, '10.0.2.2', 123);
    const answer = (await site.net.run(socket.receive({ timeout: 1000 }))) as UdpMessage;
    const view = new DataView(answer.data.buffer);
    expect([answer.data[0], view.getUint32(40) - 2_208_988_800, view.getUint32(44)]).toEqual([
      0x24,
      at / 1000 - 0.5,
      2 ** 31,
    ]);
    expect([...answer.data.subarray(24, 32)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([answerNtp(new Uint8Array(48), 0), answerNtp(question.subarray(0, 47), 0)]).toEqual([null, null]);
  });

  it('a packet without a hop left is answered by "time exceeded", unless it is for the gateway itself', async () => {
    const { site, host } = named();
    await site.pass(3000);
    const told: [string, string][] = [];
    const probe = (ttl: number, address: string, port: number) =>
      host
        .udp({ ttl, onError: ({ error, reporter }) => void told.push([error.code, reporter]) })
        .send(new Uint8Array(9), address, port);
    for (const address of [FAR, '2600::80']) probe(1, address, 33_434);
    await site.pass(100);
    expect(told).toEqual([
      ['EHOSTUNREACH', site.gateway.address],
      ['EHOSTUNREACH', site.gateway.address6],
    ]);
    expect(site.outer.flows).toEqual([]);
    probe(2, FAR, 33_435);
    probe(1, site.gateway.dnsAddress, 53); // no question, but heard
    await site.pass(100);
    expect([told.length, site.outer.flows.length, site.gateway.info().counters.dns.malformed]).toEqual([
      2, 1, 1,
    ]);
  });

  it('neighbour advertisements of the gateway are a router’s, or guests would give up their default route', async () => {
    const { site, host } = named();
    await site.pass(3000);
    const flags: number[] = [];
    site.gateway.tap = (_, direction, f) =>
      void (direction === 'out' && f[12] === 0x86 && f[54] === 136 && flags.push(f[58] as number));
    host.udp().send(new Uint8Array(1), site.gateway.dnsAddress6 as string, 53);
    await site.pass(1000);
    expect(flags).toEqual([0xe0]); // R, S, O (RFC 4861 section 4.4)
  });

  it('echo requests are answered by the gateway for itself; of others it says that it is not allowed', async () => {
    const { site, host, port } = named();
    await ask(site, host, 'example.org'); // the gateway knows its neighbour
    const got: (number | undefined)[][] = [];
    site.gateway.tap = (_, direction, f) =>
      void (direction === 'out' && f[23] === 1 && got.push([...f.subarray(34, 36)]));
    const echo = [8, 0, 0, 0, 0, 1, 0, 1];
    const sum = checksum(echo);
    echo.splice(2, 2, sum >> 8, sum & 255);
    for (const dst of ['10.0.2.2', FAR]) port.onreceive?.(frame(1, '10.0.2.15', dst, 1, echo));
    await site.pass(100);
    expect(got).toEqual([
      [0, 0],
      [3, 13],
    ]);
  });
});

describe('flows of datagrams', () => {
  it('each pair of endpoints has one; answers come back from where they were asked', async () => {
    const { site, host } = named();
    const [a, b] = [host.udp(), host.udp()];
    a.send(new Uint8Array(3), FAR, 443);
    a.send(new Uint8Array(4), FAR, 443);
    b.send(new Uint8Array(5), FAR, 443);
    await site.pass(100);
    expect(site.outer.flows.map(({ target, sent }) => [target, sent.map((o) => o.length)])).toEqual([
      [{ address: FAR, port: 443 }, [3, 4]],
      [{ address: FAR, port: 443 }, [5]],
    ]);
    site.outer.flows[0]?.events.data(new Uint8Array(9000));
    const answer = (await site.net.run(a.receive({ timeout: 1000 }))) as UdpMessage;
    expect([answer.data.length, answer.address, answer.port]).toEqual([9000, FAR, 443]);
    expect(b.info().queued).toBe(0);
  });

  it('are kept as long as something passes, longer when they are answered', async () => {
    const { site, host } = named({ limits: { udpIdleMs: 100_000, udpUnansweredMs: 10_000 } });
    const socket = host.udp();
    socket.send(new Uint8Array(3), FAR, 443);
    await site.pass(9000);
    expect(site.outer.lastFlow.closed).toBe(false);
    await site.pass(2000);
    expect([site.outer.lastFlow.closed, site.gateway.info().flows]).toEqual([true, 0]);
    socket.send(new Uint8Array(3), FAR, 443);
    await site.pass(100);
    site.outer.lastFlow.events.data(new Uint8Array(1));
    await site.pass(99_000);
    socket.send(new Uint8Array(3), FAR, 443);
    await site.pass(99_000);
    expect(site.outer.lastFlow.closed).toBe(false);
    await site.pass(2000);
    expect([site.outer.lastFlow.closed, site.logged('end').length]).toEqual([true, 2]);
  });

  it('of one guest are bounded: the one that was silent longest goes', async () => {
    const { site, host } = named({ limits: { flows: 3 } });
    const socket = host.udp();
    for (const port of [1, 2, 3, 1, 4]) {
      socket.send(new Uint8Array(1), FAR, port);
      await site.pass(10);
    }
    expect(site.outer.flows.map(({ closed }) => closed)).toEqual([false, true, false, false]);
    expect(site.gateway.info()).toMatchObject({ flows: 3, counters: { udp: { evicted: 1, opened: 4 } } });
  });

  it('what outside refuses the guest is told; a guest’s program that has gone ends the flow', async () => {
    const { site, host } = named();
    const errors: string[] = [];
    const socket = host.udp({ onError: ({ error }) => void errors.push(error.code) });
    socket.send(new Uint8Array(100), FAR, 9);
    await site.pass(10);
    site.outer.lastFlow.events.failed({ code: 'ECONNREFUSED' });
    site.outer.lastFlow.events.failed({ code: 'EHOSTUNREACH' });
    await site.pass(10);
    expect(errors).toEqual(['ECONNREFUSED', 'EHOSTUNREACH']);
    socket.close();
    site.outer.lastFlow.events.data(new Uint8Array(3));
    await site.pass(10);
    expect(site.outer.lastFlow.closed).toBe(true);
  });

  it('from outside by a forward: as many peers as flows may be, as long as something passes', async () => {
    const { site, host, guest } = named({ limits: { flows: 2 } });
    host.udp({ port: 53, onMessage: (m, socket) => m.data.length > 1 && socket.reply(m, m.data) });
    host.udp().send(new Uint8Array(1), FAR, 1); // the gateway knows it
    await site.pass(100);
    await site.gateway.forward({ protocol: 'udp', port: 5353, guestPort: 53 });
    const peer = (port: number) => ({ address: '198.51.100.1', port });
    const { heard } = site.outer;
    for (const port of [1, 2]) heard?.arrives(new Uint8Array(10 + port), peer(port));
    await site.pass(100);
    expect(heard?.sent).toEqual([
      [11, peer(1)],
      [12, peer(2)],
    ]);
    expect(site.gateway.info().flows).toBe(3); // with the one by which the gateway knows the guest
    heard?.arrives(new Uint8Array(11), peer(1));
    heard?.arrives(new Uint8Array(1), peer(3)); // 2 was silent longest; no answer to 3
    await site.pass(100);
    const ended = () => site.logged('end').map(({ from, sent, received }) => [from, sent, received]);
    expect(ended()).toEqual([['198.51.100.1:2', 12, 12]]);
    await site.pass(31_000);
    expect(ended().slice(1)).toContainEqual(['198.51.100.1:3', 0, 1]);
    site.gateway.remove(guest);
    expect(ended()).toContainEqual(['198.51.100.1:1', 22, 22]);
    heard?.arrives(new Uint8Array(1), peer(4)); // nobody is there
    expect(site.gateway.info().counters.udp).toMatchObject({ evicted: 1, dropped: 1 });
  });
});
