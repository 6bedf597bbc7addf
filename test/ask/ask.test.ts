// Two hundred questions as people type them, and others that are no business of the lab: `npx vitest run test/ask` prints
// what was not answered rightly.

import { describe, expect, test } from 'vitest';
import { whyQuestions } from '../../src/lab/check/why/index.ts';
import {
  findInLab,
  findingId,
  interviewQuestions,
  judgeHits,
  questions,
  runbooks,
  scenarios,
  states,
  terms,
} from '../../src/lab/index.ts';
import { type Asked, askedInChinese, askedInEnglish, isAside, outOfScope } from './asked.ts';
import { aside as keptAside, strangers } from './strangers.ts';
import { walkIns } from './walk-ins.ts';

/** What is answered first; null: nothing, or no single answer. */
function answerOf(text: string): string | null {
  const found = judgeHits(findInLab(text));
  return found.kind === 'answer' ? findingId(found.finding) : null;
}

/** The questions of a list that are not answered by one of their right answers, each with what was answered. */
function misses(list: readonly Asked[]): string[] {
  return list.flatMap(([text, ...right]) => {
    const answer = answerOf(text);
    return answer !== null && right.includes(answer) ? [] : [`${text}: ${answer ?? 'nothing'}, not ${right}`];
  });
}

describe('what people type is answered', () => {
  const all = [...askedInEnglish, ...askedInChinese];

  test('the list: a hundred questions in English and a hundred in Chinese, each once', () => {
    expect([askedInEnglish.length, askedInChinese.length]).toEqual([100, 100]);
    expect(new Set(all.map(([text]) => text)).size).toBe(200);
  });

  test.each([
    ['English', askedInEnglish],
    ['Chinese', askedInChinese],
  ])('rightly first, of the questions in %s at least 95 %%', (_name, list) => {
    const missed = misses(list);
    for (const miss of missed) console.info(miss);
    expect(missed.length / list.length).toBeLessThanOrEqual(0.05);
  });

  test('of those that were not looked at while the search was tuned, too', () => {
    const aside = [askedInEnglish, askedInChinese].flatMap((list) => list.filter((_, at) => isAside(at)));
    expect(aside.length).toBe(60);
    expect(misses(aside).length / aside.length).toBeLessThanOrEqual(0.05);
  });

  test('of three hundred more, in the words of terminals, captures, clouds and interviews', () => {
    expect(new Set([...strangers, ...all].map(([text]) => text)).size).toBeGreaterThan(490);
    const missed = misses(strangers);
    for (const miss of missed) console.info(miss);
    expect(missed.length / strangers.length).toBeLessThanOrEqual(0.05);
    expect(misses(keptAside).length / keptAside.length).toBeLessThanOrEqual(0.05);
  });

  test('of those that were read one by one, all but one in fifty as they were', () => {
    expect(new Set(walkIns.map(([text]) => text)).size).toBeGreaterThan(400);
    const missed = misses(walkIns);
    for (const miss of missed) console.info(miss);
    expect(missed.length / walkIns.length).toBeLessThanOrEqual(0.02);
  });

  test.each([
    'ListenOverflows increasing',
    'TcpExtListenOverflows growing',
    'ListenOverflows 一直在涨',
    'ListenDrops',
    'TcpExtListenDrops is not 0',
  ])('%s: a counter of the kernel is answered by its runbook, with and without the prefix', (text) => {
    expect(answerOf(text)).toBe('runbook accept-queue');
  });

  test('every right answer on the list exists', () => {
    const known = new Set([
      ...questions.map(({ id }) => id),
      ...scenarios.map(({ id }) => id),
      ...runbooks.map(({ id }) => `runbook ${id}`),
      ...interviewQuestions.map(({ id }) => `interview ${id}`),
      ...whyQuestions.map(({ id }) => `why ${id}`),
      ...terms.map(({ id }) => id),
      ...Object.keys(states),
    ]);
    const lists = [...all, ...strangers, ...keptAside, ...walkIns];
    expect(lists.flatMap(([, ...right]) => right).filter((id) => !known.has(id))).toEqual([]);
  });
});

test.each(outOfScope)('%s: is no business of the lab, and not answered', (text) => {
  expect(judgeHits(findInLab(text)).kind).toBe('nothing');
});
