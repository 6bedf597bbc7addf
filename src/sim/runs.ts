// The runs of a world: any number at once, driven by one loop. Each has its own end (a time, a promise, a
// standstill), its own guards, and its own caller; the events are those of all.

import {
  type AbortSignalLike,
  abortSignal,
  like,
  realOrInfinity,
  Schema,
  wholeOrInfinity,
} from '../options/index.ts';
import type { Agenda } from './agenda.ts';
import { BusyError, RunawayError, type Situation, WorldTimeoutError } from './errors.ts';
import { nextTurn, turnIsDue } from './turn.ts';

/** Bounds of a run that turn a livelock into a {@link RunawayError}. */
export interface RunGuards {
  /** Most events (polls count) in this run. Default 100 million. */
  maxEvents?: number;
  /**
   * Virtual time in µs past which the run must not go. Default: an hour after the run began where it waits for a
   * promise, a day where it has no end but a standstill or a predicate; Infinity where its end is a time.
   */
  maxTimeUs?: number;
}

/** Options of {@link World.settle}. */
export interface SettleOptions extends RunGuards {
  /** Milliseconds of virtual time after which the run rejects with a {@link WorldTimeoutError}. */
  timeout?: number;
  /** Ends the run: it rejects with the signal's reason. */
  signal?: AbortSignalLike;
}

/** Options of {@link World.run}. */
export interface RunOptions extends SettleOptions {
  /** Virtual time in µs at which to stop, events of that time included. */
  untilUs?: number;
  /** Stops when this settles; its rejection stays the caller's. */
  until?: PromiseLike<unknown>;
}

/** Why a run ended: nothing is pending, its time came, its predicate held, its promise settled. */
export type RunEnd = 'quiescent' | 'time' | 'predicate' | 'settled';

/** What a run did. */
export interface RunResult {
  reason: RunEnd;
  nowUs: number;
  /** Events and polls of this run. */
  events: number;
}

/** Schemas of the options. */
export const guardOptions = new Schema<RunGuards>('runSync', {
  maxEvents: wholeOrInfinity(1),
  maxTimeUs: realOrInfinity(0),
});
export const settleOptions = new Schema<SettleOptions>('settle', {
  ...guardOptions.kinds,
  timeout: realOrInfinity(0),
  signal: abortSignal,
});
export const runOptions = new Schema<RunOptions>('run', {
  ...settleOptions.kinds,
  untilUs: realOrInfinity(0),
  until: like('a promise', 'then'),
});

const DEFAULT_MAX_EVENTS = 100_000_000;
/** An hour: TIME-WAIT, R2 and most user timeouts are over by then; probes of a zero window and keep-alives never. */
const HOUR_US = 3_600_000_000;
/** Two hours of silence and all keep-alives are over by then. */
const DAY_US = 24 * HOUR_US;
/** Events between two looks at the real clock. */
const LOOK_EVERY = 64;

/** The guards of a run as absolute numbers. */
class Guard {
  readonly start: number;
  readonly maxEvents: number;
  readonly maxTimeUs: number;

  /** `untilUs`: when the run stops by itself; `patienceUs`: how long it may last where that is Infinity. */
  constructor(agenda: Agenda, options: RunGuards, untilUs: number, patienceUs: number) {
    this.start = agenda.events;
    this.maxEvents = this.start + (options.maxEvents ?? DEFAULT_MAX_EVENTS);
    this.maxTimeUs = options.maxTimeUs ?? (untilUs < Infinity ? Infinity : agenda.nowUs + patienceUs);
  }

  lateError(situation: Situation): RunawayError {
    return new RunawayError(
      `it would go past ${this.maxTimeUs} µs of virtual time`,
      'Something waits for what does not come (see above); a run that takes longer is told so: { maxTimeUs }.',
      situation,
    );
  }

  busyError(agenda: Agenda, situation: Situation): RunawayError {
    return new RunawayError(
      `${agenda.events - this.start} events in one run`,
      'Something makes events without end, or the run is a long one and is told so: { maxEvents }.',
      situation,
    );
  }

  result(reason: RunEnd, agenda: Agenda): RunResult {
    return { reason, nowUs: agenda.nowUs, events: agenda.events - this.start };
  }
}

/** True when the next event comes after a guard, though not after `limitUs`, where the run would stop by itself. */
function tooLate(nextUs: number, maxTimeUs: number, limitUs: number): boolean {
  return nextUs > maxTimeUs && nextUs <= limitUs && nextUs < Infinity;
}

/** One run, and what its caller waits for. */
interface Run {
  readonly guard: Guard;
  /** `untilUs`, or when its timeout passes; the earlier of both. */
  readonly limitUs: number;
  /** Milliseconds, if `limitUs` is that of the timeout; else -1. */
  readonly timeout: number;
  settled: boolean;
  aborted: AbortSignalLike | null;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: unknown) => void;
}

/** All runs of a world. */
export class Runs {
  readonly #agenda: Agenda;
  readonly #situation: () => Situation;
  #runs: Run[] = [];
  /** The loop is at work. */
  #driving = false;
  /** User code has something to do: it gets a turn before the next event. */
  #woke = false;
  /** A run was begun or has ended since these, the least of all runs, were computed. */
  #changed = true;
  #limitUs = Infinity;
  #maxEvents = Infinity;
  #maxTimeUs = Infinity;

  constructor(agenda: Agenda, situation: () => Situation) {
    this.#agenda = agenda;
    this.#situation = situation;
  }

  /** Whether somebody runs the world. */
  get active(): boolean {
    return this.#driving;
  }

  userWoke(): void {
    this.#woke = true;
  }

  /** Runs without yielding; see `World.runSync`. */
  runSync(until: number | (() => boolean) | undefined, guards: RunGuards): RunResult {
    const agenda = this.#agenda;
    const limitUs = typeof until === 'number' ? until : Infinity;
    const predicate = typeof until === 'function' ? until : null;
    const guard = new Guard(agenda, guards, limitUs, DAY_US);
    if (limitUs < agenda.nowUs) return guard.result('time', agenda);
    this.enter();
    try {
      for (;;) {
        if (predicate?.() === true) return guard.result('predicate', agenda);
        if (!agenda.step(Math.min(limitUs, guard.maxTimeUs))) {
          if (!tooLate(agenda.nextAt(), guard.maxTimeUs, limitUs)) return this.#stand(guard, limitUs);
          agenda.moveTo(guard.maxTimeUs);
          throw guard.lateError(this.#situation());
        }
        if (agenda.events >= guard.maxEvents) throw guard.busyError(agenda, this.#situation());
      }
    } finally {
      agenda.busy = false;
    }
  }

  /** Internal: something runs now, and nothing else may. */
  enter(): void {
    if (this.#agenda.busy) throw new BusyError(this.#agenda.nowUs);
    this.#agenda.busy = true;
  }

  /** Nothing is pending up to a run's time: the clock goes there. */
  #stand(guard: Guard, limitUs: number): RunResult {
    const agenda = this.#agenda;
    const reason = limitUs < Infinity && agenda.nextAt() < Infinity ? 'time' : 'quiescent';
    if (limitUs < Infinity) agenda.moveTo(limitUs);
    return guard.result(reason, agenda);
  }

  /** Begins a run; see `World.run`. */
  run(options: RunOptions): Promise<RunResult> {
    const agenda = this.#agenda;
    const { untilUs = Infinity, timeout, until, signal } = options;
    const timeoutUs = timeout === undefined ? Infinity : agenda.nowUs + timeout * 1000;
    const limitUs = Math.min(untilUs, timeoutUs);
    const guard = new Guard(agenda, options, limitUs, until === undefined ? DAY_US : HOUR_US);
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (untilUs < agenda.nowUs) return Promise.resolve(guard.result('time', agenda));
    return new Promise((resolve, reject) => {
      const end = <T>(how: (value: T) => void) => {
        return (value: T): void => {
          signal?.removeEventListener('abort', onAbort);
          how(value);
        };
      };
      const run: Run = {
        guard,
        limitUs,
        timeout: timeoutUs < untilUs ? (timeout as number) : -1,
        settled: false,
        aborted: null,
        resolve: end(resolve),
        reject: end(reject),
      };
      const onAbort = (): void => {
        run.aborted = signal as AbortSignalLike;
        this.#change();
      };
      const settle = (): void => {
        run.settled = true;
        this.#change();
      };
      signal?.addEventListener('abort', onAbort);
      until?.then(settle, settle);
      this.#runs.push(run);
      this.#change();
      if (!this.#driving) void this.#drive();
    });
  }

  #change(): void {
    this.#changed = true;
    this.#woke = true;
  }

  /**
   * The loop. It waits for one turn of the event loop at the start, after every event in which user code was
   * woken, when it has kept the event loop busy for long, and before it says that nothing is pending.
   */
  async #drive(): Promise<void> {
    const agenda = this.#agenda;
    this.#driving = true;
    let lastTurn = false;
    try {
      await this.#turn();
      for (;;) {
        if (this.#changed) {
          this.#endSome();
          if (this.#runs.length === 0) break;
        }
        // What was woken may wake others, which are for the turn after that.
        if (this.#woke) {
          await this.#turn();
          continue;
        }
        const ran = this.#step();
        if (ran) lastTurn = false;
        if (this.#woke) await this.#turn();
        else if (!ran) {
          // Promises may have been resolved without a word to the world: one turn more before the end.
          if (lastTurn) this.#standstill();
          lastTurn = !lastTurn;
          if (lastTurn) await this.#turn();
        } else if (agenda.events % LOOK_EVERY === 0 && turnIsDue()) await this.#turn();
        if (agenda.events >= this.#maxEvents) this.#tooMany();
      }
    } catch (error) {
      // What an event threw is told to everybody who waits for events.
      for (const run of this.#runs.splice(0)) run.reject(error);
    } finally {
      this.#driving = false;
    }
  }

  #step(): boolean {
    // `runSync` may be at work while this waits for its turn, but not now.
    this.enter();
    try {
      return this.#agenda.step(Math.min(this.#limitUs, this.#maxTimeUs));
    } finally {
      this.#agenda.busy = false;
    }
  }

  async #turn(): Promise<void> {
    this.#woke = false;
    await nextTurn();
  }

  /** Ends the runs for which `how` has an end; their callers go on before the next event. */
  #end(how: (run: Run) => boolean): void {
    const before = this.#runs.length;
    this.#runs = this.#runs.filter((run) => !how(run));
    if (this.#runs.length !== before) this.#change();
  }

  /** Ends runs whose promise has settled or whose signal says so, and computes what comes first to the others. */
  #endSome(): void {
    this.#end((run) => {
      if (run.aborted !== null) run.reject(run.aborted.reason);
      else if (run.settled) run.resolve(run.guard.result('settled', this.#agenda));
      return run.aborted !== null || run.settled;
    });
    this.#changed = false;
    this.#limitUs = Math.min(...this.#runs.map(({ limitUs }) => limitUs));
    this.#maxEvents = Math.min(...this.#runs.map(({ guard }) => guard.maxEvents));
    this.#maxTimeUs = Math.min(...this.#runs.map(({ guard }) => guard.maxTimeUs));
  }

  /** Nothing is pending up to `#limitUs`: the runs that end there do, at Infinity all. Or up to a guard of some. */
  #standstill(): void {
    const agenda = this.#agenda;
    const limitUs = this.#limitUs;
    const nextUs = agenda.nextAt();
    if (tooLate(nextUs, this.#maxTimeUs, limitUs)) {
      agenda.moveTo(this.#maxTimeUs);
      this.#end((run) => {
        const late = run.guard.maxTimeUs === this.#maxTimeUs;
        if (late) run.reject(run.guard.lateError(this.#situation()));
        return late;
      });
      return;
    }
    this.#end((run) => {
      if (run.limitUs !== limitUs) return false;
      const result = this.#stand(run.guard, limitUs);
      if (run.timeout >= 0) run.reject(new WorldTimeoutError(run.timeout, this.#situation()));
      else run.resolve(result);
      return true;
    });
  }

  /** Ends the runs that have had all of their events. */
  #tooMany(): void {
    const agenda = this.#agenda;
    this.#end((run) => {
      const passed = agenda.events >= run.guard.maxEvents;
      if (passed) run.reject(run.guard.busyError(agenda, this.#situation()));
      return passed;
    });
  }
}
