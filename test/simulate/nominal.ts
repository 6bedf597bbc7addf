// When each thing of the long partitions is due, by the schedules of who waits: the RTO of the connection (RFC 6298), SYNs of
// Linux (tcp_syn_retries, tcp_syn_linear_timeouts), the timers of undici. In seconds from the beginning of a case.

/** Of a way without delay: Linux's least RTO. */
export const LEAST_RTO = 0.2;
/** When the cut comes, in the long case and in the bounded one; when the long one is healed. */
const CUT = 0.15;
const CUT_FOR_EVER = 0.3;
const HEALED = CUT + 120;

/** Six SYNs a second apart, the first among them, then twice as long each time, until the sixth retransmission after: ETIMEDOUT. */
const SYN_LIMIT = 131;
/** connectTimeout of undici, to the half second that its timers have. */
const UNDICI = 10.5;

/** The n-th transmission after the first: a tail loss probe (RFC 8985 section 7.3) after one RTO, and from there the RTO doubles (RFC 6298 (5.5)). */
const resent = (rto: number, n: number): number => rto * 2 ** (n - 1);

/** Of a retransmission with this RTO, the first not before `s`. */
function firstFrom(s: number, rto: number): number {
  let n = 1;
  while (CUT + resent(rto, n) < s) n++;
  return CUT + resent(rto, n);
}

type Due = (line: number) => number;
const at =
  (s: number): Due =>
  () =>
    s;

/** For each case, and each strand of one, when its lines are due, for a connection with this RTO. */
export function nominal(rto: number): Readonly<Record<string, Due>> {
  const fetches = Math.ceil((HEALED - CUT) / UNDICI) - 1;
  return {
    'partition of 120 s': (line) => (line < 3 ? 0 : HEALED),
    'partition of 120 s: the answer is lost': at(150),
    'partition of 120 s: the request is lost': at(firstFrom(HEALED, rto)),
    'partition of 120 s: the SYN is lost': at(CUT + SYN_LIMIT),
    // The SYN of the last one is among those that come once a second.
    'partition of 120 s: fetch again and again': (line) =>
      CUT +
      (line < fetches ? (line + 1) * UNDICI : fetches * UNDICI + Math.ceil(HEALED - CUT - fetches * UNDICI)),
    'partition for ever': at(0),
    // tcp_retries2: six retransmissions beside the probe, and one RTO more.
    'partition for ever: agent, established': at(CUT_FOR_EVER + resent(rto, 8)),
    'partition for ever: fetch, established': at(CUT_FOR_EVER + resent(rto, 8)),
    'partition for ever: agent, new': at(CUT_FOR_EVER + SYN_LIMIT),
    'partition for ever: fetch, new': at(CUT_FOR_EVER + UNDICI),
  };
}
