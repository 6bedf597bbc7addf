// A net.Socket over a connection that is there already, or is being opened: one of `netOf(host)`, whose handle takes the
// connection over instead of opening one.

import type * as net from 'node:net';
import { type Connection, type Host, hostOf } from '../../host/index.ts';
import { type SocketInside, socketClass } from './host-net.ts';
import { nodeReinitialize } from './internals.ts';
import { HandleType, tcpHandleClass } from './tcp-handle.ts';

/** A net.Socket, and the connection that it reads and writes. */
export interface ConnectionSocket extends net.Socket {
  readonly connection: Connection;
}

type ConnectionSocketClass = new (connection: Connection, allowHalfOpen: boolean) => ConnectionSocket;

const classes = new WeakMap<Host, ConnectionSocketClass>();

/** A socket over `connection`, opening or open. Throws MissingInternalError. */
export function socketOver(connection: Connection, allowHalfOpen: boolean): ConnectionSocket {
  const host = hostOf(connection);
  let Socket = classes.get(host);
  if (Socket === undefined) {
    Socket = makeClass(host);
    classes.set(host, Socket);
  }
  return new Socket(connection, allowHalfOpen);
}

function makeClass(host: Host): ConnectionSocketClass {
  const Handle = tcpHandleClass();
  const reinitialize = nodeReinitialize();
  const Base = host.driver === null ? inHostTime(socketClass(host)) : socketClass(host);

  return class Socket extends Base implements ConnectionSocket {
    readonly connection: Connection;

    constructor(connection: Connection, allowHalfOpen: boolean) {
      const handle = new Handle(host, HandleType.SOCKET);
      const isOpening = handle.adopt(connection);
      // Whoever drives the host decides whether the process lives on.
      if (host.driver === null) handle.unref();
      const inside = isOpening ? {} : { handle };
      super({ allowHalfOpen, ...(inside as object) });
      this.connection = connection;
      if (!isOpening) return;
      reinitialize.call(this, handle);
      this.connect(connection.remotePort, connection.remoteAddress);
    }
  };
}

/** Inside of a net.Socket: what happens when it was silent for so long, and that it was not. */
interface TimeoutInside extends SocketInside {
  _onTimeout(): void;
  _unrefTimer(): void;
}

/** `Base` whose `setTimeout` counts the time of a host that somebody else drives, as a world in virtual time does. */
function inHostTime(Base: typeof net.Socket): typeof net.Socket {
  abstract class Timed extends Base {
    #disarm: (() => void) | null = null;

    abstract readonly connection: Connection;

    override setTimeout(ms: number, listener?: () => void): this {
      super.setTimeout(ms, listener); // checks both, and sets a timer of real time
      super.setTimeout(0);
      (this as { timeout?: number }).timeout = ms;
      this.#arm();
      return this;
    }

    /** net.js: there was something to read or to write. */
    _unrefTimer(): void {
      this.#arm();
    }

    #arm(): void {
      this.#disarm?.();
      this.#disarm = null;
      const ms = this.timeout ?? 0;
      if (ms === 0 || this.destroyed) return;
      this.#disarm = this.connection.after(ms, () => {
        this.#disarm = null;
        (this as unknown as TimeoutInside)._onTimeout();
      });
    }

    override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
      this.#disarm?.();
      super._destroy(error, done);
    }
  }
  return Timed as unknown as typeof net.Socket;
}
