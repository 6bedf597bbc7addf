// A gateway on this machine's network.

import { type HostNet, netOf } from '../../node/index.ts';
import { Gateway, type GatewayOptions } from '../index.ts';
import { nodeOuter } from './outer.ts';
import { nodeUpstream } from './upstream.ts';

/** What a gateway in Node is made of: `outer` and `dns.upstream` are this machine's unless told. */
export type NodeGatewayOptions = Omit<GatewayOptions, 'outer'> & Partial<Pick<GatewayOptions, 'outer'>>;

/** A gateway with Node's own sockets towards its guests. */
export class NodeGateway extends Gateway {
  /**
   * Node's `net` on the gateway's host: `gateway.net.connect(22, gateway.addressOf(guest))`, and servers that guests reach
   * at the gateway's address.
   */
  get net(): HostNet {
    return netOf(this.host);
  }
}

/**
 * A gateway whose outside is this machine's network, and whose names are this machine's. Throws as `new Gateway` does.
 *
 * ```ts
 * const gateway = createGateway({ policy: { allow: ['*.npmjs.org:443'] } });
 * const frames = await openFrames('unix:vm.sock', {}, (port) => void gateway.attach(port));
 * ```
 */
export function createGateway(options: NodeGatewayOptions = {}): NodeGateway {
  const { outer = nodeOuter(), dns = {}, ...rest } = options;
  return new NodeGateway({ ...rest, outer, dns: { upstream: nodeUpstream(), ...dns } });
}
