// Stories: how a connection begins (RFC 9293 section 3.5).

import type { Story } from './story.ts';

export const openStories: readonly Story[] = [
  {
    id: 'third-ack',
    title: { en: 'What if the third ACK is lost?', zh: '第三次握手的 ACK 丢了，会怎样？' },
    lead: {
      en: 'For a second the two ends hold different opinions about the same connection. A timer settles it.',
      zh: '有一秒钟，双方对同一条连接的看法并不相同。最后由一个定时器来了结。',
    },
    scenario: 'ack3-lost',
    steps: [
      {
        at: { sent: 'SYN' },
        title: { en: 'The client asks', zh: '客户端发起请求' },
        text: {
          en: 'The SYN carries the client’s initial sequence number. It opens one direction, and nobody has confirmed it yet.',
          zh: 'SYN 带着客户端的初始序列号。它请求打开一个方向，但还没有人确认。',
        },
      },
      {
        at: { sent: 'SYN,ACK' },
        title: { en: 'The server answers, and asks back', zh: '服务器应答，同时反过来请求' },
        text: {
          en: 'One segment does two things: it acknowledges the client’s number, and it brings the server’s own. That one is now the open question.',
          zh: '一个报文段做两件事：确认客户端的序列号，并带上服务器自己的序列号。后者现在成了悬而未决的那一个。',
        },
      },
      {
        at: { arrived: 'SYN,ACK' },
        title: { en: 'For the client it is done', zh: '对客户端来说，已经完成' },
        text: {
          en: 'Its SYN is acknowledged: ESTABLISHED, and connect() may return. It sends the third segment, and that is not a question: nobody will acknowledge it.',
          zh: '它的 SYN 得到了确认：进入 ESTABLISHED，connect() 可以返回。它发出第三个报文段，而这不是提问：没有人会再确认它。',
        },
      },
      {
        at: { lost: 'ACK' },
        title: { en: 'The third segment is lost', zh: '第三个报文段丢了' },
        text: {
          en: 'The client is not told. The server has heard nothing, so it stays in SYN-RECEIVED: it knows that the client can send, not that it can hear.',
          zh: '没有人告诉客户端。服务器什么也没有听到，停留在 SYN-RECEIVED：它知道客户端能发，却不知道客户端能收。',
        },
      },
      {
        at: { fired: 'rexmt', end: 'right' },
        title: { en: 'The timer says it again', zh: '定时器让它再说一遍' },
        text: {
          en: 'An ACK has no timer, but the server’s SYN has one: it takes a sequence number and must be acknowledged. After a second the same SYN,ACK goes out again.',
          zh: 'ACK 没有定时器，但服务器的 SYN 有：它占用一个序列号，必须得到确认。一秒之后，同一个 SYN,ACK 再次发出。',
        },
      },
      {
        at: { arrived: 'SYN,ACK', nth: 2 },
        title: { en: 'Old news must be answered', zh: '旧消息也必须回应' },
        text: {
          en: 'To the client this segment is outside its window: discarded, and answered with an ACK (RFC 9293, 3.10.7.4). That ACK is the one that was missing.',
          zh: '对客户端来说，这个报文段在窗口之外：丢弃，并以一个 ACK 回应（RFC 9293 3.10.7.4）。而这个 ACK 正是缺的那一个。',
        },
      },
      {
        at: { state: 'ESTABLISHED', end: 'right' },
        title: { en: 'Now both agree', zh: '现在双方一致了' },
        text: {
          en: 'The server is ESTABLISHED a second after the client. Had the client sent data meanwhile, the ACK in it would have done the same, sooner.',
          zh: '服务器比客户端晚一秒进入 ESTABLISHED。如果客户端在此期间发送了数据，数据中的 ACK 会更早地起到同样的作用。',
        },
      },
    ],
    breaks: [
      {
        label: { en: 'the repeated SYN,ACK is lost, too', zh: '重传的 SYN,ACK 也丢了' },
        edits: ['drop SYN+ACK#2'],
      },
      {
        label: { en: 'the client sends data at once', zh: '客户端马上发送数据' },
        scenario: 'ack3-data',
      },
      {
        label: { en: 'TCP does not repeat a SYN,ACK', zh: 'TCP 不重传 SYN,ACK' },
        rules: 'no-syn-ack-retransmission',
      },
    ],
  },
  {
    id: 'why-three',
    title: { en: 'Why three segments, and not two?', zh: '为什么是三次握手，不是两次？' },
    lead: {
      en: 'The client has given up, and its SYN arrives all the same. Who finds out that nobody is there?',
      zh: '客户端已经放弃，它的 SYN 却还是到了。谁来发现那头已经没有人？',
    },
    scenario: 'stale-listen',
    steps: [
      {
        at: { sent: 'SYN' },
        title: { en: 'A SYN on a slow way', zh: '一个走得很慢的 SYN' },
        text: {
          en: 'The client asks for a connection. The network takes its time: this SYN will be under way for 210 ms.',
          zh: '客户端请求建立连接。网络慢吞吞的：这个 SYN 要走 210 毫秒。',
        },
      },
      {
        at: { state: 'CLOSED', end: 'left' },
        title: { en: 'The client gives up', zh: '客户端放弃了' },
        text: {
          en: 'Its program closes. Nothing is sent for that: the client just forgets. The SYN is still in the network.',
          zh: '它的程序关闭了连接。为此不发送任何东西：客户端只是忘掉它。而那个 SYN 还在网络里。',
        },
      },
      {
        at: { arrived: 'SYN' },
        title: { en: 'The server cannot tell', zh: '服务器分辨不出' },
        text: {
          en: 'Nothing in a SYN says how old it is. The server answers, as it must, and waits in SYN-RECEIVED: it does not believe yet.',
          zh: 'SYN 里没有任何东西说明它有多旧。服务器照章应答，并在 SYN-RECEIVED 中等待：它还不相信。',
        },
      },
      {
        at: { arrived: 'SYN,ACK' },
        title: { en: 'The answer meets nobody', zh: '应答找不到人' },
        text: {
          en: 'The client has no such connection. A segment for a connection that does not exist is answered with RST (RFC 9293, 3.10.7.1).',
          zh: '客户端没有这样一条连接。发给不存在的连接的报文段，以 RST 回应（RFC 9293 3.10.7.1）。',
        },
      },
      {
        at: { arrived: 'RST' },
        title: { en: 'The third segment said no', zh: '第三个报文段说了“不”' },
        text: {
          en: 'The server goes back to LISTEN, and its program has noticed nothing. With two segments it would have been ESTABLISHED from the beginning: connected to nobody.',
          zh: '服务器回到 LISTEN，它的程序毫无察觉。如果只有两次握手，它从一开始就会是 ESTABLISHED：与不存在的对方“连接”着。',
        },
      },
    ],
    breaks: [
      {
        label: { en: 'a handshake of two segments', zh: '只用两次握手' },
        rules: 'two-way-handshake',
      },
      { label: { en: 'the RST is lost', zh: 'RST 丢了' }, edits: ['drop RST#1'] },
      {
        label: { en: 'CLOSED does not answer with RST', zh: 'CLOSED 不以 RST 回应' },
        rules: 'no-rst-from-closed',
      },
    ],
  },
  {
    id: 'old-syn',
    title: { en: 'An old SYN overtakes the new one', zh: '旧的 SYN 抢先到达' },
    lead: {
      en: 'The same ports, two attempts, and the wrong one arrives first. A wrong number in an acknowledgment saves the day.',
      zh: '同样的端口，两次尝试，先到的却是错的那个。靠确认号里一个不对的数字化险为夷。',
    },
    scenario: 'stale-first',
    steps: [
      {
        at: { sent: 'SYN' },
        title: { en: 'The first attempt', zh: '第一次尝试' },
        text: {
          en: 'A SYN leaves, with one initial sequence number. It is slow.',
          zh: '一个 SYN 发出，带着一个初始序列号。它走得慢。',
        },
      },
      {
        at: { sent: 'SYN', nth: 2 },
        title: { en: 'The second attempt, another number', zh: '第二次尝试，另一个序列号' },
        text: {
          en: 'The client tries again with the same ports. The number comes from a clock and a hash (RFC 9293, 3.4.1), so it is not that of the old SYN. And this SYN is lost.',
          zh: '客户端用同样的端口再试一次。序列号来自时钟与散列（RFC 9293 3.4.1），所以与旧 SYN 的不同。而这个 SYN 丢了。',
        },
      },
      {
        at: { arrived: 'SYN' },
        title: { en: 'The old SYN arrives', zh: '旧的 SYN 到了' },
        text: {
          en: 'The server takes it for the new one: it cannot know better. Its answer acknowledges the old number.',
          zh: '服务器把它当作新的：它无从知道。它的应答确认的是旧的序列号。',
        },
      },
      {
        at: { arrived: 'SYN,ACK' },
        title: { en: 'The number gives it away', zh: '序列号露了馅' },
        text: {
          en: 'The client is in SYN-SENT and checks the acknowledgment: it is not of what it sent. It answers with RST, and stays where it is.',
          zh: '客户端在 SYN-SENT 中检查确认号：确认的不是它发过的东西。它以 RST 回应，自己保持不动。',
        },
      },
      {
        at: { arrived: 'RST' },
        title: { en: 'The server is back in LISTEN', zh: '服务器回到 LISTEN' },
        text: {
          en: 'The half-open beginning is gone without a trace. Meanwhile the timer of the client has sent the lost SYN again.',
          zh: '这个半途的连接不留痕迹地消失了。与此同时，客户端的定时器已经把丢掉的 SYN 重新发出。',
        },
      },
      {
        at: { state: 'ESTABLISHED', end: 'right' },
        title: { en: 'The right connection', zh: '正确的连接' },
        text: {
          en: 'Three segments with numbers that fit each other, and both ends mean the same connection.',
          zh: '三个报文段，序列号互相吻合，双方指的是同一条连接。',
        },
      },
    ],
    breaks: [
      {
        label: { en: 'the client does not check the acknowledgment', zh: '客户端不检查确认号' },
        rules: 'no-ack-check',
      },
      {
        label: { en: 'every connection begins with the same number', zh: '每条连接都用同样的初始序列号' },
        rules: 'fixed-isn',
      },
    ],
  },
];
