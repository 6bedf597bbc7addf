// The door of node: what needs Node's own modules. Node's net, http and https on a host; devices on Node's sockets; a
// connection as a Duplex.

export {
  ConfigError,
  currentHost,
  currentRegistration,
  dgramOf,
  type HostDgram,
  type HostHttp,
  type HostHttps,
  type HostNet,
  httpOf,
  httpsOf,
  MissingInternalError,
  netOf,
  onHost,
  type RegisterConfig,
  RegisteredError,
  type RegisterFaults,
  type RegisterOptions,
  type Registration,
  register,
  serveOn,
  socketClass,
  tlsConnect,
} from '../socket/node/index.ts';
export { DatagramDevice, type DatagramOptions, openDatagramDevice } from './datagram.ts';
export { ConnectionDuplex, type DuplexOptions, toDuplex } from './duplex.ts';
export { connectDevice, socketDevice } from './socket.ts';
