// What may happen in a model: the kinds of its actions, and what an attacker sends.

import { TcpEvent } from '../tla/index.ts';

/** Kinds of actions. */
export const Kind = {
  OPEN: 0,
  WRITE: 1,
  CLOSE: 2,
  ABORT: 3,
  READ: 4,
  /** A packet arrives. */
  DELIVER: 5,
  /** A copy of a packet arrives; the packet stays under way. */
  DUPLICATE: 6,
  /** The clock moves to the earliest deadline, which is this host's. */
  TIMER: 7,
  /** No timer runs: everything under way is lost. */
  EXPIRE: 8,
  CRASH: 9,
  /** An attacker's segment arrives: see {@link Forgery}. */
  INJECT: 10,
  /** A SYN from an address where nobody is. */
  FLOOD: 11,
  /** The program goes away: CLOSE in both directions (3.6.1). */
  DETACH: 12,
} as const;

/** What each kind of action is to a connection, for figure 5. */
export const EVENTS: readonly TcpEvent[] = [
  TcpEvent.ACTIVE_OPEN,
  TcpEvent.SEND,
  TcpEvent.CLOSE,
  TcpEvent.ABORT,
  TcpEvent.SEND, // RECEIVE: it changes no state, either
  TcpEvent.SEGMENT,
  TcpEvent.SEGMENT,
  TcpEvent.TIMEOUT,
  TcpEvent.TIMEOUT,
  TcpEvent.ABORT,
  TcpEvent.SEGMENT,
  TcpEvent.SEGMENT,
  TcpEvent.CLOSE,
];
