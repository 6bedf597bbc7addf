// Who means well: a client with one long connection that asks and is answered in turn, and with short ones
// that open, ask once and close. All in callbacks: no promise waits for virtual time.

import type { Connection, ConnectionHandler, Host } from '../../src/host/index.ts';
import type { Action, World } from '../../src/sim/index.ts';

/** Port of the service that the client uses. */
export const SERVICE = 80;
const REQUEST = new Uint8Array(100).fill(0x51);
export const ANSWER = new Uint8Array(4000).fill(0x41);
const THINK_US = 10_000;
const OPEN_EVERY_US = 100_000;
/** A short connection that has no answer by then has failed. */
const GIVE_UP_US = 5_000_000;

/** Answers every 100 octets by 4000. */
export const service: ConnectionHandler = {
  readable(c: Connection): void {
    while (c.readableLength >= REQUEST.length && c.writableLength >= ANSWER.length) {
      c.discard(REQUEST.length);
      c.offer(ANSWER);
    }
    if (c.eof) c.close();
  },
};

/** What the client saw in one phase. Times are virtual. */
export class Experience {
  requests = 0;
  octets = 0;
  sinceUs = 0;
  untilUs = 0;
  readonly latenciesUs: number[] = [];
  opens = 0;
  opened = 0;
  failed = 0;

  #sorted(): number[] {
    return this.latenciesUs.sort((a, b) => a - b);
  }
  get medianMs(): number {
    return (this.#sorted()[this.latenciesUs.length >> 1] ?? Number.NaN) / 1000;
  }
  get worstMs(): number {
    return (this.#sorted().at(-1) ?? Number.NaN) / 1000;
  }
  /** Octets of answers per second of virtual time. */
  get goodput(): number {
    return (this.octets / Math.max(this.untilUs - this.sinceUs, 1)) * 1e6;
  }
}

class Timer implements Action {
  readonly #act: () => void;
  constructor(act: () => void) {
    this.#act = act;
  }
  run(): void {
    this.#act();
  }
}

/** The client. */
export class Legit {
  now = new Experience();
  /** The long connection; null once it is gone. */
  long: Connection | null = null;
  /** How the long connection ended, if it did. */
  broken: string | null = null;
  /** Whether short connections are opened: off where only the long one is judged. */
  opening = true;
  readonly #world: World;
  readonly #host: Host;
  #stopped = false;

  constructor(world: World, host: Host) {
    this.#world = world;
    this.#host = host;
  }

  start(): void {
    this.#startLong();
    this.#openNext();
  }

  /** Ends a phase and begins the next; what the client saw in it. */
  phase(): Experience {
    const done = this.now;
    done.untilUs = this.#world.now();
    this.now = new Experience();
    this.now.sinceUs = done.untilUs;
    return done;
  }

  stop(): void {
    this.#stopped = true;
    this.long?.abort();
  }

  #after(us: number, act: () => void): void {
    this.#world.schedule(this.#world.now() + us, new Timer(act));
  }

  #startLong(): void {
    let askedUs = 0;
    let got = 0;
    const ask = (c: Connection): void => {
      if (c.ended || this.#stopped) return;
      askedUs = this.#world.now();
      got = 0;
      c.offer(REQUEST);
    };
    this.long = this.#host.open({
      address: '10.0.0.2',
      port: SERVICE,
      handler: {
        open: ask,
        readable: (c) => {
          got += c.discard();
          if (got < ANSWER.length) return;
          this.now.requests++;
          this.now.octets += got;
          this.now.latenciesUs.push(this.#world.now() - askedUs);
          this.#after(THINK_US, () => ask(c));
        },
        close: (_c, error) => {
          this.broken = error === null ? 'closed' : error.code;
          this.long = null;
        },
      },
    });
  }

  #openNext(): void {
    if (this.#stopped) return;
    if (this.opening) this.#openShort();
    this.#after(OPEN_EVERY_US, () => this.#openNext());
  }

  #openShort(): void {
    const phase = this.now;
    phase.opens++;
    let got = 0;
    let settled = false;
    const c = this.#host.open({
      address: '10.0.0.2',
      port: SERVICE,
      handler: {
        open: (it) => void it.offer(REQUEST),
        readable: (it) => {
          got += it.discard();
          if (got < ANSWER.length || settled) return;
          settled = true;
          phase.opened++;
          it.close();
        },
        close: () => {
          if (!settled) phase.failed++;
          settled = true;
        },
      },
    });
    this.#after(GIVE_UP_US, () => {
      if (!settled) c.abort();
    });
  }
}
