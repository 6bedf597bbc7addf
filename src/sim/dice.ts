// The dice of one direction of a wire, one for each kind of fault, so that switching one fault on does
// not change what the others do.

import type { Random } from './random.ts';

/** Dice of one direction, one for each fault. */
export class Dice {
  readonly loss: Random;
  readonly duplicate: Random;
  readonly corrupt: Random;
  readonly mark: Random;
  readonly reorder: Random;
  readonly jitter: Random;

  constructor(random: Random) {
    this.loss = random.fork('loss');
    this.duplicate = random.fork('duplicate');
    this.corrupt = random.fork('corrupt');
    this.mark = random.fork('mark');
    this.reorder = random.fork('reorder');
    this.jitter = random.fork('jitter');
  }
}
