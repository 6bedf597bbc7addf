// The door of the gateway: a way out for virtual machines. Guests' frames come in by ports; their connections end here,
// are judged, and are spliced with connections of the network outside. Runs in any engine; what needs Node is in node/.

export { type AuditRecord, auditLine } from './audit.ts';
export {
  type DnsAnswer,
  type DnsCounters,
  type DnsOptions,
  type DnsUpstream,
  type DohFetcher,
  dohUpstream,
} from './dns/index.ts';
export { GatewayError } from './error.ts';
export type { Forward, ForwardOptions } from './forward.ts';
export { Gateway } from './gateway.ts';
export type { GatewayInfo } from './info.ts';
export {
  type FrameTap,
  faultyPort,
  Guest,
  type GuestCounters,
  type GuestFaults,
  type GuestInfo,
} from './lan/index.ts';
export type { GatewayLimits, GatewayOptions, GuestOptions } from './options.ts';
export type {
  Outer,
  OuterConnection,
  OuterConnectionEvents,
  OuterDatagramEvents,
  OuterDatagramListener,
  OuterDatagrams,
  OuterError,
  OuterIncoming,
  OuterListener,
  OuterTarget,
} from './outer.ts';
export { hostOuter } from './outer-host.ts';
export type { ConnectionVerdict, DenyAnswer, PolicyOptions, PolicyRule, Verdict } from './policy/index.ts';
export type { FramePort } from './port.ts';
export type { BootOptions, DhcpCounters, DhcpOptions, Lease } from './services/index.ts';
export {
  type ConnectionCounters,
  type ConnectionListener,
  type ConnectionRow,
  GatewayConnection,
} from './tcp/index.ts';
export type { FlowCounters } from './udp/index.ts';
