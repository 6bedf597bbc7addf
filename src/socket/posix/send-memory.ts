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

/** The memory that text of one socket needs until it is acknowledged. */
export class SendMemory {
  /** Octets of memory. */
  readonly limit: number;
  readonly #size: number;
  /** Where pieces end that were not sent, the last of them maybe in part, as far as sequence numbers go. */
  readonly #ends: number[] = [];

  /** `size` is what SO_SNDBUF was set to; twice that is there. */
  constructor(size: number) {
    this.#size = size;
    this.limit = Math.max(2 * size, LEAST);
  }

  /** The same for a socket that a listener has made. */
  forAnother(): SendMemory {
    return new SendMemory(this.#size);
  }

  /** Octets of text that may be queued at most. */
  get octets(): number {
    return this.limit + LARGEST;
  }

  /** sk_wmem_queued. */
  used(c: Connection): number {
    const { snd, pieces } = c.tcb;
    const flying = (snd.nxt - snd.una - snd.syn) | 0;
    let count = 0;
    if (pieces === null) count = Math.ceil(flying / snd.mss);
    else for (let i = 0; i < pieces.length; i += 2) if (this.#isFlying(c, pieces[i] as number)) count++;
    while (this.#ends.length > 0 && !seqGt(this.#ends[0] as number, snd.nxt)) this.#ends.shift();
    return ((snd.end - snd.una) | 0) + PIECE * (count + this.#ends.length);
  }

  #isFlying({ tcb: { snd } }: Connection, end: number): boolean {
    return seqGt(end, snd.una) && !seqGt(end, snd.nxt);
  }

  /** sk_stream_is_writeable: a third is free. */
  writable(c: Connection): boolean {
    const used = this.used(c);
    return this.limit - used >= used >> 1;
  }

  /** Of `octets` that a write brings, how many find room now. */
  take(c: Connection, octets: number): number {
    const { snd, cc } = c.tcb;
    const goal = Math.max(
      Math.floor(Math.min(LARGEST, Math.max(snd.maxWnd >> 1, 1)) / snd.mss) * snd.mss,
      snd.mss,
    );
    let used = this.used(c);
    const ends = this.#ends;
    // The piece at the end, as far as it was not sent, takes more.
    let last = ends.length === 0 ? 0 : (snd.end - (ends.length > 1 ? (ends.at(-2) as number) : snd.nxt)) | 0;
    let ahead = ends.length > 1;
    let room = Math.min(cc.cwnd - parts.inFlight(c.tcb), (snd.una + snd.wnd - snd.nxt) | 0);
    let taken = 0;
    while (taken < octets) {
      if (last === 0 || last >= goal) {
        if (used >= this.limit) break;
        if (last > 0) ahead = true;
        used += PIECE;
        ends.push(0);
        last = 0;
      }
      const n = Math.min(goal - last, octets - taken);
      taken += n;
      used += n;
      last += n;
      ends[ends.length - 1] = (snd.end + taken) | 0;
      // tcp_push_one: a piece that is full and the first goes at once, as much of it as cwnd lets go in one go.
      if (last < goal || ahead) continue;
      const half = Math.max(Math.floor(cc.cwnd / snd.mss) >> 1, 1) * snd.mss;
      const goes = Math.max(Math.min(half, last, room - (room % snd.mss)), 0);
      room -= goes;
      last -= goes;
      if (goes > 0 && last > 0) used += PIECE;
    }
    return taken;
  }
}
