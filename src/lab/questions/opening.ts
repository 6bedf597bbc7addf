// Questions on opening a connection.

import type { Question } from './question.ts';

/** Opening. */
export const openingQuestions: readonly Question[] = [
  {
    id: 'why-three',
    question: { en: 'Why three segments, and not two or four?', zh: '为什么是三次握手，不是两次或四次？' },
    answer: {
      en: 'With two, an old SYN would create a live connection at the server; the third segment is where the client can refuse it with RST. Four would add nothing, since the server’s SYN and ACK go in one segment.',
      zh: '只有两次，一个失效的旧 SYN 就能让服务器建立起连接；有了第三次，客户端才有机会用 RST 拒绝。四次则没有必要，因为服务器的 SYN 和 ACK 可以合在一个报文段里。',
    },
    scenario: 'two-way',
    why: 'three',
    keywords: [
      'what is the third ack for',
      'point of the third ack',
      'why is the third segment needed',
      '为什么需要第三次握手',
      '第三次握手有什么用',
      '两次握手行不行',
      '能不能只握手两次',
      'why three-way handshake',
      'why three',
      '为什么三次握手',
      '为什么要三次握手',
      '为什么是三次',
      'two-way handshake',
      '两次握手',
      '四次握手',
      '历史连接',
    ],
  },
  {
    id: 'syn-lost',
    question: { en: 'What happens if the first segment (SYN) is lost?', zh: '第一次握手丢失了会怎样？' },
    answer: {
      en: 'The client sends the same SYN again when its timer fires, and gives up with ETIMEDOUT in the end: after three minutes by the RFC (MUST-23), after nominally 131 s on Linux (127 s before 6.5; tcp_syn_retries=6). The pauses double; Linux sends the first few one second apart.',
      zh: '客户端的定时器到期后重传同一个 SYN，一直不成功就放弃，报 ETIMEDOUT：RFC 要求至少 3 分钟（MUST-23），Linux 名义上 131 秒（6.5 之前 127 秒；tcp_syn_retries=6）。重传间隔逐次加倍，Linux 头几次固定间隔 1 秒。',
    },
    scenario: 'syn-lost',
  },
  {
    id: 'synack-lost',
    question: { en: 'What happens if the second segment (SYN,ACK) is lost?', zh: '第二次握手丢失了会怎样？' },
    answer: {
      en: 'Both ends send again: the client its SYN, because nothing came back, and the server its SYN,ACK, because nothing acknowledged it.',
      zh: '两端都会重传：客户端没等到应答，重传 SYN；服务器没等到确认，重传 SYN,ACK。',
    },
    scenario: 'synack-lost',
    why: 'synack-again',
  },
  {
    id: 'ack3-lost',
    question: { en: 'What happens if the third segment (ACK) is lost?', zh: '第三次握手丢失了会怎样？' },
    answer: {
      en: 'An ACK is never retransmitted for itself. The server, still SYN-RECEIVED, sends its SYN,ACK again and gets a new ACK; or the client’s first data, which has the ACK bit too, ends the handshake.',
      zh: 'ACK 自己不会重传。服务器停在 SYN-RECEIVED，重传 SYN,ACK 后得到新的 ACK；如果客户端先发了数据，数据报文段也带着 ACK，同样能完成握手。',
    },
    scenario: 'ack3-lost',
    keywords: [
      'SYN,ACK not answered',
      'no answer to SYN,ACK',
      'third ACK never arrives',
      '握手丢包',
      '三次握手丢包',
      'client ESTABLISHED server SYN-RECEIVED',
      'SYN_RCVD',
    ],
  },
  {
    id: 'ack3-data',
    question: {
      en: 'The third segment is lost and the client sends data at once: does that work?',
      zh: '第三次握手丢失，客户端马上发数据，行得通吗？',
    },
    answer: {
      en: 'Yes. The data carries the same acknowledgment, y+1: the server is ESTABLISHED when it arrives, and takes the text. Nothing is retransmitted.',
      zh: '行。数据报文段带着同样的确认号 y+1，它一到达，服务器就进入 ESTABLISHED 并收下数据，什么都不用重传。',
    },
    scenario: 'ack3-data',
  },
  {
    id: 'server-gave-up',
    question: {
      en: 'The server has given up its SYN-RECEIVED, the client believes it is connected and sends data: what comes back?',
      zh: '服务器多次重传 SYN,ACK 后已经放弃，客户端还以为连着，这时发数据会怎样？',
    },
    answer: {
      en: 'A RST: the server has no such connection any more (it was half-open), and the client is told ECONNRESET.',
      zh: '收到 RST：服务器上已经没有这个连接（它成了半打开连接），客户端得到 ECONNRESET。',
    },
    scenario: 'ack3-lost',
    edits: ['drop ACK#1- left->right', 'left write "hello" 200s'],
  },
  {
    id: 'data-in-handshake',
    question: { en: 'May the third segment carry data?', zh: '第三次握手可以携带数据吗？' },
    answer: {
      en: 'Yes: the client is ESTABLISHED when it sends it.',
      zh: '可以：客户端发送它时已经是 ESTABLISHED。',
    },
    scenario: 'ack3-payload',
  },
  {
    id: 'data-in-syn',
    question: { en: 'May the first two segments carry data?', zh: '第一次、第二次握手可以携带数据吗？' },
    answer: {
      en: 'Text in a SYN or SYN,ACK is legal (section 3.5), but is not given to the program before ESTABLISHED. With a TCP Fast Open cookie it is given at once (RFC 7413).',
      zh: 'SYN 和 SYN,ACK 携带数据都是合法的（第 3.5 节），但在 ESTABLISHED 之前不会交给应用程序；带有 TCP Fast Open 的 cookie 则可以立即交付（RFC 7413）。',
    },
    scenario: 'tfo',
  },
  {
    id: 'why-random-isn',
    question: {
      en: 'Why is the initial sequence number different each time, and random?',
      zh: '初始序列号 ISN 为什么要随机、每次都不同？',
    },
    answer: {
      en: 'The clock in it keeps the numbers of an earlier connection apart from those of the next; the keyed hash in it keeps strangers from guessing, and so from forging segments.',
      zh: '其中的时钟部分让前后两个连接的序列号错开，其中的带密钥散列让外人猜不到，也就无法伪造报文段。',
    },
    scenario: 'fixed-isn',
    why: 'isn',
    keywords: [
      'ISN',
      'RFC 6528',
      'predict',
      '猜测',
      '固定 ISN',
      'why does the sequence number not start at 0',
      'why isn not zero',
      'isn 为什么不从 0 开始',
    ],
  },
  {
    id: 'why-plus-one',
    question: {
      en: 'Why ack=x+1? Why does a SYN occupy a sequence number?',
      zh: '为什么 ack=x+1？SYN 为什么要占用一个序列号？',
    },
    answer: {
      en: 'So that it can be acknowledged and retransmitted like data. An ACK occupies none, or ACKs would have to be acknowledged.',
      zh: '这样它才能像数据一样被确认、被重传。ACK 不占用序列号，否则就得对 ACK 再作确认了。',
    },
    scenario: 'hs',
    keywords: [
      'why is ack seq plus one',
      'why increment the ack by one',
      'why does a syn consume a sequence number',
      'ack 为什么要加一',
      'syn 为什么消耗一个序号',
    ],
  },
  {
    id: 'queues',
    question: {
      en: 'What are the SYN queue and the accept queue, and what if they are full?',
      zh: '什么是半连接队列和全连接队列？满了会怎样？',
    },
    answer: {
      en: 'The SYN queue holds connections in SYN-RECEIVED, the accept queue those that are ESTABLISHED and not yet accepted. When the accept queue is full, new SYNs are dropped; when the SYN queue is, SYNs are dropped or answered with SYN cookies.',
      zh: '半连接队列放处于 SYN-RECEIVED 的连接，全连接队列放已经 ESTABLISHED、但还没被 accept() 取走的连接。全连接队列满时丢弃新来的 SYN；半连接队列满时，丢弃 SYN 或改用 SYN cookie 应答。',
    },
    scenario: 'acceptq',
    keywords: ['Recv-Q of a listening socket', 'Send-Q of a listening socket', 'ss Recv-Q listen'],
  },
  {
    id: 'queue-overflow-ack',
    question: {
      en: 'The accept queue fills up during the handshake: is the last ACK dropped?',
      zh: '握手过程中全连接队列满了，第三次握手的 ACK 会被丢弃吗？',
    },
    answer: {
      en: 'Yes; the connection stays SYN-RECEIVED and the SYN,ACK is sent again later. On Linux tcp_abort_on_overflow=1 answers with RST instead.',
      zh: '会，连接停在 SYN-RECEIVED，之后重传 SYN,ACK。Linux 若设 tcp_abort_on_overflow=1，则改为回 RST。',
    },
    scenario: 'acceptq-ack',
  },
  {
    id: 'backlog',
    question: { en: 'What does the backlog of listen() mean?', zh: 'listen() 的 backlog 是什么意思？' },
    answer: {
      en: 'It bounds the accept queue. On Linux the bound is min(backlog, somaxconn), compared with >, so that backlog+1 connections fit.',
      zh: '它是全连接队列的上限。Linux 取 min(backlog, somaxconn)，并且用 > 比较，所以能放下 backlog+1 个连接。',
    },
    scenario: 'acceptq',
  },
  {
    id: 'without-accept',
    question: { en: 'Is a connection opened without accept()?', zh: '没有 accept()，能建立 TCP 连接吗？' },
    answer: {
      en: 'Yes. TCP completes the handshake by itself; accept() only takes a connection that is ESTABLISHED out of the queue.',
      zh: '能。握手由 TCP 自己完成，accept() 只是从队列里取走一个已经 ESTABLISHED 的连接。',
    },
    scenario: 'acceptq',
    keywords: ['without accept', '不调用 accept 能建立连接吗', '没有 accept 能不能建立连接'],
  },
  {
    id: 'without-listen',
    question: { en: 'Is a connection opened without listen()?', zh: '没有 listen()，能建立 TCP 连接吗？' },
    answer: {
      en: 'With a server no: a SYN to a port without a listener gets RST. But two active opens that meet make one connection: a simultaneous open.',
      zh: '连服务器不行：没有监听的端口对 SYN 回 RST。但两端同时主动打开、SYN 相遇，可以建立一个连接，这叫同时打开。',
    },
    scenario: 'simopen',
  },
  {
    id: 'accept-when',
    question: {
      en: 'At which step of the handshake do accept() and connect() return?',
      zh: 'accept() 和 connect() 分别在三次握手的哪一步返回？',
    },
    answer: {
      en: 'connect() after the second segment has arrived, accept() after the third.',
      zh: 'connect() 在第二个报文段到达后返回，accept() 在第三个到达后返回。',
    },
    scenario: 'hs',
  },
  {
    id: 'syn-flood',
    question: { en: 'What is a SYN flood, and what helps?', zh: '什么是 SYN 洪泛攻击？怎样防御？' },
    answer: {
      en: 'SYNs from forged addresses fill the SYN queue, so that honest SYNs are dropped. SYN cookies help; a bigger queue and fewer repetitions of the SYN,ACK help a little.',
      zh: '伪造源地址的 SYN 占满半连接队列，正常的 SYN 因此被丢弃。根本的办法是 SYN cookie；加大队列、减少 SYN,ACK 重传次数也有一点帮助。',
    },
    scenario: 'synflood',
    why: 'queue',
    keywords: ['SYN 攻击', 'DDoS', 'DoS'],
  },
  {
    id: 'syn-cookie-price',
    question: { en: 'What do SYN cookies cost?', zh: 'SYN cookie 有什么代价？' },
    answer: {
      en: 'Nothing is remembered: the SYN,ACK cannot be retransmitted; of the options only a rough MSS fits into the cookie, and others only into the timestamp, if there is one.',
      zh: '什么都没有记住，所以 SYN,ACK 无法重传；至于选项，cookie 里只放得下粗略的 MSS，其余的要靠时间戳来携带，没有时间戳就丢失了。',
    },
    scenario: 'synflood-cookies',
    keywords: [
      'what is a syn cookie',
      'how do syn cookies work',
      'syn cookie',
      'syn cookie 原理',
      'syn cookie 是什么',
    ],
  },
  {
    id: 'syn-to-established',
    question: {
      en: 'What if a SYN arrives on an ESTABLISHED connection?',
      zh: '已建立的连接收到 SYN 会怎样？',
    },
    answer: {
      en: 'It is answered with a challenge ACK (RFC 5961; section 3.10.7.4, fourth step), not with RST, and the connection lives on. If the other end really has a new connection in mind, it answers that ACK with RST.',
      zh: '回一个挑战 ACK（RFC 5961），不回 RST，连接照旧。如果对端确实是重启后要新建连接，它会用 RST 回应这个 ACK。',
    },
    scenario: 'blind-rst',
  },
  {
    id: 'syn-dropped',
    question: { en: 'When is a SYN dropped?', zh: 'SYN 报文什么时候会被丢弃？' },
    answer: {
      en: 'When the accept queue or the SYN queue is full, when a filter drops it, or, on old Linux kernels behind NAT, because of tcp_tw_recycle.',
      zh: '全连接队列或半连接队列满了；被防火墙过滤；或者旧版 Linux 内核开了 tcp_tw_recycle，又遇上 NAT。',
    },
    scenario: 'acceptq',
  },
  {
    id: 'simultaneous-open',
    question: { en: 'What is a simultaneous open?', zh: '什么是同时打开？' },
    answer: {
      en: 'Both ends call connect() and their SYNs cross. Both pass SYN-SENT, SYN-RECEIVED, ESTABLISHED, and there is one connection.',
      zh: '两端都调用 connect()，SYN 在途中交错。两端都经过 SYN-SENT、SYN-RECEIVED、ESTABLISHED，建立的是同一个连接。',
    },
    scenario: 'simopen',
  },
];
