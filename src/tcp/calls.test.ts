import { describe, expect, it } from 'vitest';
import {
  close,
  detach,
  openActive,
  openFast,
  openPassive,
  push,
  receive,
  send,
  sendFirstSyn,
  setKeepAlive,
  setUserTimeout,
  status,
} from './calls.ts';
import { congestionNames } from './congestion/control.ts';
import { mark, settle, transfer, wired } from './ecn/testing.ts';
import { Err } from './errors.ts';
import { FastOpen } from './fast-open.ts';
import {
  departures,
  inState,
  octets,
  options,
  pass,
  STATES,
  sent,
  text,
  ts,
} from './segment-arrives/testing.ts';
import { AccEcnMode } from './tcb/acc-ecn.ts';
import type { StateName } from './tcb/state.ts';
import { receivable, sendRoom } from './tcb/tcb.ts';
import { TestCookies } from './testing.ts';

/** Every state with what a call returns there. */
type Returns = Readonly<Record<StateName, number>>;

function inAll(value: number, except: Partial<Returns>): Returns {
  return Object.fromEntries(STATES.map((state) => [state, except[state] ?? value])) as Returns;
}

function check(returns: Returns, call: (a: ReturnType<typeof inState>) => number): void {
  const found = Object.fromEntries(STATES.map((state) => [state, call(inState(state))]));
  expect(found).toEqual(returns);
}

describe('OPEN (3.10.1)', () => {
  it('passive: CLOSED gives LISTEN, everything else "connection already exists"', () => {
    check(inAll(Err.ALREADY_CONNECTED, { CLOSED: Err.OK }), (a) => openPassive(a.engine, a.tcb));
  });

  it('active: CLOSED and LISTEN give SYN-SENT, everything else "connection already exists"', () => {
    check(inAll(Err.ALREADY_CONNECTED, { CLOSED: Err.OK, LISTEN: Err.OK }), (a) =>
      openActive(a.engine, a.tcb),
    );
  });

  it('active: <SEQ=ISS><CTL=SYN> is sent, SND.UNA = ISS, SND.NXT = ISS+1', () => {
    for (const state of ['CLOSED', 'LISTEN'] as const) {
      const a = inState(state);
      a.openActive();
      const { snd } = a.tcb;
      expect([a.state, sent(a)]).toEqual(['SYN-SENT', ['SYN seq=0 len=0']]);
      expect([(snd.una - snd.iss) | 0, (snd.nxt - snd.iss) | 0]).toEqual([0, 1]);
    }
  });

  it('MUST-14, SHLD-5, MUST-65: the SYN carries MSS and what our settings offer; later segments carry no MSS', () => {
    const a = inState('SYN-SENT');
    a.openActive();
    const b = inState('CLOSED');
    b.openActive();
    expect(b.lines()).toEqual(['SYN seq=0 win=65535 len=0 <mss 1460,sackOK,wscale 7>']);
    const c = inState('ESTABLISHED', { syn: options({ mss: 1000, ts: 1 }) });
    c.send(octets(5000));
    expect(c.sent.every((r) => r.opts === 0x10)).toBe(true);
  });

  it('active without a remote socket: "remote socket unspecified", and the state stays', () => {
    for (const state of ['CLOSED', 'LISTEN'] as const) {
      const a = inState(state);
      a.tcb.remotePort = 0;
      expect([a.openActive(), a.state, sent(a)]).toEqual([Err.NO_REMOTE, state, []]);
    }
  });
});

describe('OPEN, a part at a time', () => {
  it('each part of the remote socket is asked for: its port, and an address in one of its words at least', () => {
    for (const [remote, err] of [
      [{ remotePort: 0 }, Err.NO_REMOTE],
      [{ r0: 0, r1: 0, r3: 0 }, Err.NO_REMOTE],
      [{ r0: 1, r1: 0, r3: 0 }, Err.OK],
      [{ r0: 0, r1: 1, r3: 0 }, Err.OK],
      [{ r0: 0, r1: 0, r3: 1 }, Err.OK],
    ] as const) {
      const a = inState('CLOSED');
      Object.assign(a.tcb, remote);
      expect([remote, openActive(a.engine, a.tcb)]).toEqual([remote, err]);
    }
  });

  it('the rows it takes: of a new TCB, of one in LISTEN', () => {
    for (const [state, row] of [
      ['CLOSED', 'open-active'],
      ['LISTEN', 'listen-open-active'],
    ] as const) {
      const a = inState(state);
      a.openActive();
      expect([state, a.tcb.passive, a.rows]).toEqual([state, 0, [row]]);
    }
    const b = inState('CLOSED');
    b.openPassive();
    expect(b.rows).toEqual(['open-passive']);
  });

  it('the SYN is sent again after its RTO, and R2 ends the attempt', () => {
    const a = inState('CLOSED', { config: { synR2Ms: 5000 } });
    a.openActive();
    expect(departures(a, 5000).map(({ at, line }) => [at, line])).toEqual([
      [0, 'SYN seq=0 len=0'],
      [1000, 'SYN seq=0 len=0'],
      [3000, 'SYN seq=0 len=0'],
    ]);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('with Fast Open: nothing leaves until the first SYN is asked for, and then once', () => {
    const a = inState('CLOSED');
    a.engine.cookies = new TestCookies(TestCookies.COOKIE);
    expect([openFast(a.engine, a.tcb), a.state, sent(a)]).toEqual([Err.OK, 'SYN-SENT', []]);
    expect(a.tcb.fastOpen).toBe(FastOpen.OFFER);
    sendFirstSyn(a.engine, a.tcb);
    expect(sent(a)).toEqual(['SYN seq=0 len=0']);
    sendFirstSyn(a.engine, a.tcb);
    expect(sent(a)).toEqual([]);
  });

  it('with Fast Open and without a cookie: that is noted, and only of an OPEN that succeeds', () => {
    const a = inState('CLOSED');
    openFast(a.engine, a.tcb, true);
    expect(a.tcb.fastOpen).toBe(FastOpen.OFFER | FastOpen.WITHOUT_COOKIE);
    const b = inState('ESTABLISHED');
    expect([openFast(b.engine, b.tcb), b.tcb.fastOpen]).toEqual([Err.ALREADY_CONNECTED, 0]);
  });

  it('the round trip of the SYN is measured', () => {
    const a = inState('CLOSED');
    a.openActive();
    a.setNow(50_000);
    a.inject('SYN,ACK', 0, 1);
    expect([status(a.tcb).rttUs, status(a.tcb).minRttUs]).toEqual([50_000, 50_000]);
  });

  it('the first SYN is of SYN-SENT alone: a connection that was aborted meanwhile sends none', () => {
    const a = inState('CLOSED');
    openFast(a.engine, a.tcb);
    a.abort();
    sendFirstSyn(a.engine, a.tcb);
    expect([a.state, sent(a)]).toEqual(['CLOSED', []]);
  });
});

describe('SEND (3.10.2)', () => {
  it('what it returns in each state', () => {
    check(
      inAll(Err.OK, {
        CLOSED: Err.NOT_CONNECTED,
        'FIN-WAIT-1': Err.CLOSING,
        'FIN-WAIT-2': Err.CLOSING,
        CLOSING: Err.CLOSING,
        'LAST-ACK': Err.CLOSING,
        'TIME-WAIT': Err.CLOSING,
      }),
      (a) => send(a.engine, a.tcb, 0),
    );
  });

  it('CLOSED after an error returns that error', () => {
    const a = inState('ESTABLISHED');
    a.inject('RST', 1);
    expect(send(a.engine, a.tcb, 1)).toBe(Err.RESET);
  });

  it('LISTEN: with the remote socket specified the connection becomes active, and the text waits', () => {
    const a = inState('LISTEN');
    expect([a.send(octets(10)), a.state, sent(a)]).toEqual([10, 'SYN-SENT', ['SYN seq=0 len=0']]);
    a.inject('SYN,ACK', 0, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
    const b = inState('LISTEN');
    b.tcb.remotePort = 0;
    expect([send(b.engine, b.tcb, 1), b.state]).toEqual([Err.NO_REMOTE, 'LISTEN']);
  });

  it('SYN-SENT and SYN-RECEIVED: queued until ESTABLISHED', () => {
    const a = inState('SYN-RECEIVED');
    expect([a.send(octets(10)), sent(a)]).toEqual([10, []]);
    a.inject('ACK', 1, 1);
    expect(sent(a)).toEqual(['PSH,ACK seq=1 ack=1 len=10']);
  });

  it('ESTABLISHED and CLOSE-WAIT: sent, with the acknowledgment on it', () => {
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const) {
      const a = inState(state);
      a.send(octets(10));
      expect(sent(a)).toEqual([`PSH,ACK seq=1 ack=${state === 'ESTABLISHED' ? 1 : 2} len=10`]);
    }
  });

  it('more than the buffer holds: "insufficient resources", and nothing is taken', () => {
    for (const state of ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'] as const) {
      const a = inState(state, { config: { sendBuffer: 1000 } });
      expect(sendRoom(a.tcb)).toBe(1000);
      expect(send(a.engine, a.tcb, 1001)).toBe(Err.NO_RESOURCES);
      expect([sent(a), sendRoom(a.tcb)]).toEqual([[], 1000]);
      expect(a.send(octets(1000))).toBe(1000);
      expect([sendRoom(a.tcb), send(a.engine, a.tcb, 1)]).toEqual([0, Err.NO_RESOURCES]);
    }
  });

  it('after CLOSE in SYN-RECEIVED: "connection closing"', () => {
    const a = inState('SYN-RECEIVED');
    a.send(octets(5));
    a.close();
    expect(send(a.engine, a.tcb, 1)).toBe(Err.CLOSING);
  });
});

describe('SEND, its urgent mark and its room', () => {
  it('MUST-30: SND.UP is after the octets; a SEND of none, or without the mark, leaves it', () => {
    const a = inState('ESTABLISHED');
    send(a.engine, a.tcb, 0, true);
    expect(a.tcb.snd.urgent).toBe(0);
    a.written.push(...octets(5));
    send(a.engine, a.tcb, 5);
    expect(a.tcb.snd.urgent).toBe(0);
    a.send(octets(5), true);
    expect([a.tcb.snd.urgent, (a.tcb.snd.up - a.tcb.snd.iss) | 0]).toEqual([1, 11]);
  });

  it('SEND in LISTEN of more than the buffer holds still opens, and says what is too much', () => {
    const a = inState('LISTEN', { config: { sendBuffer: 1000 } });
    expect([send(a.engine, a.tcb, 1001), a.state, sendRoom(a.tcb)]).toEqual([
      Err.NO_RESOURCES,
      'SYN-SENT',
      1000,
    ]);
  });

  it('a push sends nothing before ESTABLISHED, nor after CLOSE', () => {
    for (const state of ['SYN-SENT', 'SYN-RECEIVED'] as const) {
      const a = inState(state);
      a.send(octets(10));
      push(a.engine, a.tcb);
      expect([state, sent(a)]).toEqual([state, []]);
    }
    const b = inState('FIN-WAIT-1');
    push(b.engine, b.tcb);
    expect(sent(b)).toEqual([]);
  });
});

describe('RECEIVE, what follows from it', () => {
  it('a window that was closed is told open again, in each state that takes text and in no other', () => {
    for (const [state, told] of [
      ['ESTABLISHED', ['ACK seq=1 ack=1001 len=0']],
      ['FIN-WAIT-1', ['ACK seq=2 ack=1001 len=0']],
      ['FIN-WAIT-2', ['ACK seq=2 ack=1001 len=0']],
      ['CLOSE-WAIT', []],
      ['CLOSING', []],
    ] as const) {
      const a = inState('ESTABLISHED', { config: { receiveBuffer: 1000 } });
      a.autoRead = false;
      if (state !== 'ESTABLISHED' && state !== 'CLOSE-WAIT') a.close();
      if (state === 'CLOSE-WAIT' || state === 'CLOSING') a.inject('FIN,ACK', 1, 1, text(999));
      else a.inject('ACK', 1, state === 'FIN-WAIT-2' ? 2 : 1, text(1000));
      a.sent.length = 0;
      expect([state, a.state]).toEqual([state, state]);
      a.receive();
      expect([state, sent(a)]).toEqual([state, told]);
    }
  });

  it('normal mode again once the urgent octet has been received, and not one octet before (3.8.5)', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('URG,ACK', 1, 1, { ...text(10), up: 5 });
    const urgent = (): number => a.tcb.rcv.urgent;
    const up = (a.tcb.rcv.up - a.tcb.rcv.user) | 0;
    expect([urgent(), up > 0]).toEqual([1, true]);
    a.receive(up - 1);
    expect(urgent()).toBe(1);
    a.receive(1);
    expect(urgent()).toBe(0);
  });

  it('CLOSED after an error that left nothing: that error; with text left, that first', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(10));
    a.abort();
    expect(receive(a.engine, a.tcb, 0)).toBe(Err.OK);
    a.receive();
    expect(receive(a.engine, a.tcb, 0)).toBe(Err.ABORTED);
  });
});

describe('RECEIVE (3.10.3)', () => {
  it('with nothing to receive: what it returns in each state', () => {
    check(
      inAll(Err.OK, {
        CLOSED: Err.NOT_CONNECTED,
        'CLOSE-WAIT': Err.CLOSING,
        CLOSING: Err.CLOSING,
        'LAST-ACK': Err.CLOSING,
        'TIME-WAIT': Err.CLOSING,
      }),
      (a) => receive(a.engine, a.tcb, 0),
    );
  });

  it('CLOSE-WAIT: text that is there satisfies it, then "connection closing"', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('FIN,ACK', 1, 1, text(10));
    expect([receivable(a.tcb), receive(a.engine, a.tcb, 0)]).toEqual([10, Err.OK]);
    expect([a.receive(), receive(a.engine, a.tcb, 0)]).toEqual([Err.OK, Err.CLOSING]);
  });

  it('text that came before our own closing can be received in every later state', () => {
    const a = inState('FIN-WAIT-1');
    a.autoRead = false;
    a.inject('FIN,ACK', 1, 2, text(10));
    expect([a.state, a.receive(), a.read]).toEqual(['TIME-WAIT', Err.OK, [...octets(10)]]);
  });

  it('more than there is: "insufficient resources"', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(10));
    expect(receive(a.engine, a.tcb, 11)).toBe(Err.NO_RESOURCES);
  });

  it('CLOSED: text that is there can still be received, then the error that ended the connection', () => {
    const a = inState('ESTABLISHED');
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(10));
    a.inject('RST', 11);
    expect([a.receive(), receive(a.engine, a.tcb, 0)]).toEqual([Err.OK, Err.RESET]);
  });
});

describe('CLOSE (3.10.4)', () => {
  it('what it returns in each state', () => {
    check(
      inAll(Err.OK, {
        CLOSED: Err.NOT_CONNECTED,
        'FIN-WAIT-1': Err.CLOSING,
        'FIN-WAIT-2': Err.CLOSING,
        CLOSING: Err.CLOSING,
        'LAST-ACK': Err.CLOSING,
        'TIME-WAIT': Err.CLOSING,
      }),
      (a) => a.close(),
    );
  });

  it('where it leads, and what is sent', () => {
    for (const [state, next, line] of [
      ['LISTEN', 'CLOSED', []],
      ['SYN-SENT', 'CLOSED', []],
      ['SYN-RECEIVED', 'FIN-WAIT-1', ['FIN,ACK seq=1 ack=1 len=0']],
      ['ESTABLISHED', 'FIN-WAIT-1', ['FIN,ACK seq=1 ack=1 len=0']],
      ['CLOSE-WAIT', 'LAST-ACK', ['FIN,ACK seq=1 ack=2 len=0']],
    ] as const) {
      const a = inState(state);
      a.close();
      expect([state, a.state, sent(a)]).toEqual([state, next, line]);
    }
  });

  it('a second CLOSE does not send a second FIN', () => {
    for (const state of ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const) {
      const a = inState(state);
      a.close();
      expect([a.state, sent(a)]).toEqual([state, []]);
    }
  });

  it('ESTABLISHED: FIN-WAIT-1 at once, the FIN after all preceding SENDs', () => {
    const a = inState('ESTABLISHED', { config: { initialWindow: 1 } });
    a.send(octets(1200));
    a.close();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['ACK seq=1 ack=1 len=536']]);
    a.inject('ACK', 1, 537);
    expect(sent(a)).toEqual(['ACK seq=537 ack=1 len=536', 'FIN,PSH,ACK seq=1073 ack=1 len=128']);
  });

  it('SYN-RECEIVED: the ACKs of SYN and FIN that follow are acknowledged by every congestion control', () => {
    for (const congestion of congestionNames()) {
      const a = inState('SYN-RECEIVED', { config: { congestion } });
      a.close();
      a.inject('ACK', 1, 1);
      a.inject('ACK', 1, 2);
      expect([congestion, a.state]).toEqual([congestion, 'FIN-WAIT-2']);
    }
  });

  it('SYN-RECEIVED with SENDs pending: queued until ESTABLISHED; a second CLOSE is "connection closing"', () => {
    const a = inState('SYN-RECEIVED');
    a.send(octets(5));
    expect([a.close(), a.state, sent(a), a.close()]).toEqual([Err.OK, 'SYN-RECEIVED', [], Err.CLOSING]);
    a.inject('ACK', 1, 1);
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['FIN,PSH,ACK seq=1 ack=1 len=5']]);
  });

  it('receiving goes on after it (half-closed)', () => {
    const a = inState('FIN-WAIT-2');
    a.inject('ACK', 1, 2, text(1000));
    expect([a.state, a.read.length]).toEqual(['FIN-WAIT-2', 1000]);
  });
});

describe('CLOSE, the rows it takes', () => {
  it('one for each state', () => {
    for (const [state, row] of [
      ['LISTEN', 'listen-close'],
      ['SYN-SENT', 'syn-sent-close'],
      ['SYN-RECEIVED', 'syn-received-close'],
      ['ESTABLISHED', 'established-close'],
      ['CLOSE-WAIT', 'close-wait-close'],
    ] as const) {
      const a = inState(state);
      expect([state, close(a.engine, a.tcb), a.rows, a.tcb.error]).toEqual([state, Err.OK, [row], Err.OK]);
    }
  });

  it('SYN-RECEIVED with a Fast Open connection in use: its FIN goes at once, after its text', () => {
    const a = inState('LISTEN');
    a.engine.cookies = new TestCookies();
    a.inject('SYN', 0, 0, { ...text(5), cookie: [...TestCookies.COOKIE] });
    a.send(octets(10));
    expect([a.state, sent(a)]).toEqual([
      'SYN-RECEIVED',
      ['SYN,ACK seq=0 ack=6 len=0', 'PSH,ACK seq=1 ack=6 len=10'],
    ]);
    expect([a.close(), sent(a), a.close()]).toEqual([Err.OK, ['FIN,ACK seq=11 ack=6 len=0'], Err.CLOSING]);
  });

  it('the FIN goes without header prediction as with it', () => {
    for (const headerPrediction of [true, false]) {
      for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const) {
        const a = inState(state, { config: { headerPrediction } });
        a.close();
        expect(sent(a)).toEqual([`FIN,ACK seq=1 ack=${state === 'ESTABLISHED' ? 1 : 2} len=0`]);
      }
    }
  });
});

describe('the user goes: CLOSE in both directions (3.6.1)', () => {
  it('MAY-1: without unread text it is a CLOSE', () => {
    const a = inState('ESTABLISHED');
    a.detach();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['FIN,ACK seq=1 ack=1 len=0']]);
  });

  it('SHLD-3: with unread text it is a RST, in every state that can have some', () => {
    for (const state of [
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSE-WAIT',
      'CLOSING',
      'LAST-ACK',
    ] as const) {
      const a = inState('ESTABLISHED');
      a.autoRead = false;
      const finish = state === 'CLOSE-WAIT' || state === 'LAST-ACK';
      if (state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2' || state === 'CLOSING') a.close();
      a.inject(
        finish || state === 'CLOSING' ? 'FIN,ACK' : 'ACK',
        1,
        state === 'FIN-WAIT-2' ? 2 : 1,
        text(10),
      );
      if (state === 'LAST-ACK') a.close();
      expect(a.state).toBe(state);
      a.sent.length = 0;
      a.detach();
      expect([state, a.state, a.tcb.error, sent(a).map((line) => line.split(' ')[0])]).toEqual([
        state,
        'CLOSED',
        Err.ABORTED,
        ['RST,ACK'],
      ]);
    }
  });

  it('text beyond a hole counts as unread', () => {
    const a = inState('ESTABLISHED');
    a.inject('ACK', 11, 1, text(10, 10));
    a.sent.length = 0;
    a.detach();
    expect([a.state, sent(a)]).toEqual(['CLOSED', ['RST,ACK seq=1 ack=1 len=0']]);
  });

  it('resetUnread: false, the unread is thrown away, and it is a CLOSE; what comes later is answered by a RST', () => {
    const a = inState('ESTABLISHED', { config: { resetUnread: false } });
    a.autoRead = false;
    a.inject('ACK', 1, 1, text(10));
    a.inject('ACK', 21, 1, text(10, 20));
    a.sent.length = 0;
    a.detach();
    expect([a.state, sent(a)]).toEqual(['FIN-WAIT-1', ['FIN,ACK seq=1 ack=11 len=0']]);
    a.inject('ACK', 11, 2, text(5));
    expect([a.state, sent(a)]).toEqual(['CLOSED', ['RST,ACK seq=2 ack=11 len=0']]);
  });

  it('TIME-WAIT goes on', () => {
    const a = inState('FIN-WAIT-1');
    a.autoRead = false;
    a.inject('FIN,ACK', 1, 2, text(10));
    a.sent.length = 0;
    a.detach();
    expect([a.state, sent(a)]).toEqual(['TIME-WAIT', []]);
    pass(a, 60_000);
    expect(a.state).toBe('CLOSED');
  });

  it('FIN-WAIT-2 ends after finWait2Ms, whether the user goes before or after it begins', () => {
    const late = inState('FIN-WAIT-2');
    late.detach();
    pass(late, 59_999);
    expect(late.state).toBe('FIN-WAIT-2');
    pass(late, 1);
    expect([late.state, late.rows]).toEqual(['CLOSED', ['fin-wait-2-timeout']]);
    const early = inState('ESTABLISHED');
    early.detach();
    early.inject('ACK', 1, 2);
    pass(early, 60_000);
    expect(early.state).toBe('CLOSED');
  });

  it('FIN-WAIT-2 of a user who is there waits for ever', () => {
    const a = inState('FIN-WAIT-2');
    pass(a, 30 * 24 * 3600 * 1000);
    expect(a.state).toBe('FIN-WAIT-2');
  });

  it('does nothing twice, and nothing in CLOSED', () => {
    const a = inState('ESTABLISHED');
    a.detach();
    a.sent.length = 0;
    a.detach();
    const b = inState('CLOSED');
    detach(b.engine, b.tcb);
    expect([sent(a), b.state, b.tcb.orphan]).toEqual([[], 'CLOSED', 0]);
  });

  it('who goes twice does not begin the wait of FIN-WAIT-2 again; before FIN-WAIT-2 there is none', () => {
    const a = inState('FIN-WAIT-2');
    a.detach();
    pass(a, 30_000);
    a.detach();
    pass(a, 30_000);
    expect([a.state, a.rows]).toEqual(['CLOSED', ['fin-wait-2-timeout']]);
    const b = inState('ESTABLISHED');
    b.detach();
    expect([b.state, b.tcb.timer.wait]).toEqual(['FIN-WAIT-1', 0]);
  });
});

describe('ABORT (3.10.5)', () => {
  it('what it returns in each state', () => {
    check(inAll(Err.OK, { CLOSED: Err.NOT_CONNECTED }), (a) => a.abort());
  });

  it('SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2 and CLOSE-WAIT send <SEQ=SND.NXT><CTL=RST>; the others nothing', () => {
    for (const state of STATES.slice(1)) {
      const a = inState(state);
      const nxt = (a.tcb.snd.nxt - a.tcb.snd.iss) | 0;
      const ack = (a.tcb.rcv.nxt - a.tcb.rcv.irs) | 0;
      a.abort();
      const resets = ['SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT'].includes(
        state,
      );
      expect([state, a.state, a.tcb.error, sent(a)]).toEqual([
        state,
        'CLOSED',
        Err.ABORTED,
        resets ? [`RST,ACK seq=${nxt} ack=${ack} len=0`] : [],
      ]);
    }
  });
});

describe('STATUS (3.10.6)', () => {
  it('names the state as the RFC writes it, in every state', () => {
    for (const state of STATES) expect(status(inState(state).tcb).state).toBe(state);
  });

  it('tells the windows, what waits for an acknowledgment and what waits to be received', () => {
    const a = inState('ESTABLISHED', { wnd: 600, syn: options({ mss: 1000 }) });
    a.autoRead = false;
    a.inject('ACK', 1, 1, { ...text(10), wnd: 600 });
    a.send(octets(1000));
    expect(status(a.tcb)).toMatchObject({
      sndWnd: 600,
      sndMss: 1000,
      unackedBytes: 600,
      notSentBytes: 400,
      sendBuffer: a.tcb.snd.buf,
      receiveBuffer: a.tcb.rcv.buf,
      rcvRttUs: 0,
      rcvSpace: 0,
      unreadBytes: 10,
      caState: 'open',
      congestion: 'newreno',
      timestamps: false,
      sack: false,
      windowScale: false,
      pmtu: 1500,
    });
  });
});

describe('STATUS of a connection with everything that can be negotiated', () => {
  /** Ten segments of 988 octets are out at 1 s; the first is acknowledged after 50 ms, with ten octets of text. */
  function busy() {
    const syn = options({ mss: 1000, ts: 1, sack: true, wscale: 3 });
    const a = inState('ESTABLISHED', { syn, wnd: 5000, startUs: 1_000_000, active: true });
    a.autoRead = false;
    a.send(octets(20_000));
    a.setNow(1_050_000);
    a.inject('ACK', 1, 989, { ...ts(1, a.sent[0]?.tsVal ?? 0), ...text(10), wnd: 5000 });
    return a;
  }

  it('tells options and what they do to sizes and windows', () => {
    const a = busy();
    expect(status(a.tcb)).toMatchObject({
      timestamps: true,
      sack: true,
      windowScale: true,
      sndWscale: 3,
      rcvWscale: 7,
      sndMss: 988,
      sndWnd: 40_000,
      rcvNxt: 11,
      rcvWnd: a.tcb.rcv.buf - 10,
      unreadBytes: 10,
      irs: 0,
      iss: a.tcb.snd.iss,
      ecn: 'off',
      accEcn: null,
    });
  });

  it('tells times in microseconds, and rates', () => {
    const a = busy();
    const { rto } = a.tcb;
    expect(status(a.tcb)).toMatchObject({
      rttUs: rto.srttUs,
      rttvarUs: rto.rttvarUs,
      minRttUs: rto.minRttUs,
      rtoUs: rto.rtoMs * 1000,
      appLimited: false,
      finAcked: false,
      probes: 0,
    });
    expect([status(a.tcb).rttUs > 0, status(a.tcb).pacingRate > 0]).toEqual([true, true]);
  });

  it('nothing measured: no round-trip time, no rate', () => {
    const a = inState('SYN-SENT');
    expect(status(a.tcb)).toMatchObject({ rttUs: 0, minRttUs: 0, pacingRate: 0, rtoUs: 1_000_000 });
  });

  it('a rate that is no whole number is rounded up, whoever heeds it', () => {
    const a = inState('ESTABLISHED', { startUs: 0, syn: options({ mss: 1000 }) });
    a.send(octets(1000));
    a.setNow(70_001);
    a.inject('ACK', 1, 1001);
    const { pacingRate } = status(a.tcb);
    expect([Number.isInteger(pacingRate), pacingRate > 0]).toEqual([true, true]);
    a.tcb.cc.pacingRate = 4321;
    expect(status(a.tcb).pacingRate).toBe(4321);
  });

  it('counts what is out: not yet acknowledged, SACKed, lost, in flight, not yet sent', () => {
    const a = busy();
    const out = (a.tcb.snd.nxt - a.tcb.snd.una) | 0;
    expect(status(a.tcb)).toMatchObject({
      unackedBytes: out,
      sackedBytes: 0,
      lostBytes: 0,
      notSentBytes: 20_000 - 988 - out,
      caState: 'open',
    });
  });

  it('tells the phase: open, fast recovery, loss', () => {
    const a = inState('ESTABLISHED', { syn: options({ mss: 1000 }), config: { minRtoMs: 1000 } });
    a.send(octets(10_000));
    const phases = [status(a.tcb).caState];
    for (let i = 0; i < 3; i++) a.inject('ACK', 1, 1);
    phases.push(status(a.tcb).caState);
    const inRecovery = status(a.tcb);
    pass(a, 1000);
    phases.push(status(a.tcb).caState);
    expect(phases).toEqual(['open', 'fast-recovery', 'loss']);
    expect([inRecovery.lostBytes + inRecovery.pipeBytes > 0, inRecovery.retransmissions]).toEqual([true, 1]);
    expect([status(a.tcb).timeouts, status(a.tcb).ssthresh]).toEqual([1, a.tcb.cc.ssthresh]);
    expect(status(a.tcb).lostBytes).toBe(a.tcb.sent?.lost);
    expect(status(a.tcb).lostBytes).toBeGreaterThan(0);
  });

  it('our FIN is acknowledged, or not yet', () => {
    expect(status(inState('FIN-WAIT-1').tcb).finAcked).toBe(false);
    expect(status(inState('FIN-WAIT-2').tcb).finAcked).toBe(true);
  });

  it('classic ECN is told once it is negotiated, and not while it is asked for', () => {
    const asks = inState('SYN-SENT', { config: { ecn: 'on' } });
    expect(status(asks.tcb).ecn).toBe('off');
    asks.inject('SYN,ACK,ECE', 0, 1);
    expect(status(asks.tcb).ecn).toBe('classic');
    const refused = inState('SYN-SENT', { config: { ecn: 'on' } });
    refused.inject('SYN,ACK', 0, 1);
    expect(status(refused.tcb).ecn).toBe('off');
    const asked = inState('LISTEN', { config: { ecn: 'on' } });
    asked.inject('SYN,ECE,CWR', 0);
    expect(status(asked.tcb).ecn).toBe('classic');
  });
});

describe('STATUS: accurate ECN (RFC 9768)', () => {
  const NOTHING = {
    receivedCe: 0,
    receivedCeBytes: 0,
    receivedE0Bytes: 0,
    receivedE1Bytes: 0,
    deliveredCe: 0,
    deliveredCeBytes: 0,
    deliveredE0Bytes: 0,
    deliveredE1Bytes: 0,
    ect: true,
    sendsOptions: true,
    readsOptions: true,
  };
  /** `a` sends 5000 octets in four packets, which arrive as `arriving` makes them. */
  function marked(arriving: typeof mark = () => undefined) {
    const { pair } = wired({ ecn: 'accurate' }, { ecn: 'accurate' }, (r) => void arriving(r));
    pair.connect();
    const begun = status(pair.a.tcb);
    transfer(pair, 5000);
    settle(pair);
    return { begun, a: status(pair.a.tcb), b: status(pair.b.tcb) };
  }

  it('counters are from 0 on, for the sender as the peer feeds them back, for the receiver as packets came', () => {
    const unmarked = marked();
    expect([unmarked.begun.ecn, unmarked.begun.accEcn]).toEqual(['accurate', NOTHING]);
    expect(unmarked.a.accEcn).toEqual({ ...NOTHING, deliveredE0Bytes: 5000 });
    expect(unmarked.b.accEcn).toEqual({ ...NOTHING, receivedE0Bytes: 5000 });
    const ce = marked(mark);
    expect(ce.a.accEcn).toEqual({ ...NOTHING, deliveredCe: 4, deliveredCeBytes: 5000 });
    expect(ce.b.accEcn).toEqual({ ...NOTHING, receivedCe: 4, receivedCeBytes: 5000 });
    const other = marked((r) => {
      if ((r.ecn ?? 0) !== 0) r.ecn = 1; // ECT(1)
    });
    expect(other.b.accEcn).toEqual({ ...NOTHING, receivedE1Bytes: 5000 });
    expect(other.a.accEcn).toMatchObject({ deliveredE0Bytes: 0, deliveredE1Bytes: 5000 });
  });

  it('what was found out about the path, each alone; options that are not to be sent are not', () => {
    const { pair } = wired({ ecn: 'accurate' }, { ecn: 'accurate' });
    pair.connect();
    const { tcb } = pair.a;
    for (const [mode, told] of [
      [AccEcnMode.NOT_ECT, { ect: false }],
      [AccEcnMode.NO_OPTIONS, { sendsOptions: false }],
      [AccEcnMode.IGNORE_OPTIONS, { readsOptions: false }],
    ] as const) {
      if (tcb.accEcn !== null) tcb.accEcn.modes = mode;
      expect(status(tcb).accEcn).toEqual({ ...NOTHING, ...told });
    }
    const off = wired({ ecn: 'accurate', accEcnOption: 'off' }, { ecn: 'accurate' }).pair;
    off.connect();
    expect(status(off.a.tcb).accEcn).toEqual({ ...NOTHING, sendsOptions: false });
  });
});

describe('the counters of STATUS', () => {
  it('count segments of both directions, dropped ones too', () => {
    const a = inState('ESTABLISHED');
    const before = status(a.tcb);
    a.inject('ACK', 1, 1, text(10));
    a.inject('ACK', 1, 1, text(10));
    a.inject('ACK', -70_000, 1);
    a.send(octets(10));
    const { segsIn, segsOut } = status(a.tcb);
    expect([segsIn - before.segsIn, segsOut - before.segsOut]).toEqual([3, sent(a).length]);
  });
});

describe('settings of a living connection', () => {
  it('MUST-17: Nagle off lets go what it held', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    a.send(octets(10));
    a.sent.length = 0;
    a.tcb.noDelay = 1;
    push(a.engine, a.tcb);
    expect(sent(a)).toEqual(['PSH,ACK seq=11 ack=1 len=10']);
  });

  it('MUST-24: keep-alives can be turned on and off for each connection', () => {
    const a = inState('ESTABLISHED');
    setKeepAlive(a.engine, a.tcb, true);
    expect(departures(a, 7_200_000)).toEqual([{ at: 7_200_000, line: 'ACK seq=0 ack=1 len=0' }]);
    setKeepAlive(a.engine, a.tcb, false);
    expect(departures(a, 7_200_000_0)).toEqual([]);
    expect(a.state).toBe('ESTABLISHED');
  });

  it('MUST-21: USER TIMEOUT sets R2, also for what is in flight already; 0 restores the default', () => {
    const a = inState('ESTABLISHED');
    a.send(octets(10));
    setUserTimeout(a.engine, a.tcb, 5000);
    setUserTimeout(a.engine, a.tcb, 0);
    pass(a, 100_000);
    expect(a.state).toBe('ESTABLISHED');
    setUserTimeout(a.engine, a.tcb, 5000);
    pass(a, 4_999);
    expect(a.state).toBe('ESTABLISHED');
    pass(a, 1);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
  });

  it('USER TIMEOUT of a connection that waits for nothing begins with what it sends', () => {
    const a = inState('ESTABLISHED');
    setUserTimeout(a.engine, a.tcb, 5000);
    expect(a.tcb.timer.user).toBe(0);
    pass(a, 60_000);
    expect(a.state).toBe('ESTABLISHED');
  });

  it('orphanR2Ms is R2 once the user has gone, also for what waits already; USER TIMEOUT goes before it', () => {
    const orphan = (userTimeoutMs = 0, orphanR2Ms = 5000) => {
      const a = inState('ESTABLISHED', { config: { orphanR2Ms } });
      if (userTimeoutMs !== 0) setUserTimeout(a.engine, a.tcb, userTimeoutMs);
      a.send(octets(10));
      pass(a, 3000);
      detach(a.engine, a.tcb);
      return a;
    };
    const a = orphan();
    pass(a, 1999);
    expect(a.state).toBe('FIN-WAIT-1');
    pass(a, 1);
    expect([a.state, a.tcb.error]).toEqual(['CLOSED', Err.TIMED_OUT]);
    for (const patient of [orphan(20_000), orphan(0, 0)]) {
      pass(patient, 10_000);
      expect(patient.state).toBe('FIN-WAIT-1');
    }
  });

  it('orphanR2Ms begins again with every ACK of something new', () => {
    const a = inState('ESTABLISHED', { config: { orphanR2Ms: 5000 } });
    a.send(octets(10));
    detach(a.engine, a.tcb);
    pass(a, 4000);
    a.inject('ACK', 1, 11);
    pass(a, 4999);
    expect(a.state).toBe('FIN-WAIT-1');
    pass(a, 1);
    expect(a.state).toBe('CLOSED');
  });
});
