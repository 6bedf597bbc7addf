// How many packets of one kind may go out in a second: answers to those who prove nothing (RFC 1812 section
// 4.3.2.8, RFC 4443 section 2.4 (f)).

/** So many in each second of a host's clock. */
export class RateLimit {
  readonly perSecond: number;
  #second = -1;
  #count = 0;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
  }

  /** True, and counted, when one more may go at `nowUs`. */
  allows(nowUs: number): boolean {
    const second = Math.floor(nowUs / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    return this.#count++ < this.perSecond;
  }
}
