// The engine with a sequence, and what it believed before each step: the edges that numbers are chosen at, and
// what a family's predicate can ask for.

import { type Rules, rangesOf, rcvWnd, State, type StateName, type Tcb } from '../../src/tcp/index.ts';
import { EngineSubject } from './engine.ts';
import { type Observation, Player, type Setting } from './player.ts';
import type { Sequence, Step } from './sequence.ts';
import type { Flow } from './wire.ts';

/** What the engine believed before a step; numbers relative as in a sequence. */
export interface Facts {
  readonly state: StateName;
  /** False: there is no connection, and the numbers are those of the last one. */
  readonly live: boolean;
  /** It came from LISTEN. */
  readonly passive: boolean;
  /** Its program has closed it. */
  readonly orphan: boolean;
  readonly rcvNxt: number;
  /** RCV.NXT + RCV.WND. */
  readonly rcvEdge: number;
  /** Octets that the program has not read. */
  readonly unread: number;
  /** Text out of order, most recent first. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Where the peer's FIN is, null when none was seen. */
  readonly fin: number | null;
  /** Our FIN is among what was sent. */
  readonly finSent: boolean;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  /** SND.WL1. */
  readonly sndWl1: number;
  readonly maxWnd: number;
  readonly mss: number;
  /** Shifts of the peer's window and of ours. */
  readonly sndShift: number;
  readonly rcvShift: number;
  /** TS.Recent, null without timestamps. */
  readonly tsRecent: number | null;
  readonly sack: boolean;
  readonly ecn: boolean;
}

const NOTHING: Facts = {
  state: 'CLOSED',
  live: false,
  passive: false,
  orphan: false,
  rcvNxt: 0,
  rcvEdge: 65_535,
  unread: 0,
  ranges: [],
  fin: null,
  finSent: false,
  sndUna: 0,
  sndNxt: 1,
  sndWnd: 0,
  sndWl1: 0,
  maxWnd: 0,
  mss: 536,
  sndShift: 0,
  rcvShift: 0,
  tsRecent: null,
  sack: false,
  ecn: false,
};

function factsOf(tcb: Tcb, flow: Flow, state: StateName): Facts {
  const theirs = (n: number): number => (n - flow.peerIss) | 0;
  const ours = (n: number): number => (n - flow.stackIss) | 0;
  const { rcv, snd } = tcb;
  const knowsPeer = tcb.state !== State.SYN_SENT;
  return {
    state,
    live: true,
    passive: tcb.passive === 1,
    orphan: tcb.orphan === 1,
    rcvNxt: knowsPeer ? theirs(rcv.nxt) : 0,
    rcvEdge: knowsPeer ? theirs((rcv.nxt + rcvWnd(tcb)) | 0) : 65_535,
    unread: (rcv.nxt - rcv.user) | 0,
    ranges: rangesOf(tcb).map(([left, right]) => [theirs(left), theirs(right)]),
    fin: rcv.fin === 1 ? theirs(rcv.finSeq) : null,
    finSent: snd.fin === 1 && ((snd.nxt - snd.end) | 0) > 0,
    sndUna: ours(snd.una),
    sndNxt: ours(snd.nxt),
    sndWnd: snd.wnd,
    sndWl1: theirs(snd.wl1),
    maxWnd: snd.maxWnd,
    mss: snd.mss,
    sndShift: snd.wscale,
    rcvShift: rcv.wscale,
    tsRecent: tcb.ts === 1 && knowsPeer ? (tcb.tsRecent - flow.clock) | 0 : null,
    sack: tcb.sack === 1,
    ecn: tcb.ecn === 1,
  };
}

/** The ports of a sequence where it has a subject of its own. */
const PORT = 8000;

/** The engine plays steps, and remembers them. */
export class EnginePlayer {
  readonly player: Player;
  readonly #subject: EngineSubject;
  readonly #setting: Setting;
  readonly #steps: Step[] = [];
  readonly seen: Observation[] = [];
  /** What was believed before each step. */
  readonly before: Facts[] = [];
  /** What is believed now. */
  facts: Facts = NOTHING;

  constructor(setting: Setting, rules?: Rules) {
    this.#setting = setting;
    this.#subject = new EngineSubject(setting.iss, rules);
    this.player = new Player(this.#subject, setting, PORT, PORT + 1);
  }

  step(step: Step): void {
    this.before.push(this.facts);
    const seen = this.player.step(step);
    this.#steps.push(step);
    this.seen.push(seen);
    const { flow } = this.player;
    const tcb = this.#subject.tcb(flow);
    if (tcb === null) this.facts = { ...this.facts, state: seen.state, live: false };
    else this.facts = factsOf(tcb, flow, seen.state);
  }

  get sequence(): Sequence {
    return { ...this.#setting, steps: this.#steps };
  }
}

/** A whole sequence on the engine. */
export function playEngine(sequence: Sequence, rules?: Rules): EnginePlayer {
  const { steps, ...setting } = sequence;
  const engine = new EnginePlayer(setting, rules);
  for (const step of steps) engine.step(step);
  return engine;
}
