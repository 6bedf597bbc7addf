import { describe, expect, it } from 'vitest';
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDP } from '../../wire/index.ts';
import type { Host } from '../index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  ipv4WithOptions,
  Net,
  octets,
  port,
  RawPort,
  thrown,
  udpBytes,
} from '../testing.ts';

/** A host whose UDP port 53 counts what comes. */
function counting(kind: 'ip' | 'ethernet' = 'ip'): { net: Net; host: Host; raw: RawPort; heard: string[] } {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64'], { iface: { kind, mac: '02:00:00:00:00:02' } });
  const heard: string[] = [];
  host.udp({ port: 53, onMessage: (m) => void heard.push(m.address) });
  return { net, host, raw: new RawPort(net, host), heard };
}

function datagram(net: Net, src: string, dst: string): Uint8Array {
  return ipPacket(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 9, 53, octets(4)));
}

describe('packets in', () => {
  it('for an address of ours are taken on any interface, for others counted and dropped', () => {
    const { net, host, raw, heard } = counting();
    host.addInterface({ name: 'second', addresses: ['10.9.9.9/24'] });
    raw.send(datagram(net, '10.0.0.1', '10.0.0.2'));
    raw.send(datagram(net, '10.0.0.3', '10.9.9.9'));
    raw.send(datagram(net, 'fd00::1', 'fd00::2'));
    raw.send(datagram(net, '10.0.0.1', '10.0.0.4'));
    raw.send(datagram(net, 'fd00::1', 'fd00::4'));
    expect(heard).toEqual(['10.0.0.1', '10.0.0.3', 'fd00::1']);
    expect(host.counters).toMatchObject({ packetsIn: 5, notForUs: 2 });
  });

  it('for a loopback address never come from outside (RFC 1122 section 3.2.1.3 (g))', () => {
    const { net, host, raw, heard } = counting();
    raw.send(datagram(net, '10.0.0.1', '127.0.0.1'));
    raw.send(datagram(net, 'fd00::1', '::1'));
    expect([heard, host.counters.notForUs]).toEqual([[], 2]);
  });

  it('for one address in a frame to all are dropped (RFC 1122 section 3.3.6), for a group of ours taken', () => {
    const { net, host, raw, heard } = counting('ethernet');
    const frame = (dst: number[], packet: Uint8Array): Uint8Array => {
      const type = (packet[0] as number) >> 4 === 4 ? [8, 0] : [0x86, 0xdd];
      return new Uint8Array([...dst, 2, 0, 0, 0, 0, 1, ...type, ...packet]);
    };
    const all = [255, 255, 255, 255, 255, 255];
    raw.send(frame(all, datagram(net, '10.0.0.1', '10.0.0.2')));
    expect([heard, host.counters.notForUs]).toEqual([[], 1]);
    raw.send(frame([2, 0, 0, 0, 0, 2], datagram(net, '10.0.0.1', '10.0.0.2')));
    raw.send(frame([0x33, 0x33, 0, 0, 0, 1], datagram(net, 'fd00::1', 'ff02::1')));
    raw.send(frame([0x33, 0x33, 0, 0, 0, 2], datagram(net, 'fd00::1', 'ff02::2')));
    expect(heard).toEqual(['10.0.0.1', 'fd00::1']);
  });

  it('that are malformed are counted by what is wrong with them', () => {
    const { net, host, raw } = counting();
    const good = datagram(net, '10.0.0.1', '10.0.0.2');
    for (const [at, value] of [
      [0, 0x55],
      [0, 0x44],
      [2, 0xff],
      [10, 0],
    ] as const) {
      const bad = good.slice();
      bad[at] = value;
      raw.send(bad);
    }
    raw.send(good.subarray(0, 19));
    expect(host.counters.malformed.reduce((a, b) => a + b)).toBe(5);
    expect(host.counters.malformed.filter((n) => n > 0).length).toBeGreaterThanOrEqual(3);
  });
});

describe('sources that nobody can have are discarded for every protocol (RFC 1122 sections 3.2.1.3 and 4.1.3.6)', () => {
  const impossible = ['127.0.0.1', '127.9.9.9', '10.0.0.2', '10.0.0.255', '255.255.255.255', '224.0.0.1'];
  const impossible4 = [...impossible, '0.0.0.0', '0.1.2.3'];
  const impossible6 = ['::', '::1', 'fd00::2', 'ff02::1', 'ff05::2'];

  it('UDP: nothing is delivered and nobody is answered', () => {
    const { net, host, raw, heard } = counting();
    for (const src of impossible4) raw.send(datagram(net, src, '10.0.0.2'));
    for (const src of impossible6) raw.send(datagram(net, src, 'fd00::2'));
    const closed = (src: string, dst: string): Uint8Array =>
      ipPacket(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 9, 54, octets(4)));
    for (const src of impossible4) raw.send(closed(src, '10.0.0.2'));
    for (const src of impossible6) raw.send(closed(src, 'fd00::2'));
    expect([heard, raw.take()]).toEqual([[], []]);
    expect(host.counters.impossibleSource).toBe(2 * (impossible4.length + impossible6.length));
  });

  it('echo: is not answered', () => {
    const { net, host, raw } = counting();
    for (const src of impossible4)
      raw.send(ipPacket(net, IPPROTO_ICMP, src, '10.0.0.2', icmpBytes(src, '10.0.0.2', 8, 0, 7, octets(8))));
    for (const src of impossible6)
      raw.send(
        ipPacket(net, IPPROTO_ICMPV6, src, 'fd00::2', icmpBytes(src, 'fd00::2', 128, 0, 7, octets(8))),
      );
    expect(raw.take()).toEqual([]);
    expect(host.counters.impossibleSource).toBe(impossible4.length + impossible6.length);
  });

  it('an address that was found possible is no more when it becomes ours', () => {
    const { net, host, raw, heard } = counting();
    raw.send(datagram(net, '10.0.0.1', '10.0.0.2'));
    host.addAddress(port(host), '10.0.0.1/24');
    raw.send(datagram(net, '10.0.0.1', '10.0.0.2'));
    expect([heard, host.counters.impossibleSource]).toEqual([['10.0.0.1'], 1]);
  });

  it('but our own addresses by the loopback', async () => {
    const { net, host, heard } = counting();
    for (const dst of ['10.0.0.2', 'fd00::2', '127.0.0.1', '::1']) host.udp().send(octets(1), dst, 53);
    await net.rest();
    expect(heard).toEqual(['10.0.0.2', 'fd00::2', '127.0.0.1', '::1']);
  });
});

describe('source routes', () => {
  /** LSRR (131) or SSRR (137) with two hops, of which `taken` are behind the packet; padded by an end of options. */
  const route = (type: number, taken: number): number[] => [
    type,
    11,
    4 + 4 * taken,
    10,
    0,
    0,
    9,
    10,
    0,
    0,
    8,
    0,
  ];

  it('with hops left are not for us: source route failed (RFC 1122 sections 3.2.1.8 (c) and 3.3.5)', () => {
    const { net, raw, host, heard } = counting();
    const udp = udpBytes(net, '10.0.0.1', '10.0.0.2', 9, 53, octets(4));
    for (const type of [131, 137]) {
      for (const taken of [0, 1]) {
        raw.send(ipv4WithOptions(IPPROTO_UDP, '10.0.0.1', '10.0.0.2', route(type, taken), udp));
        expect(raw.take().map((p) => [...p.payload.subarray(0, 2)])).toEqual([[3, 5]]);
      }
    }
    expect([heard, host.counters.notForUs]).toEqual([[], 4]);
  });

  it('that are exhausted are taken like any other option', () => {
    const { net, raw, heard } = counting();
    const udp = udpBytes(net, '10.0.0.1', '10.0.0.2', 9, 53, octets(4));
    for (const type of [131, 137])
      raw.send(ipv4WithOptions(IPPROTO_UDP, '10.0.0.1', '10.0.0.2', route(type, 2), udp));
    expect(heard).toEqual(['10.0.0.1', '10.0.0.1']);
  });
});

it('every address of 127.0.0.0/8 is the host itself, TCP and UDP, also to listen on (RFC 1122 section 3.2.1.3 (g))', async () => {
  const net = new Net();
  const { a } = net.pair();
  const listener = a.listen({ port: 80 });
  const c = await net.run(a.connect({ address: '127.0.0.5', port: 80 }));
  const s = await net.run(listener.accept());
  expect([c.localAddress, s.localAddress, s.remoteAddress]).toEqual(['127.0.0.1', '127.0.0.5', '127.0.0.1']);
  const socket = a.udp({ port: 53, address: '127.200.0.7' });
  a.udp().send(octets(2), '127.200.0.7', 53);
  expect((await net.run(socket.receive()))?.address).toBe('127.0.0.1');
  c.abort();
});

describe('packets out', () => {
  it('tell a peer nothing of how many go to others: the IPv4 identification counts for each (RFC 6274 section 3.5.2)', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    const raw = new RawPort(net, host);
    const socket = host.udp();
    const id = (p: { bytes: Uint8Array }): number => ((p.bytes[4] as number) << 8) | (p.bytes[5] as number);
    const seen: number[] = [];
    for (const others of [0, 3, 50]) {
      for (let i = 0; i < others; i++) socket.send(octets(1), `10.0.0.${10 + i}`, 9);
      raw.take();
      socket.send(octets(1), '10.0.0.2', 9);
      seen.push(...raw.take().map(id));
    }
    expect(seen.map((n) => (n - (seen[0] as number)) & 0xffff)).toEqual([0, 1, 2]);
  });

  it('take the longest route; without one ENETUNREACH', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    const second = host.addInterface({ name: 'second', addresses: ['10.1.0.1/24'] });
    const first = new RawPort(net, host);
    const there: number[] = [];
    second.attach((off, len) => {
      there.push(len);
      net.memory.free(off, len);
    });
    const socket = host.udp();
    host.addRoute('10.0.0.128/25', second);
    socket.send(octets(1), '10.0.0.5', 9);
    socket.send(octets(1), '10.0.0.200', 9);
    socket.send(octets(1), '10.1.0.2', 9);
    expect([first.take().map((p) => p.dst), there.length]).toEqual([['10.0.0.5'], 2]);
    expect(thrown(() => socket.send(octets(1), '192.0.2.1', 9))).toBe('ENETUNREACH');
    host.addRoute('default', port(host));
    socket.send(octets(1), '192.0.2.1', 9);
    expect(first.take()).toMatchObject([{ src: '10.0.0.1', dst: '192.0.2.1' }]);
  });

  it('by a gateway go out where the gateway is; one that is nowhere needs its interface named', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24', 'fd00::1/64']);
    host.addInterface({ name: 'second', addresses: ['10.1.0.1/24'] });
    const routes = [
      host.addRoute('default', '10.1.0.254'),
      host.addRoute('172.16.0.0/12', '10.0.0.254'),
      host.addRoute('default6', 'fd00::ffff'),
    ];
    expect(routes.map(({ iface, gateway }) => `${iface} ${gateway}`)).toEqual([
      '2 10.1.0.254',
      '1 10.0.0.254',
      '1 fd00::ffff',
    ]);
    expect(() => host.addRoute('default', '10.2.0.254')).toThrow(
      /gateway 10\.2\.0\.254 is in the network of no interface: name the interface/,
    );
    expect(thrown(() => host.addRoute('default', 'gateway'))).toBe('TypeError');
  });

  it('have DF set and an id of their own (RFC 1191, RFC 6864)', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    const raw = new RawPort(net, host);
    const socket = host.udp();
    for (let i = 0; i < 3; i++) socket.send(octets(1), '10.0.0.2', 9);
    const packets = raw.take().map((p) => p.bytes);
    expect(packets.map((b) => b[6])).toEqual([0x40, 0x40, 0x40]);
    expect(new Set(packets.map((b) => ((b[4] as number) << 8) | (b[5] as number))).size).toBe(3);
  });

  it('without a link are freed and counted; without memory the connection tries again', async () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    const c = host.open({ address: '10.0.0.2', port: 9 });
    expect(port(host).unsent).toBe(1);
    await net.pass(1_500_000);
    expect(port(host).unsent).toBe(2);
    c.abort();
    expect(await codeOf(c.opened)).toBe('ECONNABORTED');
  });
});
