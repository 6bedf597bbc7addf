// synfin hosts at the ends of a simulated wire: in virtual time, where no other program disturbs, or beside a kernel.

import type { Connection, ConnectionHandler, Host, HostInterface } from '../../src/host/index.ts';
import type { Wire, WireOptions, World } from '../../src/sim/index.ts';
import type { TcpConfig } from '../../src/tcp/index.ts';
import { type Flow, PATTERN, PIECE } from './flow.ts';
import { Jitter } from './jitter.ts';

/** A wire with a stack at each end. */
export interface Lane {
  readonly wire: Wire;
  /** Opens the flow's connection from left to right, now. */
  open(flow: Flow): void;
}

/** Flows of a lane have ports of their own, from here on. */
export const FIRST_PORT = 1000;

/** Sends a flow, as fast as the connection takes it. */
function send(c: Connection, flow: Flow): void {
  while (flow.piece > 0) {
    const taken = c.offer(PATTERN.subarray(flow.at, flow.at + flow.piece));
    if (taken === 0) return;
    flow.sent += taken;
  }
  if (flow.ends) c.end().catch(() => {});
}

/** Opens a flow from a host to an endpoint that listens. */
export function openFrom(host: Host, address: string, port: number, flow: Flow): void {
  const handler: ConnectionHandler = { open: (c) => send(c, flow), writable: (c) => send(c, flow) };
  host.open({ address, port, handler });
}

const sink = new Uint8Array(PIECE);

function listen(host: Host, port: number, flow: Flow, world: World): void {
  const readable = (c: Connection): void => {
    for (let n = c.readInto(sink); n > 0; n = c.readInto(sink))
      flow.arrived(sink.subarray(0, n), world.now());
  };
  host.listen({ port, handler: { readable } });
}

/** Lane number `n` of a world: hosts 10.n.0.1 and 10.n.0.2. `jitter`: seeds the random delay of what leaves; null: there is none. */
export function hostLane(
  world: World,
  n: number,
  options: WireOptions,
  tcp: Partial<TcpConfig>,
  jitter: string | null,
): Lane {
  const left = world.host(`left ${n}`, `10.${n}.0.1/24`, { tcp });
  const right = world.host(`right ${n}`, `10.${n}.0.2/24`, { tcp });
  const end = jitter === null ? left : new Jitter(left.interfaces[1] as HostInterface, world, jitter);
  const wire = world.wire(end, right, options);
  let port = FIRST_PORT;
  const open = (flow: Flow): void => {
    flow.openedUs = world.now();
    listen(right, port, flow, world);
    openFrom(left, `10.${n}.0.2`, port++, flow);
  };
  return { wire, open };
}
