import { describe, expect, test } from 'vitest';
import { bridgeMutant, bridgeMutants, likeTheory } from './index.ts';

describe('a TCP that forgets a rule', () => {
  test.each(bridgeMutants.map((item) => [item.theory.id, item.mutant, item] as const))(
    '%s: %s is not explained',
    (_theory, _id, item) => {
      const report = bridgeMutant(item, []);
      expect(report.unexplained).toBeGreaterThan(0);
      expect(report.first).not.toBeNull();
    },
  );

  test.each(
    bridgeMutants
      .filter(({ rules }) => rules.length > 0)
      .map((item) => [item.theory.id, item.mutant, item] as const),
  )('%s: %s is explained by the theory without that rule', (_theory, _id, item) => {
    expect(bridgeMutant(item, item.rules)).toMatchObject({ unexplained: 0, first: null });
  });

  test.each(likeTheory.map((item) => [item.mutant, item] as const))(
    '%s is explained: the theory does not speak of liveness or time',
    (_id, item) => {
      expect(bridgeMutant(item, []).unexplained).toBe(0);
    },
  );
});
