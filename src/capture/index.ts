// The door of captures: files of the wire in, what happened on it out. Runs in any JavaScript engine; who opens files, and
// unpacks them, is above.

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
