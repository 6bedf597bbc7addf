// Random time between a sender and its bottleneck: up to four packets' worth, as in no machine two packets take the same.
// Without it a full drop-tail queue has room for whoever answers an ACK some microseconds later than the other, always, and
// who shares it evenly is a matter of that (phase effects: Floyd and Jacobson, 1992). Packets of a connection stay in order.

import type { Port, PortKind, Transmit, World } from '../../src/sim/index.ts';
import { Random } from '../../src/sim/random.ts';
import type { Memory } from '../../src/wire/index.ts';

const MOST_US = 480;
/** Where a packet says whose it is: the last octet of the IPv4 source, and the port behind the header. */
const LAST_OF_SOURCE = 15;
const SOURCE_PORT = 20;

/** A port whose packets leave a little later than they come. */
export class Jitter implements Port {
  readonly memory: Memory;
  readonly mtu: number;
  readonly kind: PortKind;
  readonly #port: Port;
  readonly #world: World;
  readonly #random: Random;
  /** When the last packet of a connection leaves. */
  readonly #last = new Map<number, number>();

  constructor(port: Port, world: World, seed: string) {
    this.memory = port.memory;
    this.mtu = port.mtu;
    this.kind = port.kind ?? 'ip';
    this.#port = port;
    this.#world = world;
    this.#random = new Random(seed);
  }

  attach(transmit: Transmit | null): void {
    this.#port.attach(transmit === null ? null : (off, len) => this.#later(transmit, off, len));
  }

  receive(off: number, len: number): void {
    this.#port.receive(off, len);
  }

  #later(transmit: Transmit, off: number, len: number): void {
    const { u8 } = this.memory;
    const flow =
      ((u8[off + LAST_OF_SOURCE] as number) << 16) |
      ((u8[off + SOURCE_PORT] as number) << 8) |
      (u8[off + SOURCE_PORT + 1] as number);
    const at = Math.max(
      this.#last.get(flow) ?? 0,
      this.#world.now() + Math.floor((MOST_US * this.#random.nextUint32()) / 2 ** 32),
    );
    this.#last.set(flow, at);
    this.#world.schedule(at, { run: () => transmit(off, len) });
  }
}
