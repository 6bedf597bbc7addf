import { describe, expect, test } from 'vitest';
import { rfc9293 } from '../../tcp/index.ts';
import { numbersOf, numbersText } from '../numbers.ts';
import { statesPassed, type Trace, tcbAt } from '../trace.ts';
import { playScenario, RUN_LIMITS, runScenario } from './run.ts';
import type { Scenario, Setup, Step } from './scenario.ts';

const nothing = { en: '', zh: '' };

function scenario(steps: readonly Step[], setup: Setup = {}, more: Partial<Scenario> = {}): Scenario {
  const texts = { title: nothing, question: nothing, explanation: nothing, notice: [] };
  return { id: 'test', group: 'open', ...texts, setup, steps, ...more };
}

const connect: Step = { do: 'connect', end: 'left', when: 0 };
const opened = (end: 'left' | 'right', after: number) => ({ end, state: 'ESTABLISHED', after });
const closeBoth: Step[] = [
  { do: 'close', end: 'left', when: opened('left', 100) },
  { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 100 } },
];

/** `left SYN seq=0`, in order; × when it is lost. */
function segments(trace: Trace): string[] {
  const numbers = numbersOf(trace);
  const lost = new Set(trace.events.flatMap((e) => (e.kind === 'lost' ? [e.id] : [])));
  return trace.events.flatMap((e) => {
    if (e.kind !== 'sent') return [];
    const of = numbers[e.connection];
    if (of === undefined) throw new Error('no connection');
    const marks = `${e.injected ? ' forged' : ''}${e.retransmission ? ' again' : ''}${lost.has(e.id) ? ' ×' : ''}`;
    return [`${e.from} ${e.segment.flags} ${numbersText(of, e.from, e.segment)}${marks}`];
  });
}

describe('a scenario', () => {
  test('is run from the listener to the end of TIME-WAIT, and gives the same trace every time', () => {
    const run = () => runScenario(scenario([connect, ...closeBoth]));
    expect(segments(run())).toEqual([
      'left SYN seq=0',
      'right SYN,ACK seq=0 ack=1',
      'left ACK seq=1 ack=1',
      'left FIN,ACK seq=1 ack=1',
      'right ACK seq=1 ack=2',
      'right FIN,ACK seq=1 ack=2',
      'left ACK seq=2 ack=2',
    ]);
    expect(statesPassed(run(), 'right').join(' ')).toBe(
      'CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED',
    );
    expect(run()).toEqual(run());
    expect(JSON.parse(JSON.stringify(run()))).toEqual(run());
  });

  test('another seed gives other sequence numbers and the same story', () => {
    const runs = [1, 2].map((seed) => runScenario(scenario([connect]), { seed }));
    const [a, b] = runs.map((trace) => trace.events.find((e) => e.kind === 'sent'));
    expect(a).not.toEqual(b);
    expect(segments(runs[0] as Trace)).toEqual(segments(runs[1] as Trace));
  });

  test('MSL, delay and rules are what the options say', () => {
    const rules = { ...rfc9293, sendAck: () => {} };
    const { scenario: about } = runScenario(scenario([connect]), { mslMs: 1000, delayMs: 3 });
    expect(about).toEqual({ id: 'test', edits: [], seed: 1, mslMs: 1000, delayMs: 3, rules: 'rfc9293' });
    const mute = runScenario(scenario([connect], {}, { untilMs: 500 }), { rules: { id: 'mute', rules } });
    expect(statesPassed(mute, 'right').at(-1)).toBe('SYN-RECEIVED');
  });

  test('a change to it tells how often it acted', () => {
    const { edits, trace } = playScenario(scenario([connect], {}, { untilMs: 5000 }), {
      edits: ['drop ACK#1', 'drop URG#1'],
    });
    expect(edits).toEqual([
      { text: 'drop ACK#1', acted: 1 },
      { text: 'drop URG#1', acted: 0 },
    ]);
    expect(segments(trace).slice(2, 5)).toEqual([
      'left ACK seq=1 ack=1 ×',
      'right SYN,ACK seq=0 ack=1 again',
      'left ACK seq=1 ack=1',
    ]);
  });

  test('copies of copies end: the run is cut short at its bound, in a moment, however many changes ask for them', () => {
    const edits = Array<string>(30).fill('dup any#1- x100');
    const { ended, trace } = playScenario(scenario([connect]), { edits, mostEvents: 600 });
    expect(ended).toBe('bound');
    expect(trace.events.length).toBe(600);
    expect(playScenario(scenario([connect]), { mostEvents: 600 }).ended).not.toBe('bound');
  });

  test('a packet has at most as many copies as a scenario has room for under way', () => {
    const { trace } = playScenario(scenario([connect]), { edits: Array<string>(40).fill('dup SYN#1 x100') });
    const copies = trace.events.filter((e) => e.kind === 'arrived' && e.copy > 0);
    expect(copies.length).toBeGreaterThan(1000);
    expect(copies.length).toBeLessThan(2000);
  });

  test.each(['drop ACK#1\x1b[2J', 'left write \x9b31m'])(
    '%j is no change: it has a control character',
    (edit) => {
      expect(() => playScenario(scenario([connect]), { edits: [edit] })).toThrow(/control character/);
    },
  );

  test('the most that may be asked of a run can be run', () => {
    const { mslMs, delayMs, seed } = RUN_LIMITS;
    expect(playScenario(scenario([connect]), { mslMs, delayMs, seed }).trace.events.length).toBeGreaterThan(
      3,
    );
    expect(() => playScenario(scenario([connect]), { mslMs: mslMs + 1 })).toThrow(/mslMs/);
  });

  test('a storm ends', () => {
    const storm = Array.from({ length: 30_000 }, (_, i): Step => {
      return { do: 'inject', to: 'right', segment: { flags: 'SYN', port: (i % 5) + 1 }, when: i };
    });
    expect(playScenario(scenario([connect, ...storm])).ended).toBe('bound');
  });
});

describe('programs', () => {
  test('write and read; a step waits for what was read, or for the end of the stream', () => {
    const trace = runScenario(
      scenario([
        connect,
        { do: 'write', end: 'left', what: 'ping', when: opened('left', 0) },
        { do: 'write', end: 'right', what: 'pong', when: { end: 'right', read: 4, after: 5 } },
        { do: 'shutdown', end: 'left', when: { end: 'left', read: 4 } },
        { do: 'close', end: 'right', when: { end: 'right', sees: 'eof' } },
      ]),
    );
    const calls = trace.events.flatMap((e) =>
      e.kind === 'call' ? [`${e.end} ${e.call} ${e.text ?? ''}`] : [],
    );
    expect(calls).toEqual([
      'right listen ',
      'left connect ',
      'left connected ',
      'left write ping',
      'right accept ',
      'right read ping',
      'right write pong',
      'left read pong',
      'left shutdown ',
      'right eof ',
      'right close ',
      'left eof ',
    ]);
  });

  test('that do not read close the window', () => {
    const setup: Setup = { right: { reads: 'none', tcp: { receiveBuffer: 1000, windowScale: false } } };
    const trace = runScenario(
      scenario([connect, { do: 'write', end: 'left', what: 3000, when: opened('left', 0) }], setup, {
        untilMs: 5000,
      }),
    );
    expect(tcbAt(trace, trace.events.length, 'left')?.snd.wnd).toBe(0);
    expect(tcbAt(trace, trace.events.length, 'right')?.rcv).toMatchObject({ wnd: 0, unread: 1000 });
  });

  test('that close behind a closed window change their state at once, though the FIN must wait', () => {
    const setup: Setup = { right: { reads: 'none', tcp: { receiveBuffer: 1000, windowScale: false } } };
    const steps: Step[] = [
      connect,
      { do: 'write', end: 'left', what: 3000, when: opened('left', 0) },
      { do: 'close', end: 'left', when: 100 },
    ];
    const trace = runScenario(scenario(steps, setup, { untilMs: 5000 }));
    const change = trace.events.find((e) => e.changes.some(({ to }) => to === 'FIN-WAIT-1'));
    expect(change).toMatchObject({ kind: 'change', t: 100_000 });
    expect(segments(trace).filter((text) => text.includes('FIN'))).toEqual([]);
  });

  test('a reset is told once; after that a write is EPIPE', () => {
    const trace = runScenario(
      scenario([
        connect,
        { do: 'abort', end: 'right', when: opened('right', 10) },
        { do: 'write', end: 'left', what: 'late', when: 200 },
      ]),
    );
    const errors = trace.events.flatMap((e) => (e.kind === 'call' && e.call === 'error' ? [e.text] : []));
    expect(errors).toEqual(['ECONNRESET', 'EPIPE']);
  });

  test('that never accept fill the accept queue, and the trace shows the queues', () => {
    const setup: Setup = { listen: { accepts: false, backlog: 1 } };
    const steps = [0, 1].map(
      (connection): Step => ({ do: 'connect', end: 'left', connection, when: connection * 50 }),
    );
    const trace = runScenario(scenario(steps, setup, { untilMs: 500 }));
    const queues = trace.events.flatMap((e) => (e.queues === undefined ? [] : [e.queues.accept]));
    expect(queues.at(-1)).toBe(1);
    expect(trace.connections.map(({ left }) => left.port)).toEqual([50_000, 50_001]);
    expect(statesPassed(trace, 'left', 1)).toEqual(['CLOSED', 'SYN-SENT']);
  });
});

describe('faults', () => {
  test('a host that crashes says nothing; back again, it answers with RST', () => {
    const trace = runScenario(
      scenario([
        connect,
        { do: 'crash', end: 'right', when: 100 },
        { do: 'reboot', end: 'right', when: 200 },
        { do: 'write', end: 'left', what: 'x', when: 300 },
      ]),
    );
    expect(segments(trace).slice(3)).toEqual(['left PSH,ACK seq=1 ack=1 len=1', 'right RST seq=1']);
    expect(statesPassed(trace, 'right').join(' ')).toBe(
      'CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED LISTEN',
    );
  });

  test('what is sent to a host that is down is lost there', () => {
    const trace = runScenario(
      scenario(
        [
          connect,
          { do: 'crash', end: 'right', when: 100 },
          { do: 'write', end: 'left', what: 'x', when: 110 },
        ],
        {},
        { untilMs: 200 },
      ),
    );
    expect(trace.events.find((e) => e.kind === 'lost')).toMatchObject({ reason: 'down', to: 'right' });
  });

  test('a cut wire loses everything until it is mended', () => {
    const trace = runScenario(scenario([connect, { do: 'cut', when: 5 }, { do: 'mend', when: 500 }]));
    expect(segments(trace).slice(0, 2)).toEqual(['left SYN seq=0 ×', 'left SYN seq=0 again']);
  });

  test('an old SYN of a host that has rebooted is an incarnation of its own', () => {
    const trace = runScenario(
      scenario(
        [
          connect,
          { do: 'crash', end: 'left', when: 20 },
          { do: 'reboot', end: 'left', when: 30 },
          { do: 'connect', end: 'left', when: 105 },
        ],
        {},
        { faults: ['delay SYN#1 100ms'] },
      ),
    );
    expect(segments(trace).slice(0, 3)).toEqual([
      'left SYN seq=0',
      'left SYN seq=0′',
      'right SYN,ACK seq=0 ack=1',
    ]);
    expect(segments(trace)).toContain('left RST seq=1');
    expect(statesPassed(trace, 'left').at(-1)).toBe('ESTABLISHED');
  });

  test('the SYN,ACK of a simultaneous open is no retransmission of the SYN', () => {
    const steps: Step[] = [connect, { do: 'connect', end: 'right', when: 0 }];
    expect(segments(runScenario(scenario(steps, { listen: null }))).slice(0, 4)).toEqual([
      'left SYN seq=0',
      'right SYN seq=0',
      'right SYN,ACK seq=0 ack=1',
      'left SYN,ACK seq=0 ack=1',
    ]);
  });

  test('arrivals are given one by one, and what arrived can arrive again', () => {
    const trace = runScenario(
      scenario(
        [connect, { do: 'repeat', from: 'left', nth: 1, when: 100 }],
        {},
        {
          arrivals: { left: [null, 1300], right: [1350] }, // the server repeats its own at 1110
          untilMs: 2000,
        },
      ),
    );
    const times = trace.events.flatMap((e) => (e.kind === 'arrived' ? [`${e.t / 1000} ${e.to}`] : []));
    expect(segments(trace).slice(0, 2)).toEqual(['left SYN seq=0 ×', 'left SYN seq=0 forged']);
    expect(times).toEqual(expect.arrayContaining(['110 right', '1300 right', '1350 left']));
  });

  test('a forged RST beside RCV.NXT is challenged, one at RCV.NXT kills', () => {
    const inject = (seq: string, when: number): Step => ({
      do: 'inject',
      to: 'right',
      segment: { flags: 'RST', seq },
      when,
    });
    const trace = runScenario(scenario([connect, inject('rcv.nxt+5', 100), inject('rcv.nxt', 200)]));
    expect(segments(trace).slice(3)).toEqual([
      'left RST seq=6 forged',
      'right ACK seq=1 ack=1',
      'left RST seq=1 forged',
    ]);
    expect(statesPassed(trace, 'right').at(-1)).toBe('CLOSED');
  });

  test('a damaged segment is discarded for its checksum', () => {
    const trace = runScenario(scenario([connect], {}, { untilMs: 500 }), {
      edits: ['corrupt SYN#1 octet 30'],
    });
    // At its own time: not when something happens next.
    const arrived = { t: 10_000, discarded: 'checksum' };
    expect(trace.events.find((e) => e.kind === 'arrived')).toMatchObject(arrived);
  });

  test('a middlebox takes an option off, and the checksum stays right', () => {
    const trace = runScenario(scenario([connect], {}, { untilMs: 500 }), {
      edits: ['strip wscale left->right'],
    });
    const synAck = trace.events.find((e) => e.kind === 'sent' && e.from === 'right');
    expect(synAck).toMatchObject({ segment: { flags: 'SYN,ACK' } });
    expect(synAck).not.toHaveProperty('segment.options.windowScale');
  });
});

describe('strange peers', () => {
  test('answers to a forged address that no host has are lost, and nobody resets them', () => {
    const step: Step = {
      do: 'inject',
      to: 'right',
      segment: { flags: 'SYN', port: 7, address: '10.0.0.99' },
      when: 0,
    };
    const trace = runScenario(scenario([step], {}, { untilMs: 500 }));
    expect(segments(trace)).toEqual(['left SYN seq=0 forged', 'right SYN,ACK seq=0 ack=1 ×']);
    expect(trace.events.find((e) => e.kind === 'lost')).toMatchObject({ reason: 'nobody', to: 'left' });
    const asText = ['inject right SYN port=7 from=10.0.0.99 0ms'];
    expect(runScenario(scenario([], {}, { untilMs: 500 }), { edits: asText }).events).toEqual(trace.events);
  });

  test('a host that splits the handshake answers SYN with SYN: four segments', () => {
    const trace = runScenario(scenario([connect], { right: { splitsHandshake: true } }));
    expect(segments(trace)).toEqual([
      'left SYN seq=0',
      'right SYN seq=0',
      'left SYN,ACK seq=0 ack=1',
      'right ACK seq=1 ack=1',
    ]);
    expect(statesPassed(trace, 'left').join(' ')).toBe('CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED');
    expect(statesPassed(trace, 'right').join(' ')).toBe('CLOSED LISTEN SYN-RECEIVED ESTABLISHED');
  });
});
