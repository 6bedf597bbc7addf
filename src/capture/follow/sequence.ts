// What a segment is to those before it: new text, a retransmission and of which kind, an overtaken one, a probe, a
// duplicate ACK, the same packet once more. Nothing is called lost that the capture itself may have missed.

import {
  ACK,
  FIN,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  RST,
  SYN,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMax,
} from '../../wire/index.ts';
import type { Connection } from './connection.ts';
import { Mark, otherWay, type Seen } from './seen.ts';
import type { Hole, Side } from './side.ts';

/** The same packet at two points of one machine, or beside a router, is so close in time. */
const COPY_US = 5_000;
/** Without an IP identification, so close. */
const NAMELESS_COPY_US = 500;
const COPIES_LOOKED_AT = 12;
/** Segments that were overtaken are that late at most, where a round-trip time is not known: Wireshark's bound. */
const REORDER_US = 3_000;
/** Sequence numbers farther apart are not of one connection. */
const FAR = 2 ** 30;
/** RFC 8985: a tail probe comes after two round-trip times, and before the timer, which is 200 ms at the least. */
const TAIL_PROBE_US = 200_000;

/** Whether the segment is one of the last in its direction, captured once more. */
export function copyOf(connection: Connection, seen: Seen): Seen | null {
  const { segments } = connection;
  for (let n = segments.length - 1, looked = 0; n >= 0 && looked < COPIES_LOOKED_AT; n--, looked++) {
    const before = segments[n] as Seen;
    const apart = seen.us - before.us;
    if (apart > COPY_US) return null;
    if (before.way !== seen.way || before.seq !== seen.seq || before.ack !== seen.ack) continue;
    const alike =
      before.ctl === seen.ctl &&
      before.length === seen.length &&
      before.wnd === seen.wnd &&
      before.ipId === seen.ipId &&
      before.tsVal === seen.tsVal;
    if (!alike) continue;
    if (seen.ipId > 0 || (apart <= NAMELESS_COPY_US && !seen.pure)) return before;
    if (seen.ttl !== before.ttl && apart <= NAMELESS_COPY_US) return before;
  }
  return null;
}

/** Marks a segment, and moves what is known of both sides. */
export function follow(connection: Connection, seen: Seen): void {
  const me = connection.sides[seen.way];
  const peer = connection.sides[otherWay(seen.way)];
  if (seen.is(SYN)) synchronize(connection, me, peer, seen);
  if (isStray(connection, me, peer, seen)) {
    seen.marks |= Mark.STRAY;
    connection.strays++;
    connection.lastStray = seen;
    return;
  }
  if (seen.is(RST)) return;
  if (seen.is(ACK)) acknowledge(me, peer, seen);
  const octets = seen.length + (seen.is(SYN) ? 1 : 0) + (seen.is(FIN) ? 1 : 0);
  if (octets > 0) text(connection, me, peer, seen);
  else if (seen.is(ACK)) probeWithoutText(me, peer, seen);
  window(me, peer, seen);
}

/** A segment that does not belong: the answer of another connection, of a half-open peer, or of nobody. */
function isStray(connection: Connection, me: Side, peer: Side, seen: Seen): boolean {
  if (seen.is(SYN)) return seen === connection.wrongSynAck;
  if (seen.is(RST)) {
    // The answer to a stray segment says that it was one: RFC 9293 section 3.10.7.3, first.
    const { lastStray } = connection;
    if (lastStray !== null && lastStray.way !== seen.way && seen.seq === lastStray.ack) return true;
    // RFC 5961 section 3: a RST counts that has the next number; of another the receiver asks by a challenge ACK.
    const known = me.begun && peer.hasAcked && connection.opened;
    if (!known || seen.seq === me.nxt || seen.seq === peer.ack) return false;
    connection.doubtfulReset = seen;
    return true;
  }
  // An ACK in answer to a SYN that it does not acknowledge: a challenge, or an old connection in TIME-WAIT.
  const unanswered = me.syn === null && !me.begun && peer.syn !== null;
  const asked = peer.newOctets === 0 && peer.syn !== null;
  if (
    unanswered &&
    asked &&
    seen.is(ACK) &&
    (!seqGt(seen.ack, peer.syn?.seq ?? 0) || seqGt(seen.ack, peer.nxt))
  )
    return true;
  return me.begun && Math.abs((seen.seq - me.nxt) | 0) > FAR;
}

function synchronize(connection: Connection, me: Side, peer: Side, seen: Seen): void {
  me.syns++;
  if (seen.is(ACK)) {
    const expected = peer.syn !== null && peer.iss !== null;
    const wrong =
      expected && (seqLeq(seen.ack, peer.iss ?? 0) || seqGt(seen.ack, seqMax(peer.nxt, peer.syn?.end ?? 0)));
    if (wrong) {
      connection.wrongSynAck ??= seen;
      return;
    }
    if (me.syn === null) connection.synAck = seen;
    connection.synAck ??= seen;
  }
  if (me.syn !== null) return;
  me.syn = seen;
  me.wscale = seen.wscale;
  me.mss = seen.mss;
  me.sackPermitted = (seen.opts & OPT_SACK_PERMITTED) !== 0;
  me.timestamps = (seen.opts & OPT_TIMESTAMPS) !== 0;
  if (!me.begun) {
    me.begun = true;
    me.nxt = seen.seq;
    me.una = seen.seq;
  }
}

/** The acknowledgment field: what the peer sent and this side has. */
function acknowledge(me: Side, peer: Side, seen: Seen): void {
  const { ack } = seen;
  if (!peer.begun) {
    peer.begun = true;
    peer.nxt = ack;
    peer.una = ack;
  }
  if (seqGt(ack, peer.nxt) && ((ack - peer.nxt) | 0) < FAR) {
    seen.marks |= Mark.UNSEEN_ACKED;
    peer.unseen += (ack - peer.nxt) | 0;
    peer.addHole(peer.nxt, ack, null, seen.us);
    peer.nxt = ack;
  }
  if (peer.holes.length > 0) missing(peer, seen);
  if (seen.sack !== null) selective(me, peer, seen, seen.sack);
  const again = me.hasAcked && ack === me.ack;
  if (again && seen.pure && seen.wnd === me.field && seqLt(ack, peer.nxt) && peer.flights.length > 0) {
    seen.marks |= Mark.DUPLICATE_ACK;
    me.dupAcks++;
  }
  if (!me.hasAcked || seqGt(ack, me.ack)) {
    me.ack = ack;
    me.hasAcked = true;
    me.dupAcks = 0;
    me.sacked = false;
  }
  if (seqGt(ack, peer.una) && seqLeq(ack, peer.nxt)) {
    eifel(peer, seen);
    peer.acknowledged(seen);
  }
}

/** Holes that the acknowledgment covers: their text arrived, and the capture does not have it. */
function missing(peer: Side, seen: Seen): void {
  for (const [n, hole] of peer.holes.entries()) {
    // What an ACK showed to be missing was counted then.
    if (hole.by === null || hole.by.pure || seqGt(hole.end, seen.ack)) continue;
    peer.unseen += (hole.end - hole.start) | 0;
    seen.marks |= Mark.UNSEEN_ACKED;
    peer.holes[n] = { ...hole, by: null };
  }
}

/** SACK blocks; a first one below the acknowledgment, or within the second, is a DSACK (RFC 2883 section 4). */
function selective(me: Side, peer: Side, seen: Seen, edges: readonly number[]): void {
  const [left = 0, right = 0, left2, right2] = edges;
  const within = left2 !== undefined && right2 !== undefined && seqGeq(left, left2) && seqLeq(right, right2);
  if (seqLeq(right, seen.ack) || within) {
    const { lastRetransmission: last } = peer;
    if (last !== null && seqLt(last.seq, right) && seqGt(last.end, left)) spurious(peer, last);
  }
  for (let n = 0; n + 1 < edges.length; n += 2) {
    const edge = edges[n + 1] as number;
    if (seqGt(edge, seen.ack) && (!me.sacked || seqGt(edge, me.sackHigh))) {
      me.sackHigh = edge;
      me.sacked = true;
    }
  }
}

/** The acknowledgment of a retransmission echoes a timestamp from before it: the first sending had arrived (RFC 3522). */
function eifel(peer: Side, seen: Seen): void {
  const { lastRetransmission: last } = peer;
  if (last === null || (seen.opts & OPT_TIMESTAMPS) === 0 || (last.opts & OPT_TIMESTAMPS) === 0) return;
  const firstAfter = seqGeq(seen.ack, last.end) && seqLt(peer.una, last.end);
  if (firstAfter && seen.tsEcr !== 0 && seqLt(seen.tsEcr, last.tsVal)) spurious(peer, last);
}

function spurious(side: Side, seen: Seen): void {
  if ((seen.marks & Mark.SPURIOUS) !== 0) return;
  seen.marks |= Mark.SPURIOUS;
  side.retransmitted.spurious++;
  if (seen.is(FIN)) side.retransmitted.fin--;
}

/** A segment that occupies sequence numbers. */
function text(connection: Connection, me: Side, peer: Side, seen: Seen): void {
  const { seq, end } = seen;
  if (!me.begun) {
    me.begun = true;
    me.nxt = seq;
    me.una = seq;
  }
  if (isProbe(me, peer, seen)) return;
  if (seqGeq(seq, me.nxt)) {
    if (seqGt(seq, me.nxt)) me.addHole(me.nxt, seq, seen, seen.us);
    me.newOctets += seen.length;
    me.send(seen);
    return;
  }
  const hole = me.holeAt(seq, end);
  if (hole !== null) {
    firstSight(connection, me, peer, seen, hole);
    return;
  }
  if (seqGt(end, me.nxt)) me.newOctets += (end - me.nxt) | 0;
  retransmission(me, peer, seen);
}

/** It falls into a hole: its numbers are seen for the first time, later than those behind them. */
function firstSight(connection: Connection, me: Side, peer: Side, seen: Seen, hole: Hole): void {
  const { by, us } = hole;
  me.fill(hole, seen.seq, seen.end);
  me.newOctets += seen.length;
  if (by === null || by.pure) me.unseen = Math.max(0, me.unseen - seen.length);
  if (by === null) {
    // It was acknowledged before it was captured.
    seen.marks |= Mark.CAPTURE_ORDER;
    connection.misordered++;
    me.fly(seen, 1);
    return;
  }
  if (overtaken(me, peer, seen, by, us)) {
    seen.marks |= Mark.REORDERED;
    me.reordered++;
    me.fly(seen, 1);
    return;
  }
  seen.marks |= Mark.RETRANSMITTED | Mark.FIRST_UNSEEN | kindOf(me, peer, seen, us);
  count(me, seen);
  me.fly(seen, 2);
  me.lastRetransmission = seen;
}

/** Whether it left before the segment that came first. The IP identification counts, the timestamp, then the time. */
function overtaken(me: Side, peer: Side, seen: Seen, by: Seen, us: number): boolean {
  if (seen.ipId > 0 && by.ipId > 0 && seen.ipId !== by.ipId) {
    const apart = (seen.ipId - by.ipId) & 0xffff;
    if (apart > 0xff00) return true;
    if (apart < 0x100) return false;
  }
  const stamped = (seen.opts & by.opts & OPT_TIMESTAMPS) !== 0;
  if (stamped && seqLt(seen.tsVal, by.tsVal)) return true;
  if (stamped && seqGt(seen.tsVal, by.tsVal)) return false;
  const rtt = Math.min(me.rtt.least, peer.rtt.least);
  const late = Number.isFinite(rtt) ? Math.max(REORDER_US, rtt / 2) : REORDER_US;
  return seen.us - us < late && peer.dupAcks < 3;
}

/** Numbers that were seen before. */
function retransmission(me: Side, peer: Side, seen: Seen): void {
  const flight = me.flightAt(seen.seq, seen.end);
  const fresh = seqGt(seen.end, me.nxt);
  seen.marks |= Mark.RETRANSMITTED;
  if (peer.hasAcked && seqLeq(seen.end, peer.ack) && !seen.is(SYN)) seen.marks |= Mark.SPURIOUS;
  seen.marks |= kindOf(me, peer, seen, flight?.us ?? me.lastUs);
  count(me, seen);
  if (!seen.is(SYN)) me.lastRetransmission = seen;
  if (flight === null) me.fly(seen, 2);
  else {
    flight.us = seen.us;
    flight.times++;
  }
  if (fresh) me.nxt = seen.end;
}

/** Why it was sent again; `us` is when its text was sent last, or when the hole was seen. */
function kindOf(me: Side, peer: Side, seen: Seen, us: number): number {
  const apart = seen.us - us;
  if (seen.is(SYN)) return Mark.TIMEOUT;
  if (peer.sacked && seqGt(peer.sackHigh, seen.seq)) return Mark.SACK_HOLE;
  if (peer.dupAcks >= 2) return Mark.FAST;
  const rtt = me.rtt.mean;
  const tail = seqGeq(seen.end, me.nxt) && (seen.marks & Mark.SPURIOUS) === 0;
  const probe = apart < TAIL_PROBE_US && (rtt === 0 || apart > rtt * 1.5);
  return tail && probe ? Mark.TAIL_PROBE : Mark.TIMEOUT;
}

function count({ retransmitted }: Side, seen: Seen): void {
  const { marks } = seen;
  if (seen.is(SYN)) {
    retransmitted.handshake++;
    return;
  }
  retransmitted.all++;
  if ((marks & Mark.TIMEOUT) !== 0) retransmitted.timeout++;
  if ((marks & Mark.FAST) !== 0) retransmitted.fast++;
  if ((marks & Mark.SACK_HOLE) !== 0) retransmitted.sack++;
  if ((marks & Mark.TAIL_PROBE) !== 0) retransmitted.tailProbe++;
  if ((marks & Mark.SPURIOUS) !== 0) retransmitted.spurious++;
  else if (seen.is(FIN)) retransmitted.fin++;
  if ((marks & Mark.FIRST_UNSEEN) !== 0) retransmitted.firstUnseen++;
}

/** An octet that was acknowledged, or the first that the closed window refuses: a question, not text. */
function isProbe(me: Side, peer: Side, seen: Seen): boolean {
  if (seen.length > 1 || (seen.ctl & (SYN | FIN | RST)) !== 0 || !peer.hasAcked) return false;
  const closed = peer.window === 0;
  if (closed && seqGeq(seen.seq, (peer.ack - 1) | 0) && seqLeq(seen.seq, peer.ack)) {
    seen.marks |= Mark.WINDOW_PROBE;
    me.windowProbes++;
    return true;
  }
  if (seen.seq !== ((me.nxt - 1) | 0) || seqLt(peer.ack, me.nxt) || isSynOctet(me, seen)) return false;
  seen.marks |= Mark.KEEP_ALIVE;
  me.keepAlives++;
  return true;
}

/** The number below the next is that of the SYN, or of the FIN: Linux's probes have it all the same. */
function isSynOctet(me: Side, seen: Seen): boolean {
  return seen.length > 0 && me.syn !== null && seen.seq === me.syn.seq;
}

/** Linux's probes have no text: the number tells them. */
function probeWithoutText(me: Side, peer: Side, seen: Seen): void {
  if (!me.begun) {
    me.begun = true;
    me.nxt = seen.seq;
    me.una = seen.seq;
    return;
  }
  if (seqLt(seen.seq, me.nxt)) isProbe(me, peer, seen);
  else if (seqGt(seen.seq, me.nxt)) {
    // It counts on from numbers that the capture does not have.
    me.addHole(me.nxt, seen.seq, seen, seen.us);
    me.unseen += (seen.seq - me.nxt) | 0;
    me.nxt = seen.seq;
  }
}

/** The announced window, and whether this segment fills the peer's. */
function window(me: Side, peer: Side, seen: Seen): void {
  const scaled = !seen.is(SYN) && me.wscale > 0 && peer.wscale >= 0;
  me.field = seen.wnd;
  me.window = scaled ? seen.wnd * 2 ** Math.min(me.wscale, 14) : seen.wnd;
  if (!seen.is(SYN)) {
    me.leastWindow = Math.min(me.leastWindow, me.window);
    me.mostWindow = Math.max(me.mostWindow, me.window);
  }
  if (me.window === 0 && !seen.is(SYN)) {
    seen.marks |= Mark.ZERO_WINDOW;
    me.zeroWindows++;
  }
  const limited = peer.window > 0 && peer.hasAcked && seen.length > 0;
  if (limited && seen.end === ((peer.ack + peer.window) | 0)) {
    seen.marks |= Mark.WINDOW_FULL;
    me.windowFull++;
  }
}
