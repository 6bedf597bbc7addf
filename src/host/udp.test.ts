import { describe, expect, it } from 'vitest';
import { IPPROTO_UDP } from '../wire/index.ts';
import { ipPacket, Net, octets, port, RawPort, thrown, udpBytes } from './testing.ts';

describe('sockets', () => {
  it('send and receive datagrams, IPv4 and IPv6, also empty ones, with the sender named', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const server = b.udp({ port: 53 });
    const client = a.udp({ port: 4000 });
    for (const [address, from] of [
      ['10.0.0.2', '10.0.0.1'],
      ['fd00::2', 'fd00::1'],
    ] as const) {
      for (const n of [0, 1, 1400]) {
        client.send(octets(n), address, 53);
        expect(await net.run(server.receive())).toEqual({ data: octets(n), address: from, port: 4000 });
      }
    }
    const reply = client.receive();
    server.send(octets(3), '10.0.0.1', 4000);
    expect(await net.run(reply)).toMatchObject({ address: '10.0.0.2', port: 53 });
  });

  it('reach their own host by loopback, and its other addresses', async () => {
    const net = new Net();
    const { a } = net.pair();
    const server = a.udp({ port: 53 });
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd00::1']) {
      a.udp().send(octets(2), address, 53);
      expect((await net.run(server.receive()))?.address).toBe(address);
    }
  });

  it('a specific address comes before the wildcard; EADDRINUSE and EADDRNOTAVAIL as for TCP', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const all = b.udp({ port: 53 });
    const four = b.udp({ port: 53, address: '10.0.0.2' });
    expect(thrown(() => b.udp({ port: 53 }))).toBe('EADDRINUSE');
    expect(thrown(() => b.udp({ port: 53, address: '10.0.0.2' }))).toBe('EADDRINUSE');
    expect(thrown(() => b.udp({ port: 53, address: '10.0.0.9' }))).toBe('EADDRNOTAVAIL');
    expect(thrown(() => b.udp({ port: 70_000 }))).toBe('ERR_OUT_OF_RANGE');
    const client = a.udp();
    client.send(octets(4), '10.0.0.2', 53);
    client.send(octets(6), 'fd00::2', 53);
    expect((await net.run(four.receive()))?.data.length).toBe(4);
    expect((await net.run(all.receive()))?.data.length).toBe(6);
    four.close();
    b.udp({ port: 53, address: '10.0.0.2' }).close();
    client.send(octets(5), '10.0.0.2', 53);
    expect((await net.run(all.receive()))?.data.length).toBe(5);
  });

  it('ports that are chosen are free ones: a random one, or the next', () => {
    const { a } = new Net().pair({}, { random: () => 65_535 - 49_152 });
    a.udp({ port: 49_152 });
    expect([a.udp().port, a.udp().port, a.udp().port]).toEqual([65_535, 49_153, 49_154]);
  });

  it('the queue is bounded: datagrams beyond it are dropped and counted', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const server = b.udp({ port: 53, queue: 3 });
    for (let i = 0; i < 5; i++) a.udp().send(octets(i), '10.0.0.2', 53);
    await net.pass(10_000);
    expect([server.dropped, b.counters.udpDropped]).toEqual([2, 2]);
    const sizes = [await server.receive(), await server.receive(), await server.receive()];
    expect(sizes.map((m) => m?.data.length)).toEqual([0, 1, 2]);
  });

  it('close answers those who wait with null, and after it nothing is sent or received', async () => {
    const net = new Net();
    const { a } = net.pair();
    const socket = a.udp();
    const waiting = socket.receive();
    socket.close();
    socket.close();
    expect([await waiting, await socket.receive()]).toEqual([null, null]);
    expect(thrown(() => socket.send(octets(1), '10.0.0.2', 9))).toBe('ENOTCONN');
  });

  it('send refuses what cannot be: ENETUNREACH, EMSGSIZE, an address of the other family, no address, no port', () => {
    const { a } = new Net().pair();
    const socket = a.udp({ address: '10.0.0.1' });
    expect(thrown(() => socket.send(octets(1), '192.0.2.1', 9))).toBe('ENETUNREACH');
    expect(thrown(() => socket.send(octets(1), 'fd00::2', 9))).toBe('ENETUNREACH');
    expect(thrown(() => socket.send(octets(1473), '10.0.0.2', 9))).toBe('EMSGSIZE');
    socket.send(octets(1472), '10.0.0.2', 9);
    expect(thrown(() => socket.send(octets(1), 'example.org', 9))).toBe('TypeError');
    expect(thrown(() => socket.send(octets(1), '10.0.0.2', 0))).toBe('RangeError');
  });

  it('a callback that throws does not stop the stack', async () => {
    const { process } = globalThis;
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    const caught: unknown[] = [];
    const note = (error: unknown): void => void caught.push(error);
    process.on('unhandledRejection', note);
    try {
      const net = new Net();
      const { a, b } = net.pair({ delayUs: 1000 });
      let heard = 0;
      b.udp({
        port: 53,
        onMessage: () => {
          heard++;
          throw new Error('mine');
        },
      });
      a.udp().send(octets(1), '10.0.0.2', 53);
      a.udp().send(octets(1), '10.0.0.2', 53);
      await net.rest();
      expect(heard).toBe(2);
    } finally {
      process.off('unhandledRejection', note);
      for (const l of listeners) process.on('unhandledRejection', l);
    }
    expect(caught.length).toBe(2);
  });
});

describe('datagrams in', () => {
  it('with a wrong checksum are dropped and counted; without one taken in IPv4, not in IPv6 (RFC 8200 section 8.1)', async () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64']);
    const raw = new RawPort(net, host);
    const server = host.udp({ port: 53 });
    const send = (src: string, dst: string, change: (udp: Uint8Array) => void): void => {
      const udp = udpBytes(net, src, dst, 9, 53, octets(4));
      change(udp);
      raw.send(ipPacket(net, IPPROTO_UDP, src, dst, udp));
    };
    const none = (udp: Uint8Array): void => void udp.fill(0, 6, 8);
    const wrong = (udp: Uint8Array): void => void (udp[9] = (udp[9] as number) ^ 1);
    send('10.0.0.1', '10.0.0.2', wrong);
    send('fd00::1', 'fd00::2', wrong);
    send('fd00::1', 'fd00::2', none);
    expect(host.counters).toMatchObject({ udpBadChecksum: 3, udpIn: 0 });
    send('10.0.0.1', '10.0.0.2', none);
    expect((await server.receive())?.data).toEqual(octets(4));
    expect(raw.take()).toEqual([]);
  });

  it('for a port that nobody has are answered by port unreachable', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    a.udp().send(octets(1), '10.0.0.2', 9);
    a.udp().send(octets(1), 'fd00::2', 9);
    await net.rest();
    expect([b.counters.icmpOut, a.counters.icmpIn]).toEqual([2, 2]);
    expect(a.counters.malformed.reduce((x, y) => x + y)).toBe(0); // the checksums were right
    expect(port(a).unsent).toBe(0);
  });
});
