// A new connection of a host: its place in the table, its path to the peer, and what depends on that.

import { State, type Tcb } from '../../tcp/index.ts';
import { IPPROTO_TCP, pseudoSumWords } from '../../wire/index.ts';
import { copySockets } from '../base/index.ts';
import { Connection, type Listener } from '../connection/index.ts';
import type { Way } from '../ip/index.ts';
import { learnMtu } from './path.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** False, and counted, when one connection more would be too many. */
export function mayConnect({ table, counters }: TcpLayer): boolean {
  if (!table.full) return true;
  counters.connectionOverflows++;
  return false;
}

/** A connection of `listener` with the sockets of the segment in hand, in LISTEN; null without a way back. */
export function child(tcp: TcpLayer, listener: Listener): Connection | null {
  const tcb = tcp.tcbs.take(listener.tcb.config);
  tcb.state = State.LISTEN;
  copySockets(tcp.arriving, tcb);
  tcb.udpPort = tcp.arrivingUdp;
  tcb.md5 = tcp.signs(listener) ? 1 : 0;
  const path = tcp.ip.way(tcb.r0, tcb.r1, tcb.r2, tcb.r3);
  if (path === null) {
    tcp.counters.noRoute++;
    return null;
  }
  const c = adopt(tcp, tcb, path);
  enqueue(c, listener);
  listener.synQueueLength++;
  tcp.rest.halfOpened(tcb.id);
  return c;
}

/** What a half-open connection has of its listener. */
function enqueue(c: Connection, listener: Listener): void {
  c.listener = listener;
  c.ttl = listener.ttl;
  c.tos = listener.tos;
  c.halfOpen = true;
}

/** The half-open connection of `listener` whose TCB this is, and has been in the table all the time. */
export function place(tcp: TcpLayer, tcb: Tcb, listener: Listener): Connection {
  const c = new Connection(tcp.calls, tcb);
  tcp.table.all[tcb.id] = c;
  takePath(c, tcp.ip.way(tcb.r0, tcb.r1, tcb.r2, tcb.r3));
  c.pathEpoch = -1; // and it looks again: an MTU may have been reported meanwhile
  enqueue(c, listener);
  return c;
}

/** The connection of a TCB that has its tuple: its place in the table, its path, and what depends on that. */
export function adopt(tcp: TcpLayer, tcb: Tcb, path: Way): Connection {
  const { table } = tcp;
  table.enter(tcb);
  const c = new Connection(tcp.calls, tcb);
  table.all[tcb.id] = c;
  takePath(c, path);
  c.pathEpoch = tcp.ip.epoch;
  learnMtu(tcp, c, path);
  tcb.tsOffset = tcp.timestamps.of(tcb);
  tcp.rest.entered(tcb.id);
  return c;
}

function takePath(c: Connection, path: Way | null): void {
  const { family, l0, l1, l2, l3, r0, r1, r2, r3 } = c.tcb;
  c.path = path;
  c.pseudo = pseudoSumWords(family === 6 ? 6 : 4, l0, l1, l2, l3, r0, r1, r2, r3, IPPROTO_TCP, 0);
}
