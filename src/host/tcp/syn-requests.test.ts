import { describe, expect, it } from 'vitest';
import { ACK, RST, SYN } from '../../wire/index.ts';
import type { Host, SynRequest } from '../index.ts';
import { codeOf, Net, octets, port, RawPort, readAll, sendAndEnd, tcpPacket, unhandled } from '../testing.ts';

const FAR = '192.0.2.80';
const FAR6 = '2001:db8::80';

/** A proxy for every address that answers no SYN by itself; what it is asked is in `asked`. */
function proxy(options: { synBacklog?: number } = {}): {
  net: Net;
  client: Host;
  gate: Host;
  asked: SynRequest[];
} {
  const net = new Net();
  const client = net.host('client', ['10.0.0.1/24', 'fd00::1/64']);
  const gate = net.host('gate', ['10.0.0.2/24', 'fd00::2/64'], { iface: { anyDestination: true } });
  client.addRoute('default', port(client), '10.0.0.2');
  client.addRoute('default6', port(client), 'fd00::2');
  net.rewire(client, gate, { delayUs: 1000 });
  const asked: SynRequest[] = [];
  gate.listen({ any: true, onSyn: (request) => void asked.push(request), ...options });
  return { net, client, gate, asked };
}

describe('a listener with onSyn', () => {
  it('answers no SYN before it is told to; then the connection is as any other', async () => {
    for (const address of [FAR, FAR6]) {
      const { net, client, gate, asked } = proxy();
      const c = client.open({ address, port: 80 });
      await net.pass(3_500_000);
      // The SYN was repeated twice; it is one request.
      expect([c.state, asked.length, gate.tcp.size, gate.counters.segmentsOut]).toEqual([
        'SYN-SENT',
        1,
        0,
        0,
      ]);
      const [request] = asked as [SynRequest];
      expect(request).toMatchObject({ localAddress: address, localPort: 80, remotePort: c.localPort });
      const opened: string[] = [];
      const s = request.accept({ open: (it) => void opened.push(it.state) });
      expect(s?.state).toBe('SYN-RECEIVED');
      await net.run(c.opened);
      await net.pass(10_000);
      expect(opened).toEqual(['ESTABLISHED']);
      expect([request.settled, request.accept({})]).toEqual([true, null]);
      if (s === null) throw new Error('no connection');
      sendAndEnd(c, octets(20_000));
      expect(await net.run(readAll(s))).toEqual(octets(20_000));
      sendAndEnd(s, octets(5000, 7));
      expect(await net.run(readAll(c))).toEqual(octets(5000, 7));
    }
  });

  it('echoes the timestamp of the latest SYN (RFC 7323 section 4.3)', async () => {
    const { net, client, asked } = proxy();
    const c = client.open({ address: FAR, port: 80 });
    await net.pass(7_500_000); // SYNs at 0, 1, 3 and 7 s
    asked[0]?.accept({});
    await net.run(c.opened);
    expect(c.info().rttUs).toBeLessThan(1_000_000);
  });

  it('refuses by a RST from the dialled address', async () => {
    for (const address of [FAR, FAR6]) {
      const { net, client, gate, asked } = proxy();
      const c = client.open({ address, port: 81 });
      await net.pass(10_000);
      asked[0]?.refuse();
      expect(await net.run(codeOf(c.opened))).toBe('ECONNREFUSED');
      expect(gate.tcp.size).toBe(0);
    }
  });

  it('says by ICMP what is not to be had, quoting the SYN', async () => {
    const { net, gate, asked } = proxy();
    const raw = new RawPort(net, gate);
    const cases = [
      ['host', 1, [1, 3]],
      ['net', 0, [1, 0]],
      ['prohibited', 13, [1, 1]],
      ['port', 3, [1, 4]],
    ] as const;
    for (const [why, code4, [type6, code6]] of cases) {
      raw.send(tcpPacket(net, '10.0.0.1', FAR, { from: 9, to: 80, ctl: SYN, seq: 5 }));
      raw.send(tcpPacket(net, 'fd00::1', FAR6, { from: 9, to: 80, ctl: SYN, seq: 5 }));
      for (const request of asked.splice(0)) request.unreachable(why);
      const got = raw.take().map((p) => [p.src, p.payload[0], p.payload[1]]);
      // That there is no port its host says; all else a router, from an address of its own.
      const from = why === 'port' ? [FAR, FAR6] : ['10.0.0.2', 'fd00::2'];
      expect(got).toEqual([
        [from[0], 3, code4],
        [from[1], type6, code6],
      ]);
    }
  });

  it('drops without an answer, and is asked again when the SYN is repeated', async () => {
    const { net, client, asked } = proxy();
    const c = client.open({ address: FAR, port: 80 });
    await net.pass(10_000);
    asked[0]?.drop();
    await net.pass(1_500_000);
    expect([c.state, asked.length]).toEqual(['SYN-SENT', 2]);
    asked[1]?.accept({});
    await net.run(c.opened);
  });

  it('tells when the peer has begun anew, or has reset it; and what comes for nothing is not asked', async () => {
    const { net, gate, asked } = proxy();
    const raw = new RawPort(net, gate);
    const gone: number[] = [];
    const send = (ctl: number, seq: number, more: object = {}): void => {
      raw.send(tcpPacket(net, '10.0.0.1', FAR, { from: 9, to: 80, ctl, seq, ...more }));
      const last = asked.at(-1);
      if (last !== undefined) last.onGone = () => void gone.push(asked.indexOf(last));
    };
    send(SYN, 5);
    send(SYN, 5);
    send(SYN, 99);
    expect([asked.length, gone]).toEqual([2, [0]]);
    send(RST, 7); // not the next sequence number
    expect(gone).toEqual([0]);
    send(RST, 100);
    expect(gone).toEqual([0, 1]);
    expect(asked.map((r) => [r.settled, r.accept({})])).toEqual([
      [true, null],
      [true, null],
    ]);
    expect(raw.take()).toEqual([]);
    send(ACK, 5, { ack: 9 });
    expect([asked.length, (raw.take()[0]?.segment?.ctl ?? 0) & RST]).toEqual([2, RST]);
  });

  it('keeps synBacklog of them and no cookie; ten thousand that nobody answers leave nothing when it is closed', async () => {
    const { net, gate, asked } = proxy({ synBacklog: 100 });
    const raw = new RawPort(net, gate);
    for (let n = 0; n < 10_000; n++)
      raw.send(tcpPacket(net, '10.0.0.1', FAR, { from: 1 + (n % 60_000), to: 80, ctl: SYN, seq: n }));
    expect([asked.length, gate.counters.synOverflows, raw.take().length]).toEqual([100, 9900, 0]);
    let gone = 0;
    for (const request of asked) request.onGone = () => gone++;
    gate.listeners[0]?.close();
    expect([gone, gate.tcp.size]).toEqual([100, 0]);
  });

  it('the handler of one that was accepted hears of its end in SYN-RECEIVED', async () => {
    const { net, gate, asked } = proxy();
    const raw = new RawPort(net, gate);
    raw.send(tcpPacket(net, '10.0.0.1', FAR, { from: 9, to: 80, ctl: SYN, seq: 5 }));
    const ends: (string | null)[] = [];
    asked[0]?.accept({ close: (_, error) => void ends.push(error?.code ?? null) });
    raw.send(tcpPacket(net, '10.0.0.1', FAR, { from: 9, to: 80, ctl: RST, seq: 6 }));
    expect([ends.length, gate.tcp.size]).toEqual([1, 0]);
  });
});

describe('the SYNs that wait', () => {
  /** SYNs to the proxy, by a port without a stack. */
  function raw(options: { synBacklog?: number } = {}) {
    const { net, gate, asked } = proxy(options);
    const wire = new RawPort(net, gate);
    const syn = (src: string, dst: string, from = 9, to = 80): void =>
      wire.send(tcpPacket(net, src, dst, { from, to, ctl: SYN, seq: 5 }));
    return { net, gate, asked, wire, syn };
  }

  it('are told apart by every word of both addresses, and by both ports', () => {
    const { asked, syn } = raw();
    const twice = (src: string, dst: string, from?: number, to?: number): void => {
      for (let i = 0; i < 2; i++) syn(src, dst, from, to);
    };
    // the first, and one that differs in each of four words
    const words = ['2001:db8::', '2001:db8::1', '2001:db8:0:1::', '2001:db8::1:0:0', '2001:db9::'];
    for (const word of words) {
      twice('fd00::1', word);
      twice(word, FAR6);
    }
    twice('10.0.0.1', FAR);
    twice('10.0.0.1', FAR, 8);
    twice('10.0.0.1', FAR, 9, 81);
    expect(asked.length).toBe(2 * words.length + 3);
  });

  it('make room when the program has said what becomes of them, whatever that is', () => {
    const says: ((request: SynRequest) => void)[] = [
      (request) => request.drop(),
      (request) => request.refuse(),
      (request) => request.unreachable('host'),
      (request) => void request.accept({}),
    ];
    for (const say of says) {
      const { gate, asked, syn } = raw({ synBacklog: 1 });
      syn('10.0.0.1', FAR, 1);
      syn('10.0.0.1', FAR, 2);
      expect([asked.length, gate.counters.synOverflows]).toEqual([1, 1]);
      say(asked[0] as SynRequest);
      syn('10.0.0.1', FAR, 3);
      expect([asked.length, gate.counters.synOverflows]).toEqual([2, 1]);
    }
  });

  it('are settled once: what is said afterwards sends nothing, and nobody is told that they have gone', () => {
    const { net, asked, wire, syn } = raw();
    syn('10.0.0.1', FAR);
    const [request] = asked as [SynRequest];
    let gone = 0;
    request.onGone = () => gone++;
    request.drop();
    request.drop();
    request.refuse();
    request.unreachable('host');
    wire.send(tcpPacket(net, '10.0.0.1', FAR, { from: 9, to: 80, ctl: RST, seq: 6 }));
    expect([gone, request.settled, request.accept({}), wire.take()]).toEqual([0, true, null, []]);
  });

  it('go with their listener, and with no other one', () => {
    const net = new Net();
    const { b } = net.pair({ delayUs: 1000 });
    const asked: SynRequest[] = [];
    const listeners = [80, 81].map((port) => b.listen({ port, onSyn: (it) => void asked.push(it) }));
    const wire = new RawPort(net, b);
    for (const to of [80, 81])
      wire.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to, ctl: SYN, seq: 5 }));
    listeners[0]?.close();
    expect(asked.map(({ localPort, settled }) => [localPort, settled])).toEqual([
      [80, true],
      [81, false],
    ]);
  });

  it('in a program whose memory is full are not accepted, and that is counted', () => {
    const { gate, asked, syn } = raw();
    syn('10.0.0.1', FAR);
    const { memory } = gate;
    const alloc = memory.alloc.bind(memory);
    memory.alloc = () => 0;
    const c = asked[0]?.accept({});
    memory.alloc = alloc;
    expect([c, gate.counters.noMemory, gate.tcp.size]).toEqual([null, 1, 0]);
  });

  it('are not in the accept queue once they are accepted: the program has them', async () => {
    const { net, client, gate, asked } = proxy();
    const c = client.open({ address: FAR, port: 80 });
    await net.pass(10_000);
    asked[0]?.accept({});
    await net.run(c.opened);
    await net.pass(10_000);
    expect([gate.tcp.size, gate.listeners[0]?.acceptQueueLength]).toEqual([1, 0]);
  });

  it.each(['accept', 'refuse'] as const)('in UDP datagrams: %s is said in one', async (what) => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, { tcpOverUdp: 9811 }, { tcpOverUdp: 9811 });
    const asked: SynRequest[] = [];
    b.listen({ port: 80, onSyn: (request) => void asked.push(request) });
    const opened = codeOf(a.open({ address: '10.0.0.2', port: 80, udpPort: 9811 }).opened);
    await net.pass(10_000);
    if (what === 'accept') expect(asked[0]?.accept({})?.udpPort).toBe(9811);
    else asked[0]?.refuse();
    expect(await net.run(opened)).toBe(what === 'accept' ? 'ok' : 'ECONNREFUSED');
  });

  it('are signed where the listener signs, or nobody is asked', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    a.setMd5Key('10.0.0.2', 'secret');
    b.setMd5Key('10.0.0.1', 'secret');
    const asked: SynRequest[] = [];
    b.listen({ port: 80, md5: true, onSyn: (request) => void asked.push(request) });
    const plain = a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(10_000);
    expect([asked.length, plain.state]).toEqual([0, 'SYN-SENT']);
    plain.abort();
    const c = a.open({ address: '10.0.0.2', port: 80, md5: true });
    await net.pass(10_000);
    expect(asked.length).toBe(1);
    asked[0]?.accept({});
    expect((await net.run(c.opened)).state).toBe('ESTABLISHED');
  });

  it('what onSyn throws is told to the platform, and the SYN waits', async () => {
    const net = new Net();
    const { b } = net.pair({ delayUs: 1000 });
    const mistake = new Error('of a program');
    let request: SynRequest | null = null;
    b.listen({
      port: 80,
      onSyn: (it) => {
        request = it;
        throw mistake;
      },
    });
    const wire = new RawPort(net, b);
    const told = await unhandled(async () =>
      wire.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: SYN, seq: 5 })),
    );
    expect([told, request]).toMatchObject([[mistake], { settled: false }]);
  });
});

describe('what a program says of a datagram', () => {
  it('refuse is an ICMP error that quotes it', async () => {
    const { net, client, gate } = proxy();
    gate.udp({
      any: true,
      onMessage: (m, socket) => socket.refuse(m, m.localPort === 53 ? 'port' : 'prohibited'),
    });
    for (const address of [FAR, FAR6]) {
      const told: (string | number)[][] = [];
      const socket = client.udp({ onError: ({ error, reporter }) => void told.push([error.code, reporter]) });
      socket.send(octets(100), address, 53);
      socket.send(octets(100), address, 54);
      await net.pass(10_000);
      const gateway = address === FAR ? '10.0.0.2' : 'fd00::2';
      expect(told).toEqual([
        ['ECONNREFUSED', address],
        [address === FAR ? 'EHOSTUNREACH' : 'ENETUNREACH', gateway],
      ]);
    }
  });
});
