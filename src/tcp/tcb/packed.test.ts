import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { congestionControl, registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { inState, options, STATES } from '../segment-arrives/testing.ts';
import { eachField } from './fields.ts';
import { OutOfOrder } from './out-of-order.ts';
import { fieldsOf, isPackable, MAX_PACKED, packTcb, unpackTcb } from './packed.ts';
import { Sent } from './sent.ts';
import { MtuSearch, Tcb } from './tcb.ts';

const FRESH = fieldsOf(new Tcb(defaultConfig));

/** What a TCB is after it was packed, behind `first` other words, and how many words it took. */
function through(tcb: Tcb, first = 3): { tcb: Tcb; words: number } {
  const out = new Int32Array(MAX_PACKED).fill(-1);
  const words = packTcb(tcb, FRESH, out);
  const kept = new Int32Array(first + words).fill(77);
  kept.set(out.subarray(0, words), first);
  const again = new Tcb(tcb.config);
  unpackTcb(kept, first, again, FRESH);
  return { tcb: again, words };
}

describe('a packed TCB', () => {
  it('is all of it, whatever number each field has', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.oneof(fc.integer(), fc.constantFrom(0, 1))), (numbers) => {
        const tcb = new Tcb(defaultConfig);
        eachField(tcb, (_part, name, values) => {
          values[name] = numbers.next().value as number;
        });
        expect(through(tcb).tcb).toEqual(tcb);
      }),
      { numRuns: 50 },
    );
  });

  it('is all of it, whichever one field differs', () => {
    const fields: string[] = [];
    eachField(new Tcb(defaultConfig), (part, name) => fields.push(`${part}.${name}`));
    fields.forEach((field, i) => {
      const tcb = new Tcb(defaultConfig);
      let n = 0;
      eachField(tcb, (_part, name, values) => {
        if (n++ === i) values[name] = -12_345;
      });
      expect([field, through(tcb).tcb]).toEqual([field, tcb]);
    });
    expect(fields.length).toBeGreaterThan(100);
  });

  it('is all of it in every state, and few words where little has happened', () => {
    for (const state of STATES) {
      const { tcb } = inState(state, { syn: options({ mss: 1000, sack: true, ts: 5, wscale: 3 }) });
      tcb.sent = null;
      const { tcb: again, words } = through(tcb);
      expect([state, again]).toEqual([state, tcb]);
      expect(words).toBeLessThan(70);
    }
  });

  it('is what the congestion control remembers, too: whole numbers, fractions, and its class', () => {
    const tcb = new Tcb({ ...defaultConfig, congestion: 'cubic' });
    tcb.snd.nxt = 1234;
    const own = congestionControl('cubic').start(tcb, 0) as object;
    tcb.cc.own = own;
    expect(through(tcb).tcb).toEqual(tcb);
    Object.assign(own, { wMax: 12_345.678, k: -0, wEst: Number.NaN, windowEnd: 5, epochUs: 2 ** 40 });
    const again = through(tcb).tcb;
    expect(again).toEqual(tcb);
    expect(again.cc.own).toBeInstanceOf(own.constructor);
  });
});

describe('what cannot be packed', () => {
  it('something outstanding, out of order, or searched for', () => {
    const tcb = new Tcb(defaultConfig);
    expect(isPackable(tcb)).toBe(true);
    tcb.sent = new Sent();
    expect(isPackable(tcb)).toBe(false);
    tcb.sent = null;
    tcb.mtuSearch = new MtuSearch();
    expect(isPackable(tcb)).toBe(false);
    tcb.mtuSearch = null;
    tcb.outOfOrder = new OutOfOrder();
    expect(isPackable(tcb)).toBe(false);
  });

  it('a congestion control that remembers more than 31 numbers, or what is no number', () => {
    const tcb = new Tcb(defaultConfig);
    tcb.cc.own = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`n${i}`, i]));
    expect(isPackable(tcb)).toBe(true);
    tcb.cc.own = { ...tcb.cc.own, n31: 31 };
    expect(isPackable(tcb)).toBe(false);
    tcb.cc.own = { name: 'text' };
    expect(isPackable(tcb)).toBe(false);
  });

  it('31 numbers of a control of one’s own are kept', () => {
    const start = () => Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`n${i}`, 0]));
    registerCongestionControl({ ...newReno, name: 'many', start });
    const tcb = new Tcb({ ...defaultConfig, congestion: 'many' });
    tcb.cc.own = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`n${i}`, i + 0.5]));
    expect(through(tcb).tcb.cc.own).toEqual(tcb.cc.own);
  });
});
