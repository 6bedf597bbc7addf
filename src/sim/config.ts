// What a direction of a wire does to packets by itself: its physics and its dice.

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
}

/** A WireConfig with every field, checked. */
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
  reorder = 0;
  reorderExtraUs = 0;

  /**
   * Takes over the fields that `change` has; none if one of them is bad.
   * @throws RangeError naming the field
   */
  apply(change: WireConfig): void {
    const next: WireConfig = { ...change };
    micros(next.delayUs, 'delayUs');
    micros(next.jitterUs, 'jitterUs');
    limit(next.bandwidthBps, 'bandwidthBps', 1);
    limit(next.queueBytes, 'queueBytes', 1);
    limit(next.queuePackets, 'queuePackets', 1);
    limit(next.capacityPackets, 'capacityPackets', 1);
    limit(next.mtu, 'mtu', 1);
    probability(next.loss, 'loss');
    probability(next.duplicate, 'duplicate');
    probability(next.corrupt, 'corrupt');
    probability(next.reorder?.probability, 'reorder.probability');
    micros(next.reorder?.extraDelayUs, 'reorder.extraDelayUs');
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
      this.reorder === 0
    );
  }
}

function micros(value: number | undefined, field: string): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0)) {
    throw new RangeError(`${field} must be a whole number of µs, 0 or more, not ${value}`);
  }
}

function limit(value: number | undefined, field: string, least: number): void {
  if (value !== undefined && value !== Infinity && !(Number.isInteger(value) && value >= least)) {
    throw new RangeError(`${field} must be an integer of at least ${least} or Infinity, not ${value}`);
  }
}

function probability(value: number | undefined, field: string): void {
  if (value !== undefined && !(value >= 0 && value <= 1)) {
    throw new RangeError(`${field} must be a probability, 0 to 1, not ${value}`);
  }
}
