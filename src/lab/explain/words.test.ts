import { describe, expect, test } from 'vitest';
import { State, stateName } from '../../tcp/index.ts';
import { type TcbView, tcbAt } from '../trace.ts';
import { findTerms, termNamed, terms } from './glossary.ts';
import { stateNames, stateSpelled, states } from './states.ts';
import { diffTcb, queueFields, tcbFields, valueAt } from './tcb-fields.ts';
import { CONNECT, entering, run } from './testing.ts';

describe('states', () => {
  test('all eleven, under the names of the engine', () => {
    expect(Object.keys(states)).toEqual(Object.values(State).map(stateName));
  });

  test('three names for SYN-RECEIVED: RFC, ss, netstat', () => {
    const { rfc, ss, netstat } = stateNames('SYN-RECEIVED');
    expect([rfc, ss, netstat]).toEqual(['SYN-RECEIVED', 'SYN-RECV', 'SYN_RECV']);
  });

  test.each([
    ['SYN_RCVD', 'SYN-RECEIVED', true],
    ['syn-recv', 'SYN-RECEIVED', true],
    ['ESTAB', 'ESTABLISHED', true],
    ['FIN_WAIT_2', 'FIN-WAIT-2', true],
    ['CLOSE', 'CLOSED', true],
    ['SYN_SEND', 'SYN-SENT', false],
  ] as const)('%s means %s; it exists: %s', (spelling, state, exists) => {
    expect(stateSpelled(spelling)).toEqual({ state, exists });
  });

  test('no spelling belongs to two states, and none is both right and wrong', () => {
    const all = Object.values(states).flatMap((s) => [
      ...new Set([s.rfc, s.ss, s.netstat, ...s.variants, ...s.wrong]),
    ]);
    expect(new Set(all).size).toBe(all.length);
    expect(stateSpelled('OPEN')).toBeNull();
  });
});

describe('terms', () => {
  test('each id and each name is there once', () => {
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    for (const lang of ['en', 'zh'] as const) {
      expect(new Set(terms.map(({ name }) => name[lang])).size).toBe(terms.length);
    }
    expect(termNamed('no-such-term')).toBeUndefined();
  });

  test('半打开, 半关闭 and 半连接 are three different things', () => {
    const found = findTerms('半打开、半关闭和半连接', 'zh').map(({ term }) => term.id);
    expect(found).toEqual(['half-open', 'half-closed', 'syn-queue']);
  });

  test('of two terms at one place the longer counts', () => {
    expect(findTerms('the SYN queue', 'en').map(({ term, from, to }) => [term.id, from, to])).toEqual([
      ['syn-queue', 4, 13],
    ]);
    expect(findTerms('半连接队列', 'zh')).toHaveLength(1);
    expect(findTerms('a challenge ACK for 2MSL', 'en').map(({ term }) => term.id)).toEqual([
      'challenge-ack',
      'msl',
    ]);
  });

  test('Latin words are whole words; a sentence may begin with one', () => {
    expect(findTerms('FIRST windowed MSLs', 'en')).toEqual([]);
    expect(findTerms('Segments are lost', 'en').map(({ term }) => term.id)).toEqual(['segment']);
    expect(findTerms('等待2MSL之后', 'zh').map(({ term }) => term.id)).toEqual(['msl']);
  });

  test('uses come in order and do not overlap', () => {
    const text = terms.map(({ definition }) => definition.en).join(' ');
    let end = 0;
    for (const { from, to } of findTerms(text, 'en')) {
      expect(from).toBeGreaterThanOrEqual(end);
      end = to;
    }
    expect(end).toBeGreaterThan(0);
  });
});

describe('the fields of a TCB', () => {
  const trace = run([CONNECT, { when: 100, do: 'write', end: 'left', what: 'hello' }]);
  const view = tcbAt(trace, trace.events.length - 1, 'left') as TcbView;

  /** The paths of an object's leaves; timers and lists are one field each. */
  function paths(value: object, prefix = ''): string[] {
    return Object.entries(value).flatMap(([key, inner]) => {
      const path = `${prefix}${key}`;
      const nested =
        typeof inner === 'object' && inner !== null && !Array.isArray(inner) && path !== 'timers';
      return nested ? paths(inner as object, `${path}.`) : [path];
    });
  }

  test('every field of a view has its meaning, and every meaning its field', () => {
    expect(tcbFields.map(({ path }) => path).sort()).toEqual(paths(view).sort());
    expect(queueFields.map(({ path }) => path)).toEqual(['syn', 'synLimit', 'accept', 'acceptLimit']);
  });

  test('the SYN,ACK moves SND.UNA and RCV.NXT of the client, and its state', () => {
    const at = entering(trace, 'left', 'ESTABLISHED');
    const difference = diffTcb(tcbAt(trace, at - 1, 'left'), tcbAt(trace, at, 'left'));
    const names = difference.map(({ field }) => field.name);
    expect(names).toEqual(expect.arrayContaining(['state', 'SND.UNA', 'SND.WND', 'IRS', 'RCV.NXT', 'SRTT']));
    expect(difference[0]).toMatchObject({ before: 'SYN-SENT', after: 'ESTABLISHED' });
    expect(names).not.toContain('ISS');
  });

  test('equal views do not differ; no TCB differs in everything', () => {
    expect(diffTcb(view, view)).toEqual([]);
    expect(diffTcb(null, null)).toEqual([]);
    expect(diffTcb(null, view).map(({ field }) => field.path)).toEqual(tcbFields.map(({ path }) => path));
    expect(valueAt(view, 'snd.no.such')).toBeUndefined();
  });
});
