// The door of node: what needs Node's own modules. Node's net, http and https on a host; devices on Node's sockets; a
// connection as a Duplex.

export {
  ConfigError,
  type ConnectionSocket,
  currentHost,
  currentRegistration,
  type DnsServer,
  type DnsServerOptions,
  dgramOf,
  dnsOf,
  type HostDgram,
  type HostDns,
  type HostHttp,
  type HostHttps,
  type HostNet,
  httpOf,
  httpsOf,
  MissingInternalError,
  Names,
  type NamesOptions,
  namesOf,
  netOf,
  onHost,
  type RegisterConfig,
  RegisteredError,
  type RegisterFaults,
  type RegisterOptions,
  type Registration,
  register,
  serveDns,
  serveOn,
  socketClass,
  tlsConnect,
  type Zone,
  type ZoneFailure,
  type ZoneRecord,
} from '../socket/node/index.ts';
export { DatagramDevice, type DatagramOptions, openDatagramDevice } from './datagram.ts';
export { ConnectionDuplex, type DuplexOptions, toDuplex } from './duplex.ts';
export { connectDevice, socketDevice } from './socket.ts';
