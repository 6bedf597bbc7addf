// The door of the host: many connections on one IP host, and the promise API.

export type { AbortSignalLike } from '../options/index.ts';
export type { AddressState, AutoconfigurationInfo, AutoconfigureOptions } from './autoconfiguration.ts';
export { type Clock, RealClock, type TimeSource } from './clock.ts';
export { Connection } from './connection.ts';
export type { ConnectionHandler, ConnectionInfo, Endpoint } from './connection-types.ts';
export { bothTaps, HostCounters, type HostTap } from './counters.ts';
export type { Device } from './device.ts';
export type { DeviceClosed } from './devices.ts';
export { type Driven, HostDriver } from './driver.ts';
export {
  type ConnectOptions,
  type DeviceOptions,
  Host,
  type HostInfo,
  type HostOptions,
} from './host.ts';
export {
  HostInterface,
  type InterfaceInfo,
  type InterfaceKind,
  type LocalAddress,
  type Transmit,
} from './interface.ts';
export type { IdentifierKind } from './interface-identifier.ts';
export type { InterfaceOptions } from './interfaces.ts';
export type { IpService } from './ip-service.ts';
export { Listener, type ListenerInfo, type ListenOptions } from './listener.ts';
export type { Octets } from './octets.ts';
export { hostOptions, interfaceOptions } from './options.ts';
export { nextTurn, platformTimers, soon, type TimerPlatform } from './platform.ts';
export type { ReadOptions } from './reading.ts';
export type { Route } from './routes.ts';
export type {
  OctetsByobReader,
  OctetsReader,
  PlatformReadable,
  PlatformWritable,
  ReadableOctets,
  WritableOctets,
} from './streams.ts';
export type { CloseOptions } from './teardown.ts';
export {
  type UdpInfo,
  type UdpMessage,
  type UdpOptions,
  type UdpProblem,
  type UdpSendOptions,
  UdpSocket,
} from './udp-socket.ts';
export type { WaitOptions } from './waits.ts';
export type { WriteOptions } from './writing.ts';
