// What `synfin why --proof` tells of every question, in both languages. The solver answers here as each rule says that it
// must; that real ones do is looked at in prove.test.ts.

import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type WhyQuestion, whyQuestions } from '../lab/check/why/index.ts';
import { mutantNamed } from '../lab/mutants/index.ts';
import {
  actionName,
  clauseName,
  failuresWithout,
  rulesAskedBy,
  type Solver,
  sectionName,
} from '../lab/proof/index.ts';
import type { Lang } from '../lab/text/index.ts';
import type { Io } from './command.ts';
import { Show, sectionText, showOptionsOf } from './show.ts';
import { isAsProved, proofBy, tellProof } from './why-proof.ts';

/** A solver of which everything holds but what fails without the rules of a question. */
function solverOf(question: string): Solver {
  const failing = new Set(
    rulesAskedBy(question).flatMap(({ rule }) => rule.fails.map((step) => step.join(' / '))),
  );
  return {
    name: 'Z3 0',
    ask: async ({ action, obligations }) =>
      obligations.map(({ clause, expected }) => (failing.has(`${action} / ${clause}`) ? 'sat' : expected)),
    example: async () => null,
    end() {},
  };
}

async function told({ id, mutant }: WhyQuestion, lang: Lang): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, lang } as unknown as Io;
  const proof = await proofBy(solverOf(id), id);
  expect(isAsProved(proof)).toBe(true);
  tellProof(new Show(io, showOptionsOf({ plain: true }, io)), proof, mutantNamed(mutant).property, lang);
  return String(stdout.read());
}

/** Without line ends, and what stands beside them. */
const flat = (text: string): string => text.replace(/\s+/g, '');

describe.each(whyQuestions.map((question) => [question.id, question] as const))(
  'why %s --proof',
  (id, question) => {
    const asked = rulesAskedBy(id);

    test.each(['en', 'zh'] as const)(
      'names each step that fails, and each clause that it breaks: %s',
      async (lang) => {
        const text = flat(await told(question, lang));
        for (const { theory, rule } of asked) {
          expect(text).toContain(flat(rule.rule[lang]));
          expect(text).toContain(flat(theory.title[lang]));
          for (const { action, clause } of failuresWithout({ theory, rule })) {
            expect(text).toContain(flat(actionName(action.name, lang)));
            expect(text).toContain(flat(sectionText(sectionName(action.section, lang))));
            expect(text).toContain(`“${flat(clauseName(clause.name, lang))}”`);
            expect(text).toContain(flat(clause.says[lang]));
          }
        }
        if (asked.length === 0) expect(text).toContain(mutantNamed(question.mutant).property);
      },
    );

    test('has no English word in its Chinese, but for those that Chinese has, too', async () => {
      const words = (await told(question, 'zh')).match(/[a-z]{2,}(-[a-z]+)*/g) ?? [];
      const ids = new Set(['cookie', ...asked.map(({ theory }) => theory.id)]);
      expect(words.filter((word) => !ids.has(word))).toEqual([]);
    });
  },
);

test('a question that no theory answers is one about liveness or memory', () => {
  const none = whyQuestions.filter(({ id }) => rulesAskedBy(id).length === 0);
  const properties = none.map(({ id, mutant }) => [id, mutantNamed(mutant).property]);
  expect(properties).toEqual([
    ['synack-again', 'L2'],
    ['queue', 'S9'],
    ['closed-rst', 'L6'],
    ['fin-again', 'L3'],
  ]);
});

test('a question of two rules has both: each alone is enough in its theory', () => {
  expect(rulesAskedBy('both').map(({ theory, rule }) => `${theory.id} ${rule.id}`)).toEqual([
    'base isn',
    'time timewait',
  ]);
});
