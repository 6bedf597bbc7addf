// What a simulated link and the world ask of the things they join: an interface of a host (Port), a
// host (Node), a clock, and an event. Structural types: a host implements them without knowing links.

import type { Memory } from '../wire/index.ts';

/** Takes a packet: block (off, len) of `memory.alloc(len)`. Its ownership passes to the link. */
export type Transmit = (off: number, len: number) => void;

/** What the bytes of a packet begin with: an IP header, or an Ethernet header. */
export type PortKind = 'ip' | 'ethernet';

/** A host's interface, as a link sees it. */
export interface Port {
  /** Where the packets that this port transmits and receives lie. */
  readonly memory: Memory;
  /** Largest IP packet in bytes. */
  readonly mtu: number;
  /** What a packet begins with. Default 'ip'. */
  readonly kind?: PortKind;
  /** A packet arrived at (off, len) of `memory`. The callee may write in it but does not own it. */
  receive(off: number, len: number): void;
  /** Optional. The same, and the callee may keep the block. True: it did. */
  deliver?(off: number, len: number): boolean;
  /** The link installs its end; null takes it away. Packets sent without a link are the port's to free. */
  attach(transmit: Transmit | null): void;
  /** Whether a link is attached: a port has one. */
  readonly attached?: boolean;
}

/** Something that lives in a world: a host. */
export interface Node {
  /** Runs what is due at `nowUs`: timers, pending output. */
  poll(nowUs: number): void;
  /** When `poll` is wanted, in µs: a time not after now means at once, Infinity means not. */
  wakeAt(): number;
  /**
   * Optional. A node that has this is not asked `wakeAt` after every round: it calls `wake(atUs)`
   * whenever its wakeAt() becomes earlier. For worlds of many hosts.
   */
  setWaker?(wake: (atUs: number) => void): void;
  /** Its clock, if it has one: in a world it is the world's. */
  readonly clock?: Clock;
  /** False when its randomness does not repeat. */
  readonly repeatable?: boolean;
  /** Optional. The world's `userWoke`: called whenever user code has something to do. */
  setUserWoke?(woke: () => void): void;
  /** Ends everything at once; what user code waits for rejects. For the end of a world. */
  abort?(): void;
  /** One line for error messages. */
  describe?(): string;
  /** What it waits for, for error messages: a line for each connection, listener and socket that does. */
  waitsFor?(): string[];
}

/** Virtual time in µs. */
export interface Clock {
  now(): number;
}

/** An event: an object, so that the same one can be scheduled again and again without allocation. */
export interface Action {
  run(nowUs: number): void;
  /** One line for error messages. */
  describe?(): string;
}
