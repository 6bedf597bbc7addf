// Where a packet goes next (RFC 1122 section 3.3.1, RFC 4861 section 5.2): the route with the longest
// prefix that holds the destination. A host has few routes: a sorted list and a memory of one answer.

import { type IpAddress, inPrefix, isMapped, networkOf } from '../../wire/index.ts';

/** A way to a network. */
export interface Route {
  /** Host bits are cleared by the table. IPv4 and IPv6 never match each other. */
  readonly network: IpAddress;
  /** Bits of the network's family, 0..32 or 0..128. */
  readonly prefix: number;
  /** The host's number of the interface. */
  readonly iface: number;
  /** The next hop, or null when the destination is on the link. */
  readonly gateway: IpAddress | null;
  /** The source address that packets along this route should have, or null: the interface's. */
  readonly source: IpAddress | null;
}

/** The routes of a host. Bounded by its configuration: nothing received may add to it. */
export class RouteTable {
  /** Longest prefix first, of equal ones the older. */
  readonly #routes: Route[] = [];
  /** The last destination looked up, and its route; `undefined` after a change. */
  #last: Route | null | undefined = undefined;
  #last0 = 0;
  #last1 = 0;
  #last2 = 0;
  #last3 = 0;

  /** All routes, in the order in which they are tried. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** Adds a route and returns it as kept, with the network's host bits cleared. */
  add(route: Route): Route {
    const max = route.network.family === 4 ? 32 : 128;
    if (!(Number.isInteger(route.prefix) && route.prefix >= 0 && route.prefix <= max))
      throw new RangeError(`prefix ${route.prefix}`);
    if (route.gateway !== null && route.gateway.family !== route.network.family)
      throw new RangeError(`gateway ${route.gateway} for ${route.network}`);
    const kept: Route = { ...route, network: networkOf(route.network, route.prefix) };
    let i = 0;
    while (i < this.#routes.length && (this.#routes[i] as Route).prefix >= kept.prefix) i++;
    this.#routes.splice(i, 0, kept);
    this.#last = undefined;
    return kept;
  }

  /** Removes a route that `add` returned; false when it is not here. */
  remove(route: Route): boolean {
    const i = this.#routes.indexOf(route);
    if (i < 0) return false;
    this.#routes.splice(i, 1);
    this.#last = undefined;
    return true;
  }

  /** Removes the routes of an interface. */
  removeInterface(iface: number): void {
    for (let i = this.#routes.length - 1; i >= 0; i--)
      if ((this.#routes[i] as Route).iface === iface) this.#routes.splice(i, 1);
    this.#last = undefined;
  }

  /** The route to a destination, or null: network unreachable. */
  lookup(d0: number, d1: number, d2: number, d3: number): Route | null {
    if (
      this.#last !== undefined &&
      d3 === this.#last3 &&
      d2 === this.#last2 &&
      d1 === this.#last1 &&
      d0 === this.#last0
    )
      return this.#last;
    const route = this.#search(d0, d1, d2, d3);
    this.#last = route;
    this.#last0 = d0;
    this.#last1 = d1;
    this.#last2 = d2;
    this.#last3 = d3;
    return route;
  }

  #search(d0: number, d1: number, d2: number, d3: number): Route | null {
    const family = isMapped(d0, d1, d2) ? 4 : 6;
    for (let i = 0; i < this.#routes.length; i++) {
      const route = this.#routes[i] as Route;
      const network = route.network;
      if (network.family === family && inPrefix(d0, d1, d2, d3, network, route.prefix)) return route;
    }
    return null;
  }
}
