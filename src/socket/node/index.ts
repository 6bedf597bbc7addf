// The door of `socket/node`: Node's own net on a host.

export { type ConnectionSocket, socketOver } from './connection-socket.ts';
export { dgramOf, type HostDgram } from './host-dgram.ts';
export { dnsOf, type HostDns } from './host-dns.ts';
export { type HostHttp, type HostHttps, httpOf, httpsOf, tlsConnect } from './host-http.ts';
export { type HostNet, netOf, serveOn, socketClass } from './host-net.ts';
export { hasJsStream, jsStreamClass, MissingInternalError } from './internals.ts';
export {
  type DnsServer,
  type DnsServerOptions,
  Names,
  type NamesOptions,
  namesOf,
  serveDns,
  type Zone,
  type ZoneFailure,
  type ZoneRecord,
} from './names/index.ts';
export {
  currentHost,
  currentPlace,
  type Entry,
  entryTo,
  nowhere,
  onHost,
  onPlace,
  type Place,
  type Turns,
} from './places.ts';
export {
  currentRegistration,
  RegisteredError,
  type Registration,
  register,
} from './register.ts';
export { ConfigError } from './register-config.ts';
export type { RegisterConfig, RegisterFaults, RegisterOptions } from './register-options.ts';
export { HandleType, type TcpHandle, type TcpHandleClass, tcpHandleClass } from './tcp-handle.ts';
