// The AccECN options (RFC 9768 section 3.2.3): which counters go with which segment, and when options are given up.

import { OPT_ACC_ECN, type Segment } from '../../wire/segment.ts';
import { accEcnLength, MD5_PADDED, tcpOptionsLength } from '../../wire/tcp-options.ts';
import type { TcpConfig } from '../config.ts';
import { TIMESTAMPS_OCTETS } from '../receive/syn-window.ts';
import { AccEcn, Counter, AccEcnMode as Mode } from '../tcb/acc-ecn.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** Octets of options in a header (RFC 9293 section 3.1). */
const MOST_OPTIONS = 40;
const MOST_FIELDS = 3;
/** Two SACK blocks go before counters (section 3.2.3.3). */
const SACK_BLOCKS_FIRST = 2;
/** So many ACKs with an option seem to be lost before none has one; so many of Linux (tcp_rcv_spurious_retrans). */
const MOST_REPEATED = 3;
const MOST_REPEATED_LINUX = 2;
/** Where no option came before so many octets were sent, its counters may have wrapped. */
const TOO_LATE = 1 << 23;

/** How many fields an option in `order` needs to show all of `counters`. */
function fieldsFor(order: number, counters: number): number {
  const last = order === 0 ? Counter.E1B : Counter.E0B;
  if ((counters & last) !== 0) return 3;
  if ((counters & Counter.CEB) !== 0) return 2;
  return counters === 0 ? 0 : 1;
}

/** The order in which what has ever changed takes the fewest fields; Linux has one order. */
function orderOf({ accEcnOption }: TcpConfig, acc: AccEcn): number {
  if (accEcnOption === 'linux') return 1;
  return (acc.used & (Counter.E0B | Counter.E1B)) === Counter.E1B ? 1 : 0;
}

/** The fields that an option should have: those that have ever changed, and more where the padding has room. */
function wantedFields(tcb: Tcb, acc: AccEcn): number {
  if (tcb.config.accEcnOption === 'linux' || acc.used === 0) return MOST_FIELDS;
  return Math.max(fieldsFor(orderOf(tcb.config, acc), acc.used), 2);
}

/** Whether the next segment should have an option. A retransmission after a timeout has none (section 3.2.3.2.2). */
function isDue(tcb: Tcb, acc: AccEcn, text: boolean): boolean {
  const { accEcnOption } = tcb.config;
  if (accEcnOption === 'off' || (acc.modes & Mode.NO_OPTIONS) !== 0) return false;
  if (text && tcb.rto.timeouts > 0) return false;
  return accEcnOption === 'linux' ? acc.seen > 0 : acc.changed !== 0 || acc.due > 0;
}

/** Octets that an option takes of the text of the next segment (RFC 6691: the MSS counts no options). */
export function accEcnOctets(tcb: Tcb): number {
  const acc = tcb.accEcn;
  return acc !== null && isDue(tcb, acc, true) ? accEcnLength(wantedFields(tcb, acc)) : 0;
}

/** Octets of options that a segment with `text` octets of text has room for, timestamps and signature aside. */
export function optionRoom(tcb: Tcb, text: number): number {
  const most = MOST_OPTIONS - (tcb.ts === 1 ? TIMESTAMPS_OCTETS : 0) - (tcb.md5 === 1 ? MD5_PADDED : 0);
  return text > 0 ? Math.min(tcb.snd.mss - text, most) : most;
}

/**
 * Puts the option into a segment whose options may take `room` octets, of which SACK would have `blocks` blocks; how many
 * octets it takes. Every counter that has changed since the last option is in it, or there is none (section 3.2.3.3).
 */
export function putOption(tcb: Tcb, acc: AccEcn, seg: Segment, room: number, blocks: number): number {
  const text = seg.textLen > 0;
  if (!isDue(tcb, acc, text)) return 0;
  const order = orderOf(tcb.config, acc);
  const wanted = wantedFields(tcb, acc);
  const least = fieldsFor(order, acc.changed);
  const fewest = least > 0 ? Math.min(blocks, SACK_BLOCKS_FIRST) : blocks;
  for (let kept = blocks; kept >= fewest; kept--) {
    const left = room - (kept > 0 ? 4 + 8 * kept : 0);
    for (let fields = wanted; fields >= least; fields--) {
      if (accEcnLength(fields) > left) continue;
      if (text) acc.modes |= Mode.OPTION_SENT;
      if (acc.due > 0) acc.due--;
      acc.changed = 0;
      return putFields(acc, seg, order, fields);
    }
  }
  return 0;
}

/** Section 3.2.3.2.1: with our SYN,ACK, as far as there is room. */
export function putHandshakeOption(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  if (tcb.config.accEcnOption !== 'off') putWhatFits(acc, seg, orderOf(tcb.config, acc));
}

/** The same, of a SYN,ACK that is a cookie: nothing has been counted. */
export function putFreshCounters(config: TcpConfig, seg: Segment): void {
  const acc = new AccEcn();
  if (config.accEcnOption !== 'off') putWhatFits(acc, seg, orderOf(config, acc));
}

function putWhatFits(acc: AccEcn, seg: Segment, order: number): void {
  const left = MOST_OPTIONS - tcpOptionsLength(seg);
  for (let fields = MOST_FIELDS; fields >= 0; fields--) {
    if (accEcnLength(fields) > left) continue;
    putFields(acc, seg, order, fields);
    return;
  }
}

function putFields(acc: AccEcn, seg: Segment, order: number, fields: number): number {
  seg.opts |= OPT_ACC_ECN;
  seg.ecnOrder = order;
  seg.ecnFields = fields;
  seg.e0b = acc.rE0b & 0xffffff;
  seg.ceb = acc.rCeb & 0xffffff;
  seg.e1b = acc.rE1b & 0xffffff;
  return accEcnLength(fields);
}

/** Of an arriving segment: whether there are options at all, and whether the first was zeroed (section 3.2.3.2.4). */
export function noteOption(tcb: Tcb, acc: AccEcn, seg: Segment): void {
  if ((seg.opts & OPT_ACC_ECN) === 0 || acc.seen === 2) return;
  const { ecnFields, ecnOrder } = seg;
  acc.seen = ecnFields === 0 ? 1 : 2;
  const has0 = ecnOrder === 0 ? ecnFields > 0 : ecnFields === 3;
  const has1 = ecnOrder === 1 ? ecnFields > 0 : ecnFields === 3;
  const zeroed = (has0 && seg.e0b === 0) || (has1 && seg.e1b === 0);
  const late = (tcb.snd.una - tcb.snd.iss) >>> 0 > TOO_LATE;
  if (ecnFields > 0 && (zeroed || late)) acc.modes |= Mode.IGNORE_OPTIONS;
}

/**
 * Section 3.2.3.2.2: text has come again that an ACK with an option has acknowledged, so that ACK has not arrived. One may
 * be lost by chance; after several nothing is sent with an option any more.
 */
export function noteRepeated({ accEcnOption }: TcpConfig, acc: AccEcn): void {
  if ((acc.modes & Mode.OPTION_TOLD) === 0) return;
  if (acc.repeated < MOST_REPEATED) acc.repeated++;
  const most = accEcnOption === 'linux' ? MOST_REPEATED_LINUX : MOST_REPEATED;
  if (acc.repeated >= most) acc.modes |= Mode.NO_OPTIONS;
}

/** A SYN,ACK with an option seems to be lost: one ACK more, and no options are sent (section 3.2.3.2.2). */
export function synAckLost(acc: AccEcn): void {
  acc.repeated = MOST_REPEATED - 1;
}

/** A timeout, before any text with an option has arrived: perhaps it is the option that is dropped. */
export function optionTimedOut(acc: AccEcn): void {
  if ((acc.modes & (Mode.OPTION_SENT | Mode.OPTION_PASSED)) === Mode.OPTION_SENT)
    acc.modes |= Mode.NO_OPTIONS;
}
