import { describe, expect, it } from 'vitest';
import { search, searchPartitioned } from '../lab/check/search/index.ts';
import { Philosophers } from '../lab/check/search/testing.ts';
import { searchInWorkers } from './check-workers.ts';

const module = new URL('../lab/check/search/testing.ts', import.meta.url).href;
const source = { module, name: 'philosophers', argument: { count: 10, pad: 60 } };

describe('a search on threads', () => {
  it('finds what partitions in one thread find, stories and all, and counts as one searcher does', async () => {
    const alone = search(new Philosophers(10, 60), { stopAt: 0 });
    for (const workers of [1, 2, 3]) {
      const depths: number[] = [];
      const threads = await searchInWorkers(source, workers, {
        stopAt: 0,
        progress: (p) => depths.push(p.depth),
      });
      const here = await searchPartitioned(() => new Philosophers(10, 60), workers, { stopAt: 0 });
      expect(threads).toEqual(here);
      expect([threads.states, threads.transitions, threads.depth]).toEqual([
        alone.states,
        alone.transitions,
        alone.depth,
      ]);
      expect(depths).toEqual(Array.from({ length: alone.depth + 1 }, (_, d) => d));
    }
  });

  it('tells of what goes wrong in a thread, and ends', async () => {
    await expect(searchInWorkers({ module, name: 'nothing' }, 2)).rejects.toThrow(
      /exports no function nothing/,
    );
    await expect(searchInWorkers({ module, name: 'broken' }, 2)).rejects.toThrow('no such system');
    await expect(searchInWorkers({ module, name: 'failing' }, 2)).rejects.toThrow('two may not eat here');
  });
});
