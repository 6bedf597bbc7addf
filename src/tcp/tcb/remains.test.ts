import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { status } from '../calls.ts';
import { defaultConfig } from '../config.ts';
import { inState, octets, options, STATES, text } from '../segment-arrives/testing.ts';
import { AccEcn } from './acc-ecn.ts';
import { eachField } from './fields.ts';
import { OutOfOrder } from './out-of-order.ts';
import { ReceiveMemory } from './receive-memory.ts';
import { isOver, remainsOf, tcbOfRemains } from './remains.ts';
import { resetTcb } from './reset.ts';
import { PARTS, type PARTS_ON_DEMAND, SCHEMA } from './schema.ts';
import { Sent } from './sent.ts';
import { type State, stateName } from './state.ts';
import { finAcked, finSent, MtuSearch, receivable, Tcb } from './tcb.ts';

const SETTINGS = {
  ...defaultConfig,
  sendBuffer: 5000,
  receiveBuffer: 6000,
  noDelay: true,
  keepAlive: true,
  quickAcks: 3,
  initialRtoMs: 77,
  userTimeoutMs: 9,
};

/** Bits that a number of a TCB has. */
const BITS: Readonly<Record<string, number>> = {
  state: 3,
  phase: 1,
  ecn: 1,
  error: 4,
  softError: 4,
  fastOpen: 8,
  wscale: 4,
};
const PORT = /Port$/;

/** A TCB of which every number is any that it can be. */
function anyTcb(words: readonly number[]): Tcb {
  const tcb = new Tcb(defaultConfig);
  let i = 0;
  eachField(tcb, (part, name, values) => {
    const kind = part === 'tcb' || Object.hasOwn(PARTS, part) ? kindOf(part, name) : 'count';
    const bits = kind === 'flag' ? 1 : (BITS[name] ?? (PORT.test(name) ? 16 : 32));
    const word = words[i++ % words.length] as number;
    values[name] = bits === 32 ? word | 0 : (word ^ i) & ((1 << bits) - 1);
  });
  tcb.family = (words[0] as number) % 2 === 0 ? 4 : 6;
  return tcb;
}

function kindOf(part: string, name: string): string | undefined {
  return SCHEMA[part]?.[name]?.[0];
}

/** What the user of a connection can ask for. */
function answers(tcb: Tcb): unknown {
  const { family, l0, l1, l2, l3, r0, r1, r2, r3, localPort, remotePort, udpPort } = tcb;
  const { error, softError, passive, orphan, fastOpen, noDelay, cork, keepAlive, config } = tcb;
  const { urgent, up, user } = tcb.rcv;
  return {
    sockets: [family, l0, l1, l2, l3, r0, r1, r2, r3, localPort, remotePort, udpPort],
    rest: { error, softError, passive, orphan, fastOpen, noDelay, cork, keepAlive, config, urgent, up, user },
    status: status(tcb),
    unread: receivable(tcb),
    fin: [finSent(tcb), finAcked(tcb)],
  };
}

const words = fc.array(fc.integer(), { minLength: 151, maxLength: 151 });

describe('a TCB that is used again', () => {
  it('is as a new one, whatever it has been: of no number, no part and no setting is anything left', () => {
    fc.assert(
      fc.property(words, fc.boolean(), (numbers, others) => {
        const tcb = anyTcb(numbers);
        tcb.sent = new Sent();
        tcb.outOfOrder = new OutOfOrder();
        tcb.mtuSearch = new MtuSearch();
        tcb.accEcn = new AccEcn();
        tcb.memory = new ReceiveMemory();
        tcb.pieces = [1];
        tcb.marks = [1];
        tcb.cc.own = {};
        const config = others ? SETTINGS : defaultConfig;
        resetTcb(tcb, config);
        expect(tcb).toEqual(new Tcb(config));
        expect(Object.keys(tcb)).toEqual(Object.keys(new Tcb(config)));
      }),
    );
  });

  it('so it is after a life in any state', () => {
    for (const state of STATES) {
      const { tcb } = inState(state, { syn: options({ mss: 1000, sack: true, ts: 5, wscale: 3 }) });
      resetTcb(tcb, SETTINGS);
      expect([state, tcb]).toEqual([state, new Tcb(SETTINGS)]);
    }
  });
});

describe('what is left of a TCB', () => {
  it('answers what the user of a connection asks for as the TCB did', () => {
    fc.assert(
      fc.property(words, (numbers) => {
        const tcb = anyTcb(numbers);
        const before = answers(tcb);
        const left = remainsOf(tcb);
        resetTcb(tcb, SETTINGS);
        const again = tcbOfRemains(left);
        expect(answers(again)).toEqual(before);
        expect(again.id).toBe(-1);
      }),
    );
  });

  it('so it does in every state, after text in both directions', () => {
    for (const state of STATES) {
      const a = inState(state, { syn: options({ mss: 1000, sack: true, ts: 5, wscale: 3 }) });
      if (state === 'ESTABLISHED') {
        a.inject('ACK', 11, 1, text(10));
        a.send(octets(100));
      }
      if (!isOver(a.tcb)) continue;
      const again = tcbOfRemains(remainsOf(a.tcb));
      expect([state, stateName(again.state as State), answers(again)]).toEqual([
        state,
        state,
        answers(a.tcb),
      ]);
    }
  });

  it('is not enough while a part is there that is made when it is needed', () => {
    const parts: Record<keyof typeof PARTS_ON_DEMAND | 'pieces' | 'marks', (tcb: Tcb) => void> = {
      sent: (tcb) => void (tcb.sent = new Sent()),
      outOfOrder: (tcb) => void (tcb.outOfOrder = new OutOfOrder()),
      mtuSearch: (tcb) => void (tcb.mtuSearch = new MtuSearch()),
      accEcn: (tcb) => void (tcb.accEcn = new AccEcn()),
      memory: (tcb) => void (tcb.memory = new ReceiveMemory()),
      pieces: (tcb) => void (tcb.pieces = []),
      marks: (tcb) => void (tcb.marks = []),
    };
    expect(isOver(new Tcb(defaultConfig))).toBe(true);
    for (const [name, make] of Object.entries(parts)) {
      const tcb = new Tcb(defaultConfig);
      make(tcb);
      expect([name, isOver(tcb)]).toEqual([name, false]);
    }
  });
});
