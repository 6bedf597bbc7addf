import { describe, expect, test } from 'vitest';
import { whyQuestions } from '../check/why/index.ts';
import { playScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import { questions } from './index.ts';

describe('questions', () => {
  test('have ids of their own, and texts in both languages', () => {
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    for (const { id, question, answer } of questions) {
      expect(question.en, id).toMatch(/\?$/);
      expect(question.zh, id).toMatch(/\p{Script=Han}.*？$/u);
      expect(answer.en, id).toMatch(/\.$/);
      expect(answer.zh, id).toMatch(/。$/);
    }
  });

  test('that point to a search point to one that exists, and those that no real TCP shows do', () => {
    for (const { id, why, scenario } of questions) {
      if (why !== undefined)
        expect(
          whyQuestions.map((one) => one.id),
          id,
        ).toContain(why);
      if (scenario !== null && scenarioNamed(scenario)?.rules !== undefined) expect(why, id).toBeDefined();
    }
  });

  test.each(questions.filter(({ scenario }) => scenario !== null))(
    '$id is shown by $scenario, and all that is changed in it acts',
    ({ scenario: id, edits = [] }) => {
      const scenario = scenarioNamed(id as string);
      if (scenario === undefined) throw new Error(`no scenario ${id}`);
      const run = playScenario(scenario, { edits });
      expect(run.ended).not.toBe('bound');
      expect(run.edits.filter(({ acted }) => acted === 0)).toEqual([]);
    },
  );

  test('a server that has given up answers data with RST', () => {
    const { scenario: id, edits = [] } = questions.find((q) => q.id === 'server-gave-up') ?? { scenario: '' };
    const { trace } = playScenario(scenarioNamed(id as string) as never, { edits });
    const errors = trace.events.flatMap((e) => (e.kind === 'call' && e.call === 'error' ? [e.text] : []));
    expect(errors).toEqual(['ECONNRESET']);
  });

  test('Nagle waits for an ACK that is delayed by 40 ms', () => {
    const { scenario: id, edits = [] } = questions.find((q) => q.id === 'nagle-delayed-ack') ?? {
      scenario: '',
    };
    const { trace } = playScenario(scenarioNamed(id as string) as never, { edits });
    const texts = trace.events.flatMap((e) =>
      e.kind === 'call' && e.call === 'read' ? [[e.text, e.t / 1000]] : [],
    );
    expect(texts).toEqual([
      ['x', 60],
      ['a', 160],
      ['b', 220],
    ]);
  });
});
