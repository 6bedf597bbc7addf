// The sending side of a TCP socket: write, send and sendmsg on a connection, the records and reports of what was sent, and
// what poll is told.

import type { Connection } from '../../host/index.ts';
import { parts, State } from '../../tcp/index.ts';
import { constant } from './constants.ts';
import type { Errno } from './errno.ts';
import type { ErrorQueue } from './error-queue.ts';
import { Limits } from './limits.ts';
import { done, failed, mapped, type Outcome, type Result, unsupported, waitFor } from './outcome.ts';
import type { SocketAddress } from './owner.ts';
import { MOST_BUFFERS, SendMemory } from './send-memory.ts';
import { SendReports, type ZeroCopy } from './send-reports.ts';
import type { TcpSocket } from './tcp-socket.ts';

const MSG_OOB = constant('MSG_OOB');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const MSG_EOR = constant('MSG_EOR');
const MSG_NOSIGNAL = constant('MSG_NOSIGNAL');
const MSG_MORE = constant('MSG_MORE');
const MSG_ZEROCOPY = constant('MSG_ZEROCOPY');
const MSG_FASTOPEN = constant('MSG_FASTOPEN');
const FLAGS = MSG_OOB | MSG_DONTWAIT | MSG_EOR | MSG_NOSIGNAL | MSG_MORE | MSG_ZEROCOPY | MSG_FASTOPEN;

/** What one call sends. */
export interface Text {
  readonly octets: Uint8Array;
  readonly flags: number;
  /** Lengths of the buffers that it was gathered from; empty: it is one. */
  readonly buffers: readonly number[];
  /** Its number among those that copy nothing; null: it is none of these. */
  readonly zeroCopy: ZeroCopy | null;
}

/** One socket as its writer sees it. */
export class Sending {
  /** TCP_NOTSENT_LOWAT: writable only below so many octets that were never sent; negative or 0: no such limit. */
  notSentLowWater = 0;
  /** The pieces of what is queued. */
  readonly memory = new SendMemory();
  /** shutdown(SHUT_WR). */
  shut = false;
  /** MSG_MORE holds back what is queued. */
  more = false;
  readonly reports: SendReports;
  readonly limits = new Limits();
  readonly #socket: TcpSocket;
  /** A write has found no room since there last was enough of it (SOCK_NOSPACE). */
  #noSpace = false;

  constructor(socket: TcpSocket, errors: ErrorQueue) {
    this.#socket = socket;
    this.reports = new SendReports(errors);
  }

  /** A socket that a listener has made has its options. */
  inherit(from: Sending): void {
    this.notSentLowWater = from.notSentLowWater;
    this.memory.inherit(from.memory);
    this.reports.inherit(from.reports);
  }

  /** write, send…; `to` counts with MSG_FASTOPEN only. `buffers`: lengths of those that sendmsg has gathered. */
  send(octets: Uint8Array, flags: number, to: SocketAddress | null, buffers: readonly number[]): Outcome {
    if ((flags & ~FLAGS) !== 0) return unsupported(`send with flags 0x${(flags & ~FLAGS).toString(16)}`);
    if ((flags & MSG_ZEROCOPY) === 0 || octets.length === 0)
      return this.#begin({ octets, flags, buffers, zeroCopy: null }, to);
    if (this.reports.full) return failed('ENOBUFS');
    const zeroCopy = this.reports.begin(this.#socket.connection);
    return this.#reported({ octets, flags, buffers, zeroCopy }, to);
  }

  /** The call has a number as long as it has sent something. */
  #reported(text: Text, to: SocketAddress | null): Outcome {
    const { zeroCopy } = text;
    return mapped(this.#begin(text, to), (result) => {
      const sent = result.kind === 'done' && result.value > 0;
      if (zeroCopy !== null) this.reports.end(zeroCopy, sent ? this.#socket.connection : null);
      return result;
    });
  }

  #begin(text: Text, to: SocketAddress | null): Outcome {
    const { connection, opening, owner, listener } = this.#socket;
    if ((text.flags & MSG_FASTOPEN) !== 0 || opening.deferred !== null) return opening.sendFast(text, to);
    if (connection !== null) return this.sendOn(connection, text, 0, 'EAGAIN');
    const connects = to !== null && owner.personality.impliedConnect && listener === null;
    return connects ? opening.sendImplied(text, to) : failed('EPIPE');
  }

  /** Sends what comes after the first `already` octets. */
  sendOn(c: Connection, text: Text, already: number, would: Errno): Outcome {
    const socket = this.#socket;
    const { octets, flags } = text;
    const nonblocking = socket.nonblocking || (flags & MSG_DONTWAIT) !== 0;
    let sent = 0;
    let withSyn = already; // counts when the connection has opened
    let waits = false;
    const attempt = (): Result | null => {
      if (socket.pendingError !== null || this.shut || c.ended) {
        return sent > 0 ? done(sent) : failed(socket.takeError() ?? 'EPIPE');
      }
      if (c.tcb.state < State.ESTABLISHED && !c.early) return null;
      // Linux: who has waited with more to send than the SYN took answers at once, and ACKs wait for that.
      if (withSyn > 0 && withSyn < octets.length && socket.owner.personality.moreOnce) c.tcb.rcv.quick = 0;
      sent += withSyn;
      withSyn = 0;
      // Who sleeps is woken when a good part of the buffer is free.
      if (!waits || !this.memory.set || this.writable(c)) sent += this.offer(c, text, sent);
      if (sent === octets.length || (nonblocking && sent > 0)) return done(sent);
      waits = true;
      this.#noSpace = true;
      return null;
    };
    return waitFor(nonblocking, would, attempt);
  }

  /** Queues what there is room for, of the octets from `at` on; how many. */
  offer(c: Connection, { octets, flags, buffers, zeroCopy }: Text, at: number): number {
    const rest = octets.subarray(at);
    const n = this.#room(c, rest.length);
    if (n === 0) return 0;
    const more = (flags & MSG_MORE) !== 0;
    const { tcb } = c;
    tcb.more = more ? 1 : 0;
    if (more && tcb.cork === 0) c.cork();
    this.more = more;
    if ((flags & MSG_OOB) !== 0) void c.write(rest.subarray(0, n), { urgent: true });
    else if (zeroCopy !== null && buffers.length > MOST_BUFFERS)
      this.#offerBuffers(c, octets, buffers, at, n);
    else c.offer(rest.subarray(0, n));
    if ((flags & MSG_EOR) !== 0 && n === rest.length) parts.endRecord(tcb, !more);
    this.reports.queued(c);
    if (!more) this.memory.pushed(c);
    if (more && this.#socket.owner.personality.moreOnce && !this.#socket.cork) {
      tcb.cork = 0;
      this.more = false;
    }
    if (!more && !this.#socket.cork && tcb.cork === 1) c.uncork();
    return n;
  }

  /** Buffers that are not copied: a segment is made of no more than {@link MOST_BUFFERS}. */
  #offerBuffers(c: Connection, octets: Uint8Array, buffers: readonly number[], at: number, n: number): void {
    let from = at;
    let end = 0;
    for (let i = 0; i < buffers.length && from < at + n; i++) {
      end += buffers[i] as number;
      const whole = (i + 1) % MOST_BUFFERS === 0 || i + 1 === buffers.length;
      if (!whole || end <= from) continue;
      const to = Math.min(end, at + n);
      c.offer(octets.subarray(from, to));
      if (to < octets.length) parts.endRecord(c.tcb, true);
      from = to;
    }
  }

  /** Of `octets`, how many find room. */
  #room(c: Connection, octets: number): number {
    const n = Math.min(octets, c.writableLength);
    if (n === 0) return 0;
    const wanted = this.#belowLowWater(c, n);
    return this.#socket.owner.personality.sendMemory ? this.memory.take(c, wanted) : wanted;
  }

  /** Linux takes no more while TCP_NOTSENT_LOWAT is unsent; what goes at once is sent. */
  #belowLowWater(c: Connection, octets: number): number {
    const most = this.notSentLowWater;
    if (most <= 0 || !this.#socket.owner.personality.notSentLimits) return octets;
    const { snd, cc } = c.tcb;
    const window = Math.min((snd.una + snd.wnd - snd.nxt) | 0, (cc.cwnd - parts.inFlight(c.tcb)) | 0);
    const atOnce = Math.max(0, window - (window % snd.mss));
    return Math.min(octets, Math.max(0, atOnce + most - ((snd.end - snd.nxt) | 0)));
  }

  /** SIOCOUTQ: octets that the peer has not acknowledged, sent or not; on Linux the FIN is one. */
  get unacknowledged(): number {
    const c = this.#socket.connection;
    if (c === null || c.ended) return 0;
    const { snd } = c.tcb;
    return Math.max(0, (snd.end + snd.fin - snd.una - snd.syn) | 0);
  }

  /** Something has happened on the connection. */
  look(c: Connection): void {
    const nowUs = this.#socket.owner.now();
    this.reports.look(c, nowUs);
    if (c.ended) return;
    if (this.#noSpace && this.writable(c)) this.#noSpace = false;
    this.limits.look(c.tcb, nowUs, this.#noSpace);
  }

  /** Linux: a third of the send buffer is free. */
  writable(c: Connection): boolean {
    const { snd } = c.tcb;
    if (this.notSentLowWater > 0 && 2 * ((snd.end - snd.nxt) | 0) >= this.notSentLowWater) return false;
    if (this.memory.set) return this.memory.writable(c);
    const free = c.writableLength;
    return free > 0 && 2 * free >= snd.buf - free;
  }
}
