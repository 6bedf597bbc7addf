// What a socket is told of the process that it belongs to, and the values that its calls take.

import type { Host } from '../../host/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import type { File } from './file.ts';
import type { Personality } from './personality.ts';
import type { TcpSocket } from './tcp-socket.ts';

/** A socket address; `address` null is the wildcard. */
export interface SocketAddress {
  readonly address: string | null;
  readonly port: number;
}

/** AF_UNSPEC in the place of an address. */
export const UNSPECIFIED: SocketAddress = { address: null, port: 0 };

/** SO_LINGER. */
export interface Linger {
  readonly on: boolean;
  readonly seconds: number;
}

/** What a socket asks of the process it belongs to. */
export interface SocketOwner {
  readonly host: Host;
  readonly personality: Personality;
  /** Settings of sockets to come that differ from the host's. */
  readonly settings: Partial<TcpConfig>;
  readonly synCookies: boolean;
  readonly synCookiesOnly: boolean;
  now(): number;
  /** Gives a new file a descriptor. */
  open(file: File): number;
  /** True when another socket holds the address. */
  taken(socket: TcpSocket, address: SocketAddress): boolean;
}
