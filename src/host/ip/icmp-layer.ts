// ICMP and ICMPv6 on one host: echo is answered, errors go to the connection they quote (RFC 792,
// RFC 4443, RFC 1122 section 3.2.2; RFC 9293 section 3.9.2.2 and RFC 5927 for what they may do there).

import { Err, IcmpCause } from '../../tcp/index.ts';
import {
  formatWords,
  ICMP_HEADER_LENGTH,
  ICMP4_ECHO_REPLY,
  ICMP4_ECHO_REQUEST,
  ICMP4_PARAMETER_PROBLEM,
  ICMP4_TIME_EXCEEDED,
  ICMP4_UNREACHABLE,
  ICMP6_ECHO_REPLY,
  ICMP6_ECHO_REQUEST,
  ICMP6_PACKET_TOO_BIG,
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TIME_EXCEEDED,
  ICMP6_UNREACHABLE,
  IcmpMessage,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  IpPacket,
  icmp4QuoteLength,
  icmp6QuoteLength,
  isIcmp4Error,
  isIcmp6Error,
  isMulticast,
  isValidTcpSource,
  Malformed,
  type Memory,
  PARAM6_HEADER_CHAIN,
  PARAM6_HEADER_FIELD,
  PARAM6_NEXT_HEADER,
  PARAM6_OPTION,
  PARAM6_TOO_MANY_HEADERS,
  PARAM6_TOO_MANY_OPTIONS,
  parseIcmp4,
  parseIcmp6,
  parseIp,
  parseQuotedIp,
  pseudoSum,
  TIME4_REASSEMBLY,
  TIME4_TTL,
  TIME6_HOP_LIMIT,
  TIME6_REASSEMBLY,
  UDP_HEADER_LENGTH,
  UNREACH4_ADMIN_PROHIBITED,
  UNREACH4_FRAG_NEEDED,
  UNREACH4_HOST,
  UNREACH4_HOST_PROHIBITED,
  UNREACH4_NET,
  UNREACH4_NET_PROHIBITED,
  UNREACH4_PORT,
  UNREACH4_PROTOCOL,
  UNREACH4_SOURCE_ROUTE,
  UNREACH6_ADDRESS,
  UNREACH6_ADMIN_PROHIBITED,
  UNREACH6_BEYOND_SCOPE,
  UNREACH6_NO_ROUTE,
  UNREACH6_PORT,
  writeIcmp4Echo,
  writeIcmp4Error,
  writeIcmp6Echo,
  writeIcmp6Error,
} from '../../wire/index.ts';
import { type HostCounters, RateLimit } from '../base/index.ts';
import { IpHeader } from './ip-header.ts';
import type { IpLayer, Unreachable, Way } from './ip-layer.ts';

/** Errors sent in a second (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4 (f)). */
const ERRORS_PER_SECOND = 100;
const UNREACHABLE_CODES4: Readonly<Record<Unreachable, number>> = {
  port: UNREACH4_PORT,
  host: UNREACH4_HOST,
  net: UNREACH4_NET,
  prohibited: UNREACH4_ADMIN_PROHIBITED,
};
const UNREACHABLE_CODES6: Readonly<Record<Unreachable, number>> = {
  port: UNREACH6_PORT,
  host: UNREACH6_ADDRESS,
  net: UNREACH6_NO_ROUTE,
  prohibited: UNREACH6_ADMIN_PROHIBITED,
};
/** Octets that we need of a quoted header: ports, and TCP's sequence number. */
const QUOTED_OCTETS = 8;

/** What an ICMP message quotes of a packet of ours. One object is filled again and again. */
export interface Quoted {
  readonly packet: IpPacket;
  localPort: number;
  remotePort: number;
  /** TCP's sequence number; of UDP it is nothing. */
  seq: number;
  /** Of a segment in a datagram: the UDP port it was sent to; else 0. */
  udpPort: number;
  /** The address of who says so. */
  reporter: string;
}

/** What a transport takes of ICMP; false: what is quoted is nobody's, so that the message counts as a lie. */
export interface IcmpErrors {
  /** An error, what it complains of, and what a user is told (RFC 9293 section 3.9.2.2). */
  icmp(quoted: Quoted, cause: IcmpCause, error: Err): boolean;
  /** The packet was too big for a link of `mtu` octets (RFC 1191, RFC 8201). */
  tooBig(quoted: Quoted, mtu: number): boolean;
}

/** What TCP takes besides. */
export interface TcpErrors extends IcmpErrors {
  /** The UDP port from which segments go in datagrams; 0: there is none. */
  readonly tunnelPort: number;
  /** The next hop of a packet of ours is not there. */
  nextHopUnreachable(packet: IpPacket): void;
}

/** What the ICMP of a host is made of. */
export interface IcmpLayerOptions {
  readonly ip: IpLayer;
  readonly tcp: TcpErrors;
  readonly counters: HostCounters;
  /** Microseconds of the host's time. */
  readonly nowUs: () => number;
}

/** ICMP of a host. */
export class IcmpLayer {
  readonly #ip: IpLayer;
  readonly #tcp: TcpErrors;
  readonly #counters: HostCounters;
  readonly #nowUs: () => number;
  readonly #memory: Memory;
  readonly #message = new IcmpMessage();
  readonly #header = new IpHeader(IPPROTO_ICMP);
  /** A packet that comes back, whole or in part. */
  readonly #packet = new IpPacket();
  readonly #quoted: Quoted = {
    packet: this.#packet,
    localPort: 0,
    remotePort: 0,
    seq: 0,
    udpPort: 0,
    reporter: '',
  };
  /** Whether echo requests for addresses of others are answered. */
  echoForOthers = true;
  /** UDP, which hears of its datagrams. */
  udp: IcmpErrors | null = null;
  /** Neighbour discovery: what is neither echo nor error. */
  ndp: ((packet: IpPacket, message: IcmpMessage) => void) | null = null;
  readonly #errors = new RateLimit(ERRORS_PER_SECOND);

  constructor(o: IcmpLayerOptions) {
    const { ip } = o;
    this.#ip = ip;
    this.#tcp = o.tcp;
    this.#counters = o.counters;
    this.#nowUs = o.nowUs;
    this.#memory = ip.memory;
  }

  /** An ICMP packet for this host. */
  input4(packet: IpPacket): void {
    const m = this.#message;
    if (!this.#parsed(parseIcmp4(this.#memory, packet.payloadOff, packet.payloadLen, m))) return;
    switch (m.type) {
      case ICMP4_ECHO_REQUEST:
        this.#echo(packet, m);
        return;
      case ICMP4_UNREACHABLE:
        this.#unreachable4(packet, m);
        return;
      case ICMP4_TIME_EXCEEDED:
        this.#tell(packet, m, timeExceeded(m.code === TIME4_TTL), Err.HOST_UNREACHABLE); // MUST-56: soft
        return;
      case ICMP4_PARAMETER_PROBLEM:
        this.#tell(packet, m, IcmpCause.PARAMETER, Err.HOST_UNREACHABLE);
        return;
      default: // MUST-55: source quench is ignored, as is all else
    }
  }

  /** An ICMPv6 packet for this host. */
  input6(packet: IpPacket): void {
    const m = this.#message;
    const { payloadOff, payloadLen } = packet;
    const pseudo = pseudoSum(packet, IPPROTO_ICMPV6, payloadLen);
    if (!this.#parsed(parseIcmp6(this.#memory, payloadOff, payloadLen, pseudo, m))) return;
    switch (m.type) {
      case ICMP6_ECHO_REQUEST:
        this.#echo(packet, m);
        return;
      case ICMP6_PACKET_TOO_BIG:
        this.#tooBig(packet, m);
        return;
      case ICMP6_UNREACHABLE:
        this.#unreachable6(packet, m);
        return;
      case ICMP6_TIME_EXCEEDED:
        this.#tell(packet, m, timeExceeded(m.code === TIME6_HOP_LIMIT), Err.HOST_UNREACHABLE);
        return;
      case ICMP6_PARAMETER_PROBLEM:
        this.#tell(
          packet,
          m,
          m.code === PARAM6_NEXT_HEADER ? IcmpCause.NEXT_HEADER : IcmpCause.PARAMETER,
          Err.HOST_UNREACHABLE,
        );
        return;
      default:
        this.ndp?.(packet, m);
    }
  }

  #parsed(bad: number): boolean {
    this.#counters.icmpIn++;
    if (bad === Malformed.OK) return true;
    const { malformed } = this.#counters;
    malformed[bad] = (malformed[bad] as number) + 1;
    return false;
  }

  /** Destination unreachable: 0, 1, 5 are soft (MUST-56), 2 and 3 hard (SHLD-26), 4 is path MTU discovery. */
  #unreachable4(packet: IpPacket, m: IcmpMessage): void {
    switch (m.code) {
      case UNREACH4_FRAG_NEEDED:
        this.#tooBig(packet, m);
        return;
      case UNREACH4_PROTOCOL:
        this.#tell(packet, m, IcmpCause.PROTOCOL, Err.PROTOCOL_UNREACHABLE);
        return;
      case UNREACH4_PORT:
        this.#tell(packet, m, IcmpCause.PORT, Err.REFUSED);
        return;
      case UNREACH4_NET:
      case UNREACH4_SOURCE_ROUTE:
        this.#tell(packet, m, IcmpCause.UNREACHABLE, Err.NET_UNREACHABLE);
        return;
      case UNREACH4_NET_PROHIBITED:
      case UNREACH4_HOST_PROHIBITED:
      case UNREACH4_ADMIN_PROHIBITED:
        this.#tell(packet, m, IcmpCause.PROHIBITED, Err.HOST_UNREACHABLE);
        return;
      default:
        this.#tell(packet, m, IcmpCause.UNREACHABLE, Err.HOST_UNREACHABLE);
    }
  }

  /** Port unreachable, like SHLD-26 for IPv4, is hard; no route and the rest are soft. */
  #unreachable6(packet: IpPacket, m: IcmpMessage): void {
    switch (m.code) {
      case UNREACH6_PORT:
        this.#tell(packet, m, IcmpCause.PORT, Err.REFUSED);
        return;
      case UNREACH6_ADMIN_PROHIBITED:
        this.#tell(packet, m, IcmpCause.PROHIBITED, Err.NET_UNREACHABLE);
        return;
      case UNREACH6_NO_ROUTE:
      case UNREACH6_ADDRESS:
        this.#tell(packet, m, IcmpCause.UNREACHABLE, Err.HOST_UNREACHABLE);
        return;
      default:
        this.#tell(packet, m, IcmpCause.UNREACHABLE, Err.NET_UNREACHABLE);
    }
  }

  /** Who sent the packet that a message quotes; null when nobody can have. */
  #whoIsQuoted(packet: IpPacket, m: IcmpMessage): IcmpErrors | null {
    const q = this.#packet;
    if (m.quotedLen === 0 || parseQuotedIp(this.#memory, m.quotedOff, m.quotedLen, q) !== Malformed.OK)
      return null;
    if (q.payloadLen < QUOTED_OCTETS || q.fragOff !== 0) return null;
    return this.#sender(sourceOf(packet));
  }

  /** The transport that sent the packet in `#packet`; what it has to know of it is in `#quoted`. */
  #sender(reporter: string): IcmpErrors | null {
    const q = this.#quoted;
    const { payloadOff, payloadLen, protocol } = q.packet;
    q.reporter = reporter;
    q.udpPort = 0;
    this.#ports(payloadOff);
    if (protocol === IPPROTO_TCP) return this.#tcp;
    if (protocol !== IPPROTO_UDP) return null;
    const tunnelled = q.localPort === this.#tcp.tunnelPort && q.localPort !== 0;
    if (!tunnelled) return this.udp;
    if (payloadLen < UDP_HEADER_LENGTH + QUOTED_OCTETS) return null; // whose it was is not quoted
    q.udpPort = q.remotePort;
    this.#ports(payloadOff + UDP_HEADER_LENGTH);
    return this.#tcp;
  }

  /** What the header of a transport at `off` begins with. */
  #ports(off: number): void {
    const { dv } = this.#memory;
    const q = this.#quoted;
    q.localPort = dv.getUint16(off);
    q.remotePort = dv.getUint16(off + 2);
    q.seq = dv.getInt32(off + 4);
  }

  /** An error reached us: to the connection or socket that sent what it quotes (RFC 1122 sections 4.1.3.3 and 4.2.3.9). */
  #tell(packet: IpPacket, m: IcmpMessage, cause: IcmpCause, error: Err): void {
    if (this.#whoIsQuoted(packet, m)?.icmp(this.#quoted, cause, error) !== true) this.#counters.icmpIgnored++;
  }

  #tooBig(packet: IpPacket, m: IcmpMessage): void {
    if (this.#whoIsQuoted(packet, m)?.tooBig(this.#quoted, m.mtu) !== true) this.#counters.icmpIgnored++;
  }

  #echo(p: IpPacket, m: IcmpMessage): void {
    if (isMulticast(p.dst0, p.dst1, p.dst2, p.dst3) || !this.#mayAnswer(p)) return;
    if (!this.echoForOthers && this.#ip.owner(p.dst0, p.dst1, p.dst2, p.dst3) === null) {
      this.unreachable(p, 'prohibited');
      return;
    }
    const path = this.#ip.way(p.src0, p.src1, p.src2, p.src3);
    if (path === null) return;
    // A reply that does not fit the link is cut, not fragmented (RFC 1122 section 3.2.2.6).
    const header = p.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    const dataLen = Math.min(m.dataLen, path.iface.mtu - header - ICMP_HEADER_LENGTH);
    const len = ICMP_HEADER_LENGTH + dataLen;
    const off = this.#ip.alloc(path, len);
    if (off === 0) return;
    const at = off + this.#ip.headroom(path);
    const answer = this.#answer(p);
    if (p.family === 4) {
      writeIcmp4Echo(this.#memory, at, ICMP4_ECHO_REPLY, m.id, m.seq, m.dataOff, dataLen);
    } else {
      const pseudo = answer.pseudoSum(0);
      writeIcmp6Echo(this.#memory, at, ICMP6_ECHO_REPLY, m.id, m.seq, m.dataOff, dataLen, pseudo);
    }
    this.#send(path, off, len, answer);
  }

  /** The header of a message to who sent `p`, from where that was sent to. */
  #answer(p: IpPacket): IpHeader {
    const header = this.#header.answering(p);
    header.protocol = p.family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    return header;
  }

  #send(way: Way, off: number, len: number, header: IpHeader): void {
    this.#counters.icmpOut++;
    this.#ip.send(way, off, len, header);
  }

  /** A packet for us comes to nothing. That there is no port its host says itself, all else a router. */
  unreachable(p: IpPacket, why: Unreachable): void {
    const isV4 = p.family === 4;
    const type = isV4 ? ICMP4_UNREACHABLE : ICMP6_UNREACHABLE;
    const code = (isV4 ? UNREACHABLE_CODES4 : UNREACHABLE_CODES6)[why];
    if (why === 'port') this.#error(p, type, code, 0);
    else this.#routerError(p, type, code, 0);
  }

  /** RFC 1122 section 3.2.2.1; RFC 8200 section 4, with a pointer to the octet that names the protocol. */
  protocolUnreachable(p: IpPacket): void {
    if (p.family === 4) this.#error(p, ICMP4_UNREACHABLE, UNREACH4_PROTOCOL, 0);
    else this.#error(p, ICMP6_PARAMETER_PROBLEM, PARAM6_NEXT_HEADER, p.protocolOff - p.headerOff);
  }

  /** RFC 1122 section 3.3.5: what a host says that is no hop of a source route. */
  sourceRouteFailed(p: IpPacket): void {
    this.#error(p, ICMP4_UNREACHABLE, UNREACH4_SOURCE_ROUTE, 0);
  }

  /** RFC 1122 section 3.2.2.5; RFC 8200 sections 4 to 4.5, RFC 7112 section 5, RFC 8883 section 3. */
  parameterProblem(p: IpPacket, malformed: number): void {
    if (p.family === 4) {
      if (malformed === Malformed.IPV4_OPTION_LENGTH)
        this.#error(p, ICMP4_PARAMETER_PROBLEM, 0, p.problemOff << 24);
      return;
    }
    const code = parameterProblemCode(malformed);
    if (code < 0) return;
    // An option may demand an answer even when the packet was for many (RFC 4443 section 2.4 (e.3)).
    const evenForMany = malformed === Malformed.IPV6_OPTION_REPORT;
    this.#error(p, ICMP6_PARAMETER_PROBLEM, code, p.problemOff, evenForMany);
  }

  /** The rest of a packet whose first fragment lies at [off, off + len) has not come (RFC 1122 section 3.3.2). */
  reassemblyTimeExceeded(off: number, len: number): void {
    const p = this.#packet;
    if (parseIp(this.#memory, off, len, p) !== Malformed.OK) return;
    if (p.family === 4) this.#error(p, ICMP4_TIME_EXCEEDED, TIME4_REASSEMBLY, 0);
    else this.#error(p, ICMP6_TIME_EXCEEDED, TIME6_REASSEMBLY, 0);
  }

  /**
   * A packet at [off, off + len) had no neighbour to go to: to its connection, "host unreachable", or when it was
   * somebody else's, to its sender. What we know ourselves ends an active open (what ICMP tells of others is soft,
   * MUST-56); a connection that is open hears of it and goes on (RFC 1122 section 4.2.3.9). `crowded`: not all
   * packets had room to wait, so that some opens have none here.
   */
  neighbourUnreachable(off: number, len: number, crowded: boolean): void {
    const q = this.#packet;
    if (parseIp(this.#memory, off, len, q) !== Malformed.OK) return;
    if (this.#ip.forwarder !== null && this.#ip.owner(q.src0, q.src1, q.src2, q.src3) === null) {
      this.#hostUnreachable(q);
      return;
    }
    if (q.payloadLen >= QUOTED_OCTETS)
      this.#sender(sourceOf(q))?.icmp(this.#quoted, IcmpCause.NEXT_HOP, Err.HOST_UNREACHABLE);
    if (crowded) this.#tcp.nextHopUnreachable(q);
  }

  /** Whether an answer may go to a packet's source: one host, not many (RFC 1122 section 3.2.2). */
  #mayAnswer(p: IpPacket): boolean {
    const { src0, src1, src2, src3 } = p;
    return isValidTcpSource(src0, src1, src2, src3) && !this.#ip.local.isBroadcast(src0, src1, src2, src3);
  }

  // A router's errors, about packets for others (RFC 1812 sections 4.3.3 and 5.2.7, RFC 4443 section 3).

  timeExceeded(p: IpPacket): void {
    if (p.family === 4) this.#routerError(p, ICMP4_TIME_EXCEEDED, TIME4_TTL, 0);
    else this.#routerError(p, ICMP6_TIME_EXCEEDED, TIME6_HOP_LIMIT, 0);
  }

  noRoute(p: IpPacket): void {
    if (p.family === 4) this.#routerError(p, ICMP4_UNREACHABLE, UNREACH4_NET, 0);
    else this.#routerError(p, ICMP6_UNREACHABLE, UNREACH6_NO_ROUTE, 0);
  }

  beyondScope(p: IpPacket): void {
    this.#routerError(p, ICMP6_UNREACHABLE, UNREACH6_BEYOND_SCOPE, 0);
  }

  sourceRouteRefused(p: IpPacket): void {
    this.#routerError(p, ICMP4_UNREACHABLE, UNREACH4_SOURCE_ROUTE, 0);
  }

  packetTooBig(p: IpPacket, mtu: number): void {
    if (p.family === 4) this.#routerError(p, ICMP4_UNREACHABLE, UNREACH4_FRAG_NEEDED, mtu);
    else this.#routerError(p, ICMP6_PACKET_TOO_BIG, 0, mtu);
  }

  #hostUnreachable(p: IpPacket): void {
    if (p.family === 4) this.#routerError(p, ICMP4_UNREACHABLE, UNREACH4_HOST, 0);
    else this.#routerError(p, ICMP6_UNREACHABLE, UNREACH6_ADDRESS, 0);
  }

  /** Sends an error from an address of the interface that it leaves by (RFC 1812 section 4.3.2.4), else of ours. */
  #routerError(p: IpPacket, type: number, code: number, rest: number): void {
    const way = this.#wayForError(p);
    const source = way === null ? null : (way.source ?? this.#ip.local.first(p.family));
    if (way === null || source === null) return;
    this.#writeError(way, p, this.#answer(p).from(source), type, code, rest);
  }

  /** Sends an error about a packet that was for us; `evenForMany`: for a group, too. */
  #error(p: IpPacket, type: number, code: number, rest: number, evenForMany = false): void {
    const { dst0, dst1, dst2, dst3 } = p;
    if (isMulticast(dst0, dst1, dst2, dst3) || this.#ip.local.isBroadcastOrAll(dst0, dst1, dst2, dst3)) {
      if (evenForMany) this.#routerError(p, type, code, rest);
      return;
    }
    const way = this.#wayForError(p);
    if (way !== null) this.#writeError(way, p, this.#answer(p), type, code, rest);
  }

  /** The way back to who sent a packet; null when no error may go there, or not now. */
  #wayForError(p: IpPacket): Way | null {
    if (!this.#mayAnswer(p) || this.#isError(p)) return null;
    if (p.family === 4 && p.fragOff > 0) return null; // RFC 1122 section 3.2.2: about the first fragment only
    if (!this.#errors.allows(this.#nowUs())) {
      this.#counters.icmpLimited++;
      return null;
    }
    return this.#ip.way(p.src0, p.src1, p.src2, p.src3);
  }

  /** Whether a packet is an ICMP error or redirect, of which none may be answered by another. */
  #isError(p: IpPacket): boolean {
    if (p.payloadLen === 0 || p.fragOff > 0) return false;
    const type = this.#memory.u8[p.payloadOff] as number;
    if (p.family === 4) return p.protocol === IPPROTO_ICMP && isIcmp4Error(type);
    return p.protocol === IPPROTO_ICMPV6 && isIcmp6Error(type);
  }

  #writeError(way: Way, p: IpPacket, answer: IpHeader, type: number, code: number, rest: number): void {
    const memory = this.#memory;
    const len =
      ICMP_HEADER_LENGTH + (p.family === 4 ? icmp4QuoteLength(p.totalLen) : icmp6QuoteLength(p.totalLen));
    const off = this.#ip.alloc(way, len);
    if (off === 0) return;
    const at = off + this.#ip.headroom(way);
    if (p.family === 4) writeIcmp4Error(memory, at, type, code, rest, p.headerOff, p.totalLen);
    else {
      const pseudo = answer.pseudoSum(0);
      writeIcmp6Error(memory, at, type, code, rest, p.headerOff, p.totalLen, pseudo);
    }
    this.#send(way, off, len, answer);
  }
}

/** The code of Parameter Problem for a `Malformed` code, -1 when nothing is said. */
function parameterProblemCode(malformed: number): number {
  switch (malformed) {
    case Malformed.IPV6_ROUTING_TYPE:
    case Malformed.IPV6_EXTENSION_LENGTH:
    case Malformed.IPV6_OPTION_LENGTH:
    case Malformed.IPV6_FRAGMENT_TWICE:
    case Malformed.FRAGMENT_LENGTH:
    case Malformed.FRAGMENT_BEYOND_MAXIMUM:
      return PARAM6_HEADER_FIELD;
    case Malformed.IPV6_HOP_BY_HOP_PLACE:
      return PARAM6_NEXT_HEADER;
    case Malformed.IPV6_OPTION_REPORT:
    case Malformed.IPV6_OPTION_REPORT_UNICAST:
      return PARAM6_OPTION;
    case Malformed.IPV6_HEADER_CHAIN:
      return PARAM6_HEADER_CHAIN;
    case Malformed.IPV6_TOO_MANY_EXTENSION_HEADERS:
      return PARAM6_TOO_MANY_HEADERS;
    case Malformed.IPV6_TOO_MANY_OPTIONS:
      return PARAM6_TOO_MANY_OPTIONS;
    default:
      return -1;
  }
}

function sourceOf(p: IpPacket): string {
  return formatWords(p.family, p.src0, p.src1, p.src2, p.src3);
}

/** "Time exceeded", under way or, `underWay` false, for the fragments of a packet. */
function timeExceeded(underWay: boolean): IcmpCause {
  return underWay ? IcmpCause.TIME_EXCEEDED : IcmpCause.REASSEMBLY;
}
