import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { pathMtu } from '../icmp.ts';
import { departures, inState, octets, options, pass, sent, type Way } from '../segment-arrives/testing.ts';
import { keepTimes } from '../tcb/fields.ts';
import { Sent } from '../tcb/sent.ts';
import { type MtuSearch, Phase } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import { OLDEST_MS, since } from '../time.ts';
import { mtuProbe, mtuProbeLost } from './mtu-probe.ts';

/** ESTABLISHED with an MSS of 1460 at both ends, and a search from the start, unless `way` says otherwise. */
function probing(way: Way = {}): Endpoint {
  return inState('ESTABLISHED', { syn: options({ mss: 1460 }), config: { mtuProbing: 'on' }, ...way });
}

/** The same with SACK. */
function sacking(): Endpoint {
  return probing({ syn: options({ mss: 1460, sack: true }) });
}

function search(a: Endpoint): MtuSearch {
  return a.tcb.mtuSearch as MtuSearch;
}

/** Lengths of the segments sent since the last call. */
function lengths(a: Endpoint): number[] {
  return a.sent.splice(0).map((r) => r.text.length);
}

/** Three duplicates, which say that the segment at `una` is lost. */
function duplicates(a: Endpoint, una: number, n = 3): void {
  for (let i = 0; i < n; i++) a.inject('ACK', 1, una);
}

/** An ACK of `una` that reports [left, right). */
function sack(a: Endpoint, una: number, left: number, right: number): void {
  const { iss } = a.tcb.snd;
  a.inject('ACK', 1, una, { opts: OPT_SACK, sack: [(iss + left) | 0, (iss + right) | 0] });
}

/** Acknowledges everything, and what is sent thereupon, until nothing is left to send. */
function acknowledgeAll(a: Endpoint): void {
  const { snd } = a.tcb;
  for (let i = 0; i < 100 && snd.una !== snd.end; i++) a.inject('ACK', 1, (snd.nxt - snd.iss) | 0);
  expect(snd.una).toBe(snd.end);
  a.sent.length = 0;
}

describe('a probe (RFC 4821 section 7)', () => {
  it("'on': a connection begins with packets of 1024 octets, and with the largest as a probe (7.2)", () => {
    const a = probing();
    expect([a.tcb.pmtu, a.tcb.snd.mss]).toEqual([1024, 984]);
    a.send(octets(20_000));
    expect(lengths(a)).toEqual([1460, ...Array(8).fill(984)]);
    a.inject('ACK', 1, 1461);
    expect([a.tcb.pmtu, a.tcb.snd.mss]).toEqual([1500, 1460]);
    expect(lengths(a)).toEqual([1460, 1460]); // text goes on in segments of that size
  });

  it('has the options of other segments: less text with timestamps', () => {
    const a = probing({ syn: options({ mss: 1460, ts: 7 }) });
    a.send(octets(20_000));
    expect(lengths(a)[0]).toBe(1448);
  });

  it('is no larger than the peer’s MSS or maxMss, nor than the interface takes', () => {
    expect(search(probing({ syn: options({ mss: 1400 }) }))).toMatchObject({ low: 1024, high: 1500 });
    for (const [way, len] of [
      [{ syn: options({ mss: 1400 }) }, 1400],
      [{ config: { mtuProbing: 'on', maxMss: 1300 } }, 1300],
    ] as const) {
      const a = probing(way);
      a.send(octets(20_000));
      expect(lengths(a)[0]).toBe(len);
    }
    const a = probing({ syn: options({ mss: 984 }) });
    a.send(octets(20_000));
    expect(Math.max(...lengths(a))).toBe(984);
  });

  it('goes only with text enough behind it to tell of its loss, in the window, cwnd and the queue (7.4)', () => {
    const enough = 1460 + 3 * 984;
    for (const [queued, wnd, probe] of [
      [enough, 65_535, true],
      [enough - 1, 65_535, false],
      [20_000, enough, true],
      [20_000, enough - 1, false],
    ] as const) {
      const a = probing({ wnd });
      a.send(octets(queued));
      expect([queued, wnd, lengths(a)[0] === 1460]).toEqual([queued, wnd, probe]);
    }
    for (const [cwnd, probe] of [
      [enough, true],
      [enough - 1, false],
    ] as const) {
      const a = probing();
      a.tcb.cc.cwnd = cwnd;
      a.send(octets(20_000));
      expect([cwnd, lengths(a)[0] === 1460]).toEqual([cwnd, probe]);
    }
  });

  it('waits for room in cwnd, and new text with it', () => {
    const a = probing();
    a.send(octets(4 * 984)); // too little for a probe
    a.sent.length = 0;
    a.tcb.cc.cwnd = 4 * 984 + 1459;
    a.send(octets(20_000));
    expect(lengths(a)).toEqual([]); // though there is room for a segment
    a.inject('ACK', 1, 985);
    expect(lengths(a)).toEqual([1460, 984]);
  });

  it('is one at a time, and none in recovery', () => {
    const a = probing();
    a.send(octets(60_000));
    a.sent.length = 0;
    a.tcb.cc.cwnd = 30_000;
    a.inject('ACK', 1, 1, { wnd: 65_534 });
    expect(new Set(lengths(a))).toEqual(new Set([984]));
    const b = probing();
    b.tcb.cc.phase = Phase.FAST_RECOVERY;
    b.send(octets(20_000));
    expect(lengths(b)[0]).toBe(984);
  });
});

describe('the loss of a probe (section 7.6.2)', () => {
  it('by three duplicates: its text goes again at once in segments that pass, and cwnd stays', () => {
    const a = probing();
    a.send(octets(20_000));
    a.sent.length = 0;
    const { cwnd, ssthresh } = a.tcb.cc;
    duplicates(a, 1);
    expect(sent(a)).toEqual([
      'ACK seq=9333 ack=1 len=984', // limited transmit
      'ACK seq=10317 ack=1 len=984',
      'ACK seq=1 ack=1 len=984',
      'ACK seq=985 ack=1 len=476',
    ]);
    expect([a.tcb.cc.cwnd, a.tcb.cc.ssthresh, a.tcb.cc.phase]).toEqual([cwnd, ssthresh, Phase.OPEN]);
    duplicates(a, 1, 5);
    expect([a.tcb.cc.cwnd, a.tcb.cc.phase]).toEqual([cwnd, Phase.OPEN]);
    expect(search(a)).toMatchObject({ size: 0, losses: 1, high: 1500 });
  });

  it('by SACK likewise, whatever the blocks that follow say', () => {
    const a = sacking();
    a.send(octets(20_000));
    a.sent.length = 0;
    const { cwnd, ssthresh } = a.tcb.cc;
    pass(a, 5);
    sack(a, 1, 1461, 1461 + 3 * 984);
    expect(sent(a).slice(0, 2)).toEqual(['ACK seq=1 ack=1 len=984', 'ACK seq=985 ack=1 len=476']);
    sack(a, 1, 1461, 1461 + 6 * 984);
    sack(a, 985, 1461, 1461 + 8 * 984);
    expect([a.tcb.cc.ssthresh, a.tcb.cc.phase]).toEqual([ssthresh, Phase.OPEN]);
    expect(a.tcb.cc.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(a.tcb.retransmissions).toBe(2);
  });

  it('with its text lost once more: the retransmission timer, and then it is congestion', () => {
    const a = sacking();
    a.send(octets(20_000));
    sack(a, 1, 1461, 1461 + 6 * 984);
    a.sent.length = 0;
    pass(a, 1000);
    expect([a.tcb.cc.phase, sent(a)[0]]).toEqual([Phase.LOSS, 'ACK seq=1 ack=1 len=984']);
  });

  it('the loss of what came before it is congestion, and says nothing of the probe (7.6.4)', () => {
    for (const a of [probing(), sacking()]) {
      a.send(octets(984));
      a.send(octets(20_000)); // the probe is the second segment
      expect(search(a)).toMatchObject({ size: 1500, losses: 0 });
      if (a.tcb.sack === 1) sack(a, 1, 985 + 1460, 985 + 1460 + 3 * 984);
      else duplicates(a, 1);
      expect([a.tcb.cc.phase, search(a).losses]).toEqual([Phase.FAST_RECOVERY, 0]);
    }
  });

  it('text of a probe that was sent again otherwise proves nothing when it is acknowledged', () => {
    const a = probing();
    a.send(octets(984));
    a.send(octets(20_000));
    duplicates(a, 1);
    a.inject('ACK', 1, 985); // a partial acknowledgment: NewReno sends what follows again
    expect(search(a).size).toBe(0);
    a.inject('ACK', 1, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0);
    expect(a.tcb.pmtu).toBe(1024);
  });

  it('three of a size have to get lost; then half the way is tried, until 8 octets are left', () => {
    const a = probing();
    const tried: number[] = [];
    for (let i = 0; i < 60; i++) {
      const { mss } = a.tcb.snd;
      a.tcb.cc.cwnd = 20_000;
      const una = (a.tcb.snd.una - a.tcb.snd.iss) | 0;
      a.send(octets(20_000));
      const [first = 0] = lengths(a);
      if (first > mss) {
        tried.push(first + 40);
        if (first + 40 > 1300) duplicates(a, una);
      }
      acknowledgeAll(a);
    }
    expect(tried).toEqual([
      ...[1500, 1500, 1500, 1262, 1381, 1381, 1381, 1321, 1321, 1321],
      ...[1291, 1306, 1306, 1306, 1298],
    ]);
    expect(a.tcb.pmtu).toBe(1298);
  });

  it('by the timer: it is lost, and so is what else was in flight (7.6.3)', () => {
    const a = probing();
    a.send(octets(20_000));
    pass(a, 1000);
    expect(search(a)).toMatchObject({ size: 0, losses: 1 });
    expect([a.tcb.cc.phase, a.tcb.cc.cwnd]).toEqual([Phase.LOSS, 984]);
  });
});

describe('a black hole (section 7.7)', () => {
  it('R1 retransmissions of a full segment: 1024 octets, then 552, and never less', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }) });
    a.send(octets(1460));
    expect(departures(a, 20_000).map(({ line }) => line)).toEqual([
      'PSH,ACK seq=1 ack=1 len=1460',
      'PSH,ACK seq=1 ack=1 len=1460',
      'PSH,ACK seq=1 ack=1 len=1460',
      'ACK seq=1 ack=1 len=984',
      'ACK seq=1 ack=1 len=512',
      'ACK seq=1 ack=1 len=512',
      'ACK seq=1 ack=1 len=512',
    ]);
    expect(a.tcb.pmtu).toBe(552);
  });

  it('in IPv6 1280 octets, and never less (RFC 8200 section 5)', () => {
    const a = inState('LISTEN');
    a.tcb.family = 6;
    a.inject('SYN', 0, 0, options({ mss: 1440 }));
    a.inject('ACK', 1, 1);
    a.send(octets(1440));
    pass(a, 30_000);
    expect([a.tcb.pmtu, a.tcb.snd.mss]).toEqual([1280, 1220]);
  });

  it('segments that are no smaller for it go on as they are', () => {
    for (const n of [984, 985]) {
      const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }) });
      a.send(octets(n));
      pass(a, 2000);
      expect([n, a.tcb.pmtu]).toEqual([n, n === 984 ? 1500 : 1024]);
    }
  });

  it("nor does anything change with mtuProbing 'off', or while R1 is not reached", () => {
    const off = inState('ESTABLISHED', { syn: options({ mss: 1460 }), config: { mtuProbing: 'off' } });
    off.send(octets(1460));
    pass(off, 60_000);
    expect([off.tcb.pmtu, off.tcb.mtuSearch]).toEqual([1500, null]);
    const late = inState('ESTABLISHED', { syn: options({ mss: 1460 }), config: { r1: 5 } });
    late.send(octets(1460));
    for (let i = 0; i < 4; i++) pass(late, late.tcb.rto.rtoMs + 1);
    expect([late.tcb.rto.timeouts, late.tcb.pmtu]).toEqual([4, 1500]);
  });

  it('after it the largest size is the first to be probed, for it may have been an outage', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1460 }) });
    a.send(octets(1460));
    pass(a, 2000);
    expect(a.tcb.pmtu).toBe(1024);
    a.inject('ACK', 1, 1461);
    a.tcb.cc.cwnd = 10_000;
    a.sent.length = 0;
    a.send(octets(20_000));
    expect(lengths(a)[0]).toBe(1460);
    a.inject('ACK', 1, 2921);
    expect(a.tcb.pmtu).toBe(1500);
  });
});

describe('what routers say meanwhile', () => {
  it('that the probe is too big: its text goes again, cwnd stays, and the next probe has just the size', () => {
    for (const a of [probing(), sacking()]) {
      a.send(octets(20_000));
      a.sent.length = 0;
      const { cwnd } = a.tcb.cc;
      pathMtu(a.engine, a.tcb, 1400);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=984', 'ACK seq=985 ack=1 len=476']);
      expect([a.tcb.cc.cwnd, a.tcb.cc.phase, a.tcb.pmtu]).toEqual([cwnd, Phase.OPEN, 1024]);
      a.inject('ACK', 1, (a.tcb.snd.nxt - a.tcb.snd.iss) | 0);
      expect(lengths(a)[0]).toBe(1360);
    }
  });

  it('that what passed no longer does: smaller at once, the search below it', () => {
    const a = probing();
    a.send(octets(20_000));
    a.inject('ACK', 1, 1461);
    a.sent.length = 0;
    pathMtu(a.engine, a.tcb, 1000);
    expect(lengths(a)[0]).toBe(960);
    expect(search(a)).toMatchObject({ low: 1000, high: 1000, limit: 1000, size: 0 });
    expect(a.tcb.pmtu).toBe(1000);
  });

  it('nothing for ten minutes: what lies above is tried again, up to what the interface takes', () => {
    const a = probing();
    a.send(octets(20_000));
    pathMtu(a.engine, a.tcb, 1024);
    acknowledgeAll(a);
    pathMtu(a.engine, a.tcb, 1500);
    pass(a, 599_999);
    a.tcb.cc.cwnd = 10_000;
    a.tcb.snd.lastMs = a.engine.ms;
    a.send(octets(5000));
    expect(lengths(a)[0]).toBe(984);
    acknowledgeAll(a);
    pass(a, 1);
    a.send(octets(5000));
    expect(lengths(a)[0]).toBe(1460);
  });

  it('a search that has ended begins again after ten minutes', () => {
    for (const [ms, first] of [
      [599_999, 984],
      [600_000, 1460],
    ] as const) {
      const a = probing();
      Object.assign(search(a), { high: 1031, halving: 1 }); // 7 octets are left
      a.setNow(ms * 1000);
      a.send(octets(20_000));
      expect([ms, lengths(a)[0]]).toEqual([ms, first]);
    }
    const a = probing();
    Object.assign(search(a), { high: 1032, halving: 1 }); // 8 are
    a.send(octets(20_000));
    expect(lengths(a)[0]).toBe(1028 - 40);
  });

  it('its time is swept with the others, so that no idle time looks like none', () => {
    const a = probing();
    const { ms } = a.engine;
    keepTimes(a.tcb, ms, 100 * 86_400_000);
    a.setNow(100 * 86_400e6);
    expect(since(a.engine, search(a).verdictMs)).toBe(OLDEST_MS);
  });
});

describe('what a probe asks for, one by one', () => {
  /** A connection with 8 segments in flight and text queued, whose cwnd and window have room; a probe of 1460 octets is due. */
  function due(queued = 20_000): Endpoint {
    const a = sacking();
    a.tcb.snd.wnd = 0;
    a.send(octets(queued));
    const { tcb } = a;
    tcb.noDelay = 1;
    tcb.snd.wnd = 60_000;
    tcb.cc.cwnd = 40_000;
    a.sent.length = 0;
    return a;
  }
  const enough = 1460 + 3 * 984;

  /** Lengths of what was sent, and whether new text waits for cwnd. */
  function probes(a: Endpoint): [number[], boolean] {
    const waits = mtuProbe(a.engine, a.tcb);
    return [lengths(a), waits];
  }

  it('text for three segments behind it, and that the window and cwnd let them go', () => {
    expect(probes(due())).toEqual([[1460], false]);
    expect([probes(due(enough)), probes(due(enough - 1))]).toEqual([
      [[1460], false],
      [[], false],
    ]);
    for (const part of ['snd', 'cc'] as const) {
      const at = (octets: number): Endpoint => {
        const a = due();
        if (part === 'snd') a.tcb.snd.wnd = octets;
        else a.tcb.cc.cwnd = octets;
        return a;
      };
      expect([part, probes(at(enough)), probes(at(enough - 1))]).toEqual([
        part,
        [[1460], false],
        [[], false],
      ]);
    }
  });

  it('room in cwnd now, or new text waits until there is', () => {
    const outstanding = (octetsOut: number): Endpoint => {
      const a = due();
      a.tcb.snd.nxt = (a.tcb.snd.nxt + octetsOut) | 0;
      a.tcb.cc.cwnd = 10_000;
      return a;
    };
    expect(probes(outstanding(10_000 - 1460))[1]).toBe(false);
    expect(probes(outstanding(10_000 - 1459))).toEqual([[], true]);
  });

  it('no loss, no sign of one, no probe before it; text of one record', () => {
    const changes: readonly ((a: Endpoint) => void)[] = [
      (a) => Object.assign(a.tcb, { mtuSearch: null }),
      (a) => Object.assign(search(a), { size: 1300 }),
      (a) => Object.assign(search(a), { resent: 1 }),
      (a) => Object.assign(a.tcb.snd, { syn: 1 }),
      (a) => Object.assign(a.tcb.cc, { phase: Phase.FAST_RECOVERY }),
      (a) => Object.assign(a.tcb.cc, { dupAcks: 1 }),
      (a) => Object.assign(a.tcb, { sent: Object.assign(new Sent(), { sacked: 1 }) }),
      (a) => Object.assign(a.tcb, { sent: Object.assign(new Sent(), { lost: 1 }) }),
      (a) => Object.assign(a.tcb, { sent: Object.assign(new Sent(), { lost: 1, sacked: 1 }) }),
      (a) => Object.assign(a.tcb, { marks: [(a.tcb.snd.nxt + 1459) | 0, 2] }),
    ];
    for (const change of changes) {
      const a = due();
      change(a);
      expect([`${change}`, probes(a)]).toEqual([`${change}`, [[], false]]);
    }
    const record = due();
    record.tcb.marks = [(record.tcb.snd.nxt + 1460) | 0, 2];
    expect(probes(record)).toEqual([[1460], false]);
  });

  it('it is lost when the first octet that is missing is its own; while it goes again its octets are no sign of congestion', () => {
    const sentProbe = (change: object, una = 0): boolean => {
      const a = due();
      mtuProbe(a.engine, a.tcb);
      a.tcb.snd.una = (a.tcb.snd.una + una) | 0;
      Object.assign(search(a), change);
      return mtuProbeLost(a.engine, a.tcb);
    };
    expect([sentProbe({}), sentProbe({}, 1), sentProbe({ size: 0 })]).toEqual([true, false, false]);
    const again = { resent: 1 };
    expect([sentProbe(again), sentProbe(again, 1459), sentProbe(again, 1460), sentProbe(again, -1)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const none = due();
    none.tcb.mtuSearch = null;
    expect(mtuProbeLost(none.engine, none.tcb)).toBe(false);
  });

  it('what goes again of it is timed anew', () => {
    const a = due();
    mtuProbe(a.engine, a.tcb);
    lengths(a);
    a.setNow(a.engine.now + 100_000);
    expect(mtuProbeLost(a.engine, a.tcb)).toBe(true);
    expect(lengths(a)).toEqual([984, 476]);
    expect(a.tcb.timer.rexmt).toBe(a.engine.ms + a.tcb.rto.rtoMs);
  });
});
