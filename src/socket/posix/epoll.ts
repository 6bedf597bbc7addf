// An epoll instance: an interest list over files, level- and edge-triggered, and one-shot.

import { constant } from './constants.ts';
import { type File, Poll } from './file.ts';
import { done, failed, type Outcome } from './outcome.ts';

const EPOLLET = constant('EPOLLET');
const EPOLLONESHOT = constant('EPOLLONESHOT');
const CTL_ADD = constant('EPOLL_CTL_ADD');
const CTL_DEL = constant('EPOLL_CTL_DEL');
const CTL_MOD = constant('EPOLL_CTL_MOD');
/** Reported whether asked for or not. */
const ALWAYS = Poll.ERR | Poll.HUP;

/** An event that epoll_wait gives. */
export interface EpollEvent {
  readonly events: number;
  readonly data: number;
}

interface Interest {
  readonly fd: number;
  readonly file: File;
  events: number;
  data: number;
  /** Readiness at the last look, and what has become ready since it was last told. */
  seen: number;
  arrivals: number;
  news: boolean;
  disarmed: boolean;
}

/** What is ready when an interest is declared is told at once. */
function freshLook(file: File): Pick<Interest, 'seen' | 'arrivals' | 'news' | 'disarmed'> {
  return { seen: file.ready(), arrivals: file.arrivals?.() ?? 0, news: true, disarmed: false };
}

/** One epoll instance. */
export class Epoll implements File {
  nonblocking = false;
  readonly #interests: Interest[] = [];

  /** epoll_ctl. */
  control(op: number, fd: number, file: File | undefined, events: number, data: number): Outcome {
    if (file === undefined) return failed('EBADF');
    if (file === this) return failed('EINVAL');
    const i = this.#interests.findIndex((x) => x.fd === fd && x.file === file);
    const known = this.#interests[i];
    if (op === CTL_ADD) {
      if (known !== undefined) return failed('EEXIST');
      this.#interests.push({ fd, file, events, data, ...freshLook(file) });
      return done();
    }
    if (known === undefined) return failed('ENOENT');
    if (op === CTL_DEL) this.#interests.splice(i, 1);
    else if (op === CTL_MOD) Object.assign(known, { events, data, ...freshLook(file) });
    else return failed('EINVAL');
    return done();
  }

  /** A file was closed: it leaves the interest list. */
  forget(file: File): void {
    const i = this.#interests.findIndex((x) => x.file === file);
    if (i >= 0) this.#interests.splice(i, 1);
  }

  tick(): void {
    for (const x of this.#interests) {
      const now = x.file.ready();
      const arrivals = x.file.arrivals?.() ?? 0;
      if ((now & ~x.seen) !== 0 || arrivals !== x.arrivals) x.news = true;
      x.seen = now;
      x.arrivals = arrivals;
    }
  }

  /** What epoll_wait would give, at most `most`; it is told with that. */
  take(most: number): EpollEvent[] {
    this.tick();
    const out: EpollEvent[] = [];
    for (const x of this.#interests) {
      if (out.length === most) break;
      const ready = this.#readyOf(x);
      if (ready === 0) continue;
      out.push({ events: ready, data: x.data });
      x.news = false;
      if ((x.events & EPOLLONESHOT) !== 0) x.disarmed = true;
    }
    return out;
  }

  #readyOf(x: Interest): number {
    if (x.disarmed || ((x.events & EPOLLET) !== 0 && !x.news)) return 0;
    return x.file.ready() & (x.events | ALWAYS);
  }

  ready(): number {
    return this.#interests.some((x) => this.#readyOf(x) !== 0) ? Poll.IN | Poll.RDNORM : 0;
  }

  close(): Outcome {
    return done();
  }
}
