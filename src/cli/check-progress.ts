// How far a search is, on the terminal: one line that is written again and again; in a file or a log, a line now and
// then.

import type { Progress } from '../lab/check/search/index.ts';
import { textWidth } from '../lab/index.ts';
import type { Io } from './command.ts';
import { t } from './messages.ts';
import { columnsOf } from './terminal.ts';

/** Milliseconds between two looks of a reader. */
const TERMINAL_MS = 100;
const LOG_MS = 5000;

/** `1,234,567` */
export function grouped(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Seconds with a digit that says something. */
export function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(ms < 100 ? 3 : ms < 10_000 ? 2 : 1);
}

/** The line, on standard error. */
export class ProgressLine {
  readonly #io: Io;
  readonly #terminal: boolean;
  #began = performance.now();
  #shown = this.#began;
  #asked = this.#began;
  #phase = '';
  #dirty = false;

  constructor(io: Io) {
    this.#io = io;
    this.#terminal = (io.stderr as { isTTY?: boolean }).isTTY === true;
  }

  /** To be called often; it is shown when there was time to read what was shown before. */
  show({ states, transitions, depth, frontier }: Progress, phase: string): void {
    const now = performance.now();
    if (phase !== this.#phase) {
      this.#phase = phase;
      this.#began = this.#asked;
    }
    this.#asked = now;
    if (now - this.#shown < (this.#terminal ? TERMINAL_MS : LOG_MS)) return;
    this.#shown = now;
    const seconds = (now - this.#began) / 1000;
    const text = t(this.#io.lang, 'checkProgress', {
      phase,
      states: grouped(states),
      transitions: grouped(transitions),
      rate: seconds > 0 ? grouped(transitions / seconds) : '-',
      depth,
      frontier: grouped(frontier),
    });
    const { stderr } = this.#io;
    if (!this.#terminal) stderr.write(`${text}\n`);
    else {
      // A terminal of unknown width says 0. A line that is too long would wrap, and not be rewritten.
      const room = (columnsOf(stderr, process.env) || 80) - 1;
      let end = text.length;
      while (textWidth(text.slice(0, end)) > room) end--;
      stderr.write(`\r\x1b[K${text.slice(0, end)}`);
    }
    this.#dirty = this.#terminal;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#dirty) this.#io.stderr.write('\r\x1b[K');
    this.#dirty = false;
  }
}
