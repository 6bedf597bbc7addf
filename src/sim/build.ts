// How a world makes hosts and finds where a wire is plugged in.

import {
  Host,
  type HostInterface,
  type HostOptions,
  hostOptions,
  type InterfaceOptions,
  interfaceOptions,
} from '../host/index.ts';
import { Schema } from '../options/index.ts';
import type { Port } from './types.ts';
import type { World } from './world.ts';

/** Options of {@link World.host}: those of the host and those of its interface. */
export interface WorldHostOptions
  extends Omit<HostOptions, 'name' | 'clock' | 'memory' | 'random' | 'onUserWoke'>,
    Omit<InterfaceOptions, 'name'> {}

const {
  name: _name,
  clock: _clock,
  memory: _memory,
  random: _random,
  onUserWoke: _woke,
  ...hostKinds
} = hostOptions.kinds;
const { name: _ifName, ...interfaceKinds } = interfaceOptions.kinds;

export const worldHostOptions = new Schema<WorldHostOptions>('world.host', {
  ...hostKinds,
  ...interfaceKinds,
});

/** A host that lives in `world`, the n-th, with one interface; `options` were checked. */
export function makeHost(world: World, name: string, n: number, options: WorldHostOptions): Host {
  const random = world.random.fork(`host ${name}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const of = (kinds: object, is: boolean) =>
    Object.fromEntries(given.filter(([option]) => Object.hasOwn(kinds, option) === is));
  const host = new Host({
    ...of(interfaceKinds, false),
    name,
    clock: world.clock,
    memory: world.memory,
    random: () => random.nextUint32(),
  });
  host.addInterface({
    addresses: [`10.0.${n >> 8}.${n & 255}/16`, `fd00::${n.toString(16)}/64`],
    ...of(interfaceKinds, true),
    name: `${name}0`,
  });
  return host;
}

/** What a wire of a world is plugged into: a host (its first interface that has no link), or an interface. */
export type Joint = Host | Port;

/** The port of a joint. Throws a RangeError for a host all of whose interfaces have a link. */
export function portOf(joint: Joint): Port {
  if (!(joint instanceof Host)) return joint;
  const free = joint.interfaces.find((iface: HostInterface) => !iface.attached);
  if (free === undefined) {
    throw new RangeError(
      `${joint.name}: every interface has a link: add one (${joint.name}.addInterface({ addresses: ['10.1.0.1/24'] })) and give that to the wire`,
    );
  }
  return free;
}
