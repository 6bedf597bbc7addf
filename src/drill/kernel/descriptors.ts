// The descriptors that a script has, and how a call on one of them waits: every socket is non-blocking underneath, and a
// call that would block is asked again until it has something to say, or does so on another thread.

import { systemError } from '../../link/tun/errors.ts';
import {
  constant,
  done,
  type Errno,
  errnoNumbers,
  failed,
  type Outcome,
  type Result,
  type SocketAddress,
  UNSPECIFIED,
  unsupported,
} from '../../socket/posix/index.ts';
import type { SocketLibc } from './libc.ts';
import type { KernelOptions, TimeoutOption } from './options.ts';
import { sockaddr } from './sockaddr.ts';

export const NEVER = Number.POSITIVE_INFINITY;
const O_NONBLOCK = constant('O_NONBLOCK');
/** Longest wait of a call on another thread: none waits for ever for a script that has ended. */
const MOST_WAIT_S = 10;

const byNumber = new Map<number, Errno>();
for (const [name, number] of Object.entries(errnoNumbers)) byNumber.set(number, name as Errno);

/** A descriptor that a script has. */
export interface Owned {
  readonly family: 4 | 6;
  /** O_NONBLOCK as the script sees it. */
  nonblocking: boolean;
  /** TCP_FASTOPEN_CONNECT: the first write connects. */
  opensLater: boolean;
  /** It is no socket. */
  readonly plain?: boolean;
}

/** What `errno` says of a call. */
export function failureOf(number: number): Result {
  const errno = byNumber.get(number);
  return errno === undefined ? unsupported(systemError('a call', number).code) : failed(errno);
}

/** Those of one script. */
export class Descriptors {
  readonly owned = new Map<number, Owned>();
  readonly #libc: SocketLibc;
  readonly #options: KernelOptions;
  /** Microseconds of the target's clock. */
  readonly now: () => number;

  constructor(libc: SocketLibc, options: KernelOptions, now: () => number) {
    this.#libc = libc;
    this.#options = options;
    this.now = now;
  }

  /** The errno of the call before. */
  failure(): Result {
    return failureOf(this.#libc.errno());
  }

  result(value: number, out: unknown = null): Result {
    return value < 0 ? this.failure() : done(value, out);
  }

  /** Only descriptors of the script are touched: the others are this program's. */
  with(fd: number, call: (file: Owned) => Outcome): Outcome {
    const file = this.owned.get(fd);
    return file === undefined ? failed('EBADF') : call(file);
  }

  retried(attempt: () => Result | null, deadlineUs: number, late: Result): Outcome {
    const retry = (nowUs: number): Result | null => attempt() ?? (nowUs >= deadlineUs ? late : null);
    return retry(this.now()) ?? { kind: 'blocked', deadlineUs, retry };
  }

  /** Until when a call may wait by SO_RCVTIMEO or SO_SNDTIMEO. */
  deadline(fd: number, name: TimeoutOption): number {
    const us = this.#options.timeoutUs(fd, name);
    return us === 0 ? NEVER : this.now() + us;
  }

  address(address: SocketAddress | null, family: 4 | 6): { bytes: Uint8Array; at: number } {
    const bytes = sockaddr(address === UNSPECIFIED ? null : address, family);
    return { bytes, at: this.#libc.addressOf(bytes) };
  }

  /** `attempt` again as long as it gives EAGAIN, unless the call must not wait. */
  unlessBusy(
    attempt: () => Result,
    nonblocking: boolean,
    fd: number,
    timeout: TimeoutOption,
    first = attempt(),
  ): Outcome {
    const busy = (r: Result): boolean => r.kind === 'error' && r.errno === 'EAGAIN';
    if (nonblocking || !busy(first)) return first;
    const again = (): Result | null => {
      const r = attempt();
      return busy(r) ? null : r;
    };
    return this.retried(again, this.deadline(fd, timeout), first);
  }

  /**
   * A call that waits on another thread, where the socket blocks: what the kernel does when it waits is not what it does
   * when asked again. `call` gets what is to be called with what was returned.
   */
  elsewhere(fd: number, timeout: TimeoutOption, call: (ended: (n: number) => void) => void): Outcome {
    const libc = this.#libc;
    let result: Result | null = null;
    const unlimited = this.deadline(fd, timeout) === NEVER;
    if (unlimited) this.#options.setTimeout(fd, timeout, MOST_WAIT_S);
    libc.fcntl(fd, constant('F_SETFL'), 0);
    call((n) => {
      result = this.result(n);
      libc.fcntl(fd, constant('F_SETFL'), O_NONBLOCK);
      if (unlimited) this.#options.setTimeout(fd, timeout, 0);
    });
    return { kind: 'blocked', deadlineUs: NEVER, retry: () => result };
  }
}
