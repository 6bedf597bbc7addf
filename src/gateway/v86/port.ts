// The network card of v86, the PC in a page, as a port: v86 puts the guest's frames on its bus, and takes what is for the
// guest from there. Nothing of v86 is needed for that but the emulator that a program has.

import { soon } from '../../host/index.ts';
import { cost, DeviceBase, type QueueOptions, queueKinds } from '../../link/devices/index.ts';
import { like, Schema, whole } from '../../options/index.ts';
import type { FramePort } from '../port.ts';

/** What is used of an emulator: a `V86`. */
export interface V86Emulator {
  add_listener(event: string, listener: (frame: Uint8Array) => void): void;
  remove_listener(event: string, listener: (frame: Uint8Array) => void): void;
  readonly bus: { send(event: string, frame: Uint8Array): void };
}

/** Options of {@link v86Port}. */
export interface V86PortOptions extends Omit<QueueOptions, 'kind'> {
  /** Which card: `net_device.id` of the emulator. Default 0. */
  card?: number;
}

const { kind: _kind, ...portKinds } = queueKinds;
export const v86PortOptions = new Schema<V86PortOptions>('v86Port', { ...portKinds, card: whole(0, 255) });
export const emulators = like('an emulator: a V86', 'add_listener', 'remove_listener', 'bus');

const QUEUE = 256 * 1024;
/**
 * Octets that the guest's card gets in one turn of the event loop: the guest runs between turns. The ring of an NE2000 has
 * 14 KiB, and what does not fit there is lost without a word.
 */
const TURN_OCTETS = 6144;

/** The guest's end of its link. See {@link v86Port}. */
export class V86Port extends DeviceBase implements FramePort {
  override readonly kind = 'ethernet';
  readonly #emulator: V86Emulator;
  readonly #card: number;
  readonly #queue: number;
  /** Frames that wait for the next turn. */
  #waiting: Uint8Array[] = [];
  #waitingCost = 0;
  /** What was given in this turn; -1: no turn is awaited. */
  #given = -1;
  // The emulator may use its memory again when this returns; whoever is given it copies.
  readonly #fromGuest = (frame: Uint8Array): void => this.deliver(frame);

  /** @internal */
  constructor(emulator: V86Emulator, o: V86PortOptions) {
    super(o);
    this.#emulator = emulator;
    this.#card = o.card ?? 0;
    this.#queue = o.queue ?? QUEUE;
    emulator.add_listener(`net${this.#card}-send`, this.#fromGuest);
  }

  override send(frame: Uint8Array): void {
    if (this.closed || this.#waitingCost + cost(frame) > this.#queue) {
      this.dropped++;
      return;
    }
    this.#waiting.push(frame);
    this.#waitingCost += cost(frame);
    this.#give();
  }

  #give(): void {
    if (this.#given < 0) {
      this.#given = 0;
      soon(() => {
        this.#given = -1;
        if (this.#waiting.length > 0) this.#give();
      });
    }
    while (this.#given < TURN_OCTETS && !this.closed) {
      const frame = this.#waiting.shift();
      if (frame === undefined) return;
      this.#waitingCost -= cost(frame);
      this.#given += cost(frame);
      this.sent++;
      this.#emulator.bus.send(`net${this.#card}-receive`, frame);
    }
  }

  /** Takes the cable off. */
  close(): void {
    if (!this.end()) return;
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    this.#emulator.remove_listener(`net${this.#card}-send`, this.#fromGuest);
  }
}

/**
 * The network card of an emulator, which was made with `net_device: { type: 'virtio' }` or 'ne2k' and without a
 * `relay_url`. What waits for the guest is bounded by `queue`, by default 256 KiB.
 * @throws TypeError, RangeError
 */
export function v86Port(emulator: V86Emulator, options: V86PortOptions = {}): V86Port {
  emulators.check(emulator, 'v86Port', 'emulator');
  v86PortOptions.check(options);
  return new V86Port(emulator, options);
}
