// Buffers for what is read from files: large ones while there are any, small ones beyond that, so that however many
// clients read slowly, what they hold is bounded.

/** Octets read from a file at once: half a send buffer, so that the next piece comes before this one is sent. */
const LARGE_BUFFER = 128 * 1024;
const SMALL_BUFFER = 8 * 1024;
/** The large buffers of all transfers: kept for the next one, and bounded. */
export class BufferPool {
  readonly #free: Buffer[] = [];
  #left: number;

  /** `bytes`: what all large buffers together may have. */
  constructor(bytes: number) {
    this.#left = Math.floor(bytes / LARGE_BUFFER);
  }

  /** A buffer of 128 KiB, or of 8 KiB when none of these is left. */
  take(): Buffer {
    const kept = this.#free.pop();
    if (kept !== undefined) return kept;
    if (this.#left === 0) return Buffer.allocUnsafeSlow(SMALL_BUFFER);
    this.#left--;
    return Buffer.allocUnsafeSlow(LARGE_BUFFER);
  }

  /** Takes a buffer back. */
  give(buffer: Buffer): void {
    if (buffer.length === LARGE_BUFFER) this.#free.push(buffer);
  }
}
