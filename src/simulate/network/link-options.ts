// What a link is like, as people say it, and as a wire takes it.

import { real, Schema, whole } from '../../options/index.ts';
import type { WireConfig } from '../../sim/index.ts';
import { bpsOf, type Duration, duration, type Rate, rate, usOf } from '../units.ts';

/** What a link is like, in both directions. */
export interface LinkOptions {
  /** Round-trip time: half of it in each direction. Default 1 ms. */
  rtt?: Duration;
  /** One-way delay, where `rtt` is not given. */
  delay?: Duration;
  /** Up to so much more for each packet, by chance; order is kept. Default 0. */
  jitter?: Duration;
  /** Probability that a packet is lost. Default 0. */
  loss?: number;
  /** Default: without bound. */
  rate?: Rate;
  /** Packets that wait for the link at most, with a rate. Default 1000. */
  queue?: number;
  /** Longest packet in octets; longer ones are lost without a word. Default: any. */
  mtu?: number;
  /** Probability that a packet arrives twice. Default 0. */
  duplicate?: number;
  /** Probability that a packet is overtaken: it takes twice the round-trip time longer. Default 0. */
  reorder?: number;
  /** Probability that a bit of a packet is flipped. Default 0. */
  corrupt?: number;
}

export const linkOptions = new Schema<LinkOptions>('link', {
  rtt: duration,
  delay: duration,
  jitter: duration,
  loss: real(0, 1),
  rate,
  queue: whole(1),
  mtu: whole(68),
  duplicate: real(0, 1),
  reorder: real(0, 1),
  corrupt: real(0, 1),
});

/** Of a wire: its delay, and the probability that a packet is overtaken. */
interface Paced {
  readonly delayUs: number;
  readonly reorder: number;
}

/** Checked options as a wire has them that is as `now` says. */
export function wireConfigOf(options: LinkOptions, now: Paced = { delayUs: 500, reorder: 0 }): WireConfig {
  const { rtt, delay, jitter, loss, rate: bits, queue, mtu, duplicate, reorder, corrupt } = options;
  const delayUs =
    rtt !== undefined
      ? Math.round(usOf(rtt, 'link', 'rtt') / 2)
      : delay !== undefined
        ? usOf(delay, 'link', 'delay')
        : undefined;
  const overtaken = reorder ?? (delayUs === undefined ? undefined : now.reorder);
  return {
    ...(delayUs === undefined ? {} : { delayUs }),
    ...(jitter === undefined ? {} : { jitterUs: usOf(jitter, 'link', 'jitter'), keepOrder: true }),
    ...(loss === undefined ? {} : { loss }),
    ...(bits === undefined ? {} : { bandwidthBps: bpsOf(bits) }),
    ...(queue === undefined ? {} : { queuePackets: queue }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(duplicate === undefined ? {} : { duplicate }),
    ...(overtaken === undefined
      ? {}
      : { reorder: { probability: overtaken, extraDelayUs: 4 * (delayUs ?? now.delayUs) } }),
    ...(corrupt === undefined ? {} : { corrupt }),
  };
}
