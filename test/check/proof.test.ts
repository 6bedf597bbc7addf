// The quick battery, and that docs/proof.md says what it found.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CheckReport,
  isModelAsExpected,
  isMutantAsExpected,
  isTlaAsExpected,
  modelItems,
  TLA_COUNTS,
  unexpected,
} from '../../src/lab/check/battery/index.ts';
import { bridgeItems } from '../../src/lab/proof/bridge/index.ts';
import { countOf, obligationsOf, theories } from '../../src/lab/proof/index.ts';
import { documents, keptRun, quickRun } from './document.ts';
import { keptProof, wrongProof } from './proved.ts';

const root = new URL('../../', import.meta.url);
const quick = quickRun();
const full = keptRun();
const proved = keptProof();

describe('the quick battery', () => {
  test('finds the TLA+ model as TLC does', () => {
    expect(quick.tla).toMatchObject({ ...TLA_COUNTS, holds: true });
  });

  test.each(quick.models.map((model) => [model.id, model] as const))('%s is as expected', (id, model) => {
    expect(model.story).toBeNull();
    expect(model.outcome).toBe('exhausted');
    expect(
      isModelAsExpected(modelItems.find((item) => item.id === id) as (typeof modelItems)[number], model),
    ).toBe(true);
  });

  test('has the engine as it is, one incarnation each, any loss, one duplicate, closes in all orders: nothing breaks', () => {
    expect(quick.models.find(({ id }) => id === 'close-orders')).toMatchObject({
      outcome: 'exhausted',
      broken: [],
    });
  });

  test.each(quick.mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s falls, and is repeated',
    (_id, mutant) => {
      expect(mutant.difference).toBeNull();
      expect(mutant.brokenOnTrace).toBe(true);
      expect(mutant.steps).toBe(mutant.known);
    },
  );

  test('is all as expected, the kept full run included; two incarnations were searched for ten million states', () => {
    expect(unexpected({ ...quick, models: [...quick.models, ...full.models] })).toEqual([]);
    expect(full.models.map(({ id }) => id)).toEqual(
      modelItems.filter(({ tier }) => tier === 'full').map(({ id }) => id),
    );
    const two = full.models.find(({ id }) => id === 'two-incarnations');
    expect(two?.states).toBeGreaterThan(10_000_000);
    expect(two?.bound ?? 'depth').toBe('depth');
  });

  test('would notice: other counts, a broken property, a longer story, a story that is not repeated', () => {
    const damaged: CheckReport = {
      ...quick,
      tla: { ...quick.tla, generated: 6321 },
      models: quick.models.map((model, i) => (i === 0 ? { ...model, broken: ['S1'] } : model)),
      mutants: quick.mutants.map((mutant, i) =>
        i === 0 ? { ...mutant, steps: 4 } : i === 1 ? { ...mutant, difference: 'x' } : mutant,
      ),
    };
    expect(unexpected(damaged)).toEqual([
      'tla',
      quick.models[0]?.id,
      quick.mutants[0]?.id,
      quick.mutants[1]?.id,
    ]);
    expect(isTlaAsExpected({ ...quick.tla, holds: false })).toBe(false);
    const [mutant] = quick.mutants;
    expect(mutant !== undefined && isMutantAsExpected({ ...mutant, brokenOnTrace: false })).toBe(false);
  });
});

test('the proof that is kept is all as it must be, and is one of the theory as it is', () => {
  expect(wrongProof(proved)).toEqual([]);
  const obligations = theories.reduce((n, { theory }) => n + countOf(obligationsOf(theory)), 0);
  expect(proved.solvers.length).toBeGreaterThanOrEqual(2);
  for (const { asked } of proved.solvers) expect(asked).toBe(obligations);
  const held = new Set(proved.bridge.reports.map(({ theory, id }) => `${theory} ${id}`));
  expect(
    bridgeItems.map(({ theory, config }) => `${theory.id} ${config.id}`).filter((id) => !held.has(id)),
  ).toEqual([]);
});

test('a proof that is not as it must be is noticed', () => {
  const { solvers, files, bridge } = proved;
  const damaged = {
    solvers: solvers.map((run, i) => (i === 0 ? { ...run, good: run.good - 1 } : run)),
    files: files.map((run, i) => (i === 0 ? { ...run, differing: ['smt/base/01-open.smt2'] } : run)),
    bridge: {
      ...bridge,
      reports: bridge.reports.map((report, i) => (i === 0 ? { ...report, unexplained: 1 } : report)),
      mutants: bridge.mutants.map((run, i) => (i === 0 ? { ...run, unexplained: 0 } : run)),
    },
  };
  expect(wrongProof(damaged)).toEqual([
    solvers[0]?.name,
    'smt/base/01-open.smt2',
    `bridge base ${bridge.reports[0]?.id}`,
    `bridge base ${bridge.mutants[0]?.mutant}`,
  ]);
});

test.each(documents(quick, full, proved))('%s says what was found (npm run proof)', (name, text) => {
  expect(readFileSync(new URL(name, root), 'utf8')).toBe(text);
});
