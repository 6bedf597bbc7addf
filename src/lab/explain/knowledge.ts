// What each end can know: derived only from what has arrived at it, and from what it did itself, never from
// what the other end knows. The handshake is the story of these facts (RFC 9293 section 3.5).

import type { StateName } from '../../tcp/index.ts';
import type { Lang } from '../text/index.ts';
import {
  type ArrivedEvent,
  type End,
  otherEnd,
  type SentEvent,
  type TcbView,
  type Trace,
  type TraceEvent,
  tcbAt,
} from '../trace.ts';
import { ahead, endName, has, isReplayed } from './context.ts';
import { octets, say, type Texts } from './text.ts';

/** Something an end knows, or does not know yet. */
export interface Fact {
  readonly verified: boolean;
  /** Index of the event that verified it; null if it is not verified. */
  readonly by: number | null;
}

/** What one end knows. "I" is that end. */
export interface Knowledge {
  /** Something I sent has arrived: my SYN was acknowledged. */
  readonly iCanSend: Fact;
  /** Something of the peer has arrived here. */
  readonly iCanReceive: Fact;
  readonly peerCanSend: Fact;
  readonly peerCanReceive: Fact;
  /** The peer's SYN has arrived: I know its initial sequence number. */
  readonly knowsPeerIss: Fact;
  /** My SYN was acknowledged. */
  readonly peerKnowsMyIss: Fact;
  /**
   * My acknowledgment of the peer's SYN has arrived there: seen from anything that a peer in SYN-RECEIVED
   * would not send. The sender of the third segment of a handshake waits for this.
   */
  readonly knowsPeerKnows: Fact;
  /** The peer's FIN was received, and everything before it. */
  readonly peerHasClosed: Fact;
  /** All octets that the program wrote, or without TCBs: that were sent, are acknowledged. */
  readonly peerHasEverything: Fact;
  readonly myFinAcknowledged: Fact;
  /** A RST ended the connection, or refused it. */
  readonly wasReset: Fact;
}

/** The names of the facts. */
export type FactName = keyof Knowledge;

/** What both ends know after event `index`; -1: before the first. */
export function knowledge(
  trace: Trace,
  index: number,
  connection = 0,
): { readonly left: Knowledge; readonly right: Knowledge } {
  const { left, right } = observe(trace, index, connection);
  return { left: left.knowledge(trace, index), right: right.knowledge(trace, index) };
}

/** The knowledge of one end in one sentence; null when it has no connection and nothing has arrived. */
export function knowledgeSentence(
  trace: Trace,
  index: number,
  end: End,
  lang: Lang,
  connection = 0,
): string | null {
  const observer = observe(trace, index, connection)[end];
  const known = observer.knowledge(trace, index);
  const params = { me: endName(trace, end, lang), peer: endName(trace, otherEnd(end), lang) };
  const waiting = observer.unacknowledged(trace, index);
  const key = sentenceKey(observer, known, waiting);
  return key === null ? null : say(knowledgeTexts[key], lang, { ...params, octets: octets(waiting, lang) });
}

/** The sentences. */
export const knowledgeTexts = {
  nothing: {
    en: '{me} knows nothing of {peer} yet: a segment that was sent proves nothing before something comes back.',
    zh: '{me}对{peer}还一无所知：在收到回音之前，发出报文段证明不了任何事。',
  },
  half: {
    en: '{me} knows that {peer} can send and that it can itself receive; it does not know yet whether {peer} can receive.',
    zh: '{me}知道{peer}能发送、自己能接收；还不知道{peer}能不能接收。',
  },
  bothUnsure: {
    en: '{me} knows that both can send and receive; it cannot know whether its ACK has arrived until something of {peer} shows it.',
    zh: '{me}知道双方都能发送和接收；但在{peer}的下文到来之前，无法知道自己的 ACK 是否到达。',
  },
  both: {
    en: '{me} knows that both can send and receive, and that both initial sequence numbers are acknowledged.',
    zh: '{me}知道双方都能发送和接收，双方的初始序列号都已得到确认。',
  },
  unacknowledged: {
    en: '{me} lacks the acknowledgment of {octets} of its text, and does not know whether that has arrived.',
    zh: '{me}有 {octets} 尚未得到确认，还不知道它们是否到达。',
  },
  everything: {
    en: '{me} knows that {peer} has received everything that it sent.',
    zh: '{me}知道自己发出的内容{peer}都收到了。',
  },
  peerClosed: {
    en: '{me} knows that {peer} sends no more; {peer} does not learn from an ACK when {me} will close.',
    zh: '{me}知道{peer}不再发送数据；{peer}无法从 ACK 得知{me}何时关闭。',
  },
  finWaiting: {
    en: '{me} does not know yet whether its FIN, and all before it, has arrived.',
    zh: '{me}还不知道自己的 FIN 以及此前的内容是否到达。',
  },
  finAcknowledged: {
    en: '{me} knows that {peer} has received everything and the FIN; it does not know when {peer} will close.',
    zh: '{me}知道{peer}已收到全部内容和 FIN；但不知道{peer}何时关闭。',
  },
  bothFinsWaiting: {
    en: '{me} knows that {peer} sends no more; it does not know yet whether its own FIN has arrived.',
    zh: '{me}知道{peer}不再发送数据；还不知道自己的 FIN 是否到达。',
  },
  closed: {
    en: '{me} knows that both directions are ended and everything has arrived.',
    zh: '{me}知道两个方向都已结束，全部内容都已到达。',
  },
  closedUnsure: {
    en: '{me} knows that both directions are ended; it cannot know whether its last ACK has arrived.',
    zh: '{me}知道两个方向都已结束；但无法知道自己最后的 ACK 是否到达。',
  },
  closedWaited: {
    en: '{me} knows that both directions are ended; that {peer} was silent during TIME-WAIT does not prove that the last ACK has arrived.',
    zh: '{me}知道两个方向都已结束；{peer}在 TIME-WAIT 期间没有动静，并不能证明最后的 ACK 已经到达。',
  },
  reset: {
    en: '{me} knows that {peer} has no such connection, or has given it up.',
    zh: '{me}知道{peer}没有这条连接，或者已经放弃了它。',
  },
  deceived: {
    en: '{me} has believed a forged segment: what it takes for knowledge of {peer} need not be true.',
    zh: '{me}相信了伪造的报文段：它以为知道的{peer}的情况未必属实。',
  },
  forgotten: {
    en: '{me} knows nothing of any connection any more.',
    zh: '{me}已经不记得任何连接。',
  },
  gaveUp: {
    en: '{me} has ended the connection without knowing what {peer} has.',
    zh: '{me}已结束连接，并不知道{peer}收到了什么。',
  },
} as const satisfies Texts;

type SentenceKey = keyof typeof knowledgeTexts;

function sentenceKey(observer: Observer, known: Knowledge, waiting: number): SentenceKey | null {
  const { state } = observer;
  if (observer.crashed) return 'forgotten';
  if (observer.deceived && (observer.began || known.wasReset.verified)) return 'deceived';
  if (known.wasReset.verified) return 'reset';
  if (!observer.began) return null;
  const peerClosed = known.peerHasClosed.verified;
  const acked = known.myFinAcknowledged.verified;
  if (state === 'TIME-WAIT') return 'closedUnsure';
  if (state === 'CLOSED')
    return !peerClosed || !acked ? 'gaveUp' : observer.waited ? 'closedWaited' : 'closed';
  if (observer.finSent && !acked) return peerClosed ? 'bothFinsWaiting' : 'finWaiting';
  if (observer.finSent) return 'finAcknowledged';
  if (peerClosed) return 'peerClosed';
  if (!known.iCanReceive.verified) return 'nothing';
  if (!known.iCanSend.verified) return 'half';
  if (waiting > 0) return 'unacknowledged';
  if (!known.knowsPeerKnows.verified) return 'bothUnsure';
  return observer.wrote && known.peerHasEverything.verified ? 'everything' : 'both';
}

/** Discards after which an end still has learnt that the peer can send: the segment belonged to the connection. */
const GENUINE = new Set(['duplicate-syn', 'time-wait', 'late-data', 'reassembly-full', 'no-memory']);

const NO: Fact = { verified: false, by: null };

/** One end, as it goes through the events. */
class Observer {
  readonly end: End;
  readonly connection: number;
  state: StateName;
  /** It has asked for the connection, or was asked. */
  began = false;
  crashed = false;
  finSent = false;
  /** It has sent text. */
  wrote = false;
  /** It was in TIME-WAIT. */
  waited = false;
  /** A forged segment taught it something. */
  deceived = false;
  /** Its SYN, and the number after the last octet of text that it sent. */
  iss: number | null = null;
  #sentEnd: number | null = null;
  /** The greatest acknowledgment that arrived, and the event that brought it. */
  #una: { readonly number: number; readonly by: number } | null = null;
  #facts: Partial<Record<FactName, number>> = {};

  constructor(end: End, connection: number, state: StateName) {
    this.end = end;
    this.connection = connection;
    this.state = state;
  }

  /** Forgets: another connection between the same sockets begins. */
  begin(): void {
    this.#facts = {};
    this.#una = null;
    this.#sentEnd = null;
    this.iss = null;
    this.finSent = false;
    this.wrote = false;
    this.waited = false;
    this.deceived = false;
    this.crashed = false;
    this.began = true;
  }

  /** Nothing is left, and nothing begins. */
  forget(crashed: boolean): void {
    this.begin();
    this.began = false;
    this.crashed = crashed;
  }

  /** Changes when it learns something. */
  get learnt(): string {
    return `${Object.keys(this.#facts).length} ${this.#una?.number}`;
  }

  learn(fact: FactName, by: number): void {
    this.#facts[fact] ??= by;
  }

  sent(event: SentEvent): void {
    const { segment } = event;
    if (this.state === 'LISTEN') return; // a cookie: nothing is kept
    if (has(segment, 'SYN')) {
      if (this.iss !== segment.seq) {
        // A SYN,ACK belongs to what the arriving SYN began.
        // And so does the bare SYN of an end that answers in two segments.
        if (!has(segment, 'ACK') && this.state !== 'SYN-RECEIVED') this.begin();
        this.began = true;
        this.iss = segment.seq;
        this.#sentEnd = (segment.seq + 1) >>> 0;
      }
    }
    if (has(segment, 'RST')) return;
    if (has(segment, 'FIN')) this.finSent = true;
    if (segment.length > 0) this.wrote = true;
    const end = (segment.seq + segment.length + (has(segment, 'SYN') ? 1 : 0)) >>> 0;
    if (this.#sentEnd === null || ahead(end, this.#sentEnd) > 0) this.#sentEnd = end;
  }

  arrived(event: ArrivedEvent, sent: SentEvent, by: number): void {
    const { segment } = sent;
    if (event.discarded !== null && !GENUINE.has(event.discarded)) return;
    if (has(segment, 'RST')) {
      if (event.changes.some((change) => change.end === this.end)) this.learn('wasReset', by);
      return;
    }
    // Without a TCB nothing is kept: not in CLOSED, and not by a listener that answers with a cookie.
    if (!this.began) return;
    if (event.changes.some(({ rule }) => rule === 'listen-cookie') && segment.ack !== null) {
      this.iss = (segment.ack - 1) >>> 0;
      this.learn('knowsPeerIss', by);
    }
    this.learn('iCanReceive', by);
    this.learn('peerCanSend', by);
    if (has(segment, 'SYN')) this.learn('knowsPeerIss', by);
    const { ack } = segment;
    if (ack === null || this.iss === null || ahead(ack, this.iss) <= 0) return;
    this.learn('iCanSend', by);
    this.learn('peerCanReceive', by);
    this.learn('peerKnowsMyIss', by);
    if (this.#una === null || ahead(ack, this.#una.number) > 0) this.#una = { number: ack, by };
    // A peer in SYN-RECEIVED repeats its SYN; what has none, it sends when it is synchronized. The ACK of a
    // SYN,ACK proves as much: what it acknowledges also carried the acknowledgment of the other SYN.
    if (!has(segment, 'SYN')) this.learn('knowsPeerKnows', by);
  }

  changed(to: StateName, by: number): void {
    const from = this.state;
    this.state = to;
    if (to === 'LISTEN') {
      this.forget(false);
    } else if (to === 'SYN-SENT') {
      this.begin();
    } else if (to === 'SYN-RECEIVED' && from !== 'SYN-SENT') {
      this.begin();
    } else if (to === 'CLOSE-WAIT' || to === 'CLOSING') {
      this.learn('peerHasClosed', by);
    } else if (to === 'FIN-WAIT-2') {
      this.learn('myFinAcknowledged', by);
    } else if (to === 'TIME-WAIT') {
      this.waited = true;
      this.learn('peerHasClosed', by);
      this.learn('myFinAcknowledged', by);
    }
  }

  /** The last ACK was what LAST-ACK waited for. */
  lastAck(by: number): void {
    this.learn('myFinAcknowledged', by);
  }

  /** Octets that were written, or without a TCB: sent, and are not acknowledged. */
  unacknowledged(trace: Trace, index: number): number {
    if (this.iss === null) return 0;
    const una = this.#una?.number ?? (this.iss + 1) >>> 0;
    const tcb = this.#tcb(trace, index);
    const end = tcb === null ? this.#sentEnd : tcb.snd.end;
    return end === null ? 0 : Math.max(0, ahead(end, una));
  }

  #tcb(trace: Trace, index: number): TcbView | null {
    const view = tcbAt(trace, index, this.end, this.connection);
    return view !== null && view.snd.iss === this.iss ? view : null;
  }

  knowledge(trace: Trace, index: number): Knowledge {
    const fact = (name: FactName): Fact => {
      const by = this.#facts[name];
      return by === undefined ? NO : { verified: true, by };
    };
    const complete = this.#una !== null && this.unacknowledged(trace, index) === 0;
    return {
      iCanSend: fact('iCanSend'),
      iCanReceive: fact('iCanReceive'),
      peerCanSend: fact('peerCanSend'),
      peerCanReceive: fact('peerCanReceive'),
      knowsPeerIss: fact('knowsPeerIss'),
      peerKnowsMyIss: fact('peerKnowsMyIss'),
      knowsPeerKnows: fact('knowsPeerKnows'),
      peerHasClosed: fact('peerHasClosed'),
      peerHasEverything: complete ? { verified: true, by: this.#una?.by ?? null } : NO,
      myFinAcknowledged: fact('myFinAcknowledged'),
      wasReset: fact('wasReset'),
    };
  }
}

/** Both ends, after they went through the events up to `index`. */
function observe(trace: Trace, index: number, connection: number): Record<End, Observer> {
  const begin = trace.connections[connection]?.begin ?? trace.begin;
  const ends = {
    left: new Observer('left', connection, begin.left),
    right: new Observer('right', connection, begin.right),
  };
  const segments = new Map<number, SentEvent>();
  for (let i = 0; i <= index && i < trace.events.length; i++) {
    const event = trace.events[i] as TraceEvent;
    if (event.kind === 'fault' && event.what === 'crash' && event.end !== null) ends[event.end].forget(true);
    if (event.connection !== connection) continue;
    if (event.kind === 'sent') segments.set(event.id, event);
    const sent = event.kind === 'arrived' ? segments.get(event.id) : undefined;
    // What a SYN began must be there before the SYN teaches something.
    for (const change of event.changes) {
      if (event.kind === 'fault') ends[change.end].state = change.to;
      else if (change.rule === 'last-ack-ack') ends[change.end].lastAck(i);
      if (event.kind !== 'fault') ends[change.end].changed(change.to, i);
    }
    if (event.kind === 'arrived' && sent !== undefined) {
      const end = ends[event.to];
      const before = end.learnt;
      end.arrived(event, sent, i);
      const forged = sent.injected === true && !isReplayed(trace, sent);
      if (forged && (end.learnt !== before || event.changes.length > 0)) end.deceived = true;
    }
    if (event.kind === 'sent' && event.injected !== true) ends[event.from].sent(event);
  }
  return ends;
}
