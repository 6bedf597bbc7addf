// Each run of the lab gets the verdict that it was made for, from the client's side, the server's, and between; and what
// is healthy is called healthy.

import { describe, expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed, scenarios } from '../../lab/index.ts';
import { parametersOf } from '../../lab/text/index.ts';
import { ofOne } from '../../lab/text/testing.ts';
import { type Analysis, analyseCapture } from '../analysis.ts';
import { CaptureReader } from '../read/index.ts';
import { type Framed, type Made, packet, pcapFile } from '../testing.ts';
import { rules, verdictText, verdictTexts } from './index.ts';
import { duration, durationText, figures } from './verdict.ts';

type At = 'left' | 'right' | 'wire';

function analysed(id: string, at: At, edits: readonly string[] = []): Analysis {
  const { trace } = playScenario(scenarioNamed(id) as Scenario, { edits });
  return analyseCapture(pcapngOf(trace, { lang: 'en', at }));
}

/** The verdicts of a connection, without those that are always there. */
function verdicts(id: string, at: At, edits: readonly string[] = [], connection = 0): string[] {
  const report = analysed(id, at, edits).connections.find(({ number }) => number === connection);
  return (report?.verdicts ?? []).map((verdict) => verdict.id).filter((name) => name !== 'still-open');
}

const HEALTHY = 'healthy';

describe('opening', () => {
  test.each<[string, At, string[]]>([
    ['hs', 'left', [HEALTHY]],
    ['hs', 'right', [HEALTHY]],
    ['refused', 'left', ['refused']],
    ['refused', 'right', ['refused']],
    ['filtered', 'left', ['filtered']],
    ['syn-lost', 'left', ['syn-lost']],
    ['syn-lost', 'right', [HEALTHY]],
    ['synack-lost', 'right', ['syn-ack-lost']],
    ['synack-lost', 'wire', ['syn-ack-lost']],
    ['ack3-lost', 'left', ['third-ack-lost']],
    ['ack3-data', 'left', [HEALTHY]],
    ['ack3-payload', 'left', [HEALTHY]],
    ['simopen', 'left', ['simultaneous-open', HEALTHY]],
    ['split-hs', 'wire', ['simultaneous-open', HEALTHY]],
    ['stale-listen', 'left', ['syn-aborted']],
  ])('%s, seen from %s: %j', (id, at, expected) => {
    expect(verdicts(id, at)).toEqual(expected);
  });

  test('a stale SYN is told from the handshake that follows it', () => {
    expect(verdicts('stale-first', 'left', [], 1)).toEqual(['stale-syn', HEALTHY]);
  });

  test('beside the server a stale SYN is a connection of its own, that the client refuses for a newer one', () => {
    expect(verdicts('stale-first', 'right', [], 0)).toEqual(['stale-syn', HEALTHY]);
    expect(verdicts('stale-first', 'right', [], 1)).toEqual([HEALTHY]);
  });

  test('beside the server a full accept queue is told from a lost SYN, elsewhere the other is named', () => {
    expect(verdicts('acceptq', 'right', [], 1)).toEqual(['accept-queue-full']);
    expect(verdicts('acceptq-ack', 'right', [], 1)).toEqual(['accept-queue-full']);
    expect(verdicts('acceptq', 'left', [], 1)).toEqual(['syn-lost']);
    const { connections } = analysed('acceptq', 'left');
    expect(connections[1]?.verdicts[0]?.orElse).toContain('accept-queue-full');
  });

  test('a SYN,ACK that crosses the third ACK does not say that it was lost: a SYN was', () => {
    const [out, back] = ['10.0.0.1:4000 > 10.0.0.2:80', '10.0.0.2:80 > 10.0.0.1:4000'];
    const answer: Made = { way: back, flags: 'SYN,ACK', seq: 500, ack: 101, ttl: 60 };
    const seen = (secondUs: number): string[] => {
      const lines: [number, Made][] = [
        [0, { way: out, flags: 'SYN', seq: 100, id: 1 }],
        [1_030_000, { way: out, flags: 'SYN', seq: 100, id: 2 }],
        [1_040_000, { ...answer, id: 3 }],
        [1_040_020, { way: out, flags: 'ACK', seq: 101, ack: 501, id: 4 }],
        [secondUs, { ...answer, id: 5 }],
        [secondUs + 20, { way: out, flags: 'ACK', seq: 101, ack: 501, id: 6 }],
      ];
      const file = pcapFile(lines.map(([us, made]): Framed => ({ us, octets: packet(made) })));
      return (analyseCapture(file).connections[0]?.verdicts ?? []).map(({ id }) => id);
    };
    expect(seen(1_045_000)).toContain('syn-lost');
    expect(seen(1_045_000)).not.toContain('third-ack-lost');
    expect(seen(2_100_000)).toContain('third-ack-lost');
  });

  test('ports that are used again at once are normal', () => {
    expect(verdicts('tw-syn', 'left', [], 1)).toEqual(['time-wait-reopened', HEALTHY]);
  });

  test('data in the SYN', () => {
    expect(verdicts('tfo', 'left', [], 1)).toEqual(['fast-open', HEALTHY]);
  });
});

describe('closing', () => {
  test.each<[string, At, string[]]>([
    ['close4', 'left', ['close-four', HEALTHY]],
    ['close3', 'wire', ['close-three', HEALTHY]],
    ['simclose', 'right', ['close-simultaneous', HEALTHY]],
    ['half-close', 'left', ['close-four', 'half-close', HEALTHY]],
    ['fin-lost', 'left', ['fin-lost', 'close-four', HEALTHY]],
    ['lastack-lost', 'left', ['last-ack-lost', 'close-four', HEALTHY]],
    ['cw-leak', 'left', ['close-wait-leak']],
    ['unread-rst', 'left', ['unread-reset']],
    ['unread-rst', 'right', ['unread-reset']],
    ['late-data-rst', 'left', ['late-data-reset']],
    ['halfopen', 'left', ['half-open']],
    ['keepalive', 'left', ['peer-vanished']],
  ])('%s, seen from %s: %j', (id, at, expected) => {
    expect(verdicts(id, at)).toEqual(expected);
  });

  test('a RST of a program, with nothing unread', () => {
    expect(verdicts('hs', 'left', ['left abort 100ms'])).toEqual(['abort']);
  });

  const [out, back] = ['10.0.0.1:4000 > 10.0.0.2:80', '10.0.0.2:80 > 10.0.0.1:4000'];
  const opened: [number, Made][] = [
    [0, { way: out, flags: 'SYN', seq: 100, id: 1 }],
    [20_000, { way: back, flags: 'SYN,ACK', seq: 500, ack: 101, ttl: 60, id: 1 }],
    [20_020, { way: out, flags: 'ACK', seq: 101, ack: 501, id: 2 }],
  ];
  const judged = (lines: [number, Made][]): string[] => {
    const file = pcapFile([...opened, ...lines].map(([us, made]): Framed => ({ us, octets: packet(made) })));
    return (analyseCapture(file).connections[0]?.verdicts ?? []).map(({ id }) => id);
  };

  test('a FIN whose ACK was only late is not lost', () => {
    const fin: Made = { way: out, flags: 'FIN,ACK', seq: 101, ack: 501 };
    const ended = (ackUs: number): string[] =>
      judged([
        [30_000, { ...fin, id: 3 }],
        [230_000, { ...fin, id: 4 }],
        [ackUs, { way: back, flags: 'FIN,ACK', seq: 501, ack: 102, ttl: 60, id: 2 }],
        [ackUs + 20, { way: out, flags: 'ACK', seq: 102, ack: 502, id: 5 }],
      ]);
    // The way to the server and back takes 20 ms.
    expect(ended(251_000)).toContain('fin-lost');
    expect(ended(235_000)).not.toContain('fin-lost');
  });

  test('a RST behind the close of both ends is nobody’s fault', () => {
    const reset: Made = { way: back, flags: 'RST', seq: 7, ttl: 40, id: 9 };
    const closed: [number, Made][] = [
      [30_000, { way: out, flags: 'FIN,ACK', seq: 101, ack: 501, id: 3 }],
      [50_000, { way: back, flags: 'FIN,ACK', seq: 501, ack: 102, ttl: 60, id: 2 }],
      [50_020, { way: out, flags: 'ACK', seq: 102, ack: 502, id: 4 }],
    ];
    expect(judged([...closed, [70_000, reset]])).not.toContain('reset-by-middlebox');
    expect(judged([[30_000, { ...reset, seq: 501 }]])).toContain('reset-by-middlebox');
  });

  test('a FIN that comes again behind an ACK that counts it was lost before the capture', () => {
    const lost = judged([
      [500_000, { way: out, flags: 'ACK', seq: 102, ack: 501, id: 3 }],
      [900_000, { way: out, flags: 'FIN,ACK', seq: 101, ack: 501, id: 4 }],
      [920_000, { way: back, flags: 'FIN,ACK', seq: 501, ack: 102, ttl: 60, id: 2 }],
      [920_020, { way: out, flags: 'ACK', seq: 102, ack: 502, id: 5 }],
    ]);
    expect(lost).not.toContain('capture-reordered');
  });

  test('an idle connection that is closed while a request comes', () => {
    const edits = rules.find(({ id }) => id === 'idle-pool-race')?.scenario?.edits ?? [];
    expect(verdicts('hs', 'left', edits)[0]).toBe('idle-pool-race');
    expect(verdicts('hs', 'right', edits)[0]).toBe('idle-pool-race');
  });
});

describe('data', () => {
  test.each<[string, At, string[]]>([
    ['slow-start', 'left', [HEALTHY]],
    ['mtu-hole', 'left', ['mtu-hole']],
    ['window-reopens', 'left', ['slow-reader']],
    ['nagle-delack', 'left', ['nagle-delayed-ack']],
    ['nagle-delack', 'right', ['nagle-delayed-ack']],
    ['fast-retransmit', 'left', ['loss', HEALTHY]],
  ])('%s, seen from %s: %j', (id, at, expected) => {
    expect(verdicts(id, at)).toEqual(expected);
  });

  test('a queue that is full beside the sender', () => {
    expect(verdicts('bufferbloat', 'left')[0]).toBe('queueing');
  });

  test('a server that takes its time is told from a long way', () => {
    const thinks = ['left write "GET" 50ms', 'right write "200" 3000ms'];
    expect(verdicts('hs', 'left', thinks)).toEqual(['slow-server']);
    const { trace } = playScenario(scenarioNamed('hs') as Scenario, { delayMs: 200 });
    const far = analyseCapture(pcapngOf(trace, { lang: 'en', at: 'left' }));
    expect(far.connections[0]?.verdicts[0]?.id).toBe('slow-network');
  });

  test('retransmissions are told apart', () => {
    const [report] = analysed('fast-retransmit', 'left').connections;
    expect(report?.verdicts[0]?.params).toMatchObject({ count: 1, fast: 1, timeout: 0, sack: 0, probe: 0 });
    const [sack] = analysed('sack-recovery', 'left').connections;
    expect(sack?.verdicts[0]?.params).toMatchObject({ fast: 0, timeout: 0 });
    const [rto] = analysed('rto-recovery', 'left').connections;
    expect(rto?.verdicts[0]?.params['timeout']).toBeGreaterThan(0);
  });
});

describe('options of the SYNs', () => {
  const OUT = '10.0.0.1:40000 > 10.0.0.2:80';
  const BACK = '10.0.0.2:80 > 10.0.0.1:40000';
  const from = (port: number, made: Made): Made => ({
    ...made,
    way: made.way.replace('40000', String(port)),
  });
  const judged = (all: readonly Made[]) =>
    analyseCapture(pcapFile(all.map((made, n) => ({ us: n * 10_000, octets: packet(made) })))).connections;
  const idsOf = (all: readonly Made[]): string[] =>
    (judged(all).at(-1)?.verdicts ?? []).map(({ id }) => id).filter((id) => id !== 'still-open');
  const shake = (
    port: number,
    syn: Partial<Made>,
    answer: Partial<Made>,
    third: Partial<Made> = {},
  ): Made[] =>
    [
      { way: OUT, flags: 'SYN', seq: 10, id: 1, mss: 1460, ...syn },
      { way: BACK, flags: 'SYN,ACK', seq: 90, ack: 11, id: 0, mss: 1460, ...answer },
      { way: OUT, flags: 'ACK', seq: 11, ack: 91, id: 2, ...third },
    ].map((made) => from(port, made));

  test.each([
    ['SACK', { sackOk: true }],
    ['timestamps', { ts: [1, 0] }],
    ['window scale', { wscale: 7 }],
  ] as const)('%s, that the server answers with, and once does not', (name, option) => {
    const usual = [1, 2, 3].flatMap((n) => shake(n, option, option));
    const [verdict] = judged([...usual, ...shake(4, option, {})]).at(-1)?.verdicts ?? [];
    expect([verdict?.id, verdict?.params]).toEqual(['options-stripped', { options: name }]);
    // No habit yet; never asked for; all of the options cut by the capture.
    expect(idsOf([...usual.slice(3), ...shake(4, option, {})])).toEqual([HEALTHY]);
    expect(idsOf([...usual, ...shake(4, {}, {})])).toEqual([HEALTHY]);
  });

  test('a window that shrinks to its 128th behind a SYN,ACK without a scale', () => {
    const opened = shake(1, { wscale: 7 }, { win: 64_000 });
    const answer = (win: number): Made[] => [
      from(1, { way: OUT, flags: 'PSH,ACK', seq: 11, ack: 91, text: 100, id: 3 }),
      from(1, { way: BACK, flags: 'ACK', seq: 91, ack: 111, win, id: 4 }),
    ];
    expect(idsOf([...opened, ...answer(500)])).toEqual(['wscale-stripped']);
    expect(idsOf([...opened, ...answer(63_900)])).toEqual([HEALTHY]);
    const scaled = shake(1, { wscale: 7 }, { win: 64_000, wscale: 7 });
    expect(idsOf([...scaled, ...answer(500)])).toEqual([HEALTHY]);
  });

  test('a scale above 14, and an option of length 0', () => {
    expect(idsOf(shake(1, { wscale: 15 }, { wscale: 7 }))).toEqual(['bad-option']);
    expect(idsOf(shake(1, { wscale: 14 }, { wscale: 7 }))).toEqual([HEALTHY]);
    const [syn, ...rest] = shake(1, {}, {}).map((made) => packet(made));
    (syn as Uint8Array)[41] = 0; // the length of MSS
    const { connections } = analyseCapture(
      pcapFile([syn as Uint8Array, ...rest].map((octets) => ({ octets }))),
    );
    expect(connections[0]?.verdicts.map(({ id }) => id)).toContain('bad-option');
  });
});

test.each(['refused', 'close4', 'cw-leak', 'unread-rst', 'mtu-hole', 'zerowin', 'syn-lost', 'keepalive'])(
  'the headers without options are enough: %s',
  (id) => {
    const whole = pcapngOf(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en', at: 'left' });
    const frames: Framed[] = [];
    const reader = new CaptureReader(({ seconds, nanos, data, off, originalLength: wire }) => {
      frames.push({ us: (seconds % 1e6) * 1e6 + nanos / 1000, octets: data.slice(off, off + 40), wire });
    });
    reader.push(whole);
    const ids = (octets: Uint8Array): string[][] =>
      analyseCapture(octets).connections.map(({ verdicts: all }) => all.map((one) => one.id));
    expect(ids(pcapFile(frames))).toEqual(ids(whole));
  },
);

test('times have the unit in which they are read', () => {
  expect([0, 0.35, 9.1, 340, 1000, 20_040, 999_600, 1.24e6, 75e6].map(duration)).toEqual([
    ...['0 s', '0.35 µs', '9.1 µs', '340 µs', '1 ms', '20 ms', '1 s', '1.2 s', '75 s'],
  ]);
  expect(durationText(9.1, 'zh')).toBe('9.1 微秒');
});

test('figures are without exponents', () => {
  expect([0, 5e-10, 2.5e-7, 0.000_012, 0.0444, 0.5, 5, 12.34, 100, 1234.5].map(figures)).toEqual([
    '0',
    '0.000000001',
    '0.000000250',
    '0.000012',
    '0.044',
    '0.50',
    '5.0',
    '12.3',
    '100',
    '1235',
  ]);
});

test('states: what an end may be in, from "at least" to "at most"', () => {
  const [close] = analysed('close4', 'left').connections;
  expect([close?.client.states, close?.server.states]).toEqual([['TIME-WAIT'], ['LAST-ACK', 'CLOSED']]);
  const [open] = analysed('hs', 'left').connections;
  expect([open?.client.states, open?.server.states]).toEqual([
    ['ESTABLISHED'],
    ['SYN-RECEIVED', 'ESTABLISHED'],
  ]);
});

test('every verdict has a run of the lab that shows it, or says that it has none; texts in both languages', () => {
  for (const { id, title, means, advice, scenario, severity } of verdictTexts.values()) {
    if (scenario !== null)
      expect(
        scenarios.some((one) => one.id === scenario.id),
        id,
      ).toBe(true);
    for (const text of [title, means, ...advice]) {
      expect(text.zh).toMatch(/[\u4e00-\u9fff]|^TCP Fast Open$/);
      expect([id, parametersOf(text.zh)]).toEqual([id, parametersOf(text.en)]);
    }
    if (severity === 'fault') expect([id, advice.length > 0]).toEqual([id, true]);
    expect([id, [title, means, ...advice].flatMap(({ en }) => ofOne(en))]).toEqual([id, []]);
  }
});

test('every verdict that rules name exists', () => {
  for (const rule of rules)
    for (const id of rule.over ?? []) expect([rule.id, verdictTexts.has(id)]).toEqual([rule.id, true]);
});

test('of every run of the lab, every verdict has its parameters, and only names verdicts that exist', () => {
  for (const { id } of scenarios)
    for (const { verdicts: found } of analysed(id, 'wire').connections)
      for (const { id: verdict, params, orElse, excluded } of found) {
        const { means, advice } = verdictTexts.get(verdict)!;
        for (const text of [means, ...advice]) {
          expect(verdictText(text, params, 'en')).not.toMatch(
            /\{\w+|\b1 (SYNs|segments|octets|times|hops)\b|\d s s\b/,
          );
          expect(verdictText(text, params, 'zh')).not.toMatch(
            /\p{sc=Han} (客户端|服务器)|(客户端|服务器|秒) \p{sc=Han}/u,
          );
        }
        for (const other of [...orElse, ...excluded.map((one) => one.verdict)])
          expect([id, verdict, other, verdictTexts.has(other)]).toEqual([id, verdict, other, true]);
      }
});
