// The pieces in which Linux sends, what it remembers of them, and what it makes of their ACKs.

import { describe, expect, it, test } from 'vitest';
import {
  AckSample,
  FATE,
  FastOpen,
  Fate,
  NO_SSTHRESH,
  Phase,
  type Rules,
  rfc9293,
  type Sent,
  WORDS,
} from '../../tcp/index.ts';
import { inState, octets, options, type Way } from '../../tcp/segment-arrives/testing.ts';
import type { Endpoint } from '../../tcp/testing.ts';
import { OPT_SACK, PSH } from '../../wire/index.ts';
import { Net } from '../testing.ts';
import { hostProfiles, linuxRules } from './index.ts';

const { tcp, rules } = hostProfiles.linux;

/** A connection of a host with the profile, to one that reads everything. */
async function connected(net: Net) {
  const { a, b } = net.pair({ delayUs: 50_000 }, { profile: 'linux' });
  b.listen({ port: 80, handler: { readable: (c) => void c.discard() } });
  return net.run(a.connect({ address: '10.0.0.2', port: 80 }));
}

test('of text that Nagle’s algorithm holds back one piece is remembered, however often it is tried', async () => {
  const net = new Net();
  const c = await connected(net);
  c.offer(new Uint8Array(10));
  for (let i = 0; i < 100; i++) c.offer(new Uint8Array(10));
  const { una, nxt } = c.tcb.snd;
  expect(c.tcb.pieces).toEqual([(una + 10) | 0, 1, (nxt + 1000) | 0, 1]);
  await net.pass(1e6);
  expect(c.tcb.snd.una - una).toBe(1010);
});

test('a burst ends with its last whole segment, also where AccECN options take room of each', async () => {
  for (const [ecn, length] of [
    ['accept', 1448],
    ['accurate', 1436],
  ] as const) {
    const net = new Net();
    const options = { profile: 'linux', tcp: { ecn } } as const;
    const { a, b, wire } = net.pair({ delayUs: 50_000 }, options, options);
    b.listen({ port: 80, handler: {} });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(200_000);
    const sent: [octets: number, push: boolean][] = [];
    wire.rule({
      match: ({ tcp }) => {
        if (tcp !== null && tcp.dstPort === 80) sent.push([tcp.textLen, (tcp.ctl & PSH) !== 0]);
        return false;
      },
      action: { drop: true },
    });
    c.offer(new Uint8Array(50_000));
    // A burst is two segments where the round-trip time is long (tcp_min_tso_segs), and cwnd is ten.
    const bursts = Array.from({ length: 10 }, (_, i) => [length, i % 2 === 1]);
    expect([ecn, sent]).toEqual([ecn, bursts]);
  }
});

test.each([
  [1, []],
  [2, [1, 3, 5, 7, 9]],
  [4, [3, 7, 9]],
  [8, [4, 9]], // half of cwnd
] as const)(
  'tcp_min_tso_segs %i: far away a burst is so many segments, but no more than half of cwnd',
  async (minTsoSegs, ends) => {
    const net = new Net();
    const { a, b, wire } = net.pair(
      { delayUs: 50_000 },
      { profile: 'linux', rules: { ...rules, ...linuxRules({ minTsoSegs }) } },
    );
    b.listen({ port: 80, handler: {} });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(200_000);
    const pushed: boolean[] = [];
    wire.rule({
      match: ({ tcp: seg }) => {
        if (seg !== null && seg.dstPort === 80) pushed.push((seg.ctl & PSH) !== 0);
        return false;
      },
      action: { drop: true },
    });
    c.offer(new Uint8Array(50_000));
    expect(pushed.flatMap((is, i) => (is ? [i] : []))).toEqual(ends);
  },
);

/** An endpoint with the profile, whose peer has an MSS of 1000. */
function linux(way: Way = {}): Endpoint {
  return inState('ESTABLISHED', {
    syn: options({ mss: 1000 }),
    ...way,
    config: { ...tcp, ...way.config },
    rules,
  });
}

/** One with `queued` octets that wait for a window, which is then there; cwnd is 100 segments. */
function queue(queued: number, more: { srttUs?: number; minRttUs?: number; cwnd?: number } = {}): Endpoint {
  const a = linux({ wnd: 0 });
  a.send(octets(queued));
  const { snd, cc, rto } = a.tcb;
  const { srttUs = 10_000, minRttUs = srttUs, cwnd = 100_000 } = more;
  Object.assign(rto, { measured: 1, srttUs, minRttUs });
  Object.assign(cc, { cwnd, ssthresh: NO_SSTHRESH });
  snd.wnd = 1_000_000;
  return a;
}

const MUCH = 1_000_000;

/** Octets of the next burst. */
function burst(a: Endpoint, room = MUCH): number {
  return rules.burst(a.engine, a.tcb, room);
}

describe('a burst', () => {
  it.each([
    // what 2^-10 s of two windows in a round trip are, and 64 KiB halved for each 512 us of it
    [100_000, 100_000, 2000], // 1953 + 0: the least
    [10_000, 10_000, 19_000], // 19531 + 0
    [10_000, 1023, 50_000], // 19531 + 32768: half of cwnd
    [10_000, 1024, 35_000], // 19531 + 16384
    [10_000, 2047, 27_000], // 19531 + 8192
    [10_000, 2048, 23_000], // 19531 + 4096
  ])('where the round-trip time is %i us, and %i at least, is %i octets', (srttUs, minRttUs, n) => {
    expect(burst(queue(200_000, { srttUs, minRttUs }))).toBe(n);
  });

  it('is 64 KiB at most, also where no round trip was measured', () => {
    const cwnd = 200_000;
    expect(burst(queue(200_000, { srttUs: 1000, cwnd }))).toBe(65_000);
    const a = queue(200_000, { cwnd });
    a.tcb.rto.measured = 0;
    expect(burst(a)).toBe(65_000);
  });

  it('is no larger than the room, the window and the text; of one segment it is none', () => {
    const a = queue(200_000);
    expect([burst(a, 5500), burst(a, 1999), burst(a, 0)]).toEqual([5000, 0, 0]);
    a.tcb.snd.wnd = 3999;
    expect(burst(a)).toBe(3000);
    a.tcb.snd.wnd = 0;
    expect(burst(a)).toBe(0);
    expect([burst(queue(1000)), burst(queue(2000))]).toEqual([0, 2000]);
  });

  it('of a small window is a segment: half of cwnd, and one at least', () => {
    expect([1000, 3000, 4000].map((cwnd) => burst(queue(200_000, { cwnd })))).toEqual([0, 0, 2000]);
  });

  it('takes a small segment along at its end, where Nagle’s algorithm lets it go', () => {
    expect(burst(queue(2500))).toBe(2500);
    const corked = queue(2500);
    corked.tcb.cork = 1;
    expect(burst(corked)).toBe(2000);
    expect(burst(queue(2500, { cwnd: 4000 }))).toBe(2000); // it is whole without
    expect(burst(queue(2500), 2400)).toBe(2000); // not to the end of the text
  });

  it('in urgent mode is a segment', () => {
    const a = queue(5000);
    a.tcb.snd.urgent = 1;
    expect(burst(a)).toBe(0);
  });

  it('is remembered by its end, and whether a write ends there that is not to go on', () => {
    const pieces = (a: Endpoint): number[] => {
      burst(a);
      return (a.tcb.pieces ?? []).map((n, i) => (i % 2 === 0 ? (n - a.tcb.snd.iss) | 0 : n));
    };
    expect(pieces(queue(2000))).toEqual([2001, 1]);
    expect(pieces(queue(300))).toEqual([301, 1]);
    expect(pieces(queue(200_000))).toEqual([19_001, 0]);
    const more = queue(2000);
    more.tcb.more = 1;
    expect(pieces(more)).toEqual([2001, 0]);
  });
});

describe('pacing', () => {
  /** When the next burst may leave, counted from now: `departureUs` when this one was formed; a byte is a microsecond. */
  const next = (segments: number, departureUs: number): number => {
    const a = queue(1000 * segments, { srttUs: 1000 });
    a.setNow(1_000_000);
    const { cc } = a.tcb;
    Object.assign(cc, { pacingRate: 1_000_000, departureUs: (a.engine.us + departureUs) | 0 });
    burst(a);
    return (cc.departureUs - a.engine.us) | 0;
  };

  it('begins after ten segments', () => {
    expect([next(9, 0), next(10, 0)]).toEqual([0, 10_000]);
  });

  it('time that nobody waited for is made up for, by half of the burst at most', () => {
    expect([-1000, -5000, -9000, 3000].map((us) => next(10, us))).toEqual([9000, 5000, 5000, 10_000]);
  });

  it('a burst leaves whole, when it is time', () => {
    const a = queue(2000);
    const room = (us: number): boolean => {
      a.tcb.cc.departureUs = (a.engine.us + us) | 0;
      return rules.paceRoom(a.engine, a.tcb) > 0;
    };
    expect([-1, 0, 1].map(room)).toEqual([true, true, false]);
  });
});

describe('PSH', () => {
  it('is where a write ends, unless more follows; and where what was held back goes', () => {
    const a = queue(2000);
    const { tcb } = a;
    const at = (): boolean => rules.pushes(tcb, tcb.snd.end);
    expect([at(), rules.pushes(tcb, (tcb.snd.end - 1000) | 0)]).toEqual([true, false]);
    tcb.more = 1;
    expect(at()).toBe(false);
    tcb.snd.override = 1;
    expect(at()).toBe(true);
  });

  it('a segment that goes again has it where a write ended, though more was written since', () => {
    const a = linux();
    for (const n of [500, 1000, 1000]) a.send(octets(n));
    const { iss } = a.tcb.snd;
    a.tcb.cc.resendFrom = iss;
    const pushed = [501, 1501, 1001].map((end) => rules.pushes(a.tcb, (iss + end) | 0));
    expect(pushed).toEqual([true, true, false]);
  });
});

describe('PSH of what goes again', () => {
  interface Case {
    cwnd?: number;
    rttUs?: number;
    resentTo?: number;
    fate?: number;
    urgent?: number;
  }
  /** Ten segments are out, in two pieces: whether one that goes again and ends there has PSH. */
  const pushed = (
    end: number,
    { cwnd = 10_000, rttUs = 0, resentTo = 0, fate = Fate.LOST, urgent = 0 }: Case = {},
  ): boolean => {
    const a = linux();
    a.send(octets(10_000));
    const { tcb } = a;
    const { snd, cc, rto } = tcb;
    const record = tcb.sent as Sent;
    for (let i = 0; i < record.count; i++) record.words[(record.first + i) * WORDS + FATE] = fate;
    Object.assign(rto, { measured: 1, srttUs: rttUs, minRttUs: rttUs });
    Object.assign(cc, { cwnd, resendFrom: (snd.iss + resentTo) | 0 });
    snd.urgent = urgent;
    return rules.pushes(tcb, (snd.iss + end) | 0);
  };
  const room = { cwnd: 20_000 };

  it('ends several segments of one piece that go together, and no single one', () => {
    expect([1001, 2001, 5001, 6001, 7001].map((end) => pushed(end))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it('does not come before cwnd, the loss or the burst ends', () => {
    expect([2001, 4001, 7001].map((end) => pushed(end, room))).toEqual([false, false, false]);
    expect(pushed(2001, { cwnd: 11_000 })).toBe(false);
    expect(pushed(2001, { cwnd: 10_999 })).toBe(true);
    expect(pushed(2001, { ...room, fate: Fate.FLIGHT })).toBe(true);
    expect(pushed(2001, { ...room, rttUs: 100_000 })).toBe(true); // two segments are a burst
  });

  it('comes where the piece ends', () => {
    expect(pushed(5001, room)).toBe(true);
  });

  it('is not of a piece with what went by an event before', () => {
    expect([2001, 3001].map((end) => pushed(end, { resentTo: 1001 }))).toEqual([false, true]);
  });

  it('is of no segment in urgent mode', () => {
    expect(pushed(3001, { urgent: 1 })).toBe(false);
  });

  it('an event begins with the first that is lost', () => {
    const begins = (fate: number): number => {
      const a = linux();
      a.send(octets(10_000));
      const record = a.tcb.sent as Sent;
      record.words[record.first * WORDS + FATE] = fate;
      rules.resendLost(a.engine, a.tcb);
      return (a.tcb.cc.resendFrom - a.tcb.snd.iss) | 0;
    };
    expect([begins(Fate.LOST), begins(Fate.FLIGHT)]).toEqual([1, 10_001]);
  });
});

test('Nagle: text that a SYN carried and nobody took is no new small segment when it goes again', () => {
  const sentAtOnce = (fastOpen: number, early: number): number => {
    const a = linux();
    a.tcb.fastOpen = fastOpen;
    a.tcb.snd.earlyEnd = (a.tcb.snd.nxt + early) | 0;
    a.send(octets(100));
    a.send(octets(100));
    return a.sent.length;
  };
  expect([sentAtOnce(0, 500), sentAtOnce(FastOpen.RESENT, 500), sentAtOnce(FastOpen.RESENT, 0)]).toEqual([
    1, 2, 1,
  ]);
});

describe('what limited cwnd', () => {
  const state = ({ tcb: { cc, snd } }: Endpoint): number[] => [
    cc.limited,
    cc.mostOut,
    (cc.usageEnd - snd.iss) | 0,
  ];

  it('is cwnd when there is no room for another segment', () => {
    const full = linux();
    full.send(octets(20_000));
    expect(state(full)).toEqual([1, 10_000, 10_001]);
    const nearly = linux();
    nearly.send(octets(9000));
    expect(state(nearly)).toEqual([0, 9000, 9001]);
  });

  it('is judged by the most that was out in a window', () => {
    const a = linux();
    a.tcb.noDelay = 1;
    a.send(octets(1000));
    a.send(octets(2000));
    expect(state(a)).toEqual([0, 3000, 3001]);
    a.inject('ACK', 1, 2001);
    a.send(octets(500));
    expect(state(a)).toEqual([0, 3000, 3001]); // 1500 are less, and that window is not over
    a.inject('ACK', 1, 3501);
    a.send(octets(100));
    expect(state(a)).toEqual([0, 100, 3601]);
  });
});

describe('reordering', () => {
  /** Ten segments are out, and the second arrives when `highest` octets had. */
  const overtaken = (highest: number, fack = 0): number[] => {
    const a = linux();
    a.send(octets(10_000));
    const { snd, cc, sent: record } = a.tcb;
    const s = new AckSample().none(a.tcb);
    const at = (n: number): number => (snd.una + n) | 0;
    Object.assign(s, { overtaken: 1, overtakenSeq: at(1000), newest: 1, highest: at(highest) });
    (record as Sent).fack = at(fack);
    const seen = cc.reordSeen;
    rules.detectLoss(a.engine, a.tcb, s);
    return [cc.reordering, cc.reordSeen - seen];
  };

  it('is counted in segments, from the highest that has arrived, and three at least', () => {
    expect(overtaken(7000)).toEqual([6, 1]);
    expect(overtaken(7001)).toEqual([7, 1]);
    expect(overtaken(2000)).toEqual([3, 1]);
    expect(overtaken(2000, 9000)).toEqual([8, 1]);
  });

  it('what may only be late has 3 ms more than RACK gives it', () => {
    const due = (detectLoss: Rules['detectLoss']): number => {
      const a = inState('ESTABLISHED', {
        config: tcp,
        rules: { ...rules, detectLoss },
        syn: options({ mss: 1000, sack: true }),
      });
      Object.assign(a.tcb.rto, { measured: 1, srttUs: 20_000, minRttUs: 20_000 });
      a.send(octets(5000));
      a.setNow(20_000);
      const { iss } = a.tcb.snd;
      a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 2001) | 0] });
      return a.tcb.timer.reorder;
    };
    expect(due(rfc9293.detectLoss)).toBeGreaterThan(20);
    expect(due(rules.detectLoss) - due(rfc9293.detectLoss)).toBe(3);
  });
});

describe('SACK', () => {
  /** Octets that count as SACKed when [left, right) is reported of `n`. */
  const counted = (n: number, left: number, right: number): number => {
    const a = linux({ syn: options({ mss: 1000, sack: true }) });
    a.send(octets(n));
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + left) | 0, (iss + right) | 0] });
    return a.tcb.sent?.sacked ?? 0;
  };

  it('of a segment that is SACKed in part nothing is', () => {
    expect(counted(4000, 1001, 3001)).toBe(2000);
    expect(counted(4000, 1500, 3500)).toBe(1000);
    expect(counted(4000, 1500, 2500)).toBe(0);
  });

  it('the end of a piece is the end of a segment', () => {
    expect(counted(3500, 2501, 3501)).toBe(500);
    expect(counted(3500, 2001, 3501)).toBe(1500);
  });
});

describe('the tail loss probe', () => {
  /** When it is due after `n` octets, in milliseconds: the round-trip time is 20, the RTO `rtoMs`. */
  const due = (n: number, rtoMs: number): number => {
    const a = linux({ syn: options({ mss: 1000, sack: true }) });
    Object.assign(a.tcb.rto, { measured: 1, srttUs: 20_000, rtoMs });
    a.send(octets(n));
    return (a.tcb.timer.pto - a.engine.ms) | 0;
  };

  it('of several segments comes 2 ms later, of one it does not', () => {
    expect([due(2000, 300), due(1001, 300), due(1000, 300)]).toEqual([42, 72, 240]);
  });

  it('comes no later than the retransmission timer, whose turn it then takes', () => {
    expect([due(2000, 41), due(2000, 30), due(1000, 200)]).toEqual([41, 30, 200]);
  });
});

describe('cwnd', () => {
  interface Ack {
    /** Arrived by this ACK, and sent since recovery began. */
    delivered: number;
    prrOut: number;
    sacked: number;
    advanced?: number;
    lost?: number;
    partial?: number;
  }
  /** Segments of cwnd in fast recovery from ten to seven; what was delivered before is nothing. */
  const reduced = ({ delivered, prrOut, sacked, advanced = 0, lost = 0, partial = 0 }: Ack): number => {
    const a = linux();
    a.send(octets(10_000));
    const { tcb } = a;
    Object.assign(tcb.cc, { phase: Phase.FAST_RECOVERY, ssthresh: 7000, cwnd: 99_000 });
    Object.assign(tcb.sent as Sent, { recoverFs: 10_000, prrDelivered: 0, prrOut, sacked });
    const s = Object.assign(new AckSample().none(tcb), { delivered, advanced, lost, partial });
    rules.controlWindow(a.engine, tcb, s, false);
    return tcb.cc.cwnd / 1000;
  };

  it.each<[number, string, Ack]>([
    [10, 'one arrived, and 7 of 10 go: one', { delivered: 1000, prrOut: 0, sacked: 1000 }],
    [9, 'one has gone for it', { delivered: 1000, prrOut: 1000, sacked: 1000 }],
    [10, 'three arrived, for 2.1, of which one has gone', { delivered: 3000, prrOut: 1000, sacked: 2000 }],
    [9, 'part of a segment is one', { delivered: 1, prrOut: 1, sacked: 1000 }],
    [
      10,
      'a partial ACK without SACK lets one go',
      { delivered: 1000, prrOut: 1000, sacked: 1000, partial: 1 },
    ],
  ])('above ssthresh: %i segments, %s', (cwnd, _, ack) => {
    expect(reduced(ack)).toBe(cwnd);
  });

  it.each<[number, string, Ack]>([
    [6, 'as many as arrive', { delivered: 1000, prrOut: 0, sacked: 5000 }],
    [7, 'one more when SND.UNA moves', { delivered: 1000, prrOut: 0, sacked: 5000, advanced: 1 }],
    [6, 'but not when something is lost', { delivered: 1000, prrOut: 0, sacked: 5000, advanced: 1, lost: 1 }],
    [7, 'up to ssthresh', { delivered: 5000, prrOut: 0, sacked: 5000 }],
    [6, 'and one in any case before any has gone', { delivered: 0, prrOut: 0, sacked: 5000 }],
    [99, 'without news nothing is changed', { delivered: 0, prrOut: 1000, sacked: 5000 }],
  ])('below ssthresh: %i segments, %s', (cwnd, _, ack) => {
    expect(reduced(ack)).toBe(cwnd);
  });

  it.each([
    // limited, cwnd, ssthresh, most out
    [1, 10_000, 5000, 0, 0],
    [0, 10_000, 20_000, 5001, 0], // slow start: half of it is enough
    [0, 10_000, 20_000, 5000, 1],
    [0, 10_000, 10_000, 9000, 1],
  ])(
    'the program was the limit: limited %i, cwnd %i, ssthresh %i, most out %i',
    (limited, cwnd, ssthresh, mostOut, is) => {
      const a = linux();
      a.send(octets(3000));
      const { tcb } = a;
      Object.assign(tcb.cc, { phase: Phase.FAST_RECOVERY, limited, cwnd, ssthresh, mostOut });
      const s = new AckSample().none(tcb);
      rules.controlWindow(a.engine, tcb, s, false);
      expect(s.appLimited).toBe(is);
    },
  );

  it('what was SACKed before opens it no second time; where reordering is usual, what is SACKed counts', () => {
    const acked = (octetsAcked: number, delivered: number, reordering: number): number => {
      const a = linux();
      a.send(octets(3000));
      Object.assign(a.tcb.cc, { phase: Phase.FAST_RECOVERY, reordering, ssthresh: 7000 });
      const s = Object.assign(new AckSample().none(a.tcb), { acked: octetsAcked, delivered });
      rules.controlWindow(a.engine, a.tcb, s, false);
      return s.acked;
    };
    expect([acked(3000, 1000, 3), acked(1000, 2000, 3), acked(1000, 2000, 4)]).toEqual([1000, 1000, 2000]);
  });

  /** Ten segments were out when a mark was told of, one has arrived; so many octets have gone since. */
  const marked = (sentSince: number, over = false): number[] => {
    const a = linux();
    a.send(octets(10_000));
    const { tcb } = a;
    const { snd, cc } = tcb;
    snd.una = (snd.una + 1000) | 0;
    tcb.ecn = 1;
    const ecnRecover = over ? (snd.una - 1) | 0 : (snd.nxt - sentSince) | 0;
    Object.assign(cc, { ssthresh: 7000, cwnd: 9000, ecnRecover });
    Object.assign(tcb.sent as Sent, { recoverFs: 10_000, prrDelivered: 0 });
    const s = Object.assign(new AckSample().none(tcb), { delivered: 1000 });
    rules.controlWindow(a.engine, tcb, s, false);
    return [cc.cwnd, tcb.sent?.recoverFs ?? 0];
  };

  it('a mark closes it by and by, to ssthresh when what was out then is acknowledged', () => {
    expect(marked(0)).toEqual([10_000, 10_000]);
    expect(marked(1000)).toEqual([9000, 10_000]);
    expect(marked(0, true)).toEqual([7000, 0]);
  });

  it('without SACK what duplicate ACKs have said of opens it no second time, but by a segment at least', () => {
    const counted = (delivered: number): number => {
      const a = linux();
      a.send(octets(5000));
      for (let i = 0; i < 2; i++) a.inject('ACK', 1, 1);
      const s = Object.assign(new AckSample().none(a.tcb), { delivered });
      rules.newAck(a.engine, a.tcb, s);
      return s.delivered;
    };
    expect([5000, 2500, 500].map(counted)).toEqual([3000, 1000, 500]);
  });
});
