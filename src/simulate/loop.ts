// The event loop of a simulation: what a process does at one instant, in an order that does not depend on how fast the
// machine is. Callbacks, each followed by its ticks and microtasks, as libuv calls them; one turn of the real loop, in
// which C++ runs what it has put off; the thread pool, which has one thread; immediates. Time moves when all that is done.

import type { World } from '../sim/index.ts';
import { nowhere } from '../socket/node/index.ts';
import { SimulationError } from './errors.ts';
import type { Life } from './life.ts';
import type { Pace } from './pace.ts';
import { ThreadPool } from './thread-pool.ts';
import { secondsOf } from './units.ts';

// Taken now: a test may fake it later.
const { setImmediate, setTimeout } = globalThis;

/** `process._tickCallback`: ticks and microtasks, to the end. Node has it for the domains of old. */
const runTicks = (): void => (process as unknown as { _tickCallback(): void })._tickCallback();

/** Callbacks in one instant after which the real loop gets a turn, and the program is told that it spins. */
const MOST_ROUNDS = 1000;
const MOST_IN_AN_INSTANT = 1_000_000;
/** Turns in which nothing is pending before it is said that the world stands still. */
const PATIENCE = 4;
/** With something of the machine's that was let through: so many waits more, of real time. */
const PATIENCE_OUTSIDE = 6000;
const WAIT_OUTSIDE_MS = 5;

interface Callback {
  readonly life: Life;
  readonly action: (of: unknown) => void;
  readonly of: unknown;
}

/** An immediate of a program: null when it was cleared. */
export interface Job {
  readonly life: Life;
  run: (() => void) | null;
}

interface Waiter {
  state: 'waits' | 'fulfilled' | 'rejected';
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What the loop did, in numbers. */
export interface LoopCounters {
  /** Events of the world. */
  steps: number;
  callbacks: number;
  /** Turns of the real event loop. */
  turns: number;
  /** Times that the thread pool was waited for. */
  sentinels: number;
}

/** Who is told what the loop cannot deal with. */
export interface LoopEvents {
  /** A callback threw. */
  threw(error: unknown, life: Life | null): void;
  /** The error of a world in which nothing is pending. */
  stalled(): Error;
}

/** See above; one for each simulation. */
export class Loop {
  readonly counters: LoopCounters = { steps: 0, callbacks: 0, turns: 0, sentinels: 0 };
  /** Set by the hooks: the thread pool may have something to do. */
  pool = false;
  /** Work on threads that the pool does not have (V8 compiles WebAssembly there). */
  pending = 0;
  /** Something is used that tells by the real loop alone: message ports. */
  needsTurns = false;
  /** Something of the machine's was let through, whose end nobody but the real loop tells of. */
  isLetThrough = false;
  /** Told what programs do that has to be the same in a second run. */
  observe: ((what: string, host: string) => void) | null = null;
  /** Somebody has been told of the failure. */
  isFailureTold = false;
  /** True while the loop itself makes something that the hooks would see. */
  isOwn = false;
  readonly #world: World;
  readonly #events: LoopEvents;
  readonly #limitUs: number;
  readonly #pace: Pace;
  readonly #immediatesWait: (() => boolean) | null;
  readonly #threads = new ThreadPool();
  #callbacks: Callback[] = [];
  #jobs: Job[] = [];
  readonly #waiters = new Set<Waiter>();
  #failure: unknown = null;
  #isDriving = false;
  #isStarted = false;
  #isDraining = false;
  #isOver = false;
  /** Code has run since the last turn of the real loop, in which C++ runs what nobody sees. */
  #isDirty = true;
  #idle = 0;
  #inInstant = 0;
  #instantUs = -1;
  #last: Life | null = null;

  constructor(
    world: World,
    limitUs: number,
    pace: Pace,
    immediatesWait: (() => boolean) | null,
    events: LoopEvents,
  ) {
    this.#world = world;
    this.#limitUs = limitUs;
    this.#pace = pace;
    this.#immediatesWait = immediatesWait;
    this.#events = events;
  }

  /** `action` is a callback of `life` in this instant. */
  push(life: Life, action: (of: unknown) => void, of: unknown): void {
    if (this.#isOver) return;
    this.#callbacks.push({ life, action, of });
    this.#drain();
  }

  /** Runs `action` after so many seconds of virtual time. */
  after(seconds: number, action: () => void): void {
    this.#world.schedule(this.#world.now() + Math.round(seconds * 1e6), { run: action });
  }

  /** An immediate: after callbacks, ticks and the thread pool of this instant. */
  immediate(job: Job): void {
    this.#jobs.push(job);
  }

  /** A tick of a program has thrown. */
  threw(error: unknown, life: Life): void {
    this.#events.threw(error, life);
  }

  /** Programs have been given something to do. */
  woke(): void {
    this.#isDirty = true;
  }

  /** Everybody who waits is told; the first failure counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** The first failure, or null. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure as { readonly error: unknown } | null;
  }

  /** Runs the world until `promise` settles. */
  until<T>(promise: Promise<T>): Promise<T> {
    if (this.#isOver) return Promise.reject(disposedOf());
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter = { state: 'waits', resolve: () => resolve(promise), reject };
      const settle = (state: Waiter['state']) => (): void => {
        waiter.state = state;
      };
      promise.then(settle('fulfilled'), settle('rejected'));
      this.#waiters.add(waiter);
      if (this.#isStarted) return;
      this.#isStarted = true;
      this.#pace.begin(this.#world.now());
      nowhere(() => this.#laterTurn(this.#turn));
    });
  }

  /** Nothing runs any more; who still waits is told. */
  end(): void {
    this.#isOver = true;
    this.#callbacks = [];
    this.#jobs = [];
    if (!this.#isDriving) this.#abandonWaiters();
  }

  readonly #turn = (): void => {
    this.#isDriving = true;
    try {
      this.#run();
    } catch (error) {
      this.fail(error);
      this.#endWaiters();
    } finally {
      this.#isDriving = false;
    }
  };

  /** Runs until the real loop is needed. */
  #run(): void {
    for (let n = 0; ; n++) {
      this.#instant();
      if (this.#endWaiters()) return;
      if (this.#isOver) {
        this.#abandonWaiters();
        return;
      }
      if (this.#wantsTurn() || this.pending > 0 || n >= MOST_ROUNDS) {
        this.#isDirty = false;
        this.counters.turns++;
        this.#laterTurn(this.#turn);
        return;
      }
      if (this.pool) {
        this.#laterTurn(this.#turn);
        return;
      }
      if (this.#jobs.length > 0) {
        this.#immediates();
        continue;
      }
      const waitMs = this.#pace.wait(this.#world.nextAt());
      if (waitMs > 0) {
        this.#afterReal(waitMs);
        return;
      }
      if (this.#step()) continue;
      // Promises may have been resolved without a word: a turn more before the end.
      if (++this.#idle > PATIENCE) {
        if (!this.isLetThrough || this.#idle > PATIENCE_OUTSIDE) throw this.#events.stalled();
        this.#afterReal(WAIT_OUTSIDE_MS);
        return;
      }
      this.counters.turns++;
      this.#laterTurn(this.#turn);
      return;
    }
  }

  /** C++ has put something off; where that cannot be seen, or comes by a message, whenever code has run. */
  #wantsTurn(): boolean {
    return (
      this.#immediatesWait?.() === true ||
      (this.#isDirty && (this.needsTurns || this.#immediatesWait === null))
    );
  }

  #step(): boolean {
    const world = this.#world;
    if (!world.step()) return false;
    let steps = 1;
    // What happens in one instant happens before programs hear of it: timers of one time expire together.
    while (steps < MOST_ROUNDS && world.nextAt() <= world.now() && world.step()) steps++;
    this.counters.steps += steps;
    this.#count(steps);
    this.#idle = 0;
    const now = world.now();
    if (now > this.#limitUs)
      throw new SimulationError(
        'ERR_SIM_TIME',
        `${secondsOf(this.#limitUs)} of virtual time have passed (maxTime), and what is waited for has not come`,
      );
    return true;
  }

  /** The callbacks of this instant, each with its ticks and microtasks after it. */
  #instant(): void {
    this.#ticks();
    const callbacks = this.#callbacks;
    if (callbacks.length === 0) return;
    this.#idle = 0;
    this.#isDirty = true;
    this.#count(callbacks.length);
    for (let i = 0; i < callbacks.length; i++) {
      const { life, action, of } = callbacks[i] as Callback;
      if (life.isDead) continue;
      this.counters.callbacks++;
      this.#last = life;
      try {
        life.call(action, of);
      } catch (error) {
        this.#events.threw(error, life);
      }
      this.#ticks();
    }
    callbacks.length = 0;
  }

  #ticks(): void {
    for (;;) {
      try {
        runTicks();
        return;
      } catch (error) {
        this.#events.threw(error, this.#last); // the others of the queue are still there
      }
    }
  }

  #immediates(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#isDirty = true;
    this.#count(jobs.length);
    for (const job of jobs) {
      const { life } = job;
      if (life.isDead) continue;
      this.#last = life;
      try {
        life.call(runJob, job);
      } catch (error) {
        this.#events.threw(error, life);
      }
      this.#ticks();
    }
  }

  /** A program that never waits would stop time. */
  #count(more: number): void {
    const now = this.#world.now();
    if (now !== this.#instantUs) {
      this.#instantUs = now;
      this.#inInstant = 0;
    }
    this.#inInstant += more;
    if (this.#inInstant > MOST_IN_AN_INSTANT)
      throw new SimulationError(
        'ERR_SIM_BUSY',
        `${this.#last?.name ?? 'a program'} does something again and again without waiting (setImmediate in a loop?): time stands still at ${secondsOf(now)}`,
      );
  }

  /** Those whose promise has settled go on. True: nobody waits any more. */
  #endWaiters(): boolean {
    const failure = this.failure;
    for (const waiter of this.#waiters) {
      if (waiter.state === 'waits' && failure === null) continue;
      this.#waiters.delete(waiter);
      // Its own error says more than another's.
      if (failure === null || waiter.state === 'rejected') waiter.resolve();
      else {
        this.isFailureTold = true;
        waiter.reject(failure.error);
      }
    }
    this.#isStarted = this.#waiters.size > 0;
    return !this.#isStarted;
  }

  /** The end came before what they wait for. */
  #abandonWaiters(): void {
    this.#endWaiters();
    for (const waiter of this.#waiters) waiter.reject(disposedOf());
    this.#waiters.clear();
  }

  /** Callbacks that were made outside of the loop (a job of the pool has called back) run before the next job's. */
  #drain(): void {
    if (this.#isDriving || this.#isDraining || !this.#isStarted) return;
    this.#isDraining = true;
    nowhere(() =>
      process.nextTick(() => {
        this.#isDraining = false;
        if (this.#isDriving) return;
        this.#isDriving = true;
        try {
          this.#instant();
        } finally {
          this.#isDriving = false;
        }
      }),
    );
  }

  /** A turn of the real loop, in which the thread pool tells of all that it was given. */
  #laterTurn(turn: () => void): void {
    this.isOwn = true;
    try {
      if (this.pool) {
        this.counters.sentinels++;
        this.pool = !this.#threads.finish();
        this.#isDirty = true;
      }
      setImmediate(turn);
    } finally {
      this.isOwn = false;
    }
  }

  /** A turn after so many milliseconds of the machine's time. */
  #afterReal(ms: number): void {
    this.isOwn = true;
    try {
      setTimeout(this.#turn, ms);
    } finally {
      this.isOwn = false;
    }
  }
}

function runJob(job: Job): void {
  job.run?.();
}

function disposedOf(): SimulationError {
  return new SimulationError(
    'ERR_SIM_ENDED',
    'the simulation was disposed of before what was waited for: await what client, advance and until return while it exists (where `await using` ends it: return await sim.client(…))',
  );
}
