// When guests are told of IPv6 (RFC 4861 section 6.2): as they come, as they ask, and regularly.

import type { GatewayCore } from '../core.ts';
import type { Guest } from '../lan/index.ts';
import { type Advertisement, routerAdvertisement } from './router-advertisement.ts';

/** A router says again who it is (section 6.2.1: MaxRtrAdvInterval), and for how long it is one. */
const REGULARLY_MS = 200_000;
const LIFETIME_S = 1800;
/** MIN_DELAY_BETWEEN_RAS. */
const LEAST_MS = 3000;

/** Router advertisements to the guests of a gateway. */
export class Advertiser {
  readonly #core: GatewayCore;
  readonly #frame: Uint8Array;
  readonly #last = new Map<Guest, number>();
  /** Guests that have asked too early, and how the answer is called off. */
  readonly #solicited = new Map<Guest, () => void>();
  #stop: (() => void) | null = null;

  constructor(core: GatewayCore, told: Omit<Advertisement, 'lifetime'>) {
    this.#core = core;
    this.#frame = routerAdvertisement({ ...told, lifetime: LIFETIME_S });
  }

  /** A guest has come: now, and regularly from now on. */
  begin(guest: Guest): void {
    this.advertise(guest);
    this.#regularly();
  }

  /** At once, or as soon as it may be said again (section 6.2.6). */
  advertise(guest: Guest): void {
    const now = this.#core.nowMs();
    const waitMs = (this.#last.get(guest) ?? Number.NEGATIVE_INFINITY) + LEAST_MS - now;
    if (waitMs > 0) {
      if (!this.#solicited.has(guest))
        this.#solicited.set(
          guest,
          this.#core.after(waitMs, () => {
            this.#solicited.delete(guest);
            this.advertise(guest);
          }),
        );
      return;
    }
    this.#callOff(guest);
    this.#last.set(guest, now);
    this.#core.lan.sendTo(guest, this.#frame.slice());
  }

  /** A guest has left. */
  forget(guest: Guest): void {
    this.#last.delete(guest);
    this.#callOff(guest);
  }

  #callOff(guest: Guest): void {
    this.#solicited.get(guest)?.();
    this.#solicited.delete(guest);
  }

  #regularly(): void {
    this.#stop ??= this.#core.after(REGULARLY_MS, () => {
      this.#stop = null;
      const attached = [...this.#core.lan.guests.values()].filter((guest) => guest.port !== null);
      for (const guest of attached) this.advertise(guest);
      if (attached.length > 0) this.#regularly();
    });
  }

  close(): void {
    for (const guest of [...this.#solicited.keys()]) this.#callOff(guest);
    this.#stop?.();
  }
}
