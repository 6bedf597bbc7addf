// An interface of a host: addresses, the way to a link, and what it does with packets it cannot send.

import { describesItself } from '../../options/index.ts';
import {
  ETHERNET_HEADER_LENGTH,
  formatMac,
  type IpAddress,
  type MacAddress,
  type Memory,
  type Offload,
  VLAN_HEADER_LENGTH,
} from '../../wire/index.ts';

/**
 * Takes a packet; the block (off, len) of `memory.alloc(len)` is the taker's from then on. `offload`, valid during the
 * call: what the link has to do with it, for a link that said at `attach` that it does.
 */
export type Transmit = (off: number, len: number, offload?: Offload | null) => void;

/** What a link does for TCP packets of its host. */
export interface LinkOffload {
  /** It takes a packet with up to so many octets (64 to 65,535, headers included) that stands for several. */
  readonly gso: { readonly maxOctets: number };
  /**
   * Who cuts such a packet: 'link', which completes partial checksums, too; or 'host', when one large segment is to
   * be formed at once, and packets leave the host as ever.
   */
  readonly cutBy: 'link' | 'host';
}

/** What the bytes on the link begin with. */
export type InterfaceKind = 'ip' | 'ethernet';

/** An address of an interface and the prefix length of its network. */
export interface LocalAddress {
  readonly address: IpAddress;
  readonly prefix: number;
  /** Past its preferred lifetime: not for new connections (RFC 4862 section 5.5.4). */
  readonly deprecated?: boolean;
}

/** What `info()` returns. */
export interface InterfaceInfo {
  readonly name: string;
  readonly kind: InterfaceKind;
  /** null without frames. */
  readonly mac: string | null;
  readonly mtu: number;
  /** With their prefix lengths: `10.0.0.1/24`. */
  readonly addresses: readonly string[];
  readonly unsent: number;
}

/** Octets of an IEEE 802.1Q tag. */
const TAG_LENGTH = VLAN_HEADER_LENGTH - ETHERNET_HEADER_LENGTH;

/** What an interface hands its packets to. */
export interface PacketSink {
  /** `mayKeep`: the block may be kept. True: it was. */
  input(iface: HostInterface, off: number, len: number, mayKeep: boolean, offload: Offload | null): boolean;
  /** `bring` gives packets that came together. */
  together(bring: () => void): void;
  /** The MTU will be `mtu`. Throws when it cannot. */
  mtuChanges(iface: HostInterface, mtu: number): void;
}

/**
 * One interface. A link joins it by `attach`, and gives it packets by `receive`: blocks of `memory`, not copied.
 * (A `Device`, which knows neither blocks nor Memory, is joined by `host.attach(device)`.)
 */
export class HostInterface {
  static {
    describesItself(HostInterface);
  }
  readonly index: number;
  readonly name: string;
  readonly memory: Memory;
  readonly kind: InterfaceKind;
  /** The VLAN of a tagged interface, -1 of others. */
  readonly vlan: number;
  /** Octets before the IP header: 14 on Ethernet, 18 with a tag. */
  readonly headerLen: number;
  readonly mac: MacAddress;
  /** Takes packets for every address of one host, not only for ours. */
  readonly anyDestination: boolean;
  /** The hosts that it takes packets for are beyond it, at least one hop. */
  readonly router: boolean;
  readonly addresses: LocalAddress[] = [];
  /** Packets sent while no link was attached. */
  unsent = 0;
  /** Packets of a device that were dropped: they came faster than the host took them, or the Memory was full. */
  notTaken = 0;
  /** Packets of a device that were longer than its mtu allows. */
  tooLong = 0;
  /** Taken from its host by `removeInterface`: nothing comes or goes any more. */
  removed = false;
  readonly #sink: PacketSink;
  #mtu: number;
  #transmit: Transmit | null = null;
  #offload: LinkOffload | null = null;

  constructor(
    sink: PacketSink,
    memory: Memory,
    index: number,
    options: {
      name: string;
      mtu: number;
      kind: InterfaceKind;
      mac: MacAddress;
      anyDestination: boolean;
      router: boolean;
      vlan: number;
    },
  ) {
    this.#sink = sink;
    this.memory = memory;
    this.index = index;
    this.name = options.name;
    this.#mtu = options.mtu;
    this.kind = options.kind;
    this.vlan = options.vlan;
    this.headerLen = options.kind === 'ip' ? 0 : ETHERNET_HEADER_LENGTH + (options.vlan < 0 ? 0 : TAG_LENGTH);
    this.mac = options.mac;
    this.anyDestination = options.anyDestination;
    this.router = options.router;
  }

  /**
   * Largest IP packet, in octets. Setting changes it for what is sent from now on, connections that are open included
   * (their MSS towards the peer: RFC 9293 section 3.7.1); what the peer may send was said in the handshake. Throws
   * RangeError for less than 68, than 1280 with IPv6 addresses, for more than 65,535 or than the device takes.
   */
  get mtu(): number {
    return this.#mtu;
  }
  set mtu(mtu: number) {
    this.#sink.mtuChanges(this, mtu);
    this.#mtu = mtu;
  }

  /**
   * The link installs its end; null takes it away. `offload`: what it does for the packets that it is given. Throws
   * TypeError for frames: their links do nothing.
   */
  attach(transmit: Transmit | null, offload: LinkOffload | null = null): void {
    if (offload?.cutBy === 'link' && this.kind === 'ethernet')
      throw new TypeError(
        `${this.name}: attach: offload is for packets without frames, cutBy 'host' for all`,
      );
    this.#transmit = transmit;
    this.#offload = transmit === null ? null : offload;
    if (transmit !== null) this.onAttach?.();
  }

  /** @internal Told when a link joins. */
  onAttach: (() => void) | null = null;

  /** Whether a link is attached. */
  get attached(): boolean {
    return this.#transmit !== null;
  }

  /** What the link does for packets; null: nothing. */
  get offload(): LinkOffload | null {
    return this.#offload;
  }

  /**
   * A packet arrived at [off, off + len) of `memory`; the caller keeps the block. `offload`: what the link says beside
   * it; the host may complete a partial checksum in the block. Throws RangeError outside of the memory.
   */
  receive(off: number, len: number, offload: Offload | null = null): void {
    this.#check(off, len);
    if (!this.removed) this.#sink.input(this, off, len, false, offload);
  }

  /**
   * The same for the block (off, len) of `memory.alloc(len)`, which the host may keep, to send it on without a copy.
   * True: it did; false: the block is still the caller's.
   */
  deliver(off: number, len: number): boolean {
    this.#check(off, len);
    return !this.removed && this.#sink.input(this, off, len, true, null);
  }

  /**
   * Packets that came together: `bring` calls {@link receive} or {@link deliver} for each. Programs hear once, at the end, that
   * there is text or room; so they read and write more at a time.
   */
  together(bring: () => void): void {
    this.#sink.together(bring);
  }

  #check(off: number, len: number): void {
    const there = this.memory.u8.length;
    if ((off | 0) === off && (len | 0) === len && off >= 0 && len >= 0 && off <= there - len) return;
    throw new RangeError(
      `${this.name}: receive: off and len must be a place in its memory of ${there} octets, not ${off} and ${len}: copy the packet there, or give it to a device`,
    );
  }

  /** Sends a block, frame header included; ownership passes on. */
  transmit(off: number, len: number, offload: Offload | null = null): void {
    if (this.#transmit === null) {
      this.unsent++;
      this.memory.free(off, len);
    } else {
      this.#transmit(off, len, offload);
    }
  }

  info(): InterfaceInfo {
    return {
      name: this.name,
      kind: this.kind,
      mac: this.kind === 'ethernet' ? formatMac(this.mac.hi, this.mac.lo) : null,
      mtu: this.mtu,
      addresses: this.addresses.map(({ address, prefix }) => `${address}/${prefix}`),
      unsent: this.unsent,
    };
  }
  toJSON(): InterfaceInfo {
    return this.info();
  }

  /** One line: `HostInterface {eth0 ethernet 02:00:00:00:00:01 10.0.0.1/24, mtu 1500}`. */
  toString(): string {
    const { name, kind, mac, addresses, mtu } = this.info();
    const words = [name, kind, ...(mac === null ? [] : [mac]), ...addresses];
    return `HostInterface {${words.join(' ')}, mtu ${mtu}}`;
  }
}
