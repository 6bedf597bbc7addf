// When the steps of a story happen once packets take time. In the model they take none, so that many steps share an
// instant; on a simulated wire each needs an instant of its own, and yet every timer has to fire at its place in the
// story, neither before a step that it follows nor after one that it precedes. That is a set of differences, solved
// by the longest way (Bellman and Ford).

import type { TimerName } from '../../../tcp/index.ts';
import { type ModelConfig, type ModelOptions, type StoryData, TcpModel, tcpOf } from '../model/index.ts';
import type { Story } from '../search/index.ts';

/** A story that the simulator cannot be made to repeat, and why. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly code = 'ERR_CHECK_REPLAY';
}

/** Milliseconds between two steps, the most readable first. */
const GAPS_MS = [20, 10, 4, 2] as const;

/** The times of a story's steps. */
export interface Timing {
  /** For every step: milliseconds from the beginning. */
  readonly ms: readonly number[];
  /** What a packet takes at least, one way. */
  readonly delayMs: number;
}

/** A timer from when it was set to when it fired, or stopped being awaited. */
interface Wait {
  readonly set: number;
  readonly ms: number;
  readonly end: number;
  readonly fired: boolean;
}

/** step `later` is at least `ms` after step `sooner`. */
interface Difference {
  readonly sooner: number;
  readonly later: number;
  readonly ms: number;
}

/**
 * Times for the steps of a story, found by `story` of these. The first is not at 0 when it is a packet that arrives.
 * @throws ReplayError when timers of both hosts would have to fire closer together than steps can be.
 */
export function timingOf(config: ModelConfig, options: ModelOptions, story: Story, data: StoryData): Timing {
  const waits = waitsOf(config, options, story);
  const steps = story.actions.length;
  const later = data.steps[0]?.what !== 'call';
  for (const gap of GAPS_MS) {
    const delayMs = gap / 2;
    const all = [...differences(steps, waits, gap), ...lifetimes(data, tcpOf(config).mslMs)];
    const ms = solve(steps, all, later ? delayMs : 0);
    if (ms !== null) return { ms, delayMs };
  }
  throw new ReplayError('the timers of this story leave no time between its steps');
}

function differences(steps: number, waits: readonly Wait[], gap: number): Difference[] {
  const all: Difference[] = [];
  for (let i = 1; i < steps; i++) all.push({ sooner: i - 1, later: i, ms: gap });
  for (const { set, ms, end, fired } of waits) {
    if (fired) all.push({ sooner: set, later: end, ms }, { sooner: end, later: set, ms: -ms });
    else all.push({ sooner: end, later: set, ms: gap - ms });
  }
  return all;
}

/** No packet arrives when it is an MSL old (section 3.4.2), a copy of it neither. */
function lifetimes({ steps }: StoryData, mslMs: number): Difference[] {
  return steps.flatMap(({ segment }, later) => {
    if (segment === null) return [];
    const sooner = steps.findIndex(({ sent }) =>
      sent.some(({ from, number }) => from === segment.from && number === segment.number),
    );
    return sooner < 0 ? [] : [{ sooner: later, later: sooner, ms: 1 - mslMs }];
  });
}

/** The least times from `first` on that satisfy all differences; null when nothing does. */
function solve(steps: number, all: readonly Difference[], first: number): number[] | null {
  const at = new Array<number>(steps).fill(first);
  for (let round = 0; round <= steps; round++) {
    let changed = false;
    for (const { sooner, later, ms } of all) {
      const least = (at[sooner] as number) + ms;
      if ((at[later] as number) >= least) continue;
      at[later] = least;
      changed = true;
    }
    if (!changed) return at;
  }
  return null;
}

/** Walks the story, and notes from when to when each timer ran. */
function waitsOf(config: ModelConfig, options: ModelOptions, story: Story): Wait[] {
  const model = new TcpModel(config, options);
  const octets = new Uint8Array(model.maxBytes);
  const waits: Wait[] = [];
  const running = model.sides.map(() => new Map<TimerName, { set: number; ms: number }>());
  let step = 0;
  const over = (index: number, timer: TimerName, fired: boolean): void => {
    const since = running[index]?.get(timer);
    if (since === undefined) return;
    running[index]?.delete(timer);
    waits.push({ ...since, end: step, fired });
  };
  for (const side of model.sides) {
    side.engine.trace = {
      timerSet(tcb, timer, deadlineMs) {
        if (tcb !== side.tcb) return;
        over(side.index, timer, false);
        if (deadlineMs !== 0)
          running[side.index]?.set(timer, { set: step, ms: (deadlineMs - side.engine.ms) | 0 });
      },
      timerFired(tcb, timer) {
        if (tcb === side.tcb) over(side.index, timer, true);
      },
    };
  }
  let length = model.initial(story.initial, octets);
  for (const action of story.actions) {
    model.load(octets, 0, length);
    length = model.step(action, octets);
    if (length < 0) throw new RangeError(`step ${step}: action ${action} cannot be taken`);
    for (const side of model.sides) {
      if (side.present === 0)
        for (const timer of [...(running[side.index]?.keys() ?? [])]) over(side.index, timer, false);
    }
    step++;
  }
  // What still runs at the end must not fire before it.
  step = story.actions.length - 1;
  for (const side of model.sides)
    for (const timer of [...(running[side.index]?.keys() ?? [])]) over(side.index, timer, false);
  return waits;
}
