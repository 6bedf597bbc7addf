// Why a segment, or its text, was discarded. Every discard names one of these; the numbers index
// counters.

/** Numbers of the reasons: `Drop.PAWS`. */
export const Drop = {
  CLOSED: 1, // no such connection (3.10.7.1)
  RST_TO_CLOSED: 2,
  RST_TO_LISTEN: 3,
  ACK_TO_LISTEN: 4,
  NO_SYN_TO_LISTEN: 5,
  LISTEN_REFUSED: 6, // SYN or accept queue full, or not for us
  BAD_ACK_IN_SYN_SENT: 7,
  RST_WITHOUT_ACK_IN_SYN_SENT: 8,
  NO_SYN_IN_SYN_SENT: 9,
  PAWS: 10, // RFC 7323 section 5
  OUTSIDE_WINDOW: 11, // 3.10.7.4 first
  RST_OUTSIDE_WINDOW: 12,
  RST_CHALLENGED: 13, // RFC 5961 section 3
  RST_IN_TIME_WAIT: 14, // RFC 1337
  DUPLICATE_SYN: 15,
  SYN_CHALLENGED: 16, // RFC 5961 section 4
  NO_ACK: 17,
  ACK_TOO_OLD: 18, // RFC 5961 section 5
  ACK_OF_UNSENT: 19,
  BAD_ACK_IN_SYN_RECEIVED: 20,
  REASSEMBLY_FULL: 21,
  NO_MEMORY: 22,
  TEXT_AFTER_FIN: 23,
  LATE_DATA: 24, // text after the user has gone
  TIME_WAIT: 25,
  SYN_AND_FIN: 26,
  FIN_NOT_BELIEVED: 27, // beyond a hole, without or against the text that came
  ECN_MODES_MIXED: 28, // RFC 9768 section 3.1.5
  MD5_MISSING: 29, // RFC 2385
  MD5_WRONG: 30,
} as const;

/** A reason for discarding a segment. */
export type Drop = (typeof Drop)[keyof typeof Drop];

const NAMES: readonly string[] = Object.keys(Drop).map((key) => key.toLowerCase().replaceAll('_', '-'));

/** How many reasons there are; they are numbered from 1. */
export const DROP_COUNT: number = NAMES.length;

/** The name of a reason: `rst-in-time-wait`. */
export function dropName(reason: Drop): string {
  return NAMES[reason - 1] as string;
}
