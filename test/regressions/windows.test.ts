// Scenarios that broke other TCPs: windows that close and open, text beyond them, probes, and sequence
// numbers that wrap (RFC 9293 section 3.8.6, 3.4; RFC 2018).

import { describe, expect, it } from 'vitest';
import { emit } from '../../src/tcp/form/emit.ts';
import { dropRanges, rangesOf } from '../../src/tcp/receive/reassembly.ts';
import { rfc9293 } from '../../src/tcp/rules.ts';
import { rcvWnd, receivable } from '../../src/tcp/tcb/tcb.ts';
import { setTimer } from '../../src/tcp/timers.ts';
import { ACK, OPT_SACK_PERMITTED } from '../../src/wire/segment.ts';
import { established, octets, pass, regression, sent } from '../support/regression.ts';

describe('the receive window', () => {
  regression(
    'a window that has closed is announced when the user has made room, also when the last ACK was an answer to a probe (smoltcp 199)',
    (rules) => {
      const a = established(rules, { receiveBuffer: 2000 });
      a.autoRead = false;
      for (let at = 0; at < 2000; at += 500) a.inject('ACK', 1 + at, 1, { text: octets(500, at) });
      a.inject('ACK', 2001, 1, { text: octets(1, 2000) }); // a probe
      expect(a.lines().at(-1)).toBe('ACK seq=1 ack=2001 win=0 len=0');
      a.receive(1);
      expect(a.lines()).toEqual([]); // no silly window (MUST-39)
      a.receive();
      expect(a.lines()).toEqual(['ACK seq=1 ack=2001 win=2000 len=0']);
      a.inject('PSH,ACK', 2001, 1, { text: octets(100, 2000) });
      expect(receivable(a.tcb)).toBe(100);
    },
    {
      'only text makes an ACK': {
        sendAck(e, tcb) {
          if (rcvWnd(tcb) === 0 && receivable(tcb) === 0) return;
          rfc9293.sendAck(e, tcb);
        },
      },
    },
  );

  regression(
    'room in the buffer that was never offered takes no text: a segment is cut at the edge that the peer was told (smoltcp PR 1079)',
    (rules) => {
      const a = established(rules, { receiveBuffer: 1000 });
      a.autoRead = false;
      a.inject('ACK', 1, 1, { text: octets(600) });
      a.receive(300); // room for 300 more, too little to announce
      sent(a);
      a.inject('FIN,PSH,ACK', 601, 1, { text: octets(500, 600) });
      expect(sent(a)).toEqual(['ACK seq=1 ack=1001 len=0']);
      expect([a.state, receivable(a.tcb)]).toEqual(['ESTABLISHED', 700]);
      a.receive();
      a.inject('FIN,PSH,ACK', 1001, 1, { text: octets(100, 1000) });
      expect([a.state, a.read.length]).toEqual(['CLOSE-WAIT', 1000]);
      a.receive();
      expect(Uint8Array.from(a.read)).toEqual(octets(1100));
    },
    { 'nothing is trimmed': { trim: () => 0 } },
  );

  it('a RECEIVE is not an ACK: a window that the header cannot show as larger is not announced again and again', () => {
    const a = established(rfc9293, { receiveBuffer: 200_000 }); // the peer has no window scaling
    for (let at = 0; at < 50_000; at += 500) a.inject('ACK', 1 + at, 1, { text: octets(500, at) });
    expect(a.read).toHaveLength(50_000);
    expect(sent(a).length).toBeLessThanOrEqual(50); // every second segment (SHLD-19)
  });
});

describe('the send window', () => {
  regression(
    'a window probe is the next octet, not an octet before it: only that makes the peer answer with its window (Zephyr 47966)',
    (rules) => {
      const a = established(rules, {}, { wnd: 0 });
      a.send([65, 66, 67]);
      expect(sent(a)).toEqual([]);
      pass(a, 250);
      expect(a.sent.map((r) => [...r.text])).toEqual([[65]]);
      expect(sent(a)).toEqual(['ACK seq=1 ack=1 len=1']);
      a.inject('ACK', 1, 2, { wnd: 0 }); // the peer took it all the same
      pass(a, 500);
      expect(a.sent.map((r) => [...r.text])).toEqual([[66]]);
      expect(sent(a)).toEqual(['ACK seq=2 ack=1 len=1']);
      a.inject('ACK', 1, 2, { wnd: 100 });
      // The probe's octet goes again, and what follows it once that is acknowledged or with it.
      expect(a.sent.flatMap((r) => [...r.text]).slice(0, 1)).toEqual([66]);
      a.inject('ACK', 1, 3, { wnd: 100 });
      a.inject('ACK', 1, 4, { wnd: 100 });
      expect(a.tcb.snd.una).toBe(a.tcb.snd.nxt);
    },
    {
      'a probe like a keep-alive': {
        persistTimeout(e, tcb) {
          emit(e, tcb, (tcb.snd.nxt - 1) | 0, ACK, 0);
          setTimer(e, tcb, 'persist', 200);
        },
      },
    },
  );

  regression(
    'a RST that answers a stray segment leaves the windows of connections alone (smoltcp 518)',
    (rules) => {
      const a = established(rules);
      const { wnd } = a.tcb.snd;
      const seg = a.engine.outgoing;
      // The engine's answer to a segment of no connection, with its small window.
      seg.set(5000, 6000, ACK);
      seg.wnd = 63;
      a.engine.rules.closed(a.engine, Object.assign(Object.create(Object.getPrototypeOf(seg)), seg));
      expect(a.sent.splice(0).map((r) => r.ctl)).toEqual([4]);
      expect(a.tcb.snd.wnd).toBe(wnd);
      a.send(octets(536));
      expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=536']);
    },
    {
      'the last window seen is everybody’s': {
        closed(e, seg) {
          rfc9293.closed(e, seg);
          const { out } = e;
          if ('tcb' in out) (out.tcb as { snd: { wnd: number } }).snd.wnd = seg.wnd;
        },
      },
    },
  );
});

/** ISSs from which 2^32 and 2^31, where an int32 changes its sign, come at every stage of a scenario. */
const WRAPS = [0, 1, 51, 150, 221, 270, 350, 450, 550, 700, 900, 1001, 1150, 1301].flatMap((before) => [
  -before >>> 0,
  0x8000_0000 - before,
]);

describe('sequence numbers that wrap', () => {
  regression(
    'SACK blocks are right wherever the numbers wrap (smoltcp PR 1136)',
    (rules) => {
      for (const irs of WRAPS) {
        const a = established(rules, {}, { irs, syn: { opts: OPT_SACK_PERMITTED } });
        a.inject('ACK', 251, 1, { text: octets(50, 250) });
        a.inject('ACK', 201, 1, { text: octets(50, 200) });
        a.inject('ACK', 401, 1, { text: octets(200, 400) });
        a.inject('ACK', 201, 1, { text: octets(50, 200) }); // again: RFC 2883
        a.inject('ACK', 1, 1, { text: octets(200) });
        a.inject('ACK', 301, 1, { text: octets(100, 300) });
        const blocks = a.lines().map((line) => line.replace(/^.* ack=/, '').replace(/ win=\d+ len=0/, ''));
        expect(blocks, `IRS ${irs}`).toEqual([
          '1 <sack 251:301>',
          '1 <sack 201:301>',
          '1 <sack 401:601 201:301>',
          '1 <sack 201:251 201:301 401:601>',
          '301 <sack 401:601>',
          '601',
        ]);
        expect(Uint8Array.from(a.read), `IRS ${irs}`).toEqual(octets(600));
      }
    },
    {
      'ranges compared as unsigned numbers': {
        text(e, tcb, seg) {
          const done = rfc9293.text(e, tcb, seg);
          if (rangesOf(tcb).some(([left, right]) => left >>> 0 > right >>> 0)) dropRanges(tcb);
          return done;
        },
      },
    },
  );

  it('what is sent, lost and sent again is the same wherever our numbers wrap (smoltcp 489, 1048)', () => {
    const runs = WRAPS.map((iss) => {
      const a = established({ ...rfc9293, selectIss: () => iss | 0 }, { noDelay: true }, { wnd: 1500 });
      const log: string[] = [];
      const note = (): void => {
        log.push(...a.lines(), `${a.state} ${(a.tcb.snd.una - a.tcb.snd.iss) | 0}`);
      };
      a.send(octets(1000));
      note();
      for (let i = 0; i < 4; i++) a.inject('ACK', 1, 1, { wnd: 1500 });
      note();
      a.inject('ACK', 1, 537, { wnd: 100 }); // and the window shrinks
      note();
      pass(a, 1000);
      note();
      a.inject('ACK', 1, 1001, { wnd: 0 });
      a.send(octets(300));
      a.close();
      pass(a, 2000);
      note();
      a.inject('ACK', 1, 1002, { wnd: 1500 });
      note();
      a.inject('FIN,ACK', 1, 1302, { wnd: 1500 });
      note();
      return log;
    });
    expect(runs[0]?.at(-1)).toBe('TIME-WAIT 1302');
    for (const run of runs) expect(run).toEqual(runs[0]);
  });
});
