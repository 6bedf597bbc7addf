import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { congestionControl, registerCongestionControl } from '../congestion/control.ts';
import { newReno } from '../congestion/newreno.ts';
import { inState, options, STATES } from '../segment-arrives/testing.ts';
import { AccEcn } from './acc-ecn.ts';
import { eachField } from './fields.ts';
import { OutOfOrder } from './out-of-order.ts';
import { isPackable, MAX_PACKED, TcbPacker } from './packed.ts';
import { ReceiveMemory } from './receive-memory.ts';
import { Sent } from './sent.ts';
import { State, type StateName, stateName } from './state.ts';
import { MtuSearch, Tcb } from './tcb.ts';

/** What a TCB is after it was packed, behind `first` other words, and how many words it took. */
function through(
  tcb: Tcb,
  packer = new TcbPacker(new Tcb(defaultConfig)),
  first = 3,
): { tcb: Tcb; words: number } {
  const out = new Int32Array(MAX_PACKED).fill(-1);
  const words = packer.pack(tcb, out);
  const kept = new Int32Array(first + words).fill(77);
  kept.set(out.subarray(0, words), first);
  const again = new Tcb(tcb.config);
  packer.unpack(kept, first, again);
  return { tcb: again, words };
}

describe('a packed TCB', () => {
  it('is all of it, whatever number each field has', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.oneof(fc.integer(), fc.constantFrom(0, 1))), (numbers) => {
        const tcb = new Tcb(defaultConfig);
        if (numbers.next().value === 1) tcb.accEcn = new AccEcn();
        if (numbers.next().value === 1) tcb.memory = new ReceiveMemory();
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
    const counting = (): Tcb =>
      Object.assign(new Tcb(defaultConfig), { accEcn: new AccEcn(), memory: new ReceiveMemory() });
    eachField(counting(), (part, name) => fields.push(`${part}.${name}`));
    fields.forEach((field, i) => {
      const tcb = counting();
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

  it('keeps the counters of AccECN, also those that have counted nothing, and has none where there were none', () => {
    const tcb = new Tcb(defaultConfig);
    expect(through(tcb).tcb.accEcn).toBeNull();
    tcb.accEcn = new AccEcn();
    expect(through(tcb).tcb.accEcn).toEqual(new AccEcn());
    Object.assign(tcb.accEcn, { rCep: 12, sCeb: 1 << 30, modes: 513 });
    expect(through(tcb).tcb.accEcn).toEqual(tcb.accEcn);
  });

  it('keeps what is known of receive memory; one in which text waits is not packable', () => {
    const tcb = new Tcb(defaultConfig);
    expect(through(tcb).tcb.memory).toBeNull();
    tcb.memory = new ReceiveMemory();
    Object.assign(tcb.memory, { limit: 131_072, share: 162, clamp: 82_944, ssthresh: 67_432, segment: 1460 });
    expect(isPackable(tcb)).toBe(true);
    expect(through(tcb).tcb.memory).toEqual(tcb.memory);
    tcb.memory.queue.push(1461, 2304, 164);
    expect(isPackable(tcb)).toBe(false);
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

function codeOf(name: StateName): State {
  return Object.values(State).find((code) => stateName(code) === name) as State;
}

describe('TCBs that are like each other', () => {
  /** The half-open connection of a peer, some time into the life of a host. */
  function halfOpen(seed: number): Tcb {
    const syn = options({ mss: 1460, sack: true, ts: Math.imul(seed, 77), wscale: 7 });
    const { tcb } = inState('SYN-RECEIVED', { startUs: seed * 1_000_017, syn });
    const { snd, rcv, cc } = tcb;
    const iss = Math.imul(seed, 0x9e3779b1);
    const irs = Math.imul(seed, 0x85ebca6b);
    for (const name of ['una', 'nxt', 'end'] as const) snd[name] = (snd[name] - snd.iss + iss) | 0;
    for (const name of ['recover', 'ecnRecover'] as const) cc[name] = (cc[name] - snd.iss + iss) | 0;
    for (const name of ['nxt', 'edge', 'user', 'acked'] as const) rcv[name] = (rcv[name] - rcv.irs + irs) | 0;
    snd.wl1 = irs;
    snd.iss = iss;
    rcv.irs = irs;
    tcb.r3 = seed;
    tcb.remotePort = 1024 + seed;
    tcb.id = seed;
    return tcb;
  }

  it('take the words in which they differ, whatever their sequence numbers and times', () => {
    const packer = new TcbPacker(new Tcb(defaultConfig));
    through(halfOpen(1), packer);
    for (let seed = 2; seed < 100; seed++) {
      const tcb = halfOpen(seed);
      const { tcb: again, words } = through(tcb, packer);
      expect(again).toEqual(tcb);
      expect(words).toBeLessThanOrEqual(16);
    }
  });

  it('are all of it, whoever was packed before, also where 0 and the bases are as far apart as can be', () => {
    const packer = new TcbPacker(new Tcb(defaultConfig));
    const edge = fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, -0x7fffffff, 0x40000000);
    fc.assert(
      fc.property(fc.infiniteStream(edge), fc.constantFrom(...STATES), (numbers, state) => {
        const tcb = new Tcb(defaultConfig);
        eachField(tcb, (_part, name, values) => {
          values[name] = numbers.next().value as number;
        });
        tcb.state = codeOf(state);
        expect(through(tcb, packer).tcb).toEqual(tcb);
      }),
      { numRuns: 100 },
    );
  });

  it('those of one state are no models of another, and a few of a state are', () => {
    const packer = new TcbPacker(new Tcb(defaultConfig));
    const other = (state: State, value: number): Tcb => {
      const tcb = new Tcb(defaultConfig);
      eachField(tcb, (_part, name, values) => {
        values[name] = value;
      });
      tcb.state = state;
      return tcb;
    };
    for (let value = 2; value < 30; value++) through(other(State.SYN_RECEIVED, value), packer);
    expect(through(other(State.SYN_RECEIVED, 3), packer).words).toBeLessThan(20);
    expect(through(other(State.SYN_RECEIVED, 29), packer).words).toBeGreaterThan(80);
    through(other(State.ESTABLISHED, 3), packer);
    expect(through(other(State.ESTABLISHED, 3), packer).words).toBeLessThan(20);
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
