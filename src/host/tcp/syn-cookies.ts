// SYN cookies (RFC 4987 section 3.6 and appendix A): what a half-open connection must remember is sent
// to the peer in our ISS and comes back in its ACK. When the peer uses timestamps, the options that do
// not fit the ISS travel in the low bits of our TSval.

import { portsOf, sipHashTuple } from '../../tcp/index.ts';
import type { FourTuple } from '../base/index.ts';

/** Milliseconds of one count of the cookie clock; a cookie is good in its own slot and the next. */
const SLOT_MS = 64_000;
const SLOTS_VALID = 2;

/**
 * The MSS values that a cookie can carry, ascending: the least we use, IPv4's default and minimal,
 * IPv6's (RFC 9293 MUST-15), tunnels, Ethernet with IPv6 and IPv4, jumbo frames with IPv6.
 */
export const COOKIE_MSS: readonly number[] = [216, 536, 1220, 1300, 1400, 1440, 1460, 8940];

/** The number of an MSS is the top 3 of the 24 bits: an ACK beside the right one is not another MSS. */
const MSS_SHIFT = 21;
const MSS_NONE = (1 << MSS_SHIFT) - 1;

/** Tells the two hashes apart, and what a cookie says of SACK. */
const BASE = -2;
const BASE_WITH_SACK = -3;

/** What the second hash is of, besides the tuple: with the peer's ISS, a later ACK of the connection, when
 * both sides have sent equally much, is not taken for the one that returns the cookie. */
function moment(slot: number, irs: number): number {
  return Math.imul(slot, 0x9e3779b1) ^ irs;
}

/**
 * The ISS of a SYN+ACK that stands for a SYN: a base that only the key's owner knows, plus the peer's
 * ISS, plus the clock in the top 8 bits, plus 24 bits in which a hash hides the MSS. It moves 2^24 per
 * 64 s, like the ISN clock of RFC 9293 section 3.4.1.
 *
 * `key`: four secret words; the tuple of the SYN; `irs`: SEG.SEQ of the SYN; `mss`: the
 * peer's, rounded down to one of {@link COOKIE_MSS} (but up to the least); `nowMs` never wraps; `sack`: the cookie says
 * that SACK is used.
 */
export function makeCookie(
  key: Int32Array,
  t: FourTuple,
  irs: number,
  mss: number,
  nowMs: number,
  sack = false,
): number {
  const ports = portsOf(t);
  const slot = Math.floor(nowMs / SLOT_MS);
  let index = COOKIE_MSS.length - 1;
  while (index > 0 && (COOKIE_MSS[index] as number) > mss) index--;
  const base = sipHashTuple(key, t, ports, sack ? BASE_WITH_SACK : BASE);
  const hash = sipHashTuple(key, t, ports, moment(slot, irs));
  return (base + irs + (slot << 24) + ((hash + (index << MSS_SHIFT)) & 0xffffff)) | 0;
}

/**
 * The MSS of the SYN whose cookie comes back, 0 when it is not ours or too old. `irs` is SEG.SEQ - 1 and
 * `iss` SEG.ACK - 1 of the third segment of the handshake; `sack` as it was made. A blind guess is right once in 2^28.
 */
export function checkCookie(
  key: Int32Array,
  t: FourTuple,
  irs: number,
  iss: number,
  nowMs: number,
  sack = false,
): number {
  const ports = portsOf(t);
  const now = Math.floor(nowMs / SLOT_MS);
  const base = sipHashTuple(key, t, ports, sack ? BASE_WITH_SACK : BASE);
  const cookie = (iss - irs - base) | 0;
  const age = (now - (cookie >>> 24)) & 0xff;
  if (age >= SLOTS_VALID) return 0;
  const hash = sipHashTuple(key, t, ports, moment(now - age, irs));
  const index = (cookie - hash) & 0xffffff;
  return (index & MSS_NONE) === 0 ? (COOKIE_MSS[index >> MSS_SHIFT] as number) : 0;
}

/** TSval bits that carry options: the window scale (15: none), SACK-permitted, ECN. */
const TS_BITS = 63;
const TS_NO_WSCALE = 15;
const TS_SACK = 16;
const TS_ECN = 32;

/**
 * The TSval of a SYN+ACK with a cookie: our timestamp clock (before any offset per connection), at most
 * 127 ticks back, with the SYN's options in its low bits. `wscale` 0 to 14, or -1 when there was none.
 */
export function cookieTsVal(tsNow: number, wscale: number, sackPermitted: boolean, ecn: boolean): number {
  const shift = wscale < 0 ? TS_NO_WSCALE : Math.min(wscale, 14);
  const bits = shift | (sackPermitted ? TS_SACK : 0) | (ecn ? TS_ECN : 0);
  const ts = (tsNow & ~TS_BITS) | bits;
  // A timestamp must not be ahead of the clock, or the next one would go back (RFC 7323 section 4.1).
  return ((ts - tsNow) | 0) > 0 ? (ts - TS_BITS - 1) | 0 : ts;
}

/** The window scale from the TSecr (less the offset) that answers a {@link cookieTsVal}; -1: none. */
export function cookieWscale(tsEcr: number): number {
  const shift = tsEcr & 15;
  return shift === TS_NO_WSCALE ? -1 : shift;
}

/** Whether the SYN permitted SACK. */
export function cookieSackPermitted(tsEcr: number): boolean {
  return (tsEcr & TS_SACK) !== 0;
}

/** Whether the SYN offered ECN (RFC 3168 section 6.1.1). */
export function cookieEcn(tsEcr: number): boolean {
  return (tsEcr & TS_ECN) !== 0;
}
