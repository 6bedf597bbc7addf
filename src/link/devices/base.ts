// What the devices here share: their two callbacks, the end that comes once, and what they count.

import type { Device, InterfaceKind } from '../../host/index.ts';
import { oneOf, Schema, whole } from '../../options/index.ts';

/** What every device is told. */
export interface DeviceBaseOptions {
  /** What a packet begins with: an IP header (default), or an Ethernet header. Both sides must mean the same. */
  kind?: InterfaceKind;
  /** Largest IP packet in octets, 68 to 65,535. Default 1500. */
  mtu?: number;
}

/** Options of a device that has a queue. */
export interface QueueOptions extends DeviceBaseOptions {
  /** Octets under way or waiting at most; packets beyond are dropped and counted. Each counts 256 or more. */
  queue?: number;
}

export const deviceKinds = { kind: oneOf('ip', 'ethernet'), mtu: whole(68, 65_535) };
export const queueKinds = { ...deviceKinds, queue: whole(1) };
export const deviceOptions = new Schema<DeviceBaseOptions>('device', deviceKinds);
export const queueOptions = new Schema<QueueOptions>('device', queueKinds);

/** Octets of an Ethernet header and of a tag. */
const FRAME_OCTETS = 18;
/** The longest packet of any device. */
export const LONGEST_PACKET = 65_535 + FRAME_OCTETS;

/** What a packet counts in a queue: there are a block and a place for it, however short it is. */
export function cost(packet: Uint8Array): number {
  return Math.max(packet.length, 256);
}

/** The octets of a message, or null: it is text, or something else that is no packet. */
export function messageOctets(data: unknown): Uint8Array | null {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : null;
}

/** A device with its counters. */
export abstract class DeviceBase implements Device {
  readonly kind: InterfaceKind;
  readonly mtu: number;
  onreceive: ((packet: Uint8Array) => void) | null = null;
  onclose: ((error: Error | null) => void) | null = null;
  /** Packets given to the other side, and packets that came from it. */
  sent = 0;
  received = 0;
  /** Packets that were not sent: the queue was full, or the other side has gone. */
  dropped = 0;
  /** What came and was no packet. */
  malformed = 0;
  #ended = false;

  constructor(options: DeviceBaseOptions) {
    this.kind = options.kind ?? 'ip';
    this.mtu = options.mtu ?? 1500;
  }

  /** True when nothing comes or goes any more. */
  get closed(): boolean {
    return this.#ended;
  }

  abstract send(packet: Uint8Array): void;

  /** A packet has come. */
  protected deliver(packet: Uint8Array): void {
    if (this.#ended) return;
    this.received++;
    this.onreceive?.(packet);
  }

  /** Closed from here: nobody is told. False: it was closed already. */
  protected end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    return true;
  }

  /** The other side has gone. */
  protected gone(error: Error | null): void {
    if (this.end()) this.onclose?.(error);
  }
}
