// Users who found no Memory for a single octet while nothing of theirs is under way: no acknowledgment will
// come that makes room, so they are told when it is time to try again.

import type { Connection } from '../connection/index.ts';

/** Time between two attempts, in milliseconds. */
const RETRY_MS = 100;

/** The connections that wait for Memory; each at most once. */
export class Starved {
  #waiting: Connection[] = [];
  #atMs = 0;

  /** The connection waits from now on. */
  add(c: Connection, nowMs: number): void {
    if (this.#waiting.length === 0) this.#atMs = nowMs + RETRY_MS;
    this.#waiting.push(c);
  }

  /** Milliseconds until `retry` should run, or -1. */
  untilNext(nowMs: number): number {
    return this.#waiting.length === 0 ? -1 : Math.max(0, Math.ceil(this.#atMs - nowMs));
  }

  /** Lets each of them try again; who fails waits anew. */
  retry(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const c of waiting) c.tryAgain();
  }
}
