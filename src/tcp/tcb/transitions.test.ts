import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config.ts';
import { Err } from '../errors.ts';
import { IcmpCause, icmpError } from '../icmp.ts';
import { reviveFromCookie } from '../segment-arrives/listen.ts';
import { inState, octets, pass, STATES, text, type Way } from '../segment-arrives/testing.ts';
import type { Endpoint } from '../testing.ts';
import { enter } from '../timers.ts';
import { State, type StateName, stateName } from './state.ts';
import { Tcb } from './tcb.ts';
import * as row from './transitions.ts';
import { type Transition, transitionNamed, transitions } from './transitions.ts';

describe('the table of transitions', () => {
  it('numbers its rows, and names each way from a state once', () => {
    expect(transitions.map((t) => t.id)).toEqual(transitions.map((_, i) => i));
    const ways = transitions.map((t) => `${t.name} from ${stateName(t.from)}`);
    expect(new Set(ways).size).toBe(ways.length);
    expect(transitionNamed('listen-syn')).toBe(row.LISTEN_SYN);
    expect(() => transitionNamed('nowhere')).toThrow('nowhere');
  });

  it('every row cites its section', () => {
    for (const t of transitions) expect(t.section).toMatch(/^(3\.|RFC \d{4})/);
  });

  it('holds every arrow of figure 5', () => {
    const figure: readonly [StateName, StateName][] = [
      ['CLOSED', 'LISTEN'],
      ['CLOSED', 'SYN-SENT'],
      ['LISTEN', 'SYN-RECEIVED'],
      ['LISTEN', 'SYN-SENT'],
      ['LISTEN', 'CLOSED'],
      ['SYN-SENT', 'SYN-RECEIVED'],
      ['SYN-SENT', 'ESTABLISHED'],
      ['SYN-SENT', 'CLOSED'],
      ['SYN-RECEIVED', 'LISTEN'],
      ['SYN-RECEIVED', 'ESTABLISHED'],
      ['SYN-RECEIVED', 'FIN-WAIT-1'],
      ['ESTABLISHED', 'FIN-WAIT-1'],
      ['ESTABLISHED', 'CLOSE-WAIT'],
      ['FIN-WAIT-1', 'FIN-WAIT-2'],
      ['FIN-WAIT-1', 'CLOSING'],
      ['FIN-WAIT-1', 'TIME-WAIT'],
      ['FIN-WAIT-2', 'TIME-WAIT'],
      ['CLOSE-WAIT', 'LAST-ACK'],
      ['CLOSING', 'TIME-WAIT'],
      ['LAST-ACK', 'CLOSED'],
      ['TIME-WAIT', 'CLOSED'],
    ];
    const arrows = new Set(transitions.map((t) => `${stateName(t.from)} > ${stateName(t.to)}`));
    for (const [from, to] of figure) expect(arrows).toContain(`${from} > ${to}`);
    // What figure 5 leaves out all leads to CLOSED: resets, aborts, timeouts, errors.
    const others = [...arrows].filter((arrow) => !figure.some(([from, to]) => arrow === `${from} > ${to}`));
    expect(others.every((arrow) => arrow.endsWith('> CLOSED'))).toBe(true);
  });

  it('a state is entered only by a row that starts in the present one', () => {
    const a = inState('ESTABLISHED');
    expect(() => enter(a.engine, a.tcb, row.LAST_ACK_ACK)).toThrow(/last-ack-ack from state 4/);
    expect(() => enter(a.engine, a.tcb, undefined)).toThrow();
    expect(new Tcb(defaultConfig).state).toBe(State.CLOSED);
  });
});

describe('every row is taken by some scenario', () => {
  const keep = { config: { keepAlive: true, keepAliveIdleMs: 1000, keepAliveIntervalMs: 100 } };
  const scenarios: readonly [StateName, (a: Endpoint) => void, Way?][] = [
    ['SYN-RECEIVED', (a) => a.inject('ACK', 1, 1)],
    ['SYN-RECEIVED', (a) => a.inject('RST', 1)],
    ['SYN-RECEIVED', (a) => a.inject('RST', 1), { active: true }],
    ['SYN-RECEIVED', (a) => a.inject('SYN', 9)],
    ['SYN-RECEIVED', (a) => pass(a, 180_000)],
    [
      'SYN-RECEIVED',
      (a) => icmpError(a.engine, a.tcb, a.tcb.snd.iss, IcmpCause.PORT, Err.HOST_UNREACHABLE),
      { active: true },
    ],
    ['SYN-RECEIVED', (a) => pass(a, 180_000), { active: true }],
    ['SYN-RECEIVED', (a) => a.close()],
    ['SYN-SENT', (a) => a.inject('SYN,ACK', 5, 1)],
    ['SYN-SENT', (a) => a.inject('SYN', 5)],
    ['SYN-SENT', (a) => a.inject('RST,ACK', 5, 1)],
    ['SYN-SENT', (a) => a.close()],
    ['SYN-SENT', (a) => pass(a, 180_000)],
    ['SYN-SENT', (a) => icmpError(a.engine, a.tcb, a.tcb.snd.iss, IcmpCause.PORT, Err.HOST_UNREACHABLE)],
    ['CLOSED', (a) => a.openPassive()],
    ['CLOSED', (a) => a.openActive()],
    ['LISTEN', (a) => a.openActive()],
    ['LISTEN', (a) => a.close()],
    ['LISTEN', (a) => a.inject('SYN', 5)],
    ['LISTEN', (a) => reviveFromCookie(a.engine, a.tcb, { seq: 5, ack: 6 } as never, 536)],
    ['ESTABLISHED', (a) => a.inject('FIN,ACK', 1, 1)],
    ['ESTABLISHED', (a) => a.close()],
    ['CLOSE-WAIT', (a) => a.close()],
    ['FIN-WAIT-1', (a) => a.inject('ACK', 1, 2)],
    ['FIN-WAIT-1', (a) => a.inject('FIN,ACK', 1, 1)],
    ['FIN-WAIT-1', (a) => a.inject('FIN,ACK', 1, 2)],
    ['FIN-WAIT-2', (a) => a.inject('FIN,ACK', 1, 2)],
    ['CLOSING', (a) => a.inject('ACK', 2, 2)],
    ['LAST-ACK', (a) => a.inject('ACK', 2, 2)],
    ['TIME-WAIT', (a) => pass(a, 60_000)],
    ['TIME-WAIT', (a) => a.inject('SYN', 9)],
    [
      'FIN-WAIT-2',
      (a) => {
        a.detach();
        pass(a, 60_000);
      },
    ],
    ...(['FIN-WAIT-1', 'FIN-WAIT-2'] as const).map((state): [StateName, (a: Endpoint) => void] => [
      state,
      (a) => {
        a.detach();
        a.inject('ACK', 1, 1, text(5));
      },
    ]),
    ...(['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2'] as const).map(
      (state): [StateName, (a: Endpoint) => void, Way] => [state, (a) => pass(a, 10_000), keep],
    ),
    ...STATES.slice(4, 10).map((state): [StateName, (a: Endpoint) => void] => [
      state,
      (a) => a.inject('RST', (a.tcb.rcv.nxt - a.tcb.rcv.irs) | 0),
    ]),
    ...STATES.slice(1).map((state): [StateName, (a: Endpoint) => void] => [state, (a) => a.abort()]),
    ...(['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const).map(
      (state): [StateName, (a: Endpoint) => void] => [
        state,
        (a) => {
          a.send(octets(1));
          pass(a, 1_000_000);
        },
      ],
    ),
  ];

  it('except time-wait-rst, which only a TCP without RFC 1337 takes', () => {
    const taken = new Set<Transition>();
    for (const [state, act, way] of scenarios) {
      const a = inState(state, way);
      a.transition = (_tcb, t) => taken.add(t);
      act(a);
    }
    const missing = transitions
      .filter((t) => !taken.has(t))
      .map((t) => `${t.name} from ${stateName(t.from)}`);
    expect(missing).toEqual(['time-wait-rst from TIME-WAIT']);
  });
});
