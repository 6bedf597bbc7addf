// Interview: resets and failures (RFC 9293 sections 3.5.2 and 3.5.3, RFC 5961).

import type { InterviewEntry } from './interview.ts';

/** Resets. */
export const reset: readonly InterviewEntry[] = [
  {
    of: 'when-rst',
    full: {
      en: 'Section 3.5.2 has three groups: no connection (any segment but a RST), an acknowledgment of something never sent before the connection is synchronized, and a mismatch of security. Programs add aborts: close() with unread data, SO_LINGER 0, data after close(), running out of memory for orphans. In a synchronized state an unacceptable segment gets an ACK, not a RST: that keeps strays from killing connections.',
      zh: '第 3.5.2 节有三组：没有连接（除 RST 外的任何报文段）；同步之前确认了从未发送的东西；安全属性不符。程序又加上中止：没读完就 close()、SO_LINGER 0、close() 之后又来数据、孤儿连接内存不足。已同步的状态收到不可接受的报文段，回的是 ACK 而不是 RST，免得迷路的报文段杀死连接。',
    },
    traps: [9, 57],
  },
  {
    id: 'fin-or-rst',
    question: { en: 'FIN or RST: what is the difference?', zh: 'FIN 和 RST 有什么区别？' },
    short: {
      en: 'A FIN ends one direction in order, after all data, and is acknowledged. A RST ends both at once, is not acknowledged, and unread data is lost.',
      zh: 'FIN 有序地结束一个方向，排在所有数据之后，需要确认。RST 立刻结束两个方向，不需要确认，未读的数据丢失。',
    },
    full: {
      en: 'The FIN has a sequence number, is retransmitted, and leads through the closing states to TIME-WAIT. The RST has none of that: if it is lost, nothing is repeated, and the other end stays half-open until its next segment gets another RST. The reader sees 0 (end of stream) after a FIN and ECONNRESET after a RST. Nobody can refuse either. With a RST there is no TIME-WAIT, and so no guard against old segments.',
      zh: 'FIN 有序列号、会重传，经过各个关闭状态直到 TIME-WAIT。RST 都没有：丢了不会重发，另一端就成了半打开，直到它下一个报文段又换来 RST。读的一方遇到 FIN 得到 0（流结束），遇到 RST 得到 ECONNRESET。两者都无法拒绝。用 RST 没有 TIME-WAIT，也就没有对旧报文段的防护。',
    },
    traps: [57, 75],
    run: { scenario: 'unread-rst' },
  },
  {
    of: 'rst-answered',
    full: {
      en: 'If a RST were acknowledged, two hosts without the connection would reset each other for ever. It need not be repeated: whoever still believes in the connection will send, and get the next one. A receiver believes it only if its number is exactly RCV.NXT; within the window it sends a challenge ACK, and a genuine peer, which has no connection, answers that with a RST whose number is right (RFC 5961, section 3).',
      zh: '若 RST 也要应答，两台都没有连接的主机会互相复位没完没了。它也不必重传：谁还以为连着，谁就会发送，并得到下一个 RST。接收方只在序列号恰为 RCV.NXT 时相信；落在窗口内则回挑战 ACK，真正没有连接的对端会用序列号正确的 RST 回答（RFC 5961 第 3 节）。',
    },
    mistakes: [
      {
        wrong: {
          en: 'Any RST within the window ends the connection.',
          zh: '窗口内的任何 RST 都能结束连接。',
        },
        right: {
          en: 'That was RFC 793. RFC 9293 with RFC 5961 asks for exactly RCV.NXT.',
          zh: '那是 RFC 793 的规定。RFC 9293 吸收 RFC 5961，要求恰好等于 RCV.NXT。',
        },
      },
    ],
  },
  {
    of: 'syn-to-established',
    full: {
      en: 'RFC 793 answered with a RST and ended the connection, which any stranger could do with one forged SYN. Now it gets a challenge ACK with the present numbers. A peer that rebooted and really wants a new connection is in SYN-SENT: that ACK acknowledges nothing it has sent, so it answers RST with the right number; our end is gone, and its repeated SYN succeeds. It costs one more round trip, and a timeout at worst.',
      zh: 'RFC 793 的做法是回 RST 并结束连接，任何外人伪造一个 SYN 就能办到。现在回挑战 ACK，带着当前的序列号。对端若真的重启了要新建连接，它处于 SYN-SENT，这个 ACK 确认的不是它发的东西，于是回一个序列号正确的 RST；我们这边消失，它重传的 SYN 就能成功。代价是多一个往返，最坏多一次超时。',
    },
    mistakes: [
      {
        wrong: { en: 'A SYN in ESTABLISHED resets the connection.', zh: 'ESTABLISHED 收到 SYN 会重置连接。' },
        right: {
          en: 'It gets a challenge ACK, whatever its number is (section 3.10.7.4, fourth step).',
          zh: '无论序列号是多少，都回挑战 ACK（第 3.10.7.4 节第四步）。',
        },
      },
    ],
  },
  {
    of: 'refused-timeout-reset',
    full: {
      en: 'Refused: the host is there and nothing listens; known in one round trip. Timed out: silence, after nominally 131 s on Linux (127 s before 6.5): a filter, a dead host, or a full accept queue. Reset: it was open, and the other end or a device in its name ended it. “No route to host” is no segment at all: ICMP, or no answer to ARP. So refused points at the program, timed out at the path.',
      zh: 'refused：主机在，没人监听，一个往返就知道。timed out：沉默，Linux 名义上 131 秒（6.5 之前 127 秒）：防火墙、主机不在，或全连接队列已满。reset：已经连上，被对端或冒充它的设备结束。“no route to host” 根本没有 TCP 报文段：是 ICMP，或 ARP 无应答。所以 refused 该查程序，timed out 该查路径。',
    },
    traps: [9],
  },
  {
    of: 'linger-zero',
    full: {
      en: 'l_onoff=1, l_linger=0: close() discards what is queued, sends RST and is CLOSED at once. It is meant for aborting: the peer shall not take the end for an orderly one. As a cure for TIME-WAIT it throws away the last data and the guard against old segments. With l_linger>0 close() waits until all is acknowledged, or the time is over.',
      zh: 'l_onoff=1、l_linger=0：close() 丢弃排队的数据，发 RST，立刻 CLOSED。它是用来中止的：不让对端误以为正常结束。拿它来“消除” TIME-WAIT，丢掉的是最后的数据和对旧报文段的防护。l_linger>0 时，close() 会等到全部被确认，或时间用完。',
    },
    traps: [75],
  },
  {
    id: 'blind-reset',
    question: {
      en: 'Can a stranger who cannot see the traffic reset a connection?',
      zh: '看不到流量的外人，能重置一个 TCP 连接吗？',
    },
    short: {
      en: 'Hardly. He must know the four numbers and hit RCV.NXT exactly, one of 2^32; anything else in the window only gets a challenge ACK (RFC 5961).',
      zh: '很难。他得知道四元组，还要恰好猜中 RCV.NXT，概率是 2^32 分之一；窗口内的其他值只会得到挑战 ACK（RFC 5961）。',
    },
    full: {
      en: 'Under RFC 793 a RST anywhere in the window was enough: with a window of 64 KiB 65,536 guesses, seconds of traffic (CVE-2004-0230). RFC 5961 asks for the exact number; random ports (RFC 6056) and ISNs (RFC 6528) make the rest a guess, too. Challenge ACKs are rate limited; a limit shared by all connections was itself a side channel (CVE-2016-5696), so Linux limits per connection. Who sees the traffic can always reset: against that helps only authentication below (TCP-AO, IPsec).',
      zh: '按 RFC 793，窗口内任何 RST 都有效：窗口 64 KiB 时只要猜 65,536 次，几秒流量就够（CVE-2004-0230）。RFC 5961 要求序列号精确；随机端口（RFC 6056）和 ISN（RFC 6528）让其余部分也得靠猜。挑战 ACK 有速率限制；所有连接共用的限额本身成了旁路（CVE-2016-5696），所以 Linux 改为按连接限制。看得到流量的人总能重置，只有下层认证（TCP-AO、IPsec）能防。',
    },
    traps: [],
    mistakes: [
      {
        wrong: { en: 'TLS protects against forged RSTs.', zh: 'TLS 可以防止伪造的 RST。' },
        right: {
          en: 'TLS lies above TCP: a RST ends the connection before TLS sees anything.',
          zh: 'TLS 在 TCP 之上：RST 在 TLS 看到之前就结束了连接。',
        },
      },
    ],
    run: { scenario: 'blind-rst' },
  },
];
