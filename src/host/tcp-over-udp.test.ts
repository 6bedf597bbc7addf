// TCP in UDP datagrams (`tcpOverUdp`): for where only UDP gets through.

import { describe, expect, it } from 'vitest';
import { ACK, FIN, IPPROTO_TCP, IPPROTO_UDP, RST, SYN } from '../wire/index.ts';
import type { Connection } from './index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  type LoneHost,
  loneHost,
  Net,
  octets,
  type RawSegment,
  readAll,
  sendAndEnd,
  tcpBytes,
  thrown,
  udpBytes,
} from './testing.ts';

const OURS = 9811;
const TO = { address: '10.0.0.2', port: 80, udpPort: OURS };

describe('two hosts', () => {
  it.each(['10.0.0.2', 'fd00::2'])('a stream each way to %s, in datagrams alone', async (address) => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 }, { tcpOverUdp: OURS }, { tcpOverUdp: OURS });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ ...TO, address }));
    const s = await net.run(listener.accept());
    expect([c.udpPort, s.udpPort]).toEqual([OURS, OURS]);
    const headers = address === '10.0.0.2' ? 48 : 68;
    expect([c.tcb.rcv.mss, s.tcb.rcv.mss]).toEqual([1500 - headers, 1500 - headers]);
    sendAndEnd(c, octets(100_000));
    sendAndEnd(s, octets(50_000, 7));
    expect(await net.run(Promise.all([readAll(s), readAll(c)]))).toEqual([
      octets(100_000),
      octets(50_000, 7),
    ]);
    expect(a.counters.udpIn + b.counters.udpIn).toBe(0); // they are no datagrams of programs
    await net.pass(100_000_000);
    expect([a.tcp.size, b.tcp.size, a.tcp.timeWait.size, b.tcp.timeWait.size]).toEqual([0, 0, 0, 0]);
  });

  it('over a wire that loses every tenth packet', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 5000, loss: 0.1 }, { tcpOverUdp: 1 }, { tcpOverUdp: 2 });
    const listener = b.listen({ port: 80 });
    const c = a.open({ ...TO, udpPort: 2 });
    const s = await net.run(listener.accept());
    expect(s.udpPort).toBe(1);
    sendAndEnd(c, octets(60_000));
    expect(await net.run(readAll(s))).toEqual(octets(60_000));
  });

  it('a SYN cookie comes back from another UDP port: the connection is with that one', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, { tcpOverUdp: 1 }, { tcpOverUdp: OURS });
    const listener = b.listen({ port: 80, synCookies: 'always' });
    const c = a.open(TO);
    await net.pass(1500); // the cookie is on its way
    a.tcpOverUdp = 2;
    const s = await net.run(listener.accept());
    expect([s.udpPort, b.counters.cookiesAccepted]).toEqual([2, 1]);
    sendAndEnd(c, octets(10));
    expect(await net.run(readAll(s))).toEqual(octets(10));
  });

  it('who opens plainly is answered plainly by the same listener', async () => {
    const net = new Net();
    const { a, b } = net.pair({}, { tcpOverUdp: OURS }, { tcpOverUdp: OURS });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect([c.udpPort, (await net.run(listener.accept())).udpPort, c.tcb.rcv.mss]).toEqual([0, 0, 1460]);
  });

  it('half-open and idle connections keep their UDP port while they rest', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 }, { tcpOverUdp: 5 }, { tcpOverUdp: OURS });
    const listener = b.listen({ port: 80 });
    const c = a.open(TO);
    await net.pass(1500);
    b.tcp.rest.everybody();
    const s = await net.run(listener.accept());
    b.tcp.rest.everybody();
    a.tcp.rest.everybody();
    sendAndEnd(c, octets(10));
    expect([await net.run(readAll(s)), s.udpPort]).toEqual([octets(10), 5]);
  });
});

interface Peer extends LoneHost {
  /** Sends a segment in a datagram from the UDP port, or plainly (0), and what comes back. */
  send(r: RawSegment, udpPort: number): { udp: number | null; ctl: number; seq: number; ack: number }[];
}

/** A host 10.0.0.2 with UDP port 9811, and a peer that sends by hand from 10.0.0.1. */
function peer(options: Parameters<typeof loneHost>[0] = {}): Peer {
  const lone = loneHost({ tcpOverUdp: OURS, ...options });
  const { net, raw } = lone;
  const [src, dst] = ['10.0.0.1', '10.0.0.2'];
  return {
    ...lone,
    send(r, udpPort) {
      const segment = tcpBytes(net, src, dst, r);
      const inUdp = udpPort !== 0;
      const payload = inUdp ? udpBytes(net, src, dst, udpPort, OURS, segment) : segment;
      raw.send(ipPacket(net, inUdp ? IPPROTO_UDP : IPPROTO_TCP, src, dst, payload));
      return raw.take().map(({ protocol, payload: sent }) => {
        const carried = protocol === IPPROTO_UDP;
        const dv = new DataView(sent.buffer, carried ? 8 : 0);
        const sum = dv.getUint16(16);
        expect(carried).toBe(sum === 0); // UDP's checksum stands for it
        return {
          udp: carried ? (sent[2] as number) * 256 + (sent[3] as number) : null,
          ctl: dv.getUint8(13),
          seq: dv.getInt32(4),
          ack: dv.getInt32(8),
        };
      });
    },
  };
}

/** An established connection of the peer's UDP port 7. */
function established(p: Peer): { c: Connection; seq: number; ack: number } {
  p.host.listen({ port: 80, handler: {} });
  const syn = p.send({ from: 9, to: 80, ctl: SYN, seq: 5 }, 7)[0];
  expect(syn).toMatchObject({ udp: 7, ctl: SYN | ACK, ack: 6 });
  const ack = (syn?.seq ?? 0) + 1;
  p.send({ from: 9, to: 80, ctl: ACK, seq: 6, ack }, 7);
  return { c: p.host.connections[0] as Connection, seq: 6, ack };
}

describe('a segment that comes another way than those of its connection is of none (tcp_input_with_port)', () => {
  it.each([
    ['plainly', 0],
    ['from another UDP port', 8],
  ])('%s: it is answered that way by a RST, and the connection goes on', (_, udpPort) => {
    const p = peer();
    const { c, seq, ack } = established(p);
    const udp = udpPort === 0 ? null : udpPort;
    expect(p.send({ from: 9, to: 80, ctl: ACK, seq, ack, text: octets(3) }, udpPort)).toEqual([
      { udp, ctl: RST, seq: ack | 0, ack: 0 },
    ]);
    expect(p.send({ from: 9, to: 80, ctl: RST, seq, ack }, udpPort)).toEqual([]);
    expect([c.state, c.readableLength]).toEqual(['ESTABLISHED', 0]);
    p.send({ from: 9, to: 80, ctl: ACK, seq, ack, text: octets(3) }, 7);
    expect(c.readableLength).toBe(3);
  });

  it('in TIME-WAIT, too, but for a SYN that is newer', () => {
    const p = peer();
    const { c, seq, ack } = established(p);
    c.close();
    p.raw.take();
    expect(p.send({ from: 9, to: 80, ctl: FIN | ACK, seq, ack: ack + 1 }, 7)).toMatchObject([
      { udp: 7, ctl: ACK },
    ]);
    expect(p.host.tcp.timeWait.size).toBe(1);
    const again = { from: 9, to: 80, ctl: FIN | ACK, seq, ack: ack + 1 };
    expect(p.send(again, 8)).toMatchObject([{ udp: 8, ctl: RST }]);
    expect(p.send(again, 0)).toMatchObject([{ udp: null, ctl: RST }]);
    expect(p.send(again, 7)).toMatchObject([{ udp: 7, ctl: ACK }]);
    expect(p.send({ from: 9, to: 80, ctl: SYN, seq: seq + 1000 }, 8)).toMatchObject([
      { udp: 8, ctl: SYN | ACK },
    ]);
  });

  it('a closed port resets in a datagram who came in one', () => {
    expect(peer().send({ from: 9, to: 81, ctl: SYN, seq: 5 }, 7)).toMatchObject([
      { udp: 7, ctl: RST | ACK, ack: 6 },
    ]);
  });
});

describe('checksums (RFC 9293 section 3.1)', () => {
  it('a datagram without a checksum is no segment: nothing else would tell what the network did to it', () => {
    const { net, host, raw } = peer();
    const bytes = udpBytes(
      net,
      '10.0.0.1',
      '10.0.0.2',
      7,
      OURS,
      tcpBytes(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 81, ctl: SYN }),
    );
    bytes.fill(0, 6, 8);
    raw.send(ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', bytes));
    expect([raw.take().length, host.counters.udpBadChecksum, host.counters.segmentsIn]).toEqual([0, 1, 0]);
  });

  it('nor one whose checksum is wrong, nor one without a whole header', () => {
    const { net, host, raw } = peer();
    for (const [data, damage] of [
      [tcpBytes(net, '10.0.0.1', '10.0.0.2', { from: 9, to: 81, ctl: SYN }), 1],
      [octets(19), 0],
    ] as const) {
      const bytes = udpBytes(net, '10.0.0.1', '10.0.0.2', 7, OURS, data);
      bytes[20] = (bytes[20] as number) ^ damage;
      raw.send(ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', bytes));
    }
    expect([raw.take().length, host.counters.udpBadChecksum, host.counters.segmentsIn]).toEqual([0, 1, 0]);
  });
});

describe('ICMP about a datagram', () => {
  /** A port unreachable that quotes our SYN as it went, but for these ports, and `quoted` octets of the datagram. */
  function refused(udpFrom: number, udpTo: number, quoted: number): string {
    const { net, host, raw } = peer();
    const c = host.open({ address: '10.0.0.1', port: 80, udpPort: 7 });
    const { bytes } = raw.take()[0] as { bytes: Uint8Array };
    new DataView(bytes.buffer).setUint16(20, udpFrom);
    new DataView(bytes.buffer).setUint16(22, udpTo);
    const body = icmpBytes('10.0.0.1', '10.0.0.2', 3, 3, 0, bytes.slice(0, 20 + quoted));
    raw.send(ipPacket(net, 1, '10.0.0.1', '10.0.0.2', body));
    return `${c.state} ${c.error?.code ?? ''}`;
  }

  it('port unreachable ends an opening connection, when both ports are those it was sent with', () => {
    expect(refused(OURS, 7, 36)).toBe('CLOSED ECONNREFUSED');
    expect(refused(OURS, 8, 36)).toBe('SYN-SENT ');
    expect(refused(OURS + 1, 7, 36)).toBe('SYN-SENT ');
  });

  it('with eight octets quoted nobody can tell whose it was', () => {
    expect(refused(OURS, 7, 8)).toBe('SYN-SENT ');
  });

  it('a path MTU is that of IP: segments are smaller by UDP’s header, too', async () => {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 1000 }, { tcpOverUdp: OURS }, { tcpOverUdp: OURS });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect(TO));
    const s = await net.run(listener.accept());
    a.tcp.pmtu.report(s.tcb.l0, s.tcb.l1, s.tcb.l2, s.tcb.l3, 1300, 1500, 1500, a.tcp.nowMs);
    sendAndEnd(c, octets(5000));
    expect(await net.run(readAll(s))).toEqual(octets(5000));
    expect(c.tcb.snd.mss).toBe(1300 - 48 - 12);
    void wire;
  });
});

describe('the port', () => {
  it('is taken for programs, and what programs have is not taken from them', () => {
    const { host } = peer();
    expect(thrown(() => host.udp({ port: OURS }))).toBe('EADDRINUSE');
    host.udp({ port: 53 });
    expect(thrown(() => (host.tcpOverUdp = 53))).toBe('EADDRINUSE');
    expect(host.tcpOverUdp).toBe(OURS);
    host.tcpOverUdp = 0;
    host.udp({ port: OURS });
  });

  it('without one nothing goes out, and nobody opens', async () => {
    const p = peer();
    const { c } = established(p);
    p.host.tcpOverUdp = 0;
    c.offer(octets(3));
    expect([p.raw.take().length, p.host.counters.noRoute]).toEqual([0, 1]);
    expect(await codeOf(p.host.connect({ address: '10.0.0.1', port: 80, udpPort: 7 }))).toBe('EINVAL');
    p.host.tcpOverUdp = 1234;
    await p.net.pass(2_000_000);
    expect(p.raw.take().length).toBeGreaterThan(0); // it goes on from the new one
  });

  it('is a port', () => {
    expect(() => loneHost({ tcpOverUdp: 65_536 })).toThrow(/tcpOverUdp/);
    expect(() => (peer().host.tcpOverUdp = -1)).toThrow(/tcpOverUdp/);
  });
});
