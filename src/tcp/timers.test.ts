import { describe, expect, it } from 'vitest';
import type { TimerName, TimerTrace } from './engine.ts';
import { Err } from './errors.ts';
import { inState } from './segment-arrives/testing.ts';
import { Signal } from './signals.ts';
import type { Tcb } from './tcb/tcb.ts';
import * as row from './tcb/transitions.ts';
import type { Endpoint } from './testing.ts';
import {
  clearTimer,
  clearTimers,
  endConnection,
  enter,
  enterTimeWait,
  returnToListen,
  setTimer,
} from './timers.ts';

const NAMES: readonly TimerName[] = [
  'rexmt',
  'persist',
  'delack',
  'keep',
  'user',
  'wait',
  'reorder',
  'pto',
  'pace',
];
const OFF = NAMES.map(() => 0);

/** Notes what is set: "rexmt 1500". */
class Noted implements TimerTrace {
  readonly lines: string[] = [];
  timerSet(_tcb: Tcb, timer: TimerName, deadlineMs: number): void {
    this.lines.push(`${timer} ${deadlineMs}`);
  }
  timerFired(): void {}
}

describe('the timers of a TCB', () => {
  it('each has a deadline of its own; setting one is told', () => {
    const a = inState('CLOSED', { startUs: 1_000_000 });
    const trace = new Noted();
    a.engine.trace = trace;
    for (const [i, name] of NAMES.entries()) setTimer(a.engine, a.tcb, name, 100 * (i + 1));
    expect(NAMES.map((name) => a.tcb.timer[name])).toEqual(NAMES.map((_, i) => 1100 + 100 * i));
    expect(trace.lines).toEqual(NAMES.map((name, i) => `${name} ${1100 + 100 * i}`));
  });

  it('turning one off is told when it was on, and touches no other', () => {
    const a = inState('CLOSED');
    for (const name of NAMES) setTimer(a.engine, a.tcb, name, 100);
    const trace = new Noted();
    a.engine.trace = trace;
    for (const name of NAMES) {
      clearTimer(a.engine, a.tcb, name);
      expect([name, a.tcb.timer[name], trace.lines.splice(0)]).toEqual([name, 0, [`${name} 0`]]);
      clearTimer(a.engine, a.tcb, name);
      expect(trace.lines).toEqual([]);
    }
  });

  it('all are turned off together; who watches is told of those that were on', () => {
    const a = inState('CLOSED');
    for (const name of ['rexmt', 'user', 'pace'] as const) setTimer(a.engine, a.tcb, name, 100);
    const trace = new Noted();
    a.engine.trace = trace;
    clearTimers(a.engine, a.tcb);
    expect([NAMES.map((name) => a.tcb.timer[name]), trace.lines]).toEqual([
      OFF,
      ['rexmt 0', 'user 0', 'pace 0'],
    ]);
  });

  it('all are turned off together; nobody has to watch', () => {
    const a = inState('CLOSED');
    a.engine.trace = null;
    for (const name of NAMES) setTimer(a.engine, a.tcb, name, 100);
    clearTimers(a.engine, a.tcb);
    expect(NAMES.map((name) => a.tcb.timer[name])).toEqual(OFF);
  });
});

describe('taking a row of the transition table', () => {
  it('that does not begin in this state, or is none, is a defect of the engine and throws', () => {
    const a = inState('ESTABLISHED');
    expect(() => enter(a.engine, a.tcb, row.LISTEN_CLOSE)).toThrow('no transition listen-close from state 4');
    expect(() => enter(a.engine, a.tcb, undefined)).toThrow('no transition ? from state 4');
    expect([a.state, a.rows]).toEqual(['ESTABLISHED', []]);
  });

  it('CLOSED: no timer runs, nothing is owed, and the user is told why', () => {
    const a = inState('ESTABLISHED');
    for (const name of NAMES) setTimer(a.engine, a.tcb, name, 100);
    a.tcb.ackNow = 1;
    a.tcb.snd.probe = 1;
    endConnection(a.engine, a.tcb, row.ABORT[a.tcb.state], Err.ABORTED);
    expect(NAMES.map((name) => a.tcb.timer[name])).toEqual(OFF);
    expect([a.state, a.tcb.error, a.tcb.ackNow, a.tcb.snd.probe]).toEqual(['CLOSED', Err.ABORTED, 0, 0]);
    expect([a.tcb.signals & Signal.ENDED, a.rows]).toEqual([Signal.ENDED, ['abort']]);
  });

  it('CLOSED and TIME-WAIT: what the path was like is left to the next connection; CLOSED keeps no record of what was sent', () => {
    const ends = {
      ESTABLISHED: (a: Endpoint) => a.abort(),
      CLOSING: (a: Endpoint) => a.inject('ACK', 2, 2),
    };
    for (const state of ['ESTABLISHED', 'CLOSING'] as const) {
      const a = inState(state, { config: { peerMetrics: 'path' } });
      if (state === 'ESTABLISHED') a.send([1]);
      const metrics = { rttUs: 0, rttvarUs: 0, ssthresh: 0, reordering: 0, accEcnBlocked: 0 };
      a.engine.metrics = { find: () => null, entry: () => metrics };
      Object.assign(a.tcb.rto, { measured: 1, srttUs: 70_000, rttvarUs: 9000 });
      expect(a.tcb.sent).not.toBe(null);
      ends[state](a);
      expect([state, metrics.rttUs]).toEqual([state, a.tcb.rto.srttUs]);
      if (a.state === 'CLOSED') expect(a.tcb.sent).toBe(null);
    }
  });

  it('back to LISTEN: the same, and a CLOSE that waited for ESTABLISHED closes', () => {
    for (const fin of [0, 1]) {
      const a = inState('SYN-RECEIVED');
      a.tcb.ackNow = 1;
      a.tcb.snd.fin = fin;
      returnToListen(a.engine, a.tcb, row.SYN_RECEIVED_TIMEOUT);
      expect(NAMES.map((name) => a.tcb.timer[name])).toEqual(OFF);
      expect([a.state, a.tcb.ackNow, a.tcb.signals & Signal.ENDED]).toEqual([
        fin === 1 ? 'CLOSED' : 'LISTEN',
        0,
        Signal.ENDED,
      ]);
    }
  });

  it('MUST-13: TIME-WAIT has the 2MSL timer and no other', () => {
    const a = inState('CLOSING', { config: { mslMs: 1000 } });
    for (const name of NAMES) setTimer(a.engine, a.tcb, name, 100);
    enterTimeWait(a.engine, a.tcb, row.CLOSING_ACK);
    expect(NAMES.map((name) => a.tcb.timer[name])).toEqual(NAMES.map((name) => (name === 'wait' ? 2000 : 0)));
    expect([a.state, a.rows]).toEqual(['TIME-WAIT', ['closing-ack']]);
  });
});
