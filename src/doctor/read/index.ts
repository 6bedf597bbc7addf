// The door of what is read: texts of programs, and answers of the kernel, to samples.

export { CounterReader } from './counters.ts';
export { DiagReader } from './diag.ts';
export { readSample } from './text.ts';
