// Every way in which a packet can be bad, by name. A parser returns one of these codes, 0 when the
// packet is well formed; nothing in this folder throws on received octets.

/** Result codes of the parsers. The numbers are not on any wire; use the names. */
export const Malformed = {
  OK: 0,
  /** Fewer octets than the fixed header, or than the header says there are. */
  TRUNCATED: 1,
  /** An IP version other than 4 and 6, or not the parser's own. */
  IP_VERSION: 2,
  /** IHL below 5 (RFC 791 section 3.1), or a header longer than the packet. */
  IPV4_HEADER_LENGTH: 3,
  /** Total length below the header length. */
  IPV4_TOTAL_LENGTH: 4,
  /** Header checksum (RFC 1122 section 3.2.1.2: silently discard). */
  IPV4_CHECKSUM: 5,
  /** An IPv4 option shorter than 2 octets or reaching beyond the header. */
  IPV4_OPTION_LENGTH: 6,
  /** A fragment that is not the last and whose length is no multiple of 8. */
  FRAGMENT_LENGTH: 7,
  /** A fragment that ends beyond 65535 octets. */
  FRAGMENT_BEYOND_MAXIMUM: 8,
  /** A fragment without payload. */
  FRAGMENT_EMPTY: 9,
  /** A v4-mapped address in an IPv6 header: it must not appear on a wire. */
  IPV6_MAPPED_ADDRESS: 10,
  /** An extension header that reaches beyond the packet. */
  IPV6_EXTENSION_LENGTH: 11,
  /** More extension headers than we walk. */
  IPV6_TOO_MANY_EXTENSION_HEADERS: 12,
  /** More options in one extension header than we walk. */
  IPV6_TOO_MANY_OPTIONS: 13,
  /** Hop-by-hop options not right behind the IPv6 header (RFC 8200 section 4.1). */
  IPV6_HOP_BY_HOP_PLACE: 14,
  /** An option reaching beyond its extension header. */
  IPV6_OPTION_LENGTH: 15,
  /** Unknown option, type 01……: discard silently (RFC 8200 section 4.2). */
  IPV6_OPTION_DISCARD: 16,
  /** Unknown option, type 10……: discard and send Parameter Problem, code 2. */
  IPV6_OPTION_REPORT: 17,
  /** Unknown option, type 11……: the same, only if the destination was not multicast. */
  IPV6_OPTION_REPORT_UNICAST: 18,
  /** A routing header with segments left of a type we do not know (RFC 8200 section 4.4, RFC 5095). */
  IPV6_ROUTING_TYPE: 19,
  /** A second fragment header in one packet. */
  IPV6_FRAGMENT_TWICE: 20,
  /** Data offset below 5 or beyond the segment. */
  TCP_DATA_OFFSET: 21,
  /** A TCP option shorter than 2 octets or reaching beyond the header (RFC 9293 MUST-7). */
  TCP_OPTION_LENGTH: 22,
  /** UDP length below 8. */
  UDP_LENGTH: 23,
  ICMP_CHECKSUM: 24,
  /** A neighbour discovery message with a code other than 0. */
  NDP_CODE: 25,
  /** A neighbour discovery option of length 0 or reaching beyond the message (RFC 4861 section 4.6). */
  NDP_OPTION_LENGTH: 26,
  /** A neighbour discovery target that is multicast. */
  NDP_TARGET: 27,
  /** More neighbour discovery options than we walk. */
  NDP_TOO_MANY_OPTIONS: 28,
  /** An IEEE 802.3 frame with another LLC than that of RFC 1042. */
  ETHERNET_LENGTH_FIELD: 29,
  /** ARP for other than Ethernet and IPv4. */
  ARP_FORMAT: 30,
  /** A first fragment without all of its headers, the upper protocol's included (RFC 7112 section 5). */
  IPV6_HEADER_CHAIN: 31,
  /** A neighbour discovery message in fragments (RFC 6980 section 5). */
  NDP_FRAGMENTED: 32,
  /** A neighbour discovery message that a router may have forwarded: hop limit below 255. */
  NDP_HOP_LIMIT: 33,
  /** A neighbour discovery message from or to an address, or with a flag or option, that it cannot have. */
  NDP_ADDRESS: 34,
} as const;

const names: readonly string[] = Object.keys(Malformed);

/** The name of a result code as people read it: "IPV4_CHECKSUM" prints as "IPv4 checksum". */
export function malformedName(code: number): string {
  const name = names[code];
  if (name === undefined) return `unknown code ${code}`;
  if (code === 0) return 'OK';
  const words = name.toLowerCase().replaceAll('_', ' ');
  return words
    .replace(/^(ip|tcp|udp|icmp|ndp|arp)\b/, (word) => word.toUpperCase())
    .replace(/^ipv/, 'IPv')
    .replace(/^ethernet/, 'Ethernet');
}
