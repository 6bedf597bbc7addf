// The viewer on a real terminal: keys from node:readline, the alternate screen and the hidden cursor (xterm's
// private modes 1049 and 25), and both put back however it ends: by a key, a signal or an exception.

import { emitKeypressEvents } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { draw } from './draw.ts';
import { type Keypress, keyName } from './keys.ts';
import type { TuiModel, TuiWorld } from './model.ts';
import { update } from './update.ts';

/** What the viewer needs of the terminal's input. */
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

/** How it looks. */
export interface ViewerOptions {
  readonly ascii: boolean;
  readonly colour: boolean;
}

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Milliseconds of real time between two steps while it plays. */
const STEP_MS = 450;
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

/** Runs the viewer until it is left; the exit code: 0, or that of the signal that ended it. */
export function view(
  begin: TuiModel,
  world: TuiWorld,
  input: TerminalInput,
  output: TerminalOutput,
  options: ViewerOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let model = begin;
    let painted: readonly string[] = [];
    let timer: NodeJS.Timeout | null = null;
    let over = false;

    const paint = (): void => {
      const size = { columns: output.columns ?? 80, rows: output.rows ?? 24, ...options };
      const lines = draw(model, size, world);
      output.write(repaint(lines, painted));
      painted = lines;
    };
    const leave = (): void => {
      if (over) return;
      over = true;
      if (timer !== null) clearInterval(timer);
      input.off('keypress', onKey);
      input.off('end', onEnd);
      output.off('resize', onResize);
      process.off('exit', leave);
      for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
      input.setRawMode?.(false);
      input.pause();
      output.write(LEAVE);
    };
    const failed = (error: unknown): void => {
      leave();
      reject(error);
    };
    const take = (key: string): void => {
      try {
        model = update(model, key, world);
        if (model.quit) {
          leave();
          resolve(0);
          return;
        }
        if (model.playing && timer === null) timer = setInterval(() => take('tick'), STEP_MS);
        if (!model.playing && timer !== null) {
          clearInterval(timer);
          timer = null;
        }
        paint();
      } catch (error) {
        failed(error);
      }
    };
    const onKey = (text: string | undefined, key: Keypress): void => {
      const name = keyName(text, key);
      if (name !== null && !over) take(name);
    };
    const onEnd = (): void => {
      leave();
      resolve(0);
    };
    const onResize = (): void => {
      painted = [];
      output.write('\x1b[2J');
      paint();
    };
    const onSignal = (signal: NodeJS.Signals): void => {
      leave();
      resolve(SIGNALS[signal as keyof typeof SIGNALS]);
    };

    emitKeypressEvents(input);
    input.on('keypress', onKey);
    input.on('end', onEnd);
    output.on('resize', onResize);
    process.on('exit', leave);
    for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
    input.setRawMode?.(true);
    input.resume();
    output.write(ENTER);
    try {
      paint();
    } catch (error) {
      failed(error);
    }
  });
}
