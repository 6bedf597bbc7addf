// The handle of a Resolver that `register` puts in the place of Node's: questions about names that are synfin's, and to
// servers that are, are asked by a host; all others by Node's own.

import { Channel, type ChannelHandle, type QueryMethod, type QueryReq } from './channel.ts';
import type { Names } from './names.ts';
import type { NameRedirects } from './redirects.ts';

type Servers = readonly (readonly [family: number, address: string, port: number])[];

/** Node's own class. */
export type KernelChannelClass = new (timeout: number, tries: number, maxTimeout: number) => ChannelHandle;

/** What `register` decides with. */
export interface ChannelRegistry {
  readonly names: NameRedirects;
  readonly Kernel: KernelChannelClass;
}

/** A {@link ChannelHandle} that decides with each question. */
export class HybridChannel implements ChannelHandle {
  readonly #registry: ChannelRegistry;
  readonly #kernel: ChannelHandle;
  /** The machine's servers, as they were at first. */
  readonly #machines: string;
  readonly #settings: readonly [timeout: number, tries: number, maxTimeout: number];
  /** Whose the servers are that the program has named; null: it has not. */
  #named: 'ours' | 'kernel' | null = null;
  #servers: Servers | null = null;
  #local: readonly [ipv4: string, ipv6: string | undefined] | null = null;
  /** For each host whose names were asked. */
  readonly #ours = new Map<Names, Channel>();

  constructor(registry: ChannelRegistry, timeout: number, tries: number, maxTimeout: number) {
    this.#registry = registry;
    this.#settings = [timeout, tries, maxTimeout];
    this.#kernel = new registry.Kernel(timeout, tries, maxTimeout);
    this.#machines = JSON.stringify(this.#kernel.getServers());
  }

  #channelOf(names: Names): Channel {
    let found = this.#ours.get(names);
    if (found === undefined) {
      found = new Channel(names, ...this.#settings);
      if (this.#servers !== null && this.#named === 'ours') found.setServers(this.#servers);
      if (this.#local !== null) found.setLocalAddress(...this.#local);
      this.#ours.set(names, found);
    }
    return found;
  }

  #query(method: QueryMethod, req: QueryReq, name: string): number {
    const { names } = this.#registry;
    const whose = this.#named === 'ours' ? names.names : this.#named === null ? names.namesFor(name) : null;
    return (whose === null ? this.#kernel : this.#channelOf(whose))[method](req, name);
  }

  queryAny(req: QueryReq, name: string): number {
    return this.#query('queryAny', req, name);
  }
  queryA(req: QueryReq, name: string): number {
    return this.#query('queryA', req, name);
  }
  queryAaaa(req: QueryReq, name: string): number {
    return this.#query('queryAaaa', req, name);
  }
  queryCaa(req: QueryReq, name: string): number {
    return this.#query('queryCaa', req, name);
  }
  queryCname(req: QueryReq, name: string): number {
    return this.#query('queryCname', req, name);
  }
  queryMx(req: QueryReq, name: string): number {
    return this.#query('queryMx', req, name);
  }
  queryNs(req: QueryReq, name: string): number {
    return this.#query('queryNs', req, name);
  }
  queryTlsa(req: QueryReq, name: string): number {
    return this.#query('queryTlsa', req, name);
  }
  queryTxt(req: QueryReq, name: string): number {
    return this.#query('queryTxt', req, name);
  }
  querySrv(req: QueryReq, name: string): number {
    return this.#query('querySrv', req, name);
  }
  queryPtr(req: QueryReq, name: string): number {
    return this.#query('queryPtr', req, name);
  }
  queryNaptr(req: QueryReq, name: string): number {
    return this.#query('queryNaptr', req, name);
  }
  querySoa(req: QueryReq, name: string): number {
    return this.#query('querySoa', req, name);
  }
  getHostByAddr(req: QueryReq, address: string): number {
    return this.#query('getHostByAddr', req, address);
  }

  getServers(): [address: string, port: number][] {
    if (this.#named === 'ours' && this.#servers !== null)
      return this.#servers.map(([, address, port]) => [address, port]);
    return this.#kernel.getServers();
  }

  setServers(servers: Servers): number {
    const isMachines = JSON.stringify(servers.map(([, address, port]) => [address, port])) === this.#machines;
    const isOurs = !isMachines && this.#registry.names.hasServers(servers.map(([, address]) => address));
    // One that is asking says so, and nothing has changed.
    for (const channel of isOurs ? this.#ours.values() : [this.#kernel]) {
      const status = channel.setServers(servers);
      if (status !== 0) return status;
    }
    this.#named = isMachines ? null : isOurs ? 'ours' : 'kernel';
    this.#servers = servers;
    return 0;
  }

  setLocalAddress(ipv4: string, ipv6?: string): void {
    this.#kernel.setLocalAddress(ipv4, ipv6);
    this.#local = [ipv4, ipv6];
    for (const channel of this.#ours.values()) channel.setLocalAddress(ipv4, ipv6);
  }

  cancel(): void {
    this.#kernel.cancel();
    for (const channel of this.#ours.values()) channel.cancel();
  }
}
