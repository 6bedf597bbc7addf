// Which host a piece of code is on, and which addresses are synfin's: what `register` asks for every socket.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Host } from '../../host/index.ts';
import { wrongKind } from '../../options/index.ts';
import { type IpAddress, inPrefix, parseAddress, parseCidr } from '../../wire/index.ts';
import { ANY_4, ANY_6, unmapped } from './addresses.ts';

const onHosts = new AsyncLocalStorage<Host>();

/**
 * Runs `program` on `host`: the sockets that it makes, and that what it starts makes, are on that host, when
 * `synfin/register` has been asked for. Connections of a server run on the server's host.
 */
export function onHost<T>(host: Host, program: () => T): T {
  return onHosts.run(host, program);
}

/** The host of {@link onHost} that this code runs on, or null. */
export function currentHost(): Host | null {
  return onHosts.getStore() ?? null;
}

/** Addresses that are reached through synfin. */
export class Redirects {
  /** As they were given. */
  readonly networks: readonly string[];
  /** Whether a server on every address is synfin's. */
  readonly anyIsOurs: boolean;
  readonly #networks: { readonly address: IpAddress; readonly prefix: number }[] = [];
  #isOver = false;

  /** `networks` as `10.0.0.0/8`, `::1/128`; `listenOnAny`: whether a server on every address is synfin's. Throws TypeError. */
  constructor(networks: readonly string[], listenOnAny: boolean) {
    this.networks = networks;
    for (const [i, text] of networks.entries()) {
      const cidr = parseCidr(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
      if (cidr === null) throw wrongKind('register', `networks[${i}]`, text, 'a network, like 10.0.0.0/8');
      this.#networks.push(cidr);
    }
    this.anyIsOurs = listenOnAny;
  }

  /** The registration was taken back: nothing is synfin's any more. */
  get isOver(): boolean {
    return this.#isOver;
  }
  end(): void {
    this.#isOver = true;
  }

  /** Whether packets to `address` go through synfin. */
  has(address: string): boolean {
    if (this.#isOver) return false;
    const plain = unmapped(address);
    if (plain === ANY_4) return this.has('127.0.0.1');
    if (plain === ANY_6) return this.has('::1');
    const parsed = parseAddress(plain);
    return (
      parsed !== null &&
      this.#networks.some(({ address: network, prefix }) => inNetwork(parsed, network, prefix))
    );
  }

  /** Whether a socket that is bound to `address` is synfin's. */
  hasLocal(address: string): boolean {
    const plain = unmapped(address);
    return plain === ANY_4 || plain === ANY_6 ? this.anyIsOurs && !this.#isOver : this.has(plain);
  }
}

function inNetwork({ family, w0, w1, w2, w3 }: IpAddress, network: IpAddress, prefix: number): boolean {
  return family === network.family && inPrefix(w0, w1, w2, w3, network, prefix);
}
