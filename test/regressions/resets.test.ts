// Scenarios that broke other TCPs: RST and SYN in a synchronized connection, and segments that are not
// acceptable (RFC 9293 section 3.10.7.4, first to fifth; RFC 5961).

import { describe, expect, it } from 'vitest';
import { Drop } from '../../src/tcp/drop.ts';
import { Err } from '../../src/tcp/errors.ts';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { resetConnection } from '../../src/tcp/segment-arrives/rst.ts';
import { State } from '../../src/tcp/tcb/state.ts';
import * as row from '../../src/tcp/tcb/transitions.ts';
import { endConnection } from '../../src/tcp/timers.ts';
import { ACK, RST, SYN } from '../../src/wire/segment.ts';
import {
  established,
  inState,
  next,
  octets,
  pass,
  regression,
  SYNCHRONIZED,
  sent,
  synReceived,
} from '../support/regression.ts';

describe('answers to a peer that is gone', () => {
  regression(
    "the ACK that answers a stray RST carries the newest RCV.NXT, so that the dead peer's next RST fits and the exchange ends (smoltcp 338)",
    (rules) => {
      const a = established(rules);
      a.inject('FIN,ACK', 1, 1); // RCV.NXT is 2, and its ACK is delayed
      expect(sent(a)).toEqual([]);
      a.inject('RST', 3);
      let rounds = 0;
      // The peer's host knows of no connection: every ACK of ours is answered by <SEQ=SEG.ACK><CTL=RST>.
      for (; a.state !== 'CLOSED' && rounds < 20; rounds++) {
        const [answer] = a.sent.splice(0);
        if (answer !== undefined) a.inject('RST', (answer.ack - a.tcb.rcv.irs) | 0);
        pass(a, 1000);
      }
      expect(a.state).toBe('CLOSED');
      expect(rounds).toBe(1);
    },
    {
      'ACKs carry what was last acknowledged': {
        sendAck(e, tcb) {
          const { nxt, acked } = tcb.rcv;
          tcb.rcv.nxt = acked;
          rfc9293.sendAck(e, tcb);
          tcb.rcv.nxt = nxt;
        },
      },
      'RSTs outside the window are answered': {
        rst(e, tcb, seg) {
          if ((seg.ctl & RST) === 0) return false;
          e.rules.sendAck(e, tcb);
          return true;
        },
      },
    },
  );

  regression(
    'a RST outside the window is dropped without a word; SYNs there are challenged, but not one for one (smoltcp PR 1164)',
    (rules) => {
      const a = established(rules);
      a.inject('RST', 0);
      a.inject('RST', 1 + 65535);
      expect(sent(a)).toEqual([]);
      expect(a.drops).toEqual(['rst-outside-window', 'rst-outside-window']);

      for (let i = 0; i < 10; i++) a.inject('SYN', 200_000 + i);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
      pass(a, a.tcb.config.challengeAckMs);
      for (let i = 0; i < 10; i++) a.inject('SYN', 200_000 + i);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
      expect(a.state).toBe('ESTABLISHED');
    },
    {
      'RSTs outside the window are answered': {
        sequence(e, tcb, seg) {
          const done = rfc9293.sequence(e, tcb, seg);
          if (done && (seg.ctl & RST) !== 0) e.rules.sendAck(e, tcb);
          return done;
        },
      },
      'no limit of challenge ACKs': {
        sequence(e, tcb, seg) {
          tcb.challenged = 0;
          return rfc9293.sequence(e, tcb, seg);
        },
      },
    },
  );

  regression(
    'old text is acknowledged each time, outside the limit of challenge ACKs: it is a retransmission after a lost ACK (smoltcp PR 1162)',
    (rules) => {
      const a = established(rules);
      a.inject('PSH,ACK', 1, 1, { text: octets(4) });
      pass(a, 100);
      sent(a);
      for (let i = 0; i < 5; i++) a.inject('PSH,ACK', 1, 1, { text: octets(4) });
      expect(sent(a)).toEqual(new Array(5).fill('ACK seq=1 ack=5 len=0'));
    },
    {
      'every answer counts as a challenge ACK': {
        sequence(e, tcb, seg) {
          if (tcb.challenged === 1 && seg.seq !== tcb.rcv.nxt) return true;
          tcb.challenged = 1;
          return rfc9293.sequence(e, tcb, seg);
        },
      },
    },
  );
});

const anyRstInTheWindow = {
  rst(e, tcb, seg) {
    if ((seg.ctl & RST) === 0) return false;
    resetConnection(e, tcb);
    return true;
  },
} satisfies Partial<typeof rfc9293>;

describe('blind resets', () => {
  regression(
    'only a RST at RCV.NXT resets; elsewhere in the window it is challenged, in every state (gVisor 1132, PR 13165)',
    (rules) => {
      for (const state of SYNCHRONIZED) {
        const a = inState(state, rules);
        const { rcv, snd } = next(a);
        for (const seq of [rcv + 1, rcv + 65_000]) {
          a.inject('RST', seq);
          expect(sent(a), state).toEqual([`ACK seq=${snd} ack=${rcv} len=0`]);
          expect(a.state).toBe(state);
          pass(a, a.tcb.config.challengeAckMs);
          sent(a);
        }
        a.inject('RST', rcv);
        // In CLOSING and LAST-ACK nobody is told: the user has closed, and the peer's FIN has come.
        const error = state === 'CLOSING' || state === 'LAST-ACK' ? Err.OK : Err.RESET;
        expect([a.state, a.tcb.error, sent(a)], state).toEqual(['CLOSED', error, []]);
      }
    },
    { 'any RST in the window': anyRstInTheWindow },
  );

  regression(
    'SYN-RECEIVED is no exception: a RST beside RCV.NXT is challenged, one at RCV.NXT returns to LISTEN (gVisor PR 13165)',
    (rules) => {
      const a = synReceived(rules);
      a.inject('RST', 2);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
      a.inject('RST', 1);
      expect(a.state).toBe('LISTEN');
    },
    { 'any RST in the window': anyRstInTheWindow },
  );

  regression(
    'RSTs sprayed over the whole sequence space, a window apart, neither reset a connection nor make it talk (lwIP 48170, CVE-2004-0230)',
    (rules) => {
      const a = established(rules, {}, { irs: 0x12345678 });
      for (let seq = 1; seq < 0x1_0000_0000; seq += 65_535) a.inject('RST', 7 + seq);
      expect(a.state).toBe('ESTABLISHED');
      expect(sent(a)).toHaveLength(1);
    },
    { 'any RST in the window': anyRstInTheWindow },
  );

  regression(
    'a RST that answers a SYN acknowledges SEG.SEQ+1, or the opener would not believe it (FreeRTOS-Plus-TCP 700, Zephyr 90086)',
    (rules) => {
      // One endpoint opens, the other is CLOSED and answers.
      const a = established(rules);
      a.abort();
      sent(a);
      a.inject('SYN', 5000);
      const [rst] = a.sent.splice(0);
      expect(rst).toMatchObject({ seq: 0, ack: (a.tcb.rcv.irs + 5001) | 0, ctl: RST | ACK });

      const opener = established(rules);
      opener.tcb.state = State.CLOSED;
      opener.openActive();
      opener.inject('RST,ACK', 0, 0);
      expect(opener.state).toBe('SYN-SENT');
      opener.inject('RST,ACK', 0, 1);
      expect([opener.state, opener.tcb.error]).toEqual(['CLOSED', Err.REFUSED]);
    },
    {
      'the SYN is not counted': {
        replyReset(e, seg) {
          const { ctl } = seg;
          seg.ctl &= ~SYN;
          rfc9293.replyReset(e, seg);
          seg.ctl = ctl;
        },
      },
      'any RST ends an active open': {
        synSentAck: () => false,
      },
    },
  );
});

describe('segments that are not acceptable', () => {
  regression(
    'a segment outside the window, and an ACK of octets never sent, are answered by an empty ACK (lwIP 36210)',
    (rules) => {
      const a = established(rules);
      a.inject('PSH,ACK', 1 + 70_000, 1, { text: octets(10) });
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
      pass(a, 500);
      a.inject('ACK', 1, 1000);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=0']);
      expect(a.tcb.snd.una - a.tcb.snd.iss).toBe(1);
      expect(a.drops).toEqual(['outside-window', 'ack-of-unsent']);
    },
    {
      'segments outside the window are dropped': {
        sequence: (e, tcb, seg) => {
          if (((seg.seq - tcb.rcv.edge) | 0) < 0) return rfc9293.sequence(e, tcb, seg);
          e.out.drop(tcb, seg, Drop.OUTSIDE_WINDOW);
          return true;
        },
      },
      'bad ACKs are dropped': {
        ack: (e, tcb, seg) => {
          if (tcb.state !== State.ESTABLISHED) return rfc9293.ack(e, tcb, seg);
          e.out.drop(tcb, seg, Drop.ACK_OF_UNSENT);
          return true;
        },
      },
    },
  );

  const nothing = (): string[] => [];
  const pureAck = ({ rcv, snd }: { rcv: number; snd: number }): string[] => [
    `ACK seq=${snd} ack=${rcv} len=0`,
  ];

  it.each([
    ['SYN in the window', 'SYN', 5, 0, 0, pureAck],
    ['SYN with an ACK, before the window', 'SYN,ACK', -1, 0, 0, pureAck],
    ['segment without an ACK', '', 0, 0, 0, nothing],
    ['ACK of octets never sent', 'ACK', 0, 1, 0, pureAck],
    ['ACK older than MAX.SND.WND', 'ACK', 0, -65_600, 0, pureAck],
    ['RST outside the window', 'RST', -1, 0, 0, nothing],
    ['FIN before the window', 'FIN,ACK', -1, -1, 0, pureAck],
    ['FIN beyond the window', 'FIN,ACK', 70_000, 0, 0, pureAck],
    ['text beyond the window', 'PSH,ACK', 70_000, 0, 10, pureAck],
  ] as const)(
    '%s: the same answer in every synchronized state, and no state change (gVisor 1132)',
    (_, ctl, seq, ack, len, answer) => {
      for (const state of SYNCHRONIZED) {
        const a = inState(state, rfc9293);
        pass(a, 100); // a delayed ACK is out
        sent(a);
        const at = next(a);
        a.inject(ctl, at.rcv + seq, at.snd + ack, { text: octets(len) });
        expect([a.state, sent(a)], state).toEqual([state, answer(at)]);
        expect(next(a), state).toEqual(at);
      }
    },
  );

  regression(
    'the checks come in the order of 3.10.7.4: RST before SYN before ACK (gVisor 1132)',
    (rules) => {
      for (const state of SYNCHRONIZED) {
        const a = inState(state, rules);
        const { rcv, snd } = next(a);
        a.inject('SYN,RST,ACK', rcv + 1, snd + 1000); // a RST out of place: only its challenge
        expect([a.state, a.drops.at(-1)], state).toEqual([state, 'rst-challenged']);
        pass(a, 500);
        a.inject('SYN,ACK', rcv + 1, snd + 1000);
        expect([a.state, a.drops.at(-1)], state).toEqual([state, 'syn-challenged']);
      }
    },
    {
      'no SYN step': { syn: () => false },
      'a SYN in the window resets (RFC 793)': {
        syn(e, tcb, seg) {
          if ((seg.ctl & SYN) === 0) return false;
          endConnection(e, tcb, row.RST[tcb.state], Err.RESET);
          return true;
        },
      },
      'SYN before RST': {
        rst: (e, tcb, seg) => ((seg.ctl & SYN) === 0 ? rfc9293.rst(e, tcb, seg) : false),
      },
    },
  );

  regression(
    'in LAST-ACK only the ACK of our FIN closes: an older one is ignored or, beyond MAX.SND.WND, challenged, and never brings the FIN back at once (smoltcp 1060, PR 1126; PR 477)',
    (rules) => {
      const a = established(rules);
      a.send(octets(100));
      a.inject('FIN,ACK', 1, 1);
      a.close();
      expect(a.state).toBe('LAST-ACK');
      sent(a);
      a.inject('ACK', 2, 1); // "if the ACK is a duplicate, it can be ignored"
      a.inject('ACK', 2, 101); // the text, not the FIN
      expect([a.state, sent(a)]).toEqual(['LAST-ACK', []]);
      a.inject('ACK', 2, 101 - 65_536);
      expect([a.state, sent(a)]).toEqual(['LAST-ACK', ['ACK seq=102 ack=2 len=0']]);
      pass(a, 500);
      sent(a);
      a.inject('ACK', 2, 103);
      expect([a.state, sent(a)]).toEqual(['LAST-ACK', ['ACK seq=102 ack=2 len=0']]);
      a.inject('ACK', 2, 102);
      expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.OK]);
    },
    {
      'any ACK closes': {
        ackByState(e, tcb, seg) {
          if (tcb.state !== State.LAST_ACK) return rfc9293.ackByState(e, tcb, seg);
          endConnection(e, tcb, row.LAST_ACK_ACK, Err.OK);
          return true;
        },
      },
      'a bad ACK brings the FIN again': {
        ack(e, tcb, seg) {
          if (tcb.state === State.LAST_ACK && seg.ack !== tcb.snd.nxt) {
            e.rules.retransmit(e, tcb, tcb.snd.una);
            return true;
          }
          return rfc9293.ack(e, tcb, seg);
        },
      },
    },
  );
});
