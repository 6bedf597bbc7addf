import { describe, expect, it } from 'vitest';
import { configNamed, story, TcpModel } from '../check/model/index.ts';
import { search } from '../check/search/index.ts';
import { mutantNamed, mutants } from './index.ts';

describe('a TCP that forgets one rule', () => {
  for (const mutant of mutants) {
    it(`${mutant.id}: ${mutant.property} falls after ${mutant.steps} steps`, () => {
      const config = configNamed(mutant.config);
      const options = {
        rules: mutant.rules,
        unbounded: mutant.unbounded === true,
        properties: [mutant.property],
      };
      const result = search(new TcpModel(config, options), { graph: false, maxStates: 200_000 });
      expect(result.outcome).toBe('violated');
      const found = result.violations.find((v) => v.count > 0);
      expect(found?.id).toBe(mutant.property);
      expect(found?.story?.actions.length).toBe(mutant.steps);
      expect(story(config, options, found?.story as never).broken).toEqual([mutant.property]);
    });
  }

  it('a wrong name is told', () => {
    expect(() => mutantNamed('nothing')).toThrow(/one-msl/);
  });
});
