// Questions about the rules of opening, and of resets (RFC 9293 sections 3.4, 3.5 and 3.10.7).

import type { WhyQuestion } from './question.ts';

/** Questions about opening. */
export const aboutOpening: readonly WhyQuestion[] = [
  {
    id: 'three',
    aliases: [
      '3',
      'three-way',
      'handshake',
      'two',
      'two-way',
      '三次',
      '三次握手',
      '为什么三次握手',
      '两次',
      '两次握手',
    ],
    question: {
      en: 'Why three segments to open a connection, and not two?',
      zh: '为什么建立连接要三次握手，两次不行吗？',
    },
    mutant: 'two-way-handshake',
    group: 'open',
    title: {
      en: 'With two segments: a server connected to nobody',
      zh: '只握手两次：服务器与不存在的对方建立了连接',
    },
    answer: {
      en:
        'The client gives up, and its SYN arrives late. With two segments the server is ESTABLISHED as soon as it sees ' +
        'a SYN, although nobody is at the other end: it cannot tell an old SYN from a new one. The third segment is the ' +
        'other side’s proof that it is there now and has heard this very ISS; only it makes both sides agree on both ' +
        'initial sequence numbers.',
      zh:
        '客户端已放弃，它的 SYN 却迟到了。若只握手两次，服务器一收到 SYN 就进入 ESTABLISHED，而对端根本没有连接：服务器' +
        '无从分辨这个 SYN 是旧的还是新的。第三次握手是对方给出的证明：它此刻就在那里，并且收到了服务器这一次的初始序列号。' +
        '只有这样，双方才对两个初始序列号都达成一致。',
    },
    notice: [
      {
        en: 'The client is CLOSED when its SYN arrives; the server becomes ESTABLISHED all the same.',
        zh: 'SYN 到达时客户端已是 CLOSED，服务器仍然进入了 ESTABLISHED。',
      },
      {
        en: 'Nothing has acknowledged the server’s SYN: no segment of this connection has ever been for it.',
        zh: '没有任何报文段确认过服务器的 SYN，这个连接从未得到对方的回应。',
      },
    ],
  },
  {
    id: 'ack-check',
    aliases: ['check-ack', 'syn-sent', 'syn-ack-check', '检查确认号', '确认号检查', '客户端为什么检查确认号'],
    question: {
      en: 'Why does the client check what a SYN,ACK acknowledges?',
      zh: '客户端为什么要检查 SYN,ACK 的确认号？',
    },
    mutant: 'no-ack-check',
    group: 'open',
    title: {
      en: 'Without the check: a SYN,ACK for an old SYN is taken',
      zh: '不检查确认号：把对旧 SYN 的应答当成了自己的',
    },
    answer: {
      en:
        'The client gives up and opens again. The server has seen only the first SYN and answers that one. A client that ' +
        'does not look at SEG.ACK is ESTABLISHED with a server that knows another ISS: no octet that it sends will ever ' +
        'lie in the server’s window. The check, and the RST that follows when it fails, are what clears the old SYN away.',
      zh:
        '客户端放弃后重新打开连接，而服务器只见到第一个 SYN，应答的也是它。客户端若不看确认号，就会与一个记着另一个初始序列号的' +
        '服务器“建立”连接：此后它发出的每个字节都落在服务器的窗口之外。正是这项检查，以及检查失败时回复的 RST，清除了旧 SYN 的影响。',
    },
    notice: [
      {
        en: 'The SYN,ACK acknowledges the first SYN; the client has since sent a second one, with another ISS.',
        zh: 'SYN,ACK 确认的是第一个 SYN；客户端此时已用另一个初始序列号发出了第二个 SYN。',
      },
      {
        en: 'The two ends now disagree on the client’s ISS, and no segment will tell them.',
        zh: '两端对客户端的初始序列号理解不一，却不会有任何报文段指出这一点。',
      },
    ],
  },
  {
    id: 'synack-again',
    aliases: ['syn-ack-again', 'syn-ack-retransmission', '重传 SYN,ACK', 'SYN,ACK 重传', '第三次握手丢失'],
    question: { en: 'Why is the SYN,ACK sent again?', zh: '为什么要重传 SYN,ACK？' },
    mutant: 'no-syn-ack-retransmission',
    group: 'open',
    title: { en: 'Without it: SYN-RECEIVED for ever', zh: '不重传：永远停在 SYN-RECEIVED' },
    answer: {
      en:
        'An ACK is never retransmitted by itself, so a server whose SYN,ACK, or whose client’s ACK, is lost can only ask ' +
        'again. Without a timer it says nothing more, nothing is under way, and it stays in SYN-RECEIVED for ever. ' +
        'Whoever needs an answer must be the one who repeats.',
      zh:
        'ACK 自己从不重传。SYN,ACK 丢失，或者客户端的 ACK 丢失，服务器都只能再问一次。没有重传定时器，它便不再发送任何东西，' +
        '网络中也没有报文段在途，它就永远停在 SYN-RECEIVED。谁需要答复，就必须由谁来重发。',
    },
    notice: [
      {
        en: 'The retransmission timer fires, and nothing is sent.',
        zh: '重传定时器超时了，却什么也没有发送。',
      },
      { en: 'After that no timer runs at either end.', zh: '此后两端都没有任何定时器在运行。' },
    ],
  },
  {
    id: 'queue',
    aliases: ['syn-queue', 'syn-flood', 'backlog', '半连接队列', '半连接队列上限', 'SYN 洪泛', 'SYN 攻击'],
    question: { en: 'Why does the SYN queue have a bound?', zh: '半连接队列为什么要有上限？' },
    mutant: 'no-queue-bound',
    group: 'queues',
    title: {
      en: 'Without a bound: forged SYNs take all memory, and an honest client is turned away',
      zh: '没有上限：伪造的 SYN 占光内存，真实的客户端被拒之门外',
    },
    answer: {
      en:
        'A SYN costs its sender one packet, and the listener a connection in SYN-RECEIVED until R2 is over. Who sends ' +
        'from addresses where nobody is never has to answer. Without a bound three such SYNs have all the memory of this ' +
        'small host, and the SYN of a client that is there finds none. With a bound of two they get no further: the third ' +
        'is refused, and memory is left for whoever completes a handshake. That a full queue does not keep honest clients ' +
        'out is what SYN cookies are for, which need no place in it.',
      zh:
        '发送方只花一个报文段，监听端却要为它保留一个 SYN-RECEIVED 连接，直到重传期限 R2 结束。用不存在的地址发 SYN，' +
        '根本不必应答。若没有上限，三个这样的 SYN 就占光了这台小主机的全部内存，真实客户端的 SYN 来了却没有地方放。' +
        '上限为两个时，它们到此为止：第三个被拒绝，内存留给能完成握手的人。至于队列满了也不把真实的客户端挡在外面，' +
        '那是 SYN cookie 的任务，它不占队列的位置。',
    },
    notice: [
      {
        en: 'Three SYNs from three addresses that answer nothing; each becomes a connection in SYN-RECEIVED.',
        zh: '三个 SYN 来自三个从不应答的地址，各自成为一个 SYN-RECEIVED 连接。',
      },
      {
        en: 'The client’s SYN arrives and is discarded in silence: it waits in SYN-SENT for an answer that nobody can give.',
        zh: '客户端的 SYN 到达后被默默丢弃：它在 SYN-SENT 等待一个谁也给不了的应答。',
      },
    ],
  },
  {
    id: 'isn',
    aliases: [
      'iss',
      'fixed-isn',
      'initial-sequence-number',
      '初始序列号',
      '为什么初始序列号不固定',
      'ISN 为什么不从 0 开始',
    ],
    question: {
      en: 'Why does the initial sequence number follow a clock instead of starting at a fixed number?',
      zh: '初始序列号为什么要随时钟变化，而不是从固定值开始？',
    },
    mutant: 'fixed-isn',
    model: { a: { opens: 2, writes: 1, aborts: true }, b: { listens: true } },
    about: {
      en: 'Two incarnations of a client that writes one octet and aborts, and a server that listens; one duplicate.',
      zh: '客户端先后打开两次连接，各写一个字节，然后中止；服务器只监听；可复制一个报文段。',
    },
    group: 'open',
    title: {
      en: 'With a fixed ISN: an octet of the old connection is delivered in the new',
      zh: '初始序列号固定：旧连接的字节被交付给新连接',
    },
    answer: {
      en:
        'The client aborts and opens again with the same ports. When both incarnations count from the same number, ' +
        'nothing in a segment says which of them it belongs to: an octet that the old one wrote has just the number that ' +
        'the server expects next. It is delivered to a program that nobody has written to. With a clock in the ISN the ' +
        'old number lies far outside the new window.',
      zh:
        '客户端中止连接，又用相同的端口重新打开。若两个化身都从同一个数开始计数，报文段里就没有任何信息能说明它属于哪一个：' +
        '旧连接写下的字节，序列号恰好是服务器下一个期待的，于是交给了新连接的程序，而新连接什么都还没写。' +
        '初始序列号随时钟增长时，旧序列号远在新窗口之外。',
    },
    notice: [
      {
        en: 'The “a” was written in the first connection and is read in the second, in which nobody wrote anything.',
        zh: '“a” 是第一个连接写的，却在第二个连接里被读到，而第二个连接里没有人写过任何东西。',
      },
      {
        en: 'Even the handshake of the second connection is completed with the answer to the first: its SYN never arrived.',
        zh: '连第二个连接的握手也是用对第一个连接的应答完成的：它的 SYN 从未到达。',
      },
      {
        en: 'The late copy is the network’s own: no host has sent it again.',
        zh: '迟到的副本是网络自己造成的，没有哪台主机再次发送过它。',
      },
    ],
  },
];

/** Questions about RST. */
export const aboutResets: readonly WhyQuestion[] = [
  {
    id: 'rst',
    aliases: [
      'rst-exact',
      'rst-in-window',
      'rfc5961',
      'challenge',
      '盲复位',
      'RST 攻击',
      '伪造 RST',
      '质询 ACK',
    ],
    question: {
      en: 'Why must a RST have exactly the next sequence number?',
      zh: 'RST 的序列号为什么必须恰好等于 RCV.NXT？',
    },
    mutant: 'rst-in-window',
    group: 'reset',
    title: {
      en: 'Anywhere in the window will do: a blind RST kills the connection',
      zh: '落在窗口内就算数：盲发的 RST 断开了连接',
    },
    answer: {
      en:
        'An attacker who sees nothing knows the addresses and the port, and can guess the rest. If any number in the ' +
        'window counts, one guess in 2³² divided by the window is enough: for a window of 64 KiB, 65,536 segments. With ' +
        'the exact match (RFC 5961) a RST elsewhere in the window is answered by a challenge ACK, which only a peer that ' +
        'really has no connection answers with the right number.',
      zh:
        '看不到流量的攻击者知道地址和端口，其余靠猜。若窗口内任何序列号都算数，只需猜 2³² 除以窗口大小那么多次：窗口为 64 KiB 时，' +
        '65536 个报文段就够了。要求精确匹配之后（RFC 5961），落在窗口内其他位置的 RST 只会换来一个挑战 ACK；' +
        '只有真正没有这个连接的对方，才会用正确的序列号再回一个 RST。',
    },
    notice: [
      {
        en: 'The forged RST is one beyond RCV.NXT: in the window, but not exact.',
        zh: '伪造的 RST 的序列号比 RCV.NXT 大 1：在窗口内，但并不精确。',
      },
      {
        en: 'The client’s program is told ECONNRESET, though the server has never sent a RST.',
        zh: '客户端程序得到 ECONNRESET，而服务器从未发过 RST。',
      },
    ],
  },
  {
    id: 'closed-rst',
    aliases: [
      'rst-from-closed',
      'half-open',
      'silence',
      '半打开',
      '半打开连接',
      '为什么回复 RST',
      '没有连接时回复 RST',
    ],
    question: {
      en: 'Why is a segment for no connection answered by a RST?',
      zh: '收到不属于任何连接的报文段时，为什么要回复 RST？',
    },
    mutant: 'no-rst-from-closed',
    group: 'reset',
    title: {
      en: 'With silence instead: a crash is found out by nothing but patience',
      zh: '沉默不答：对方崩溃后只能一直等到超时',
    },
    answer: {
      en:
        'The server crashes and is up again, remembering nothing. The client’s connection is half-open: it sends, and ' +
        'sends again, to a host that is there, hears it and says nothing. Only when its patience ends, minutes on a real ' +
        'network, does its program learn anything. One RST, sent by the first host that knows better, ends it at once.',
      zh:
        '服务器崩溃后重新启动，什么都不记得了。客户端的连接成了半打开连接：它发送、重传，对方主机明明在线、明明收到，却一言不发。' +
        '直到耐心耗尽（真实网络上要好几分钟），程序才得知出了问题。只要知情的一方回一个 RST，连接当即就能结束。',
    },
    notice: [
      {
        en: 'Every segment after the crash arrives, and none is answered.',
        zh: '崩溃之后的每个报文段都送到了，却没有一个得到应答。',
      },
      {
        en: 'The program is told ETIMEDOUT, not ECONNRESET: nobody has said that the connection is gone.',
        zh: '程序得到的是 ETIMEDOUT 而不是 ECONNRESET：没有人告诉它连接已经不在了。',
      },
    ],
  },
];
