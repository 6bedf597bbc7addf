// What happened on one direction of a wire, in numbers, and the taps that see each packet's fate.

import type { PacketInfo } from './packet.ts';

/** Why a packet was dropped. */
export type DropReason =
  /** The direction is partitioned, at the packet's departure or at its arrival. */
  | 'partition'
  /** A rule says so. */
  | 'rule'
  /** Longer than the wire's mtu. */
  | 'mtu'
  /** Random loss. */
  | 'loss'
  /** The transmit queue is full (drop tail). */
  | 'queue'
  /** Too many packets under way or held. */
  | 'capacity'
  /** No memory for the receiver's copy. */
  | 'memory'
  /** `Wire.clear()`. */
  | 'cleared';

/** Drops by reason, in packets. */
export class DropCounters {
  partition = 0;
  rule = 0;
  mtu = 0;
  loss = 0;
  queue = 0;
  capacity = 0;
  memory = 0;
  cleared = 0;

  /** All drops. */
  get total(): number {
    return (
      this.partition +
      this.rule +
      this.mtu +
      this.loss +
      this.queue +
      this.capacity +
      this.memory +
      this.cleared
    );
  }
}

/**
 * Counters of one direction. Always: sent + injected + duplicated =
 * delivered + dropped.total + packets under way or held.
 */
export class WireCounters {
  sentPackets = 0;
  sentBytes = 0;
  deliveredPackets = 0;
  deliveredBytes = 0;
  injected = 0;
  /** Extra copies made. */
  duplicated = 0;
  /** Extra copies not made because there was no memory or no place. */
  notDuplicated = 0;
  /** Packets with a bit flipped by chance or rule. */
  corrupted = 0;
  /** ECN-capable packets marked CE by chance or rule. */
  marked = 0;
  /** Packets delayed by a rule. */
  delayed = 0;
  /** Packets delayed by chance (reorder). */
  reordered = 0;
  /** Packets that a rule held, ever. */
  held = 0;
  readonly dropped = new DropCounters();
}

/**
 * Sees the fate of every packet. `p` is reused: read it during the call. `p.index` and `p.copy` say
 * which packet it is from `sent` to `delivered`; `p.timeUs` is the time of the call.
 */
export interface WireTap {
  /** A packet enters (also an injected one). */
  sent?(p: PacketInfo): void;
  /** A packet is about to be received; its bytes are as the receiver sees them. */
  delivered?(p: PacketInfo): void;
  dropped?(p: PacketInfo, reason: DropReason): void;
  /** A copy was made; `p.copy` is its number. */
  duplicated?(p: PacketInfo): void;
  /** A bit was flipped: bit 0 is the most significant of the first octet. */
  corrupted?(p: PacketInfo, bit: number): void;
  /** The packet was marked CE (RFC 3168 section 5). */
  marked?(p: PacketInfo): void;
  /** A rule or reordering adds to the packet's delay: it arrives at `untilUs`; Infinity when held. */
  delayed?(p: PacketInfo, untilUs: number): void;
}

/** One tap that passes everything on to several. */
export function combineTaps(...taps: readonly WireTap[]): WireTap {
  const each = (visit: (tap: WireTap) => void): void => taps.forEach(visit);
  return {
    sent: (p) => each((tap) => void tap.sent?.(p)),
    delivered: (p) => each((tap) => void tap.delivered?.(p)),
    dropped: (p, reason) => each((tap) => void tap.dropped?.(p, reason)),
    duplicated: (p) => each((tap) => void tap.duplicated?.(p)),
    corrupted: (p, bit) => each((tap) => void tap.corrupted?.(p, bit)),
    marked: (p) => each((tap) => void tap.marked?.(p)),
    delayed: (p, untilUs) => each((tap) => void tap.delayed?.(p, untilUs)),
  };
}
