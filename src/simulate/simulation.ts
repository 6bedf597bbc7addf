// A simulated network for real Node code: hosts with programs, links with faults, and virtual time for both.

import { describesItself, needed, outOfRange, Schema } from '../options/index.ts';
import { World } from '../sim/index.ts';
import { Authority, type Certificate } from './certificates.ts';
import { DNS_NAME, Dns } from './dns.ts';
import { SimulationError } from './errors.ts';
import { Failures } from './failures.ts';
import { currentLife } from './life.ts';
import { Loop, type LoopCounters } from './loop.ts';
import type { Program, SimulatedHost, SimulatedHostOptions, Surroundings } from './machine.ts';
import {
  type Fault,
  Faults,
  type Link,
  type LinkEnd,
  type LinkOptions,
  Network,
  type Switch,
} from './network/index.ts';
import { type Installed, immediatesWait, install } from './node/index.ts';
import { Pace } from './pace.ts';
import { checkName, Population } from './population.ts';
import { FlightRecorder } from './recorder.ts';
import { reportOf } from './report.ts';
import { type RunningTimer, runningTimers } from './running-timers.ts';
import { type SimulationOptions, seedFrom, simulationOptions, speedOf } from './simulation-options.ts';
import { type SwarmOptions, swarmOptions } from './swarm.ts';
import { Swarms } from './swarms.ts';
import { buildWan, linkRegions, partitionOf } from './topology.ts';
import { Lines, SimulationTrace } from './trace.ts';
import { type Duration, duration, inspected, secondsOf, usOf } from './units.ts';
import { watchLink } from './watch-link.ts';

const advanceOptions = new Schema<{ time: Duration }>('advance', { time: needed(duration) });

let active: Simulation | null = null;

/** The simulation that exists in this process, or null. */
export function currentSimulation(): Simulation | null {
  return active;
}

/** What a simulation did, in numbers. */
export interface SimulationCounters extends LoopCounters {
  /** Segments that were sent; 0 without a trace. */
  readonly segments: number;
}

/** See {@link simulate}. */
export class Simulation {
  static {
    describesItself(Simulation);
  }
  readonly seed: number | string;
  /** Virtual time and dice: process timers are events of it. */
  readonly world: World;
  /** Every segment. */
  readonly trace: SimulationTrace;
  /** The names of the simulation. */
  readonly dns: Dns;
  readonly #loop: Loop;
  readonly #network: Network;
  readonly #faults: Faults;
  readonly #hosts: Population;
  readonly #clients = new Set<string>();
  readonly #installed: Installed;
  readonly #log = new Lines();
  /** null: without a trace nothing is kept of what passed. */
  readonly #recorder: FlightRecorder | null;
  readonly #beginMs: number;
  readonly #in: Surroundings;
  readonly #failures: Failures;
  /** What was asked for by `sometimes`, and whether it was seen. */
  readonly #seen = new Map<string, boolean>();
  readonly #swarms: Swarms;
  /** @internal Faults of swarms that are left out, by their place in the plan. */
  set without(left: ReadonlySet<number>) {
    this.#swarms.without = left;
  }
  /** @internal Nothing is told of a failure but the failure: for runs that only ask whether there is one. */
  isQuiet = false;
  /** @internal The folder with the files of what was told last; null: nothing was. */
  reported: string | null = null;
  /** How often it was waited for, and by how many it is now. */
  #waits = 0;
  #waiting = 0;
  #authority: Authority | null = null;
  #isOver = false;

  /** @internal See {@link simulate}. */
  constructor(options: SimulationOptions) {
    if (active !== null)
      throw new SimulationError(
        'ERR_SIM_ACTIVE',
        `a simulation (seed ${active.seed}) exists in this process already: dispose of it first (await using sim = simulate(…))`,
      );
    simulationOptions.check(options);
    this.seed = seedFrom(options.seed ?? (process.env['SYNFIN_SEED'] || 1));
    const { network = { rtt: '1ms' }, maxTime = '7d', date = '2030-01-01T00:00:00Z', ipv6 = false } = options;
    const beginMs = new Date(date).getTime();
    if (Number.isNaN(beginMs))
      throw outOfRange('simulate', 'date', `${date}`, 'a date, like 2030-01-01T00:00:00Z');
    const world = new World({ seed: this.seed });
    this.world = world;
    world.onIdleSchedule = () => {}; // the loop runs it
    const limitUs = usOf(maxTime, 'simulate', 'maxTime');
    this.#loop = new Loop(world, limitUs, new Pace(speedOf(options)), immediatesWait(), {
      threw: (error, life) => this.#failures.threw(error, life),
      stalled: () => this.#failures.stalled(),
    });
    this.#faults = new Faults(() => world.now());
    this.trace = new SimulationTrace(options.trace !== false);
    this.#beginMs = beginMs;
    this.#recorder = options.trace === false ? null : new FlightRecorder(world);
    const isDns = (end: LinkEnd): boolean => end.name === DNS_NAME;
    this.#network = new Network(
      world,
      (a, b) => (isDns(a) || isDns(b) ? { rtt: '1ms' } : { rtt: '1ms', ...network }),
      this.#faults,
      (link) => {
        if (this.#recorder !== null) watchLink(link, this.trace, this.#recorder);
      },
    );
    this.dns = new Dns(world, this.#network, ipv6);
    const { tcp, profile } = options;
    this.#hosts = new Population(this.#network, this.dns, {
      ...(tcp === undefined ? {} : { tcp }),
      ...(profile === undefined ? {} : { profile }),
    });
    this.#swarms = new Swarms(world, {
      hosts: () => this.hosts,
      links: () => this.links,
      isClient: (name) => this.#clients.has(name),
      isOver: () => this.#isOver,
    });
    this.#in = {
      world,
      network: this.#network,
      loop: this.#loop,
      faults: this.#faults,
      servers: this.dns.servers,
      ipv6,
      named: (host) => this.#named(host),
      failed: (error, host) => this.#failures.program(error, host),
    };
    this.#installed = install({
      world,
      loop: this.#loop,
      beginMs,
      ownModules: options.modules !== 'shared',
      secret: (line) => this.#recorder?.secret(line),
      authority: () => this.#authority?.certificate ?? null,
      foreign: (what, life, stack) => this.#failures.foreign(what, life, stack),
      ending: {
        exits: (code, life) => this.#hosts.get(life.name)?.exits(code, life),
        signals: (name, life) => this.#hosts.get(life.name)?.signal(name),
      },
    });
    this.#failures = new Failures({
      seed: this.seed,
      world,
      loop: this.#loop,
      passthrough: options.passthrough ?? [],
      isOver: () => this.#isOver,
      hostOf: ({ name }) => this.#hosts.get(name),
      report: (host) => this.report(host),
    });
    active = this;
  }

  // What lives in it.

  /**
   * A host with a name, and the program that it runs: a factory, which is called again at each restart. It starts, and time
   * moves, when somebody waits (`client`, `advance`, `until`).
   * @throws SimulationError for a name that is taken, OptionTypeError, OptionRangeError
   */
  host(name: string, program: Program, options: SimulatedHostOptions = {}): SimulatedHost {
    const host = this.#addHost(name, program, options);
    host.boot();
    return host;
  }

  /**
   * A host whose program comes to an end: a test, a job. Runs the simulation until it does, and gives what it returns,
   * or throws what it throws.
   */
  async client<T>(name: string, program: (self: Parameters<Program>[0]) => T | Promise<T>): Promise<T> {
    const host = this.#addHost(name, program, { onError: 'fail', returns: true });
    this.#clients.add(name);
    try {
      return (await this.#until(host.start())) as T;
    } catch (error) {
      throw this.failed(error, name);
    }
  }

  #addHost(name: string, program: Program, options: SimulatedHostOptions): SimulatedHost {
    this.#checkOpen();
    return this.#hosts.add(name, program, options, this.#in);
  }

  #named(host: SimulatedHost): void {
    this.#recorder?.watchHost(host.stack, host.addresses);
    this.#hosts.named(host);
  }

  /** A switch (or a router that only passes on): links to it join their other ends. */
  switch(name: string): Switch {
    this.#checkOpen();
    if (this.#network.has(name)) throw new SimulationError('ERR_SIM_HOST', `there is '${name}' already`);
    return this.#network.addSwitch(name);
  }

  /**
   * The link between two hosts or switches, by name; with `options` it is changed. Where nothing was said two hosts have
   * a link of their own as `network` says; what goes by a switch is shared.
   * A host may be made later than its link.
   */
  link(a: string, b: string, options?: LinkOptions): Link {
    this.#checkOpen();
    checkName(a);
    checkName(b);
    if (a === b) throw new SimulationError('ERR_SIM_HOST', `link: '${a}' to itself`);
    const link = this.#network.link(a, b);
    return options === undefined ? link : link.set(options);
  }

  /** Links between all hosts of groups, by the round-trip times between these: `sim.regions({ eu: ['a'], us: ['b'] }, { 'eu us': '80ms' })`. */
  regions(
    groups: Readonly<Record<string, readonly string[]>>,
    rtts: Readonly<Record<string, Duration>>,
  ): void {
    this.#checkOpen();
    linkRegions(this, groups, rtts);
  }

  /**
   * A wide-area network: a router for each region, with a link to each of its hosts (0.5 ms there and back), and links between routers, which all
   * that goes between two regions shares: `sim.wan({ eu: ['a'], us: ['b'] }, { 'eu us': { rtt: '80ms', rate: '100mbit' } })`. Then
   * `sim.link('eu', 'us').partition()` cuts the regions from each other. Where two have no link, packets go by others.
   * @throws SimulationError for a pair of regions that there is not, and for a region that is called as a host
   */
  wan(
    regions: Readonly<Record<string, readonly string[]>>,
    links: Readonly<Record<string, LinkOptions>>,
  ): void {
    this.#checkOpen();
    buildWan(this, regions, links);
  }

  /**
   * Faults at random times and places, drawn from the seed: of their kinds a random half, so that none hides all others.
   * Those that crash a host start it again. What they are is `faults`.
   */
  swarm(options: SwarmOptions = {}): void {
    this.#checkOpen();
    swarmOptions.check(options);
    this.#swarms.begin(options);
  }

  /** @internal What swarms have planned, for people. */
  get planned(): readonly string[] {
    return this.#swarms.planned;
  }

  /** Cuts all links between two groups of hosts: a split of the network. */
  partition(groupA: readonly string[], groupB: readonly string[]): Fault {
    return partitionOf(this, this.#faults, groupA, groupB);
  }

  /**
   * A certificate for a host (its name and its addresses, or what is listed), which all hosts trust: for `https`, `tls` and
   * `http2` servers. Keys are Ed25519, so that handshakes have the same segments in every run.
   */
  certificate(...all: readonly [string, ...string[]]): Certificate {
    for (const name of all.length === 0 ? [undefined] : all) checkName(name as string);
    this.#authority ??= new Authority();
    const addresses = all.flatMap((name) => this.#hosts.get(name)?.addresses ?? []);
    return this.#authority.issue([...new Set([...all, ...addresses])]);
  }

  /** The hosts, in the order in which they were made. */
  get hosts(): SimulatedHost[] {
    return this.#hosts.all;
  }
  /** The links that there are so far. */
  get links(): Link[] {
    return this.#network.links;
  }
  /** Faults so far. */
  get faults(): readonly Fault[] {
    return this.#faults.all;
  }

  // Time.

  /** Virtual milliseconds since the beginning. */
  now(): number {
    return this.world.now() / 1000;
  }

  /** Runs the simulation for so much virtual time. */
  async advance(time: Duration): Promise<void> {
    this.#checkOpen();
    advanceOptions.check({ time });
    const us = usOf(time, 'advance');
    await this.#until(new Promise<void>((resolve) => this.#loop.after(us / 1e6, resolve)));
  }

  /** Runs the simulation until `promise` settles, and gives its value or throws its reason. */
  async until<T>(promise: Promise<T>): Promise<T> {
    this.#checkOpen();
    return this.#until(promise);
  }

  /** Waits for something of the machine that the simulation runs on (a file that is loaded, a container): time stands still meanwhile. */
  async real<T>(promise: Promise<T>): Promise<T> {
    this.#loop.pending++;
    try {
      return await promise;
    } finally {
      this.#loop.pending--;
    }
  }

  async #until<T>(promise: Promise<T>): Promise<T> {
    this.#waits++;
    this.#waiting++;
    try {
      await this.#installed.ready;
      return await this.#loop.until(promise);
    } finally {
      this.#waiting--;
    }
  }

  // What is seen.

  /** Notes something, with the virtual time and the host that says it. */
  log(...what: readonly unknown[]): void {
    const { name = '-' } = currentLife() ?? {};
    const words = what.map((each) => (typeof each === 'string' ? each : inspected(each)));
    this.#log.add(`${secondsOf(this.world.now())} ${name}: ${words.join(' ')}`);
  }

  /** What was logged. */
  get logged(): readonly string[] {
    return this.#log.kept;
  }

  /**
   * Says that something was seen, or (with false) that it might be: over the runs of `simulate(options, scenario)` each
   * has to be seen at least once, or what it stands for was not tested.
   */
  sometimes(what: string, holds = true): void {
    this.#seen.set(what, holds || (this.#seen.get(what) ?? false));
  }

  /** @internal */
  get seen(): ReadonlyMap<string, boolean> {
    return this.#seen;
  }

  /** @internal Tells everything that has to be the same in a second run. */
  observe(told: (event: string) => void): void {
    this.trace.onLine = told;
    this.#log.onLine = told;
    this.#loop.observe = (what, name) => told(`${this.world.now()} ${name}: ${what}`);
  }

  get counters(): SimulationCounters {
    return { ...this.#loop.counters, segments: this.trace.segments };
  }

  /** Throws unless the fault has met something. @throws SimulationError ERR_SIM_UNUSED_FAULT */
  fired(fault: Fault): void {
    if (fault.hits === 0) throw this.#failures.unused([fault]);
  }

  /** @internal The error with what was there when it came; the first of a simulation, once. */
  failed(error: unknown, host: string | null = null): unknown {
    return this.#failures.told(error, host);
  }

  /** What there is to be seen now, as it is told of a failure: ladders, sockets, timers; and files (see docs/sim.md). */
  report(host: string | null = null): string {
    if (this.#recorder === null || this.isQuiet) return '';
    const { text, folder } = reportOf(this, this.#recorder, host, this.#beginMs);
    this.reported = folder;
    return text;
  }

  /** Timers of programs that run, the next first. */
  get timers(): RunningTimer[] {
    return runningTimers(this.hosts.map(({ life }) => life));
  }

  #checkOpen(): void {
    if (this.#isOver) throw new SimulationError('ERR_SIM_ENDED', 'the simulation was disposed of');
  }

  // Its end.

  /** Everything ends: hosts lose their power, and Node is as it was. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const fault of this.#faults.all) fault.lift();
    for (const host of this.#hosts.all) {
      host.life.end();
      host.powerOff();
    }
    this.#loop.end();
    this.#failures.end();
    this.#installed.undo();
    this.world.close();
    active = null;
  }

  /**
   * The end of `await using`: `close`.
   * @throws SimulationError for a fault that met nothing, and a link to a host that was never made, unless something else has failed
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.finish(this.#waits > 0); // else what was to run has failed before
  }

  /** @internal The end of a simulation whose program has; `isWell`: as far as is known, it has not failed itself. */
  finish(isWell: boolean): void {
    const { failure, isFailureTold } = this.#loop;
    const untold = failure !== null && !isFailureTold ? failure : null;
    // Who still waits is told what is wrong.
    const isQuiet = this.#waiting === 0 && !this.#isOver && !this.#failures.isTold && failure === null;
    const mistake = isWell && isQuiet ? this.#mistake() : null;
    this.close();
    if (untold !== null) throw untold.error;
    if (mistake !== null) throw mistake;
  }

  /** What shows at the end that the simulation is not what it was meant to be. */
  #mistake(): SimulationError | null {
    const { missing, names } = this.#network;
    if (missing.length > 0)
      return this.#failures.error(
        'ERR_SIM_HOST',
        `there was a link to '${missing.join("', '")}', and never such a host: there are ${names.join(', ')}`,
      );
    const { unused } = this.#faults;
    return unused.length === 0 ? null : this.#failures.unused(unused);
  }

  info(): { readonly seed: number | string; readonly nowMs: number; readonly hosts: readonly string[] } {
    return { seed: this.seed, nowMs: this.now(), hosts: this.#hosts.all.map(({ name }) => name) };
  }
  toJSON(): ReturnType<Simulation['info']> {
    return this.info();
  }
  toString(): string {
    return `Simulation {seed ${this.seed}, at ${secondsOf(this.world.now())}, ${this.#hosts.all.length} hosts}`;
  }
}
