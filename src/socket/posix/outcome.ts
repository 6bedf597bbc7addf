// How a system call ends: with a number, with an errno, not at all yet, or not in this stack.

import { TcpError } from '../../tcp/index.ts';
import { type Errno, isErrno } from './errno.ts';

/** The call returned `value` (0 or more); `out` is what it wrote through its pointers. */
export interface Done {
  readonly kind: 'done';
  readonly value: number;
  readonly out: unknown;
}

/** The call returned -1. */
export interface Failed {
  readonly kind: 'error';
  readonly errno: Errno;
}

/** Neither the stack nor this layer can do what was asked; never the same as success. */
export interface Unsupported {
  readonly kind: 'unsupported';
  readonly reason: string;
}

/** A call that has ended. */
export type Result = Done | Failed | Unsupported;

/** A call that blocks: `retry` is asked after every event, and at `deadlineUs`. */
export interface Blocked {
  readonly kind: 'blocked';
  /** When the call gives up by itself, in microseconds; Infinity: never. */
  readonly deadlineUs: number;
  /** The result, or null while the call has to wait. */
  retry(nowUs: number): Result | null;
}

/** What a call gives at once. */
export type Outcome = Result | Blocked;

/** A call that returned `value`. */
export function done(value = 0, out: unknown = null): Done {
  return { kind: 'done', value, out };
}

/** A call that returned -1. */
export function failed(errno: Errno): Failed {
  return { kind: 'error', errno };
}

/** A call that cannot be carried out here. */
export function unsupported(reason: string): Unsupported {
  return { kind: 'unsupported', reason };
}

/**
 * Tries `attempt` now; when it gives null the call fails with `errno` if it must not wait, else it blocks
 * until an attempt succeeds (or until `deadlineUs`, with `late` as its result).
 */
export function waitFor(
  nonblocking: boolean,
  errno: Errno,
  attempt: () => Result | null,
  deadlineUs = Number.POSITIVE_INFINITY,
  late: Result = failed('EAGAIN'),
): Outcome {
  const first = attempt();
  if (first !== null) return first;
  if (nonblocking) return failed(errno);
  return {
    kind: 'blocked',
    deadlineUs,
    retry: (nowUs) => attempt() ?? (nowUs >= deadlineUs ? late : null),
  };
}

/** The outcome whose result is what `change` makes of it, at once or when the call has ended. */
export function mapped(outcome: Outcome, change: (result: Result) => Result): Outcome {
  if (outcome.kind !== 'blocked') return change(outcome);
  const { deadlineUs } = outcome;
  const retry = (nowUs: number): Result | null => {
    const result = outcome.retry(nowUs);
    return result === null ? null : change(result);
  };
  return { kind: 'blocked', deadlineUs, retry };
}

/** A call of the host that has thrown. Throws what is no mistake of its caller. */
export function thrown(e: unknown): Result {
  if (e instanceof TcpError && isErrno(e.code)) return failed(e.code);
  if (e instanceof RangeError || e instanceof TypeError) return failed('EINVAL');
  throw e;
}
