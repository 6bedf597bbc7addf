// The door of `synfin/sim/node-test`: simulations as tests of `node:test`, and what they assert as `t.assert`.

import test, { type TestContext } from 'node:test';
import { either, flag, func, real, Schema, text } from '../../options/index.ts';
import { judgements, type Verdict } from '../assertions.ts';
import { SimulationError } from '../errors.ts';
import type { SimulatedHost } from '../machine.ts';
import { type RunsOptions, type RunsResult, runsOptions } from '../runs.ts';
import { simulate } from '../simulate.ts';
import type { Simulation } from '../simulation.ts';

/** What `t.assert` has for simulations; each throws a SimulationError (ERR_SIM_ASSERTION). */
export interface SimulationTestAssertions {
  /** No connection is open, of a simulation or of one host; listeners and TIME-WAIT do not count. */
  noOpenConnections(of: Simulation | SimulatedHost): void;
  /** No connection waits for its program to close it. */
  noCloseWait(of: Simulation | SimulatedHost): void;
  /** No connection is established for one side only. */
  noHalfOpen(sim: Simulation): void;
  /** A segment with these control bits was sent: `'RST'`, `'SYN,ACK'`. */
  seen(sim: Simulation, control: string): void;
  /** No more segments were sent again. */
  retransmissionsAtMost(sim: Simulation, most: number): void;
  /** The sockets of a host are in exactly these states. */
  states(host: SimulatedHost, wanted: readonly string[]): void;
}

declare module 'node:test' {
  interface TestContextAssert extends SimulationTestAssertions {}
}

/** Options of {@link simTest}: those of `simulate`, and these of `node:test`. */
export interface SimTestOptions extends RunsOptions {
  only?: boolean;
  skip?: boolean | string;
  todo?: boolean | string;
  /** Milliseconds of the machine's time. Default: none. */
  timeout?: number;
}

const simTestOptions = new Schema<SimTestOptions>('simTest', {
  ...runsOptions.kinds,
  only: flag,
  skip: either(flag, text),
  todo: either(flag, text),
  timeout: real(0),
});

// Node 22.14 has it.
const { register } = test.assert ?? {};
if (register !== undefined)
  for (const [name, judge] of Object.entries(judgements))
    register(name, (...args: unknown[]) => {
      const { pass, message } = (judge as (...of: unknown[]) => Verdict)(...args);
      if (!pass) throw new SimulationError('ERR_SIM_ASSERTION', message);
    });

/** One simulation exists at a time: tests that run at once take turns. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * A test of `node:test` that is a scenario: its simulation is made and closed, it is run for as many seeds as `runs` or
 * SYNFIN_RUNS say, and what was seen sometimes is a diagnostic of the test.
 *
 * ```ts
 * import { simTest } from 'synfin/sim/node-test';
 *
 * simTest('a client retries', { runs: 50 }, async (sim, t) => {
 *   sim.host('api', startApi);
 *   sim.swarm();
 *   await sim.client('client', () => callWithRetry('http://api/'));
 *   t.assert.noOpenConnections(sim);
 * });
 * ```
 *
 * Throws OptionTypeError and OptionRangeError for options that make no sense. The test fails with what `simulate` rejects
 * with.
 */
export function simTest(
  name: string,
  options: SimTestOptions,
  scenario: (sim: Simulation, t: TestContext) => unknown,
): Promise<void> {
  simTestOptions.check(options);
  func.check(scenario, 'simTest', 'scenario');
  const { only, skip, todo, timeout, ...runs } = options;
  const ofTest = Object.fromEntries(
    Object.entries({ only, skip, todo, timeout }).filter(([, value]) => value !== undefined),
  );
  return test(name, ofTest, async (t) => {
    const result = turn.then(() => simulate(runs, (sim) => scenario(sim, t)));
    turn = result.catch(() => {});
    t.diagnostic(diagnosticOf(await result));
  });
}

function diagnosticOf({ seeds, sometimes }: RunsResult): string {
  const seen = [...sometimes].map(([name, times]) => `, ${name} in ${times}`).join('');
  return `${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`}${seen}`;
}
