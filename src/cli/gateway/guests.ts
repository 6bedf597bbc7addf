// Guests as they come by the places of the command: what they are called, and what befalls their frames.

import {
  type FramePort,
  faultyPort,
  type Gateway,
  type Guest,
  type GuestFaults,
} from '../../gateway/index.ts';

/** Faults of all guests, and of some by name, which come before. */
export interface FaultSettings {
  readonly all: GuestFaults | undefined;
  readonly of: ReadonlyMap<string, GuestFaults>;
}

/**
 * Joins the guests of one place. A machine that was started again comes by the place that it had: it is the guest of that
 * place whose port has closed, or its Ethernet address would be taken for a stranger's for as long as that is remembered.
 */
export class Arrivals {
  readonly #gateway: Gateway;
  readonly #faults: FaultSettings;
  readonly #guests = new Set<Guest>();

  constructor(gateway: Gateway, faults: FaultSettings) {
    this.#gateway = gateway;
    this.#faults = faults;
  }

  /** Throws as `gateway.attach` does. */
  join(port: FramePort): Guest {
    const { guests } = this.#gateway;
    const again = guests.find((guest) => this.#guests.has(guest) && !guest.info().attached);
    const name = again?.name ?? newName(guests);
    const faults = this.#faults.of.get(name) ?? this.#faults.all;
    const guest = this.#gateway.attach(faults === undefined ? port : faultyPort(port, faults), { name });
    for (const each of this.#guests) if (!guests.includes(each)) this.#guests.delete(each);
    this.#guests.add(guest);
    return guest;
  }
}

function newName(guests: readonly Guest[]): string {
  let n = 1;
  while (guests.some(({ name }) => name === `guest${n}`)) n++;
  return `guest${n}`;
}
