// The door of the host: many connections on one IP host, and the promise API.

export type { AbortSignalLike } from '../options/index.ts';
export {
  Connection,
  type ConnectionHandler,
  type ConnectionInfo,
  type Endpoint,
} from './connection.ts';
export { HostCounters, type HostTap } from './counters.ts';
export { type Clock, type ConnectOptions, Host, type HostOptions, type InterfaceOptions } from './host.ts';
export { HostInterface, type InterfaceKind, type LocalAddress, type Transmit } from './interface.ts';
export { Listener, type ListenOptions } from './listener.ts';
export type { Route } from './routes.ts';
export { type UdpMessage, type UdpOptions, UdpSocket } from './udp.ts';
