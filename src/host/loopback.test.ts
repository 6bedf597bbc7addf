// Packets of a host to itself: when they are taken, and what their checksums are.

import { expect, test } from 'vitest';
import {
  IPPROTO_TCP,
  IpPacket,
  Malformed,
  Memory,
  parseIp,
  pseudoSum,
  tcpChecksumOk,
} from '../wire/index.ts';
import { type Connection, Host, type Transmit } from './index.ts';

interface Looped {
  readonly host: Host;
  now: number;
}

/** A host that the test polls. */
function looped(): Looped {
  const one = { now: 1e6 } as { now: number; host: Host };
  one.host = new Host({
    clock: { now: () => one.now },
    random: () => 7,
    memory: new Memory(),
    profile: 'linux',
  });
  return one;
}

test('a handshake is one poll, and so are text and its way to the other end', () => {
  const { host, now } = looped();
  const got: string[] = [];
  host.listen({ port: 80, handler: { readable: (s) => void got.push(`${s.take()}`) } });
  const c = host.open({ address: '127.0.0.1', port: 80 });
  host.poll(now);
  expect([c.state, host.connections.map(({ state }) => state)]).toEqual([
    'ESTABLISHED',
    ['ESTABLISHED', 'ESTABLISHED'],
  ]);
  c.offer(Uint8Array.of(1, 2, 3));
  host.poll(now);
  expect(got).toEqual(['1,2,3']);
});

test('two ends that answer each other without end leave a poll after some rounds, and want the next one at once', () => {
  const { host, now } = looped();
  let answers = 0;
  const answer = (c: Connection): void => {
    const octets = c.take();
    if (octets !== null) {
      answers++;
      c.offer(octets);
    }
  };
  host.listen({ port: 80, handler: { readable: answer } });
  const c = host.open({ address: '127.0.0.1', port: 80, handler: { readable: answer } });
  host.poll(now);
  c.offer(Uint8Array.of(1));
  host.poll(now);
  const first = answers;
  expect([first > 0, first < 10, host.wakeAt() <= now]).toEqual([true, true, true]);
  host.poll(now);
  expect(answers).toBeGreaterThan(first);
});

test.each(['127.0.0.1', '::1'])(
  'through a wire the checksums of packets to %s are complete, and are verified',
  (address) => {
    const one = looped();
    const { host } = one;
    const { memory } = host;
    const wire: [off: number, len: number][] = [];
    const back: Transmit = host.throughLoopback((off, len) => void wire.push([off, len]));
    const packet = new IpPacket();
    let checked = 0;
    const carry = (change: (off: number, len: number) => void = () => {}): void => {
      for (const [off, len] of wire.splice(0)) {
        expect(parseIp(memory, off, len, packet)).toBe(Malformed.OK);
        const pseudo = pseudoSum(packet, IPPROTO_TCP, packet.payloadLen);
        expect(tcpChecksumOk(memory, packet.payloadOff, packet.payloadLen, pseudo)).toBe(true);
        checked++;
        change(off, len);
        back(off, len);
        host.poll(one.now);
      }
    };
    const got: number[] = [];
    host.listen({ port: 80, handler: { readable: (s) => void got.push(...(s.take() ?? [])) } });
    const c = host.open({ address, port: 80 });
    for (let i = 0; i < 4; i++) carry();
    c.offer(Uint8Array.of(5, 6, 7));
    carry((off, len) => {
      memory.u8[off + len - 1] = 9;
    });
    expect([checked > 3, got, host.counters.tcpBadChecksum]).toEqual([true, [], 1]);
    one.now += 1e6;
    host.poll(one.now);
    carry();
    expect([got, host.counters.tcpBadChecksum]).toEqual([[5, 6, 7], 1]);
  },
);

test('without one TCP leaves its sum to the interface, as it does to a link that completes it', () => {
  const { host, now } = looped();
  host.listen({ port: 80 });
  const c = host.open({ address: '127.0.0.1', port: 80 });
  host.poll(now);
  expect([host.interfaces[0]?.offload?.cutBy, c.tcb.gso < 1000, c.state]).toEqual([
    'link',
    true,
    'ESTABLISHED',
  ]);
  host.throughLoopback(() => {});
  expect(host.interfaces[0]?.offload).toBeNull();
  host.throughLoopback(null);
  expect(host.interfaces[0]?.offload?.cutBy).toBe('link');
});

test('no connection is given the port of a listener: to ourselves it would be one with itself', () => {
  const now = 1e6;
  const host = new Host({
    clock: { now: () => now },
    random: () => 7,
    ports: { first: 50_000, last: 50_003 },
  });
  host.listen({ port: 50_001 });
  const ports = [0, 0, 0].map(() => host.open({ address: '127.0.0.1', port: 50_001 }).localPort);
  expect(ports.sort()).toEqual([50_000, 50_002, 50_003]);
  expect(() => host.open({ address: '127.0.0.1', port: 50_001 })).toThrow(/EADDRNOTAVAIL/);
  host.poll(now);
  expect(host.connections.map(({ state }) => state)).toEqual(Array(6).fill('ESTABLISHED'));
});
