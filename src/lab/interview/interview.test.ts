import { describe, expect, test } from 'vitest';
import { claims } from '../claims/index.ts';
import { playScenario } from '../scenario/index.ts';
import { scenarioNamed } from '../scenarios/index.ts';
import { INTERVIEW_TOPICS, interviewNamed, interviewQuestions } from './index.ts';

/** Words of English, characters of Chinese. */
function length({ en, zh }: { readonly en: string; readonly zh: string }) {
  return { en: en.split(/\s+/).length, zh: (zh.match(/\p{Script=Han}/gu) ?? []).length };
}

describe('the questions of an interview', () => {
  test('are at least forty, by topic, each with an id of its own', () => {
    expect(interviewQuestions.length).toBeGreaterThanOrEqual(40);
    expect(new Set(interviewQuestions.map(({ id }) => id)).size).toBe(interviewQuestions.length);
    const topics = [...new Set(interviewQuestions.map(({ topic }) => topic))];
    expect(topics).toEqual(INTERVIEW_TOPICS);
    expect(interviewNamed('why-three')?.topic).toBe('opening');
    expect(interviewNamed('no-such')).toBeUndefined();
  });

  test.each(interviewQuestions)(
    '$id is answered in both languages, in 30 seconds and in full',
    (question) => {
      const { short, full, mistakes } = question;
      for (const { en, zh } of [
        question.question,
        short,
        full,
        ...mistakes.flatMap(({ wrong, right }) => [wrong, right]),
      ]) {
        expect(en).toMatch(/[.?]$/);
        expect(en.replace('半连接', '').replace('半连接', '')).not.toMatch(/\p{Script=Han}/u);
        expect(zh).toMatch(/\p{Script=Han}.*[。？]$/su);
      }
      // 150 words, 280 characters a minute.
      expect(length(short).en).toBeLessThanOrEqual(75);
      expect(length(short).zh).toBeLessThanOrEqual(140);
      expect(length(full).en).toBeGreaterThan(length(short).en * 0.9);
      expect(length(full).en).toBeLessThanOrEqual(110);
    },
  );

  test.each(interviewQuestions)('$id: its traps are sentences that are wrong or not exact', ({ traps }) => {
    expect(new Set(traps).size).toBe(traps.length);
    for (const number of traps) {
      const claim = claims.find((one) => one.number === number);
      expect(claim, `claim ${number}`).toBeDefined();
      expect(claim?.verdict, `claim ${number}`).not.toBe('true');
    }
  });

  test('every question has a trap, and every wrong claim is a trap somewhere', () => {
    for (const { id, traps, mistakes } of interviewQuestions)
      expect(traps.length + mistakes.length, id).toBeGreaterThan(0);
    const trapped = new Set(interviewQuestions.flatMap(({ traps }) => traps));
    const wrong = claims.filter(({ verdict }) => verdict === 'wrong' || verdict === 'name');
    expect(wrong.flatMap(({ number }) => (trapped.has(number) ? [] : [number]))).toEqual([]);
  });

  const proven = interviewQuestions.flatMap(({ id, run }) => (run === null ? [] : [{ id, run }]));

  test.each(proven)('$id is proven by a run, and all that is changed in it acts', ({ run }) => {
    const { scenario: name, edits = [] } = run;
    const scenario = scenarioNamed(name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const played = playScenario(scenario, { edits });
    expect(played.ended).not.toBe('bound');
    expect(played.edits.filter(({ acted }) => acted === 0)).toEqual([]);
  });
});
