import { describe, expect, it } from 'vitest';
import { IPPROTO_UDP } from '../wire/index.ts';
import type { Host } from './index.ts';
import { codeOf, ipPacket, Net, octets, port, RawPort, thrown, udpBytes } from './testing.ts';

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

describe('packets out', () => {
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
