// Scenarios: how a connection is closed (RFC 9293 section 3.6).

import type { Scenario, Step } from '../scenario/index.ts';
import { closeLost } from './close-lost.ts';
import { closeStuck } from './close-stuck.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };
const clientCloses: Step = {
  do: 'close',
  end: 'left',
  when: { end: 'left', state: 'ESTABLISHED', after: 60 },
};

const orderly: readonly Scenario[] = [
  {
    id: 'close4',
    group: 'close',
    title: { en: 'Closing in four segments', zh: '四次挥手' },
    question: {
      en: 'How do four segments close a connection, and which states do the two ends pass?',
      zh: '四个报文段是怎样关闭一个连接的？两端各经过哪些状态？',
    },
    explanation: {
      en:
        'Each direction is closed on its own: a FIN says that no more text follows, and the other end acknowledges ' +
        'it. The end that closes first passes FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT, the other one CLOSE-WAIT and ' +
        'LAST-ACK. The FIN occupies one sequence number, which is why it is acknowledged with u+1. There are four ' +
        'segments here because the server’s program closes only 100 ms after it has read the end of the stream: its ' +
        'TCP cannot keep the acknowledgment back for so long (section 3.6, figure 12).',
      zh:
        '两个方向各自关闭：FIN 表示“此后我不再有数据”，对方予以确认。先关闭的一端依次经过 FIN-WAIT-1、FIN-WAIT-2、' +
        'TIME-WAIT，另一端经过 CLOSE-WAIT、LAST-ACK。FIN 占用一个序列号，所以确认号是 u+1。' +
        '这里之所以是四个报文段，是因为服务器程序读到流结束之后又过了 100 毫秒才调用 close()，' +
        'TCP 不能把确认拖这么久，只好先单独发一个 ACK（第 3.6 节，图 12）。',
    },
    notice: [
      {
        en: 'The first and the third segment are FIN,ACK, not a bare FIN: once a connection is established every segment acknowledges.',
        zh: '第一、第三个报文段都是 FIN,ACK，而不是只有 FIN：连接建立之后，每个报文段都带确认。',
      },
      {
        en: 'The server is in CLOSE-WAIT from the arrival of the FIN until its own program calls close().',
        zh: '服务器从收到 FIN 起一直停在 CLOSE-WAIT，直到它自己的程序调用 close()。',
      },
      {
        en: 'The ACK leaves the server 40 ms after the FIN came: it was delayed, in case there was something to send with it.',
        zh: '服务器收到 FIN 之后过了 40 毫秒才发出 ACK：这是延迟确认，等着看有没有数据可以捎带。',
      },
      {
        en: 'Only the end that closed first waits 2 MSL in TIME-WAIT.',
        zh: '只有先关闭的一端要在 TIME-WAIT 中等待 2MSL。',
      },
    ],
    linux: {
      en: 'Linux 6.18 does the same: four segments when the server closes 300 ms later (its ACK was delayed by 43 ms); TIME-WAIT always lasts 60 s.',
      zh: 'Linux 6.18 的行为相同：服务器晚 300 毫秒关闭时为四个报文段（ACK 延迟了 43 毫秒）；TIME-WAIT 固定为 60 秒。',
    },
    keywords: [
      'four-way close',
      'four-way handshake',
      '挥手',
      'FIN',
      'FIN-WAIT-1',
      'LAST-ACK',
      '四次挥手',
      '关闭连接',
      '释放连接',
    ],
    setup: {},
    steps: [
      connect,
      clientCloses,
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 100 } },
    ],
  },
  {
    id: 'close3',
    group: 'close',
    title: { en: 'Closing in three segments', zh: '三次挥手' },
    question: {
      en: 'Can the ACK and the FIN of the server be one segment?',
      zh: '服务器的 ACK 和 FIN 能合并成一个报文段吗？',
    },
    explanation: {
      en:
        'Yes: whenever the server’s program closes before the delayed acknowledgment is due (after 20 of 40 ms here), its FIN ' +
        'carries the acknowledgment. The client, in FIN-WAIT-1, receives a FIN that acknowledges its own FIN and goes ' +
        'straight to TIME-WAIT, without FIN-WAIT-2 (section 3.10.7.4, eighth step; figure 5, note 2). That four ' +
        'segments are usual is not a rule of TCP: it depends on when the application closes.',
      zh:
        '能。只要服务器程序在延迟确认到期（40 毫秒）之前调用 close()（这里是 20 毫秒后），FIN 就会把确认一并带走。' +
        '客户端在 FIN-WAIT-1 收到的 FIN 同时确认了自己的 FIN，于是直接进入 TIME-WAIT，不经过 FIN-WAIT-2' +
        '（第 3.10.7.4 节第八步；图 5 注 2）。“挥手必须四次”并不是 TCP 的规定，取决于应用程序何时关闭。',
    },
    notice: [
      {
        en: 'The server’s only segment is FIN,ACK with ack=u+1: two things in one.',
        zh: '服务器只发了一个 FIN,ACK，ack=u+1，一个报文段办了两件事。',
      },
      {
        en: 'The client never is in FIN-WAIT-2.',
        zh: '客户端没有经过 FIN-WAIT-2。',
      },
      {
        en: 'Compare with close4: the one difference is when the server’s program calls close().',
        zh: '与 close4 对比：唯一的差别是服务器程序什么时候调用 close()。',
      },
    ],
    linux: {
      en: 'Linux 6.18 sends three segments whenever close() comes within about 40 ms, also with TCP_QUICKACK and when no data was ever exchanged.',
      zh: 'Linux 6.18：只要 close() 在大约 40 毫秒之内到来，就是三个报文段；设置了 TCP_QUICKACK、或者从未传过数据时也一样。',
    },
    keywords: ['three-segment close', 'delayed ACK', 'FIN ACK', '三次挥手', '四次挥手变三次', '延迟确认'],
    setup: {},
    steps: [
      connect,
      clientCloses,
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 20 } },
    ],
  },
  {
    id: 'half-close',
    group: 'close',
    title: {
      en: 'Half-closed: one direction is finished, the other goes on',
      zh: '半关闭：一个方向结束，另一个方向继续',
    },
    question: {
      en: 'What can be sent, and in which direction, after one end has sent its FIN?',
      zh: '一端发出 FIN 之后，哪个方向还能发送什么？',
    },
    explanation: {
      en:
        'shutdown() ends the client’s direction and nothing else: “no more data from me”. The server reads the end of ' +
        'the stream, is in CLOSE-WAIT, and may still send as much as it likes: here 3000 octets, which the client ' +
        'takes and acknowledges in FIN-WAIT-2. The server’s FIN comes after that text, so that its number is not the ' +
        'one that its ACK had: w = v + 3000. Half-closed (半关闭) must not be confused with half-open, where one end ' +
        'has crashed (section 3.5.1 and 3.6.1).',
      zh:
        'shutdown() 只结束客户端这个方向，意思是“我不再有数据要发”。服务器读到流结束，进入 CLOSE-WAIT，此后仍可继续发送：' +
        '这里发了 3000 字节，客户端在 FIN-WAIT-2 中照常接收并确认。服务器的 FIN 排在这些数据之后，' +
        '所以它的序列号不同于先前那个 ACK 的序列号：w = v + 3000。半关闭（half-closed）不要与半打开（half-open，' +
        '一端已崩溃）混淆，更不是“半连接”（第 3.5.1、3.6.1 节）。',
    },
    notice: [
      {
        en: 'After its FIN the client sends ACKs, but never text again.',
        zh: '客户端发出 FIN 之后仍然发送 ACK，只是不再有数据。',
      },
      {
        en: 'The 3000 octets arrive while the client is in FIN-WAIT-2 and the server in CLOSE-WAIT: who is in CLOSE-WAIT has something to say, who is in FIN-WAIT-2 listens.',
        zh: '3000 字节到达时，客户端在 FIN-WAIT-2，服务器在 CLOSE-WAIT：还有话要说的是 CLOSE-WAIT 一端，FIN-WAIT-2 一端在听。',
      },
      {
        en: 'The server’s FIN has seq=3001, its ACK of the client’s FIN had seq=1.',
        zh: '服务器的 FIN 是 seq=3001，而它确认客户端 FIN 的 ACK 是 seq=1。',
      },
    ],
    keywords: ['shutdown', 'SHUT_WR', 'half-close', 'FIN-WAIT-2', 'CLOSE-WAIT', '半关闭', '单向关闭'],
    setup: {},
    steps: [
      connect,
      { do: 'shutdown', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'write', end: 'right', what: 3000, when: { end: 'right', sees: 'eof', after: 70 } },
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 200 } },
    ],
  },
  {
    id: 'simclose',
    group: 'close',
    title: { en: 'Both close at the same time', zh: '同时关闭' },
    question: {
      en: 'What happens when the two FINs cross each other?',
      zh: '两端的 FIN 在途中交错，会怎样？',
    },
    explanation: {
      en:
        'Both ends call close() before the other’s FIN arrives. Each receives in FIN-WAIT-1 a FIN that does not ' +
        'acknowledge its own: it acknowledges it and enters CLOSING. The ACK of its own FIN then takes it to ' +
        'TIME-WAIT. Both closed actively, so both wait 2 MSL (section 3.6, figure 13).',
      zh:
        '两端都在对方的 FIN 到达之前调用了 close()。各自在 FIN-WAIT-1 收到一个没有确认自己 FIN 的 FIN：先确认它，进入 CLOSING；' +
        '等到自己的 FIN 也被确认，再进入 TIME-WAIT。两端都是主动关闭，所以两端都要等 2MSL（第 3.6 节，图 13）。',
    },
    notice: [
      {
        en: 'The FIN that arrives has ack=1, not 2: it was sent before ours was seen. That is what tells CLOSING from TIME-WAIT.',
        zh: '收到的 FIN 是 ack=1 而不是 2：它发出时对方还没见到我们的 FIN。进入 CLOSING 还是 TIME-WAIT，就看这一点。',
      },
      { en: 'FIN-WAIT-2 and LAST-ACK do not occur at all.', zh: 'FIN-WAIT-2 和 LAST-ACK 都没有出现。' },
      { en: 'There are two TIME-WAITs, one at each end.', zh: '两端各有一个 TIME-WAIT。' },
    ],
    linux: {
      en: 'Linux 6.18 shows the same segments: FIN, FIN, ACK, ACK, and both ends in TIME-WAIT.',
      zh: 'Linux 6.18 的报文段相同：FIN、FIN、ACK、ACK，两端都进入 TIME-WAIT。',
    },
    keywords: ['simultaneous close', 'CLOSING', '同时关闭', '同时挥手'],
    setup: {},
    steps: [connect, { do: 'close', end: 'left', when: 100 }, { do: 'close', end: 'right', when: 100 }],
  },
];

/** Closing. */
export const closing: readonly Scenario[] = [...orderly, ...closeLost, ...closeStuck];
