// How the hosts of a world are connected, and the addresses that they have there: a wire, two wires with a router
// between them (a host of its own, which forwards), or a switch.

import { Host } from '../../src/host/index.ts';
import { Switch, Wire, type World } from '../../src/sim/index.ts';
import type { Plan } from './plan.ts';
import type { Plug } from './plug.ts';

/** What packets go through. */
export interface Wiring {
  readonly wires: Wire[];
  /** The router in the middle, or null. */
  readonly router: Host | null;
}

/** Connects the plugs, one for each host. */
export function wireUp(plan: Plan, world: World, plugs: readonly Plug[]): Wiring {
  switch (plan.topology) {
    case 'wire': {
      const [a, b] = plugs as [Plug, Plug];
      return { wires: [new Wire(world, a, b, plan.wires[0])], router: null };
    }
    case 'switch': {
      const box = new Switch(world);
      return { wires: plugs.map((plug, i) => box.connect(plug, plan.wires[i])), router: null };
    }
    case 'router': {
      const router = routerOf(world);
      const wires = plugs.map((plug, i) => {
        const mtu = i === 0 ? plan.mtu : plan.farMtu;
        const addresses = [`${network(plan, i, 4)}.254/24`, `${network(plan, i, 6)}::fe/64`];
        const iface = router.addInterface({ name: `to-h${i}`, mtu, addresses });
        return new Wire(world, plug, iface, plan.wires[i]);
      });
      world.addNode(router);
      return { wires, router };
    }
  }
}

function routerOf(world: World): Host {
  const dice = world.random.fork('router');
  return new Host({
    name: 'router',
    clock: world.clock,
    random: () => dice.nextUint32(),
    memory: world.memory,
    forwarding: true,
  });
}

/** The first three octets, or the prefix, of where a host is. */
function network(plan: Plan, host: number, family: 4 | 6): string {
  const link = plan.topology === 'router' ? host : 0;
  return family === 4 ? `10.0.${link}` : `fd00:0:0:${link}`;
}

/** The address of a host. */
export function addressOf(plan: Plan, host: number, family: 4 | 6): string {
  return `${network(plan, host, family)}${family === 4 ? '.' : '::'}${host + 1}`;
}
