import { describe, expect, test } from 'vitest';
import { playScenario } from '../scenario/index.ts';
import type { Text } from '../text/index.ts';
import type { Trace } from '../trace.ts';
import { scenarioNamed, scenarios } from './index.ts';
import { oldestPacketUs } from './testing.ts';

const mslUs = (trace: Trace): number => (trace.scenario?.mslMs ?? 0) * 1000;

/** Chinese that has no Chinese in it was forgotten; so was English that has more of it than a word. */
function inBoth({ en, zh }: Text, about: string): void {
  expect(en, about).toMatch(/[a-z]/i);
  expect(en, about).not.toMatch(/\p{Script=Han}{7}/u);
  expect(zh, about).toMatch(/\p{Script=Han}/u);
}

describe('every scenario', () => {
  test('has an id of its own, and is found by it', () => {
    expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
    for (const scenario of scenarios) expect(scenarioNamed(scenario.id)).toBe(scenario);
    expect(scenarioNamed('no-such')).toBeUndefined();
  });

  test.each([
    ['三次握手', 'hs'],
    ['handshake', 'hs'],
    ['Three-way handshake', 'hs'],
    ['四次挥手', 'close4'],
    ['四次 挥手', 'close4'],
    ['broken pipe', 'late-data-rst'],
    ['SYN-LOST', 'syn-lost'],
  ])('%s names %s', (text, id) => {
    expect(scenarioNamed(text)?.id).toBe(id);
  });

  test('a name that several have names none', () => {
    for (const text of ['TIME-WAIT', 'ECONNRESET', '', '?']) expect(scenarioNamed(text)).toBeUndefined();
  });

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    '%s says everything in both languages, and all its faults act',
    (id, scenario) => {
      const { title, question, explanation, notice, linux } = scenario;
      for (const text of [title, question, explanation, ...notice, ...(linux === undefined ? [] : [linux])])
        inBoth(text, id);
      expect(notice.length, 'things to notice').toBeGreaterThanOrEqual(2);
      expect(notice.length, 'things to notice').toBeLessThanOrEqual(4);
      const run = playScenario(scenario);
      expect(run.ended).not.toBe('bound');
      expect(run.edits.filter(({ acted }) => acted === 0)).toEqual([]);
      const times = run.trace.events.map(({ t }) => t);
      expect(times, 'events in the order of time').toEqual([...times].sort((a, b) => a - b));
      expect(oldestPacketUs(run.trace), 'no packet as old as an MSL').toBeLessThan(mslUs(run.trace));
    },
  );
});
