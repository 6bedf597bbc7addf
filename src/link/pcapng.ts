// Writes packets as a pcapng capture that Wireshark opens: draft-ietf-opsawg-pcapng sections 4.1 (Section
// Header Block), 4.2 (Interface Description Block) and 4.3 (Enhanced Packet Block). Little-endian,
// nanosecond timestamps, comments on packets.

import { flag, func, needed, oneOf, real, Schema, text, whole } from '../options/index.ts';
import type { Memory } from '../wire/index.ts';

const BLOCK_SECTION = 0x0a0d0d0a;
const BLOCK_INTERFACE = 1;
/** Decryption Secrets Block. */
const BLOCK_SECRETS = 0x0000000a;
const TLS_KEY_LOG = 0x544c534b;
const BLOCK_PACKET = 6;
/** Types from here on are for local use: a reader that does not know one skips it (section 10.1). */
const LOCAL_BLOCKS = 0x8000_0000;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Options of any block: section 3.5. */
const OPT_END = 0;
const OPT_COMMENT = 1;
const SHB_HARDWARE = 2;
const SHB_OS = 3;
const SHB_APPLICATION = 4;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;

/** if_tsresol: timestamps count 10^-9 seconds. */
const NANOSECONDS = 9;
/** epb_flags: bits 0 and 1 are the direction. */
const INBOUND = 1;
const OUTBOUND = 2;

/** An option's length has 16 bits. */
const MAX_OPTION_BYTES = 65535;

/** 2026-01-01T00:00:00Z in microseconds since 1970. */
const EPOCH_2026_US = 1_767_225_600_000_000;

/** What a packet of an interface starts with: an IP header (LINKTYPE_RAW) or an Ethernet header. */
export type LinkType = 'raw-ip' | 'ethernet';

const LINK_TYPES: Record<LinkType, number> = { 'raw-ip': 101, ethernet: 1 };

/** As the interface sees it. */
export type Direction = 'in' | 'out';

/** Options of {@link PcapngWriter}. */
export interface PcapngOptions {
  /**
   * The date of time 0 in microseconds since 1970-01-01T00:00:00Z. Default 2026-01-01T00:00:00Z, so that a
   * simulation, whose time starts at 0, gives the same file every time.
   */
  epochUs?: number;
  /** shb_hardware, shb_os, shb_userappl: default 'synfin'. */
  hardware?: string;
  os?: string;
  application?: string;
  /** A comment on the capture as a whole. */
  comment?: string;
  /** Bytes collected before they go to the sink; then call `flush`. Default 0: each block at once. */
  chunkBytes?: number;
}

/** An interface that packets are captured on. */
export interface PcapngInterface {
  name: string;
  linkType: LinkType;
  /** Bytes kept of a packet, 0 for all (the default). */
  snapLen?: number;
  description?: string;
}

/** More about one packet. */
export interface PcapngPacketOptions {
  direction?: Direction;
  /** Any text; cut at 65535 bytes of UTF-8. */
  comment?: string;
  /** The link lost this packet: it carries a comment "dropped" (Wireshark: frame.comment == "dropped"). */
  dropped?: boolean;
}

const writerOptions = new Schema<PcapngOptions>('PcapngWriter', {
  epochUs: real(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  hardware: text,
  os: text,
  application: text,
  comment: text,
  chunkBytes: whole(0, 2 ** 30),
});

const interfaceOptions = new Schema<PcapngInterface>('addInterface', {
  name: needed(text),
  linkType: needed(oneOf('raw-ip', 'ethernet')),
  snapLen: whole(0, 0xffff_ffff),
  description: text,
});

const packetOptions = new Schema<PcapngPacketOptions>('packet', {
  direction: oneOf('in', 'out'),
  comment: text,
  dropped: flag,
});

const NO_OPTIONS: PcapngPacketOptions = {};
const encoder = new TextEncoder();

/** UTF-8 that fits an option, never cut inside a character. */
function optionText(text: string): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= MAX_OPTION_BYTES) return bytes;
  let end = MAX_OPTION_BYTES;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** Bytes with the padding to 32 bits. */
function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Bytes of an option with its header. */
function optionBytes(value: Uint8Array): number {
  return 4 + padded(value.length);
}

/**
 * Writes a capture of one section. What goes to the sink is the sink's to keep, whole blocks always, in
 * order; the constructor already writes the Section Header.
 */
export class PcapngWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #epochUs: number;
  readonly #chunkBytes: number;
  readonly #snapLens: number[] = [];
  #chunk = new Uint8Array(0);
  #dv = new DataView(this.#chunk.buffer);
  #at = 0;

  /** Throws OptionTypeError, OptionRangeError. */
  constructor(sink: (bytes: Uint8Array) => void, options: PcapngOptions = {}) {
    func.check(sink, 'PcapngWriter', 'sink');
    writerOptions.check(options);
    this.#sink = sink;
    this.#epochUs = options.epochUs ?? EPOCH_2026_US;
    this.#chunkBytes = options.chunkBytes ?? 0;
    this.#writeSection(options);
  }

  /** Describes an interface, before its first packet; its number. */
  addInterface(description: PcapngInterface): number {
    interfaceOptions.check(description);
    const snapLen = description.snapLen ?? 0;
    const name = optionText(description.name);
    const text = optionText(description.description ?? '');
    let size = 20 + optionBytes(name) + 8 + 4;
    if (text.length > 0) size += optionBytes(text);
    this.#begin(BLOCK_INTERFACE, size);
    this.#u16(LINK_TYPES[description.linkType]);
    this.#u16(0);
    this.#u32(snapLen);
    this.#option(IF_NAME, name);
    if (text.length > 0) this.#option(IF_DESCRIPTION, text);
    this.#u16(IF_TSRESOL);
    this.#u16(1);
    this.#u32(NANOSECONDS);
    this.#end(size);
    this.#snapLens.push(snapLen);
    return this.#snapLens.length - 1;
  }

  /**
   * A packet of `len` bytes at `timeUs` microseconds after time 0; a fraction counts down to the nanosecond.
   * Packets need not come in the order of time. Throws RangeError for an interface that was not added.
   */
  packet(
    iface: number,
    timeUs: number,
    mem: Memory,
    off: number,
    len: number,
    options: PcapngPacketOptions = NO_OPTIONS,
  ): void {
    this.octets(iface, timeUs, mem.u8.subarray(off, off + len), options);
  }

  /** The same for a packet in an array of its own. */
  octets(iface: number, timeUs: number, packet: Uint8Array, options: PcapngPacketOptions = NO_OPTIONS): void {
    packetOptions.check(options);
    const len = packet.length;
    const snapLen = this.#snapLens[iface];
    if (snapLen === undefined) throw new RangeError(`no interface ${iface} in this capture`);
    const captured = snapLen > 0 && len > snapLen ? snapLen : len;
    const { direction, dropped } = options;
    const comment = options.comment === undefined ? null : optionText(options.comment);
    let size = 32 + padded(captured);
    if (comment !== null) size += optionBytes(comment);
    if (dropped) size += optionBytes(DROPPED);
    if (direction !== undefined) size += 8;
    const hasOptions = size > 32 + padded(captured);
    if (hasOptions) size += 4;
    this.#begin(BLOCK_PACKET, size);
    this.#u32(iface);
    this.#time(timeUs);
    this.#u32(captured);
    this.#u32(len);
    this.#chunk.set(packet.subarray(0, captured), this.#at);
    this.#at += padded(captured);
    if (comment !== null) this.#option(OPT_COMMENT, comment);
    if (dropped) this.#option(OPT_COMMENT, DROPPED);
    if (direction !== undefined) {
      this.#u16(EPB_FLAGS);
      this.#u16(4);
      this.#u32(direction === 'in' ? INBOUND : OUTBOUND);
    }
    this.#end(size, hasOptions);
  }

  /**
   * A block of a type for local use, 0x80000000 to 0xffffffff, which others skip. Zeros fill the body up to a multiple of 4
   * octets, and the block does not say how many: what is in it must. Throws OptionTypeError, OptionRangeError.
   */
  localBlock(type: number, body: Uint8Array): void {
    whole(LOCAL_BLOCKS, 0xffff_ffff).check(type, 'PcapngWriter', 'type');
    const size = 12 + padded(body.length);
    this.#begin(type, size);
    this.#chunk.set(body, this.#at);
    this.#at += padded(body.length);
    this.#end(size, false);
  }

  /**
   * Secrets by which TLS can be read (Decryption Secrets Block), before the packets that need them: lines of the NSS key
   * log, as `SSLKEYLOGFILE` has them. Throws OptionTypeError.
   */
  tlsSecrets(keyLog: string): void {
    text.check(keyLog, 'PcapngWriter', 'keyLog');
    const octets = encoder.encode(keyLog);
    const size = 20 + padded(octets.length);
    this.#begin(BLOCK_SECRETS, size);
    this.#u32(TLS_KEY_LOG);
    this.#u32(octets.length);
    this.#chunk.set(octets, this.#at);
    this.#at += padded(octets.length);
    this.#end(size, false);
  }

  /** Gives the sink what was collected. */
  flush(): void {
    if (this.#at > 0) this.#sink(this.#chunk.subarray(0, this.#at));
    this.#chunk = new Uint8Array(0);
    this.#at = 0;
  }

  #writeSection(options: PcapngOptions): void {
    const hardware = optionText(options.hardware ?? 'synfin');
    const os = optionText(options.os ?? 'synfin');
    const application = optionText(options.application ?? 'synfin');
    const comment = optionText(options.comment ?? '');
    let size = 28 + optionBytes(hardware) + optionBytes(os) + optionBytes(application) + 4;
    if (comment.length > 0) size += optionBytes(comment);
    this.#begin(BLOCK_SECTION, size);
    this.#u32(BYTE_ORDER_MAGIC);
    this.#u16(1); // Version 1.0.
    this.#u16(0);
    this.#u32(0xffffffff); // Section length: not given.
    this.#u32(0xffffffff);
    if (comment.length > 0) this.#option(OPT_COMMENT, comment);
    this.#option(SHB_HARDWARE, hardware);
    this.#option(SHB_OS, os);
    this.#option(SHB_APPLICATION, application);
    this.#end(size);
  }

  /** Makes room for a block and writes its type and length; padding is already zero. */
  #begin(type: number, size: number): void {
    if (this.#at + size > this.#chunk.length) {
      this.flush();
      this.#chunk = new Uint8Array(Math.max(size, this.#chunkBytes));
      this.#dv = new DataView(this.#chunk.buffer);
    }
    this.#u32(type);
    this.#u32(size);
  }

  /** Ends the options and the block; hands it over when nothing is collected. */
  #end(size: number, hasOptions = true): void {
    if (hasOptions) this.#u32(OPT_END);
    this.#u32(size);
    if (this.#chunkBytes === 0) this.flush();
  }

  #u16(value: number): void {
    this.#dv.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  #u32(value: number): void {
    this.#dv.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  #option(code: number, value: Uint8Array): void {
    this.#u16(code);
    this.#u16(value.length);
    this.#chunk.set(value, this.#at);
    this.#at += padded(value.length);
  }

  /** High and low word of the nanoseconds since 1970: microseconds fit 53 bits, nanoseconds do not. */
  #time(timeUs: number): void {
    let us = Math.floor(timeUs);
    let ns = Math.round((timeUs - us) * 1000);
    us += this.#epochUs;
    if (us < 0) us = ns = 0;
    const low = (us % 2 ** 32) * 1000 + ns;
    const high = Math.floor(us / 2 ** 32) * 1000 + Math.floor(low / 2 ** 32);
    this.#u32(high);
    this.#u32(low % 2 ** 32);
  }
}

const DROPPED = encoder.encode('dropped');

/** What a link calls to have a packet recorded. */
export interface PacketTap {
  packet(direction: Direction, timeUs: number, mem: Memory, off: number, len: number, comment?: string): void;
  /** The same for a packet that the link loses. */
  dropped(
    direction: Direction,
    timeUs: number,
    mem: Memory,
    off: number,
    len: number,
    comment?: string,
  ): void;
}

/** A tap that writes to one interface of a capture. */
export class PcapngTap implements PacketTap {
  readonly #writer: PcapngWriter;
  readonly #iface: number;

  /** `iface` is the number that `writer.addInterface` gave. */
  constructor(writer: PcapngWriter, iface: number) {
    this.#writer = writer;
    this.#iface = iface;
  }

  packet(
    direction: Direction,
    timeUs: number,
    mem: Memory,
    off: number,
    len: number,
    comment?: string,
  ): void {
    this.#writer.packet(this.#iface, timeUs, mem, off, len, optionsOf(direction, false, comment));
  }

  dropped(
    direction: Direction,
    timeUs: number,
    mem: Memory,
    off: number,
    len: number,
    comment?: string,
  ): void {
    this.#writer.packet(this.#iface, timeUs, mem, off, len, optionsOf(direction, true, comment));
  }
}

const PLAIN: Record<Direction, PcapngPacketOptions> = { in: { direction: 'in' }, out: { direction: 'out' } };

function optionsOf(direction: Direction, dropped: boolean, comment: string | undefined): PcapngPacketOptions {
  if (comment === undefined) return dropped ? { direction, dropped } : PLAIN[direction];
  return { direction, dropped, comment };
}
