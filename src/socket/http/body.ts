// The bodies of HTTP/1.1 messages (RFC 9112 sections 6 and 7): read as they are framed, and framed as chunks.

import type { Framing } from './head.ts';
import { type Inbox, octetsOfText } from './inbox.ts';

/** Longest line with the size of a chunk, its extensions included. */
const MAX_CHUNK_LINE = 1024;
/** Longest trailer section; it is thrown away. */
const MAX_TRAILERS = 16_384;
const PIECE = 65_536;

/** A body that is cut off, or not framed as it says. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly code = 'ERR_HTTP_BODY';
}

/** Reads one body, piece by piece. */
export class BodyReader {
  readonly #inbox: Inbox;
  readonly #framing: Framing;
  /** Octets until the end of the body, or of the chunk. */
  #left: number;
  #first = true;
  #done: boolean;
  /** What was wrong: where the next message begins is not known. */
  #broken: unknown = null;

  constructor(inbox: Inbox, framing: Framing) {
    this.#inbox = inbox;
    this.#framing = framing;
    this.#left = typeof framing === 'number' ? framing : 0;
    this.#done = framing === 0;
  }

  /** Whether it is not framed as it says. */
  get malformed(): boolean {
    return this.#broken instanceof BodyError;
  }
  /** Whether its end was read. */
  get done(): boolean {
    return this.#done;
  }

  /** The next octets; null at its end. Rejects with {@link BodyError}, or as the connection broke. */
  async read(): Promise<Uint8Array | null> {
    if (this.#broken !== null) throw this.#broken;
    try {
      return await this.#read();
    } catch (error) {
      this.#broken = error;
      throw error;
    }
  }

  async #read(): Promise<Uint8Array | null> {
    if (this.#done) return null;
    if (this.#framing === 'chunked' && this.#left === 0) await this.#nextChunk();
    if (this.#done) return null;
    const piece = await this.#inbox.some(this.#framing === 'close' ? PIECE : Math.min(this.#left, PIECE));
    if (piece === null) {
      if (this.#framing !== 'close') throw new BodyError('the connection ended before the body did');
      this.#done = true;
      return null;
    }
    this.#left -= piece.length;
    if (typeof this.#framing === 'number') this.#done = this.#left === 0;
    return piece;
  }

  /** RFC 9112 section 7.1. */
  async #nextChunk(): Promise<void> {
    if (!this.#first && (await this.#inbox.line(0)) !== '')
      throw new BodyError('a chunk is not as long as it says');
    this.#first = false;
    const line = await this.#inbox.line(MAX_CHUNK_LINE);
    const size = line === null ? null : /^([0-9A-Fa-f]{1,12})(?:[ \t]*;.*)?$/.exec(line);
    if (size === null) throw new BodyError('a chunk does not begin with its size');
    this.#left = Number.parseInt(size[1] as string, 16);
    if (this.#left > 0) return;
    for (let octets = 0; ; ) {
      const trailer = await this.#inbox.line(MAX_TRAILERS);
      octets += trailer?.length ?? 0;
      if (trailer === null || octets > MAX_TRAILERS)
        throw new BodyError('the trailers are too long, or cut off');
      if (trailer === '') break;
    }
    this.#done = true;
  }
}

/** A chunk of these octets, of which there is at least one. */
export function chunk(octets: Uint8Array): Uint8Array {
  const size = octetsOfText(`${octets.length.toString(16)}\r\n`);
  const made = new Uint8Array(size.length + octets.length + 2);
  made.set(size);
  made.set(octets, size.length);
  made.set([13, 10], size.length + octets.length);
  return made;
}

/** What ends a body of chunks. */
export const LAST_CHUNK: Uint8Array = octetsOfText('0\r\n\r\n');
