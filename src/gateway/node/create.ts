// A gateway on this machine's network.

import { Gateway, type GatewayOptions } from '../index.ts';
import { nodeOuter } from './outer.ts';
import { nodeUpstream } from './upstream.ts';

/**
 * A gateway whose outside is this machine's network, and whose names are this machine's: `outer` and `dns.upstream` are
 * `nodeOuter()` and `nodeUpstream()` unless told. Throws as `new Gateway` does.
 *
 * ```ts
 * const gateway = createGateway({ policy: { allow: ['*.npmjs.org:443'] } });
 * const frames = await openFrames('unix:vm.sock', {}, (port) => void gateway.attach(port));
 * ```
 */
export function createGateway(
  options: Omit<GatewayOptions, 'outer'> & Partial<Pick<GatewayOptions, 'outer'>> = {},
): Gateway {
  const { outer = nodeOuter(), dns = {}, ...rest } = options;
  return new Gateway({ ...rest, outer, dns: { upstream: nodeUpstream(), ...dns } });
}
