// Two observations of the same step: in what they differ.

import { constant } from '../../src/socket/posix/index.ts';
import type { Observation } from './player.ts';
import { PSH, SYN } from './sequence.ts';
import type { Sent } from './wire.ts';

/** What of an observation can differ. */
export type Field =
  /** How many segments, or their control bits without PSH. */
  | 'segments'
  | 'push'
  | 'sequence'
  | 'acknowledgment'
  | 'window'
  | 'options'
  /** TSecr, and the blocks of SACK. */
  | 'echo'
  | 'sack'
  /** How long the texts are, or what is in them. */
  | 'text'
  | 'urgent'
  /** What a call returned. */
  | 'result'
  | 'state'
  /** SIOCINQ, SIOCOUTQ, tcpi_snd_wnd and poll. */
  | 'unread'
  | 'unacked'
  | 'sendWindow'
  | 'ready';

/** States of a connection that has not hung up: those of another one than the socket's. */
const ANOTHER: readonly string[] = ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'];

/** Octets that windows may be apart: two segments, or a quarter of the larger. */
const WINDOW_SLACK = 2920;

/**
 * How much a stack offers of its buffer beyond the window of its SYN, and in which steps, is its own
 * affair: Linux counts the memory that text takes. A window that is closed, or far from the other, is not.
 */
function windowsDiffer(a: Sent, b: Sent, shift: number): boolean {
  if ((a.ctl & SYN) !== 0) return a.wnd !== b.wnd;
  if ((a.wnd === 0) !== (b.wnd === 0)) return true;
  const larger = Math.max(a.wnd, b.wnd) << shift;
  return Math.abs(a.wnd - b.wnd) << shift > Math.max(WINDOW_SLACK, larger >> 2);
}

/** The fields in which two observations differ; `shift` is that of the stacks' windows. */
export function differing(ours: Observation, theirs: Observation, shift: number): Field[] {
  const out: Field[] = [];
  const kinds = (o: Observation): string => o.sent.map((s) => s.ctl & ~PSH).join();
  if (kinds(ours) !== kinds(theirs)) out.push('segments');
  else {
    const some = (differs: (a: Sent, b: Sent) => boolean): boolean =>
      ours.sent.some((a, i) => differs(a, theirs.sent[i] as Sent));
    if (some((a, b) => a.ctl !== b.ctl)) out.push('push');
    if (some((a, b) => a.seq !== b.seq)) out.push('sequence');
    if (some((a, b) => a.ack !== b.ack)) out.push('acknowledgment');
    if (some((a, b) => windowsDiffer(a, b, shift))) out.push('window');
    if (some((a, b) => a.options !== b.options)) out.push('options');
    if (some((a, b) => a.echo !== b.echo)) out.push('echo');
    if (some((a, b) => a.sack.join() !== b.sack.join())) out.push('sack');
    if (some((a, b) => a.length !== b.length || a.text !== b.text)) out.push('text');
    if (some((a, b) => a.up !== b.up)) out.push('urgent');
  }
  if (ours.result !== theirs.result) out.push('result');
  if (ours.state !== theirs.state) out.push('state');
  // What is left in a socket that has ended is bookkeeping.
  const hungUp = ((ours.ready ?? 0) & constant('POLLHUP')) !== 0;
  if (ours.state === 'CLOSED' || ours.state === 'LISTEN') return out;
  if (hungUp && ANOTHER.includes(ours.state)) return out;
  if (ours.unread !== theirs.unread) out.push('unread');
  if (ours.unacked !== theirs.unacked) out.push('unacked');
  if (ours.sendWindow !== theirs.sendWindow) out.push('sendWindow');
  if (ours.ready !== theirs.ready) out.push('ready');
  return out;
}
