// Packets of a script: `< …` and `> …` with encapsulation, IP information, TCP, UDP or ICMP.

import type {
  Direction,
  Echoed,
  Encapsulation,
  GreHeader,
  IcmpPacket,
  IpInfo,
  MplsEntry,
  Packet,
  Ports,
  SequenceRange,
  TcpFlags,
  TcpPacket,
} from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseTcpOptionList, tcpOptionsLength } from './tcp-option.ts';

const U8 = 0xff;
const U16 = 0xffff;
const U32 = 0xffffffff;

/** Bits of `TcpFlags.bits` by their letter. */
export const FLAG_BITS: Readonly<Record<string, number>> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  '.': 16,
  U: 32,
  E: 64,
  W: 128,
  A: 256,
};

/** AE, CWR, ECE as the three bits of the ACE counter, most significant first (RFC 9768 section 3.2.2). */
const ACE_MASK = 256 | 128 | 64;
/** Bytes of options that fit into a TCP header. */
const MAX_OPTIONS = 40;

const NO_IP_INFO: IpInfo = { ecn: null, tos: null, flowLabel: null, ttl: null };
const IP_INFO_WORDS = new Set([
  'ect0',
  'ect1',
  'ect01',
  'ce',
  'noecn',
  'tos',
  'class',
  'flowlabel',
  'ttl',
  'hlim',
]);
const UNSUPPORTED = new Map([
  ['psp', 'PSP encapsulation'],
  ['encap', 'PSP encapsulation'],
  ['sctp', 'SCTP'],
  ['udplite', 'UDP-Lite'],
]);

/** A packet, from its `<` or `>` to its end. */
export function parsePacket(c: Cursor): Packet {
  const direction: Direction = c.next().text === '<' ? 'inbound' : 'outbound';
  const encapsulation: Encapsulation[] = [];
  for (let header = parseEncapsulation(c); header !== null; header = parseEncapsulation(c)) {
    encapsulation.push(header);
  }
  const at = c.peek().start;
  const ip = parseIpInfo(c);
  if (ip.ecn === 'ect01' && direction === 'inbound') {
    throw c.source.error(at, '[ect01] can only be used with outbound packets');
  }
  for (const [word, name] of UNSUPPORTED) if (c.isWord(word)) throw c.error(`unsupported: ${name}`);

  // The FreeBSD dialect writes what an ICMP message quotes before the word `icmp`.
  const quoted = c.isPunct('[') ? parseEchoed(c) : null;
  if (quoted !== null && !c.isWord('icmp')) throw c.expected("'icmp' after the quoted packet");
  if (c.acceptWord('icmp')) return parseIcmp(c, direction, encapsulation, ip, quoted);
  if (c.acceptWord('udp')) {
    const ports = parsePorts(c);
    c.expectPunct('(', 'before the length of a UDP datagram');
    const length = c.unsigned('UDP payload length', U16);
    c.expectPunct(')');
    return { direction, encapsulation, ip, protocol: 'udp', ports, length };
  }
  return parseTcp(c, direction, encapsulation, ip);
}

function parseEncapsulation(c: Cursor): Encapsulation | null {
  if (c.isWord('ipv4') || c.isWord('ipv6')) {
    const kind = c.next().text === 'ipv4' ? 'ipv4' : 'ipv6';
    const what = kind === 'ipv4' ? 'an IPv4 address' : 'an IPv6 address';
    const ip = parseIpInfo(c);
    const src = c.expectKind(kind, what).text;
    c.expectPunct('>', 'between the addresses');
    const dst = c.expectKind(kind, what).text;
    c.expectPunct(':', 'after the header');
    return { kind, src, dst, ip };
  }
  if (c.acceptWord('gre') || c.acceptWord('GREv0')) {
    if (c.acceptPunct(':')) return { kind: 'gre', gre: null };
    c.acceptPunct(',');
    const gre = parseGre(c);
    c.expectPunct(':', 'after the header');
    return { kind: 'gre', gre };
  }
  if (c.acceptWord('mpls')) {
    const entries: MplsEntry[] = [];
    while (c.isPunct('(')) entries.push(parseMplsEntry(c));
    c.expectPunct(':', 'after the header');
    return { kind: 'mpls', entries };
  }
  return null;
}

function parseGre(c: Cursor): GreHeader {
  if (!c.acceptWord('flags') && !c.acceptWord('Flags')) throw c.expected("'flags' or ':'");
  let flags = 0;
  if (c.acceptPunct('[')) {
    do flags |= parseGreFlag(c);
    while (c.acceptPunct(','));
    c.expectPunct(']');
  } else flags = c.unsignedAny('GRE flags', U16);
  const field = (name: string, max: number): number => {
    c.acceptPunct(',');
    c.expectWord(name);
    if (name === 'key') c.acceptPunct('=');
    return c.unsignedAny(`GRE ${name}`, max);
  };
  return {
    flags,
    sum: field('sum', U16),
    off: field('off', U16),
    key: field('key', U32),
    seq: field('seq', U32),
  };
}

/** RFC 2784 section 2.1 and RFC 2890 section 2: C, K and S. */
function parseGreFlag(c: Cursor): number {
  if (c.acceptWord('none')) return 0;
  let bit = 0;
  if (c.acceptWord('checksum')) bit = 0x8000;
  else if (c.acceptWord('key')) bit = 0x2000;
  else if (c.acceptWord('sequence')) {
    c.expectPunct('#');
    bit = 0x1000;
  } else throw c.expected("'none', 'checksum', 'key' or 'sequence#'");
  c.expectWord('present');
  return bit;
}

function parseMplsEntry(c: Cursor): MplsEntry {
  c.expectPunct('(');
  c.expectWord('label');
  const label = c.unsigned('MPLS label', 0xfffff);
  c.expectPunct(',');
  c.expectWord('tc');
  const trafficClass = c.unsigned('MPLS traffic class', 7);
  c.expectPunct(',');
  const bottom = c.acceptPunct('[');
  if (bottom) {
    c.expectWord('S');
    c.expectPunct(']');
    c.expectPunct(',');
  }
  c.expectWord('ttl');
  const ttl = c.unsigned('MPLS TTL', U8);
  c.expectPunct(')');
  return { label, trafficClass, bottom, ttl };
}

/** `[…]` or `(…)` with IP header fields, or nothing. */
function parseIpInfo(c: Cursor): IpInfo {
  const open = c.peek();
  const opens = c.isPunct('[') || c.isPunct('(');
  if (!opens || c.peek(1).kind !== 'word' || !IP_INFO_WORDS.has(c.peek(1).text)) return NO_IP_INFO;
  c.next();
  const info: { -readonly [K in keyof IpInfo]: IpInfo[K] } = { ...NO_IP_INFO };
  do {
    const token = c.peek();
    const word = c.expectKind('word', 'an ECN codepoint, tos, flowlabel or ttl').text;
    const once = (key: keyof IpInfo): void => {
      if (info[key] !== null)
        throw c.source.error(token.start, `${word} after another value for the same field`);
    };
    switch (word) {
      case 'ect0':
      case 'ect1':
      case 'ect01':
      case 'ce':
      case 'noecn':
        once('ecn');
        info.ecn = word;
        break;
      case 'tos':
      case 'class':
        once('tos');
        info.tos = c.unsignedAny(word, U8);
        break;
      case 'flowlabel':
        once('flowLabel');
        info.flowLabel = c.unsignedAny('flowlabel', 0xfffff);
        break;
      case 'ttl':
      case 'hlim':
        once('ttl');
        info.ttl = c.unsignedAny(word, U8);
        break;
      default:
        throw c.source.error(
          token.start,
          `expected an ECN codepoint, tos, flowlabel or ttl, found '${word}'`,
        );
    }
    if (info.ecn !== null && info.tos !== null) {
      throw c.source.error(token.start, 'tos and an ECN codepoint exclude each other');
    }
  } while (c.acceptPunct(','));
  c.expectPunct(open.text === '[' ? ']' : ')', 'after the IP information');
  return info;
}

function parsePorts(c: Cursor): Ports | null {
  if (c.peek().kind !== 'int' || !c.isPunct('>', 1)) return null;
  const src = c.unsigned('source port', U16);
  c.expectPunct('>');
  return { src, dst: c.unsigned('destination port', U16) };
}

function parseTcp(c: Cursor, direction: Direction, encapsulation: Encapsulation[], ip: IpInfo): TcpPacket {
  const ports = parsePorts(c);
  const flags = parseFlags(c);
  const seq = parseSequenceRange(c);
  const ack = c.acceptWord('ack') ? c.unsigned('acknowledgment number', U32) : null;
  const winAt = c.peek().start;
  const win = c.acceptWord('win') ? c.unsigned('window', U16) : null;
  if (win === null && direction === 'inbound') {
    throw c.source.error(winAt, 'expected win N: an inbound segment needs a window');
  }
  const urg = c.acceptWord('urg') ? c.unsigned('urgent pointer', U16) : null;
  const options = parseTcpOptions(c, direction);
  return {
    direction,
    encapsulation,
    ip,
    protocol: 'tcp',
    ports,
    flags,
    seq,
    ack,
    win,
    urg,
    options,
    udpEncapsulation: parseUdpEncapsulation(c),
  };
}

/**
 * `S.`, `P.5`, `SEWA`, `5.`, `-`. The lexer makes `.5` a number and `P5` a word, so the pieces are put
 * together again here.
 */
function parseFlags(c: Cursor): TcpFlags {
  const start = c.peek().start;
  if (c.acceptPunct('-')) return { bits: 0, ace: null };
  let text = '';
  if (c.peek().kind === 'word' || c.peek().kind === 'int') text = c.next().text;
  if (c.isPunct('.') || (c.peek().kind === 'float' && c.peek().text.startsWith('.'))) text += c.next().text;
  if (text === '') throw c.expected("TCP flags ('S', '.', 'P.', '-' …), 'udp' or 'icmp'");
  let bits = 0;
  let ace: number | null = null;
  for (const letter of text) {
    if (letter >= '0' && letter <= '7') {
      if (ace !== null) throw c.source.error(start, `TCP flags '${text}' have two ACE digits`);
      ace = Number(letter);
      continue;
    }
    const bit = FLAG_BITS[letter];
    if (bit === undefined) {
      throw c.source.error(start, `'${letter}' in '${text}' is not a TCP flag (F S R P . U E W A or 0-7)`);
    }
    bits |= bit;
  }
  if (ace !== null) {
    if ((bits & ACE_MASK) !== 0)
      throw c.source.error(start, `TCP flags '${text}' have an ACE digit and E, W or A`);
    bits |= ace << 6;
  }
  return { bits, ace };
}

function parseSequenceRange(c: Cursor): SequenceRange {
  if (c.peek().kind === 'ellipsis') {
    c.next();
    c.expectPunct('(', 'before the payload length');
    const length = c.unsigned('payload length', U16);
    c.expectPunct(')');
    return { start: 0, end: 0, length, absolute: false, ignored: true };
  }
  const at = c.peek().start;
  if (c.peek().kind !== 'int') throw c.expected('a sequence range start:end(length)');
  const start = c.unsigned('start of sequence range', U32);
  c.expectPunct(':', 'in the sequence range start:end(length)');
  const end = c.unsigned('end of sequence range', U32);
  c.expectPunct('(', 'in the sequence range start:end(length)');
  const length = c.unsigned('payload length', U16);
  c.expectPunct(')');
  if ((start + length) % 2 ** 32 !== end) {
    throw c.source.error(
      at,
      `${start}:${end}(${length}) is inconsistent: ${start} + ${length} is not ${end}`,
    );
  }
  return { start, end, length, absolute: c.acceptPunct('!'), ignored: false };
}

function parseTcpOptions(c: Cursor, direction: Direction): TcpPacket['options'] {
  const at = c.peek().start;
  if (!c.acceptPunct('<')) return [];
  if (c.peek().kind === 'ellipsis') {
    c.next();
    c.expectPunct('>', 'after the options');
    if (direction === 'inbound') throw c.source.error(at, '<...> can only be used with outbound packets');
    return 'any';
  }
  const options = parseTcpOptionList(c);
  const bytes = tcpOptionsLength(options);
  if (bytes % 4 !== 0) {
    throw c.source.error(at, `TCP options take ${bytes} octets, not a multiple of 4: add nop or eol`);
  }
  if (bytes > MAX_OPTIONS)
    throw c.source.error(at, `TCP options take ${bytes} octets, more than ${MAX_OPTIONS}`);
  return options;
}

function parseUdpEncapsulation(c: Cursor): Ports | null {
  if (!c.acceptPunct('/')) return null;
  c.expectWord('udp');
  c.expectPunct('(');
  const src = c.unsigned('UDP source port', U16);
  c.expectPunct('>');
  const dst = c.unsigned('UDP destination port', U16);
  c.expectPunct(')');
  return { src, dst };
}

function parseIcmp(
  c: Cursor,
  direction: Direction,
  encapsulation: Encapsulation[],
  ip: IpInfo,
  quoted: Echoed | null,
): IcmpPacket {
  const type = c.expectKind('word', 'an ICMP type').text;
  const hasCode = c.peek().kind === 'word' && !c.isWord('mtu') && !c.isWord('id');
  const code = hasCode ? c.next().text : null;
  const mtu = c.acceptWord('mtu') ? c.unsigned('mtu', U32) : null;
  const echoId = c.acceptWord('id') ? c.unsigned('id', U16) : null;
  let echoed = quoted;
  if (c.isPunct('[')) {
    if (quoted !== null) throw c.error('the quoted packet is given twice');
    echoed = parseEchoed(c);
  }
  return { direction, encapsulation, ip, protocol: 'icmp', type, code, mtu, echoId, echoed };
}

function parseEchoed(c: Cursor): Echoed {
  c.expectPunct('[');
  let echoed: Echoed;
  if (c.isWord('udp') || c.isWord('raw')) {
    const protocol = c.next().text === 'udp' ? 'udp' : 'raw';
    c.expectPunct('(');
    echoed = { protocol, length: c.unsigned('length', U16) };
    c.expectPunct(')');
  } else {
    for (const [word, name] of UNSUPPORTED) if (c.isWord(word)) throw c.error(`unsupported: ${name}`);
    const seq = parseSequenceRange(c);
    echoed = { protocol: 'tcp', seq, udpEncapsulation: parseUdpEncapsulation(c) };
  }
  c.expectPunct(']', 'after the quoted packet');
  return echoed;
}
