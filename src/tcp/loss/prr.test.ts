import { describe, expect, it } from 'vitest';
import { inState, octets, options } from '../segment-arrives/testing.ts';
import { Phase, Scoreboard } from '../tcb/tcb.ts';
import { prr, startPrr } from './prr.ts';
import { addSacked } from './scoreboard.ts';

/** In recovery with `flight` segments of 1000 octets out, of which the first is lost and three are SACKed. */
function recovering(flight: number, ssthresh: number) {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
  const { tcb } = a;
  tcb.cc.cwnd = flight * 1000;
  a.send(octets(flight * 1000));
  const sb = new Scoreboard();
  tcb.scoreboard = sb;
  tcb.cc.phase = Phase.FAST_RECOVERY;
  tcb.cc.ssthresh = ssthresh * 1000;
  const base = tcb.snd.una;
  let sacked = 1;
  const sack = (segments: number): void => {
    addSacked(sb, (base + sacked * 1000) | 0, (base + (sacked + segments) * 1000) | 0);
    sacked += segments;
  };
  sack(3);
  sb.highRxt = base;
  startPrr(tcb, sb, 3000);
  return {
    sb,
    /** The fast retransmit has gone. */
    retransmitted: () => Object.assign(sb, { highRxt: (base + 1000) | 0, prrOut: 1000 }),
    /** cwnd after an ACK that SACKs so many segments more. */
    ack: (segments: number, advanced = false): number => {
      sack(segments);
      prr(tcb, sb, segments * 1000, advanced);
      return tcb.cc.cwnd;
    },
  };
}

describe('PRR (RFC 9937 section 5)', () => {
  it('RecoverFS is what was in flight and not delivered before the ACK that starts the recovery', () => {
    expect(recovering(20, 10).sb).toMatchObject({ recoverFs: 20_000, prrDelivered: 0, prrOut: 0 });
  });

  it('the fast retransmit goes in any case', () => {
    const pipe = 20_000 - 1000 - 4000;
    expect(recovering(20, 10).ack(1)).toBe(pipe + 1000); // where 500 octets would be due
  });

  it('while pipe is above ssthresh, ssthresh octets go for RecoverFS delivered', () => {
    const { sb, ack, retransmitted } = recovering(20, 10);
    retransmitted();
    expect([ack(2), sb.prrDelivered]).toEqual([15_000, 2000]); // 1000 are due, and have gone
    expect([ack(2), sb.prrDelivered]).toEqual([13_000 + 1000, 4000]);
  });

  it('below ssthresh as much as was delivered, one segment more with progress, and never beyond ssthresh', () => {
    const { ack, retransmitted } = recovering(10, 9);
    retransmitted();
    expect(ack(1)).toBe(6000 + 1000);
    expect(ack(2)).toBe(4000 + 2000);
    expect(ack(1, true)).toBe(3000 + 4000 - 1000 + 1000);
  });
});
