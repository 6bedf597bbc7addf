// A packet taken apart, bit by bit, for whoever points at an octet and asks what it is (RFC 791, RFC 8200,
// RFC 9293 section 3.1). It reads anything and never throws: what contradicts itself is shown as malformed.

import { type FieldInfo, fieldsById, ipv4Fields, ipv6Fields, tcpFields } from './fields.ts';

/** One field of a packet. */
export interface Field {
  /** What it is: name, meaning and section in both languages. */
  readonly info: FieldInfo;
  /** First bit, 0 being the most significant of the packet's first octet, and how many. */
  readonly bit: number;
  readonly bits: number;
  /** The value as a number; null for more than 32 bits and for what is no number. */
  readonly raw: number | null;
  /** The value for people: an address, `0x1f`, a number, `SYN,ACK`. */
  readonly value: string;
  /** For a sequence number, when a base was given: counted from it. */
  readonly relative: number | null;
  /** What it consists of: control bits, parts of an option. */
  readonly children: readonly Field[];
}

/** Numbers to count sequence numbers from: the first of the sender and of the receiver. */
export interface DissectBase {
  readonly seq?: number;
  readonly ack?: number;
}

const PROTOCOL_TCP = 6;
/** Extension headers of IPv6 that have a length of their own (RFC 8200 section 4). */
const EXTENSIONS = new Set([0, 43, 60, 135]);
const FRAGMENT = 44;

/** The fields of an IP packet, in order; headers are nested. A packet that is neither IPv4 nor IPv6 is malformed. */
export function dissect(packet: Uint8Array, base: DissectBase = {}): Field[] {
  const reader = new Reader(packet, base);
  const version = packet.length === 0 ? -1 : (packet[0] as number) >> 4;
  if (version === 4) return ipv4(reader);
  if (version === 6) return ipv6(reader);
  return reader.rest('malformed', 0, packet.length);
}

/** The innermost field at an octet, and those around it, the outermost first. */
export function fieldsAt(fields: readonly Field[], octet: number): Field[] {
  for (const field of fields) {
    const first = field.bit >> 3;
    const last = (field.bit + Math.max(field.bits, 1) - 1) >> 3;
    if (octet >= first && octet <= last) return [field, ...fieldsAt(field.children, octet)];
  }
  return [];
}

/** A packet of a trace: the octets of its hexadecimal form; what is no hexadecimal digit ends it. */
export function octetsOf(hex: string): Uint8Array {
  const digits = /^(?:[0-9a-f]{2})*/i.exec(hex)?.[0] ?? '';
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** Reads bits and makes fields of them. */
class Reader {
  readonly octets: Uint8Array;
  readonly base: DissectBase;

  constructor(octets: Uint8Array, base: DissectBase) {
    this.octets = octets;
    this.base = base;
  }

  get length(): number {
    return this.octets.length;
  }

  u8(at: number): number {
    return this.octets[at] ?? 0;
  }

  /** At most 32 bits; those beyond the packet are 0. */
  number(bit: number, bits: number): number {
    let value = 0;
    for (let i = bit; i < bit + bits; i++) value = value * 2 + ((this.u8(i >> 3) >> (7 - (i & 7))) & 1);
    return value;
  }

  /** A field at a bit of the packet. */
  field(id: string, bit: number, bits: number, value?: string, children: readonly Field[] = []): Field {
    const info = fieldsById.get(id);
    if (info === undefined) throw new Error(`no field ${id}`);
    const raw = bits <= 32 && bits > 0 ? this.number(bit, bits) : null;
    const relative = raw === null ? null : this.#relative(id, raw);
    return { info, bit, bits, raw, value: value ?? String(raw ?? ''), relative, children };
  }

  #relative(id: string, raw: number): number | null {
    const { seq, ack } = this.base;
    if (id === 'tcp.seq') return seq === undefined ? null : (raw - seq) | 0;
    if (id === 'tcp.ack' || id === 'tcp.option.sackLeft' || id === 'tcp.option.sackRight') {
      return ack === undefined ? null : (raw - ack) | 0;
    }
    return null;
  }

  /** Octets from..to as one field; none for none. */
  rest(id: string, from: number, to: number): Field[] {
    const end = Math.min(to, this.length);
    if (end <= from) return [];
    return [this.field(id, from * 8, (end - from) * 8, hexOf(this.octets, from, end))];
  }
}

function hexOf(octets: Uint8Array, from: number, to: number): string {
  const most = Math.min(to, from + 64);
  const text = Array.from(octets.subarray(from, most), (octet) => octet.toString(16).padStart(2, '0')).join(
    ' ',
  );
  return most < to ? `${text} …` : text;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** The fields of a fixed header that stand at known bits, as far as the packet has them. */
function fixed(reader: Reader, infos: readonly FieldInfo[], octet: number, end: number): Field[] {
  const fields: Field[] = [];
  for (const { id, bit, bits } of infos) {
    if (bit === null || bits === null || id.startsWith('tcp.flags.')) continue;
    const at = octet * 8 + bit;
    if (at + bits > end * 8) continue;
    fields.push(reader.field(id, at, bits, formatted(reader, id, at, bits)));
  }
  return fields;
}

/** How a field is written when it is not a plain number. */
function formatted(reader: Reader, id: string, bit: number, bits: number): string | undefined {
  if (id === 'ip4.src' || id === 'ip4.dst')
    return [0, 1, 2, 3].map((i) => reader.u8((bit >> 3) + i)).join('.');
  if (id === 'ip6.src' || id === 'ip6.dst') return ipv6Address(reader, bit >> 3);
  if (id === 'ip4.ihl' || id === 'tcp.dataOffset') {
    const words = reader.number(bit, bits);
    return `${words} (${words * 4})`;
  }
  if (id === 'ip4.protocol' || id === 'ip6.next') {
    return reader.number(bit, bits) === PROTOCOL_TCP ? '6 (TCP)' : undefined;
  }
  if (id.endsWith('.checksum') || id === 'ip4.id') return hex(reader.number(bit, bits), 4);
  if (id === 'ip6.flow') return hex(reader.number(bit, bits), 5);
  return undefined;
}

/** RFC 5952: the longest run of zeros is left out. */
function ipv6Address(reader: Reader, at: number): string {
  const words = Array.from({ length: 8 }, (_, i) => reader.number((at + 2 * i) * 8, 16));
  let best = { from: 0, length: 0 };
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === 0) n++;
    if (n > best.length) best = { from: i, length: n };
  }
  const text = (list: readonly number[]): string => list.map((word) => word.toString(16)).join(':');
  if (best.length < 2) return text(words);
  return `${text(words.slice(0, best.from))}::${text(words.slice(best.from + best.length))}`;
}

function ipv4(reader: Reader): Field[] {
  const header = (reader.u8(0) & 15) * 4;
  if (header < 20 || header > reader.length) {
    const known = fixed(reader, ipv4Fields, 0, Math.min(20, reader.length));
    const end = Math.floor(lastBit(known) / 8);
    return [
      reader.field('ip4', 0, Math.min(20, reader.length) * 8, '', known),
      ...reader.rest('malformed', Math.max(end, Math.min(20, reader.length)), reader.length),
    ];
  }
  const children = [...fixed(reader, ipv4Fields, 0, 20), ...reader.rest('ip4.options', 20, header)];
  const total = reader.number(16, 16);
  const end = total >= header && total <= reader.length ? total : reader.length;
  const fields = [reader.field('ip4', 0, header * 8, '', children)];
  const first = reader.number(51, 13) === 0;
  if (reader.u8(9) === PROTOCOL_TCP && first) fields.push(...tcp(reader, header, end));
  else fields.push(...reader.rest('payload', header, end));
  return [...fields, ...reader.rest('malformed', end, reader.length)];
}

function lastBit(fields: readonly Field[]): number {
  return fields.reduce((last, { bit, bits }) => Math.max(last, bit + bits), 0);
}

function ipv6(reader: Reader): Field[] {
  if (reader.length < 40) {
    return [reader.field('ip6', 0, reader.length * 8, '', fixed(reader, ipv6Fields, 0, reader.length))];
  }
  const payload = reader.number(32, 16);
  const end = 40 + payload <= reader.length && payload > 0 ? 40 + payload : reader.length;
  const fields = [reader.field('ip6', 0, 320, '', fixed(reader, ipv6Fields, 0, 40))];
  let next = reader.u8(6);
  let at = 40;
  let first = true;
  while ((EXTENSIONS.has(next) || next === FRAGMENT) && at + 8 <= end) {
    const length = next === FRAGMENT ? 8 : (reader.u8(at + 1) + 1) * 8;
    if (at + length > end) break;
    if (next === FRAGMENT && reader.number((at + 2) * 8, 13) !== 0) first = false;
    fields.push(...reader.rest('ip6.extension', at, at + length));
    next = reader.u8(at);
    at += length;
  }
  if (next === PROTOCOL_TCP && first) fields.push(...tcp(reader, at, end));
  else fields.push(...reader.rest('payload', at, end));
  return [...fields, ...reader.rest('malformed', end, reader.length)];
}

function tcp(reader: Reader, at: number, end: number): Field[] {
  const header = reader.number((at + 12) * 8, 4) * 4;
  const known = Math.min(at + 20, end);
  const children = fixed(reader, tcpFields, at, known).map((field) =>
    field.info.id === 'tcp.flags' ? controlBits(reader, field) : field,
  );
  if (end - at < 20 || header < 20 || at + header > end) {
    if (end <= at) return [];
    return [
      reader.field('tcp', at * 8, (known - at) * 8, '', children),
      ...reader.rest('malformed', known, end),
    ];
  }
  children.push(...options(reader, at + 20, at + header));
  return [
    reader.field('tcp', at * 8, header * 8, '', children),
    ...reader.rest('tcp.text', at + header, end),
  ];
}

/** In the order in which people say them. */
const SAID = ['syn', 'fin', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

function controlBits(reader: Reader, flags: Field): Field {
  const bits = tcpFields.filter(({ id }) => id.startsWith('tcp.flags.'));
  const children = bits.map(({ id, bit }) => {
    const at = flags.bit + (bit as number) - 104;
    return reader.field(id, at, 1);
  });
  const set = new Set(children.filter(({ raw }) => raw === 1).map(({ info }) => info.id.slice(10)));
  const value = SAID.filter((name) => set.has(name)).map((name) => name.toUpperCase());
  return { ...flags, value: value.join(','), children };
}

/** Kinds with the length that is their own; null: several lengths. */
const KINDS: Readonly<Record<number, readonly [string, number | null]>> = {
  2: ['tcp.option.mss', 4],
  3: ['tcp.option.windowScale', 3],
  4: ['tcp.option.sackPermitted', 2],
  5: ['tcp.option.sack', null],
  8: ['tcp.option.timestamps', 10],
  34: ['tcp.option.fastOpen', null],
};

function options(reader: Reader, from: number, end: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  while (at < end) {
    const kind = reader.u8(at);
    if (kind === 0) {
      fields.push(reader.field('tcp.option.end', at * 8, (end - at) * 8, ''));
      return fields;
    }
    if (kind === 1) {
      fields.push(reader.field('tcp.option.nop', at * 8, 8, ''));
      at++;
      continue;
    }
    const length = at + 1 < end ? reader.u8(at + 1) : 0;
    if (length < 2 || at + length > end) return [...fields, ...reader.rest('malformed', at, end)];
    fields.push(option(reader, at, kind, length));
    at += length;
  }
  return fields;
}

function option(reader: Reader, at: number, kind: number, length: number): Field {
  const [known, own] = KINDS[kind] ?? ['tcp.option.unknown', null];
  const sackLength = kind === 5 && (length < 10 || length > 34 || (length - 2) % 8 !== 0);
  const id = (own !== null && own !== length) || sackLength ? 'tcp.option.unknown' : known;
  const children = [
    reader.field('tcp.option.kind', at * 8, 8),
    reader.field('tcp.option.length', (at + 1) * 8, 8),
  ];
  const data = (at + 2) * 8;
  let value = hexOf(reader.octets, at + 2, at + length);
  if (id === 'tcp.option.mss' || id === 'tcp.option.windowScale') {
    const shown = reader.field('tcp.option.value', data, (length - 2) * 8);
    children.push(shown);
    value = id === 'tcp.option.mss' ? shown.value : `${shown.value} (× ${2 ** Math.min(14, shown.raw ?? 0)})`;
  } else if (id === 'tcp.option.timestamps') {
    const stamp = reader.field('tcp.option.tsVal', data, 32);
    const echo = reader.field('tcp.option.tsEcr', data + 32, 32);
    children.push(stamp, echo);
    value = `${stamp.value}, ${echo.value}`;
  } else if (id === 'tcp.option.sack') {
    const blocks: string[] = [];
    for (let bit = data; bit < (at + length) * 8; bit += 64) {
      const left = reader.field('tcp.option.sackLeft', bit, 32);
      const right = reader.field('tcp.option.sackRight', bit + 32, 32);
      children.push(left, right);
      blocks.push(`${left.relative ?? left.value}-${right.relative ?? right.value}`);
    }
    value = blocks.join(', ');
  } else if (length > 2) {
    children.push(reader.field('tcp.option.value', data, (length - 2) * 8, value));
  }
  if (id === 'tcp.option.unknown') value = `${kind}: ${value}`;
  return { ...reader.field(id, at * 8, length * 8, value, children), raw: null };
}
