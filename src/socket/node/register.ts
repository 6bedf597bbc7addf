// Existing programs on synfin: `register()` puts the handles of this folder in the place of Node's, for the addresses
// that are synfin's. Before net is loaded it is one property of one binding (level 3: everything that is loaded later
// takes it); afterwards three methods of net's prototypes (level 2). Nothing else is changed, and `undo` takes it back.

import type * as Module from 'node:module';
import type * as Net from 'node:net';
import type * as Tls from 'node:tls';
import { Host } from '../../host/index.ts';
import { flag, like, list, Schema, text } from '../../options/index.ts';
import { type HybridHandleClass, hybridHandleClass, type KernelHandleClass } from './hybrid-handle.ts';
import {
  bindingOf,
  isNetLoaded,
  MissingInternalError,
  nodeNet,
  nodeReinitialize,
  requireLater,
} from './internals.ts';
import { isPipe, listeningWith, plainOptions, type ServerInside } from './net-forms.ts';
import { Redirects } from './places.ts';
import { HandleType } from './tcp-handle.ts';

/** What is synfin's. */
export interface RegisterOptions {
  /** The host of code that runs on none in particular. Default: a new one that has its loopback and nothing else. */
  host?: Host;
  /**
   * Networks (`10.0.0.0/8`, `::1/128`) that are reached through the host; everything else stays with the kernel.
   * Default: 127.0.0.0/8 and ::1.
   */
  networks?: readonly string[];
  /** Whether a server that listens on every address is the host's. Default true. */
  listenOnAny?: boolean;
}

const registerOptions = new Schema<RegisterOptions>('register', {
  host: like('a Host', 'connect', 'listen'),
  networks: list(text),
  listenOnAny: flag,
});

/** What {@link register} did. */
export interface Registration {
  readonly host: Host;
  /** 3: the binding, before net was loaded; 2: the prototypes of net. */
  readonly level: 2 | 3;
  /** What was changed, one line each. */
  readonly changed: readonly string[];
  /** Takes everything back. Sockets that are open stay as they are. */
  undo(): void;
  [Symbol.dispose](): void;
}

/** One a process, whichever copy of the package made it. */
const REGISTERED = Symbol.for('synfin.register');

interface Registered {
  [REGISTERED]?: Registration | undefined;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'] as const;

/** A second registration, of this copy of the package or of another. */
export class RegisteredError extends Error {
  override readonly name = 'RegisteredError';
  readonly code = 'ERR_SYNFIN_REGISTERED';
}

/**
 * From now on sockets of this process are synfin's where `options` say so, and the kernel's elsewhere.
 *
 * ```ts
 * using registration = register();   // or: node --import synfin/register app.js
 * ```
 *
 * Throws RegisteredError when there is a registration already, MissingInternalError where Node is not 22, 24 or 26.
 */
export function register(options: RegisterOptions = {}): Registration {
  registerOptions.check(options);
  const registered = process as Registered;
  if (registered[REGISTERED] !== undefined)
    throw new RegisteredError(
      'synfin is registered in this process already, by this or another copy of it: undo that first',
    );
  const host = options.host ?? new Host({ name: 'loopback' }).unref();
  const redirects = new Redirects(options.networks ?? LOOPBACK, options.listenOnAny ?? true);
  const level = isNetLoaded() ? 2 : 3;
  const undone: (() => void)[] = [];
  const changed: string[] = [];
  const steps = new Steps(host, redirects, (what, undo) => {
    changed.push(what);
    undone.push(undo);
  });
  try {
    if (level === 3) steps.binding();
    else steps.prototypes();
    steps.tls();
  } catch (error) {
    for (const undo of undone.reverse()) undo();
    throw error;
  }
  const registration: Registration = {
    host,
    level,
    changed,
    undo() {
      if (registered[REGISTERED] !== registration) return;
      registered[REGISTERED] = undefined;
      for (const undo of undone.reverse()) undo();
      syncExports();
    },
    [Symbol.dispose]() {
      registration.undo();
    },
  };
  registered[REGISTERED] = registration;
  syncExports();
  return registration;
}

/** The registration of this process, or null. */
export function currentRegistration(): Registration | null {
  return (process as Registered)[REGISTERED] ?? null;
}

/** `import { connect } from 'node:net'` sees what was changed. */
function syncExports(): void {
  (requireLater('node:module') as typeof Module).syncBuiltinESMExports();
}

class Steps {
  readonly #host: Host;
  readonly #redirects: Redirects;
  readonly #did: (what: string, undo: () => void) => void;

  constructor(host: Host, redirects: Redirects, did: (what: string, undo: () => void) => void) {
    this.#host = host;
    this.#redirects = redirects;
    this.#did = did;
  }

  #handles(Kernel: KernelHandleClass): HybridHandleClass {
    return hybridHandleClass({ host: this.#host, redirects: this.#redirects, Kernel });
  }

  /** Level 3: what net and tls take when they are loaded. */
  binding(): void {
    const binding = bindingOf<{ TCP: KernelHandleClass }>('tcp_wrap');
    const Kernel = binding?.TCP;
    if (binding === null || Kernel === undefined)
      throw new MissingInternalError(
        'process.binding is denied (--permission): load node:net before synfin/register, for the level that does without',
      );
    binding.TCP = this.#handles(Kernel) as unknown as KernelHandleClass;
    this.#did("process.binding('tcp_wrap').TCP", () => {
      binding.TCP = Kernel;
    });
    nodeNet(); // takes it now, so that `undo` is the end of it for nobody who comes later
  }

  /** Level 2: net is loaded, and has its own TCP. */
  prototypes(): void {
    const net = nodeNet();
    const Kernel = kernelClass(net);
    const Hybrid = this.#handles(Kernel);
    const reinitialize = nodeReinitialize();
    const sockets = net.Socket.prototype as unknown as Record<string | symbol, unknown> & NetSocket;
    const { connect, resetAndDestroy } = sockets;
    sockets.connect = function (...args) {
      if (this._handle == null && !isPipe(args)) reinitialize.call(this, new Hybrid(HandleType.SOCKET));
      return connect.call(this, ...args);
    };
    this.#did('net.Socket.prototype.connect', () => {
      sockets.connect = connect;
    });
    const original = sockets[reinitialize.symbol];
    sockets[reinitialize.symbol] = function (this: NetSocket, handle: object) {
      reinitialize.call(this, this._handle instanceof Hybrid ? new Hybrid(HandleType.SOCKET) : handle);
    };
    this.#did('net.Socket.prototype[kReinitializeHandle]', () => {
      sockets[reinitialize.symbol] = original;
    });
    sockets.resetAndDestroy = function () {
      if (!(this._handle instanceof Hybrid)) return resetAndDestroy.call(this);
      if (this.connecting) this.once('connect', () => this._reset());
      else this._reset();
      return this;
    };
    this.#did('net.Socket.prototype.resetAndDestroy', () => {
      sockets.resetAndDestroy = resetAndDestroy;
    });
    const servers = net.Server.prototype as unknown as ServerInside;
    const listen2 = servers._listen2;
    servers._listen2 = listeningWith(() => new Hybrid(HandleType.SERVER), listen2);
    this.#did('net.Server.prototype._listen2', () => {
      servers._listen2 = listen2;
    });
  }

  /** TLS over a net.Socket: C++ would take the reader's place of the handle, and a RST would be told to nobody. */
  tls(): void {
    const tls = requireLater('node:tls') as { connect: typeof Tls.connect };
    const { connect } = tls;
    tls.connect = ((...args: readonly unknown[]) => {
      const [options, listener] = tlsArguments(args);
      if (options.socket != null || options.path != null)
        return connect(options as Tls.ConnectionOptions, listener);
      const socket = nodeNet().connect(plainOptions(options) as unknown as Net.NetConnectOpts);
      return connect({ ...options, socket } as Tls.ConnectionOptions, listener);
    }) as typeof Tls.connect;
    this.#did('tls.connect', () => {
      tls.connect = connect;
    });
  }
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

interface TlsOptions extends Record<string, unknown> {
  readonly socket?: unknown;
  readonly path?: unknown;
}

/** The forms of tls.connect: (options), (port, host, options), (port, options), each with a callback. */
function tlsArguments(args: readonly unknown[]): [TlsOptions, (() => void) | undefined] {
  const listener = args.find((arg) => typeof arg === 'function') as (() => void) | undefined;
  let options: TlsOptions = {};
  for (const arg of args) if (typeof arg === 'object' && arg !== null) options = { ...options, ...arg };
  const [port, name] = args;
  if (typeof port === 'number' || typeof port === 'string') options = { ...options, port };
  if (typeof name === 'string') options = { ...options, host: name };
  return [options, listener];
}
