import { describe, expect, test } from 'vitest';
import { claimContext, claims } from './index.ts';

describe('the context of a claim', () => {
  test('every claim has one, in both languages; there is none beyond the last', () => {
    for (const { number } of claims) {
      expect(claimContext(number)?.en, `${number}`).toMatch(/\.$/);
      expect(claimContext(number)?.zh, `${number}`).toMatch(/\p{Script=Han}.*。$/u);
    }
    expect(claimContext(claims.length + 1)).toBeUndefined();
  });

  test.each(claims)('$number: says what the letters of the claim are', ({ number, claim }) => {
    for (const lang of ['en', 'zh'] as const) {
      const context = claimContext(number)?.[lang] ?? '';
      const letters = claim[lang].match(/(?<![A-Za-z])[uvwxy](?![A-Za-z’'])/g) ?? [];
      for (const letter of letters)
        expect(`${context} ${/\bwhere \w is|是/.test(claim[lang]) ? claim[lang] : ''}`, letter).toMatch(
          new RegExp(`(?<![A-Za-z])${letter}(?![A-Za-z])`),
        );
    }
  });
});
