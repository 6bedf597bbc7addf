// The door of the host: many connections on one IP host, and the promise API.

export type { AbortSignalLike } from '../options/index.ts';
export type { Octets } from './base/index.ts';
export { bothTaps, HostCounters, type HostTap } from './base/index.ts';
export type {
  ConnectionHandler,
  ConnectionInfo,
  Endpoint,
  OctetsByobReader,
  OctetsReader,
  PlatformReadable,
  PlatformWritable,
  ReadableOctets,
  ReadOptions,
  SynRequest,
  WritableOctets,
  WriteOptions,
} from './connection/index.ts';
export { Connection, Listener, type ListenerInfo, type ListenOptions } from './connection/index.ts';
export { Host, type HostInfo } from './host.ts';
/** @internal The host that a connection is of: for what stands on connections. */
export { hostOf } from './host-of.ts';
export type { InterfaceOptions } from './interfaces.ts';
export type { IpService, Route, Unreachable } from './ip/index.ts';
export {
  HostInterface,
  type InterfaceInfo,
  type InterfaceKind,
  type LinkOffload,
  type LocalAddress,
  type Transmit,
} from './ip/index.ts';
export type {
  AddressState,
  AutoconfigurationInfo,
  AutoconfigureOptions,
  Device,
  DeviceClosed,
  IdentifierKind,
} from './link/index.ts';
export {
  type ConnectOptions,
  type DeviceOptions,
  type HostOptions,
  hostOptions,
  interfaceOptions,
} from './options.ts';
export {
  type ChoiceName,
  type FreebsdSteps,
  freebsdRules,
  type HostProfile,
  hostProfiles,
  type LinuxSteps,
  linuxRules,
  type ProfileName,
} from './profiles/index.ts';
export type { CloseOptions, FastOpenKeys, FastOpenMode, PeerMetricsInfo } from './tcp/index.ts';
export { fastOpenKeys } from './tcp/index.ts';
export type { WaitOptions } from './time/index.ts';
export {
  type Clock,
  type Driven,
  HostDriver,
  nextTurn,
  platformTimers,
  RealClock,
  soon,
  type TimerPlatform,
  type TimeSource,
} from './time/index.ts';
export {
  type UdpInfo,
  type UdpMessage,
  type UdpOptions,
  type UdpProblem,
  type UdpSendOptions,
  UdpSocket,
} from './udp/index.ts';

// For the rooms above, not for users of the package.

/** @internal Runs a callback of a program. */
export { runUserCode } from './base/index.ts';
/** @internal Puts the fragments of captures together. */
export { Reassembler } from './ip/index.ts';
