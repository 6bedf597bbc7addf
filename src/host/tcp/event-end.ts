// What every event of a connection ends with: its timer, what its user is told, its place in the tables.

import { Err, push, Signal, State, wakeAt } from '../../tcp/index.ts';
import type { Connection, Listener } from '../connection/index.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** What is seen to once for packets that came together. */
const COALESCED = Signal.TEXT | Signal.ROOM | Signal.USABLE;

/** Packets come together: until the end of the batch nobody is told of text and of room, but of all else at once. */
export function beginBatch(tcp: TcpLayer): void {
  tcp.batches++;
  tcp.engine.together = true;
}

/** The last of them was processed. */
export function endBatch(tcp: TcpLayer): void {
  if (--tcp.batches > 0) return;
  tcp.engine.together = false;
  const { late } = tcp;
  if (late.length === 0) return;
  tcp.late = [];
  for (const c of late) {
    c.late = false;
    if (!c.ended) endEvent(tcp, c);
  }
}

/** An event of a connection is over. Callbacks of the user run in here; they may call anything. */
export function endEvent(tcp: TcpLayer, c: Connection): void {
  const { tcb } = c;
  if (tcb.id < 0) return;
  c.stirred = true;
  // The end of the batch sees to all of it.
  if (c.late && (tcb.signals & ~COALESCED) === 0 && tcb.state !== State.TIME_WAIT) return;
  if (tcp.batches === 0 && (tcb.signals & Signal.USABLE) !== 0) push(tcp.engine, tcb);
  const at = wakeAt(tcb);
  if (at !== 0) tcp.table.wheel.armNoLater(tcb.id, at);
  const { signals } = tcb;
  if (signals === 0 && tcb.state !== State.TIME_WAIT) return;
  if (tcp.batches > 0 && (signals & ~COALESCED) === 0 && signals !== 0) {
    if (!c.late) tcp.late.push(c);
    c.late = true;
    return;
  }
  tcb.signals = 0;
  // MUST-20: negative advice to IP at R1.
  if ((signals & Signal.DELAYED) !== 0 && c.path !== null) tcp.ip.doubt(c.path);
  if (c.earlyAt !== null && (signals & (Signal.OPENED | Signal.ENDED)) !== 0) {
    c.earlyAt.leaveEarly(tcb.error === Err.RESET && (signals & Signal.OPENED) === 0, tcp.nowMs);
    c.earlyAt = null;
  }
  if (tcb.state === State.TIME_WAIT) {
    // The record that is left needs no TCB.
    tcp.table.release(tcb);
    tcp.timeWait.add(tcb, c.ttl, c.tos);
    c.signalled(signals);
    if (tcp.tap === null) tcp.tcbs.ended(c);
    return;
  }
  if ((signals & Signal.ENDED) !== 0) {
    tcp.table.forget(c);
    leaveQueues(c);
    c.signalled(signals & ~Signal.ENDED);
    c.finish(tcb.error);
    if (tcp.tap === null) tcp.tcbs.ended(c);
    return;
  }
  const { listener } = c;
  if ((signals & (Signal.OPENED | Signal.EARLY)) !== 0 && listener !== null && c.halfOpen) {
    leaveSynQueue(c, listener);
    tcp.counters.passiveOpens++;
    c.handler ??= listener.handler;
    listener.established(c);
  }
  c.signalled(signals);
}

/** A connection that has ended is in no queue of its listener. */
function leaveQueues(c: Connection): void {
  const { listener } = c;
  if (listener === null) return;
  if (c.halfOpen) leaveSynQueue(c, listener);
  else if (!listener.keepsReset || listener.closed) listener.forget(c);
}

function leaveSynQueue(c: Connection, listener: Listener): void {
  c.halfOpen = false;
  listener.synQueueLength--;
}
