// The fields of a packet as one list, for a cursor that goes from field to field: what the lab's dissector finds, with
// headers opened and what a field consists of left out.

import { dissect, type Field, type Lang, octetsOf, type Trace } from '../../lab/index.ts';
import { sentOf } from './model.ts';

/** A field: what it is, and where. */
export interface PacketField {
  /** `tcp.seq`. */
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** Octets from the beginning of the packet, and how many. Of several fields in one octet each has the whole. */
  readonly at: number;
  readonly length: number;
}

const HEADERS = new Set(['ip4', 'ip6', 'tcp']);

/** The packet of the segment at an event, in octets; null if there is none, or the trace is not detailed. */
export function packetAt(trace: Trace, at: number): Uint8Array | null {
  const packet = sentOf(trace, at)?.packet;
  return packet === undefined ? null : octetsOf(packet);
}

/** The fields of the packet at an event. */
export function fieldsAt(trace: Trace, at: number, lang: Lang): readonly PacketField[] {
  const packet = packetAt(trace, at);
  return packet === null ? [] : fieldsOf(packet, lang);
}

/** The fields of an IP packet, in the order of their octets. */
export function fieldsOf(packet: Uint8Array, lang: Lang): PacketField[] {
  const opened = dissect(packet).flatMap((field) => (HEADERS.has(field.info.id) ? field.children : field));
  return opened.map((field) => listed(packet, field, lang));
}

function listed(packet: Uint8Array, { info, bit, bits, value }: Field, lang: Lang): PacketField {
  const at = bit >> 3;
  const length = ((bit + bits + 7) >> 3) - at;
  const said = info.id === 'tcp.text' ? quoted(packet.subarray(at, at + length)) : value;
  return { id: info.id, name: info.name[lang], value: said, at, length };
}

/** Octets as text in quotes; others than printing ASCII, and UTF-8, as dots. */
function quoted(octets: Uint8Array): string {
  return `"${new TextDecoder().decode(octets).replace(/[\p{Cc}\p{Cf}\ufffd]/gu, '.')}"`;
}
