// Virtual timers. A program's timers stay Node's own objects, whoever made them (a global that a library has kept, net's
// and http's internal ones): they are put where they never expire, and an event of the world calls them instead.

import { AsyncResource } from 'node:async_hooks';
import type { Action, World } from '../../sim/index.ts';
import { nowhere } from '../../socket/node/index.ts';
import { type Belonging, currentLife, type Life } from '../life.ts';
import type { Loop } from '../loop.ts';
import type { Changes } from './changes.ts';

/** Node's Timeout, as far as its own clearTimeout looks at it. */
export interface NodeTimeout {
  _idleTimeout: number;
  _idlePrev: NodeTimeout | null;
  _idleNext: NodeTimeout | null;
  _onTimeout: ((...args: unknown[]) => unknown) | null;
  _timerArgs: unknown[] | undefined;
  readonly _repeat: number | null;
  readonly _destroyed: boolean;
  refresh(): NodeTimeout;
  unref(): NodeTimeout;
  hasRef(): boolean;
}

interface Shadowed extends NodeTimeout {
  [SHADOW]?: VirtualTimer;
}

const SHADOW = Symbol('synfin.timer');
/** Where it never expires: 24 days of real time. */
const FAR = 2 ** 31 - 1;

/** undici has one timer for all of its connections, so it is no host's: it would die with it. */
const SHARED_MS = 499;
const SHARED_NAME = 'onTick';
/** The Date header of http is made once a second for the whole process, by the machine's clock (`dateHeader` in http.ts). */
const DATE_NAME = 'resetCache';
/** Ticks of it until nothing is left in it, at most: an hour. */
const MOST_TICKS = 10_000;

// Taken now: a test may fake them later.
const { clearTimeout, setTimeout } = globalThis;

/** The timers of one simulation. */
export class Timers {
  readonly world: World;
  readonly loop: Loop;
  isOver = false;
  readonly shared = new Set<VirtualTimer>();
  readonly #refresh: NodeTimeout['refresh'];

  constructor(world: World, loop: Loop, changes: Changes) {
    this.world = world;
    this.loop = loop;
    const probe = setTimeout(() => {}, FAR);
    clearTimeout(probe);
    const prototype = Object.getPrototypeOf(probe) as NodeTimeout;
    const { refresh } = prototype;
    this.#refresh = refresh;
    const timers = this;
    changes.put(prototype, 'refresh', function (this: Shadowed): NodeTimeout {
      return timers.refreshed(this);
    });
  }

  /** A hook says: a program has made a timer, or one that was over is used again. */
  made(timeout: Shadowed, life: Life): void {
    const ms = timeout._idleTimeout;
    if (timeout._onTimeout?.name === DATE_NAME && ms <= 1000) return;
    timeout[SHADOW]?.over(); // what it was before
    unlink(timeout);
    timeout._idleTimeout = FAR;
    if (life.isDead) timeout.unref(); // nor does anybody live for it
    const shared = ms === SHARED_MS && timeout._onTimeout?.name === SHARED_NAME;
    timeout[SHADOW] = new VirtualTimer(this, timeout, ms, shared ? null : life);
    // The first simulation of a process makes the shared one, the next ones find it.
    if (!shared) this.loop.observe?.(`timer of ${ms} ms`, life.name);
  }

  /** `timeout.refresh()`. */
  refreshed(timeout: Shadowed): NodeTimeout {
    const timer = timeout[SHADOW];
    const life = currentLife();
    if (timer !== undefined && timer.timers === this) {
      if (typeof timeout._onTimeout === 'function') timer.refresh();
      return timeout;
    }
    if (timer !== undefined) {
      timeout._idleTimeout = timer.ms;
      delete timeout[SHADOW];
    }
    // That of undici, made by somebody else or in another simulation, is used by a host.
    if (life !== null && timeout._onTimeout?.name === SHARED_NAME && timeout._idleTimeout === SHARED_MS) {
      this.revive(timeout);
      timeout[SHADOW] = new VirtualTimer(this, timeout, SHARED_MS, null);
      return timeout;
    }
    return this.#refresh.call(timeout);
  }

  /** Node thinks that it runs. */
  revive(timeout: NodeTimeout): void {
    timeout._idleTimeout = FAR;
    this.loop.isOwn = true;
    try {
      this.#refresh.call(timeout);
    } finally {
      this.loop.isOwn = false;
    }
  }

  /** The end: what is left in shared timers expires, so that the next simulation finds them as this one did. */
  end(): void {
    for (const timer of this.shared) timer.flush();
    this.isOver = true;
  }
}

/** Takes a timer out of the list that Node has put it in. */
function unlink(timeout: NodeTimeout): void {
  const { _idleNext: next, _idlePrev: prev } = timeout;
  if (next === null || prev === null || next === timeout) return;
  next._idlePrev = prev;
  prev._idleNext = next;
  timeout._idleNext = timeout._idlePrev = timeout;
}

/** Has a `stack`. */
export interface Origin {
  readonly stack?: string;
}

function originHere(): Origin {
  const origin = {};
  Error.captureStackTrace(origin, VirtualTimer);
  return origin;
}

/** Lengths of which it is known where timers of Node's own were made first. */
const MOST_LENGTHS = 64;

/**
 * Of a timer that Node makes for itself (of a socket: its timeout, keep-alive), which does not hold the process from the
 * beginning. There is one for each request, and a stack costs as much as half of the rest: all of one length in a process
 * have the stack of the first.
 */
function originOfOwn(life: Life, ms: number): Origin {
  const first = life.own(originOfOwn, () => new Map<number, Origin>());
  let origin = first.get(ms);
  if (origin === undefined) {
    origin = originHere();
    if (first.size >= MOST_LENGTHS) first.clear();
    first.set(ms, origin);
  }
  return origin;
}

/** A timer of a program, as an event of the world. */
export class VirtualTimer implements Action, Belonging {
  readonly timers: Timers;
  readonly timeout: NodeTimeout;
  readonly ms: number;
  /** null: nobody's. */
  readonly life: Life | null;
  /** Where the program made it. */
  readonly origin: Origin;
  readonly #context: AsyncResource;
  /** When it expires. */
  atUs = 0;
  isLive = false;
  /** Of its earliest event in the world: moving it forward costs one assignment. */
  #queuedUs = Infinity;

  constructor(timers: Timers, timeout: NodeTimeout, ms: number, life: Life | null) {
    this.timers = timers;
    this.timeout = timeout;
    this.ms = Math.trunc(ms);
    this.life = life;
    this.origin = life === null || timeout.hasRef() ? originHere() : originOfOwn(life, this.ms);
    timers.loop.isOwn = true;
    this.#context = life === null ? nowhere(context) : context();
    timers.loop.isOwn = false;
    if (life === null) timers.shared.add(this);
    this.#begin();
  }

  #begin(): void {
    const { life, timers } = this;
    if (life?.isDead === true) return;
    life?.belongings.add(this);
    this.isLive = true;
    this.atUs = timers.world.now() + this.ms * 1000;
    if (this.#queuedUs > this.atUs) timers.world.schedule((this.#queuedUs = this.atUs), this);
  }

  /** It expires `ms` from now. */
  refresh(): void {
    if (this.life?.isDead === true) return;
    if (this.timeout._destroyed) this.timers.revive(this.timeout);
    this.#begin();
  }

  /** It will expire. */
  get isPending(): boolean {
    return this.isLive && !this.#isCleared;
  }

  get #isCleared(): boolean {
    return typeof this.timeout._onTimeout !== 'function' || this.timeout._destroyed;
  }

  /** An event of the world. */
  run(nowUs: number): void {
    if (nowUs < this.#queuedUs) return;
    this.#queuedUs = Infinity;
    if (!this.isLive || this.#isCleared) {
      this.over();
      return;
    }
    if (this.atUs > nowUs) {
      this.timers.world.schedule((this.#queuedUs = this.atUs), this);
      return;
    }
    if (this.life === null) nowhere(() => this.#expire());
    else this.life.later(expire, this);
  }

  /** It is no more. */
  over(): void {
    this.isLive = false;
    this.life?.belongings.delete(this);
  }

  #expire(): void {
    if (!this.isLive || this.#isCleared) return;
    const { timeout } = this;
    const { _onTimeout: callback, _timerArgs: args, _repeat: repeat } = timeout;
    if (typeof callback !== 'function') return;
    if (repeat === null) {
      this.over();
      this.#release();
    }
    try {
      this.#context.runInAsyncScope(callback, timeout, ...(args ?? []));
    } finally {
      if (repeat !== null && !this.#isCleared) this.#begin();
    }
  }

  /** As after it has expired: over to Node, and to be used again by `refresh`. */
  #release(): void {
    const { timeout } = this;
    const { _onTimeout: callback, _timerArgs: args } = timeout;
    clearTimeout(timeout as unknown as NodeJS.Timeout);
    timeout._onTimeout = callback;
    timeout._timerArgs = args;
    timeout._idleTimeout = this.ms;
  }

  abandon(): void {
    this.isLive = false;
    clearTimeout(this.timeout as unknown as NodeJS.Timeout);
  }

  /** Expires as often as it wants to. */
  flush(): void {
    for (let n = 0; this.isLive && n < MOST_TICKS; n++) nowhere(() => this.#expire());
    this.over();
    if (!this.timeout._destroyed) this.#release();
  }

  /** Internal: see {@link run}. */
  static expire(timer: VirtualTimer): void {
    timer.#expire();
  }

  describe(): string {
    return `timer of ${this.ms} ms of ${this.life?.name ?? 'undici'}`;
  }
}

function context(): AsyncResource {
  return new AsyncResource('SYNFIN_SIM_TIMER');
}

const { expire } = VirtualTimer;
