// Why a segment was discarded: a sentence for every reason of tcp/drop.ts, and for a damaged one, with the
// section in which the check stands.

import type { Lang, Params, Text } from '../text/index.ts';
import { say } from './text.ts';

/** What is said about one reason. */
export interface DropInfo {
  /** A few words, for a label. */
  readonly name: Text;
  /** The sentence. */
  readonly text: Text;
  /** A section of RFC 9293, or another RFC. */
  readonly section: string;
}

/** By the reason's name, `rst-in-time-wait`; `{me}` is the receiver, `{peer}` the sender, `{flags}` what came. */
export const dropTexts = {
  closed: {
    name: { en: 'no such connection', zh: '没有这样的连接' },
    text: {
      en: 'There is no such connection: CLOSED discards the segment and answers with a RST.',
      zh: '没有这样的连接：CLOSED 丢弃该报文段，并用 RST 应答。',
    },
    section: '3.10.7.1',
  },
  'rst-to-closed': {
    name: { en: 'RST for no connection', zh: '没有连接可重置' },
    text: {
      en: 'There is no connection to reset, and a RST is never answered: it is discarded in silence.',
      zh: '没有可以重置的连接，而 RST 永远不会得到应答：默默丢弃。',
    },
    section: '3.10.7.1',
  },
  'rst-to-listen': {
    name: { en: 'RST in LISTEN', zh: 'LISTEN 中的 RST' },
    text: {
      en: 'A RST in LISTEN can only mean something that is gone: it is ignored.',
      zh: 'LISTEN 收到的 RST 只可能针对早已不存在的东西：忽略。',
    },
    section: '3.10.7.2',
  },
  'ack-to-listen': {
    name: { en: 'ACK in LISTEN', zh: 'LISTEN 中的 ACK' },
    text: {
      en: 'LISTEN has sent nothing that an ACK could acknowledge: the segment is discarded and answered with a RST.',
      zh: 'LISTEN 没有发送过任何可被确认的内容：丢弃带 ACK 的报文段，并用 RST 应答。',
    },
    section: '3.10.7.2',
  },
  'no-syn-to-listen': {
    name: { en: 'no SYN in LISTEN', zh: 'LISTEN 中没有 SYN' },
    text: {
      en: 'LISTEN waits for a SYN; a segment without SYN, ACK and RST is discarded.',
      zh: 'LISTEN 只等待 SYN；既无 SYN 也无 ACK、RST 的报文段被丢弃。',
    },
    section: '3.10.7.2',
  },
  'listen-refused': {
    name: { en: 'listener full', zh: '监听队列已满' },
    text: {
      en: 'The listener has no room (SYN queue or accept queue), or the host none for one more connection: the segment is discarded in silence, {peer} will repeat it.',
      zh: '监听套接字没有空位（半连接队列或全连接队列已满），或者主机容不下更多连接：默默丢弃，{peer}会重传。',
    },
    section: '3.10.7.2',
  },
  'bad-ack-in-syn-sent': {
    name: { en: 'ACK is not for this SYN', zh: 'ACK 确认的不是这个 SYN' },
    text: {
      en: 'Its ACK does not acknowledge the SYN that was sent: it is for another connection, old or forged, and is answered with a RST at SEG.ACK.',
      zh: '它的 ACK 确认的不是刚发出的 SYN，属于别的连接（旧的或伪造的）：丢弃，并以 SEG.ACK 为序列号回送 RST。',
    },
    section: '3.10.7.3',
  },
  'rst-without-ack-in-syn-sent': {
    name: { en: 'RST without ACK of the SYN', zh: 'RST 没有确认 SYN' },
    text: {
      en: 'In SYN-SENT a RST counts only if it acknowledges the SYN of {me}; this one does not.',
      zh: '在 SYN-SENT，只有确认了{me}的 SYN 的 RST 才有效；这个没有。',
    },
    section: '3.10.7.3',
  },
  'no-syn-in-syn-sent': {
    name: { en: 'neither SYN nor RST', zh: '既无 SYN 也无 RST' },
    text: {
      en: 'SYN-SENT waits for a SYN or a RST; a segment with neither is discarded.',
      zh: 'SYN-SENT 等待的是 SYN 或 RST；两者都没有的报文段被丢弃。',
    },
    section: '3.10.7.3',
  },
  paws: {
    name: { en: 'old timestamp (PAWS)', zh: '时间戳过旧（PAWS）' },
    text: {
      en: 'Its timestamp is older than one already seen (PAWS): it is an old duplicate, discarded and answered with an ACK.',
      zh: '它的时间戳比已见过的更旧（PAWS）：是旧的重复报文段，丢弃并回送 ACK。',
    },
    section: 'RFC 7323 5',
  },
  'outside-window': {
    name: { en: 'outside the window', zh: '在窗口之外' },
    text: {
      en: 'Its sequence numbers lie outside the receive window: what is outside is discarded, and an ACK says which number is expected.',
      zh: '它的序列号落在接收窗口之外：窗口外的部分被丢弃，并用 ACK 说明期望的序列号。',
    },
    section: '3.10.7.4 first',
  },
  'rst-outside-window': {
    name: { en: 'RST outside the window', zh: 'RST 在窗口之外' },
    text: {
      en: 'A RST outside the window is an old or a forged one: discarded in silence.',
      zh: '窗口之外的 RST 是旧的或伪造的：默默丢弃。',
    },
    section: '3.10.7.4 first',
  },
  'rst-challenged': {
    name: { en: 'RST not exactly at RCV.NXT', zh: 'RST 不等于 RCV.NXT' },
    text: {
      en: 'The RST lies in the window but not exactly at RCV.NXT, so it may be a guess: a challenge ACK asks {peer}, which would answer with the exact number.',
      zh: 'RST 在窗口之内，却不恰好等于 RCV.NXT，可能是猜出来的：用挑战 ACK 询问{peer}；如果它真的重置了，会以准确的序列号再发一次 RST。',
    },
    section: '3.10.7.4 second, RFC 5961 3',
  },
  'rst-in-time-wait': {
    name: { en: 'RST in TIME-WAIT', zh: 'TIME-WAIT 中的 RST' },
    text: {
      en: 'A RST does not end TIME-WAIT, or an old segment could cut the 2 MSL short (RFC 1337).',
      zh: 'RST 不能结束 TIME-WAIT，否则一个旧报文段就能使 2MSL 提前结束（RFC 1337）。',
    },
    section: 'RFC 1337',
  },
  'duplicate-syn': {
    name: { en: 'the same SYN again', zh: '重复的 SYN' },
    text: {
      en: 'The SYN is the one that is known already: nothing changes, the SYN,ACK is sent again.',
      zh: '这就是已收到过的那个 SYN：状态不变，重传 SYN,ACK。',
    },
    section: '3.10.7.4 first',
  },
  'syn-challenged': {
    name: { en: 'SYN within a connection', zh: '连接中又来的 SYN' },
    text: {
      en: 'A SYN does not belong in a connection that is open: a challenge ACK asks whether {peer} really has begun anew.',
      zh: '已同步的连接中不该再出现 SYN：用挑战 ACK 询问{peer}是否真的重新开始了。',
    },
    section: '3.10.7.4 fourth, RFC 5961 4',
  },
  'no-ack': {
    name: { en: 'no ACK', zh: '没有 ACK' },
    text: {
      en: 'After the SYN every segment carries an ACK; one without is discarded.',
      zh: 'SYN 之后每个报文段都带 ACK；没有 ACK 的被丢弃。',
    },
    section: '3.10.7.4 fifth',
  },
  'ack-too-old': {
    name: { en: 'ACK too old', zh: 'ACK 过旧' },
    text: {
      en: 'It acknowledges something older than the largest window ever seen: discarded, and answered with a challenge ACK.',
      zh: '它确认的内容比见过的最大窗口还要旧：丢弃，并用挑战 ACK 应答。',
    },
    section: 'RFC 5961 5',
  },
  'ack-of-unsent': {
    name: { en: 'ACK of what was not sent', zh: '确认了未发送的内容' },
    text: {
      en: 'It acknowledges what was never sent (SEG.ACK > SND.NXT): discarded, and answered with an ACK.',
      zh: '它确认了从未发送过的内容（SEG.ACK > SND.NXT）：丢弃，并回送 ACK。',
    },
    section: '3.10.7.4 fifth',
  },
  'bad-ack-in-syn-received': {
    name: { en: 'ACK is not for this SYN,ACK', zh: 'ACK 确认的不是这个 SYN,ACK' },
    text: {
      en: 'Its ACK does not acknowledge the SYN of {me}: it is not the third segment of this handshake, and is answered with a RST at SEG.ACK.',
      zh: '它的 ACK 没有确认{me}的 SYN，不是这次握手的第三个报文段：丢弃，并以 SEG.ACK 为序列号回送 RST。',
    },
    section: '3.10.7.4 fifth',
  },
  'reassembly-full': {
    name: { en: 'too many holes', zh: '缺口过多' },
    text: {
      en: 'The text lies beyond a hole and no more pieces can be kept: it is discarded, {peer} will send it again.',
      zh: '数据在缺口之后，而能保存的片段已达上限：丢弃，{peer}会重传。',
    },
    section: '3.10.7.4 seventh',
  },
  'no-memory': {
    name: { en: 'no memory', zh: '内存不足' },
    text: {
      en: 'There is no memory for the text: it is not acknowledged, so {peer} will send it again.',
      zh: '没有内存存放这些数据：不予确认，{peer}会重传。',
    },
    section: '3.10.7.4 seventh',
  },
  'text-after-fin': {
    name: { en: 'text after the FIN', zh: 'FIN 之后的数据' },
    text: {
      en: 'After the FIN no more text can come from {peer}: what lies beyond it is discarded.',
      zh: 'FIN 之后{peer}不可能再有数据：FIN 之后的内容被丢弃。',
    },
    section: '3.10.7.4 seventh',
  },
  'fin-not-believed': {
    name: { en: 'a FIN that nothing vouches for', zh: '没有佐证的 FIN' },
    text: {
      en: 'Text before this FIN is missing, and what has come speaks against it, or nothing for it: {me} does not remember it. An honest {peer} sends it again.',
      zh: '这个 FIN 之前还缺数据，而已到达的内容与它矛盾，或没有任何佐证：{me}不记住它。诚实的{peer}会再发一次。',
    },
    section: '3.10.7.4 eighth',
  },
  'ecn-modes-mixed': {
    name: { en: 'two kinds of ECN in one handshake', zh: '同一次握手里两种 ECN' },
    text: {
      en: 'This SYN asks for another kind of ECN feedback than the one before it: the two ends could disagree about what its bits mean, so {me} resets the connection.',
      zh: '这个 SYN 请求的 ECN 反馈方式与前一个不同：两端可能对标志位的含义理解不一，{me}因此重置连接。',
    },
    section: 'RFC 9768 3.1.5',
  },
  'md5-missing': {
    name: { en: 'not signed', zh: '没有签名' },
    text: {
      en: 'This connection is signed (TCP MD5), and the segment is not: it may be anybody’s. {me} discards it in silence.',
      zh: '这个连接使用签名（TCP MD5），而该报文段没有签名，可能是任何人发的：{me}静默丢弃。',
    },
    section: 'RFC 2385',
  },
  'md5-wrong': {
    name: { en: 'a wrong signature', zh: '签名不对' },
    text: {
      en: 'The signature is not that of {peer}’s key: the segment is forged, was changed, or the keys differ. {me} discards it in silence.',
      zh: '签名与{peer}的密钥不符：报文段是伪造的、被改过，或双方密钥不同。{me}静默丢弃。',
    },
    section: 'RFC 2385',
  },
  'late-data': {
    name: { en: 'nobody reads any more', zh: '已无人读取' },
    text: {
      en: 'The program has closed and nobody can read this text: it is discarded, and a RST tells {peer} so.',
      zh: '程序已经关闭，没有人能读取这些数据：丢弃，并用 RST 告诉{peer}。',
    },
    section: '3.6.1 SHLD-3',
  },
  'time-wait': {
    name: { en: 'TIME-WAIT takes nothing', zh: 'TIME-WAIT 不再接收' },
    text: {
      en: 'In TIME-WAIT both directions are ended: nothing is taken any more; the FIN of {peer}, if it comes again, is acknowledged again.',
      zh: 'TIME-WAIT 时两个方向都已结束，不再接收任何内容；{peer}的 FIN 如果再次到达，会再次得到确认。',
    },
    section: '3.10.7.4',
  },
  'syn-and-fin': {
    name: { en: 'SYN and FIN at once', zh: '同时带 SYN 和 FIN' },
    text: {
      en: 'A segment that begins and ends a connection at once makes no sense: discarded.',
      zh: '同时带 SYN 和 FIN 的报文段没有意义：丢弃。',
    },
    section: '3.10.7.2',
  },
  checksum: {
    name: { en: 'wrong checksum', zh: '校验和错误' },
    text: {
      en: 'The checksum does not match: the segment was damaged on its way, and nothing in it can be believed.',
      zh: '校验和不符：报文段在途中损坏，其中的任何内容都不可信。',
    },
    section: '3.1',
  },
} as const satisfies Readonly<Record<string, DropInfo>>;

/** A few words for a reason; for an unknown one its name. */
export function dropLabel(reason: string, lang: Lang): string {
  return dropInfo(reason)?.name[lang] ?? reason;
}

/** What is said about a reason; null for an unknown one. */
export function dropInfo(reason: string): DropInfo | null {
  return Object.hasOwn(dropTexts, reason) ? dropTexts[reason as keyof typeof dropTexts] : null;
}

/** The sentence for a reason; for an unknown one its name. */
export function explainDrop(reason: string, lang: Lang, params: Params): string {
  const info = dropInfo(reason);
  return info === null ? reason : say(info.text, lang, params);
}
