// Bodies of messages as streams, and writes that a peer must take in time: for the server and for `fetch`.

import type { Connection } from '../../host/index.ts';
import type { BodyReader } from '../http/index.ts';

/** Octets of which at least one must be taken in time: what a peer reads slowly is not silence. */
const PIECE = 8 * 1024;

/** Writes to one connection, in order. */
export class Writing {
  readonly #c: Connection;
  readonly #idleMs: number;

  constructor(c: Connection, idleMs: number) {
    this.#c = c;
    this.#idleMs = idleMs;
  }

  /** Resolves when all is in the send buffer. Rejects with ETIMEDOUT when the peer takes nothing for the idle time. */
  async write(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length; at += PIECE)
      await this.#c.write(octets.subarray(at, at + PIECE), { timeout: this.#idleMs });
  }

  /**
   * A FIN after all that was written; resolves when the peer has acknowledged it. Rejects with ETIMEDOUT when it takes less
   * than a piece in the idle time: of a window that stays closed probes fill an octet now and then.
   */
  async end(): Promise<void> {
    const c = this.#c;
    for (;;) {
      const { sndUna } = c.info();
      try {
        await c.end({ timeout: this.#idleMs });
        return;
      } catch (error) {
        if (c.ended || ((c.info().sndUna - sndUna) | 0) < PIECE) throw error;
      }
    }
  }
}

/** A body that is read when somebody asks for it. */
export interface BodyStream {
  readonly stream: ReadableStream<Uint8Array>;
  /** Nobody can read it any more; resolves when nobody does. */
  detach(): Promise<void>;
}

/** A body as a stream; `before` runs before each read, `ended` when its end was read, `gone` when it is given up. */
export function bodyStream(
  reader: BodyReader,
  before: () => Promise<void> = async () => {},
  ended: () => void = () => {},
  gone: (reason: unknown) => void = () => {},
): BodyStream {
  let reading: Promise<unknown> = Promise.resolve();
  let detached = false;
  const source = {
    type: 'bytes' as const,
    async pull(controller: ReadableByteStreamController): Promise<void> {
      if (detached) throw new TypeError('the request was answered: its body can be read no more');
      const next = before().then(() => reader.read());
      reading = next.catch(() => {});
      const piece = await next;
      if (piece !== null) controller.enqueue(piece as Uint8Array<ArrayBuffer>);
      if (!reader.done) return;
      controller.close();
      controller.byobRequest?.respond(0);
      ended();
    },
    cancel: gone,
  };
  const stream = new ReadableStream(source, { highWaterMark: 0 }) as ReadableStream<Uint8Array>;
  return {
    stream,
    async detach() {
      detached = true;
      await reading;
    },
  };
}
