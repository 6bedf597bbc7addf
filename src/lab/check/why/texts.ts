// What each property says, for people, in both languages.

import type { Text } from '../../text/index.ts';
import type { PropertyName } from '../model/index.ts';

/** The safety properties of the checker. */
export const PROPERTY_TEXTS: Readonly<Record<PropertyName, Text>> = {
  S1: {
    en: 'Who becomes ESTABLISHED agrees with the other end on both initial sequence numbers.',
    zh: '进入 ESTABLISHED 的一端与对端对两个初始序列号的认识一致。',
  },
  S2: {
    en: 'What is read was written in this very connection, not in an earlier one.',
    zh: '读到的数据都是在这个连接里写的，而不是在以前的连接里。',
  },
  'S2-FIN': {
    en: 'Only the FIN of this very connection ends its stream.',
    zh: '只有这个连接自己的 FIN 才能结束它的数据流。',
  },
  'S2-RST': {
    en: 'While its peer is there, a connection is ended only by a RST that it caused itself, or by one with exactly the right number.',
    zh: '只要对方还在，连接只会被由它自己引起的 RST，或者序列号恰好正确的 RST 断开。',
  },
  S3: {
    en: 'The stream is whole: its end comes after close() and everything written before it, and no write is refused earlier.',
    zh: '数据流是完整的：对方调用 close() 且此前写的数据全部到达之后才会读到流的末尾；在此之前，写操作不会被拒绝。',
  },
  S4: {
    en: 'When both programs have closed and neither has aborted, neither connection is ended by a RST while its FIN is unacknowledged.',
    zh: '双方程序都已关闭、且都没有中止连接时，任何一端都不会在自己的 FIN 尚未得到确认时被 RST 终止。',
  },
  S5: {
    en: 'States change only as figure 5 (the TLA+ model) or the text of RFC 9293 allows, and the numbers of a connection never go back.',
    zh: '状态只按 RFC 9293 的图 5（即 TLA+ 模型）或正文的规定变化，连接的序列号从不倒退。',
  },
  S6: {
    en: 'No RST answers a RST, and a RST counts only with the right number.',
    zh: '不用 RST 回应 RST；RST 的序列号正确才有效。',
  },
  S7: {
    en: 'TIME-WAIT is entered by who has closed and been closed, lasts 2 MSL, and no RST ends it.',
    zh: '双方的 FIN 都已发出并得到确认的一端才进入 TIME-WAIT；它持续 2MSL，不会被 RST 打断。',
  },
  S8: {
    en: 'When nothing is under way and nobody waits for a timer, both ends are in states that fit each other.',
    zh: '没有报文段在途、也没有定时器在运行时，两端的状态彼此相符。',
  },
  S9: {
    en: 'No client that is there is turned away because strangers have taken all memory; a listener keeps no more connections in SYN-RECEIVED than its bound.',
    zh: '真实的客户端不会因为陌生人占光了内存而被拒；监听端的半连接数不超过上限。',
  },
  L1: { en: 'SYN-SENT does not last for ever.', zh: 'SYN-SENT 不会永远持续。' },
  L2: { en: 'SYN-RECEIVED does not last for ever.', zh: 'SYN-RECEIVED 不会永远持续。' },
  L3: {
    en: 'FIN-WAIT-1, CLOSING and LAST-ACK do not last for ever.',
    zh: 'FIN-WAIT-1、CLOSING 和 LAST-ACK 不会永远持续。',
  },
  L4: { en: 'TIME-WAIT does not last for ever.', zh: 'TIME-WAIT 不会永远持续。' },
  L5: {
    en: 'Data that waits for a window is sent when the window opens.',
    zh: '因窗口关闭而等待的数据，在窗口打开后会发送出去。',
  },
  L6: {
    en: 'Who sends to a host that has lost the connection learns of it.',
    zh: '向已丢失连接的主机发送数据的一端，能够得知连接已不存在。',
  },
};

/** What the models explore, in Chinese; in English they say it themselves. */
const MODELS_ZH: Readonly<Record<string, string>> = {
  handshake: '一个可能放弃的客户端，先后打开两次连接；一个服务器；不传数据。',
  'close-orders': '一个连接，每个方向一个字节，双方随时可以关闭；丢失次数不限，可复制一个报文段。',
  closing: '一个连接，不传数据，双方随时可以关闭；丢失次数不限，可复制一个报文段。',
  'closing-slow':
    '一个连接，不传数据，双方随时可以关闭；丢失次数不限，报文段可在网络中停留长达 1 个 MSL，因而会与之后重传的报文段相遇。',
  'half-close': '客户端只接收服务器的一个字节；双方随时可以关闭。',
  'close-orders-delayed':
    '一个连接，每个方向一个字节，双方随时可以关闭，ACK 延迟 200 毫秒；丢失次数不限，可复制一个报文段。',
  'simultaneous-open': '双方都主动打开；一方发送一个字节；双方随时可以关闭。',
  'two-incarnations': '双方各有两个化身，每个方向两个字节，丢失两次，复制一次：旧报文段与新连接相遇。',
  'old-duplicates': '客户端先后打开两次连接，各写一个字节，然后关闭或中止；服务器只监听。',
  reincarnations: '两个连接，后一个在前一个正常结束之后建立；客户端在每个连接里写一个字节。',
  reopening: '同一四元组先后两个连接，不传数据，丢失次数不限：SYN 可能遇到仍在 TIME-WAIT 的旧连接。',
  aborts: '一个连接，任何一方随时可以中止，写过一个字节或没写；丢失次数不限。',
  attacker: '一个连接，外加一个在窗口附近的伪造 RST 或 SYN。',
  crash: '一台主机随时可能崩溃并立即恢复；没有丢失。此后不再发送的一方永远不会知道。',
  patient: '一个连接，双方永不放弃：不重传的，对方就永远收不到。',
  'never-closes': '服务器程序从不调用 CLOSE：它停在 CLOSE-WAIT，客户端停在 FIN-WAIT-2。',
  'closed-window': '窗口只有两个字节，读的一方不慌不忙，丢失次数不限；谁都不放弃。',
  assassination:
    '两个连接，后一个在前一个正常结束之后建立；客户端在每个连接里写一个字节。可复制两个报文段：一个可能结束 TIME-WAIT，另一个在此之后到来。',
  flood:
    '主机的内存容得下三个连接，监听端容得下两个 SYN-RECEIVED 连接；有三个来历不明的 SYN，和一个真实的客户端。',
};

/** What a model explores, in both languages. */
export function modelText(id: string, about: string): Text {
  return { en: about, zh: MODELS_ZH[id] ?? about };
}

/** What fails by design in some models, in Chinese. */
const FAILURES_ZH: Readonly<Record<string, string>> = {
  'half-open, idle': '空闲的半打开连接不会被发现',
  'CLOSE-WAIT without CLOSE': '程序不调用 CLOSE，CLOSE-WAIT 不会结束',
  'FIN-WAIT-2 without the peer’s CLOSE': '对方不调用 CLOSE，FIN-WAIT-2 不会结束',
};

/** The name of something that fails by design, in both languages. */
export function failureText(id: string): Text {
  return { en: id, zh: FAILURES_ZH[id] ?? id };
}
