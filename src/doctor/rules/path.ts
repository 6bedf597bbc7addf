// What the path does to open connections: it loses, it lets wait, it is narrow.

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import { type Found, octets, percent, type SocketRule, span, spanZh, ssAddress, sum } from './rule.ts';

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
      en: 'Of what was sent to {where}, {share} had to be sent again, on {count|1 connection|# connections}. Each loss costs a round trip, and the rate.',
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
          en: `rtt ${span(worst.rtt)}, minrtt ${span(worst.minRtt)}`,
          zh: `rtt ${spanZh(worst.rtt)}，minrtt ${spanZh(worst.minRtt)}`,
        },
      ],
    };
  },
  proof: ([socket]) => `ss -tnie dst ${ssAddress(socket?.remote ?? '')} | grep -o '\\(min\\)\\?rtt:[0-9./]*'`,
};

const SMALL_MTU = 1280;

const smallMtu: SocketRule = {
  ...texts('small-mtu', {
    severity: 'note',
    title: { en: 'A small path MTU to one peer', zh: '到某个对端的路径 MTU 很小' },
    means: {
      en: 'The path MTU to {where} is {mtu}, on {count|1 connection|# connections}: somebody has sent ICMP "fragmentation needed" with so small a number, which is a narrow tunnel or a forgery.',
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

/** The rules about paths. */
export const pathRules: readonly SocketRule[] = [lossy, queueing, smallMtu];
