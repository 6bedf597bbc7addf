// Random walks of two real hosts on a simulated wire: every option on, segments lost, copied, delayed and out of order, the
// connection opened again and again on the same ports. Every event of either host is held against the theory.

import type { Connection } from '../../../host/index.ts';
import { Random, type WireConfig, World } from '../../../sim/index.ts';
import type { Rules } from '../../../tcp/index.ts';
import type { Theory } from '../theory.ts';
import { Abstraction } from './abstraction.ts';
import { type EngineStep, Explainer } from './explain.ts';
import { INCARNATIONS } from './finite.ts';
import { TooMany, WatchedHost } from './watched-host.ts';

/** What is walked in. */
export interface HostsConfig {
  readonly id: string;
  readonly about: string;
  /** Whether the second host listens, or opens actively, too. */
  readonly listens: boolean;
  /** Whether programs go away, both directions closed. */
  readonly detaches?: boolean;
  /** The listener answers every SYN with a cookie. */
  readonly cookies?: boolean;
  /** Text goes with the SYN (RFC 7413). */
  readonly fastOpen?: boolean;
}

/** What differs from walks that must be explained. */
export interface HostsOptions {
  /** Of both hosts. Default: RFC 9293's. */
  readonly rules?: Rules;
  /** True: what the theory takes for impossible is looked at, too. */
  readonly goesOn?: boolean;
}

/** What lasts, in a walk, ends in it; the window is what the ISN's clock counts in a millisecond, so that numbers keep apart. */
const TCP = {
  receiveBuffer: 256,
  receiveBufferMax: 256,
  receiveBufferTuning: false,
  mslMs: 1000,
  initialRtoMs: 1000,
  r2Ms: 8000,
  synR2Ms: 8000,
  synAckR2Ms: 8000,
  finWait2Ms: 5000,
  userTimeoutMs: 0,
} as const;

const WIRE: WireConfig = { delayUs: 5000, jitterUs: 40_000, loss: 0.1, duplicate: 0.1 };

const PORTS = [1000, 2000] as const;
const ADDRESSES = ['10.0.0.1', '10.0.0.2'] as const;
/** Writes of a connection, and octets of each at most. */
const WRITES = 3;
const OCTETS = 3;
/** Events and calls after which a walk begins anew. */
const LONGEST = 600;

/** Walks of two hosts against one theory. */
export class HostsBridge {
  readonly theory: Theory;
  readonly config: HostsConfig;
  readonly explainer: Explainer;
  transitions = 0;
  unexplained = 0;
  /** Walks that came to what the theory takes for impossible, and ended there. */
  outside = 0;
  first: EngineStep | string | null = null;
  readonly #abstraction: Abstraction;
  readonly #rules: Rules | undefined;

  readonly #goesOn: boolean;

  constructor(theory: Theory, config: HostsConfig, options: HostsOptions = {}) {
    this.theory = theory;
    this.config = config;
    this.#rules = options.rules;
    this.#abstraction = new Abstraction({ textInSyn: config.fastOpen === true });
    this.#goesOn = options.goesOn ?? false;
    this.explainer = new Explainer(theory, this.#abstraction);
  }

  /** Different questions so far, and the actions of the explanations. */
  get questions(): number {
    return this.explainer.questions;
  }
  get used(): Iterable<string> {
    return this.explainer.used.keys();
  }

  /** One walk; the same seed, the same walk. */
  walk(seed: string): void {
    const { cookies, fastOpen = false, listens } = this.config;
    this.#abstraction.reset();
    const world = new World({ seed });
    const random = new Random(`${seed} program`);
    const options = { tcp: TCP, ...(this.#rules === undefined ? {} : { rules: this.#rules }) };
    let over = false;
    const tell = (step: EngineStep | RangeError): void => {
      over ||= !this.#goesOn && hosts.some(({ outside }) => outside);
      if (!over) over = !this.#isExplained(step);
    };
    const hosts = ADDRESSES.map((address, i) => {
      const host = world.host(i === 0 ? 'a' : 'b', `${address}/24`, options);
      return new WatchedHost(host, i as 0 | 1, this.#abstraction, tell);
    }) as [WatchedHost, WatchedHost];
    const [a, b] = hosts;
    a.peer = b;
    b.peer = a;
    world.wire(a.host, b.host, WIRE);
    if (listens) {
      b.host.listen({
        port: PORTS[1],
        ...(cookies === true ? { synCookies: 'always' } : {}),
        ...(fastOpen ? { fastOpen: 16 } : {}),
      });
    }
    try {
      for (let n = 0; n < LONGEST && !over; n++) {
        if (random.int(6) === 0 || !world.step()) this.#program(hosts[random.int(2)] as WatchedHost, random);
        for (const host of hosts) host.settle();
      }
    } catch (error) {
      // More incarnations than the theory is held against: the walk ends before it is looked at.
      if (!(error instanceof TooMany)) throw error;
    }
    if (hosts.some(({ outside }) => outside)) this.outside++;
    for (const { host } of hosts) host.tap = null;
    world.close();
  }

  #isExplained(step: EngineStep | RangeError): boolean {
    this.transitions++;
    try {
      if (step instanceof RangeError) throw step;
      if (this.explainer.explain(step) !== null) return true;
      this.first ??= step;
    } catch (error) {
      // A number that no rule gives.
      if (!(error instanceof RangeError)) throw error;
      this.first ??= error.message;
    }
    this.unexplained++;
    return false;
  }

  /** What the program of a host does next, by dice. */
  #program(watched: WatchedHost, random: Random): void {
    const c = watched.connection;
    if (c === null) this.#open(watched, random);
    else this.#use(watched, c, random);
  }

  #open(watched: WatchedHost, random: Random): void {
    const { listens, fastOpen = false } = this.config;
    const { index, host, incarnations } = watched;
    if ((listens && index === 1) || incarnations === INCARNATIONS) return;
    const early = fastOpen ? octets(random) : null;
    watched.call('open', () => {
      try {
        const c = host.open({
          address: ADDRESSES[1 - index] as string,
          port: PORTS[1 - index] as number,
          localPort: PORTS[index],
          ...(early === null ? {} : { fastOpen, early }),
        });
        c.closed.catch(() => undefined);
      } catch (error) {
        // The one in TIME-WAIT does not make room.
        if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
      }
    });
  }

  #use(watched: WatchedHost, c: Connection, random: Random): void {
    const dice = random.int(16);
    if (dice < 5) watched.call('read', () => c.take());
    else if (dice < 10) {
      if (c.bytesWritten < WRITES * OCTETS - OCTETS) watched.call('write', () => c.offer(octets(random)));
    } else if (dice < 13) watched.call('close', () => ended(c.end()));
    else if (dice === 13 && this.config.detaches === true) watched.call('detach', () => c.close());
    else if (dice === 14 && random.int(4) === 0) watched.call('abort', () => c.abort());
  }
}

function octets(random: Random): Uint8Array {
  return new Uint8Array(1 + random.int(OCTETS));
}

/** What becomes of an `end` is the connection's business. */
function ended(promise: Promise<void>): void {
  promise.catch(() => undefined);
}
