// A SYN,ACK that came much later than a round trip takes: the way is not that long.

import type { Connection } from '../follow/index.ts';

/** Beyond the scheduling of hosts, and so many times the round trip. */
const LATE_US = 250_000;
const TIMES = 3;
/** RFC 6298 section 2.1: the timer of a SYN,ACK; that of RFC 1122. Linux's timers are late by some tens of milliseconds. */
const FIRST_RTOS: readonly number[] = [1_000_000, 3_000_000];
const TIMER_LATE_US = 100_000;

/** How late the SYN,ACK of a single SYN was, by the round trip of the client's first data; null: it was not, or none is known. */
export function lateness({ sides: [client, server], synAck }: Connection): {
  readonly us: number;
  /** The round trip of the first data. */
  readonly rtt: number;
  /** It is the lateness of a SYN,ACK that was sent again. */
  readonly timer: boolean;
} | null {
  const { syn, firstRtt: rtt } = client;
  if (syn === null || synAck === null || client.syns > 1 || server.syns > 1 || rtt === 0) return null;
  const shake = synAck.us - syn.us;
  const us = shake - rtt;
  if (us < LATE_US || shake < TIMES * rtt) return null;
  const timer = FIRST_RTOS.some((rto) => us >= rto - TIMER_LATE_US && us <= rto + TIMER_LATE_US);
  return { us, rtt, timer };
}
