// The door of link/tun: a TUN interface to the kernel of this machine, its configuration, a network
// namespace to do it in, a host behind it, and the kernel's own view of its connections. Node and Linux only.

export { RealClock, type TimeSource } from '../../host/index.ts';
export {
  type AttachDeviceOptions,
  Attachment,
  type AttachOptions,
  attachDevice,
  attachTun,
  networkAddress,
  type PacketDevice,
  peerAddresses,
} from './attach.ts';
export {
  bringLoopbackUp,
  configureInterface,
  type InterfaceAddress,
  type InterfaceConfig,
  type InterfaceRoute,
} from './config.ts';
export { type TunCounters, TunDevice, type TunOptions, type TunReceiver } from './device.ts';
export { TunError } from './errors.ts';
export {
  closeKernelDiag,
  type KernelSocket,
  type KernelState,
  type KernelTuple,
  kernelStateOf,
  kernelTcpTable,
  parseTcpTable,
} from './kernel.ts';
export {
  type Availability,
  canUseNamespaces,
  canUseTun,
  inNamespace,
  NAMESPACE_VARIABLE,
  type NamespaceAvailability,
  reexecInNamespace,
  runInForeground,
} from './namespace.ts';
export { openTap, openTun } from './open.ts';
/** @internal For `synfin doctor`. */
export { dumpTcpSockets } from './sock-diag.ts';
export { TapDevice, type TapOptions } from './tap.ts';
