// net for `register`: before it is loaded, one property of one binding, which whatever is loaded later takes; afterwards
// the methods of its prototypes that make handles.

import type * as Net from 'node:net';
import { hybridHandleClass, type KernelHandleClass } from './hybrid-handle.ts';
import { bindingOf, MissingInternalError, nodeNet, nodeReinitialize } from './internals.ts';
import { isPipe, listeningWith, type ServerInside } from './net-forms.ts';
import { inPlaceOf, type PatchContext, type Patched, replaced } from './patched.ts';
import { HandleType } from './tcp-handle.ts';

/** Level 3: what net and tls take when they are loaded. */
export function* tcpBinding({ host, redirects }: PatchContext): Generator<Patched> {
  const binding = bindingOf<{ TCP: KernelHandleClass }>('tcp_wrap');
  const Kernel = binding?.TCP;
  if (binding === null || Kernel === undefined)
    throw new MissingInternalError(
      'process.binding is denied (--permission): load node:net before synfin/register, for the level that does without',
    );
  const Hybrid = hybridHandleClass({ host, redirects, Kernel });
  binding.TCP = inPlaceOf(Kernel, Hybrid, redirects, (type) => new Hybrid(type));
  yield {
    what: "process.binding('tcp_wrap').TCP",
    undo: () => {
      binding.TCP = Kernel;
    },
  };
  nodeNet(); // takes it now, so that `undo` is the end of it for nobody who comes later
}

/** Level 2: net is loaded, and has its own TCP. */
export function* netPrototypes({ host, redirects }: PatchContext): Generator<Patched> {
  const net = nodeNet();
  const Hybrid = hybridHandleClass({ host, redirects, Kernel: kernelClass(net) });
  const reinitialize = nodeReinitialize();
  const sockets = net.Socket.prototype as unknown as Record<string | symbol, unknown> & NetSocket;
  const { connect, resetAndDestroy } = sockets;
  yield replaced('net.Socket.prototype.connect', sockets, 'connect', function (this: NetSocket, ...args) {
    if (this._handle == null && !redirects.isNone && !isPipe(args))
      reinitialize.call(this, new Hybrid(HandleType.SOCKET));
    return connect.call(this, ...args);
  });
  yield replaced(
    'net.Socket.prototype[kReinitializeHandle]',
    sockets,
    reinitialize.symbol,
    function (this: NetSocket, handle: object) {
      reinitialize.call(this, this._handle instanceof Hybrid ? new Hybrid(HandleType.SOCKET) : handle);
    },
  );
  yield replaced(
    'net.Socket.prototype.resetAndDestroy',
    sockets,
    'resetAndDestroy',
    function (this: NetSocket) {
      if (!(this._handle instanceof Hybrid)) return resetAndDestroy.call(this);
      if (this.connecting) this.once('connect', () => this._reset());
      else this._reset();
      return this;
    },
  );
  const servers = net.Server.prototype as unknown as ServerInside;
  const { _listen2: kernels } = servers;
  const listen = listeningWith(() => new Hybrid(HandleType.SERVER), kernels);
  const chosen = function (this: ServerInside, ...args: Parameters<ServerInside['_listen2']>): void {
    (redirects.isNone ? kernels : listen).apply(this, args);
  };
  yield replaced('net.Server.prototype._listen2', servers, '_listen2', chosen);
}

/** What of a net.Socket its types do not show. */
interface NetSocket {
  _handle: object | null;
  readonly connecting: boolean;
  connect(this: NetSocket, ...args: readonly unknown[]): unknown;
  resetAndDestroy(this: NetSocket): NetSocket;
  once(event: 'connect', listener: () => void): unknown;
  _reset(): void;
}

/** Node's TCP: of its binding, or, where that is denied, of a socket that begins to connect to the loopback. */
function kernelClass(net: typeof Net): KernelHandleClass {
  const bound = bindingOf<{ TCP: KernelHandleClass }>('tcp_wrap')?.TCP;
  if (bound !== undefined) return bound;
  const socket = new net.Socket();
  socket.on('error', () => {});
  socket.connect(1, '127.0.0.1');
  const { _handle: handle } = socket as unknown as NetSocket;
  socket.destroy();
  if (handle === null)
    throw new MissingInternalError(`this Node (${process.version}) does not show its TCP handles`);
  return handle.constructor as KernelHandleClass;
}
