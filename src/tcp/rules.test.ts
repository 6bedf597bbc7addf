import { describe, expect, it } from 'vitest';
import { OPT_SACK } from '../wire/segment.ts';
import { Err } from './errors.ts';
import { FastOpen } from './fast-open.ts';
import { IcmpCause, icmpError } from './icmp.ts';
import { type Rules, rfc9293 } from './rules.ts';
import { inState, octets, options, pass, sent, text, type Way } from './segment-arrives/testing.ts';
import { EcnMode } from './tcb/acc-ecn.ts';
import type { StateName } from './tcb/state.ts';
import { type Endpoint, TestCookies } from './testing.ts';

/** Ten segments are in flight, and the peer has all but the first. */
function sackedBeyondAHole(a: Endpoint): void {
  a.send(octets(20_000));
  const { iss } = a.tcb.snd;
  a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 10_001) | 0] });
}

/** Text of a connection that has a rate: a round trip of 100 ms was measured. */
function pacedText(a: Endpoint): void {
  a.send(octets(1));
  pass(a, 100);
  a.inject('ACK', 1, 2);
  a.send(octets(1));
}

/** For each rule, a state and an event that reach it. */
const REACHES: Readonly<Record<keyof Rules, readonly [StateName, (a: Endpoint) => void, Way?]>> = {
  closed: ['CLOSED', (a) => a.inject('SYN', 5)],
  replyReset: ['LISTEN', (a) => a.inject('ACK', 5, 5)],
  listenRst: ['LISTEN', (a) => a.inject('SYN', 5)],
  listenAck: ['LISTEN', (a) => a.inject('SYN', 5)],
  listenSyn: ['LISTEN', (a) => a.inject('SYN', 5)],
  synSentAck: ['SYN-SENT', (a) => a.inject('SYN', 5)],
  synSentRst: ['SYN-SENT', (a) => a.inject('SYN', 5)],
  synSentSyn: ['SYN-SENT', (a) => a.inject('SYN', 5)],
  timestamps: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  sequence: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  timeWait: ['TIME-WAIT', (a) => a.inject('ACK', 2, 2)],
  timeWaitRst: ['TIME-WAIT', (a) => a.inject('RST', 2)],
  rst: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  resetSignal: ['LAST-ACK', (a) => a.inject('RST', 2)],
  syn: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  trim: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  ack: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  synReceivedAck: ['SYN-RECEIVED', (a) => a.inject('ACK', 1, 1)],
  ackByState: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  urg: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  text: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  lateData: [
    'FIN-WAIT-2',
    (a) => {
      a.detach();
      a.inject('ACK', 1, 2, text(1));
    },
  ],
  scheduleAck: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1, text(1))],
  fin: ['ESTABLISHED', (a) => a.inject('ACK', 1, 1)],
  noteFin: ['ESTABLISHED', (a) => a.inject('FIN,ACK', 1, 1)],
  finReached: ['ESTABLISHED', (a) => a.inject('FIN,ACK', 1, 1)],
  challengeAck: ['ESTABLISHED', (a) => a.inject('SYN', 1)],
  newAck: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      a.inject('ACK', 1, 2);
    },
  ],
  duplicateAck: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      a.inject('ACK', 1, 1);
    },
  ],
  overtakenAck: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(2));
      a.inject('ACK', 1, 3);
      a.inject('ACK', 1, 2);
    },
  ],
  timeoutLoss: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      pass(a, 1000);
    },
  ],
  retransmissionTimeout: ['SYN-SENT', (a) => pass(a, 1000)],
  persistTimeout: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      pass(a, 1000);
    },
    { wnd: 0 },
  ],
  receiveEcn: [
    'ESTABLISHED',
    (a) => {
      a.tcb.ecn = EcnMode.CLASSIC;
      a.inject('ACK', 1, 1, text(1));
    },
  ],
  keepAliveTimeout: [
    'ESTABLISHED',
    (a) => pass(a, 1000),
    { config: { keepAlive: true, keepAliveIdleMs: 1000 } },
  ],
  userTimeout: ['SYN-SENT', (a) => pass(a, 180_000)],
  timeWaitMs: ['FIN-WAIT-2', (a) => a.inject('FIN,ACK', 1, 2)],
  selectIss: ['CLOSED', (a) => a.openActive()],
  sendSyn: ['CLOSED', (a) => a.openActive()],
  sendAck: ['ESTABLISHED', (a) => a.inject('ACK', 9, 1, text(1))],
  sendReset: ['ESTABLISHED', (a) => a.abort()],
  markEcn: [
    'ESTABLISHED',
    (a) => {
      a.tcb.ecn = EcnMode.CLASSIC;
      a.send(octets(1));
    },
  ],
  retransmit: ['SYN-SENT', (a) => pass(a, 1000)],
  setProbeTimer: ['ESTABLISHED', (a) => a.send(octets(1))],
  maySendSmall: ['ESTABLISHED', (a) => a.send(octets(1))],
  burst: ['ESTABLISHED', (a) => a.send(octets(1))],
  paceRoom: ['ESTABLISHED', pacedText, { config: { pacing: 'on' } }],
  depart: ['ESTABLISHED', pacedText, { config: { pacing: 'on' } }],
  pushes: ['ESTABLISHED', (a) => a.send(octets(1))],
  noteLimit: ['ESTABLISHED', (a) => a.send(octets(1))],
  opens: ['SYN-SENT', (a) => icmpError(a.engine, a.tcb, a.tcb.snd.iss, IcmpCause.PORT, Err.REFUSED)],
  resendLost: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      pass(a, 1000);
    },
  ],
  sackArrives: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  detectLoss: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  enterRecovery: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  leaveRecovery: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  undo: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  controlWindow: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  reorderTimeout: [
    'ESTABLISHED',
    (a) => {
      a.tcb.rto.minRttUs = 5000;
      a.send(octets(2000));
      pass(a, 5);
      const { iss } = a.tcb.snd;
      a.inject('ACK', 1, 1, { opts: OPT_SACK, sack: [(iss + 1001) | 0, (iss + 2001) | 0] });
      pass(a, 100);
    },
    { syn: options({ mss: 1000, sack: true }) },
  ],
  lastResort: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  lossProbe: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(2000));
      pass(a, 150);
    },
    { syn: options({ mss: 1000, sack: true }) },
  ],
  mtuProbe: ['ESTABLISHED', (a) => a.send(octets(1)), { config: { mtuProbing: 'on' } }],
  mtuProbeLost: ['ESTABLISHED', sackedBeyondAHole, { syn: options({ mss: 1000, sack: true }) }],
  mtuBlackHole: [
    'ESTABLISHED',
    (a) => {
      a.send(octets(1));
      pass(a, 1000);
    },
  ],
  earlyText: ['LISTEN', (a) => a.inject('SYN', 5)],
  openingError: ['SYN-SENT', (a) => icmpError(a.engine, a.tcb, a.tcb.snd.iss, IcmpCause.PORT, Err.REFUSED)],
  earlyAck: [
    'CLOSED',
    (a) => {
      a.openFast();
      a.engine.cookies = new TestCookies();
      a.tcb.fastOpen = FastOpen.OFFERED;
      a.inject('SYN,ACK', 5, 1);
    },
  ],
};

describe('rules are reached only through the table', () => {
  for (const name of Object.keys(rfc9293) as (keyof Rules)[]) {
    it(`${name} can be replaced alone`, () => {
      let calls = 0;
      const original = rfc9293[name] as (...args: never[]) => unknown;
      const spy = (...args: never[]): unknown => {
        calls++;
        return original(...args);
      };
      const [state, act, way] = REACHES[name];
      const a = inState(state, { ...way, rules: { [name]: spy } });
      const before = calls;
      act(a);
      expect(calls).toBeGreaterThan(before);
    });
  }
});

describe('TCPs that forget one rule', () => {
  it('without TIME-WAIT the last ACK cannot be repeated: the peer’s FIN is answered by a RST', () => {
    const a = inState('FIN-WAIT-2', { rules: { timeWaitMs: () => 0 } });
    a.inject('FIN,ACK', 1, 2);
    pass(a, 1);
    a.sent.length = 0;
    a.inject('FIN,ACK', 1, 2);
    expect([a.state, sent(a)]).toEqual(['CLOSED', ['RST seq=2 len=0']]);
  });

  it('with a fixed ISS every connection starts with the same number', () => {
    const rules = { selectIss: () => 1_000 };
    for (const startUs of [0, 5_000_000]) {
      expect(inState('SYN-SENT', { rules, startUs }).tcb.snd.iss).toBe(1_000);
    }
  });

  it('without challenges any RST in the window resets', () => {
    const a = inState('ESTABLISHED', {
      rules: {
        rst(e, tcb, seg) {
          if ((seg.ctl & 0x04) !== 0) seg.seq = tcb.rcv.nxt;
          return rfc9293.rst(e, tcb, seg);
        },
      },
    });
    a.inject('RST', 500);
    expect(a.state).toBe('CLOSED');
  });

  it('a handshake of two: SYN-RECEIVED accepts any ACK number', () => {
    const a = inState('SYN-RECEIVED', {
      rules: {
        synReceivedAck(e, tcb, seg) {
          seg.ack = tcb.snd.nxt;
          return rfc9293.synReceivedAck(e, tcb, seg);
        },
      },
    });
    a.inject('ACK', 1, 12345);
    expect(a.state).toBe('ESTABLISHED');
  });
});
