// MSG_EOR: a record ends a segment.

import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, pass } from '../segment-arrives/testing.ts';
import { cloneTcb } from '../tcb/tcb.ts';
import type { Endpoint } from '../testing.ts';
import { endRecord } from './records.ts';

/** ESTABLISHED with an MSS of 1000; records of these lengths are queued, in one call of SEND each. */
function records(...lengths: readonly number[]): Endpoint {
  const a = inState('ESTABLISHED', { syn: options({ mss: 1000, sack: true }) });
  a.tcb.noDelay = 1;
  a.tcb.snd.wnd = 0; // all are queued before the first is sent
  for (const n of lengths) {
    a.send(octets(n));
    endRecord(a.tcb, true);
  }
  a.sent.length = 0;
  return a;
}

/** Sequence number from SND.UNA on, length and whether it is pushed, of what was sent since the last call. */
function segments(a: Endpoint): [number, number, boolean][] {
  return a.sent
    .splice(0)
    .map(({ seq, ctl, text }) => [(seq - a.tcb.snd.iss) | 0, text.length, (ctl & 8) !== 0]);
}

describe('records', () => {
  it('no segment holds text of two; the last segment of each is pushed', () => {
    const a = records(300, 1500, 200);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    expect(segments(a)).toEqual([
      [1, 300, true],
      [301, 1000, false],
      [1301, 500, true],
      [1801, 200, true],
    ]);
  });

  it('nor when it goes again', () => {
    const a = records(300, 400, 400, 400, 400, 400);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    a.sent.length = 0;
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 701) | 0, (iss + 2301) | 0], wnd: 60_000 });
    pass(a, 500);
    expect(segments(a).slice(0, 2)).toEqual([
      [1, 300, true],
      [301, 400, true],
    ]);
  });

  it('are forgotten when they are acknowledged, and a copy has its own', () => {
    const a = records(300, 400);
    const copy = cloneTcb(a.tcb);
    a.inject('ACK', 1, 1, { wnd: 60_000 });
    a.inject('ACK', 1, 701, { wnd: 60_000 });
    expect([a.tcb.marks, copy.marks?.length]).toEqual([null, 4]);
  });
});
