// What shows in a state of a model, whatever has led to it: the properties of a host that waits for what will never come
// (quiescence), and the marks that liveness speaks of.

import { State } from '../../../tcp/index.ts';
import type { Packets } from './packets.ts';
import { Mark, P } from './properties.ts';
import type { Shared, Side } from './side.ts';
import { FAR_MS } from './tcb-codec.ts';

/** Milliseconds until a host's next timer; FAR_MS or more: none. */
export function untilTimer(s: Side): number {
  const now = s.engine.ms;
  let least = FAR_MS;
  for (let i = 0; i < s.halfCount; i++) least = Math.min(least, ((s.half[i] as number) - now) | 0);
  if (s.present === 0) return least;
  const t = s.tcb.timer;
  if (t.rexmt !== 0) least = Math.min(least, (t.rexmt - now) | 0);
  if (t.persist !== 0) least = Math.min(least, (t.persist - now) | 0);
  if (t.delack !== 0) least = Math.min(least, (t.delack - now) | 0);
  if (t.user !== 0) least = Math.min(least, (t.user - now) | 0);
  if (t.wait !== 0) least = Math.min(least, (t.wait - now) | 0);
  return least;
}

/** Notes the properties that a state breaks. */
export function lookAt(sides: readonly [Side, Side], packets: Packets, shared: Shared): void {
  const [a, b] = sides;
  const x = a.state();
  const y = b.state();
  if (b.halfCount + (y === State.SYN_RECEIVED ? 1 : 0) > b.backlog) shared.broken |= 1 << P.S9;
  const idle = untilTimer(a) >= FAR_MS && untilTimer(b) >= FAR_MS;
  if (!idle) return;
  if (x === State.TIME_WAIT || y === State.TIME_WAIT) shared.broken |= 1 << P.L4;
  if (packets.count > 0) return;
  for (const s of sides) still(s);
  if (a.present === 1 && b.present === 1 && a.peerOf(a.inc) === b.inc && b.peerOf(b.inc) === a.inc) {
    if ((x === State.ESTABLISHED) !== (y === State.ESTABLISHED)) shared.broken |= 1 << P.S8;
    if ((x === State.FIN_WAIT_2) !== (y === State.CLOSE_WAIT)) shared.broken |= 1 << P.S8;
    if ((y === State.FIN_WAIT_2) !== (x === State.CLOSE_WAIT)) shared.broken |= 1 << P.S8;
  }
  for (const s of sides) {
    if (s.present === 0 || s.state() < State.ESTABLISHED) continue;
    const j = s.peerOf(s.inc);
    const { peer } = s;
    if (j === 0 || ((peer.broken >> (j - 1)) & 1) === 1) continue;
    if (peer.present === 0 || peer.inc !== j) shared.broken |= 1 << P.S8;
  }
}

/** Nothing is under way and no timer runs: what `s` waits for will never come. */
function still(s: Side): void {
  switch (s.state()) {
    case State.SYN_SENT:
      s.breaks(P.L1);
      return;
    case State.SYN_RECEIVED:
      s.breaks(P.L2);
      return;
    case State.FIN_WAIT_1:
    case State.CLOSING:
    case State.LAST_ACK:
      s.breaks(P.L3);
      return;
    case State.ESTABLISHED:
    case State.CLOSE_WAIT:
      if (unsent(s)) s.breaks(P.L5);
      return;
    default:
  }
}

/** The {@link Mark}s of a state. */
export function marksOf([a, b]: readonly [Side, Side], packets: Packets): number {
  const x = a.state();
  const y = b.state();
  const either = (p: (s: Side, state: State) => boolean, some: number, none: number): number =>
    p(a, x) || p(b, y) ? some : none;
  const closing = (_s: Side, t: State): boolean =>
    t === State.FIN_WAIT_1 || t === State.CLOSING || t === State.LAST_ACK;
  const waiting = (s: Side): boolean => s.present === 1 && unsent(s);
  const halfOpen = (s: Side, t: State): boolean => isHalfOpen(s, t);
  // What the peer had sent before it was gone may still acknowledge what is outstanding.
  const sends = (s: Side, t: State): boolean =>
    isHalfOpen(s, t) && s.tcb.snd.una !== s.tcb.snd.nxt && packets.count === 0;
  return (
    either((_s, t) => t === State.SYN_SENT, Mark.SOME_SYN_SENT, Mark.NO_SYN_SENT) |
    either((_s, t) => t === State.SYN_RECEIVED, Mark.SOME_SYN_RECEIVED, Mark.NO_SYN_RECEIVED) |
    either(closing, Mark.SOME_CLOSING, Mark.NO_CLOSING) |
    either((_s, t) => t === State.TIME_WAIT, Mark.SOME_TIME_WAIT, Mark.NO_TIME_WAIT) |
    either(waiting, Mark.SOME_WAITING, Mark.NO_WAITING) |
    either(halfOpen, Mark.SOME_HALF_OPEN, Mark.NO_HALF_OPEN) |
    either(sends, Mark.SOME_HALF_OPEN_SENDS, 0) |
    either((_s, t) => t === State.CLOSE_WAIT, Mark.SOME_CLOSE_WAIT, Mark.NO_CLOSE_WAIT) |
    either((_s, t) => t === State.FIN_WAIT_2, Mark.SOME_FIN_WAIT_2, Mark.NO_FIN_WAIT_2)
  );
}

/** True when text, or the FIN, was never sent. */
function unsent(s: Side): boolean {
  const { snd, state } = s.tcb;
  return state >= State.ESTABLISHED && ((snd.end + snd.fin - snd.nxt) | 0) > 0;
}

/** True when `s` is synchronized, and the incarnation that it talked to is gone for ever. */
function isHalfOpen(s: Side, state: State): boolean {
  if (state < State.ESTABLISHED || state === State.TIME_WAIT) return false;
  const j = s.peerOf(s.inc);
  return j !== 0 && (s.peer.present === 0 || s.peer.inc !== j);
}
