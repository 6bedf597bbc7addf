// A place for a host, and the host that runs there now: it can crash and come back, stand still, and have its
// clock set.

import type { Host, Listener, UdpSocket } from '../../src/host/index.ts';
import type { Node } from '../../src/sim/index.ts';
import { Memory } from '../../src/wire/index.ts';
import type { HostPlan } from './plan.ts';
import type { Plug } from './plug.ts';

/** A host that is looked at after every poll, and whose clock is ahead of the world's. */
export class Watched implements Node {
  readonly host: Host;
  readonly #ahead: { us: number };
  readonly #check: (host: Host) => void;
  #wake: ((atUs: number) => void) | null = null;

  constructor(host: Host, ahead: { us: number }, check: (host: Host) => void) {
    this.host = host;
    this.#ahead = ahead;
    this.#check = check;
  }
  poll(nowUs: number): void {
    this.host.poll(nowUs + this.#ahead.us);
    this.#check(this.host);
  }
  wakeAt(): number {
    return this.host.wakeAt() - this.#ahead.us;
  }
  setWaker(wake: (atUs: number) => void): void {
    this.#wake = wake;
    this.host.setWaker((us) => wake(us - this.#ahead.us));
  }
  describe(): string {
    return this.host.describe();
  }
  /** Its clock is set: it is polled now. */
  step(byUs: number): void {
    this.#ahead.us += byUs;
    this.#wake?.(0);
  }
}

/** A place for a host. */
export class Site {
  readonly index: number;
  readonly plan: HostPlan;
  readonly plug: Plug;
  host: Host | null = null;
  node: Watched | null = null;
  memory = new Memory();
  listeners = new Map<number, Listener>();
  udp: UdpSocket | null = null;
  boots = 0;
  /** By how much its clock is ahead of the world's. */
  readonly ahead: { us: number };
  /** It stands still; what its programs do when it runs again. */
  still: (() => void)[] | null = null;

  constructor(index: number, plan: HostPlan, plug: Plug) {
    this.index = index;
    this.plan = plan;
    this.plug = plug;
    this.ahead = { us: plan.aheadUs };
  }

  /** Does it now, or when the host runs again. */
  whenAwake(act: () => void): void {
    if (this.still === null) act();
    else this.still.push(act);
  }

  /** The host is gone, with all that it was about to do. */
  gone(): void {
    this.plug.pull();
    this.host = null;
    this.node = null;
    this.still = null;
    this.listeners = new Map();
  }
}
