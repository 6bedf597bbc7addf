// The world: virtual time, the order of events, the seeded dice, and the nodes that live in it.
// Same seed, same program: same events in the same order, byte for byte.
//
// One instant goes in rounds: the events that are due, then the nodes that want to be polled, and so
// on until nothing is due; then time moves to the next event. A burst of packets of one instant is
// thus received as a whole before its receiver is polled.

import { Memory } from '../wire/index.ts';
import { BusyError, RunawayError, StalledError } from './errors.ts';
import { EventHeap, EventRing } from './events.ts';
import { Random } from './random.ts';
import { nextTurn } from './turn.ts';
import type { Action, Clock, Node } from './types.ts';

/** Options of {@link World}. */
export interface WorldOptions {
  /** Seed of all randomness. Default 1. */
  seed?: number | string;
  /** Memory for hosts to share. Default: a new one. */
  memory?: Memory;
}

/** Bounds of a run that turn a livelock into a {@link RunawayError}. */
export interface RunGuards {
  /** Most events (polls count) in this run. Default 100 million. */
  maxEvents?: number;
  /** Virtual time in µs past which the run must not go. Default Infinity. */
  maxTimeUs?: number;
}

/** Options of {@link World.run}. */
export interface RunOptions extends RunGuards {
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

const DEFAULT_MAX_EVENTS = 100_000_000;
/** `alarmUs` of a node that has left. */
const REMOVED = -1;

/** A node, and for one with a waker the alarm that is set for it. */
class NodeSlot implements Action {
  readonly node: Node;
  readonly world: World;
  alarmUs = Infinity;
  due = false;

  constructor(world: World, node: Node) {
    this.world = world;
    this.node = node;
  }

  run(nowUs: number): void {
    if (this.alarmUs !== nowUs) return; // an earlier alarm has run in its place
    this.alarmUs = Infinity;
    this.world.wakeSlot(this, this.node.wakeAt());
  }

  describe(): string {
    return `wake ${this.node.describe?.() ?? 'a node'}`;
  }
}

class Sleep implements Action {
  readonly world: World;
  readonly done: () => void;

  constructor(world: World, done: () => void) {
    this.world = world;
    this.done = done;
  }

  run(): void {
    this.world.userWoke();
    this.done();
  }

  describe(): string {
    return 'sleep';
  }
}

/** Virtual time and everything that happens in it. */
export class World {
  readonly clock: Clock;
  /** Dice of this world; consumers take `random.fork(name)`. */
  readonly random: Random;
  readonly memory: Memory;
  /** Called when something is scheduled while the world does not run; for drivers. */
  onIdleSchedule: (() => void) | null = null;
  /** Events and polls since the beginning. */
  events = 0;
  #nowUs = 0;
  readonly #heap = new EventHeap();
  readonly #ring = new EventRing();
  /** Nodes asked for wakeAt() after every round. */
  #asked: NodeSlot[] = [];
  /** Nodes with a waker that want a poll now. */
  #due: NodeSlot[] = [];
  /** Those of them that are polled in this round, and the next of these. */
  #polling: NodeSlot[] = [];
  #pollingNext = 0;
  #wakers: NodeSlot[] = [];
  /** Ring events left in this round. */
  #round = 0;
  /** Next of #asked in this round of polls. */
  #cursor = 0;
  #polled = false;
  #nextWakeUs = Infinity;
  #running = false;
  #woke = false;
  #names = 0;

  constructor(options: WorldOptions = {}) {
    this.random = new Random(options.seed ?? 1);
    this.memory = options.memory ?? new Memory();
    this.clock = { now: () => this.#nowUs };
  }

  /** Virtual time in µs. */
  now(): number {
    return this.#nowUs;
  }

  /** A number for the next nameless thing, in order of creation. */
  nextName(): number {
    return ++this.#names;
  }

  /** The node is polled from now on. */
  addNode(node: Node): void {
    const slot = new NodeSlot(this, node);
    if (node.setWaker === undefined) {
      this.#asked.push(slot);
      this.#scheduledIdle();
      return;
    }
    this.#wakers.push(slot);
    node.setWaker((atUs) => this.wakeSlot(slot, atUs));
    this.wakeSlot(slot, node.wakeAt());
  }

  /** The node is polled no more: it crashed, or left. */
  removeNode(node: Node): void {
    this.#asked = this.#asked.filter((slot) => slot.node !== node);
    this.#wakers = this.#wakers.filter((slot) => {
      if (slot.node !== node) return true;
      slot.alarmUs = REMOVED;
      return false;
    });
    this.#cursor = 0;
    this.#nextWakeUs = Infinity;
  }

  /** Internal: a node with a waker wants a poll at `atUs`. */
  wakeSlot(slot: NodeSlot, atUs: number): void {
    if (slot.alarmUs === REMOVED) return;
    if (atUs <= this.#nowUs) {
      if (slot.due) return;
      slot.due = true;
      this.#due.push(slot);
      this.#scheduledIdle();
    } else if (atUs < slot.alarmUs) {
      slot.alarmUs = atUs;
      this.schedule(atUs, slot);
    }
  }

  /** Runs `action` at `atUs`; a time not after now means in this instant, after what is due already. */
  schedule(atUs: number, action: Action): void {
    if (atUs <= this.#nowUs) this.#ring.push(action);
    else if (atUs < Infinity) this.#heap.push(atUs, action);
    else if (atUs !== Infinity) throw new RangeError(`schedule: ${atUs} is not a time in µs`);
    if (!this.#running) this.#scheduledIdle();
  }

  #scheduledIdle(): void {
    if (!this.#running && this.onIdleSchedule !== null) this.onIdleSchedule();
  }

  /** A promise that resolves after `us` of virtual time. */
  sleep(us: number): Promise<void> {
    return new Promise((resolve) => this.schedule(this.#nowUs + us, new Sleep(this, resolve)));
  }

  /** A host resolved a promise (or called a callback) of user code: `run` lets that code go on. */
  userWoke(): void {
    this.#woke = true;
  }

  /** When the next thing happens, in µs: now if something is due, Infinity if nothing is pending. */
  nextAt(): number {
    if (this.#ring.count > 0 || this.#due.length > 0 || this.#pollingNext < this.#polling.length)
      return this.#nowUs;
    let at = this.#heap.firstAt();
    for (const slot of this.#asked) at = Math.min(at, slot.node.wakeAt());
    return Math.max(at, this.#nowUs);
  }

  /** Runs one event or one poll. False when nothing is pending. */
  step(): boolean {
    this.#enter();
    try {
      return this.#step(Infinity);
    } finally {
      this.#running = false;
    }
  }

  /** The next event or poll not after `limitUs`; false when there is none (the clock stays). */
  #step(limitUs: number): boolean {
    for (;;) {
      if (this.#heap.count > 0 && this.#heap.firstAt() <= this.#nowUs) {
        this.events++;
        this.#heap.pop().run(this.#nowUs);
        this.#round = this.#ring.count;
        return true;
      }
      if (this.#round > 0) {
        this.#round--;
        this.events++;
        this.#ring.shift().run(this.#nowUs);
        return true;
      }
      if (this.#pollOne()) return true;
      const next = Math.min(this.#nextWakeUs, this.#heap.firstAt());
      this.#nextWakeUs = Infinity;
      if (this.#nextRound()) continue;
      if (next === Infinity || next > limitUs) return false;
      this.#nowUs = next;
    }
  }

  /** Polls the next node that is due in this round. */
  #pollOne(): boolean {
    const now = this.#nowUs;
    while (this.#cursor < this.#asked.length) {
      const slot = this.#asked[this.#cursor++] as NodeSlot;
      const at = slot.node.wakeAt();
      if (at <= now) {
        this.events++;
        this.#polled = true;
        slot.node.poll(now);
        return true;
      }
      if (at < this.#nextWakeUs) this.#nextWakeUs = at;
    }
    while (this.#pollingNext < this.#polling.length) {
      const slot = this.#polling[this.#pollingNext++] as NodeSlot;
      slot.due = false;
      if (slot.alarmUs === REMOVED) continue;
      this.events++;
      slot.node.poll(now);
      this.wakeSlot(slot, slot.node.wakeAt());
      return true;
    }
    return false;
  }

  /** A round of polls is over: what became due meanwhile is the next round. False when nothing did. */
  #nextRound(): boolean {
    const again = this.#polled;
    this.#polled = false;
    this.#cursor = 0;
    this.#round = this.#ring.count;
    if (this.#polling.length > 0 || this.#due.length > 0) {
      const done = this.#polling;
      done.length = 0;
      this.#polling = this.#due;
      this.#due = done;
      this.#pollingNext = 0;
    }
    return again || this.#round > 0 || this.#polling.length > 0;
  }

  #enter(): void {
    if (this.#running) throw new BusyError(this.#nowUs);
    this.#running = true;
  }

  /**
   * Runs without yielding: until a time (events of that time included; the clock then stands there),
   * until a predicate holds (asked before the first and after every event), or until nothing is
   * pending. User code behind promises does not run meanwhile.
   */
  runSync(until?: number | (() => boolean), guards: RunGuards = {}): RunResult {
    const limitUs = typeof until === 'number' ? until : Infinity;
    const predicate = typeof until === 'function' ? until : null;
    const start = this.events;
    const maxEvents = start + (guards.maxEvents ?? DEFAULT_MAX_EVENTS);
    const maxTimeUs = guards.maxTimeUs ?? Infinity;
    if (limitUs < this.#nowUs) return this.#result('time', start);
    this.#enter();
    try {
      for (;;) {
        if (predicate?.() === true) return this.#result('predicate', start);
        if (!this.#step(limitUs)) return this.#stop(limitUs, start);
        if (this.events >= maxEvents || this.#nowUs > maxTimeUs) this.#runaway(start, guards);
      }
    } finally {
      this.#running = false;
    }
  }

  /**
   * Runs, and lets user code go on between events: at the start, and after every event in which a
   * host called `userWoke`, it waits for one turn of the event loop. Otherwise it does not yield.
   */
  async run(options: RunOptions = {}): Promise<RunResult> {
    const limitUs = options.untilUs ?? Infinity;
    const start = this.events;
    const maxEvents = start + (options.maxEvents ?? DEFAULT_MAX_EVENTS);
    const maxTimeUs = options.maxTimeUs ?? Infinity;
    let settled = false;
    const settle = (): void => {
      settled = true;
      this.#woke = true;
    };
    options.until?.then(settle, settle);
    if (limitUs < this.#nowUs) return this.#result('time', start);
    this.#enter();
    let lastTurn = false;
    try {
      await this.#turn();
      for (;;) {
        if (settled) return this.#result('settled', start);
        const ran = this.#step(limitUs);
        if (ran) lastTurn = false;
        if (this.#woke) await this.#turn();
        else if (!ran) {
          // Promises may have been resolved without a word to the world: one turn more before the end.
          if (lastTurn) return this.#stop(limitUs, start);
          lastTurn = true;
          await this.#turn();
        }
        if (this.events >= maxEvents || this.#nowUs > maxTimeUs) this.#runaway(start, options);
      }
    } finally {
      this.#running = false;
    }
  }

  /**
   * Runs until `promise` settles, and gives its value or throws its reason.
   * @throws StalledError when nothing is pending and the promise has not settled
   */
  async settle<T>(promise: PromiseLike<T>, guards: RunGuards = {}): Promise<T> {
    const { reason } = await this.run({ ...guards, until: promise });
    if (reason !== 'settled') throw new StalledError(this.#nowUs, this.pending());
    return promise;
  }

  async #turn(): Promise<void> {
    this.#woke = false;
    await nextTurn();
  }

  #result(reason: RunEnd, start: number): RunResult {
    return { reason, nowUs: this.#nowUs, events: this.events - start };
  }

  #stop(limitUs: number, start: number): RunResult {
    const reason = limitUs < Infinity && this.nextAt() < Infinity ? 'time' : 'quiescent';
    if (limitUs < Infinity && limitUs > this.#nowUs) this.#nowUs = limitUs;
    return this.#result(reason, start);
  }

  #runaway(start: number, guards: RunGuards): never {
    const what =
      this.#nowUs > (guards.maxTimeUs ?? Infinity)
        ? `past ${guards.maxTimeUs} µs of virtual time`
        : `${this.events - start} events in one run`;
    throw new RunawayError(what, this.#nowUs, this.pending());
  }

  /** What will happen next, one line each (at most `limit`), for people and error messages. */
  pending(limit = 20): string[] {
    const lines: string[] = [];
    for (const slot of [...this.#polling.slice(this.#pollingNext), ...this.#due])
      lines.push(`${this.#nowUs} µs: ${slot.describe()}`);
    for (const action of this.#ring.list(limit)) {
      lines.push(`${this.#nowUs} µs: ${action.describe?.() ?? 'an event'}`);
    }
    for (const slot of this.#asked) {
      const at = slot.node.wakeAt();
      if (at < Infinity) lines.push(`${at} µs: ${slot.describe()}`);
    }
    for (const { atUs, action } of this.#heap.list(limit)) {
      lines.push(`${atUs} µs: ${action.describe?.() ?? 'an event'}`);
    }
    const all = lines.length;
    if (all <= limit) return lines;
    return [...lines.slice(0, limit), `… and ${this.#heap.count + this.#ring.count} events in all`];
  }
}
