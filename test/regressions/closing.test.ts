// Scenarios that broke other TCPs: closing. FIN-WAIT-1, FIN-WAIT-2, CLOSING, CLOSE-WAIT and LAST-ACK
// must send what is left, recognise each FIN, and come to an end (RFC 9293 section 3.6, 3.10.4).

import { describe, expect, it } from 'vitest';
import { Err } from '../../src/tcp/errors.ts';
import { emit } from '../../src/tcp/form/emit.ts';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { State } from '../../src/tcp/tcb/state.ts';
import { finSent, type Tcb, wakeAt } from '../../src/tcp/tcb/tcb.ts';
import * as row from '../../src/tcp/tcb/transitions.ts';
import { type Endpoint, Pair } from '../../src/tcp/testing.ts';
import { enterTimeWait, setTimer } from '../../src/tcp/timers.ts';
import { ACK, FIN, PSH } from '../../src/wire/segment.ts';
import { established, inState, octets, pass, regression, sent } from '../support/regression.ts';

/** The retransmission timer does nothing in one state. */
function noRetransmissionIn(state: State): Partial<typeof rfc9293> {
  return {
    retransmissionTimeout(e, tcb) {
      if (tcb.state === state) setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
      else rfc9293.retransmissionTimeout(e, tcb);
    },
  };
}

/** Marks the state without naming a transition: what a TCP with a wrong table does. */
function force(tcb: Tcb, state: State): void {
  tcb.state = state;
}

describe('close() before everything is sent', () => {
  it('close() with a closed peer window enters FIN-WAIT-1 at once, and the FIN is sent when the window opens (gVisor 13393)', () => {
    const a = established(rfc9293, {}, { wnd: 0 });
    a.send(octets(700));
    a.close();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', []]);
    a.inject('ACK', 1, 1, { wnd: 600 });
    expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=536']);
    a.inject('ACK', 1, 537, { wnd: 600 });
    expect(sent(a)).toEqual(['FIN,PSH,ACK seq=537 ack=1 len=164']);
    a.inject('ACK', 1, 702);
    expect(a.state).toBe('FIN-WAIT-2');
  });

  it('the same in CLOSE-WAIT: LAST-ACK at once, the FIN when the window opens (gVisor 13393)', () => {
    const a = established(rfc9293, {}, { wnd: 0 });
    a.inject('FIN,ACK', 1, 1, { wnd: 0 });
    a.send(octets(10));
    a.close();
    expect([a.state, sent(a)]).toEqual(['LAST-ACK', []]);
    a.inject('ACK', 2, 1, { wnd: 600 });
    expect(sent(a)).toEqual(['FIN,PSH,ACK seq=1 ack=2 len=10']);
    a.inject('ACK', 2, 12);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.OK]);
  });

  regression(
    'an ACK of everything sent so far does not acknowledge a FIN that waits: the peer FIN leads to CLOSING, not TIME-WAIT (gVisor PR 13401)',
    (rules) => {
      const a = established(rules, {}, { wnd: 536 });
      a.send(octets(1000));
      a.close();
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=536']);
      a.inject('FIN,ACK', 1, 537, { wnd: 0 });
      expect(a.state).toBe('CLOSING');
      a.inject('ACK', 2, 537, { wnd: 2000 });
      expect(sent(a).at(-1)).toBe('FIN,PSH,ACK seq=537 ack=2 len=464');
      a.inject('ACK', 2, 1002);
      expect(a.state).toBe('TIME-WAIT');
    },
    {
      'SND.UNA = SND.NXT counts as a FIN acknowledged': {
        finReached(e, tcb) {
          if (tcb.state !== State.FIN_WAIT_1 || tcb.snd.una !== tcb.snd.nxt) rfc9293.finReached(e, tcb);
          else enterTimeWait(e, tcb, row.FIN_WAIT_1_FIN_ACK);
        },
      },
    },
  );

  regression(
    'a FIN that arrives before ours has left leads to CLOSING, from which text and FIN still go out; nothing spins meanwhile (smoltcp PR 279, PR 398)',
    (rules) => {
      const a = established(rules, {}, { wnd: 0 });
      a.send([1, 2, 3]);
      a.close();
      a.inject('FIN,ACK', 1, 1, { wnd: 0 });
      expect([a.state, sent(a)]).toEqual(['CLOSING', ['ACK seq=1 ack=2 len=0']]);
      expect(wakeAt(a.tcb) * 1000).toBeGreaterThan(a.engine.now);
      a.inject('ACK', 2, 1, { wnd: 1000 });
      expect(sent(a)).toEqual(['FIN,PSH,ACK seq=1 ack=2 len=3']);
      a.inject('ACK', 2, 5);
      expect(a.state).toBe('TIME-WAIT');
    },
    {
      'CLOSING sends nothing more': {
        ack: (e, tcb, seg) =>
          tcb.state === State.CLOSING && !finSent(tcb) ? true : rfc9293.ack(e, tcb, seg),
      },
    },
  );
});

describe('a FIN in its place', () => {
  regression(
    'a FIN that arrives before the text it follows does not enter CLOSE-WAIT; the text does (smoltcp PR 112)',
    (rules) => {
      const a = established(rules);
      a.inject('FIN,ACK', 5, 1);
      expect([a.state, sent(a), a.read]).toEqual(['ESTABLISHED', ['ACK seq=1 ack=1 len=0'], []]);
      a.inject('PSH,ACK', 1, 1, { text: octets(4) });
      expect([a.state, a.read]).toEqual(['CLOSE-WAIT', [0, 1, 2, 3]]);
      pass(a, 100);
      expect(sent(a)).toEqual(['ACK seq=1 ack=6 len=0']);
    },
    {
      'a FIN is a FIN': {
        fin(e, tcb, seg) {
          if ((seg.ctl & FIN) !== 0) tcb.rcv.nxt = (seg.seq + seg.textLen) | 0;
          rfc9293.fin(e, tcb, seg);
        },
      },
    },
  );

  regression(
    'FIN-WAIT-1: a FIN that acknowledges ours leads to TIME-WAIT, another to CLOSING; FIN-WAIT-2: to TIME-WAIT (FreeRTOS-Plus-TCP 1303)',
    (rules) => {
      const three = inState('FIN-WAIT-1', rules);
      three.inject('FIN,ACK', 1, 2);
      expect([three.state, sent(three)]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0']]);

      const simultaneous = inState('FIN-WAIT-1', rules);
      simultaneous.inject('FIN,ACK', 1, 1);
      expect([simultaneous.state, sent(simultaneous)]).toEqual(['CLOSING', ['ACK seq=2 ack=2 len=0']]);
      simultaneous.inject('ACK', 2, 2);
      expect(simultaneous.state).toBe('TIME-WAIT');

      const four = inState('FIN-WAIT-2', rules);
      four.inject('FIN,ACK', 1, 2);
      expect([four.state, sent(four)]).toEqual(['TIME-WAIT', ['ACK seq=2 ack=2 len=0']]);
    },
    {
      'every FIN leads to CLOSE-WAIT': {
        finReached(e, tcb) {
          rfc9293.finReached(e, tcb);
          force(tcb, State.CLOSE_WAIT);
        },
      },
    },
  );

  regression(
    'FIN-WAIT-2 takes a FIN whatever comes with it: PSH and the last text (Zephyr 37842)',
    (rules) => {
      for (const text of [octets(0), octets(5)]) {
        const a = inState('FIN-WAIT-2', rules);
        a.inject('FIN,PSH,ACK', 1, 2, { text });
        expect([a.state, a.read]).toEqual(['TIME-WAIT', [...text]]);
        expect(sent(a)).toEqual([`ACK seq=2 ack=${2 + text.length} len=0`]);
      }
    },
    {
      'only FIN,ACK is known': {
        fin(e, tcb, seg) {
          if ((seg.ctl & PSH) === 0) rfc9293.fin(e, tcb, seg);
        },
      },
    },
  );
});

describe('a FIN is retransmitted', () => {
  regression(
    'simultaneous close with one FIN lost: CLOSING sends its FIN again, and both sides end (smoltcp PR 1026)',
    (rules) => {
      let lost = 0;
      const pair = new Pair({
        rules,
        fate: (r, from) => {
          if (from === 'a' && (r.ctl & FIN) !== 0 && lost++ === 0) return [];
          return [10_000];
        },
      });
      pair.connect();
      pair.a.close();
      pair.b.close();
      pair.run(() => pair.a.state === 'TIME-WAIT' && pair.b.state === 'TIME-WAIT', pair.now + 10_000_000);
      expect(pair.a.rows).toContain('closing-ack');
      expect([pair.a.state, pair.b.state, lost]).toEqual(['TIME-WAIT', 'TIME-WAIT', 2]);
    },
    { 'no retransmission in CLOSING': noRetransmissionIn(State.CLOSING) },
  );

  regression(
    'what CLOSING sends again is the FIN: same sequence number, FIN bit set (Demikernel 1537, Zephyr PR 61183)',
    (rules) => {
      for (const state of ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const) {
        const a = inState(state, rules);
        const ack = state === 'FIN-WAIT-1' ? 1 : 2;
        pass(a, 250);
        expect(sent(a), state).toEqual([`FIN,ACK seq=1 ack=${ack} len=0`]);
      }
    },
    {
      'sent again without its FIN bit': {
        retransmit(e, tcb, seq) {
          emit(e, tcb, seq, ACK, 0);
          return 1;
        },
      },
      'sent again one further': {
        retransmit(e, tcb, seq) {
          emit(e, tcb, (seq + 1) | 0, ACK | FIN, 0);
          return 1;
        },
      },
    },
  );

  regression(
    'FIN-WAIT-1 with every FIN lost but the fifth does not stay there (utcp 27)',
    (rules) => {
      const a = inState('FIN-WAIT-1', rules);
      pass(a, 200 + 400 + 800 + 1600 + 100);
      expect(sent(a)).toEqual(new Array(4).fill('FIN,ACK seq=1 ack=1 len=0'));
      a.inject('ACK', 1, 2);
      a.inject('FIN,ACK', 1, 2);
      expect(a.state).toBe('TIME-WAIT');
    },
    { 'no retransmission in FIN-WAIT-1': noRetransmissionIn(State.FIN_WAIT_1) },
  );

  regression(
    'text lost in CLOSE-WAIT is sent again: the timer runs there too (utcp 24, inherited from a formal model)',
    (rules) => {
      const a = inState('CLOSE-WAIT', rules);
      a.send(octets(536));
      expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=2 len=536']);
      pass(a, 250);
      expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=2 len=536']);
      a.send(octets(164));
      a.inject('ACK', 2, 537);
      expect(sent(a)).toEqual(['PSH,ACK seq=537 ack=2 len=164']);
    },
    { 'no retransmission in CLOSE-WAIT': noRetransmissionIn(State.CLOSE_WAIT) },
  );
});

const forEver = { userTimeout: () => {} } satisfies Partial<typeof rfc9293>;

describe('closing comes to an end', () => {
  regression(
    'close() ends within R2 when nothing that is sent arrives, in every closing state (lwIP 37614, 44225)',
    (rules) => {
      for (const state of ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'] as const) {
        const a = inState(state, rules, { r2Ms: 100_000 });
        pass(a, 100_000);
        expect([a.state, a.tcb.error, wakeAt(a.tcb)], state).toEqual(['CLOSED', Err.TIMED_OUT, 0]);
      }
    },
    { 'no user timeout': forEver },
  );

  regression(
    'a passive close with unacknowledged text and no peer any more ends: CLOSED, no timer left (lwIP 51937)',
    (rules) => {
      const a = inState('CLOSE-WAIT', rules, { r2Ms: 100_000 });
      a.send(octets(1000));
      a.detach();
      expect(a.state).toBe('LAST-ACK');
      pass(a, 100_000);
      expect([a.state, a.tcb.error, wakeAt(a.tcb)]).toEqual(['CLOSED', Err.TIMED_OUT, 0]);
    },
    { 'no user timeout': forEver },
  );

  regression(
    'the limit of FIN-WAIT-2 runs from its beginning: ACKs that come again and again do not put it off (mirage-tcpip PR 176, utcp 28)',
    (rules) => {
      const a = established(rules, { finWait2Ms: 60_000 });
      a.detach();
      a.inject('ACK', 1, 2);
      expect(a.state).toBe('FIN-WAIT-2');
      for (let i = 0; i < 6; i++) {
        a.inject('ACK', 1, 2);
        pass(a, 10_000);
      }
      expect([a.state, wakeAt(a.tcb)]).toEqual(['CLOSED', 0]);
    },
    {
      'each ACK starts the timer again': {
        ack(e, tcb, seg) {
          const done = rfc9293.ack(e, tcb, seg);
          if (tcb.state === State.FIN_WAIT_2) setTimer(e, tcb, 'wait', tcb.config.finWait2Ms);
          return done;
        },
      },
      'no timer in FIN-WAIT-2': {
        ackByState(e, tcb, seg) {
          const done = rfc9293.ackByState(e, tcb, seg);
          tcb.timer.wait = 0;
          return done;
        },
      },
    },
  );

  /** The peer's window is closed; whenever something comes, it says so. */
  function closedWindow(a: Endpoint, seconds: number): void {
    for (let s = 0; s < seconds && a.state !== 'CLOSED'; s++) {
      pass(a, 1000);
      if (sent(a).length > 0) a.inject('ACK', 1, 1, { wnd: 0 });
    }
  }

  it('a user who has gone does not keep a connection for a peer that acknowledges probes of its closed window for ever (gVisor 13393, lwIP 44225; RFC 6429)', () => {
    const a = established(rfc9293, {}, { wnd: 0 });
    a.send(octets(10));
    closedWindow(a, 1000); // the user is there: the connection stays (MUST-37)
    expect(a.state).toBe('ESTABLISHED');
    a.detach();
    expect(a.state).toBe('FIN-WAIT-1');
    closedWindow(a, 1000);
    expect([a.state, a.tcb.error, wakeAt(a.tcb)]).toEqual(['CLOSED', Err.TIMED_OUT, 0]);
  });

  it('a short user timeout does not end a connection whose probes are acknowledged: they come often enough (MUST-37)', () => {
    const a = established(rfc9293, { userTimeoutMs: 20_000 }, { wnd: 0 });
    a.send(octets(10));
    closedWindow(a, 1000);
    expect(a.state).toBe('ESTABLISHED');
    pass(a, 40_000); // and now nobody answers
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });
});
