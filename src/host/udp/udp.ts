// UDP (RFC 768, RFC 8200 section 8.1): datagrams to sockets and from them, and ICMP errors to who sent what they quote.

import {
  Err,
  type ErrorEndpoints,
  type IcmpCause,
  IPV4_PMTU_FLOOR,
  TcpError,
  tcpError,
} from '../../tcp/index.ts';
import {
  addressFromWords,
  formatWords,
  IPPROTO_UDP,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type IpAddress,
  IpPacket,
  isMulticast,
  Malformed,
  type Memory,
  parseAddress,
  parseIp,
  parseUdp,
  pseudoSum,
  sumIsTrusted,
  UDP_CHECKSUM_OFFSET,
  UDP_HEADER_LENGTH,
  UdpDatagram,
  udpChecksumOk,
  writeIpv4Header,
  writeIpv6Header,
  writeUdpHeader,
} from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';
import {
  DEFAULT_TTL,
  type HostInterface,
  type IcmpErrors,
  IpHeader,
  type IpLayer,
  PathMtuCache,
  type Quoted,
  type Unreachable,
  type Way,
} from '../ip/index.ts';
import type { Waits } from '../time/index.ts';
import {
  type UdpMessage,
  type UdpOptions,
  type UdpOwner,
  type UdpSendOptions,
  UdpSocket,
} from './udp-socket.ts';

const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;
/** The key of sockets for every port. */
const EVERY_PORT = 0;
/** Groups that one socket can be in, as in Linux. */
const MOST_GROUPS = 20;
const NOBODY: readonly UdpSocket[] = [];
/** Octets of the largest datagram with its header: what the length of an IP packet allows. */
const MOST = { 4: 65_515, 6: 65_535 } as const;

/** What brackets a user call: the time is set before, and the driver may have to know after. */
export interface UserCalls {
  before(): void;
  after(): void;
}

/** Takes the datagrams for one port, in the place of sockets. */
export interface UdpTunnel {
  /** Our port; 0: none. */
  readonly port: number;
  /** A datagram for it, with a checksum that is right. */
  arrives(packet: IpPacket, datagram: UdpDatagram): void;
}

/** What the UDP of a host is made of. */
export interface UdpLayerOptions {
  readonly ip: IpLayer;
  readonly counters: HostCounters;
  /** Path MTUs that TCP found out. */
  readonly tcpPaths: PathMtuCache;
  /** Milliseconds that do not wrap. */
  readonly nowMs: () => number;
  readonly woke: () => void;
  /** Answers a datagram that comes to nothing. */
  readonly unreachable: (packet: IpPacket, why: Unreachable) => void;
  readonly called: UserCalls;
  /** 32 random bits. */
  readonly random: () => number;
  readonly waits: Waits;
}

/** UDP on one host. */
export class UdpLayer implements UdpOwner, IcmpErrors {
  /** What the calls of its programs wait with. */
  readonly waits: Waits;
  readonly woke: () => void;
  readonly #o: UdpLayerOptions;
  readonly #ip: IpLayer;
  readonly #counters: HostCounters;
  readonly #memory: Memory;
  readonly #called: UserCalls;
  readonly #sockets = new Map<number, UdpSocket[]>();
  #tunnel: UdpTunnel | null = null;
  readonly #view = new UdpDatagram();
  readonly #header = new IpHeader(IPPROTO_UDP);
  /** Who has joined which group. */
  #memberships: { readonly socket: UdpSocket; readonly group: IpAddress }[] = [];
  /** Sockets that hear what is sent to all. */
  #broadcasting = 0;
  /**
   * Path MTUs that were reported of datagrams. Apart from TCP's: who guesses a port and a destination of UDP must not
   * be able to make TCP's segments small (RFC 5927 section 7). Made with the first one.
   */
  #paths: PathMtuCache | null = null;

  constructor(options: UdpLayerOptions) {
    this.#o = options;
    this.waits = options.waits;
    this.woke = options.woke;
    this.#called = options.called;
    this.#ip = options.ip;
    this.#counters = options.counters;
    this.#memory = options.ip.memory;
  }

  /** Opens a socket. Throws EADDRINUSE, EADDRNOTAVAIL. */
  open(options: UdpOptions, address: IpAddress | null): UdpSocket {
    const { any = false, reuse = false } = options;
    const port = this.#portFor(options.port, any);
    const others = this.#sockets.get(port) ?? [];
    const socket = new UdpSocket(this, port, address, options);
    const tunnelled = port === this.#tunnel?.port;
    if (tunnelled || others.some((s) => s.any === any && !(reuse && s.reuse) && sameAddress(s, socket))) {
      throw tcpError(Err.ADDRESS_IN_USE, 'bind', { address: `${address ?? '::'}`, port });
    }
    this.#sockets.set(port, [...others, socket]);
    if (socket.hearsAll) this.#broadcasting++;
    this.#hearBroadcasts();
    return socket;
  }

  #portFor(port: number | undefined, any: boolean): number {
    if (port === undefined && any) return EVERY_PORT;
    return port === undefined || port === 0 ? this.#freePort() : port;
  }

  /** IP asks us about datagrams to all while somebody wants such. */
  #hearBroadcasts(): void {
    this.#ip.broadcasts = this.#broadcasting === 0 ? null : (packet) => this.#wantsBroadcast(packet);
  }

  #wantsBroadcast(p: IpPacket): boolean {
    if (p.protocol !== IPPROTO_UDP || p.fragment || p.payloadLen < UDP_HEADER_LENGTH) return false;
    const port = this.#memory.dv.getUint16(p.payloadOff + 2);
    return (this.#sockets.get(port) ?? []).some((s) => s.hearsAll);
  }

  /** RFC 6056 section 3.3.1: a random one, or the next that is free. */
  #freePort(): number {
    const count = LAST_PORT - FIRST_PORT + 1;
    const from = (this.#o.random() >>> 0) % count;
    for (let i = 0; i < count; i++) {
      const port = FIRST_PORT + ((from + i) % count);
      if (!this.#sockets.has(port) && port !== this.#tunnel?.port) return port;
    }
    throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'bind', 'no free UDP port');
  }

  /** True while a socket is open. */
  get any(): boolean {
    return this.#sockets.size > 0;
  }

  /** Who takes the datagrams for its port from now on; null: nobody. Throws EADDRINUSE. */
  set tunnel(tunnel: UdpTunnel | null) {
    if (tunnel !== null && this.#sockets.has(tunnel.port))
      throw tcpError(Err.ADDRESS_IN_USE, 'bind', { address: '::', port: tunnel.port });
    this.#tunnel = tunnel;
  }

  /** Every socket. */
  get sockets(): UdpSocket[] {
    return [...this.#sockets.values()].flat();
  }

  /** Closes all sockets. */
  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  forget(socket: UdpSocket): void {
    const rest = (this.#sockets.get(socket.port) ?? []).filter((s) => s !== socket);
    if (rest.length === 0) this.#sockets.delete(socket.port);
    else this.#sockets.set(socket.port, rest);
    if (socket.hearsAll) this.#broadcasting--;
    this.#memberships = this.#memberships.filter((m) => m.socket !== socket);
    this.#hearBroadcasts();
    this.#called.after();
  }

  // Groups.

  /** As {@link UdpSocket.join}. */
  join(socket: UdpSocket, text: string): void {
    const group = groupOf(text, 'join');
    const joined = this.#memberships.filter((m) => m.socket === socket);
    if (joined.some((m) => m.group.equals(group)))
      throw new TcpError('EADDRINUSE', `the socket is in group ${text} already`, 'join');
    if (joined.length >= MOST_GROUPS)
      throw new TcpError('ENOBUFS', `a socket can be in ${MOST_GROUPS} groups`, 'join');
    this.#memberships.push({ socket, group });
  }

  /** As {@link UdpSocket.leave}. */
  leave(socket: UdpSocket, text: string): void {
    const group = groupOf(text, 'leave');
    const at = this.#memberships.findIndex((m) => m.socket === socket && m.group.equals(group));
    if (at < 0) throw new TcpError('EADDRNOTAVAIL', `the socket is not in group ${text}`, 'leave');
    this.#memberships.splice(at, 1);
  }

  /** Whether a socket has joined a group. */
  isMember(d0: number, d1: number, d2: number, d3: number): boolean {
    return this.#memberships.some(({ group: g }) => g.w3 === d3 && g.w2 === d2 && g.w1 === d1 && g.w0 === d0);
  }

  /** A UDP packet for this host. */
  input(packet: IpPacket): void {
    const counters = this.#counters;
    const mem = this.#ip.memory;
    const view = this.#view;
    const bad = parseUdp(mem, packet.payloadOff, packet.payloadLen, view);
    if (bad !== Malformed.OK) {
      counters.malformed[bad] = (counters.malformed[bad] as number) + 1;
      return;
    }
    const pseudo = pseudoSum(packet, IPPROTO_UDP, view.length);
    if (
      !sumIsTrusted(mem, packet, UDP_CHECKSUM_OFFSET) &&
      !udpChecksumOk(mem, packet.payloadOff, view.length, pseudo, packet.family)
    ) {
      counters.udpBadChecksum++;
      return;
    }
    const { local } = this.#ip;
    const toAll =
      this.#broadcasting > 0 && local.isBroadcastOrAll(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
    const toGroup = isMulticast(packet.dst0, packet.dst1, packet.dst2, packet.dst3);
    if (view.dstPort === this.#tunnel?.port && !toAll && !toGroup) {
      // A checksum is needed: the segment has no other (RFC 9293 MUST-3).
      if (view.checksum === 0) counters.udpBadChecksum++;
      else this.#tunnel.arrives(packet, view);
      return;
    }
    counters.udpIn++;
    const socket = toAll || toGroup ? null : this.#socketFor(view.dstPort, packet);
    const many = toAll || toGroup ? this.#socketsForAll(view.dstPort, packet, toAll) : NOBODY;
    if (socket === null && many.length === 0) {
      this.#o.unreachable(packet, 'port');
      return;
    }
    const { family, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
    const message: UdpMessage = {
      data: mem.u8.slice(view.dataOff, view.dataOff + view.dataLen),
      address: formatWords(family, src0, src1, src2, src3),
      port: view.srcPort,
      localAddress: formatWords(family, dst0, dst1, dst2, dst3),
      localPort: view.dstPort,
    };
    if (socket?.deliver(message) === false) counters.udpDropped++;
    for (const each of many) if (!each.deliver(message)) counters.udpDropped++;
    this.woke();
  }

  /** The sockets for a datagram to all, or to a group: everyone that hears it has it (RFC 1122 section 4.1.3.5). */
  #socketsForAll(port: number, p: IpPacket, toAll: boolean): readonly UdpSocket[] {
    const found = (this.#sockets.get(port) ?? []).filter((s) => (!toAll || s.hearsAll) && this.#hears(s, p));
    if (found.length > 0 || toAll) return found;
    return (this.#sockets.get(EVERY_PORT) ?? []).filter((s) => this.#hears(s, p)).slice(0, 1);
  }

  /**
   * The socket for a datagram: connected before others, with its address before the wildcard, `any` last; of those that
   * share both the latest.
   */
  #socketFor(port: number, p: IpPacket): UdpSocket | null {
    const { dst0, dst1, dst2, dst3 } = p;
    const ours = this.#ip.owner(dst0, dst1, dst2, dst3) !== null;
    let best: UdpSocket | null = null;
    let bestRank = 0;
    for (const s of this.#sockets.get(port) ?? []) {
      if ((!ours && !s.any) || !this.#hears(s, p)) continue;
      const rank = (s.any ? 0 : 4) + (s.remote === null ? 0 : 2) + (s.address === null ? 0 : 1) + 1;
      if (rank >= bestRank) {
        best = s;
        bestRank = rank;
      }
    }
    if (best !== null) return best;
    return this.#sockets.get(EVERY_PORT)?.find((s) => this.#hears(s, p)) ?? null;
  }

  /** Whether a socket's addresses are those of a datagram that arrived. */
  #hears(s: UdpSocket, p: IpPacket): boolean {
    const { address: a, remote: r } = s;
    if (s.family !== 0 && s.family !== p.family) return false;
    if (a !== null && (a.w3 !== p.dst3 || a.w2 !== p.dst2 || a.w1 !== p.dst1 || a.w0 !== p.dst0))
      return false;
    if (r === null) return true;
    if (s.remotePort !== this.#view.srcPort) return false;
    return r.w3 === p.src3 && r.w2 === p.src2 && r.w1 === p.src1 && r.w0 === p.src0;
  }

  destination(socket: UdpSocket, address: string, port: number): IpAddress {
    const to = parseAddress(address);
    if (to === null) throw new TypeError(`send: '${address}' is not an IP address`);
    if (!Number.isInteger(port) || port < 1 || port > 0xffff) throw new RangeError(`send: port ${port}`);
    if (!socket.broadcast && this.#ip.local.isBroadcastOrAll(to.w0, to.w1, to.w2, to.w3)) {
      const message = 'to send to all, open the socket with broadcast: true';
      throw new TcpError('EACCES', message, 'send', { address, port });
    }
    return to;
  }

  isOurs(address: string): boolean {
    const a = parseAddress(address);
    return a !== null && this.#ip.owner(a.w0, a.w1, a.w2, a.w3) !== null;
  }

  send(socket: UdpSocket, data: Uint8Array, to: IpAddress, port: number, options: UdpSendOptions): void {
    this.#called.before();
    const ip = this.#ip;
    const where = { address: to.toString(), port };
    const source = this.#sourceOf(socket, to, options);
    const way = this.#wayTo(socket, to, options.by);
    const from = source ?? way?.source ?? null;
    const isOther = socket.family !== 0 && socket.family !== to.family;
    if (way === null || from === null || from.family !== to.family || isOther)
      throw tcpError(Err.NET_UNREACHABLE, 'send', where);
    if (!socket.any && options.localPort !== undefined)
      throw new TypeError('send: localPort is for sockets that are opened with any: true');
    const localPort = options.localPort ?? socket.port;
    if (localPort === EVERY_PORT)
      throw new TypeError('send: name localAddress and localPort, or use reply: the socket has every port');
    this.#sendBy(way, from, socket, data, to, port, localPort, options);
    const { w0, w1, w2, w3 } = to;
    const isHeard = way.toMany && way.iface.index !== 0 && options.loop !== false;
    if (isHeard && this.isMember(w0, w1, w2, w3)) {
      const iface = ip.interfaces[0] as HostInterface;
      this.#sendBy({ ...way, iface }, from, socket, data, to, port, localPort, options);
    }
    this.#called.after();
  }

  #sendBy(
    way: Way,
    from: IpAddress,
    socket: UdpSocket,
    data: Uint8Array,
    to: IpAddress,
    port: number,
    localPort: number,
    options: UdpSendOptions,
  ): void {
    const ip = this.#ip;
    const where = { address: to.toString(), port };
    const len = UDP_HEADER_LENGTH + data.length;
    const headerLen = ip.headroom(way) - way.iface.headerLen;
    const mtu = this.#mtuTo(to, way);
    const inPieces = len + headerLen > mtu && socket.fragment && len <= MOST[way.family];
    if (len + headerLen > mtu && !inPieces) {
      const most = mtu - headerLen - UDP_HEADER_LENGTH;
      const what = mtu < way.iface.mtu ? 'the path takes packets' : 'the link takes packets';
      const message = `${data.length} octets do not fit: ${what} of ${mtu}: send ${most} or less`;
      throw new TcpError('EMSGSIZE', message, 'send', where);
    }
    const off = ip.alloc(way, len);
    if (off === 0) throw tcpError(Err.NO_RESOURCES, 'send', where);
    const at = off + ip.headroom(way);
    this.#memory.u8.set(data, at + UDP_HEADER_LENGTH);
    const header = this.#header.from(from).to(to);
    header.ttl = options.ttl ?? socket.ttl;
    header.tos = options.tos ?? socket.tos;
    writeUdpHeader(this.#memory, at, localPort, port, data.length, header.pseudoSum(len));
    this.#counters.udpOut++;
    if (inPieces) {
      ip.sendInPieces(way, off, len, header, mtu);
      return;
    }
    // A link below the floor must cut what fits the floor, as for TCP.
    ip.send(way, off, len, header, mtu <= IPV4_PMTU_FLOOR);
  }

  /** The address that a program insists on: the socket's, or with `any` whatever it names; else null. */
  #sourceOf(socket: UdpSocket, to: IpAddress, { localAddress }: UdpSendOptions): IpAddress | null {
    if (localAddress === undefined) {
      // Who has no address yet asks all from 0.0.0.0 (RFC 1122 section 3.2.1.3 (a)).
      const { address } = socket;
      if (address !== null || !socket.broadcast || !isToAll(to)) return address;
      return this.#ip.local.first(4) === null ? UNSPECIFIED : null;
    }
    const from = parseAddress(localAddress);
    if (from === null) throw new TypeError(`send: localAddress: '${localAddress}' is not an IP address`);
    if (!socket.any && this.#ip.owner(from.w0, from.w1, from.w2, from.w3) === null)
      throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'send', localAddress);
    return from;
  }

  #wayTo(socket: UdpSocket, to: IpAddress, by: HostInterface | undefined): Way | null {
    const { w0, w1, w2, w3 } = to;
    if (by !== undefined && (isToAll(to) || isMulticast(w0, w1, w2, w3))) {
      const source = this.#ip.local.sourceFor(by, to.family, w0, w1, w2, w3);
      return { iface: by, family: to.family, hop0: w0, hop1: w1, hop2: w2, hop3: w3, source, toMany: true };
    }
    return isToAll(to) ? this.#ip.wayToAll(socket.address) : this.#ip.way(w0, w1, w2, w3);
  }

  /** Octets of the largest packet to a destination, as far as is known. */
  #mtuTo({ w0, w1, w2, w3 }: IpAddress, way: Way): number {
    const now = this.#o.nowMs();
    let { mtu } = way.iface;
    for (const paths of [this.#paths, this.#o.tcpPaths]) {
      const known = paths === null ? 0 : paths.get(w0, w1, w2, w3, now);
      if (known !== 0) mtu = Math.min(mtu, known);
    }
    return mtu;
  }

  /**
   * An ICMP error about a datagram that came: it is formed again, with its addresses, ports and octets, for the error
   * to quote.
   */
  refuse({ address, port, localAddress, localPort, data }: UdpMessage, why: Unreachable): void {
    const from = parseAddress(address);
    const to = parseAddress(localAddress);
    if (from === null || to === null || from.family !== to.family) return;
    this.#called.before();
    const memory = this.#memory;
    const header = this.#header.from(from).to(to);
    const ipLen = to.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    const len = UDP_HEADER_LENGTH + data.length;
    const off = memory.alloc(ipLen + len);
    if (off === 0) {
      this.#counters.noMemory++;
      return;
    }
    const { family, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = header;
    if (family === 4) writeIpv4Header(memory, off, len, 0, 0, DEFAULT_TTL, 0, IPPROTO_UDP, src3, dst3);
    else {
      const ends = [src0, src1, src2, src3, dst0, dst1, dst2, dst3] as const;
      writeIpv6Header(memory, off, len, 0, DEFAULT_TTL, 0, IPPROTO_UDP, ...ends);
    }
    memory.u8.set(data, off + ipLen + UDP_HEADER_LENGTH);
    writeUdpHeader(memory, off + ipLen, port, localPort, data.length, header.pseudoSum(len));
    const packet = new IpPacket();
    if (parseIp(memory, off, ipLen + len, packet) === Malformed.OK) this.#o.unreachable(packet, why);
    memory.free(off, ipLen + len);
    this.#called.after();
  }

  // ICMP (RFC 1122 section 4.1.3.3).

  /** An ICMP error quoted a datagram of ours, or the link could not deliver it. False: of no socket. */
  icmp({ packet, localPort, remotePort, reporter }: Quoted, _cause: IcmpCause, error: Err): boolean {
    const socket = this.#quoted(packet, localPort, remotePort);
    if (socket === null) return false;
    const where = endpointsOf(packet, localPort, remotePort);
    const hard = error === Err.REFUSED || error === Err.PROTOCOL_UNREACHABLE;
    const told =
      error === Err.PROTOCOL_UNREACHABLE
        ? new TcpError('ENOPROTOOPT', 'the peer host does not speak UDP', 'send', where)
        : tcpError(error, 'send', where);
    socket.failed({ error: told, reporter }, hard);
    return true;
  }

  /** A datagram of ours was too big for a link of `mtu` octets (RFC 1191, RFC 8201). False: of no socket. */
  tooBig({ packet, localPort, remotePort, reporter }: Quoted, mtu: number): boolean {
    const socket = this.#quoted(packet, localPort, remotePort);
    const { dst0, dst1, dst2, dst3 } = packet;
    const to = addressFromWords(packet.family, dst0, dst1, dst2, dst3);
    const way = this.#ip.way(dst0, dst1, dst2, dst3);
    if (socket === null || way === null) return false;
    this.#paths ??= new PathMtuCache(this.#o.random(), this.#o.random());
    const before = this.#mtuTo(to, way);
    this.#paths.report(dst0, dst1, dst2, dst3, mtu, packet.totalLen, before, this.#o.nowMs());
    const now = this.#mtuTo(to, way);
    if (now >= before) return false;
    const most = now - (packet.family === 4 ? 20 : 40) - UDP_HEADER_LENGTH;
    const message = `a datagram was lost: the path takes packets of ${now}: send ${most} octets or less`;
    const where = endpointsOf(packet, localPort, remotePort);
    socket.failed({ error: new TcpError('EMSGSIZE', message, 'send', where), reporter }, true);
    return true;
  }

  /** The socket that sent a datagram lately; null when none did, so that the error is a lie or late (RFC 5927). */
  #quoted(q: IpPacket, localPort: number, remotePort: number): UdpSocket | null {
    const ours = this.#ip.owner(q.src0, q.src1, q.src2, q.src3) !== null;
    for (const port of [localPort, EVERY_PORT]) {
      for (const s of this.#sockets.get(port) ?? []) {
        const a = s.address;
        if (a !== null && (a.w3 !== q.src3 || a.w2 !== q.src2 || a.w1 !== q.src1 || a.w0 !== q.src0))
          continue;
        if ((ours || s.any) && s.remembers(q, remotePort)) return s;
      }
    }
    return null;
  }
}

const UNSPECIFIED = addressFromWords(4, 0, 0, 0xffff, 0);

/** 255.255.255.255. */
function isToAll(a: IpAddress): boolean {
  return a.family === 4 && a.w3 === -1;
}

function endpointsOf(q: IpPacket, localPort: number, remotePort: number): ErrorEndpoints {
  return {
    address: formatWords(q.family, q.dst0, q.dst1, q.dst2, q.dst3),
    port: remotePort,
    localAddress: formatWords(q.family, q.src0, q.src1, q.src2, q.src3),
    localPort,
  };
}

function groupOf(text: string, call: string): IpAddress {
  const group = parseAddress(text);
  if (group === null || !isMulticast(group.w0, group.w1, group.w2, group.w3))
    throw new TypeError(`${call}: '${text}' is not the address of a group, like 239.1.2.3 or ff02::1:3`);
  return group;
}

/** Whether two sockets of one port are for the same address. */
function sameAddress(a: UdpSocket, b: UdpSocket): boolean {
  if (a.address !== null) return b.address?.equals(a.address) === true;
  return b.address === null && (a.family === 0 || b.family === 0 || a.family === b.family);
}
