// A stream of octets to write and to read in pieces: how a search is put away and taken up again. Numbers are
// float64, arrays go as they lie in memory (little-endian on every machine that runs this).

/** Thrown when octets are not a saved search, or one of another system. */
export class SavedSearchError extends Error {
  override readonly name = 'SavedSearchError';
}

/** Some numbers as octets. */
export function numbers(...values: number[]): Uint8Array {
  return new Uint8Array(new Float64Array(values).buffer);
}

/** The octets of a typed array. */
export function octets(view: Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Reads a stream that comes in pieces of any length. */
export class Reader {
  readonly #pieces: Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(pieces: Iterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  /** Fills `into` with the octets that come next. */
  fill(into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      if (this.#at === this.#piece.length) {
        const next = this.#pieces.next();
        if (next.done === true) throw new SavedSearchError('the saved search ends too early');
        this.#piece = next.value;
        this.#at = 0;
        continue;
      }
      const length = Math.min(into.length - done, this.#piece.length - this.#at);
      into.set(this.#piece.subarray(this.#at, this.#at + length), done);
      done += length;
      this.#at += length;
    }
  }

  /** The next `count` numbers. */
  numbers(count: number): number[] {
    const values = new Float64Array(count);
    this.fill(new Uint8Array(values.buffer));
    return [...values];
  }

  /** One number that must be a count between 0 and `most`. */
  count(most = 2 ** 40): number {
    const value = this.numbers(1)[0]!;
    if (!Number.isInteger(value) || value < 0 || value > most) {
      throw new SavedSearchError(`not a saved search: a count of ${value}`);
    }
    return value;
  }
}
