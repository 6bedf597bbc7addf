// Connections at rest behave as those that are awake: what is on the wire, what a program is told, what it sees.

import { describe, expect, it } from 'vitest';
import { ACK, FIN, RST, SYN } from '../../wire/index.ts';
import type { Connection, Host, Listener } from '../index.ts';
import { loneHost, Net, octets, type RawSegment, tcpPacket } from '../testing.ts';

const SECOND = 1_000_000;

/** Everybody who may rests now; how many rest. */
function rested(...hosts: readonly Host[]): number {
  for (const host of hosts) host.tcp.rest.everybody();
  return hosts.reduce((sum, { tcp }) => sum + tcp.rest.count, 0);
}

/** Half-open connections at `b`: the path back is down. */
function halfOpen(
  net: Net,
  count: number,
): { a: Host; b: Host; listener: Listener; back: (up: boolean) => void } {
  const { a, b, wire } = net.pair({ delayUs: 1000 });
  const listener = b.listen({ port: 80, synBacklog: count });
  wire.partition(true, 'b->a');
  for (let i = 0; i < count; i++) a.open({ address: '10.0.0.2', port: 80, localPort: 5000 + i });
  return { a, b, listener, back: (up) => wire.partition(!up, 'b->a') };
}

describe('a half-open connection at rest', () => {
  it('is repeated, opens, is accepted and moves text as one that is awake', async () => {
    const net = new Net();
    const { a, b, listener, back } = halfOpen(net, 5);
    await net.pass(10_000);
    expect(rested(b)).toBe(5);
    expect([b.tcp.size, listener.synQueueLength, b.tcp.table.all]).toEqual([
      5,
      5,
      [null, null, null, null, null],
    ]);
    back(true);
    await net.pass(2 * SECOND); // SYN and SYN,ACK are repeated
    expect([b.tcp.rest.count, listener.synQueueLength, listener.acceptQueueLength]).toEqual([0, 0, 5]);
    for (const c of a.connections) {
      const s = await net.run(listener.accept());
      expect([s.state, s.tcb.rto.timeouts]).toEqual(['ESTABLISHED', 0]);
      await net.run(s.write(octets(100)));
      expect([c.state]).toEqual(['ESTABLISHED']);
    }
    await net.finish();
  });

  it('RFC 9293 section 3.10.7.4: takes each kind of segment as one that is awake', () => {
    const kinds: Record<string, Omit<RawSegment, 'from' | 'to'>> = {
      'RST at RCV.NXT': { ctl: RST, seq: 1 },
      'RST in the window': { ctl: RST, seq: 100 },
      'RST outside': { ctl: RST, seq: -5 },
      'SYN again': { ctl: SYN, seq: 0 },
      'SYN in the window': { ctl: SYN, seq: 5 },
      'ACK of nothing sent': { ctl: ACK, seq: 1, ack: 77 },
      'old ACK': { ctl: ACK, seq: -9, ack: 1 },
      'text without ACK': { ctl: 0, seq: 1, text: octets(5) },
      'ACK with text and FIN': { ctl: ACK | FIN, seq: 1, ack: 1, text: octets(5) },
      FIN: { ctl: FIN | ACK, seq: 1, ack: 1 },
      ACK: { ctl: ACK, seq: 1, ack: 1 },
    };
    for (const [name, segment] of Object.entries(kinds)) {
      const [awake, rests] = [false, true].map((rest) => {
        const { net, host, raw } = loneHost({ addresses: ['10.0.0.2/24'] });
        host.listen({ port: 80, deferAccept: 0 });
        const send = (r: Omit<RawSegment, 'from' | 'to'>): void =>
          raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ...r }));
        send({ ctl: SYN, seq: 0 });
        const iss = raw.takeSegments()[0]?.seq ?? 0;
        if (rest) expect(rested(host)).toBe(1);
        send(segment.ack === undefined ? segment : { ...segment, ack: (iss + segment.ack) | 0 });
        const { drops, resetsOut } = host.counters;
        const states = host.connections.map((c) => [c.state, c.readableLength, c.tcb.signals]);
        return { name, states, sent: raw.takeSegments(), drops: [...drops], resetsOut };
      });
      expect(rests).toEqual(awake);
    }
  });

  it('is shown in SYN-RECEIVED to who asks, and is the same object from then on', async () => {
    const net = new Net();
    const { b } = halfOpen(net, 3);
    await net.pass(10_000);
    rested(b);
    const seen = b.connections;
    expect(seen.map((c) => c.state)).toEqual(['SYN-RECEIVED', 'SYN-RECEIVED', 'SYN-RECEIVED']);
    expect(rested(b)).toBe(3);
    expect(b.connections.map((c, i) => c === seen[i])).toEqual([true, true, true]);
    await net.finish();
  });

  it('is reset when its listener closes', async () => {
    const net = new Net();
    const { b, listener } = halfOpen(net, 3);
    await net.pass(10_000);
    rested(b);
    const before = b.counters.resetsOut;
    listener.close();
    expect([b.tcp.size, b.counters.resetsOut - before, listener.synQueueLength]).toEqual([0, 3, 0]);
    await net.finish();
  });

  it('gives up after R2 of a SYN, as one that is awake', async () => {
    const net = new Net();
    const { a, b, listener } = halfOpen(net, 3);
    for (const c of a.connections) c.abort();
    for (let i = 0; i < 400 && b.tcp.size > 0; i++) {
      await net.pass(SECOND);
      rested(b);
    }
    expect([b.tcp.size, b.tcp.rest.count, listener.synQueueLength]).toEqual([0, 0, 0]);
    await net.finish();
  });
});

describe('an idle connection at rest', () => {
  async function open(
    net: Net,
    options: { keepAlive?: boolean } = {},
  ): Promise<{ a: Host; b: Host; c: Connection; s: Connection }> {
    const { a, b } = net.pair({ delayUs: 1000 }, { tcp: options });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(listener.accept());
    await net.run(c.write(octets(5000)));
    await net.pass(SECOND);
    expect(s.take()).toEqual(octets(5000));
    await net.pass(SECOND);
    return { a, b, c, s };
  }

  it('tells the same of itself as before, down to each field of its TCB', async () => {
    const net = new Net();
    const { a, b, c, s } = await open(net);
    const before = structuredClone(
      [c.info(), s.info(), { ...c.tcb }, { ...s.tcb }].map((v) => ({ ...v, config: null })),
    );
    expect(rested(a, b)).toBe(2);
    const after = structuredClone(
      [c.info(), s.info(), { ...c.tcb }, { ...s.tcb }].map((v) => ({ ...v, config: null })),
    );
    expect(after).toEqual(before);
    expect([c.atRest, s.atRest]).toEqual([false, false]); // who asks wakes it
    await net.finish();
  });

  it('takes text, sends text, and closes', async () => {
    const net = new Net();
    const { a, b, c, s } = await open(net);
    rested(a, b);
    const read = s.read(); // waits, and the reader is told
    expect(rested(a, b)).toBe(2);
    await net.run(c.write(octets(3000)));
    expect(await net.run(read)).toEqual(octets(3000).subarray(0, 1448));
    await net.pass(SECOND);
    rested(a, b);
    void c.end();
    await net.pass(SECOND);
    s.discard();
    rested(a, b);
    void s.end();
    await net.run(c.closed);
    expect([c.bytesWritten, s.bytesRead, c.state]).toEqual([8000, 8000, 'TIME-WAIT']);
    await net.finish();
  });

  it('sends its keep-alives in time', async () => {
    const net = new Net();
    const { a, b } = await open(net, { keepAlive: true });
    rested(a, b);
    const { segmentsOut } = a.counters;
    await net.pass(7201 * SECOND);
    expect(a.counters.segmentsOut).toBe(segmentsOut + 1);
    await net.finish();
  });

  it('a sweep of the times finds it: after 30 days it is as one that was awake', async () => {
    const results = [];
    for (const rests of [false, true]) {
      const net = new Net();
      const { a, b, c, s } = await open(net);
      if (rests) expect(rested(a, b)).toBe(2);
      await net.pass(30 * 86_400 * SECOND);
      await net.run(c.write(octets(10)));
      await net.pass(SECOND);
      results.push([s.take(), { ...c.tcb }.heardMs, c.info(), s.info()]);
      await net.finish();
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('does not rest while it has something under way, or somebody watches', async () => {
    const net = new Net();
    const { a, b, c, s } = await open(net);
    await net.run(c.write(octets(10)));
    expect(rested(a)).toBe(0); // not acknowledged
    await net.pass(SECOND);
    expect(rested(b)).toBe(0); // not read
    s.discard();
    a.tap = {};
    expect(rested(a)).toBe(0);
    a.tap = null;
    expect(rested(a, b)).toBe(2);
    await net.finish();
  });
});

describe('who rests', () => {
  it('of many connections those that do nothing for a round; of few none', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 });
    b.listen({ port: 80, synBacklog: 1000, handler: { readable: (c) => void c.discard() } });
    const busy = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const beat = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i++) {
        await net.run(busy.write(octets(1)));
        await net.pass(SECOND);
      }
    };
    await beat(30);
    expect([a.tcp.rest.count, b.tcp.rest.count]).toEqual([0, 0]);
    for (let i = 0; i < 300; i++) a.open({ address: '10.0.0.2', port: 80 });
    await beat(5);
    expect(a.tcp.rest.count).toBeLessThan(300);
    await beat(30);
    expect([a.tcp.rest.count, b.tcp.rest.count, busy.atRest]).toEqual([300, 300, false]);
    await net.finish();
  });

  it('of half-open connections all but the youngest 256, and not those that a program has seen', async () => {
    const net = new Net();
    const { b, listener } = halfOpen(net, 900);
    await net.pass(10_000);
    expect([b.tcp.size, b.tcp.rest.count, listener.synQueueLength]).toEqual([900, 900 - 256, 900]);
    expect(b.tcp.table.all.findIndex((c) => c !== null)).toBe(900 - 256);
    expect(b.connections.length).toBe(900);
    await net.pass(10_000);
    expect(b.tcp.rest.count).toBe(0);
    await net.finish();
  });

  it('a listener whose half-open connections rest is closed: its successor’s are its own', async () => {
    const net = new Net();
    const { a, b, listener } = halfOpen(net, 3);
    await net.pass(10_000);
    rested(b);
    const other = b.listen({ port: 81, synBacklog: 3 });
    a.open({ address: '10.0.0.2', port: 81 });
    await net.pass(10_000);
    expect(rested(b)).toBe(4);
    listener.close();
    expect([b.tcp.size, b.tcp.rest.count, other.synQueueLength]).toEqual([1, 1, 1]);
    const third = b.listen({ port: 80, synBacklog: 3 });
    a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(10_000);
    expect(rested(b)).toBe(2);
    other.close();
    expect([b.tcp.size, third.synQueueLength, b.connections[0]?.localPort]).toEqual([1, 1, 80]);
    await net.finish();
  });
});
