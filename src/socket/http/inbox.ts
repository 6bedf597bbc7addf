// The octets that the other end sent and that nobody has looked at: heads, lines and pieces of bodies are cut from them.

/** Where octets come from; a `Connection` is one. */
export interface Source {
  read(max?: number): Promise<Uint8Array | null>;
}

const LF = 10;
const CR = 13;
const NOTHING = new Uint8Array(0);

/** What a connection has sent, piece by piece. */
export class Inbox {
  readonly #source: Source;
  readonly #maxHead: number;
  #octets: Uint8Array = NOTHING;

  constructor(source: Source, maxHead: number) {
    this.#source = source;
    this.#maxHead = maxHead;
  }

  /** Octets that have come, and were not taken. */
  get length(): number {
    return this.#octets.length;
  }

  /**
   * The next head as text, without its empty line. null at the end of the stream; a status code when it is too long (431)
   * or cut off (400).
   */
  async head(): Promise<string | null | number> {
    for (let from = 0; ; ) {
      // RFC 9112 section 2.2: an empty line before a request line is ignored.
      let blank = 0;
      while (this.#octets[blank] === CR || this.#octets[blank] === LF) blank++;
      if (blank > 0) {
        this.#octets = this.#octets.subarray(blank);
        from = 0;
      }
      const end = this.#emptyLine(from);
      if (end !== null) {
        const text = textOf(this.#octets.subarray(0, end.head));
        this.#octets = this.#octets.subarray(end.next);
        return text;
      }
      if (this.#octets.length >= this.#maxHead) return 431;
      from = Math.max(0, this.#octets.length - 3);
      if (!(await this.#more())) return this.#octets.length === 0 ? null : 400;
    }
  }

  /** Where a head ends, and where what follows begins. */
  #emptyLine(from: number): { head: number; next: number } | null {
    const octets = this.#octets;
    const last = Math.min(octets.length, this.#maxHead);
    for (let at = octets.indexOf(LF, from); at >= 0 && at < last; at = octets.indexOf(LF, at + 1)) {
      const next = octets[at + 1] === CR ? at + 2 : at + 1;
      if (next < last && octets[next] === LF)
        return { head: octets[at - 1] === CR ? at - 1 : at, next: next + 1 };
    }
    return null;
  }

  /** A line that ends with CR LF, without it; null when it is longer than `max`, has a bare CR or LF, or is cut off. */
  async line(max: number): Promise<string | null> {
    for (;;) {
      const at = this.#octets.indexOf(LF);
      if (at >= 0) {
        const line = this.#octets.subarray(0, at - 1);
        if (at < 1 || at - 1 > max || this.#octets[at - 1] !== CR || line.includes(CR)) return null;
        this.#octets = this.#octets.subarray(at + 1);
        return textOf(line);
      }
      if (this.#octets.length > max + 1 || !(await this.#more())) return null;
    }
  }

  /** The next octets, at most `max`: the caller's own. null at the end of the stream. */
  async some(max: number): Promise<Uint8Array | null> {
    if (this.#octets.length === 0 && !(await this.#more())) return null;
    const octets = this.#octets;
    if (octets.length > max) {
      this.#octets = octets.subarray(max);
      return octets.slice(0, max);
    }
    this.#octets = NOTHING; // a stream that gets the piece takes its buffer away
    return octets;
  }

  /** Throws away `length` octets of body; false when the stream ends before. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0; ) {
      const piece = await this.some(left);
      if (piece === null) return false;
      left -= piece.length;
    }
    return true;
  }

  async #more(): Promise<boolean> {
    const more = await this.#source.read(16_384);
    if (more === null) return false;
    const before = this.#octets;
    if (before.length === 0) this.#octets = more;
    else {
      this.#octets = new Uint8Array(before.length + more.length);
      this.#octets.set(before);
      this.#octets.set(more, before.length);
    }
    return true;
  }
}

/** Octets as text, one character each (ISO 8859-1). */
function textOf(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += 4096)
    text += String.fromCharCode(...octets.subarray(at, at + 4096));
  return text;
}

/** Text as octets, one of each character. */
export function octetsOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
