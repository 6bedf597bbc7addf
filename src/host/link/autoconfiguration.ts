// Stateless address autoconfiguration of one Ethernet interface (RFC 4862): a link-local address, duplicate address
// detection, routers found by solicitation (RFC 4861 section 6.3), addresses made of their prefixes, and what goes
// with them. A state machine without I/O: what it wants done leaves by `AutoconfigurationOutput`.
// Not done: multicast listener reports, reaction to a router that is unreachable, router preferences (RFC 4191).

import {
  type AdvertisedPrefix,
  addressFromWords,
  type IpAddress,
  inPrefix,
  isLinkLocal,
  type MacAddress,
  networkOf,
  type RouterAdvertisement,
} from '../../wire/index.ts';
import { runUserCode } from '../base/index.ts';
import { type IdentifierKind, InterfaceIdentifiers } from './interface-identifier.ts';

/** DupAddrDetectTransmits and RetransTimer (RFC 4862 section 5.1, RFC 4861 section 10). */
const DAD_PROBES = 1;
const RETRANS_MS = 1000;
/** IDGEN_RETRIES (RFC 7217 section 7): other addresses that are tried when one is a duplicate. */
const MAX_ATTEMPTS = 3;
/** MAX_RTR_SOLICITATION_DELAY, RTR_SOLICITATION_INTERVAL, MAX_RTR_SOLICITATIONS (RFC 4861 section 10). */
const MAX_DELAY_MS = 1000;
const SOLICITATION_INTERVAL_MS = 4000;
const MAX_SOLICITATIONS = 3;
/** Two hours: what an unauthenticated advertisement may not take of a lifetime (RFC 4862 section 5.5.3 (e)). */
const TWO_HOURS_MS = 7_200_000;
/** TEMP_VALID_LIFETIME, TEMP_PREFERRED_LIFETIME, REGEN_ADVANCE (RFC 8981 section 3.8). */
const TEMPORARY_VALID_MS = 172_800_000;
const TEMPORARY_PREFERRED_MS = 86_400_000;
const REGENERATE_MS = 5000;
/** What one link may make us keep; more is not taken and counted. */
const MAX_ADDRESSES = 16;
const MAX_ROUTERS = 8;
const MAX_PREFIXES = 16;
const MAX_SERVERS = 8;
const LEAST_MTU = 1280;

/** What happens to an address. */
export type AddressState = 'tentative' | 'preferred' | 'deprecated' | 'duplicate';

/** What autoconfiguration has come to. Times are milliseconds of the host's clock, Infinity: for ever. */
export interface AutoconfigurationInfo {
  readonly addresses: readonly {
    readonly address: string;
    readonly state: AddressState;
    readonly preferredUntilMs: number;
    readonly validUntilMs: number;
  }[];
  /** Default routers. */
  readonly routers: readonly { readonly address: string; readonly untilMs: number }[];
  /** On-link prefixes: `2001:db8::/64`. */
  readonly prefixes: readonly { readonly prefix: string; readonly untilMs: number }[];
  /** DNS servers that routers told of (RFC 8106). */
  readonly dnsServers: readonly { readonly address: string; readonly untilMs: number }[];
  /** Octets: the interface's, or what routers asked for. */
  readonly mtu: number;
  /** What was told and not kept: more than a link may need. */
  readonly refused: number;
}

/** Options of `addInterface`'s `autoconfigure`. */
export interface AutoconfigureOptions {
  /**
   * How addresses are made: 'stable' (RFC 7217: the same on the same network, another on each), 'temporary' (RFC
   * 8981: random, a new one each day), 'eui64' (of the MAC). Default 'stable'. The link-local address is never
   * temporary.
   */
  addresses?: IdentifierKind;
  /** Sixteen octets that make stable addresses the same when the host starts again. Default: random ones. */
  secret?: Uint8Array;
  /** Called after every change, with what there is now. What it throws becomes an unhandled rejection. */
  changed?: (info: AutoconfigurationInfo) => void;
}

/** What autoconfiguration wants done. */
export interface AutoconfigurationOutput {
  /** Ask whether somebody has an address (RFC 4862 section 5.4.2). */
  probe(target: IpAddress): void;
  /** Ask for routers, from our link-local address. */
  solicitRouters(source: IpAddress): void;
  assign(address: IpAddress, prefix: number, deprecated: boolean): void;
  unassign(address: IpAddress): void;
  /** A route by the interface; returns what takes it away. */
  addRoute(network: IpAddress, prefix: number, gateway: IpAddress | null): () => void;
  setMtu(mtu: number): void;
}

interface Candidate {
  address: IpAddress;
  /** Bits of the network that the address brings a route for; 128: none but itself. */
  readonly prefix: number;
  /** The /64 that it was made of; null when it was configured. */
  readonly network: IpAddress | null;
  state: AddressState;
  attempt: number;
  probes: number;
  /** While tentative: when the next step of duplicate address detection is due. */
  stepMs: number;
  readonly madeMs: number;
  preferredUntilMs: number;
  validUntilMs: number;
  /** A temporary address that has its successor. */
  succeeded: boolean;
}

interface Kept {
  readonly address: IpAddress;
  readonly prefix: number;
  untilMs: number;
  readonly remove: () => void;
}

/** Autoconfiguration of an interface. */
export class Autoconfiguration {
  readonly #out: AutoconfigurationOutput;
  readonly #random: () => number;
  readonly #changed: ((info: AutoconfigurationInfo) => void) | undefined;
  readonly #linkLocalIds: InterfaceIdentifiers;
  readonly #ids: InterfaceIdentifiers;
  readonly #temporary: boolean;
  readonly #linkMtu: number;
  readonly #candidates: Candidate[] = [];
  readonly #routers: Kept[] = [];
  readonly #prefixes: Kept[] = [];
  readonly #servers: Kept[] = [];
  #mtu: number;
  #refused = 0;
  #solicitations = MAX_SOLICITATIONS;
  #solicitMs = Number.POSITIVE_INFINITY;

  constructor(
    out: AutoconfigurationOutput,
    options: AutoconfigureOptions,
    link: { readonly mac: MacAddress; readonly mtu: number },
    random: () => number,
  ) {
    this.#out = out;
    this.#random = random;
    this.#changed = options.changed;
    const kind = options.addresses ?? 'stable';
    const secret = secretOf(options.secret, random);
    this.#linkLocalIds = new InterfaceIdentifiers(
      kind === 'temporary' ? 'stable' : kind,
      secret,
      random,
      link.mac,
    );
    this.#ids = new InterfaceIdentifiers(kind, secret, random, link.mac);
    this.#temporary = kind === 'temporary';
    this.#linkMtu = link.mtu;
    this.#mtu = link.mtu;
  }

  info(): AutoconfigurationInfo {
    const until = ({ address, untilMs }: Kept): { address: string; untilMs: number } => ({
      address: address.toString(),
      untilMs,
    });
    return {
      addresses: this.#candidates.map(({ address, state, preferredUntilMs, validUntilMs }) => ({
        address: address.toString(),
        state,
        preferredUntilMs,
        validUntilMs,
      })),
      routers: this.#routers.map(until),
      prefixes: this.#prefixes.map(({ address, prefix, untilMs }) => ({
        prefix: `${address}/${prefix}`,
        untilMs,
      })),
      dnsServers: this.#servers.map(until),
      mtu: this.#mtu,
      refused: this.#refused,
    };
  }

  /** The link is there: the link-local address first (RFC 4862 section 5.3). `configured`: addresses to be verified, too. */
  start(configured: readonly { address: IpAddress; prefix: number }[], nowMs: number): void {
    if (this.#candidates.length > 0) return;
    const network = addressFromWords(6, 0xfe800000, 0, 0, 0);
    this.#tentative(
      network,
      64,
      this.#linkLocalIds,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      nowMs,
    );
    for (const { address, prefix } of configured) {
      const forEver = Number.POSITIVE_INFINITY;
      this.#candidates.push(this.#candidate(address, prefix, null, forEver, forEver, nowMs));
    }
    this.#told();
  }

  /** Whether an address is one that we may not use yet. */
  isTentative(w0: number, w1: number, w2: number, w3: number): boolean {
    return this.#tentativeAt(w0, w1, w2, w3) !== null;
  }

  /** Calls `visit` with the last word of every tentative address: their groups are listened to. */
  someTentative(visit: (w3: number) => boolean): boolean {
    return this.#candidates.some((c) => c.state === 'tentative' && visit(c.address.w3));
  }

  #tentativeAt(w0: number, w1: number, w2: number, w3: number): Candidate | null {
    const match = ({ address: a, state }: Candidate): boolean =>
      state === 'tentative' && a.w3 === w3 && a.w2 === w2 && a.w1 === w1 && a.w0 === w0;
    return this.#candidates.find(match) ?? null;
  }

  #tentative(
    network: IpAddress,
    prefix: number,
    ids: InterfaceIdentifiers,
    preferredUntilMs: number,
    validUntilMs: number,
    nowMs: number,
  ): void {
    if (this.#candidates.length >= MAX_ADDRESSES) {
      this.#refused++;
      return;
    }
    const address = ids.address(network, 0);
    this.#candidates.push(this.#candidate(address, prefix, network, preferredUntilMs, validUntilMs, nowMs));
  }

  #candidate(
    address: IpAddress,
    prefix: number,
    network: IpAddress | null,
    preferredUntilMs: number,
    validUntilMs: number,
    nowMs: number,
  ): Candidate {
    const stepMs = nowMs + this.#delay();
    return {
      address,
      prefix,
      network,
      state: 'tentative',
      attempt: 0,
      probes: 0,
      stepMs,
      madeMs: nowMs,
      preferredUntilMs,
      validUntilMs,
      succeeded: false,
    };
  }

  /** So that hosts that start together do not ask together (RFC 4862 section 5.4.2). */
  #delay(): number {
    return (this.#random() >>> 0) % MAX_DELAY_MS;
  }

  /**
   * Somebody else is about to use a tentative address, or has it (RFC 4862 sections 5.4.3 and 5.4.4). False: it is no
   * tentative address.
   */
  duplicate(w0: number, w1: number, w2: number, w3: number, nowMs: number): boolean {
    const c = this.#tentativeAt(w0, w1, w2, w3);
    if (c === null) return false;
    const ids = isLinkLocal(w0) ? this.#linkLocalIds : this.#ids;
    if (c.network === null || !ids.repeatable || c.attempt === MAX_ATTEMPTS) c.state = 'duplicate';
    else {
      c.attempt++;
      c.address = ids.address(c.network, c.attempt);
      c.probes = 0;
      c.stepMs = nowMs + this.#delay();
    }
    this.#told();
    return true;
  }

  /** A router told what there is (RFC 4861 section 6.3.4). */
  advertised(router: IpAddress, ra: RouterAdvertisement, nowMs: number): void {
    this.#keep(this.#routers, router, 128, until(ra.routerSeconds, nowMs), MAX_ROUTERS, nowMs, () =>
      this.#out.addRoute(ANY, 0, router),
    );
    if (ra.routerSeconds > 0) this.#solicitMs = Number.POSITIVE_INFINITY;
    for (const p of ra.prefixes) this.#prefix(p, nowMs);
    for (const { addresses, seconds } of ra.servers) {
      for (const a of addresses)
        this.#keep(this.#servers, a, 128, until(seconds, nowMs), MAX_SERVERS, nowMs, () => nothing);
    }
    if (ra.mtu >= LEAST_MTU && ra.mtu <= this.#linkMtu && ra.mtu !== this.#mtu) {
      this.#mtu = ra.mtu;
      this.#out.setMtu(ra.mtu);
    }
    this.#told();
  }

  /** Keeps something until a time, changes that time, or forgets it when the time is now. */
  #keep(
    list: Kept[],
    address: IpAddress,
    prefix: number,
    untilMs: number,
    most: number,
    nowMs: number,
    add: () => () => void,
  ): void {
    const at = list.findIndex((k) => k.prefix === prefix && k.address.equals(address));
    const known = list[at];
    if (untilMs <= nowMs) {
      if (known === undefined) return;
      known.remove();
      list.splice(at, 1);
    } else if (known !== undefined) known.untilMs = untilMs;
    else if (list.length >= most) this.#refused++;
    else list.push({ address, prefix, untilMs, remove: add() });
  }

  /** RFC 4861 section 6.3.4 (on link), RFC 4862 section 5.5.3 (addresses). */
  #prefix(p: AdvertisedPrefix, nowMs: number): void {
    if (isLinkLocal(p.prefix.w0) || p.length > 128) return;
    const network = networkOf(p.prefix, p.length);
    if (p.onLink) {
      this.#keep(this.#prefixes, network, p.length, until(p.validSeconds, nowMs), MAX_PREFIXES, nowMs, () =>
        this.#out.addRoute(network, p.length, null),
      );
    }
    if (!p.autonomous || p.preferredSeconds > p.validSeconds || p.length !== 64) return;
    const preferred = until(p.preferredSeconds, nowMs);
    const valid = until(p.validSeconds, nowMs);
    const known = this.#candidates.filter((c) => c.network?.equals(network) === true);
    for (const c of known) this.#refresh(c, preferred, valid, nowMs);
    if (known.length === 0 && p.validSeconds > 0) this.#address(network, preferred, valid, nowMs);
  }

  /** A new address of a prefix. */
  #address(network: IpAddress, preferred: number, valid: number, nowMs: number): void {
    const most = (ms: number, limit: number): number => (this.#temporary ? Math.min(ms, nowMs + limit) : ms);
    this.#tentative(
      network,
      128,
      this.#ids,
      most(preferred, TEMPORARY_PREFERRED_MS),
      most(valid, TEMPORARY_VALID_MS),
      nowMs,
    );
  }

  /** RFC 4862 section 5.5.3 (e): no forged advertisement ends an address sooner than in two hours. */
  #refresh(c: Candidate, preferred: number, valid: number, nowMs: number): void {
    const left = c.validUntilMs - nowMs;
    if (valid - nowMs <= TWO_HOURS_MS && valid < c.validUntilMs) {
      valid = left <= TWO_HOURS_MS ? c.validUntilMs : nowMs + TWO_HOURS_MS;
    }
    c.preferredUntilMs = this.#temporary ? Math.min(preferred, c.madeMs + TEMPORARY_PREFERRED_MS) : preferred;
    c.validUntilMs = this.#temporary ? Math.min(valid, c.madeMs + TEMPORARY_VALID_MS) : valid;
    this.#settle(c, nowMs);
  }

  /** Preferred or deprecated, as its time says. */
  #settle(c: Candidate, nowMs: number): void {
    if (c.state !== 'preferred' && c.state !== 'deprecated') return;
    const state = c.preferredUntilMs > nowMs ? 'preferred' : 'deprecated';
    if (state === c.state) return;
    c.state = state;
    this.#out.assign(c.address, c.prefix, state === 'deprecated');
  }

  /** Does what is due. */
  poll(nowMs: number): void {
    if (this.untilNext(nowMs) !== 0) return;
    for (const c of [...this.#candidates]) this.#step(c, nowMs);
    if (nowMs >= this.#solicitMs) this.#solicit(nowMs);
    for (const list of [this.#routers, this.#prefixes, this.#servers]) {
      for (const k of list.filter((one) => one.untilMs <= nowMs)) {
        k.remove();
        list.splice(list.indexOf(k), 1);
      }
    }
    this.#told();
  }

  #step(c: Candidate, nowMs: number): void {
    if (c.validUntilMs <= nowMs) {
      if (c.state === 'preferred' || c.state === 'deprecated') this.#out.unassign(c.address);
      this.#candidates.splice(this.#candidates.indexOf(c), 1);
      return;
    }
    if (c.state === 'tentative' && nowMs >= c.stepMs) {
      if (c.probes < DAD_PROBES) {
        c.probes++;
        c.stepMs = nowMs + RETRANS_MS;
        this.#out.probe(c.address);
        return;
      }
      c.state = 'preferred';
      this.#out.assign(c.address, c.prefix, false);
      if (isLinkLocal(c.address.w0)) this.#findRouters(nowMs);
    }
    if (nowMs >= this.#successorMs(c)) {
      c.succeeded = true;
      const { network } = c;
      const known = this.#prefixUntil(network as IpAddress);
      if (known > nowMs) this.#address(network as IpAddress, known, known, nowMs);
    }
    this.#settle(c, nowMs);
  }

  /** When a temporary address needs its successor (RFC 8981 section 3.5). */
  #successorMs(c: Candidate): number {
    const needs =
      this.#temporary && c.network !== null && !isLinkLocal(c.address.w0) && c.state === 'preferred';
    return needs && !c.succeeded ? c.preferredUntilMs - REGENERATE_MS : Number.POSITIVE_INFINITY;
  }

  /** Until when routers said that a prefix is valid. */
  #prefixUntil(network: IpAddress): number {
    return (
      this.#prefixes.find((k) => inPrefix(network.w0, network.w1, 0, 0, k.address, k.prefix))?.untilMs ?? 0
    );
  }

  #findRouters(nowMs: number): void {
    this.#solicitations = 0;
    this.#solicitMs = nowMs + this.#delay();
  }

  #solicit(nowMs: number): void {
    const own = this.#candidates.find((c) => c.state === 'preferred' && isLinkLocal(c.address.w0));
    if (own !== undefined) this.#out.solicitRouters(own.address);
    this.#solicitations++;
    const last = this.#solicitations >= MAX_SOLICITATIONS || own === undefined;
    this.#solicitMs = last ? Number.POSITIVE_INFINITY : nowMs + SOLICITATION_INTERVAL_MS;
  }

  /** Milliseconds until `poll` has something to do, or -1. */
  untilNext(nowMs: number): number {
    let at = this.#solicitMs;
    for (const c of this.#candidates) {
      at = Math.min(at, c.validUntilMs, this.#successorMs(c));
      if (c.state === 'tentative') at = Math.min(at, c.stepMs);
      if (c.state === 'preferred') at = Math.min(at, c.preferredUntilMs);
    }
    for (const list of [this.#routers, this.#prefixes, this.#servers])
      for (const k of list) at = Math.min(at, k.untilMs);
    return at === Number.POSITIVE_INFINITY ? -1 : Math.max(0, at - nowMs);
  }

  #told(): void {
    runUserCode(() => this.#changed?.(this.info()));
  }
}

const ANY = addressFromWords(6, 0, 0, 0, 0);
const nothing = (): void => {};

function until(seconds: number, nowMs: number): number {
  return nowMs + seconds * 1000;
}

function secretOf(octets: Uint8Array | undefined, random: () => number): Int32Array {
  if (octets === undefined) return Int32Array.of(random(), random(), random(), random());
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return Int32Array.of(view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12));
}
