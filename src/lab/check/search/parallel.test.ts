import { describe, expect, it } from 'vitest';
import { TcpModel } from '../tla/index.ts';
import {
  type ParallelOptions,
  replay,
  type SearchResult,
  type System,
  search,
  searchPartitioned,
} from './index.ts';
import { Drawn, Jugs, Philosophers, Puzzle } from './testing.ts';

// What a shared search must count as one searcher does; the stories may differ, their lengths not.
function counts(r: SearchResult) {
  const {
    outcome,
    bound,
    states,
    expanded,
    transitions,
    cuts,
    initials,
    standstills,
    depth,
    depthCompleted,
  } = r;
  const lengths = [...r.violations, ...r.coverage].map((f) => [f.id, f.count, f.story?.actions.length]);
  return {
    outcome,
    bound,
    states,
    expanded,
    transitions,
    cuts,
    initials,
    standstills,
    depth,
    depthCompleted,
    lengths,
  };
}

const two = [{ actions: [1, 2] }, { actions: [0] }, { actions: [1] }];
const cases: [string, () => System, ParallelOptions][] = [
  ["Kuppe's model of TCP", () => new TcpModel(), {}],
  ['the jugs', () => new Jugs(), { stopAt: 0 }],
  ['philosophers, exact', () => new Philosophers(9, 50), { stopAt: 0 }],
  ['philosophers, compact', () => new Philosophers(9, 50), { stopAt: 0, memory: 'compact' }],
  ['philosophers, not deep', () => new Philosophers(9, 50), { stopAt: 0, maxDepth: 5 }],
  ['no depth at all', () => new Puzzle(), { maxDepth: 0 }],
  ['the sliding puzzle', () => new Puzzle(), { memory: 'compact' }],
  ['several initial states', () => new Drawn(two, { starts: [2, 0, 2] }), {}],
  ['no initial state', () => new Drawn([], { starts: [] }), {}],
  ['an initial state that breaks a property', () => new Drawn([{ actions: [0], violated: 1 }]), {}],
];

describe('a search shared by 1, 2 or 3', () => {
  it.each(cases)('counts as one searcher does: %s', async (_name, create, options) => {
    const alone = counts(search(create(), options));
    for (const workers of [1, 2, 3]) {
      expect(counts(await searchPartitioned(create, workers, options))).toEqual(alone);
    }
  });

  it('tells the same shortest story whatever the number of workers, and it replays', async () => {
    for (const memory of ['exact', 'compact'] as const) {
      const stories = [];
      const far = [8, 6, 7, 2, 5, 4, 3, 0, 1];
      for (const workers of [1, 2, 3]) {
        const r = await searchPartitioned(() => new Puzzle(far), workers, { memory });
        expect(r.outcome).toBe('violated');
        stories.push(r.violations[0]!.story!);
      }
      expect(stories[1]).toEqual(stories[0]);
      expect(stories[2]).toEqual(stories[0]);
      expect(stories[0]!.actions).toHaveLength(search(new Puzzle(far)).violations[0]!.story!.actions.length);
      replay(
        new Puzzle(far),
        stories[0]!,
        (_s, action, state) => action === -1 && expect([...state]).toEqual(far),
      );
    }
  });

  it('is bounded by states between levels, and by memory', async () => {
    const states = await searchPartitioned(() => new Puzzle(), 2, { maxStates: 1000 });
    expect([states.outcome, states.bound]).toEqual(['bounded', 'states']);
    expect(states.states).toBe(search(new Puzzle(), { maxDepth: states.depth }).states);
    const maxBytes = 24 << 20;
    const memory = await searchPartitioned(() => new Philosophers(14, 200), 2, { stopAt: 0, maxBytes });
    expect([memory.outcome, memory.bound]).toEqual(['bounded', 'memory']);
    expect(memory.held).toBeLessThanOrEqual(maxBytes);
  });
});
