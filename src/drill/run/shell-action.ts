// What the shell lines of a script ask of the stack under test.

import type { FastOpenKeys, FastOpenMode, Host } from '../../host/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import type { Steps } from './profile.ts';

/** What a shell line asks for. */
export type ShellAction =
  /** `optional`: one of a set of defaults, the script goes on without it. */
  | { readonly kind: 'set'; readonly settings: Partial<TcpConfig>; readonly optional: boolean }
  /** Nothing to do: the stack is like that already, or it concerns a tool. */
  | { readonly kind: 'nothing' }
  /** A default that the stack does not have. */
  | { readonly kind: 'note'; readonly text: string }
  /** nstat: what is counted from now on is what the next one shows. */
  | { readonly kind: 'counters-from-now' }
  /** nstat, and a line of it that has all these texts; `keeps`: the next one shows these, too. */
  | {
      readonly kind: 'counters';
      readonly patterns: readonly string[];
      readonly keeps: boolean;
      readonly command: string;
    }
  /** A line of the table of sockets that has all these texts. */
  | { readonly kind: 'sockets'; readonly patterns: readonly string[] }
  /** The MTU of the device. */
  | { readonly kind: 'mtu'; readonly mtu: number }
  /** Steps that a sysctl chooses, and what it sets besides. */
  | { readonly kind: 'steps'; readonly steps: Steps; readonly settings?: Partial<TcpConfig> }
  /** What is of the host, not of its connections. */
  | { readonly kind: 'host'; readonly settings: HostSettings }
  /** A file of so many zeros; null: it is removed. */
  | { readonly kind: 'file'; readonly path: string; readonly size: number | null }
  | { readonly kind: 'sleep'; readonly us: number }
  /** Ends connections, as FreeBSD's tcpdrop does: those in `state`, or all. */
  | { readonly kind: 'drop'; readonly state: string | null }
  /** The command succeeds when `count` connections are in `state` (FreeBSD's sockstat). */
  | { readonly kind: 'count'; readonly state: string; readonly count: number }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** Settings of a host. */
export interface HostSettings {
  /** UDP port of TCP in datagrams; 0: none. */
  readonly tcpOverUdp?: number;
  /** Whether listeners to come have SYN cookies, and whether they answer every SYN by one. */
  readonly synCookies?: boolean;
  readonly synCookiesOnly?: boolean;
  /** TCP Fast Open: what is done of it, and the keys of its cookies. */
  readonly fastOpen?: FastOpenMode;
  readonly fastOpenKeys?: FastOpenKeys;
  /** When connect may take a port in TIME-WAIT. */
  readonly timeWaitReuse?: Partial<Host['tcp']['timeWaitReuse']>;
  /** What is remembered of peers is forgotten. */
  readonly flushMetrics?: true;
  /** Keys of TCP MD5 signatures, by address; null: all are forgotten. */
  readonly md5Keys?: readonly (readonly [address: string, key: string])[] | null;
}
