import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { status } from '../calls.ts';
import type { TcpConfig } from '../config.ts';
import { registerCongestionControl } from '../congestion/control.ts';
import { cubic } from '../congestion/cubic.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { newReno } from '../congestion/newreno.ts';
import { departures, inState, octets, options, pass, sent } from '../segment-arrives/testing.ts';
import type { Sent } from '../tcb/sent.ts';
import type { Endpoint } from '../testing.ts';

/** Octets per second of the control 'steady'. */
let rate = 1_000_000;
registerCongestionControl({ ...newReno, name: 'steady', paced: true, pacingRate: () => rate });

/** ESTABLISHED with segments of 1000 octets and a round trip of 100 ms; one segment was acknowledged, so it has a rate. */
function paced(config: Partial<TcpConfig> = {}, octetsPerSecond = 1_000_000): Endpoint {
  rate = octetsPerSecond;
  const syn = options({ mss: 1000, sack: true });
  const a = inState('ESTABLISHED', { syn, config: { congestion: 'steady', ...config } });
  a.send(octets(1000));
  pass(a, 100);
  a.tcb.rto.measured = 0; // of the handshake, which took no time
  a.tcb.rto.minRttUs = 0x7fffffff;
  a.inject('ACK', 1, 1001);
  setCwnd(a.tcb, 100_000);
  sent(a);
  return a;
}

/** When each segment leaves, in milliseconds from now. */
function times(a: Endpoint, ms: number): number[] {
  return departures(a, ms).map(({ at }) => at);
}

describe('pacing (draft-ietf-ccwg-bbr section 5.6.2)', () => {
  it('segments leave at the rate, in bursts of two that a peer acknowledges at once', () => {
    const a = paced();
    a.send(octets(10_000));
    expect(times(a, 50)).toEqual([0, 0, 2, 2, 4, 4, 6, 6, 8, 8]);
  });

  it('its timer is told to who watches, each time that segments leave; nobody has to watch', () => {
    for (const watched of [true, false]) {
      const a = paced();
      if (!watched) a.engine.trace = null;
      a.send(octets(6000));
      expect(times(a, 50)).toEqual([0, 0, 2, 2, 4, 4]);
      expect(a.timersFired).toEqual(watched ? ['pace', 'pace'] : []);
    }
  });

  it('a burst is what leaves in a millisecond where that is more', () => {
    const a = paced({}, 5_000_000);
    a.send(octets(20_000));
    expect(times(a, 50)).toEqual([0, 1, 2, 3].flatMap((ms) => Array(5).fill(ms)));
  });

  it('time that passes while nothing waits is not made up for', () => {
    const a = paced();
    pass(a, 50);
    a.send(octets(6000));
    expect(times(a, 50)).toEqual([0, 0, 2, 2, 4, 4]);
  });

  it('what a late timer has missed goes at once, up to ten milliseconds of it', () => {
    const a = paced({}, 2_000_000);
    a.send(octets(60_000));
    expect(sent(a).length).toBe(2);
    a.setNow(a.engine.now + 5_000);
    a.tick();
    expect(sent(a).length).toBe(10); // until then 10 more were due, and two are ahead of their time again
    a.setNow(a.engine.now + 100_000);
    a.tick();
    expect(sent(a).length).toBe(22);
  });

  it('an ACK opens cwnd, but not before its time', () => {
    const a = paced();
    setCwnd(a.tcb, 2000);
    a.send(octets(6000));
    expect(sent(a).length).toBe(2);
    a.inject('ACK', 1, 3001); // at once: after the two segments nothing is due for 2 ms
    setCwnd(a.tcb, 100_000);
    expect(times(a, 50)).toEqual([2, 2, 4, 4]);
  });

  it('what goes again is paced, too, but for what a timer sends', () => {
    const a = paced();
    a.send(octets(20_000));
    pass(a, 40);
    sent(a);
    const at = (n: number): number => (a.tcb.snd.iss + n) | 0;
    a.inject('ACK', 1, 1001, { opts: OPT_SACK, sack: [at(11_001), at(21_001)] });
    const again = departures(a, 50).map(({ at: ms, line }) => `${ms} ${line.split(' ')[1]}`);
    expect(a.tcb.timeouts).toBe(0);
    expect(again.slice(0, 4)).toEqual(['0 seq=1001', '0 seq=2001', '2 seq=3001', '2 seq=4001']);
  });

  it('the FIN waits its turn', () => {
    const a = paced();
    a.send(octets(2000));
    a.close();
    expect(departures(a, 20).map(({ at, line }) => `${at} ${line}`)).toEqual([
      '0 ACK seq=1001 ack=1 len=1000',
      '0 PSH,ACK seq=2001 ack=1 len=1000',
      '2 FIN,ACK seq=3001 ack=1 len=0',
    ]);
  });

  it('waiting for its time is not being limited by the program', () => {
    const a = paced();
    a.send(octets(30_000));
    const record = a.tcb.sent as Sent;
    record.appLimited = 0;
    pass(a, 10);
    expect([a.tcb.timer.pace !== 0, record.appLimited]).toEqual([true, 0]);
    pass(a, 30);
    expect([a.tcb.timer.pace, record.appLimited !== 0]).toEqual([0, true]);
  });

  it('the silly-window timer does not run for what waits for its time', () => {
    const a = paced({}, 10_000);
    a.send(octets(4000));
    a.inject('ACK', 1, 3001);
    expect([a.tcb.snd.una === a.tcb.snd.nxt, a.tcb.timer.persist]).toEqual([true, 0]);
    expect(times(a, 250)).toEqual([0, 0, 200, 200]);
  });

  it('a rate that nothing is left of in a timer is none to wait for when microseconds come round', () => {
    const a = paced({}, 10_000);
    a.send(octets(2000));
    pass(a, 100);
    a.inject('ACK', 1, 3001);
    sent(a);
    a.setNow(a.engine.now + 2 ** 31 + 1_000_000);
    a.send(octets(2000));
    expect(sent(a).length).toBe(2);
  });

  it('a super-segment holds no more than a burst', () => {
    const a = paced({}, 5_000_000);
    a.tcb.gso = 65_535;
    a.send(octets(20_000));
    expect(departures(a, 50).map(({ at, line }) => `${at} ${line.split(' ').at(-1)}`)).toEqual([
      '0 len=5000',
      '1 len=5000',
      '2 len=5000',
      '3 len=5000',
    ]);
  });
});

describe('the setting', () => {
  it('auto: a control that does not ask for it is not paced; on: it is; off: none is', () => {
    for (const [congestion, pacing, burst] of [
      ['newreno', 'auto', 10],
      ['cubic', 'auto', 10],
      ['cubic', 'on', 2],
      ['newreno', 'on', 2],
      ['steady', 'off', 10],
      ['steady', 'auto', 2],
    ] as const) {
      const a = paced({ congestion, pacing }, 1_000_000);
      a.tcb.cc.ssthresh = 40_000;
      setCwnd(a.tcb, 60_000);
      a.send(octets(10_000));
      expect([congestion, pacing, sent(a).length]).toEqual([congestion, pacing, burst]);
    }
  });

  it('the first window leaves at once: nothing is known of the path', () => {
    rate = 1000;
    const a = inState('ESTABLISHED', {
      syn: options({ mss: 1000 }),
      config: { congestion: 'steady', initialWindow: 10 },
    });
    a.send(octets(10_000));
    expect(sent(a).length).toBe(10);
  });

  it('a control without a rate, or with one beyond what is counted, goes as fast as cwnd allows', () => {
    for (const none of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      const a = paced({}, none);
      a.send(octets(10_000));
      expect([none, sent(a).length, a.tcb.cc.pacingRate]).toEqual([none, 10, -1]);
    }
  });
});

describe('the rate of a control that has only a window, as in Linux', () => {
  const rateOf = (cwnd: number, ssthresh: number): number => {
    const a = paced({ congestion: 'cubic', pacing: 'on' });
    a.tcb.cc.ssthresh = ssthresh;
    setCwnd(a.tcb, cwnd);
    return cubic.pacingRate(a.tcb) / 1000;
  };

  it('twice cwnd for each round trip in slow start, a fifth more than cwnd near its end and in congestion avoidance', () => {
    expect(rateOf(10_000, 100_000)).toBe(200);
    expect(rateOf(60_000, 100_000)).toBe(720);
    expect(rateOf(100_000, 100_000)).toBe(1200);
  });

  it('in recovery, where cwnd is what may leave now, the window is what is outstanding', () => {
    const a = paced({ congestion: 'cubic', pacing: 'on' });
    a.send(octets(20_000));
    pass(a, 300);
    setCwnd(a.tcb, 1000);
    a.tcb.cc.ssthresh = 1500;
    expect(cubic.pacingRate(a.tcb) / (a.tcb.snd.nxt - a.tcb.snd.una)).toBe(12);
    expect(newReno.pacingRate(a.tcb)).toBe(cubic.pacingRate(a.tcb));
  });
});

describe('STATUS, as tcp_info has it', () => {
  it('the pacing rate, heeded or not; what the path carried; whether the program was the limit', () => {
    const a = paced();
    expect(status(a.tcb)).toMatchObject({ pacingRate: 1_000_000, deliveryRate: 10_000, minRttUs: 100_000 });
    const b = paced({ congestion: 'cubic' });
    b.tcb.cc.ssthresh = 100_000;
    expect([b.tcb.cc.pacingRate, status(b.tcb).pacingRate]).toEqual([0, 1_200_000]);
    const c = inState('ESTABLISHED', { config: { congestion: 'newreno' } });
    c.tcb.rto.measured = 0;
    expect(status(c.tcb)).toMatchObject({ pacingRate: 0, deliveryRate: 0, appLimited: false });
  });

  it('a rate that a program reached which was the limit stands only when it is the greater one', () => {
    const a = paced();
    pass(a, 1000);
    a.send(octets(1000));
    pass(a, 200);
    a.inject('ACK', 1, 2001); // 1000 octets in 200 ms, after idleness
    expect(status(a.tcb)).toMatchObject({ deliveryRate: 10_000, appLimited: false });
    a.send(octets(4000));
    pass(a, 100);
    a.inject('ACK', 1, 6001);
    expect(status(a.tcb)).toMatchObject({ deliveryRate: 40_000, appLimited: true });
  });
});
