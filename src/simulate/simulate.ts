// The call that makes a simulation, or runs a scenario in many of them.

import { currentPlace } from '../socket/node/index.ts';
import { SimulationError } from './errors.ts';
import { type RunsOptions, type RunsResult, run, type Scenario } from './runs.ts';
import { Simulation } from './simulation.ts';
import type { SimulationOptions } from './simulation-options.ts';

/**
 * A simulated network, in which programs of hosts run as they are: sockets, names, timers, clocks and randomness of what
 * is started by `sim.host` and `sim.client` are the simulation's; outside of hosts everything stays real.
 *
 * ```ts
 * await using sim = simulate({ seed: 7 });
 * sim.host('api', () => import('./server.ts'));
 * await sim.client('test', async () => {
 *   const response = await fetch('http://api/');
 * });
 * ```
 *
 * With a scenario it is run for each seed: `SYNFIN_SEED=7` runs that one, `SYNFIN_RUNS=100` so many, and `SYNFIN_CHECK=1`
 * makes each run twice, and shows where they differ. The first failure ends it; of a swarm's faults the fewest that it needs are
 * told.
 *
 * ```ts
 * await simulate({ runs: 100 }, async (sim) => { … });
 * ```
 *
 * Throws SimulationError (ERR_SIM_ACTIVE) when there is one already, RegisteredError when `synfin/register` is at work,
 * OptionTypeError and OptionRangeError for options that make no sense. Runs reject with what a scenario throws, with
 * ERR_SIM_DIFFERS for two runs that differ, and with ERR_SIM_NEVER for what should have been seen sometimes.
 */
export function simulate(options?: SimulationOptions): Simulation;
export function simulate(options: RunsOptions, scenario: Scenario): Promise<RunsResult>;
export function simulate(options: RunsOptions = {}, scenario?: Scenario): Simulation | Promise<RunsResult> {
  if (currentPlace() !== null)
    throw new SimulationError(
      'ERR_SIM_ACTIVE',
      'simulate: a program on a host cannot simulate another network',
    );
  return scenario === undefined ? new Simulation(options) : run(options, scenario);
}
