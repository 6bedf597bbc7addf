// What user calls wait with. A wait ends once: by what it waits for, by its timeout, which runs on the host's own
// time, or by an AbortSignal. Whoever gives up waiting has taken nothing.

import { type AbortSignalLike, abortSignal, NumberKind, Schema } from '../../options/index.ts';
import { type ErrorEndpoints, TcpError, timeoutError } from '../../tcp/index.ts';
import type { HostCounters, Queue } from '../base/index.ts';
import { TimingWheel } from './timing-wheel.ts';

/** How long a call waits. */
export interface WaitOptions {
  /**
   * Milliseconds of the host's own time (in a World: virtual ones), after which the call rejects with
   * ETIMEDOUT. Default: it waits as long as the connection lasts.
   */
  timeout?: number;
  /** Ends the wait; the call rejects with the signal's `reason` itself, as fetch does. */
  signal?: AbortSignalLike;
}

/** Largest timeout, in milliseconds: 12 days. */
const MAX_TIMEOUT = 2 ** 30;

/** The kinds of {@link WaitOptions}, for the schemas of calls. */
export const waitKinds = {
  timeout: new NumberKind(0, MAX_TIMEOUT, false, true),
  signal: abortSignal,
};

/** The options of a call that has no others. */
export function waitSchema(call: string): Schema<WaitOptions> {
  return new Schema<WaitOptions>(call, waitKinds);
}

/** Calls of one kind that may wait at a time. */
export const MAX_WAITING = 131_072;

function nothing(): void {}

/** Somebody who waits, and the promise they hold. */
export class Waiter<T> {
  readonly promise: Promise<T>;
  #resolve: (value: T) => void = nothing;
  #reject: (error: unknown) => void = nothing;
  #rejected = false;
  #quiet = false;
  /** @internal Takes the timeout and the signal back. */
  unguard: (() => void) | null = null;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(value: T): void {
    this.unguard?.();
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.unguard?.();
    this.#rejected = true;
    if (this.#quiet) this.promise.catch(nothing);
    this.#reject(error);
  }

  /** Nobody need hold the promise: the platform is not told that it was rejected. One that resolves has no cost of that. */
  quiet(): this {
    this.#quiet = true;
    if (this.#rejected) this.promise.catch(nothing);
    return this;
  }
}

/** Whether `Waits.guard` has something to do. */
export function endsByOptions({ timeout, signal }: WaitOptions): boolean {
  return timeout !== undefined || signal !== undefined;
}

/** Whose call waits. The two ends are asked for when there is an error to tell them in. */
export interface Ends {
  readonly endpoints: ErrorEndpoints;
}

/** What the waits of a host hang on. */
export interface WaitsDriver {
  /** Milliseconds that do not wrap. */
  readonly nowMs: number;
  readonly counters: HostCounters;
  /** User code has something to do. */
  woke(): void;
}

/** The waits of the programs of one host. */
export class Waits {
  readonly #driver: WaitsDriver;
  /** A user call begins: the time is set. */
  readonly #entered: () => void;
  /** A deadline may have become earlier. */
  readonly #touched: () => void;
  /** Deadlines by index of `#actions`. Made with the first one: most programs have none. */
  #wheel: TimingWheel | null = null;
  readonly #actions: ((() => void) | null)[] = [];
  readonly #free: number[] = [];

  constructor(driver: WaitsDriver, entered: () => void, touched: () => void) {
    this.#driver = driver;
    this.#entered = entered;
    this.#touched = touched;
  }

  /** Runs `action` after `ms` of the host's time, unless what is returned is called before. */
  after(ms: number, action: () => void): () => void {
    const driver = this.#driver;
    this.#entered();
    const now = Math.floor(driver.nowMs);
    this.#wheel ??= new TimingWheel(now);
    const wheel = this.#wheel;
    if (wheel.size === 0) wheel.advance(now);
    const id = this.#free.pop() ?? this.#actions.length;
    this.#actions[id] = action;
    wheel.arm(id, Math.ceil(driver.nowMs + ms) | 0);
    this.#touched();
    return () => {
      if (this.#actions[id] !== action) return;
      wheel.disarm(id);
      this.#release(id);
    };
  }

  #release(id: number): void {
    this.#actions[id] = null;
    this.#free.push(id);
  }

  /** Runs what is due. */
  poll(): void {
    const wheel = this.#wheel;
    if (wheel === null) return;
    wheel.advance(Math.floor(this.#driver.nowMs));
    for (let id = wheel.next(); id >= 0; id = wheel.next()) {
      const action = this.#actions[id];
      this.#release(id);
      try {
        action?.();
      } catch (error) {
        void Promise.reject(error); // the user's mistake, reported by the platform
      }
      this.#driver.woke();
    }
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(): number {
    return this.#wheel === null ? -1 : this.#wheel.untilNext(Math.floor(this.#driver.nowMs));
  }

  /** The error of a call for which there is no place in its queue, and null when there is one. */
  full(queue: Queue<unknown>, syscall: string, who: Ends): TcpError | null {
    if (queue.size < MAX_WAITING) return null;
    return this.refusal(`${queue.size} such calls wait`, syscall, who.endpoints);
  }

  /** ENOBUFS, counted, for a call that cannot wait. */
  refusal(why: string, syscall: string, where: ErrorEndpoints): TcpError {
    this.#driver.counters.waitsRefused++;
    return new TcpError('ENOBUFS', `${why} already: await them`, syscall, where);
  }

  /** Ends a wait by its options; `leave` takes it back. It begins now, and `aborted` was asked before. */
  guard<T>(
    waiter: Waiter<T>,
    { timeout, signal }: WaitOptions,
    leave: () => void,
    syscall: string,
    who: Ends,
  ): void {
    const timed = timeout !== undefined && timeout !== Number.POSITIVE_INFINITY;
    if (!timed && signal === undefined) return;
    const end = (error: unknown): void => {
      leave();
      waiter.reject(error);
      this.#driver.woke();
    };
    const onAbort = (): void => end(signal?.reason);
    const disarm = timed
      ? this.after(timeout, () => end(timeoutError(timeout, syscall, who.endpoints)))
      : null;
    signal?.addEventListener('abort', onAbort);
    waiter.unguard = () => {
      waiter.unguard = null;
      disarm?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  /** Waits for what others wait for, too; the options end only this wait. */
  share<T>(
    promise: Promise<T>,
    options: WaitOptions,
    leave: () => void,
    syscall: string,
    who: Ends,
  ): Promise<T> {
    if (!endsByOptions(options)) return promise;
    return this.#shareUntil(promise, options, leave, syscall, who);
  }

  #shareUntil<T>(
    promise: Promise<T>,
    options: WaitOptions,
    leave: () => void,
    syscall: string,
    who: Ends,
  ): Promise<T> {
    const waiter = new Waiter<T>();
    this.guard(waiter, options, leave, syscall, who);
    promise.then(
      (value) => waiter.resolve(value),
      (error) => waiter.reject(error),
    );
    return waiter.promise;
  }
}
