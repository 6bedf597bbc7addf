// What an attacker sends in a model, and to whom.

import { State } from '../../../tcp/index.ts';
import { ACK, RST, type Segment, SYN } from '../../../wire/segment.ts';
import type { Side } from './side.ts';

/** What an attacker sends to a host; `argument` of INJECT is the host + 2 * one of these. */
export const Forgery = {
  /** RST in the window, but not at RCV.NXT. */
  RST_IN_WINDOW: 0,
  /** RST at RCV.NXT: a lucky guess. */
  RST_EXACT: 1,
  /** SYN in the window. */
  SYN_IN_WINDOW: 2,
  /** ACK in the window, of what was never sent. */
  ACK_OF_NOTHING: 3,
  /** SYN of a connection that nobody has. */
  SYN_OF_NOBODY: 4,
} as const;

/** What each kind of attacker sends. */
const FORGERIES = {
  /** Who knows roughly the window, and may be lucky. */
  near: [Forgery.RST_IN_WINDOW, Forgery.RST_EXACT, Forgery.SYN_IN_WINDOW],
  /** Who is off the path, and guesses no number that counts. */
  blind: [Forgery.RST_IN_WINDOW, Forgery.SYN_IN_WINDOW, Forgery.ACK_OF_NOTHING, Forgery.SYN_OF_NOBODY],
} as const;

/** What an attacker may send to a host now. */
export function forgeriesTo(s: Side, kind: keyof typeof FORGERIES = 'near'): number[] {
  const state = s.state();
  // Before a SYN has come there is no window; in TIME-WAIT a SYN in it would be one that reopens.
  const near = state > State.SYN_SENT && (kind === 'near' || state !== State.TIME_WAIT);
  return FORGERIES[kind].filter((forgery) => {
    const window = forgery !== Forgery.SYN_OF_NOBODY && forgery !== Forgery.ACK_OF_NOTHING;
    return window ? near : kind === 'blind';
  });
}

/** Makes `seg` what is forged for a host. */
export function forge(seg: Segment, s: Side, forgery: number): void {
  const known = s.present === 1 && s.state() > State.SYN_SENT;
  const nxt = known ? s.tcb.rcv.nxt : 0;
  const ack = known ? s.tcb.snd.nxt : 0;
  switch (forgery) {
    case Forgery.RST_IN_WINDOW:
      seg.set((nxt + 1) | 0, ack, RST | ACK);
      return;
    case Forgery.RST_EXACT:
      seg.set(nxt, ack, RST | ACK);
      return;
    case Forgery.SYN_IN_WINDOW:
      seg.set((nxt + 1) | 0, 0, SYN);
      return;
    case Forgery.ACK_OF_NOTHING:
      // Of a number near 0, as a RST without an ACK has: no ISS is.
      seg.set(nxt, 1, ACK);
      seg.wnd = 16;
      return;
    default:
      seg.set(0, 0, SYN);
      seg.wnd = 16;
  }
}
