// The gateway's own addresses on its guests' network, and what they lead to: this machine's loopback, as far as it is open.

import type { OuterTarget } from './outer.ts';
import type { ConnectionVerdict, Subject } from './policy/index.ts';

const ALLOWED: ConnectionVerdict = { allowed: true, rule: 'hostLoopback', byName: false, inspect: null };
const CLOSED: ConnectionVerdict = {
  allowed: false,
  rule: 'nothing listens here',
  byName: false,
  inspect: null,
};

/** Where the loopback is, and its ports that are open; true: all. */
export interface LoopbackAt {
  readonly v4: string;
  readonly v6: string | null;
  readonly open: boolean | readonly number[];
}

/** Addresses of the gateway and of its DNS server. */
export class OwnAddresses {
  readonly all: readonly string[];
  readonly #loopback: LoopbackAt;

  constructor(all: readonly string[], loopback: LoopbackAt) {
    this.all = all;
    this.#loopback = loopback;
  }

  has(address: string): boolean {
    return this.all.includes(address);
  }

  /** What is said of a connection or flow to one of them that nobody here has taken. */
  judge({ port }: Subject, address: string): ConnectionVerdict {
    const { v4, v6, open } = this.#loopback;
    const isOpen = typeof open === 'boolean' ? open : open.includes(port);
    return isOpen && (address === v4 || address === v6) ? ALLOWED : CLOSED;
  }

  /** Where an address of a guest's is outside. */
  outside(address: string, port: number): OuterTarget {
    if (address === this.#loopback.v4) return { address: '127.0.0.1', port };
    if (address === this.#loopback.v6) return { address: '::1', port };
    return { address, port };
  }
}
