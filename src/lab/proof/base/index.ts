// The base theory: any number of incarnations of one connection on two hosts, a network that keeps everything that was
// ever sent (so: any loss, copies, order, delay), and all that a TCP may do.
//
// A sequence number is an ISS and an offset from it: 0 is the SYN, 1 the first octet. Two numbers are the same only if both
// are. A receiver sees numbers, never who sent them: a guard compares what a segment of `q` carries, iss(q) and irs(q), with
// what the receiver knows; who `q` is, is a ghost.

import type { Theory } from '../theory.ts';
import { closing } from './closing.ts';
import { opening } from './opening.ts';
import { resets } from './resets.ts';
import { stream } from './stream.ts';

export const base: Theory = {
  id: 'base',
  title: { en: 'Opening, stream, closing and resets', zh: '建立、数据流、关闭与复位' },
  assumes: [
    {
      en: 'The numbers of incarnations that live together, or whose packets do, do not overlap (the ISN’s clock, the MSL, less than 2^31 octets in flight).',
      zh: '同时存活（或有报文段同时存活）的各个化身，序列号互不重叠（靠 ISN 的时钟、MSL，以及在途数据少于 2^31 字节）。',
    },
    {
      en: 'No host uses an ISS again while packets of its former use live.',
      zh: '旧的报文段还存活时，主机不会再次使用同一个 ISS。',
    },
    { en: 'Nobody forges segments.', zh: '没有人伪造报文段。' },
    {
      en: 'A host has one connection of the four-tuple at a time.',
      zh: '一台主机上，同一四元组同时只有一个连接。',
    },
    {
      en: 'Not modelled: time (TIME-WAIT ends when it likes), windows and congestion control (less is sent, nothing else), urgent data, options, SYN cookies, Fast Open. Nothing is said of liveness.',
      zh: '未建模：时间（TIME-WAIT 随时可以结束）、窗口与拥塞控制（它们只会少发）、紧急数据、各种选项、SYN cookie、Fast Open。不涉及活性。',
    },
  ],
  states: [
    'NONE',
    'SYN_SENT',
    'SYN_RECEIVED',
    'ESTABLISHED',
    'FIN_WAIT_1',
    'FIN_WAIT_2',
    'CLOSE_WAIT',
    'CLOSING',
    'LAST_ACK',
    'TIME_WAIT',
    'ENDED',
    'GONE',
  ],
  rigid: {
    host: {
      args: ['incarnation'],
      sort: 'host',
      says: { en: 'The host of an incarnation.', zh: '化身所在的主机。' },
    },
    iss: { args: ['incarnation'], sort: 'number', says: { en: 'Its ISS.', zh: '它的 ISS。' } },
    octet: {
      args: ['incarnation', 'offset'],
      sort: 'octet',
      says: { en: 'What its program writes at an offset.', zh: '其应用程序在某偏移处写的内容。' },
    },
    zero: { args: [], sort: 'offset', says: { en: 'The offset of the SYN.', zh: 'SYN 的偏移。' } },
    one: {
      args: [],
      sort: 'offset',
      says: { en: 'The offset of the first octet.', zh: '第一个字节的偏移。' },
    },
  },
  axioms: [
    'x <= x',
    'x <= y & y <= x -> x = y',
    'x <= y & y <= z -> x <= z',
    'x <= y | y <= x',
    'zero ~= one',
    'zero <= x & (x = zero | one <= x)',
  ],
  definitions: {
    apart: { args: ['p', 'q'], body: 'host(p) ~= host(q)' },
    begun: { args: ['p'], body: 'state(p) ~= NONE' },
    live: { args: ['p'], body: '~(state(p) in {NONE, ENDED, GONE})' },
    talks: { args: ['p'], body: '~(state(p) in {NONE, SYN_SENT, ENDED, GONE})' },
    nobody: { args: ['h'], body: 'forall r. host(r) = h -> ~live(r)' },
  },
  parts: [opening, stream, closing, resets],
};
