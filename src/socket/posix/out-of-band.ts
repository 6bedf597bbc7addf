// The urgent octet as sockets see it: one octet, apart from the stream unless SO_OOBINLINE is set. The
// octet is the one before the urgent pointer (RFC 9293 MUST-62, RFC 6093 section 3.1).

import type { Connection } from '../../host/index.ts';
import { peekInto } from './octets.ts';
import { done, failed, type Result, unsupported } from './outcome.ts';

/** The out-of-band mark of one socket. */
export class OutOfBand {
  /** Sequence number of the urgent octet; meaningful while `#marked`. */
  #seq = 0;
  #marked = false;
  /** The octet was taken by MSG_OOB. */
  #taken = false;
  #came = false;

  /** True while an urgent octet waits for MSG_OOB. */
  get waiting(): boolean {
    return this.#marked && !this.#taken;
  }

  /** True when that octet has come: poll tells of it then, not when the peer announces it. */
  arrived(c: Connection): boolean {
    const { rcv } = c.tcb;
    const isFin = rcv.fin === 1 && rcv.finSeq === this.#seq;
    // At its end a connection that was read to the end forgets where the FIN was.
    if (!c.ended || rcv.fin === 1) this.#came = !isFin && ((rcv.nxt - this.#seq) | 0) > 0;
    return this.waiting && this.#came;
  }

  /** Looks whether the peer has moved its urgent pointer. */
  notice(c: Connection): void {
    const { rcv } = c.tcb;
    if (rcv.urgent === 0) return;
    const seq = (rcv.up - 1) | 0;
    if (this.#marked && this.#seq === seq) return;
    this.#marked = true;
    this.#came = false;
    this.#taken = false;
    this.#seq = seq;
  }

  /** Octets that one read can take: those before the mark, or at the mark those behind it. */
  available(c: Connection): number {
    this.notice(c);
    const all = c.readableLength;
    if (!this.#marked) return all;
    const before = (this.#seq - c.tcb.rcv.user) | 0;
    if (before > 0) return Math.min(all, before);
    return before === 0 ? Math.max(0, all - 1) : all;
  }

  /** FIONREAD: up to the mark, as long as a read has not passed it. */
  unread(c: Connection): number {
    this.notice(c);
    const before = (this.#seq - c.tcb.rcv.user) | 0;
    const waits = this.#marked && before >= 0 && ((c.tcb.rcv.nxt - this.#seq) | 0) > 0;
    return waits ? before : c.readableLength;
  }

  /** At the mark the urgent octet is not part of the stream; who has not asked for it has lost it. */
  stepOver(c: Connection): void {
    if (!this.#marked) return;
    const before = (this.#seq - c.tcb.rcv.user) | 0;
    if (before > 0) return;
    if (before === 0) c.discard(1);
    this.#marked = false;
  }

  /** True when a read of `n` octets ends at the mark. */
  atEdge(c: Connection, n: number): boolean {
    return this.#marked && ((this.#seq - c.tcb.rcv.user) | 0) === n;
  }

  atMark(c: Connection): boolean {
    this.notice(c);
    return this.#marked && this.#seq === c.tcb.rcv.user;
  }

  /** recv with MSG_OOB. */
  receive(c: Connection, inline: boolean): Result {
    this.notice(c);
    if (inline || !this.waiting) return failed('EINVAL');
    const at = (this.#seq - c.tcb.rcv.user) | 0;
    if (at >= c.readableLength) return failed('EAGAIN');
    const octets = new Uint8Array(at + 1);
    if (peekInto(c, octets) < 0) return unsupported('MSG_OOB on a connection that has ended');
    this.#taken = true;
    return done(1, octets.subarray(at));
  }
}
