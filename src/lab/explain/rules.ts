// Why a state was left: a sentence for every row of the transition table, by the name of the row. Where one
// name has a row for each state, `name@STATE` says what is different there.

import { type StateName, stateName, type Transition, transitions } from '../../tcp/index.ts';
import type { Lang, Params, Text } from '../text/index.ts';
import { say, type Texts } from './text.ts';

/** The sentences; `{from}` and `{to}` are states, `{me}` the end that changed, `{peer}` the other. */
export const ruleTexts = {
  'open-passive': {
    en: 'A passive OPEN creates a TCB and waits in LISTEN for whoever comes.',
    zh: '被动 OPEN 建立 TCB，并在 LISTEN 状态等待任何对端的连接请求。',
  },
  'open-active': {
    en: 'An active OPEN chooses an initial sequence number, sends the SYN and enters SYN-SENT.',
    zh: '主动 OPEN 选定初始序列号，发出 SYN，进入 SYN-SENT。',
  },
  'listen-open-active': {
    en: 'OPEN or SEND with a remote socket turns the passive open into an active one: a SYN is sent.',
    zh: '指定了对端的 OPEN 或 SEND 把被动打开变成主动打开：发出 SYN。',
  },
  'listen-syn': {
    en: 'A SYN in LISTEN gets a TCB of its own: RCV.NXT = SEG.SEQ+1, and one SYN,ACK both acknowledges it and offers its own number.',
    zh: 'LISTEN 收到 SYN 后为它建立 TCB：RCV.NXT = SEG.SEQ+1，并用一个 SYN,ACK 同时确认对方的序列号、给出自己的序列号。',
  },
  'listen-cookie': {
    en: 'The ACK returns a valid SYN cookie, from which the TCB that nobody had kept is rebuilt.',
    zh: '这个 ACK 带回了有效的 SYN cookie，据此重建此前没有保存的 TCB。',
  },
  'syn-sent-syn-ack': {
    en: 'The SYN,ACK acknowledges the SYN of {me} (SND.UNA > ISS) and brings the number of {peer}: ESTABLISHED, and an ACK is sent.',
    zh: 'SYN,ACK 确认了{me}的 SYN（SND.UNA > ISS），又带来了{peer}的序列号：进入 ESTABLISHED，并发出 ACK。',
  },
  'syn-sent-syn': {
    en: 'A SYN without ACK in SYN-SENT is a simultaneous open: both have asked, so it answers SYN,ACK and waits in SYN-RECEIVED.',
    zh: '在 SYN-SENT 收到不带 ACK 的 SYN，就是同时打开：双方都发起了请求，于是回送 SYN,ACK，进入 SYN-RECEIVED。',
  },
  'syn-received-ack': {
    en: 'The ACK covers the SYN of {me} (SND.UNA < SEG.ACK =< SND.NXT): only now is it known that {peer} has the number of {me}, so ESTABLISHED.',
    zh: '这个 ACK 确认了{me}的 SYN（SND.UNA < SEG.ACK =< SND.NXT）：到这时才知道{peer}收到了{me}的序列号，进入 ESTABLISHED。',
  },
  'listen-close': {
    en: 'CLOSE in LISTEN only deletes the TCB: there is no peer to be told.',
    zh: '在 LISTEN 调用 CLOSE，只需删除 TCB：没有需要通知的对端。',
  },
  'syn-sent-close': {
    en: 'CLOSE in SYN-SENT only deletes the TCB: no connection exists yet that a FIN could end.',
    zh: '在 SYN-SENT 调用 CLOSE，只需删除 TCB：还没有可以用 FIN 结束的连接。',
  },
  'syn-received-close': {
    en: 'CLOSE in SYN-RECEIVED sends a FIN: {peer} may already believe that the connection is open.',
    zh: '在 SYN-RECEIVED 调用 CLOSE 会发出 FIN：{peer}可能已经认为连接建立了。',
  },
  'established-close': {
    en: 'CLOSE ends the direction of {me}: a FIN follows the last octet, and FIN-WAIT-1 waits for its acknowledgment.',
    zh: 'CLOSE 结束{me}的发送方向：FIN 排在最后一个字节之后，FIN-WAIT-1 等待它被确认。',
  },
  'close-wait-close': {
    en: '{peer} has closed before; now {me} closes too: its FIN is sent, and only the acknowledgment of it is missing.',
    zh: '{peer}早已关闭；现在{me}也关闭：发出自己的 FIN，只差对它的确认。',
  },
  'fin-wait-1-ack': {
    en: 'The ACK covers the FIN of {me}, so {peer} has everything; it has not closed itself: half-closed, FIN-WAIT-2.',
    zh: '这个 ACK 确认了{me}的 FIN，说明{peer}已收全；但它自己还没有关闭：连接半关闭，进入 FIN-WAIT-2。',
  },
  'closing-ack': {
    en: 'In CLOSING the FIN of {peer} is known already; now that of {me} is acknowledged, so both directions are ended, and 2 MSL begin.',
    zh: '在 CLOSING 已收到{peer}的 FIN；现在{me}的 FIN 也被确认，两个方向都已结束，开始等待 2MSL。',
  },
  'last-ack-ack': {
    en: 'The ACK covers the FIN of {me} and that of {peer} came before: nothing is left to wait for, the TCB is deleted.',
    zh: '这个 ACK 确认了{me}的 FIN，而{peer}的 FIN 早已收到：没有什么可等的了，删除 TCB。',
  },
  'established-fin': {
    en: 'The FIN says that {peer} sends no more; it is acknowledged, and CLOSE-WAIT waits for its own program to close.',
    zh: 'FIN 表示{peer}不再发送数据；对它加以确认，然后在 CLOSE-WAIT 等待本端程序关闭。',
  },
  'fin-wait-1-fin': {
    en: 'A FIN arrives while the FIN of {me} is not acknowledged: a simultaneous close, so CLOSING.',
    zh: '{me}的 FIN 还未被确认，就收到了对方的 FIN：这是同时关闭，进入 CLOSING。',
  },
  'fin-wait-1-fin-ack': {
    en: 'One segment acknowledges the FIN of {me} and brings that of {peer}: FIN-WAIT-2 is skipped.',
    zh: '一个报文段既确认了{me}的 FIN，又带来了{peer}的 FIN：跳过 FIN-WAIT-2，直接进入 TIME-WAIT。',
  },
  'fin-wait-2-fin': {
    en: 'The FIN that FIN-WAIT-2 waited for: it is acknowledged, and 2 MSL begin in case this ACK is lost.',
    zh: 'FIN-WAIT-2 等待的 FIN 到了：对它加以确认，并开始等待 2MSL，以防这个 ACK 丢失。',
  },
  'time-wait-timeout': {
    en: '2 MSL have passed: no old segment can be under way any more, so the TCB is deleted.',
    zh: '2MSL 已过：网络中不可能再有旧报文段，删除 TCB。',
  },
  'time-wait-syn': {
    en: 'A SYN with a newer sequence number or timestamp cannot be an old duplicate: TIME-WAIT gives way to the new connection.',
    zh: '序列号更大或时间戳更晚的 SYN 不可能是旧的重复报文段：TIME-WAIT 让位给新的连接。',
  },
  'syn-sent-rst': {
    en: 'The RST acknowledges the SYN of {me}, so it answers it: the connection is refused.',
    zh: '这个 RST 确认了{me}的 SYN，确实是对它的应答：连接被拒绝。',
  },
  'syn-received-rst-passive': {
    en: 'A RST in SYN-RECEIVED that came from LISTEN: the unfinished handshake is forgotten and the user not told; back to LISTEN.',
    zh: '由 LISTEN 进入的 SYN-RECEIVED 收到 RST：丢弃这个半连接，不通知用户，回到 LISTEN。',
  },
  'syn-received-rst-active': {
    en: 'A RST in SYN-RECEIVED of an end whose user knows of the connection: the user is told that it was refused or reset.',
    zh: 'SYN-RECEIVED 收到 RST，而用户已知道这条连接：通知用户连接被拒绝或被重置。',
  },
  'syn-received-syn-passive': {
    en: 'Another SYN in the window says that {peer} has begun anew: the unfinished handshake is forgotten; back to LISTEN.',
    zh: '窗口内又来一个 SYN，说明{peer}重新开始了：半连接退回 LISTEN。',
  },
  rst: {
    en: 'The RST stands exactly at RCV.NXT and is believed: {from} ends at once, the user is told "connection reset".',
    zh: 'RST 的序列号恰好等于 RCV.NXT，可以相信：{from} 立即结束，并告诉用户“连接被重置”。',
  },
  'rst@CLOSE-WAIT': {
    en: 'The RST stands exactly at RCV.NXT and is believed: CLOSE-WAIT ends at once. The stream of {peer} had ended, so nobody waits in read(); the next write is told EPIPE.',
    zh: 'RST 的序列号恰好等于 RCV.NXT，可以相信：CLOSE-WAIT 立即结束。{peer}的流早已结束，没有人在等待 read()；下一次写得到 EPIPE。',
  },
  'rst@LAST-ACK': {
    en: 'The RST stands exactly at RCV.NXT: {peer} knows nothing of the connection any more, and LAST-ACK ends without its ACK. Both users have closed, so nothing is signalled.',
    zh: 'RST 的序列号恰好等于 RCV.NXT：{peer}已经不知道这条连接，LAST-ACK 不再等待确认而结束。双方用户都已关闭，所以不通知任何人。',
  },
  'rst@CLOSING': {
    en: 'The RST stands exactly at RCV.NXT: {peer} knows nothing of the connection any more, and CLOSING ends without the ACK of its FIN. Both users have closed, so nothing is signalled.',
    zh: 'RST 的序列号恰好等于 RCV.NXT：{peer}已经不知道这条连接，CLOSING 不再等待对 FIN 的确认而结束。双方用户都已关闭，所以不通知任何人。',
  },
  'time-wait-rst': {
    en: 'A RST ends TIME-WAIT before its time, in a TCP that does not heed RFC 1337.',
    zh: '这个 RST 提前结束了 TIME-WAIT：该 TCP 没有遵循 RFC 1337。',
  },
  abort: {
    en: 'ABORT, or CLOSE with text unread, ends both directions at once: what is queued is thrown away, and a RST tells {peer}.',
    zh: 'ABORT（或有数据未读就 CLOSE）立即结束两个方向：丢弃排队的数据，并用 RST 通知{peer}。',
  },
  'abort@LISTEN': {
    en: 'ABORT in LISTEN deletes the TCB; there is no peer to be told.',
    zh: '在 LISTEN 调用 ABORT，删除 TCB；没有需要通知的对端。',
  },
  'abort@SYN-SENT': {
    en: 'ABORT in SYN-SENT deletes the TCB without a RST; an answer to the SYN will find CLOSED and get one.',
    zh: '在 SYN-SENT 调用 ABORT，直接删除 TCB 而不发 RST；对 SYN 的应答到达时会遇到 CLOSED，那时才得到 RST。',
  },
  'abort@CLOSING': {
    en: 'ABORT in CLOSING deletes the TCB: both ends have closed already.',
    zh: '在 CLOSING 调用 ABORT，直接删除 TCB：双方都已经关闭。',
  },
  'abort@LAST-ACK': {
    en: 'ABORT in LAST-ACK deletes the TCB: both ends have closed already.',
    zh: '在 LAST-ACK 调用 ABORT，直接删除 TCB：双方都已经关闭。',
  },
  'abort@TIME-WAIT': {
    en: 'ABORT in TIME-WAIT deletes the TCB without a RST: both directions are ended already.',
    zh: '在 TIME-WAIT 调用 ABORT，直接删除 TCB 而不发 RST：两个方向早已结束。',
  },
  'late-data': {
    en: 'Text arrives in {from} after the user has closed for reading: nobody can take it, so a RST tells {peer} that it is lost.',
    zh: '用户已不再读取，{from} 却又收到数据：没有人能接收，于是用 RST 告诉{peer}数据已丢失。',
  },
  'user-timeout': {
    en: 'What was sent has not been acknowledged within R2: {from} gives up and tells the user "timed out".',
    zh: '发出的内容在 R2 时间内一直没有得到确认：{from} 放弃，并告诉用户“超时”。',
  },
  'syn-received-timeout': {
    en: 'The SYN,ACK was not acknowledged within R2: the unfinished handshake is forgotten, the listener goes on.',
    zh: 'SYN,ACK 在 R2 时间内没有被确认：丢弃这个半连接，监听照常进行。',
  },
  'keepalive-timeout': {
    en: 'No keep-alive probe was answered: {peer} counts as dead, and {from} ends, with a RST in case {peer} can hear it.',
    zh: '保活探测一个都没有得到应答：认为{peer}已不存在，{from} 结束，并发一个 RST，以防{peer}还收得到。',
  },
  'fin-wait-2-timeout': {
    en: 'The user has gone and the FIN of {peer} has not come in time: an orphan does not wait in FIN-WAIT-2 for ever.',
    zh: '用户已离开，而{peer}的 FIN 迟迟不来：孤儿连接不会永远停在 FIN-WAIT-2。',
  },
  'icmp-hard-error': {
    en: 'ICMP reports a hard error for the SYN of {me}, or no neighbour takes it: {from} gives up and tells the user "unreachable".',
    zh: 'ICMP 对{me}的 SYN 报告了硬错误，或者没有邻居接收它：{from} 放弃，并告诉用户“不可达”。',
  },
} as const satisfies Texts;

/** The names of the parameters that the sentences of rules may use. */
export const RULE_PARAMETERS: readonly string[] = ['from', 'to', 'me', 'peer'];

/** The text of a row in a state; null for a name that no row has. */
export function ruleText(name: string, from: StateName): Text | null {
  const texts: Texts = ruleTexts;
  return texts[`${name}@${from}`] ?? texts[name] ?? null;
}

/** The sentence for a row, from its name and the state that was left; null for a name that no row has. */
export function explainRule(name: string, from: StateName, lang: Lang, params: Params): string | null {
  const text = ruleText(name, from);
  return text === null ? null : say(text, lang, { from, ...params });
}

/** The row of a name that starts from a state; null if there is none. */
export function ruleRow(name: string, from: StateName): Transition | null {
  return transitions.find((row) => row.name === name && stateName(row.from) === from) ?? null;
}
