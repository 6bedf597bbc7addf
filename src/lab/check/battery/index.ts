// The door of the battery: everything that is checked, and what was found.

export * from './battery.ts';
export { type Sometimes, seenSometimes, sometimes } from './sometimes.ts';
