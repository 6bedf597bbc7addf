import { describe, expect, test } from 'vitest';
import { runScenario, type Scenario } from '../scenario/index.ts';
import { scenarioNamed, scenarios } from '../scenarios/index.ts';
import { textWidth } from '../text/index.ts';
import { plotLines, senderSeries, seriesValueAt, timeSequence } from './index.ts';

function named(id: string): Scenario {
  const scenario = scenarioNamed(id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  return scenario;
}

describe('series of a sender', () => {
  const trace = runScenario(named('hs'), { edits: ['left write 3000 100ms', 'right write "hi" 300ms'] });

  test('each point stands at an event, in order of time, and is another value than the one before', () => {
    const { end, connection, rtt, ...steps } = senderSeries(trace, 'left');
    expect([end, connection]).toEqual(['left', 0]);
    for (const points of Object.values(steps)) {
      points.forEach(({ t, value, event }, i) => {
        expect(trace.events[event]?.t).toBe(t);
        if (i > 0) expect(value).not.toBe(points[i - 1]?.value);
        if (i > 0) expect(t).toBeGreaterThanOrEqual(points[i - 1]?.t ?? 0);
      });
    }
    expect(rtt.map(({ value }) => value)).toEqual([20, 60]);
  });

  test('in flight is SND.NXT - SND.UNA: the SYN, then what is written, then nothing', () => {
    const flight = senderSeries(trace, 'left').flight.map(({ value }) => value);
    expect(flight).toEqual([1, 0, 1448, 2896, 3000, 1552, 0]);
    expect(senderSeries(trace, 'right').flight.at(-1)?.value).toBe(0);
  });

  test('what was sent again measures no round trip (Karn)', () => {
    const lossy = runScenario(named('hs'), { edits: ['left write "hi" 100ms', 'drop data#1 left->right'] });
    expect(senderSeries(lossy, 'left').rtt).toEqual([]);
  });

  test('the value at a time is that of the last point before it', () => {
    const points = [
      { t: 10, value: 1, event: 0 },
      { t: 20, value: 2, event: 1 },
    ];
    expect([9, 10, 19, 20, 99].map((t) => seriesValueAt(points, t))).toEqual([null, 1, 1, 2, 2]);
  });

  test('every scenario has series for both ends, without a throw', () => {
    for (const scenario of scenarios) {
      const one = runScenario(scenario);
      one.connections.forEach((_, connection) => {
        for (const end of ['left', 'right'] as const) {
          senderSeries(one, end, connection);
          timeSequence(one, end, connection);
        }
      });
    }
  });
});

describe('the time-sequence view', () => {
  test('SYN and FIN occupy a number; the edge is acknowledgment plus scaled window', () => {
    const trace = runScenario(named('close4'));
    const { segments, acks, edge } = timeSequence(trace, 'left');
    expect(segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(acks.map(({ value }) => value)).toEqual([1, 2]);
    // The window of the SYN,ACK is not scaled (RFC 7323 section 2.2); later ones are.
    expect(edge[0]?.value).toBe(1 + 65_535);
    expect(edge.at(-1)?.value).toBe(2 + 2047 * 128);
  });

  test('where one SYN has no window scale, no window is scaled', () => {
    const trace = runScenario(named('wscale-strip'));
    const { edge } = timeSequence(trace, 'left');
    expect(Math.max(...edge.map(({ value }) => value))).toBeGreaterThan(60_000);
  });

  test('a segment whose copy arrives is not lost', () => {
    const trace = runScenario(named('hs'), { edits: ['left write "hi" 100ms', 'dup data#1 left->right'] });
    expect(timeSequence(trace, 'left').segments.map(({ lost }) => lost)).toEqual([false, false]);
  });
});

describe('plots in characters', () => {
  const motion = scenarios.filter(({ group }) => group === 'motion');

  test.each(motion)('$id: as wide and high as asked, ASCII, in both languages', (scenario) => {
    const trace = runScenario(scenario);
    for (const lang of ['en', 'zh'] as const) {
      const plots = plotLines(senderSeries(trace, 'left'), timeSequence(trace, 'left'), {
        width: 72,
        height: 10,
        lang,
      });
      expect(plots.length).toBeGreaterThanOrEqual(3);
      for (const [title = '', ...lines] of plots) {
        expect(textWidth(title)).toBeLessThanOrEqual(100);
        expect(lines).toHaveLength(12);
        for (const line of lines) expect(line).toMatch(/^[ -~]{0,72}$/);
      }
    }
  });

  test('slow start rises, the retransmission of a lost segment is marked', () => {
    const at = (id: string): string[][] => {
      const trace = runScenario(named(id));
      return plotLines(senderSeries(trace, 'left'), timeSequence(trace, 'left'), {
        width: 72,
        height: 12,
        lang: 'en',
      });
    };
    const [octets = []] = at('slow-start');
    const rows = octets.slice(1, 13).map((line) => line.indexOf('C'));
    const first = rows.filter((column) => column >= 0);
    expect([...first].sort((a, b) => b - a)).toEqual(first);
    const sequence = at('fast-retransmit').at(-1)?.join('\n') ?? '';
    expect(sequence).toMatch(/x +R/);
  });

  test('the receiver is drawn only where its window is the bound', () => {
    const titles = (id: string): string[] => {
      const trace = runScenario(named(id));
      return plotLines(senderSeries(trace, 'left'), timeSequence(trace, 'left'), {
        width: 72,
        height: 8,
        lang: 'en',
      }).map(([title = '']) => title.split(':')[0] as string);
    };
    expect(titles('window-reopens')).toEqual([
      'Octets',
      'The receiver, octets',
      'Milliseconds',
      'Sequence numbers',
    ]);
    expect(titles('slow-start')).toEqual(['Octets', 'Milliseconds', 'Sequence numbers']);
  });
});
