// The door of captures: files of the wire in, what happened on it out. Runs in any JavaScript engine; who opens files, and
// unpacks them, is above.

export {
  type AnalyserOptions,
  type Analysis,
  analyseCapture,
  CaptureAnalyser,
  type ConnectionReport,
  type FileProblem,
  type Finding,
  type SideReport,
} from './analysis.ts';
export { Anonymiser, type AnonymiserOptions } from './anonymise.ts';
export {
  Connection,
  type Earlier,
  type Flight,
  Follower,
  type FollowerCounts,
  type FollowerOptions,
  type Hole,
  type IcmpSeen,
  Mark,
  markNames,
  namesOfMarks,
  type Place,
  type PlaceSign,
  type Retransmissions,
  RoundTrips,
  Seen,
  Side,
  type Stage,
  type StateSet,
  statesOf,
  type Vantage,
  vantageOf,
  type Way,
} from './follow/index.ts';
export { analysisJson } from './json.ts';
export {
  type CaptureInfo,
  type CaptureInterface,
  CaptureReader,
  type Compression,
  compressionOf,
  Frame,
  type FrameSink,
  type Problem,
  type ProblemKey,
  problemText,
} from './read/index.ts';
export { playReplay, type Replay, replayOf } from './replay.ts';
export { parseSelection, type Selection, SelectionError } from './select.ts';
export { type CapturedTrace, traceOfConnection } from './trace.ts';
export {
  bySeverity,
  type Confidence,
  type Context,
  type Culprit,
  durationText,
  type Evidence,
  type Exclusion,
  type Found,
  framesOf,
  type Path,
  type Rule,
  rules as verdictRules,
  type Service,
  type Severity,
  type Shortest,
  type Verdict,
  type VerdictTexts,
  verdictText,
  verdictTexts,
  verdictWord,
} from './verdicts/index.ts';
export type { ZeekSummary } from './zeek.ts';
