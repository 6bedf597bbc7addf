// A screen of its own on a real terminal: keys from node:readline, the alternate screen and the hidden cursor (xterm's private
// modes 1049 and 25), and all of it put back however it ends: by a key, a signal or an exception.

import { emitKeypressEvents } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Keypress, keyName } from './keys.ts';

/** What is needed of the terminal's input. */
export type TerminalInput = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
};

/** And of its output. */
export type TerminalOutput = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** 128 + the number of the signal, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The screen as octets: only the lines that are not as they were. */
export function repaint(lines: readonly string[], before: readonly string[]): string {
  let text = '';
  lines.forEach((line, i) => {
    if (line !== before[i]) text += `\x1b[${i + 1};1H${line}`;
  });
  return text;
}

/** What a screen tells. */
export interface ScreenEvents {
  key(name: string): void;
  /** The size is another one: what was painted is gone. */
  resized(): void;
  /** The input has ended (0), or a signal came (128 and its number). The terminal is as it was. */
  left(code: number): void;
}

/** Takes the terminal, until it is left. */
export class Screen {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #events: ScreenEvents;
  #painted: readonly string[] = [];
  #over = false;

  constructor(input: TerminalInput, output: TerminalOutput, events: ScreenEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    emitKeypressEvents(input);
    input.on('keypress', this.#onKey);
    input.on('end', this.#onEnd);
    output.on('resize', this.#onResize);
    process.on('exit', this.#onExit);
    for (const signal of Object.keys(SIGNALS)) process.on(signal, this.#onSignal);
    input.setRawMode?.(true);
    input.resume();
    output.write(ENTER);
  }

  /** Whether it was left. */
  get over(): boolean {
    return this.#over;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns = 80, rows = 24 } = this.#output;
    return { columns, rows };
  }

  paint(lines: readonly string[]): void {
    this.#output.write(repaint(lines, this.#painted));
    this.#painted = lines;
  }

  /** Gives the terminal back. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    const [input, output] = [this.#input, this.#output];
    input.off('keypress', this.#onKey);
    input.off('end', this.#onEnd);
    output.off('resize', this.#onResize);
    process.off('exit', this.#onExit);
    for (const signal of Object.keys(SIGNALS)) process.off(signal, this.#onSignal);
    input.setRawMode?.(false);
    input.pause();
    output.write(LEAVE);
  }

  readonly #onKey = (text: string | undefined, key: Keypress): void => {
    const name = keyName(text, key);
    if (name !== null && !this.#over) this.#events.key(name);
  };

  readonly #onEnd = (): void => {
    this.leave();
    this.#events.left(0);
  };

  readonly #onResize = (): void => {
    this.#painted = [];
    this.#output.write('\x1b[2J');
    this.#events.resized();
  };

  readonly #onExit = (): void => this.leave();

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.leave();
    this.#events.left(SIGNALS[signal as keyof typeof SIGNALS]);
  };
}
