// Sequence numbers of a model as one octet each. All numbers of a run lie near the ISS of some incarnation (or near
// 0, where a RST without an ACK starts), so that incarnation and distance say it all; the ISSs themselves are
// constants of the run.

/** Most incarnations of one side. */
export const MOST_INCARNATIONS = 4;

/** Distances from an ISS that fit: -4 to 27. */
const BELOW = 4;
const SPAN = 32;

/** The sequence numbers of one side. */
export class Numbers {
  /** ISS of incarnation i + 1; the last is 0, for numbers that belong to none. */
  readonly iss: Int32Array;
  /** The number that an octet stands for. */
  readonly of = new Int32Array(SPAN * (MOST_INCARNATIONS + 1));

  constructor(iss: ArrayLike<number>) {
    this.iss = new Int32Array(MOST_INCARNATIONS + 1);
    for (let i = 0; i < MOST_INCARNATIONS; i++) this.iss[i] = iss[i] as number;
    for (let i = 0; i < this.of.length; i++) {
      this.of[i] = ((this.iss[i >> 5] as number) + (i & (SPAN - 1)) - BELOW) | 0;
    }
  }

  /**
   * The octet that stands for `n`, the smallest where ISSs are the same. Throws a RangeError for a number that is
   * near no ISS: the model would need more room.
   */
  octet(n: number): number {
    const { iss } = this;
    for (let i = 0; i <= MOST_INCARNATIONS; i++) {
      const d = (n - (iss[i] as number) + BELOW) | 0;
      if (d >= 0 && d < SPAN) return (i << 5) | d;
    }
    throw new RangeError(`sequence number ${n >>> 0} is near no ISS`);
  }
}
