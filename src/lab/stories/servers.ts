// Stories: what a server sees when programs, or strangers, do not behave.

import type { Story } from './story.ts';

export const serverStories: readonly Story[] = [
  {
    id: 'close-wait',
    title: { en: 'A CLOSE-WAIT that does not go away', zh: '赖着不走的 CLOSE-WAIT' },
    lead: {
      en: 'The peer has closed. TCP has told the program. And then nothing happens, because only the program can do the rest.',
      zh: '对方已经关闭，TCP 也告诉了程序。然后就没有下文了，因为剩下的事只有程序能做。',
    },
    scenario: 'cw-leak',
    steps: [
      {
        at: { sent: 'FIN,ACK' },
        title: { en: 'The client closes', zh: '客户端关闭' },
        text: { en: 'An ordinary FIN.', zh: '一个普通的 FIN。' },
      },
      {
        at: { state: 'CLOSE-WAIT', end: 'right' },
        title: { en: 'The server’s TCP does its part', zh: '服务器的 TCP 做了它该做的' },
        text: {
          en: 'It acknowledges, and wakes the program: read() returns 0. From here on it waits for the program to close. No timer of TCP ends this wait.',
          zh: '它确认，并唤醒程序：read() 返回 0。从这里起，它等待程序关闭。TCP 没有任何定时器来结束这个等待。',
        },
      },
      {
        at: { state: 'FIN-WAIT-2', end: 'left' },
        title: { en: 'The client waits as well', zh: '客户端也在等' },
        text: {
          en: 'Its program has gone, so nobody would read what might come. A host ends such a FIN-WAIT-2 after a while: 60 s here, as on Linux.',
          zh: '它的程序已经离开，即使有东西来也没有人读。这样的 FIN-WAIT-2 主机过一阵就会结束：这里是 60 秒，与 Linux 相同。',
        },
      },
      {
        at: { state: 'CLOSED', end: 'left' },
        title: { en: 'The client has forgotten', zh: '客户端忘掉了' },
        text: {
          en: 'The server is not told. It has a connection with nobody, a descriptor and a buffer: one CLOSE-WAIT for each forgotten close().',
          zh: '没有人告诉服务器。它还留着一条没有对端的连接、一个描述符、一块缓冲区：每忘记一次 close()，就多一个 CLOSE-WAIT。',
        },
      },
      {
        at: { call: 'close', end: 'right' },
        title: { en: 'At last the program closes', zh: '程序终于关闭' },
        text: {
          en: 'The FIN goes out, two minutes late, to a host that knows nothing of it.',
          zh: 'FIN 迟了两分钟才发出，而对方主机已经什么都不知道了。',
        },
      },
      {
        at: 'end',
        title: { en: 'Answered with RST, and over', zh: '得到 RST，结束' },
        text: {
          en: 'No setting of a kernel mends this: the program has to close what it has read to the end.',
          zh: '没有任何内核参数能解决这个问题：程序必须关闭它已经读到末尾的连接。',
        },
      },
    ],
    breaks: [
      { label: { en: 'the program closes at once', zh: '程序立刻关闭' }, scenario: 'close3' },
      { label: { en: 'the late FIN is lost', zh: '迟到的 FIN 丢了' }, edits: ['drop FIN#1 right->left'] },
    ],
  },
  {
    id: 'tw-pile',
    title: { en: 'Where TIME-WAITs pile up', zh: 'TIME-WAIT 堆在哪里' },
    lead: {
      en: 'Three short connections, one after the other, and the server closes first each time.',
      zh: '三条短连接，一条接一条，每次都是服务器先关闭。',
    },
    scenario: 'tw-pile',
    steps: [
      {
        at: { sent: 'FIN,ACK' },
        title: { en: 'The server has answered, and closes', zh: '服务器答完就关闭' },
        text: {
          en: 'It sends the first FIN: an active close. Each connection has a lifeline of its own.',
          zh: '它发出第一个 FIN：主动关闭。每条连接有自己的生命线。',
        },
      },
      {
        at: { state: 'TIME-WAIT', end: 'right' },
        title: { en: 'The first one waits', zh: '第一条开始等' },
        text: {
          en: 'The client is CLOSED soon after. The server has a TIME-WAIT for 2 MSL: it was the one that closed first.',
          zh: '客户端随后就是 CLOSED。服务器则有一个持续 2MSL 的 TIME-WAIT：因为是它先关闭的。',
        },
      },
      {
        at: { state: 'SYN-SENT', end: 'left', nth: 2 },
        title: { en: 'The next connection, another port', zh: '下一条连接，另一个端口' },
        text: {
          en: 'The client uses a new port, so the old TIME-WAIT is not in its way.',
          zh: '客户端用了新的端口，所以旧的 TIME-WAIT 并不碍事。',
        },
      },
      {
        at: { state: 'TIME-WAIT', end: 'right', nth: 2 },
        title: { en: 'Two', zh: '两条' },
        text: {
          en: 'A TIME-WAIT costs a little memory, and no descriptor: the program has closed.',
          zh: 'TIME-WAIT 只占一点内存，不占描述符：程序已经关闭了。',
        },
      },
      {
        at: { state: 'TIME-WAIT', end: 'right', nth: 3 },
        title: { en: 'Three', zh: '三条' },
        text: {
          en: 'At a rate of R connections a second there are R × 2 MSL of them: many, but no leak. They cost ports only at the end that opens connections.',
          zh: '每秒 R 条连接，就会有 R × 2MSL 条：很多，但不是泄漏。只有在发起连接的一端，它们才占用端口。',
        },
      },
      {
        at: 'end',
        title: { en: 'After 2 MSL they are gone', zh: '2MSL 之后都消失了' },
        text: {
          en: 'Nobody had to do anything. Where they hurt, let the other end close first, or keep connections and use them again.',
          zh: '没有人需要做什么。如果它们造成困扰，就让对端先关闭，或者保持连接、重复使用。',
        },
      },
    ],
    breaks: [
      { label: { en: 'a new SYN meets a TIME-WAIT', zh: '新的 SYN 碰上 TIME-WAIT' }, scenario: 'tw-syn' },
      { label: { en: 'a RST for TIME-WAIT', zh: '给 TIME-WAIT 一个 RST' }, scenario: 'tw-kill' },
      { label: { en: 'without TIME-WAIT', zh: '没有 TIME-WAIT' }, rules: 'no-time-wait' },
    ],
  },
  {
    id: 'syn-flood',
    title: { en: 'A SYN flood, and cookies against it', zh: 'SYN 洪泛与 SYN cookie' },
    lead: {
      en: 'Somebody sends SYNs from addresses where nobody is. An honest client comes, and still gets in.',
      zh: '有人从不存在的地址发来 SYN。一个正常的客户端来了，照样连得上。',
    },
    scenario: 'synflood-cookies',
    steps: [
      {
        at: { sent: 'SYN' },
        title: { en: 'A SYN that nobody sent', zh: '一个没有人发的 SYN' },
        text: {
          en: 'Its source address is made up. The server cannot see that.',
          zh: '它的源地址是编造的。服务器看不出来。',
        },
      },
      {
        at: { arrived: 'SYN' },
        title: { en: 'The server remembers it', zh: '服务器记住了它' },
        text: {
          en: 'An entry in the SYN queue, and a SYN,ACK to an address where nobody answers. The entry stays, and the SYN,ACK is repeated.',
          zh: '半连接队列里多一项，并向一个无人应答的地址发出 SYN,ACK。这一项留着，SYN,ACK 还会重传。',
        },
      },
      {
        at: { arrived: 'SYN', nth: 3 },
        title: { en: 'The queue is full', zh: '队列满了' },
        text: {
          en: 'Without cookies further SYNs would be dropped, the honest ones, too. With cookies the server answers without remembering anything.',
          zh: '没有 cookie 时，后来的 SYN 都会被丢掉，正常的也一样。有了 cookie，服务器应答，但什么都不记。',
        },
      },
      {
        at: { sent: 'SYN', nth: 4 },
        title: { en: 'An honest client', zh: '一个正常的客户端' },
        text: {
          en: 'Its SYN looks like all the others.',
          zh: '它的 SYN 看上去和别的没有两样。',
        },
      },
      {
        at: { sent: 'SYN,ACK', nth: 4 },
        title: { en: 'The memory is in the number', zh: '记忆就在序列号里' },
        text: {
          en: 'The initial sequence number of this SYN,ACK is a keyed hash of addresses, ports and time (RFC 4987, 3.6). Who acknowledges it has received it.',
          zh: '这个 SYN,ACK 的初始序列号是地址、端口与时间的带密钥散列（RFC 4987 3.6）。谁能确认它，就说明谁收到了它。',
        },
      },
      {
        at: { state: 'ESTABLISHED', end: 'right' },
        title: { en: 'The third segment brings it back', zh: '第三个报文段把它带回来' },
        text: {
          en: 'The server checks the number and makes the connection of it, SYN-RECEIVED and ESTABLISHED in one step. The made-up addresses never send a third segment.',
          zh: '服务器检验这个数字，由它建立连接，SYN-RECEIVED 与 ESTABLISHED 一步完成。那些编造的地址永远发不出第三个报文段。',
        },
      },
    ],
    breaks: [
      { label: { en: 'without cookies', zh: '没有 cookie' }, scenario: 'synflood' },
      {
        label: { en: 'the third segment is lost', zh: '第三个报文段丢了' },
        edits: ['drop ACK#1 left->right'],
      },
    ],
  },
];
