// A new connection of a host: its place in the table, its path to the peer, and what depends on that.

import { State, Tcb } from '../../tcp/index.ts';
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
  const tcb = new Tcb(listener.tcb.config);
  tcb.state = State.LISTEN;
  copySockets(tcp.arriving, tcb);
  const path = tcp.ip.way(tcb.r0, tcb.r1, tcb.r2, tcb.r3);
  if (path === null) {
    tcp.counters.noRoute++;
    return null;
  }
  const c = adopt(tcp, tcb, path);
  c.listener = listener;
  c.ttl = listener.ttl;
  c.tos = listener.tos;
  c.halfOpen = true;
  listener.synQueueLength++;
  return c;
}

/** The connection of a TCB that has its tuple: its place in the table, its path, and what depends on that. */
export function adopt(tcp: TcpLayer, tcb: Tcb, path: Way): Connection {
  const { table } = tcp;
  table.enter(tcb);
  const c = new Connection(tcp.calls, tcb, tcp.memory);
  table.all[tcb.id] = c;
  c.path = path;
  c.pathEpoch = tcp.ip.epoch;
  const { l0, l1, l2, l3, r0, r1, r2, r3 } = tcb;
  c.pseudo = pseudoSumWords(path.family, l0, l1, l2, l3, r0, r1, r2, r3, IPPROTO_TCP, 0);
  learnMtu(tcp, c, path);
  tcb.tsOffset = tcp.timestamps.of(tcb);
  return c;
}
