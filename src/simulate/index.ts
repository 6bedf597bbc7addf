// The door of `synfin/sim`: a simulated network, with virtual time, for Node programs as they are.

export {
  assertNoCloseWait,
  assertNoHalfOpen,
  assertNoOpenConnections,
  assertRetransmissionsAtMost,
  assertSeen,
  assertStates,
  type Verdict,
} from './assertions.ts';
export type { Certificate } from './certificates.ts';
export { Dns, type NameEntry } from './dns.ts';
export { SimulationError, type SimulationErrorCode } from './errors.ts';
export type { LoopCounters } from './loop.ts';
export type { Program, ProgramContext, SimulatedHost, SimulatedHostOptions } from './machine.ts';
export { type MatcherResult, type SimulationMatchers, simulationMatchers } from './matchers.ts';
export type { NetstatRow } from './netstat.ts';
export type {
  Fault,
  FaultKind,
  FaultOptions,
  Hold,
  Link,
  LinkEnd,
  LinkOptions,
  Nat,
  NatOptions,
  Switch,
} from './network/index.ts';
export type { RunningTimer } from './running-timers.ts';
export type { RunsOptions, RunsResult, Scenario } from './runs.ts';
/** @internal For campaigns. */
export { tryScenario } from './runs.ts';
export { simulate } from './simulate.ts';
export {
  currentSimulation,
  type Simulation,
  type SimulationCounters,
} from './simulation.ts';
export type { SimulationOptions } from './simulation-options.ts';
export type { SwarmKind, SwarmOptions } from './swarm.ts';
export type { SimulationTrace } from './trace.ts';
/** @internal For campaigns. */
export type { Trial } from './trial.ts';
export type { Duration, Rate } from './units.ts';
