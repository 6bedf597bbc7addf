import { describe, expect, it } from 'vitest';
import { OPT_SACK, Segment } from '../../wire/segment.ts';
import { setCwnd } from '../congestion/cwnd.ts';
import { inState, octets, options } from '../segment-arrives/testing.ts';
import { inFlight, noteResent } from '../send/sent.ts';
import type { Sent } from '../tcb/sent.ts';
import { Phase } from '../tcb/tcb.ts';
import { firstLost } from './dup-acks.ts';
import { prr, startPrr } from './prr.ts';
import type { AckSample } from './sample.ts';
import { updateScoreboard } from './scoreboard.ts';

/** In recovery with `flight` segments of 1000 octets out, of which the first is lost and three are SACKed. */
function recovering(flight: number, ssthresh: number) {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
  const { tcb } = a;
  tcb.cc.cwnd = flight * 1000;
  a.send(octets(flight * 1000));
  const record = tcb.sent as Sent;
  tcb.cc.phase = Phase.FAST_RECOVERY;
  tcb.cc.ssthresh = ssthresh * 1000;
  const base = tcb.snd.una;
  let sacked = 1;
  const sack = (segments: number, advanced = false): AckSample => {
    const s = a.engine.sample.none(tcb);
    const blocks = [(base + 1000) | 0, (base + (sacked + segments) * 1000) | 0];
    const seg = Object.assign(new Segment(), { opts: OPT_SACK, sackCount: 1 });
    seg.sack.set(blocks);
    updateScoreboard(a.engine, tcb, record, seg, s);
    sacked += segments;
    s.advanced = advanced ? 1 : 0;
    return s;
  };
  const first = sack(3);
  firstLost(tcb, record, first);
  startPrr(tcb, record, first);
  return {
    record,
    tcb,
    engine: a.engine,
    /** The fast retransmit has gone. */
    retransmitted: () => noteResent(a.engine, tcb, base, (base + 1000) | 0),
    /** cwnd after an ACK that SACKs so many segments more. */
    ack: (segments: number, advanced = false): number => {
      prr(tcb, record, sack(segments, advanced));
      return tcb.cc.cwnd;
    },
  };
}

describe('PRR (RFC 9937 section 5)', () => {
  it('RecoverFS is what was in flight and not delivered before the ACK that starts the recovery', () => {
    expect(recovering(20, 10).record).toMatchObject({ recoverFs: 20_000, prrDelivered: 0, prrOut: 0 });
  });

  it('what duplicates without SACK say has left is none of it', () => {
    const { record, tcb, engine } = recovering(20, 10);
    record.departed = 3000;
    startPrr(tcb, record, engine.sample.none(tcb));
    expect(record.recoverFs).toBe(20_000 - 3000 - 3000);
  });

  it('an ACK that delivers nothing sends nothing; a partial one of a peer without SACK a segment in any case (RFC 6582)', () => {
    const { record, tcb, engine, retransmitted } = recovering(20, 10);
    retransmitted();
    setCwnd(tcb, 9000);
    prr(tcb, record, engine.sample.none(tcb));
    expect(tcb.cc.cwnd).toBe(9000);
    prr(tcb, record, Object.assign(engine.sample.none(tcb), { partial: 1 }));
    expect(tcb.cc.cwnd).toBe(20_000 - 3000 + 1000); // where nothing is due
  });

  it('progress that tells of a loss as well is no safe ACK', () => {
    const { record, tcb, engine, retransmitted, ack } = recovering(10, 9);
    retransmitted();
    ack(1);
    const s = Object.assign(engine.sample.none(tcb), { delivered: 1000, advanced: 1, lost: 1000 });
    const pipe = inFlight(tcb);
    prr(tcb, record, s);
    expect(tcb.cc.cwnd).toBe(pipe + 1000);
    prr(tcb, record, Object.assign(engine.sample.none(tcb), { delivered: 500, advanced: 1 }));
    expect(tcb.cc.cwnd).toBe(pipe + 1500 + 1000);
  });

  it('the fast retransmit goes in any case', () => {
    const pipe = 20_000 - 1000 - 4000;
    expect(recovering(20, 10).ack(1)).toBe(pipe + 1000); // where 500 octets would be due
  });

  it('while pipe is above ssthresh, ssthresh octets go for RecoverFS delivered', () => {
    const { record, ack, retransmitted } = recovering(20, 10);
    retransmitted();
    expect([ack(2), record.prrDelivered]).toEqual([15_000, 2000]); // 1000 are due, and have gone
    expect([ack(2), record.prrDelivered]).toEqual([13_000 + 1000, 4000]);
  });

  it('below ssthresh as much as was delivered, one segment more with progress, and never beyond ssthresh', () => {
    const { ack, retransmitted } = recovering(10, 9);
    retransmitted();
    expect(ack(1)).toBe(6000 + 1000);
    expect(ack(2)).toBe(4000 + 2000);
    expect(ack(1, true)).toBe(3000 + 4000 - 1000 + 1000);
  });
});
