// A scenario, twice: the same segments at the same times, and the same log.

import { type RunsOptions, type Scenario, simulate } from '../src/simulate/index.ts';

/** Runs it with a seed and prints what it has come to: what it logged last, how long it was, and what was lost. */
export async function twice(scenario: Scenario, options: RunsOptions): Promise<void> {
  const run = async () => {
    let result = { last: '', seconds: 0, lost: '', whole: '' };
    await simulate({ ...options, seed: 1 }, async (sim) => {
      await scenario(sim);
      const { trace, logged } = sim;
      const lost = trace.lines.filter((line) => line.includes(' lost:')).length;
      result = {
        last: logged.at(-1)?.replace(/^.*client: /, '') ?? '',
        seconds: Math.round(sim.now() / 1000),
        lost: `${lost} of ${trace.segments} packets were lost`,
        whole: `${trace.digest} ${logged.join(' ')}`,
      };
    });
    return result;
  };
  const [one, two] = [await run(), await run()];
  console.log(one.last);
  console.log(
    `${one.seconds} s of virtual time, ${one.whole === two.whole ? 'twice the same' : 'and the second run is another'}`,
  );
  console.log(one.lost);
}
