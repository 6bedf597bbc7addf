// What a SYN says of the receive window: its shift, and the first window (RFC 7323 section 2).

import type { TcpConfig } from '../config.ts';

/** The largest window field. */
export const MAX_FIELD = 0xffff;

/** Timestamps as they go in every segment, with padding (RFC 7323 appendix A). */
export const TIMESTAMPS_OCTETS = 12;

/** Smallest shift with which a window of `octets` fits in 16 bits (RFC 7323 section 2.3). */
export function windowShift(octets: number): number {
  let shift = 0;
  while (shift < 14 && octets >> shift > MAX_FIELD) shift++;
  return shift;
}

/**
 * The shift that we offer: for the largest window that there may be, yet not so coarse that a buffer of `now` could not
 * be seen. Rounded up it can always be seen.
 */
export function offeredShift(config: TcpConfig, now: number): number {
  const { receiveBufferMax: most, windowRoundedUp } = config;
  return windowShift(windowRoundedUp ? most : Math.min(most, now * 256));
}

/**
 * The window of a SYN, which is never scaled (RFC 7323 section 2.2): the buffer of `octets`, or the whole segments of `mss`
 * octets that it holds, less what timestamps take of them.
 */
export function firstWindow(config: TcpConfig, octets: number, mss: number, stamped: boolean): number {
  return Math.min(firstSpace(config, octets, mss, stamped), MAX_FIELD);
}

/** The same, where a field could say it. */
export function firstSpace({ synWindow }: TcpConfig, octets: number, mss: number, stamped: boolean): number {
  if (synWindow === 'buffer') return octets;
  const text = stamped ? mss - TIMESTAMPS_OCTETS : mss;
  return octets > text ? octets - (octets % text) : octets;
}
