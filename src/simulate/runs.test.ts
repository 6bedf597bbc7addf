import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type RunsOptions, type Simulation, simulate } from './index.ts';
import { web } from './testing.ts';

afterEach(() => vi.unstubAllEnvs());

/** A client that asks ten times, and gives up at the first failure. */
async function impatient(sim: Simulation): Promise<void> {
  sim.host('server', () => web(100));
  sim.swarm({ within: '2s' });
  await sim.client('client', async () => {
    for (let i = 0; i < 10; i++) {
      const response = await fetch('http://server/', { signal: AbortSignal.timeout(1000) });
      sim.log(await response.text());
    }
  });
}

/** The error of runs, or null. */
function failure(
  options: RunsOptions,
  scenario: (sim: Simulation) => unknown,
): Promise<(Error & { code?: string }) | null> {
  return simulate(options, scenario).then(
    () => null,
    (error) => error,
  );
}

describe('runs of a scenario', () => {
  test('have the seeds from the first on; each has its own randomness', async () => {
    const drawn: number[] = [];
    const { seeds } = await simulate({ seed: 5, runs: 3 }, (sim) =>
      sim.client('client', () => void drawn.push(Math.random())),
    );
    expect(seeds).toEqual([5, 6, 7]);
    expect(new Set(drawn).size).toBe(3);
    await simulate({ seed: 6 }, (sim) => sim.client('client', () => void drawn.push(Math.random())));
    expect(drawn[3]).toBe(drawn[1]);
  });

  test('SYNFIN_SEED repeats one, SYNFIN_RUNS makes more, SYNFIN_CHECK makes each twice', async () => {
    let n = 0;
    const scenario = (sim: Simulation) => sim.client('client', () => void n++);
    vi.stubEnv('SYNFIN_SEED', '9');
    expect((await simulate({ seed: 5, runs: 3 }, scenario)).seeds).toEqual([9]);
    vi.stubEnv('SYNFIN_RUNS', '2');
    expect((await simulate({}, scenario)).seeds).toEqual([9, 10]);
    expect(n).toBe(3);
    vi.stubEnv('SYNFIN_CHECK', '1');
    await simulate({}, scenario);
    expect(n).toBe(7);
  });

  test('a swarm fails some of them, in the same way again, and the fewest faults are told', async () => {
    const error = await failure({ runs: 30 }, impatient);
    expect(error?.message).toMatch(/seed \d+/);
    expect(error?.message).toMatch(/of \d+ faults of the swarm these are enough:\n {2}\d\.\d{3} s: /);
    const [, all = 0] = /of (\d+) faults/.exec(error?.message ?? '') ?? [];
    const few = error?.message.split('\n').filter((line) => /^ {2}\d+\.\d{3} s: .* for /.test(line)) ?? [];
    expect(few.length).toBeGreaterThan(0);
    expect(few.length).toBeLessThan(Number(all));
    const seed = /seed (\d+)/.exec(error?.message ?? '')?.[1] as string;
    const again = await failure({ seed: Number(seed) }, impatient);
    expect(again?.message).toBe(error?.message);
  });

  test('what is to be seen sometimes has to be seen in one of them', async () => {
    const scenario = async (sim: Simulation): Promise<void> => {
      await sim.client('client', () => {
        sim.sometimes('high', Math.random() > 0.5);
        sim.sometimes('over one', Math.random() > 1);
      });
    };
    const error = await failure({ runs: 20 }, scenario);
    expect(error).toMatchObject({ code: 'ERR_SIM_NEVER' });
    expect(error?.message).toMatch(/never seen in 20 runs \(seeds 1 to 20\): over one\./);
    const { sometimes } = await simulate({ runs: 20 }, (sim) =>
      sim.client('client', () => sim.sometimes('high', Math.random() > 0.5)),
    );
    expect(sometimes.get('high')).toBeGreaterThan(0);
    expect((await failure({ sometimes: ['unheard of'] }, () => {}))?.message).toMatch(/unheard of/);
  });
});

describe('SYNFIN_SEED and SYNFIN_RUNS', () => {
  test('a seed of the environment is the number that it shows: what a failure tells repeats it', async () => {
    const drawn: number[] = [];
    const scenario = (sim: Simulation) => sim.client('client', () => void drawn.push(Math.random()));
    await simulate({ seed: 7 }, scenario);
    vi.stubEnv('SYNFIN_SEED', '7');
    await simulate({}, scenario);
    await using sim = simulate();
    await scenario(sim);
    expect(new Set(drawn).size).toBe(1);
    expect(sim.seed).toBe(7);
  });

  test('no number of runs is refused, for nothing would be run; empty is as if it were not there', async () => {
    for (const runs of ['many', '0', '1.5']) {
      vi.stubEnv('SYNFIN_RUNS', runs);
      await expect(simulate({}, () => {})).rejects.toThrow(/SYNFIN_RUNS must be a whole number from 1/);
    }
    vi.stubEnv('SYNFIN_RUNS', '');
    vi.stubEnv('SYNFIN_SEED', '');
    expect((await simulate({ runs: 2 }, () => {})).seeds).toEqual([1, 2]);
  });
});

describe('check: two runs of a seed are equal', () => {
  test('with timers, sockets, faults and randomness', async () => {
    expect(
      await failure({ seed: 3, runs: 5, check: true }, async (sim) => {
        sim.host('server', () => web(5));
        sim.swarm({ kinds: ['loss', 'delay', 'reorder', 'duplicate', 'jitter'] });
        await sim.client('client', async () => {
          for (let i = 0; i < 5; i++) {
            await fetch('http://server/').then((response) => response.text());
            await sleep(Math.random() * 100);
          }
        });
      }),
    ).toBe(null);
  });

  test('one that depends on what was before is told, with the first event that differs and where it was made', async () => {
    let n = 0;
    const error = await failure({ seed: 3, check: true }, (sim) =>
      sim.client('client', async function program() {
        await sleep(5);
        await sleep(10 + n++);
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_SIM_DIFFERS', seed: 3 });
    expect(error?.message).toMatch(
      /second run of seed 3 differs from the first at event \d+:\nfirst: 5000 client: timer of 10 ms\n[\s\S]*program [\s\S]*\nsecond: 5000 client: timer of 11 ms\n[\s\S]*program /,
    );
  });
});
