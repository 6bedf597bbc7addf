import { expect, it } from 'vitest';
import { IPPROTO_TCP, IPPROTO_UDP, SYN } from '../../wire/index.ts';
import { ipPacket, Net, octets, RawPort, readAll, tcpBytes, udpBytes } from '../testing.ts';

const MF = 0x2000;
const FRAGMENT = 44;

/** The fragments of an IP payload, in pieces of `size` octets. */
function fragments(
  net: Net,
  protocol: number,
  src: string,
  dst: string,
  payload: Uint8Array,
  size: number,
  id = 9,
): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const piece = payload.subarray(at, at + size);
    const more = at + size < payload.length;
    if (dst.includes(':')) {
      const header = [protocol, 0, at >> 8, (at & 0xf8) | (more ? 1 : 0), 0, 0, 0, id];
      out.push(ipPacket(net, FRAGMENT, src, dst, new Uint8Array([...header, ...piece])));
    } else {
      out.push(ipPacket(net, protocol, src, dst, piece, { id, flags: (more ? MF : 0) | (at >> 3) }));
    }
  }
  return out;
}

const WAYS = [
  ['10.0.0.1', '10.0.0.2'],
  ['fd00::1', 'fd00::2'],
] as const;

it('a UDP datagram in fragments is delivered whole, in any order, and its memory is given back', async () => {
  for (const [src, dst] of WAYS) {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
    const raw = new RawPort(net, host);
    const socket = host.udp({ port: 53 });
    const parts = fragments(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 9, 53, octets(3000)), 1024);
    for (const part of [parts[2], parts[0], parts[0], parts[1]]) raw.send(part as Uint8Array);
    expect((await net.run(socket.receive()))?.data).toEqual(octets(3000));
    expect([host.counters.reassembled, host.counters.fragmentsDropped, net.memory.used]).toEqual([1, 1, 0]);
    expect(host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  }
});

it('a TCP segment in fragments is a segment', async () => {
  for (const [src, dst] of WAYS) {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
    const raw = new RawPort(net, host);
    const listener = host.listen({ port: 80 });
    const send = (bytes: Uint8Array): void => {
      for (const part of fragments(net, IPPROTO_TCP, src, dst, bytes, 24)) raw.send(part);
    };
    send(tcpBytes(net, src, dst, { from: 9, to: 80, ctl: SYN, seq: 0 }));
    const [answer] = raw.takeSegments();
    const ack = ((answer?.seq ?? 0) + 1) | 0;
    send(tcpBytes(net, src, dst, { from: 9, to: 80, ctl: 0x11, seq: 1, ack, text: octets(500) }));
    const s = await net.run(listener.accept());
    expect(await net.run(readAll(s))).toEqual(octets(500));
  }
});

it('what never becomes whole is given up after its time, and its memory is given back', async () => {
  for (const [src, dst, seconds] of [
    ['10.0.0.1', '10.0.0.2', 15],
    ['fd00::1', 'fd00::2', 60],
  ] as const) {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
    const raw = new RawPort(net, host);
    const [first] = fragments(net, IPPROTO_UDP, src, dst, octets(3000), 1024);
    raw.send(first as Uint8Array);
    expect(net.memory.used).toBeGreaterThan(0);
    await net.pass(seconds * 1e6 - 1000);
    expect(net.memory.used).toBeGreaterThan(0);
    await net.pass(2000);
    expect(net.memory.used).toBe(0);
    expect(raw.take().length).toBe(1); // time exceeded
  }
});

it('fragments that lie are dropped: overlapping, a TCP header cut apart, fragments that make a fragment', () => {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
  const raw = new RawPort(net, host);
  const to = ['10.0.0.1', '10.0.0.2'] as const;
  raw.send(ipPacket(net, IPPROTO_UDP, ...to, octets(32), { id: 1, flags: MF }));
  raw.send(ipPacket(net, IPPROTO_UDP, ...to, octets(32), { id: 1, flags: 2 }));
  raw.send(ipPacket(net, IPPROTO_TCP, ...to, octets(16), { id: 2, flags: MF }));
  const inner = [IPPROTO_UDP, 0, 0, 1, 0, 0, 0, 3, ...octets(8)];
  for (const part of fragments(
    net,
    FRAGMENT,
    'fd00::1',
    'fd00::2',
    new Uint8Array([...inner, ...inner]),
    16,
    5,
  ))
    raw.send(part);
  expect(host.counters.fragmentsDropped).toBe(2);
  expect(host.counters.udpIn).toBe(0);
  expect(raw.takeSegments()).toEqual([]);
});

it('a flood of fragments is bounded', () => {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24']);
  const raw = new RawPort(net, host);
  for (let id = 0; id < 2000; id++)
    raw.send(ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', octets(1400), { id, flags: MF }));
  expect(net.memory.used).toBeLessThanOrEqual(2 ** 20);
});
