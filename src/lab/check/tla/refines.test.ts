import { describe, expect, it } from 'vitest';
import { State, stateName, transitions } from '../../../tcp/index.ts';
import { search } from '../search/index.ts';
import { Allowed, Carries as C, TcpEvent as E, edges, refines } from './refines.ts';
import { TcpModel } from './tcp-model.ts';

const S = State;

// What the rows of the engine's table say has happened.
const EVENTS: Record<string, readonly [event: E, carries: number]> = {
  'OPEN or SEND': [E.ACTIVE_OPEN, 0],
  CLOSE: [E.CLOSE, 0],
  ABORT: [E.ABORT, 0],
  ICMP: [E.ICMP, 0],
  SYN: [E.SEGMENT, C.SYN],
  'SYN,ACK': [E.SEGMENT, C.SYN_ACK],
  FIN: [E.SEGMENT, C.FIN],
  'FIN,ACK': [E.SEGMENT, C.FIN | C.ACK_OF_FIN],
  RST: [E.SEGMENT, C.RST],
  text: [E.SEGMENT, C.TEXT],
};

describe('figure 5 and the text', () => {
  it("allow every row of the engine's table of transitions", () => {
    const wrong: string[] = [];
    for (const t of transitions) {
      let [event, carries] = EVENTS[t.event] ?? [undefined, 0];
      if (t.event === 'OPEN') event = t.condition === 'passive' ? E.PASSIVE_OPEN : E.ACTIVE_OPEN;
      if (t.event.endsWith('TIMEOUT')) event = E.TIMEOUT;
      if (t.event === 'ACK') {
        event = E.SEGMENT;
        carries = t.from === S.SYN_RECEIVED || t.from === S.LISTEN ? C.ACK_OF_SYN : C.ACK_OF_FIN;
      }
      expect(event, t.event).toBeDefined();
      // A cookie's row stops at SYN-RECEIVED; the ACK itself then takes it on to ESTABLISHED.
      const to = t.name === 'listen-cookie' ? S.ESTABLISHED : t.to;
      const passive = /came from LISTEN/.test(t.condition);
      if (refines(t.from, to, event!, carries, passive) === Allowed.NO)
        wrong.push(`${t.name} ${stateName(t.from)}`);
    }
    expect(wrong).toEqual([]);
    expect(transitions.length).toBeGreaterThan(50);
  });

  it('allow several edges for a segment that carries several controls', () => {
    const seg = (from: State, to: State, carries: number) => refines(from, to, E.SEGMENT, carries, true);
    expect(seg(S.SYN_RECEIVED, S.CLOSE_WAIT, C.ACK_OF_SYN | C.FIN)).toBe(Allowed.FIGURE);
    expect(seg(S.SYN_RECEIVED, S.CLOSE_WAIT, C.FIN)).toBe(Allowed.NO);
    expect(seg(S.SYN_SENT, S.CLOSE_WAIT, C.SYN_ACK | C.FIN)).toBe(Allowed.FIGURE);
    expect(seg(S.FIN_WAIT_1, S.TIME_WAIT, C.ACK_OF_FIN | C.FIN)).toBe(Allowed.FIGURE);
    expect(seg(S.FIN_WAIT_1, S.TIME_WAIT, C.FIN)).toBe(Allowed.NO);
    expect(seg(S.LAST_ACK, S.CLOSED, C.ACK_OF_FIN)).toBe(Allowed.FIGURE);
    expect(seg(S.LAST_ACK, S.CLOSED, 0)).toBe(Allowed.NO);
  });

  it('forbid what knock-outs do', () => {
    // ESTABLISHED at the SYN; no TIME-WAIT; both ways closed at the first FIN; CLOSE-WAIT that ends by itself.
    expect(refines(S.LISTEN, S.ESTABLISHED, E.SEGMENT, C.SYN, true)).toBe(Allowed.NO);
    expect(refines(S.FIN_WAIT_2, S.CLOSED, E.SEGMENT, C.FIN, false)).toBe(Allowed.NO);
    expect(refines(S.ESTABLISHED, S.LAST_ACK, E.SEGMENT, C.FIN, false)).toBe(Allowed.NO);
    expect(refines(S.CLOSE_WAIT, S.LAST_ACK, E.TIMEOUT, 0, false)).toBe(Allowed.NO);
    expect(refines(S.SYN_SENT, S.ESTABLISHED, E.SEGMENT, C.SYN, false)).toBe(Allowed.NO);
  });

  it('a RST leads back to LISTEN only from SYN-RECEIVED after a passive OPEN (notes 1 and 3)', () => {
    expect(refines(S.SYN_RECEIVED, S.LISTEN, E.SEGMENT, C.RST, true)).toBe(Allowed.FIGURE);
    expect(refines(S.SYN_RECEIVED, S.LISTEN, E.SEGMENT, C.RST, false)).toBe(Allowed.NO);
    expect(refines(S.ESTABLISHED, S.LISTEN, E.SEGMENT, C.RST, true)).toBe(Allowed.NO);
    expect(refines(S.ESTABLISHED, S.CLOSED, E.SEGMENT, C.RST, true)).toBe(Allowed.FIGURE);
    expect(refines(S.ESTABLISHED, S.CLOSED, E.SEGMENT, C.FIN, true)).toBe(Allowed.NO);
  });

  it('staying is always allowed, and every edge is allowed by itself', () => {
    for (let s = 0; s < 11; s++)
      expect(refines(s as State, s as State, E.SEGMENT, C.FIN, false)).toBe(Allowed.FIGURE);
    for (const e of edges) {
      const got = refines(e.from, e.to, e.event, e.carries, e.passive ?? false);
      expect(got, `${stateName(e.from)} ${e.source}`).toBeLessThanOrEqual(e.by);
      expect(got).not.toBe(Allowed.NO);
    }
  });

  it('the model itself is still what it was: the figure is not bent to fit', () => {
    expect(search(new TcpModel()).states).toBe(1182);
  });
});
