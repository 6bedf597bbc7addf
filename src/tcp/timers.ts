// Setting and cancelling the timers of a TCB. Deadlines are only numbers: whoever drives the engine
// asks `wakeAt(tcb)` after each event and calls `timeout` when that time has come.

import type { Engine, TimerName } from './engine.ts';
import { Err } from './errors.ts';
import { noteMetrics } from './metrics.ts';
import { dropSent } from './send/sent.ts';
import { Signal } from './signals.ts';
import { resetTimers } from './tcb/reset.ts';
import type { Tcb, Timers } from './tcb/tcb.ts';
import { LISTEN_CLOSE, type Transition } from './tcb/transitions.ts';
import { deadline } from './time.ts';

/** A switch and not `timer[name] = at`: a keyed store with so many names would be megamorphic. */
function store(timer: Timers, name: TimerName, at: number): void {
  switch (name) {
    case 'rexmt':
      timer.rexmt = at;
      return;
    case 'persist':
      timer.persist = at;
      return;
    case 'delack':
      timer.delack = at;
      return;
    case 'keep':
      timer.keep = at;
      return;
    case 'user':
      timer.user = at;
      return;
    case 'wait':
      timer.wait = at;
      return;
    case 'reorder':
      timer.reorder = at;
      return;
    case 'pto':
      timer.pto = at;
      return;
    case 'pace':
      timer.pace = at;
  }
}

/** Starts (or restarts) a timer. */
export function setTimer(e: Engine, tcb: Tcb, name: TimerName, ms: number): void {
  setDeadline(e, tcb, name, deadline(e, ms));
}

/** The same, by its deadline; 0 turns it off. */
export function setDeadline(e: Engine, tcb: Tcb, name: TimerName, at: number): void {
  store(tcb.timer, name, at);
  if (e.trace !== null) e.trace.timerSet(tcb, name, at);
}

/** Turns a timer off. */
export function clearTimer(e: Engine, tcb: Tcb, name: TimerName): void {
  if (e.trace !== null && tcb.timer[name] !== 0) e.trace.timerSet(tcb, name, 0);
  store(tcb.timer, name, 0);
}

/** Turns all timers off. */
export function clearTimers(e: Engine, tcb: Tcb): void {
  const { timer } = tcb;
  if (e.trace === null) {
    resetTimers(timer);
    return;
  }
  clearTimer(e, tcb, 'rexmt');
  clearTimer(e, tcb, 'persist');
  clearTimer(e, tcb, 'delack');
  clearTimer(e, tcb, 'keep');
  clearTimer(e, tcb, 'user');
  clearTimer(e, tcb, 'wait');
  clearTimer(e, tcb, 'reorder');
  clearTimer(e, tcb, 'pto');
  clearTimer(e, tcb, 'pace');
}

/** Takes a row of the transition table. */
export function enter(e: Engine, tcb: Tcb, t: Transition | undefined): void {
  if (t === undefined || t.from !== tcb.state) {
    throw new Error(`no transition ${t?.name ?? '?'} from state ${tcb.state}`);
  }
  tcb.state = t.to;
  e.out.transition(tcb, t);
}

/** Enters CLOSED by `t`, "delete the TCB": every timer off, the user told why. */
export function endConnection(e: Engine, tcb: Tcb, t: Transition | undefined, error: Err): void {
  noteMetrics(e, tcb);
  tcb.error = error;
  clearTimers(e, tcb);
  dropSent(e, tcb);
  tcb.snd.probe = 0;
  tcb.ackNow = 0;
  tcb.signals |= Signal.ENDED;
  enter(e, tcb, t);
}

/**
 * SYN-RECEIVED returns to LISTEN: the half-open connection is forgotten (MUST-11). A CLOSE that waited
 * for ESTABLISHED is carried out now.
 */
export function returnToListen(e: Engine, tcb: Tcb, t: Transition): void {
  clearTimers(e, tcb);
  tcb.ackNow = 0;
  tcb.signals |= Signal.ENDED;
  enter(e, tcb, t);
  if (tcb.snd.fin === 1) endConnection(e, tcb, LISTEN_CLOSE, Err.OK);
}

/** Enters TIME-WAIT by `t` and starts 2MSL; "turn off the other timers" (3.10.7.4 eighth). */
export function enterTimeWait(e: Engine, tcb: Tcb, t: Transition): void {
  noteMetrics(e, tcb);
  clearTimers(e, tcb);
  setTimer(e, tcb, 'wait', e.rules.timeWaitMs(tcb));
  enter(e, tcb, t);
}

/** How long TIME-WAIT lasts: 2 MSL (MUST-13). */
export function timeWaitMs(tcb: Tcb): number {
  return 2 * tcb.config.mslMs;
}
