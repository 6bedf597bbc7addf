// The scenario, twice: the same segments at the same times, and the same log.

import { simulate } from '../../src/simulate/index.ts';
import shop, { options } from './scenario.ts';

/** What a run has come to, for people; and all that it did, to be compared. */
interface Run {
  readonly last: string;
  readonly seconds: number;
  readonly lost: string;
  readonly whole: string;
}

async function run(): Promise<Run> {
  let result: Run | null = null;
  await simulate({ ...options, seed: 1 }, async (sim) => {
    await shop(sim);
    const { trace, logged } = sim;
    const lost = trace.lines.filter((line) => line.includes(' lost:')).length;
    result = {
      last: logged.at(-1)?.replace(/^.*client: /, '') ?? '',
      seconds: Math.round(sim.now() / 1000),
      lost: `${lost} of ${trace.segments} packets were lost`,
      whole: `${trace.digest} ${logged.join(' ')}`,
    };
  });
  if (result === null) throw new Error('it has not run');
  return result;
}

const [one, two] = [await run(), await run()];
console.log(one.last);
console.log(
  `${one.seconds} s of virtual time, ${one.whole === two.whole ? 'twice the same' : 'and the second run is another'}`,
);
console.log(one.lost);
