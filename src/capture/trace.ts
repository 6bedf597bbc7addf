// A captured connection as a trace, so that the lab's ladders and tables show it. One point of capture knows one time of
// each segment; the other end's is estimated from the least round trips to both sides.

import type { End, States, Trace, TraceEvent, TraceOptions } from '../lab/index.ts';
import type { StateName } from '../tcp/index.ts';
import {
  ACK,
  FIN,
  formatControl,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  RST,
  SYN,
  seqGeq,
  seqMax,
} from '../wire/index.ts';
import { type Connection, Mark, type Seen, statesOf, vantageOf, type Way } from './follow/index.ts';

/** A trace, and where each frame of the capture is in it. */
export interface CapturedTrace {
  readonly trace: Trace;
  /** Index of the event with which a frame's segment is sent. */
  readonly eventOfFrame: ReadonlyMap<number, number>;
}

const ENDS: readonly End[] = ['left', 'right'];

/** Half of the least round trip from the point of capture to a side: microseconds. */
export function wayTo(connection: Connection, way: Way): number {
  const { sides, synAck, thirdAck } = connection;
  const { syn } = sides[0];
  const once = sides[0].syns === 1 && sides[1].syns <= 1;
  const answer = synAck ?? sides[1].rst;
  const shake =
    answer === null || !once
      ? Number.POSITIVE_INFINITY
      : way === 1
        ? answer.us - (syn?.us ?? Number.NEGATIVE_INFINITY)
        : (thirdAck?.us ?? Number.POSITIVE_INFINITY) - answer.us;
  // What a side sends is acknowledged from beyond the point of capture.
  const measured = Math.min(shake, sides[way === 1 ? 0 : 1].rtt.least);
  return Number.isFinite(measured) && measured > 0 ? measured / 2 : 0;
}

/** Segments that never reached the other side, as far as retransmissions tell. */
export function lostOf(connection: Connection): Set<Seen> {
  const lost = new Set<Seen>();
  const { at } = vantageOf(connection);
  const last = new Map<string, Seen>();
  /** The highest acknowledgment that each side has sent. */
  const highest: [number | undefined, number | undefined] = [undefined, undefined];
  for (const seen of connection.segments) {
    if ((seen.marks & Mark.COPY) !== 0) continue;
    const acked = highest[1 - seen.way];
    const key = `${seen.way} ${seen.seq}`;
    const again = (seen.marks & Mark.RETRANSMITTED) !== 0;
    const needed = (seen.marks & (Mark.SPURIOUS | Mark.FIRST_UNSEEN)) === 0;
    const before = last.get(key);
    // Beside the receiver what is in the capture has arrived.
    const beside = at === 'both' || at === (seen.way === 0 ? 'server' : 'client');
    // What was acknowledged had arrived: it was the acknowledgment that was lost.
    const arrived = before !== undefined && acked !== undefined && seqGeq(acked, before.end);
    if (again && needed && before !== undefined && !beside && !arrived) lost.add(before);
    if (seen.is(ACK) && (seen.marks & Mark.STRAY) === 0) {
      const own = highest[seen.way];
      highest[seen.way] = own === undefined ? seen.ack : seqMax(own, seen.ack);
    }
    if (seen.length > 0 || (seen.ctl & (SYN | FIN)) !== 0) last.set(key, seen);
  }
  return lost;
}

/** One state for a ladder, of a set: the last that a segment can have led to. */
function shown(set: number, reset: boolean): StateName {
  const states = statesOf(set);
  const last = states.at(-1) ?? 'CLOSED';
  if (last !== 'CLOSED' || reset || states.length === 1 || states.includes('LAST-ACK')) return last;
  return states.at(-2) as StateName;
}

/** The state of an end that sends: the one that it was in, unless it cannot have sent this there. */
function sending(set: number, was: StateName): StateName {
  const states = statesOf(set);
  return states.includes(was) ? was : (states[0] ?? was);
}

/** The trace of a connection, for the functions that draw traces. Its ends are only observed: no rules, no calls. */
export function traceOfConnection(connection: Connection): CapturedTrace {
  const [client, server] = connection.sides;
  const first = connection.first.us;
  const toClient = wayTo(connection, 0);
  const toServer = wayTo(connection, 1);
  const lost = lostOf(connection);
  const refused = server.rst !== null && connection.synAck === null;
  const begin: States = connection.midStream
    ? { left: 'ESTABLISHED', right: 'ESTABLISHED' }
    : { left: 'CLOSED', right: refused ? 'CLOSED' : 'LISTEN' };
  const happenings: { us: number; order: number; seen: Seen; arrives: boolean }[] = [];
  const least = -toClient;
  connection.segments.forEach((seen, n) => {
    if ((seen.marks & Mark.COPY) !== 0) return;
    const [back, forth] = seen.way === 0 ? [toClient, toServer] : [toServer, toClient];
    const us = seen.us - first - least;
    happenings.push({ us: us - back, order: 2 * n, seen, arrives: false });
    happenings.push({ us: us + forth, order: 2 * n + 1, seen, arrives: true });
  });
  happenings.sort((a, b) => a.us - b.us || a.order - b.order);
  const states: Record<End, StateName> = { ...begin };
  const events: TraceEvent[] = [];
  const eventOfFrame = new Map<number, number>();
  for (const { us, seen, arrives, order } of happenings) {
    const from = ENDS[seen.way] as End;
    const to = ENDS[1 - seen.way] as End;
    const end = arrives ? to : from;
    const set = end === 'left' ? seen.states & 0xffff : seen.states >>> 16;
    const reset = seen.is(RST) && (seen.marks & Mark.STRAY) === 0;
    const id = (order >> 1) + 1;
    const gone = arrives && lost.has(seen);
    const was = states[end];
    // Who only refuses holds no connection; of who says nothing nothing is known.
    const still = end === 'right' && (refused || server.packets === 0);
    const now = gone || still || set === 0 ? was : arrives ? shown(set, reset) : sending(set, was);
    const stays = arrives && (seen.marks & (Mark.STRAY | Mark.BAD_SUM)) !== 0;
    if (!stays) states[end] = now;
    const changes =
      states[end] === was ? [] : [{ end, from: was, to: states[end], rule: null, section: null }];
    const common = { t: Math.round(us), connection: 0, states: { ...states }, changes };
    if (!arrives) {
      eventOfFrame.set(seen.frame, events.length);
      const retransmission = (seen.marks & Mark.RETRANSMITTED) !== 0;
      events.push({ ...common, kind: 'sent', id, from, segment: segmentOf(seen), retransmission });
    } else if (gone) events.push({ ...common, kind: 'lost', id, to, copy: 0, reason: 'loss' });
    else {
      const discarded = (seen.marks & Mark.BAD_SUM) !== 0 ? 'checksum' : null;
      events.push({ ...common, kind: 'arrived', id, to, copy: 0, discarded });
    }
  }
  const left = { address: client.address, port: client.port };
  const right = { address: server.address, port: server.port };
  const name = ({ address, port }: typeof left): string =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const trace: Trace = {
    format: 'synfin-trace',
    version: 2,
    ends: {
      left: { ...left, name: name(left), states: 'observed' },
      right: { ...right, name: name(right), states: 'observed' },
    },
    connections: [{ left, right, begin }],
    begin,
    events,
  };
  return { trace, eventOfFrame };
}

function segmentOf(seen: Seen) {
  const sack: [number, number][] = [];
  for (let n = 0; n + 1 < (seen.sack?.length ?? 0); n += 2)
    sack.push([(seen.sack?.[n] as number) >>> 0, (seen.sack?.[n + 1] as number) >>> 0]);
  const options: TraceOptions = {
    ...((seen.opts & OPT_MSS) === 0 ? {} : { mss: seen.mss }),
    ...(seen.wscale < 0 ? {} : { windowScale: seen.wscale }),
    ...((seen.opts & OPT_SACK_PERMITTED) === 0 ? {} : { sackPermitted: true as const }),
    ...((seen.opts & OPT_TIMESTAMPS) === 0
      ? {}
      : { timestamps: { value: seen.tsVal >>> 0, echo: seen.tsEcr >>> 0 } }),
    ...(sack.length === 0 ? {} : { sack }),
  };
  return {
    flags: formatControl(seen.ctl),
    seq: seen.seq >>> 0,
    ack: seen.is(ACK) ? seen.ack >>> 0 : null,
    length: seen.length,
    window: seen.wnd,
    options,
  };
}
