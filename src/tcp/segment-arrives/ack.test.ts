import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { Err } from '../errors.ts';
import { Signal } from '../signals.ts';
import { sendRoom } from '../tcb/tcb.ts';
import { readOvertaken } from './ack.ts';
import { expected, inState, octets, options, pass, sent, text, ts } from './testing.ts';

/** ESTABLISHED with 100 octets in flight. */
function inFlight(n = 100, way = {}) {
  const a = inState('ESTABLISHED', way);
  a.send(octets(n));
  a.sent.length = 0;
  return a;
}

const una = (a: ReturnType<typeof inFlight>) => (a.tcb.snd.una - a.tcb.snd.iss) | 0;

describe('fifth, check the ACK field', () => {
  it('a segment without ACK is dropped', () => {
    const a = inFlight();
    a.inject('', 1, 0, text(10));
    a.inject('FIN', 1);
    expect([a.state, sent(a), a.drops, a.read]).toEqual(['ESTABLISHED', [], ['no-ack', 'no-ack'], []]);
  });

  it('MAY-12: SEG.ACK > SND.NXT is dropped with its text, and answered by an ACK', () => {
    const a = inFlight();
    a.inject('ACK', 1, 102, text(10));
    expect([una(a), sent(a), a.drops, a.read]).toEqual([
      1,
      ['ACK seq=101 ack=1 len=0'],
      ['ack-of-unsent'],
      [],
    ]);
  });

  it('MAY-12: SEG.ACK < SND.UNA - MAX.SND.WND is dropped with its text, and answered by an ACK; the limit itself is accepted', () => {
    const a = inFlight(100, { wnd: 1000 });
    a.inject('ACK', 1, -1000, text(10));
    expect([sent(a), a.drops, a.read]).toEqual([['ACK seq=101 ack=1 len=0'], ['ack-too-old'], []]);
    a.inject('ACK', 1, -999, text(10));
    expect(a.read.length).toBe(10);
  });

  it('MAY-12: MAX.SND.WND is the largest window ever offered, not the present one', () => {
    const a = inFlight(100, { wnd: 1000 });
    a.inject('ACK', 1, 1, { wnd: 10 });
    a.inject('ACK', 1, -999, text(10));
    expect(a.read.length).toBe(10);
  });

  it('SND.UNA < SEG.ACK =< SND.NXT: SND.UNA <- SEG.ACK, and there is room again', () => {
    const a = inFlight();
    a.signals = 0;
    a.inject('ACK', 1, 51);
    expect([una(a), a.signals & Signal.ROOM]).toEqual([51, Signal.ROOM]);
    a.inject('ACK', 1, 101);
    expect([una(a), a.tcb.timer.rexmt, a.tcb.timer.user]).toEqual([101, 0, 0]);
  });

  it('a duplicate (SEG.ACK =< SND.UNA) is ignored, its text is not', () => {
    const a = inFlight();
    a.inject('ACK', 1, 101);
    a.inject('ACK', 1, 51, text(10));
    expect([una(a), a.read.length]).toEqual([101, 10]);
  });

  it('RFC 6298 5.2, 5.3: an ACK of everything stops the timer, one of new data restarts it, a duplicate does neither', () => {
    const a = inFlight();
    const first = a.tcb.timer.rexmt;
    a.setNow(100_000);
    a.inject('ACK', 1, 1);
    expect(a.tcb.timer.rexmt).toBe(first);
    a.inject('ACK', 1, 51);
    expect(a.tcb.timer.rexmt).toBe(100 + a.tcb.rto.rtoMs);
    a.inject('ACK', 1, 101);
    expect(a.tcb.timer.rexmt).toBe(0);
  });
});

describe('a duplicate ACK (RFC 5681 section 2)', () => {
  it('acknowledges SND.UNA while something is in flight, and has no text, no FIN and the same window', () => {
    const a = inFlight(3000);
    for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1);
    expect([a.tcb.cc.dupAcks, sent(a).at(-1)]).toEqual([3, 'ACK seq=1 ack=1 len=536']);
  });

  it('is not one with text, a FIN, or another window', () => {
    const a = inFlight(3000);
    for (let i = 0; i < 3; i++) a.inject('ACK', 1 + i, 1, text(1));
    for (let i = 0; i < 3; i++) a.inject('ACK', 4, 1, { wnd: 60_000 - i });
    a.inject('FIN,ACK', 4, 1, { wnd: 59_998 });
    expect(a.tcb.cc.dupAcks).toBe(0);
  });

  it('is not one that acknowledges less, or while nothing is in flight, or a window probe', () => {
    const old = inFlight(3000);
    old.inject('ACK', 1, 537);
    for (let i = 0; i < 3; i++) old.inject('ACK', 1, 1);
    expect(old.tcb.cc.dupAcks).toBe(0);
    const idle = inFlight(100);
    idle.inject('ACK', 1, 101);
    for (let i = 0; i < 3; i++) idle.inject('ACK', 1, 101);
    expect(idle.tcb.cc.dupAcks).toBe(0);
    const probe = inState('ESTABLISHED', { wnd: 0 });
    probe.send(octets(10));
    pass(probe, 1000);
    for (let i = 0; i < 3; i++) probe.inject('ACK', 1, 1, { wnd: 0 });
    expect([probe.tcb.snd.probe, probe.tcb.cc.dupAcks]).toEqual([1, 0]);
  });

  it('is not one whose text was cut off because our window is closed', () => {
    const a = inFlight(3000, { config: { receiveBuffer: 10 } });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(10));
    for (let i = 0; i < 3; i++) a.inject('ACK', 11, 1, text(5));
    expect(a.tcb.cc.dupAcks).toBe(0);
  });
});

describe('what an ACK of something new ends', () => {
  it('back-off and the counts of timeouts and probes', () => {
    const a = inFlight(100);
    pass(a, 3000);
    expect(a.tcb.rto.timeouts).toBeGreaterThan(1);
    a.inject('ACK', 1, 101);
    expect([a.tcb.rto.timeouts, a.tcb.rto.probes]).toEqual([0, 0]);
    const closed = inState('ESTABLISHED', { wnd: 0 });
    closed.send(octets(10));
    pass(closed, 1000);
    expect(closed.tcb.rto.probes).toBeGreaterThan(0);
    closed.inject('ACK', 1, 2, { wnd: 0 });
    expect(closed.tcb.rto.probes).toBe(0);
  });

  it('urgent mode, when the urgent data is acknowledged, and not before', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10), true);
    a.inject('ACK', 1, 10);
    expect(a.tcb.snd.urgent).toBe(1);
    a.inject('ACK', 1, 11);
    expect(a.tcb.snd.urgent).toBe(0);
  });
});

describe('what an ACK tells of the path', () => {
  const stamped = { syn: options({ mss: 1000, ts: 1000 }) };

  it('every ACK of text that was sent once is a sample (RFC 6298 section 3)', () => {
    const a = inFlight(1976, stamped); // two segments
    a.setNow(100_000);
    a.inject('ACK', 1, 989, ts(1001, 0));
    const { srttUs } = a.tcb.rto;
    a.setNow(190_000);
    a.inject('ACK', 1, 1977, ts(1002, 1));
    expect([una(a), srttUs, a.tcb.rto.srttUs]).toEqual([1977, 12_500, 34_688]);
  });

  it('RFC 7323 section 4.1: where nothing could be timed, an echoed timestamp is the first sample', () => {
    const a = inState('SYN-RECEIVED', stamped);
    a.inject('SYN', 0, 0, ts(1000)); // our SYN,ACK goes again
    a.setNow(5000);
    a.inject('ACK', 1, 1, ts(1001, 1));
    expect([a.state, a.tcb.rto.measured, a.tcb.rto.srttUs]).toEqual(['ESTABLISHED', 1, 4000]);
  });

  it('after a timeout only an echo of ours is a sample, from now back to one RTO ago: it ends the back-off', () => {
    for (const [more, sampled] of [
      [ts(1001, 205), true],
      [ts(1001, 210), true],
      [ts(1001, 10), true],
      [ts(1001, 9), false],
      [{}, false],
      [{ opts: 0, tsEcr: 205 }, false],
      [ts(1001, 0), false],
      [ts(1001, 215), false],
    ] as const) {
      const a = inFlight(100, stamped);
      pass(a, 210);
      const { rtoMs, timeouts } = a.tcb.rto;
      if (more.tsEcr === 0) a.tcb.tsOffset = -205; // our clock reads 5, as if 0 had been sent
      expect([timeouts, rtoMs]).toEqual([1, 400]);
      a.inject('ACK', 1, 101, more);
      expect([more, a.tcb.rto.rtoMs !== rtoMs]).toEqual([more, sampled]);
    }
  });

  it('what is SACKed alone tells of the path by what was sent last; an ACK of several by what was sent first', () => {
    for (const [ack, sack, srttUs] of [
      [1, true, 30_000],
      [3001, false, 50_000],
    ] as const) {
      const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
      a.tcb.rto.measured = 0;
      for (const at of [0, 10_000, 20_000]) {
        a.setNow(at);
        a.send(octets(1000));
      }
      a.setNow(50_000);
      const { iss } = a.tcb.snd;
      a.inject('ACK', 1, ack, sack ? { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 3001) | 0] } : {});
      expect([ack, a.tcb.rto.srttUs]).toEqual([ack, srttUs]);
    }
  });

  it('RFC 7323 appendix G: with more in flight each sample counts for less', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }) });
    Object.assign(a.tcb.rto, { srttUs: 40_000, rttvarUs: 8000 });
    a.send(octets(4000)); // two ACKs in a round trip
    a.setNow(56_000);
    a.inject('ACK', 1, 4001);
    expect([a.tcb.rto.srttUs, a.tcb.rto.rttvarUs]).toEqual([
      40_000 + 16_000 / 16,
      8000 + (16_000 - 8000) / 8,
    ]);
  });

  it('Karn: an ACK of what a fast retransmission filled is no sample, with timestamps neither', () => {
    const a = inFlight(2964, stamped);
    a.setNow(50_000);
    for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1, ts(1001, 0));
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=988']);
    const { srttUs } = a.tcb.rto;
    a.setNow(90_000);
    a.inject('ACK', 1, 2965, ts(1002, 50));
    expect([una(a), a.tcb.rto.srttUs]).toEqual([2965, srttUs]);
  });

  it('after a timeout an ACK of nothing new is no sample, whatever it echoes', () => {
    const a = inFlight(100, stamped);
    pass(a, 210);
    const { srttUs, rtoMs } = a.tcb.rto;
    a.inject('ACK', 1, 1, ts(1001, 205));
    expect([a.tcb.rto.srttUs, a.tcb.rto.rtoMs]).toEqual([srttUs, rtoMs]);
  });

  it('SACK blocks without SACK-permitted tell nothing', () => {
    const a = inFlight(3000, { syn: options({ mss: 1000 }) });
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 2001) | 0, (iss + 3001) | 0] });
    expect(a.tcb.sent?.sacked).toBe(0);
  });

  it('without timestamps an option of the peer tells nothing', () => {
    const a = inFlight(100);
    pass(a, 210);
    const { srttUs } = a.tcb.rto;
    a.inject('ACK', 1, 101, ts(1001, 205));
    expect(a.tcb.rto.srttUs).toBe(srttUs);
  });

  it('ECE without ECN is nothing', () => {
    const a = inFlight(3000);
    const { cwnd, ssthresh } = a.tcb.cc;
    a.inject('ACK,ECE', 1, 537);
    expect([a.tcb.cc.cwnd >= cwnd, a.tcb.cc.ssthresh]).toEqual([true, ssthresh]);
  });

  it('SACK blocks count with an ACK of SND.UNA or more, and are done with when that has passed them', () => {
    const a = inFlight(3000, { syn: options({ mss: 1000, sack: true }) });
    const { iss } = a.tcb.snd;
    const block = { opts: OPT_SACK, sack: [(iss + 2001) | 0, (iss + 3001) | 0] };
    a.inject('ACK', 1, 1001);
    a.inject('ACK', 1, 1, block);
    expect(a.tcb.sent?.sacked).toBe(0);
    a.inject('ACK', 1, 1001, block);
    expect(a.tcb.sent?.sacked).toBe(1000);
    a.inject('ACK', 1, 3001);
    expect(a.tcb.sent).toBe(null);
  });
});

describe('the timers after an ACK of everything (RFC 6298 section 5.2)', () => {
  it('start anew for what is sent then: retransmission and R2', () => {
    const a = inState('ESTABLISHED', { wnd: 100 });
    a.send(octets(200));
    pass(a, 150);
    a.inject('ACK', 1, 101, { wnd: 100 });
    expect(a.tcb.snd.nxt).not.toBe(a.tcb.snd.una);
    const { timer, rto, config } = a.tcb;
    expect([timer.rexmt, timer.user]).toEqual([150 + rto.rtoMs, 150 + config.r2Ms]);
  });
});

describe('a peer whose window stays closed', () => {
  it('MUST-37: is alive with every ACK, the first probe or not: R2 begins again', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    a.send(octets(10));
    pass(a, 150);
    a.inject('ACK', 1, 1, { wnd: 0 });
    expect(a.tcb.timer.user).toBe(150 + a.tcb.config.r2Ms);
  });

  it('RFC 6429: does not keep what a user who has gone has left', () => {
    const a = inState('ESTABLISHED', { wnd: 0, config: { r2Ms: 10_000 } });
    a.send(octets(10));
    a.detach();
    for (let i = 0; i < 40 && a.state !== 'CLOSED'; i++) {
      pass(a, 500);
      if (a.state !== 'CLOSED') a.inject('ACK', 1, 1, { wnd: 0 });
    }
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });
});

describe('a window that opens while a probe is out', () => {
  /** `n` octets wait behind a closed window, a probe of the first is out; what goes when it opens to `wnd`. */
  function opens(n: number, wnd: number, cork = 0): string[] {
    const a = inState('ESTABLISHED', { wnd: 0, syn: options({ mss: 1000 }) });
    a.send(octets(n));
    pass(a, 250);
    expect(a.tcb.snd.probe).toBe(1);
    a.sent.length = 0;
    a.tcb.cork = cork;
    a.inject('ACK', 1, 1, { wnd });
    return sent(a);
  }

  it('takes all that waits, or a full segment: the probe was never sent, as it were', () => {
    expect(opens(2, 2)).toEqual(['PSH,ACK seq=1 ack=1 len=2']);
    expect(opens(10, 65_535)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
    expect(opens(1000, 1000)).toEqual(['PSH,ACK seq=1 ack=1 len=1000']);
    expect(opens(2000, 1000)).toEqual(['ACK seq=1 ack=1 len=1000']);
  });

  it('or takes less: the octet goes again', () => {
    expect(opens(10, 9)[0]).toBe('ACK seq=1 ack=1 len=1');
    expect(opens(2000, 999)[0]).toBe('ACK seq=1 ack=1 len=1');
  });

  it('the octet, or the FIN, that has nothing behind it is a retransmission, and not timed (MUST-18)', () => {
    for (const what of ['octet', 'FIN']) {
      const a = inState('ESTABLISHED', { wnd: 0 });
      if (what === 'octet') a.send(octets(1));
      else a.close();
      pass(a, 250);
      const probe = sent(a);
      a.inject('ACK', 1, 1, { wnd: 100 });
      expect(sent(a)).toEqual(probe);
      expect([a.tcb.retransmissions, a.tcb.rto.timing]).toEqual([1, 0]);
    }
  });

  it('a cork holds less than a full segment', () => {
    expect(opens(10, 65_535, 1)[0]).toBe('ACK seq=1 ack=1 len=1');
    expect(opens(1000, 65_535, 1)[0]).toBe('PSH,ACK seq=1 ack=1 len=1000');
  });
});

describe('an ACK that others have overtaken, where its blocks count (the Linux profile)', () => {
  const permitted = { syn: options({ mss: 1000, sack: true }), rules: { overtakenAck: readOvertaken } };
  const blocks = (a: ReturnType<typeof inFlight>, ...edges: number[]) => ({
    opts: OPT_SACK,
    sack: edges.map((edge) => (a.tcb.snd.iss + edge) | 0),
  });

  /** 6000 octets in flight, of which 1000 are acknowledged. */
  function acknowledged(way = {}) {
    const a = inFlight(6000, { ...permitted, ...way });
    Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
    a.setNow(40_000);
    a.inject('ACK', 1, 1001);
    a.sent.length = 0;
    return a;
  }

  it('what is new in them is loss as in any ACK: the hole goes again, cwnd is controlled, no tail probe is due', () => {
    const a = acknowledged();
    expect(a.tcb.timer.pto).not.toBe(0);
    a.inject('ACK', 1, 1, blocks(a, 2001, 3001));
    expect([a.tcb.sent?.sacked, sent(a), a.tcb.timer.pto]).toEqual([1000, [], 0]);
    const { cwnd } = a.tcb.cc;
    a.inject('ACK', 1, 1, blocks(a, 2001, 5001));
    expect([a.tcb.sent?.sacked, sent(a)[0]]).toEqual([3000, 'ACK seq=1001 ack=1 len=1000']);
    expect(a.tcb.cc.ssthresh).toBeLessThan(cwnd);
    expect(una(a)).toBe(1001);
  });

  it('what they say has arrived leaves room for as much, but cwnd does not grow: nothing is acknowledged (RFC 5681 3.1)', () => {
    const a = acknowledged();
    a.tcb.cc.cwnd = 5000;
    a.send(octets(3000));
    a.inject('ACK', 1, 1, blocks(a, 2001, 3001));
    expect([a.tcb.cc.cwnd, sent(a)]).toEqual([5000, ['ACK seq=6001 ack=1 len=1000']]);
  });

  it('with pacing: what they say has arrived counts for the rate', () => {
    const a = acknowledged({ config: { pacing: 'on' } });
    a.tcb.cc.pacingRate = -1;
    a.inject('ACK', 1, 1, blocks(a, 2001, 5001));
    expect(a.tcb.cc.pacingRate).toBeGreaterThan(0);
  });

  it('what is no news changes nothing: a tail probe stays due, nothing goes again', () => {
    const a = acknowledged();
    a.inject('ACK', 1, 3001);
    const { pto } = a.tcb.timer;
    const { cwnd, ssthresh } = a.tcb.cc;
    a.inject('ACK', 1, 1, blocks(a, 2001, 3001));
    expect(pto).not.toBe(0);
    expect([a.tcb.timer.pto, sent(a), a.tcb.cc.cwnd, a.tcb.cc.ssthresh]).toEqual([pto, [], cwnd, ssthresh]);
  });

  it('without the option, without SACK-permitted, or with nothing in flight they tell nothing', () => {
    const a = acknowledged();
    a.inject('ACK', 1, 1, { sack: blocks(a, 2001, 5001).sack });
    expect([a.tcb.sent?.sacked, sent(a)]).toEqual([0, []]);
    const b = acknowledged({ syn: options({ mss: 1000 }) });
    b.inject('ACK', 1, 1, blocks(b, 2001, 5001));
    expect([b.tcb.sent?.sacked, sent(b)]).toEqual([0, []]);
    a.inject('ACK', 1, 6001);
    a.inject('ACK', 1, 1, blocks(a, 2001, 5001));
    expect([a.tcb.sent, sent(a)]).toEqual([null, []]);
  });
});

describe('the send window', () => {
  it('halfWindowSegments: as MAX.SND.WND grows, so do segments, two of which fit it, and cwnd with them', () => {
    const grown = (halfWindowSegments: boolean) => {
      const a = inState('ESTABLISHED', {
        wnd: 1200,
        syn: options({ mss: 1000 }),
        config: { halfWindowSegments },
      });
      const before = [a.tcb.snd.mss, a.tcb.cc.cwnd / a.tcb.snd.mss];
      a.inject('ACK', 1, 1, { wnd: 1800 });
      const between = a.tcb.snd.mss;
      a.inject('ACK', 1, 1, { wnd: 1000 });
      expect(a.tcb.snd.mss).toBe(between);
      a.inject('ACK', 1, 1, { wnd: 5000 });
      return [before, between, [a.tcb.snd.mss, a.tcb.cc.cwnd / a.tcb.snd.mss]];
    };
    expect(grown(true)).toEqual([[600, 10], 900, [1000, 10]]);
    expect(grown(false)).toEqual([[1000, 10], 1000, [1000, 10]]);
  });

  it('is updated when SND.WL1 < SEG.SEQ, or SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK', () => {
    const a = inFlight();
    a.inject('ACK', 1, 51, { ...text(10), wnd: 5000 });
    expect(a.tcb.snd.wnd).toBe(5000);
    a.inject('ACK', 11, 51, { wnd: 4000 });
    expect(a.tcb.snd.wnd).toBe(4000);
    a.inject('ACK', 11, 51, { wnd: 4500 });
    expect(a.tcb.snd.wnd).toBe(4500);
  });

  it('is not updated by an old segment: SEG.SEQ < SND.WL1, or the same with an older SEG.ACK', () => {
    const a = inFlight();
    a.inject('ACK', 20, 101, { wnd: 5000 });
    a.inject('ACK', 10, 101, { wnd: 1 });
    a.inject('ACK', 20, 51, { wnd: 2 });
    a.inject('ACK', 30, 51, { wnd: 3 }); // nor by a newer one that acknowledges less
    expect(a.tcb.snd.wnd).toBe(5000);
  });

  it('3.8.6: is updated by a segment that acknowledges something new, wherever it begins', () => {
    const a = inFlight();
    a.inject('ACK', 20, 1, { wnd: 5000 });
    a.inject('FIN,ACK', 11, 101, { wnd: 0 });
    expect(a.tcb.snd.wnd).toBe(0);
  });

  it('MUST-1: the field is unsigned, and scaled by the shift of the peer’s SYN (RFC 7323 2.3)', () => {
    const a = inState('ESTABLISHED', { syn: options({ wscale: 4 }), wnd: 0x8001 });
    expect(a.tcb.snd.wnd).toBe(0x80010);
    const b = inState('ESTABLISHED', { wnd: 0xffff });
    expect(b.tcb.snd.wnd).toBe(0xffff);
  });

  it('MUST-34, SHLD-15: a window that shrinks below what is in flight stops new data and hurts nothing else', () => {
    const a = inFlight(1000, { config: { noDelay: true } });
    a.inject('ACK', 1, 1, { wnd: 100 });
    a.send(octets(10));
    expect(sent(a)).toEqual([]);
    a.inject('ACK', 1, 951, { wnd: 60 });
    expect(sent(a)).toEqual(['PSH,ACK seq=1001 ack=1 len=10']);
  });

  it('SHLD-17: data beyond the edge of a shrunk window is not given up while the peer answers', () => {
    const a = inFlight(536);
    a.inject('ACK', 1, 1, { wnd: 0 });
    for (let minute = 0; minute < 180; minute++) {
      pass(a, 60_000);
      a.inject('ACK', 1, 1, { wnd: 0 });
    }
    expect(a.state).toBe('ESTABLISHED');
    a.inject('ACK', 1, 1);
    pass(a, 200_000);
    expect(sent(a).at(-1)).toBe('PSH,ACK seq=1 ack=1 len=536');
  });
});

describe('SYN-RECEIVED', () => {
  it('SND.UNA < SEG.ACK =< SND.NXT: ESTABLISHED, and the segment goes on', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('ACK', 1, 1, { ...text(10), wnd: 777 });
    expect([a.state, a.rows, a.read.length, a.tcb.snd.wnd]).toEqual([
      'ESTABLISHED',
      ['syn-received-ack'],
      10,
      777,
    ]);
    expect(a.signals & Signal.OPENED).not.toBe(0);
  });

  it('any other ACK is answered by <SEQ=SEG.ACK><CTL=RST>, and the state stays', () => {
    for (const ack of [0, 2, -5]) {
      const a = inState('SYN-RECEIVED');
      a.inject('ACK', 1, ack);
      expect([a.state, sent(a), a.drops]).toEqual([
        'SYN-RECEIVED',
        [`RST seq=${ack >>> 0} len=0`],
        ['bad-ack-in-syn-received'],
      ]);
    }
  });

  it('the ACK that opens is answered by nothing, however much larger our window is than a SYN can say', () => {
    const a = inState('SYN-RECEIVED', { config: { receiveBuffer: 1 << 20 }, syn: options({ wscale: 4 }) });
    a.inject('ACK', 1, 1);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', []]);
  });

  it('a simultaneous open needs no place in the accept queue', () => {
    const a = inState('SYN-RECEIVED', { active: true });
    a.acceptQueueOpen = false;
    a.inject('ACK', 1, 1);
    expect([a.state, a.drops]).toEqual(['ESTABLISHED', []]);
  });

  it('a full accept queue drops the ACK; the SYN,ACK goes again and the next ACK opens', () => {
    const a = inState('SYN-RECEIVED');
    a.acceptQueueOpen = false;
    a.inject('ACK', 1, 1);
    expect([a.state, sent(a), a.drops]).toEqual(['SYN-RECEIVED', [], ['listen-refused']]);
    pass(a, 1000);
    expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    a.acceptQueueOpen = true;
    a.inject('ACK', 1, 1);
    expect(a.state).toBe('ESTABLISHED');
  });

  it('FIN with the ACK: ESTABLISHED, then CLOSE-WAIT', () => {
    const a = inState('SYN-RECEIVED');
    a.inject('FIN,ACK', 1, 1, text(3));
    expect([a.state, a.rows]).toEqual(['CLOSE-WAIT', ['syn-received-ack', 'established-fin']]);
  });

  it('a CLOSE that was queued takes effect: FIN-WAIT-1', () => {
    const a = inState('SYN-RECEIVED');
    a.send(octets(5));
    a.close();
    a.inject('ACK', 1, 1);
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['FIN,PSH,ACK seq=1 ack=1 len=5']]);
  });
});

describe('the states that wait for the ACK of our FIN', () => {
  it('FIN-WAIT-1: FIN-WAIT-2 when the FIN is acknowledged, not before', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    a.close();
    a.inject('ACK', 1, 11);
    expect([a.state, a.signals & Signal.FIN_ACKED]).toEqual(['FIN-WAIT-1', 0]);
    a.inject('ACK', 1, 12);
    expect([a.state, a.signals & Signal.FIN_ACKED]).toEqual(['FIN-WAIT-2', Signal.FIN_ACKED]);
  });

  it('CLOSING: TIME-WAIT when the FIN is acknowledged, otherwise the segment is ignored', () => {
    const a = inState('CLOSING');
    a.inject('ACK', 2, 1);
    expect(a.state).toBe('CLOSING');
    a.inject('ACK', 2, 2);
    expect([a.state, a.rows]).toEqual(['TIME-WAIT', ['closing-ack']]);
    expect([a.tcb.timer.rexmt, a.tcb.timer.user, a.tcb.timer.wait]).toEqual([0, 0, 60_000]);
  });

  it('LAST-ACK: CLOSED when the FIN is acknowledged', () => {
    const a = inState('LAST-ACK');
    a.inject('ACK', 2, 1);
    expect(a.state).toBe('LAST-ACK');
    a.inject('ACK', 2, 2);
    expect([a.state, a.tcb.error, sent(a)]).toEqual(['CLOSED', Err.OK, []]);
  });

  it('CLOSE-WAIT: the same processing as for ESTABLISHED', () => {
    const a = inState('CLOSE-WAIT');
    a.send(octets(100));
    a.inject('ACK', 2, 101, { wnd: 9 });
    expect([una(a), a.tcb.snd.wnd, a.state]).toEqual([101, 9, 'CLOSE-WAIT']);
  });

  it('a FIN,ACK before the SYN,ACK is acknowledged: both go again until they are', () => {
    const a = inState('SYN-RECEIVED');
    a.close();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['FIN,ACK seq=1 ack=1 len=0']]);
    pass(a, 1000);
    expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
    a.inject('ACK', 1, 1);
    pass(a, 3000);
    expect(sent(a)).toEqual(['FIN,ACK seq=1 ack=1 len=0']);
    a.inject('ACK', 1, 2);
    expect(a.state).toBe('FIN-WAIT-2');
  });
});

describe('what is forged must not harm', () => {
  it('a segment whose ACK is refused does not move TS.Recent', () => {
    const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }) });
    for (const ctl of ['ACK', 'SYN', 'SYN,ACK', '']) a.inject(ctl, 1, 5000, { ...text(1), ...ts(900_000) });
    expect(a.tcb.tsRecent).toBe(1000);
    // Nor one without an ACK, though its ACK field would do.
    for (const ctl of ['SYN', 'SYN,ACK', '', 'FIN']) a.inject(ctl, 1, 1, { ...text(1), ...ts(900_000) });
    expect(a.tcb.tsRecent).toBe(1000);
    a.inject('ACK', 1, 1, { ...text(1), ...ts(1001) });
    expect([a.tcb.tsRecent, expected(a)]).toEqual([1001, 2]);
  });
});

describe('SND.UNA comes round to ISS after 4 GiB', () => {
  it('and is not taken for an unacknowledged SYN', () => {
    const a = inState('ESTABLISHED');
    const { snd } = a.tcb;
    // As after 2^32 - 1 octets, all acknowledged.
    snd.una = snd.nxt = snd.end = snd.iss;
    expect(sendRoom(a.tcb)).toBe(snd.buf);
    a.send(octets(300));
    expect([sent(a), sendRoom(a.tcb)]).toEqual([['PSH,ACK seq=0 ack=1 len=300'], snd.buf - 300]);
    pass(a, a.tcb.rto.rtoMs);
    expect(sent(a)).toEqual(['PSH,ACK seq=0 ack=1 len=300']);
    a.inject('ACK', 1, 300);
    expect(una(a)).toBe(300);
  });
});
