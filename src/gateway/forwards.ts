// Ports outside that lead to guests': who comes by TCP is spliced with a connection to the guest, and each peer of UDP has a
// flow to it.

import { OptionTypeError, wrongKind } from '../options/index.ts';
import { parseAddress } from '../wire/index.ts';
import type { GatewayCore } from './core.ts';
import { GatewayError } from './error.ts';
import { type Forward, type ForwardOptions, proxyHeader } from './forward.ts';
import type { Guest } from './lan/index.ts';
import type { Outer, OuterIncoming, OuterListener, OuterTarget } from './outer.ts';
import type { Connections } from './tcp/index.ts';
import { type FlowCounters, type FlowLimits, ForwardedFlows } from './udp/index.ts';

/** What they ask of the gateway. */
export interface ForwardsOwner {
  readonly limits: FlowLimits;
  readonly counters: FlowCounters;
  /** null: the guest has said nothing yet. */
  addressOf(guest: Guest): string | null;
}

/** A guest, and its address. */
interface Place {
  readonly guest: Guest;
  readonly address: string;
}

/** The forwards of a gateway. */
export class Forwards {
  readonly #core: GatewayCore;
  readonly #outer: Outer;
  readonly #connections: Connections;
  readonly #owner: ForwardsOwner;
  /** Those that listen, with the flows of those of UDP. */
  readonly #open = new Map<Forward, ForwardedFlows | null>();

  constructor(core: GatewayCore, outer: Outer, connections: Connections, owner: ForwardsOwner) {
    this.#core = core;
    this.#outer = outer;
    this.#connections = connections;
    this.#owner = owner;
  }

  /** Peers of datagrams that have a flow. */
  get flows(): number {
    let n = 0;
    for (const flows of this.#open.values()) n += flows?.size ?? 0;
    return n;
  }

  list(): Forward[] {
    return [...this.#open.keys()];
  }

  /** See `Gateway.forward`. */
  async open(options: ForwardOptions): Promise<Forward> {
    const { protocol = 'tcp', address = '127.0.0.1', port, guestPort, proxyProtocol = false } = options;
    if (protocol === 'udp' && proxyProtocol)
      throw new OptionTypeError(
        'ERR_INVALID_ARG_VALUE',
        'proxyProtocol',
        'forward: proxyProtocol is for TCP: leave it out with UDP',
      );
    if (options.guestAddress !== undefined && parseAddress(options.guestAddress) === null)
      throw wrongKind('forward', 'guestAddress', options.guestAddress, 'an IP address');
    const at = { address, port };
    const flows = protocol === 'udp' ? await this.#datagrams(at, options) : null;
    const listener: OuterListener = flows ?? (await this.#listen(at, options));
    const forward: Forward = {
      protocol,
      address: listener.address,
      port: listener.port,
      guest: options.guest ?? null,
      guestAddress: options.guestAddress ?? null,
      guestPort,
      close: () => {
        this.#open.delete(forward);
        listener.close();
      },
    };
    this.#open.set(forward, flows);
    return forward;
  }

  #listen(at: OuterTarget, options: ForwardOptions): PromiseLike<OuterListener> {
    const { guestPort, proxyProtocol = false } = options;
    if (this.#outer.listen === undefined) throw notHere();
    return this.#outer.listen(at, (incoming: OuterIncoming) => {
      const place = this.#place(options);
      if (place === null) {
        incoming.refuse();
        return;
      }
      const prefix = proxyProtocol ? proxyHeader(incoming) : new Uint8Array(0);
      this.#connections.forward(place.guest, incoming, place.address, guestPort, prefix);
    });
  }

  async #datagrams(at: OuterTarget, options: ForwardOptions): Promise<ForwardedFlows> {
    if (this.#outer.listenDatagrams === undefined) throw notHere();
    const { limits, counters } = this.#owner;
    const flows: ForwardedFlows = new ForwardedFlows(
      this.#core,
      await this.#outer.listenDatagrams(at, (octets, from) => flows.arrives(octets, from)),
      { port: options.guestPort, place: () => this.#place(options), limits, counters },
    );
    return flows;
  }

  /** Where a forward leads now; null: nowhere. */
  #place({ guest: name, guestAddress }: ForwardOptions): Place | null {
    const { lan } = this.#core;
    const guest = name === undefined ? this.#guestAt(guestAddress) : lan.guests.get(name);
    if (guest === undefined) return null;
    const address = guestAddress ?? this.#owner.addressOf(guest);
    return address === null ? null : { guest, address };
  }

  /** Whose an address is; without one the first guest that is there. */
  #guestAt(address: string | undefined): Guest | undefined {
    const { lan } = this.#core;
    if (address !== undefined) return lan.guestAt(address);
    const guests = [...lan.guests.values()];
    return guests.find(({ port }) => port !== null) ?? guests[0];
  }

  /** Ends what leads to a guest; connections are ended by who has them. */
  abort(guest: Guest): void {
    for (const flows of this.#open.values()) flows?.abort(guest);
  }

  close(): void {
    for (const forward of this.list()) forward.close();
  }
}

function notHere(): GatewayError {
  return new GatewayError('ENOTSUP', 'forward: the network outside of this gateway cannot be listened at');
}
