// Messages of DHCP (RFC 2131 section 2, RFC 2132): what a server and a client read and write of them.

import { formatMac, type MacAddress } from '../../wire/index.ts';

export const DISCOVER = 1;
export const OFFER = 2;
export const REQUEST = 3;
export const DECLINE = 4;
export const ACK = 5;
export const NAK = 6;
export const RELEASE = 7;
export const INFORM = 8;

/** Options of RFC 2132, and of RFC 3397 (119). */
export const Option = {
  SUBNET_MASK: 1,
  ROUTER: 3,
  DNS: 6,
  HOST_NAME: 12,
  DOMAIN_NAME: 15,
  MTU: 26,
  NTP: 42,
  REQUESTED_ADDRESS: 50,
  LEASE_TIME: 51,
  OVERLOAD: 52,
  MESSAGE_TYPE: 53,
  SERVER_ID: 54,
  RENEWAL_TIME: 58,
  REBINDING_TIME: 59,
  VENDOR_CLASS: 60,
  TFTP_SERVER: 66,
  BOOT_FILE: 67,
  USER_CLASS: 77,
  DOMAIN_SEARCH: 119,
} as const;

const FIXED = 236;
const COOKIE = 0x63825363;
const PAD = 0;
const END = 255;
const SNAME = 44;
const FILE = 108;
const BOOTREQUEST = 1;
const BOOTREPLY = 2;
const ETHERNET = 1;
/** What some clients want at least (RFC 951). */
const LEAST = 300;

/** A request, as far as a server needs it. */
export interface DhcpRequest {
  readonly type: number;
  readonly xid: number;
  readonly flags: number;
  /** IPv4 words. */
  readonly ciaddr: number;
  readonly giaddr: number;
  readonly mac: MacAddress;
  /** The client's Ethernet address as text. */
  readonly client: string;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** What came; null: it is no request of DHCP over Ethernet. */
export function readDhcp(b: Uint8Array): DhcpRequest | null {
  if (b.length < FIXED + 4 || b[0] !== BOOTREQUEST || b[1] !== ETHERNET || b[2] !== 6) return null;
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  if (view.getUint32(FIXED) !== COOKIE) return null;
  const options = new Map<number, Uint8Array>();
  if (!readOptions(b.subarray(FIXED + 4), options)) return null;
  // RFC 2131 section 4.1: options may go on in the fields of names.
  const overload = options.get(Option.OVERLOAD)?.[0] ?? 0;
  if ((overload & 1) !== 0 && !readOptions(b.subarray(FILE, FILE + 128), options)) return null;
  if ((overload & 2) !== 0 && !readOptions(b.subarray(SNAME, SNAME + 64), options)) return null;
  const type = options.get(Option.MESSAGE_TYPE);
  if (type?.length !== 1) return null;
  const mac = { hi: view.getUint16(28), lo: view.getInt32(30) };
  return {
    type: type[0] as number,
    xid: view.getUint32(4),
    flags: view.getUint16(10),
    ciaddr: view.getInt32(12),
    giaddr: view.getInt32(24),
    mac,
    client: formatMac(mac.hi, mac.lo),
    options,
  };
}

/** False: an option goes beyond the end. Several of one kind are one (RFC 3396). */
function readOptions(b: Uint8Array, options: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < b.length; ) {
    const code = b[at++] as number;
    if (code === PAD) continue;
    if (code === END) return true;
    const length = b[at++];
    if (length === undefined || at + length > b.length) return false;
    const before = options.get(code);
    const value = b.subarray(at, at + length);
    options.set(code, before === undefined ? value : Uint8Array.of(...before, ...value));
    at += length;
  }
  return true;
}

/** An IPv4 address in an option, as a word; null: it is not there, or none. */
export function addressOption(request: DhcpRequest, option: number): number | null {
  const value = request.options.get(option);
  if (value?.length !== 4) return null;
  return new DataView(value.buffer, value.byteOffset).getInt32(0);
}

/** What a reply says besides its options. */
export interface DhcpReply {
  readonly type: number;
  /** The client's address, and the next server's. */
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly file: string;
}

/** The octets of a reply. */
export function writeDhcp(
  request: DhcpRequest,
  reply: DhcpReply,
  options: readonly [number, Uint8Array][],
): Uint8Array {
  const { b, view } = message(BOOTREPLY, request.xid, request.mac, reply.type, options);
  view.setUint16(10, request.flags);
  if (reply.type === ACK) view.setInt32(12, request.ciaddr);
  view.setInt32(16, reply.yiaddr);
  view.setInt32(20, reply.siaddr);
  view.setInt32(24, request.giaddr);
  b.set(ascii(reply.file).subarray(0, 127), FILE);
  return b;
}

/** The octets of a request of a client. `ciaddr`: the address that it has, 0: none yet. */
export function writeDhcpRequest(
  type: number,
  xid: number,
  mac: MacAddress,
  ciaddr: number,
  options: readonly [number, Uint8Array][],
): Uint8Array {
  const { b, view } = message(BOOTREQUEST, xid, mac, type, options);
  view.setInt32(12, ciaddr);
  return b;
}

/** What a client is told. */
export interface DhcpAnswer {
  readonly type: number;
  readonly yiaddr: number;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** An answer to the request `xid`; null: it is none. */
export function readDhcpAnswer(b: Uint8Array, xid: number): DhcpAnswer | null {
  if (b.length < FIXED + 4 || b[0] !== BOOTREPLY) return null;
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  if (view.getUint32(FIXED) !== COOKIE || view.getUint32(4) !== xid) return null;
  const options = new Map<number, Uint8Array>();
  if (!readOptions(b.subarray(FIXED + 4), options)) return null;
  const type = options.get(Option.MESSAGE_TYPE)?.[0] ?? 0;
  return { type, yiaddr: view.getInt32(16), options };
}

/** A message with its options, and the fields that all have. */
function message(
  op: number,
  xid: number,
  mac: MacAddress,
  type: number,
  options: readonly [number, Uint8Array][],
): { b: Uint8Array; view: DataView } {
  const text = [[Option.MESSAGE_TYPE, Uint8Array.of(type)] as const, ...options];
  const length = text.reduce(
    (n, [, value]) => n + value.length + 2 * Math.max(1, Math.ceil(value.length / 255)),
    0,
  );
  const b = new Uint8Array(Math.max(LEAST, FIXED + 4 + length + 1));
  const view = new DataView(b.buffer);
  b.set([op, ETHERNET, 6, 0]);
  view.setUint32(4, xid);
  view.setUint16(28, mac.hi);
  view.setInt32(30, mac.lo);
  view.setUint32(FIXED, COOKIE);
  let at = FIXED + 4;
  for (const [code, value] of text) {
    for (let from = 0; from === 0 || from < value.length; from += 255) {
      const part = value.subarray(from, from + 255);
      b[at++] = code;
      b[at++] = part.length;
      b.set(part, at);
      at += part.length;
    }
  }
  b[at] = END;
  return { b, view };
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Names as RFC 3397 has them: without pointers. */
export function searchList(names: readonly string[]): Uint8Array {
  const octets: number[] = [];
  for (const name of names) {
    for (const label of name.split('.')) if (label !== '') octets.push(label.length, ...ascii(label));
    octets.push(0);
  }
  return Uint8Array.from(octets);
}
