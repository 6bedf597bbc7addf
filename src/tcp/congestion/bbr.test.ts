import { describe, expect, it } from 'vitest';
import { OPT_FAST_OPEN } from '../../wire/segment.ts';
import { AckSample } from '../loss/sample.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { cloneTcb, Phase, type Tcb } from '../tcb/tcb.ts';
import { Endpoint, TestCookies } from '../testing.ts';
import { bbr } from './bbr.ts';
import { AckPhase, BbrState, Mode, own } from './bbr-model.ts';
import { setCwnd, setSsthresh } from './cwnd.ts';

const MSS = 1000;
const SECOND = 1_000_000;

/** A connection in ProbeBW on a path of 1,000,000 octets a second and 100 ms: a BDP of 100 segments. */
function connection(mode: number, fields: Partial<BbrState> = {}): Tcb {
  const a = inState('ESTABLISHED', { syn: options({ mss: MSS, sack: true }), config: { congestion: 'bbr' } });
  const { tcb } = a;
  tcb.rto.srttUs = 100_000;
  tcb.rto.measured = 1;
  tcb.cc.delivered = 1_000_000;
  setCwnd(tcb, 200 * MSS);
  const b = own(tcb);
  Object.assign(b, {
    mode,
    fullBwReached: 1,
    maxBwNow: 1_000_000,
    bw: 1_000_000,
    pacingRate: 1_000_000,
    minRttUs: 100_000,
    probeRttMinUs: 100_000,
    bwProbeWaitUs: 3 * SECOND,
    nextRoundDelivered: 1_000_000,
    lossRoundDelivered: 1_000_000,
    pacingGain: mode === Mode.UP ? 1.25 : 1,
    cwndGain: mode === Mode.UP ? 2.25 : 2,
    ...fields,
  });
  return tcb;
}

/** An ACK of 10 segments; `rate` in octets a second, `round`: a round ends with it. */
function acked(
  tcb: Tcb,
  more: { rate?: number; round?: boolean; inFlight?: number; lost?: number } = {},
): void {
  const s = new AckSample();
  const { rate = 1_000_000, round = false, inFlight = 100 * MSS, lost = 0 } = more;
  s.acked = s.delivered = 10 * MSS;
  tcb.cc.delivered += s.delivered;
  s.newest = 1;
  s.newestDelivered = round ? tcb.cc.delivered - s.delivered : own(tcb).nextRoundDelivered - 1;
  s.rateDelivered = 100 * MSS;
  s.rateIntervalUs = (s.rateDelivered * SECOND) / rate;
  s.rttUs = 100_000;
  s.priorInFlight = inFlight + s.delivered;
  s.inFlight = s.txInFlight = inFlight;
  s.lost = lost;
  setCwnd(tcb, bbr.onAck(tcb, s, own(tcb).nowUs + 10_000));
}

describe('losses (section 5.5.10)', () => {
  it('in CRUISE a round with losses lowers the bounds of the short term to what the last round brought', () => {
    const tcb = connection(Mode.CRUISE);
    bbr.onLost?.(tcb, MSS, 100 * MSS, MSS, false);
    acked(tcb, { rate: 900_000, round: true });
    const b = own(tcb);
    expect([Math.round(b.bwShortterm), b.inflightShortterm]).toEqual([900_000, 140 * MSS]);
    expect([Math.round(b.bw), Math.round(b.pacingRate)]).toEqual([900_000, 891_000]);
    expect(tcb.cc.cwnd).toBe(140 * MSS);
  });

  it('to no less than BBR.Beta of what they were', () => {
    const tcb = connection(Mode.CRUISE);
    bbr.onLost?.(tcb, MSS, 100 * MSS, MSS, false);
    acked(tcb, { rate: 100_000, round: true });
    expect(Math.round(own(tcb).bwShortterm)).toBe(700_000);
  });

  it('a round without any lowers nothing', () => {
    const tcb = connection(Mode.CRUISE);
    acked(tcb, { rate: 900_000, round: true });
    expect(own(tcb)).toMatchObject({ bwShortterm: Infinity, inflightShortterm: Infinity });
  });

  it('REFILL forgets the short term: it begins when it is time to probe', () => {
    for (const due of [{ bwProbeWaitUs: 5000 }, { roundsSinceProbeUp: 63 }]) {
      const tcb = connection(Mode.CRUISE, { bwShortterm: 500_000, inflightShortterm: 50 * MSS, ...due });
      acked(tcb);
      expect(own(tcb)).toMatchObject({ mode: Mode.REFILL, bwShortterm: Infinity, pacingGain: 1 });
      acked(tcb, { round: true });
      expect(own(tcb)).toMatchObject({ mode: Mode.UP, pacingGain: 1.25, cwndGain: 2.25 });
    }
  });

  it('in UP more than 2 % bounds what may be in flight in the long term, and the probe is over', () => {
    const tcb = connection(Mode.UP, { isBwProbeSample: 1 });
    bbr.onLost?.(tcb, MSS, 150 * MSS, 3 * MSS, false);
    expect(own(tcb).mode).toBe(Mode.UP); // that is 2 %
    bbr.onLost?.(tcb, MSS, 150 * MSS, 4 * MSS, false);
    const b = own(tcb);
    expect([b.mode, b.pacingGain, b.prevProbeTooHigh]).toEqual([Mode.DOWN, 0.9, 1]);
    // 149 in flight before it and 3 lost of them: the losses crossed the threshold just before this segment.
    expect(Math.round(b.inflightLongterm / MSS)).toBe(149);
    bbr.onLost?.(tcb, MSS, 150 * MSS, 50 * MSS, false); // once for each probe
    expect(Math.round(b.inflightLongterm / MSS)).toBe(149);
  });

  it('not below 0.7 of the BDP, and not when the program was the limit', () => {
    const deep = connection(Mode.UP, { isBwProbeSample: 1 });
    bbr.onLost?.(deep, MSS, 20 * MSS, 10 * MSS, false);
    expect(own(deep).inflightLongterm).toBe(70 * MSS);
    const idle = connection(Mode.UP, { isBwProbeSample: 1 });
    bbr.onLost?.(idle, MSS, 20 * MSS, 10 * MSS, true);
    expect(own(idle).inflightLongterm).toBe(Infinity);
  });

  it('CRUISE leaves 15 % of the long-term bound free, and what was in flight without many losses raises it', () => {
    const tcb = connection(Mode.CRUISE, { inflightLongterm: 100 * MSS });
    acked(tcb, { inFlight: 80 * MSS });
    expect(tcb.cc.cwnd).toBe(85 * MSS);
    acked(tcb, { inFlight: 120 * MSS });
    expect(own(tcb).inflightLongterm).toBe(120 * MSS);
  });

  it('UP raises the bound while it is the limit: by 1, 2, 4… segments in a round trip', () => {
    const tcb = connection(Mode.UP, { inflightLongterm: 100 * MSS, isBwProbeSample: 1 });
    Object.assign(own(tcb), {
      bwProbeUpRounds: 1,
      probeUpAckedPerInc: 100 * MSS,
      ackPhase: AckPhase.STARTING,
    });
    setCwnd(tcb, 100 * MSS);
    const rounds = [0, 1, 2].map(() => {
      const before = own(tcb).inflightLongterm;
      for (let i = 0; i < 11; i++) {
        setCwnd(tcb, own(tcb).inflightLongterm);
        acked(tcb, { round: i === 10, inFlight: tcb.cc.cwnd - 10 * MSS });
      }
      return (own(tcb).inflightLongterm - before) / MSS;
    });
    expect([rounds[0], rounds[1], Math.abs((rounds[2] as number) - 4.5) < 1]).toEqual([1, 2, true]);
  });

  it('Precautionary probing: after too high a probe the next ends where that was, and a good one is followed at once', () => {
    const tcb = connection(Mode.UP, { inflightLongterm: 120 * MSS, prevProbeTooHigh: 1 });
    acked(tcb, { inFlight: 120 * MSS });
    expect(own(tcb)).toMatchObject({ mode: Mode.DOWN, prevProbePrecautionary: 1, prevProbeTooHigh: 0 });
    acked(tcb, { round: true });
    expect(own(tcb)).toMatchObject({ mode: Mode.REFILL, prevProbePrecautionary: 0 });
  });
});

describe('Startup (section 5.3.1)', () => {
  it('three rounds without a quarter more: the pipe is full', () => {
    const tcb = connection(Mode.STARTUP, { fullBwReached: 0, maxBwNow: 0, bw: 0, pacingGain: 2.77 });
    for (const rate of [500_000, 700_000, 800_000, 850_000]) acked(tcb, { rate, round: true });
    expect(own(tcb).mode).toBe(Mode.STARTUP);
    acked(tcb, { rate: 860_000, round: true });
    expect(own(tcb)).toMatchObject({ mode: Mode.DRAIN, pacingGain: 0.5, fullBwReached: 1 });
  });

  it('so are six ACKs that tell of losses in a round of fast recovery, with more than 2 % lost', () => {
    for (const [losses, mode] of [
      [5, Mode.STARTUP],
      [6, Mode.DRAIN],
    ] as const) {
      const tcb = connection(Mode.STARTUP, { fullBwReached: 0 });
      tcb.cc.phase = Phase.FAST_RECOVERY;
      for (let i = 0; i < losses; i++) {
        bbr.onLost?.(tcb, MSS, 100 * MSS, (i + 1) * MSS, false);
        acked(tcb, { lost: MSS, inFlight: 300 * MSS });
      }
      const s = new AckSample();
      s.newest = 1;
      s.newestDelivered = tcb.cc.delivered;
      s.rateLost = losses * MSS;
      s.txInFlight = s.inFlight = 200 * MSS;
      bbr.onAck(tcb, s, SECOND);
      expect([losses, own(tcb).mode]).toEqual([losses, mode]);
    }
  });

  it('so is an echo of ECN (section 3.7)', () => {
    const tcb = connection(Mode.STARTUP, { fullBwReached: 0 });
    expect(bbr.onEcn(tcb, new AckSample(), 0)).toBe(tcb.cc.cwnd);
    expect(own(tcb)).toMatchObject({ mode: Mode.DRAIN, inflightLongterm: 100 * MSS, lossInRound: 1 });
  });

  it('the pacing rate does not fall before the pipe is full', () => {
    const tcb = connection(Mode.STARTUP, { fullBwReached: 0, pacingGain: 2.77, pacingRate: 4_000_000 });
    acked(tcb, { rate: 500_000 });
    expect(own(tcb).pacingRate).toBe(4_000_000);
  });
});

describe('what is given back', () => {
  it('5.5.11: a loss that was none in UP: the bounds return, and the probe is made again', () => {
    const tcb = connection(Mode.UP, { isBwProbeSample: 1 });
    bbr.onLoss(tcb, 200 * MSS, 0);
    bbr.onLost?.(tcb, MSS, 150 * MSS, 10 * MSS, false);
    setCwnd(tcb, 50 * MSS);
    expect(own(tcb).mode).toBe(Mode.DOWN);
    expect(bbr.onUndo(tcb, 0)).toBe(200 * MSS);
    expect(own(tcb)).toMatchObject({ mode: Mode.REFILL, inflightLongterm: Infinity, lossInRound: 0 });
  });

  it('5.5.11: in Startup: Startup goes on', () => {
    const tcb = connection(Mode.STARTUP, { fullBwReached: 0 });
    bbr.onLoss(tcb, 200 * MSS, 0);
    own(tcb).undoMode = Mode.STARTUP;
    own(tcb).mode = Mode.DRAIN;
    own(tcb).fullBwReached = 1;
    bbr.onUndo(tcb, 0);
    expect(own(tcb)).toMatchObject({ mode: Mode.STARTUP, fullBwReached: 0, pacingGain: 2.77 });
  });

  it('5.6.4.4: when recovery ends cwnd is what it was before, as far as the model goes', () => {
    for (const begin of [bbr.onLoss, bbr.onTimeout]) {
      const tcb = connection(Mode.CRUISE);
      begin(tcb, 200 * MSS, 0);
      setCwnd(tcb, 2 * MSS);
      tcb.cc.phase = Phase.LOSS;
      acked(tcb);
      expect(tcb.cc.cwnd).toBe(12 * MSS);
      tcb.cc.phase = Phase.OPEN;
      acked(tcb);
      expect(tcb.cc.cwnd).toBeGreaterThanOrEqual(200 * MSS);
    }
  });

  it('a probe of the tail that repaired a loss leaves cwnd as it is: there is no ssthresh', () => {
    const tcb = connection(Mode.CRUISE);
    setSsthresh(tcb, bbr.onLoss(tcb, 200 * MSS, 0));
    expect([tcb.cc.ssthresh, bbr.onExit(tcb, 0)]).toEqual([0x3fffffff, 200 * MSS]);
  });
});

it('5.4: after idleness cwnd stays, and segments leave at the rate of the path', () => {
  const tcb = connection(Mode.DOWN, { pacingGain: 0.9, pacingRate: 900_000 });
  expect(bbr.onIdle(tcb, 30 * SECOND, 40 * SECOND)).toBe(200 * MSS);
  expect(bbr.pacingRate(tcb)).toBe(990_000);
  own(tcb).nowUs = 40 * SECOND;
  acked(tcb);
  expect(own(tcb).mode).not.toBe(Mode.PROBE_RTT); // the idleness has emptied the queue
});

it('the state is plain numbers: a copy shares nothing', () => {
  const a = inState('ESTABLISHED', { config: { congestion: 'bbr' } });
  a.send(octets(3000));
  pass(a, 10);
  expect(Object.values(a.tcb.cc.own as object).every((value) => typeof value === 'number')).toBe(true);
  const copy = cloneTcb(a.tcb);
  own(a.tcb).bw = 5;
  expect(own(copy).bw).not.toBe(5);
});

it('a connection that is used before its handshake is over has its state then (RFC 7413)', () => {
  const a = new Endpoint(1, 1000, { congestion: 'bbr' });
  a.engine.cookies = new TestCookies();
  a.openPassive();
  const cookie = { opts: OPT_FAST_OPEN, cookie: [...TestCookies.COOKIE], text: octets(10) };
  a.inject('SYN', 0, 0, cookie);
  expect(a.state).toBe('SYN-RECEIVED');
  a.send(octets(2680));
  expect([a.tcb.cc.own instanceof BbrState, a.tcb.snd.nxt - a.tcb.snd.una]).toEqual([true, 2681]);
  pass(a, 3000);
  a.inject('ACK', 11, 2681);
  expect([a.state, a.tcb.cc.own instanceof BbrState]).toEqual(['ESTABLISHED', true]);
});

it('what a timeout or a router says is lost is no packet that an ACK tells to be: it is counted once', () => {
  const a = inState('ESTABLISHED', { syn: options({ mss: MSS, sack: true }), config: { congestion: 'bbr' } });
  a.send(octets(5000));
  own(a.tcb).isBwProbeSample = 1;
  pass(a, 3000);
  expect(a.tcb.timeouts).toBeGreaterThan(0);
  expect(own(a.tcb)).toMatchObject({ lossInRound: 1, prevProbeTooHigh: 1, isBwProbeSample: 0 });
});
