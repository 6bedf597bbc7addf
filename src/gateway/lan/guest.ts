// A guest: what is behind one port, with a name, the addresses that it speaks from, and what it is counted with.

import { describesItself } from '../../options/index.ts';
import { formatWords, isMapped } from '../../wire/index.ts';
import type { FramePort } from '../port.ts';

/** Addresses that one guest may speak from; beyond it the oldest is forgotten. */
const MOST_ADDRESSES = 64;

/** What a guest sent and got, in frames and octets, and what of it was dropped. */
export interface GuestCounters {
  framesIn: number;
  octetsIn: number;
  framesOut: number;
  octetsOut: number;
  /** Too short, too long, tagged, or not what its header says. */
  malformed: number;
  /** In the name of somebody else: the gateway, another guest, an address outside of the network. */
  spoofed: number;
  /** What only routers and servers send: router advertisements, redirects, answers of DHCP. */
  rogue: number;
}

/** What `info()` returns. */
export interface GuestInfo extends Readonly<GuestCounters> {
  readonly name: string;
  /** Whether a port is attached now. */
  readonly attached: boolean;
  /** Ethernet addresses, and IP addresses that it has spoken from or has a lease for. */
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
}

/** A guest of a gateway: see `Gateway.attach`. */
export class Guest {
  static {
    describesItself(Guest);
  }
  readonly name: string;
  readonly counters: GuestCounters = {
    framesIn: 0,
    octetsIn: 0,
    framesOut: 0,
    octetsOut: 0,
    malformed: 0,
    spoofed: 0,
    rogue: 0,
  };
  /** @internal null: its side has gone. */
  port: FramePort | null = null;
  /** @internal The Ethernet address that spoke last. */
  lastMacHi = -1;
  lastMacLo = 0;
  /** @internal The IP address that spoke last. */
  last0 = -1;
  last1 = 0;
  last2 = 0;
  last3 = 0;
  /** @internal Keys of what is bound to it, the oldest first. */
  readonly macs = new Set<string>();
  readonly addresses = new Set<string>();

  /** @internal */
  constructor(name: string) {
    this.name = name;
  }

  info(): GuestInfo {
    return {
      name: this.name,
      attached: this.port !== null,
      macs: [...this.macs],
      addresses: [...this.addresses],
      ...this.counters,
    };
  }
  toJSON(): GuestInfo {
    return this.info();
  }
  /** One line: `Guest {vm1 10.0.2.15, 12 frames in, 9 out}`. */
  toString(): string {
    const { framesIn, framesOut } = this.counters;
    const where = [...this.addresses][0] ?? 'no address';
    return `Guest {${this.name} ${where}, ${framesIn} frames in, ${framesOut} out}`;
  }
}

/** Who speaks from which address: the first who did, while it is known. */
export class Bindings {
  readonly #owners = new Map<string, Guest>();

  owner(key: string): Guest | undefined {
    return this.#owners.get(key);
  }

  /** True when `guest` may speak from the address, which is its own from then on. */
  bind(key: string, guest: Guest, of: Set<string>): boolean {
    const owner = this.#owners.get(key);
    if (owner !== undefined) return owner === guest;
    if (of.size >= MOST_ADDRESSES) {
      const [oldest] = of;
      if (oldest !== undefined) this.release(oldest, of);
    }
    this.#owners.set(key, guest);
    of.add(key);
    return true;
  }

  release(key: string, of: Set<string>): void {
    of.delete(key);
    this.#owners.delete(key);
  }

  releaseAll(of: Set<string>): void {
    for (const key of of) this.#owners.delete(key);
    of.clear();
  }
}

/** The text of an address in words. */
export function addressText(w0: number, w1: number, w2: number, w3: number): string {
  return formatWords(isMapped(w0, w1, w2) ? 4 : 6, w0, w1, w2, w3);
}
