// The door of the search: exhaustive exploration of systems whose states are octets.

export { Search, search } from './bfs.ts';
export { SavedSearchError } from './bytes.ts';
export { type Fingerprint, fingerprint } from './fingerprint.ts';
export { checkLiveness, type LivenessOptions, type LivenessResult } from './liveness.ts';
export { conduct, type Hand, type ParallelOptions, type Subject, searchPartitioned } from './parallel.ts';
export { type Origin, Partition, type PartitionOptions, type Share, type Sighting } from './partition.ts';
export {
  type Bound,
  type Finding,
  omission,
  type Progress,
  type SearchOptions,
  type SearchResult,
} from './result.ts';
export type { Memory } from './store.ts';
export {
  CUT,
  type Fairness,
  type Lasso,
  type Liveness,
  NOTHING,
  type Property,
  replay,
  type Story,
  type System,
} from './system.ts';
