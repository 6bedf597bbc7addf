// A stack under test: the calls of its programs, a way in for packets, and what it is in afterwards.

import type { Syscalls } from '../../src/drill/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import type { Flow } from './wire.ts';

/** The kernel, or a Host of synfin. */
export interface Subject {
  readonly name: string;
  readonly calls: Syscalls;
  /** One packet from the peer; all that it causes at once has happened when this returns. */
  inject(packet: Uint8Array): void;
  /** Packets of the flow that came out since the last call. */
  take(flow: Flow): Uint8Array[];
  /** Waits for the short timer that a stack may have set (milliseconds), until a packet comes. */
  settle(flow: Flow): void;
  /** LISTEN when only a listener would take a segment of the flow, CLOSED when nothing would. */
  stateOf(flow: Flow): StateName;
  /** SND.WND of a descriptor that is connected, null where it cannot be told. */
  sendWindow(fd: number): number | null;
}
