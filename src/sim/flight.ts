// A packet on its way through one direction of a wire. Recycled; in a list when packets keep their
// order, an event of its own when they need not.

import type { WireDirection } from './direction.ts';
import type { Line } from './line.ts';
import type { Action } from './types.ts';

/** One packet under way; owns its block. */
export class Flight implements Action {
  readonly line: Line;
  readonly direction: WireDirection;
  /** When it arrives, in µs; in a list perhaps later, with the one before it. */
  atUs = 0;
  off = 0;
  len = 0;
  /** Number of the packet in its direction, from 0. */
  index = 0;
  /** 0 for the packet itself, 1… for its duplicates. */
  copy = 0;
  injected = false;
  next: Flight | null = null;
  /** Only among packets that are events of their own. */
  prev: Flight | null = null;

  constructor(line: Line, direction: WireDirection) {
    this.line = line;
    this.direction = direction;
  }

  run(): void {
    this.line.arriveLoose(this);
  }

  describe(): string {
    return `${this.direction.describe()}: packet ${this.index} of ${this.len} bytes arrives`;
  }
}
