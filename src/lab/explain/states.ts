// The eleven states in the words of their readers: names in the RFC, in Linux's tools and in Chinese, what
// each waits for and what it means (RFC 9293 section 3.3.2), and how texts misspell them.

import type { StateName } from '../../tcp/index.ts';
import type { Text } from '../text/index.ts';

/** All that is said about a state. */
export interface StateInfo {
  /** As RFC 9293 writes it: `SYN-RECEIVED`. */
  readonly rfc: StateName;
  /** As `ss` of Linux prints it: `SYN-RECV`. */
  readonly ss: string;
  /** As `netstat` prints it: `SYN_RECV`. */
  readonly netstat: string;
  /** The name that Chinese books give it. */
  readonly zh: string;
  /** What ends the state. */
  readonly waitsFor: Text;
  /** What it means, in one sentence. */
  readonly meaning: Text;
  /** What an end in this state believes; `{me}` and `{peer}` are the names of the ends. */
  readonly belief: Text;
  /** Other spellings of the same state, seen in books, kernels and programs. */
  readonly variants: readonly string[];
  /** Names that are found in texts and are wrong, though it is clear which state they mean. */
  readonly wrong: readonly string[];
}

/** The eleven states by their RFC name, in the order of a connection's life. */
export const states: Readonly<Record<StateName, StateInfo>> = {
  CLOSED: {
    rfc: 'CLOSED',
    ss: 'UNCONN',
    netstat: 'CLOSE',
    zh: '关闭',
    waitsFor: { en: 'a call: OPEN', zh: '程序调用 OPEN' },
    meaning: {
      en: 'There is no connection and no TCB; the state is fictional.',
      zh: '没有连接，也没有 TCB；这是一个虚构的状态。',
    },
    belief: { en: '{me} has no connection', zh: '{me}认为没有这条连接' },
    variants: ['CLOSE', 'TCP_CLOSE', 'UNCONN', 'TCPS_CLOSED'],
    wrong: [],
  },
  LISTEN: {
    rfc: 'LISTEN',
    ss: 'LISTEN',
    netstat: 'LISTEN',
    zh: '监听',
    waitsFor: { en: 'a SYN from any peer', zh: '任意对端发来的 SYN' },
    meaning: {
      en: 'A passive OPEN waits for connection requests; the listener stays in LISTEN, each SYN gets a TCB of its own.',
      zh: '被动打开后等待连接请求；监听套接字一直停在 LISTEN，每个 SYN 都会得到自己的 TCB。',
    },
    belief: {
      en: '{me} has no connection with {peer} and waits for a SYN',
      zh: '{me}认为与{peer}之间没有连接，正在等待 SYN',
    },
    variants: ['TCP_LISTEN', 'LISTENING', 'TCPS_LISTEN'],
    wrong: [],
  },
  'SYN-SENT': {
    rfc: 'SYN-SENT',
    ss: 'SYN-SENT',
    netstat: 'SYN_SENT',
    zh: '同步已发送',
    waitsFor: { en: 'a matching SYN, normally SYN,ACK', zh: '与之匹配的 SYN，通常是 SYN,ACK' },
    meaning: {
      en: 'It has sent a SYN and waits for a matching SYN of the peer.',
      zh: '已发出 SYN，正在等待对端与之匹配的 SYN。',
    },
    belief: {
      en: '{me} has asked for a connection and knows no answer yet',
      zh: '{me}已请求建立连接，还不知道任何回应',
    },
    variants: ['SYN_SENT', 'TCP_SYN_SENT', 'TCPS_SYN_SENT'],
    wrong: ['SYN_SEND', 'SYN-SEND', 'SYNSENT'],
  },
  'SYN-RECEIVED': {
    rfc: 'SYN-RECEIVED',
    ss: 'SYN-RECV',
    netstat: 'SYN_RECV',
    zh: '同步已收到',
    waitsFor: { en: 'an ACK of its own SYN', zh: '对自己 SYN 的确认' },
    meaning: {
      en: 'It has received and sent a SYN and waits for the acknowledgment of its own.',
      zh: '收到了对端的 SYN，也发出了自己的 SYN，正在等待自己的 SYN 被确认。',
    },
    belief: {
      en: '{me} has received a SYN but does not know yet whether its own has arrived',
      zh: '{me}收到了 SYN，但还不知道自己的 SYN 是否到达',
    },
    variants: [
      'SYN_RECV',
      'SYN-RECV',
      'SYN_RCVD',
      'SYN-RCVD',
      'SYN_RECEIVED',
      'TCP_SYN_RECV',
      'TCP_NEW_SYN_RECV',
    ],
    wrong: [],
  },
  ESTABLISHED: {
    rfc: 'ESTABLISHED',
    ss: 'ESTAB',
    netstat: 'ESTABLISHED',
    zh: '已建立',
    waitsFor: { en: 'text, CLOSE, or the FIN of the peer', zh: '数据、本端的 CLOSE，或对端的 FIN' },
    meaning: {
      en: 'The connection is open: data can flow both ways.',
      zh: '连接已建立，双方都可以传输数据。',
    },
    belief: { en: '{me} believes that the connection is open', zh: '{me}认为连接已建立' },
    variants: ['ESTAB', 'TCP_ESTABLISHED', 'TCPS_ESTABLISHED', 'ESTABLISH'],
    wrong: ['ESTABLISTED', 'ESTABLISED'],
  },
  'FIN-WAIT-1': {
    rfc: 'FIN-WAIT-1',
    ss: 'FIN-WAIT-1',
    netstat: 'FIN_WAIT1',
    zh: '终止等待 1',
    waitsFor: { en: 'the ACK of its FIN, or the FIN of the peer', zh: '对自己 FIN 的确认，或对端的 FIN' },
    meaning: {
      en: 'It has sent its FIN, which is not acknowledged yet; what was sent before is still retransmitted.',
      zh: '已发出 FIN 但尚未被确认；此前未被确认的数据仍会重传。',
    },
    belief: {
      en: '{me} has ended its direction and does not know yet whether {peer} has everything',
      zh: '{me}已结束自己的方向，还不知道{peer}是否收全',
    },
    variants: ['FIN_WAIT_1', 'FIN_WAIT1', 'TCP_FIN_WAIT1', 'TCPS_FIN_WAIT_1', 'FINWAIT1'],
    wrong: [],
  },
  'FIN-WAIT-2': {
    rfc: 'FIN-WAIT-2',
    ss: 'FIN-WAIT-2',
    netstat: 'FIN_WAIT2',
    zh: '终止等待 2',
    waitsFor: { en: 'the FIN of the peer', zh: '对端的 FIN' },
    meaning: {
      en: 'Its FIN is acknowledged: the connection is half-closed, and the peer may still send.',
      zh: '自己的 FIN 已被确认：连接处于半关闭，对端仍然可以发送数据。',
    },
    belief: {
      en: '{me} knows that {peer} has everything, and waits for the FIN of {peer}',
      zh: '{me}知道{peer}已收全，正在等待{peer}的 FIN',
    },
    variants: ['FIN_WAIT_2', 'FIN_WAIT2', 'TCP_FIN_WAIT2', 'TCPS_FIN_WAIT_2', 'FINWAIT2'],
    wrong: [],
  },
  'CLOSE-WAIT': {
    rfc: 'CLOSE-WAIT',
    ss: 'CLOSE-WAIT',
    netstat: 'CLOSE_WAIT',
    zh: '关闭等待',
    waitsFor: { en: 'a call: its own program must CLOSE', zh: '本端程序调用 CLOSE' },
    meaning: {
      en: 'The peer has ended its direction; this end may still send, until its program calls CLOSE.',
      zh: '对端已结束发送；本端还可以继续发送，直到自己的程序调用 CLOSE。',
    },
    belief: {
      en: '{me} knows that {peer} sends no more, and may itself still send',
      zh: '{me}知道{peer}不再发送，自己还可以发送',
    },
    variants: ['CLOSE_WAIT', 'TCP_CLOSE_WAIT', 'TCPS_CLOSE_WAIT', 'CLOSEWAIT'],
    wrong: ['CLOSED_WAIT', 'CLOSED-WAIT'],
  },
  CLOSING: {
    rfc: 'CLOSING',
    ss: 'CLOSING',
    netstat: 'CLOSING',
    zh: '正在关闭',
    waitsFor: { en: 'the ACK of its FIN', zh: '对自己 FIN 的确认' },
    meaning: {
      en: 'Both ends have sent a FIN at once; that of this end is not acknowledged yet.',
      zh: '双方同时发出了 FIN，本端的 FIN 还没有被确认。',
    },
    belief: {
      en: '{me} has the FIN of {peer} but does not know whether its own has arrived',
      zh: '{me}已收到{peer}的 FIN，但不知道自己的 FIN 是否到达',
    },
    variants: ['TCP_CLOSING', 'TCPS_CLOSING'],
    wrong: [],
  },
  'LAST-ACK': {
    rfc: 'LAST-ACK',
    ss: 'LAST-ACK',
    netstat: 'LAST_ACK',
    zh: '最后确认',
    waitsFor: { en: 'the ACK of its FIN', zh: '对自己 FIN 的确认' },
    meaning: {
      en: 'Both directions are ended by a FIN; only the acknowledgment of its own FIN is missing.',
      zh: '两个方向都已发出 FIN，只差对自己 FIN 的最后一个确认。',
    },
    belief: {
      en: '{me} has sent its FIN and does not know yet whether it has arrived',
      zh: '{me}已发出 FIN，还不知道它是否到达',
    },
    variants: ['LAST_ACK', 'TCP_LAST_ACK', 'TCPS_LAST_ACK', 'LASTACK'],
    wrong: [],
  },
  'TIME-WAIT': {
    rfc: 'TIME-WAIT',
    ss: 'TIME-WAIT',
    netstat: 'TIME_WAIT',
    zh: '时间等待',
    waitsFor: { en: 'the end of 2 MSL', zh: '2MSL 时间结束' },
    meaning: {
      en: 'Both FINs are acknowledged; it waits 2 MSL to repeat a lost last ACK and to let old segments die.',
      zh: '双方的 FIN 都已确认；再等待 2MSL，以便重发丢失的最后一个 ACK，并让旧报文段在网络中消失。',
    },
    belief: {
      en: '{me} knows that both directions are ended, but not whether its last ACK has arrived',
      zh: '{me}知道两个方向都已结束，但不知道自己最后的 ACK 是否到达',
    },
    variants: ['TIME_WAIT', 'TCP_TIME_WAIT', 'TCPS_TIME_WAIT', 'TIMEWAIT'],
    wrong: [],
  },
};

/** A state by the RFC's name. */
export function stateNames(state: StateName): StateInfo {
  return states[state];
}

/**
 * The state that a spelling means (`SYN_RCVD`, `ESTAB`, `syn-send`), and whether it is a name that exists;
 * null for no state. Case does not matter.
 */
export function stateSpelled(
  spelling: string,
): { readonly state: StateName; readonly exists: boolean } | null {
  const text = spelling.trim().toUpperCase();
  for (const info of Object.values(states)) {
    if ([info.rfc, info.ss, info.netstat, ...info.variants].includes(text))
      return { state: info.rfc, exists: true };
    if (info.wrong.includes(text)) return { state: info.rfc, exists: false };
  }
  return null;
}
