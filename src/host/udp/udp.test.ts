import { describe, expect, it } from 'vitest';
import { Switch } from '../../sim/index.ts';
import { IPPROTO_ICMP, IPPROTO_UDP } from '../../wire/index.ts';
import type { Host, HostInterface, UdpMessage, UdpProblem, UdpSendOptions, UdpSocket } from '../index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  Net,
  octets,
  port,
  type RawPacket,
  RawPort,
  thrown,
  udpBytes,
  unhandled,
} from '../testing.ts';

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
        expect(await net.run(server.receive())).toEqual({
          data: octets(n),
          address: from,
          port: 4000,
          localAddress: address,
          localPort: 53,
        });
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

  it('`family` leaves the other one to somebody else, also of the same port', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const four = b.udp({ port: 53, family: 4 });
    const six = b.udp({ port: 53, family: 6 });
    for (const family of [4, 6, undefined] as const)
      expect(thrown(() => b.udp({ port: 53, ...(family === undefined ? {} : { family }) }))).toBe(
        'EADDRINUSE',
      );
    expect(thrown(() => four.send(octets(1), 'fd00::1', 9))).toBe('ENETUNREACH');
    a.udp().send(octets(6), 'fd00::2', 53);
    a.udp().send(octets(4), '10.0.0.2', 53);
    expect((await net.run(six.receive()))?.data.length).toBe(6);
    expect((await net.run(four.receive()))?.data.length).toBe(4);
  });

  it('`reuse` shares a port among those that all say so: one is for the latest, what is for all is everybody’s', async () => {
    const net = new Net();
    const [a, b] = net.lan(2) as [Host, Host];
    const options = { port: 53, reuse: true, broadcast: 'receive' } as const;
    const sockets = [b.udp(options), b.udp(options)];
    expect(thrown(() => b.udp({ port: 53 }))).toBe('EADDRINUSE');
    const sender = a.udp({ broadcast: true });
    sender.send(octets(1), '10.0.0.2', 53);
    sender.send(octets(2), '10.0.0.255', 53);
    await net.pass(10_000);
    expect(sockets.map((s) => s.info().queued)).toEqual([1, 2]);
    expect(thrown(() => sockets[0]?.send(octets(1), '10.0.0.255', 53))).toBe('EACCES');
  });

  it('`fragment`: what does not fit the link goes in pieces and arrives whole, up to the largest datagram', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const server = b.udp({ port: 53 });
    const client = a.udp({ fragment: true });
    for (const [address, most, pieces] of [
      ['10.0.0.2', 65_507, 45],
      ['fd00::2', 65_527, 46],
    ] as const) {
      const before = a.counters.packetsOut;
      client.send(octets(most), address, 53);
      expect((await net.run(server.receive()))?.data).toEqual(octets(most));
      expect(a.counters.packetsOut - before).toBe(pieces);
      expect(thrown(() => client.send(octets(most + 1), address, 53))).toBe('EMSGSIZE');
      client.send(octets(1473), address, 53);
      expect((await net.run(server.receive()))?.data).toEqual(octets(1473));
    }
    expect(thrown(() => a.udp().send(octets(1473), '10.0.0.2', 53))).toBe('EMSGSIZE');
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
    const caught = await unhandled(async () => {
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
    });
    expect(caught.length).toBe(2);
  });
});

describe('what ICMP says of datagrams that were sent (RFC 1122 section 4.1.3.3)', () => {
  interface Heard {
    code: string;
    address: string | undefined;
    port: number | undefined;
    reporter: string;
  }
  const note =
    (into: Heard[]) =>
    ({ error, reporter }: UdpProblem): void =>
      void into.push({ code: error.code, address: error.address, port: error.port, reporter });

  it('a connected socket’s next call fails with ECONNREFUSED, once: send, a receive that waits, the next receive', async () => {
    for (const address of ['10.0.0.2', 'fd00::2']) {
      const net = new Net();
      const { a } = net.pair({ delayUs: 1000 });
      const socket = a.udp();
      socket.connect(address, 9);
      socket.send(octets(1));
      await net.pass(10_000);
      expect(thrown(() => socket.send(octets(1)))).toBe('ECONNREFUSED');
      socket.send(octets(1));
      await net.pass(10_000);
      expect(await codeOf(socket.receive())).toBe('ECONNREFUSED');
      socket.send(octets(1));
      expect(await net.run(codeOf(socket.receive()))).toBe('ECONNREFUSED');
      socket.close();
    }
  });

  it('is an event of `onError` with the destination and who reports it, connected or not', async () => {
    const net = new Net();
    const { a } = net.pair({ delayUs: 1000 });
    const heard: Heard[] = [];
    const loose = a.udp({ onError: note(heard) });
    loose.send(octets(1), '10.0.0.2', 9);
    const connected = a.udp({ onError: note(heard) });
    connected.connect('fd00::2', 10);
    connected.send(octets(1));
    await net.pass(10_000);
    expect(heard).toEqual([
      { code: 'ECONNREFUSED', address: '10.0.0.2', port: 9, reporter: '10.0.0.2' },
      { code: 'ECONNREFUSED', address: 'fd00::2', port: 10, reporter: 'fd00::2' },
    ]);
    connected.send(octets(1)); // the event was all
  });

  it('unreachable of every kind, time exceeded, parameter problem: each has its code, soft ones are no call’s error', () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24']);
    const raw = new RawPort(net, host);
    const heard: Heard[] = [];
    const socket = host.udp({ onError: note(heard) });
    const silent = host.udp();
    silent.connect('10.0.0.1', 7);
    for (const s of [socket, silent]) {
      if (s === socket) s.send(octets(4), '10.0.0.1', 7);
      else s.send(octets(4));
      const [sent] = raw.take();
      for (const [type, code] of [
        [3, 0],
        [3, 1],
        [3, 2],
        [3, 3],
        [3, 13],
        [11, 0],
        [12, 0],
      ] as const) {
        if (s === silent && (code === 2 || code === 3)) continue;
        raw.send(
          ipPacket(
            net,
            IPPROTO_ICMP,
            '10.0.0.9',
            '10.0.0.2',
            icmpBytes('10.0.0.9', '10.0.0.2', type, code, 0, (sent as RawPacket).bytes),
          ),
        );
      }
    }
    expect(heard.map((h) => h.code)).toEqual([
      'ENETUNREACH',
      'EHOSTUNREACH',
      'ENOPROTOOPT',
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'EHOSTUNREACH',
      'EHOSTUNREACH',
    ]);
    expect(new Set(heard.map((h) => h.reporter))).toEqual(new Set(['10.0.0.9']));
    silent.send(octets(4));
  });

  it('is not believed of what was not sent there lately (RFC 5927 section 4)', () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24']);
    const raw = new RawPort(net, host);
    const heard: Heard[] = [];
    const socket = host.udp({ onError: note(heard) });
    socket.send(octets(4), '10.0.0.1', 7);
    const [sent] = raw.take();
    const lie = (at: number, value: number, type = 3, code = 3, rest = 0): void => {
      const quote = (sent as RawPacket).bytes.slice();
      quote[at] = value;
      raw.send(
        ipPacket(
          net,
          IPPROTO_ICMP,
          '10.0.0.9',
          '10.0.0.2',
          icmpBytes('10.0.0.9', '10.0.0.2', type, code, rest, quote),
        ),
      );
    };
    lie(19, 77); // another destination
    lie(23, 8); // another port there
    lie(21, ((sent as RawPacket).bytes[21] as number) ^ 1); // another port here
    lie(15, 3); // another source
    lie(19, 77, 3, 4, 600); // a path MTU
    expect([heard, host.counters.icmpIgnored]).toEqual([[], 5]);
    for (let i = 0; i < 16; i++) socket.send(octets(4), `10.0.0.${20 + i}`, 7);
    lie(19, 1); // sixteen others came since
    expect(heard).toEqual([]);
  });

  it('a neighbour that does not answer: EHOSTUNREACH after three seconds, reported by ourselves', async () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64'], { iface: { kind: 'ethernet' } });
    new RawPort(net, host);
    const heard: Heard[] = [];
    const socket = host.udp({ onError: note(heard) });
    socket.send(octets(4), '10.0.0.1', 7);
    socket.send(octets(4), 'fd00::1', 7);
    await net.pass(2_999_000);
    expect(heard).toEqual([]);
    await net.pass(2000);
    expect(heard).toEqual([
      { code: 'EHOSTUNREACH', address: '10.0.0.1', port: 7, reporter: '10.0.0.2' },
      { code: 'EHOSTUNREACH', address: 'fd00::1', port: 7, reporter: 'fd00::2' },
    ]);
  });

  it('EMSGSIZE where the path is smaller than the link: the datagram that was too big is told of, larger ones are refused, also of other sockets', async () => {
    for (const [address, mtu, size, from] of [
      ['10.0.0.2', 1000, 972, '10.0.0.99'],
      ['fd00::2', 1300, 1252, 'fd00::99'],
    ] as const) {
      const net = new Net();
      const host = net.host('a', ['10.0.0.1/24', 'fd00::1/64']);
      const raw = new RawPort(net, host);
      const six = address.includes(':');
      const own = six ? 'fd00::1' : '10.0.0.1';
      const heard: Heard[] = [];
      const socket = host.udp({ onError: note(heard) });
      socket.send(octets(1400), address, 9);
      const quote = (raw.take()[0] as RawPacket).bytes.subarray(0, six ? 1232 : 548);
      const body = six ? icmpBytes(from, own, 2, 0, mtu, quote) : icmpBytes(from, own, 3, 4, mtu, quote);
      raw.send(ipPacket(net, six ? 58 : 1, from, own, body));
      expect(heard).toEqual([{ code: 'EMSGSIZE', address, port: 9, reporter: from }]);
      const other = host.udp();
      expect(thrown(() => other.send(octets(size + 1), address, 9))).toBe('EMSGSIZE');
      other.send(octets(size), address, 9);
      other.send(octets(1400), six ? 'fd00::3' : '10.0.0.3', 9); // another path
      // A connection is not slowed by what anybody can say of datagrams.
      expect(host.open({ address, port: 80 }).info().pmtu).toBe(1500);
      await net.pass(601_000_000); // RFC 1191 section 6.3, RFC 8201 section 5.2: ten minutes
      other.send(octets(1400), address, 9);
    }
  });

  it('a path below the floor of 552 octets is no black hole: what fits the floor may be fragmented on the way', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    const raw = new RawPort(net, host);
    const socket = host.udp();
    socket.send(octets(1400), '10.0.0.2', 9);
    const quote = (raw.take()[0] as RawPacket).bytes.subarray(0, 548);
    const body = icmpBytes('10.0.0.9', '10.0.0.1', 3, 4, 296, quote);
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.9', '10.0.0.1', body));
    expect(thrown(() => socket.send(octets(525), '10.0.0.2', 9))).toBe('EMSGSIZE');
    socket.send(octets(524), '10.0.0.2', 9);
    socket.send(octets(524), '10.0.0.3', 9);
    expect(raw.take().map((p) => p.bytes[6])).toEqual([0, 0x40]); // DF only on the path that nobody complained of
  });

  it('what TCP found out of a path holds for datagrams, too', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    a.tcp.pmtu.report(0, 0, 0xffff, 0x0a000002, 1000, 1500, 1500, a.tcp.nowMs);
    expect(thrown(() => a.udp().send(octets(973), '10.0.0.2', 9))).toBe('EMSGSIZE');
    b.udp({ port: 9 });
    a.udp().send(octets(972), '10.0.0.2', 9);
  });
});

describe('a connected socket', () => {
  it('hears its peer alone; others get another socket of the port, or port unreachable', async () => {
    const net = new Net();
    const [a, b, c] = net.lan(3) as [Host, Host, Host];
    const socket = a.udp({ port: 5000 });
    socket.connect('10.0.0.2', 53);
    b.udp({ port: 53 }).send(octets(2), '10.0.0.1', 5000);
    b.udp({ port: 54 }).send(octets(3), '10.0.0.1', 5000);
    const codes: string[] = [];
    c.udp({ port: 53, onError: (p) => void codes.push(p.error.code) }).send(octets(4), '10.0.0.1', 5000);
    expect((await net.run(socket.receive()))?.data.length).toBe(2);
    await net.pass(100_000);
    expect([codes, socket.info().queued]).toEqual([['ECONNREFUSED'], 0]);
  });

  it('that is disconnected hears everybody again, and has no error of before', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const socket = a.udp({ port: 4000 });
    socket.connect('10.0.0.2', 9);
    socket.send(octets(1));
    await net.rest();
    socket.disconnect();
    b.udp({ port: 7 }).send(octets(7), '10.0.0.1', 4000);
    expect((await net.run(socket.receive()))?.port).toBe(7);
    expect(thrown(() => socket.send(octets(1)))).toBe('EDESTADDRREQ');
  });

  it('sends without an address; with one it is EISCONN, and without a peer EDESTADDRREQ', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const server = b.udp({ port: 53 });
    const socket = a.udp();
    expect(thrown(() => socket.send(octets(1)))).toBe('EDESTADDRREQ');
    socket.connect('10.0.0.2', 53);
    socket.send(octets(3));
    expect((await net.run(server.receive()))?.data).toEqual(octets(3));
    expect(thrown(() => socket.send(octets(1), '10.0.0.2', 53))).toBe('EISCONN');
    socket.close();
    expect(thrown(() => socket.connect('10.0.0.2', 53))).toBe('ENOTCONN');
  });
});

it('a reply comes from the address that was asked (RFC 1122 section 4.1.3.5)', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 });
  b.addAddress(port(b), '10.0.0.22/24');
  const server = b.udp({ port: 53 });
  const client = a.udp();
  client.connect('10.0.0.22', 53);
  client.send(octets(1));
  const message = (await net.run(server.receive())) as UdpMessage;
  server.reply(message, octets(2));
  expect(await net.run(client.receive())).toMatchObject({ address: '10.0.0.22', port: 53 });
});

it('ttl and tos are the socket’s, or those of one datagram', () => {
  const net = new Net();
  const host = net.host('a', ['10.0.0.1/24']);
  const raw = new RawPort(net, host);
  const socket = host.udp({ ttl: 7, tos: 0x28 });
  socket.send(octets(1), '10.0.0.2', 9);
  socket.send(octets(1), '10.0.0.2', 9, { ttl: 3 });
  expect(raw.take().map((p) => [p.ttl, p.tos])).toEqual([
    [7, 0x28],
    [3, 0x28],
  ]);
  expect(thrown(() => socket.send(octets(1), '10.0.0.2', 9, { ttl: 0 }))).toBe('ERR_OUT_OF_RANGE');
  expect(thrown(() => socket.send(octets(1), '10.0.0.2', 9, { localPort: 80 }))).toBe('TypeError');
  expect(thrown(() => socket.send(octets(1), '10.0.0.2', 9, { localAddress: '10.0.0.3' }))).toBe(
    'EADDRNOTAVAIL',
  );
});

describe('to all', () => {
  it('only sockets with `broadcast` send (EACCES) and hear it, as a frame to all; nobody answers for the others', async () => {
    const net = new Net();
    const [a, b, c] = net.lan(3) as [Host, Host, Host];
    const heard: string[] = [];
    const listen = (host: Host, broadcast: boolean): void =>
      void host.udp({
        port: 67,
        broadcast,
        onMessage: (m) => void heard.push(`${host.name} ${m.address} ${m.localAddress}`),
      });
    listen(b, true);
    listen(c, false);
    const socket = a.udp({ port: 68, broadcast: true });
    for (const to of ['255.255.255.255', '10.0.0.255']) {
      expect(thrown(() => a.udp().send(octets(1), to, 67))).toBe('EACCES');
      socket.send(octets(1), to, 67);
      await net.pass(10_000);
    }
    expect(heard).toEqual(['h2 10.0.0.1 255.255.255.255', 'h2 10.0.0.1 10.0.0.255']);
    expect([b.counters.icmpOut, c.counters.icmpOut, c.counters.notForUs]).toEqual([0, 0, 2]);
  });

  it('from 0.0.0.0, by who has no address yet (RFC 1122 section 3.2.1.3 (a)): heard there, and nowhere else', async () => {
    const net = new Net();
    const box = new Switch(net.world);
    const client = net.host('client', [], { iface: { kind: 'ethernet', mac: '02:00:00:00:00:09' } });
    const server = net.host('server', ['10.0.0.1/24'], {
      iface: { kind: 'ethernet', mac: '02:00:00:00:00:0a' },
    });
    for (const host of [client, server]) box.connect(port(host), { delayUs: 100 });
    const asked = server.udp({ port: 67, broadcast: true });
    const asks = client.udp({ port: 68, broadcast: true });
    asks.send(octets(3), '255.255.255.255', 67);
    const question = (await net.run(asked.receive())) as UdpMessage;
    expect(question).toMatchObject({ address: '0.0.0.0', port: 68, localAddress: '255.255.255.255' });
    asked.send(octets(4), '255.255.255.255', 68);
    expect(await net.run(asks.receive())).toMatchObject({ address: '10.0.0.1', port: 67 });
    asked.close();
    asks.send(octets(3), '255.255.255.255', 67);
    await net.pass(10_000);
    expect(server.counters.notForUs).toBe(1);
  });
});

it('to a group goes in a frame to the group, and no neighbour is asked (RFC 1112 section 6.4, RFC 2464 section 7)', () => {
  const net = new Net();
  const host = net.host('a', ['10.0.0.1/24', 'fd00::1/64'], { iface: { kind: 'ethernet' } });
  const raw = new RawPort(net, host);
  host.addRoute('224.0.0.0/4', port(host));
  host.addRoute('ff00::/8', port(host));
  host.udp().send(octets(1), '239.129.2.3', 9);
  host.udp().send(octets(1), 'ff02::1:3', 9);
  expect(raw.frames.map((f) => [...f.subarray(0, 6)])).toEqual([
    [1, 0, 0x5e, 1, 2, 3],
    [0x33, 0x33, 0, 1, 0, 3],
  ]);
});

describe('groups', () => {
  it('are heard by every socket of the port while one has joined, and by the sender’s own host (RFC 1112 section 6.1)', async () => {
    const net = new Net();
    const [a, b] = net.lan(2) as [Host, Host];
    for (const host of [a, b]) host.addRoute('224.0.0.0/4', port(host));
    const heard: string[] = [];
    const listen = (host: Host): UdpSocket =>
      host.udp({
        port: 5353,
        reuse: true,
        onMessage: (m) => void heard.push(`${host.name} ${m.address} ${m.localAddress}`),
      });
    const [first, , here] = [listen(b), listen(b), listen(a)];
    const sender = a.udp();
    const send = async (options: UdpSendOptions = {}): Promise<string[]> => {
      sender.send(octets(1), '239.1.2.3', 5353, options);
      await net.pass(10_000);
      return heard.splice(0).sort();
    };
    expect(await send()).toEqual([]);
    first.join('239.1.2.3');
    here.join('239.1.2.3');
    const there = 'h2 10.0.0.1 239.1.2.3';
    expect(await send()).toEqual(['h1 10.0.0.1 239.1.2.3', there, there]);
    expect(await send({ loop: false })).toEqual([there, there]);
    expect(await send({ by: a.interfaces[0] as HostInterface })).toEqual(['h1 127.0.0.1 239.1.2.3']);
    first.leave('239.1.2.3');
    expect(await send({ loop: false })).toEqual([]);
  });

  it('a socket joins one once, twenty at most; what is none is a TypeError; who closes has left', () => {
    const net = new Net();
    const { a } = net.pair();
    const socket = a.udp();
    socket.join('ff02::1:3');
    expect(thrown(() => socket.join('ff02::1:3'))).toBe('EADDRINUSE');
    expect(thrown(() => socket.leave('239.1.2.3'))).toBe('EADDRNOTAVAIL');
    expect(() => socket.join('10.0.0.1')).toThrow(TypeError);
    for (let n = 2; n <= 20; n++) socket.join(`239.0.0.${n}`);
    expect(thrown(() => socket.join('239.0.0.21'))).toBe('ENOBUFS');
    expect(a.ip.group?.(0, 0, 0xffff, (239 << 24) | 2)).toBe(true);
    socket.close();
    expect(a.ip.group?.(0, 0, 0xffff, (239 << 24) | 2)).toBe(false);
    expect(thrown(() => socket.join('239.1.2.3'))).toBe('ENOTCONN');
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
