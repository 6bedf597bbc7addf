// One flow of a bench: octets of a known pattern go in at one end and are compared when they come out at the other.
// Stacks differ only in who asks for octets and who brings them.

/** Prime, so that a segment in the wrong place is seen, whatever its length. */
const PERIOD = 65_521;
/** Most octets of one piece. */
export const PIECE = 65_536;

/** The pattern, long enough for a whole piece from any place of it. */
export const PATTERN: Buffer = Buffer.from(new ArrayBuffer(PERIOD + PIECE));
for (let i = 0; i < PATTERN.length; i++) PATTERN[i] = Math.imul(i % PERIOD, 0x9e3779b1) >>> 24;

/** Octets from left to right, and when they arrived. */
export class Flow {
  /** Octets in all; Infinity: as many as there is time for. */
  readonly octets: number;
  /** The sender closes behind the last octet. */
  readonly ends: boolean;
  /** When it was opened, in µs of its world. */
  openedUs = 0;
  sent = 0;
  received = 0;
  /** When the last octet had come. */
  doneUs = Infinity;

  constructor(octets: number, ends = false) {
    this.octets = octets;
    this.ends = ends;
  }

  /** Where in the pattern the next piece begins. */
  get at(): number {
    return this.sent % PERIOD;
  }

  /** Octets of the next piece; 0 when all were sent. */
  get piece(): number {
    return Math.min(PIECE, this.octets - this.sent);
  }

  /** Octets arrived. Throws for one that is not what was sent. */
  arrived(octets: Uint8Array, nowUs: number): void {
    const at = this.received % PERIOD;
    if (PATTERN.compare(octets, 0, octets.length, at, at + octets.length) !== 0)
      throw new Error(`an octet of ${this.received}..${this.received + octets.length} is not what was sent`);
    this.received += octets.length;
    if (this.received >= this.octets) this.doneUs = nowUs;
  }

  /** From OPEN to the last octet, in ms. */
  get ms(): number {
    return (this.doneUs - this.openedUs) / 1000;
  }
}
