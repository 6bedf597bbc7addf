// The door of the verdicts on the capture itself.

import type { Rule } from '../verdict.ts';
import { captureLoss, captureReordered, duplicateCapture, midStream, oneSided } from './capture.ts';

/** Rules about the capture itself. */
export const captureRules: readonly Rule[] = [
  midStream,
  oneSided,
  duplicateCapture,
  captureReordered,
  captureLoss,
];
