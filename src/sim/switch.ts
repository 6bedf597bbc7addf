// An Ethernet learning switch (the filtering database and forwarding of IEEE 802.1D sections 7.7-7.9,
// without spanning tree: do not build loops), for more than two hosts. Each host hangs on a wire of its
// own. The MAC table is bounded: four places per bucket, the oldest entry gives way.

import { Schema, text, whole, wholeOrInfinity } from '../options/index.ts';
import { EthernetFrame, isGroupMac, Malformed, type Memory, parseEthernet } from '../wire/index.ts';
import type { Port, Transmit } from './types.ts';
import { Wire, type WireOptions } from './wire.ts';
import type { World } from './world.ts';

const WAYS = 4;

/** Which port a MAC address was last seen on. */
export class MacTable {
  readonly #buckets: number;
  readonly #agingUs: number;
  readonly #hi: Int32Array;
  readonly #lo: Int32Array;
  readonly #port: Int32Array;
  readonly #seenUs: Float64Array;
  /** Live entries that gave way to new ones. */
  evicted = 0;

  /** @param size entries, rounded up to a power of two of at least 4 */
  constructor(size: number, agingUs: number) {
    let buckets = 1;
    while (buckets * WAYS < size) buckets *= 2;
    this.#buckets = buckets;
    this.#agingUs = agingUs;
    this.#hi = new Int32Array(buckets * WAYS);
    this.#lo = new Int32Array(buckets * WAYS);
    this.#port = new Int32Array(buckets * WAYS).fill(-1);
    this.#seenUs = new Float64Array(buckets * WAYS).fill(-Infinity);
  }

  #bucket(hi: number, lo: number): number {
    const h = Math.imul(lo ^ Math.imul(hi, 0x9e3779b1), 0x85ebca6b);
    return ((h ^ (h >>> 15)) & (this.#buckets - 1)) * WAYS;
  }

  /** The port of an address (its upper 16 and lower 32 bits), -1 if not known or too old. */
  find(hi: number, lo: number, nowUs: number): number {
    const at = this.#bucket(hi, lo);
    for (let i = at; i < at + WAYS; i++) {
      if (this.#hi[i] !== hi || this.#lo[i] !== lo) continue;
      return nowUs - (this.#seenUs[i] as number) <= this.#agingUs ? (this.#port[i] as number) : -1;
    }
    return -1;
  }

  /** The address was seen on `port`. */
  learn(hi: number, lo: number, port: number, nowUs: number): void {
    const at = this.#bucket(hi, lo);
    let place = at;
    for (let i = at; i < at + WAYS; i++) {
      if (this.#port[i] !== -1 && this.#hi[i] === hi && this.#lo[i] === lo) {
        place = i;
        break;
      }
      if ((this.#seenUs[i] as number) < (this.#seenUs[place] as number)) place = i;
    }
    const other = this.#hi[place] !== hi || this.#lo[place] !== lo;
    if (other && this.#port[place] !== -1 && nowUs - (this.#seenUs[place] as number) <= this.#agingUs) {
      this.evicted++;
    }
    this.#hi[place] = hi;
    this.#lo[place] = lo;
    this.#port[place] = port;
    this.#seenUs[place] = nowUs;
  }

  /** Forgets all addresses of a port. */
  forget(port: number): void {
    for (let i = 0; i < this.#port.length; i++) {
      if (this.#port[i] !== port) continue;
      this.#port[i] = -1;
      this.#seenUs[i] = -Infinity;
      this.#hi[i] = 0;
      this.#lo[i] = 0;
    }
  }
}

/** The switch's end of a wire. */
class SwitchPort implements Port {
  readonly kind = 'ethernet';
  readonly memory: Memory;
  readonly mtu = 65535;
  readonly number: number;
  readonly owner: Switch;
  transmit: Transmit | null = null;

  constructor(owner: Switch, number: number, memory: Memory) {
    this.owner = owner;
    this.number = number;
    this.memory = memory;
  }

  attach(transmit: Transmit | null): void {
    this.transmit = transmit;
    if (transmit === null) this.owner.unplugged(this.number);
  }

  get attached(): boolean {
    return this.transmit !== null;
  }

  receive(off: number, len: number): void {
    this.owner.forward(this.number, off, len);
  }
}

/** Options of {@link Switch}. */
export interface SwitchOptions {
  /** Entries of the MAC table. Default 1024. */
  macTableSize?: number;
  /** Age at which an entry is forgotten, µs. Default 300 s (IEEE 802.1D table 7-5). */
  agingUs?: number;
  /** Most ports. Default 64. */
  maxPorts?: number;
  /** For messages. Default: a number. */
  name?: string;
}

const switchOptions = new Schema<SwitchOptions>('Switch', {
  macTableSize: whole(1, 2 ** 20),
  agingUs: wholeOrInfinity(0),
  maxPorts: whole(1, 65_536),
  name: text,
});

/** An Ethernet learning switch. */
export class Switch {
  readonly name: string;
  readonly table: MacTable;
  /** Frames sent out of the one port that the table names. */
  forwarded = 0;
  /** Frames sent out of all other ports: group addresses and unknown ones. */
  flooded = 0;
  /** Frames dropped: shorter than a header, from a group address, to a reserved one. */
  invalid = 0;
  /** Frames whose destination is behind the port that they came from. */
  filtered = 0;
  /** Copies not sent for want of memory. */
  noMemory = 0;
  readonly #world: World;
  readonly #maxPorts: number;
  readonly #ports: SwitchPort[] = [];
  readonly #frame = new EthernetFrame();

  constructor(world: World, options: SwitchOptions = {}) {
    switchOptions.check(options);
    this.#world = world;
    this.name = options.name ?? `switch ${world.nextName()}`;
    this.table = new MacTable(options.macTableSize ?? 1024, options.agingUs ?? 300_000_000);
    this.#maxPorts = options.maxPorts ?? 64;
  }

  /**
   * Joins an Ethernet port to the switch; the wire's end a is the host's, b the switch's. `close()` of the wire
   * unplugs it: the switch forgets what it learned there, and its port can be used again.
   * @throws RangeError if the port is not an Ethernet port or the switch has no port left
   */
  connect(port: Port, options: WireOptions = {}): Wire {
    if (port.kind !== 'ethernet') {
      throw new RangeError(
        `${this.name}: only ethernet ports can be connected: make the interface with { kind: 'ethernet' }`,
      );
    }
    const unplugged = this.#ports.findIndex((each) => !each.attached);
    const number = unplugged >= 0 ? unplugged : this.#ports.length;
    if (number >= this.#maxPorts) throw new RangeError(`${this.name}: all ${number} ports are in use`);
    const mine = new SwitchPort(this, number, this.#world.memory);
    const wire = new Wire(this.#world, port, mine, { name: `${this.name} port ${number}`, ...options });
    this.#ports[number] = mine;
    return wire;
  }

  /** Internal: the wire of a port was taken away. */
  unplugged(number: number): void {
    this.table.forget(number);
  }

  /** Internal: a frame came in on port `from`. */
  forward(from: number, off: number, len: number): void {
    const frame = this.#frame;
    const memory = this.#world.memory;
    const bad = parseEthernet(memory, off, len, frame);
    const readable = bad === Malformed.OK || bad === Malformed.ETHERNET_LENGTH_FIELD;
    if (!readable || isGroupMac(frame.srcHi) || isReserved(frame)) {
      this.invalid++;
      return;
    }
    const now = this.#world.now();
    this.table.learn(frame.srcHi, frame.srcLo, from, now);
    const to = isGroupMac(frame.dstHi) ? -1 : this.table.find(frame.dstHi, frame.dstLo, now);
    if (to === from) this.filtered++;
    else if (to >= 0) {
      this.forwarded++;
      this.#transmit(to, off, len);
    } else {
      this.flooded++;
      for (let i = 0; i < this.#ports.length; i++) if (i !== from) this.#transmit(i, off, len);
    }
  }

  #transmit(to: number, off: number, len: number): void {
    const transmit = (this.#ports[to] as SwitchPort).transmit;
    if (transmit === null) return;
    const memory = this.#world.memory;
    const copy = memory.alloc(len);
    if (copy === 0) {
      this.noMemory++;
      return;
    }
    memory.u8.copyWithin(copy, off, off + len);
    transmit(copy, len);
  }
}

/** 01-80-C2-00-00-00 to -0F: not forwarded (IEEE 802.1D section 7.12.6). */
function isReserved(frame: EthernetFrame): boolean {
  return frame.dstHi === 0x0180 && (frame.dstLo & ~0xf) === (0xc2000000 | 0);
}
