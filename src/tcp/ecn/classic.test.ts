import { describe, expect, it } from 'vitest';
import { ACK, CWR, ECE, ECN_CE, ECN_ECT_0, SYN } from '../../wire/segment.ts';
import type { TcpConfig } from '../config.ts';
import { Pair, type SegmentRecord } from '../testing.ts';

type Sent = { from: 'a' | 'b'; r: SegmentRecord };

/** A pair with a 10 ms wire; `mark` decides which packets of `a` the network marks CE. */
function pair(
  a: Partial<TcpConfig>,
  b: Partial<TcpConfig>,
  mark: (r: SegmentRecord, index: number) => boolean = () => false,
): { pair: Pair; sent: Sent[] } {
  const sent: Sent[] = [];
  const p = new Pair({
    a,
    b,
    fate: (r, from, index) => {
      sent.push({ from, r: { ...r } });
      if (from === 'a' && r.ecn === ECN_ECT_0 && mark(r, index)) r.ecn = ECN_CE;
      return [10_000];
    },
  });
  return { pair: p, sent };
}

/** `a` sends `octets` to `b`. */
function transfer(p: Pair, octets: number): void {
  let left = octets;
  while (left > 0 || p.a.tcb.snd.una !== p.a.tcb.snd.end) {
    if (left > 0) left -= Math.max(0, p.a.send(new Uint8Array(Math.min(left, 20_000))));
    if (!p.step()) break;
  }
}

const bits = (s: Sent): number => s.r.ctl & (ECE | CWR);

describe('SHLD-8: explicit congestion notification (RFC 3168)', () => {
  it('6.1.1: an ECN-setup SYN has ECE and CWR, its answer ECE alone; then both ends have it', () => {
    const { pair: p, sent } = pair({ ecn: 'on' }, { ecn: 'accept' });
    p.connect();
    expect(sent.slice(0, 2).map(bits)).toEqual([ECE | CWR, ECE]);
    expect([p.a.tcb.ecn, p.b.tcb.ecn]).toEqual([1, 1]);
  });

  it.each([
    [{ ecn: 'on' }, { ecn: 'off' }, ECE | CWR],
    [{ ecn: 'accept' }, { ecn: 'on' }, 0],
    [{ ecn: 'off' }, { ecn: 'accept' }, 0],
  ] as const)('6.1.1: %o to %o is without ECN', (a, b, syn) => {
    const { pair: p, sent } = pair(a, b);
    p.connect();
    transfer(p, 5000);
    expect(sent.map(bits)).toEqual([syn, ...new Array(sent.length - 1).fill(0)]);
    expect([p.a.tcb.ecn, p.b.tcb.ecn]).toEqual([0, 0]);
    expect(sent.some((s) => s.r.ecn !== undefined)).toBe(false);
  });

  it('6.1.1.1: a SYN that was lost goes again without ECN', () => {
    const { pair: p, sent } = pair({ ecn: 'on' }, {});
    const { fate } = p;
    p.fate = (r, from, index) => {
      const delays = fate(r, from, index);
      return from === 'a' && index === 0 ? [] : delays;
    };
    p.connect();
    expect(sent.slice(0, 3).map(bits)).toEqual([ECE | CWR, 0, 0]);
    expect([p.a.tcb.ecn, p.b.tcb.ecn]).toEqual([0, 0]);
  });

  it('6.1.5: new text is ECT(0); SYNs, pure ACKs and retransmissions are not', () => {
    const { pair: p, sent } = pair({ ecn: 'on' }, {});
    p.connect();
    const { fate } = p;
    let lost = 0;
    p.fate = (r, from, index) => {
      const out = fate(r, from, index);
      return from === 'a' && r.text.length > 0 && lost++ === 0 ? [] : out;
    };
    transfer(p, 1000);
    const text = sent.filter((s) => s.r.text.length > 0);
    expect(text.map((s) => s.r.ecn ?? 0)).toEqual([ECN_ECT_0, 0]);
    expect(sent.filter((s) => s.r.text.length === 0 && s.r.ecn !== undefined)).toEqual([]);
  });

  it('6.1.3: a mark is echoed at once and with every ACK until CWR arrives', () => {
    let marked = 0;
    const { pair: p, sent } = pair({ ecn: 'on' }, {}, () => marked++ === 3);
    p.connect();
    transfer(p, 60_000);
    const acks = sent
      .filter((s) => s.from === 'b' && (s.r.ctl & (SYN | ACK)) === ACK)
      .map((s) => s.r.ctl & ECE);
    const first = acks.indexOf(ECE);
    const last = acks.lastIndexOf(ECE);
    expect(first).toBeGreaterThan(0);
    expect(acks.slice(first, last + 1).every((bit) => bit === ECE)).toBe(true);
    expect(acks.slice(last + 1).length).toBeGreaterThan(0);
    expect(sent.filter((s) => s.from === 'a' && (s.r.ctl & SYN) === 0 && (s.r.ctl & CWR) !== 0).length).toBe(
      1,
    );
  });

  it('6.1.2: an echo halves cwnd once for each window, and nothing is retransmitted', () => {
    let marked = 0;
    const { pair: p } = pair({ ecn: 'on' }, {}, () => [5, 6, 7].includes(marked++));
    p.connect();
    const before = p.a.tcb.cc.cwnd;
    transfer(p, 14_480);
    expect(p.a.tcb.cc.ssthresh).toBeLessThan(before);
    expect(p.a.tcb.cc.ssthresh).toBeGreaterThanOrEqual(before / 2 - 1448);
    expect(p.a.tcb.retransmissions).toBe(0);
    expect(p.b.read.length).toBe(14_480);
  });

  it('6.1.2: CWR goes with the first new text after a loss, too, and not with what goes again', () => {
    const { pair: p, sent } = pair({ ecn: 'on' }, {});
    p.connect();
    const { fate } = p;
    let segments = 0;
    p.fate = (r, from, index) => {
      const out = fate(r, from, index);
      return from === 'a' && r.text.length > 0 && segments++ === 2 ? [] : out;
    };
    transfer(p, 60_000);
    const text = sent.filter((s) => s.from === 'a' && s.r.text.length > 0);
    expect(p.a.tcb.retransmissions).toBe(1);
    expect(text.filter((s) => s.r.ecn === undefined).map(bits)).toEqual([0]);
    const again = text.findIndex((s) => s.r.ecn === undefined);
    expect(text.map((s) => bits(s) === CWR).lastIndexOf(true)).toBeGreaterThan(again);
    expect(text.filter((s) => bits(s) === CWR).length).toBe(1);
  });

  it('6.1.2: and after a timeout', () => {
    const { pair: p, sent } = pair({ ecn: 'on' }, {});
    p.connect();
    const { fate } = p;
    let segments = 0;
    p.fate = (r, from, index) => {
      const out = fate(r, from, index);
      return from === 'a' && r.text.length > 0 && segments++ < 2 ? [] : out;
    };
    transfer(p, 100);
    transfer(p, 100);
    const text = sent.filter((s) => s.from === 'a' && s.r.text.length > 0);
    expect(p.a.tcb.timeouts).toBeGreaterThan(0);
    expect(text.filter((s) => s.r.ecn === ECN_ECT_0).map(bits)).toEqual([0, CWR]);
  });
});
