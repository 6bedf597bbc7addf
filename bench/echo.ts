// Questions and answers over one connection: what it costs that a program is told of something, and answers it. Once with
// callbacks, once with promises.

import type { Connection } from '../src/host/index.ts';
import { BenchPair, cpuUs } from './pair.ts';

const QUESTION = 100;
/** Virtual time that a question and its answer take. */
const STEP_US = 100;

/** Sends back what comes. */
function echo(c: Connection, buffer: Uint8Array): number {
  const n = c.readInto(buffer);
  if (n > 0 && c.offer(buffer.subarray(0, n)) !== n) throw new Error('no room for an answer');
  return n;
}

/** Rounds per second of processor time, by callbacks. */
export class CallbackEcho {
  readonly #pair = new BenchPair();
  readonly #client: Connection;
  readonly #question = new Uint8Array(QUESTION).fill(7);
  #answered = 0;

  constructor() {
    const buffer = new Uint8Array(QUESTION);
    this.#pair.b.listen({ port: 7, handler: { readable: (c) => void echo(c, buffer) } });
    const sink = new Uint8Array(QUESTION);
    const readable = (c: Connection): void => {
      this.#answered += c.readInto(sink);
    };
    this.#client = this.#pair.a.open({ address: '10.0.0.2', port: 7, handler: { readable } });
    this.#pair.exchange();
  }

  run(rounds: number): number {
    const end = this.#answered + rounds * QUESTION;
    const us = cpuUs(() => {
      while (this.#answered < end) {
        const before = this.#answered;
        this.#client.offer(this.#question);
        for (let turns = 0; this.#answered < before + QUESTION; turns++) {
          if (turns > 50) throw new Error('a question has no answer');
          this.#pair.exchange();
          this.#pair.advance(STEP_US);
        }
      }
    });
    return (rounds / us) * 1e6;
  }
}

/** Rounds per second of processor time, by `write` and `read`. */
export class PromiseEcho {
  readonly #pair = new BenchPair();
  readonly #client: Promise<Connection>;

  constructor() {
    void this.#serve();
    this.#client = this.#pair.a.connect({ address: '10.0.0.2', port: 7 });
    this.#pair.exchange();
  }

  async #serve(): Promise<void> {
    const c = await this.#pair.b.listen({ port: 7 }).accept();
    for (let chunk = await c.read(); chunk !== null; chunk = await c.read()) await c.write(chunk);
  }

  async run(rounds: number): Promise<number> {
    const pair = this.#pair;
    const c = await this.#client;
    const question = new Uint8Array(QUESTION).fill(7);
    const before = process.cpuUsage();
    for (let i = 0; i < rounds; i++) {
      let answered = false;
      const answer = c.read().then((chunk) => {
        answered = chunk?.length === QUESTION;
      });
      void c.write(question);
      for (let turns = 0; !answered; turns++) {
        if (turns > 50) throw new Error('a question has no answer');
        pair.exchange();
        pair.advance(STEP_US);
        await null;
      }
      await answer;
    }
    const { user, system } = process.cpuUsage(before);
    return (rounds / (user + system)) * 1e6;
  }
}
