// Scenarios that broke other TCPs: TIME-WAIT must last, must answer the peer's FIN, must not be ended by
// what is old, and must give way to a new connection (RFC 9293 section 3.6.1, RFC 6191, RFC 1337).

import { describe, expect, it } from 'vitest';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { State } from '../../src/tcp/tcb/state.ts';
import * as row from '../../src/tcp/tcb/transitions.ts';
import { type Endpoint, Pair, type SegmentRecord } from '../../src/tcp/testing.ts';
import { endConnection, setTimer } from '../../src/tcp/timers.ts';
import { FIN, OPT_TIMESTAMPS, RST } from '../../src/wire/segment.ts';
import { established, inState, octets, pass, regression, sent } from '../support/regression.ts';

const MSL = 30_000;

describe('TIME-WAIT lasts 2 MSL', () => {
  regression(
    'the side that closes first waits 2 MSL before its connection is gone (Demikernel 1018, tricep 104)',
    (rules) => {
      const pair = new Pair({ rules, a: { mslMs: MSL } });
      pair.connect();
      pair.a.close();
      pair.run(() => pair.b.state === 'CLOSE-WAIT', pair.now + 1_000_000);
      pair.b.close();
      pair.run(() => pair.b.state === 'CLOSED', pair.now + 1_000_000);
      const since = pair.now;
      expect([pair.a.state, pair.b.state]).toEqual(['TIME-WAIT', 'CLOSED']);
      pair.run(() => pair.a.state === 'CLOSED', since + 3 * MSL * 1000);
      expect(pair.a.state).toBe('CLOSED');
      expect((pair.now - since) / 1000).toBeGreaterThan(2 * MSL - 100);
      expect((pair.now - since) / 1000).toBeLessThanOrEqual(2 * MSL);
    },
    {
      'no TIME-WAIT': { timeWaitMs: () => 0 },
      'two seconds whatever MSL is': { timeWaitMs: () => 2000 },
    },
  );

  it.each([
    ['close()', (a: Endpoint) => a.close()],
    ['the user going away', (a: Endpoint) => a.detach()],
    ['the user going away a second time', (a: Endpoint) => [a.detach(), a.detach()]],
  ])('%s does not end TIME-WAIT early, nor make it speak (gVisor 3106)', (_, leave) => {
    for (const text of [octets(0), octets(5)]) {
      const a = established(rfc9293, { mslMs: MSL });
      a.autoRead = false;
      a.close();
      a.inject('FIN,PSH,ACK', 1, 2, { text }); // five octets nobody has read
      expect(a.state).toBe('TIME-WAIT');
      sent(a);
      leave(a);
      pass(a, 2 * MSL - 1);
      expect([a.state, sent(a)]).toEqual(['TIME-WAIT', []]);
      pass(a, 1);
      expect(a.state).toBe('CLOSED');
    }
  });

  it('text that nobody will read is answered by a RST while the peer still waits for our FIN to arrive: LAST-ACK and CLOSING (SHLD-3)', () => {
    for (const state of ['LAST-ACK', 'CLOSING'] as const) {
      const a = established(rfc9293);
      a.autoRead = false;
      if (state === 'CLOSING') a.close();
      a.inject('FIN,PSH,ACK', 1, 1, { text: octets(5) });
      if (state === 'LAST-ACK') a.close();
      expect(a.state).toBe(state);
      sent(a);
      a.detach();
      expect([a.state, sent(a)]).toEqual(['CLOSED', ['RST,ACK seq=2 ack=7 len=0']]);
    }
  });
});

describe("the peer's FIN again", () => {
  regression(
    'a FIN in TIME-WAIT is acknowledged again: the ACK of the first was lost (Zephyr PR 46407)',
    (rules) => {
      let acks = 0;
      const pair = new Pair({
        rules,
        fate: (_, from) => (from === 'a' && pair.a.state === 'TIME-WAIT' && acks++ === 0 ? [] : [10_000]),
      });
      pair.connect();
      pair.a.close();
      pair.run(() => pair.b.state === 'CLOSE-WAIT', pair.now + 1_000_000);
      pair.b.close();
      pair.run(() => pair.b.state === 'CLOSED', pair.now + 5_000_000);
      expect([pair.a.state, pair.b.state, acks]).toEqual(['TIME-WAIT', 'CLOSED', 2]);
    },
    {
      'TIME-WAIT says nothing': {
        timeWait: () => true,
      },
    },
  );

  regression(
    'the FIN that is known restarts 2 MSL; one elsewhere in the window or without the right ACK does not (tricep 104)',
    (rules) => {
      const a = inState('TIME-WAIT', rules, { mslMs: MSL });
      pass(a, MSL);
      a.inject('FIN,ACK', 1, 2);
      expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
      pass(a, 2 * MSL - 1);
      expect(a.state).toBe('TIME-WAIT');
      a.inject('FIN,ACK', 1000, 2); // no FIN of this connection
      a.inject('FIN,ACK', 1, 1); // does not acknowledge our FIN
      a.inject('FIN', 1); // acknowledges nothing
      pass(a, 1);
      expect(a.state).toBe('CLOSED');
    },
    {
      'the timer is not restarted': {
        timeWait(e, tcb, seg) {
          const { wait } = tcb.timer;
          const done = rfc9293.timeWait(e, tcb, seg);
          tcb.timer.wait = wait;
          return done;
        },
      },
      'any FIN restarts the timer': {
        timeWait(e, tcb, seg) {
          const done = rfc9293.timeWait(e, tcb, seg);
          if ((seg.ctl & FIN) !== 0) setTimer(e, tcb, 'wait', 2 * MSL);
          return done;
        },
      },
    },
  );
});

/** The option area of a peer that uses timestamps. */
const stamp = (tsVal: number): Partial<SegmentRecord> => ({ opts: OPT_TIMESTAMPS, tsVal, tsEcr: 0 });
const stamped = { syn: stamp(1000), ack: stamp(1000) };

/** What a TCP that does not know RFC 6191 does with a SYN in TIME-WAIT: an ACK of the old connection. */
const neverReopens = {
  timeWait(e, tcb, seg) {
    if ((seg.ctl & RST) !== 0) return e.rules.timeWaitRst(e, tcb, seg);
    e.rules.sendAck(e, tcb);
    return true;
  },
} satisfies Partial<typeof rfc9293>;

describe('a new connection from the same port', () => {
  regression(
    'a SYN beyond RCV.NXT reopens, with an ISS beyond everything the old connection sent (lwIP in MicroPython 15844, esp-idf 5291, esp-open-rtos 101)',
    (rules) => {
      const a = inState('TIME-WAIT', rules);
      const { nxt } = a.tcb.snd;
      a.inject('SYN', 3);
      expect([a.state, sent(a)]).toEqual(['CLOSED', []]); // the SYN goes to LISTEN
      expect(a.reopened?.seg.seq).toBe((a.tcb.rcv.irs + 3) | 0);
      expect(((a.reopened as { minIss: number }).minIss - nxt) | 0).toBeGreaterThan(65535);
    },
    { 'never reopens': neverReopens },
  );

  regression(
    'with timestamps a newer one reopens whatever the sequence number; that comes before RSTs are refused, or a Linux client would be locked out for 2 MSL (unikraft lib-lwip PR 76)',
    (rules) => {
      const a = inState('TIME-WAIT', rules, {}, stamped);
      // As Linux does: a SYN, and a RST for every ACK that does not acknowledge it.
      let tries = 0;
      for (; a.reopened === null && tries < 5; tries++) {
        a.inject('SYN', -1_000_000, 0, stamp(1001 + tries * 1000));
        for (const answer of a.sent.splice(0)) a.inject('RST', (answer.ack - a.tcb.rcv.irs) | 0);
        pass(a, 1000);
      }
      expect([a.state, tries]).toEqual(['CLOSED', 1]);
    },
    { 'RFC 1337 without RFC 6191': neverReopens },
  );

  regression(
    'a SYN whose timestamp is older is not a new connection, whatever its sequence number (RFC 6191 section 2)',
    (rules) => {
      const a = inState('TIME-WAIT', rules, {}, stamped);
      a.inject('SYN', 1_000_000, 0, stamp(999));
      expect([a.state, a.reopened]).toEqual(['TIME-WAIT', null]);
      a.inject('SYN', 1_000_000, 0, stamp(1000)); // equal: the sequence number decides
      expect([a.state, a.reopened?.seg.tsVal]).toEqual(['CLOSED', 1000]);
    },
    {
      'no PAWS for SYNs': {
        timestamps: () => false,
        timeWait: (e, tcb, seg) => {
          seg.opts &= ~OPT_TIMESTAMPS;
          return rfc9293.timeWait(e, tcb, seg);
        },
      },
    },
  );

  regression(
    'an old SYN is challenged and the RST it provokes changes nothing: TIME-WAIT keeps its time (RFC 1337; tricep 104)',
    (rules) => {
      const a = inState('TIME-WAIT', rules, { mslMs: MSL });
      pass(a, MSL);
      a.inject('SYN', -5);
      expect(sent(a)).toEqual(['ACK seq=2 ack=2 len=0']);
      a.inject('RST', 2);
      expect([a.state, sent(a)]).toEqual(['TIME-WAIT', []]);
      pass(a, MSL - 1);
      expect(a.state).toBe('TIME-WAIT');
      pass(a, 1);
      expect(a.state).toBe('CLOSED');
    },
    {
      'TIME-WAIT assassination': {
        timeWaitRst(e, tcb) {
          endConnection(e, tcb, row.TIME_WAIT_RST, 0);
          return true;
        },
      },
      'every SYN reopens': {
        timeWait(e, tcb, seg) {
          tcb.state = State.CLOSED;
          e.out.reopen(tcb, seg, 0);
          return true;
        },
      },
    },
  );
});
