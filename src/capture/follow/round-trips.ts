// Round trips of one direction, at the point of capture, in microseconds: the least, the most, and whether a queue stands.

/** RFC 8289 section 3.2: what waits for less than an interval is a burst. One that holds a stall of the host, too. */
const STRETCH_US = 200_000;
/** So many samples at least: fewer may all be of late ACKs. */
const STRETCH_SAMPLES = 10;

/**
 * Round trips, at the point of capture, of stretches of time. A queue that stands is told by the least of a stretch, not by the
 * most (RFC 8289 section 3.1): whatever is sent waits in it.
 */
export class RoundTrips {
  /** The least of all, and the frame that showed it; infinite before. */
  least = Number.POSITIVE_INFINITY;
  leastFrame = 0;
  most = 0;
  sum = 0;
  count = 0;
  /** The largest least of a stretch; 0 before the first stretch is over. */
  standing = 0;
  standingFrame = 0;
  #from = 0;
  #samples = 0;
  #least = 0;
  #frame = 0;

  /** One more, in microseconds; when, and by which frame. */
  add(rtt: number, us: number, frame: number): void {
    if (rtt < this.least) {
      this.least = rtt;
      this.leastFrame = frame;
    }
    this.most = Math.max(this.most, rtt);
    this.sum += rtt;
    this.count++;
    if (this.#samples === 0) this.#from = us;
    if (this.#samples++ === 0 || rtt < this.#least) {
      this.#least = rtt;
      this.#frame = frame;
    }
    if (us - this.#from < STRETCH_US || this.#samples < STRETCH_SAMPLES) return;
    if (this.#least > this.standing) {
      this.standing = this.#least;
      this.standingFrame = this.#frame;
    }
    this.#samples = 0;
  }

  /** Of all; 0 without any. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }
}
