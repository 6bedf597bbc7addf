import { describe, expect, it } from 'vitest';
import { initialWindow } from '../congestion/cwnd.ts';
import { reviveFromCookie } from './listen.ts';
import { inState, octets, options, pass, sent, text, ts } from './testing.ts';

describe('SEGMENT ARRIVES in LISTEN (3.10.7.2)', () => {
  it('first: a RST is ignored, with an ACK too', () => {
    const a = inState('LISTEN');
    a.inject('RST', 5);
    a.inject('RST,ACK', 5, 9);
    a.inject('RST,SYN', 5);
    expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], new Array(3).fill('rst-to-listen')]);
  });

  it('second: an ACK is answered by <SEQ=SEG.ACK><CTL=RST>, whatever else it carries', () => {
    const a = inState('LISTEN');
    a.inject('ACK', 5, 9);
    a.inject('SYN,ACK', 5, 10);
    a.inject('FIN,ACK', 5, 11, text(3));
    expect([a.state, sent(a), a.drops]).toEqual([
      'LISTEN',
      ['RST seq=9 len=0', 'RST seq=10 len=0', 'RST seq=11 len=0'],
      new Array(3).fill('ack-to-listen'),
    ]);
  });

  it('third: a SYN is answered by <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> and the state is SYN-RECEIVED', () => {
    const a = inState('LISTEN');
    a.inject('SYN', 5);
    const { snd, rcv } = a.tcb;
    expect([a.state, a.rows]).toEqual(['SYN-RECEIVED', ['listen-syn']]);
    expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    expect([rcv.irs, rcv.nxt, (snd.nxt - snd.iss) | 0, snd.una - snd.iss]).toEqual([5, 6, 1, 0]);
  });

  it('fourth: without RST, ACK and SYN a segment is dropped in silence', () => {
    const a = inState('LISTEN');
    a.inject('', 5, 0, text(3));
    a.inject('FIN', 5);
    expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], ['no-syn-to-listen', 'no-syn-to-listen']]);
  });

  it('a SYN with a FIN is dropped: no TCP sends it, scanners do', () => {
    const a = inState('LISTEN');
    a.inject('SYN,FIN', 5);
    expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], ['syn-and-fin']]);
  });

  it('text on a SYN is not acknowledged, so that the peer sends it again', () => {
    const a = inState('LISTEN');
    a.inject('SYN', 5, 0, text(100));
    expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    a.inject('ACK', 1, 1, text(100));
    expect(a.read).toEqual([...octets(100)]);
  });

  it('a full SYN queue drops the SYN in silence, so that the peer tries again', () => {
    const a = inState('LISTEN');
    a.synQueueOpen = false;
    a.inject('SYN', 5);
    expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], ['listen-refused']]);
  });

  it('MUST-4, MUST-14, SHLD-5: the SYN,ACK carries MSS, and the other options only if the SYN had them', () => {
    const plain = inState('LISTEN');
    plain.inject('SYN', 5);
    expect(plain.lines()).toEqual(['SYN,ACK seq=0 ack=1 win=65535 len=0 <mss 1460>']);
    const all = inState('LISTEN');
    all.inject('SYN', 5, 0, options({ mss: 1000, wscale: 3, sack: true, ts: 77 }));
    const [r] = all.sent;
    expect(r).toMatchObject({ mss: 1460, wscale: 7, tsEcr: 77 });
    expect(all.lines()).toEqual(['SYN,ACK seq=0 ack=1 win=65535 len=0 <mss 1460,sackOK,wscale 7>']);
  });

  it('what our settings do not want is not offered, whatever the SYN has', () => {
    const a = inState('LISTEN', { config: { timestamps: false, sack: false, windowScale: false } });
    a.inject('SYN', 5, 0, options({ mss: 1000, wscale: 3, sack: true, ts: 77 }));
    expect(a.sent[0]?.opts).toBe(1);
    expect([a.tcb.snd.wscale, a.tcb.rcv.wscale]).toEqual([0, 0]);
  });

  it('MUST-15: without an MSS option the send MSS is 536 for IPv4 and 1220 for IPv6', () => {
    const a = inState('LISTEN');
    a.inject('SYN', 5);
    expect(a.tcb.snd.mss).toBe(536);
    const stale = inState('LISTEN'); // the field is what an earlier segment has left there
    stale.inject('SYN', 5, 0, { opts: 0, mss: 1000 });
    expect(stale.tcb.snd.mss).toBe(536);
    const six = inState('LISTEN');
    six.tcb.family = 6;
    six.inject('SYN', 5);
    expect([six.tcb.snd.mss, six.sent[0]?.mss]).toEqual([1220, 1440]);
  });

  it('an MSS option that says 0 counts as none', () => {
    for (const [family, mss] of [
      [4, 536],
      [6, 1220],
    ] as const) {
      const a = inState('LISTEN');
      a.tcb.family = family;
      a.inject('SYN', 5, 0, options({ mss: 0 }));
      expect(a.tcb.snd.mss).toBe(mss);
      const b = inState('SYN-SENT');
      b.tcb.family = family;
      b.inject('SYN,ACK', 5, 1, options({ mss: 0 }));
      expect(b.tcb.snd.mss).toBe(mss);
    }
  });

  it('MUST-16: Eff.snd.MSS is the smaller of the peer MSS and what the path takes, less the timestamps', () => {
    for (const [mss, pmtu, stamp, effective] of [
      [1000, 1500, false, 1000],
      [9000, 1500, false, 1460],
      [9000, 1500, true, 1448],
      [65535, 9000, false, 8960],
    ] as const) {
      const a = inState('LISTEN');
      a.tcb.pmtu = pmtu;
      a.inject('SYN', 5, 0, options(stamp ? { mss, ts: 1 } : { mss }));
      expect(a.tcb.snd.mss).toBe(effective);
    }
  });

  it('MUST-67: the MSS we send is what our packets can carry: MMS_R - 20', () => {
    const a = inState('LISTEN');
    a.tcb.mtu = 9000;
    a.inject('SYN', 5);
    expect(a.sent[0]?.mss).toBe(8960);
  });

  it('a tiny MSS counts as 48: a peer must not make us send one octet for each header', () => {
    for (const mss of [1, 47]) {
      const a = inState('ESTABLISHED', { syn: options({ mss }) });
      a.send(octets(100));
      expect(sent(a)[0]).toBe('ACK seq=1 ack=1 len=48');
    }
    const stamped = inState('ESTABLISHED', { config: { minMss: 28 }, syn: options({ mss: 1, ts: 1 }) });
    stamped.send(octets(100));
    expect(sent(stamped)[0]).toBe('ACK seq=1 ack=1 len=16');
  });

  it('RFC 7323 2.2, 2.3: the window of a SYN is not scaled, and a shift above 14 counts as 14', () => {
    const a = inState('LISTEN');
    a.inject('SYN', 5, 0, { ...options({ wscale: 200 }), wnd: 1000 });
    expect([a.tcb.snd.wnd, a.tcb.snd.wscale]).toEqual([1000, 14]);
    a.inject('ACK', 1, 1, { wnd: 65535 });
    expect(a.tcb.snd.wnd).toBe(65535 * 2 ** 14);
  });

  it('RFC 6928: the initial window is min(10*MSS, max(2*MSS, 14600)), and the ACK of our SYN does not add to it', () => {
    for (const [mss, iw] of [
      [1460, 14600],
      [1000, 10000],
      [8960, 17920],
      [536, 5360],
    ] as const) {
      const a = inState('LISTEN', {});
      a.tcb.pmtu = 9000;
      a.inject('SYN', 5, 0, options({ mss }));
      a.inject('ACK', 1, 1);
      expect([initialWindow(a.tcb), a.tcb.cc.cwnd]).toEqual([iw, iw]);
    }
  });

  it('MUST-22, MUST-19: the SYN,ACK is retransmitted with growing intervals until R2, then LISTEN again', () => {
    const a = inState('LISTEN');
    a.inject('SYN', 5);
    a.sent.length = 0;
    pass(a, 179_999);
    expect([a.state, sent(a).length]).toEqual(['SYN-RECEIVED', 7]);
    pass(a, 1);
    expect([a.state, sent(a), a.rows]).toEqual(['LISTEN', [], ['listen-syn', 'syn-received-timeout']]);
    a.inject('SYN', 9);
    expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    expect(a.tcb.timer.rexmt - a.engine.ms).toBe(1000);
    a.inject('ACK', 1, 1);
    expect([a.tcb.cc.cwnd, a.tcb.rto.measured]).toEqual([5360, 1]);
  });
});

describe('a SYN cookie comes back (RFC 4987 section 3.6)', () => {
  it('the TCB is rebuilt from the ACK and the connection opens with it', () => {
    const a = inState('LISTEN');
    a.arrive = function (this: typeof a, r) {
      reviveFromCookie(this.engine, this.tcb, { seq: r.seq, ack: r.ack } as never, 1000);
      Object.getPrototypeOf(this).arrive.call(this, r);
    };
    a.inject('ACK', 101, 501, text(10));
    expect([a.state, a.rows]).toEqual(['ESTABLISHED', ['listen-cookie', 'syn-received-ack']]);
    expect([a.tcb.rcv.irs, a.tcb.snd.iss, a.tcb.snd.mss, a.read.length]).toEqual([100, 500, 1000, 10]);
  });

  it('a full accept queue leaves it in SYN-RECEIVED, with a timer that ends that', () => {
    const a = inState('LISTEN');
    reviveFromCookie(a.engine, a.tcb, { seq: 101, ack: 501 } as never, 1000);
    a.acceptQueueOpen = false;
    a.inject('ACK', 1, 1);
    expect(a.state).toBe('SYN-RECEIVED');
    pass(a, 200_000);
    expect(a.state).toBe('LISTEN');
  });
});

describe('segments that spawn', () => {
  it('MUST-41: a SYN makes a new TCB when the host gives one, and leaves the listener as it was', () => {
    const a = inState('LISTEN');
    const b = inState('LISTEN');
    const before = structuredClone(a.tcb);
    a.spawn = () => b.tcb;
    a.inject('SYN', 5, 0, ts(1));
    expect(a.state).toBe('LISTEN');
    expect({ ...a.tcb, segsIn: 0 }).toEqual({ ...before, segsIn: 0 });
    expect(b.state).toBe('SYN-RECEIVED');
  });
});
