import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig, Tcb } from '../../tcp/index.ts';
import { RestingTcbs } from './resting-tcbs.ts';

/** A TCB that differs from a new one in `many` fields. */
function tcbWith(many: number, value: number): Tcb {
  const tcb = new Tcb(defaultConfig);
  const names = [
    'tsRecent',
    'tsOffset',
    'l3',
    'r3',
    'localPort',
    'remotePort',
    'minIss',
    'heardMs',
    'segsIn',
  ];
  for (const name of names.slice(0, many)) tcb[name as 'l3'] = value;
  if (many > names.length)
    Object.assign(tcb.snd, { una: value, nxt: value, wnd: value, wl1: value, wl2: value });
  if (many > 14) Object.assign(tcb.rcv, { nxt: value, irs: value, user: value, edge: value, acked: value });
  return tcb;
}

describe('RestingTcbs', () => {
  it('gives back what was put, of any size, in any order; places are used again', () => {
    const step = fc.record({ put: fc.boolean(), many: fc.nat(20), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const resting = new RestingTcbs(defaultConfig);
        const kept: [number, Tcb][] = [];
        for (const { put, many, pick } of steps) {
          if (put || kept.length === 0) {
            const tcb = tcbWith(many, pick | 0);
            kept.push([resting.put(tcb), tcb]);
          } else {
            const [[record, tcb] = [-1, null]] = kept.splice(pick % kept.length, 1);
            expect(resting.take(record)).toEqual(tcb);
          }
          expect(resting.count).toBe(kept.length);
        }
        expect(new Set(kept.map(([record]) => record)).size).toBe(kept.length);
        for (const [record, tcb] of kept) expect(resting.take(record)).toEqual(tcb);
        expect(resting.bytes).toBe(0);
      }),
    );
  });

  it('a connection with settings of its own has them again', () => {
    const resting = new RestingTcbs(defaultConfig);
    const config = { ...defaultConfig, receiveBuffer: 4321, keepAlive: true };
    const tcb = new Tcb(config);
    tcb.l3 = 7;
    const again = resting.take(resting.put(tcb));
    expect([again, again.config === config]).toEqual([tcb, true]);
    expect(resting.take(resting.put(new Tcb(defaultConfig))).config).toBe(defaultConfig);
  });

  it('a hundred thousand of them take less than 250 octets each', () => {
    const resting = new RestingTcbs(defaultConfig);
    for (let i = 0; i < 100_000; i++) resting.put(tcbWith(20, i));
    expect(resting.bytes / 100_000).toBeLessThan(250);
  });
});
