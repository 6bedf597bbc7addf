// Thousands of small worlds with bad networks: every transfer ends with the octets that were sent, or
// with a named error at the end that it concerns; and nothing is left behind.
//
// A failing seed is played again with: SEED=123 npx vitest run test/simulation/faults.test.ts

import { env } from 'node:process';
import { expect, it } from 'vitest';
import { runWorld } from './world.ts';

const WIRES = 1500;
const LANS = 500;
const { SEED: only } = env;

async function runAll(name: string, count: number, lan: boolean): Promise<void> {
  let orderly = 0;
  let broken = 0;
  const first = only === undefined ? 1 : Number(only);
  for (let seed = first; seed < first + (only === undefined ? count : 1); seed++) {
    try {
      const result = await runWorld(seed, lan);
      orderly += result.orderly;
      broken += result.broken;
    } catch (error) {
      throw new Error(
        `seed ${seed} (${name}) fails; again: SEED=${seed} npx vitest run test/simulation/faults.test.ts -t ${name}`,
        { cause: error },
      );
    }
  }
  if (only === undefined) expect(orderly).toBeGreaterThan(4 * broken);
}

it(`${WIRES} worlds of two hosts on a wire`, () => runAll('wire', WIRES, false), 120_000);

it(
  `${LANS} worlds of three hosts on a switch: a lan with ARP and neighbour discovery`,
  () => runAll('lan', LANS, true),
  120_000,
);
