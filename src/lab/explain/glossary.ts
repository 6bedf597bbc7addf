// The terms of the lab, each defined in one sentence, with the section it comes from; and where a text uses
// them, so that a page can mark them. Half-open, half-closed and 半连接 are three different things.

import type { Lang, Text } from '../text/index.ts';

/** A term. */
export interface Term {
  readonly id: string;
  readonly name: Text;
  readonly definition: Text;
  /** RFC 9293, another RFC, or a manual page. */
  readonly section: string;
  /** Other forms under which texts use it, by language. */
  readonly also: { readonly en: readonly string[]; readonly zh: readonly string[] };
}

/** Where a term stands in a text: from offset `from` up to `to`, in UTF-16 units. */
export interface TermUse {
  readonly term: Term;
  readonly from: number;
  readonly to: number;
}

function term(
  id: string,
  en: string,
  zh: string,
  section: string,
  definition: Text,
  alsoEn: readonly string[] = [],
  alsoZh: readonly string[] = [],
): Term {
  return { id, name: { en, zh }, definition, section, also: { en: alsoEn, zh: alsoZh } };
}

/** All terms, in the order of a connection's life. */
export const terms: readonly Term[] = [
  term(
    'segment',
    'segment',
    '报文段',
    '3.1',
    {
      en: 'The unit that TCP sends: a header, options, and perhaps text.',
      zh: 'TCP 的发送单位：首部、选项，可能还有数据。',
    },
    ['segments'],
  ),
  term(
    'octet',
    'octet',
    '字节',
    '3.4',
    {
      en: 'Eight bits; TCP numbers every octet of its stream.',
      zh: '八个比特；TCP 为流中的每个字节编号。',
    },
    ['octets'],
  ),
  term(
    'tcb',
    'TCB',
    'TCB',
    '3.3.1',
    {
      en: 'Transmission control block: all that an end remembers of a connection.',
      zh: '传输控制块：一端为一条连接记住的全部信息。',
    },
    ['transmission control block'],
    ['传输控制块'],
  ),
  term(
    'isn',
    'ISN',
    '初始序列号',
    '3.4.1',
    {
      en: 'Initial sequence number: the number of a SYN, from a clock and a keyed hash, so that it cannot be guessed.',
      zh: '初始序列号：SYN 的序列号，由时钟加上带密钥的散列得到，因而无法猜测。',
    },
    ['initial sequence number', 'initial sequence numbers', 'ISS', 'IRS'],
    ['ISN', 'ISS', 'IRS'],
  ),
  term(
    'three-way',
    'three-way handshake',
    '三次握手',
    '3.5',
    {
      en: 'SYN, SYN,ACK, ACK: both ends announce a number and see it acknowledged, and an old duplicate SYN opens nothing.',
      zh: 'SYN、SYN,ACK、ACK：双方各宣布一个序列号并得到确认，旧的重复 SYN 因此不会打开连接。',
    },
    ['3-way handshake', 'handshake'],
    ['握手'],
  ),
  term('simultaneous-open', 'simultaneous open', '同时打开', '3.5', {
    en: 'Both ends send a SYN before either arrives; one connection results.',
    zh: '两端都在收到对方 SYN 之前发出了 SYN；结果是一条连接。',
  }),
  term(
    'syn-queue',
    'SYN queue',
    '半连接队列',
    'RFC 4987 2.1',
    {
      en: 'Where a listener keeps connections in SYN-RECEIVED, whose handshake is not over.',
      zh: '监听套接字存放 SYN-RECEIVED 状态连接的地方，这些连接握手尚未完成。',
    },
    [],
    ['半连接', 'SYN 队列'],
  ),
  term(
    'accept-queue',
    'accept queue',
    '全连接队列',
    '3.10.1',
    {
      en: 'Where established connections wait for the program to accept them.',
      zh: '已建立的连接在这里等待程序 accept。',
    },
    ['backlog'],
    ['backlog'],
  ),
  term(
    'syn-cookie',
    'SYN cookie',
    'SYN cookie',
    'RFC 4987 3.6',
    {
      en: 'A sequence number that encodes the SYN, so that a listener under attack keeps nothing until the ACK returns it.',
      zh: '把 SYN 的信息编码进序列号，受攻击的监听套接字在收到带回它的 ACK 之前什么都不用保存。',
    },
    ['SYN cookies'],
    ['SYN Cookie'],
  ),
  term(
    'syn-flood',
    'SYN flood',
    'SYN 洪泛',
    'RFC 4987 2',
    {
      en: 'Many SYNs whose senders never answer, to fill the SYN queue.',
      zh: '大量发出后从不应答的 SYN，目的是占满半连接队列。',
    },
    ['SYN flooding'],
    ['SYN 泛洪', 'SYN Flood'],
  ),
  term(
    'tfo',
    'TCP Fast Open',
    'TCP Fast Open',
    'RFC 7413',
    {
      en: 'Text in the SYN is delivered before the handshake ends, if a cookie shows that the peer was here before.',
      zh: '凭 cookie 证明对端以前来过，SYN 中的数据就能在握手完成之前交付。',
    },
    ['Fast Open', 'TFO'],
    ['Fast Open', 'TFO'],
  ),
  term(
    'two-generals',
    'two generals',
    '两军问题',
    '3.5',
    {
      en: 'Over a wire that may lose anything no last message can be known to have arrived; so no number of segments makes both ends sure.',
      zh: '在可能丢失任何消息的信道上，永远无法确知最后一条消息是否到达；再多的报文段也不能使双方都确信。',
    },
    ["two generals' problem"],
    ['两将军问题'],
  ),
  term(
    'mss',
    'MSS',
    '最大报文段长度',
    '3.7.1',
    {
      en: 'Maximum segment size: the largest text that an end can take in one segment.',
      zh: '最大报文段长度：一端在一个报文段中能接收的最大数据长度。',
    },
    ['maximum segment size'],
    ['MSS'],
  ),
  term(
    'window',
    'window',
    '窗口',
    '3.3.1',
    {
      en: 'How many octets, from the acknowledgment number on, the receiver is ready to take.',
      zh: '接收方从确认号起还愿意接收的字节数。',
    },
    ['windows'],
    ['接收窗口', '发送窗口'],
  ),
  term(
    'window-scale',
    'window scale',
    '窗口扩大因子',
    'RFC 7323 2',
    {
      en: 'A shift for the window field, agreed in the SYNs, for windows beyond 65 535 octets.',
      zh: '在 SYN 中约定的窗口字段左移位数，使窗口可以超过 65 535 字节。',
    },
    [],
    ['窗口扩大', '窗口缩放'],
  ),
  term(
    'zero-window',
    'zero window',
    '零窗口',
    '3.8.6.1',
    {
      en: 'The receiver takes no more text for now; the sender probes until it opens.',
      zh: '接收方暂时不再接收数据；发送方不断探测，直到窗口打开。',
    },
    ['closed window'],
  ),
  term(
    'persist',
    'persist timer',
    '坚持定时器',
    '3.8.6.1',
    {
      en: 'Sends probes to a closed window, because the ACK that opens it could be lost.',
      zh: '向关闭的窗口发送探测，因为打开窗口的 ACK 可能丢失。',
    },
    ['zero-window probe'],
    ['零窗口探测'],
  ),
  term(
    'silly-window',
    'silly window syndrome',
    '糊涂窗口综合征',
    '3.8.6.2',
    {
      en: 'Tiny windows filled by tiny segments; both ends avoid it by waiting for more.',
      zh: '用很小的报文段填充很小的窗口；双方靠等待更多数据来避免。',
    },
    ['SWS'],
    ['SWS'],
  ),
  term(
    'nagle',
    'Nagle algorithm',
    'Nagle 算法',
    '3.7.4',
    {
      en: 'A small segment waits while another small one is not acknowledged.',
      zh: '只要前一个小报文段还没被确认，后一个小报文段就先等着。',
    },
    ["Nagle's algorithm", 'Nagle'],
    ['Nagle'],
  ),
  term(
    'delayed-ack',
    'delayed ACK',
    '延迟确认',
    '3.8.6.3',
    {
      en: 'An ACK may wait less than 0.5 s for text it can go with, or for a second segment.',
      zh: 'ACK 可以等待不到 0.5 秒，以便随数据捎带，或与第二个报文段合并确认。',
    },
    ['delayed ACKs', 'delayed acknowledgment'],
    ['延迟 ACK'],
  ),
  term(
    'cumulative-ack',
    'cumulative acknowledgment',
    '累积确认',
    '3.4',
    {
      en: 'The acknowledgment number says that everything before it has arrived.',
      zh: '确认号表示在它之前的一切都已到达。',
    },
    ['cumulative'],
  ),
  term(
    'duplicate-ack',
    'duplicate ACK',
    '重复确认',
    'RFC 5681 2',
    {
      en: 'The same ACK again while something is in flight: a hint that a segment is missing.',
      zh: '有数据在途时重复出现的相同 ACK：提示有报文段缺失。',
    },
    ['duplicate ACKs'],
    ['重复 ACK'],
  ),
  term(
    'sack',
    'SACK',
    '选择确认',
    'RFC 2018',
    {
      en: 'Selective acknowledgment: tells which octets have arrived beyond a hole.',
      zh: '选择确认：说明缺口之后哪些字节已经到达。',
    },
    ['selective acknowledgment', 'selective acknowledgments'],
    ['SACK', '选择性确认'],
  ),
  term(
    'rto',
    'RTO',
    '重传超时时间',
    'RFC 6298',
    {
      en: 'Retransmission timeout: how long an ACK may take; computed from round-trip times and doubled after each timeout.',
      zh: '重传超时：等待 ACK 的时间，由往返时间算出，每次超时后加倍。',
    },
    ['retransmission timeout'],
    ['RTO', '超时重传时间'],
  ),
  term(
    'retransmission',
    'retransmission',
    '重传',
    '3.8.1',
    {
      en: 'The same sequence numbers sent again, because they were not acknowledged.',
      zh: '把未被确认的序列号再发一次。',
    },
    ['retransmissions', 'retransmitted'],
    ['重发'],
  ),
  term(
    'fast-retransmit',
    'fast retransmission',
    '快速重传',
    'RFC 5681 3.2',
    {
      en: 'After three duplicate ACKs the missing segment is sent again without waiting for the timer.',
      zh: '收到三个重复确认后，不等定时器就重传缺失的报文段。',
    },
    ['fast retransmit'],
  ),
  term(
    'keepalive',
    'keep-alive',
    '保活',
    '3.8.4',
    {
      en: 'A probe on an idle connection that asks whether the peer is still there; off by default.',
      zh: '在空闲连接上询问对端是否还在的探测；默认关闭。',
    },
    ['keepalive', 'keep-alives'],
    ['keepalive', '保活探测'],
  ),
  term('paws', 'PAWS', 'PAWS', 'RFC 7323 5', {
    en: 'Protection against wrapped sequence numbers: a segment with an older timestamp is an old duplicate.',
    zh: '防止序列号回绕：时间戳更旧的报文段就是旧的重复报文段。',
  }),
  term(
    'half-closed',
    'half-closed',
    '半关闭',
    '3.6.1',
    {
      en: 'One direction has ended by a FIN, the other goes on: FIN-WAIT-2 and CLOSE-WAIT.',
      zh: '一个方向已用 FIN 结束，另一个方向继续：FIN-WAIT-2 与 CLOSE-WAIT。',
    },
    ['half-close', 'half closed'],
  ),
  term(
    'half-open',
    'half-open',
    '半打开',
    '3.5.1',
    {
      en: 'One end has closed or forgotten the connection, as after a crash, without the other knowing.',
      zh: '一端在对方不知情的情况下关闭或忘记了连接，例如崩溃之后。',
    },
    ['half open'],
  ),
  term(
    'four-way',
    'four-segment close',
    '四次挥手',
    '3.6',
    {
      en: 'FIN and ACK for each direction; three segments when ACK and FIN of the second end share one.',
      zh: '每个方向一个 FIN、一个 ACK；后关闭的一方若把 ACK 与 FIN 合并，就只有三个报文段。',
    },
    ['four-way close', 'four-way handshake'],
    ['挥手'],
  ),
  term('simultaneous-close', 'simultaneous close', '同时关闭', '3.6', {
    en: 'Both ends send a FIN before either arrives; both pass CLOSING and wait in TIME-WAIT.',
    zh: '两端都在收到对方 FIN 之前发出了 FIN；双方都经过 CLOSING，并进入 TIME-WAIT。',
  }),
  term(
    'time-wait',
    'TIME-WAIT',
    'TIME-WAIT',
    '3.3.2',
    {
      en: 'The end that closed first waits 2 MSL: to repeat a lost last ACK, and to let old segments die.',
      zh: '先关闭的一端等待 2MSL：为了重发丢失的最后一个 ACK，也为了让旧报文段消失。',
    },
    ['TIME_WAIT'],
    ['TIME_WAIT', '时间等待'],
  ),
  term(
    'msl',
    'MSL',
    '最大报文段生存时间',
    '3.4.2',
    {
      en: 'Maximum segment lifetime: how long a segment can be under way; 2 minutes in the RFC, 30 s for Linux.',
      zh: '报文段在网络中可能存在的最长时间；RFC 规定为 2 分钟，Linux 相当于 30 秒。',
    },
    ['2MSL', '2 MSL', 'maximum segment lifetime'],
    ['2MSL', '2 MSL', 'MSL', '报文最大生存时间'],
  ),
  term(
    'incarnation',
    'incarnation',
    '化身',
    '3.4.1',
    {
      en: 'One of several connections that follow each other between the same two sockets.',
      zh: '同一对套接字之间先后建立的多条连接中的一条。',
    },
    ['incarnations'],
  ),
  term(
    'old-duplicate',
    'old duplicate',
    '旧的重复报文段',
    '3.5',
    {
      en: 'A segment of an earlier connection, or a copy, that arrives late.',
      zh: '迟到的、属于先前连接的报文段，或者副本。',
    },
    ['old duplicates'],
    ['旧报文段'],
  ),
  term(
    'rst',
    'reset',
    '重置',
    '3.5.2',
    {
      en: 'A RST ends a connection at once, or refuses it; it is never answered.',
      zh: 'RST 立即结束或拒绝一条连接；它不会得到应答。',
    },
    ['RST', 'resets'],
    ['RST', '复位'],
  ),
  term(
    'challenge-ack',
    'challenge ACK',
    '挑战 ACK',
    'RFC 5961 3',
    {
      en: 'The answer to a RST or SYN that could be forged: only a genuine peer can reply with the exact number.',
      zh: '对可能是伪造的 RST 或 SYN 的应答：只有真正的对端才能以准确的序列号回应。',
    },
    ['challenge ACKs'],
    ['挑战 ACK', 'challenge ACK'],
  ),
  term(
    'orphan',
    'orphan',
    '孤儿连接',
    '3.6.1',
    {
      en: 'A connection whose program has gone: TCP ends it alone.',
      zh: '程序已离开的连接：由 TCP 独自把它结束。',
    },
    ['orphans'],
    ['孤儿'],
  ),
  term(
    'user-timeout',
    'user timeout',
    '用户超时',
    '3.8.3',
    {
      en: 'How long something may stay unacknowledged before the connection is given up (R2).',
      zh: '内容迟迟得不到确认时，经过多久放弃连接（R2）。',
    },
    ['R2'],
    ['R2'],
  ),
  term(
    'slow-start',
    'slow start',
    '慢启动',
    'RFC 5681 3.1',
    {
      en: 'cwnd grows by a segment for each acknowledged one, which doubles it every round trip.',
      zh: '每确认一个报文段 cwnd 就增加一个，即每个往返时间翻倍。',
    },
    [],
    ['慢开始'],
  ),
  term(
    'congestion-window',
    'congestion window',
    '拥塞窗口',
    'RFC 5681 2',
    {
      en: 'How much the sender allows itself in flight for the sake of the network.',
      zh: '发送方为网络着想，允许自己在途的数据量。',
    },
    ['cwnd'],
    ['cwnd'],
  ),
  term(
    'full-duplex',
    'full duplex',
    '全双工',
    '3.1',
    {
      en: 'Both directions carry octets at once, and each is ended by itself.',
      zh: '两个方向可以同时传送数据，并且各自单独结束。',
    },
    ['full-duplex'],
  ),
];

/** A term by its id; undefined for an unknown one. */
export function termNamed(id: string): Term | undefined {
  return terms.find((other) => other.id === id);
}

/** Where a text uses terms, in order, without overlaps: of two at one place the longer counts. */
export function findTerms(text: string, lang: Lang): TermUse[] {
  const uses: TermUse[] = [];
  for (const [form, found] of FORMS[lang]) {
    for (const match of text.matchAll(pattern(form))) {
      const from = match.index;
      const to = from + form.length;
      if (uses.every((use) => to <= use.from || from >= use.to)) uses.push({ term: found, from, to });
    }
  }
  return uses.sort((a, b) => a.from - b.from);
}

/** All forms of all terms, the longest first. */
const FORMS: Readonly<Record<Lang, readonly (readonly [string, Term])[]>> = {
  en: forms('en'),
  zh: forms('zh'),
};

function forms(lang: Lang): (readonly [string, Term])[] {
  const all = terms.flatMap((found) =>
    [found.name[lang], ...found.also[lang]].map((form) => [form, found] as const),
  );
  return all.sort((a, b) => b[0].length - a[0].length);
}

const PATTERNS = new Map<string, RegExp>();

/** Latin letters stand as whole words, and small ones match at the beginning of a sentence; Chinese anywhere. */
function pattern(form: string): RegExp {
  const known = PATTERNS.get(form);
  if (known !== undefined) return known;
  const escaped = form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const first = escaped.charAt(0);
  const start = /[a-z]/.test(first) ? `[${first}${first.toUpperCase()}]` : first;
  const word = /^[A-Za-z0-9]/.test(form) ? '(?<![A-Za-z0-9-])' : '';
  const end = /[A-Za-z0-9]$/.test(form) ? '(?![A-Za-z0-9-])' : '';
  const made = new RegExp(`${word}${start}${escaped.slice(1)}${end}`, 'g');
  PATTERNS.set(form, made);
  return made;
}
