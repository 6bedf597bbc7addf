import { describe, expect, test } from 'vitest';
import type { Text } from '../text/index.ts';
import {
  actionName,
  actionsOf,
  base,
  clauseName,
  clausesOf,
  countOf,
  groupScript,
  INITIALLY,
  obligationsOf,
  POSSIBLE,
  removedRule,
  removedRules,
  scriptOf,
  stateOf,
  theories,
  theoryOf,
  theoryWithout,
  touchedBy,
} from './index.ts';
import { freeVariables, parseAssignment, parseFormula, quantifies, sortOf } from './language/index.ts';

function inBoth({ en, zh }: Text): void {
  expect(en).toMatch(/[a-z]/i);
  expect(zh).toMatch(/\p{Script=Han}/u);
}

describe('the language', () => {
  test('binds as Ivy does: ~, then &, then |, then ->', () => {
    expect(parseFormula('~a & b | c -> d')).toEqual(parseFormula('(((~a) & b) | c) -> d'));
    expect(parseFormula('a -> b -> c')).toEqual(parseFormula('a -> (b -> c)'));
    expect(parseFormula('forall x. a & b -> c')).toEqual(parseFormula('forall x. ((a & b) -> c)'));
  });

  test('comparisons can be chained, and one term compared with many', () => {
    expect(parseFormula('one <= x < y')).toEqual(parseFormula('one <= x & x <= y & x ~= y'));
    expect(parseFormula('state(p) in {A, B}')).toEqual(parseFormula('state(p) = A | state(p) = B'));
  });

  test('a variable that is bound is not free', () => {
    expect(freeVariables(parseFormula('near(x) & (forall y. far(y, p))'))).toEqual(['x', 'p']);
  });

  test.each([
    ['a &', "a name is expected where '' stands"],
    ['a b', "'b' is too much"],
    ['f(x', "')' is expected"],
    ['a # b', "cannot read '# b'"],
    ['forall state. a', "'state' is no variable"],
  ])('%s: %s', (text, message) => {
    expect(() => parseFormula(text)).toThrow(message);
  });

  test('only functions are assigned', () => {
    expect(() => parseAssignment('x := one')).toThrow('a variable cannot be assigned');
  });
});

describe('the base theory', () => {
  const state = stateOf(base);
  const known = new Set([
    ...Object.keys(state),
    ...Object.keys(base.rigid),
    ...Object.keys(base.definitions),
    ...base.states,
    'true',
    'false',
  ]);

  test('says everything in both languages, each name once', () => {
    const named = [...actionsOf(base), ...clausesOf(base)];
    for (const { says } of [...named, ...Object.values(state), ...Object.values(base.rigid)]) inBoth(says);
    for (const text of [base.title, ...base.assumes, ...base.parts.map(({ title }) => title)]) inBoth(text);
    for (const list of [actionsOf(base), clausesOf(base)]) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
    }
  });

  test('is decidable: no function leads back to incarnations, no clause says that something exists', () => {
    const functions = [...Object.values(state), ...Object.values(base.rigid)];
    for (const { args, sort } of functions) {
      expect(sort).not.toBe('incarnation');
      if (sort === 'number' || sort === 'offset')
        expect(args.every((arg) => arg === 'incarnation')).toBe(true);
    }
    for (const { holds } of clausesOf(base)) expect(quantifies(parseFormula(holds), 'exists')).toBe(false);
  });

  test('has no name that means nothing, and no ghost in a guard', () => {
    const ghosts = Object.entries(state).flatMap(([name, { ghost }]) => (ghost === true ? [name] : []));
    const names = (text: string): string[] =>
      (text.match(/[A-Za-z]\w*/g) ?? []).filter(
        (word) => sortOf(word) === undefined && !/^(forall|exists|if|then|else|in)$/.test(word),
      );
    for (const { when, does } of actionsOf(base)) {
      for (const text of [...when, ...does]) for (const name of names(text)) expect(known).toContain(name);
      for (const text of when) for (const name of names(text)) expect(ghosts).not.toContain(name);
    }
    for (const { holds } of clausesOf(base)) for (const name of names(holds)) expect(known).toContain(name);
  });

  test('has an obligation for each clause in the beginning, and for each action and clause that it may break', () => {
    const groups = obligationsOf(base);
    expect(groups.map(({ action }) => action)).toEqual([
      INITIALLY,
      ...actionsOf(base).map(({ name }) => name),
    ]);
    expect(groups[0]?.obligations.length).toBe(clausesOf(base).length);
    const again = groups.find(({ action }) => action === 'SYN again');
    expect(again?.obligations.map(({ clause }) => clause)).toEqual([POSSIBLE, 'SYN']);
    expect(countOf(groups)).toBe(384);
  });

  test('a question is a script that stands alone; a group asks the same questions one after the other', () => {
    const [group] = obligationsOf(base).filter(({ action }) => action === 'SYN again');
    if (group === undefined) throw new Error('no such action');
    const [possible, syn] = group.obligations;
    if (possible === undefined || syn === undefined) throw new Error('no such clause');
    expect(scriptOf(group, syn)).toContain(
      `(assert (not (let ((p |p: SYN|)) (=> (sent_syn_after p) (begun_after p)))))`,
    );
    expect(scriptOf(group, syn)).toContain(
      '(define-fun sent_syn_after ((a0 Incarnation)) Bool (ite (= a0 p) true (sent_syn a0)))',
    );
    expect(groupScript(group).match(/^; .*/gm)).toEqual([
      '; SYN again / possible: sat',
      '; SYN again / SYN: unsat',
    ]);
  });
});

describe.each(theories.slice(1).map(({ theory, rules }) => [theory.id, theory, rules] as const))(
  'the theory %s',
  (id, theory, rules) => {
    test('keeps what is claimed by the base if it adds to it, and says what it assumes instead', () => {
      const claimed = base.parts.flatMap(({ properties }) => properties);
      if (id !== 'time') expect(clausesOf(theory)).toEqual(expect.arrayContaining(claimed));
      expect(theory.assumes).not.toEqual(base.assumes);
    });

    test('says everything in both languages, each name once', () => {
      const named = [...actionsOf(theory), ...clausesOf(theory), ...Object.values(stateOf(theory))];
      for (const { says } of named) inBoth(says);
      for (const text of [theory.title, ...theory.assumes, ...rules.map(({ rule }) => rule)]) inBoth(text);
      for (const list of [actionsOf(theory), clausesOf(theory)]) {
        expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
      }
    });

    test('is decidable: no function leads back to what it came from, no clause says that something exists', () => {
      for (const { args, sort } of [...Object.values(stateOf(theory)), ...Object.values(theory.rigid)]) {
        expect(sort).not.toBe('incarnation');
        if (['number', 'offset', 'instant'].includes(sort))
          expect(args.every((arg) => arg === 'incarnation')).toBe(true);
      }
      for (const { holds } of clausesOf(theory))
        expect(quantifies(parseFormula(holds), 'exists')).toBe(false);
    });

    test('has rules that fit it, and fail at actions that they touch', () => {
      for (const rule of rules) {
        expect(() => theoryWithout(theory, rule)).not.toThrow();
        const clauses = clausesOf(theory).map(({ name }) => name);
        expect(rule.fails.length).toBeGreaterThan(0);
        for (const [action, clause] of rule.fails) {
          expect(touchedBy(rule)).toContain(action);
          expect(clauses).toContain(clause);
        }
      }
    });
  },
);

test('every action and clause has a Chinese name of its own, those of theories without a rule, too', () => {
  for (const { theory, rules } of theories) {
    const actions = [theory, ...rules.map((rule) => theoryWithout(theory, rule))].flatMap(actionsOf);
    for (const [names, called] of [
      [new Set(actions.map(({ name }) => name)), actionName],
      [new Set(clausesOf(theory).map(({ name }) => name)), clauseName],
    ] as const) {
      const chinese = [...names].map((name) => called(name, 'zh'));
      for (const name of chinese) expect(name).toMatch(/\p{Script=Han}/u);
      expect(new Set(chinese).size).toBe(names.size);
    }
  }
});

test('a rule is looked for where the proof needs it', () => {
  expect(theoryOf('three')?.theory).toBe(base);
  expect(theoryOf('timewait-rst')?.theory.id).toBe('time');
  expect(theoryOf('rst')?.theory).toBe(base);
  expect(theoryOf('nothing')).toBeUndefined();
});

describe('a rule removed', () => {
  test.each(removedRules.map((rule) => [rule.id, rule] as const))('%s fits the theory', (_id, rule) => {
    inBoth(rule.rule);
    const changed = new Set(touchedBy(rule));
    const theory = theoryWithout(base, rule);
    const before = new Map(actionsOf(base).map((action) => [action.name, action]));
    for (const action of actionsOf(theory)) {
      if (changed.has(action.name)) expect(action).not.toEqual(before.get(action.name));
      else expect(action).toBe(before.get(action.name));
    }
    expect(changed.size).toBeGreaterThan(0);
    for (const [action] of rule.fails) expect(changed).toContain(action);
  });

  test('what is not there cannot be removed', () => {
    expect(() => removedRule('nothing')).toThrow(/three/);
    const rule = removedRule('three');
    expect(() => theoryWithout({ ...base, parts: [] }, rule)).toThrow(/does not have/);
    const wrong = { ...rule, changes: [{ action: 'OPEN', when: { 'live(p)': [] } }] };
    expect(() => theoryWithout(base, wrong)).toThrow("there is no 'live(p)' to remove");
  });
});
