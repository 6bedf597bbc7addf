// The door of replay: a story of the checker, told again by the ordinary simulator.

export { differenceFrom } from './compare.ts';
export { brokenAt } from './properties.ts';
export { type Replay, replayOf, type Words } from './scenario.ts';
export { ReplayError } from './timing.ts';
