// What the ways in share: the ports that there are, how many there may be, and what was refused.

import type { FramePort } from '../../port.ts';

/** Called with each guest's port; `from` says where it came from, in words for people. */
export type PortArrived = (port: FramePort, from: string) => void;

/** A way in: what {@link openFrames} opens. */
export interface Frames {
  /** Where it is: as it was asked for, with the port that the system chose. */
  readonly at: string;
  /** Guests that are there. */
  readonly guests: number;
  /** Guests that were turned away: there were `maxGuests`, or what they said was no beginning. */
  readonly refused: number;
  /** No guest comes any more, and those that are there are closed. */
  close(): Promise<void>;
}

/** The ports of a way in. */
export class Ports<P extends FramePort & { readonly closed: boolean }> {
  refused = 0;
  readonly #most: number;
  readonly #arrived: PortArrived;
  readonly #ports = new Set<P>();

  constructor(most: number, arrived: PortArrived) {
    this.#most = most;
    this.#arrived = arrived;
  }

  get size(): number {
    return this.#ports.size;
  }

  /** Whether there is room for one more; where not, that is counted. */
  admit(): boolean {
    if (this.#ports.size < this.#most) return true;
    this.refused++;
    return false;
  }

  /** A guest's port, from now on one of these. */
  add(port: P, from: string): void {
    this.#ports.add(port);
    this.#arrived(port, from);
  }

  /** Its guest has gone. */
  delete(port: P): void {
    this.#ports.delete(port);
  }

  close(): void {
    for (const port of this.#ports) port.close?.();
    this.#ports.clear();
  }
}
