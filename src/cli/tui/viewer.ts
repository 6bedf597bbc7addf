// The viewer on a screen: keys change the model, and what is drawn of it is painted.

import { draw } from './draw.ts';
import type { TuiModel, TuiWorld } from './model.ts';
import { Screen, type TerminalInput, type TerminalOutput } from './screen.ts';
import { update } from './update.ts';

/** How it looks. */
export interface ViewerOptions {
  readonly ascii: boolean;
  readonly colour: boolean;
}

/** Milliseconds of real time between two steps while it plays. */
const STEP_MS = 450;

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
    let timer: NodeJS.Timeout | null = null;

    const stop = (): void => {
      if (timer !== null) clearInterval(timer);
      timer = null;
    };
    const leave = (): void => {
      stop();
      screen.leave();
    };
    const paint = (): void => screen.paint(draw(model, { ...screen.size, ...options }, world));
    const take = (key: string): void => {
      try {
        model = update(model, key, world);
        if (model.quit) {
          leave();
          resolve(0);
          return;
        }
        if (model.playing && timer === null) timer = setInterval(() => take('tick'), STEP_MS);
        if (!model.playing) stop();
        paint();
      } catch (error) {
        leave();
        reject(error);
      }
    };
    const screen = new Screen(input, output, {
      key: take,
      resized: paint,
      left: (code) => {
        stop();
        resolve(code);
      },
    });
    try {
      paint();
    } catch (error) {
      leave();
      reject(error);
    }
  });
}
