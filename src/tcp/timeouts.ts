// Timeouts (RFC 9293 section 3.10.8; 3.8.3, 3.8.4, 3.8.6.1): one function for each.

import { ACK, FIN, PSH } from '../wire/segment.ts';
import { optionTimedOut } from './ecn/option.ts';
import type { Engine, TimerName } from './engine.ts';
import { Err } from './errors.ts';
import { FastOpen, usedEarly } from './fast-open.ts';
import { emit } from './form/emit.ts';
import { backOff } from './loss/rto.ts';
import { probeTimeout } from './send/mtu-search.ts';
import { noteResent, noteSent } from './send/sent.ts';
import { startPersist, transmit } from './send/transmit.ts';
import { Signal } from './signals.ts';
import { State } from './tcb/state.ts';
import type { Tcb } from './tcb/tcb.ts';
import * as row from './tcb/transitions.ts';
import { due, since } from './time.ts';
import { clearTimer, endConnection, returnToListen, setDeadline, setTimer } from './timers.ts';

/** Runs every timer of `tcb` that is due. */
export function timeout(e: Engine, tcb: Tcb): void {
  const { timer } = tcb;
  const putOff = due(e, timer.user) && missedAttempt(e, tcb);
  if (due(e, timer.user) && !putOff) {
    fired(e, tcb, 'user');
    e.rules.userTimeout(e, tcb);
    return;
  }
  if (due(e, timer.wait)) {
    fired(e, tcb, 'wait');
    waitTimeout(e, tcb);
    return;
  }
  if (due(e, timer.reorder)) {
    fired(e, tcb, 'reorder');
    e.rules.reorderTimeout(e, tcb);
    transmit(e, tcb);
  }
  if (due(e, timer.pto)) {
    fired(e, tcb, 'pto');
    e.rules.lossProbe(e, tcb);
  }
  if (due(e, timer.pace)) paceTimeout(e, tcb);
  if (due(e, timer.rexmt)) {
    fired(e, tcb, 'rexmt');
    e.rules.retransmissionTimeout(e, tcb);
  }
  if (due(e, timer.persist)) {
    fired(e, tcb, 'persist');
    e.rules.persistTimeout(e, tcb);
  }
  if (putOff) setDeadline(e, tcb, 'user', timer.rexmt !== 0 ? timer.rexmt : timer.persist);
  if (due(e, timer.delack)) {
    fired(e, tcb, 'delack');
    tcb.ackNow = 1;
    transmit(e, tcb);
  }
  if (due(e, timer.keep) && !heardMeanwhile(e, tcb)) {
    fired(e, tcb, 'keep');
    e.rules.keepAliveTimeout(e, tcb);
  }
}

/**
 * USER TIMEOUT is due because the machine slept: a retransmission or probe should have gone before it, or its answer
 * may wait to be read. R2 asks for attempts that nobody answered, so there is one more, and the time for its answer.
 */
function missedAttempt(e: Engine, tcb: Tcb): boolean {
  const { timer, rto } = tcb;
  const attempt = timer.rexmt !== 0 ? timer.rexmt : timer.persist;
  return due(e, attempt) && (((attempt - timer.user) | 0) < 0 || since(e, timer.user) > rto.rtoMs);
}

function fired(e: Engine, tcb: Tcb, name: TimerName): void {
  tcb.timer[name] = 0;
  if (e.trace !== null) e.trace.timerFired(tcb, name);
}

/** The time of the next segments has come. The timer stays on until they have left: what is late is made up for. */
function paceTimeout(e: Engine, tcb: Tcb): void {
  if (e.trace !== null) e.trace.timerFired(tcb, 'pace');
  transmit(e, tcb);
  if (due(e, tcb.timer.pace)) tcb.timer.pace = 0;
}

/** USER TIMEOUT, which is also R2 (MUST-20). */
export function userTimeout(e: Engine, tcb: Tcb): void {
  if (tcb.state === State.SYN_RECEIVED && tcb.passive === 1 && !usedEarly(tcb)) {
    returnToListen(e, tcb, row.SYN_RECEIVED_TIMEOUT);
    return;
  }
  // SHLD-25: what ICMP said meanwhile is the better reason.
  endConnection(
    e,
    tcb,
    row.USER_TIMEOUT[tcb.state],
    tcb.softError === Err.OK ? Err.TIMED_OUT : tcb.softError,
  );
}

/** RETRANSMISSION TIMEOUT (RFC 6298 section 5.4 to 5.7). */
export function retransmissionTimeout(e: Engine, tcb: Tcb): void {
  const { snd, rto, config } = tcb;
  if (snd.una === snd.nxt) return;
  const syn = snd.syn === 1;
  if (!syn) {
    if (tcb.mtuSearch !== null) probeTimeout(e, tcb, tcb.mtuSearch);
    e.rules.timeoutLoss(e, tcb);
    if (tcb.accEcn !== null) optionTimedOut(tcb.accEcn);
  }
  tcb.timeouts = (tcb.timeouts + 1) | 0;
  rto.timeouts = (rto.timeouts + 1) | 0;
  if (rto.timeouts === config.r1) tcb.signals |= Signal.DELAYED; // SHLD-9
  backOff(tcb);
  if ((tcb.fastOpen & FastOpen.OFFERED) !== 0 && rto.timeouts === 1 && syn) e.cookies?.failed(tcb);
  if (syn) e.rules.retransmit(e, tcb, snd.iss);
  else {
    e.rules.mtuBlackHole(e, tcb);
    e.rules.resendLost(e, tcb);
  }
  setTimer(e, tcb, 'rexmt', rto.rtoMs);
}

/** The window is closed (MUST-36), or silly-window avoidance has waited long enough. */
export function persistTimeout(e: Engine, tcb: Tcb): void {
  const { snd, rto } = tcb;
  if (snd.wnd > 0 && snd.probe === 0) {
    snd.override = 1;
    transmit(e, tcb);
    snd.override = 0;
    return;
  }
  if (snd.una === snd.nxt) {
    snd.probe = 1;
    snd.nxt = (snd.nxt + 1) | 0;
    noteSent(e, tcb, snd.una);
  } else {
    noteResent(e, tcb, snd.una, (snd.una + 1) | 0); // MUST-18: it is no sample any more
  }
  if (rto.probes < 0x3fffffff) rto.probes++;
  const text = ((snd.end - snd.una) | 0) > 0;
  const psh = ((snd.una + 1 - snd.end) | 0) === 0 ? PSH : 0;
  emit(e, tcb, snd.una, text ? ACK | psh : ACK | FIN, text ? 1 : 0);
  startPersist(e, tcb);
}

/**
 * The keep-alive timer is not set anew with every segment: when it is due and the peer was heard since, or something
 * else waits for its answer, it has not run out, and goes on.
 */
function heardMeanwhile(e: Engine, tcb: Tcb): boolean {
  const { config, snd } = tcb;
  const idle = since(e, tcb.heardMs);
  const waits = snd.una !== snd.nxt || tcb.timer.persist !== 0;
  if (tcb.keepAlive === 0 || (!waits && (tcb.keepProbes > 0 || idle >= config.keepAliveIdleMs))) return false;
  setTimer(e, tcb, 'keep', waits ? config.keepAliveIdleMs : config.keepAliveIdleMs - idle);
  return true;
}

/** Keep-alives (section 3.8.4): only when idle (MUST-26), no text (SHLD-12), a lost answer is no proof (MUST-29). */
export function keepAliveTimeout(e: Engine, tcb: Tcb): void {
  const { config, snd } = tcb;
  if (tcb.keepAlive === 0) return;
  if (row.KEEPALIVE_TIMEOUT[tcb.state] === undefined) return;
  if (tcb.keepProbes >= config.keepAliveCount) {
    // A peer that hears us, though we do not hear it, learns that the connection is gone, and so does a NAT.
    e.rules.sendReset(e, tcb);
    endConnection(e, tcb, row.KEEPALIVE_TIMEOUT[tcb.state], Err.TIMED_OUT);
    return;
  }
  tcb.keepProbes++;
  emit(e, tcb, (snd.nxt - 1) | 0, ACK, 0);
  setTimer(e, tcb, 'keep', config.keepAliveIntervalMs);
}

/** Starts, or stops, the keep-alive timer after the setting or the state has changed. */
export function restartKeepAlive(e: Engine, tcb: Tcb): void {
  if (tcb.keepAlive === 1 && row.KEEPALIVE_TIMEOUT[tcb.state] !== undefined) {
    setTimer(e, tcb, 'keep', tcb.config.keepAliveIdleMs);
  } else {
    clearTimer(e, tcb, 'keep');
  }
}

/** TIME-WAIT TIMEOUT, or the end of an orphan's FIN-WAIT-2. */
function waitTimeout(e: Engine, tcb: Tcb): void {
  if (tcb.state === State.TIME_WAIT) endConnection(e, tcb, row.TIME_WAIT_TIMEOUT, Err.OK);
  else if (tcb.state === State.FIN_WAIT_2) endConnection(e, tcb, row.FIN_WAIT_2_TIMEOUT, Err.TIMED_OUT);
}
