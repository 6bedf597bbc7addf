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

describe('TIME-WAIT', () => {
  test('tw-old: an old copy is discarded and acknowledged; the RST that this provokes is ignored', () => {
    const trace = play('tw-old');
    expect(sentLines(trace).slice(-2)).toEqual(['right ACK seq=2 ack=5', 'left RST seq=5']);
    const old = trace.events.filter((e) => e.kind === 'arrived' && e.to === 'right' && e.discarded !== null);
    expect(old).toMatchObject([
      { discarded: 'time-wait', states: { left: 'CLOSED', right: 'TIME-WAIT' } },
      { discarded: 'rst-in-time-wait', states: { right: 'TIME-WAIT' } },
    ]);
    const set = trace.events.filter((e) => e.kind === 'timer' && e.timer === '2msl' && e.what === 'set');
    expect(set).toHaveLength(1);
    expect(trace.events.at(-1)?.t).toBe((set[0]?.t ?? 0) + 60_000_000);
  });

  test('tw-syn: a SYN with a newer number opens the next incarnation at once', () => {
    const trace = play('tw-syn');
    expect(sentLines(trace).slice(-3)).toEqual([
      'left SYN seq=0′',
      'right SYN,ACK seq=0′ ack=1′',
      'left ACK seq=1′ ack=1′',
    ]);
    expect(statesPassed(trace, 'right').slice(-4)).toEqual([
      'TIME-WAIT',
      'CLOSED',
      'SYN-RECEIVED',
      'ESTABLISHED',
    ]);
    const timers = trace.events.filter((e) => e.kind === 'timer' && /wait|2msl/.test(e.timer));
    expect(timers).toMatchObject([
      { timer: '2msl', what: 'set', ms: 60_000 },
      { timer: '2msl', what: 'cancelled' },
    ]);
    for (const flags of ['SYN', 'SYN,ACK']) {
      const sent = trace.events.flatMap((e) => (e.kind === 'sent' && e.segment.flags === flags ? [e] : []));
      const [first = 0, second = 0] = sent.map((e) => e.segment.seq);
      expect((second - (first + 2)) >>> 0).toBeLessThan(2 ** 31); // SYN and FIN took two numbers
    }
  });

  test('tw-kill: an older SYN is answered by ACK, the ACK by RST, and the RST is ignored (RFC 1337)', () => {
    const trace = play('tw-kill');
    expect(sentLines(trace).slice(-3)).toEqual([
      'left SYN seq=0 forged',
      'right ACK seq=2 ack=2',
      'left RST seq=2',
    ]);
    const rst = trace.events.find((e) => e.kind === 'arrived' && e.discarded === 'rst-in-time-wait');
    expect(rst?.states.right).toBe('TIME-WAIT');
    expect(trace.events.at(-1)?.changes).toMatchObject([{ end: 'right', rule: 'time-wait-timeout' }]);
  });

  test('tw-kill, with the RST sent directly: it is ignored all the same', () => {
    const trace = play('tw-kill', ['inject right RST seq=rcv.nxt 2s']);
    const ignored = trace.events.filter((e) => e.kind === 'arrived' && e.discarded === 'rst-in-time-wait');
    expect(ignored).toHaveLength(2);
  });

  test('tw-pile: all three are at the server; the client is CLOSED three times', () => {
    const trace = play('tw-pile');
    const at = trace.events.findLastIndex((e) => e.t < 1_000_000);
    for (const connection of [0, 1, 2]) {
      expect(tcbAt(trace, at, 'right', connection)?.state).toBe('TIME-WAIT');
      expect(statesPassed(trace, 'left', connection)).not.toContain('TIME-WAIT');
      expect(statesPassed(trace, 'left', connection).at(-1)).toBe('CLOSED');
    }
  });
});

describe('closing that becomes a reset', () => {
  test('unread-rst: RST instead of FIN, no TIME-WAIT, ECONNRESET', () => {
    const trace = play('unread-rst');
    expect(sentLines(trace).slice(3)).toEqual([
      'left PSH,ACK seq=1 ack=1 len=6',
      'right ACK seq=1 ack=7',
      'right RST,ACK seq=1 ack=7',
    ]);
    expect(trace.events.at(-1)).toMatchObject({ kind: 'call', call: 'error', text: 'ECONNRESET' });
    for (const end of ['left', 'right'] as const)
      expect(statesPassed(trace, end).slice(-2)).toEqual(['ESTABLISHED', 'CLOSED']);
  });

  test('late-data-rst: text after close() is answered by RST; the next write is EPIPE, and ECONNRESET is never told', () => {
    const trace = play('late-data-rst');
    const late = trace.events.find((e) => e.kind === 'arrived' && e.discarded === 'late-data');
    expect(late).toMatchObject({ to: 'left' });
    const errors = trace.events.flatMap((e) => (e.kind === 'call' && e.call === 'error' ? [e.text] : []));
    expect(errors).toEqual(['EPIPE']);
    expect(statesPassed(trace, 'left').slice(-2)).toEqual(['FIN-WAIT-2', 'CLOSED']);
  });
});

describe('order and windows', () => {
  test('ooo-fin: the FIN is kept, the state does not change until the text has come', () => {
    const trace = play('ooo-fin');
    const fin = trace.events.find((e) => e.kind === 'arrived' && e.id === 5);
    expect(fin?.states.right).toBe('ESTABLISHED');
    expect(sentLines(trace)[5]).toBe('right ACK seq=1 ack=1');
    const calls = trace.events.flatMap((e) => (e.kind === 'call' && e.end === 'right' ? [e.call] : []));
    expect(calls).toEqual(['listen', 'accept', 'read', 'eof', 'close']);
  });

  test('zerowin: probes of one octet, answered with a window of 0; the update lets the rest go', () => {
    const trace = play('zerowin');
    const sent = sentLines(trace).slice(3);
    expect(sent.filter((line) => line.includes('len=1'))).toHaveLength(3);
    expect(sent.slice(-3)).toEqual([
      'right ACK seq=1 ack=1001',
      'left PSH,ACK seq=1001 ack=1 len=500',
      'right ACK seq=1 ack=1501',
    ]);
    const fired = trace.events.flatMap((e) => (e.kind === 'timer' && e.what === 'fired' ? [e] : []));
    const persist = fired.filter((e) => e.timer === 'persist').map((e) => e.t);
    expect(persist.length).toBe(2);
    const windows = trace.events.flatMap((e) =>
      e.kind === 'sent' && e.from === 'right' ? [e.segment.window] : [],
    );
    expect(windows.slice(1)).toEqual([0, 0, 0, 1000, 1000]);
  });
});

describe('every event', () => {
  test.each([
    ...['tw-old', 'tw-syn', 'tw-kill', 'tw-pile', 'unread-rst', 'late-data-rst', 'ooo-fin', 'zerowin'],
  ])('of %s', (id) => {
    expect(traceLines(play(id)).join('\n')).toMatchSnapshot();
  });
});
