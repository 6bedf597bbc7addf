// The world: virtual time, the seeded dice, and the hosts and wires that live in it.
// Same seed, same program: same events in the same order, byte for byte.

import type { Host } from '../host/index.ts';
import {
  type AbortSignalLike,
  abortSignal,
  describesItself,
  flag,
  real,
  Schema,
  seed,
} from '../options/index.ts';
import { Memory, memoryKind } from '../wire/index.ts';
import { abortTimeout, sleep } from './abort.ts';
import { Agenda } from './agenda.ts';
import { type Joint, makeHost, portOf, type WorldHostOptions, worldHostOptions } from './build.ts';
import { type Situation, StalledError } from './errors.ts';
import { Random } from './random.ts';
import {
  guardOptions,
  type RunGuards,
  type RunOptions,
  type RunResult,
  Runs,
  runOptions,
  type SettleOptions,
  settleOptions,
} from './runs.ts';
import { Switch, type SwitchOptions } from './switch.ts';
import { nextTurn, warnLater } from './turn.ts';
import type { Action, Clock, Node } from './types.ts';
import { Wire, type WireOptions } from './wire.ts';

/** Options of {@link World}. */
export interface WorldOptions {
  /** Seed of all randomness. Default 1. */
  seed?: number | string;
  /** Memory for hosts to share. Default: a new one. */
  memory?: Memory;
  /**
   * The world runs by itself whenever something is pending, from the next turn of the event loop on: a plain
   * `await client.connect(…)` goes on. Runs repeat as long as the program waits for nothing but this world: while
   * it waits for a file or a real timer, virtual time flies. An error of such a run is an unhandled rejection.
   * Default false: `settle`, `run` and `runSync` run it.
   */
  autorun?: boolean;
}

const worldOptions = new Schema<WorldOptions>('World', {
  seed,
  memory: memoryKind,
  autorun: flag,
});

/** Options of {@link World.sleep}. */
export interface SleepOptions {
  /** Ends the sleep: it rejects with the signal's reason. */
  signal?: AbortSignalLike;
}

const sleepOptions = new Schema<SleepOptions>('sleep', { signal: abortSignal });
const duration = real(0);

/** Real time after which it is said that nobody runs a world in which something is pending. */
const PATIENCE_MS = 1000;
const NOBODY_RUNS =
  'synfin: something is pending in a World and nobody runs it: no promise of its hosts will settle. ' +
  'Write `await world.settle(promise)`, or make it `new World({ autorun: true })`.';

/** What `world.info()` returns. */
export interface WorldInfo {
  readonly nowUs: number;
  /** Events and polls since the beginning. */
  readonly events: number;
  /** A line for each node. */
  readonly nodes: readonly string[];
  /** What will happen next, as `pending()` tells it. */
  readonly pending: readonly string[];
}

/** Virtual time and everything that happens in it. */
export class World {
  static {
    describesItself(World);
  }
  readonly clock: Clock;
  /** Dice of this world; consumers take `random.fork(name)`. */
  readonly random: Random;
  readonly memory: Memory;
  /** Called when something is scheduled while the world does not run; for drivers. */
  onIdleSchedule: (() => void) | null = null;
  readonly #agenda = new Agenda(() => this.#scheduledIdle());
  readonly #runs = new Runs(this.#agenda, () => this.#situation());
  readonly #autorun: boolean;
  /** Somebody has run this world; until then, the warning that nobody does. */
  #claimed = false;
  #unwarn: (() => void) | null = null;
  readonly #hosts: Host[] = [];
  /** Also those that have left: their numbers are in addresses. */
  #hostsMade = 0;
  readonly #wires = new Set<Wire>();
  #names = 0;

  constructor(options: WorldOptions = {}) {
    worldOptions.check(options);
    this.random = new Random(options.seed ?? 1);
    this.memory = options.memory ?? new Memory();
    this.#autorun = options.autorun ?? false;
    const agenda = this.#agenda;
    this.clock = { now: () => agenda.nowUs };
  }

  /** Virtual time in µs. */
  now(): number {
    return this.#agenda.nowUs;
  }

  /** Events and polls since the beginning. */
  get events(): number {
    return this.#agenda.events;
  }

  /** A number for the next nameless thing, in order of creation. */
  nextName(): number {
    return ++this.#names;
  }

  // What lives in it.

  /**
   * A host of this world, with its clock, its memory, dice of its own, and one interface, `NAME0`:
   * `world.host('client', '10.0.0.1/24', 'fd00::1/64')`, the addresses with prefix length, last the options of host
   * and interface if there are any. Without addresses the n-th host has 10.0.0.n/16 and fd00::n/64.
   * @throws RangeError for a name that a host of this world has, and as `new Host` and `addInterface` do
   */
  host(name: string, ...more: readonly (string | WorldHostOptions)[]): Host {
    if (typeof name !== 'string')
      throw new TypeError(`world.host: the first argument is the host's name, a string`);
    if (this.#hosts.some((host) => host.name === name))
      throw new RangeError(`world.host: there is a host '${name}' already; names seed the hosts' randomness`);
    const addresses = more.filter((each) => typeof each === 'string');
    const options = more.filter((each) => typeof each !== 'string');
    if (options.length > 1) throw new TypeError('world.host: options come once, after the addresses');
    if (options.length > 0) worldHostOptions.check(options[0] as WorldHostOptions);
    const host = makeHost(this, name, ++this.#hostsMade, {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...options[0],
    });
    this.#hosts.push(host);
    this.addNode(host);
    return host;
  }

  /**
   * A wire between two hosts (each by its first interface without a link), interfaces or other ports. In the text
   * of rules its ends have the names of the hosts or interfaces.
   * @throws RangeError, TypeError as `new Wire` does
   */
  wire(a: Joint, b: Joint, options: WireOptions = {}): Wire {
    const [nameA, nameB] = [nameOf(a), nameOf(b)];
    const ends = nameA !== null && nameB !== null && nameA !== nameB ? ([nameA, nameB] as const) : null;
    return new Wire(this, portOf(a), portOf(b), ends === null ? options : { ends, ...options });
  }

  /**
   * An Ethernet switch with these hosts or ports on it, each by a wire with the options of `wire`. Interfaces are of
   * kind 'ethernet': `world.host('a', { kind: 'ethernet' })`.
   */
  switch(joints: readonly Joint[], options: SwitchOptions & { wire?: WireOptions } = {}): Switch {
    const { wire, ...rest } = options;
    const made = new Switch(this, rest);
    for (const joint of joints) made.connect(portOf(joint), wire);
    return made;
  }

  /**
   * The node is polled from now on. A host gets this world's `userWoke`; its clock has to be the world's, and its
   * randomness one that repeats.
   * @throws TypeError for a host with a clock of its own or the platform's randomness, RangeError for a node that is here already
   */
  addNode(node: Node): void {
    if (node.clock !== undefined && node.clock !== this.clock) {
      throw new TypeError(
        `${node.describe?.() ?? 'the node'}: its clock is not this world's: make it with { clock: world.clock }, or by world.host('name', '10.0.0.1/24')`,
      );
    }
    if (node.repeatable === false) {
      throw new TypeError(
        `${node.describe?.() ?? 'the node'}: its randomness is the platform's, so that no run would repeat: make it by world.host('name', '10.0.0.1/24'), or with { random: () => world.random.nextUint32() }`,
      );
    }
    if (this.#agenda.nodes.includes(node)) throw new RangeError('addNode: the node is in this world already');
    node.setUserWoke?.(() => this.userWoke());
    this.#agenda.addNode(node);
  }

  /** The node is polled no more: it crashed, or left. */
  removeNode(node: Node): void {
    this.#agenda.removeNode(node);
    const at = this.#hosts.indexOf(node as Host);
    if (at >= 0) this.#hosts.splice(at, 1);
  }

  /** Internal: a wire is taken away with the world, unless it was before. */
  own(wire: Wire, owned: boolean): void {
    if (owned) this.#wires.add(wire);
    else this.#wires.delete(wire);
  }

  /**
   * The end of everything that lives in it: hosts abort their connections and close their listeners and sockets, so
   * that what user code waits for there rejects; wires are taken away with what is under way.
   */
  close(): void {
    const { nodes } = this.#agenda;
    for (const node of nodes) node.abort?.();
    for (const wire of [...this.#wires]) wire.close();
    for (const node of nodes) {
      // What was sent to itself, and the answers.
      for (let i = 0; i < 8 && node.wakeAt() <= this.now(); i++) node.poll(this.now());
      this.removeNode(node);
    }
    this.userWoke();
  }

  /** The end of `await using`: `close`, and the turn in which user code sees it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await nextTurn();
  }

  // What happens in it.

  /** Runs `action` at `atUs`; a time not after now means in this instant, after what is due already. */
  schedule(atUs: number, action: Action): void {
    this.#agenda.schedule(atUs, action);
  }

  #scheduledIdle(): void {
    if (this.#runs.active) return;
    if (this.onIdleSchedule !== null) this.onIdleSchedule();
    else if (this.#autorun) void this.run();
    else if (!this.#claimed && this.#unwarn === null) {
      this.#unwarn = warnLater(
        PATIENCE_MS,
        NOBODY_RUNS,
        () => !this.#claimed && this.onIdleSchedule === null,
      );
    }
  }

  /** Somebody runs this world. */
  #claim(): void {
    if (this.#claimed) return;
    this.#claimed = true;
    this.#unwarn?.();
  }

  /**
   * A promise that resolves after `us` of virtual time; with a signal it rejects with the signal's reason.
   * @throws RangeError for a time that is none
   */
  sleep(us: number, options: SleepOptions = {}): Promise<void> {
    duration.check(us, 'sleep', 'us');
    sleepOptions.check(options);
    return sleep(this.#agenda, us, () => this.userWoke(), options.signal);
  }

  /**
   * AbortSignal.timeout in virtual time: a signal that is aborted after `ms` milliseconds, with a TimeoutError as
   * its reason. For whatever takes a signal: connect, read, accept, sleep, settle.
   */
  abortTimeout(ms: number): AbortSignalLike {
    duration.check(ms, 'abortTimeout', 'ms');
    return abortTimeout(this.#agenda, ms, () => this.userWoke());
  }

  /** A host resolved a promise (or called a callback) of user code: `run` lets that code go on. */
  userWoke(): void {
    this.#runs.userWoke();
  }

  /** When the next thing happens, in µs: now if something is due, Infinity if nothing is pending. */
  nextAt(): number {
    return this.#agenda.nextAt();
  }

  /**
   * Runs one event or one poll. False when nothing is pending.
   * @throws BusyError when an event calls it
   */
  step(): boolean {
    this.#claim();
    this.#runs.enter();
    try {
      return this.#agenda.step(Infinity);
    } finally {
      this.#agenda.busy = false;
    }
  }

  /**
   * Runs without yielding: until a time (events of that time included; the clock then stands there),
   * until a predicate holds (asked before the first and after every event), or until nothing is
   * pending. User code behind promises does not run meanwhile.
   * @throws RunawayError, BusyError when an event calls it
   */
  runSync(until?: number | (() => boolean), guards: RunGuards = {}): RunResult {
    guardOptions.check(guards);
    this.#claim();
    return this.#runs.runSync(until, guards);
  }

  /**
   * Runs, and lets user code go on between events: at the start, and after every event in which a
   * host called `userWoke`, it waits for one turn of the event loop. Otherwise it yields only when it has kept the
   * event loop busy for 50 ms of real time. Several runs at once share the events; each has its own end.
   * Rejects with a RunawayError, a WorldTimeoutError, the reason of the signal, or what an event threw.
   */
  async run(options: RunOptions = {}): Promise<RunResult> {
    runOptions.check(options);
    this.#claim();
    return this.#runs.run(options);
  }

  /**
   * Runs until `promise` settles, and gives its value or throws its reason. Any number at once.
   * Rejects as `run` does, and with a StalledError when nothing is pending and the promise has not settled.
   */
  async settle<T>(promise: PromiseLike<T>, options: SettleOptions = {}): Promise<T> {
    settleOptions.check(options);
    if (typeof (promise as { then?: unknown } | null)?.then !== 'function')
      throw new TypeError('settle: the first argument is a promise: world.settle(client.connect({ … }))');
    this.#claim();
    const { reason } = await this.#runs.run({ ...options, until: promise });
    if (reason !== 'settled') throw new StalledError(this.#situation());
    return promise;
  }

  /** What will happen next, one line each (at most `limit`), for people and error messages. */
  pending(limit = 20): string[] {
    return this.#agenda.pending(limit);
  }

  /** What each host waits for: a line for each of its connections, listeners and sockets that does. */
  waiting(): string[] {
    return this.#agenda.nodes.flatMap((node) => node.waitsFor?.() ?? []);
  }

  info(): WorldInfo {
    const { nodes } = this.#agenda;
    return {
      nowUs: this.now(),
      events: this.events,
      nodes: nodes.map((node) => node.describe?.() ?? 'a node'),
      pending: this.pending(),
    };
  }
  toJSON(): WorldInfo {
    return this.info();
  }

  /** One line: `World {at 1500000 µs, 2 nodes, 40 events}`. */
  toString(): string {
    return `World {at ${this.now()} µs, ${this.#agenda.nodes.length} nodes, ${this.events} events}`;
  }

  #situation(): Situation {
    return { nowUs: this.now(), pending: this.pending(), waiting: this.waiting() };
  }
}

/** The name of a host, or of an interface of one. */
function nameOf(joint: Joint): string | null {
  return 'name' in joint && typeof joint.name === 'string' ? joint.name : null;
}
