// Interface identifiers of IPv6 addresses: stable ones that tell nothing (RFC 7217), temporary ones (RFC 8981), and
// those made of the MAC (RFC 4291 appendix A).

import { sipHash, sipHashHigh } from '../../tcp/index.ts';
import { addressFromWords, type IpAddress, type MacAddress } from '../../wire/index.ts';

/** How identifiers are made. */
export type IdentifierKind = 'stable' | 'temporary' | 'eui64';

/** Makes addresses of an interface. */
export class InterfaceIdentifiers {
  readonly #kind: IdentifierKind;
  readonly #secret: Int32Array;
  readonly #random: () => number;
  readonly #mac: MacAddress;

  /** `secret`: four words that outlive the host, if its stable addresses are to. */
  constructor(kind: IdentifierKind, secret: Int32Array, random: () => number, mac: MacAddress) {
    this.#kind = kind;
    this.#secret = secret;
    this.#random = random;
    this.#mac = mac;
  }

  /** Whether another address can be had when one is a duplicate. */
  get repeatable(): boolean {
    return this.#kind !== 'eui64';
  }

  /** The address in the /64 of `prefix`; `attempt` counts those that were duplicates (RFC 7217's DAD_Counter). */
  address(prefix: IpAddress, attempt: number): IpAddress {
    for (let n = attempt; ; n += 0x100) {
      const [w2, w3] = this.#identifier(prefix, n);
      if (!isReserved(w2, w3)) return addressFromWords(6, prefix.w0, prefix.w1, w2, w3);
    }
  }

  #identifier(prefix: IpAddress, counter: number): [number, number] {
    const { hi, lo } = this.#mac;
    if (this.#kind === 'temporary') return [this.#random(), this.#random()];
    if (this.#kind === 'eui64')
      return [((hi ^ 0x0200) << 16) | ((lo >>> 16) & 0xff00) | 0xff, 0xfe000000 | (lo & 0xffffff)];
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#secret;
    const low = sipHash(k0, k1, k2, k3, Int32Array.of(prefix.w0, prefix.w1, hi, lo, counter), 5);
    return [sipHashHigh(), low];
  }
}

/** Identifiers that mean something else (RFC 5453): the subnet's routers, anycast groups, IANA's Ethernet block. */
function isReserved(w2: number, w3: number): boolean {
  if (w2 === 0 && w3 === 0) return true;
  if (w2 === (0xfdffffff | 0) && w3 >>> 7 === 0xffffff80 >>> 7) return true;
  return w2 === 0x02005eff && w3 >>> 24 === 0xfe;
}
