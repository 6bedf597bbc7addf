import { describe, expect, test } from 'vitest';
import { runScenario } from '../scenario/index.ts';
import { statesAt, statesPassed, type Trace, tcbAt } from '../trace.ts';
import { scenarioNamed } from './index.ts';
import { sentLines, traceLines } from './testing.ts';

function play(id: string, edits: readonly string[] = []): Trace {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return runScenario(scenario, { edits });
}

const passed = (trace: Trace, end: 'left' | 'right', connection = 0): string =>
  statesPassed(trace, end, connection).join(' ');
const end = (trace: Trace): number => trace.events.length - 1;
/** Milliseconds at which timers of an end fired. */
const fired = (trace: Trace, of: 'left' | 'right'): number[] =>
  trace.events.flatMap((e) => (e.kind === 'timer' && e.what === 'fired' && e.end === of ? [e.t / 1000] : []));

const ACTIVE = 'CLOSED SYN-SENT ESTABLISHED';
const PASSIVE = 'CLOSED LISTEN SYN-RECEIVED ESTABLISHED';
const HANDSHAKE = ['left SYN seq=0', 'right SYN,ACK seq=0 ack=1', 'left ACK seq=1 ack=1'];

describe('the handshake', () => {
  test('hs: three segments; the server is ESTABLISHED one delay after the client', () => {
    const trace = play('hs');
    expect(sentLines(trace)).toEqual(HANDSHAKE);
    expect(passed(trace, 'left')).toBe(ACTIVE);
    expect(passed(trace, 'right')).toBe(PASSIVE);
    const told = trace.events.flatMap((e) => (e.kind === 'call' ? [`${e.t / 1000} ${e.end} ${e.call}`] : []));
    expect(told).toEqual(['0 right listen', '0 left connect', '20 left connected', '30 right accept']);
  });

  test('syn-lost: the same SYN again after a second; without any the pauses double, and connect() fails', () => {
    expect(sentLines(play('syn-lost'))).toEqual([
      'left SYN seq=0 ×',
      'left SYN seq=0 again',
      ...HANDSHAKE.slice(1),
    ]);
    expect(fired(play('syn-lost'), 'left')).toEqual([1000]);
    const never = play('syn-lost', ['drop SYN#1- left->right']);
    expect(fired(never, 'left')).toEqual([1000, 3000, 7000, 15_000, 31_000, 63_000, 127_000, 180_000]);
    expect(never.events.at(-1)).toMatchObject({ kind: 'call', call: 'error', text: 'ETIMEDOUT' });
  });

  test('synack-lost: both ends send again', () => {
    const trace = play('synack-lost');
    expect(sentLines(trace).slice(0, 6)).toEqual([
      'left SYN seq=0',
      'right SYN,ACK seq=0 ack=1 ×',
      'left SYN seq=0 again',
      'right SYN,ACK seq=0 ack=1 again',
      'right SYN,ACK seq=0 ack=1 again',
      'left ACK seq=1 ack=1',
    ]);
    expect([fired(trace, 'left'), fired(trace, 'right')]).toEqual([[1000], [1010]]);
    expect(passed(trace, 'right')).toBe(PASSIVE);
  });

  test('ack3-lost: the SYN,ACK again, not the ACK; until then ESTABLISHED faces SYN-RECEIVED', () => {
    const trace = play('ack3-lost');
    expect(sentLines(trace).slice(2)).toEqual([
      'left ACK seq=1 ack=1 ×',
      'right SYN,ACK seq=0 ack=1 again',
      'left ACK seq=1 ack=1',
    ]);
    const lost = trace.events.findIndex((e) => e.kind === 'lost');
    expect(statesAt(trace, lost)).toEqual({ left: 'ESTABLISHED', right: 'SYN-RECEIVED' });
    expect(statesAt(trace, end(trace))).toEqual({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  });

  test('ack3-data: the data completes the handshake, and nothing is repeated', () => {
    const trace = play('ack3-data');
    expect(sentLines(trace).slice(2)).toEqual([
      'left ACK seq=1 ack=1 ×',
      'left PSH,ACK seq=1 ack=1 len=5',
      'right ACK seq=1 ack=6',
    ]);
    expect([...fired(trace, 'left'), ...fired(trace, 'right')]).toEqual([]);
  });
});

describe('old SYNs', () => {
  test('stale-listen: a client without the connection answers RST, and the server is in LISTEN again', () => {
    const trace = play('stale-listen');
    expect(sentLines(trace)).toEqual(['left SYN seq=0', 'right SYN,ACK seq=0 ack=1', 'left RST seq=1']);
    expect(passed(trace, 'right')).toBe('CLOSED LISTEN SYN-RECEIVED LISTEN');
    expect(trace.events.some((e) => e.kind === 'call' && e.call === 'accept')).toBe(false);
  });

  test('stale-first: the answer to the old SYN is reset, the new one succeeds', () => {
    const trace = play('stale-first');
    expect(sentLines(trace)).toEqual([
      'left SYN seq=0',
      'left SYN seq=0′ ×',
      'right SYN,ACK seq=0 ack=1',
      'left RST seq=1',
      'left SYN seq=0′ again',
      'right SYN,ACK seq=0′ ack=1′',
      'left ACK seq=1′ ack=1′',
    ]);
    expect(passed(trace, 'left')).toBe('CLOSED SYN-SENT CLOSED SYN-SENT ESTABLISHED');
    expect(passed(trace, 'right')).toBe('CLOSED LISTEN SYN-RECEIVED LISTEN SYN-RECEIVED ESTABLISHED');
  });
});

describe('other handshakes', () => {
  test('ack3-payload: text in the third segment; the fourth has SND.NXT, though nothing more is acknowledged', () => {
    const trace = play('ack3-payload');
    expect(sentLines(trace).slice(2, 4)).toEqual([
      'left ACK seq=1 ack=1 len=1448',
      'left PSH,ACK seq=1449 ack=1 len=1448',
    ]);
    const read = trace.events.find((e) => e.kind === 'call' && e.call === 'read');
    expect(read).toMatchObject({ octets: 2896 });
  });

  test('tfo: with the cookie of the first connection the text of the second is read in SYN-RECEIVED', () => {
    const trace = play('tfo');
    expect(sentLines(trace).slice(2)).toEqual(['left PSH,ACK seq=1 ack=1 len=15', 'right ACK seq=1 ack=16']);
    expect(sentLines(trace, 1).slice(0, 2)).toEqual(['left SYN seq=0 len=15', 'right SYN,ACK seq=0 ack=16']);
    const cookies = trace.events.flatMap((e) =>
      e.kind === 'sent' ? (e.segment.options.fastOpen ?? []) : [],
    );
    expect(cookies).toEqual([0, 8, 8]);
    const read = trace.events.find((e) => e.kind === 'call' && e.call === 'read' && e.connection === 1);
    expect(read).toMatchObject({
      end: 'right',
      octets: 15,
      states: { left: 'SYN-SENT', right: 'SYN-RECEIVED' },
    });
    const answer = trace.events.find((e) => e.kind === 'call' && e.call === 'read' && e.end === 'left');
    expect(answer?.t).toBe(140_000);
  });

  test('simopen: four segments, both ends through SYN-RECEIVED, one connection', () => {
    const trace = play('simopen');
    expect(sentLines(trace)).toEqual([
      'left SYN seq=0',
      'right SYN seq=0',
      'right SYN,ACK seq=0 ack=1',
      'left SYN,ACK seq=0 ack=1',
    ]);
    for (const side of ['left', 'right'] as const)
      expect(passed(trace, side)).toBe('CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED');
    expect(trace.connections.length).toBe(1);
  });

  test('split-hs: SYN is answered with SYN; the client sends SYN,ACK', () => {
    const trace = play('split-hs');
    expect(sentLines(trace)).toEqual([
      'left SYN seq=0',
      'right SYN seq=0',
      'left SYN,ACK seq=0 ack=1',
      'right ACK seq=1 ack=1',
    ]);
    expect(passed(trace, 'left')).toBe('CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED');
    expect(passed(trace, 'right')).toBe(PASSIVE);
  });
});

describe('resets, and silence', () => {
  test('refused: RST,ACK with seq=0 on the wire and ack=x+1', () => {
    const trace = play('refused');
    const reset = trace.events.find((e) => e.kind === 'sent' && e.from === 'right');
    expect(reset).toMatchObject({ segment: { flags: 'RST,ACK', seq: 0 } });
    expect(passed(trace, 'left')).toBe('CLOSED SYN-SENT CLOSED');
    expect(trace.events.at(-1)).toMatchObject({ call: 'error', text: 'ECONNREFUSED', t: 20_000 });
  });

  test('filtered: eight SYNs in three minutes, then ETIMEDOUT', () => {
    const trace = play('filtered');
    expect(sentLines(trace)).toEqual(['left SYN seq=0 ×', ...Array(7).fill('left SYN seq=0 again ×')]);
    expect(trace.events.at(-1)).toMatchObject({ call: 'error', text: 'ETIMEDOUT', t: 180_000_000 });
  });

  test('blind-rst: an inexact RST and a SYN are challenged, an exact RST kills', () => {
    const trace = play('blind-rst');
    expect(sentLines(trace).slice(3)).toEqual([
      'left RST seq=6 forged',
      'right ACK seq=1 ack=1',
      'left SYN seq=10 forged',
      'right ACK seq=1 ack=1',
      'left RST seq=1 forged',
    ]);
    expect(statesAt(trace, end(trace))).toEqual({ left: 'ESTABLISHED', right: 'CLOSED' });
  });

  test('halfopen: nothing happens until the client writes; then RST, and ECONNRESET', () => {
    const trace = play('halfopen');
    expect(sentLines(trace).slice(3)).toEqual(['left PSH,ACK seq=1 ack=1 len=5', 'right RST seq=1']);
    const reboot = trace.events.findIndex((e) => e.kind === 'fault' && e.what === 'reboot');
    expect(statesAt(trace, reboot)).toEqual({ left: 'ESTABLISHED', right: 'CLOSED' });
    expect(trace.events.at(-1)).toMatchObject({ call: 'error', text: 'ECONNRESET' });
  });
});

describe('queues', () => {
  test('acceptq: a connection without accept(); the next SYN is dropped until there is room', () => {
    const trace = play('acceptq');
    expect(sentLines(trace)).toEqual(HANDSHAKE);
    expect(sentLines(trace, 1)).toEqual(['left SYN seq=0', 'left SYN seq=0 again', ...HANDSHAKE.slice(1)]);
    const dropped = trace.events.find((e) => e.kind === 'arrived' && e.discarded !== null);
    expect(dropped).toMatchObject({ connection: 1, discarded: 'listen-refused', t: 110_000 });
    expect(passed(trace, 'right', 1)).toBe('LISTEN SYN-RECEIVED ESTABLISHED');
  });

  test('acceptq-ack: the last ACK is dropped, and the SYN,ACK repeated', () => {
    const trace = play('acceptq-ack');
    const dropped = trace.events.find((e) => e.kind === 'arrived' && e.discarded === 'listen-refused');
    expect(dropped?.states).toEqual({ left: 'ESTABLISHED', right: 'SYN-RECEIVED' });
    expect(sentLines(trace, 1).slice(2)).toEqual([
      'left ACK seq=1 ack=1',
      'right SYN,ACK seq=0 ack=1 again',
      'left ACK seq=1 ack=1',
    ]);
  });

  test('synflood: without cookies the client stays out; with them it gets in, and nothing is kept for its SYN', () => {
    const closed = play('synflood');
    expect(passed(closed, 'left')).toBe('CLOSED SYN-SENT');
    expect(closed.events.findLast((e) => e.queues !== undefined)?.queues).toMatchObject({
      syn: 2,
      synLimit: 2,
    });
    const open = play('synflood-cookies');
    expect(sentLines(open)).toEqual(HANDSHAKE);
    const answered = open.events.findIndex(
      (e) => e.kind === 'sent' && e.connection === 0 && e.from === 'right',
    );
    expect(statesAt(open, answered).right).toBe('LISTEN');
    expect(tcbAt(open, answered, 'right')).toBeNull();
    expect(statesAt(open, end(open))).toEqual({ left: 'ESTABLISHED', right: 'ESTABLISHED' });
  });
});

describe('paths', () => {
  test('keepalive: a probe with seq=SND.NXT-1 is answered; three are not, and the client gives up', () => {
    const trace = play('keepalive');
    expect(sentLines(trace).slice(3)).toEqual([
      'left ACK seq=0 ack=1',
      'right ACK seq=1 ack=1',
      ...Array(3).fill('left ACK seq=0 ack=1 ×'),
      'left RST,ACK seq=1 ack=1 ×',
    ]);
    expect(statesAt(trace, end(trace))).toEqual({ left: 'CLOSED', right: 'ESTABLISHED' });
    expect(trace.events.at(-1)).toMatchObject({ call: 'error', text: 'ETIMEDOUT' });
  });

  test('mtu-hole: both offer MSS 1460; little arrives, full segments never do', () => {
    const trace = play('mtu-hole');
    const offers = trace.events.flatMap((e) => (e.kind === 'sent' && e.segment.options.mss) || []);
    expect(offers).toEqual([1460, 1460]);
    const lost = trace.events.filter((e) => e.kind === 'lost');
    expect(lost.map((e) => e.kind === 'lost' && e.reason)).toEqual(Array(4).fill('mtu'));
    expect(tcbAt(trace, end(trace), 'right')?.rcv.nxt).toBe(
      ((tcbAt(trace, end(trace), 'right')?.rcv.irs ?? 0) + 6) >>> 0,
    );
  });

  test('wscale-strip: the server means 2048 x 128, the client reads 2048', () => {
    const trace = play('wscale-strip');
    expect(tcbAt(trace, end(trace), 'right')).toMatchObject({
      options: { windowScale: true },
      rcv: { wscale: 7 },
    });
    const { snd, options } = tcbAt(trace, end(trace), 'left') ?? {};
    expect([options?.windowScale, snd?.wscale]).toEqual([false, 0]);
    expect(snd?.wnd).toBeLessThanOrEqual(2048);
  });
});

describe('every event', () => {
  test.each([
    ...['hs', 'syn-lost', 'synack-lost', 'ack3-lost', 'ack3-data', 'stale-listen', 'stale-first'],
    ...['ack3-payload', 'tfo', 'simopen', 'split-hs', 'refused', 'filtered', 'blind-rst', 'halfopen'],
    ...['acceptq', 'acceptq-ack', 'synflood', 'synflood-cookies', 'keepalive', 'mtu-hole', 'wscale-strip'],
  ])('of %s', (id) => {
    expect(traceLines(play(id)).join('\n')).toMatchSnapshot();
  });
});
