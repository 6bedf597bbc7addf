// The swarms of one simulation: what they have planned, and how it happens.

import type { World } from '../sim/index.ts';
import { DNS_NAME } from './dns.ts';
import type { SimulatedHost } from './machine.ts';
import type { Link } from './network/index.ts';
import { begin, type Planned, plannedText, planOf, type SwarmOptions } from './swarm.ts';

/** Where faults find their places. */
export interface Places {
  hosts(): readonly SimulatedHost[];
  links(): readonly Link[];
  /** Clients are spared unless they are named. */
  isClient(name: string): boolean;
  isOver(): boolean;
}

/** See above. */
export class Swarms {
  /** A line for each fault, for people; of those to come what is known. */
  readonly planned: string[] = [];
  /** Faults that are left out, by their place in the plan. */
  without: ReadonlySet<number> = new Set();
  readonly #world: World;
  readonly #places: Places;

  constructor(world: World, places: Places) {
    this.#world = world;
    this.#places = places;
  }

  /** Draws a swarm from the seed, and lets it come. */
  begin(options: SwarmOptions): void {
    const world = this.#world;
    const from = this.planned.length;
    for (const planned of planOf(world.random.fork(`swarm ${from}`), world.now(), options)) {
      const place = from + planned.index;
      this.planned.push(plannedText(planned, null));
      if (!this.without.has(place))
        world.schedule(planned.atUs, { run: () => this.#happen(planned, place, options) });
    }
  }

  #happen(planned: Planned, place: number, { hosts: names }: SwarmOptions): void {
    const { hosts, links, isClient, isOver } = this.#places;
    if (isOver()) return;
    const meant = hosts().filter(({ name }) =>
      names === undefined ? !isClient(name) : names.includes(name),
    );
    const isMeant = (end: string): boolean => names === undefined || names.includes(end);
    const lines = links().filter(({ ends }) => ends.some(isMeant) && !ends.includes(DNS_NAME));
    const begun = begin(planned, lines, meant);
    this.planned[place] = plannedText(planned, begun?.fault ?? null);
    if (begun === null) return;
    const { fault, host } = begun;
    this.#world.schedule(this.#world.now() + planned.forUs, {
      run: () => {
        if (isOver()) return;
        fault.lift();
        if (host?.isUp === false) host.restart();
      },
    });
  }
}
