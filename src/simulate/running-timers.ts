// The timers of programs that run, with where they were made: what a failure tells of them.

import type { Life } from './life.ts';
import { VirtualTimer } from './node/index.ts';

/** A timer that runs. */
export interface RunningTimer {
  readonly host: string;
  /** How long it runs, and when it expires: virtual milliseconds since the beginning. */
  readonly ms: number;
  readonly atMs: number;
  /** Where the program made it: lines of a stack. */
  readonly origin: string;
}

/** Those of programs, the next first. */
export function runningTimers(lives: readonly Life[]): RunningTimer[] {
  return lives
    .flatMap(({ belongings }) => [...belongings])
    .filter((each) => each instanceof VirtualTimer)
    .filter(({ isPending, origin }) => isPending && !OF_THE_PROCESS.test(origin.stack ?? ''))
    .sort((a, b) => a.atUs - b.atUs)
    .map((timer) => ({
      host: timer.life?.name ?? '-',
      ms: timer.ms,
      atMs: timer.atUs / 1000,
      origin: originOf(timer.origin.stack),
    }));
}

/** A timer that Node has once for all programs of a process (it forgets the date of http): whose host it is, is chance. */
const OF_THE_PROCESS = /\bcache \(node:internal\/http:/;

/** The first lines of a stack that are a program's; of a timer of Node's own, those of Node. */
export function originOf(stack: string | undefined): string {
  const lines = (stack ?? '')
    .split('\n')
    .slice(1)
    .filter((line) => !/[\\/]simulate[\\/](?!.*\.test\.)|async_hooks|internal[\\/]timers/.test(line));
  const own = lines.filter((line) => !/\(?node:/.test(line));
  return (own.length > 0 ? own : lines).slice(0, 3).join('\n').trim();
}
