import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expected, inState, octets, options, pass, sent, text, windows } from '../segment-arrives/testing.ts';
import { rcvWnd } from '../tcb/tcb.ts';
import { rangesOf } from './reassembly.ts';
import { windowShift } from './syn-window.ts';

describe('window scale (RFC 7323 section 2)', () => {
  it('2.3: the least shift with which the largest buffer fits in 16 bits, at most 14', () => {
    expect([1, 65535, 65536, 131072, 4 << 20, 2 ** 30 - 1].map(windowShift)).toEqual([0, 0, 1, 2, 7, 14]);
  });

  it('2.2: is used when both sides offer it, and the window of a SYN,ACK is not scaled', () => {
    const config = { receiveBuffer: 100_000, receiveBufferMax: 1 << 20 };
    const a = inState('LISTEN', { config });
    a.inject('SYN', 0, 0, options({ wscale: 0 }));
    expect(a.lines()).toEqual(['SYN,ACK seq=0 ack=1 win=65535 len=0 <mss 1460,wscale 5>']);
    a.inject('ACK', 1, 1, text(1));
    pass(a, 40);
    expect(windows(a)).toEqual([100_000 >> 5]);
    const b = inState('ESTABLISHED', { config });
    b.inject('ACK', 1, 1, text(1));
    pass(b, 40);
    expect(windows(b)).toEqual([65535]);
  });

  it('2.4: rounding hides less than 2^shift octets, and never promises more than is taken', () => {
    const a = inState('ESTABLISHED', {
      config: { receiveBuffer: 100_001, receiveBufferMax: 1 << 24, delayedAckMs: 0 },
      syn: options({ wscale: 0, mss: 1000 }),
    });
    a.autoRead = false;
    const { wscale } = a.tcb.rcv;
    expect(wscale).toBe(9);
    for (let seq = 1; seq < 100_000; seq += 997) {
      a.inject('ACK', seq, 1, text(997));
      const [wnd] = windows(a);
      const real = rcvWnd(a.tcb);
      expect(real - ((wnd as number) << wscale)).toBeGreaterThanOrEqual(0);
      expect(real - ((wnd as number) << wscale)).toBeLessThan(1 << wscale);
    }
    expect(a.drops).toEqual(['outside-window']);
  });
});

describe('RCV.WND and what the peer sees of it (RFC 7323 section 2.3)', () => {
  it('text is judged by RCV.WND, not by SEG.WND, which is RCV.WND rounded down: the hidden octets are taken, and no more', () => {
    const a = inState('ESTABLISHED', {
      config: { receiveBuffer: 100_001, receiveBufferMax: 1 << 23, delayedAckMs: 0 },
      syn: options({ wscale: 0, mss: 1000 }),
    });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(997));
    const [wnd] = windows(a);
    const hidden = rcvWnd(a.tcb) - ((wnd as number) << a.tcb.rcv.wscale);
    expect([a.tcb.rcv.wscale, hidden]).toEqual([8, 188]);
    const edge = 1 + 997 + rcvWnd(a.tcb);
    a.inject('ACK', edge - hidden, 1, text(hidden + 1));
    expect([rangesOf(a.tcb)[0]?.[1], a.drops]).toEqual([(a.tcb.rcv.irs + edge) | 0, ['outside-window']]);
    a.inject('ACK', edge, 1, text(1));
    expect(a.drops).toEqual(['outside-window', 'outside-window']);
  });
});

describe('MUST-39: receiver silly-window avoidance (3.8.6.2.2)', () => {
  it('the right edge stays where it is while text arrives and is not read', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 10_000, delayedAckMs: 0 } });
    a.autoRead = false;
    for (let i = 0; i < 5; i++) a.inject('ACK', 1 + 1000 * i, 1, text(1000));
    expect(windows(a)).toEqual([9000, 8000, 7000, 6000, 5000]);
  });

  it('it moves in steps of min(RCV.BUFF / 2, one segment), not with every octet read', () => {
    const a = inState('ESTABLISHED', {
      config: { receiveBuffer: 10_000, delayedAckMs: 0 },
      syn: options({ mss: 1000 }),
    });
    a.autoRead = false;
    for (let i = 0; i < 10; i++) a.inject('ACK', 1 + 1000 * i, 1, text(1000));
    expect(windows(a).at(-1)).toBe(0);
    a.receive(999);
    expect(windows(a)).toEqual([]);
    a.receive(1000);
    expect(windows(a)).toEqual([]);
    a.receive(1);
    expect(windows(a)).toEqual([2000]);
  });

  it('a closed window that opens is announced', () => {
    for (const receiveBuffer of [1, 2, 150, 1000, 65535, 200_000]) {
      const a = inState('ESTABLISHED', {
        config: { receiveBuffer, delayedAckMs: 0 },
        syn: options({ wscale: 0, mss: 1000 }),
      });
      a.autoRead = false;
      // A peer that fills what it sees.
      let wnd = Math.min(receiveBuffer, 65535);
      for (let i = 0; i < 1000 && wnd > 0; i++) {
        a.inject('ACK', expected(a), 1, text(Math.min(wnd, 1000)));
        wnd = (windows(a).at(-1) as number) << a.tcb.rcv.wscale;
      }
      expect([receiveBuffer, wnd]).toEqual([receiveBuffer, 0]);
      a.receive();
      const reopened = windows(a).at(-1) ?? 0;
      expect([receiveBuffer, reopened > 0]).toEqual([receiveBuffer, true]);
    }
  });

  it('SHLD-14: the right edge never moves left, whatever arrives and is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70_000 }),
        fc.constantFrom(1, 4, 9),
        fc.array(fc.tuple(fc.nat(3000), fc.nat(3000), fc.boolean()), { maxLength: 60 }),
        (receiveBuffer, bits, steps) => {
          const a = inState('ESTABLISHED', {
            config: {
              receiveBuffer,
              receiveBufferMax: Math.max(receiveBuffer, 65535 << bits),
              delayedAckMs: 0,
            },
            syn: options({ wscale: 0, mss: 1460 }),
          });
          a.autoRead = false;
          let { edge } = a.tcb.rcv;
          for (const [n, read, hole] of steps) {
            const seq = expected(a) + (hole ? 100 : 0);
            a.inject('ACK', seq, 1, text(n % 1461));
            const octetsThere = (a.tcb.rcv.nxt - a.tcb.rcv.user) | 0;
            a.receive(Math.min(read, octetsThere));
            expect((a.tcb.rcv.edge - edge) | 0).toBeGreaterThanOrEqual(0);
            edge = a.tcb.rcv.edge;
            for (const r of a.sent.splice(0)) {
              const seen = (r.ack + (r.wnd << a.tcb.rcv.wscale)) | 0;
              expect((edge - seen) | 0).toBeGreaterThanOrEqual(0);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('an ACK that announces a window always shows more than was seen', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1460 }), fc.nat(3000)), { maxLength: 40 }),
        (receiveBuffer, steps) => {
          const a = inState('ESTABLISHED', {
            config: { receiveBuffer, delayedAckMs: 0 },
            syn: options({ wscale: 0, mss: 1460 }),
          });
          a.autoRead = false;
          let seen = a.tcb.rcv.edge;
          const look = () => {
            const r = a.sent.splice(0).at(-1);
            return r === undefined ? seen : (r.ack + (r.wnd << a.tcb.rcv.wscale)) | 0;
          };
          for (const [n, read] of steps) {
            a.inject('ACK', expected(a), 1, text(n));
            seen = look();
            a.receive(Math.min(read, (a.tcb.rcv.nxt - a.tcb.rcv.user) | 0));
            if (a.sent.length > 0) {
              const now = look();
              expect((now - seen) | 0).toBeGreaterThan(0);
              seen = now;
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the buffer is never overrun: at most RCV.BUFF octets wait for the user', () => {
    const a = inState('ESTABLISHED', {
      config: { receiveBuffer: 5000, delayedAckMs: 0 },
      syn: options({ wscale: 0 }),
    });
    a.autoRead = false;
    for (let i = 0; i < 20; i++) a.inject('ACK', expected(a), 1, text(999));
    expect((a.tcb.rcv.nxt - a.tcb.rcv.user) | 0).toBe(5000);
  });
});

describe('zero window of ours', () => {
  it('each probe is answered with RCV.NXT and the window of zero (3.8.6.1)', () => {
    const a = inState('ESTABLISHED', { config: { receiveBuffer: 100 } });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(100));
    pass(a, 40);
    a.sent.length = 0;
    for (let i = 0; i < 3; i++) a.inject('ACK', 101, 1, text(1, 100));
    expect(a.lines()).toEqual(new Array(3).fill('ACK seq=1 ack=101 win=0 len=0'));
    a.receive();
    a.sent.length = 0;
    a.inject('ACK', 101, 1, text(1, 100));
    pass(a, 40);
    expect(sent(a)).toEqual(['ACK seq=1 ack=102 len=0']);
    expect(a.read).toEqual([...octets(100)]);
  });
});
