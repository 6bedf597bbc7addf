// Shapes of networks that are made of links: groups at distances, regions with routers, and cuts between groups.

import { SimulationError } from './errors.ts';
import type { Fault, Faults, Link, LinkOptions, Switch } from './network/index.ts';
import type { Duration } from './units.ts';

/** Hosts, or regions of them, by name. */
type Groups = Readonly<Record<string, readonly string[]>>;

/** What links are asked of: a simulation. */
interface Linking {
  link(a: string, b: string, options?: LinkOptions): Link;
  switch(name: string): Switch;
}

/** A host and the router of its region: both ends of a rack. */
const TO_ROUTER: LinkOptions = { rtt: '0.5ms' };

/** `'eu us'`: two groups by name; one name is the group with itself. @throws SimulationError */
function pairOf(where: string, groups: Groups, pair: string): readonly [string, string] {
  const [from = '', to = from, ...more] = pair.trim().split(/\s+/);
  if (!Object.hasOwn(groups, from) || !Object.hasOwn(groups, to) || more.length > 0)
    throw new SimulationError(
      'ERR_SIM_HOST',
      `${where}: '${pair}' names no two of ${Object.keys(groups).join(', ')}`,
    );
  return [from, to];
}

/** Links between all hosts of groups. */
export function linkRegions(sim: Linking, groups: Groups, rtts: Readonly<Record<string, Duration>>): void {
  for (const [pair, rtt] of Object.entries(rtts)) {
    const [from, to] = pairOf('regions', groups, pair);
    for (const a of groups[from] ?? [])
      for (const b of groups[to] ?? []) if (a !== b) sim.link(a, b, { rtt });
  }
}

/** A router for each region, and links between routers. */
export function buildWan(sim: Linking, regions: Groups, links: Readonly<Record<string, LinkOptions>>): void {
  const pairs = Object.entries(links).map(([pair, options]) => {
    const [from, to] = pairOf('wan', regions, pair);
    if (from === to) throw new SimulationError('ERR_SIM_HOST', `wan: '${pair}' is one region, not two`);
    return [from, to, options] as const;
  });
  for (const [region, hosts] of Object.entries(regions)) {
    sim.switch(region);
    for (const host of hosts) sim.link(host, region, TO_ROUTER);
  }
  for (const [from, to, options] of pairs) sim.link(from, to, options);
}

/** Cuts all links between two groups, as one fault. */
export function partitionOf(
  sim: Linking,
  faults: Faults,
  groupA: readonly string[],
  groupB: readonly string[],
): Fault {
  const cuts = groupA.flatMap((a) => groupB.map((b) => sim.link(a, b).partition().optional()));
  return faults.add('partition', `partition of ${groupA.join(', ')} from ${groupB.join(', ')}`, {
    hits: () => cuts.reduce((all, { hits }) => all + hits, 0),
    lift: () => {
      for (const cut of cuts) cut.lift();
    },
  });
}
