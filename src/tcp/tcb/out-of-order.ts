// What has arrived beyond a hole, as plain data: ranges of sequence numbers in their order, none touching another. A TCB
// has it only while there is a range; receive/reassembly.ts works on it.

/** SACK blocks that an option has room for, and so the ranges whose order of arrival matters. */
export const MOST_BLOCKS = 4;

/** Text received out of order (RFC 9293 section 3.8.4, SHLD-31). */
export class OutOfOrder {
  /** Pairs left, right, ascending. */
  ranges = new Int32Array(8);
  /** Ranges of room before the first that is in use. */
  first = 0;
  /** Ranges in use; at least one. */
  count = 0;
  /** A number inside each of the ranges that were added to last, the latest first (RFC 2018 section 4). */
  recent = new Int32Array(MOST_BLOCKS);
}

/** A copy that shares nothing. */
export function cloneOutOfOrder(from: OutOfOrder): OutOfOrder {
  return Object.assign(new OutOfOrder(), from, { ranges: from.ranges.slice(), recent: from.recent.slice() });
}
