// Scenarios that broke other TCPs: opening. SYN-SENT beside an old connection of the peer, SYN-RECEIVED,
// and what a listener does when it has no room (RFC 9293 section 3.5, 3.10.7.2, 3.10.7.3).

import { describe, expect, it } from 'vitest';
import { Drop } from '../../src/tcp/drop.ts';
import { Err } from '../../src/tcp/errors.ts';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { wakeAt } from '../../src/tcp/tcb/tcb.ts';
import { Endpoint, type SegmentRecord } from '../../src/tcp/testing.ts';
import { ACK, OPT_TIMESTAMPS, RST } from '../../src/wire/segment.ts';
import { inState, octets, pass, regression, sent, synReceived } from '../support/regression.ts';

describe('SYN-SENT beside an old connection of the peer', () => {
  regression(
    'the ACK of an old connection is answered by a RST, and the SYN goes again to a peer that is then free (smoltcp 366, PR 552)',
    (rules) => {
      // The peer is in ESTABLISHED with an endpoint that has crashed (figure 9).
      const peer = inState('ESTABLISHED', rfc9293);
      const a = new Endpoint(1, 1000, {}, rules);
      a.openActive();
      const deliver = (): void => {
        for (const r of a.sent.splice(0)) if (peer.state !== 'CLOSED') peer.arrive(r);
        for (const r of peer.sent.splice(0)) a.arrive(r);
      };
      deliver(); // SYN; challenged
      expect(a.sent.map((r) => r.ctl)).toEqual([RST]);
      deliver(); // RST
      expect([peer.state, a.state]).toEqual(['CLOSED', 'SYN-SENT']);
      pass(a, 3000);
      expect(sent(a)).toContain('SYN seq=0 len=0');
      a.inject('SYN,ACK', 9000, 1);
      expect(a.state).toBe('ESTABLISHED');
    },
    {
      'the ACK is ignored': {
        synSentAck: (e, tcb, seg) => (seg.ack === tcb.snd.nxt ? rfc9293.synSentAck(e, tcb, seg) : true),
      },
      'the ACK ends the attempt': {
        synSentAck(e, tcb, seg) {
          const bad = rfc9293.synSentAck(e, tcb, seg);
          if (bad) tcb.timer.rexmt = tcb.timer.user;
          return bad;
        },
      },
    },
  );

  regression(
    'the SYN follows that RST at once, not after an RTO; but bad ACKs in a row do not make a SYN each (gVisor 7619; lwIP 2.0.2)',
    (rules) => {
      const a = new Endpoint(1, 1000, {}, rules);
      a.openActive();
      sent(a);
      pass(a, 20);
      for (let i = 0; i < 5; i++) {
        a.inject('ACK', 700, 500 + i);
        pass(a, 20);
      }
      expect(sent(a)).toEqual([
        'RST seq=500 len=0',
        'SYN seq=0 len=0',
        'RST seq=501 len=0',
        'RST seq=502 len=0',
        'RST seq=503 len=0',
        'RST seq=504 len=0',
      ]);
    },
    {
      'the SYN waits for its timer': {
        synSentAck(e, tcb, seg) {
          const { rexmt } = tcb.timer;
          const bad = rfc9293.synSentAck(e, tcb, seg);
          tcb.timer.rexmt = rexmt;
          return bad;
        },
      },
      'a SYN for every ACK': {
        synSentAck(e, tcb, seg) {
          tcb.challenged = 0;
          return rfc9293.synSentAck(e, tcb, seg);
        },
      },
    },
  );

  regression(
    'an active open that nobody answers ends in CLOSED, through no other state (FreeRTOS-Plus-TCP 1301)',
    (rules) => {
      const a = new Endpoint(1, 1000, {}, rules);
      a.openActive();
      pass(a, 180_000);
      expect([a.state, a.tcb.error, wakeAt(a.tcb)]).toEqual(['CLOSED', Err.TIMED_OUT, 0]);
      expect(a.rows).toEqual(['open-active', 'user-timeout']);
      expect(sent(a).length).toBeGreaterThan(5);
    },
    { 'no user timeout': { userTimeout: () => {} } },
  );
});

const stamp: Partial<SegmentRecord> = { opts: OPT_TIMESTAMPS, tsVal: 1000, tsEcr: 0 };

describe('SYN-RECEIVED', () => {
  regression(
    'a last ACK without the timestamp that was negotiated opens the connection, and so does what follows (gVisor 11535, 11536)',
    (rules) => {
      const a = synReceived(rules, {}, { syn: stamp });
      expect(a.tcb.ts).toBe(1);
      a.inject('ACK', 1, 1);
      expect(a.state).toBe('ESTABLISHED');
      a.inject('PSH,ACK', 1, 1, { text: octets(5) });
      expect(a.read).toEqual([0, 1, 2, 3, 4]);
    },
    {
      'segments without their timestamp are dropped': {
        timestamps: (e, tcb, seg) =>
          tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) === 0 ? true : rfc9293.timestamps(e, tcb, seg),
      },
    },
  );

  regression(
    'a handshake that is never completed gives its place back (gVisor 11535)',
    (rules) => {
      const a = synReceived(rules, { synAckR2Ms: 30_000 });
      pass(a, 30_000);
      expect([a.state, wakeAt(a.tcb)]).toEqual(['LISTEN', 0]);
      expect(sent(a).every((line) => line === 'SYN,ACK seq=0 ack=1 len=0')).toBe(true);
    },
    { 'no user timeout': { userTimeout: () => {} } },
  );

  regression(
    'RST,ACK with the right numbers does not complete a handshake: it ends it (gVisor 6076)',
    (rules) => {
      const a = synReceived(rules);
      a.inject('RST,ACK', 1, 1);
      expect([a.state, a.rows.includes('syn-received-ack')]).toEqual(['LISTEN', false]);
    },
    { 'RST is not looked at': { rst: () => false } },
  );

  regression(
    'a wrong ACK is reset although the accept queue is full (gVisor 6683)',
    (rules) => {
      const a = synReceived(rules);
      a.acceptQueueOpen = false;
      a.inject('ACK', 1, 1000);
      expect(sent(a)).toEqual(['RST seq=1000 len=0']);
      expect(a.state).toBe('SYN-RECEIVED');
    },
    {
      'the queue is looked at first': {
        synReceivedAck: (e, tcb, seg) => (e.out.admit(tcb) ? rfc9293.synReceivedAck(e, tcb, seg) : true),
      },
    },
  );

  regression(
    'with the accept queue full the last ACK is dropped; the SYN,ACK goes again and its ACK completes when there is room (gVisor 236)',
    (rules) => {
      const a = synReceived(rules);
      a.acceptQueueOpen = false;
      a.inject('ACK', 1, 1);
      expect([a.state, sent(a)]).toEqual(['SYN-RECEIVED', []]);
      a.acceptQueueOpen = true;
      pass(a, 1000);
      expect(sent(a)).toEqual(['SYN,ACK seq=0 ack=1 len=0']);
      a.inject('ACK', 1, 1);
      expect(a.state).toBe('ESTABLISHED');
    },
    {
      'no bound': {
        synReceivedAck(e, tcb, seg) {
          const { passive } = tcb;
          tcb.passive = 0;
          const done = rfc9293.synReceivedAck(e, tcb, seg);
          tcb.passive = passive;
          return done;
        },
      },
      'refused with a RST': {
        synReceivedAck(e, tcb, seg) {
          if (e.out.admit(tcb)) return rfc9293.synReceivedAck(e, tcb, seg);
          e.rules.replyReset(e, seg);
          return true;
        },
      },
    },
  );
});

describe('LISTEN', () => {
  regression(
    'a SYN for which there is no room is dropped in silence, so that the peer tries again; it is not refused (smoltcp PR 1120)',
    (rules) => {
      const a = new Endpoint(1, 1000, {}, rules);
      a.openPassive();
      a.synQueueOpen = false;
      a.inject('SYN', 0);
      expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], ['listen-refused']]);
      a.synQueueOpen = true;
      a.inject('SYN', 0);
      expect([a.state, sent(a)]).toEqual(['SYN-RECEIVED', ['SYN,ACK seq=0 ack=1 len=0']]);
    },
    {
      'refused with a RST': {
        listenSyn(e, listen, seg) {
          if (e.out.spawn(listen, seg) !== null) return rfc9293.listenSyn(e, listen, seg);
          e.rules.replyReset(e, seg);
          return null;
        },
      },
      'answered without room': {
        listenSyn(e, listen, seg) {
          const { out } = e;
          if (out instanceof Endpoint) out.synQueueOpen = true;
          return rfc9293.listenSyn(e, listen, seg);
        },
      },
    },
  );

  regression(
    'a RST to a listener changes nothing and is not answered, with or without an ACK (smoltcp 851)',
    (rules) => {
      const a = new Endpoint(1, 1000, {}, rules);
      a.openPassive();
      a.inject('RST', 0);
      a.inject('RST,ACK', 0, 77);
      expect([a.state, sent(a), a.drops]).toEqual(['LISTEN', [], ['rst-to-listen', 'rst-to-listen']]);
    },
    {
      'ACK before RST': {
        listenRst(e, tcb, seg) {
          if ((seg.ctl & (RST | ACK)) !== RST) return false;
          e.out.drop(tcb, seg, Drop.RST_TO_LISTEN);
          return true;
        },
      },
    },
  );

  it('a listener that closes answers nothing from its LISTEN state any more', () => {
    const a = new Endpoint(1, 1000);
    a.openPassive();
    a.close();
    a.inject('SYN', 0);
    expect(sent(a)).toEqual(['RST,ACK seq=0 ack=1 len=0']);
  });
});
