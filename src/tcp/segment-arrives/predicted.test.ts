// Which segments go the short way, and that it has the effect of the whole one: test/prediction.test.ts asks the same of a
// million random ones.

import { describe, expect, it } from 'vitest';
import { ACK, FIN, OPT_SACK, OPT_TIMESTAMPS, Segment } from '../../wire/segment.ts';
import { rfc9293 } from '../rules.ts';
import { Signal } from '../signals.ts';
import type { StateName } from '../tcb/state.ts';
import type { Endpoint, SegmentRecord } from '../testing.ts';
import { arrivesInEstablished } from './index.ts';
import { inState, octets, options, pass, STATES, text, ts, type Way } from './testing.ts';

type Given = Way & { readonly state?: StateName; readonly past?: (a: Endpoint) => void };
type Arrival = readonly [ctl: string, seq: number, ack: number, more?: Partial<SegmentRecord>];

/** One connection, whose past is `given`, meets the segment; `whole` counts those that went the whole way. */
function meets(given: Given, headerPrediction: boolean, [ctl, seq, ack, more]: Arrival) {
  let whole = 0;
  const a = inState(given.state ?? 'ESTABLISHED', {
    ...given,
    config: { ...given.config, headerPrediction },
    rules: {
      ...given.rules,
      timestamps: (e, tcb, seg) => {
        whole++;
        return rfc9293.timestamps(e, tcb, seg);
      },
    },
  });
  // The rule above only counts.
  a.engine.predicts = true;
  a.engine.predictsAcks = a.engine.predictsText = headerPrediction;
  given.past?.(a);
  a.lines();
  whole = 0;
  a.inject(ctl, seq, ack, more);
  const { config, ...tcb } = a.tcb;
  return { whole, effect: { tcb, sent: a.lines(), drops: a.drops, rows: a.rows, signals: a.signals } };
}

/** Whether the segment went the short way; in either case what it does is the same. */
function predicted(given: Given, ...arrival: Arrival): boolean {
  const short = meets(given, true, arrival);
  const whole = meets(given, false, arrival);
  expect(short.effect).toEqual(whole.effect);
  expect(whole.whole).toBe(1);
  return short.whole === 0;
}

const inFlight: Given = { past: (a) => a.send(octets(1608)) };
const stamped: Given = { syn: options({ mss: 1000, ts: 1000 }) };

describe('predicted', () => {
  it('is the next text, with PSH or without, with an ACK of nothing, something or all that is in flight', () => {
    for (const ctl of ['ACK', 'PSH,ACK']) {
      for (const ack of [1, 537, 1609]) expect(predicted(inFlight, ctl, 1, ack, text(100))).toBe(true);
      expect(predicted({}, ctl, 1, 1, text(100))).toBe(true);
    }
  });

  it('is an ACK without text: of something new, of nothing, or with a new window', () => {
    for (const ack of [1, 537, 1609]) expect(predicted(inFlight, 'ACK', 1, ack)).toBe(true);
    expect(predicted({}, 'ACK', 1, 1)).toBe(true);
    expect(predicted({}, 'ACK', 1, 1, { wnd: 60_000 })).toBe(true);
  });

  it('is text up to the edge of the window, not beyond', () => {
    const given: Given = { config: { receiveBuffer: 1000 } };
    expect(predicted(given, 'ACK', 1, 1, text(1000))).toBe(true);
    expect(predicted(given, 'ACK', 1, 1, text(1001))).toBe(false);
  });

  it('is not what has another bit, or lacks ACK', () => {
    for (const ctl of ['', 'PSH', 'FIN,ACK', 'SYN,ACK', 'RST', 'RST,ACK', 'URG,ACK', 'ECE,ACK', 'CWR,ACK']) {
      expect([ctl, predicted(inFlight, ctl, 1, 1, text(10))]).toEqual([ctl, false]);
    }
  });

  it('is not what begins before RCV.NXT, or after it', () => {
    for (const seq of [0, 2]) {
      expect(predicted(inFlight, 'ACK', seq, 537)).toBe(false);
      expect(predicted(inFlight, 'ACK', seq, 537, text(10))).toBe(false);
    }
  });

  it('is not an ACK below SND.UNA, or of what was not sent', () => {
    const some: Given = {
      past: (a) => {
        a.send(octets(1608));
        a.inject('ACK', 1, 537);
      },
    };
    for (const ack of [536, 1610]) expect(predicted(some, 'ACK', 1, ack)).toBe(false);
    for (const iss of [0x7fffffff, -1]) {
      const wraps: Given = { ...inFlight, rules: { selectIss: () => iss } };
      expect(predicted(wraps, 'ACK', 1, 537)).toBe(true);
      expect(predicted(wraps, 'ACK', 1, 1610)).toBe(false);
    }
  });

  it('is not one with an older timestamp than TS.Recent, where timestamps are used', () => {
    for (const [value, is] of [
      [999, false],
      [1000, true],
      [1001, true],
    ] as const) {
      expect(predicted(stamped, 'ACK', 1, 1, { ...ts(value), ...text(10) })).toBe(is);
    }
    expect(predicted({ syn: options({ mss: 1000 }) }, 'ACK', 1, 1, { ...ts(-1), ...text(10) })).toBe(true);
    expect(predicted(stamped, 'ACK', 1, 1, { tsVal: 999, ...text(10) })).toBe(true);
  });

  it('is no text while a FIN is known; an ACK is', () => {
    const given: Given = { past: (a) => a.inject('FIN,ACK', 101, 1, text(100)) };
    expect(predicted(given, 'ACK', 1, 1, text(10))).toBe(false);
    expect(predicted(given, 'ACK', 1, 1)).toBe(true);
  });

  it('is nothing in another state than ESTABLISHED', () => {
    for (const state of STATES.slice(5, 10)) {
      expect([state, predicted({ state, active: true }, 'ACK', 2, 1)]).toEqual([state, false]);
      expect([state, predicted({ state }, 'ACK', 1, 1, text(1))]).toEqual([state, false]);
    }
  });
});

describe('with accurate ECN (RFC 9768)', () => {
  /** A server in AccECN mode, whose peer has been told of no marks: ACE is 5. */
  const accurate: Given = {
    state: 'LISTEN',
    config: { ecn: 'accurate', accEcnOption: 'off' },
    past: (a) => {
      a.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ...options({ sack: true }) });
      a.inject('ACK,CWR', 1, 1);
    },
  };

  it('ECE and CWR are part of a count, and predicted with the rest', () => {
    expect(predicted(accurate, 'ACK,ECE', 1, 1, { ae: 1, ...text(100) })).toBe(true);
    expect(predicted(accurate, 'ACK,CWR', 1, 1, { ae: 1, ...text(100) })).toBe(true);
    expect(predicted(accurate, 'ACK,ECE,FIN', 1, 1, { ae: 1 })).toBe(false);
  });

  it('an ACK tells of marks while nothing is outstanding, too: cwnd is reduced; one that tells of none changes nothing', () => {
    const given: Given = {
      ...accurate,
      past: (a) => {
        a.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ...options({ sack: true, ts: 1000 }) });
        a.inject('ACK,CWR', 1, 1, ts(1001));
        a.send(octets(500));
        a.inject('ACK,ECE', 1, 501, { ae: 1, ...ts(1002) });
      },
    };
    const none = { ae: 1, ...ts(1003) };
    const before = meets(given, true, ['ACK,ECE', 1, 501, none]).effect.tcb.cc;
    expect(before.ssthresh).toBeGreaterThan(1_000_000);
    const after = meets(given, true, ['ACK,CWR', 1, 501, none]).effect.tcb.cc;
    expect([after.ssthresh < before.cwnd, after.cwnd < before.cwnd]).toEqual([true, true]);
    for (const ctl of ['ACK,CWR', 'ACK,ECE']) expect(predicted(given, ctl, 1, 501, none)).toBe(true);
  });
});

describe('what is tried at once, of a segment that stands for itself', () => {
  it('counts it, and goes the whole way where it is not as predicted', () => {
    const a = inState('ESTABLISHED');
    a.engine.predicts = true;
    const { segsIn } = a.tcb;
    const seg = new Segment().set(a.tcb.rcv.nxt, a.tcb.snd.una, ACK);
    arrivesInEstablished(a.engine, a.tcb, seg);
    expect([a.tcb.segsIn - segsIn, a.state]).toEqual([1, 'ESTABLISHED']);
    arrivesInEstablished(a.engine, a.tcb, seg.set(a.tcb.rcv.nxt, a.tcb.snd.una, ACK | FIN));
    expect([a.tcb.segsIn - segsIn, a.state]).toEqual([2, 'CLOSE-WAIT']);
  });

  it('no step of the whole way sees one that is', () => {
    let steps = 0;
    const a = inState('ESTABLISHED', {
      rules: {
        sequence: (e, tcb, seg) => {
          steps++;
          return rfc9293.sequence(e, tcb, seg);
        },
      },
    });
    steps = 0;
    arrivesInEstablished(a.engine, a.tcb, new Segment().set(a.tcb.rcv.nxt, a.tcb.snd.una, ACK));
    expect(steps).toBe(0);
  });
});

describe('the next text, the short way', () => {
  const slow: Given = { config: { quickAcks: 0 } };

  it('is not given to the rule that it has the effect of', () => {
    let asked = 0;
    const rules: Given['rules'] = {
      text: (e, tcb, seg) => {
        if (seg.textLen > 0) asked++;
        return rfc9293.text(e, tcb, seg);
      },
    };
    expect(predicted({ rules }, 'ACK', 1, 1, text(100))).toBe(true);
    expect(asked).toBe(1); // the whole way has asked
  });

  it('is acknowledged at once while the connection is young, and where ACKs are not delayed', () => {
    for (const [quickAcks, delayedAckMs, lines] of [
      [0, 40, 0],
      [1, 40, 1],
      [0, 0, 1],
    ] as const) {
      const given: Given = { config: { quickAcks, delayedAckMs } };
      expect(meets(given, true, ['ACK', 1, 1, text(100)]).effect.sent).toHaveLength(lines);
      expect(predicted(given, 'ACK', 1, 1, text(100))).toBe(true);
    }
    const two: Given = { config: { quickAcks: 2 }, past: (a) => a.inject('ACK', 1, 1, text(500)) };
    expect(predicted(two, 'ACK', 501, 1, text(100))).toBe(true);
    expect(meets(two, true, ['ACK', 501, 1, text(100)]).effect.tcb.rcv.quick).toBe(0);
  });

  it('is acknowledged with a delay that counts from the first of it, wherever the numbers are', () => {
    for (const irs of [0, 1_000_000]) {
      const given: Given = {
        ...slow,
        irs,
        past: (a) => {
          a.inject('ACK', 1, 1, text(500));
          pass(a, 10);
        },
      };
      expect(meets(given, true, ['ACK', 501, 1, text(100)]).effect.sent).toEqual([]);
      expect(predicted(given, 'ACK', 501, 1, text(100))).toBe(true);
    }
  });

  it('is not taken without memory; where memory is counted it counts', () => {
    const full: Given = {
      past: (a) => {
        a.memoryLeft = false;
      },
    };
    expect(meets(full, true, ['ACK', 1, 1, text(100)]).effect.drops).toEqual(['no-memory']);
    expect(predicted(full, 'ACK', 1, 1, text(100))).toBe(true);
    const counted: Given = {
      config: { receiveMemory: true },
      past: (a) => {
        a.autoRead = false;
      },
    };
    expect(meets(counted, true, ['ACK', 1, 1, text(100)]).effect.tcb.memory?.used).toBeGreaterThan(100);
    expect(predicted(counted, 'ACK', 1, 1, text(100))).toBe(true);
  });

  it('that stands for several segments says how large each is', () => {
    const two = { ...text(1072), gsoSize: 536 };
    expect(meets(slow, true, ['ACK', 1, 1, two]).effect.tcb.rcv.fullSize).toBe(536);
    expect(predicted(slow, 'ACK', 1, 1, two)).toBe(true);
  });
});

describe('what an ACK lets go, where segments come together', () => {
  /** What was sent, and whether the host is told to send when the last of them has come. */
  function letsGo(config: Given['config'], more: Partial<SegmentRecord> = {}, trains = true) {
    const given: Given = {
      config: { quickAcks: 1, ...config },
      past: (a) => {
        Object.assign(a.engine, { together: true, trains });
        Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000 });
        a.send(octets(60_000));
        pass(a, 40);
        a.signals = 0;
      },
    };
    const { sent, signals } = meets(given, true, ['ACK', 1, 1073, more]).effect;
    return [sent.length > 0, (signals & Signal.USABLE) !== 0];
  }

  it('waits for the last of them', () => {
    expect(letsGo({})).toEqual([false, true]);
  });

  it('does not where it carries an ACK, leaves in trains of one, or has a time of its own', () => {
    expect(letsGo({}, text(100))).toEqual([true, false]);
    expect(letsGo({}, {}, false)).toEqual([true, false]);
    expect(letsGo({ pacing: 'on' })).toEqual([true, false]);
  });
});

describe('the short way has the effect of the whole one', () => {
  it('a mark of congestion is echoed (RFC 3168 section 6.1.3), and counted (RFC 9768)', () => {
    const classic: Given = {
      state: 'LISTEN',
      config: { ecn: 'on' },
      past: (a) => {
        a.inject('SYN,ECE,CWR', 0, 0, options({ mss: 1000 }));
        a.inject('ACK', 1, 1);
      },
    };
    const accurate: Given = {
      state: 'LISTEN',
      config: { ecn: 'accurate', accEcnOption: 'off' },
      past: (a) => {
        a.inject('SYN,ECE,CWR', 0, 0, { ae: 1, ...options({ sack: true }) });
        a.inject('ACK,CWR', 1, 1);
      },
    };
    for (const ecn of [2, 3]) {
      expect(predicted(classic, 'ACK', 1, 1, { ecn, ...text(100) })).toBe(true);
      expect(predicted(accurate, 'ACK,ECE', 1, 1, { ae: 1, ecn, ...text(100) })).toBe(true);
    }
    const marked = (given: Given, ctl: string, more: Partial<SegmentRecord>) =>
      meets(given, true, [ctl, 1, 1, { ecn: 3, ...text(100), ...more }]).effect.tcb;
    expect(marked(classic, 'ACK', {}).ecnEcho).toBe(1);
    expect(marked(accurate, 'ACK,ECE', { ae: 1 }).accEcn?.rCep).toBe(6);
  });

  it('duplicate ACKs are counted, and the third sends again', () => {
    const given: Given = {
      past: (a) => {
        a.send(octets(2000));
        for (let i = 0; i < 2; i++) a.inject('ACK', 1, 1);
      },
    };
    expect(predicted(given, 'ACK', 1, 1)).toBe(true);
  });

  it('an ACK that makes room sends what waits; one that makes none sends nothing', () => {
    const given: Given = { past: (a) => a.send(octets(60_000)) };
    expect(meets(given, true, ['ACK', 1, 1073]).effect.sent).toHaveLength(4);
    expect(predicted(given, 'ACK', 1, 1073)).toBe(true);
    expect(meets(inFlight, true, ['ACK', 1, 1]).effect.sent).toEqual([]);
  });

  it('a window that opens sends what waited for it', () => {
    const given: Given = { wnd: 0, past: (a) => a.send(octets(1072)) };
    expect(meets(given, true, ['ACK', 1, 1]).effect.sent).toHaveLength(2);
    expect(predicted(given, 'ACK', 1, 1)).toBe(true);
  });

  it('text is acknowledged when it is due: of the second full segment at once', () => {
    const given: Given = {
      config: { quickAcks: 0 },
      past: (a) => a.inject('ACK', 1, 1, text(536)),
    };
    expect(meets(given, true, ['ACK', 537, 1, text(536)]).effect.sent).toHaveLength(1);
    expect(predicted(given, 'ACK', 537, 1, text(536))).toBe(true);
  });

  it('text that fills a hole brings what was held', () => {
    const given: Given = { past: (a) => a.inject('ACK', 101, 1, text(100)) };
    expect(predicted(given, 'ACK', 1, 1, text(100))).toBe(true);
  });

  it('the second answer to a tail loss probe, when all is acknowledged, ends the probe', () => {
    const given: Given = {
      syn: options({ mss: 1000, sack: true }),
      past: (a) => {
        Object.assign(a.tcb.rto, { measured: 1, srttUs: 40_000, rttvarUs: 0, rtoMs: 240 });
        a.send(octets(2000));
        pass(a, 100);
        a.inject('ACK', 1, 2001);
      },
    };
    expect(meets(given, true, ['ACK', 1, 2001]).effect.tcb.cc.tlp).toBe(0);
    expect(predicted(given, 'ACK', 1, 2001)).toBe(true);
  });

  it('SACK blocks and echoed timestamps say what they say', () => {
    const given: Given = { ...inFlight, syn: options({ mss: 1000, sack: true, ts: 1000 }) };
    const iss = meets(given, true, ['ACK', 1, 1]).effect.tcb.snd.iss;
    const sack = { opts: OPT_SACK | OPT_TIMESTAMPS, tsVal: 1001, sack: [(iss + 1001) | 0, (iss + 2001) | 0] };
    expect(predicted(given, 'ACK', 1, 1, sack)).toBe(true);
  });
});
