// Which host a piece of code is on, and which addresses are synfin's: what `register` asks for every socket.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Host } from '../../host/index.ts';
import { wrongKind } from '../../options/index.ts';
import { type IpAddress, inPrefix, parseAddress, parseCidr } from '../../wire/index.ts';
import { ANY_4, ANY_6, unmapped } from './addresses.ts';

/** When what a host tells a program is told: by the event loop, or by who simulates one. */
export interface Turns {
  /** In a later turn of the event loop. */
  later<T>(action: (of: T) => void, of: T): void;
  /** Before the next turn, as what the kernel's sockets tell first. */
  tick(action: () => void): void;
  /** As `later`, for a reader that is about to take octets. */
  read<T>(action: (of: T) => void, of: T): void;
  /** Whether a socket that is open keeps the process alive. */
  readonly keepAlive: boolean;
  /** The program is gone: nothing is told any more. */
  readonly isOver: boolean;
}

/** Where a piece of code runs. */
export interface Place {
  readonly host: Host;
  /** Default: the event loop of the process. */
  readonly turns?: Turns;
}

const places = new AsyncLocalStorage<Place>();

/**
 * Runs `program` on `host`: the sockets that it makes, and that what it starts makes, are on that host, when
 * `synfin/register` has been asked for. Connections of a server run on the server's host.
 */
export function onHost<T>(host: Host, program: () => T): T {
  return places.run({ host }, program);
}

/** The host of {@link onHost} that this code runs on, or null. */
export function currentHost(): Host | null {
  return places.getStore()?.host ?? null;
}

/** As {@link onHost}, with its own turns. */
export function onPlace<T>(place: Place, program: () => T): T {
  return places.run(place, program);
}

/** Calls an action on a place, as {@link onPlace}: for whoever does it again and again. */
export type Entry = <T>(action: (of: T) => void, of: T) => void;

let framed: boolean | null = null;

/** Whether what is set in the scope of a resource ends with it (AsyncContextFrame: Node 24), and does not stay with the resource. */
function hasFrames(): boolean {
  const probe = new AsyncLocalStorage<boolean>();
  const scope = new AsyncResource('SYNFIN_PROBE');
  scope.runInAsyncScope(() => probe.enterWith(true));
  const isLeft = scope.runInAsyncScope(() => probe.getStore()) === true;
  probe.disable();
  return !isLeft;
}

/** The way to a place from here: the context of other programs' storages is the one of this call. */
export function entryTo(place: Place): Entry {
  // Without frames a run costs an assignment; with them, two maps.
  if (!(framed ??= hasFrames())) return (action, of) => places.run(place, action, of);
  const scope = places.run(place, () => new AsyncResource('SYNFIN_PLACE'));
  return (action, of) => void scope.runInAsyncScope(action, undefined, of);
}

/** Runs `program` on no host. */
export function nowhere<T>(program: () => T): T {
  return places.exit(program);
}

/** The place of this code, or null. */
export function currentPlace(): Place | null {
  return places.getStore() ?? null;
}

// Taken now: a test may fake it later.
const { setImmediate } = globalThis;

const EVENT_LOOP: Turns = {
  later: (action, of) => void setImmediate(action, of),
  tick: (action) => process.nextTick(action),
  read: (action, of) => void setImmediate(action, of),
  keepAlive: true,
  isOver: false,
};

/** @internal The turns of this code's place. */
export function currentTurns(): Turns {
  return places.getStore()?.turns ?? EVENT_LOOP;
}

/** @internal Calls what a program waits for, outside of promises, where what it throws is its own. */
export function tellProgram(action: () => void): void {
  currentTurns().tick(AsyncResource.bind(action));
}

/** Addresses that are reached through synfin. */
export class Redirects {
  /** As they were given. */
  readonly networks: readonly string[];
  /** Whether a server on every address is synfin's. */
  readonly anyIsOurs: boolean;
  readonly #networks: { readonly address: IpAddress; readonly prefix: number }[] = [];
  #isOver = false;

  /** `networks` as `10.0.0.0/8`, `::1/128`; `listenOnAny`: whether a server on every address is synfin's. Throws TypeError. */
  constructor(networks: readonly string[], listenOnAny: boolean) {
    this.networks = networks;
    for (const [i, text] of networks.entries()) {
      const cidr = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
      if (cidr === null) throw wrongKind('register', `networks[${i}]`, text, 'a network, like 10.0.0.0/8');
      this.#networks.push(cidr);
    }
    this.anyIsOurs = listenOnAny;
  }

  /** The registration was taken back: nothing is synfin's any more. */
  get isOver(): boolean {
    return this.#isOver;
  }
  end(): void {
    this.#isOver = true;
  }

  /** Nothing that this code makes is synfin's: all is over, or only code on a host is concerned, and this is on none. */
  get isNone(): boolean {
    return this.#isOver || (this.#networks.length === 0 && !this.anyIsOurs && currentHost() === null);
  }

  /** Whether packets to `address` go through synfin. */
  has(address: string): boolean {
    if (this.#isOver) return false;
    const plain = unmapped(address);
    if (plain === ANY_4) return this.has('127.0.0.1');
    if (plain === ANY_6) return this.has('::1');
    const parsed = parseAddress(plain);
    return (
      parsed !== null &&
      this.#networks.some(({ address: network, prefix }) => inNetwork(parsed, network, prefix))
    );
  }

  /** Whether a socket that is bound to `address` is synfin's. */
  hasLocal(address: string): boolean {
    const plain = unmapped(address);
    return plain === ANY_4 || plain === ANY_6 ? this.anyIsOurs && !this.#isOver : this.has(plain);
  }
}

function inNetwork({ family, w0, w1, w2, w3 }: IpAddress, network: IpAddress, prefix: number): boolean {
  return family === network.family && inPrefix(w0, w1, w2, w3, network, prefix);
}
