// The network of a simulation: which links there are, and by which of them packets go. Hosts between which nobody has said
// anything have a link of their own, made with their first packet. Where switches join hosts, packets go by the fewest links.

import type { Connection } from '../../host/index.ts';
import type { World } from '../../sim/index.ts';
import { parseAddress } from '../../wire/index.ts';
import type { Faults } from './fault.ts';
import { Link, type LinkEnd } from './link.ts';
import type { LinkOptions } from './link-options.ts';
import { resetOf } from './reset.ts';

/** A host, as the network sees it. */
export interface Attached extends LinkEnd {
  /** From 1: the last two octets of its addresses. */
  readonly index: number;
  /** Those of its stack. */
  readonly connections: readonly Connection[];
}

/** Who sees links when they are made. */
export type LinkMade = (link: Link) => void;

/** A place in the network by its name: links may be asked for before there is a host of it. */
class End implements LinkEnd {
  readonly name: string;
  /** What is there; null: nothing yet. */
  target: LinkEnd | null = null;
  /** Links that were asked for. */
  readonly links = new Set<Link>();

  constructor(name: string) {
    this.name = name;
  }
  get passesOn(): boolean {
    return this.target instanceof Switch;
  }
  deliver(off: number, len: number): boolean {
    return this.target?.deliver(off, len) ?? false;
  }
}

/** What joins links and has no program: a switch, a router without rules of its own. */
export class Switch implements LinkEnd {
  readonly name: string;
  readonly #forward: (off: number, len: number) => boolean;

  /** @internal */
  constructor(name: string, forward: (off: number, len: number) => boolean) {
    this.name = name;
    this.#forward = forward;
  }

  /** Passes a packet on; whether there was a way. */
  deliver(off: number, len: number): boolean {
    return this.#forward(off, len);
  }
}

/** See above. */
export class Network {
  readonly #world: World;
  readonly #defaults: (a: LinkEnd, b: LinkEnd) => LinkOptions;
  readonly #faults: Faults;
  readonly #made: LinkMade;
  /** By index - 1. */
  readonly #hosts: End[] = [];
  readonly #attached: Attached[] = [];
  readonly #ends = new Map<string, End>();
  readonly #links = new Map<string, Link>();
  /** The next link from an end to a host. */
  #routes = new Map<End, Map<End, Link | null>>();
  /** Packets for nobody. */
  unroutable = 0;

  constructor(
    world: World,
    defaults: (a: LinkEnd, b: LinkEnd) => LinkOptions,
    faults: Faults,
    made: LinkMade,
  ) {
    this.#world = world;
    this.#defaults = defaults;
    this.#faults = faults;
    this.#made = made;
  }

  get links(): Link[] {
    return [...this.#links.values()];
  }

  /** Names of hosts and switches that there are. */
  get names(): string[] {
    return [...this.#ends.values()].filter(({ target }) => target !== null).map(({ name }) => name);
  }
  /** Names that links were asked for, and that are of nobody. */
  get missing(): string[] {
    return [...this.#ends.values()].filter(({ target }) => target === null).map(({ name }) => name);
  }
  has(name: string): boolean {
    return (this.#ends.get(name)?.target ?? null) !== null;
  }

  #end(name: string): End {
    let end = this.#ends.get(name);
    if (end === undefined) {
      end = new End(name);
      this.#ends.set(name, end);
    }
    return end;
  }

  /** A host is there. */
  add(host: Attached): void {
    const end = this.#end(host.name);
    end.target = host;
    this.#hosts[host.index - 1] = end;
    this.#attached.push(host);
  }

  addSwitch(name: string): Switch {
    const end = this.#end(name);
    const made = new Switch(name, (off, len) => this.#forward(end, off, len));
    end.target = made;
    this.#routes = new Map();
    return made;
  }

  /** The link between two ends by name: from now on packets go by it. */
  link(a: string, b: string): Link {
    const [one, other] = [this.#end(a), this.#end(b)];
    const link = this.#between(one, other);
    one.links.add(link);
    other.links.add(link);
    this.#routes = new Map();
    return link;
  }

  #between(a: End, b: End): Link {
    const key = a.name < b.name ? `${a.name} ${b.name}` : `${b.name} ${a.name}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new Link(this.#world, a, b, this.#defaults(a, b), this.#faults, (of, port) =>
        this.#reset(of, port),
      );
      this.#links.set(key, link);
      this.#made(link);
    }
    return link;
  }

  /** A packet leaves a host; its block is the network's. */
  send(from: Attached, off: number, len: number): void {
    if (!this.#forward(this.#end(from.name), off, len)) this.#world.memory.free(off, len);
  }

  /** A packet at an end goes on. False: there is no way. */
  #forward(from: End, off: number, len: number): boolean {
    const { u8 } = this.#world.memory;
    const at = off + ((u8[off] as number) >> 4 === 4 ? IPV4_LAST : IPV6_LAST);
    const to = this.#hosts[(((u8[at] as number) << 8) | (u8[at + 1] as number)) - 1];
    const link = to === undefined || to === from ? null : this.#route(from, to);
    if (link === null) {
      this.unroutable++;
      return false;
    }
    link.send(from, off, len);
    return true;
  }

  #reset(link: Link, port: number | undefined): number {
    let hits = 0;
    for (const host of this.#attached)
      for (const connection of host.connections) {
        const { state, localPort, remotePort } = connection;
        if (state === 'CLOSED' || (port !== undefined && localPort !== port && remotePort !== port)) continue;
        const entry = this.#entry(this.#end(host.name), connection.remoteAddress, link);
        if (entry === null) continue;
        link.wire.inject(entry === link.a ? 'b->a' : 'a->b', resetOf(connection));
        hits++;
      }
    return hits;
  }

  /** The end of a link by which packets enter it, on their way from a host to an address of another; null: they do not. */
  #entry(from: End, address: string, link: Link): LinkEnd | null {
    const words = parseAddress(address);
    const to = words === null ? undefined : this.#hosts[(words.w3 & 0xffff) - 1];
    if (to === undefined) return null;
    for (let at = from; at !== to; ) {
      const next = this.#route(at, to);
      if (next === null || next === link) return next === null ? null : at;
      at = (next.a === at ? next.b : next.a) as End;
    }
    return null;
  }

  #route(from: End, to: End): Link | null {
    let routes = this.#routes.get(from);
    if (routes === undefined) {
      routes = new Map();
      this.#routes.set(from, routes);
    }
    let link = routes.get(to);
    if (link === undefined) {
      // Where nobody has said anything: straight, unless a switch ought to know.
      link = searched(from, to) ?? (from.passesOn ? null : this.#between(from, to));
      routes.set(to, link);
    }
    return link;
  }
}

/** Where the last two octets of the destination are, in the headers of both families. */
const IPV4_LAST = 18;
const IPV6_LAST = 38;

/** The first of the fewest links from one end to another; hosts do not pass on. */
function searched(from: End, to: End): Link | null {
  const first = new Map<LinkEnd, Link | null>([[from, null]]);
  const queue: End[] = [from];
  for (const end of queue) {
    if (end !== from && !end.passesOn) continue;
    for (const link of end.links) {
      const next = (link.a === end ? link.b : link.a) as End;
      if (first.has(next)) continue;
      first.set(next, first.get(end) ?? link);
      if (next === to) return first.get(next) ?? null;
      queue.push(next);
    }
  }
  return null;
}
