// A cloud: joins plain IP ports, as a network of routers without their rules would: a packet goes to the
// port whose prefix matches its destination best. No TTL, no ICMP, no fragmentation.

import { Schema, text } from '../options/index.ts';
import { type IpAddress, IpPacket, inPrefix, type Memory, parseCidr, parseIp } from '../wire/index.ts';
import type { Port, Transmit } from './types.ts';
import { Wire, type WireOptions } from './wire.ts';
import type { World } from './world.ts';

interface CloudRoute {
  readonly address: IpAddress;
  readonly prefix: number;
  readonly port: CloudPort;
}

/** The cloud's end of a wire. */
class CloudPort implements Port {
  readonly kind = 'ip';
  readonly memory: Memory;
  readonly mtu = 65535;
  readonly owner: Cloud;
  transmit: Transmit | null = null;

  constructor(owner: Cloud, memory: Memory) {
    this.owner = owner;
    this.memory = memory;
  }

  attach(transmit: Transmit | null): void {
    this.transmit = transmit;
    if (transmit === null) this.owner.unplugged(this);
  }

  get attached(): boolean {
    return this.transmit !== null;
  }

  receive(off: number, len: number): void {
    this.owner.forward(off, len);
  }
}

const cloudOptions = new Schema<{ name?: string }>('Cloud', { name: text });

/** Joins any number of IP ports by destination address. */
export class Cloud {
  readonly name: string;
  forwarded = 0;
  /** Packets for nobody's prefix. */
  unroutable = 0;
  /** Packets that are not well-formed IP. */
  malformed = 0;
  /** Packets not sent for want of memory. */
  noMemory = 0;
  readonly #world: World;
  /** Longest prefix first. */
  #routes: CloudRoute[] = [];
  readonly #ip = new IpPacket();

  constructor(world: World, options: { name?: string } = {}) {
    cloudOptions.check(options);
    this.#world = world;
    this.name = options.name ?? `cloud ${world.nextName()}`;
  }

  /**
   * Joins a port; packets to any of `prefixes` ('10.0.0.1', '10.0.0.0/24', '2001:db8::/64', '0.0.0.0/0')
   * go to it, until the wire is closed. The wire's end a is the host's.
   * @throws RangeError for a prefix that is none
   */
  connect(port: Port, prefixes: readonly string[], options: WireOptions = {}): Wire {
    const mine = new CloudPort(this, this.#world.memory);
    const routes = prefixes.map((text) => {
      const cidr = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
      if (cidr === null) throw new RangeError(`${this.name}: "${text}" is not an address or prefix`);
      return { address: cidr.address, prefix: cidr.prefix, port: mine };
    });
    const wire = new Wire(this.#world, port, mine, {
      name: `${this.name} to ${prefixes.join(' ')}`,
      ...options,
    });
    this.#routes.push(...routes);
    this.#routes.sort((a, b) => b.prefix - a.prefix);
    return wire;
  }

  /** Internal: the wire of a port was taken away. */
  unplugged(port: CloudPort): void {
    this.#routes = this.#routes.filter((route) => route.port !== port);
  }

  /** Internal: a packet came in. */
  forward(off: number, len: number): void {
    const memory = this.#world.memory;
    const ip = this.#ip;
    if (parseIp(memory, off, len, ip) !== 0) {
      this.malformed++;
      return;
    }
    const transmit = this.#find(ip)?.transmit ?? null;
    if (transmit === null) {
      this.unroutable++;
      return;
    }
    const copy = memory.alloc(len);
    if (copy === 0) {
      this.noMemory++;
      return;
    }
    memory.u8.copyWithin(copy, off, off + len);
    this.forwarded++;
    transmit(copy, len);
  }

  #find(ip: IpPacket): CloudPort | null {
    for (const { address, prefix, port } of this.#routes) {
      const { dst0, dst1, dst2, dst3 } = ip;
      if (address.family === ip.family && inPrefix(dst0, dst1, dst2, dst3, address, prefix)) return port;
    }
    return null;
  }
}
