import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { statesPassed, type Trace, tcbAt } from '../trace.ts';
import { scenarioNamed } from './index.ts';
import { sentLines, traceLines } from './testing.ts';

function play(id: string, edits: readonly string[] = []): Trace {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return runScenario(scenario, { edits });
}

/** What is sent after the three segments of the handshake. */
const closing = (trace: Trace): string[] => sentLines(trace).slice(3);
const passed = (trace: Trace, end: 'left' | 'right'): string => statesPassed(trace, end).join(' ');

const ACTIVE = 'CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED';
const PASSIVE = 'CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED';

describe('an orderly close', () => {
  test('close4: FIN, ACK, FIN, ACK, when the program closes after the delayed ACK was due', () => {
    const trace = play('close4');
    expect(closing(trace)).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right ACK seq=1 ack=2',
      'right FIN,ACK seq=1 ack=2',
      'left ACK seq=2 ack=2',
    ]);
    expect(passed(trace, 'left')).toBe(ACTIVE);
    expect(passed(trace, 'right')).toBe(PASSIVE);
  });

  test('close3: the FIN carries the ACK when the program closes within the time of the delayed ACK', () => {
    const trace = play('close3');
    expect(closing(trace)).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right FIN,ACK seq=1 ack=2',
      'left ACK seq=2 ack=2',
    ]);
    expect(passed(trace, 'left')).toBe('CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT CLOSED');
  });

  test('half-close: text flows in FIN-WAIT-2, and the FIN comes after it', () => {
    const trace = play('half-close');
    expect(closing(trace).filter((line) => /len|FIN/.test(line))).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right ACK seq=1 ack=2 len=1448',
      'right ACK seq=1449 ack=2 len=1448',
      'right PSH,ACK seq=2897 ack=2 len=104',
      'right FIN,ACK seq=3001 ack=2',
    ]);
    const reads = trace.events.filter((e) => e.kind === 'call' && e.call === 'read');
    expect(new Set(reads.map((e) => e.states.left))).toEqual(new Set(['FIN-WAIT-2']));
  });

  test('simclose: two FINs that do not acknowledge each other; CLOSING and TIME-WAIT at both ends', () => {
    const trace = play('simclose');
    expect(closing(trace)).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right FIN,ACK seq=1 ack=1',
      'right ACK seq=2 ack=2',
      'left ACK seq=2 ack=2',
    ]);
    for (const end of ['left', 'right'] as const)
      expect(passed(trace, end)).toContain('FIN-WAIT-1 CLOSING TIME-WAIT CLOSED');
  });
});

describe('a closing segment is lost', () => {
  test('fin-lost: the FIN is retransmitted from FIN-WAIT-1, while the server is ESTABLISHED', () => {
    const trace = play('fin-lost');
    expect(closing(trace).slice(0, 2)).toEqual([
      'left FIN,ACK seq=1 ack=1 ×',
      'left FIN,ACK seq=1 ack=1 again',
    ]);
    const again = trace.events.find((e) => e.kind === 'sent' && e.retransmission);
    expect(again?.states).toEqual({ left: 'FIN-WAIT-1', right: 'ESTABLISHED' });
    expect(passed(trace, 'left')).toBe(ACTIVE);
  });

  test('fin-lost, and the peer is dead: FIN-WAIT-1 until R2', () => {
    const trace = play('fin-lost', ['right crash 70ms']);
    const end = trace.events.findLast((e) => e.changes.length > 0);
    expect(end?.changes).toMatchObject([{ from: 'FIN-WAIT-1', to: 'CLOSED', rule: 'user-timeout' }]);
    expect(Math.round((end?.t ?? 0) / 1e6)).toBe(925);
  });

  test('finack-lost: the ACK is not retransmitted; the FIN comes again and is acknowledged at once', () => {
    const trace = play('finack-lost');
    expect(closing(trace).slice(0, 4)).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right ACK seq=1 ack=2 ×',
      'left FIN,ACK seq=1 ack=1 again',
      'right ACK seq=1 ack=2',
    ]);
    const second = trace.events.find((e) => e.kind === 'arrived' && e.discarded !== null);
    expect(second).toMatchObject({ discarded: 'outside-window', states: { right: 'CLOSE-WAIT' } });
  });

  test('fin-lost-b: the server retransmits from LAST-ACK, the client has no timer but that of an orphan', () => {
    const trace = play('fin-lost-b');
    expect(closing(trace).slice(2)).toEqual([
      'right FIN,ACK seq=1 ack=2 ×',
      'right FIN,ACK seq=1 ack=2 again',
      'left ACK seq=2 ack=2',
    ]);
    const lost = trace.events.findIndex((e) => e.kind === 'lost');
    expect(Object.keys(tcbAt(trace, lost, 'left')?.timers ?? {})).toEqual(['wait']);
  });

  test('lastack-lost: TIME-WAIT acknowledges the FIN again and waits 2 MSL from then on', () => {
    const trace = play('lastack-lost');
    expect(closing(trace).slice(3)).toEqual([
      'left ACK seq=2 ack=2 ×',
      'right FIN,ACK seq=1 ack=2 again',
      'left ACK seq=2 ack=2',
    ]);
    const sets = trace.events.filter((e) => e.kind === 'timer' && e.timer === '2msl' && e.what === 'set');
    expect(sets).toHaveLength(2);
    expect(trace.events.at(-1)?.t).toBe((sets[1]?.t ?? 0) + 60_000_000);
  });
});

describe('closing that stops half way, or comes early', () => {
  test('fw2-orphan: CLOSED after 60 s without a segment, the server stays in CLOSE-WAIT', () => {
    const trace = play('fw2-orphan');
    const end = trace.events.at(-1);
    expect(end).toMatchObject({ kind: 'change', states: { left: 'CLOSED', right: 'CLOSE-WAIT' } });
    expect(end?.changes).toMatchObject([{ from: 'FIN-WAIT-2', rule: 'fin-wait-2-timeout' }]);
  });

  test('fw2-orphan after shutdown() instead of close(): no timer runs, nothing ends it', () => {
    const scenario = scenarioNamed('fw2-orphan');
    if (scenario === undefined) throw new Error('no scenario');
    const [connect] = scenario.steps;
    if (connect === undefined) throw new Error('no step');
    const shutdown = { do: 'shutdown', end: 'left', when: { end: 'left', state: 'ESTABLISHED' } } as const;
    const trace = runScenario({ ...scenario, steps: [connect, shutdown] });
    expect(trace.events.at(-1)?.states).toEqual({ left: 'FIN-WAIT-2', right: 'CLOSE-WAIT' });
    expect(tcbAt(trace, trace.events.length, 'left')?.timers).toEqual({});
  });

  test('cw-leak: nothing happens in CLOSE-WAIT until close(); a FIN that comes too late meets RST', () => {
    const trace = play('cw-leak');
    expect(closing(trace)).toEqual([
      'left FIN,ACK seq=1 ack=1',
      'right ACK seq=1 ack=2',
      'right FIN,ACK seq=1 ack=2',
      'left RST seq=2',
    ]);
    const fin = trace.events.findIndex((e) => e.kind === 'sent' && e.from === 'right' && e.t === 120_000_000);
    expect(trace.events[fin]?.states).toEqual({ left: 'CLOSED', right: 'LAST-ACK' });
    expect(tcbAt(trace, fin - 2, 'right')).toMatchObject({ state: 'CLOSE-WAIT', timers: {} });
  });

  test('early-close: from SYN-RECEIVED to FIN-WAIT-1, without ESTABLISHED', () => {
    const trace = play('early-close');
    expect(passed(trace, 'left')).toBe('CLOSED SYN-SENT SYN-RECEIVED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED');
    expect(passed(trace, 'right')).toBe(
      'CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED',
    );
  });
});

describe('every event', () => {
  test.each([
    ...[
      'close4',
      'close3',
      'half-close',
      'simclose',
      'fin-lost',
      'finack-lost',
      'fin-lost-b',
      'lastack-lost',
    ],
    ...['fw2-orphan', 'cw-leak', 'early-close'],
  ])('of %s', (id) => {
    expect(traceLines(play(id)).join('\n')).toMatchSnapshot();
  });
});
