import { describe, expect, test } from 'vitest';
import { mutantNamed, mutants } from '../../mutants/index.ts';
import { playScenario } from '../../scenario/index.ts';
import { oldestPacketUs } from '../../scenarios/testing.ts';
import type { Text } from '../../text/index.ts';
import { brokenAt, differenceFrom } from '../replay/index.ts';
import { answerWhy, PROPERTY_TEXTS, WhyRun, whyNamed, whyQuestions } from './index.ts';

function inBoth({ en, zh }: Text): void {
  expect(en).toMatch(/[a-z]/i);
  expect(en).not.toMatch(/\p{Script=Han}{7}/u);
  expect(zh).toMatch(/\p{Script=Han}/u);
}

describe('the questions', () => {
  test('ask for every rule that a mutant forgets, each once', () => {
    // What a RST in TIME-WAIT does harm to shows only where the ISN does not protect, too.
    const asked = mutants.filter(({ id }) => id !== 'rfc1337-ignored');
    expect(whyQuestions.map(({ mutant }) => mutant).sort()).toEqual(asked.map(({ id }) => id).sort());
  });

  test('no name means two of them, and every name is found', () => {
    for (const question of whyQuestions) {
      for (const name of [question.id, ...question.aliases, question.question.en, question.question.zh])
        expect(whyNamed(name)?.id, name).toBe(question.id);
    }
  });

  test.each([
    ['three', 'three'],
    ['THREE-WAY', 'three'],
    ['为什么三次握手', 'three'],
    ['三次握手', 'three'],
    ['四次挥手', 'four'],
    ['2MSL', '2msl'],
    ['为什么 2MSL', '2msl'],
    ['why time-wait', 'timewait'],
    ['半连接队列', 'queue'],
    ['two-way-handshake', 'three'],
  ])('%s is %s', (text, id) => {
    expect(whyNamed(text)?.id).toBe(id);
  });

  test.each(['', ' ', 'chocolate', '为什么'])('"%s" is none', (text) => {
    expect(whyNamed(text)).toBeUndefined();
  });

  test.each(whyQuestions.map((question) => [question.id, question] as const))(
    '%s says everything in both languages',
    (_id, { question, title, answer, notice, about }) => {
      for (const text of [question, title, answer, ...notice, ...(about === undefined ? [] : [about])])
        inBoth(text);
      expect(notice.length).toBeGreaterThanOrEqual(2);
    },
  );

  test('every property is said in both languages', () => {
    for (const text of Object.values(PROPERTY_TEXTS)) inBoth(text);
  });
});

describe.each(whyQuestions.map((question) => [question.id, question] as const))('why %s', (_id, question) => {
  const answer = answerWhy(question, { maxStates: 200_000 });

  test('without the rule its property falls, and not with it', () => {
    expect(answer.without.outcome).toBe('violated');
    expect(answer.without.depth).toBeLessThanOrEqual(mutantNamed(question.mutant).steps);
    expect(['exhausted', 'bounded']).toContain(answer.withRule.outcome);
  });

  test('the scenario is played by the ordinary simulator with the same result', () => {
    const { story, scenario, property } = answer;
    if (story === null || scenario === null) throw new Error('no counterexample');
    const { trace } = playScenario(scenario);
    expect(differenceFrom(story, trace)).toBeNull();
    expect(brokenAt(trace, property)).not.toBeNull();
  });

  test('no packet of it gets as old as the MSL that its hosts have', () => {
    const { scenario } = answer;
    if (scenario === null) throw new Error('no counterexample');
    const { trace } = playScenario(scenario);
    expect(oldestPacketUs(trace)).toBeLessThan((scenario.setup.mslMs ?? 0) * 1000);
  });
});

test('in slices the answer is the same, and progress goes from one search to the other', () => {
  const question = whyNamed('three') as (typeof whyQuestions)[number];
  const run = new WhyRun(question);
  const phases: string[] = [];
  while (!run.step(1000)) phases.push(run.progress().phase);
  expect(phases.length).toBeGreaterThan(20);
  expect(new Set(phases)).toEqual(new Set(['with']));
  expect(run.answer()).toEqual(answerWhy(question));
  expect(run.answer().withRule).toMatchObject({ outcome: 'exhausted' });
});
