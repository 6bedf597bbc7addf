// The network of the guests: a switch whose uplink is the gateway's host, and which keeps a guest from speaking in the name
// of the gateway or of another guest (RFC 2827 at the first hop; RFC 6959). An address is whose guest used it first, or has
// it by a lease; so a packet's source says which guest sent it, and policy by guest holds.

import { type Device, type InterfaceKind, runUserCode } from '../../host/index.ts';
import {
  type Cidr,
  ETHERNET_HEADER_LENGTH,
  formatMac,
  inPrefix,
  isGroupMac,
  isLinkLocal,
  isUnspecified,
  type MacAddress,
  NDP_REDIRECT,
  NDP_ROUTER_ADVERTISEMENT,
  NDP_ROUTER_SOLICITATION,
} from '../../wire/index.ts';
import type { FramePort } from '../port.ts';
import { GuestFrame, Kind, readFrame } from './frame.ts';
import { addressText, Bindings, type Guest } from './guest.ts';

const DHCP_SERVER = 67;
const DHCP_CLIENT = 68;
/** Where the client's Ethernet address is in a message of DHCP (RFC 2131 section 2). */
const CHADDR = 28;

/** What a {@link Lan} is made of. */
export interface LanOptions {
  readonly mtu: number;
  /** Of the gateway. */
  readonly mac: MacAddress;
  /** The networks that guests may have addresses of. */
  readonly networks: readonly Cidr[];
  /** Addresses of the gateway, as text. */
  readonly own: readonly string[];
  /** Whether guests hear each other. */
  readonly guestsMeet: boolean;
  /** A guest asks for a router. */
  readonly solicited: (guest: Guest) => void;
  /** A guest's port has closed. */
  readonly left: (guest: Guest) => void;
}

/** Frames that were watched: which way, and of whom. The octets are there until it returns. */
export type FrameTap = (guest: Guest, direction: 'in' | 'out', frame: Uint8Array) => void;

/** The switch, as the gateway's host sees it. */
export class Lan implements Device {
  readonly kind: InterfaceKind = 'ethernet';
  readonly mtu: number;
  onreceive: ((packet: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  /** Sees every frame that guests send (also those that are dropped) and get; null: nobody looks. */
  tap: FrameTap | null = null;
  readonly guests = new Map<string, Guest>();
  /** Addresses that one Ethernet address alone may use, whoever comes first: static leases. */
  readonly reserved = new Map<string, string>();
  readonly #o: LanOptions;
  readonly #macs = new Bindings();
  readonly #addresses = new Bindings();
  readonly #frame = new GuestFrame();
  readonly #longest: number;
  /** Who got the last frame that was for one. */
  #lastTo: Guest | null = null;

  constructor(options: LanOptions) {
    this.#o = options;
    this.mtu = options.mtu;
    this.#longest = options.mtu + ETHERNET_HEADER_LENGTH;
  }

  /** Whose address this is, as text; undefined: nobody has used it. */
  guestAt(address: string): Guest | undefined {
    return this.#addresses.owner(address);
  }

  /** Whose Ethernet address this is. */
  guestWith(mac: string): Guest | undefined {
    return this.#macs.owner(mac);
  }

  /** The address is the guest's, from before it has used it. False: it is another's. */
  reserve(address: string, guest: Guest): boolean {
    return this.#addresses.bind(address, guest, guest.addresses);
  }

  /** The address is nobody's any more, when a lease has ended. */
  release(address: string): void {
    const guest = this.#addresses.owner(address);
    if (guest !== undefined) this.#addresses.release(address, guest.addresses);
    // Who has used it last has to show again that it may.
    if (guest !== undefined) guest.last0 = -1;
  }

  // Ports.

  /** Joins a port; a guest of that name that has none any more goes on by it. */
  attach(port: FramePort, guest: Guest): void {
    this.guests.set(guest.name, guest);
    guest.port = port;
    port.onreceive = (frame) => this.#arrives(guest, frame);
    port.onclose = () => {
      if (guest.port !== port) return;
      this.#detach(guest);
      this.#o.left(guest);
    };
  }

  #detach(guest: Guest): FramePort | null {
    const { port } = guest;
    guest.port = null;
    if (port !== null) {
      port.onreceive = null;
      port.onclose = null;
    }
    return port;
  }

  /** The guest has left: what was its own is anybody's. */
  remove(guest: Guest): void {
    const port = this.#detach(guest);
    this.#macs.releaseAll(guest.macs);
    this.#addresses.releaseAll(guest.addresses);
    this.guests.delete(guest.name);
    if (this.#lastTo === guest) this.#lastTo = null;
    if (port !== null) runUserCode(() => port.close?.());
  }

  /** Ends all ports. */
  close(): void {
    for (const guest of [...this.guests.values()]) this.remove(guest);
  }

  // Frames from guests.

  #arrives(guest: Guest, frame: Uint8Array): void {
    const { counters } = guest;
    const f = this.#frame;
    this.tap?.(guest, 'in', frame);
    counters.framesIn++;
    counters.octetsIn += frame.length;
    if (frame.length > this.#longest || !readFrame(frame, f)) counters.malformed++;
    else if (isGroupMac(f.srcHi) || !this.#mayComeFrom(guest, f, frame)) counters.spoofed++;
    else if (isRogue(f)) counters.rogue++;
    else this.#pass(guest, f, frame);
  }

  #pass(guest: Guest, f: GuestFrame, frame: Uint8Array): void {
    const { mac, guestsMeet } = this.#o;
    const toMany = isGroupMac(f.dstHi);
    const toUs = f.dstHi === mac.hi && f.dstLo === mac.lo;
    if (f.icmp6 === NDP_ROUTER_SOLICITATION) this.#o.solicited(guest);
    if (toUs || toMany) this.onreceive?.(frame);
    if (toUs || !guestsMeet) return;
    const to = toMany ? undefined : this.#macs.owner(formatMac(f.dstHi, f.dstLo));
    if (to === guest) return;
    if (to !== undefined) this.#deliver(to, frame);
    else for (const each of this.guests.values()) if (each !== guest) this.#deliver(each, frame);
  }

  /** Whether these addresses are the guest's, or nobody's and so the guest's from now on. */
  #mayComeFrom(guest: Guest, f: GuestFrame, frame: Uint8Array): boolean {
    if (f.srcHi !== guest.lastMacHi || f.srcLo !== guest.lastMacLo) {
      const { mac } = this.#o;
      if (f.srcHi === mac.hi && f.srcLo === mac.lo) return false;
      if (!this.#macs.bind(formatMac(f.srcHi, f.srcLo), guest, guest.macs)) return false;
      guest.lastMacHi = f.srcHi;
      guest.lastMacLo = f.srcLo;
    }
    if (f.claims && !this.#isIts(guest, f.c0, f.c1, f.c2, f.c3)) return false;
    if (f.dstPort === DHCP_SERVER && !hasChaddr(frame, f)) return false;
    return this.#isIts(guest, f.w0, f.w1, f.w2, f.w3);
  }

  #isIts(guest: Guest, w0: number, w1: number, w2: number, w3: number): boolean {
    if (w3 === guest.last3 && w2 === guest.last2 && w1 === guest.last1 && w0 === guest.last0) return true;
    if (isUnspecified(w0, w1, w2, w3)) return true; // who has no address yet
    const { networks, own } = this.#o;
    const isNear = networks.some(({ address, prefix }) => inPrefix(w0, w1, w2, w3, address, prefix));
    if (!isNear && !isLinkLocal(w0)) return false;
    const text = addressText(w0, w1, w2, w3);
    const mac = this.reserved.get(text);
    if (mac !== undefined && !guest.macs.has(mac)) return false;
    if (own.includes(text) || !this.#addresses.bind(text, guest, guest.addresses)) return false;
    guest.last0 = w0;
    guest.last1 = w1;
    guest.last2 = w2;
    guest.last3 = w3;
    return true;
  }

  // Frames to guests.

  /** A frame of the gateway. */
  send(frame: Uint8Array): void {
    this.sendView(frame);
  }

  /** As {@link send}: ports that keep what they are given get a copy. */
  sendView(frame: Uint8Array): void {
    const hi = ((frame[0] as number) << 8) | (frame[1] as number);
    if (isGroupMac(hi)) {
      for (const each of this.guests.values()) this.#deliver(each, frame);
      return;
    }
    const lo = new DataView(frame.buffer, frame.byteOffset).getInt32(2);
    // Of a guest that has left: not for the others to see.
    const to = this.#speaker(hi, lo) ?? this.#macs.owner(formatMac(hi, lo));
    if (to === undefined) return;
    this.#lastTo = to;
    this.#deliver(to, frame);
  }

  /** Who got the last frame, when this is the Ethernet address that it speaks from. */
  #speaker(hi: number, lo: number): Guest | undefined {
    const guest = this.#lastTo;
    return guest !== null && guest.lastMacHi === hi && guest.lastMacLo === lo ? guest : undefined;
  }

  /** A frame for one guest, which stays the caller's. */
  #deliver(guest: Guest, frame: Uint8Array): void {
    const { port, counters } = guest;
    if (port === null) return;
    counters.framesOut++;
    counters.octetsOut += frame.length;
    this.tap?.(guest, 'out', frame);
    try {
      if (port.sendView === undefined) port.send(frame.slice());
      else port.sendView(frame);
    } catch (error) {
      void Promise.reject(error); // the port's mistake, reported by the platform; the frame is lost
    }
  }

  /** As {@link send}, to one guest whoever it is for. */
  sendTo(guest: Guest, frame: Uint8Array): void {
    this.#deliver(guest, frame);
  }
}

/** What a guest must not say: a router's or a server's words. */
function isRogue(f: GuestFrame): boolean {
  const fromServer = f.kind === Kind.IPV4 && f.srcPort === DHCP_SERVER && f.dstPort === DHCP_CLIENT;
  const fromServer6 = f.kind === Kind.IPV6 && f.srcPort === 547 && f.dstPort === 546;
  return fromServer || fromServer6 || f.icmp6 === NDP_ROUTER_ADVERTISEMENT || f.icmp6 === NDP_REDIRECT;
}

/** Whether a message of DHCP speaks for the Ethernet address that it comes from. */
function hasChaddr(b: Uint8Array, { dataOff }: GuestFrame): boolean {
  if (b.length < dataOff + CHADDR + 6) return false;
  for (let n = 0; n < 6; n++) if (b[dataOff + CHADDR + n] !== b[6 + n]) return false;
  return true;
}
