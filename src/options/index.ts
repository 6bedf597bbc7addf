// The door of the options: what an options object may hold, said once, and checked where it is given.

export type { AbortSignalLike } from './abort-signal.ts';
export { describesItself } from './describe.ts';
export { OptionRangeError, OptionTypeError, outOfRange, shown, wrongKind } from './errors.ts';
export * from './kinds.ts';
export { nearNames } from './near.ts';
export { type Kinds, NestedKind, nested, Schema } from './schema.ts';
