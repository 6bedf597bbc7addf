// What the tests of this folder share: a memory that catches double frees, ports that note what they
// receive, packets, and a node that does things at given times.

import {
  ETHERTYPE_IPV4,
  IPPROTO_TCP,
  IPPROTO_UDP,
  Memory,
  Segment,
  writeEthernetHeader,
  writeIpv4Header,
  writeTcpHeader,
} from '../wire/index.ts';
import type { Node, Port, PortKind, Transmit } from './types.ts';
import type { World } from './world.ts';

/** A Memory that throws when a block is freed twice, or with another size. */
export class StrictMemory extends Memory {
  readonly live = new Map<number, number>();

  override alloc(size: number): number {
    const off = super.alloc(size);
    if (off !== 0) this.live.set(off, size);
    return off;
  }

  override free(off: number, size: number): void {
    if (this.live.get(off) !== size) throw new Error(`free(${off}, ${size}): ${this.live.get(off)} is live`);
    this.live.delete(off);
    super.free(off, size);
  }
}

/** One packet that a port received. */
export interface Arrival {
  atUs: number;
  bytes: Uint8Array;
}

/** A port that notes arrivals and sends what it is told to. */
export class TestPort implements Port {
  readonly memory: Memory;
  readonly mtu = 65535;
  readonly kind: PortKind;
  readonly arrivals: Arrival[] = [];
  onReceive: ((bytes: Uint8Array) => void) | null = null;
  transmit: Transmit | null = null;
  readonly #world: World;

  constructor(world: World, options: { memory?: Memory; kind?: PortKind } = {}) {
    this.#world = world;
    this.memory = options.memory ?? world.memory;
    this.kind = options.kind ?? 'ip';
  }

  attach(transmit: Transmit | null): void {
    this.transmit = transmit;
  }

  get attached(): boolean {
    return this.transmit !== null;
  }

  receive(off: number, len: number): void {
    const bytes = this.memory.u8.slice(off, off + len);
    this.arrivals.push({ atUs: this.#world.now(), bytes });
    this.onReceive?.(bytes);
  }

  send(bytes: Uint8Array): void {
    const off = this.memory.alloc(bytes.length);
    this.memory.u8.set(bytes, off);
    this.transmit?.(off, bytes.length);
  }

  /** First octets of the arrivals: numbered packets. */
  get order(): number[] {
    return this.arrivals.map(({ bytes }) => (((bytes[0] as number) << 8) | (bytes[1] as number)) & 0xffff);
  }

  get times(): number[] {
    return this.arrivals.map(({ atUs }) => atUs);
  }
}

/** `len` octets (at least 2) that begin with the number n; they are not IP unless n is chosen to be. */
export function numbered(n: number, len = 100): Uint8Array {
  const bytes = new Uint8Array(len);
  bytes[0] = n >> 8;
  bytes[1] = n;
  return bytes;
}

const scratch = new Memory({ initial: 4096 });

function ipv4(protocol: number, payload: Uint8Array, dst: number): Uint8Array {
  const headerLen = writeIpv4Header(scratch, 1024, payload.length, 1, 0, 64, 0, protocol, 0x0a000001, dst);
  const bytes = new Uint8Array(headerLen + payload.length);
  bytes.set(scratch.u8.subarray(1024, 1024 + headerLen));
  bytes.set(payload, headerLen);
  return bytes;
}

/** An IPv4 packet from 10.0.0.1 with a segment of `textLen` octets of text. */
export function tcp(ctl: number, textLen = 0, dst = 0x0a000002): Uint8Array {
  const seg = new Segment().set(1000, 2000, ctl);
  seg.srcPort = 1234;
  seg.dstPort = 80;
  const headerLen = writeTcpHeader(scratch, 1024, seg);
  const payload = new Uint8Array(headerLen + textLen);
  payload.set(scratch.u8.subarray(1024, 1024 + headerLen));
  return ipv4(IPPROTO_TCP, payload, dst);
}

/** An IPv4 packet with a UDP datagram from port 53 to 5353, without checksum. */
export function udp(): Uint8Array {
  return ipv4(IPPROTO_UDP, Uint8Array.of(0, 53, 0x14, 0xe9, 0, 8, 0, 0), 0x0a000002);
}

/** An Ethernet frame 02:00:00:00:00:SRC to a 48-bit address; `payload` behind the header. */
export function frame(
  dstHi: number,
  dstLo: number,
  src: number,
  payload: Uint8Array = new Uint8Array(46),
): Uint8Array {
  const headerLen = writeEthernetHeader(scratch, 1024, dstHi, dstLo, 0x0200, src, ETHERTYPE_IPV4);
  const bytes = new Uint8Array(headerLen + payload.length);
  bytes.set(scratch.u8.subarray(1024, 1024 + headerLen));
  bytes.set(payload, headerLen);
  return bytes;
}

/** A node that calls `act(i, now)` at times i * gapUs, `count` times. */
export class Pacer implements Node {
  readonly #count: number;
  readonly #gapUs: number;
  readonly #act: (i: number, nowUs: number) => void;
  #i = 0;

  constructor(count: number, gapUs: number, act: (i: number, nowUs: number) => void) {
    this.#count = count;
    this.#gapUs = gapUs;
    this.#act = act;
  }

  wakeAt(): number {
    return this.#i < this.#count ? this.#i * this.#gapUs : Infinity;
  }

  poll(nowUs: number): void {
    while (this.wakeAt() <= nowUs) this.#act(this.#i++, nowUs);
  }

  describe(): string {
    return 'a pacer';
  }
}
