// The listeners of a host by port and address (MUST-42: many on one port, each with an address of its own).

import type { IpAddress, IpPacket } from '../wire/index.ts';
import type { Listener } from './listener.ts';

/** Listeners, found for a segment. */
export class ListenerTable {
  readonly #byPort = new Map<number, readonly Listener[]>();

  /** Every listener, of those that are there now. */
  all(): Listener[] {
    return [...this.#byPort.values()].flat();
  }

  /** True when somebody listens at all. */
  get any(): boolean {
    return this.#byPort.size > 0;
  }

  /** True when somebody listens on the port. */
  has(port: number): boolean {
    return this.#byPort.has(port);
  }

  /** True when exactly this address (null: the wildcard of `family`, 0: of both) is listened on already. */
  taken(port: number, address: IpAddress | null, family: 0 | 4 | 6): boolean {
    return this.#on(port).some((l) => {
      if (l.address === null || address === null)
        return l.address === address && (l.family === family || l.family === 0 || family === 0);
      return l.address.equals(address);
    });
  }

  add(listener: Listener): void {
    this.#byPort.set(listener.port, [...this.#on(listener.port), listener]);
  }

  remove(listener: Listener): void {
    const rest = this.#on(listener.port).filter((l) => l !== listener);
    if (rest.length === 0) this.#byPort.delete(listener.port);
    else this.#byPort.set(listener.port, rest);
  }

  /** The listener for a packet to `port`: one with its address before the wildcard. */
  find(port: number, packet: IpPacket): Listener | null {
    const list = this.#byPort.get(port);
    if (list === undefined) return null;
    const { dst0, dst1, dst2, dst3 } = packet;
    let wildcard: Listener | null = null;
    for (const l of list) {
      const a = l.address;
      if (a === null) {
        if (l.family === 0 || l.family === packet.family) wildcard = l;
      } else if (a.w3 === dst3 && a.w2 === dst2 && a.w1 === dst1 && a.w0 === dst0) return l;
    }
    return wildcard;
  }

  #on(port: number): readonly Listener[] {
    return this.#byPort.get(port) ?? [];
  }
}
