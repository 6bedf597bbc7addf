import { describe, expect, it } from 'vitest';
import { ACK, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDP, RST, SYN } from '../wire/index.ts';
import type { Host, UdpMessage } from './index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  Net,
  octets,
  port,
  RawPort,
  readAll,
  sendAndEnd,
  tcpPacket,
  thrown,
  udpBytes,
} from './testing.ts';

const FAR = '192.0.2.80';
const FAR6 = '2001:db8::80';

/** A client whose default route leads to a gateway that speaks for everybody. */
function gateway(addresses: readonly string[] = ['10.0.0.2/24', 'fd00::2/64']): {
  net: Net;
  client: Host;
  gate: Host;
} {
  const net = new Net();
  const client = net.host('client', ['10.0.0.1/24', 'fd00::1/64']);
  const gate = net.host('gate', addresses, { iface: { anyDestination: true } });
  client.addRoute('default', port(client), '10.0.0.2');
  client.addRoute('default6', port(client), 'fd00::2');
  if (addresses.length === 0) {
    gate.addRoute('default', port(gate));
    gate.addRoute('default6', port(gate));
  }
  net.rewire(client, gate, { delayUs: 1000 });
  return { net, client, gate };
}

describe('a transparent listener', () => {
  it('takes connections to every address and port, and says which was dialled; the interface needs no address', async () => {
    for (const addresses of [['10.0.0.2/24', 'fd00::2/64'], []]) {
      const { net, client, gate } = gateway(addresses);
      const listener = gate.listen({ any: true });
      for (const [address, to] of [
        [FAR, 80],
        [FAR, 65_535],
        [FAR6, 443],
        ['8.8.8.8', 1],
      ] as const) {
        const c = await net.run(client.connect({ address, port: to }));
        const s = await net.run(listener.accept());
        expect([s.localAddress, s.localPort, s.remoteAddress]).toEqual([address, to, c.localAddress]);
        sendAndEnd(c, octets(20_000));
        expect(await net.run(readAll(s))).toEqual(octets(20_000));
        sendAndEnd(s, octets(5000, 7));
        expect(await net.run(readAll(c))).toEqual(octets(5000, 7));
      }
    }
  });

  it('of one port leaves the others to those of every port, and an address of ours to its own listener', async () => {
    const { net, client, gate } = gateway();
    const heard: string[] = [];
    const listen = (name: string, options: object): void =>
      void gate.listen({
        ...options,
        handler: { open: (c) => void heard.push(`${name} ${c.localAddress}:${c.localPort}`) },
      });
    listen('every', { any: true });
    listen('80', { any: true, port: 80 });
    listen('own', { port: 80 });
    listen('exact', { port: 80, address: 'fd00::2' });
    expect(thrown(() => gate.listen({ any: true }))).toBe('EADDRINUSE');
    expect(thrown(() => gate.listen({ any: true, port: 80 }))).toBe('EADDRINUSE');
    for (const [address, to] of [
      [FAR, 80],
      [FAR, 81],
      ['10.0.0.2', 80],
      ['10.0.0.2', 81],
      ['fd00::2', 80],
    ] as const)
      await net.run(client.connect({ address, port: to }));
    await net.pass(10_000);
    expect(heard).toEqual([
      `80 ${FAR}:80`,
      `every ${FAR}:81`,
      'own 10.0.0.2:80',
      'every 10.0.0.2:81',
      'exact fd00::2:80',
    ]);
  });

  it('is asked for by name: a listener on all of our addresses does not take others', async () => {
    const { net, client, gate } = gateway();
    gate.listen({ port: 80 });
    expect(await net.run(codeOf(client.connect({ address: FAR, port: 80 })))).toBe('ECONNREFUSED');
    expect(thrown(() => gate.listen({}))).toBe('ERR_INVALID_ARG_TYPE');
    expect(thrown(() => gate.listen({ any: true, address: '10.0.0.2' }))).toBe('ERR_OUT_OF_RANGE');
  });

  it('answers a port that nobody listens on by a RST from the dialled address', () => {
    const { net, gate } = gateway();
    const raw = new RawPort(net, gate);
    for (const [src, dst] of [
      ['10.0.0.1', FAR],
      ['fd00::1', FAR6],
    ] as const) {
      raw.send(tcpPacket(net, src, dst, { from: 9, to: 80, ctl: SYN, seq: 5 }));
      const [rst] = raw.take();
      expect([rst?.src, rst?.dst, (rst?.segment?.ctl ?? 0) & RST]).toEqual([dst, src, RST]);
    }
  });

  it('has SYN cookies and TIME-WAIT for such addresses', async () => {
    for (const address of [FAR, FAR6]) {
      const { net, client, gate } = gateway();
      const listener = gate.listen({ any: true, synBacklog: 0, tcp: { mslMs: 1000 } });
      const c = await net.run(client.connect({ address, port: 80 }));
      const s = await net.run(listener.accept());
      expect([gate.counters.cookiesAccepted, s.localAddress]).toEqual([1, address]);
      const ended = net.run(readAll(c));
      await net.run(s.end()); // the gateway closes first: TIME-WAIT is its
      await ended;
      c.close();
      await net.pass(100_000);
      expect([gate.tcp.timeWait.size, gate.tcp.size]).toEqual([1, 0]);
      // What comes late is answered from the address that was dialled.
      const raw = new RawPort(net, gate);
      raw.send(tcpPacket(net, c.localAddress, address, { from: c.localPort, to: 80, ctl: ACK, seq: 5 }));
      expect(raw.take().map((p) => p.src)).toEqual([address]);
    }
  });

  it('hears the ICMP errors about its connections', async () => {
    const { net, client, gate } = gateway();
    const troubles: string[] = [];
    const handler = { trouble: (_: unknown, e: { code: string }) => void troubles.push(e.code) };
    gate.listen({ any: true, handler });
    const c = await net.run(client.connect({ address: FAR, port: 80 }));
    await net.pass(10_000);
    const raw = new RawPort(net, gate);
    const s = gate.connections[0] as (typeof gate.connections)[0];
    void s.write(octets(10)).catch(() => {});
    const quote = raw.take()[0]?.bytes as Uint8Array;
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', FAR, icmpBytes('10.0.0.1', FAR, 3, 1, 0, quote)));
    expect(troubles).toEqual(['EHOSTUNREACH']);
    c.abort();
  });
});

describe('UDP and ICMP for every address', () => {
  it('a socket for any address and port hears whom a datagram was for, and answers from there', async () => {
    const { net, client, gate } = gateway();
    const proxy = gate.udp({ any: true });
    for (const [address, to] of [
      [FAR, 53],
      [FAR6, 123],
      ['10.0.0.2', 9999],
    ] as const) {
      const socket = client.udp();
      socket.connect(address, to); // nobody else is heard
      socket.send(octets(3));
      const message = (await net.run(proxy.receive())) as UdpMessage;
      expect(message).toMatchObject({ localAddress: address, localPort: to, port: socket.port });
      proxy.reply(message, octets(5));
      expect(await net.run(socket.receive())).toMatchObject({ data: octets(5), address, port: to });
    }
    expect(thrown(() => proxy.send(octets(1), '10.0.0.1', 9))).toBe('TypeError');
  });

  it('an ordinary socket of the port does not hear what is for others; one with `any` does', async () => {
    const { net, client, gate } = gateway();
    const own = gate.udp({ port: 53 });
    const any = gate.udp({ port: 53, any: true });
    const socket = client.udp();
    socket.send(octets(1), FAR, 53);
    socket.send(octets(2), '10.0.0.2', 53);
    await net.pass(10_000);
    expect([own.info().queued, any.info().queued]).toEqual([1, 1]);
    expect((await any.receive())?.data.length).toBe(1);
    own.close();
    socket.send(octets(2), '10.0.0.2', 53);
    await net.pass(10_000);
    expect((await any.receive())?.data.length).toBe(2);
  });

  it('port unreachable and echo replies come from the address that was asked', () => {
    const { net, gate } = gateway();
    const raw = new RawPort(net, gate);
    raw.send(ipPacket(net, IPPROTO_UDP, '10.0.0.1', FAR, udpBytes(net, '10.0.0.1', FAR, 9, 53, octets(4))));
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', FAR, icmpBytes('10.0.0.1', FAR, 8, 0, 7, octets(8))));
    raw.send(
      ipPacket(net, IPPROTO_ICMPV6, 'fd00::1', FAR6, icmpBytes('fd00::1', FAR6, 128, 0, 7, octets(8))),
    );
    expect(raw.take().map((p) => [p.src, p.payload[0]])).toEqual([
      [FAR, 3],
      [FAR, 0],
      [FAR6, 129],
    ]);
  });

  it('with echoForOthers: false only echo requests for our own addresses are answered; others are told that it is not allowed', () => {
    const net = new Net();
    const gate = net.host('gate', ['10.0.0.2/24', 'fd00::2/64'], {
      iface: { anyDestination: true },
      echoForOthers: false,
    });
    const raw = new RawPort(net, gate);
    const echo4 = (dst: string) => icmpBytes('10.0.0.1', dst, 8, 0, 7, octets(8));
    const echo6 = (dst: string) => icmpBytes('fd00::1', dst, 128, 0, 7, octets(8));
    for (const dst of [FAR, '10.0.0.2']) raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', dst, echo4(dst)));
    for (const dst of [FAR6, 'fd00::2']) raw.send(ipPacket(net, IPPROTO_ICMPV6, 'fd00::1', dst, echo6(dst)));
    expect(raw.take().map((p) => [p.src, p.payload[0], p.payload[1]])).toEqual([
      ['10.0.0.2', 3, 13],
      ['10.0.0.2', 0, 0],
      ['fd00::2', 1, 1],
      ['fd00::2', 129, 0],
    ]);
  });

  it('but not packets for groups, for all, for nobody, for a loopback address; and only by such an interface', () => {
    const { net, gate } = gateway();
    const other = gate.addInterface({ name: 'other', addresses: ['10.3.0.1/24'] });
    const raw = new RawPort(net, gate);
    const heard: string[] = [];
    gate.udp({ any: true, onMessage: (m) => void heard.push(m.localAddress) });
    const packet = (dst: string): Uint8Array => {
      const src = dst.includes(':') ? 'fd00::1' : '10.0.0.1';
      return ipPacket(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 9, 53, octets(4)));
    };
    for (const dst of [
      '224.0.0.9',
      '255.255.255.255',
      '10.0.0.255',
      '0.0.0.0',
      '127.0.0.1',
      'ff0e::1',
      '::',
      '::1',
    ])
      raw.send(packet(dst));
    const bytes = packet(FAR);
    const off = net.memory.alloc(bytes.length);
    net.memory.u8.set(bytes, off);
    other.receive(off, bytes.length);
    net.memory.free(off, bytes.length);
    expect([heard, gate.counters.notForUs]).toEqual([[], 9]);
    raw.send(bytes);
    expect(heard).toEqual([FAR]);
  });
});
