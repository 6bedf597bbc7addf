import { describe, expect, test } from 'vitest';
import { mermaidLadder } from '../ladder/index.ts';
import { playScenario, type Scenario } from '../scenario/index.ts';
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

describe('the window on the ladder, where it is the point', () => {
  const ladder = (id: string): string =>
    mermaidLadder(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en' });

  test('zerowin: 0 and 1000 octets; text behind the octet of a probe is new but for that octet', () => {
    expect(ladder('zerowin').match(/win=\d+/g)).toEqual(['win=0', 'win=0', 'win=0', 'win=1000']);
    expect(ladder('zerowin')).toMatch(/len=500 \(1 of it again\)/);
  });

  test('wscale-strip: what the field says to the client, and what the server meant', () => {
    expect(ladder('wscale-strip')).toMatch(/win=2048 \(meant\S* 262144\)/);
  });

  test('elsewhere it is not', () => {
    for (const id of ['hs', 'close4', 'tw-syn', 'mtu-hole']) expect(ladder(id)).not.toMatch(/win=/);
  });
});

test('keepalive: every row of its timer is followed by what the timer does', () => {
  const { events } = playScenario(scenarioNamed('keepalive') as Scenario).trace;
  const fired = events.flatMap((e, i) =>
    e.kind === 'timer' && e.timer === 'keep' && e.what === 'fired' ? [i] : [],
  );
  expect(fired.length).toBe(5);
  for (const i of fired)
    expect(events.slice(i + 1).find(({ kind }) => kind === 'sent')?.t).toBe(events[i]?.t);
});
