// What of a simulated machine lives on when its program dies: the stack with its interface. It goes with the power.

import { Host, type HostInterface, type ProfileName } from '../host/index.ts';
import type { World } from '../sim/index.ts';
import type { TcpConfig } from '../tcp/index.ts';
import type { Attached, Network } from './network/index.ts';

/** What a kernel is made with. */
export interface KernelOptions {
  readonly ipv6: boolean;
  /** Which one of the machine this is, from 1: it seeds its randomness. */
  readonly life: number;
  readonly profile?: ProfileName | undefined;
  readonly tcp?: Partial<TcpConfig> | undefined;
  /** Programs were given something to do. */
  readonly woke?: () => void;
}

/** The stack of a machine, from power-on to power-off. */
export class Kernel {
  readonly host: Host;
  readonly addresses: readonly string[];
  readonly #world: World;
  readonly #interface: HostInterface;
  readonly #transmit: (off: number, len: number) => void;
  readonly #woke: (() => void) | undefined;
  #stops = 0;
  isOn = true;

  constructor(world: World, network: Network, machine: Attached, options: KernelOptions) {
    const { ipv6, life, profile = 'linux', tcp, woke } = options;
    const { name, index } = machine;
    const random = world.random.fork(`host ${name} ${life}`);
    this.#world = world;
    this.host = new Host({
      name,
      clock: world.clock,
      memory: world.memory,
      random: () => random.nextUint32(),
      profile,
      ...(tcp === undefined ? {} : { tcp }),
    });
    this.addresses = [`10.0.${index >> 8}.${index & 255}`, ...(ipv6 ? [`fd00::${index.toString(16)}`] : [])];
    this.#interface = this.host.addInterface({
      name: `${name}0`,
      addresses: this.addresses.map((address) => `${address}/${address.includes(':') ? 64 : 16}`),
    });
    this.#transmit = (off, len) => network.send(machine, off, len);
    this.#woke = woke;
    this.#plug();
  }

  /** The cable is in, and time moves. */
  #plug(): void {
    this.#interface.attach(this.#transmit);
    this.#world.addNode(this.host);
    if (this.#woke !== undefined) this.host.setUserWoke(this.#woke);
  }
  #unplug(): void {
    this.#interface.attach(null);
    this.#world.removeNode(this.host);
  }

  /** The machine stands still, until all who stopped it let it go on. */
  stop(): void {
    if (this.#stops++ === 0) this.#unplug();
  }
  go(): void {
    if (--this.#stops === 0 && this.isOn) this.#plug();
  }

  deliver(off: number, len: number): boolean {
    return this.isOn && this.#interface.attached && this.#interface.deliver(off, len);
  }

  /** The program has died: its sockets are closed, and nobody is told. */
  closeAll(): void {
    for (const listener of this.host.listeners) listener.close();
    for (const socket of this.host.udpSockets) socket.close();
    for (const connection of this.host.connections) {
      connection.handler = null;
      if (!connection.ended) connection.close();
    }
  }

  /** No power: nothing is sent any more, and nothing is known. */
  off(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.#unplug();
    for (const connection of this.host.connections) connection.handler = null;
    this.host.abort(); // gives its memory back
  }
}
