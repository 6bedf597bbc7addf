// A connection as the capture shows it: two sides, the segments that matter, and the states that both ends may be in.

import { ACK, FIN, RST, SYN, seqGeq, seqGt } from '../../wire/index.ts';
import { type IcmpSeen, Mark, otherWay, type Seen, type Way } from './seen.ts';
import type { Side } from './side.ts';
import { narrowed, passed, perhaps, type StateSet, sets, surely } from './states.ts';

/** How far the capture had come when it says nothing more. */
export type Stage = 'post-syn' | 'post-ack' | 'post-psh' | 'later';

/** What an earlier connection of the same sockets left: enough to see whether the next one comes too early. */
export interface Earlier {
  readonly number: number;
  readonly lastUs: number;
  /** Frame of its last segment. */
  readonly frame: number;
  readonly iss: readonly [number | null, number | null];
  readonly nxt: readonly [number, number];
  /** It had not come further than SYNs without answer, or with an answer that was refused. */
  readonly opening: boolean;
  readonly reset: boolean;
  /** Who sent the first FIN; null: nobody. */
  readonly closedBy: Way | null;
  readonly bothClosed: boolean;
}

/** Segments kept of a connection: its beginning, its end, and what is marked between; of one that was asked for. */
const MOST_KEPT = 1024;
const MOST_ASKED = 50_000;
/** Marks without which a segment in the middle says nothing by itself. */
const TELLING = ~(Mark.DUPLICATE_ACK | Mark.REORDERED);

/** One incarnation of a pair of sockets. */
export class Connection {
  /** From 0, in the order of first segments: Wireshark's stream number. */
  readonly number: number;
  /** `sides[0]` is the client: who opened actively, as far as the capture shows. */
  readonly sides: readonly [Side, Side];
  /** The client is known by its SYN, not only guessed by ports. */
  clientKnown = false;
  segments: Seen[] = [];
  /** False when segments were left out of `segments`. */
  complete = true;
  readonly icmp: IcmpSeen[] = [];
  earlier: Earlier | null = null;
  /** The SYN with another number that begins the next connection of the same sockets. */
  nextSyn: Seen | null = null;
  /** The states that each end may be in. */
  readonly states: [StateSet, StateSet] = [sets.active, sets.passive];
  packets = 0;
  copies = 0;
  /** Copies whose TTL was one less: captured on both sides of a router. */
  hopCopies = 0;
  /** Segments that the capture has before their cause. */
  misordered = 0;
  strays = 0;
  closedBy: Way | null = null;
  /** The first SYN, and the answer to it, and the answer to that: of the handshake. */
  synAck: Seen | null = null;
  thirdAck: Seen | null = null;
  /** A SYN,ACK that acknowledges another SYN than the capture has. */
  wrongSynAck: Seen | null = null;
  /** The last segment that does not belong. */
  lastStray: Seen | null = null;
  /** A SYN with another number while the connection was open: an attacker's, or of a next one; the answer tells. */
  doubtful: Seen | null = null;
  /** A RST whose number is not the next (RFC 5961 section 3): what follows tells whether it was believed. */
  doubtfulReset: Seen | null = null;
  /** This connection was asked for: its first 50,000 segments are all kept. */
  keepAll = false;

  constructor(number: number, client: Side, server: Side) {
    this.number = number;
    this.sides = [client, server];
  }

  get first(): Seen {
    return this.segments[0] as Seen;
  }

  get last(): Seen {
    return this.segments.at(-1) as Seen;
  }

  side(way: Way): Side {
    return this.sides[way];
  }

  /** The side that a segment came from. */
  sender(seen: Seen): Side {
    return this.sides[seen.way];
  }

  receiver(seen: Seen): Side {
    return this.sides[otherWay(seen.way)];
  }

  /** The capture has no SYN: it began in the middle. */
  get midStream(): boolean {
    return this.sides[0].syn === null && this.sides[1].syn === null;
  }

  /** Only one direction is there. */
  get oneSided(): boolean {
    return this.sides[0].packets === 0 || this.sides[1].packets === 0;
  }

  /** Both sides have sent SYN, and neither refused: it was open. */
  get opened(): boolean {
    const [client, server] = this.sides;
    return (
      this.thirdAck !== null ||
      (this.midStream && !this.oneSided) ||
      client.octets > 0 ||
      (server.octets > 0 && server.packets > 0)
    );
  }

  /** Stage of its last segment (Cloudflare’s classes of connections that end early). */
  get stage(): Stage {
    const [client, server] = this.sides;
    if (this.packets > 10) return 'later';
    if (client.newOctets > 0 || server.newOctets > 0) return 'post-psh';
    if (this.thirdAck !== null || this.midStream) return 'post-ack';
    return 'post-syn';
  }

  /** How it ended in the capture. */
  get ending(): 'reset' | 'closed' | 'closing' | 'open' {
    const [client, server] = this.sides;
    if (client.rst !== null || server.rst !== null) return 'reset';
    if (client.finAcked !== null && server.finAcked !== null) return 'closed';
    return client.fin !== null || server.fin !== null ? 'closing' : 'open';
  }

  /** A packet that was captured twice; copies are taken out when the connection is over. */
  firstCopy: Seen | null = null;

  /** Nothing more comes: a doubtful RST that nothing followed was believed. */
  settle(): void {
    if (this.copies > 0) this.segments = this.segments.filter(({ marks }) => (marks & Mark.COPY) === 0);
    const rst = this.doubtfulReset;
    if (rst === null) return;
    const later = this.segments.some(
      (seen) =>
        seen.frame > rst.frame && !seen.is(RST) && (seen.marks & (Mark.COPY | Mark.RETRANSMITTED)) === 0,
    );
    if (later) return;
    rst.marks &= ~Mark.STRAY;
    this.sides[rst.way].rst ??= rst;
    this.stepStates(rst, false);
  }

  /**
   * @internal The doubtful SYN was the next connection's: it leaves this one, with the challenge ACK that answered it and the RST that
   * answered that (RFC 5961 section 4.2), and the states are what they were before.
   */
  handOver(): Seen[] {
    const { doubtful } = this;
    if (doubtful === null) return [];
    const isOfNext = (seen: Seen): boolean => {
      if (seen.frame <= doubtful.frame || (seen.marks & Mark.COPY) !== 0) return seen === doubtful;
      return seen.way === doubtful.way ? seen.is(RST) : seen.pure;
    };
    const gone = this.segments.filter(isOfNext);
    this.segments = this.segments.filter((seen) => !isOfNext(seen));
    for (const seen of gone) {
      const side = this.sides[seen.way];
      this.packets--;
      side.packets--;
      if (side.rst === seen) side.rst = null;
    }
    this.strays -= gone.filter(({ marks }) => (marks & Mark.STRAY) !== 0).length;
    const states = this.segments.at(-1)?.states ?? 0;
    [this.states[0], this.states[1]] = [states & 0xffff, states >>> 16];
    this.doubtful = null;
    return gone;
  }

  add(seen: Seen): void {
    this.segments.push(seen);
    const most = this.keepAll ? MOST_ASKED : MOST_KEPT;
    if (this.segments.length > most) this.#thin(most);
  }

  /** Leaves so many segments at most, of a connection that was not asked for; how many are gone. */
  thin(most: number): number {
    const { length } = this.segments;
    if (length <= most || this.keepAll) return 0;
    this.#thin(most);
    return length - this.segments.length;
  }

  /** What is in the middle and says nothing by itself goes; then the oldest of what is left there. */
  #thin(most: number): void {
    const { segments } = this;
    const part = most >> 2;
    this.complete = false;
    const middle = segments
      .slice(part, -part)
      .filter(({ marks, ctl }) => (marks & TELLING) !== 0 || (ctl & (SYN | FIN | RST)) !== 0);
    this.segments = [...segments.slice(0, part), ...middle.slice(-part), ...segments.slice(-part)];
  }

  /** What the next connection of the same sockets should know of this one. */
  toEarlier(): Earlier {
    const [client, server] = this.sides;
    const { us, frame } = this.last;
    return {
      ...{ number: this.number, lastUs: us, frame, closedBy: this.closedBy },
      iss: [client.iss, server.iss],
      nxt: [client.nxt, server.nxt],
      opening: client.syn !== null && !this.opened,
      reset: client.rst !== null || server.rst !== null,
      bothClosed: client.fin !== null && server.fin !== null,
    };
  }

  /** Moves the sets of states by a segment; `ackOfFin`: it acknowledges the receiver's FIN. */
  stepStates(seen: Seen, ackOfFin: boolean): void {
    const { states } = this;
    const from = seen.way;
    const to = otherWay(from);
    const peer = this.sides[to];
    if (seen.is(RST)) {
      states[from] = sets.closed;
      states[to] = perhaps(states[to], 'getsRst');
      return;
    }
    if (seen.is(SYN)) {
      if (seen.is(ACK)) {
        if ((states[from] & sets.synchronized) === 0) states[from] = sets.synReceived;
        states[to] = perhaps(states[to], 'getsSynAck');
      } else {
        if (seen.marks === 0 && this.sides[from].syns <= 1)
          states[from] = surely(states[from] | sets.closed, 'sendsSyn');
        states[to] = perhaps(states[to], 'getsSyn');
      }
      return;
    }
    if (!seen.is(ACK)) return;
    const pastHandshake =
      seen.length > 0 || seen.is(FIN) || peer.iss === null || seqGt(seen.ack, (peer.iss + 1) | 0);
    states[from] = narrowed(
      states[from],
      pastHandshake ? sets.synchronized : sets.synchronized | sets.synReceived,
    );
    if (ackOfFin) {
      states[from] = narrowed(perhaps(states[from], 'getsFin'), sets.finReceived);
      const own = this.sides[from].fin;
      // The FIN that it acknowledges brought the acknowledgment of its own.
      const both = own && peer.fin?.is(ACK) && seqGeq(peer.fin.ack, own.end);
      if (both) states[from] = passed(states[from], 'getsAckOfFin');
      states[to] = perhaps(states[to], seen.is(FIN) ? 'getsFinAndAckOfFin' : 'getsAckOfFin');
    }
    if (seen.length > 0) states[from] = narrowed(states[from], sets.sending);
    states[to] = perhaps(states[to], 'getsAck');
    if (!seen.is(FIN)) return;
    if ((states[from] & sets.finSent) === 0 || (seen.marks & Mark.RETRANSMITTED) === 0)
      states[from] = surely(states[from], 'sendsFin');
    states[to] = perhaps(states[to], 'getsFin');
  }

  /** Whether a segment acknowledges the FIN of the side that it goes to. */
  acksFin(seen: Seen): boolean {
    const { fin } = this.receiver(seen);
    return fin !== null && seen.is(ACK) && !seen.is(RST) && seqGeq(seen.ack, fin.end);
  }
}
