// Open connections whose peer says nothing: it is gone, the path swallows what it is sent, or nobody has asked for hours.

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import {
  type Found,
  greatest,
  octets,
  type SocketRule,
  span,
  spanZh,
  ssAddress,
  ssEnd,
  sum,
  timeouts,
} from './rule.ts';

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
        en: `up to ${timeouts(most)}; Send-Q ${octets(waiting)} together${silent >= 0 ? `; no ACK for ${span(silent)}` : ''}`,
        zh: `最多连续超时 ${most} 次；Send-Q 合计 ${octets(waiting)}${silent >= 0 ? `；已 ${spanZh(silent)}没有收到 ACK` : ''}`,
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
      en: '{process} sends the same segments to {where} again and again on {count|1 connection|# connections}, while the address answers otherwise: large segments are lost (an MTU hole), or a firewall between has forgotten these connections.',
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

/** The rules about what is sent and not answered. */
export const silentRules: readonly SocketRule[] = [peerGone, pathHole];
/** The rules about connections that rest. */
export const idleRules: readonly SocketRule[] = [idle];
