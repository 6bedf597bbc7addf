// How much a write takes where SO_SNDBUF was set, on Linux: the buffer counts memory, of which each piece of queued text
// needs some for itself, and a write begins a new piece only while there is any left (tcp_sendmsg_locked, net/ipv4/tcp.c).

import type { Connection } from '../../host/index.ts';
import { parts } from '../../tcp/index.ts';
import { seqGt } from '../../wire/index.ts';

/** Octets that a piece needs beside its text: struct sk_buff, and room for headers (tcp_stream_alloc_skb). */
const PIECE = 832;
/** GSO_LEGACY_MAX_SIZE - MAX_TCP_HEADER - 1: the largest piece. */
const LARGEST = 65_215;
/** SOCK_MIN_SNDBUF. */
const LEAST = 4608;
/** MAX_SKB_FRAGS, of which a piece holds no more buffers of a program. */
export const MOST_BUFFERS = 17;

/** The pieces that queued text of one socket is in until it is acknowledged, and the memory that they need. */
export class SendMemory {
  /** What SO_SNDBUF was set to; null: nothing, the buffer grows by itself, and counts octets. */
  #size: number | null = null;
  /** Where pieces end that were not sent, the last of them maybe in part, as far as sequence numbers go. */
  readonly #ends: number[] = [];
  /** The octet before it was the last that a write has pushed (pushed_seq). */
  #pushed = 0;

  get set(): boolean {
    return this.#size !== null;
  }
  /** Octets of memory. */
  get limit(): number {
    return this.#size === null ? Number.POSITIVE_INFINITY : Math.max(2 * this.#size, LEAST);
  }
  /** Octets of text that may be queued at most where SO_SNDBUF was set. */
  get octets(): number {
    return this.limit + LARGEST;
  }

  /** SO_SNDBUF: twice `size` is there. */
  setSize(size: number): void {
    this.#size = size;
  }

  /** A socket that a listener has made has what was set. */
  inherit(from: SendMemory): void {
    this.#size = from.#size;
  }

  /** sk_wmem_queued. */
  used(c: Connection): number {
    const { snd, pieces } = c.tcb;
    const flying = (snd.nxt - snd.una - snd.syn) | 0;
    let count = 0;
    if (pieces === null) count = Math.ceil(flying / snd.mss);
    else for (let i = 0; i < pieces.length; i += 2) if (this.#isFlying(c, pieces[i] as number)) count++;
    this.#forget(c);
    return ((snd.end - snd.una) | 0) + PIECE * (count + this.#ends.length);
  }

  #isFlying({ tcb: { snd } }: Connection, end: number): boolean {
    return seqGt(end, snd.una) && !seqGt(end, snd.nxt);
  }

  #forget({ tcb: { snd } }: Connection): void {
    while (this.#ends.length > 0 && !seqGt(this.#ends[0] as number, snd.nxt)) this.#ends.shift();
  }

  /** sk_stream_is_writeable: a third is free. */
  writable(c: Connection): boolean {
    const used = this.used(c);
    return this.limit - used >= used >> 1;
  }

  /**
   * Of `octets` that a write brings, how many find room now. Marks the ends of full pieces that are pushed since half a
   * window has passed (forced_push).
   */
  take(c: Connection, octets: number): number {
    const { tcb } = c;
    const { snd, cc } = tcb;
    const half = Math.max(snd.maxWnd >> 1, 1);
    const goal = Math.max(Math.floor(Math.min(LARGEST, half) / snd.mss) * snd.mss, snd.mss);
    let used = this.#size === null ? 0 : this.used(c);
    this.#forget(c);
    const ends = this.#ends;
    // The piece at the end, as far as it was not sent, takes more.
    let last = ends.length === 0 ? 0 : (snd.end - (ends.length > 1 ? (ends.at(-2) as number) : snd.nxt)) | 0;
    let ahead = ends.length > 1;
    if (snd.una === snd.end) this.#pushed = snd.end;
    let room = Math.min(cc.cwnd - parts.inFlight(tcb), (snd.una + snd.wnd - snd.nxt) | 0);
    const onCard = Math.max(Math.floor(cc.cwnd / snd.mss) >> 1, 1) * snd.mss;
    let end = snd.end;
    let marked = false; // the piece at the end is pushed, wherever it ends
    let taken = 0;
    while (taken < octets) {
      if (last === 0 || last >= goal) {
        if (used >= this.limit) break;
        if (last > 0) ahead = true;
        if (marked && tcb.pieces !== null) parts.pushAt(tcb, end);
        marked = false;
        used += PIECE;
        ends.push(0);
        last = 0;
      }
      const n = Math.min(goal - last, octets - taken);
      taken += n;
      used += n;
      last += n;
      end = (snd.end + taken) | 0;
      ends[ends.length - 1] = end;
      if (last < goal) continue;
      if (((end - this.#pushed) | 0) > half) {
        marked = true;
        this.#pushed = end;
      }
      // A full piece that is the first goes at once, as much of it as the card takes in one (tcp_push_one).
      if (ahead) continue;
      const goes = Math.max(Math.min(onCard, last, room - (room % snd.mss)), 0);
      room -= goes;
      last -= goes;
      if (goes > 0 && last > 0) used += PIECE;
    }
    return taken;
  }

  /** A write has ended, and nobody has said that more follows. */
  pushed(c: Connection): void {
    this.#pushed = c.tcb.snd.end;
  }
}
