// A device: something outside that packets go to and come from, in the shape that is easiest to make (an object
// with `send` and `onreceive`). The glue copies between its packets and the blocks of the Memory.
//
// Who wants no copy joins the interface itself: `host.addInterface(…)` is a `Port`; `iface.attach(transmit)` takes
// blocks, `iface.receive(off, len)` brings them (see interface.ts; the wires of `sim` and TUN do so).

import { OptionTypeError, outOfRange, wrongKind } from '../../options/index.ts';
import { octetsOf, PacketQueue } from '../base/index.ts';
import type { HostInterface, InterfaceKind } from '../ip/index.ts';

/**
 * Where packets leave the process. Make one of your own with an object literal:
 *
 * ```ts
 * const device: Device = { kind: 'ethernet', mtu: 1500, send: (frame) => nic.transmit(frame), onreceive: null };
 * nic.on('frame', (frame) => device.onreceive?.(frame));
 * host.attach(device, { addresses: ['10.0.0.1/24'] });
 * ```
 */
export interface Device {
  /** What a packet begins with: an IP header, or an Ethernet header (without preamble and FCS). */
  readonly kind: InterfaceKind;
  /** Largest IP packet in octets, 68 to 65,535; a frame has 14 more, and 4 more again for a tag. */
  readonly mtu: number;
  /**
   * Takes a packet: it is the device's own from then on, alone in its buffer, to keep or to transfer. A device that
   * has no room drops and counts it, as any link may. What it throws becomes an unhandled rejection.
   */
  send(packet: Uint8Array): void;
  /**
   * As `send`, of a packet that stays the host's: its octets are there until this returns. The host calls it in place of
   * `send` where there is one; for devices that copy what they are given, so that no packet has a buffer of its own.
   */
  sendView?(packet: Uint8Array): void;
  /**
   * Set by the host that the device is attached to, null while there is none. The device calls it with each packet
   * that arrives, at any time, also from within `send`; the octets are copied before it returns.
   * Throws TypeError for what is no octets.
   */
  onreceive: ((packet: Uint8Array) => void) | null;
  /** Set by the host. The device calls it once when nothing will come any more: the other side has gone. */
  onclose?: ((error: Error | null) => void) | null;
  /** Gives up what the device holds; what was sent before still goes. Called by `removeInterface` and `host.close`. */
  close?(): void;
  /** The device alone keeps the process alive (as its platform does at first), or does not. */
  ref?(): void;
  unref?(): void;
}

/** Packets of a device that wait for the host, and their octets; more are dropped and counted. */
const QUEUE_PACKETS = 8192;
const QUEUE_OCTETS = 4 * 1024 * 1024;
/** IEEE 802.1Q. */
const TAG_LENGTH = 4;
const LEAST_MTU = 68;
const MOST_MTU = 65_535;

/** Throws TypeError or RangeError for what is no device, or is another host's already. */
export function checkDevice(device: Device): void {
  if (typeof device !== 'object' || device === null)
    throw wrongKind('attach', 'device', device, 'an object with kind, mtu, send and onreceive');
  const { kind, mtu } = device;
  if (kind !== 'ip' && kind !== 'ethernet')
    throw wrongKind('attach', 'device.kind', kind, "'ip' or 'ethernet'");
  if (!Number.isInteger(mtu) || mtu < LEAST_MTU || mtu > MOST_MTU)
    throw outOfRange('attach', 'device.mtu', mtu, `a whole number from ${LEAST_MTU} to ${MOST_MTU}`);
  if (typeof device.send !== 'function')
    throw wrongKind('attach', 'device.send', device.send, 'a function that takes a packet');
  if (device.onreceive !== null && device.onreceive !== undefined) {
    const message = 'attach: device.onreceive is set already: a device has one host, detach it there first';
    throw new OptionTypeError('ERR_INVALID_STATE', 'device.onreceive', message);
  }
}

/** Throws RangeError when an interface would send packets that its device does not take. */
export function checkDeviceMtu(device: Device, mtu: number): void {
  if (mtu > device.mtu)
    throw outOfRange('attach', 'mtu', mtu, `at most ${device.mtu}, the mtu of the device`);
}

/** A device on an interface. */
export class DeviceLink {
  readonly device: Device;
  readonly iface: HostInterface;
  /** The other side has gone: why, or null; undefined while it is there. */
  closed: Error | null | undefined = undefined;
  readonly #queue: PacketQueue;
  readonly #longest: number;
  readonly #arrived: () => void;

  /** `arrived` is called when there is something to {@link take}. */
  constructor(device: Device, iface: HostInterface, arrived: () => void) {
    this.device = device;
    this.iface = iface;
    this.#queue = new PacketQueue(iface.memory, QUEUE_PACKETS, QUEUE_OCTETS);
    this.#longest = device.mtu + iface.headerLen + (iface.headerLen > 0 ? TAG_LENGTH : 0);
    this.#arrived = arrived;
    device.onreceive = (packet) => this.#receive(packet);
    device.onclose = (error) => {
      this.closed ??= error ?? null;
      arrived();
    };
    iface.attach((off, len) => this.#send(off, len)); // who waited for a link sends at once, and may be answered
  }

  #send(off: number, len: number): void {
    const { device } = this;
    const { memory } = this.iface;
    try {
      if (device.sendView === undefined) device.send(memory.u8.slice(off, off + len));
      else device.sendView(memory.u8.subarray(off, off + len));
    } catch (error) {
      void Promise.reject(error); // the device's mistake, reported by the platform; the packet is lost
    }
    memory.free(off, len);
  }

  #receive(packet: Uint8Array): void {
    const octets = octetsOf(packet, 'onreceive');
    const { iface } = this;
    const { memory } = iface;
    const len = octets.length;
    if (len > this.#longest) {
      iface.tooLong++;
      return;
    }
    const off = len === 0 || !this.#queue.fits(len) ? 0 : memory.alloc(len);
    if (off === 0) {
      iface.notTaken++;
      return;
    }
    memory.u8.set(octets, off);
    this.#queue.push(off, len);
    this.#arrived();
  }

  /** Gives the interface the packets that wait. */
  take(): void {
    this.#queue.drain((off, len) => this.iface.receive(off, len));
  }

  /** The device is the caller's again, and the interface has no link. */
  detach(): void {
    this.iface.attach(null);
    this.device.onreceive = null;
    this.device.onclose = null;
    this.#queue.clear();
  }
}
