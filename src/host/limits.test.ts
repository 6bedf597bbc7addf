import { expect, it } from 'vitest';
import { ACK, SYN } from '../wire/index.ts';
import { codeOf, Net, RawPort, tcpPacket } from './testing.ts';

it('a host with connectionCapacity connections takes no SYN and begins no connection: ENOBUFS', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 }, {}, { connectionCapacity: 2 });
  b.listen({ port: 80, handler: {} });
  a.listen({ port: 81, handler: {} });
  const first = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  expect(await codeOf(b.connect({ address: '10.0.0.1', port: 81 }))).toBe('ENOBUFS');
  const third = a.connect({ address: '10.0.0.2', port: 80 });
  await net.pass(900_000);
  expect([b.tcp.size, b.counters.connectionOverflows]).toEqual([2, 2]);
  first.abort();
  await net.run(third);
  expect(b.tcp.size).toBe(2);
});

it('a connection whose user goes is reset when orphanCapacity wait already; one that ended makes room', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 }, {}, { orphanCapacity: 1 });
  b.listen({ port: 80, handler: {} });
  const open = (): ReturnType<typeof a.connect> => net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const clients = [await open(), await open(), await open()];
  const [x, y, z] = b.connections;
  x!.close();
  expect([b.tcp.orphans, b.counters.orphansAborted]).toEqual([1, 0]);
  y!.close();
  expect([y!.state, b.tcp.orphans, b.counters.orphansAborted]).toEqual(['CLOSED', 1, 1]);
  await net.pass(100_000);
  clients[0]!.close();
  await net.pass(100_000);
  expect(b.tcp.orphans).toBe(0);
  z!.close();
  expect([z!.state, b.tcp.orphans]).toEqual(['FIN-WAIT-1', 1]);
});

it('the port of a UDP socket does not follow from the one before it (RFC 6056 section 3.3.1)', () => {
  const net = new Net();
  const { a } = net.pair();
  const ports = Array.from({ length: 8 }, () => a.udp().port);
  const steps = ports.slice(1).map((p, i) => p - ports[i]!);
  expect(new Set(steps).size).toBe(7);
  expect(ports.every((p) => p >= 49_152 && p <= 65_535)).toBe(true);
});

it('segments of no connection draw at most resetsPerSecond RSTs', async () => {
  const net = new Net();
  const host = net.host('h', ['10.0.0.2/24'], { resetsPerSecond: 5 });
  const raw = new RawPort(net, host);
  const flood = (ctl: number): number => {
    for (let from = 1; from <= 8; from++)
      raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from, to: 9, ctl, seq: 1, ack: 1 }));
    return raw.takeSegments().length;
  };
  expect([flood(ACK), flood(SYN), host.counters.resetsLimited]).toEqual([5, 0, 11]);
  await net.pass(1_000_000);
  expect(flood(ACK)).toBe(5);
});
