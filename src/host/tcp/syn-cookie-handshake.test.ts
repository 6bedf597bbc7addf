import { describe, expect, it } from 'vitest';
import { Drop, EcnMode } from '../../tcp/index.ts';
import {
  ACK,
  FIN,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  RST,
  type Segment,
  SYN,
} from '../../wire/index.ts';
import type { Host, Listener, ListenOptions } from '../index.ts';
import {
  Net,
  type NetHostOptions,
  octets,
  port,
  RawPort,
  type RawSegment,
  readAll,
  sendAndEnd,
  tcpPacket,
} from '../testing.ts';

interface Server {
  net: Net;
  host: Host;
  listener: Listener;
  raw: RawPort;
  send(r: Partial<RawSegment>, src?: string): Segment[];
}

/** A listener at 10.0.0.2:80 that answers every SYN with a cookie, and peers that send by hand. */
function server(options: Partial<ListenOptions> = {}, hostOptions: NetHostOptions = {}): Server {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24'], hostOptions);
  host.addRoute('default', port(host));
  const raw = new RawPort(net, host);
  const listener = host.listen({ port: 80, synBacklog: 0, ...options });
  const send = (r: Partial<RawSegment>, src = '10.0.0.1'): Segment[] => {
    raw.send(tcpPacket(net, src, '10.0.0.2', { from: 9, to: 80, ctl: 0, ...r }));
    return raw.takeSegments();
  };
  return { net, host, listener, raw, send };
}

/** Sends a SYN and gives the SYN,ACK. */
function syn(s: Server, r: Partial<RawSegment> = {}): Segment {
  const [answer] = s.send({ ctl: SYN, seq: 1000, ...r });
  expect(answer?.ctl).toBe(SYN | ACK);
  return answer as Segment;
}

describe('a SYN that meets a full SYN queue', () => {
  it('is answered by a cookie: nothing is kept, and the ACK that returns it makes the connection', async () => {
    const s = server();
    const answer = syn(s);
    expect([s.host.tcp.size, s.listener.synQueueLength, s.net.memory.used]).toEqual([0, 0, 0]);
    expect(s.host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
    expect(s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 })).toEqual([]);
    const c = await s.net.run(s.listener.accept());
    expect([c.state, c.remotePort, s.listener.synQueueLength]).toEqual(['ESTABLISHED', 9, 0]);
    expect(s.host.counters).toMatchObject({
      cookiesSent: 1,
      cookiesAccepted: 1,
      synOverflows: 1,
      passiveOpens: 1,
    });
  });

  it('is offered a window scale in which a small buffer can be seen, as without one (RFC 7323 section 2.3)', () => {
    const s = server({}, { tcp: { receiveBuffer: 100 } });
    const answer = syn(s, { opts: OPT_WSCALE | OPT_TIMESTAMPS, wscale: 2, tsVal: 1 });
    const of = { seq: 1001, ack: answer.seq + 1, opts: OPT_TIMESTAMPS, tsVal: 2, tsEcr: answer.tsVal };
    s.send({ ctl: ACK, ...of });
    const [ack] = s.send({ ctl: ACK, ...of, seq: 900 });
    expect([answer.wscale, ack?.wnd]).toEqual([0, 100]);
  });

  it('is answered with the MSS that fits the link, or less by configuration (3.7.1)', async () => {
    for (const [maxMss, v4, v6] of [
      [0, 1460, 1440],
      [700, 700, 700],
      [1450, 1450, 1440],
      [9000, 1460, 1440],
    ] as const) {
      const net = new Net();
      const { a, b } = net.pair();
      const listener = b.listen({ port: 80, synBacklog: 0, tcp: { maxMss } });
      for (const [address, mss] of [
        ['10.0.0.2', v4],
        ['fd00::2', v6],
      ] as const) {
        const c = await net.run(a.connect({ address, port: 80 }));
        const d = await net.run(listener.accept());
        expect([address, maxMss, c.tcb.snd.peerMss, d.tcb.rcv.mss]).toEqual([address, maxMss, mss, mss]);
      }
      expect(b.counters.cookiesAccepted).toBe(2);
    }
  });

  it('is answered without an MSS where that option is off, as without a cookie: both are the default', async () => {
    for (const synBacklog of [0, 8]) {
      const s = server({ synBacklog }, { tcp: { mssOption: false } });
      const answer = syn(s, { opts: OPT_MSS, mss: 1400 });
      s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 });
      const { tcb } = await s.net.run(s.listener.accept());
      expect([answer.opts & OPT_MSS, tcb.snd.peerMss, tcb.rcv.mss]).toEqual([0, 536, 536]);
      expect(s.host.counters.cookiesAccepted).toBe(synBacklog === 0 ? 1 : 0);
    }
  });

  it('that asks for ECN is answered as without a cookie, when timestamps carry that (RFC 3168 section 6.1.1)', async () => {
    for (const [asks, answers, timestamps, ecn] of [
      ['on', 'accept', true, 1],
      ['on', 'off', true, 0],
      ['on', 'accept', false, 0],
      ['accept', 'on', true, 0],
    ] as const) {
      const net = new Net();
      const { a, b } = net.pair({}, { tcp: { ecn: asks } }, { tcp: { ecn: answers, timestamps } });
      const listener = b.listen({ port: 80, synBacklog: 0 });
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      const d = await net.run(listener.accept());
      expect([asks, answers, c.tcb.ecn, d.tcb.ecn]).toEqual([asks, answers, ecn, ecn]);
      expect(b.counters.cookiesAccepted).toBe(1);
    }
  });

  it('that asks for AccECN is answered as without a cookie, and the ACK tells that it was (RFC 9768 section 5.1)', async () => {
    for (const [asks, answers, timestamps, ecn] of [
      ['accurate', 'accurate', true, EcnMode.ACCURATE],
      ['accurate', 'accept-accurate', false, EcnMode.ACCURATE],
      ['accurate', 'accept', true, EcnMode.CLASSIC],
      ['accurate', 'accept', false, EcnMode.NOT_ECN],
      ['on', 'accurate', true, EcnMode.CLASSIC],
      ['off', 'accurate', true, EcnMode.NOT_ECN],
    ] as const) {
      const net = new Net();
      const { a, b } = net.pair({}, { tcp: { ecn: asks } }, { tcp: { ecn: answers, timestamps } });
      const listener = b.listen({ port: 80, synBacklog: 0 });
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      const d = await net.run(listener.accept());
      expect([asks, answers, c.tcb.ecn, d.tcb.ecn]).toEqual([asks, answers, ecn, ecn]);
      expect([c.info().accEcn === null, d.info().accEcn === null]).toEqual(
        new Array(2).fill(ecn !== EcnMode.ACCURATE),
      );
      expect(b.counters.cookiesAccepted).toBe(1);
    }
  });

  it.each([0b000, 0b001, 0b010, 0b101, 0b110, 0b111])(
    'and comes back with %d in the ACE field: only from 2 on the client has asked for AccECN',
    (ace) => {
      const s = server({ tcp: { ecn: 'accurate', timestamps: false } });
      const { seq } = syn(s);
      const [reserved, bits] = [ace >> 2, (ace & 3) << 6];
      s.send({ ctl: ACK | bits, reserved, seq: 1001, ack: seq + 1 });
      const [c] = s.host.connections;
      expect([c?.state, c?.tcb.ecn]).toEqual(['ESTABLISHED', ace >= 2 ? EcnMode.ACCURATE : EcnMode.NOT_ECN]);
      expect(c?.tcb.accEcn?.sCep ?? 0).toBe(ace < 2 ? 0 : ace === 0b110 ? 6 : 5);
    },
  );

  it('is answered with the options in the order of its settings', () => {
    const opts = OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED | OPT_TIMESTAMPS;
    for (const [synOptionOrder, second] of [
      ['linux', [4, 2, 8, 10]], // SACK-permitted, timestamps
      ['freebsd', [1, 3, 3]], // NOP, window scale
    ] as const) {
      const { net, raw } = server({ tcp: { synOptionOrder } });
      const segment = { from: 9, to: 80, ctl: SYN, seq: 1000, opts, mss: 1460, wscale: 7 };
      raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', segment));
      const bytes = raw.packets[0]?.bytes.subarray(20 + 20 + 4); // after the headers and the MSS
      expect([synOptionOrder, ...(bytes ?? []).slice(0, second.length)]).toEqual([synOptionOrder, ...second]);
    }
  });

  it('from where no way leads back is not answered, nor does an ACK from there make a connection', () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24']);
    const raw = new RawPort(net, host);
    host.listen({ port: 80, synBacklog: 0 });
    const send = (r: Partial<RawSegment>): Segment[] => {
      raw.send(tcpPacket(net, '192.168.9.9', '10.0.0.2', { from: 9, to: 80, ctl: 0, ...r }));
      return raw.takeSegments();
    };
    expect([send({ ctl: SYN, seq: 1000 }), host.counters.cookiesSent]).toEqual([[], 0]);
    const route = host.addRoute('default', port(host));
    const [answer] = send({ ctl: SYN, seq: 1000 });
    host.removeRoute(route);
    expect(send({ ctl: ACK, seq: 1001, ack: (answer?.seq ?? 0) + 1 })).toEqual([]);
    expect([host.counters.cookiesSent, host.counters.cookiesAccepted, host.tcp.size]).toEqual([1, 0, 0]);
  });

  it('is answered by another cookie when it comes again; both are good', async () => {
    const s = server();
    const first = syn(s);
    await s.net.pass(70_000_000); // another slot of the clock
    const second = syn(s);
    expect(second.seq).not.toBe(first.seq);
    s.send({ ctl: ACK, seq: 1001, ack: first.seq + 1 });
    expect(s.host.counters.cookiesAccepted).toBe(1);
  });

  it('is dropped without cookies, and when the accept queue is full: the peer tries again', () => {
    const without = server({ synCookies: false });
    expect(without.send({ ctl: SYN })).toEqual([]);
    const full = server({ backlog: 0 });
    expect(full.send({ ctl: SYN })).toEqual([]);
    expect([full.host.counters.acceptOverflows, full.host.counters.cookiesSent]).toEqual([1, 0]);
  });

  it('of an older connection in TIME-WAIT gets a cookie too, and that returns', async () => {
    const s = server({ handler: { open: (c) => c.close() } });
    const answer = syn(s);
    s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 });
    s.send({ ctl: ACK | FIN, seq: 1001, ack: answer.seq + 2 });
    expect(s.host.tcp.timeWait.size).toBe(1);
    const again = syn(s, { seq: 5000 });
    s.send({ ctl: ACK, seq: 5001, ack: again.seq + 1 });
    expect([s.host.counters.cookiesAccepted, s.host.tcp.timeWait.size]).toEqual([2, 0]);
  });
});

describe('an ACK to a listener', () => {
  it('that returns no cookie is dropped while cookies are out, and answered by a RST from then on', async () => {
    const s = server();
    const answer = syn(s);
    const others = [
      [1001, answer.seq + 2],
      [1002, answer.seq + 1],
      [1001, answer.seq],
      [1002, answer.seq + 2], // both have sent one octet
      [1, 1],
    ] as const;
    for (const [seq, ack] of others) expect(s.send({ ctl: ACK, seq, ack })).toEqual([]);
    const { counters } = s.host;
    expect([counters.cookiesFailed, counters.cookiesAccepted, s.host.tcp.size]).toEqual([5, 0, 0]);
    expect(counters.drops[Drop.LISTEN_REFUSED]).toBe(5 + 1); // and the SYN
    await s.net.pass(128_000_000);
    for (const [seq, ack] of others)
      expect(s.send({ ctl: ACK, seq, ack })).toMatchObject([{ ctl: RST, seq: ack | 0 }]);
    expect(counters.cookiesFailed).toBe(5);
  });

  it('from another port or address than the SYN returns no cookie', () => {
    const s = server();
    const answer = syn(s);
    const ack = { ctl: ACK, seq: 1001, ack: answer.seq + 1 };
    expect([s.send({ ...ack, from: 10 }), s.send(ack, '10.0.0.3')]).toEqual([[], []]);
    expect([s.host.counters.cookiesFailed, s.host.tcp.size]).toEqual([2, 0]);
    s.send(ack);
    expect(s.host.tcp.size).toBe(1);
  });

  it('with text that does not begin at ISS + 1 is dropped: the first ACK and the first text were lost, and come again', async () => {
    const s = server();
    const answer = syn(s);
    const later = { ctl: ACK, seq: 1021, ack: answer.seq + 1, text: octets(20, 20) };
    expect([s.send(later), s.send({ ...later, ctl: ACK | FIN }), s.host.tcp.size]).toEqual([[], [], 0]);
    s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1, text: octets(20) });
    s.send({ ...later, ctl: ACK | FIN });
    const c = await s.net.run(s.listener.accept());
    expect(await s.net.run(readAll(c))).toEqual(octets(40));
  });

  it('is not looked at when no cookie was sent, not even a right one (RFC 4987 section 3.6)', () => {
    const s = server();
    const answer = syn(s);
    s.listener.close();
    const other = s.host.listen({ port: 80, synBacklog: 0 }); // has not sent any
    expect(s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 })).toMatchObject([{ ctl: RST }]);
    expect([s.host.counters.cookiesFailed, other.acceptQueueLength]).toEqual([0, 0]);
  });

  it('is too old after two slots of 64 seconds', async () => {
    const s = server();
    const answer = syn(s);
    await s.net.pass(63_000_000);
    syn(s, { from: 10 });
    await s.net.pass(66_000_000);
    expect([s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 }), s.host.tcp.size]).toEqual([[], 0]);
  });

  it('with RST is no answer to a cookie (gVisor 6076)', () => {
    const s = server();
    const answer = syn(s);
    expect(s.send({ ctl: ACK | RST, seq: 1001, ack: answer.seq + 1 })).toEqual([]);
    expect(s.host.tcp.size).toBe(0);
  });

  it('that returns a cookie can bring text and a FIN', async () => {
    const s = server();
    const answer = syn(s);
    s.send({ ctl: ACK | FIN, seq: 1001, ack: answer.seq + 1, text: octets(20) });
    const c = await s.net.run(s.listener.accept());
    expect([c.state, await s.net.run(readAll(c))]).toEqual(['CLOSE-WAIT', octets(20)]);
  });

  it('with text alone makes the connection when the first ACK was lost', async () => {
    const s = server();
    const answer = syn(s);
    s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1, text: octets(20) });
    const c = await s.net.run(s.listener.accept());
    expect(c.take()).toEqual(octets(20));
  });
});

describe('the options of the SYN', () => {
  const ALL = OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED | OPT_TIMESTAMPS;

  it('survive in the timestamp: window scale, SACK, timestamps, and the MSS rounded down', () => {
    const s = server();
    const answer = syn(s, { opts: ALL, mss: 1450, wscale: 9, tsVal: 4242 });
    expect([answer.opts & ALL, answer.tsEcr]).toEqual([ALL, 4242]);
    s.send({
      ctl: ACK,
      seq: 1001,
      ack: answer.seq + 1,
      opts: OPT_TIMESTAMPS,
      tsVal: 4243,
      tsEcr: answer.tsVal,
      wnd: 100,
    });
    const [c] = s.host.connections;
    expect(c?.info()).toMatchObject({
      windowScale: true,
      sndWscale: 9,
      sack: true,
      timestamps: true,
      sndWnd: 100 << 9,
      sndMss: 1440 - 12,
    });
    expect(c?.info().rcvWscale).toBe(answer.wscale);
  });

  it('window scale and SACK are told apart, each alone', () => {
    for (const opts of [OPT_TIMESTAMPS, OPT_TIMESTAMPS | OPT_WSCALE, OPT_TIMESTAMPS | OPT_SACK_PERMITTED]) {
      const s = server();
      const answer = syn(s, { opts, wscale: 0, tsVal: 1 });
      expect(answer.opts & ~OPT_MSS).toBe(opts);
      s.send({
        ctl: ACK,
        seq: 1001,
        ack: answer.seq + 1,
        opts: OPT_TIMESTAMPS,
        tsVal: 2,
        tsEcr: answer.tsVal,
      });
      expect(s.host.connections[0]?.info()).toMatchObject({
        windowScale: (opts & OPT_WSCALE) !== 0,
        sack: (opts & OPT_SACK_PERMITTED) !== 0,
      });
    }
  });

  it('without timestamps only the MSS survives, and nothing else is offered (MUST-15 without it)', () => {
    for (const [opts, mss] of [
      [OPT_MSS | OPT_WSCALE | OPT_SACK_PERMITTED, 1440],
      [0, 536],
    ] as const) {
      const s = server();
      const answer = syn(s, { opts, mss: 1450, wscale: 9 });
      expect(answer.opts).toBe(OPT_MSS);
      s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1, wnd: 100 });
      expect(s.host.connections[0]?.info()).toMatchObject({
        windowScale: false,
        sack: false,
        timestamps: false,
        sndWnd: 100,
        sndMss: mss,
      });
    }
  });

  it('the window of the SYN,ACK is the one that is kept: text that fills it is taken whole', async () => {
    for (const receiveBuffer of [1000, 65_535, 65_536, 262_144]) {
      const s = server({}, { tcp: { receiveBuffer } });
      const answer = syn(s, { opts: OPT_MSS, mss: 1460 });
      s.send({ ctl: ACK, seq: 1001, ack: answer.seq + 1 });
      const c = await s.net.run(s.listener.accept());
      for (let at = 0; at < answer.wnd; at += 1000) {
        const n = Math.min(1000, answer.wnd - at);
        s.send({ ctl: ACK, seq: 1001 + at, ack: answer.seq + 1, text: octets(n, at) });
      }
      expect(c.readableLength).toBe(answer.wnd);
    }
  });

  it('the timestamps of the connection do not go back behind the cookie (RFC 7323 section 4.1)', async () => {
    const s = server();
    await s.net.pass(12_345_678);
    const answer = syn(s, { opts: ALL, mss: 1460, wscale: 2, tsVal: 1 });
    const ts = { opts: OPT_TIMESTAMPS, tsVal: 2, tsEcr: answer.tsVal };
    const [ack] = s.send({ ...ts, ctl: ACK | FIN, seq: 1001, ack: answer.seq + 1 });
    const [later] = ack === undefined ? s.send({ ...ts, ctl: ACK, seq: 1, ack: answer.seq + 1 }) : [ack];
    const moved = ((later?.tsVal as number) - answer.tsVal) | 0;
    expect(moved).toBeGreaterThanOrEqual(0);
    expect(moved).toBeLessThan(128);
  });
});

describe('real hosts', () => {
  it('meet by cookies as they meet without, both families, and transfer', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 5000 });
    const listener = b.listen({ port: 80, synBacklog: 0 });
    for (const address of ['10.0.0.2', 'fd00::2']) {
      const c = await net.run(a.connect({ address, port: 80 }));
      const s = await net.run(listener.accept());
      sendAndEnd(c, octets(200_000));
      expect(await net.run(readAll(s))).toEqual(octets(200_000));
      expect(s.info()).toMatchObject({ windowScale: true, sack: true, timestamps: true });
      s.close();
    }
    expect(b.counters.cookiesAccepted).toBe(2);
  });

  it('a connection refused by a full accept queue gets in when there is room: its text brings the cookie again', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 5000 });
    const listener = b.listen({ port: 80, synBacklog: 0, backlog: 1 });
    const one = a.open({ address: '10.0.0.2', port: 80 });
    const two = a.open({ address: '10.0.0.2', port: 80 });
    await net.run(Promise.all([one.opened, two.opened]));
    await net.pass(100_000);
    expect([listener.acceptQueueLength, b.tcp.size]).toEqual([1, 1]);
    await net.run(two.write(octets(10)));
    await net.run(listener.accept());
    const s = await net.run(listener.accept());
    expect([s.remotePort, await net.run(s.read())]).toEqual([two.localPort, octets(10)]);
  });
});
