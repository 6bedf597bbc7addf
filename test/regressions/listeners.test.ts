// Scenarios that broke other TCPs: listeners and their two queues, SYN cookies, and which connection a
// segment belongs to. On a real host, segments from a peer that is no TCP.

import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/host/index.ts';
import { control } from '../../src/tcp/testing.ts';
import { OPT_TIMESTAMPS } from '../../src/wire/index.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { octets } from '../support/regression.ts';

/** Whether anything taken was a RST. */
const resets = (peer: RawPeer): number => peer.take().filter((r) => (r.ctl & control('RST')) !== 0).length;

describe('which connection a segment belongs to', () => {
  it('a RST reaches its own connection although a listener has the port: half-open and ESTABLISHED alike (smoltcp 851, PR 1058)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const a = peer.syn(1, 80);
    const b = peer.syn(2, 80);
    peer.open(3, 80);
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([2, 1]);

    peer.send(2, 80, 'RST', 2001);
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([1, 1]);
    peer.send(3, 80, 'RST', 3001);
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([1, 0]);
    peer.send(4, 80, 'RST', 4001); // nobody's: the listener ignores it
    peer.pass(1500);
    expect(peer.lines(2)).toEqual([]); // no SYN,ACK for ever
    expect(peer.lines(1, a?.seq, 1000)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    expect(b).not.toBeNull();

    peer.send(1, 80, 'ACK', 1001, (a?.seq ?? 0) + 1);
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([0, 1]);
  });

  it('a RST for a connection in CLOSE-WAIT ends it although its port is listened on again (smoltcp PR 1058)', async () => {
    const peer = new RawPeer();
    const first = peer.host.listen({ port: 80 });
    const iss = peer.open(1, 80) as number;
    const c = await first.accept();
    first.close();
    peer.host.listen({ port: 80 });
    peer.send(1, 80, 'FIN,ACK', 1001, iss + 1);
    expect(c.state).toBe('CLOSE-WAIT');
    void c.write(octets(10)).catch(() => {});
    peer.send(1, 80, 'RST', 1002);
    expect([c.state, peer.host.tcp.size]).toEqual(['CLOSED', 0]);
  });

  it("a segment of another tuple and the RST that answers it leave a connection's window alone (smoltcp 518)", async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const iss = peer.open(1, 80) as number;
    const c = await listener.accept();
    peer.send(9, 80, 'FIN,ACK', 5000, 6000, { wnd: 63 });
    expect(peer.lines(9)).toEqual(['RST seq=6000 len=0']);
    expect(c.info().sndWnd).toBe(65535);
    void c.write(octets(536));
    expect(peer.lines(1, iss, 1000)).toEqual(['PSH,ACK seq=1 ack=1 len=536']);
  });

  it('a SYN from the unspecified, a broadcast, multicast or loopback address, or our own, is dropped in silence (smoltcp PR 1144, MUST-63)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    for (const address of [0, 0xffff_ffff, 0xe000_0001, 0x0aff_ffff, 0x7f00_0002, 0x0a00_0001]) {
      peer.address = address | 0;
      peer.send(1, 80, 'SYN', 1000);
      peer.send(1, 81, 'SYN', 1000); // nor a RST from a port where nobody listens
    }
    peer.pass(5000);
    expect([peer.take(), listener.synQueueLength, peer.host.tcp.size]).toEqual([[], 0, 0]);
    peer.address = 0x0a000003;
    expect(peer.syn(1, 80)).not.toBeNull();
  });
});

describe('the SYN queue', () => {
  it('a burst of SYNs beyond the SYN queue is dropped, not refused, and the queue never holds more than its bound (smoltcp PR 1120, gVisor 5637)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, synBacklog: 4, synCookies: false });
    const answered: number[] = [];
    for (let port = 1; port <= 20; port++) if (peer.syn(port, 80) !== null) answered.push(port);
    expect(answered).toEqual([1, 2, 3, 4]);
    expect([listener.synQueueLength, resets(peer), peer.host.counters.synOverflows]).toEqual([4, 0, 16]);

    peer.send(1, 80, 'RST', 1001); // one goes, and the retransmission of another's SYN finds its place
    expect(peer.syn(20, 80)).not.toBeNull();
  });

  it('with cookies the same burst is answered, and nothing is remembered of it (RFC 4987)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, synBacklog: 4 });
    for (let port = 1; port <= 20; port++) expect(peer.syn(port, 80)).not.toBeNull();
    expect([listener.synQueueLength, peer.host.tcp.size, peer.host.counters.cookiesSent]).toEqual([4, 4, 16]);
  });

  it('RST,ACK does not complete a handshake by cookie: the same numbers as an ACK do (gVisor 6076)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, synBacklog: 0 });
    const cookie = peer.syn(1, 80)?.seq as number;
    for (const ctl of ['RST,ACK', 'RST', 'SYN,ACK']) peer.send(1, 80, ctl, 1001, cookie + 1);
    expect([listener.acceptQueueLength, peer.host.tcp.size]).toEqual([0, 0]);
    peer.send(1, 80, 'ACK', 1001, cookie + 1);
    expect([listener.acceptQueueLength, peer.host.tcp.size]).toEqual([1, 1]);
  });

  it('half-open connections whose last ACK never comes give their places back (gVisor 11535)', () => {
    const peer = new RawPeer({ tcp: { synAckR2Ms: 30_000 } });
    const listener = peer.host.listen({ port: 80, synBacklog: 4, synCookies: false });
    for (let port = 1; port <= 4; port++) peer.syn(port, 80);
    expect(peer.syn(5, 80)).toBeNull();
    peer.pass(30_000);
    expect([listener.synQueueLength, peer.host.tcp.size, peer.host.wakeAt()]).toEqual([
      0,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    peer.take();
    expect(peer.syn(5, 80)).not.toBeNull();
  });

  it('a last ACK without the timestamp that was negotiated completes; no place in the SYN queue leaks (gVisor 11535, 11536)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const answer = peer.syn(1, 80, 1000, { opts: OPT_TIMESTAMPS, tsVal: 77 });
    expect(answer?.tsEcr).toBe(77);
    peer.send(1, 80, 'ACK', 1001, (answer?.seq ?? 0) + 1);
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([0, 1]);
    expect((await listener.accept()).state).toBe('ESTABLISHED');
  });

  it('closing a listener resets its half-open connections: no SYN,ACK goes out any more, and the last ACK is refused (gVisor 6671)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    const half = peer.syn(1, 80)?.seq as number;
    const whole = peer.open(2, 80) as number; // nobody has accepted it
    listener.close();
    expect(peer.lines(1, half, 1000)).toEqual(['RST,ACK seq=1 ack=1 len=0']);
    expect(peer.lines(2, whole, 2000)).toEqual(['RST,ACK seq=1 ack=1 len=0']);
    peer.pass(60_000);
    expect([peer.take(), peer.host.tcp.size]).toEqual([[], 0]);
    peer.send(1, 80, 'ACK', 1001, half + 1);
    expect(peer.lines(1, half)).toEqual(['RST seq=1 len=0']);
  });

  it('closing a listener leaves the connections that were accepted alone (gVisor 6671)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80 });
    peer.open(1, 80);
    const c = await listener.accept();
    listener.close();
    peer.pass(1000);
    expect([c.state, peer.take()]).toEqual(['ESTABLISHED', []]);
  });
});

describe('the accept queue', () => {
  it('is never longer than the backlog, and once it is full no SYN is answered: neither by a SYN,ACK nor by a RST (gVisor 5637)', () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, backlog: 3 });
    const open: number[] = [];
    for (let port = 1; port <= 10; port++) if (peer.open(port, 80) !== null) open.push(port);
    expect([open, listener.acceptQueueLength]).toEqual([[1, 2, 3], 3]);
    expect([peer.take(), peer.host.counters.acceptOverflows]).toEqual([[], 7]);
  });

  it('half-open connections beyond the backlog stay half-open: their last ACK is dropped until somebody accepts (gVisor 236, OSv 283)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, backlog: 2 });
    const iss = [0, 1, 2, 3, 4].map((port) => (port === 0 ? 0 : (peer.syn(port, 80)?.seq as number)));
    for (let port = 1; port <= 4; port++)
      peer.send(port, 80, 'ACK', 1000 * port + 1, (iss[port] as number) + 1);
    expect([listener.acceptQueueLength, listener.synQueueLength, resets(peer)]).toEqual([2, 2, 0]);

    await listener.accept();
    // The peer believes that it is connected, and sends; its text comes again until there is a place.
    peer.send(3, 80, 'PSH,ACK', 3001, (iss[3] as number) + 1, { text: octets(5) });
    expect([listener.acceptQueueLength, listener.synQueueLength]).toEqual([2, 1]);
    await listener.accept();
    const third = await listener.accept();
    expect([third.remotePort, await third.read()]).toEqual([3, octets(5)]);

    peer.take();
    peer.pass(3000); // the SYN,ACK again, for the peer that has nothing to send
    const again = peer.take(4)[0];
    expect(again?.ctl).toBe(control('SYN,ACK'));
    peer.send(4, 80, 'ACK', 4001, (iss[4] as number) + 1);
    expect(listener.acceptQueueLength).toBe(1);
  });

  it('a full accept queue holds up nobody else: other listeners, connections, and accept itself (gVisor 236)', async () => {
    const peer = new RawPeer();
    const full = peer.host.listen({ port: 80, backlog: 1 });
    const other = peer.host.listen({ port: 81 });
    peer.open(1, 80);
    for (let port = 2; port <= 20; port++) peer.send(port, 80, 'SYN', 1000 * port);
    const iss = peer.open(1, 81) as number;
    const c = await other.accept();
    peer.send(1, 81, 'PSH,ACK', 1001, iss + 1, { text: octets(3) });
    expect(await c.read()).toEqual(octets(3));
    expect((await full.accept()).state).toBe('ESTABLISHED');
    expect(peer.open(30, 80)).not.toBeNull();
  });

  it.each([
    ['without cookies', { backlog: 1 }, 0],
    ['with cookies, once they are good no more', { backlog: 1, synBacklog: 0 }, 128_000],
  ])(
    'an ACK that belongs to nothing is reset although the accept queue is full, %s (gVisor 6683)',
    (_, options, silentMs) => {
      const peer = new RawPeer();
      const listener = peer.host.listen({ port: 80, ...options });
      peer.open(1, 80);
      expect(listener.acceptQueueLength).toBe(1);
      if (silentMs > 0) {
        // It may be of a connection whose cookie was lost on the way.
        peer.send(2, 80, 'ACK', 2001, 12345);
        expect(peer.lines(2)).toEqual([]);
        peer.pass(silentMs);
      }
      peer.send(2, 80, 'ACK', 2001, 12345);
      expect(peer.lines(2)).toEqual(['RST seq=12345 len=0']);
    },
  );

  it('an ACK that returns a cookie while the accept queue is full is dropped, not reset: the text that follows completes it later (gVisor 236, OSv 283)', async () => {
    const peer = new RawPeer();
    const listener = peer.host.listen({ port: 80, backlog: 1, synBacklog: 0 });
    const first = peer.syn(1, 80)?.seq as number;
    const second = peer.syn(2, 80)?.seq as number;
    peer.send(1, 80, 'ACK', 1001, first + 1);
    peer.send(2, 80, 'ACK', 2001, second + 1);
    expect([listener.acceptQueueLength, peer.lines(2)]).toEqual([1, []]);
    await listener.accept();
    peer.send(2, 80, 'PSH,ACK', 2001, second + 1, { text: octets(4) });
    const c: Connection = await listener.accept();
    expect([c.remotePort, await c.read()]).toEqual([2, octets(4)]);
  });
});
