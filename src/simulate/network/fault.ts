// A fault: something that befalls packets or a host from now on until it is lifted, and that counts what it hit.

import { secondsOf } from '../units.ts';

/** What the kinds of faults are called. */
export type FaultKind =
  | 'loss'
  | 'delay'
  | 'jitter'
  | 'reorder'
  | 'duplicate'
  | 'corrupt'
  | 'rate'
  | 'mtu'
  | 'partition'
  | 'hold'
  | 'reset'
  | 'blackhole'
  | 'nat'
  | 'rule'
  | 'slow reader'
  | 'crash'
  | 'power off'
  | 'pause'
  | 'clock skew';

/** How a fault does what it does. */
export interface FaultAction {
  /** What it has hit so far: packets, connections, or callbacks that had to wait. */
  hits(): number;
  lift(): void;
}

/**
 * A fault at work. With `using` it is lifted at the end of the block:
 *
 * ```ts
 * using cut = link.partition();
 * ```
 */
export class Fault {
  readonly kind: FaultKind;
  /** For people: `partition of api-db`. */
  readonly text: string;
  /** Virtual time of its beginning, µs. */
  readonly fromUs: number;
  /** Of its end; null while it is at work. */
  untilUs: number | null = null;
  /** One that meets nothing is no mistake. */
  isOptional = false;
  readonly #action: FaultAction;
  readonly #now: () => number;
  #hits = 0;

  /** @internal */
  constructor(kind: FaultKind, text: string, now: () => number, action: FaultAction) {
    this.kind = kind;
    this.text = text;
    this.#now = now;
    this.fromUs = now();
    this.#action = action;
  }

  /** What it has hit: packets (of `reset` connections, of `pause` callbacks that waited). */
  get hits(): number {
    return this.untilUs === null ? this.#action.hits() : this.#hits;
  }

  /** It may meet nothing: by default a fault without hits fails the simulation at its end. */
  optional(): this {
    this.isOptional = true;
    return this;
  }

  /** The end of it. Again: nothing. */
  lift(): void {
    if (this.untilUs !== null) return;
    this.#hits = this.#action.hits();
    this.untilUs = this.#now();
    this.#action.lift();
  }

  [Symbol.dispose](): void {
    this.lift();
  }

  /** `partition of api-db, 1.000 s to 3.000 s: 12 hits`. */
  toString(): string {
    const until = this.untilUs === null ? 'now' : secondsOf(this.untilUs);
    return `${this.text}, ${secondsOf(this.fromUs)} to ${until}: ${this.hits} hits`;
  }
}

/** All faults of a simulation. */
export class Faults {
  readonly all: Fault[] = [];
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  add(kind: FaultKind, text: string, action: FaultAction): Fault {
    const fault = new Fault(kind, text, this.now, action);
    this.all.push(fault);
    return fault;
  }

  /** Those that met nothing and should have. */
  get unused(): Fault[] {
    return this.all.filter(({ hits, isOptional }) => hits === 0 && !isOptional);
  }
}
