// What must hold of every TCB is only worth something when a TCB of which it does not hold is found: each case breaks one.

import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../../wire/segment.ts';
import { inState, octets, options, STATES, text, type Way } from '../segment-arrives/testing.ts';
import type { Endpoint } from '../testing.ts';
import { brokenInvariant } from './invariants.ts';
import { FATE, Fate, LEFT, WORDS } from './sent.ts';
import type { StateName } from './state.ts';

type Change = (a: Endpoint) => void;
type Case = readonly [broken: string | null, change: Change];

const syn = options({ mss: 1000, sack: true });

/** What is found of an endpoint in `state` after each change. */
function finds(state: StateName, cases: readonly Case[], way: Way = {}, past: Change = () => {}): void {
  for (const [broken, change] of cases) {
    const a = inState(state, { syn, ...way });
    past(a);
    expect(brokenInvariant(a.tcb)).toBeNull();
    change(a);
    expect([`${change}`, brokenInvariant(a.tcb)]).toEqual([`${change}`, broken]);
  }
}

/** Word `which` of range `i` of the record of what was sent. */
function word(a: Endpoint, i: number, which: number, change: (value: number) => number): void {
  const { sent } = a.tcb;
  if (sent === null) throw new Error('nothing was sent');
  const at = (sent.first + i) * WORDS + which;
  sent.words[at] = change(sent.words[at] as number);
}

function record(a: Endpoint) {
  if (a.tcb.sent === null) throw new Error('nothing was sent');
  return a.tcb.sent;
}

describe('what must hold of a TCB', () => {
  it('in all states, however they were reached', () => {
    for (const state of STATES) {
      expect([state, brokenInvariant(inState(state, { syn }).tcb)]).toEqual([state, null]);
    }
    expect(brokenInvariant(inState('SYN-RECEIVED', { active: true }).tcb)).toBeNull();
  });

  it('its numbers are int32', () => {
    finds('CLOSED', [
      ['snd.una = 1.5 is not an int32', ({ tcb }) => Object.assign(tcb.snd, { una: 1.5 })],
      ['rcv.nxt = 4294967295 is not an int32', ({ tcb }) => Object.assign(tcb.rcv, { nxt: 0xffffffff })],
      ['cork = NaN is not an int32', ({ tcb }) => Object.assign(tcb, { cork: Number.NaN })],
    ]);
  });

  it('CLOSED and LISTEN: no ACK is owed; CLOSED: no timer runs', () => {
    const owes: Change = ({ tcb }) => Object.assign(tcb, { ackNow: 1 });
    finds('CLOSED', [
      ['an ACK is owed in CLOSED', owes],
      ['a timer runs in CLOSED', ({ tcb }) => Object.assign(tcb.timer, { pace: 1 })],
    ]);
    finds('LISTEN', [['an ACK is owed in LISTEN', owes]]);
  });

  it('the send sequence space is in order (RFC 9293 section 3.4)', () => {
    finds('ESTABLISHED', [
      ['SND.UNA > SND.NXT', ({ tcb }) => tcb.snd.una++],
      ['our SYN is unacknowledged, yet SND.UNA > ISS', ({ tcb }) => Object.assign(tcb.snd, { syn: 1 })],
      ['SND.WND < 0', ({ tcb }) => Object.assign(tcb.snd, { wnd: -1 })],
      [null, ({ tcb }) => Object.assign(tcb.snd, { wnd: 0 })],
      ['Eff.snd.MSS < 1', ({ tcb }) => Object.assign(tcb.snd, { mss: 0 })],
      [null, ({ tcb }) => Object.assign(tcb.snd, { mss: 1 })],
      ['cwnd < 0', ({ tcb }) => Object.assign(tcb.cc, { cwnd: -1 })],
      [null, ({ tcb }) => Object.assign(tcb.cc, { cwnd: 0 })],
    ]);
    const inFlight: Change = (a) => a.send(octets(1000));
    finds(
      'ESTABLISHED',
      [
        ['SND.NXT is beyond what the user queued', ({ tcb }) => tcb.snd.end--],
        ['more queued than the send buffer holds', ({ tcb }) => Object.assign(tcb.snd, { buf: 999 })],
        [null, ({ tcb }) => Object.assign(tcb.snd, { buf: 1000 })],
        [
          'something is unacknowledged, and no timer runs',
          ({ tcb }) => Object.assign(tcb.timer, { rexmt: 0 }),
        ],
        [null, ({ tcb }) => Object.assign(tcb.timer, { rexmt: 0, persist: 1 })],
      ],
      {},
      inFlight,
    );
  });

  it('SYN-RECEIVED without a cookie: no text has passed (RFC 7413)', () => {
    finds('SYN-RECEIVED', [
      ['text was taken in SYN-RECEIVED without a cookie', ({ tcb }) => tcb.rcv.nxt++],
      [
        'text was sent in SYN-RECEIVED without a cookie',
        ({ tcb }) => Object.assign(tcb.snd, { nxt: tcb.snd.nxt + 1, end: tcb.snd.end + 1 }),
      ],
    ]);
    // Of an active open that has become a simultaneous one nothing is known.
    finds('SYN-RECEIVED', [[null, ({ tcb }) => tcb.rcv.nxt++]], { active: true });
  });

  it('what was received fits the window and the buffer', () => {
    const waits: Change = (a) => {
      a.autoRead = false;
      a.inject('ACK', 1, 1, text(100));
    };
    finds(
      'ESTABLISHED',
      [
        ['RCV.WND < 0', ({ tcb }) => Object.assign(tcb.rcv, { edge: tcb.rcv.nxt - 1 })],
        [null, ({ tcb }) => Object.assign(tcb.rcv, { edge: tcb.rcv.nxt })],
        [null, ({ tcb }) => Object.assign(tcb.rcv, { edge: tcb.rcv.nxt - 1, fin: 1 })],
        [
          'the user received more than arrived',
          ({ tcb }) => Object.assign(tcb.rcv, { user: tcb.rcv.nxt + 1 }),
        ],
        ['more received than the buffer holds', ({ tcb }) => Object.assign(tcb.rcv, { buf: 99 })],
        [null, ({ tcb }) => Object.assign(tcb.rcv, { buf: 100 })],
      ],
      {},
      waits,
    );
    // Windows that are rounded up promise a unit more at most; where memory is counted octets are not.
    const rounded = { config: { windowRoundedUp: true, receiveBuffer: 100_000 } };
    finds(
      'ESTABLISHED',
      [
        [null, ({ tcb }) => Object.assign(tcb.rcv, { wscale: 3, buf: 93 })],
        ['more received than the buffer holds', ({ tcb }) => Object.assign(tcb.rcv, { wscale: 3, buf: 92 })],
      ],
      rounded,
      waits,
    );
    const counted = { config: { receiveMemory: true } };
    finds('ESTABLISHED', [[null, ({ tcb }) => Object.assign(tcb.rcv, { buf: 1 })]], counted, waits);
  });

  it('of the peer nothing is known in SYN-SENT', () => {
    finds('SYN-SENT', [[null, ({ tcb }) => Object.assign(tcb.rcv, { edge: -1 })]]);
  });

  it('CLOSE was called in the states that it leads to, and in no other', () => {
    const without: Change = ({ tcb }) => Object.assign(tcb.snd, { fin: 0 });
    for (const state of ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const)
      finds(state, [
        [
          'SND.NXT is beyond what the user queued',
          (a) => {
            without(a);
            a.tcb.snd.end = (a.tcb.snd.iss + 1) | 0;
          },
        ],
      ]);
    const unsent: Change = (a) => {
      without(a);
      Object.assign(a.tcb.snd, { nxt: a.tcb.snd.end, una: a.tcb.snd.end });
      a.tcb.sent = null;
    };
    for (const state of ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)
      finds(state, [['a closing state without CLOSE', unsent]]);
    finds('FIN-WAIT-2', [
      [
        'FIN-WAIT-2 without a FIN sent',
        ({ tcb }) => Object.assign(tcb.snd, { nxt: tcb.snd.end, una: tcb.snd.end }),
      ],
    ]);
    // In FIN-WAIT-1 it may wait for the window.
    finds('FIN-WAIT-1', [
      [
        null,
        ({ tcb }) => {
          Object.assign(tcb.snd, { nxt: tcb.snd.end, una: tcb.snd.end });
          tcb.sent = null;
        },
      ],
    ]);
    finds('TIME-WAIT', [['TIME-WAIT without its timer', ({ tcb }) => Object.assign(tcb.timer, { wait: 0 })]]);
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const)
      finds(state, [
        ['CLOSE was called, yet the state is open', ({ tcb }) => Object.assign(tcb.snd, { fin: 1 })],
      ]);
    finds('SYN-RECEIVED', [[null, ({ tcb }) => Object.assign(tcb.snd, { fin: 1 })]]);
  });
});

describe('the ranges out of order', () => {
  it('are apart, ascending, beyond RCV.NXT, and within the window', () => {
    const range = (i: number, value: number): Change => {
      return ({ tcb }) => {
        const { outOfOrder: held } = tcb;
        if (held === null) throw new Error('nothing is held');
        held.ranges[2 * held.first + i] = (tcb.rcv.irs + value) | 0;
      };
    };
    const none: Change = ({ tcb }) => Object.assign(tcb.outOfOrder as object, { count: 0 });
    const before = 'a range out of order at or before RCV.NXT, or the one before it';
    finds(
      'ESTABLISHED',
      [
        ['a list of ranges out of order without one', none],
        ['an empty range out of order', range(1, 101)],
        ['an empty range out of order', range(1, 100)],
        [null, range(1, 102)],
        [before, range(0, 1)],
        [null, range(0, 2)],
        [before, range(2, 201)],
        [null, range(2, 202)],
        ['a range out of order beyond the window', range(3, 10_001)],
        [
          null,
          (a) => {
            a.tcb.rcv.edge = (a.tcb.rcv.irs + 10_000) | 0;
            range(3, 10_000)(a);
          },
        ],
      ],
      { config: { receiveBuffer: 9000 } },
      (a) => {
        a.inject('ACK', 101, 1, text(100));
        a.inject('ACK', 301, 1, text(100));
      },
    );
  });

  it('are within the largest window that was told, where it may have shrunk', () => {
    const shrunk =
      (mostEdge: number): Change =>
      ({ tcb }) => {
        tcb.rcv.edge = (tcb.rcv.irs + 150) | 0;
        Object.assign(tcb.memory as object, { mostEdge: (tcb.rcv.irs + mostEdge) | 0 });
      };
    finds(
      'ESTABLISHED',
      [
        [null, shrunk(201)],
        ['a range out of order beyond the window', shrunk(200)],
      ],
      { config: { receiveMemory: true } },
      (a) => a.inject('ACK', 101, 1, text(100)),
    );
  });
});

describe('the record of what was sent', () => {
  /** Segments at 1, 1001, … 4001, sent a millisecond after each other; the third is SACKed. */
  const inFlight: Change = (a) => {
    for (let n = 0; n < 5; n++) {
      a.send(octets(1000));
      a.setNow(a.engine.now + 1000);
    }
    const { iss } = a.tcb.snd;
    a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 2001) | 0, (iss + 3001) | 0] });
  };
  const outOfOrder = 'ranges of the record out of order';

  it('covers what is outstanding, from SND.UNA to SND.NXT', () => {
    finds(
      'ESTABLISHED',
      [
        ['what is outstanding is not on record', ({ tcb }) => Object.assign(tcb, { sent: null })],
        ['what is outstanding is not on record', (a) => Object.assign(record(a), { count: 0 })],
        ['the record does not begin at SND.UNA', (a) => word(a, 0, LEFT, (left) => (left + 1) | 0)],
        [outOfOrder, (a) => word(a, 1, LEFT, (left) => (left - 1000) | 0)],
        [outOfOrder, (a) => word(a, 3, LEFT, (left) => (left - 1000) | 0)],
        ['a range of the record at or beyond SND.NXT', (a) => word(a, 4, LEFT, (left) => (left + 1000) | 0)],
      ],
      {},
      inFlight,
    );
  });

  it('counts what is SACKed, lost, and has left the network', () => {
    /** Of what is in flight as much is said to have left, and `more`. */
    const departed =
      (more: number): Change =>
      (a) => {
        const { sacked, lost } = record(a);
        record(a).departed = ((a.tcb.snd.nxt - a.tcb.snd.una) | 0) - sacked - lost + more;
      };
    finds(
      'ESTABLISHED',
      [
        ['the SACKed octets are miscounted', (a) => Object.assign(record(a), { sacked: 999 })],
        ['the SACKed octets are miscounted', (a) => word(a, 2, FATE, () => Fate.FLIGHT)],
        ['the lost octets are miscounted', (a) => Object.assign(record(a), { lost: 1 })],
        ['the lost octets are miscounted', (a) => word(a, 3, FATE, () => Fate.LOST)],
        [
          'SND.UNA is SACKed',
          (a) => {
            word(a, 0, FATE, () => Fate.SACKED);
            record(a).sacked += 1000;
          },
        ],
        ['more has left the network than was there', (a) => Object.assign(record(a), { departed: -1 })],
        ['more has left the network than was there', departed(1)],
        [null, departed(0)],
      ],
      {},
      inFlight,
    );
  });

  it('need not be there before ESTABLISHED, nor hold a SYN', () => {
    finds('SYN-SENT', [[null, ({ tcb }) => Object.assign(tcb, { sent: null })]]);
    finds('SYN-RECEIVED', [[null, ({ tcb }) => Object.assign(tcb, { sent: null })]]);
  });
});

describe('the search for the path MTU', () => {
  it('has its bounds in order, and one probe at most, of text that is under way', () => {
    const search =
      (change: object): Change =>
      ({ tcb }) => {
        Object.assign(tcb.mtuSearch as object, change);
      };
    const probe = (from: number, more: object = {}): Change => {
      return (a) => {
        const { snd, mtuSearch: s } = a.tcb;
        if (s === null) throw new Error('nothing is searched');
        search({ low: 1000, high: 1400, size: 1200, to: (snd.una + from) | 0, resent: 0, ...more })(a);
        a.tcb.pmtu = 1000;
      };
    };
    const elsewhere = 'a probe of text that is not under way';
    finds(
      'ESTABLISHED',
      [
        [
          'packets have another size than the one that is known to pass',
          ({ tcb }) => Object.assign(tcb, { pmtu: tcb.pmtu - 1 }),
        ],
        [
          'the search is beyond its limit',
          ({ tcb }) => Object.assign(tcb.mtuSearch as object, { limit: (tcb.mtuSearch?.low ?? 0) - 1 }),
        ],
        [null, ({ tcb }) => Object.assign(tcb.mtuSearch as object, { limit: tcb.mtuSearch?.low })],
        [null, probe(500)],
        [null, probe(1000)],
        [null, probe(1)],
        [elsewhere, probe(1001)],
        [elsewhere, probe(0)],
        ['a probe is outside of the search', probe(500, { size: 1000 })],
        [null, probe(500, { size: 1001 })],
        ['a probe is outside of the search', probe(500, { size: 1401 })],
        [null, probe(500, { size: 1400 })],
        ['a probe is under way, and the one before it is, too', probe(500, { resent: 1 })],
      ],
      { config: { mtuProbing: 'on' } },
      (a) => a.send(octets(1000)),
    );
  });
});
