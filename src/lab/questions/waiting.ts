// Questions on TIME-WAIT.

import type { Question } from './question.ts';

/** TIME-WAIT. */
export const waitingQuestions: readonly Question[] = [
  {
    id: 'why-time-wait',
    question: { en: 'What is TIME-WAIT for?', zh: 'TIME_WAIT 有什么作用？为什么需要它？' },
    answer: {
      en: 'Two things: the last ACK can be sent again when the peer’s FIN comes again, and segments of this connection die out before the same ports are used for another.',
      zh: '两个作用：对方的 FIN 重传过来时，还有人能再回一次最后的 ACK；让本连接的旧报文段在网络中消失，不会混进使用同样端口的下一个连接。',
    },
    scenario: 'lastack-lost',
    why: 'timewait',
    keywords: [
      'why time_wait',
      'why is time_wait needed',
      'purpose of time_wait',
      'time_wait 作用',
      '为什么需要 time_wait',
      'time_wait 的意义',
      '为什么要有 time_wait',
    ],
  },
  {
    id: 'why-2msl',
    question: { en: 'Why is TIME-WAIT 2 MSL, and not 1?', zh: 'TIME_WAIT 为什么是 2MSL，而不是 1MSL？' },
    answer: {
      en: 'One MSL for the last ACK to die out, and one for a FIN that the peer sent just before that ACK would have reached it.',
      zh: '一个 MSL 让最后的 ACK 在网络中消失，另一个 MSL 留给对端在 ACK 本该到达前一刻重传的 FIN。',
    },
    scenario: 'tw-1msl',
    why: '2msl',
  },
  {
    id: 'why-active-waits',
    question: {
      en: 'Why does the end that closes first have the TIME-WAIT?',
      zh: '为什么 TIME_WAIT 在主动关闭的一方？',
    },
    answer: {
      en: 'Because it sends the last ACK, and only the end that sent it can send it again.',
      zh: '因为最后的 ACK 由它发出，丢了也只有它能再发一次。',
    },
    scenario: 'lastack-lost',
    keywords: [
      'time_wait on client or server',
      'time_wait 在客户端还是服务端',
      '客户端还是服务器有 time_wait',
    ],
  },
  {
    id: 'many-time-wait',
    question: {
      en: 'What is the harm of many TIME-WAITs, and what can be done?',
      zh: 'TIME_WAIT 过多有什么危害？怎样优化？',
    },
    answer: {
      en: 'At a client ports run out: 28232 ports for 60 seconds are about 470 connections a second to one target. At a server it is only memory. Keep connections open and use them again; use tcp_tw_reuse on the side that connects; a server that wants no TIME-WAITs lets its clients close first.',
      zh: '客户端会耗尽端口：28232 个端口各占用 60 秒，对同一目标每秒只能新建约 470 个连接；服务器端只是占些内存。办法：复用长连接；在发起连接的一方使用 tcp_tw_reuse；服务器若不想积累 TIME-WAIT，就让客户端先关闭。',
    },
    scenario: 'tw-pile',
    keywords: [
      'shorten time_wait',
      'speed up time_wait',
      '缩短 time_wait',

      'how to avoid time_wait',
      'how to reduce time_wait',
      'is time_wait bad',
      'sysctl to reduce time_wait',
      'too many time_wait',
      'time_wait 优化',
      '怎么减少 time_wait',
      '怎么避免 time_wait',
      'time_wait 太多怎么办',
      'time_wait 危害',
    ],
  },
  {
    id: 'tw-reuse',
    question: {
      en: 'Why is tcp_tw_reuse not fully on by default?',
      zh: 'tcp_tw_reuse 为什么默认不全部打开？',
    },
    answer: {
      en: 'Late segments of the old connection, a RST or a last ACK that is lost, can hurt the new one; and it needs timestamps. Linux’s default is 2: only on the loopback.',
      zh: '旧连接迟到的报文段（比如 RST）或者丢失的最后一个 ACK 都可能伤及新连接，而且它依赖时间戳。Linux 默认值是 2：只在回环接口上启用。',
    },
    scenario: 'tw-syn',
  },
  {
    id: 'tw-recycle',
    question: { en: 'What became of tcp_tw_recycle?', zh: 'tcp_tw_recycle 后来怎么样了？' },
    answer: {
      en: 'It compared timestamps by address, and so dropped SYNs of clients that share one behind NAT. It was removed in Linux 4.12.',
      zh: '它按对方的地址比较时间戳，结果 NAT 后面共用一个地址的多个客户端，SYN 会被误丢。Linux 4.12 起已删除这一选项。',
    },
    scenario: null,
    keywords: [
      'tcp_tw_recycle',
      'why was tcp_tw_recycle removed',
      'tcp_tw_recycle nat',
      'tw_recycle 为什么被删除',
    ],
  },
  {
    id: 'reuseaddr',
    question: {
      en: 'What has SO_REUSEADDR to do with TIME-WAIT?',
      zh: 'SO_REUSEADDR 和 TIME_WAIT 有什么关系？',
    },
    answer: {
      en: 'It lets bind() succeed on a port that has connections in TIME-WAIT, so that a server can restart at once. It does not shorten the state.',
      zh: '它让 bind() 在端口上还有 TIME-WAIT 连接时也能成功，服务器可以立刻重启；它并不会缩短 TIME-WAIT。',
    },
    scenario: 'tw-pile',
  },
  {
    id: 'syn-to-time-wait',
    question: { en: 'What if a SYN arrives in TIME-WAIT?', zh: 'TIME_WAIT 状态收到 SYN 会怎样？' },
    answer: {
      en: 'If its sequence number is larger or its timestamp newer, the connection may be opened again from there (MAY-2); otherwise it gets an ACK, which a client without that connection answers with RST.',
      zh: '如果它的序列号更大，或者时间戳更新，可以直接由此重新打开连接（MAY-2）；否则回一个 ACK，而客户端没有这个连接，会用 RST 回应。',
    },
    scenario: 'tw-syn',
  },
  {
    id: 'rst-to-time-wait',
    question: { en: 'What if a RST arrives in TIME-WAIT?', zh: 'TIME_WAIT 状态收到 RST 会怎样？' },
    answer: {
      en: 'By the letter of RFC 9293 it ends the state (section 3.10.7.4, second step), and Linux by default, tcp_rfc1337=0, does so. Ignoring it is safer (RFC 1337): otherwise old segments can end TIME-WAIT early.',
      zh: '按 RFC 9293 的字面，TIME-WAIT 会因此结束（第 3.10.7.4 节第二步），Linux 默认（tcp_rfc1337=0）正是如此。忽略它更安全（RFC 1337），否则旧报文段可能使 TIME-WAIT 提前结束。',
    },
    scenario: 'tw-kill',
    why: 'timewait-rst',
  },
];
