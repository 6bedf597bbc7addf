// The whole trace in a few sentences: who opened, what was carried, what was lost and what repaired it, who
// closed, in how many segments, who waited, how it ended. All of it is counted in the trace.

import type { Lang, Params } from '../text/index.ts';
import {
  type End,
  otherEnd,
  type SentEvent,
  type StateChange,
  statesAt,
  type Trace,
  type TraceEvent,
} from '../trace.ts';
import { endName, firstSyn, has, isReplayed } from './context.ts';
import { dropLabel } from './drops.ts';
import { duration, listed, octets, say, sentences, type Texts } from './text.ts';

/** The sentences. */
export const summaryTexts = {
  nothing: { en: 'Nothing happened.', zh: '什么也没有发生。' },
  opened: {
    en: '{me} opened the connection with {peer} in {n} segments, {ms}.',
    zh: '{me}与{peer}建立了连接：{n} 个报文段，{ms}。',
  },
  openedAgain: {
    en: '{me} opened the connection with {peer} in {ms}, with {n} segments, {again} of them retransmitted.',
    zh: '{me}与{peer}建立了连接：{ms}，{n} 个报文段，其中 {again} 个是重传。',
  },
  openedBoth: {
    en: 'Both ends opened at once (simultaneous open), in {n} segments, {ms}.',
    zh: '双方同时打开：{n} 个报文段，{ms}。',
  },
  halfwayForged: {
    en: 'A forged SYN asked {peer} for a connection, which was never open at both ends.',
    zh: '一个伪造的 SYN 向{peer}请求建立连接，但连接始终没有在两端同时建立起来。',
  },
  refused: {
    en: '{me} asked for a connection, and {peer} refused it with a RST.',
    zh: '{me}请求建立连接，被{peer}用 RST 拒绝。',
  },
  halfway: {
    en: '{me} asked for a connection, which was never open at both ends.',
    zh: '{me}请求建立连接，但连接始终没有在两端同时建立起来。',
  },
  carriedOne: { en: '{octets} went from {me} to {peer}.', zh: '{me}向{peer}传送了 {octets}。' },
  carriedBoth: {
    en: '{octets} went from {me} to {peer}, {back} the other way.',
    zh: '{me}向{peer}传送了 {octets}，反方向 {back}。',
  },
  carriedNone: { en: 'No text was carried.', zh: '没有传送数据。' },
  lost: { en: '{n} lost: {list}.', zh: '丢失 {n} 个报文段：{list}。' },
  repaired: { en: 'Repaired by {list}.', zh: '修复方式：{list}。' },
  unrepaired: { en: 'Nothing repaired it.', zh: '丢失没有得到修复。' },
  timers: { en: 'the retransmission timer ({n} times)', zh: '重传定时器（{n} 次）' },
  timer: { en: 'the retransmission timer', zh: '重传定时器' },
  fast: { en: 'a fast retransmission after duplicate ACKs', zh: '收到重复确认后的快速重传' },
  later: { en: 'later segments, whose ACK says as much', zh: '后续报文段（其中的 ACK 同样有效）' },
  discarded: { en: '{n} discarded on arrival: {list}.', zh: '到达后被丢弃 {n} 个：{list}。' },
  closedFour: {
    en: '{me} closed first; each direction was ended by a FIN of its own and an ACK of its own: {n} segments.',
    zh: '{me}先关闭；两个方向各用一个 FIN 和一个 ACK 结束：{n} 个报文段。',
  },
  closedThree: {
    en: '{me} closed first; {peer} put its ACK and its FIN into one segment: {n} segments.',
    zh: '{me}先关闭；{peer}把 ACK 和 FIN 合在一个报文段里：{n} 个报文段。',
  },
  closedBoth: { en: 'Both closed at once (simultaneous close).', zh: '双方同时关闭。' },
  halfClosed: {
    en: '{me} closed its direction; {peer} has not closed: the connection is half-closed.',
    zh: '{me}关闭了自己的方向，{peer}没有关闭：连接处于半关闭。',
  },
  closedOne: {
    en: '{me} closed its direction; {peer} never sent a FIN.',
    zh: '{me}关闭了自己的方向；{peer}始终没有发出 FIN。',
  },
  closedLate: {
    en: '{me} closed first; {peer} closed too, but its FIN was never acknowledged.',
    zh: '{me}先关闭；{peer}后来也关闭了，但它的 FIN 始终没有得到确认。',
  },
  waited: { en: '{me} waited in TIME-WAIT for {ms}.', zh: '{me}在 TIME-WAIT 等待了 {ms}。' },
  waits: { en: '{me} is still in TIME-WAIT.', zh: '{me}仍处于 TIME-WAIT。' },
  crashed: { en: '{me} crashed and forgot the connection.', zh: '{me}崩溃，忘记了这条连接。' },
  reset: { en: 'A RST of {peer} ended the connection at {me}.', zh: '{peer}的 RST 结束了{me}的连接。' },
  resetForged: { en: 'A forged RST ended the connection at {me}.', zh: '一个伪造的 RST 结束了{me}的连接。' },
  resetHalf: {
    en: 'A RST of {peer} ended the unfinished handshake at {me}.',
    zh: '{peer}的 RST 结束了{me}尚未完成的握手。',
  },
  resetHalfForged: {
    en: 'A forged RST ended the unfinished handshake at {me}.',
    zh: '一个伪造的 RST 结束了{me}尚未完成的握手。',
  },
  aborted: { en: '{me} aborted the connection.', zh: '{me}中止了连接。' },
  orphanEnded: {
    en: 'The FIN of {peer} did not come in time: {me}, whose program had gone, ended the connection.',
    zh: '{peer}的 FIN 没有按时到来：{me}的程序早已离开，连接就此结束。',
  },
  keptAlive: {
    en: 'No keep-alive probe of {me} was answered: it ended the connection.',
    zh: '{me}的保活探测一个都没有得到应答，于是结束了连接。',
  },
  reopened: {
    en: 'A newer SYN ended the TIME-WAIT of {me} and opened the connection anew.',
    zh: '一个新的 SYN 结束了{me}的 TIME-WAIT，连接重新打开。',
  },
  gaveUp: { en: '{me} gave up: nothing was acknowledged in time.', zh: '{me}放弃：迟迟没有得到确认。' },
  endsSame: { en: 'At the end both are {leftState}.', zh: '最后，双方都处于 {leftState}。' },
  ends: {
    en: 'At the end {left} is {leftState} and {right} {rightState}.',
    zh: '最后，{left}处于 {leftState}，{right}处于 {rightState}。',
  },
} as const satisfies Texts;

type Key = keyof typeof summaryTexts;

/** The story of one connection of a trace, in a few sentences. */
export function summarize(trace: Trace, lang: Lang, connection = 0): string {
  const events = trace.events.filter((event) => event.connection === connection);
  const story = new Story(trace, events, lang);
  if (!events.some((event) => event.kind === 'sent')) return story.text('nothing');
  return sentences(
    [
      story.opening(),
      story.carried(),
      story.losses(),
      story.discards(),
      ...story.closing(),
      ...story.endings(),
      story.end(statesAt(trace, trace.events.length - 1, connection)),
    ],
    lang,
  );
}

/** A change of state with the time at which it happened. */
interface Moment {
  readonly t: number;
  readonly change: StateChange;
}

class Story {
  readonly #trace: Trace;
  readonly #events: readonly TraceEvent[];
  readonly #lang: Lang;
  readonly #sent: readonly SentEvent[];
  readonly #moments: readonly Moment[];

  constructor(trace: Trace, events: readonly TraceEvent[], lang: Lang) {
    this.#trace = trace;
    this.#events = events;
    this.#lang = lang;
    this.#sent = events.filter((event) => event.kind === 'sent' && event.injected !== true) as SentEvent[];
    this.#moments = events.flatMap(({ t, changes }) => changes.map((change) => ({ t, change })));
  }

  text(key: Key, params: Params = {}): string {
    return say(summaryTexts[key], this.#lang, params);
  }

  #ends(end: End): Params {
    return { me: this.#name(end), peer: this.#name(otherEnd(end)) };
  }

  #name(end: End): string {
    return endName(this.#trace, end, this.#lang);
  }

  #octets(n: number): string {
    return octets(n, this.#lang);
  }

  #ms(us: number): string {
    return duration(us / 1000, this.#lang);
  }

  /** When an end entered a state first. */
  #entered(end: End, to: string): Moment | undefined {
    return this.#moments.find(({ change }) => change.end === end && change.to === to);
  }

  #tookRule(rule: string): Moment | undefined {
    return this.#moments.find(({ change }) => change.rule === rule);
  }

  opening(): string | null {
    const syn = firstSyn(this.#trace, this.#events[0]?.connection ?? 0);
    if (syn?.injected === true && !isReplayed(this.#trace, syn)) {
      const opened = this.#entered('left', 'ESTABLISHED') && this.#entered('right', 'ESTABLISHED');
      if (opened === undefined) return this.text('halfwayForged', this.#ends(syn.from));
    }
    const first = this.#sent.find(({ segment }) => has(segment, 'SYN'));
    if (first === undefined) return null;
    const left = this.#entered('left', 'ESTABLISHED');
    const right = this.#entered('right', 'ESTABLISHED');
    if (this.#tookRule('syn-sent-rst') !== undefined && left === undefined && right === undefined) {
      return this.text('refused', this.#ends(first.from));
    }
    if (left === undefined || right === undefined) return this.text('halfway', this.#ends(first.from));
    const done = Math.max(left.t, right.t);
    // The segments that opened it: all with a SYN, and the ACK that the later end waited for.
    const syns = this.#sent.filter(({ t, segment }) => t <= done && has(segment, 'SYN')).length;
    const both = this.#moments.filter(({ change }) => change.rule === 'syn-sent-syn').length > 1;
    const since = this.#entered(first.from, 'ESTABLISHED')?.t ?? 0;
    const answers = this.#sent.filter(
      ({ t, from, segment }) =>
        from === first.from && t >= since && t < done && !/SYN|RST/.test(segment.flags),
    );
    const pure = answers.filter(({ segment }) => segment.flags === 'ACK' && segment.length === 0).length;
    // Text may carry the third ACK.
    const acks = both ? 0 : pure > 0 ? pure : Math.min(1, answers.length);
    const again = this.#sent.filter(({ t, retransmission }) => t <= done && retransmission).length;
    const params = { ...this.#ends(first.from), n: syns + acks, ms: this.#ms(done - first.t), again };
    return this.text(both ? 'openedBoth' : again > 0 ? 'openedAgain' : 'opened', params);
  }

  /** Octets of an end's stream that arrived and were not discarded, each counted once. */
  #carriedFrom(end: End): number {
    let base: number | null = null;
    const arrived: [number, number][] = [];
    for (const event of this.#events) {
      const segment =
        event.kind === 'arrived' && event.discarded === null ? this.#sentOf(event)?.segment : undefined;
      if (segment === undefined || segment.length === 0 || event.kind !== 'arrived' || event.to === end)
        continue;
      base ??= segment.seq;
      const from = ((segment.seq - base) | 0) + (has(segment, 'SYN') ? 1 : 0);
      arrived.push([from, from + segment.length]);
    }
    let total = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (const [from, to] of arrived.sort((x, y) => x[0] - y[0])) {
      total += Math.max(0, to - Math.max(from, last));
      last = Math.max(last, to);
    }
    return total;
  }

  carried(): string | null {
    const established = this.#entered('left', 'ESTABLISHED') ?? this.#entered('right', 'ESTABLISHED');
    const left = this.#carriedFrom('left');
    const right = this.#carriedFrom('right');
    if (left === 0 && right === 0) return established === undefined ? null : this.text('carriedNone');
    if (left > 0 && right > 0) {
      const params = { ...this.#ends('left'), octets: this.#octets(left), back: this.#octets(right) };
      return this.text('carriedBoth', params);
    }
    const from = left > 0 ? 'left' : 'right';
    return this.text('carriedOne', { ...this.#ends(from), octets: this.#octets(left + right) });
  }

  /** `SYN, 2 × ACK`. */
  #counted(names: readonly string[]): string {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    const parts = [...counts].map(([name, n]) => (n === 1 ? name : `${n} × ${name}`));
    return parts.join(this.#lang === 'en' ? ', ' : '、');
  }

  losses(): string | null {
    const lost = this.#events.filter((event) => event.kind === 'lost' && event.copy === 0);
    if (lost.length === 0) return null;
    const names = lost.map((event) => this.#sentOf(event)?.segment.flags ?? '?');
    const first = this.text('lost', { n: lost.length, list: this.#counted(names) });
    const repaired = this.#arrivedAfter(lost) ? this.#repairs() : this.text('unrepaired');
    return sentences([first, repaired], this.#lang);
  }

  #sentOf(event: TraceEvent): SentEvent | undefined {
    if (event.kind !== 'lost' && event.kind !== 'arrived') return undefined;
    return this.#sent.find(({ id }) => id === event.id);
  }

  /** After the last loss on the way to an end something arrived there. */
  #arrivedAfter(lost: readonly TraceEvent[]): boolean {
    return lost.every((loss) => {
      const after = this.#events.slice(this.#events.indexOf(loss));
      return after.some((event) => event.kind === 'arrived' && loss.kind === 'lost' && event.to === loss.to);
    });
  }

  #repairs(): string | null {
    const fired = this.#events.filter(
      (event) => event.kind === 'timer' && event.what === 'fired' && event.timer === 'rexmt',
    );
    const again = this.#sent.filter(({ retransmission }) => retransmission);
    const fast = again.filter(
      ({ t, segment }) => segment.length > 0 && !fired.some((event) => event.t === t),
    );
    const parts: string[] = [];
    if (fired.length === 1) parts.push(summaryTexts.timer[this.#lang]);
    if (fired.length > 1) parts.push(summaryTexts.timers[this.#lang].replace('{n}', String(fired.length)));
    if (fast.length > 0) parts.push(summaryTexts.fast[this.#lang]);
    if (parts.length === 0) {
      const pure = this.#events.some(
        (event) => event.kind === 'lost' && this.#sentOf(event)?.segment.flags === 'ACK',
      );
      if (!pure) return null;
      parts.push(summaryTexts.later[this.#lang]);
    }
    return this.text('repaired', { list: listed(parts, this.#lang) });
  }

  discards(): string | null {
    const names: string[] = [];
    for (const event of this.#events) {
      if (event.kind === 'arrived' && event.discarded !== null)
        names.push(dropLabel(event.discarded, this.#lang));
    }
    if (names.length === 0) return null;
    return this.text('discarded', { n: names.length, list: this.#counted(names) });
  }

  closing(): (string | null)[] {
    const fins = this.#sent.filter(({ segment, retransmission }) => has(segment, 'FIN') && !retransmission);
    const first = fins[0];
    if (first === undefined) return [];
    const second = fins.find(({ from }) => from !== first.from);
    const params = this.#ends(first.from);
    if (second === undefined) {
      const { left, right } = this.#events.at(-1)?.states ?? { left: '', right: '' };
      const half = [left, right].sort().join(' ') === 'CLOSE-WAIT FIN-WAIT-2';
      return [this.text(half ? 'halfClosed' : 'closedOne', params)];
    }
    if (this.#tookRule('fin-wait-1-fin') !== undefined) return [this.text('closedBoth'), ...this.#waiting()];
    const finished = (first.segment.seq + first.segment.length + 1) >>> 0;
    const alone = this.#sent.some(
      ({ from, segment }) => from !== first.from && segment.ack === finished && !has(segment, 'FIN'),
    );
    const answered = (second.segment.seq + second.segment.length + 1) >>> 0;
    const acknowledged = this.#sent.some(
      ({ from, segment }) => from === first.from && segment.ack === answered && !has(segment, 'RST'),
    );
    if (!acknowledged) return [this.text('closedLate', params)];
    const n = alone ? 4 : 3;
    return [this.text(alone ? 'closedFour' : 'closedThree', { ...params, n }), ...this.#waiting()];
  }

  #waiting(): (string | null)[] {
    return (['left', 'right'] as const).map((end) => {
      const begin = this.#entered(end, 'TIME-WAIT');
      if (begin === undefined) return null;
      const over = this.#moments.find(({ change }) => change.end === end && change.from === 'TIME-WAIT');
      // A TCP without TIME-WAIT passes it in no time.
      if (over?.t === begin.t) return null;
      return over === undefined
        ? this.text('waits', this.#ends(end))
        : this.text('waited', { ...this.#ends(end), ms: this.#ms(over.t - begin.t) });
    });
  }

  endings(): (string | null)[] {
    const told: string[] = [];
    for (const event of this.#trace.events) {
      if (event.kind === 'fault' && event.what === 'crash' && event.end !== null) {
        told.push(this.text('crashed', this.#ends(event.end)));
      }
    }
    for (const event of this.#events) {
      const forged = event.kind === 'arrived' && this.#sentOf(event) === undefined;
      for (const { end, rule } of event.changes) {
        const key = ENDINGS[rule ?? ''];
        if (key !== undefined)
          told.push(this.text(forged && FORGED[key] !== undefined ? FORGED[key] : key, this.#ends(end)));
      }
    }
    return told;
  }

  end(last: Readonly<Record<End, string>>): string {
    return this.text(last.left === last.right ? 'endsSame' : 'ends', {
      left: this.#name('left'),
      right: this.#name('right'),
      leftState: last.left,
      rightState: last.right,
    });
  }
}

const ENDINGS: Readonly<Record<string, Key>> = {
  rst: 'reset',
  'time-wait-rst': 'reset',
  'syn-received-rst-passive': 'resetHalf',
  'syn-received-rst-active': 'reset',
  abort: 'aborted',
  'late-data': 'aborted',
  'user-timeout': 'gaveUp',
  'keepalive-timeout': 'keptAlive',
  'syn-received-timeout': 'gaveUp',
  'fin-wait-2-timeout': 'orphanEnded',
  'time-wait-syn': 'reopened',
};

/** What is said when the RST was forged. */
const FORGED: Partial<Record<Key, Key>> = { reset: 'resetForged', resetHalf: 'resetHalfForged' };
