// Packets that come together: what their ACKs let go leaves when the last of them was processed, and is what leaves when
// they come one by one.

import { describe, expect, test } from 'vitest';
import { ACK, FIN, RST, SYN } from '../../wire/index.ts';
import type { Connection } from '../index.ts';
import { concat, type LoneHost, loneHost, octets, port, tcpPacket } from '../testing.ts';

const PEER = '10.0.0.1';
const HOST = '10.0.0.2';
const MSS = 1000;
const PEER_ISS = 5000;

/** A host that has written 100,000 octets, of which the first ten segments are on their way. */
class Sender {
  readonly lone: LoneHost = loneHost({ tcp: { timestamps: false } });
  readonly c: Connection;
  readonly iss: number;

  constructor() {
    const { host, raw } = this.lone;
    let c: Connection | null = null;
    host.listen({ port: 80, handler: { open: (opened) => (c = opened) } });
    this.arrives(SYN, PEER_ISS, 0);
    this.iss = raw.takeSegments()[0]?.seq as number;
    this.arrives(ACK, PEER_ISS + 1, 1);
    if (c === null) throw new Error('not open');
    this.c = c;
    this.c.offer(octets(100_000));
  }

  /** A segment that acknowledges up to `ack` after the ISS. */
  arrives(ctl: number, seq: number, ack: number): void {
    const { net, raw } = this.lone;
    const number = ack === 0 ? 0 : (this.iss + ack) | 0;
    raw.send(tcpPacket(net, PEER, HOST, { from: 2000, to: 80, ctl, seq, ack: number, opts: 0 }));
  }

  ack(segments: number): void {
    this.arrives(ACK, PEER_ISS + 1, 1 + segments * this.c.tcb.snd.mss);
  }

  /** Segments that have left, and their text. */
  left(): { count: number; text: Uint8Array } {
    const packets = this.lone.raw.take();
    return {
      count: packets.length,
      text: concat(
        packets.map(({ payload, segment }) => payload.slice(payload.length - (segment?.textLen ?? 0))),
      ),
    };
  }
}

describe('ACKs that come together', () => {
  test('let go what they do one by one, when the last was processed', () => {
    const [one, other] = [new Sender(), new Sender()];
    expect(one.left()).toEqual(other.left());
    port(one.lone.host).together(() => {
      for (let n = 2; n <= 10; n += 2) one.ack(n);
      expect(one.left().count).toBe(0);
    });
    for (let n = 2; n <= 10; n += 2) other.ack(n);
    const left = one.left();
    expect(left.count).toBe(20);
    expect(left).toEqual(other.left());
    expect(one.c.tcb.cc.cwnd).toBe(other.c.tcb.cc.cwnd);
    expect(one.c.tcb.timer).toEqual(other.c.tcb.timer);
    expect(one.c.tcb.signals).toBe(0);
  });

  test('with text, of which the second segment asks for an ACK: what they let go carries it', () => {
    const one = new Sender();
    one.left();
    port(one.lone.host).together(() => {
      const { net, raw } = one.lone;
      const ack = (one.iss + 1 + 2 * one.c.tcb.snd.mss) | 0;
      const text = octets(MSS);
      for (const seq of [PEER_ISS + 1, PEER_ISS + 1 + MSS]) {
        expect(one.left().count).toBe(0);
        raw.send(tcpPacket(net, PEER, HOST, { from: 2000, to: 80, ctl: ACK, seq, ack, text }));
      }
      const segments = raw.takeSegments().map((segment) => [segment.ack, segment.textLen]);
      expect(segments).toEqual(new Array(4).fill([PEER_ISS + 1 + 2 * MSS, one.c.tcb.snd.mss]));
    });
    expect(one.left().count).toBe(0);
  });

  test('with the peer’s FIN: what they let go has left before the user is told', () => {
    const one = new Sender();
    one.left();
    port(one.lone.host).together(() => {
      one.ack(4);
      one.arrives(FIN | ACK, PEER_ISS + 1, 1 + 4 * one.c.tcb.snd.mss);
    });
    expect([one.c.state, one.left().count]).toEqual(['CLOSE-WAIT', 8]);
    one.arrives(ACK, PEER_ISS + 2, 1 + 18 * one.c.tcb.snd.mss);
    expect(one.left().count).toBeGreaterThan(8);
  });

  test('with a RST: nothing leaves', () => {
    const one = new Sender();
    one.left();
    port(one.lone.host).together(() => {
      one.ack(4);
      one.arrives(RST, PEER_ISS + 1, 0);
    });
    expect([one.c.state, one.left().count]).toEqual(['CLOSED', 0]);
  });

  test('and a user who writes meanwhile: one order, nothing twice', () => {
    const [one, other] = [new Sender(), new Sender()];
    one.left();
    other.left();
    port(one.lone.host).together(() => {
      one.ack(4);
      one.c.offer(octets(50_000, 100_000));
      one.ack(8);
    });
    other.ack(4);
    other.c.offer(octets(50_000, 100_000));
    other.ack(8);
    expect(one.left()).toEqual(other.left());
  });
});
