// The door of what guests are told of their network.

export { Advertiser } from './advertiser.ts';
export {
  type BootOptions,
  type DhcpCounters,
  type DhcpNetwork,
  type DhcpOptions,
  DhcpServer,
  dhcpOptions,
  type Lease,
} from './dhcp.ts';
export { DhcpClient, type OwnLease } from './dhcp-client.ts';
export { searchList } from './dhcp-message.ts';
export { serveNtp } from './ntp.ts';
