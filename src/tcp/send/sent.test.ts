import { describe, expect, it } from 'vitest';
import { registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { inState, options } from '../segment-arrives/testing.ts';
import {
  APP_LIMITED,
  DELIVERED,
  DELIVERED_US,
  FATE,
  Fate,
  FIRST_SENT_US,
  LOST_BEFORE,
  SENT_US,
  Sent,
  TIMES,
  TX_IN_FLIGHT,
  WORDS,
} from '../tcb/sent.ts';
import { Phase } from '../tcb/tcb.ts';
import {
  cut,
  dropAcked,
  dropSent,
  inFlight,
  join,
  leftOf,
  markLost,
  noteResent,
  noteSent,
  rangeAt,
  rightOf,
  setFate,
  word,
} from './sent.ts';

/** A connection with MSS 100 whose SND.UNA is `una`, with nothing outstanding; what is sent is noted only. */
function record(una = 0, congestion = 'newreno') {
  const a = inState('ESTABLISHED', { syn: options({ mss: 100, sack: true }), config: { congestion } });
  const { tcb, engine } = a;
  Object.assign(tcb.snd, { una, nxt: una, end: una, mss: 100 });
  const at = (offset: number): number => (una + offset) | 0;
  /** `n` octets leave for the first time, at `us`. */
  const send = (n: number, us = engine.us): void => {
    a.setNow(us);
    const seq = tcb.snd.nxt;
    tcb.snd.nxt = (seq + n) | 0;
    noteSent(engine, tcb, seq);
  };
  const of = (): Sent => tcb.sent as Sent;
  /** The ranges: where each begins, in octets from SND.UNA at first, and its fate. */
  const ranges = (): string[] =>
    Array.from({ length: of().count }, (_, i) => {
      const times = word(of(), i, TIMES);
      return `${(leftOf(of(), i) - una) | 0}${'FSL'[word(of(), i, FATE)]}${times === 1 ? '' : times}`;
    });
  const words = (i: number, ...which: number[]): number[] => which.map((w) => word(of(), i, w));
  return { a, tcb, engine, at, send, of, ranges, words };
}

describe('what is sent', () => {
  it('at one time is one range, at another time another', () => {
    const { send, ranges } = record();
    send(100, 10);
    send(100);
    send(100, 20);
    expect(ranges()).toEqual(['0F', '200F']);
  });

  it('so it is where the numbers wrap, and where the record grows', () => {
    for (const una of [-150, 0x7fffffff - 150]) {
      const { send, ranges, of, at, tcb } = record(una);
      for (let i = 0; i < 100; i++) send(100, i);
      expect(ranges()).toEqual(Array.from({ length: 100 }, (_, i) => `${100 * i}F`));
      expect([-1, 0, 99, 100, 199, 200, 9999].map((offset) => rangeAt(of(), at(offset)))).toEqual([
        -1, 0, 0, 1, 1, 2, 99,
      ]);
      expect([rightOf(tcb, of(), 0), rightOf(tcb, of(), 99)]).toEqual([at(100), at(10_000)]);
    }
  });

  it('after something that is no longer in flight for the first time is a range of its own', () => {
    const sacked = record();
    sacked.send(100, 10);
    setFate(sacked.tcb, sacked.of(), 0, Fate.SACKED);
    sacked.send(100);
    expect(sacked.ranges()).toEqual(['0S', '100F']);
    const resent = record();
    resent.send(100, 10);
    noteResent(resent.engine, resent.tcb, 0, 100);
    resent.of().clockUs = 9; // or the clock on record would be one ahead
    resent.of().clockEnd = 0;
    resent.of().words[SENT_US] = 10;
    resent.send(100, 10);
    expect(resent.ranges()).toEqual(['0F2', '100F']);
  });

  it('knows what was delivered, lost and in flight then, and when it all began', () => {
    const { send, tcb, words, of } = record();
    Object.assign(tcb.cc, { delivered: 5000, lost: 700 });
    send(100, 10);
    expect(words(0, DELIVERED, LOST_BEFORE, TX_IN_FLIGHT, APP_LIMITED)).toEqual([5000, 700, 100, 1]);
    expect(words(0, SENT_US, DELIVERED_US, FIRST_SENT_US)).toEqual([10, 10, 10]);
    of().appLimited = 0;
    send(100, 20);
    expect(words(1, SENT_US, DELIVERED_US, FIRST_SENT_US, TX_IN_FLIGHT, APP_LIMITED)).toEqual([
      20, 10, 10, 200, 0,
    ]);
    send(50, 20);
    expect(words(1, TX_IN_FLIGHT)).toEqual([250]);
  });

  it('when nothing else is on its way the times of the delivery rate begin anew', () => {
    const { send, words, tcb, of } = record();
    send(100, 10);
    setFate(tcb, of(), 0, Fate.SACKED);
    send(100, 90);
    expect(words(1, DELIVERED_US, FIRST_SENT_US)).toEqual([90, 90]);
  });

  it('in fast recovery counts as sent in answer (prr_out); no other time', () => {
    for (const [phase, out] of [
      [Phase.OPEN, 0],
      [Phase.LOSS, 0],
      [Phase.FAST_RECOVERY, 200],
    ] as const) {
      const { send, tcb, engine, of, at } = record();
      send(300);
      of().prrOut = 0;
      tcb.cc.phase = phase;
      send(100);
      noteResent(engine, tcb, at(0), at(100));
      expect([phase, of().prrOut]).toEqual([phase, out]);
    }
  });
});

describe('what is sent again', () => {
  it('is cut out of what it was sent with, and counts how often; the first of an episode is remembered', () => {
    const { send, engine, tcb, at, ranges, of, a } = record();
    send(500, 10);
    a.setNow(5_000_000);
    noteResent(engine, tcb, at(100), at(200));
    expect(ranges()).toEqual(['0F', '100F2', '200F']);
    expect([of().resentOctets, of().resentAny, of().resentStamp]).toEqual([
      100,
      1,
      (5000 + tcb.tsOffset) | 0,
    ]);
    a.setNow(6_000_000);
    noteResent(engine, tcb, at(100), at(200));
    expect(ranges()).toEqual(['0F', '100F3', '200F']);
    expect([of().resentOctets, of().resentStamp]).toEqual([200, (5000 + tcb.tsOffset) | 0]);
  });

  it('in one segment what went in several is one range; what the peer has stays what it is', () => {
    const { send, engine, tcb, at, ranges, of } = record();
    for (let i = 0; i < 5; i++) send(50, i);
    setFate(tcb, of(), 3, Fate.SACKED);
    noteResent(engine, tcb, at(0), at(250));
    expect([ranges(), of().sacked]).toEqual([['0F2', '150S', '200F2'], 50]);
  });

  it('what was lost is lost no more; a part of it is', () => {
    const { send, engine, tcb, at, ranges, of } = record();
    send(300);
    markLost(tcb, of(), 0, null);
    expect([of().lost, inFlight(tcb), tcb.cc.lost]).toEqual([300, 0, 300]);
    noteResent(engine, tcb, at(0), at(100));
    expect([ranges(), of().lost, inFlight(tcb)]).toEqual([['0F2', '100L'], 200, 100]);
  });

  it('in the microsecond of new text, but after it, comes after it (RACK_sent_after)', () => {
    const { send, engine, tcb, at, words } = record();
    send(300, 10);
    noteResent(engine, tcb, at(0), at(100));
    expect([words(0, SENT_US), words(1, SENT_US)]).toEqual([[11], [10]]);
  });

  it('after a sleep of half of what microseconds can count has the time of the engine, with and without text before it', () => {
    for (const passed of [0, 100]) {
      const { send, tcb, at, of, ranges, words } = record();
      send(100, 10);
      tcb.snd.una = at(passed);
      dropAcked(tcb, of());
      send(100, 10 + 2 ** 31 + 5);
      expect(words(ranges().length - 1, SENT_US)).toEqual([(10 + 2 ** 31 + 5) | 0]);
    }
  });

  it('is nothing while nothing is outstanding, or below all of it', () => {
    const none = record();
    noteResent(none.engine, none.tcb, 0, 100);
    expect(none.tcb.sent).toBe(null);
    const { send, engine, tcb, at, ranges, of } = record();
    send(100);
    noteResent(engine, tcb, at(-100), at(-50));
    expect([ranges(), of().resentOctets, of().resentAny]).toEqual([['0F'], 0, 0]);
    tcb.snd.una = at(100);
    dropAcked(tcb, of());
    noteResent(engine, tcb, at(0), at(100));
    expect(of().resentOctets).toBe(0);
  });
});

describe('joining', () => {
  /** Two ranges with these words in place of their own: joined or not, and then the first. */
  function joined(first: Record<number, number>, second: Record<number, number>) {
    const { send, of, ranges, words } = record();
    send(100, 10);
    send(100, 20);
    for (const [i, with_] of [first, second].entries()) {
      for (const [w, value] of Object.entries(with_)) of().words[i * WORDS + Number(w)] = value;
    }
    return { gone: join(of(), 1), ranges: ranges(), first: words(0, SENT_US, TIMES) };
  }

  it('what is in flight is one when it was sent at one time and as often', () => {
    expect(joined({ [SENT_US]: 20 }, {}).gone).toBe(true);
    expect(joined({}, {}).gone).toBe(false);
    expect(joined({ [SENT_US]: 20 }, { [TIMES]: 2 }).gone).toBe(false);
  });

  it('what is SACKed is one; what is lost, too: as old as the younger, as often as the one sent more often', () => {
    expect(joined({ [FATE]: Fate.SACKED }, { [FATE]: Fate.SACKED }).ranges).toEqual(['0S']);
    const lost = { [FATE]: Fate.LOST };
    expect(joined({ ...lost, [TIMES]: 3 }, lost)).toEqual({ gone: true, ranges: ['0L3'], first: [20, 3] });
    expect(joined({ ...lost, [SENT_US]: 30 }, { ...lost, [TIMES]: 2 })).toEqual({
      gone: true,
      ranges: ['0L2'],
      first: [30, 2],
    });
  });

  it('not with another fate, and not the first with what was before it', () => {
    expect(joined({ [FATE]: Fate.LOST }, {}).gone).toBe(false);
    const { send, of } = record();
    send(100);
    expect([join(of(), 0), join(of(), 1)]).toEqual([false, false]);
  });
});

describe('what is acknowledged', () => {
  it('is forgotten, whole ranges and parts, with its share of the sums', () => {
    const { send, tcb, at, ranges, of, words } = record();
    for (let i = 0; i < 4; i++) send(100, i);
    setFate(tcb, of(), 1, Fate.SACKED);
    setFate(tcb, of(), 2, Fate.LOST);
    tcb.snd.una = at(50);
    dropAcked(tcb, of());
    expect([ranges(), of().sacked, of().lost]).toEqual([['50F', '100S', '200L', '300F'], 100, 100]);
    tcb.snd.una = at(150);
    dropAcked(tcb, of());
    expect([ranges(), of().sacked]).toEqual([['150S', '200L', '300F'], 50]);
    tcb.snd.una = at(230);
    dropAcked(tcb, of());
    expect([ranges(), of().sacked, of().lost, words(0, SENT_US)]).toEqual([['230L', '300F'], 0, 70, [2]]);
    tcb.snd.una = at(400);
    dropAcked(tcb, of());
    expect([of().count, of().first, of().lost]).toEqual([0, 0, 0]);
  });

  it('leaves room for what is sent next: a record that moves on does not grow', () => {
    const { send, tcb, at, ranges, of } = record();
    for (let i = 0; i < 1000; i++) {
      send(100, i);
      if (i >= 5) {
        tcb.snd.una = at(100 * (i - 5));
        dropAcked(tcb, of());
      }
    }
    expect(of().words.length).toBeLessThanOrEqual(160);
    expect(ranges()).toEqual([994, 995, 996, 997, 998, 999].map((i) => `${100 * i}F`));
  });

  it('a piece cut out of the middle of many moves those behind it', () => {
    const { send, of, at, ranges } = record();
    for (let i = 0; i < 20; i++) send(100, i);
    expect([cut(of(), 3, at(300)), cut(of(), 3, at(350))]).toEqual([3, 4]);
    expect(ranges()).toEqual([
      ...[0, 1, 2, 3, 3.5].map((i) => `${100 * i}F`),
      ...Array.from({ length: 16 }, (_, i) => `${100 * (i + 4)}F`),
    ]);
  });
});

describe('a loss', () => {
  it('is told to the congestion control with what was in flight and lost since it was sent, unless a timeout tells it', () => {
    const told: unknown[][] = [];
    registerCongestionControl({ ...newReno, name: 'told', onLost: (_tcb, ...rest) => told.push(rest) });
    const { send, tcb, engine, of } = record(0, 'told');
    Object.assign(tcb.cc, { lost: 1000, delivered: 1000 });
    send(100, 1);
    of().appLimited = 0;
    send(100, 2);
    tcb.cc.lost = 1500;
    const s = engine.sample.none(tcb);
    markLost(tcb, of(), 0, s);
    markLost(tcb, of(), 1, s);
    expect(told).toEqual([
      [100, 100, 600, true],
      [100, 200, 700, false],
    ]);
    expect([s.lost, of().lost, tcb.cc.lost]).toEqual([200, 200, 1700]);
    noteResent(engine, tcb, 0, 200);
    markLost(tcb, of(), 0, null);
    expect([told.length, of().lost]).toEqual([2, 200]);
  });
});

describe('records that are done with', () => {
  it('are used again, as new; those of a large window, and more than some, are not kept', () => {
    const { send, tcb, engine, of, ranges } = record();
    engine.spareSent.length = 0;
    send(100);
    Object.assign(of(), { lost: 5, frto: 1 });
    const first = of();
    dropSent(engine, tcb);
    expect([tcb.sent, engine.spareSent]).toEqual([null, [first]]);
    tcb.snd.una = tcb.snd.nxt;
    send(100);
    expect([of() === first, engine.spareSent, of().lost, of().frto, ranges()]).toEqual([
      true,
      [],
      0,
      0,
      ['100F'],
    ]);
    for (let i = 0; i < 1000; i++) send(100, i);
    dropSent(engine, tcb);
    expect([tcb.sent, engine.spareSent]).toEqual([null, []]);
    dropSent(engine, tcb);
    expect(engine.spareSent).toEqual([]);
    const give = (words: number): void => {
      tcb.sent = Object.assign(new Sent(), { words: new Int32Array(words) });
      dropSent(engine, tcb);
    };
    give(64 * WORDS);
    give(64 * WORDS + 1);
    expect(engine.spareSent.map(({ words }) => words.length)).toEqual([64 * WORDS]);
    engine.spareSent.push(...Array.from({ length: 62 }, () => first));
    for (let i = 0; i < 2; i++) {
      tcb.sent = new Sent();
      dropSent(engine, tcb);
      expect(engine.spareSent.length).toBe(64);
    }
  });
});

describe('the room that a record has', () => {
  it('what SND.UNA has passed is used again before there is more of it, and nothing is mixed up', () => {
    for (const una of [0, 0x7fffffff - 2000]) {
      const { tcb, send, of, ranges } = record(una);
      let us = 0;
      for (let n = 0; n < 8; n++) send(100, ++us);
      const room = of().words.length;
      for (let n = 0; n < 40; n++) {
        tcb.snd.una = (tcb.snd.una + 300) | 0;
        dropAcked(tcb, of());
        for (let i = 0; i < 3; i++) send(100, ++us);
        const first = 300 * (n + 1);
        expect(ranges()).toEqual(Array.from({ length: 8 }, (_, i) => `${first + 100 * i}F`));
        expect(word(of(), 7, SENT_US)).toBe(us);
      }
      expect(of().words.length).toBe(room);
      for (let n = 0; n < 3; n++) send(100, ++us);
      expect([of().words.length, of().count]).toEqual([2 * room, 11]);
      expect(ranges()).toEqual(Array.from({ length: 11 }, (_, i) => `${12_000 + 100 * i}F`));
    }
  });
});

it('FACK begins at what is sent first, and stays when more is', () => {
  const { send, of, at } = record(500);
  send(100);
  of().fack = at(50);
  send(100);
  expect(of().fack).toBe(at(50));
  const fresh = record(500);
  fresh.send(100);
  expect(fresh.of().fack).toBe(fresh.at(0));
});

it('a SYN is not in flight as octets are', () => {
  const { tcb } = record();
  Object.assign(tcb.snd, { nxt: 1, syn: 1 });
  expect(inFlight(tcb)).toBe(0);
  tcb.snd.nxt = 101;
  expect(inFlight(tcb)).toBe(100);
});
