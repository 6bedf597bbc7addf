// Scenarios: what they are, how they are changed, and how they are run.

export { EditError, parseEdit, parseTime } from './edits.ts';
export { playScenario, RUN_LIMITS, type RunOptions, runScenario, type ScenarioRun } from './run.ts';
export * from './scenario.ts';
export {
  ADDRESSES,
  FIRST_PORT,
  type Foreign,
  type Participant,
  portsOf,
  SERVICE_PORT,
  Stage,
  type StageOptions,
} from './stage.ts';
