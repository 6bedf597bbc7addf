// A network for v86, all in one page: the guest gets an address by DHCP, reaches servers of the page's own JavaScript, and
// is reached by the page; no relay, and nothing leaves the page unless `outer` leads there.

/// <reference lib="esnext.disposable" preserve="true" />

import type { Connection, ConnectOptions } from '../../host/index.ts';
import { describesItself, Schema } from '../../options/index.ts';
import { type FetchOnHost, fetchOn, type RequestHandler, serve } from '../../socket/web/index.ts';
import { Gateway, type GatewayOptions, type Guest, type Outer } from '../index.ts';
import { gatewayOptions } from '../options.ts';
import { emulators, type V86Emulator, V86Port, type V86PortOptions, v86PortOptions } from './port.ts';

/** Options of {@link createV86Network}. */
export interface V86NetworkOptions extends Omit<GatewayOptions, 'outer' | 'mtu'>, V86PortOptions {
  /**
   * The network outside: `hostOuter(host)` for a host of yours, or one's own. Default: there is none, and the guest hears
   * that the network is unreachable.
   */
  outer?: Outer;
}

const networkOptions = new Schema<V86NetworkOptions>('createV86Network', {
  ...v86PortOptions.kinds,
  ...gatewayOptions.kinds,
  outer: gatewayOptions.kinds.outer.kind,
});

/** A page without a network: every attempt fails with ENETUNREACH. */
const NOWHERE: Outer = {
  connect(_target, events) {
    queueMicrotask(() => events.closed({ code: 'ENETUNREACH' }));
    const nothing = (): void => {};
    return { write: () => true, end: nothing, reset: nothing, pause: nothing, resume: nothing };
  },
};

/** The name by which `fetch` finds the guest. */
const GUEST = 'guest';

/** A guest of v86 with its gateway. See {@link createV86Network}. */
export class V86Network {
  static {
    describesItself(V86Network);
  }
  /** Names, rules, what goes on: all of it. Its `host` is the page on this network. */
  readonly gateway: Gateway;
  readonly guest: Guest;
  readonly port: V86Port;
  /**
   * `fetch` from the page to servers in the guest: `network.fetch('http://guest:8080/')`. It is the Fetch Standard's, as
   * far as http goes.
   */
  readonly fetch: FetchOnHost;
  readonly #servers: { close(): Promise<void> }[] = [];

  /** @internal */
  constructor(gateway: Gateway, port: V86Port) {
    this.gateway = gateway;
    this.port = port;
    this.guest = gateway.attach(port, { name: GUEST });
    this.fetch = fetchOn(gateway.host, { lookup: (name) => this.#lookup(name) });
  }

  /** The guest's IPv4 address, null as long as it has none. */
  get address(): string | null {
    return this.guest.info().addresses.find((address) => address.includes('.')) ?? null;
  }

  #lookup(name: string): string {
    if (name === GUEST && this.address !== null) return this.address;
    const why = name === GUEST ? 'the guest has no address yet' : `there is '${GUEST}', and addresses`;
    throw Object.assign(new Error(`no address for '${name}': ${why}`), { code: 'ENOTFOUND' });
  }

  /**
   * Answers requests of the guest in the page: `network.serve(80, (request) => new Response('hello'), 'api.test')`. With names
   * the guest finds the server by them; it always is at the gateway's address. Throws RangeError, TypeError, EADDRINUSE.
   */
  serve(port: number, handler: RequestHandler, ...names: readonly string[]): void {
    const { gateway } = this;
    this.#servers.push(serve(gateway.host, { port }, handler));
    const { address, address6 } = gateway;
    for (const name of names) gateway.setHost(name, address6 === null ? [address] : [address, address6]);
  }

  /**
   * Connects to a port of the guest. Rejects with ECONNREFUSED where nobody listens, ENOTFOUND while the guest has no address,
   * ETIMEDOUT.
   */
  async connect(port: number, options: Omit<ConnectOptions, 'address' | 'port'> = {}): Promise<Connection> {
    return this.gateway.host.connect({ ...options, address: this.#lookup(GUEST), port });
  }

  /** Whether somebody listens at a port of the guest. */
  async probe(port: number): Promise<boolean> {
    try {
      const connection = await this.connect(port);
      connection.abort();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'ECONNREFUSED') return false;
      throw error;
    }
  }

  /** One line: `V86Network {guest 10.0.2.15}`. */
  toString(): string {
    return `V86Network {guest ${this.address ?? 'without an address'}}`;
  }

  /** Takes the cable off, and ends all connections. */
  async close(): Promise<void> {
    await this.gateway.close();
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Puts the guest of an emulator on a network of its own. The emulator is made with `net_device: { type: 'virtio' }` (or
 * 'ne2k') and without a `relay_url`:
 *
 * ```ts
 * const network = createV86Network(emulator);
 * network.serve(80, (request) => new Response(`you asked for ${request.url}`), 'page.test');
 * // in the guest: udhcpc; wget -O - http://page.test/; httpd -p 8080
 * const response = await network.fetch('http://guest:8080/');
 * ```
 *
 * The guest reaches the page alone, unless `outer` is given; then `policy` says what else. Throws TypeError, RangeError.
 */
export function createV86Network(emulator: V86Emulator, options: V86NetworkOptions = {}): V86Network {
  emulators.check(emulator, 'createV86Network', 'emulator');
  networkOptions.check(options);
  const { card, mtu, queue, outer = NOWHERE, ...rest } = options;
  const gateway = new Gateway({ ...rest, outer, ...(mtu === undefined ? {} : { mtu }) });
  const own = { ...(card === undefined ? {} : { card }), ...(queue === undefined ? {} : { queue }) };
  return new V86Network(gateway, new V86Port(emulator, { ...own, ...(mtu === undefined ? {} : { mtu }) }));
}
