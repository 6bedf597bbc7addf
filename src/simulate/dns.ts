// The names of a simulation: a DNS server of its own, on a host of its own, so that looking a name up takes a way that can
// be slow, lossy or cut.

import { isIP } from 'node:net';
import { needed, Schema, text, wrongKind } from '../options/index.ts';
import type { World } from '../sim/index.ts';
import { serveDns, type ZoneFailure, type ZoneRecord } from '../socket/node/index.ts';
import { Kernel } from './kernel.ts';
import type { Network } from './network/index.ts';
import { type Duration, duration, usOf } from './units.ts';

/** The name of its host: `sim.link('api', 'dns')` is the way to it. */
export const DNS_NAME = 'dns';
/** 10.0.255.53. */
const DNS_INDEX = (255 << 8) | 53;
/** Seconds. */
const TTL = 60;

/** What a name leads to: addresses, records, or what is wrong with it. */
export type NameEntry = string | readonly string[] | readonly ZoneRecord[] | ZoneFailure | 'NXDOMAIN';

const FAILURES: readonly string[] = ['SERVFAIL', 'REFUSED', 'NOTIMP', 'FORMERR', 'silent'];
const ENTRIES = `an address, a list of them, records like { type: 'MX', data: … }, ${['NXDOMAIN', ...FAILURES].map((each) => `'${each}'`).join(', ')}`;
const entryOptions = new Schema<{ name: string }>('dns.set', { name: needed(text) });
const delayOptions = new Schema<{ time: Duration }>('dns.delay', { time: needed(duration) });

/** A record, or one that leads to an address. */
function recordOf(entry: string | ZoneRecord): ZoneRecord {
  const family = typeof entry === 'string' ? isIP(entry) : 0;
  if (family !== 0) return { type: family === 6 ? 'AAAA' : 'A', data: entry, ttl: TTL };
  if (typeof entry === 'object' && entry !== null && typeof entry.type === 'string') return entry;
  throw wrongKind('dns.set', 'entry', entry, ENTRIES);
}

/** See above: `sim.dns`. */
export class Dns {
  /** `dns`: the name of its host, for links to it. */
  readonly name = DNS_NAME;
  /** @internal */
  readonly index = DNS_INDEX;
  readonly #kernel: Kernel;
  readonly #zone: Record<string, readonly ZoneRecord[] | ZoneFailure> = Object.create(null);
  readonly #server: { readonly questions: number };
  #delayMs = 0;

  /** @internal */
  constructor(world: World, network: Network, ipv6: boolean) {
    this.#kernel = new Kernel(world, network, this, { ipv6, life: 1 });
    network.add(this);
    this.#server = serveDns(this.#kernel.host, { zone: this.#zone, delayMs: () => this.#delayMs });
  }

  /** Addresses of the server. */
  get servers(): string[] {
    return [this.#kernel.addresses[0] as string];
  }

  /** Questions that were answered. */
  get questions(): number {
    return this.#server.questions;
  }

  /**
   * What a name leads to from now on: an address, several, records as zones have them, `'NXDOMAIN'` (no such name),
   * `'SERVFAIL'`, or `'silent'` (no answer at all). Hosts have their names already.
   */
  set(name: string, entry: NameEntry): this {
    entryOptions.check({ name });
    const key = name.toLowerCase(); // RFC 4343
    if (entry === 'NXDOMAIN') delete this.#zone[key];
    else if (typeof entry === 'string' && FAILURES.includes(entry)) this.#zone[key] = entry as ZoneFailure;
    else this.#zone[key] = [entry].flat().map((each) => recordOf(each as string | ZoneRecord));
    return this;
  }

  /** Answers take so much longer from now on. */
  delay(time: Duration): this {
    delayOptions.check({ time });
    this.#delayMs = usOf(time, 'dns.delay') / 1000;
    return this;
  }

  /** @internal */
  get connections(): Kernel['host']['connections'] {
    return this.#kernel.host.connections;
  }

  /** @internal */
  deliver(off: number, len: number): boolean {
    return this.#kernel.deliver(off, len);
  }
}
