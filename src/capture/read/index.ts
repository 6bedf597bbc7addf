// The door of reading: octets of a capture file become frames.

export {
  addInfo,
  type CaptureInfo,
  type CaptureInterface,
  emptyInfo,
  Frame,
  type FrameSink,
} from './frame.ts';
export { type Problem, type ProblemKey, problemText } from './problems.ts';
export { CaptureReader, type Compression, compressionOf } from './reader.ts';
