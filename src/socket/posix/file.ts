// What a descriptor stands for, and the table of descriptors.

import { constant } from './constants.ts';
import type { Outcome } from './outcome.ts';

/** An open file: a socket or an epoll instance. */
export interface File {
  /** O_NONBLOCK. */
  nonblocking: boolean;
  /** Poll bits (POLLIN …) that hold now. */
  ready(): number;
  /** Changes whenever more has arrived, although it was ready before: edges that EPOLLET tells of. */
  arrivals?(): number;
  /** Something has happened in the stack: remember what only shows in passing. */
  tick(): void;
  close(): Outcome;
}

/** First descriptor that is given out: 0, 1, 2 are the program's. */
const FIRST = 3;

/** Descriptors of a process: the lowest free number is given out next. */
export class FileTable {
  readonly #files = new Map<number, File>();

  /** Puts a file into the table; its descriptor. */
  add(file: File): number {
    let fd = FIRST;
    while (this.#files.has(fd)) fd++;
    this.#files.set(fd, file);
    return fd;
  }

  get(fd: number): File | undefined {
    return this.#files.get(fd);
  }

  remove(fd: number): void {
    this.#files.delete(fd);
  }

  /** Every open descriptor with its file. */
  entries(): [number, File][] {
    return [...this.#files];
  }
}

/** Poll bits as numbers. */
export const Poll = {
  IN: constant('POLLIN'),
  PRI: constant('POLLPRI'),
  OUT: constant('POLLOUT'),
  ERR: constant('POLLERR'),
  HUP: constant('POLLHUP'),
  NVAL: constant('POLLNVAL'),
  RDNORM: constant('POLLRDNORM'),
  WRNORM: constant('POLLWRNORM'),
  RDHUP: constant('POLLRDHUP'),
};
