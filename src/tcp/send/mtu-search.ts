// Packetization Layer Path MTU Discovery (RFC 4821): which sizes of packets are tried, and what the fate of a
// probe says. The segments themselves are the business of mtu-probe.ts. Sizes are octets of packets.

import { seqGeq, seqGt, seqLt } from '../../wire/seq.ts';
import type { Engine } from '../engine.ts';
import { updateSendMss } from '../form/emit.ts';
import { fixedHeaders, MtuSearch, type Tcb } from '../tcb/tcb.ts';
import { since } from '../time.ts';

/** Where a search begins (RFC 4821 section 7.2); in IPv6 what every link takes (RFC 8200 section 5). */
const BASE_V4 = 1024;
const BASE_V6 = 1280;
/**
 * Least path MTU that is believed in IPv4: 512 octets of text with both headers, Linux's `min_pmtu`. Packets
 * to a path at this floor go without DF, so a router whose link is smaller still can cut them (RFC 1191
 * section 3); segments of a few octets would be the tool of who forges an ICMP message.
 */
export const IPV4_PMTU_FLOOR = 552;
/** A search ends when what is left to find is less than this. */
const STEP = 8;
/** MAX_PROBES (RFC 8899 section 5.1.2): so many of a size have to get lost, or congestion would decide. */
const MAX_PROBES = 3;
/** After ten minutes what lies above is tried again (RFC 4821 section 7.3, RFC 8899 PMTU_RAISE_TIMER). */
const RAISE_MS = 600_000;

/** The size that a search begins with, or comes back to. */
function base(tcb: Tcb): number {
  return tcb.family === 6 ? BASE_V6 : BASE_V4;
}

/** The next smaller size when full packets of this one are lost in a black hole; the same: there is none. */
export function smallerSize(tcb: Tcb): number {
  const { pmtu } = tcb;
  if (pmtu > base(tcb)) return base(tcb);
  return tcb.family === 4 && pmtu > IPV4_PMTU_FLOOR ? IPV4_PMTU_FLOOR : pmtu;
}

/** Begins a search above `size`, or begins it again. */
export function startSearch(e: Engine, tcb: Tcb, size: number): void {
  tcb.mtuSearch ??= Object.assign(new MtuSearch(), { limit: tcb.pmtu });
  const search = tcb.mtuSearch;
  search.low = size;
  search.high = search.limit;
  search.halving = 0;
  search.size = 0;
  search.losses = 0;
  search.verdictMs = e.ms;
  use(tcb, size);
}

/** `mtuProbing: 'on'`: a connection begins with packets that should pass. */
export function searchFromBase(e: Engine, tcb: Tcb): void {
  startSearch(e, tcb, Math.min(base(tcb), tcb.pmtu));
}

/** The size to probe now; 0: none. The largest first: the search may have begun with an outage. */
export function nextSize(e: Engine, tcb: Tcb, search: MtuSearch): number {
  const size = candidate(tcb, search);
  if (size !== 0) return size;
  if (since(e, search.verdictMs) < RAISE_MS) return 0;
  search.high = search.limit;
  search.halving = 0;
  search.verdictMs = e.ms;
  return candidate(tcb, search);
}

function candidate(tcb: Tcb, search: MtuSearch): number {
  const { peerMss } = tcb.snd;
  const { maxMss } = tcb.config;
  // No segment is larger than the peer's MSS, on any path.
  const most = (maxMss === 0 ? peerMss : Math.min(maxMss, peerMss)) + fixedHeaders(tcb);
  const high = Math.min(search.high, most);
  const gap = high - search.low;
  if (search.halving === 0) return gap > 0 ? high : 0;
  return gap < STEP ? 0 : search.low + ((gap + 1) >> 1);
}

/** SND.UNA has moved: a probe below it has passed (section 7.6.1). */
export function probeAcked(e: Engine, tcb: Tcb, search: MtuSearch): void {
  const { una } = tcb.snd;
  if (search.resent === 1 && seqGeq(una, search.to)) search.resent = 0;
  if (search.size === 0 || seqLt(una, search.to)) return;
  search.low = search.size;
  search.size = 0;
  search.losses = 0;
  search.verdictMs = e.ms;
  use(tcb, search.low);
}

/** The probe was lost (section 7.6.2). */
export function probeFailed(e: Engine, search: MtuSearch): void {
  search.losses++;
  if (search.losses >= MAX_PROBES) {
    search.high = search.size - 1;
    search.halving = 1;
    search.losses = 0;
    search.verdictMs = e.ms;
  }
  search.size = 0;
}

/** The retransmission timer has expired: a probe at SND.UNA is lost, whatever else is (section 7.6.3). */
export function probeTimeout(e: Engine, tcb: Tcb, search: MtuSearch): void {
  if (search.size !== 0 && tcb.snd.una === search.from) probeFailed(e, search);
}

/** [from, to) is sent again: what becomes of a probe that was in it says nothing any more (section 7.6.4). */
export function probeResent(search: MtuSearch, from: number, to: number): void {
  if (search.size !== 0 && seqGt(to, search.from) && seqLt(from, search.to)) search.size = 0;
}

/** No packet may be larger than `mtu`: a router says so, or the interface. True: the probe under way was. */
export function limitSearch(e: Engine, tcb: Tcb, search: MtuSearch, mtu: number): boolean {
  search.limit = mtu;
  if (mtu < search.high) {
    search.high = mtu;
    search.halving = 0; // a router's word is worth a probe of just that size
    search.losses = 0;
    search.verdictMs = e.ms;
  }
  if (search.low > mtu) search.low = mtu;
  if (tcb.pmtu > mtu) use(tcb, mtu);
  if (search.size <= mtu) return false;
  search.size = 0;
  return true;
}

function use(tcb: Tcb, size: number): void {
  tcb.pmtu = size;
  updateSendMss(tcb);
}
