// A socket in the wall: the wire ends here, and the host behind it can crash and come back. Each host has a
// Memory of its own, which goes with it; packets under way lie in the world's.

import type { Host, HostInterface } from '../../src/host/index.ts';
import type { Port, PortKind, Transmit } from '../../src/sim/index.ts';
import type { Memory } from '../../src/wire/index.ts';

/** Packets that wait for a host that stands still. */
const QUEUE = 100;

/** The end of a wire that a host is plugged into, or nothing. */
export class Plug implements Port {
  readonly memory: Memory;
  readonly mtu: number;
  readonly kind: PortKind;
  /** Packets that did not fit into the receiver's Memory, or the queue of a host that stands still. */
  refused = 0;
  /** What arrived while the host stands still; null: it runs. */
  #held: Uint8Array[] | null = null;
  host: Host | null = null;
  #iface: HostInterface | null = null;
  #transmit: Transmit | null = null;

  constructor(memory: Memory, mtu: number, kind: PortKind) {
    this.memory = memory;
    this.mtu = mtu;
    this.kind = kind;
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  /** Plugs a host's interface in. */
  connect(host: Host, iface: HostInterface): void {
    this.host = host;
    this.#iface = iface;
    iface.attach((off, len) => this.#out(iface.memory, off, len));
  }

  /** The host stands still: packets wait. */
  hold(): void {
    this.#held = [];
  }

  /** The host runs again, and gets what waited. */
  release(): void {
    const held = this.#held;
    this.#held = null;
    for (const packet of held ?? []) this.#deliver(packet);
  }

  /** Pulls it out: the host is alone. */
  pull(): void {
    this.#held = null;
    this.#iface?.attach(null);
    this.#iface = null;
    this.host = null;
  }

  #out(from: Memory, off: number, len: number): void {
    const copy = this.#transmit === null ? 0 : this.memory.alloc(len);
    if (copy !== 0) this.memory.u8.set(from.u8.subarray(off, off + len), copy);
    from.free(off, len);
    if (copy !== 0) this.#transmit?.(copy, len);
  }

  receive(off: number, len: number): void {
    const packet = this.memory.u8.slice(off, off + len); // a view would end when the Memory grows meanwhile
    if (this.#held === null) this.#deliver(packet);
    else if (this.#held.length < QUEUE) this.#held.push(packet);
    else this.refused++;
  }

  #deliver(packet: Uint8Array): void {
    const iface = this.#iface;
    if (iface === null) return;
    const to = iface.memory;
    const copy = to.alloc(packet.length);
    if (copy === 0) {
      this.refused++;
      return;
    }
    to.u8.set(packet, copy);
    iface.receive(copy, packet.length);
    to.free(copy, packet.length);
  }
}
