// One life of a host: what its program has, from its start to its crash. Whatever is run for it goes through the loop;
// when it is dead, nothing is.

import type { Host } from '../host/index.ts';
import type { Random } from '../sim/index.ts';
import { currentPlace, type Entry, entryTo, onPlace, type Place, type Turns } from '../socket/node/index.ts';
import type { Loop } from './loop.ts';

/** Something that a life has, and that goes with it. */
export interface Belonging {
  /** Gone, without a word. */
  abandon(): void;
}

/** What waits while a life is paused. */
interface Backlog {
  readonly action: (of: unknown) => void;
  readonly of: unknown;
}

/** A process on a simulated host. */
export class Life implements Place, Turns {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly host: Host;
  readonly loop: Loop;
  readonly random: Random;
  readonly keepAlive = false;
  isDead = false;
  /** Virtual time of its beginning. */
  readonly bornUs: number;
  /** Microseconds that its wall clock is ahead. */
  skewUs = 0;
  /** Octets a second that its readers take at most: the lowest counts. */
  readonly readRates: number[] = [];
  /** What a process has one of, made when it is asked for: an http agent, a dispatcher. */
  readonly #own = new Map<unknown, unknown>();
  /** Its timers, and who else wants to know of its end. */
  readonly belongings = new Set<Belonging>();
  /** Callbacks that had to wait for the end of a pause, and reads for the reader, so far. */
  held = 0;
  slowReads = 0;
  #paused = 0;
  #entry: Entry | null = null;
  #backlog: Backlog[] = [];

  constructor(name: string, number: number, host: Host, loop: Loop, random: Random) {
    this.name = name;
    this.number = number;
    this.host = host;
    this.loop = loop;
    this.random = random;
    this.bornUs = host.clock.now();
  }

  get turns(): Turns {
    return this;
  }
  get isOver(): boolean {
    return this.isDead;
  }

  /** What this process has one of. */
  own<T>(key: unknown, make: () => T): T {
    if (!this.#own.has(key)) this.#own.set(key, make());
    return this.#own.get(key) as T;
  }

  /** Runs `program` as this process. */
  run<T>(program: () => T): T {
    return onPlace(this, program);
  }

  /** Calls `action` as this process: for the loop, whose own context is that of the first call. */
  call<T>(action: (of: T) => void, of: T): void {
    this.#entry ??= entryTo(this);
    this.#entry(action, of);
  }

  later<T>(action: (of: T) => void, of: T): void {
    if (this.isDead) return;
    if (this.#paused > 0) {
      this.held++;
      this.#backlog.push({ action: action as (of: unknown) => void, of });
    } else this.loop.push(this, action as (of: unknown) => void, of);
  }

  tick(action: () => void): void {
    this.later(action, null);
  }

  read<T>(action: (of: T) => void, of: T): void {
    if (this.readRates.length === 0) this.later(action, of);
    else {
      this.slowReads++;
      this.loop.after(READ_OCTETS / Math.min(...this.readRates), () => this.later(action, of));
    }
  }

  /** Nothing runs for it until all who paused it let it go on. */
  pause(): void {
    this.#paused++;
  }
  resume(): void {
    this.#paused--;
    if (this.#paused > 0) return;
    const waited = this.#backlog;
    this.#backlog = [];
    for (const { action, of } of waited) this.later(action, of);
  }
  get isPaused(): boolean {
    return this.#paused > 0;
  }

  /** Its end: what it had is gone. */
  end(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#backlog = [];
    for (const each of this.belongings) each.abandon();
    this.belongings.clear();
    this.#own.clear();
  }
}

/** What a read takes at most (64 KiB): a slow reader has one such read at a time. */
const READ_OCTETS = 65_536;

/** The life that this code belongs to; null outside of hosts. */
export function currentLife(): Life | null {
  const place = currentPlace();
  return place instanceof Life ? place : null;
}
