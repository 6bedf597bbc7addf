// Scenarios: data in motion: a lost segment, and the four ways in which it is found (RFC 5681, RFC 6675, RFC 8985, RFC 6298).

import type { Scenario, Step } from '../scenario/index.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };

/** 60 ms after the handshake the client writes. */
function write(octets: number): Step {
  return { do: 'write', end: 'left', what: octets, when: { end: 'left', state: 'ESTABLISHED', after: 60 } };
}

/** Losses in the middle of a connection, and at the end of a flight. */
export const motionLoss: readonly Scenario[] = [
  {
    id: 'fast-retransmit',
    group: 'motion',
    title: { en: 'A loss found by three duplicate ACKs', zh: '快速重传：三个重复 ACK' },
    question: {
      en: 'One segment of ten is lost. How is it repeated long before its timer fires?',
      zh: '十个报文段丢了一个，怎样在定时器到期之前就重传？',
    },
    explanation: {
      en:
        'Every segment that arrives beyond the hole is answered at once with an ACK that repeats the number of the hole. ' +
        'One or two such duplicates may come of reordering; the third is taken for a loss (RFC 5681, section 3.2): the ' +
        'segment is sent again without waiting for the timer, ssthresh becomes half of what is in flight, and the ' +
        'connection goes on from there instead of from one segment (NewReno, RFC 6582). Here SACK is off: without it a ' +
        'sender learns of one hole each round trip.',
      zh:
        '越过空缺到达的每个报文段都会立刻换来一个 ACK，重复空缺处的号。一两个重复可能只是乱序；第三个就当作丢包' +
        '（RFC 5681 第 3.2 节）：不等定时器，马上重传；ssthresh 设为在途数据的一半，之后从那里继续，而不是退回一个报文段' +
        '（NewReno，RFC 6582）。这里关掉了 SACK：没有它，发送方每个往返只能知道一个空缺。',
    },
    notice: [
      {
        en: 'The server’s ACKs say ack=2897 over and over: what came after the hole is kept, but cannot be acknowledged.',
        zh: '服务器反复回 ack=2897：空缺之后的数据都保留着，却无法确认。',
      },
      {
        en: 'The first two duplicates let a new segment each go (limited transmit, RFC 3042); the third lets the lost one go again, one round trip after it was sent.',
        zh: '前两个重复 ACK 各放出一个新报文段（RFC 3042 有限传送），第三个让丢失的重传，距首次发送只过了一个往返。',
      },
      {
        en: 'When the hole is filled, one ACK jumps over everything that was kept.',
        zh: '空缺补上之后，一个 ACK 就跳过所有保留的数据。',
      },
      {
        en: 'In the plot cwnd falls to ssthresh, not to one segment.',
        zh: '在图中 cwnd 降到 ssthresh，而不是降到一个报文段。',
      },
    ],
    keywords: [
      'fast retransmit',
      'fast recovery',
      'duplicate ACK',
      'dup ack',
      'NewReno',
      'RFC 5681',
      '快速重传',
      '快速恢复',
      '重复确认',
    ],
    setup: { delayMs: 20, tcp: { sack: false, congestion: 'newreno' } },
    steps: [connect, write(20_000)],
    faults: ['drop data#3 left->right'],
  },
  {
    id: 'sack-recovery',
    group: 'motion',
    title: { en: 'Two losses in one flight, told by SACK', zh: 'SACK：一个窗口丢两个，一起补上' },
    question: {
      en: 'Two segments of one flight are lost. Why does that cost only one round trip?',
      zh: '同一批里丢了两个报文段，为什么只多花一个往返？',
    },
    explanation: {
      en:
        'Because the ACKs say what has arrived beyond the holes: blocks of SACK (RFC 2018). The sender sees both holes, ' +
        'and RACK (RFC 8985) takes a segment for lost when one that was sent later has arrived and a fraction of a round ' +
        'trip has passed: it counts time, not duplicates. Both are repeated in the same round trip. CUBIC (RFC 9438), ' +
        'the default, lets cwnd fall to 0.7, and proportional rate reduction spreads that over the recovery.',
      zh:
        '因为 ACK 里带着 SACK 块（RFC 2018），说明空缺之后收到了什么。发送方一眼看到两个空缺；RACK（RFC 8985）的判断依据是时间而不是' +
        '重复次数：较晚发送的已经到达、又过了一小段时间，就认定丢失。两个在同一个往返里一起重传。默认的 CUBIC（RFC 9438）把 cwnd 降到 0.7 倍，' +
        '由 PRR 在恢复期间逐步减下来。',
    },
    notice: [
      {
        en: 'The blocks begin with the latest: sack=7241… comes before sack=2897….',
        zh: '最新的块排在最前：sack=7241… 在 sack=2897… 之前。',
      },
      {
        en: 'Both lost segments are sent again in the same instant, one round trip after they were lost.',
        zh: '两个丢失的报文段在同一时刻重传，距丢失只过了一个往返。',
      },
      {
        en: 'What arrived is never sent again.',
        zh: '已经到达的数据没有一个重传。',
      },
    ],
    linux: {
      en: 'Linux does the same by default: SACK, RACK and CUBIC (here this machine’s kernel may be set to BBR).',
      zh: 'Linux 默认也是如此：SACK、RACK、CUBIC（具体内核也可能设为 BBR）。',
    },
    keywords: ['SACK', 'RACK', 'selective acknowledgment', 'RFC 2018', 'RFC 8985', '选择确认', '选择性确认'],
    setup: { delayMs: 20 },
    steps: [connect, write(20_000)],
    faults: ['drop data#2 left->right', 'drop data#5 left->right'],
  },
  {
    id: 'rto-recovery',
    group: 'motion',
    title: { en: 'A loss found by the timer only', zh: '只能靠超时发现的丢包' },
    question: {
      en: 'The last three segments of a flight are lost. Why does it take so long until they are repeated?',
      zh: '一批数据的最后三个报文段都丢了，为什么过很久才重传？',
    },
    explanation: {
      en:
        'Nothing arrives behind the hole, so no duplicate ACK tells of it. Only the retransmission timer is left: ' +
        'RTO = SRTT + max(G, 4·RTTVAR), here with a floor of 200 ms for the second part (RFC 6298 has at least 1 s). When it ' +
        'fires, nothing is known of the path any more: cwnd becomes one segment, ssthresh 0.7 of what was in flight (half, by RFC 5681; CUBIC has 0.7), ' +
        'the next timeout is twice as long, and slow start begins anew. Here RACK’s loss probe is off to show it.',
      zh:
        '空缺之后没有东西到达，也就没有重复 ACK 来报告，只剩重传定时器：RTO = SRTT + max(G, 4·RTTVAR)，这里第二项至少 200 毫秒' +
        '（RFC 6298 规定 RTO 至少 1 秒）。它到期时，对路径已一无所知：cwnd 降为一个报文段，ssthresh 设为在途数据的 0.7 倍（RFC 5681 是一半，CUBIC 取 0.7），下次超时加倍，' +
        '重新慢启动。为了演示，这里关掉了 RACK 的丢包探测。',
    },
    notice: [
      {
        en: 'Between the last ACK and the timeout nothing is sent: that silence is what the tail of a flight costs.',
        zh: '从最后一个 ACK 到超时，什么都没发：这段沉默就是尾部丢包的代价。',
      },
      {
        en: 'After the timeout one segment goes, then two: slow start again, seen in the plot as cwnd falling to the bottom.',
        zh: '超时之后先发一个，再发两个：又是慢启动，在图中 cwnd 跌到底。',
      },
      {
        en: 'The timer was doubled when it fired; the ACK of new data sets it back.',
        zh: '定时器到期时加倍；新数据被确认后恢复。',
      },
    ],
    linux: {
      en: 'Linux’s floor is 200 ms, too (tcp_rto_min_us); with its loss probe it would not have waited for the timer.',
      zh: 'Linux 的下限也是 200 毫秒（tcp_rto_min_us）；它有丢包探测，不会等到定时器到期。',
    },
    keywords: [
      'RTO',
      'retransmission timeout',
      'RFC 6298',
      'exponential backoff',
      '超时重传',
      '重传定时器',
      'RTO 怎么算',
    ],
    setup: { delayMs: 20, tcp: { lossDetection: 'dupacks', noDelay: true } },
    steps: [connect, write(10_136)],
    faults: ['drop data#5 left->right', 'drop data#6 left->right', 'drop data#7 left->right'],
  },
  {
    id: 'tail-loss-probe',
    group: 'motion',
    title: { en: 'The last segment is lost: a probe', zh: '尾部丢包探测（TLP）' },
    question: {
      en: 'The last segment of an answer is lost and nothing follows it. Must the timer run out?',
      zh: '应答的最后一个报文段丢了，后面再没有数据，只能等超时吗？',
    },
    explanation: {
      en:
        'No. When the last segment is not acknowledged after about two round trips (PTO = 2·SRTT, counted here from when ' +
        'it left; RFC 8985, section 7.2, counts from the last ACK, and for a segment that is alone adds how long the peer may delay its ACK), the sender sends one segment, new data if it has any, else the last one again: a tail loss probe (RFC 8985, section 7). ' +
        'Its ACK, or the SACK in it, shows what is missing. Here the probe is itself the missing segment, and the loss ' +
        'is over after 103 ms; the timer would have taken 323 ms, and cwnd would have fallen to one segment.',
      zh:
        '不必。若过了大约两个往返最后一个报文段仍未被确认（PTO = 2·SRTT，这里从它发出时算起；RFC 8985 第 7.2 节从最后一个 ACK 算起，只剩一个报文段在途时还要加上对方可能的确认延迟），发送方就发一个报文段：有新数据就发新的，没有就重发最后一个，' +
        '这叫尾部丢包探测（RFC 8985 第 7 节）。它换来的 ACK 或 SACK 会说明缺了什么。本例中探测的恰好就是丢失的那个，103 毫秒就发了出去；' +
        '等定时器要 323 毫秒，cwnd 还会降到一个报文段。',
    },
    notice: [
      {
        en: 'The loss-probe timer fires, not the retransmission timer.',
        zh: '到期的是丢包探测定时器，不是重传定时器。',
      },
      {
        en: 'In the plot cwnd does not fall yet: the ACK could be a late one of the segment itself. Only when later text is acknowledged without a DSACK is the loss certain (section 7.4.2).',
        zh: '在图中 cwnd 还没有下降：这个 ACK 也可能是原报文段迟到的确认。要等之后的数据被确认而又没有 DSACK，才能断定确实丢过（第 7.4.2 节）。',
      },
    ],
    linux: {
      en: 'Linux sends such probes by default (net.ipv4.tcp_early_retrans=3); the counter is TcpExtTCPLossProbes.',
      zh: 'Linux 默认发送这种探测（net.ipv4.tcp_early_retrans=3），计数器是 TcpExtTCPLossProbes。',
    },
    keywords: ['TLP', 'tail loss probe', 'PTO', 'RFC 8985', '尾部丢包', '丢包探测'],
    setup: { delayMs: 20, tcp: { noDelay: true } },
    steps: [connect, write(10_136)],
    faults: ['drop data#7 left->right'],
  },
];
