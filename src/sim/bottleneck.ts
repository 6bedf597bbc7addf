// The transmitter of a wire with a bandwidth: packets leave one after the other, and those whose last
// bit has not left yet are the queue. Computed at each packet's arrival, without events; exact: the
// part of a µs is carried as a remainder, so n packets back to back take ceil(n * bits / bandwidth).

/** A drop-tail queue before a line of so many bits per second. */
export class Bottleneck {
  /** When the line is free: whole µs, and a remainder in units of 1 / bandwidth µs. */
  #freeUs = 0;
  #remainder = 0;
  #bps = Infinity;
  queuedPackets = 0;
  queuedBytes = 0;
  /** Departure times and lengths of the queue, a ring. */
  #departUs = new Float64Array(64);
  #lengths = new Int32Array(64);
  #head = 0;

  /** Forgets what has left by `nowUs`. */
  drain(nowUs: number): void {
    const mask = this.#lengths.length - 1;
    while (this.queuedPackets > 0 && (this.#departUs[this.#head] as number) <= nowUs) {
      this.queuedBytes -= this.#lengths[this.#head] as number;
      this.queuedPackets--;
      this.#head = (this.#head + 1) & mask;
    }
  }

  /** Queues a packet of `len` bytes; when its last bit leaves, in µs, rounded up. */
  enqueue(nowUs: number, len: number, bps: number): number {
    if (bps !== this.#bps) {
      // What is queued keeps its times.
      if (this.#remainder > 0) this.#freeUs++;
      this.#remainder = 0;
      this.#bps = bps;
    }
    if (this.#freeUs < nowUs) {
      this.#freeUs = nowUs;
      this.#remainder = 0;
    }
    const work = len * 8_000_000 + this.#remainder;
    const us = Math.floor(work / bps);
    this.#remainder = work - us * bps;
    this.#freeUs += us;
    const departUs = this.#remainder > 0 ? this.#freeUs + 1 : this.#freeUs;
    if (departUs > nowUs) this.#push(departUs, len);
    return departUs;
  }

  #push(departUs: number, len: number): void {
    if (this.queuedPackets === this.#lengths.length) this.#double();
    const at = (this.#head + this.queuedPackets) & (this.#lengths.length - 1);
    this.#departUs[at] = departUs;
    this.#lengths[at] = len;
    this.queuedPackets++;
    this.queuedBytes += len;
  }

  #double(): void {
    const size = this.#lengths.length;
    const departUs = new Float64Array(size * 2);
    const lengths = new Int32Array(size * 2);
    for (let i = 0; i < size; i++) {
      departUs[i] = this.#departUs[(this.#head + i) & (size - 1)] as number;
      lengths[i] = this.#lengths[(this.#head + i) & (size - 1)] as number;
    }
    this.#departUs = departUs;
    this.#lengths = lengths;
    this.#head = 0;
  }
}
