import { describe, expect, it } from 'vitest';
import { rfc9293 } from '../../tcp/index.ts';
import { ACK, FIN, OPT_TIMESTAMPS, RST, SYN } from '../../wire/index.ts';
import type { Connection, Host, Listener } from '../index.ts';
import {
  codeOf,
  expectNothingLeft,
  ipPacket,
  type LoneHost,
  loneHost,
  Net,
  type NetHostOptions,
  octets,
  port,
  type RawPort,
  type RawSegment,
  tcpBytes,
  tcpPacket,
} from '../testing.ts';

/** A host 10.0.0.2, fd00::2 and a peer that sends what a test writes. */
function alone(
  options: NetHostOptions = {},
): LoneHost & { send(r: RawSegment, src?: string, dst?: string): string[] } {
  const { net, host, raw } = loneHost(options);
  host.addRoute('default', port(host));
  const send = (r: RawSegment, src = '10.0.0.1', dst = '10.0.0.2'): string[] => {
    raw.send(tcpPacket(net, src, dst, r));
    return lines(raw);
  };
  return { net, host, raw, send };
}

const NAMES: [number, string][] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [ACK, 'ACK'],
];

function lines(raw: RawPort): string[] {
  return raw.takeSegments().map((s) => {
    const bits = NAMES.filter(([bit]) => (s.ctl & bit) !== 0).map(([, name]) => name);
    return `${bits.join(',')} ${s.srcPort}>${s.dstPort} seq=${s.seq} ack=${s.ack}`;
  });
}

describe('a segment for nobody', () => {
  it('is answered by a RST: <SEQ=SEG.ACK> or <SEQ=0><ACK=SEG.SEQ+SEG.LEN>, from the address it was for', () => {
    const { raw, net, send } = alone();
    expect(send({ from: 9, to: 80, ctl: ACK, seq: 5, ack: 77 })).toEqual(['RST 80>9 seq=77 ack=0']);
    expect(send({ from: 9, to: 80, ctl: SYN, seq: 5 })).toEqual(['RST,ACK 80>9 seq=0 ack=6']);
    expect(send({ from: 9, to: 80, ctl: FIN, seq: 5, text: octets(10) })).toEqual([
      'RST,ACK 80>9 seq=0 ack=16',
    ]);
    raw.send(tcpPacket(net, 'fd00::1', 'fd00::2', { from: 9, to: 80, ctl: SYN, seq: 5 }));
    expect(raw.take()).toMatchObject([{ src: 'fd00::2', dst: 'fd00::1', segment: { ctl: RST | ACK } }]);
  });

  it('is not answered when it is a RST', () => {
    const { send } = alone();
    expect(send({ from: 9, to: 80, ctl: RST, seq: 5 })).toEqual([]);
    expect(send({ from: 9, to: 80, ctl: RST | ACK, seq: 5, ack: 3 })).toEqual([]);
  });

  it('is dropped in silence when it comes from where nobody can be: unspecified, multicast, broadcast, loopback, ourselves (MUST-63)', () => {
    const { host, send } = alone();
    host.listen({ port: 80 });
    const sources = [
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '10.0.0.255',
      '127.0.0.1',
      '10.0.0.2',
      '0.1.2.3',
    ];
    for (const src of sources)
      for (const to of [80, 81])
        expect([src, send({ from: 9, to, ctl: SYN, seq: 5 }, src)]).toEqual([src, []]);
    for (const src of ['::', 'ff02::1', '::1', 'fd00::2'])
      for (const to of [80, 81]) expect(send({ from: 9, to, ctl: SYN, seq: 5 }, src, 'fd00::2')).toEqual([]);
    expect(host.connections).toEqual([]);
    expect(host.counters.impossibleSource).toBe(2 * (sources.length + 4));
  });

  it('is dropped in silence when it was for many: multicast and broadcast (MUST-57)', () => {
    const { host, send } = alone();
    host.listen({ port: 80 });
    for (const to of [80, 81]) {
      expect(send({ from: 9, to, ctl: SYN, seq: 5 }, 'fd00::1', 'ff02::1')).toEqual([]);
      for (const dst of ['224.0.0.1', '255.255.255.255', '10.0.0.255'])
        expect(send({ from: 9, to, ctl: SYN, seq: 5 }, '10.0.0.1', dst)).toEqual([]);
    }
    expect(host.connections).toEqual([]);
  });

  it('is dropped and counted when its checksum or its header is wrong (MUST-3, MUST-7)', () => {
    const { net, host, raw } = alone();
    const bytes = tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: SYN });
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    raw.send(bytes);
    raw.send(ipPacket(net, 6, '10.0.0.1', '10.0.0.2', octets(19)));
    const short = tcpBytes(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: SYN });
    short[12] = 0x40;
    raw.send(ipPacket(net, 6, '10.0.0.1', '10.0.0.2', short));
    expect(raw.take()).toEqual([]);
    expect(host.counters.tcpBadChecksum).toBe(1);
    expect(host.counters.malformed.reduce((a, b) => a + b)).toBe(2);
  });

  it('with IP options is taken as one without (MUST-50)', () => {
    const { net, raw } = alone();
    const plain = tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: SYN });
    const bytes = new Uint8Array(plain.length + 4);
    bytes.set(plain.subarray(0, 20));
    bytes.set([1, 1, 0x99, 2], 20); // two NOPs and an option that nobody knows
    bytes.set(plain.subarray(20), 24);
    bytes[0] = 0x46;
    bytes[3] = bytes.length;
    bytes[10] = 0;
    bytes[11] = 0;
    let sum = 0;
    for (let i = 0; i < 24; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
    sum = (sum & 0xffff) + (sum >> 16);
    bytes[10] = (~sum >> 8) & 0xff;
    bytes[11] = ~sum & 0xff;
    raw.send(bytes);
    expect(lines(raw)).toEqual(['RST,ACK 80>9 seq=0 ack=1']);
  });
});

describe('many connections (MUST-41, MUST-42)', () => {
  it('one port, many peers, many local addresses: each segment finds its connection', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 });
    const sums = new Map<string, number>();
    b.listen({
      port: 80,
      handler: {
        readable: (s) => {
          const key = `${s.remoteAddress} ${s.remotePort}`;
          sums.set(key, (sums.get(key) ?? 0) + s.discard());
        },
      },
    });
    const clients: Connection[] = [];
    for (let i = 0; i < 500; i++)
      clients.push(a.open({ address: i % 2 === 0 ? '10.0.0.2' : 'fd00::2', port: 80 }));
    await net.run(Promise.all(clients.map((c, i) => c.write(octets(i + 1)))));
    await net.pass(1_000_000);
    expect(sums.size).toBe(500);
    clients.forEach((c, i) => {
      expect(sums.get(`${c.localAddress} ${c.localPort}`)).toBe(i + 1);
    });
    expect([a.tcp.size, b.tcp.size]).toEqual([500, 500]);
  });

  it('a listener goes on while its connections live, and they live on when it closes', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(listener.accept());
    listener.close();
    await net.run(c.write(octets(5)));
    await net.pass(10_000);
    expect(s.readableLength).toBe(5);
    expect(await net.run(codeOf(a.connect({ address: '10.0.0.2', port: 80 })))).toBe('ECONNREFUSED');
  });

  it('packets have the TTL and the Diffserv field of their connection (MUST-48, MUST-49)', () => {
    const { raw, host } = alone();
    const c = host.open({ address: '10.0.0.1', port: 9 });
    expect(raw.take()).toMatchObject([{ ttl: 64, tos: 0 }]);
    c.ttl = 7;
    c.tos = 0xb8;
    c.abort();
    const d = host.open({ address: '10.0.0.1', port: 10 });
    d.ttl = 9;
    d.tos = 0x20;
    raw.take();
    raw.send(tcpPacket(raw.net, '10.0.0.1', '10.0.0.2', { from: 10, to: d.localPort, ctl: SYN, seq: 1 }));
    expect(raw.take()).toMatchObject([{ ttl: 9, tos: 0x20 }]);
  });
});

describe('ephemeral ports (RFC 6056)', () => {
  it('are in the range, free, and not guessable from those for another peer', async () => {
    const host = new Net().host('a', ['10.0.0.1/24'], { ports: { first: 50_000, last: 50_999 } });
    const ports = (address: string): number[] =>
      [1, 2, 3].map(() => host.open({ address, port: 80 }).localPort - 50_000);
    const one = ports('10.0.0.2');
    const two = ports('10.0.0.3');
    for (const p of [...one, ...two]) expect(p >= 0 && p < 1000).toBe(true);
    expect(new Set(one).size).toBe(3);
    expect(one[0]).not.toBe(two[0]);
  });

  it('EADDRNOTAVAIL when all are taken for this peer; another peer is no matter', async () => {
    const host = new Net().host('a', ['10.0.0.1/24'], { ports: { first: 50_000, last: 50_001 } });
    const open = async (p: number): Promise<Connection> => host.open({ address: '10.0.0.2', port: p });
    await open(80);
    await open(80);
    expect(await codeOf(open(80))).toBe('EADDRNOTAVAIL');
    expect(await codeOf(open(81))).toBe('ok');
  });

  it('when all others are taken, one in TIME-WAIT is used again after a second (RFC 6191)', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, { ports: { first: 50_000, last: 50_000 } });
    b.listen({ port: 80, handler: { readable: (s) => s.close() } });
    const to = { address: '10.0.0.2', port: 80 };
    const c = await net.run(a.connect(to));
    await net.run(Promise.all([c.end(), c.closed]));
    expect([c.state, a.tcp.timeWait.size]).toEqual(['TIME-WAIT', 1]);
    expect(await net.run(codeOf(a.connect(to)))).toBe('EADDRNOTAVAIL');
    await net.pass(1_100_000);
    const d = await net.run(a.connect(to));
    expect([d.localPort, d.state, a.tcp.timeWait.size]).toEqual([50_000, 'ESTABLISHED', 0]);
  });
});

describe('TIME-WAIT', () => {
  interface Waiting {
    net: Net;
    host: Host;
    listener: Listener;
    raw: RawPort;
    send(r: RawSegment): string[];
    /** SND.NXT and RCV.NXT of the host. */
    snd: number;
    rcv: number;
  }

  /** The host, at port 80, has closed first: peer 9, with timestamps from `tsVal` on if given. */
  async function waiting(options: NetHostOptions = {}, tsVal?: number): Promise<Waiting> {
    const { net, host, raw, send } = alone({ tcp: { mslMs: 30_000 }, ...options });
    const opts = tsVal === undefined ? 0 : OPT_TIMESTAMPS;
    const more = { from: 9, to: 80, opts, tsVal: tsVal ?? 0 };
    const listener = host.listen({ port: 80, handler: { open: (s) => s.close() } });
    raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { ...more, ctl: SYN, seq: 1000 }));
    const [answer] = raw.takeSegments();
    const snd = ((answer?.seq ?? 0) + 2) | 0;
    const tsEcr = answer?.tsVal ?? 0;
    send({ ...more, ctl: ACK, seq: 1001, ack: snd - 1, tsEcr });
    send({ ...more, ctl: ACK | FIN, seq: 1001, ack: snd, tsEcr });
    expect([host.tcp.size, host.tcp.timeWait.size]).toEqual([0, 1]);
    return { net, host, listener, raw, send, snd, rcv: 1002 };
  }

  it('a FIN again is acknowledged, and 2 MSL begin again', async () => {
    const { net, host, send, snd, rcv } = await waiting();
    await net.pass(50_000_000);
    const fin = { from: 9, to: 80, ctl: ACK | FIN, seq: 1001, ack: snd };
    expect(send(fin)).toEqual([`ACK 80>9 seq=${snd} ack=${rcv}`]);
    await net.pass(59_000_000);
    expect(host.tcp.timeWait.size).toBe(1);
    await net.pass(2_000_000);
    expectNothingLeft(host);
    expect(send(fin)).toEqual([`RST 80>9 seq=${snd} ack=0`]);
  });

  it('another FIN is acknowledged but does not prolong anything', async () => {
    const { net, host, send, snd, rcv } = await waiting();
    await net.pass(50_000_000);
    expect(send({ from: 9, to: 80, ctl: ACK | FIN, seq: 5001, ack: snd })).toEqual([
      `ACK 80>9 seq=${snd} ack=${rcv}`,
    ]);
    await net.pass(11_000_000);
    expectNothingLeft(host);
  });

  it('a RST is ignored, wherever it is (RFC 1337)', async () => {
    const { host, send, rcv } = await waiting();
    for (const seq of [rcv, rcv - 1, rcv + 1000])
      expect(send({ from: 9, to: 80, ctl: RST, seq })).toEqual([]);
    expect(host.tcp.timeWait.size).toBe(1);
  });

  it('text is acknowledged and goes nowhere; a bare ACK at RCV.NXT gets no answer', async () => {
    const { send, snd, rcv } = await waiting();
    expect(send({ from: 9, to: 80, ctl: ACK, seq: rcv, ack: snd, text: octets(5) })).toEqual([
      `ACK 80>9 seq=${snd} ack=${rcv}`,
    ]);
    expect(send({ from: 9, to: 80, ctl: ACK, seq: rcv, ack: snd })).toEqual([]);
  });

  it('a SYN beyond RCV.NXT opens a new connection at once, its ISS beyond the old SND.NXT (MAY-2)', async () => {
    const { host, raw, net, snd, rcv } = await waiting();
    raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 80, ctl: SYN, seq: rcv + 1 }));
    const [answer] = raw.takeSegments();
    expect([answer?.ctl, answer?.ack]).toEqual([SYN | ACK, rcv + 2]);
    expect(((answer?.seq as number) - snd) | 0).toBeGreaterThan(65_000);
    expect([host.tcp.size, host.tcp.timeWait.size]).toEqual([1, 0]);
  });

  it('a SYN before RCV.NXT is an old one: acknowledged, the record stays', async () => {
    const { host, send, snd, rcv } = await waiting();
    expect(send({ from: 9, to: 80, ctl: SYN, seq: rcv - 500 })).toEqual([`ACK 80>9 seq=${snd} ack=${rcv}`]);
    expect([host.tcp.size, host.tcp.timeWait.size]).toEqual([0, 1]);
  });

  it('with timestamps the newer one decides, whatever the sequence number (SHLD-4, RFC 6191)', async () => {
    const older = await waiting({}, 1000);
    const syn = { from: 9, to: 80, ctl: SYN, opts: OPT_TIMESTAMPS };
    expect(older.send({ ...syn, seq: 500_000, tsVal: 999 })).toEqual([
      `ACK 80>9 seq=${older.snd} ack=${older.rcv}`,
    ]);
    expect(older.host.tcp.timeWait.size).toBe(1);
    expect(older.send({ ...syn, seq: 1, tsVal: 1001 })[0]).toMatch(/^SYN,ACK 80>9 .* ack=2$/);
    expect(older.host.tcp.timeWait.size).toBe(0);
  });

  it('a SYN that no listener takes does not end it: it is challenged, within the limit, also when the accept queue is full', async () => {
    const { host, listener, send, snd, rcv } = await waiting({}, 1000);
    listener.close();
    const syn = { from: 9, to: 80, ctl: SYN, seq: rcv + 1, opts: OPT_TIMESTAMPS, tsVal: 1001 };
    expect(send(syn)).toEqual([`ACK 80>9 seq=${snd} ack=${rcv}`]);
    expect(host.tcp.timeWait.size).toBe(1);
    const full = host.listen({ port: 80, backlog: 0 });
    expect(send(syn)).toEqual([]);
    expect([host.tcp.timeWait.size, host.counters.acceptOverflows]).toEqual([1, 1]);
    full.close();
    host.listen({ port: 80 });
    expect(send(syn)[0]).toMatch(/^SYN,ACK/);
    expect(host.tcp.timeWait.size).toBe(0);
  });

  it('the table is bounded: the oldest record gives way and is counted', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 }, { timeWaitCapacity: 3 });
    b.listen({ port: 80, handler: { readable: (s) => s.close() } });
    for (let i = 0; i < 5; i++) {
      const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
      await net.run(Promise.all([c.end(), c.closed]));
    }
    expect(a.tcp.timeWait.size).toBe(3);
    await net.rest();
    expect(a.counters.timeWaitOverflows).toBe(2);
  });

  it('rules that let a RST end TIME-WAIT (before RFC 1337) free the record', async () => {
    const assassin = {
      ...rfc9293,
      timeWaitRst: (...args: Parameters<typeof rfc9293.rst>) => rfc9293.rst(...args),
    };
    const { host, send, rcv } = await waiting({ rules: assassin });
    send({ from: 9, to: 80, ctl: RST, seq: rcv });
    expectNothingLeft(host);
  });

  it('close by both at once (CLOSING) leaves a record at both ends', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const s = await net.run(listener.accept());
    await net.run(Promise.all([c.end(), s.end(), c.closed, s.closed]));
    expect([a.tcp.timeWait.size, b.tcp.timeWait.size]).toEqual([1, 1]);
  });
});

describe('opening from both sides', () => {
  it('two SYNs that cross make one connection (MUST-10), without a listener', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 });
    const c = a.open({ address: '10.0.0.2', port: 2000, localPort: 1000 });
    const s = b.open({ address: '10.0.0.1', port: 1000, localPort: 2000 });
    await net.run(Promise.all([c.opened, s.opened]));
    await net.run(c.write(octets(10)));
    expect(await net.run(s.read())).toEqual(octets(10));
    expect([a.tcp.size, b.tcp.size]).toEqual([1, 1]);
  });

  it('a half-open connection is found out: the peer that crashed opens again from the same port', async () => {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 10_000 });
    const listener = b.listen({ port: 80 });
    const to = { address: '10.0.0.2', port: 80, localPort: 1000 };
    const c = await net.run(a.connect(to));
    const s = await net.run(listener.accept());
    wire.close();
    c.abort(); // its RST goes nowhere: a crash
    await net.pass(1_000_000);
    net.rewire(a, b, { delayUs: 10_000 });
    const again = await net.run(a.connect(to));
    expect([again.state, await codeOf(s.closed)]).toEqual(['ESTABLISHED', 'ECONNRESET']);
  });
});
