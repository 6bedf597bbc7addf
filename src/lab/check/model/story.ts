// What happened on the way to a state, as plain data: the actions of a story with the hosts' clocks running on, so
// that a ladder can be drawn and the ordinary simulator can be made to do the same.

import { type StateName, stateName, type Transition } from '../../../tcp/index.ts';
import { ACK, FIN, RST, SYN } from '../../../wire/segment.ts';
import type { Story } from '../search/index.ts';
import type { ModelConfig } from './config.ts';
import { Forgery } from './forgeries.ts';
import { Kind } from './kinds.ts';
import { type ModelOptions, TcpModel } from './model.ts';
import { PROPERTIES } from './properties.ts';

/** A segment of a story. */
export interface StorySegment {
  /** Who sent it; `attacker` for a forged one. */
  readonly from: 'a' | 'b' | 'attacker';
  /**
   * Its number among the segments of its sender, from 1, in the order of sending: what a rule of the simulated wire
   * calls the n-th packet of a direction. 0 for a forged one.
   */
  readonly number: number;
  /** `SYN,ACK`. */
  readonly flags: string;
  /** SEG.SEQ relative to the ISS of the sender's incarnation `seqOf`, and SEG.ACK relative to that of `ackOf`. */
  readonly seq: number;
  readonly seqOf: number;
  readonly ack: number | null;
  readonly ackOf: number;
  /** Octets of text. */
  readonly length: number;
  readonly window: number;
  /** The sender's incarnation; 0: the host sends it, having no connection. */
  readonly incarnation: number;
}

/** A packet's fate: when it was sent and when it arrived. */
export interface StoryPacket extends StorySegment {
  readonly sentMs: number;
  /** Each copy's arrival. Empty: lost. More than one: duplicated. The wire delays a copy by arrival - `sentMs`. */
  readonly arrivedMs: readonly number[];
}

/** One step of a story. Host `a` is the client, `b` the server. */
export interface StoryStep {
  /** From the beginning. Within one time steps happen in the order of the list. */
  readonly atMs: number;
  readonly what: 'call' | 'deliver' | 'timer' | 'lose' | 'crash' | 'inject' | 'flood';
  readonly host: 'a' | 'b';
  /** For a call: OPEN, SEND, CLOSE, ABORT, RECEIVE. For a timer: rexmt, persist, delack, user, wait. */
  readonly detail: string;
  /** What arrived (`deliver`, `inject`). A second delivery of a number is its duplicate. */
  readonly segment: StorySegment | null;
  /** What the step made the hosts send. */
  readonly sent: readonly StorySegment[];
  /** State changes: names of rows of the transition table. */
  readonly changes: readonly { readonly host: 'a' | 'b'; readonly row: string; readonly to: StateName }[];
  /** States after the step. */
  readonly states: { readonly a: StateName; readonly b: StateName };
}

/** A story as plain data. */
export interface StoryData {
  readonly config: string;
  /** Properties that the last step broke. */
  readonly broken: readonly string[];
  readonly steps: readonly StoryStep[];
  /**
   * Every packet and its fate, in the order of sending. With the steps' calls at their times, and each packet lost,
   * delayed or duplicated as here, the simulator repeats the story: timers follow from the hosts.
   */
  readonly packets: readonly StoryPacket[];
}

const NAMES = ['a', 'b'] as const;

function flagsOf(ctl: number): string {
  const names: string[] = [];
  if ((ctl & SYN) !== 0) names.push('SYN');
  if ((ctl & FIN) !== 0) names.push('FIN');
  if ((ctl & RST) !== 0) names.push('RST');
  if ((ctl & ACK) !== 0) names.push('ACK');
  return names.join(',');
}

interface Mutable {
  segment: StorySegment;
  sentMs: number;
  arrivedMs: number[];
  head: number;
  tail: number;
  /** No longer under way. */
  gone: boolean;
}

/**
 * Tells the story of `actions`, found by a search of this model with these options. Packets
 * take no time of their own: whoever draws or replays spreads the steps of one millisecond by some microseconds each.
 * Throws a RangeError when an action cannot be taken.
 */
export function story(config: ModelConfig, options: ModelOptions, found: Story): StoryData {
  const model = new TcpModel(config, options);
  const scratch = new Uint8Array(model.maxBytes);
  let octets = model.initial(found.initial, scratch);
  const begin = 1_000_000;
  let clock = 0;
  const packets: Mutable[] = [];
  const steps: StoryStep[] = [];
  const counts = [0, 0];
  const changes: { host: 'a' | 'b'; row: string; to: StateName }[] = [];
  const timers: string[] = [];
  for (const side of model.sides) {
    const transition = side.transition.bind(side);
    side.transition = (tcb, row: Transition): void => {
      changes.push({ host: NAMES[side.index as 0 | 1], row: row.name, to: stateName(row.to) });
      transition(tcb, row);
    };
    side.engine.trace = { timerSet() {}, timerFired: (_tcb, name) => timers.push(name) };
  }
  const describe = (head: number, tail: number, number: number): StorySegment => {
    const from = head & 1;
    const seq = (head >> 13) & 255;
    const ack = (head >> 21) & 255;
    const ctl = ((head >> 1) & 7) | (((head >> 4) & 1) << 4);
    return {
      from: NAMES[from as 0 | 1],
      number,
      flags: flagsOf(ctl),
      seq: (seq & 31) - 4,
      seqOf: seq >> 5 === 4 ? 0 : (seq >> 5) + 1,
      ack: (ctl & ACK) === 0 ? null : (ack & 31) - 4,
      ackOf: ack >> 5 === 4 ? 0 : (ack >> 5) + 1,
      length: (head >> 5) & 3,
      window: (head >> 8) & 31,
      incarnation: tail & 7,
    };
  };
  for (const [at, action] of found.actions.entries()) {
    const n = model.load(scratch, 0, octets);
    if (action >= n) throw new RangeError(`step ${at}: no action ${action} of ${n}`);
    const { kind, argument } = model.action(action);
    changes.length = 0;
    timers.length = 0;
    const isDelivery = kind === Kind.DELIVER || kind === Kind.DUPLICATE;
    let arriving: Mutable | undefined;
    if (isDelivery) {
      const head = model.packets.head[argument] as number;
      const tail = model.packets.tail[argument] as number;
      const age = model.packets.age(argument);
      arriving = packets.find(
        (p) => !p.gone && p.head === head && (p.tail & 7) === (tail & 7) && clock - p.sentMs === age,
      );
      if (arriving === undefined) throw new RangeError(`step ${at}: a packet that nobody sent`);
      if (kind === Kind.DELIVER) arriving.gone = true;
    }
    model.emitted.length = 0;
    octets = model.step(action, scratch);
    if (octets < 0) throw new RangeError(`step ${at}: action ${action} cannot be taken`);
    clock += model.nowMs - begin;
    if (arriving !== undefined) arriving.arrivedMs.push(clock);
    const sent: StorySegment[] = [];
    for (const { head, tail } of model.emitted) {
      const from = (head & 1) as 0 | 1;
      counts[from] = (counts[from] as number) + 1;
      const segment = describe(head, tail, counts[from] as number);
      sent.push(segment);
      packets.push({ segment, sentMs: clock, arrivedMs: [], head, tail, gone: false });
    }
    const host: 'a' | 'b' =
      arriving !== undefined ? (arriving.segment.from === 'a' ? 'b' : 'a') : NAMES[(argument & 1) as 0 | 1];
    steps.push({
      atMs: clock,
      what: WHAT[kind] as StoryStep['what'],
      host,
      detail:
        kind === Kind.TIMER
          ? timers.join(' ')
          : kind === Kind.INJECT
            ? (FORGED[argument >> 1] as string)
            : (DETAIL[kind] ?? ''),
      segment: arriving?.segment ?? null,
      sent,
      changes: changes.slice(),
      states: { a: stateName(model.sides[0].state()), b: stateName(model.sides[1].state()) },
    });
  }
  const bits = model.violated();
  return {
    config: config.id,
    broken: PROPERTIES.filter((_p, i) => ((bits >> i) & 1) === 1).map((p) => p.id),
    steps,
    packets: packets.map(({ segment, sentMs, arrivedMs }) => ({ ...segment, sentMs, arrivedMs })),
  };
}

const WHAT: readonly string[] = [
  'call',
  'call',
  'call',
  'call',
  'call',
  'deliver',
  'deliver',
  'timer',
  'lose',
  'crash',
  'inject',
  'flood',
  'call',
];
const DETAIL: Readonly<Record<number, string>> = {
  [Kind.OPEN]: 'OPEN',
  [Kind.WRITE]: 'SEND',
  [Kind.CLOSE]: 'CLOSE',
  [Kind.ABORT]: 'ABORT',
  [Kind.READ]: 'RECEIVE',
  [Kind.DETACH]: 'CLOSE of both directions',
};
const FORGED: readonly string[] = Object.entries(Forgery).map(([name]) =>
  name.toLowerCase().replaceAll('_', ' '),
);

/** A story as text, one line a step: for messages of tests and the command line. */
export function storyText(data: StoryData): string {
  const show = (s: StorySegment): string =>
    `${s.from}#${s.number} <${s.flags} seq=${s.seqOf}:${s.seq}${s.ack === null ? '' : ` ack=${s.ackOf}:${s.ack}`} len=${s.length}>`;
  return data.steps
    .map((s, i) => {
      const arrives = s.segment === null ? '' : ` ${show(s.segment)}`;
      const sends = s.sent.length === 0 ? '' : ` sends ${s.sent.map(show).join(', ')}`;
      const rows = s.changes.length === 0 ? '' : ` [${s.changes.map((c) => c.row).join(', ')}]`;
      return `${i + 1}. ${s.atMs} ms ${s.host} ${s.what} ${s.detail}${arrives}${sends}${rows} ${s.states.a} / ${s.states.b}`;
    })
    .join('\n');
}
