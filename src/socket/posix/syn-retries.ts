// R2 of a SYN as systems tell it: as a number of retransmissions (TCP_SYNCNT, tcp_syn_retries).

/** tcp_syn_linear_timeouts of Linux: the timer of so many retransmissions does not back off. */
export const LINUX_SYN_LINEAR_TIMEOUTS = 4;

const MOST_MS = 2 ** 30;

/**
 * When the last of `retries` retransmissions has had its time, as if each doubled the RTO; with `linear` of them that
 * do not, it is the first timeout from then on (tcp_write_timeout in Linux).
 */
export function synR2Ms(retries: number, initialRtoMs: number, linear: number): number {
  const least = initialRtoMs * (2 ** Math.min(retries + 1, 20) - 1);
  let rto = initialRtoMs;
  let at = rto;
  for (let n = 1; at < least; n++) {
    if (n > linear) rto *= 2;
    at += rto;
  }
  return Math.min(at, MOST_MS);
}

/** The least number of retransmissions that takes so long. */
export function synRetries(r2Ms: number, initialRtoMs: number, linear: number): number {
  let n = 1;
  while (n < 20 && synR2Ms(n, initialRtoMs, linear) < r2Ms) n++;
  return n;
}
