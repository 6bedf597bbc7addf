// Packets that came together: what programs hear of them, and when.

import { expect, test } from 'vitest';
import { ACK, FIN, SYN } from '../../wire/index.ts';
import type { Connection, ConnectionHandler } from '../connection/index.ts';
import { type LoneHost, loneHost, octets, port, type RawSegment, tcpPacket } from '../testing.ts';

/** A connection of a host whose peer sends segments, and what its user was told: `readable 20`, octets to read. */
function established(more: ConnectionHandler = {}): LoneHost & {
  told: string[];
  bring: (...segments: Partial<RawSegment>[]) => void;
  c: Connection;
} {
  const lone = loneHost();
  const { net, host, raw } = lone;
  const told: string[] = [];
  const tell = (what: string) => (c: Connection) => void told.push(`${what} ${c.readableLength}`);
  const handler = { readable: tell('readable'), writable: tell('writable'), close: tell('close'), ...more };
  host.listen({ port: 80, handler });
  const peer = { from: 9, to: 80, ctl: ACK, seq: 6 };
  const bytes = (r: Partial<RawSegment>) => tcpPacket(net, '10.0.0.1', '10.0.0.2', { ...peer, ...r });
  raw.send(bytes({ ctl: SYN, seq: 5 }));
  const ack = (raw.takeSegments()[0]?.seq as number) + 1;
  raw.send(bytes({ ack }));
  const bring = (...segments: Partial<RawSegment>[]): void => {
    for (const r of segments) raw.send(bytes({ ack, ...r }));
  };
  return { ...lone, told, bring, c: host.connections[0] as Connection };
}

const together = (a: { host: LoneHost['host'] }, bring: () => void): void => port(a.host).together(bring);

test('alone, each is told of when it has come; together, all of them at the end', () => {
  const a = established();
  const two = [
    { seq: 6, text: octets(10) },
    { seq: 16, text: octets(10) },
  ];
  a.bring(...two);
  expect(a.told.splice(0)).toEqual(['readable 10', 'readable 20']);
  together(a, () => {
    a.bring({ seq: 26, text: octets(10) }, { seq: 36, text: octets(10) });
    expect(a.told).toEqual([]);
    expect(a.c.readableLength).toBe(40);
  });
  expect(a.told).toEqual(['readable 40']);
});

test('what ends a stream or a connection is told at once, and with it what waited', () => {
  const a = established();
  together(a, () => {
    a.bring({ seq: 6, text: octets(10) }, { seq: 16, ctl: ACK | FIN });
    expect(a.told.splice(0)).toEqual(['readable 10']);
    a.bring({ seq: 17, ctl: 4 });
    expect(a.told.splice(0)).toEqual(['close 0']);
  });
  expect(a.told).toEqual([]);
});

test('a read that waits gets what came together, and so does a write', async () => {
  const a = established();
  const read = a.c.read();
  together(a, () => a.bring({ seq: 6, text: octets(10) }, { seq: 16, text: octets(5) }));
  expect((await read)?.length).toBe(15);
});

test('a batch in a batch is one; what throws ends it, and those before it are told of', () => {
  const a = established();
  together(a, () => {
    together(a, () => a.bring({ seq: 6, text: octets(10) }));
    expect(a.told).toEqual([]);
  });
  expect(a.told.splice(0)).toEqual(['readable 10']);
  const bring = (): void => {
    a.bring({ seq: 16, text: octets(10) });
    throw new Error('of the link');
  };
  expect(() => together(a, bring)).toThrow('of the link');
  expect(a.told).toEqual(['readable 20']);
});

test('who is told may bring more, which is told at once', () => {
  const again: (() => void)[] = [];
  const lengths: number[] = [];
  const a = established({
    readable: (c) => {
      lengths.push(c.readableLength);
      again.shift()?.();
    },
  });
  again.push(() => a.bring({ seq: 16, text: octets(10) }));
  together(a, () => a.bring({ seq: 6, text: octets(10) }));
  expect(lengths).toEqual([10, 20]);
});

test('a driver begins a batch, and the next poll ends it', () => {
  const a = established();
  a.host.batch();
  a.host.batch();
  a.bring({ seq: 6, text: octets(10) }, { seq: 16, text: octets(10) });
  expect(a.told).toEqual([]);
  a.host.poll(a.net.world.now());
  expect(a.told.splice(0)).toEqual(['readable 20']);
  a.bring({ seq: 26, text: octets(10) });
  expect(a.told).toEqual(['readable 30']);
});

test('what a host sends to itself comes together', async () => {
  const { host, net } = loneHost();
  const reads: number[] = [];
  host.listen({ port: 80, handler: { readable: (c) => void reads.push(c.take()?.length ?? 0) } });
  const c = host.open({ address: '127.0.0.1', port: 80 });
  await net.pass(1000);
  c.setNoDelay();
  for (let i = 0; i < 5; i++) expect(c.offer(octets(100))).toBe(100);
  await net.pass(1000);
  expect(reads).toEqual([500]);
  c.abort();
});
