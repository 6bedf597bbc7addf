// What a direction of a wire does to packets by itself: its physics and its dice.

import { flag, needed, nested, real, Schema, whole, wholeOrInfinity } from '../options/index.ts';

/** Faults and physics of one direction. Every field may change while packets are under way. */
export interface WireConfig {
  /** Propagation delay, µs. Default 0. */
  delayUs?: number;
  /** Added to the delay: a uniform integer of 0..jitterUs, per packet. Default 0. */
  jitterUs?: number;
  /** With jitter: packets still arrive in the order in which they were sent. Default false. */
  keepOrder?: boolean;
  /** Bits per second of the packets' bytes; a packet arrives when its last bit has. Default Infinity. */
  bandwidthBps?: number;
  /** Most bytes whose last bit has not left yet; only with a bandwidth. Default 16 MiB. */
  queueBytes?: number;
  /** Most packets whose last bit has not left yet; only with a bandwidth. Default 1000 (Linux's txqueuelen). */
  queuePackets?: number;
  /** Most packets under way or held by rules, whatever the reason. Default 262144. */
  capacityPackets?: number;
  /** Longest packet in bytes; longer ones are dropped silently (a black hole). Default Infinity. */
  mtu?: number;
  /** Probability that a packet is lost. */
  loss?: number;
  /** Probability that a packet arrives twice; the copy takes no bandwidth. */
  duplicate?: number;
  /** Probability that a packet is delayed further so that later ones overtake it, and by how much (µs). */
  reorder?: { readonly probability: number; readonly extraDelayUs: number };
  /** Probability that one random bit of a packet is flipped. */
  corrupt?: number;
  /** Probability that an ECN-capable packet is marked CE, as a router does that meets congestion (RFC 3168 section 5); others pass as they are. */
  mark?: number;
}

/** What a {@link WireConfig} may hold. */
export const wireConfig = new Schema<WireConfig>('wire', {
  delayUs: whole(0),
  jitterUs: whole(0),
  keepOrder: flag,
  bandwidthBps: wholeOrInfinity(1),
  queueBytes: wholeOrInfinity(1),
  queuePackets: wholeOrInfinity(1),
  capacityPackets: wholeOrInfinity(1),
  mtu: wholeOrInfinity(1),
  loss: real(0, 1),
  duplicate: real(0, 1),
  reorder: nested(
    new Schema<NonNullable<WireConfig['reorder']>>('reorder', {
      probability: needed(real(0, 1)),
      extraDelayUs: needed(whole(0)),
    }),
  ),
  corrupt: real(0, 1),
  mark: real(0, 1),
});

/** A WireConfig with every field. */
export class DirectionConfig {
  delayUs = 0;
  jitterUs = 0;
  keepOrder = false;
  bandwidthBps = Infinity;
  queueBytes = 16 * 2 ** 20;
  queuePackets = 1000;
  capacityPackets = 262_144;
  mtu = Infinity;
  loss = 0;
  duplicate = 0;
  corrupt = 0;
  mark = 0;
  reorder = 0;
  reorderExtraUs = 0;

  /**
   * Takes over the fields that `change` has; none if one of them is bad.
   * @throws OptionRangeError, OptionTypeError naming the field
   */
  apply(change: WireConfig): void {
    wireConfig.check(change);
    const next: WireConfig = { ...change };
    this.delayUs = next.delayUs ?? this.delayUs;
    this.jitterUs = next.jitterUs ?? this.jitterUs;
    this.keepOrder = next.keepOrder ?? this.keepOrder;
    this.bandwidthBps = next.bandwidthBps ?? this.bandwidthBps;
    this.queueBytes = next.queueBytes ?? this.queueBytes;
    this.queuePackets = next.queuePackets ?? this.queuePackets;
    this.capacityPackets = next.capacityPackets ?? this.capacityPackets;
    this.mtu = next.mtu ?? this.mtu;
    this.loss = next.loss ?? this.loss;
    this.duplicate = next.duplicate ?? this.duplicate;
    this.corrupt = next.corrupt ?? this.corrupt;
    this.mark = next.mark ?? this.mark;
    this.reorder = next.reorder?.probability ?? this.reorder;
    this.reorderExtraUs = next.reorder?.extraDelayUs ?? this.reorderExtraUs;
  }

  /** True if nothing but the delay befalls a packet. */
  get plain(): boolean {
    return (
      this.jitterUs === 0 &&
      this.bandwidthBps === Infinity &&
      this.mtu === Infinity &&
      this.loss === 0 &&
      this.duplicate === 0 &&
      this.corrupt === 0 &&
      this.mark === 0 &&
      this.reorder === 0
    );
  }
}
