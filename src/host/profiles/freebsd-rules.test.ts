// The steps of FreeBSD, segment by segment, and the sysctls that choose between them.

import { describe, expect, it } from 'vitest';
import { EcnMode, Err, IcmpCause, type StateName } from '../../tcp/index.ts';
import {
  expected,
  inState,
  octets,
  options,
  pass,
  sent,
  text,
  ts,
  type Way,
} from '../../tcp/segment-arrives/testing.ts';
import { control, type Endpoint } from '../../tcp/testing.ts';
import { ACK, CWR, ECN_CE, ECN_ECT_0, OPT_MSS, OPT_TIMESTAMPS, RST, SYN } from '../../wire/index.ts';
import { loneHost, tcpPacket } from '../testing.ts';
import { type FreebsdSteps, freebsdRules, hostProfiles } from './index.ts';

const ACK_OF_NOTHING = 'ACK seq=1 ack=1 len=0';

/** An endpoint with the profile, and with sysctls that differ from it. */
function bsd(state: StateName, steps: FreebsdSteps = {}, way: Way = {}): Endpoint {
  const { tcp, rules } = hostProfiles.freebsd;
  return inState(state, {
    ...way,
    config: { ...tcp, ...way.config },
    rules: { ...rules, ...freebsdRules(steps) },
  });
}

const ecnSyn = { config: { ecn: 'accept' }, syn: { ctl: control('SYN,ECE,CWR') } } as const;

describe('a SYN with a FIN', () => {
  it('is nothing to a socket that listens; to one with drop_synfin=0 it is a SYN', () => {
    const a = bsd('LISTEN');
    a.inject('SYN,FIN', 0);
    expect([a.state, a.drops, sent(a)]).toEqual(['LISTEN', ['syn-and-fin'], []]);
    const b = bsd('LISTEN', { dropSynFin: false });
    b.inject('SYN,FIN', 0);
    expect([b.state, b.drops, sent(b)]).toEqual(['SYN-RECEIVED', [], ['SYN,ACK seq=0 ack=1 len=0']]);
  });

  it('one of both alone is not meant: a SYN opens, a FIN and a RST are dropped for what they are', () => {
    const a = bsd('LISTEN');
    a.inject('FIN', 0);
    a.inject('RST', 0);
    expect([a.state, a.drops]).toEqual(['LISTEN', ['no-syn-to-listen', 'rst-to-listen']]);
    a.inject('SYN', 0);
    expect(a.state).toBe('SYN-RECEIVED');
  });

  it('does not open a connection that connects; with drop_synfin=0 it opens and closes at once', () => {
    const a = bsd('SYN-SENT');
    a.inject('SYN,FIN,ACK', 0, 1);
    expect([a.state, a.drops, sent(a)]).toEqual(['SYN-SENT', ['syn-and-fin'], []]);
    const b = bsd('SYN-SENT', { dropSynFin: false });
    b.inject('SYN,FIN,ACK', 0, 1);
    expect([b.state, b.drops, expected(b)]).toEqual(['CLOSE-WAIT', [], 2]);
  });

  it('is dropped in every later state', () => {
    for (const state of ['SYN-RECEIVED', 'ESTABLISHED', 'TIME-WAIT'] as const) {
      const a = bsd(state);
      a.inject('SYN,FIN', 1);
      expect([a.state, a.drops, sent(a)]).toEqual([state, ['syn-and-fin'], []]);
    }
  });
});

describe('opening', () => {
  it('a marked SYN counts for AccECN', () => {
    const [marked, not] = [ECN_CE, 0].map((ecn) => {
      const a = bsd('LISTEN', {}, { config: { ecn: 'accurate' } });
      a.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ecn });
      return a.tcb.accEcn?.rCep;
    });
    expect([marked, not]).toEqual([6, 5]);
  });

  it('an ACK of nothing is reset, and the SYN waits for its timer; an acceptable one ends that', () => {
    const a = bsd('SYN-SENT');
    const { rexmt } = a.tcb.timer;
    a.inject('ACK', 0, 5);
    expect([a.state, a.drops, a.sent.length]).toEqual(['SYN-SENT', ['bad-ack-in-syn-sent'], 1]);
    expect([rexmt, a.tcb.timer.rexmt]).toEqual([1000, 1000]);
    a.inject('SYN,ACK', 0, 1);
    expect([a.state, a.tcb.timer.rexmt]).toEqual(['ESTABLISHED', 0]);
  });

  /** A SYN with `n` octets crosses ours; then comes an ACK with `again`. What is there to read, and the window of our SYN,ACK. */
  const crossing = (n: number, again: number, receiveBuffer = 65_536) => {
    const { net, host, raw } = loneHost({ profile: 'freebsd', tcp: { receiveBuffer } });
    const c = host.open({ address: '10.0.0.1', port: 80, localPort: 5000, handler: {} });
    raw.take();
    const arrive = (ctl: number, seq: number, ack: number, len: number): void =>
      raw.send(
        tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 80, to: 5000, ctl, seq, ack, text: octets(len) }),
      );
    arrive(SYN, 100, 0, n);
    const [synAck] = raw.takeSegments();
    expect([c.state, c.readableLength, synAck?.ack]).toEqual(['SYN-RECEIVED', 0, 101]);
    arrive(ACK, 101, (c.tcb.snd.iss + 1) | 0, again);
    return { state: c.state, read: c.take(), window: synAck?.wnd };
  };

  it('text of a SYN that crosses ours is kept, and read with the ACK; what that repeats of it is not', () => {
    expect(crossing(10, 0)).toMatchObject({ state: 'ESTABLISHED', read: octets(10) });
    expect(crossing(10, 20)).toMatchObject({ state: 'ESTABLISHED', read: octets(20) });
  });

  it('of such text no more is kept than the window has room for', () => {
    expect(crossing(700, 0, 500)).toEqual({ state: 'ESTABLISHED', read: octets(500), window: 500 });
  });

  it('rexmit_drop_options: from its third retransmission on a SYN has its MSS alone', () => {
    const kinds = (dropOptions: boolean): number[] => {
      const a = bsd('SYN-SENT', { dropOptions });
      pass(a, 20_000);
      return a.sent.map(({ opts }) => (opts === OPT_MSS ? 1 : 0));
    };
    expect(kinds(true)).toEqual([0, 0, 1, 1]);
    expect(kinds(false)).toEqual([0, 0, 0, 0]);
  });

  it('rexmit_drop_options is no rule of a SYN,ACK', () => {
    const way = { syn: options({ mss: 1000, sack: true, wscale: 3, ts: 7 }) };
    const a = bsd('SYN-RECEIVED', { dropOptions: true }, way);
    a.tcb.rto.timeouts = 3;
    pass(a, 1000);
    expect([a.tcb.ws, a.tcb.ts, a.tcb.sack]).toEqual([1, 1, 1]);
  });

  it('a SYN over IPv6 offers no more than the path has, one over IPv4 what the link has', () => {
    for (const [family, mss] of [
      [6, 1220],
      [4, 1460],
    ] as const) {
      const a = bsd('SYN-SENT');
      Object.assign(a.tcb, { family, pmtu: 1280 });
      pass(a, 1000);
      expect(a.sent.map((r) => r.mss)).toEqual([mss]);
    }
  });

  it.each([
    // icmp_may_rst:                 1            0
    ['PROTOCOL', Err.REFUSED, Err.OK],
    ['PORT', Err.REFUSED, Err.OK],
    ['PROHIBITED', Err.REFUSED, Err.OK],
    ['NEXT_HEADER', Err.REFUSED, Err.OK],
    ['TIME_EXCEEDED', Err.NET_UNREACHABLE, Err.OK],
    ['NEXT_HOP', Err.NET_UNREACHABLE, Err.NET_UNREACHABLE],
    ['UNREACHABLE', Err.OK, Err.OK],
    ['PARAMETER', Err.OK, Err.OK],
    ['REASSEMBLY', Err.OK, Err.OK],
  ] as const)('ICMP %s: what it ends an attempt with', (cause, may, mayNot) => {
    const ends = (steps: FreebsdSteps): Err =>
      freebsdRules(steps).openingError(IcmpCause[cause], Err.NET_UNREACHABLE);
    expect([ends({}), ends({ icmpMayReset: false })]).toEqual([may, mayNot]);
  });
});

describe('RST and SYN are judged by the buffer, from the last ACK sent on', () => {
  const reset = (a: Endpoint, seq: number): string[] => {
    a.drops.length = 0;
    a.inject('RST', seq);
    return [a.state, ...a.drops];
  };

  it('in ESTABLISHED: at RCV.NXT a RST resets, elsewhere in that window it is challenged', () => {
    const a = bsd('ESTABLISHED');
    a.inject('ACK', 1, 1, text(10)); // its ACK waits
    expect(reset(a, 0)).toEqual(['ESTABLISHED', 'rst-outside-window']);
    expect(reset(a, 1)).toEqual(['ESTABLISHED', 'rst-challenged']);
    const { rcv } = a.tcb;
    const end = rcv.acked - rcv.irs + rcv.buf;
    expect(rcv.buf).toBeGreaterThan(65_535); // what the window field can say
    expect(reset(a, end - 1)).toEqual(['ESTABLISHED', 'rst-challenged']);
    expect(reset(a, end)).toEqual(['ESTABLISHED', 'rst-outside-window']);
    expect(reset(a, expected(a))).toEqual(['CLOSED']);
  });

  it('of a full buffer RCV.NXT alone is left', () => {
    const full = (): Endpoint => {
      const a = bsd('ESTABLISHED', {}, { config: { receiveBuffer: 500, receiveBufferTuning: false } });
      a.autoRead = false;
      a.inject('ACK', 1, 1, text(500));
      pass(a, 100);
      return a;
    };
    expect(reset(full(), 500)).toEqual(['ESTABLISHED', 'rst-outside-window']);
    expect(reset(full(), 502)).toEqual(['ESTABLISHED', 'rst-outside-window']);
    expect(reset(full(), 501)).toEqual(['CLOSED']);
  });

  it('a passive SYN-RECEIVED keeps to the window, an active one does not', () => {
    for (const active of [false, true]) {
      const a = bsd('SYN-RECEIVED', {}, { active });
      const reason = active ? 'rst-challenged' : 'rst-outside-window';
      expect(reset(a, 65_700)).toEqual(['SYN-RECEIVED', reason]);
    }
  });

  it('a SYN is challenged wherever it lies', () => {
    for (const seq of [-5, 1, 1_000_000]) {
      const a = bsd('ESTABLISHED');
      a.inject('SYN', seq);
      expect([a.state, a.drops, sent(a)]).toEqual(['ESTABLISHED', ['syn-challenged'], [ACK_OF_NOTHING]]);
    }
  });

  it('insecure_rst: a RST anywhere in it resets', () => {
    expect(reset(bsd('ESTABLISHED', { insecureRst: true }), 5)).toEqual(['CLOSED']);
    expect(reset(bsd('ESTABLISHED'), 5)).toEqual(['ESTABLISHED', 'rst-challenged']);
    const a = bsd('ESTABLISHED', { insecureRst: true });
    a.inject('ACK', 1, 1, text(5));
    expect(a.read.length).toBe(5);
  });

  it('insecure_syn: a SYN in it is answered by a RST and resets, one outside is challenged', () => {
    const a = bsd('ESTABLISHED', { insecureSyn: true });
    a.inject('SYN', 0);
    expect([a.state, sent(a)]).toEqual(['ESTABLISHED', [ACK_OF_NOTHING]]);
    a.inject('SYN', 5);
    expect([a.state, sent(a), a.tcb.error]).toEqual(['CLOSED', ['RST,ACK seq=1 ack=1 len=0'], Err.RESET]);
    const b = bsd('SYN-RECEIVED', { insecureSyn: true });
    b.inject('SYN', 5);
    expect([b.drops, sent(b)]).toEqual([['syn-challenged'], []]);
    const c = bsd('ESTABLISHED', { insecureSyn: true });
    c.inject('ACK', 1, 1, text(5));
    expect([c.state, c.read.length]).toEqual(['ESTABLISHED', 5]);
  });
});

describe('classic ECN', () => {
  it('a mark is echoed with the next ACK, not at once; a CWR ends that and is acknowledged at once', () => {
    const a = bsd('ESTABLISHED', {}, ecnSyn);
    a.inject('ACK', 1, 1, { ...text(10), ecn: ECN_CE });
    expect(sent(a)).toEqual([]);
    pass(a, 40);
    expect(sent(a)).toEqual(['ACK,ECE seq=1 ack=11 len=0']);
    a.inject('ACK,CWR', 11, 1);
    expect(sent(a)).toEqual(['ACK seq=1 ack=11 len=0']);
    a.inject('ACK,CWR', 11, 1, { ...text(10), ecn: ECN_CE }); // marked after it was reduced
    expect(sent(a)).toEqual(['ACK,ECE seq=1 ack=21 len=0']);
  });

  it('ecn.plusplus 1: a SYN,ACK is ECT, 2: whatever is sent; as it comes neither is', () => {
    const marks = (steps: FreebsdSteps): (number | undefined)[] => {
      const a = bsd('LISTEN', steps, { config: { ecn: 'accept' } });
      a.inject('SYN,ECE,CWR', 0);
      a.inject('ACK', 1, 1);
      a.inject('ACK', 1, 1, text(5));
      pass(a, 40);
      return a.sent.map((r) => r.ecn);
    };
    expect(marks({})).toEqual([undefined, undefined]);
    expect(marks({ ecnPlusPlus: 0 })).toEqual([undefined, undefined]);
    expect(marks({ ecnPlusPlus: 1 })).toEqual([ECN_ECT_0, undefined]);
    expect(marks({ ecnPlusPlus: 2 })).toEqual([ECN_ECT_0, ECN_ECT_0]);
  });

  it('kernels that had ecn.plusplus tell CWR with text that goes again, too, and once; never with an ACK alone', () => {
    const told = (steps: FreebsdSteps): number[] => {
      const a = bsd('ESTABLISHED', steps, ecnSyn);
      a.send(octets(10));
      a.sent.length = 0;
      a.tcb.ecnReduced = 1;
      a.inject('ACK', 1, 1, text(5));
      pass(a, 3000);
      return a.sent.slice(0, 3).map((r) => r.ctl & CWR);
    };
    expect(told({})).toEqual([0, 0, 0]);
    expect(told({ ecnPlusPlus: 0 })).toEqual([0, CWR, 0]);
  });

  it('TIME-WAIT knows nothing of it', () => {
    const a = bsd('FIN-WAIT-2', {}, ecnSyn);
    a.inject('ACK', 1, 2, { ...text(5), ecn: ECN_CE });
    a.inject('FIN,ACK', 6, 2);
    expect([a.state, a.tcb.ecn, sent(a)]).toEqual(['TIME-WAIT', EcnMode.NOT_ECN, ['ACK seq=2 ack=7 len=0']]);
  });
});

describe('TIME-WAIT', () => {
  it('a SYN beyond RCV.NXT begins anew, with an ISS well above what was sent; whatever its timestamp', () => {
    const a = bsd('TIME-WAIT', {}, { syn: options({ ts: 1000 }) });
    a.inject('SYN', 3, 0, ts(500));
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.OK]);
    expect(a.reopened).toMatchObject({ minIss: (a.tcb.snd.iss + 2 + 65_537) | 0, seg: { ctl: SYN } });
  });

  it('where it cannot begin anew, the SYN is answered as by nobody', () => {
    const a = bsd('TIME-WAIT');
    a.acceptQueueOpen = false;
    a.inject('SYN', 3);
    expect([a.state, a.sent.map((r) => r.ctl)]).toEqual(['CLOSED', [RST | ACK]]);
  });

  it('with drop_synfin=0 the FIN of such a SYN is left out', () => {
    const a = bsd('TIME-WAIT', { dropSynFin: false });
    a.inject('SYN,FIN', 3);
    expect([a.state, a.reopened?.seg.ctl]).toEqual(['CLOSED', SYN]);
  });

  it.each<[string, string, number, number, object]>([
    ['a SYN that is not beyond RCV.NXT', 'SYN', 2, 0, {}],
    ['a RST', 'RST', 2, 0, {}],
    ['a RST with an ACK', 'RST,ACK', 2, 2, {}],
    ['text without an ACK', '', 2, 0, text(5)],
    ['the last word of a simultaneous close', 'ACK', 2, 2, {}],
  ])('silent: %s', (_, ctl, seq, ack, more) => {
    const a = bsd('TIME-WAIT');
    a.inject(ctl, seq, ack, more);
    expect([a.state, sent(a)]).toEqual(['TIME-WAIT', []]);
    expect(a.drops).toEqual([ctl.includes('RST') ? 'rst-in-time-wait' : 'time-wait']);
  });

  it.each<[string, string, number, number, object]>([
    ['a SYN,ACK', 'SYN,ACK', 3, 2, {}],
    ['an ACK elsewhere', 'ACK', 3, 2, {}],
    ['an ACK of less', 'ACK', 2, 1, {}],
    ['text', 'ACK', 2, 2, text(5)],
  ])('acknowledged: %s; 2 MSL go on', (_, ctl, seq, ack, more) => {
    const a = bsd('TIME-WAIT');
    pass(a, 10_000);
    a.inject(ctl, seq, ack, more);
    expect([a.state, sent(a), a.tcb.timer.wait]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0'], 60_000]);
  });

  it('the FIN again is acknowledged and starts 2 MSL anew; another FIN does not', () => {
    const a = bsd('TIME-WAIT');
    pass(a, 10_000);
    a.inject('FIN,ACK', 2, 2);
    expect([sent(a), a.tcb.timer.wait]).toEqual([['ACK seq=2 ack=2 len=0'], 60_000]);
    a.inject('FIN,ACK', 1, 2);
    expect([sent(a), a.tcb.timer.wait]).toEqual([['ACK seq=2 ack=2 len=0'], 70_000]);
  });

  it('no PAWS, but what has no timestamp where it should is nothing', () => {
    const a = bsd('TIME-WAIT', {}, { syn: options({ ts: 1000 }) });
    a.inject('ACK', 3, 2, ts(500));
    expect([a.drops, sent(a)]).toEqual([['time-wait'], ['ACK seq=2 ack=2 len=0']]);
    a.inject('ACK', 3, 2);
    expect(sent(a)).toEqual([]);
    const b = bsd('ESTABLISHED', {}, { syn: options({ ts: 1000 }) });
    b.inject('ACK', 1, 1, { ...text(5), ...ts(500) });
    expect(b.drops).toEqual(['paws']);
  });
});

describe('what is sent', () => {
  it('the second segment is acknowledged at once, whatever its size', () => {
    const a = bsd('ESTABLISHED');
    a.inject('ACK', 1, 1, text(10));
    expect(sent(a)).toEqual([]);
    a.inject('ACK', 11, 1, text(10));
    expect(sent(a)).toEqual(['ACK seq=1 ack=21 len=0']);
  });

  it('the ACK of a FIN does not wait', () => {
    const a = bsd('ESTABLISHED');
    a.inject('FIN,ACK', 1, 1);
    expect([a.state, sent(a)]).toEqual(['CLOSE-WAIT', ['ACK seq=1 ack=2 len=0']]);
  });

  it('an ACK carries our FIN until that is acknowledged', () => {
    const acked = (a: Endpoint, ack: number): string[] => {
      for (const seq of [1, 11]) a.inject('ACK', seq, ack, text(10));
      return sent(a);
    };
    expect(acked(bsd('FIN-WAIT-1'), 1)).toEqual(['FIN,ACK seq=1 ack=21 len=0']);
    expect(acked(bsd('FIN-WAIT-2'), 2)).toEqual(['ACK seq=2 ack=21 len=0']);
  });

  it('five challenge ACKs in a second', () => {
    const a = bsd('ESTABLISHED');
    for (let seq = 5; seq < 12; seq++) a.inject('RST', seq);
    expect(sent(a)).toEqual(new Array(5).fill(ACK_OF_NOTHING));
    pass(a, 1000);
    a.inject('RST', 5);
    expect(sent(a)).toEqual([ACK_OF_NOTHING]);
  });

  it('a RST has an ACK and no window, and timestamps where these are in use', () => {
    const a = bsd('ESTABLISHED', {}, { syn: options({ ts: 1000 }), startUs: 5_000_000 });
    a.send(octets(10));
    const { segsOut } = a.tcb;
    a.abort();
    const [before, rst] = a.sent;
    expect(rst).toMatchObject({ ctl: RST | ACK, wnd: 0, opts: OPT_TIMESTAMPS, tsEcr: 1000 });
    expect([rst?.seq, rst?.ack, rst?.tsVal]).toEqual([
      ((before?.seq ?? 0) + 10) | 0,
      before?.ack,
      before?.tsVal,
    ]);
    expect(a.tcb.segsOut - segsOut).toBe(1);
    const b = bsd('ESTABLISHED');
    b.abort();
    expect(b.sent).toMatchObject([{ ctl: RST | ACK, wnd: 0, opts: 0 }]);
  });

  it('a write to an idle connection goes to its last octet, one while anything is outstanding waits', () => {
    const a = bsd('ESTABLISHED', {}, { syn: options({ mss: 1000 }) });
    const lengths = (): number[] => a.sent.splice(0).map((r) => r.text.length);
    a.send(octets(2500));
    expect(lengths()).toEqual([1000, 1000, 500]);
    a.inject('ACK', 1, 2501);
    a.send(octets(2000));
    a.send(octets(100));
    expect(lengths()).toEqual([1000, 1000]);
    a.inject('ACK', 1, 3501);
    expect(lengths()).toEqual([]);
    a.inject('ACK', 1, 4501);
    expect(lengths()).toEqual([100]);
  });
});

describe('pmtud_blackhole_detection', () => {
  /** Lengths of what goes again and again. */
  const again = (n: number, config: Way['config'], family = 4): number[] => {
    const a = bsd(
      'ESTABLISHED',
      {},
      { config: { mtuProbing: 'blackhole', ...config }, syn: options({ mss: 1460 }) },
    );
    Object.assign(a.tcb, { family });
    a.send(octets(n));
    a.sent.length = 0;
    pass(a, 100_000);
    return a.sent.slice(0, 8).map((r) => r.text.length);
  };

  it('each smaller size goes twice; then the size was not the reason', () => {
    expect(again(3000, {})).toEqual([1460, 1200, 1200, 536, 536, 1460, 1460, 1460]);
  });

  it('over IPv6 there is one', () => {
    expect(again(3000, {}, 6).slice(0, 5)).toEqual([1460, 1220, 1220, 1440, 1440]);
  });

  it('what is smaller than these cannot be too large; and off is off', () => {
    expect(again(100, {})).toEqual(new Array(8).fill(100));
    expect(again(3000, { mtuProbing: 'off' })).toEqual(new Array(8).fill(1460));
  });
});
