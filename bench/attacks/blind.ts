// An attacker beside the path who knows both addresses and both ports and guesses the rest: how many packets
// end a connection, or put text into it. Each rule of RFC 5961 beside the rule of RFC 793 that it replaced, by
// a table of rules with that one entry exchanged.

import type { Connection } from '../../src/host/index.ts';
import { Err } from '../../src/tcp/errors.ts';
import { type Rules, rcvWnd, rfc9293 } from '../../src/tcp/index.ts';
import { resetConnection } from '../../src/tcp/segment-arrives/rst.ts';
import * as row from '../../src/tcp/tcb/transitions.ts';
import { endConnection } from '../../src/tcp/timers.ts';
import { ACK, FIN, RST, SYN, seqGt, seqLt } from '../../src/wire/index.ts';
import { CLIENT, forgeTcp } from './forge.ts';
import { SERVICE } from './legit.ts';
import { type Outcome, Stage } from './stage.ts';

/** RFC 793: any RST in the window resets. */
const anyRst: Rules = {
  ...rfc9293,
  rst: (e, tcb, seg) => {
    if ((seg.ctl & RST) === 0) return false;
    resetConnection(e, tcb);
    return true;
  },
};

/** RFC 793: any SYN in the window resets. */
const anySyn: Rules = {
  ...rfc9293,
  syn: (e, tcb, seg) => {
    if ((seg.ctl & SYN) === 0) return false;
    endConnection(e, tcb, row.RST[tcb.state], Err.RESET);
    return true;
  },
};

/** RFC 793: an ACK of something old, however old, "can be ignored", and the text is taken. */
const anyAck: Rules = {
  ...rfc9293,
  ack: (e, tcb, seg) => {
    if (seqLt(seg.ack, tcb.snd.una) && !seqGt(seg.ack, tcb.snd.nxt)) seg.ack = tcb.snd.una;
    return rfc9293.ack(e, tcb, seg);
  },
};

/** A FIN anywhere in the window is remembered, whatever vouches for it. */
const anyFin: Rules = {
  ...rfc9293,
  noteFin: (_e, { rcv }, seg) => {
    rcv.fin = 1;
    rcv.finSeq = (seg.seq + seg.textLen) | 0;
  },
};

const SPACE = 2 ** 32;

/** A stage whose client holds one idle connection; the victim offers `window`. */
function idle(name: string, window: number, rules: Rules): { stage: Stage; c: Connection } {
  const stage = new Stage(name, {
    rules,
    tcp: { receiveBuffer: window, timestamps: false, windowScale: window > 0xffff },
  });
  stage.legit.opening = false;
  stage.peace();
  // Between two requests: nothing is in flight.
  stage.pass(35_000);
  const c = stage.victim.connections[0];
  if (c === undefined) throw new Error('the client is not connected');
  return { stage, c };
}

/** Sends control bits at every `step`-th sequence number from a random one, until the connection ends. */
function sweep(stage: Stage, c: Connection, ctl: number, step: number): number {
  const sport = stage.legit.long?.localPort ?? 0;
  const start = 0x6b43a9b5;
  const most = Math.ceil(SPACE / step);
  for (let i = 0; i < most; i++) {
    const seq = (start + i * step) | 0;
    stage.one((mem, off) => forgeTcp(mem, off, { src: CLIENT, sport, dport: SERVICE, ctl, seq }));
    if (c.ended) return i + 1;
  }
  return 0;
}

/** How many of the sequence numbers in the window end the connection when each is tried once. */
function lethal(name: string, ctl: number, window: number): { tried: number; killed: number } {
  const sport = (stage: Stage): number => stage.legit.long?.localPort ?? 0;
  let { stage, c } = idle(name, window, rfc9293);
  const wnd = rcvWnd(c.tcb);
  let killed = 0;
  for (let i = 0; i < wnd; i++) {
    const seq = (c.tcb.rcv.nxt + i) | 0;
    stage.one((mem, off) =>
      forgeTcp(mem, off, { src: CLIENT, sport: sport(stage), dport: SERVICE, ctl, seq }),
    );
    if (!c.ended) continue;
    killed++;
    ({ stage, c } = idle(name, window, rfc9293));
  }
  return { tried: wnd, killed };
}

function guessing(name: string, ctl: number, old: Rules, window: number): Outcome {
  const before = idle(name, window, old);
  const wnd = rcvWnd(before.c.tcb);
  const needed = sweep(before.stage, before.c, ctl, wnd);
  const { stage, c } = idle(name, window, rfc9293);
  stage.facts['octets of window'] = wnd;
  stage.facts['packets that are enough, RFC 793: 2^32 / window'] = Math.ceil(SPACE / wnd);
  stage.facts['needed in this run, RFC 793'] = needed === 0 ? 'it lived' : needed;
  const now = sweep(stage, c, ctl, wnd);
  stage.facts['the same sweep, RFC 5961'] = now === 0 ? 'it lived' : `ended after ${now}`;
  const each = lethal(name, ctl, 4096);
  stage.facts['sequence numbers in a window that kill'] = `${each.killed} of ${each.tried}`;
  stage.pass(1_000_000);
  return stage.end();
}

/** RSTs; `window` in octets. */
export function rstGuessing(window: number): Outcome {
  return guessing(`rst-guessing`, RST, anyRst, window);
}

/** SYNs. */
export function synGuessing(window: number): Outcome {
  return guessing('syn-guessing', SYN, anySyn, window);
}

/** FINs without text in the window, in front of what the client sends next; `packets` of them. */
export function finGuessing(packets: number): Outcome {
  const window = 262_016;
  /** FINs beyond RCV.NXT with an ACK that is acceptable, yet not the newest: what a blind attacker hits. */
  const guess = (stage: Stage, c: Connection, n: number, far: (i: number) => number): void => {
    const sport = stage.legit.long?.localPort ?? 0;
    const { rcv, snd } = c.tcb;
    stage.flood(n, 10_000, (mem, off, i) =>
      forgeTcp(mem, off, {
        src: CLIENT,
        sport,
        dport: SERVICE,
        ctl: FIN | ACK,
        seq: (rcv.nxt + far(i)) | 0,
        ack: (snd.una - 1) | 0,
      }),
    );
  };
  const REQUEST = 100;
  const state = (c: Connection): string => (c.ended ? 'CLOSED' : c.state);
  const before = idle('fin-guessing', window, anyFin);
  guess(before.stage, before.c, 10, () => REQUEST);
  before.stage.pass(1_000_000);
  const { stage, c } = idle('fin-guessing', window, rfc9293);
  guess(stage, c, 10, () => REQUEST);
  // Anywhere but where a request ends: RCV.NXT itself is hit by one of 2^32.
  guess(stage, c, packets, (i) => REQUEST * ((i * 7) % 2000) + 1 + (i % (REQUEST - 1)));
  stage.facts['state after the end of a request was hit, any FIN remembered'] = state(before.c);
  stage.facts['state after all of them'] = state(c);
  stage.pass(1_000_000);
  return stage.end();
}

/** Text: one octet in every window, with an ACK that a blind attacker chooses once. */
export function dataInjection(window: number): Outcome {
  const inject = (
    stage: Stage,
    c: Connection,
    ack: (i: number) => number,
    seq: (i: number) => number,
    n: number,
  ) => {
    const sport = stage.legit.long?.localPort ?? 0;
    const { tcb } = c;
    const had = tcb.rcv.nxt;
    for (let i = 0; i < n; i++) {
      stage.one((mem, off) =>
        forgeTcp(mem, off, {
          src: CLIENT,
          sport,
          dport: SERVICE,
          ctl: ACK,
          seq: seq(i),
          ack: ack(i),
          text: 1,
        }),
      );
      if (tcb.rcv.nxt !== had || tcb.outOfOrder !== null) return i + 1;
    }
    return 0;
  };
  const say = (n: number): number | string => (n === 0 ? 'nothing got in' : n);
  const start = 0x6b43a9b5;
  const old = idle('data-injection', window, anyAck);
  const wnd = rcvWnd(old.c.tcb);
  const all = Math.ceil(SPACE / wnd);
  // Half of all ACK values are "old": two tries, one half round the circle from each other.
  const needed = inject(
    old.stage,
    old.c,
    (i) => (i < all ? start : start + 0x80000000) | 0,
    (i) => (start + (i % all) * wnd) | 0,
    2 * all,
  );
  const { stage, c } = idle('data-injection', window, rfc9293);
  const { tcb } = c;
  // An ACK that is not by chance acceptable.
  const wrong = (tcb.snd.una + 0x40000000) | 0;
  stage.facts['octets of window'] = wnd;
  stage.facts['needed in this run, RFC 793'] = say(needed);
  stage.facts['packets that are enough, RFC 793: 2 x 2^32 / window'] = 2 * all;
  stage.facts['all sequence numbers with one ACK, RFC 5961'] = say(
    inject(
      stage,
      c,
      () => wrong,
      (i) => (start + i * wnd) | 0,
      all,
    ),
  );
  const range = tcb.snd.maxWnd;
  const acks = Math.ceil(SPACE / range);
  const tried = inject(
    stage,
    c,
    (i) => (start + i * range) | 0,
    () => (tcb.rcv.nxt + 1) | 0,
    acks,
  );
  stage.facts['MAX.SND.WND'] = range;
  stage.facts['ACKs tried beside a right sequence number'] = `${tried} of at most ${acks}`;
  stage.facts['packets that are enough, RFC 5961: the product'] = all * acks;
  return stage.end();
}
