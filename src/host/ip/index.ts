// The door of IP: interfaces, routes, what arrives and leaves, forwarding, fragments, ICMP, path MTUs.

export { Forwarder } from './forwarder.ts';
export { FragmentLayer } from './fragment-layer.ts';
export { Reassembler } from './fragments.ts';
export { type IcmpErrors, IcmpLayer, type Quoted, type TcpErrors } from './icmp-layer.ts';
export {
  HostInterface,
  type InterfaceInfo,
  type InterfaceKind,
  type LinkOffload,
  type LocalAddress,
  type PacketSink,
  type Transmit,
} from './interface.ts';
export { IpHeader } from './ip-header.ts';
export { IpLayer, type Unreachable, type Way } from './ip-layer.ts';
export { checkOctet, DEFAULT_TTL, type IpService } from './ip-service.ts';
export { unfit } from './local-addresses.ts';
export { PathMtuCache } from './pmtu.ts';
export { type Route, RouteTable } from './routes.ts';
