// `connect` of the Sockets API (WinterTC, draft of 2025-06), bound to a host: what the draft calls a binding object.

import type { Host } from '../../host/index.ts';
import { flag, list, oneOf, Schema, text, whole } from '../../options/index.ts';
import { addressOf, type NameOptions, nameKinds } from './names.ts';
import { Socket } from './socket.ts';
import { SocketError } from './socket-error.ts';

/** Where to: `host:port`, `[2001:db8::1]:80`, or in two. */
export type AnySocketAddress = string | SocketAddress;

/** Where to. */
export interface SocketAddress {
  /** An address, `localhost`, or a name that `lookup` knows. */
  readonly hostname: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Options of `connect`. */
export interface SocketOptions {
  /** There is no TLS here: anything but `off`, the default, is refused. */
  secureTransport?: 'off' | 'on' | 'starttls';
  /** Whether writing goes on when the peer's stream was read to its end. Default false: a FIN follows. */
  allowHalfOpen?: boolean;
  /** Octets given to the writable, and not yet in the send buffer, from which on a writer is not `ready`. Default 1. */
  highWaterMark?: number;
  /** For TLS. */
  sni?: string;
  alpn?: readonly string[];
}

const socketOptions = new Schema<SocketOptions>('connect', {
  secureTransport: oneOf('off', 'on', 'starttls'),
  allowHalfOpen: flag,
  highWaterMark: whole(0),
  sni: text,
  alpn: list(text),
});

/** Options of {@link webSockets}. */
export interface WebSocketsOptions extends NameOptions {}

const webSocketsOptions = new Schema<WebSocketsOptions>('webSockets', nameKinds);

/** An object with `connect`, as the Sockets API binds it to a network. */
export interface SocketBinding {
  /**
   * Opens a connection; returns at once. `socket.opened` says how it went. Throws SocketError where TLS is asked for,
   * TypeError or RangeError for what is no address or no option.
   */
  connect(address: AnySocketAddress, options?: SocketOptions): Socket;
}

/** The Sockets API on a host: `webSockets(host).connect('10.0.0.2:80')`. Throws TypeError. */
export function webSockets(host: Host, options: WebSocketsOptions = {}): SocketBinding {
  webSocketsOptions.check(options);
  return {
    connect(address, how = {}) {
      socketOptions.check(how);
      const { hostname, port } = parse(address);
      const { secureTransport = 'off' } = how;
      if (secureTransport !== 'off')
        throw new SocketError(`there is no TLS here: secureTransport '${secureTransport}' is refused`);
      return new Socket({
        async open(began) {
          const c = host.open({ address: await addressOf(hostname, options), port });
          began(c);
          return c.opened;
        },
        allowHalfOpen: how.allowHalfOpen ?? false,
        highWaterMark: how.highWaterMark ?? 1,
      });
    },
  };
}

function parse(address: AnySocketAddress): SocketAddress {
  if (typeof address === 'string') {
    const match = /^(\[[0-9A-Fa-f:.]+\]|[^:/?#@\s[\]]+):(\d{1,5})$/.exec(address);
    if (match === null)
      throw new TypeError(`connect: '${address.slice(0, 60)}' is no address: write host:port or [::1]:port`);
    return { hostname: match[1] as string, port: checkPort(Number(match[2])) };
  }
  if (typeof address?.hostname !== 'string' || address.hostname === '')
    throw new TypeError("connect: the address must be 'host:port' or { hostname, port }");
  return { hostname: address.hostname, port: checkPort(address.port) };
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 0xffff) return port;
  throw new RangeError(`connect: port must be a whole number from 1 to 65535, not ${String(port)}`);
}
