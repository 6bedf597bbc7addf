// A SYN that waits for what a program says of it: the listener that has `onSyn` answers none by itself.

import type { Unreachable } from '../ip/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionHandler } from './connection-types.ts';

/**
 * A SYN that has not been answered. Exactly one of `accept`, `refuse`, `unreachable` and `drop` ends it; calls after
 * that do nothing. Until then its repetitions are dropped, as by a host that does not answer yet.
 */
export interface SynRequest {
  /** What the peer dialled. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** True when something has ended it. */
  readonly settled: boolean;
  /**
   * Called once when it is over without a word from here: the peer has reset it, or begun anew from the same port; or
   * the listener was closed.
   */
  onGone: (() => void) | null;
  /**
   * Answers it: SYN,ACK. The connection in SYN-RECEIVED, with `handler`, which hears of its end even if it is never
   * ESTABLISHED. null: there is no room (of the SYN queue, of connections, of Memory), and the SYN was dropped.
   */
  accept(handler: ConnectionHandler): Connection | null;
  /** Answers by a RST (RFC 9293 section 3.10.7.1). */
  refuse(): void;
  /** Answers by an ICMP error. */
  unreachable(why: Unreachable): void;
  /** No answer. */
  drop(): void;
}
