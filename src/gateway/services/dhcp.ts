// A server of DHCP for the guests (RFC 2131): an address for each Ethernet address, and what they need to know of the
// network. A lease also says to the switch whose address that is.

import type { HostInterface, UdpMessage, UdpSocket } from '../../host/index.ts';
import { like, list, needed, nested, OptionTypeError, Schema, text, whole } from '../../options/index.ts';
import { isHostName } from '../../socket/dns/index.ts';
import { type Cidr, formatIpv4, formatMac, inPrefix, parseAddress, parseMac } from '../../wire/index.ts';
import type { GatewayCore } from '../core.ts';
import {
  ACK,
  addressOption,
  ascii,
  DECLINE,
  type DhcpRequest,
  DISCOVER,
  INFORM,
  NAK,
  OFFER,
  Option,
  RELEASE,
  REQUEST,
  readDhcp,
  searchList,
  writeDhcp,
} from './dhcp-message.ts';

/** What a client is told that boots from the network: of RFC 4578's kinds, those whose vendor class begins so. */
export interface BootOptions {
  /** Option 67: `http://10.0.2.2/boot.efi` for UEFI's HTTP boot and iPXE, a file name for TFTP. */
  file: string;
  /** Option 66. */
  server?: string;
  /** Beginning of the client's vendor class (option 60): `HTTPClient`, `PXEClient`. That is answered, too, as UEFI wants it. */
  vendorClass?: string;
  /** The client's user class (option 77): `iPXE`. */
  userClass?: string;
}

/** How addresses are given. */
export interface DhcpOptions {
  /** Addresses that are always the same: by Ethernet address. */
  leases?: Readonly<Record<string, string>>;
  /** The first and the last address that are given. Default: the 15th of the network up to the last but one. */
  first?: string;
  last?: string;
  /** Seconds. Default 86,400. */
  leaseSeconds?: number;
  /** Leases of one guest, which may have several Ethernet addresses. Default 8. */
  perGuest?: number;
  /** Option 15, and option 119. */
  domain?: string;
  search?: readonly string[];
  /** The first that fits the client. */
  boot?: readonly BootOptions[];
}

const bootOptions = new Schema<BootOptions>('boot', {
  file: needed(text),
  server: text,
  vendorClass: text,
  userClass: text,
});

export const dhcpOptions = new Schema<DhcpOptions>('dhcp', {
  leases: like('Ethernet addresses and their IPv4 addresses'),
  first: text,
  last: text,
  leaseSeconds: whole(60, 2 ** 31 - 1),
  perGuest: whole(1, 1024),
  domain: text,
  search: list(text),
  boot: list(nested(bootOptions)),
});

/** What is counted. */
export interface DhcpCounters {
  requests: number;
  malformed: number;
  offers: number;
  acks: number;
  naks: number;
  /** Clients for which there was no address. */
  exhausted: number;
}

/** A lease. */
export interface Lease {
  readonly client: string;
  readonly address: string;
  readonly guest: string;
  readonly hostName: string;
  /** Milliseconds of the gateway's clock. */
  readonly untilMs: number;
  /** The client has asked for it, after the offer. */
  readonly taken: boolean;
}

/** What the server tells, of the gateway. */
export interface DhcpNetwork {
  readonly iface: HostInterface;
  readonly network: Cidr;
  readonly gateway: number;
  readonly dns: number;
  readonly mtu: number;
  readonly ntp: boolean;
}

const SERVER = 67;
const CLIENT = 68;
/** How long an offer holds, and an address that its client found taken is not given. */
const OFFER_MS = 60_000;
const DECLINED_MS = 600_000;

interface Held {
  readonly word: number;
  readonly client: string;
  readonly guest: string;
  hostName: string;
  untilMs: number;
  taken: boolean;
}

/** The DHCP of a gateway. */
export class DhcpServer {
  readonly counters: DhcpCounters = { requests: 0, malformed: 0, offers: 0, acks: 0, naks: 0, exhausted: 0 };
  readonly #core: GatewayCore;
  readonly #net: DhcpNetwork;
  readonly #options: DhcpOptions;
  readonly #socket: UdpSocket;
  readonly #byClient = new Map<string, Held>();
  readonly #byAddress = new Map<number, Held>();
  readonly #declined = new Map<number, number>();
  readonly #static = new Map<string, number>();
  readonly #staticWords = new Set<number>();
  readonly #first: number;
  readonly #last: number;

  /** Throws TypeError, RangeError. */
  constructor(core: GatewayCore, net: DhcpNetwork, options: DhcpOptions) {
    this.#core = core;
    this.#net = net;
    this.#options = options;
    const base = (net.gateway >>> 0) - 2;
    const size = 2 ** (32 - net.network.prefix);
    this.#first =
      options.first === undefined ? base + Math.min(15, size - 2) : this.#word(options.first, 'first');
    this.#last = options.last === undefined ? base + size - 2 : this.#word(options.last, 'last');
    for (const [mac, address] of Object.entries(options.leases ?? {})) {
      const parsed = parseMac(mac);
      if (parsed === null) throw wrong(`leases: '${mac}' is no Ethernet address`);
      const word = this.#word(address, `leases: ${mac}`);
      if (this.#staticWords.has(word)) throw wrong(`leases: ${address} is given twice`);
      this.#static.set(formatMac(parsed.hi, parsed.lo), word);
      this.#staticWords.add(word);
      core.lan.reserved.set(formatIpv4(word), formatMac(parsed.hi, parsed.lo));
    }
    const named = [...(options.search ?? []), ...(options.domain === undefined ? [] : [options.domain])];
    const noName = named.find((name) => !isHostName(name));
    if (noName !== undefined) throw wrong(`'${noName}' is no domain`);
    this.#socket = core.host.udp({
      port: SERVER,
      broadcast: true,
      onMessage: (message) => this.#arrives(message),
    });
  }

  /** An address of the network that a guest may have, unsigned. */
  #word(address: string, what: string): number {
    const a = parseAddress(address);
    const { network, gateway, dns } = this.#net;
    const isNear =
      a !== null && a.family === 4 && inPrefix(a.w0, a.w1, a.w2, a.w3, network.address, network.prefix);
    if (a === null || !isNear || a.w3 === gateway || a.w3 === dns)
      throw wrong(`${what}: '${address}' is no address for a guest of the network`);
    return a.w3 >>> 0;
  }

  close(): void {
    this.#socket.close();
  }

  /** Leases that hold now. */
  list(): Lease[] {
    const now = this.#core.nowMs();
    return [...this.#byClient.values()]
      .filter(({ untilMs }) => untilMs > now)
      .map(({ word, ...lease }) => ({ ...lease, address: formatIpv4(word) }));
  }

  #arrives(message: UdpMessage): void {
    if (message.port !== CLIENT) return;
    const request = readDhcp(message.data);
    const guest = request === null ? undefined : this.#core.lan.guestWith(request.client);
    if (request === null || guest === undefined || request.giaddr !== 0) {
      this.counters.malformed++;
      return;
    }
    this.counters.requests++;
    switch (request.type) {
      case DISCOVER:
        this.#discover(request, guest.name);
        return;
      case REQUEST:
        this.#request(request, guest.name);
        return;
      case DECLINE: {
        const word = addressOption(request, Option.REQUESTED_ADDRESS);
        const held = this.#byClient.get(request.client);
        if (held === undefined || held.word !== (word ?? 0) >>> 0) return;
        this.#forget(held);
        this.#declined.set(held.word, this.#core.nowMs() + DECLINED_MS);
        return;
      }
      case RELEASE: {
        const held = this.#byClient.get(request.client);
        if (held !== undefined && held.word === request.ciaddr >>> 0) this.#forget(held);
        return;
      }
      case INFORM:
        this.#reply(request, ACK, 0);
        return;
      default:
    }
  }

  /** RFC 2131 section 4.3.1. */
  #discover(request: DhcpRequest, guest: string): void {
    const held = this.#choose(request, guest);
    if (held === null) {
      this.counters.exhausted++;
      return;
    }
    if (!held.taken) held.untilMs = this.#core.nowMs() + OFFER_MS;
    this.counters.offers++;
    this.#reply(request, OFFER, held.word);
  }

  /** RFC 2131 section 4.3.2: SELECTING, INIT-REBOOT, RENEWING and REBINDING. */
  #request(request: DhcpRequest, guest: string): void {
    const server = addressOption(request, Option.SERVER_ID);
    if (server !== null && server !== this.#net.gateway) {
      // Another server was chosen.
      const held = this.#byClient.get(request.client);
      if (held?.taken === false) this.#forget(held);
      return;
    }
    const wanted = (addressOption(request, Option.REQUESTED_ADDRESS) ?? request.ciaddr) >>> 0;
    const held = this.#byClient.get(request.client) ?? this.#choose(request, guest);
    if (held === null || held.word !== wanted) {
      this.counters.naks++;
      this.#reply(request, NAK, 0);
      return;
    }
    held.taken = true;
    held.untilMs = this.#core.nowMs() + this.#leaseSeconds * 1000;
    held.hostName = textOf(request.options.get(Option.HOST_NAME));
    this.counters.acks++;
    this.#reply(request, ACK, held.word);
  }

  get #leaseSeconds(): number {
    return this.#options.leaseSeconds ?? 86_400;
  }

  // Addresses.

  /** The client's address: the one it has, its static one, the one that it asks for, or the next that is free. */
  #choose(request: DhcpRequest, guest: string): Held | null {
    const { client } = request;
    const has = this.#byClient.get(client);
    const fixed = this.#static.get(client);
    if (has !== undefined && has.guest === guest && (fixed === undefined || fixed === has.word)) return has;
    if (has !== undefined) this.#forget(has);
    if (this.#countOf(guest) >= (this.#options.perGuest ?? 8)) return null;
    if (fixed !== undefined) return this.#hold(fixed, client, guest);
    const wanted = addressOption(request, Option.REQUESTED_ADDRESS);
    if (wanted !== null && this.#isFree(wanted >>> 0)) {
      const held = this.#hold(wanted >>> 0, client, guest);
      if (held !== null) return held;
    }
    for (let word = this.#first; word <= this.#last; word++) {
      const held = this.#isFree(word) ? this.#hold(word, client, guest) : null;
      if (held !== null) return held;
    }
    return null;
  }

  #countOf(guest: string): number {
    let n = 0;
    const now = this.#core.nowMs();
    for (const held of [...this.#byClient.values()]) {
      if (held.guest !== guest) continue;
      if (held.untilMs <= now) this.#forget(held);
      else n++;
    }
    return n;
  }

  #isFree(word: number): boolean {
    if (word < this.#first || word > this.#last || this.#staticWords.has(word)) return false;
    if (word === this.#net.gateway >>> 0 || word === this.#net.dns >>> 0) return false;
    const now = this.#core.nowMs();
    if ((this.#declined.get(word) ?? 0) > now) return false;
    this.#declined.delete(word);
    const held = this.#byAddress.get(word);
    if (held === undefined) return true;
    if (held.untilMs > now) return false;
    this.#forget(held);
    return true;
  }

  /** null: the address is another guest's, which uses it without having asked. */
  #hold(word: number, client: string, guestName: string): Held | null {
    const guest = this.#core.lan.guests.get(guestName);
    if (guest === undefined || !this.#core.lan.reserve(formatIpv4(word), guest)) return null;
    const held: Held = { word, client, guest: guestName, hostName: '', untilMs: 0, taken: false };
    this.#byClient.set(client, held);
    this.#byAddress.set(word, held);
    return held;
  }

  #forget(held: Held): void {
    this.#byClient.delete(held.client);
    this.#byAddress.delete(held.word);
    this.#core.lan.release(formatIpv4(held.word));
  }

  /** A guest has left: its leases go. */
  forgetGuest(name: string): void {
    for (const held of [...this.#byClient.values()]) if (held.guest === name) this.#forget(held);
  }

  // Replies.

  #reply(request: DhcpRequest, type: number, yiaddr: number): void {
    const { iface, gateway } = this.#net;
    const boot = this.#bootOf(request);
    const options: [number, Uint8Array][] = [[Option.SERVER_ID, word(gateway)]];
    if (type !== NAK) {
      if (yiaddr !== 0) options.push(...this.#times());
      options.push(...this.#network());
      if (boot !== null) options.push(...bootReply(boot));
    }
    const file = boot?.file ?? '';
    const octets = writeDhcp(request, { type, yiaddr, siaddr: 0, file }, options);
    // A client that has an address is asked for by it; others hear what is for all (RFC 2131 section 4.1).
    const to = type !== NAK && request.ciaddr !== 0 ? formatIpv4(request.ciaddr) : '255.255.255.255';
    try {
      this.#socket.send(octets, to, CLIENT, to === '255.255.255.255' ? { by: iface } : {});
    } catch {
      // No way to it: the client asks again.
    }
  }

  #times(): [number, Uint8Array][] {
    const seconds = this.#leaseSeconds;
    return [
      [Option.LEASE_TIME, word(seconds)],
      [Option.RENEWAL_TIME, word(Math.floor(seconds / 2))],
      [Option.REBINDING_TIME, word(Math.floor((seconds * 7) / 8))],
    ];
  }

  #network(): [number, Uint8Array][] {
    const { network, gateway, dns, mtu, ntp } = this.#net;
    const { domain, search } = this.#options;
    const options: [number, Uint8Array][] = [
      [Option.SUBNET_MASK, word(network.prefix === 0 ? 0 : -1 << (32 - network.prefix))],
      [Option.ROUTER, word(gateway)],
      [Option.DNS, word(dns)],
      [Option.MTU, Uint8Array.of(mtu >> 8, mtu & 255)],
    ];
    if (domain !== undefined) options.push([Option.DOMAIN_NAME, ascii(domain)]);
    if (search !== undefined && search.length > 0) options.push([Option.DOMAIN_SEARCH, searchList(search)]);
    if (ntp) options.push([Option.NTP, word(gateway)]);
    return options;
  }

  #bootOf(request: DhcpRequest): BootOptions | null {
    const vendor = textOf(request.options.get(Option.VENDOR_CLASS));
    const user = textOf(request.options.get(Option.USER_CLASS));
    const fits = ({ vendorClass, userClass }: BootOptions): boolean =>
      (vendorClass === undefined || vendor.startsWith(vendorClass)) &&
      (userClass === undefined || user.includes(userClass));
    return this.#options.boot?.find(fits) ?? null;
  }
}

function bootReply({ file, server, vendorClass }: BootOptions): [number, Uint8Array][] {
  const options: [number, Uint8Array][] = [[Option.BOOT_FILE, ascii(file)]];
  if (server !== undefined) options.push([Option.TFTP_SERVER, ascii(server)]);
  if (vendorClass !== undefined) options.push([Option.VENDOR_CLASS, ascii(vendorClass)]);
  return options;
}

function wrong(message: string): OptionTypeError {
  return new OptionTypeError('ERR_INVALID_ARG_VALUE', 'dhcp', `dhcp: ${message}`);
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** What a client calls itself, as far as it can be shown. */
function textOf(octets: Uint8Array | undefined): string {
  if (octets === undefined) return '';
  return String.fromCharCode(...octets.subarray(0, 255)).replace(/[^ -~]/g, '');
}
