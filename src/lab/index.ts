// The door of the lab: what watches a connection, and shows it.

export * from './claims/index.ts';
export * from './explain/index.ts';
export * from './export/index.ts';
export * from './find/index.ts';
export * from './interview/index.ts';
export * from './ladder/index.ts';
export * from './numbers.ts';
export * from './questions/index.ts';
export * from './runbooks/index.ts';
export * from './scenario/index.ts';
export * from './scenarios/index.ts';
export * from './series/index.ts';
export { tcbView } from './tcb-view.ts';
export type { Lang, Text } from './text/index.ts';
export * from './trace.ts';
export { type RecorderOptions, type TraceDetail, TraceRecorder, traceSegment } from './trace-recorder.ts';
export { WireWatch, watchWire } from './watch.ts';
