// `node:net` on a host: Node's own Socket and Server, whose handles are ours. Nothing of Node is changed; every host of
// a process has a net of its own.

import type { LookupAddress } from 'node:dns';
import * as net from 'node:net';
import type { Host } from '../../host/index.ts';
import { lookupOf } from './host-dns.ts';
import { nodeReinitialize } from './internals.ts';
import { isPipe, listeningWith, normalizeArgs, type ServerInside } from './net-forms.ts';
import { HandleType, type TcpHandle, tcpHandleClass } from './tcp-handle.ts';

/** `node:net` as it is on one host. */
export type HostNet = typeof net;

/** What of a net.Socket its types do not show. */
export interface SocketInside {
  _handle: TcpHandle | null;
  _reset(): void;
}

type Arguments = readonly unknown[];

const nets = new WeakMap<Host, HostNet>();

/**
 * `node:net` whose sockets and servers are on `host`: Node's own classes, so the same options, events, errors and
 * order, and whatever takes a net.Socket or a net.Server takes these.
 *
 * ```ts
 * const net = netOf(host);
 * net.createServer((socket) => socket.pipe(socket)).listen(7);
 * ```
 *
 * Throws MissingInternalError where Node's streams are not as in 22, 24 and 26.
 */
export function netOf(host: Host): HostNet {
  let found = nets.get(host);
  if (found === undefined) {
    found = makeNet(host);
    nets.set(host, found);
  }
  return found;
}

function makeNet(host: Host): HostNet {
  const SocketOnHost = socketClass(host);

  class Server extends net.Server {
    constructor(...args: ConstructorParameters<typeof net.Server>) {
      super(...args);
      serveOn(host, this);
    }
  }

  const connect = (...args: Arguments): net.Socket => {
    const [options] = normalizeArgs(args);
    const socket = new SocketOnHost(options);
    if (options.timeout) socket.setTimeout(options.timeout);
    return (socket.connect as (...forms: Arguments) => net.Socket)(...args);
  };
  const createServer = (...args: ConstructorParameters<typeof net.Server>): net.Server => new Server(...args);
  return {
    ...net,
    Socket: SocketOnHost,
    Stream: SocketOnHost,
    Server,
    createServer,
    connect,
    createConnection: connect,
  } as unknown as HostNet;
}

const sockets = new WeakMap<Host, typeof net.Socket>();

/** net.Socket with handles on a host. */
export function socketClass(host: Host): typeof net.Socket {
  let found = sockets.get(host);
  if (found === undefined) {
    found = makeSocket(host);
    sockets.set(host, found);
  }
  return found;
}

function makeSocket(host: Host): typeof net.Socket {
  const Handle = tcpHandleClass();
  const reinitialize = nodeReinitialize();
  const giveHandle = (socket: net.Socket): void => {
    reinitialize.call(socket, new Handle(host, HandleType.SOCKET));
  };

  return class Socket extends net.Socket {
    override connect(...args: Arguments): this {
      const connect = super.connect as (...forms: Arguments) => this;
      if (isPipe(args)) return connect.call(this, ...args);
      if ((this as unknown as SocketInside)._handle === null) giveHandle(this);
      const [options, listener] = normalizeArgs(args);
      return connect.call(this, { ...options, lookup: options.lookup ?? lookupOf(host) }, listener);
    }

    /** Happy Eyeballs: the next attempt wants a handle of its own. */
    [reinitialize.symbol](): void {
      giveHandle(this);
    }

    /** As net.js does it, which asks for a handle of the kernel. */
    override resetAndDestroy(): this {
      const inside = this as unknown as SocketInside;
      if (inside._handle === null)
        this.destroy(Object.assign(new Error('Socket is closed'), { code: 'ERR_SOCKET_CLOSED' }));
      else if (this.connecting) this.once('connect', () => inside._reset());
      else inside._reset();
      return this;
    }
  };
}

/** Makes a server, of net, http, https, http2 or tls, that has not been told to listen yet, listen on a host. */
export function serveOn<S extends net.Server>(host: Host, server: S): S {
  const Handle = tcpHandleClass();
  const Accepted = socketClass(host);
  const inside = server as unknown as ServerInside;
  hide(
    server,
    '_listen2',
    listeningWith(() => new Handle(host, HandleType.SERVER), inside._listen2),
  );
  // Node would look a name up in its own dns.
  const listen = server.listen as (...args: Arguments) => S;
  hide(server, 'listen', function (this: S, ...args: Arguments) {
    const [options, listener] = normalizeArgs(args);
    const { host: name, path } = options;
    if (typeof name !== 'string' || name === '' || net.isIP(name) !== 0 || path != null || this.listening)
      return listen.call(this, ...args);
    if (listener !== null) this.once('listening', listener);
    lookupOf(host)(name, { all: true }, (error, addresses) => {
      const address = (addresses as readonly LookupAddress[] | undefined)?.[0]?.address;
      if (error !== null) this.emit('error', error);
      else listen.call(this, { ...options, host: address });
    });
    return this;
  });
  // Node makes a net.Socket of what was accepted: it becomes one of this host.
  const emit = server.emit as (...args: Arguments) => boolean;
  hide(server, 'emit', function (this: net.Server, ...args: Arguments) {
    const [event, socket] = args;
    if (event === 'connection' && socket instanceof net.Socket) adopt(socket, Accepted);
    return emit.call(this, ...args);
  });
  return server;
}

/** A method of one object that does not show among its properties. */
function hide(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
}

function adopt(socket: net.Socket, Accepted: typeof net.Socket): void {
  if (Object.getPrototypeOf(socket) === net.Socket.prototype)
    Object.setPrototypeOf(socket, Accepted.prototype);
}
