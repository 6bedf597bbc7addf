import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';

/** ESTABLISHED with SACK, MSS 1000 and a round trip of 40 ms; `queued` octets are sent as far as cwnd, ten segments, allows. */
function flight(queued: number) {
  const a = inState('ESTABLISHED', { startUs: 5_000_000, syn: options({ mss: 1000, sack: true }) });
  Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, minRttUs: 40_000, rtoMs: 240 });
  a.send(octets(queued));
  const { sample } = a.engine;
  /** What an ACK says, `ms` after what was before it. */
  const ack = (ms: number, seq: number, ...edges: number[]) => {
    pass(a, ms);
    const blocks = edges.map((edge) => (a.tcb.snd.iss + edge) | 0);
    a.inject('ACK', 1, seq, blocks.length === 0 ? {} : { opts: OPT_SACK, sack: blocks });
    return sample;
  };
  return { a, ack };
}

describe('the delivery rate (draft-ietf-ccwg-bbr section 4.1)', () => {
  it('octets that arrived since the newest of them was sent, in the longer of the times of sending and of ACKs', () => {
    const { ack } = flight(40_000);
    // Ten segments at 0 ms.
    expect(ack(40, 2001)).toMatchObject({ delivered: 2000, rateDelivered: 2000, rateIntervalUs: 40_000 });
    // Four at 40 ms: cwnd is 12 segments.
    expect(ack(5, 4001)).toMatchObject({ delivered: 2000, rateDelivered: 4000, rateIntervalUs: 45_000 });
    expect(ack(40, 14_001)).toMatchObject({
      delivered: 10_000,
      rateDelivered: 12_000,
      rateIntervalUs: 45_000,
    });
  });

  it('ACKs that come faster than the segments went tell no higher rate', () => {
    const { ack } = flight(40_000);
    ack(60, 9001);
    expect(ack(40, 11_001)).toMatchObject({ rateDelivered: 2000, rateIntervalUs: 60_000 });
    // And the next one counts from there.
    expect(ack(40, 22_001)).toMatchObject({ rateDelivered: 11_000, rateIntervalUs: 40_000 });
  });

  it('a round ends with what was sent after it began', () => {
    const { ack } = flight(40_000);
    expect(ack(40, 2001).roundStart).toBe(1);
    expect(ack(5, 4001).roundStart).toBe(0);
    expect(ack(40, 14_001).roundStart).toBe(1);
  });

  it('what is SACKed has arrived, once; what was found lost since the newest was sent is told with it', () => {
    const { ack } = flight(10_000);
    expect(ack(40, 1, 1001, 5001)).toMatchObject({ delivered: 4000, sacked: 4000, lost: 1000, rateLost: 0 });
    expect(ack(1, 1, 1001, 6001)).toMatchObject({ delivered: 1000, sacked: 1000, lost: 0, rateLost: 1000 });
    expect(ack(40, 10_001)).toMatchObject({ delivered: 5000, sacked: 0, resent: 1 });
  });

  it('in flight when the newest was sent, itself included; and whether cwnd was the limit then', () => {
    const { ack } = flight(40_000);
    expect(ack(40, 2001)).toMatchObject({ txInFlight: 10_000, appLimited: 0, priorInFlight: 10_000 });
    const program = flight(1000);
    program.a.tcb.noDelay = 1;
    pass(program.a, 1);
    program.a.send(octets(500));
    expect(program.ack(40, 1501)).toMatchObject({ txInFlight: 1500, appLimited: 1 });
  });

  it('an interval below the least round trip says nothing', () => {
    const { a, ack } = flight(40_000);
    a.tcb.rto.minRttUs = 40_001;
    expect(ack(40, 2001)).toMatchObject({ delivered: 2000, rateDelivered: 0, rateIntervalUs: 0 });
  });
});
