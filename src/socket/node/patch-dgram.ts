// dgram for `register`: before it is loaded one property of one binding; afterwards the methods that bind, which is when a
// socket gets a handle of ours.

import type * as Dgram from 'node:dgram';
import { giveDatagramHandle, stateOf } from './dgram-forms.ts';
import { HybridUdp, type KernelDatagramClass } from './hybrid-udp.ts';
import { bindingOf, isLoaded, MissingInternalError, requireLater } from './internals.ts';
import { inPlaceOf, type PatchContext, type Patched, replaced } from './patched.ts';
import { UdpHandle } from './udp-handle.ts';

/** Level 3: what dgram takes when it is loaded; where it is loaded already, its methods. */
export function* udpBinding(context: PatchContext): Generator<Patched> {
  if (isLoaded('dgram')) {
    yield* dgramPrototype(context);
    return;
  }
  const binding = bindingOf<{ UDP: KernelDatagramClass }>('udp_wrap');
  const Kernel = binding?.UDP;
  if (binding === null || Kernel === undefined)
    throw new MissingInternalError(`this Node (${process.version}) does not show its UDP handles`);
  const registry = { ...context, Kernel };
  binding.UDP = inPlaceOf(Kernel, HybridUdp, context.redirects, () => new HybridUdp(registry));
  yield {
    what: "process.binding('udp_wrap').UDP",
    undo: () => {
      binding.UDP = Kernel;
    },
  };
}

type Method = (this: Dgram.Socket, ...args: readonly unknown[]) => unknown;

/** Level 2: dgram is loaded, and has its own UDP. Every use of a socket binds it first. */
export function* dgramPrototype(context: PatchContext): Generator<Patched> {
  const dgram = requireLater('node:dgram') as typeof Dgram;
  const probe = dgram.createSocket('udp4');
  const Kernel = stateOf(probe).handle?.constructor as KernelDatagramClass;
  probe.close();
  const registry = { ...context, Kernel };
  const sockets = dgram.Socket.prototype as unknown as Record<string, Method | undefined>;
  for (const name of ['bind', 'bindSync', 'addMembership', 'addSourceSpecificMembership']) {
    const method = sockets[name];
    if (method === undefined) continue; // bindSync is of 24 and later
    yield replaced(`dgram.Socket.prototype.${name}`, sockets, name, function (this: Dgram.Socket, ...args) {
      if (isUnused(this) && !context.redirects.isNone)
        giveDatagramHandle(this, () => new HybridUdp(registry));
      return method.apply(this, args);
    });
  }
}

/** Whether a socket has a handle of the kernel, and has not been bound. Those of dgramOf(host) are the host's. */
function isUnused(socket: Dgram.Socket): boolean {
  const { handle, bindState } = stateOf(socket);
  return (
    bindState === UNBOUND &&
    handle !== null &&
    !(handle instanceof HybridUdp) &&
    !(handle instanceof UdpHandle)
  );
}

/** dgram.js: BIND_STATE_UNBOUND. */
const UNBOUND = 0;
