// From a frame to the IP packet in it: the link types of captures (www.tcpdump.org/linktypes.html) and what may stand
// between a link header and IP: VLAN tags, PPPoE sessions, MPLS labels.

/** LINKTYPE_… values that are understood. */
export const LinkKind = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  RAW_OLD_BSD: 12,
  RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  PPPOE: 51,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = 0x8100;
const QINQ = 0x88a8;
const QINQ_OLD = 0x9100;
const PPPOE_SESSION = 0x8864;
const MPLS = 0x8847;
const SNAP = 0xaaaa;
/** PPP protocols (RFC 1332, RFC 5072). */
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
/** Smaller numbers are lengths (IEEE 802.3). */
const LEAST_ETHERTYPE = 0x0600;
/** Tags and labels that are walked through in one frame. */
const MOST_TAGS = 8;

/** What {@link findIp} found. Reused. */
export class LinkHeader {
  /** Where the IP packet begins. */
  ipOff = 0;
  /** VLAN identifiers, outermost first: the inner one in the low 12 bits, the outer one above; -1: no tag. */
  vlan = -1;
}

/** What {@link findIp} answers. */
export const Found = {
  IP: 0,
  /** A frame without IP: ARP, LLDP… */
  OTHER: 1,
  /** Cut before IP, or no sense. */
  SHORT: 2,
  /** A link type that is not understood. */
  UNKNOWN: 3,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

/** Looks for IP in [off, end). */
export function findIp(linkType: number, dv: DataView, off: number, end: number, out: LinkHeader): Found {
  out.vlan = -1;
  switch (linkType) {
    case LinkKind.ETHERNET:
      return end - off < 14 ? Found.SHORT : etherType(dv, off + 14, end, dv.getUint16(off + 12), out);
    case LinkKind.LINUX_SLL:
      return end - off < 16 ? Found.SHORT : etherType(dv, off + 16, end, dv.getUint16(off + 14), out);
    case LinkKind.LINUX_SLL2:
      return end - off < 20 ? Found.SHORT : etherType(dv, off + 20, end, dv.getUint16(off), out);
    case LinkKind.RAW:
    case LinkKind.RAW_OLD_BSD:
    case LinkKind.RAW_OPENBSD:
    case LinkKind.IPV4:
    case LinkKind.IPV6:
      return ipAt(dv, off, end, out);
    // The family of the capturing machine, in its byte order (LOOP: in the network's): IP says its version itself.
    case LinkKind.NULL:
    case LinkKind.LOOP:
      return ipAt(dv, off + 4, end, out);
    case LinkKind.PPP:
    case LinkKind.PPP_HDLC:
      return ppp(dv, end - off >= 2 && dv.getUint16(off) === 0xff03 ? off + 2 : off, end, out);
    case LinkKind.PPPOE:
      return ppp(dv, off + 6, end, out);
    default:
      return Found.UNKNOWN;
  }
}

/** Goes on behind a header that names this EtherType. */
export function etherType(dv: DataView, at: number, end: number, type: number, out: LinkHeader): Found {
  for (let n = 0; n < MOST_TAGS; n++) {
    if (type === IPV4 || type === IPV6) return ipAt(dv, at, end, out);
    if (type === VLAN || type === QINQ || type === QINQ_OLD) {
      if (end - at < 4) return Found.SHORT;
      const id = dv.getUint16(at) & 0xfff;
      out.vlan = out.vlan < 0 ? id : (out.vlan << 12) | id;
      type = dv.getUint16(at + 2);
      at += 4;
    } else if (type === PPPOE_SESSION) return ppp(dv, at + 6, end, out);
    else if (type === MPLS) return mpls(dv, at, end, out);
    else if (type < LEAST_ETHERTYPE) {
      // LLC and SNAP (RFC 1042).
      if (end - at < 8) return Found.SHORT;
      if (dv.getUint16(at) !== SNAP) return Found.OTHER;
      type = dv.getUint16(at + 6);
      at += 8;
    } else return Found.OTHER;
  }
  return Found.OTHER;
}

function ppp(dv: DataView, at: number, end: number, out: LinkHeader): Found {
  if (end - at < 2) return Found.SHORT;
  const protocol = dv.getUint16(at);
  return protocol === PPP_IPV4 || protocol === PPP_IPV6 ? ipAt(dv, at + 2, end, out) : Found.OTHER;
}

/** Labels to the one that is the bottom of the stack (RFC 3032 section 2.1); what follows says its version itself. */
function mpls(dv: DataView, at: number, end: number, out: LinkHeader): Found {
  for (let n = 0; n < MOST_TAGS; n++) {
    if (end - at < 4) return Found.SHORT;
    const bottom = (dv.getUint8(at + 2) & 1) !== 0;
    at += 4;
    if (bottom) return ipAt(dv, at, end, out);
  }
  return Found.OTHER;
}

function ipAt(dv: DataView, at: number, end: number, out: LinkHeader): Found {
  if (at >= end) return Found.SHORT;
  const version = dv.getUint8(at) >> 4;
  if (version !== 4 && version !== 6) return Found.OTHER;
  out.ipOff = at;
  return Found.IP;
}
