// Open connections on which nothing moves: who does not read, who is gone, what the path does not carry.

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import {
  type Found,
  greatest,
  octets,
  percent,
  type SocketRule,
  span,
  spanZh,
  ssAddress,
  ssEnd,
  sum,
} from './rule.ts';

const MANY = 10;
const OLD_MS = 60_000;
const PILED_UP = 65_536;

/** Data lies there, and nobody has taken any of it. */
function unread(socket: HostSocket, look: Look): boolean {
  if (socket.recvQ === 0 || socket.inode === 0) return false;
  const was = look.was(socket);
  if (look.before !== null && (was === undefined || was.recvQ === 0 || socket.recvQ < was.recvQ))
    return false;
  if (!socket.hasInfo) return was !== undefined;
  // What arrived since is what the queue grew by: nothing was read.
  if (was !== undefined && socket.bytesReceived - was.bytesReceived !== socket.recvQ - was.recvQ)
    return false;
  return socket.lastRcv >= look.patienceMs || (was !== undefined && socket.recvQ >= PILED_UP);
}

const notReading: SocketRule = {
  ...texts('not-reading', {
    severity: 'fault',
    title: { en: 'A program does not read', zh: '程序不读数据' },
    means: {
      en: '{process} has data on {count} open connections ({where}) and does not read it: its threads are blocked, its event loop stands still, or it paused the stream and forgot it. Peers will be stopped by a window of 0.',
      zh: '{process} 在 {count} 个打开的连接（{where}）上有数据却不读：线程被阻塞、事件循环停住，或暂停了流之后忘记恢复。对端最终会因窗口为 0 而停下。',
    },
    scenario: { id: 'zerowin' },
    now: [
      {
        en: 'Look what the process does now: a stack of its threads (jstack, py-spy dump, gdb, kill -QUIT for Go), or strace -f -p PID.',
        zh: '看进程此刻在做什么：取线程栈（jstack、py-spy dump、gdb，Go 用 kill -QUIT），或 strace -f -p PID。',
      },
    ],
    forGood: [
      {
        en: 'Read in a place that nothing else can block, with a bound on what is queued behind it, and close what is not served in time.',
        zh: '让读取不受其他工作阻塞，其后的队列要有界，超时没有处理的连接要关闭。',
      },
    ],
  }),
  by: 'process',
  pick: (look) => look.in('ESTABLISHED').filter((socket) => unread(socket, look)),
  judge(group): Found {
    const longest = greatest(group, ({ lastRcv }) => lastRcv);
    const waiting = sum(group, ({ recvQ }) => recvQ);
    return {
      severity: group.length >= MANY || longest >= OLD_MS ? 'fault' : 'warning',
      confidence: group.some(({ hasInfo }) => hasInfo) ? 'certain' : 'likely',
      shown: [
        {
          en: `Recv-Q ${octets(waiting)} together${longest >= 0 ? `; the oldest came ${span(longest)} ago` : ''}`,
          zh: `Recv-Q 合计 ${octets(waiting)}${longest >= 0 ? `；最早的 ${spanZh(longest)} 前到达` : ''}`,
        },
      ],
    };
  },
  proof: (group, look) =>
    `ss -tnpie state established '( ${ssEnd(group[0] as HostSocket, look)} )' | grep -v '^0 '`,
};

const zeroWindow: SocketRule = {
  ...texts('peer-not-reading', {
    severity: 'warning',
    title: { en: 'The peer does not read (zero window)', zh: '对端不读（零窗口）' },
    means: {
      en: '{process} cannot send on {count|1 connection|# connections} to {where}: the peer’s window is 0, its program does not read. This host and the network are fine; but the data waits in this host’s memory.',
      zh: '{process} 到 {where} 的 {count} 个连接发不出数据：对端窗口为 0，对端的程序不读。本机和网络都没有问题，但数据占着本机的内存。',
    },
    scenario: { id: 'zerowin' },
    now: [
      {
        en: 'Ask at the peer what its program does; on this host only a limit helps: close connections that have not moved for a while.',
        zh: '到对端查它的程序在做什么；本机只能设限：关闭一段时间没有进展的连接。',
      },
    ],
    forGood: [
      {
        en: 'A timeout for writing (TCP_USER_TIMEOUT also ends probes of a zero window), and backpressure: what cannot be sent must not be read from elsewhere.',
        zh: '给写操作设超时（TCP_USER_TIMEOUT 也会结束零窗口探测），并做好背压：发不出去时就不要继续从别处读入。',
      },
    ],
  }),
  by: 'peer',
  pick: (look) =>
    look
      .in('ESTABLISHED', 'CLOSE-WAIT')
      .filter(
        (socket) =>
          socket.timer === 'persist' &&
          (socket.hasInfo
            ? socket.lastSnd >= look.patienceMs || socket.backoff > 2
            : look.was(socket)?.timer === 'persist'),
      ),
  judge(group): Found {
    const waiting = sum(group, ({ sendQ }) => sendQ);
    const longest = greatest(group, ({ lastSnd }) => lastSnd);
    return {
      severity: group.length >= MANY || longest >= OLD_MS ? 'fault' : 'warning',
      confidence: 'certain',
      shown: [
        {
          en: `timer persist; Send-Q ${octets(waiting)} together${longest >= 0 ? `; nothing sent for ${span(longest)}` : ''}`,
          zh: `定时器 persist；Send-Q 合计 ${octets(waiting)}${longest >= 0 ? `；已 ${spanZh(longest)} 没有发出数据` : ''}`,
        },
      ],
    };
  },
  proof: ([socket]) => `ss -tnpoie dst ${ssAddress(socket?.remote ?? '')} | grep -A1 persist`,
};

/** Timeouts in a row. */
const LOST = 3;
/** An answer as young as this shows that an address lives. */
const ALIVE_MS = 2000;

function unanswered(socket: HostSocket): boolean {
  if (socket.timer === 'keepalive') return socket.retransmits >= 2;
  return socket.timer === 'on' && socket.retransmits >= LOST && (!socket.hasInfo || socket.unacked > 0);
}

/** Whether something came from the address a moment ago, on this connection or on another. */
function lives(group: readonly HostSocket[], look: Look): boolean {
  const address = group[0]?.remote;
  return look
    .in('ESTABLISHED')
    .some(
      ({ remote, hasInfo, lastAck, lastRcv }) =>
        remote === address && hasInfo && Math.min(lastAck, lastRcv) < ALIVE_MS,
    );
}

const pick = (look: Look): readonly HostSocket[] => look.in('ESTABLISHED', 'CLOSE-WAIT').filter(unanswered);

function unansweredFound(group: readonly HostSocket[]): Found {
  const most = greatest(group, ({ retransmits }) => retransmits);
  const waiting = sum(group, ({ sendQ }) => sendQ);
  const silent = greatest(group, ({ lastAck }) => lastAck);
  return {
    confidence: 'likely',
    shown: [
      {
        en: `up to ${most} timeouts in a row; Send-Q ${octets(waiting)} together${silent >= 0 ? `; no ACK for ${span(silent)}` : ''}`,
        zh: `最多连续超时 ${most} 次；Send-Q 合计 ${octets(waiting)}${silent >= 0 ? `；已 ${spanZh(silent)} 没有收到 ACK` : ''}`,
      },
    ],
  };
}

const unansweredProof: SocketRule['proof'] = ([socket]) =>
  `ss -tnpoie dst ${ssAddress(socket?.remote ?? '')} | grep -A1 'timer:(on'`;

const peerGone: SocketRule = {
  ...texts('peer-gone', {
    severity: 'fault',
    title: { en: 'The peer has vanished', zh: '对端消失了' },
    means: {
      en: '{process} sends on {count|1 connection|# connections} to {where}, and nothing comes back from that address: the host is down, the route is gone, or something between drops the packets. TCP gives up after some 15 minutes (net.ipv4.tcp_retries2).',
      zh: '{process} 在到 {where} 的 {count} 个连接上发送，而那个地址毫无回音：主机停了、路由断了，或中间有设备丢包。TCP 约 15 分钟后才放弃（net.ipv4.tcp_retries2）。',
    },
    scenario: { id: 'halfopen' },
    now: [
      {
        en: 'ip route get PEER, ping PEER, and tcpdump -nni any host PEER: does anything come back? Connections that are in the way: ss -K dst PEER (root).',
        zh: 'ip route get PEER、ping PEER、tcpdump -nni any host PEER：有任何回包吗？碍事的连接：ss -K dst PEER（需要 root）。',
      },
    ],
    forGood: [
      {
        en: 'TCP_USER_TIMEOUT of 20 to 60 s on every connection, keep-alive on those that are idle, and a timeout in the program for every request.',
        zh: '每个连接设 20 到 60 秒的 TCP_USER_TIMEOUT，空闲连接开保活，程序里每个请求都有超时。',
      },
    ],
  }),
  by: 'peer',
  pick,
  judge: (group, look) => (lives(group, look) ? null : unansweredFound(group)),
  proof: unansweredProof,
};

const pathHole: SocketRule = {
  ...texts('path-drops', {
    severity: 'fault',
    title: { en: 'The path drops what these connections send', zh: '路径丢弃这些连接发出的报文段' },
    means: {
      en: '{process} sends the same segments to {where} again and again on {count} connections, while the address answers otherwise: large segments are lost (an MTU hole), or a firewall between has forgotten these connections.',
      zh: '{process} 在到 {where} 的 {count} 个连接上反复重发同样的报文段，而那个地址在别处有应答：大报文段被丢（MTU 黑洞），或中间的防火墙忘了这些连接。',
    },
    scenario: { id: 'mtu-hole' },
    now: [
      {
        en: 'ping -M do -s 1472 PEER and smaller sizes until one passes; on the firewall look for the connection in conntrack -L.',
        zh: '用 ping -M do -s 1472 PEER 并逐步减小，看多大能通过；在防火墙上用 conntrack -L 查这个连接。',
      },
    ],
    forGood: [
      {
        en: 'Let ICMP "fragmentation needed" through, or set net.ipv4.tcp_mtu_probing=1; keep-alive below the firewall’s idle timeout.',
        zh: '放行 ICMP “需要分片”，或设 net.ipv4.tcp_mtu_probing=1；保活间隔短于防火墙的空闲超时。',
      },
    ],
  }),
  by: 'peer',
  pick,
  judge: (group, look) => (lives(group, look) ? unansweredFound(group) : null),
  proof: unansweredProof,
};

/** Below that a path is as paths are. */
const LOSSY = 0.03;
const ENOUGH_SEGMENTS = 200;
const ENOUGH_OCTETS = 200_000;

/** What was sent since the earlier sample, or ever. */
function sent(socket: HostSocket, look: Look): { octets: number; again: number } {
  const was = look.was(socket);
  const octetsSent = socket.bytesSent - (was?.bytesSent ?? 0);
  // A kernel before 4.19 does not tell octets.
  if (socket.bytesSent > 0)
    return { octets: octetsSent, again: socket.bytesRetrans - (was?.bytesRetrans ?? 0) };
  const mss = Math.max(536, socket.mss);
  return {
    octets: (socket.segsOut - (was?.segsOut ?? 0)) * mss,
    again: (socket.retransTotal - (was?.retransTotal ?? 0)) * mss,
  };
}

const lossy: SocketRule = {
  ...texts('lossy-path', {
    severity: 'warning',
    title: { en: 'The path loses segments', zh: '路径丢包' },
    means: {
      en: 'Of what was sent to {where}, {share} had to be sent again, on {count} connections. Each loss costs a round trip, and the rate.',
      zh: '发往 {where} 的数据有 {share} 需要重发，涉及 {count} 个连接。每次丢失都耗费一个往返时间，并降低速率。',
    },
    scenario: { id: 'fast-retransmit' },
    now: [
      {
        en: 'mtr -T -n PEER, and the counters of the interfaces on the way (ethtool -S, ip -s link): where are packets lost?',
        zh: 'mtr -T -n PEER，并看沿途接口的计数（ethtool -S、ip -s link）：丢在哪里？',
      },
    ],
    forGood: [
      {
        en: 'If the path cannot be mended: BBR (net.ipv4.tcp_congestion_control) does not take every loss for congestion.',
        zh: '路径无法改善时：BBR（net.ipv4.tcp_congestion_control）不会把每次丢失都当作拥塞。',
      },
    ],
  }),
  by: 'peer',
  pick: (look) =>
    look.in('ESTABLISHED').filter((socket) => {
      if (!socket.hasInfo || socket.retransTotal === 0) return false;
      const { octets: all, again } = sent(socket, look);
      return again > LOSSY * all && again > 0 && socket.dsackDups * 2 < socket.retransTotal;
    }),
  judge(group, look): Found | null {
    const parts = group.map((socket) => sent(socket, look));
    const all = parts.reduce((total, part) => total + part.octets, 0);
    const again = parts.reduce((total, part) => total + part.again, 0);
    const segments = sum(group, ({ segsOut }) => segsOut);
    if (all < ENOUGH_OCTETS || segments < ENOUGH_SEGMENTS || again < LOSSY * all) return null;
    const share = percent(again, all);
    return {
      confidence: 'certain',
      params: { share },
      shown: [
        {
          en: `${octets(again)} of ${octets(all)} sent again`,
          zh: `${octets(all)} 中重发了 ${octets(again)}`,
        },
      ],
    };
  },
  proof: ([socket]) =>
    `ss -tnie dst ${ssAddress(socket?.remote ?? '')} | grep -o 'bytes_\\(sent\\|retrans\\):[0-9]*'`,
};

/** Shares of the time in which there was something to send. */
const MOSTLY = 0.5;
const ENOUGH_BUSY_MS = 2000;

function limited(socket: HostSocket, look: Look, of: (socket: HostSocket) => number): number {
  const was = look.was(socket);
  const busy = socket.busyMs - (was?.busyMs ?? 0);
  if (socket.busyMs < ENOUGH_BUSY_MS || busy < 500) return 0;
  return (of(socket) - (was === undefined ? 0 : of(was))) / busy;
}

const receiverLimited: SocketRule = {
  ...texts('receiver-limits', {
    severity: 'note',
    title: { en: 'The receiver’s window is the limit', zh: '接收窗口是瓶颈' },
    means: {
      en: 'On {count|1 connection|# connections} to {where} the peer’s window, not the network, was the limit for most of the time: its program reads slowly, or its receive buffer is too small for this path.',
      zh: '到 {where} 的 {count} 个连接大部分时间受限于对端窗口而不是网络：对端程序读得慢，或其接收缓冲区对这条路径来说太小。',
    },
    scenario: { id: 'window-reopens' },
    now: [
      {
        en: 'At the peer: ss -tnm, does Recv-Q stay high (slow program) or low (small buffer)?',
        zh: '在对端用 ss -tnm 看：Recv-Q 一直高（程序慢）还是低（缓冲区小）？',
      },
    ],
    forGood: [
      {
        en: 'Leave SO_RCVBUF alone, so that the kernel can tune it, and raise the third number of net.ipv4.tcp_rmem there.',
        zh: '不要设 SO_RCVBUF，让内核自动调节，并在对端调大 net.ipv4.tcp_rmem 的第三个数。',
      },
    ],
  }),
  by: 'peer',
  pick: (look) =>
    look
      .in('ESTABLISHED')
      .filter(
        (socket) =>
          socket.rwndLimitedMs > 0 && limited(socket, look, ({ rwndLimitedMs }) => rwndLimitedMs) > MOSTLY,
      ),
  judge: (group) => ({
    confidence: 'certain',
    shown: [
      {
        en: `rwnd_limited ${span(sum(group, ({ rwndLimitedMs }) => rwndLimitedMs))} of busy ${span(sum(group, ({ busyMs }) => busyMs))}`,
        zh: `busy ${spanZh(sum(group, ({ busyMs }) => busyMs))} 中 rwnd_limited 占 ${spanZh(sum(group, ({ rwndLimitedMs }) => rwndLimitedMs))}`,
      },
    ],
  }),
  proof: ([socket]) => `ss -tnie dst ${ssAddress(socket?.remote ?? '')} | grep -o 'busy:.*limited:[^ ]*'`,
};

const bufferLimited: SocketRule = {
  ...texts('send-buffer-limits', {
    severity: 'note',
    title: { en: 'The send buffer is the limit', zh: '发送缓冲区是瓶颈' },
    means: {
      en: 'On {count|1 connection|# connections} of {process} ({where}) this host’s send buffer was the limit for most of the time: it is smaller than what the path could carry in a round trip.',
      zh: '{process} 的 {count} 个连接（{where}）大部分时间受限于本机的发送缓冲区：它小于这条路径一个往返所能承载的量。',
    },
    scenario: { id: 'slow-start' },
    now: [
      {
        en: 'Look whether the program sets SO_SNDBUF: ss -tnm shows tb, the buffer in octets.',
        zh: '看程序是否设了 SO_SNDBUF：ss -tnm 的 tb 就是缓冲区大小（字节）。',
      },
    ],
    forGood: [
      {
        en: 'Do not set SO_SNDBUF, and raise the third number of net.ipv4.tcp_wmem to twice bandwidth × round-trip time.',
        zh: '不要设 SO_SNDBUF，并把 net.ipv4.tcp_wmem 的第三个数调到带宽 × 往返时间的两倍。',
      },
    ],
  }),
  by: 'process',
  pick: (look) =>
    look
      .in('ESTABLISHED')
      .filter(
        (socket) =>
          socket.sndbufLimitedMs > 0 &&
          limited(socket, look, ({ sndbufLimitedMs }) => sndbufLimitedMs) > MOSTLY,
      ),
  judge: (group) => ({
    confidence: 'certain',
    shown: [
      {
        en: `sndbuf_limited ${span(sum(group, ({ sndbufLimitedMs }) => sndbufLimitedMs))} of busy ${span(sum(group, ({ busyMs }) => busyMs))}`,
        zh: `busy ${spanZh(sum(group, ({ busyMs }) => busyMs))} 中 sndbuf_limited 占 ${spanZh(sum(group, ({ sndbufLimitedMs }) => sndbufLimitedMs))}`,
      },
    ],
  }),
  proof: (group, look) => `ss -tnmie '( ${ssEnd(group[0] as HostSocket, look)} )' | grep sndbuf_limited`,
};

const QUEUED_TIMES = 5;
const QUEUED_MS = 100;

const queueing: SocketRule = {
  ...texts('queueing', {
    severity: 'note',
    title: { en: 'A queue on the path', zh: '路径上有排队' },
    means: {
      en: 'On {count|1 connection|# connections} to {where} a round trip takes many times what the path needs: what this host sends waits in a queue (bufferbloat), and so does everybody’s traffic behind it.',
      zh: '到 {where} 的 {count} 个连接往返时间是路径本身的许多倍：本机发出的数据在排队（缓冲膨胀），排在后面的流量也一样。',
    },
    scenario: { id: 'bufferbloat' },
    now: [
      {
        en: 'Find the narrow link (mtr -T PEER while it sends), and what fills it.',
        zh: '找出窄链路（发送时 mtr -T PEER），以及是什么占满了它。',
      },
    ],
    forGood: [
      {
        en: 'fq_codel or CAKE at the narrow link; fq with BBR on this host.',
        zh: '窄链路上用 fq_codel 或 CAKE；本机用 fq 加 BBR。',
      },
    ],
  }),
  by: 'peer',
  pick: (look) =>
    look
      .in('ESTABLISHED')
      .filter(
        ({ rtt, minRtt, unacked }) =>
          unacked > 0 && minRtt > 0 && rtt - minRtt >= QUEUED_MS && rtt >= QUEUED_TIMES * minRtt,
      ),
  judge(group): Found {
    const worst = group.reduce((a, b) => (b.rtt - b.minRtt > a.rtt - a.minRtt ? b : a));
    return {
      confidence: 'likely',
      shown: [
        {
          en: `rtt ${span(worst.rtt)}, minrtt ${worst.minRtt} ms`,
          zh: `rtt ${spanZh(worst.rtt)}，minrtt ${worst.minRtt} ms`,
        },
      ],
    };
  },
  proof: ([socket]) => `ss -tnie dst ${ssAddress(socket?.remote ?? '')} | grep -o '\\(min\\)\\?rtt:[0-9./]*'`,
};

const IDLE_MS = 7_200_000;
const MANY_IDLE = 20;

const idle: SocketRule = {
  ...texts('idle-no-keepalive', {
    severity: 'note',
    title: { en: 'Idle for hours, without keep-alive', zh: '空闲数小时，且没有保活' },
    means: {
      en: '{process} holds {count|1 connection|# connections} ({where}) on which nothing has moved for more than two hours, with no keep-alive: if the peer’s host is gone, or a firewall has forgotten them, nobody here will ever know.',
      zh: '{process} 占着 {count} 个连接（{where}），两个多小时没有任何动静，也没有保活：如果对端主机已消失，或防火墙忘了它们，本机永远不会知道。',
    },
    scenario: { id: 'keepalive' },
    now: [
      {
        en: 'Nothing is wrong yet; a connection that is dead shows it when it is written to.',
        zh: '目前没有出错；死连接在写入时才会暴露。',
      },
    ],
    forGood: [
      {
        en: 'SO_KEEPALIVE with TCP_KEEPIDLE below the shortest idle timeout between (350 s of some load balancers), or an idle timeout in the program.',
        zh: '开 SO_KEEPALIVE，TCP_KEEPIDLE 短于沿途最短的空闲超时（有的负载均衡是 350 秒），或在程序里设空闲超时。',
      },
    ],
  }),
  by: 'process',
  pick: (look) =>
    look
      .in('ESTABLISHED')
      .filter(
        ({ hasInfo, timer, lastRcv, lastSnd, lastAck, inode }) =>
          hasInfo && timer === 'none' && inode !== 0 && Math.min(lastRcv, lastSnd, lastAck) >= IDLE_MS,
      ),
  judge(group): Found | null {
    if (group.length < MANY_IDLE) return null;
    const longest = greatest(group, ({ lastRcv }) => lastRcv);
    return {
      confidence: 'certain',
      shown: [{ en: `the longest for ${span(longest)}`, zh: `最久的已 ${spanZh(longest)}` }],
    };
  },
  proof: (group, look) =>
    `ss -tnpoie state established '( ${ssEnd(group[0] as HostSocket, look)} )' | grep -v timer`,
};

const SMALL_MTU = 1280;

const smallMtu: SocketRule = {
  ...texts('small-mtu', {
    severity: 'note',
    title: { en: 'A small path MTU to one peer', zh: '到某个对端的路径 MTU 很小' },
    means: {
      en: 'The path MTU to {where} is {mtu}, on {count} connections: somebody has sent ICMP "fragmentation needed" with so small a number, which is a narrow tunnel or a forgery.',
      zh: '到 {where} 的路径 MTU 是 {mtu}，涉及 {count} 个连接：有人用 ICMP “需要分片” 报了这么小的值，可能是窄隧道，也可能是伪造。',
    },
    scenario: { id: 'mtu-hole' },
    now: [
      {
        en: 'ip route get PEER shows the MTU and when it expires; ip route flush cache forgets it.',
        zh: 'ip route get PEER 显示 MTU 及其过期时间；ip route flush cache 使其作废。',
      },
    ],
    forGood: [
      {
        en: 'net.ipv4.route.min_pmtu bounds what ICMP may say.',
        zh: 'net.ipv4.route.min_pmtu 限定 ICMP 能报的最小值。',
      },
    ],
  }),
  by: 'peer',
  pick: (look) => look.in('ESTABLISHED').filter(({ pmtu }) => pmtu > 0 && pmtu < SMALL_MTU),
  judge(group): Found {
    const [socket] = group as readonly [HostSocket];
    const shown = `pmtu ${socket.pmtu}, mss ${socket.mss}`;
    return { confidence: 'certain', params: { mtu: socket.pmtu }, shown: [{ en: shown, zh: shown }] };
  },
  proof: ([socket]) =>
    `ip route get ${socket?.remote ?? ''}; ss -tnie dst ${ssAddress(socket?.remote ?? '')}`,
};

/** Those on which nothing moves. */
export const stalledRules: readonly SocketRule[] = [notReading, zeroWindow, peerGone, pathHole];
/** Those that move slowly, or might fail. */
export const slowRules: readonly SocketRule[] = [
  lossy,
  receiverLimited,
  bufferLimited,
  queueing,
  idle,
  smallMtu,
];
