import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Wire } from '../../sim/index.ts';
import { Drop } from '../../tcp/index.ts';
import { ACK, FIN, OPT_FAST_OPEN, OPT_MSS, RST, type Segment, SYN } from '../../wire/index.ts';
import type { Connection, Host, Listener, ListenOptions } from '../index.ts';
import {
  codeOf,
  Net,
  type NetHostOptions,
  octets,
  port,
  RawPort,
  type RawSegment,
  readAll,
  sendAndEnd,
  tcpPacket,
  thrown,
} from '../testing.ts';

const TO = { address: '10.0.0.2', port: 80 };

interface World {
  net: Net;
  a: Host;
  b: Host;
  wire: Wire;
  listener: Listener;
}

/** A client a, a server b with a listener, 10 ms apart. */
function world(options: Partial<ListenOptions> = {}, server: NetHostOptions = {}): World {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 10_000 }, {}, server);
  return { net, a, b, wire, listener: b.listen({ port: 80, fastOpen: 10, ...options }) };
}

/** The client gets a cookie by a first connection. */
async function acquainted(options: Partial<ListenOptions> = {}, server: NetHostOptions = {}): Promise<World> {
  const w = world(options, server);
  const c = await w.net.run(w.a.connect({ ...TO, fastOpen: true }));
  (await w.net.run(w.listener.accept())).abort();
  c.abort();
  await w.net.pass(100_000);
  expect(w.a.tcp.fastOpen.size).toBe(1);
  return w;
}

interface Raw {
  net: Net;
  host: Host;
  listener: Listener;
  send(r: Partial<RawSegment>, src?: string): Segment[];
}

/** A listener and peers that send by hand. */
function raw(options: Partial<ListenOptions> = {}, hostOptions: NetHostOptions = {}): Raw {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24'], hostOptions);
  host.addRoute('default', port(host));
  const wire = new RawPort(net, host);
  const listener = host.listen({ port: 80, fastOpen: 10, ...options });
  const send = (r: Partial<RawSegment>, src = '10.0.0.1'): Segment[] => {
    wire.send(tcpPacket(net, src, '10.0.0.2', { from: 9, to: 80, ctl: 0, ...r }));
    return wire.takeSegments();
  };
  return { net, host, listener, send };
}

/** A SYN with the option; what answers it. */
function syn(s: Raw, cookie: readonly number[], more: Partial<RawSegment> = {}, src?: string): Segment {
  const [answer] = s.send({ ctl: SYN, seq: 1000, opts: OPT_FAST_OPEN, cookie, ...more }, src);
  return answer as Segment;
}

/** Asks for a cookie from a port that then resets. */
function cookieFor(s: Raw, src?: string, from = 7): number[] {
  const answer = syn(s, [], { from }, src);
  expect(answer.ctl).toBe(SYN | ACK);
  s.send({ ctl: RST, seq: 1001, from }, src);
  return [...answer.cookie.subarray(0, answer.cookieLen)];
}

describe('a listener with fastOpen (RFC 7413 section 4.2.2)', () => {
  it('grants a cookie of 8 octets to who asks: the same for an address, another for another', () => {
    const s = raw();
    const cookie = cookieFor(s);
    expect(cookie.length).toBe(8);
    expect(cookieFor(s, '10.0.0.1', 8)).toEqual(cookie);
    expect(cookieFor(s, '10.0.0.3')).not.toEqual(cookie);
    expect(s.host.counters.fastOpenAccepted).toBe(0);
  });

  it('hands a connection out before its handshake, with the text of the SYN, and sends at once', async () => {
    const s = raw();
    const answer = syn(s, cookieFor(s), { text: octets(100) });
    expect([answer.ctl, answer.ack, answer.opts & OPT_FAST_OPEN]).toEqual([SYN | ACK, 1101, 0]);
    const c = await s.net.run(s.listener.accept());
    expect([c.state, c.early, c.synTextTaken]).toEqual(['SYN-RECEIVED', true, true]);
    expect(c.take()).toEqual(octets(100));
    expect([s.listener.earlyLength, s.listener.synQueueLength]).toEqual([1, 0]);
    expect(c.offer(octets(50))).toBe(50);
    s.send({ ctl: ACK, seq: 1101, ack: answer.seq + 51 });
    expect([c.state, c.early, s.listener.earlyLength]).toEqual(['ESTABLISHED', false, 0]);
    expect(s.host.counters).toMatchObject({ passiveOpens: 1, fastOpenAccepted: 1 });
    expect(s.listener.acceptQueueLength).toBe(0);
  });

  it('tells a handler once that it is open, and that there is text', () => {
    const told: string[] = [];
    const s = raw({
      handler: {
        open: (c) => told.push(`open ${c.state}`),
        readable: (c) => told.push(`text ${c.take()?.length}`),
      },
    });
    const answer = syn(s, cookieFor(s), { text: octets(100) });
    s.send({ ctl: ACK, seq: 1101, ack: answer.seq + 1 });
    expect(told).toEqual(['open SYN-RECEIVED', 'text 100']);
  });

  it('a cookie of another address is refused: only the SYN is acknowledged, and a fresh cookie comes', () => {
    const s = raw();
    const mine = cookieFor(s);
    const theirs = cookieFor(s, '10.0.0.3');
    const answer = syn(s, theirs, { text: octets(100) });
    expect([answer.ack, [...answer.cookie.subarray(0, 8)]]).toEqual([1001, mine]);
    expect([s.host.counters.fastOpenBadCookies, s.listener.synQueueLength]).toEqual([1, 1]);
  });

  it('a cookie of another length is refused as well', () => {
    const s = raw();
    expect(syn(s, cookieFor(s).slice(0, 4), { text: octets(100) }).ack).toBe(1001);
  });

  it('speaks the experimental option to who does', () => {
    const s = raw();
    const answer = syn(s, [], { experimental: true });
    expect([answer.cookieLen, answer.cookieExperimental]).toEqual([8, 1]);
  });

  it('after the key has changed the old cookie is good, and answered by the new one; after two changes not', () => {
    const s = raw();
    const old = cookieFor(s);
    s.host.tcp.fastOpen.rotateKey();
    const answer = syn(s, old, { text: octets(100) });
    const fresh = [...answer.cookie.subarray(0, answer.cookieLen)];
    expect([answer.ack, fresh.length]).toEqual([1101, 8]);
    expect(fresh).not.toEqual(old);
    s.host.tcp.fastOpen.rotateKey();
    expect(syn(s, old, { from: 10, text: octets(100) }).ack).toBe(1001);
    expect(syn(s, fresh, { from: 11, text: octets(100) }).ack).toBe(1101);
  });

  it('keeps at most fastOpen connections whose handshake has not completed; the next is an ordinary one', () => {
    const s = raw({ fastOpen: 2 });
    const cookie = cookieFor(s);
    const [first, second, third] = [21, 22, 23].map((from) => syn(s, cookie, { from, text: octets(10) }));
    expect([first?.ack, second?.ack, third?.ack]).toEqual([1011, 1011, 1001]);
    expect(s.host.counters.fastOpenOverflows).toBe(1);
    s.send({ ctl: ACK, seq: 1011, ack: (first?.seq ?? 0) + 1, from: 21 });
    s.host.connections.find((c) => c.remotePort === 22)?.abort();
    expect(s.listener.earlyLength).toBe(0);
    expect(syn(s, cookie, { from: 24, text: octets(10) }).ack).toBe(1011);
  });

  it('one that was reset early counts for a minute, or the bound would not hold (section 5.1)', async () => {
    const s = raw({ fastOpen: 1 });
    const cookie = cookieFor(s);
    syn(s, cookie, { from: 21, text: octets(10) });
    s.send({ ctl: RST, seq: 1011, from: 21 });
    expect([s.host.tcp.size, s.listener.earlyLength]).toEqual([0, 1]);
    expect(syn(s, cookie, { from: 22, text: octets(10) }).ack).toBe(1001);
    s.send({ ctl: RST, seq: 1001, from: 22 });
    await s.net.pass(60_000_000);
    expect(syn(s, cookie, { from: 23, text: octets(10) }).ack).toBe(1011);
  });

  it('a RST before the handshake has completed is an error of the connection: ECONNRESET', async () => {
    const s = raw();
    syn(s, cookieFor(s), { text: octets(10) });
    const c = await s.net.run(s.listener.accept());
    s.send({ ctl: RST, seq: 1011 });
    expect([await codeOf(c.closed), s.host.tcp.size]).toEqual(['ECONNRESET', 0]);
  });

  it('a RST takes it out of the accept queue', () => {
    const s = raw();
    syn(s, cookieFor(s), { text: octets(10) });
    expect(s.listener.acceptQueueLength).toBe(1);
    s.send({ ctl: RST, seq: 1011 });
    expect([s.listener.acceptQueueLength, s.listener.take()]).toEqual([0, null]);
  });

  it('closed, it resets what nobody has accepted; what was accepted lives on', async () => {
    const s = raw();
    const cookie = cookieFor(s);
    const answer = syn(s, cookie, { text: octets(10) });
    const c = await s.net.run(s.listener.accept());
    syn(s, cookie, { from: 10, text: octets(10) });
    s.listener.close();
    expect([s.host.tcp.size, c.state]).toEqual([1, 'SYN-RECEIVED']);
    s.send({ ctl: ACK, seq: 1011, ack: answer.seq + 1 });
    expect(c.state).toBe('ESTABLISHED');
  });

  it('a user who closes early: what was written goes out with the FIN, and the ACK leads on', async () => {
    const s = raw();
    const answer = syn(s, cookieFor(s), { text: octets(10) });
    const c = await s.net.run(s.listener.accept());
    c.discard();
    c.offer(octets(5));
    c.close();
    expect(c.state).toBe('SYN-RECEIVED');
    s.send({ ctl: ACK, seq: 1011, ack: answer.seq + 7 });
    expect([c.state, s.listener.earlyLength]).toEqual(['FIN-WAIT-2', 0]);
    s.send({ ctl: FIN | ACK, seq: 1011, ack: answer.seq + 7 });
    expect(await codeOf(c.closed)).toBe('ok');
  });

  it('a user who closes early makes room for the next, also when the ACK leads to TIME-WAIT at once', async () => {
    const s = raw({ fastOpen: 1 });
    const cookie = cookieFor(s);
    const early = async (from: number, more: (c: Connection) => void): Promise<number> => {
      const answer = syn(s, cookie, { from, text: octets(10) });
      expect(answer.ack).toBe(1011); // its text was taken
      const c = await s.net.run(s.listener.accept());
      c.discard();
      more(c);
      c.close();
      return answer.seq + 1;
    };
    // The ACK of the handshake acknowledges the FIN, too, and has the peer's: TIME-WAIT in one event.
    const una = await early(10, (c) => c.offer(octets(5)));
    s.send({ from: 10, ctl: FIN | ACK, seq: 1011, ack: una + 6 });
    expect([s.host.tcp.size, s.host.tcp.timeWait.size, s.listener.earlyLength]).toEqual([0, 1, 0]);
    const fin = await early(11, () => {});
    s.send({ from: 11, ctl: FIN | ACK, seq: 1011, ack: fin + 1 });
    expect([s.host.tcp.size, s.host.tcp.timeWait.size, s.listener.earlyLength]).toEqual([0, 2, 0]);
  });

  it('a full accept queue refuses the SYN, as without', () => {
    const s = raw({ backlog: 1 });
    const cookie = cookieFor(s);
    syn(s, cookie, { text: octets(10) });
    expect(syn(s, cookie, { from: 10, text: octets(10) })).toBeUndefined();
    expect(s.host.counters).toMatchObject({ acceptOverflows: 1, fastOpenAccepted: 1 });
  });

  it('while SYN cookies are out there is no Fast Open, neither text nor cookies (RFC 4987)', async () => {
    const s = raw({ synBacklog: 1 });
    const cookie = cookieFor(s);
    syn(s, [], { from: 31 });
    const flooded = syn(s, cookie, { from: 32, text: octets(10) });
    expect([flooded.ack, flooded.cookieLen, s.host.counters.cookiesSent]).toEqual([1001, 0, 1]);
    s.send({ ctl: RST, seq: 1001, from: 31 });
    const after = syn(s, cookie, { from: 33, text: octets(10) });
    expect([after.ack, after.cookieLen]).toEqual([1001, 0]);
    s.send({ ctl: RST, seq: 1001, from: 33 });
    await s.net.pass(200_000_000);
    expect(syn(s, cookie, { from: 34, text: octets(10) }).ack).toBe(1011);
    expect(s.host.counters.drops[Drop.LISTEN_REFUSED]).toBe(1);
  });

  it('without fastOpen takes no text and grants nothing', () => {
    const s = raw({ fastOpen: 0 });
    const answer = syn(s, [], { text: octets(10) });
    expect([answer.ack, answer.opts & OPT_FAST_OPEN]).toEqual([1001, 0]);
  });

  it('fastOpen is a whole number', () => {
    const s = raw();
    expect(thrown(() => s.host.listen({ port: 81, fastOpen: -1 }))).toBe('ERR_OUT_OF_RANGE');
    expect(thrown(() => s.host.listen({ port: 81, fastOpen: 1.5 }))).toBe('ERR_OUT_OF_RANGE');
  });
});

describe('a client with fastOpen (RFC 7413 section 4.2.1)', () => {
  it('asks for a cookie the first time; the next request is answered after one round trip', async () => {
    const w = await acquainted();
    const started = w.net.world.now();
    const c = w.a.open({ ...TO, fastOpen: true, early: octets(1000) });
    const server = await w.net.run(w.listener.accept());
    expect([server.state, server.take()]).toEqual(['SYN-RECEIVED', octets(1000)]);
    void server.write(octets(2000));
    expect((await w.net.run(c.read()))?.length).toBeGreaterThan(0);
    expect(w.net.world.now() - started).toBe(20_000);
    expect([c.synTextTaken, c.info().retransmissions]).toEqual([true, 0]);
  });

  it('early that is longer than a segment, or than the send buffer, arrives whole', async () => {
    const w = await acquainted();
    const data = octets(600_000);
    const c = w.a.open({ ...TO, fastOpen: true, early: data });
    void c
      .write(octets(10))
      .then(() => c.end())
      .catch(() => {});
    const server = await w.net.run(w.listener.accept());
    const got = await w.net.run(readAll(server));
    expect([got.length, got.subarray(0, 600_000)]).toEqual([600_010, data]);
  });

  it('early without fastOpen, or without a cookie, follows the handshake', async () => {
    const w = world();
    for (const fastOpen of [false, true]) {
      const c = w.a.open({ ...TO, fastOpen, early: octets(100) });
      const server = await w.net.run(w.listener.accept());
      expect([server.state, await w.net.run(server.read())]).toEqual(['ESTABLISHED', octets(100)]);
      expect(c.synTextTaken).toBe(false);
    }
  });

  it('a cookie that the server no longer takes: the text goes again at once, and the next SYN has a new one', async () => {
    const w = await acquainted();
    w.b.tcp.fastOpen.rotateKey();
    w.b.tcp.fastOpen.rotateKey();
    const started = w.net.world.now();
    const c = w.a.open({ ...TO, fastOpen: true, early: octets(100) });
    const server = await w.net.run(w.listener.accept());
    expect([server.state, await w.net.run(server.read())]).toEqual(['ESTABLISHED', octets(100)]);
    expect(w.net.world.now() - started).toBe(30_000);
    expect(c.info()).toMatchObject({ retransmissions: 1, timeouts: 0, caState: 'open' });
    w.a.open({ ...TO, fastOpen: true, early: octets(100) });
    expect((await w.net.run(w.listener.accept())).early).toBe(true);
  });

  it('sends no more than the server’s MSS has room for', async () => {
    const w = await acquainted({ tcp: { maxMss: 600 } });
    w.a.open({ ...TO, fastOpen: true, early: octets(5000) });
    const server = await w.net.run(w.listener.accept());
    expect(server.readableLength).toBe(600 - 32);
  });

  it('works over IPv6, with cookies of its own', async () => {
    const w = await acquainted();
    for (const early of [false, true]) {
      w.a.open({ address: 'fd00::2', port: 80, fastOpen: true, early: octets(10) });
      expect((await w.net.run(w.listener.accept())).early).toBe(early);
    }
    expect(w.a.tcp.fastOpen.size).toBe(2);
  });

  it('a server that forgets to answer SYNs with the option is not asked again for a minute, then for two', async () => {
    const net = new Net();
    const a = net.host('a', ['10.0.0.1/24']);
    const wire = new RawPort(net, a);
    const tries = async (): Promise<boolean[]> => {
      const c = a.open({ ...TO, fastOpen: true });
      await net.pass(1_500_000);
      c.abort();
      return wire.takeSegments().map((s) => (s.opts & OPT_FAST_OPEN) !== 0);
    };
    expect(await tries()).toEqual([true, false]);
    expect(await tries()).toEqual([false, false]);
    await net.pass(60_000_000);
    expect(await tries()).toEqual([true, false]);
    await net.pass(90_000_000);
    expect(await tries()).toEqual([false, false]);
    expect(a.counters.fastOpenFailed).toBe(2);
  });

  it('a server whose answer was lost is tried again after a minute; text taken then clears the account', async () => {
    const w = await acquainted();
    const early = async (lose: boolean): Promise<boolean> => {
      const rule = lose ? w.wire.rule('drop SYN#1') : null;
      const c = w.a.open({ ...TO, fastOpen: true, early: octets(10) });
      const server = await w.net.run(w.listener.accept());
      expect(await w.net.run(server.read())).toEqual(octets(10));
      await w.net.run(c.opened);
      const taken = c.synTextTaken;
      rule?.remove();
      c.abort();
      await w.net.pass(100_000);
      return taken;
    };
    for (let round = 0; round < 2; round++) {
      expect([await early(true), await early(false)]).toEqual([false, false]);
      await w.net.pass(60_000_000);
      expect([await early(false), await early(false)]).toEqual([true, true]);
    }
    expect(w.a.counters.fastOpenFailed).toBe(2);
  });

  it.each([
    ['silence', [true, true, true, true]],
    ['refusal', [true, true, true, false]],
    ['ignored', [true, false, false, false]],
  ] as const)(
    'fastOpenRetreat %s: a request is ignored, then the text of a SYN',
    async (fastOpenRetreat, options) => {
      const net = new Net();
      const a = net.host('a', ['10.0.0.1/24'], { tcp: { fastOpenRetreat } });
      const wire = new RawPort(net, a);
      /** Whether the SYN had the option; its answer has `cookie`, and acknowledges no text. */
      const asks = (cookie: readonly number[]): boolean => {
        const c = a.open({ ...TO, fastOpen: true, early: octets(10) });
        const [out] = wire.takeSegments() as [Segment];
        const granted = cookie.length > 0 ? OPT_FAST_OPEN : 0;
        const answer = { from: 80, to: c.localPort, ctl: SYN | ACK, seq: 5, ack: out.seq + 1 };
        wire.send(tcpPacket(net, TO.address, '10.0.0.1', { ...answer, opts: OPT_MSS | granted, cookie }));
        c.abort();
        wire.take();
        return (out.opts & OPT_FAST_OPEN) !== 0;
      };
      expect([asks([]), asks([1, 2, 3, 4]), asks([]), asks([])]).toEqual(options);
    },
  );

  it('remembers at most 1024 servers, and forgets the one used longest ago', async () => {
    const net = new Net();
    const a = net.host('a', ['10.0.0.1/8']);
    const wire = new RawPort(net, a);
    const ask = (n: number): number => {
      const address = `10.1.${n >> 8}.${n & 255}`;
      const c = a.open({ address, port: 80, fastOpen: true });
      const [out] = wire.takeSegments();
      const cookie = [1, 2, 3, n & 255];
      wire.send(
        tcpPacket(net, address, '10.0.0.1', {
          from: 80,
          to: c.localPort,
          ctl: SYN | ACK,
          seq: 5,
          ack: (out as Segment).seq + 1,
          opts: OPT_MSS | OPT_FAST_OPEN,
          cookie,
        }),
      );
      c.abort();
      wire.take();
      return (out as Segment).cookieLen;
    };
    for (let n = 0; n < 1024; n++) expect(ask(n)).toBe(0);
    expect(ask(0)).toBe(4);
    expect(ask(1024)).toBe(0);
    expect([a.tcp.fastOpen.size, ask(0), ask(1)]).toEqual([1024, 4, 0]);
  });
});

describe('streams are equal', () => {
  it('over a wire that loses a third of the packets, with text in the SYNs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.nat(5000),
        fc.nat(20_000),
        async (seed, up, down) => {
          const net = new Net(seed);
          const { a, b, wire } = net.pair({ delayUs: 10_000 });
          const listener = b.listen({ port: 80, fastOpen: 10 });
          const first = await net.run(a.connect({ ...TO, fastOpen: true }));
          (await net.run(listener.accept())).abort();
          first.abort();
          await net.pass(100_000);
          wire.configure({ loss: 0.3 });
          const c = a.open({ ...TO, fastOpen: true, early: octets(up) });
          void c.end().catch(() => {});
          const server = await net.run(listener.accept());
          sendAndEnd(server, octets(down, 3));
          const [there, back] = await net.run(Promise.all([readAll(server), readAll(c)]));
          expect([there, back]).toEqual([octets(up), octets(down, 3)]);
          wire.configure({ loss: 0 });
          await net.finish();
        },
      ),
      { numRuns: 25 },
    );
  });
});

it('one Connection type serves both ends', async () => {
  const w = await acquainted();
  const c: Connection = w.a.open({ ...TO, fastOpen: true, early: octets(1) });
  expect([c.early, c.state]).toEqual([false, 'SYN-SENT']);
});
