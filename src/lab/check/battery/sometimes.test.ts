import { expect, test } from 'vitest';
import { FACTS } from '../model/index.ts';
import { seenSometimes, sometimes } from './sometimes.ts';

test('what must be seen is made of facts that the models know', () => {
  for (const { text, facts } of sometimes) {
    expect(facts.length, text.en).toBeGreaterThan(0);
    for (const fact of facts) expect(FACTS).toContain(fact);
  }
});

test('one fact that is missing is named wherever it is needed', () => {
  const fact = 'syn-sent-syn: SYN-SENT to SYN-RECEIVED';
  const all = sometimes.flatMap(({ facts }) => facts);
  const lacking = seenSometimes(new Set(all.filter((each) => each !== fact)));
  expect(lacking.filter(({ missing }) => missing.length > 0).map(({ missing }) => missing)).toEqual([
    [fact],
    [fact],
  ]);
});
