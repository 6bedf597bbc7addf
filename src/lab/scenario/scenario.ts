// A scenario: a small experiment on TCP, described as data. Two hosts, the wire between them, what the
// programs do in time, what goes wrong. Running it (run.ts) gives a trace; whatever is shown, said or
// claimed is taken from that trace, never from the description.

import type { WireConfig } from '../../sim/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import type { Text } from '../text/index.ts';
import type { End } from '../trace.ts';

/** What a scenario is about: how lists are ordered. */
export type Group = 'open' | 'close' | 'time-wait' | 'reset' | 'queues' | 'data' | 'motion';

/** All groups, in the order of a connection's life. */
export const GROUPS: readonly Group[] = ['open', 'close', 'time-wait', 'reset', 'queues', 'data', 'motion'];

/** A program's way of reading: everything at once, nothing, or so many octets. */
export type Reads = 'all' | 'none' | number;

/** One of the two hosts. */
export interface HostSetup {
  /** As the ladder shows it. Default: client and server. */
  readonly name?: string;
  /** Settings of its TCP. */
  readonly tcp?: Partial<TcpConfig>;
  /** How its program reads. Default 'all'. */
  readonly reads?: Reads;
  /** How many connections it has memory for. Default: what a host has. */
  readonly connections?: number;
  /** It answers a SYN with a SYN alone, as in a simultaneous open (RFC 9293 figure 7), instead of SYN,ACK. Default false. */
  readonly splitsHandshake?: boolean;
}

/** A listener of a host. */
export interface ListenSetup {
  /** Bounds of the accept queue and of the SYN queue. */
  readonly backlog?: number;
  readonly synBacklog?: number;
  readonly synCookies?: boolean;
  readonly fastOpen?: number;
  /** Whether the program accepts connections. Default true. */
  readonly accepts?: boolean;
}

/** Where a scenario begins. */
export interface Setup {
  readonly left?: HostSetup;
  readonly right?: HostSetup;
  /** The right host's listener on port 80; null: there is none. Default {}. */
  readonly listen?: ListenSetup | null;
  /** One way, milliseconds. Default 10. */
  readonly delayMs?: number;
  /** Maximum segment lifetime of both hosts, milliseconds. Default 30 000: what Linux waits for. */
  readonly mslMs?: number;
  /** More of the wire: loss, mtu, bandwidth… */
  readonly wire?: Pick<
    WireConfig,
    'mtu' | 'loss' | 'bandwidthBps' | 'jitterUs' | 'duplicate' | 'reorder' | 'mark'
  >;
  /** Settings of both hosts' TCP. */
  readonly tcp?: Partial<TcpConfig>;
  /** Randomness. Default 1. */
  readonly seed?: number;
}

/** When a step is done: at a time, or some time after something was seen for the first time. */
export type When =
  /** Milliseconds from the beginning. */
  | number
  /** The end is in this state; `after` milliseconds later. */
  | { readonly end: End; readonly state: string; readonly after?: number; readonly connection?: number }
  /** The end's program found the end of the peer's stream. */
  | { readonly end: End; readonly sees: 'eof'; readonly after?: number; readonly connection?: number }
  /** The end's program has read so many octets. */
  | { readonly end: End; readonly read: number; readonly after?: number; readonly connection?: number };

/** A segment that nobody sent. Numbers are those of the TCB of the end that it is for, at that time. */
export interface Forged {
  /** `RST`, `SYN,ACK`… */
  readonly flags: string;
  /** A sequence number: `rcv.nxt+5`, `snd.una`, `irs`, or a number as it is on the wire. Default `rcv.nxt`. */
  readonly seq?: string;
  /** With the ACK bit. Default `snd.nxt`. */
  readonly ack?: string;
  /** Octets of text. Default 0. */
  readonly length?: number;
  readonly window?: number;
  /** The port that it comes from. Default: the connection's. */
  readonly port?: number;
  /** The address that it claims to come from; answers to one that no host has are lost. Default: the other end's. */
  readonly address?: string;
}

/** What is done. `connection` is 0 unless said: connection n of the left host has port 50000 + n. */
export type Action =
  | { readonly do: 'listen'; readonly end: End }
  /** Active OPEN to the other end's port 80; `write`: with so much to say at once (`fastOpen`: in the SYN, RFC 7413). */
  | {
      readonly do: 'connect';
      readonly end: End;
      readonly connection?: number;
      readonly fastOpen?: boolean;
      readonly text?: string;
    }
  /** The program accepts what waits, and from now on everything. */
  | { readonly do: 'accept'; readonly end: End }
  | {
      readonly do: 'write';
      readonly end: End;
      readonly connection?: number;
      /** What, or how many octets. */
      readonly what: string | number;
    }
  /** Reads what is there, and from now on as `reads` says. Default 'all'. */
  | { readonly do: 'read'; readonly end: End; readonly connection?: number; readonly reads?: Reads }
  /** Ends its own direction: FIN; goes on reading. */
  | { readonly do: 'shutdown'; readonly end: End; readonly connection?: number }
  /** Ends both directions (SHLD-3: what still comes is answered by RST). */
  | { readonly do: 'close'; readonly end: End; readonly connection?: number }
  | { readonly do: 'abort'; readonly end: End; readonly connection?: number }
  | { readonly do: 'keepalive'; readonly end: End; readonly connection?: number }
  /** Closes the listener. */
  | { readonly do: 'unlisten'; readonly end: End }
  /** The host loses everything, and says nothing. `reboot` brings it back, with its listener if it had one. */
  | { readonly do: 'crash' | 'reboot'; readonly end: End }
  /** Everything on the wire, and everything that is sent, is lost until `mend`. */
  | { readonly do: 'cut' | 'mend' }
  /** A copy of a segment that an end sent before, its `nth`, reaches the other end once more. */
  | { readonly do: 'repeat'; readonly from: End; readonly nth: number }
  | { readonly do: 'inject'; readonly to: End; readonly connection?: number; readonly segment: Forged };

/** What a program does, as opposed to what befalls a host or the wire. */
export type ProgramAction = Exclude<
  Action,
  { readonly do: 'cut' | 'mend' | 'crash' | 'reboot' | 'inject' | 'repeat' }
>;

/** An action and its time. */
export type Step = Action & { readonly when: When };

/** An experiment. */
export interface Scenario {
  readonly id: string;
  readonly group: Group;
  readonly title: Text;
  /** What a reader asks. */
  readonly question: Text;
  /** The answer, in a few sentences. */
  readonly explanation: Text;
  /** What to look at in the ladder, one sentence each. */
  readonly notice: readonly Text[];
  /** What Linux was seen to do otherwise, if it does. */
  readonly linux?: Text;
  /** Words, besides those of the texts, by which it is found. */
  readonly keywords?: readonly string[];
  readonly setup: Setup;
  readonly steps: readonly Step[];
  /** What the wire does to packets: wire rules as text, `drop ACK#1 left->right`. */
  readonly faults?: readonly string[];
  /**
   * When the packets of an end arrive, in the order in which they are sent: milliseconds from the beginning; null: it
   * is lost. Packets beyond the list take the wire's delay. Stories of the checker are told so.
   */
  readonly arrivals?: Readonly<Partial<Record<End, readonly (number | null)[]>>>;
  /** The rules of both hosts' TCP: the id of a mutant. Default RFC 9293. */
  readonly rules?: string;
  /** Virtual time at which it ends, milliseconds. Default: when nothing is pending, at most 10 minutes. */
  readonly untilMs?: number;
}
