// Scenarios that broke other TCPs: what is left of connections. TIME-WAIT and the same port again,
// buffers after the end, connections that nobody closes. On real hosts.

import { describe, expect, it } from 'vitest';
import type { Connection, Host, Listener } from '../../src/host/index.ts';
import { control, type SegmentRecord } from '../../src/tcp/testing.ts';
import { OPT_TIMESTAMPS } from '../../src/wire/index.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { octets } from '../support/regression.ts';
import { TwoHosts } from '../support/two-hosts.ts';

const HELLO = octets(100);

/** A server that writes something and closes first: its connections end in TIME-WAIT. */
async function serve(listener: Listener): Promise<void> {
  for await (const c of listener) {
    void c
      .write(HELLO)
      .then(() => c.end())
      .catch(() => {});
  }
}

/** One request: connect from `localPort`, read to the end, close. */
async function fetch(client: Host, localPort: number): Promise<number> {
  const c = await client.connect({ address: '10.0.0.2', port: 80, localPort });
  let n = 0;
  for await (const chunk of c) n += chunk.length;
  await c.end();
  return n;
}

describe('TIME-WAIT on a host', () => {
  it.each([
    ['with timestamps', true],
    ['without', false],
  ])(
    'a client that uses the same port again and again is served at once, %s (lwIP in MicroPython 15844, 12819, esp-idf 5291)',
    async (_, timestamps) => {
      const net = new TwoHosts({ both: { tcp: { timestamps } } });
      void serve(net.server.listen({ port: 80 }));
      for (let i = 0; i < 30; i++) {
        const before = net.ms;
        expect(await net.run(fetch(net.client, 40_000))).toBe(100);
        expect(net.ms - before).toBeLessThan(100);
        await net.pass(100);
      }
      expect([net.client.tcp.timeWait.size, net.server.tcp.timeWait.size, net.server.tcp.size]).toEqual([
        0, 1, 0,
      ]);
    },
  );

  it('more connections than TIME-WAIT has room for: the oldest records go, no connection is refused, no memory grows (esp-open-rtos 101, MicroPython PR 15952)', async () => {
    const net = new TwoHosts({ server: { timeWaitCapacity: 8 } });
    void serve(net.server.listen({ port: 80 }));
    for (let i = 0; i < 50; i++) expect(await net.run(fetch(net.client, 41_000 + i))).toBe(100);
    await net.pass(100);
    expect([net.server.tcp.timeWait.size, net.server.tcp.size]).toEqual([8, 0]);
    expect(net.server.counters.timeWaitOverflows).toBe(42);
    expect(net.memory.live.size).toBe(0);
    await net.pass(60_000);
    expect(net.server.tcp.timeWait.size).toBe(0);
    expect(net.server.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('TIME-WAIT lasts 2 MSL whatever its user still calls (gVisor 3106)', async () => {
    const net = new TwoHosts({ both: { tcp: { mslMs: 10_000 } } });
    const listener = net.server.listen({ port: 80 });
    const opened = net.client.connect({ address: '10.0.0.2', port: 80 });
    const c = await net.run(opened);
    const peer = await net.run(listener.accept());
    void c.end();
    await net.pass(100);
    void peer.end();
    await net.run(c.closed);
    expect(net.client.tcp.timeWait.size).toBe(1);
    c.close();
    c.abort();
    await c.end();
    await net.pass(19_000);
    expect(net.client.tcp.timeWait.size).toBe(1);
    await net.pass(1000);
    expect(net.client.tcp.timeWait.size).toBe(0);
  });
});

/** A connection of `peer` in TIME-WAIT on the host; RCV.NXT is 1002 then. */
async function timeWait(
  peer: RawPeer,
  listener: Listener,
  more: Partial<SegmentRecord> = {},
): Promise<number> {
  const iss = peer.open(1, 80, 1000, more) as number;
  const c = await listener.accept();
  void c.end();
  peer.send(1, 80, 'FIN,ACK', 1001, iss + 2, more);
  expect(peer.host.tcp.timeWait.size).toBe(1);
  peer.take();
  return iss;
}

describe('a Linux client beside TIME-WAIT', () => {
  const stamp = (tsVal: number): Partial<SegmentRecord> => ({ opts: OPT_TIMESTAMPS, tsVal });

  it('its SYN with a newer timestamp and an older number is answered by a SYN,ACK, and no RST comes into it (unikraft lib-lwip PR 76)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const old = await timeWait(peer, listener, stamp(5000));
    peer.pass(20);
    const answer = peer.syn(1, 80, 500, stamp(5020));
    expect(answer?.ack).toBe(501);
    expect((((answer?.seq ?? 0) - old) | 0) > 65_537).toBe(true); // beyond all that the old one sent
    peer.send(1, 80, 'ACK', 501, (answer?.seq ?? 0) + 1, { ...stamp(5020), tsEcr: answer?.tsVal ?? 0 });
    expect((await listener.accept()).state).toBe('ESTABLISHED');
    expect(peer.host.tcp.timeWait.size).toBe(0);
  });

  it('a SYN that is old by both is answered by the old connection; its RST changes nothing, and after 2 MSL the SYN is taken (RFC 1337)', async () => {
    const peer = new RawPeer({ tcp: { mslMs: 10_000 } });
    const listener = peer.host.listen({ port: 80 });
    const iss = await timeWait(peer, listener);
    expect(peer.syn(1, 80, 500)).toBeNull();
    expect(peer.lines(1, iss, 1000)).toEqual(['ACK seq=2 ack=2 len=0']);
    peer.send(1, 80, 'RST', 1002);
    expect([peer.host.tcp.timeWait.size, peer.take()]).toEqual([1, []]);
    peer.pass(600);
    peer.send(1, 80, 'SYN', 500);
    expect(peer.lines(1, iss, 1000)).toEqual(['ACK seq=2 ack=2 len=0']);
    peer.pass(20_000);
    expect(peer.host.tcp.timeWait.size).toBe(0);
    expect(peer.syn(1, 80, 500)).not.toBeNull();
  });

  it('a FIN in TIME-WAIT is acknowledged by the record that is left, and only the right one restarts it (tricep 104, Zephyr PR 46407)', async () => {
    const peer = new RawPeer({ tcp: { mslMs: 10_000 } });
    const iss = await timeWait(peer, peer.host.listen({ port: 80 }));
    peer.pass(15_000);
    peer.send(1, 80, 'FIN,ACK', 1001, iss + 2);
    expect(peer.lines(1, iss, 1000)).toEqual(['ACK seq=2 ack=2 len=0']);
    peer.pass(15_000);
    expect(peer.host.tcp.timeWait.size).toBe(1);
    peer.send(1, 80, 'FIN,ACK', 1001, iss + 1);
    peer.send(1, 80, 'FIN,ACK', 1500, iss + 2);
    peer.pass(5000);
    expect(peer.host.tcp.timeWait.size).toBe(0);
  });
});

describe('memory after the end', () => {
  it('a passive close with unacknowledged text and no peer any more leaves nothing: no connection, no block, no timer (lwIP 51937)', async () => {
    const peer = new RawPeer({ tcp: { r2Ms: 100_000 } });
    const listener = peer.host.listen({ port: 80 });
    const blocks = peer.memory.live.size;
    const ends: Promise<unknown>[] = [];
    for (let port = 1; port <= 50; port++) {
      const iss = peer.open(port, 80) as number;
      const c = await listener.accept();
      await c.write(octets(3000));
      peer.send(port, 80, 'FIN,ACK', 1000 * port + 1, iss + 1);
      c.close();
      ends.push(c.closed.catch((error: { code: string }) => error.code));
    }
    expect(peer.host.tcp.size).toBe(50);
    peer.pass(101_000);
    expect([peer.host.tcp.size, peer.memory.live.size - blocks]).toEqual([0, 0]);
    expect(peer.host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['ETIMEDOUT']));
  });

  it('text that comes with the FIN in FIN-WAIT-2 can be read in TIME-WAIT, whatever other connections do with memory meanwhile; each block is given back once (uC-TCP-IP 4)', async () => {
    const peer = new RawPeer({ tcp: { mslMs: 10_000 } });
    const listener = peer.host.listen({ port: 80 });
    const blocks = peer.memory.live.size;
    const last: Connection[] = [];
    for (let port = 1; port <= 20; port++) {
      const iss = peer.open(port, 80) as number;
      const c = await listener.accept();
      void c.end();
      peer.send(port, 80, 'ACK', 1000 * port + 1, iss + 2);
      expect(c.state).toBe('FIN-WAIT-2');
      peer.send(port, 80, 'FIN,PSH,ACK', 1000 * port + 1, iss + 2, { text: octets(500, port) });
      last.push(c);

      // Another connection takes memory of the same sizes.
      const other = peer.open(port + 100, 80) as number;
      const d = await listener.accept();
      peer.send(port + 100, 80, 'PSH,ACK', 1000 * (port + 100) + 1, other + 1, { text: new Uint8Array(500) });
      await d.write(new Uint8Array(500));
      expect(await d.read()).toEqual(new Uint8Array(500));
      d.abort();
    }
    for (const [i, c] of last.entries()) {
      expect(await c.read()).toEqual(octets(500, i + 1));
      expect(await c.read()).toBeNull();
    }
    peer.pass(30_000); // TIME-WAIT ends
    expect([peer.host.tcp.timeWait.size, peer.host.tcp.size, peer.memory.live.size - blocks]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe('CLOSE-WAIT that nobody closes', () => {
  it('the user hears of every FIN, and one that then closes leaves an empty table (microsandbox 1180)', async () => {
    const peer = new RawPeer();
    let told = 0;
    peer.host.listen({
      port: 80,
      backlog: 1000,
      handler: {
        readable(c) {
          if (!c.eof) return;
          told++;
          void c.end();
        },
      },
    });
    for (let port = 1; port <= 300; port++) {
      const iss = peer.open(port, 80) as number;
      peer.send(port, 80, 'FIN,ACK', 1000 * port + 1, iss + 1);
      const fin = peer.take(port).find((r) => (r.ctl & control('FIN')) !== 0);
      expect(fin?.ack).toBe(1000 * port + 2);
      peer.send(port, 80, 'ACK', 1000 * port + 2, iss + 2);
    }
    expect([told, peer.host.tcp.size]).toEqual([300, 0]);
  });

  it('one that never closes keeps its connections, but takes no place from others (microsandbox 1180)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const kept: Connection[] = [];
    for (let port = 1; port <= 600; port++) {
      const iss = peer.open(port, 80) as number;
      const c = await listener.accept();
      peer.send(port, 80, 'FIN,PSH,ACK', 1000 * port + 1, iss + 1, { text: octets(100) });
      expect(await c.read()).toEqual(octets(100));
      expect(await c.read()).toBeNull();
      kept.push(c);
    }
    peer.pass(100_000);
    expect(kept.every((c) => c.state === 'CLOSE-WAIT')).toBe(true);
    expect(peer.memory.live.size).toBe(0); // idle connections hold no buffers
    peer.take();
    expect(peer.open(601, 80)).not.toBeNull();
    expect((await listener.accept()).state).toBe('ESTABLISHED');
  });

  it('keep-alives end CLOSE-WAIT connections whose peers have gone without a RST (microsandbox 1180)', async () => {
    const peer = new RawPeer({
      tcp: { keepAlive: true, keepAliveIdleMs: 60_000, keepAliveIntervalMs: 1000, keepAliveCount: 3 },
    });
    const listener = peer.host.listen({ port: 80 });
    const iss = peer.open(1, 80) as number;
    const c = await listener.accept();
    peer.send(1, 80, 'FIN,ACK', 1001, iss + 1);
    expect(c.state).toBe('CLOSE-WAIT');
    peer.pass(59_000);
    expect(peer.host.tcp.size).toBe(1);
    peer.pass(5000);
    expect([c.state, c.error?.code, peer.host.tcp.size]).toEqual(['CLOSED', 'ETIMEDOUT', 0]);
  });
});
