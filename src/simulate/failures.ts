// What goes wrong in a simulation, whoever has made the mistake: which errors end it, what is said of each (the seed, the
// time, what there was to be seen), and that it is said once.

import type { World } from '../sim/index.ts';
import { amended, SimulationError, type SimulationErrorCode } from './errors.ts';
import { currentLife, type Life } from './life.ts';
import type { Loop } from './loop.ts';
import type { SimulatedHost } from './machine.ts';
import type { Fault } from './network/index.ts';
import { isOfProcess, tellProcess } from './node/index.ts';
import { originOf } from './running-timers.ts';
import { inspected, secondsOf } from './units.ts';

/** What of a simulation they are told of. */
export interface Failing {
  readonly seed: number | string;
  readonly world: World;
  readonly loop: Loop;
  /** What of the machine programs may use all the same. */
  readonly passthrough: readonly string[];
  isOver(): boolean;
  hostOf(life: Life): SimulatedHost | undefined;
  /** What there is to be seen now. */
  report(host: string | null): string;
}

/** See above; one for each simulation. */
export class Failures {
  /** The first has been told. */
  isTold = false;
  readonly #of: Failing;
  readonly #emit: typeof process.emit;

  /** From now on what would end the process is looked at, until `end`. */
  constructor(of: Failing) {
    this.#of = of;
    this.#emit = process.emit;
    process.emit = this.#emitted as typeof process.emit;
  }

  /** The process is as it was. */
  end(): void {
    Reflect.deleteProperty(process, 'emit'); // it is the prototype's
    if (process.emit !== this.#emit) process.emit = this.#emit;
  }

  /** An error with the seed and the time. */
  error(code: SimulationErrorCode, message: string, cause?: unknown): SimulationError {
    return new SimulationError(code, `${message}\n${this.#where()}`, { seed: this.#of.seed, cause });
  }

  #where(): string {
    const { seed, world } = this.#of;
    return `(seed ${seed}, at ${secondsOf(world.now())} of virtual time; SYNFIN_SEED=${seed} repeats it)`;
  }

  /** The error with what was there when it came; the first of a simulation, once. `host`: where. */
  told(error: unknown, host: string | null): unknown {
    if (this.isTold || this.#of.isOver()) return error;
    this.isTold = true;
    const isPlaced = error instanceof Error && error.message.includes(this.#where());
    const where = isPlaced ? '' : `${this.#where()}\n`;
    return amended(error, `${where}${this.#of.report(host)}`, this.#of.seed);
  }

  /** Faults that met nothing. */
  unused(faults: readonly Fault[]): SimulationError {
    const all = faults.map((fault) => `\n  ${fault}`).join('');
    return this.error(
      'ERR_SIM_UNUSED_FAULT',
      `a fault that met nothing tests nothing:${all}\nLet traffic pass while it is there, or say fault.optional().`,
    );
  }

  /** A callback threw: its program is told where it listens, else its host, or the simulation ends. */
  threw(error: unknown, life: Life | null): void {
    const host = life === null ? undefined : this.#of.hostOf(life);
    if (host === undefined || life === null) {
      this.#of.loop.fail(error);
      return;
    }
    try {
      if (!life.isDead && life.run(() => tellProcess(life, 'uncaughtException', error, 'uncaughtException')))
        return;
      host.threw(error, life);
    } catch (another) {
      host.threw(another, life);
    }
  }

  /** The program of a host has failed, and that is the simulation's end. */
  program(error: unknown, host: SimulatedHost): void {
    const { loop } = this.#of;
    if (loop.failure !== null) return;
    const what = error instanceof Error ? `${error.name}: ${error.message}` : inspected(error);
    loop.fail(this.error('ERR_SIM_PROGRAM', `host ${host.name}: ${what}`, error));
  }

  /** A program uses what cannot be simulated; whether it is let through. */
  foreign(what: string, life: Life, stack: string): boolean {
    const { loop, passthrough } = this.#of;
    // Children have pipes.
    if (passthrough.includes(what) || (what === 'pipe' && passthrough.includes('child_process'))) return true;
    loop.fail(
      this.error(
        'ERR_SIM_UNSUPPORTED',
        `host ${life.name} uses ${what}, which is the machine's and has no virtual time: leave it out, or say passthrough: ['${what}']\n${originOf(stack)}`,
      ),
    );
    return false;
  }

  /** Nothing is pending, and somebody waits. */
  stalled(): SimulationError {
    const waiting = this.#of.world.waiting().map((line) => `\n  ${line}`);
    return this.error(
      'ERR_SIM_STALLED',
      `nothing is pending, and what is waited for has not come: no timer runs and no packet is under way; ${
        waiting.length === 0 ? 'no host waits for anything' : `hosts wait for:${waiting.join('')}`
      }`,
    );
  }

  /** Tells a program; whether it listens. What its listeners throw nobody has caught. */
  #tells(event: string, args: readonly unknown[], life: Life): boolean {
    try {
      return tellProcess(life, event, ...args);
    } catch (error) {
      this.threw(error, life);
      return true;
    }
  }

  /** What would have ended the process ends the program: errors that nobody has caught. */
  readonly #emitted = (event: string, ...args: unknown[]): boolean => {
    const life = currentLife();
    if (isOfProcess(event) && life !== null && !this.#of.isOver()) {
      const isFatal = event === 'unhandledRejection' || event === 'uncaughtException';
      if (life.isDead) return isFatal;
      // Without a listener a rejection becomes an exception (--unhandled-rejections=throw).
      const isHeard = event !== 'uncaughtException' && this.#tells(event, args, life);
      if (isFatal && !isHeard) this.threw(args[0], life);
      return isHeard || isFatal;
    }
    return (this.#emit as (...all: unknown[]) => boolean).call(process, event, ...args);
  };
}
