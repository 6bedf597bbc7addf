import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tcbPage, tcbSource } from '../../../scripts/tcb-page.ts';
import { defaultConfig } from '../config.ts';
import { inState, octets, options, pass, STATES, text } from '../segment-arrives/testing.ts';
import { AccEcn } from './acc-ecn.ts';
import { eachField, freshTcb, notInt32 } from './fields.ts';
import { OutOfOrder } from './out-of-order.ts';
import { ReceiveMemory } from './receive-memory.ts';
import { type Field, PARTS, PARTS_ON_DEMAND, SCHEMA } from './schema.ts';
import { Sent } from './sent.ts';
import { cloneTcb, copyTcb, finAcked, finSent, MtuSearch, Tcb, type Timers, wakeAt } from './tcb.ts';

describe('the TCB is plain data', () => {
  it('in every state: numbers, its settings; it survives structuredClone', () => {
    for (const state of STATES) {
      const { tcb } = inState(state, { syn: options({ mss: 1000, sack: true, ts: 5, wscale: 3 }) });
      expect({ ...structuredClone(tcb) }).toEqual({ ...tcb, ...parts(tcb) });
    }
  });

  function parts(tcb: Tcb) {
    return {
      snd: { ...tcb.snd },
      rcv: { ...tcb.rcv },
      rto: { ...tcb.rto },
      cc: { ...tcb.cc },
      timer: { ...tcb.timer },
    };
  }

  it('has the same fields in the same order in every state: one shape', () => {
    const shapes = STATES.map((state) => {
      const { tcb } = inState(state);
      return JSON.stringify(
        [tcb, tcb.snd, tcb.rcv, tcb.rto, tcb.cc, tcb.timer].map((part) => Object.keys(part)),
      );
    });
    expect(new Set(shapes).size).toBe(1);
  });

  it('a clone is equal and shares nothing that changes', () => {
    const a = inState('ESTABLISHED', { syn: options({ sack: true }) });
    a.inject('ACK', 11, 1, text(10));
    a.send(octets(100));
    const clone = cloneTcb(a.tcb);
    expect(clone).toEqual(a.tcb);
    const before = structuredClone(clone);
    a.inject('ACK', 31, 1, text(10));
    a.inject('ACK', 1, 101, text(10));
    a.close();
    pass(a, 100);
    expect(structuredClone(clone)).toEqual(before);
    expect(clone).not.toEqual(a.tcb);
  });

  it('copyTcb goes back in time: from the same TCB the same event gives the same segments', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(3000));
    const then = cloneTcb(a.tcb);
    const run = () => {
      a.sent.length = 0;
      a.inject('ACK', 1, 537, text(5));
      return a.lines();
    };
    const first = run();
    copyTcb(a.tcb, then);
    expect(a.tcb).toEqual(then);
    a.read.length = 0;
    expect(run()).toEqual(first);
  });
});

describe('the schema of a TCB', () => {
  it('has a row for each number, and the kind that its name tells', () => {
    const tcb = new Tcb(defaultConfig);
    tcb.sent = new Sent();
    tcb.outOfOrder = new OutOfOrder();
    tcb.mtuSearch = new MtuSearch();
    tcb.accEcn = new AccEcn();
    tcb.memory = new ReceiveMemory();
    const numbers: string[] = [];
    for (const part of ['tcb', ...Object.keys(PARTS), ...Object.keys(PARTS_ON_DEMAND)]) {
      const values = Object.entries(part === 'tcb' ? tcb : (tcb[part as 'snd'] as object));
      for (const [name, value] of values) if (typeof value === 'number') numbers.push(`${part}.${name}`);
    }
    const rows: string[] = [];
    eachField(tcb, (part, name) => {
      rows.push(`${part}.${name}`);
      const kind = ((SCHEMA[part] as Record<string, Field>)[name] as Field)[0];
      if (name.endsWith('Ms')) expect(['ms', 'forMs']).toContain(kind);
      if (name.endsWith('Us')) expect(['us', 'forUs']).toContain(kind);
      if (part === 'timer') expect([name, kind]).toEqual([name, 'deadline']);
    });
    expect(rows.sort()).toEqual(numbers.sort());
  });

  it('freshTcb: what had a life is equal to what had none, but for its place', () => {
    for (const state of STATES) {
      const { tcb } = inState(state, { syn: options({ mss: 1000, sack: true, ts: 5, wscale: 3 }) });
      tcb.sent = new Sent();
      tcb.outOfOrder = new OutOfOrder();
      const { id, family, mtu, pmtu, localPort, remotePort, udpPort, l2, l3, r2, r3 } = tcb;
      const fresh = freshTcb(tcb);
      const place = { id, family, mtu, pmtu, localPort, remotePort, udpPort, l2, l3, r2, r3 };
      expect(fresh).toEqual(Object.assign(new Tcb(tcb.config), place));
    }
  });

  it('freshTcb: of all numbers only those of its place stay', () => {
    const tcb = new Tcb(defaultConfig);
    eachField(tcb, (_part, name, values) => {
      values[name] = 77;
    });
    tcb.sent = new Sent();
    tcb.outOfOrder = new OutOfOrder();
    tcb.mtuSearch = new MtuSearch();
    tcb.cc.own = {};
    const fresh = freshTcb(tcb);
    const stay: string[] = [];
    eachField(fresh, (part, name, values) => {
      if (values[name] === 77) stay.push(`${part}.${name}`);
    });
    const place = 'id family l0 l1 l2 l3 r0 r1 r2 r3 localPort remotePort udpPort mtu pmtu gso';
    expect(stay).toEqual(place.split(' ').map((name) => `tcb.${name}`));
    expect([fresh.sent, fresh.outOfOrder, fresh.mtuSearch, fresh.cc.own]).toEqual([null, null, null, null]);
  });

  it('a record of what was sent that is used again has forgotten all', () => {
    const sent = new Sent();
    for (const name of Object.keys(PARTS_ON_DEMAND.sent)) sent[name as 'count'] = 77;
    sent.reset();
    expect(sent).toEqual(new Sent());
  });

  it('a number that is no int32 is named', () => {
    const tcb = new Tcb(defaultConfig);
    expect(notInt32(tcb)).toBeNull();
    tcb.snd.una = 2 ** 31;
    expect(notInt32(tcb)).toBe('snd.una = 2147483648');
  });

  it('docs/tcb.md is what the schema says', () => {
    const file = new URL('../../../docs/tcb.md', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(tcbPage(tcbSource()));
  });
});

describe('what is read off it', () => {
  it('finSent and finAcked', () => {
    const a = inState('ESTABLISHED', { wnd: 0 });
    expect([finSent(a.tcb), finAcked(a.tcb)]).toEqual([false, false]);
    a.close();
    expect([finSent(a.tcb), finAcked(a.tcb)]).toEqual([false, false]);
    a.inject('ACK', 1, 1);
    expect([finSent(a.tcb), finAcked(a.tcb)]).toEqual([true, false]);
    a.inject('ACK', 1, 2);
    expect([finSent(a.tcb), finAcked(a.tcb)]).toEqual([true, true]);
  });

  it('wakeAt is the earliest of all deadlines, also when the clock wraps', () => {
    const tcb = new Tcb(defaultConfig);
    expect(wakeAt(tcb)).toBe(0);
    const names = Object.keys(PARTS.timer) as (keyof Timers)[];
    for (const first of names) {
      for (const base of [1000, 2 ** 31 - 1]) {
        for (const name of names) tcb.timer[name] = (base + (name === first ? 0 : 5000)) | 0;
        expect([first, wakeAt(tcb)]).toEqual([first, base | 0]);
      }
    }
  });
});
