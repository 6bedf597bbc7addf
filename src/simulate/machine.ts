// A host of a simulation: a machine with a name, addresses, and a program, which is made anew each time it starts.

import type { ProfileName } from '../host/index.ts';
import { flag, func, needed, nested, oneOf, Schema } from '../options/index.ts';
import type { World } from '../sim/index.ts';
import { type TcpConfig, tcpOptions } from '../tcp/index.ts';
import { SimulationError } from './errors.ts';
import { Kernel } from './kernel.ts';
import { Life } from './life.ts';
import type { Loop } from './loop.ts';
import { type NetstatRow, netstatOf } from './netstat.ts';
import type { Fault, FaultKind, Faults, Network } from './network/index.ts';
import { SIGNALS, takesSignal, tellProcess } from './node/index.ts';
import { bpsOf, type Duration, duration, type Rate, rate, usOf } from './units.ts';

/** The program of a host: called at each start. What it returns, or a promise of it, nobody looks at. */
export type Program = (self: ProgramContext) => unknown;

/** What a program is told. */
export interface ProgramContext {
  /** Its host. */
  readonly host: SimulatedHost;
  /** Which start this is, from 1. */
  readonly life: number;
}

/** Options of `sim.host`. */
export interface SimulatedHostOptions {
  /** Settings of its connections. */
  tcp?: Partial<TcpConfig>;
  /** What its TCP is like. Default 'linux'. */
  profile?: ProfileName;
  /**
   * What becomes of the simulation when the program fails (what it returned rejects, an exception or a rejection that
   * nobody has caught): 'fail', the default, ends it with the error; 'crash' lets the host crash.
   */
  onError?: 'fail' | 'crash';
  /** @internal Its program comes to an end by itself: somebody waits for what it returns. */
  returns?: boolean;
}

export const simulatedHostOptions = new Schema<SimulatedHostOptions>('sim.host', {
  tcp: nested(tcpOptions),
  profile: oneOf('rfc', 'linux', 'freebsd'),
  onError: oneOf('fail', 'crash'),
  returns: flag,
});

const pauseOptions = new Schema<{ vm?: boolean }>('pause', { vm: flag });
const skewOptions = new Schema<{ time: Duration; behind?: boolean }>('skew', {
  time: needed(duration),
  behind: flag,
});
const signalOptions = new Schema<{ name: NodeJS.Signals }>('signal', { name: needed(oneOf(...SIGNALS)) });
const readOptions = new Schema<{ rate: Rate }>('slowReader', { rate: needed(rate) });

export const programKind = func;

/** What a host needs of its simulation. */
export interface Surroundings {
  readonly world: World;
  readonly network: Network;
  readonly loop: Loop;
  readonly faults: Faults;
  readonly servers: readonly string[];
  readonly ipv6: boolean;
  /** Where its names are set. */
  named(host: SimulatedHost): void;
  /** Its program has failed. */
  failed(error: unknown, host: SimulatedHost): void;
}

/** A host of a simulation; see {@link Simulation.host}. */
export class SimulatedHost {
  readonly name: string;
  /** @internal */
  readonly index: number;
  readonly #in: Surroundings;
  readonly #program: Program;
  readonly #options: SimulatedHostOptions;
  #kernel: Kernel;
  #kernels = 0;
  #lives = 0;
  #life: Life;
  #exitCode: number | null = null;

  /** @internal */
  constructor(
    name: string,
    index: number,
    program: Program,
    options: SimulatedHostOptions,
    surroundings: Surroundings,
  ) {
    this.name = name;
    this.index = index;
    this.#program = program;
    this.#options = options;
    this.#in = surroundings;
    surroundings.network.add(this);
    this.#kernel = this.#powerOn();
    this.#life = this.#newLife();
  }

  #powerOn(): Kernel {
    const { world, network, loop, ipv6 } = this.#in;
    const { profile, tcp } = this.#options;
    return new Kernel(world, network, this, {
      ipv6,
      life: ++this.#kernels,
      profile,
      tcp,
      woke: () => loop.woke(),
    });
  }

  #newLife(): Life {
    const { world, loop } = this.#in;
    const random = world.random.fork(`program ${this.name} ${++this.#lives}`);
    const skewUs = this.#life?.skewUs ?? 0;
    const life = new Life(this.name, this.#lives, this.#kernel.host, loop, random);
    life.skewUs = skewUs;
    this.#in.named(this);
    return life;
  }

  /** @internal Starts the program when time begins to move; what comes of it, which somebody has to look at. */
  start(): Promise<unknown> {
    const life = this.#life;
    return new Promise((resolve) =>
      life.later(() => resolve((async () => this.#program({ host: this, life: life.number }))()), null),
    );
  }

  /** @internal Starts the program, whose failure is the host's. */
  boot(): void {
    const life = this.#life;
    this.start().catch((error: unknown) => this.threw(error, life));
  }

  /** @internal An error that nobody has caught, of a life of it. */
  threw(error: unknown, life: Life): void {
    if (life.isDead) return;
    if (this.#options.onError === 'crash') this.#die();
    else this.#in.failed(error, this);
  }

  /** @internal Its program says `process.exit`. Whatever is not 0 is a failure of it, and so is any end of who has to return. */
  exits(code: number, life: Life): void {
    if (life !== this.#life || life.isDead) return;
    tellProcess(life, 'exit', code);
    this.#exitCode = code;
    const isFailure = code !== 0 || this.#options.returns === true;
    if (isFailure && this.#options.onError !== 'crash')
      this.#in.failed(new Error(`process.exit(${code})`), this);
    this.#die();
  }

  /** The code that its program has ended itself with (`process.exit`), in the last life that did; null: none has. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Its addresses; the first is IPv4. */
  get addresses(): readonly string[] {
    return this.#kernel.addresses;
  }
  /** Its IPv4 address. */
  get address(): string {
    return this.addresses[0] as string;
  }
  /** The stack that it has now: a new one after a power failure. */
  get stack(): Life['host'] {
    return this.#kernel.host;
  }
  /** Whether its program runs. */
  get isUp(): boolean {
    return !this.#life.isDead;
  }
  /** How often its program was started. */
  get lives(): number {
    return this.#lives;
  }
  /** @internal */
  get life(): Life {
    return this.#life;
  }

  /** Runs code as its program does: sockets, names, timers and clocks are the host's. @throws SimulationError when it is down */
  run<T>(program: () => T): T {
    if (this.#life.isDead)
      throw new SimulationError('ERR_SIM_HOST', `host '${this.name}' is down: restart() it first`);
    return this.#life.run(program);
  }

  /** Its listeners and connections. */
  netstat(): NetstatRow[] {
    return netstatOf(this.#kernel.host);
  }

  // What befalls it.

  /**
   * Its process dies: timers, sockets and what they were about to write are gone. The kernel closes the sockets as any
   * does: FIN, or RST where something was not read; what comes later is answered with RST, new connections are refused.
   */
  crash(): Fault {
    const hits = this.#life.isDead ? 0 : 1;
    this.#die();
    return this.#at('crash', hits);
  }

  /**
   * Its process gets a signal: what `process.on(name)` was given is called. A program that does not listen dies of it as by a
   * crash, which is no fault; of SIGKILL any does. How a service is told to end in good order.
   * @throws OptionTypeError, OptionRangeError, SimulationError when it is down
   */
  signal(name: NodeJS.Signals = 'SIGTERM'): void {
    signalOptions.check({ name });
    const life = this.#life;
    if (life.isDead)
      throw new SimulationError('ERR_SIM_HOST', `host '${this.name}' is down: restart() it first`);
    if (name === 'SIGKILL') this.#die();
    else
      life.later(() => {
        if (!takesSignal(life, name)) this.#die();
      }, null);
  }

  /** The power fails: nothing is said to anybody, and after a restart nothing is known of any connection. */
  powerOff(): Fault {
    const hits = this.#kernel.isOn ? 1 : 0;
    this.#life.end();
    this.#kernel.off();
    return this.#at('power off', hits);
  }

  /** The program starts again, after a crash of it when it runs. */
  restart(): void {
    this.#die();
    if (!this.#kernel.isOn) this.#kernel = this.#powerOn();
    this.#life = this.#newLife();
    this.boot();
  }

  #die(): void {
    if (this.#life.isDead) return;
    this.#life.end();
    if (this.#kernel.isOn) this.#kernel.closeAll();
  }

  /**
   * Its program stands still until the fault is lifted: a stop of the garbage collector. The kernel goes on: it
   * acknowledges until its buffers are full. With `vm` the whole machine stands still, and packets to it are lost.
   */
  pause(options: { readonly vm?: boolean } = {}): Fault {
    pauseOptions.check(options);
    const life = this.#life;
    const kernel = this.#kernel;
    const isVm = options.vm === true && kernel.isOn;
    life.pause();
    if (isVm) kernel.stop();
    const held = life.held;
    return this.#in.faults.add('pause', `pause of ${this.name}`, {
      hits: () => life.held - held + (isVm ? 1 : 0),
      lift: () => {
        if (isVm) kernel.go();
        life.resume();
      },
    });
  }

  /** Its wall clock (Date) is ahead by so much, or, with `behind`, late; monotonic clocks and timers are not. */
  skew(time: Duration, options: { readonly behind?: boolean } = {}): Fault {
    skewOptions.check({ time, ...options });
    const us = usOf(time, 'skew') * (options.behind === true ? -1 : 1);
    this.#life.skewUs += us;
    return this.#in.faults.add(
      'clock skew',
      `clock skew of ${this.name} by ${options.behind === true ? '-' : ''}${time}`,
      {
        hits: () => 1,
        lift: () => {
          this.#life.skewUs -= us;
        },
      },
    );
  }

  /** Its program takes at most so much of what comes: what it does not take closes the window of its peers. */
  slowReader(bits: Rate): Fault {
    readOptions.check({ rate: bits });
    const life = this.#life;
    const reads = life.slowReads;
    const octets = bpsOf(bits) / 8;
    life.readRates.push(octets);
    return this.#in.faults.add('slow reader', `slow reader on ${this.name}`, {
      hits: () => life.slowReads - reads,
      lift: () => void life.readRates.splice(life.readRates.indexOf(octets), 1),
    });
  }

  #at(kind: FaultKind, hits: number): Fault {
    const fault = this.#in.faults.add(kind, `${kind} of ${this.name}`, { hits: () => hits, lift: () => {} });
    fault.lift();
    return fault;
  }

  // What the network asks.

  /** @internal */
  deliver(off: number, len: number): boolean {
    return this.#kernel.deliver(off, len);
  }

  /** @internal */
  get connections(): Life['host']['connections'] {
    return this.#kernel.host.connections;
  }
}
