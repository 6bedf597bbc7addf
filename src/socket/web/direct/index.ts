// The door of Direct Sockets (WICG draft): the three classes, made for a host.

import type { Host } from '../../../host/index.ts';
import { Schema } from '../../../options/index.ts';
import { type NameOptions, nameKinds } from '../names.ts';
import { TCPServerSocket, type TCPServerSocketOptions } from './tcp-server-socket.ts';
import { openTcp, TCPSocket, type TCPSocketOptions } from './tcp-socket.ts';
import { UDPSocket, type UDPSocketOptions } from './udp-socket.ts';

export type { ReadableOf, TCPServerSocketOpenInfo, TCPServerSocketOptions } from './tcp-server-socket.ts';
export type { TCPSocketOpenInfo, TCPSocketOptions } from './tcp-socket.ts';
export type { UDPMessage, UDPSocketOpenInfo, UDPSocketOptions, WritableOf } from './udp-socket.ts';
export { TCPServerSocket, TCPSocket, UDPSocket };

/** Options of {@link directSockets}. */
export interface DirectSocketsOptions extends NameOptions {}

const directSocketsOptions = new Schema<DirectSocketsOptions>('directSockets', nameKinds);

/** The classes of Direct Sockets on one host. */
export interface DirectSockets {
  /** Connects. Throws TypeError or RangeError for arguments that are wrong. */
  readonly TCPSocket: new (
    remoteAddress: string,
    remotePort: number,
    options?: TCPSocketOptions,
  ) => TCPSocket;
  /** Listens. Throws TypeError or RangeError for arguments that are wrong. */
  readonly TCPServerSocket: new (
    localAddress: string,
    options?: TCPServerSocketOptions,
  ) => TCPServerSocket;
  /** Opens a socket, bound or connected. Throws TypeError or RangeError for options that are wrong. */
  readonly UDPSocket: new (
    options: UDPSocketOptions,
  ) => UDPSocket;
}

/**
 * Direct Sockets on a host:
 *
 * ```ts
 * const { TCPServerSocket } = directSockets(host);
 * const { readable, localPort } = await new TCPServerSocket('::').opened;
 * for await (const socket of readable) serve(await socket.opened);
 * ```
 *
 * Multicast options are not known. Throws TypeError.
 */
export function directSockets(host: Host, options: DirectSocketsOptions = {}): DirectSockets {
  directSocketsOptions.check(options);
  return {
    TCPSocket: class extends TCPSocket {
      constructor(remoteAddress: string, remotePort: number, how: TCPSocketOptions = {}) {
        super(openTcp(host, options, remoteAddress, remotePort, how));
      }
    },
    TCPServerSocket: class extends TCPServerSocket {
      constructor(localAddress: string, how: TCPServerSocketOptions = {}) {
        super(host, localAddress, how);
      }
    },
    UDPSocket: class extends UDPSocket {
      constructor(how: UDPSocketOptions) {
        super(host, options, how);
      }
    },
  };
}
