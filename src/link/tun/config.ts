// Gives an interface its addresses, routes and MTU and brings it up: rtnetlink(7), no helper program.
// IPv6 is kept quiet: no link-local address, no duplicate address detection (RFC 4862 section 5.4), no
// router solicitations (RFC 4861 section 6.3.7), so that the first packet on the device is one you caused.

import { writeFileSync } from 'node:fs';
import { list, needed, nested, Schema, text, whole } from '../../options/index.ts';
import { addressBytes } from './address.ts';
import { systemError, TunError } from './errors.ts';
import { type Libc, loadLibc } from './libc.ts';
import {
  NetlinkMessage,
  NetlinkSocket,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
} from './netlink.ts';

const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const AF_INET = 2;
const AF_INET6 = 10;

const IFLA_MTU = 4;
const IFLA_TXQLEN = 13;
const IFLA_AF_SPEC = 26;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const IN6_ADDR_GEN_MODE_NONE = 1;
const IFF_UP = 1;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_F_NODAD = 0x02;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;

/** An address that the kernel takes on the interface, and what it reaches through it. */
export interface InterfaceAddress {
  /** IPv4 or IPv6, as text. */
  address: string;
  /** Bits of the subnet that lies behind the interface: the kernel routes it there. */
  prefix: number;
  /** Instead of a subnet, the one address at the other end; `prefix` then belongs to it. */
  peer?: string;
}

/** More that the kernel reaches through the interface. */
export interface InterfaceRoute {
  /** The network's address as text; '0.0.0.0' or '::' with prefix 0 is the default route. */
  destination: string;
  /** Bits. */
  prefix: number;
  /** The next hop; without it the destination is on the link. */
  gateway?: string;
}

/** What {@link configureInterface} sets. */
export interface InterfaceConfig {
  name: string;
  /** Bytes; unchanged when absent. */
  mtu?: number;
  /** Packets that the kernel queues for the reader before it drops; unchanged (TUN: 500) when absent. */
  queueLength?: number;
  addresses?: readonly InterfaceAddress[];
  routes?: readonly InterfaceRoute[];
}

const interfaceAddress = new Schema<InterfaceAddress>('address', {
  address: needed(text),
  prefix: needed(whole(0, 128)),
  peer: text,
});

const interfaceRoute = new Schema<InterfaceRoute>('route', {
  destination: needed(text),
  prefix: needed(whole(0, 128)),
  gateway: text,
});

const interfaceConfig = new Schema<InterfaceConfig>('configureInterface', {
  name: needed(text),
  mtu: whole(68, 65_535),
  queueLength: whole(0, 0xffff_ffff),
  addresses: list(nested(interfaceAddress)),
  routes: list(nested(interfaceRoute)),
});

/** Link properties for {@link setLink}. */
export interface LinkSettings {
  mtu?: number;
  queueLength?: number;
  /** No automatic IPv6 address. */
  quiet?: boolean;
  up?: boolean;
}

function request(type: number, flags: number): NetlinkMessage {
  return new NetlinkMessage(type, NLM_F_REQUEST | NLM_F_ACK | flags);
}

function ask(libc: Libc, what: string, message: NetlinkMessage): void {
  const socket = new NetlinkSocket(libc, NETLINK_ROUTE);
  try {
    const errno = socket.ask(message.finish());
    if (errno !== 0) throw systemError(what, errno);
  } finally {
    socket.close();
  }
}

function indexOf(libc: Libc, name: string): number {
  const index = libc.ifNameToIndex(name);
  if (index === 0) throw systemError(`looking for the interface ${name}`, libc.errno());
  return index;
}

/** Changes an interface itself. Throws a {@link TunError}. */
export function setLink(libc: Libc, name: string, settings: LinkSettings): void {
  const { mtu, queueLength, quiet, up } = settings;
  const index = indexOf(libc, name);
  const message = request(RTM_NEWLINK, 0);
  // struct ifinfomsg: family, pad, type, index, flags, change mask.
  message.u8(0).u8(0).u16(0).u32(index);
  message.u32(up ? IFF_UP : 0).u32(up ? IFF_UP : 0);
  if (mtu !== undefined) message.attribute(IFLA_MTU, () => message.u32(mtu));
  if (queueLength !== undefined) message.attribute(IFLA_TXQLEN, () => message.u32(queueLength));
  if (quiet) {
    const mode = () => message.u8(IN6_ADDR_GEN_MODE_NONE);
    const inet6 = () => message.attribute(IFLA_INET6_ADDR_GEN_MODE, mode);
    message.attribute(IFLA_AF_SPEC, () => message.attribute(AF_INET6, inet6));
  }
  ask(libc, `setting up the interface ${name}`, message);
}

function addAddress(libc: Libc, name: string, index: number, entry: InterfaceAddress): void {
  const local = addressBytes(entry.address);
  const peer = entry.peer === undefined ? local : addressBytes(entry.peer);
  checkPrefix(local, entry.prefix);
  if (peer.length !== local.length) {
    throw new TunError('EINVAL', `${entry.address} and its peer ${entry.peer} are of different families`);
  }
  const message = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  const inet6 = local.length === 16;
  // struct ifaddrmsg: family, prefix length, flags, scope, index.
  message.u8(inet6 ? AF_INET6 : AF_INET).u8(entry.prefix);
  message
    .u8(inet6 ? IFA_F_NODAD : 0)
    .u8(0)
    .u32(index);
  message.attribute(IFA_LOCAL, () => message.raw(local));
  message.attribute(IFA_ADDRESS, () => message.raw(peer));
  ask(libc, `giving ${name} the address ${entry.address}/${entry.prefix}`, message);
}

function addRoute(libc: Libc, name: string, index: number, route: InterfaceRoute): void {
  const destination = addressBytes(route.destination);
  const gateway = route.gateway === undefined ? undefined : addressBytes(route.gateway);
  checkPrefix(destination, route.prefix);
  const message = request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  // struct rtmsg: family, destination and source bits, TOS, table, protocol, scope, type, flags.
  message
    .u8(destination.length === 16 ? AF_INET6 : AF_INET)
    .u8(route.prefix)
    .u8(0)
    .u8(0);
  message
    .u8(RT_TABLE_MAIN)
    .u8(RTPROT_STATIC)
    .u8(gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
  message.u8(RTN_UNICAST).u32(0);
  if (route.prefix > 0) message.attribute(RTA_DST, () => message.raw(destination));
  if (gateway !== undefined) message.attribute(RTA_GATEWAY, () => message.raw(gateway));
  message.attribute(RTA_OIF, () => message.u32(index));
  ask(libc, `routing ${route.destination}/${route.prefix} to ${name}`, message);
}

function checkPrefix(address: Uint8Array, prefix: number): void {
  if (Number.isInteger(prefix) && prefix >= 0 && prefix <= address.length * 8) return;
  throw new TunError('EINVAL', `a prefix has 0 to ${address.length * 8} bits: ${prefix}`);
}

/** Writes the interface's sysctls; a read-only /proc/sys (a container) only costs some IPv6 noise. */
function setSysctls(name: string, values: Record<string, number>): void {
  for (const [key, value] of Object.entries(values)) {
    try {
      writeFileSync(`/proc/sys/net/ipv6/conf/${name}/${key}`, String(value));
    } catch {
      // Best effort: see above.
    }
  }
}

/**
 * Gives the interface MTU, addresses and routes, and brings it up. Only for an interface that is ours (an
 * open TUN device, or one in a namespace of our own). Rejects with a {@link TunError}; what was set before
 * the failure stays.
 */
export async function configureInterface(config: InterfaceConfig): Promise<void> {
  interfaceConfig.check(config);
  const libc = await loadLibc();
  const { name, addresses = [], routes = [] } = config;
  const index = indexOf(libc, name);
  const parsed = addresses.map((entry) => addressBytes(entry.address));
  if (parsed.some((address) => address.length === 16)) setSysctls(name, { disable_ipv6: 0 });
  setSysctls(name, { accept_ra: 0, router_solicitations: 0, accept_dad: 0, dad_transmits: 0, autoconf: 0 });
  const settings: LinkSettings = { up: true };
  if (config.mtu !== undefined) settings.mtu = config.mtu;
  if (config.queueLength !== undefined) settings.queueLength = config.queueLength;
  try {
    setLink(libc, name, { quiet: true });
  } catch {
    // A kernel without IPv6 has no such setting, and needs none.
  }
  setLink(libc, name, settings);
  for (const entry of addresses) addAddress(libc, name, index, entry);
  for (const route of routes) addRoute(libc, name, index, route);
}

/** Brings `lo` up, with 127.0.0.1 and ::1: in a new network namespace it is down. */
export async function bringLoopbackUp(): Promise<void> {
  setLink(await loadLibc(), 'lo', { up: true });
}
