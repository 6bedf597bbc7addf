// Waiting that can be called off: sleep, and the virtual AbortSignal.timeout.

import type { AbortSignalLike } from '../options/index.ts';
import type { Agenda } from './agenda.ts';
import type { Action } from './types.ts';

interface Platform {
  AbortController?: new () => { readonly signal: AbortSignalLike; abort(reason: unknown): void };
  DOMException?: new (message: string, name: string) => Error;
}

/** The reason of a signal that a time aborted: what AbortSignal.timeout gives, where the platform has it. */
function timeoutReason(ms: number): Error {
  const message = `the operation was aborted: ${ms} ms of virtual time have passed`;
  const { DOMException } = globalThis as unknown as Platform;
  if (DOMException !== undefined) return new DOMException(message, 'TimeoutError');
  const error = new Error(message);
  error.name = 'TimeoutError';
  return error;
}

/** Something that user code waits for until a time. */
class Alarm implements Action {
  readonly #what: string;
  readonly #ring: () => void;

  constructor(what: string, ring: () => void) {
    this.#what = what;
    this.#ring = ring;
  }

  run(): void {
    this.#ring();
  }

  describe(): string {
    return this.#what;
  }
}

/** Resolves after `us` of virtual time; with a signal, rejects with its reason, and the time is forgotten. */
export function sleep(
  agenda: Agenda,
  us: number,
  woke: () => void,
  signal: AbortSignalLike | undefined,
): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      agenda.cancel(alarm);
      woke();
      reject(signal?.reason);
    };
    const alarm = new Alarm('sleep', () => {
      signal?.removeEventListener('abort', onAbort);
      woke();
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    agenda.schedule(agenda.nowUs + us, alarm);
  });
}

/** A signal that is aborted after `ms` of virtual time. */
export function abortTimeout(agenda: Agenda, ms: number, woke: () => void): AbortSignalLike {
  const { AbortController } = globalThis as unknown as Platform;
  if (AbortController === undefined)
    throw new TypeError(
      'abortTimeout: there is no AbortController here: give connect, read and settle a timeout',
    );
  const controller = new AbortController();
  const alarm = new Alarm(`abort after ${ms} ms`, () => {
    woke();
    controller.abort(timeoutReason(ms));
  });
  agenda.schedule(agenda.nowUs + ms * 1000, alarm);
  return controller.signal;
}
