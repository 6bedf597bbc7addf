// Scenarios: what they are, how they are changed, and how they are run.

export { EditError, parseEdit, parseTime } from './edits.ts';
export { playScenario, type RunOptions, runScenario, type ScenarioRun } from './run.ts';
export * from './scenario.ts';
export { FIRST_PORT, SERVICE_PORT } from './stage.ts';
