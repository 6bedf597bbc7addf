// The door of the lab: what watches a connection, and shows it.

export * from './ladder/index.ts';
export * from './trace.ts';
export { type RecorderOptions, TraceRecorder, traceSegment } from './trace-recorder.ts';
