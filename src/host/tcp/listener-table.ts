// The listeners of a host by port and address (MUST-42: many on one port, each with an address of its own).

import type { IpAddress } from '../../wire/index.ts';
import type { FourTuple } from '../base/index.ts';
import type { Listener } from '../connection/index.ts';

/** The key of a listener for every port. */
export const EVERY_PORT = 0;

const NOBODY: readonly Listener[] = [];

/** Listeners, found for a segment. */
export class ListenerTable {
  readonly #byPort = new Map<number, readonly Listener[]>();
  /** The port that was asked for last, and who listens there: SYNs come in series. */
  #lastPort = -1;
  #last: readonly Listener[] = NOBODY;

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

  /**
   * True when exactly this address (null: the wildcard of `family`, 0: of both) is listened on already, by one of the
   * same kind.
   */
  taken(port: number, address: IpAddress | null, family: 0 | 4 | 6, any: boolean): boolean {
    return this.#on(port).some((l) => {
      if (l.any !== any) return false;
      if (l.address === null || address === null)
        return l.address === address && (l.family === family || l.family === 0 || family === 0);
      return l.address.equals(address);
    });
  }

  add(listener: Listener): void {
    this.#lastPort = -1;
    this.#byPort.set(listener.port, [...(this.#byPort.get(listener.port) ?? NOBODY), listener]);
  }

  remove(listener: Listener): void {
    this.#lastPort = -1;
    const rest = (this.#byPort.get(listener.port) ?? NOBODY).filter((l) => l !== listener);
    if (rest.length === 0) this.#byPort.delete(listener.port);
    else this.#byPort.set(listener.port, rest);
  }

  /**
   * The listener for a segment: one with its address before the wildcard, which is for addresses of `ours`, before one
   * for any address, before one for any address and port.
   */
  find({ family, localPort, l0, l1, l2, l3 }: FourTuple, ours: boolean): Listener | null {
    let wildcard: Listener | null = null;
    let any: Listener | null = null;
    for (const l of this.#on(localPort)) {
      const a = l.address;
      if (a === null) {
        if (l.family !== 0 && l.family !== family) continue;
        if (l.any) any = l;
        else wildcard = l;
      } else if (a.w3 === l3 && a.w2 === l2 && a.w1 === l1 && a.w0 === l0) return l;
    }
    if (ours && wildcard !== null) return wildcard;
    return any ?? this.#on(EVERY_PORT).find((l) => l.family === 0 || l.family === family) ?? null;
  }

  #on(port: number): readonly Listener[] {
    if (port !== this.#lastPort) {
      this.#last = this.#byPort.get(port) ?? NOBODY;
      this.#lastPort = port;
    }
    return this.#last;
  }
}
