// Connections that this host opens: SYNs without an answer, and ports that run out.

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import { counted, type Found, greatest, percent, type SocketRule, ssAddress } from './rule.ts';

const synUnanswered: SocketRule = {
  ...texts('syn-unanswered', {
    severity: 'fault',
    title: { en: 'Nobody answers the SYNs', zh: 'SYN 没有人应答' },
    means: {
      en: '{count|1 call|# calls} of connect() to {where} by {process} {count|waits|wait} for an answer that does not come: the packets are filtered, the address is wrong or dead, or the accept queue there is full.',
      zh: '{process} 到 {where} 的 {count} 个 connect() 等不到应答：包被过滤，地址错误或主机已停，或对方的全连接队列已满。',
    },
    runbook: 'timeouts',
  }),
  by: 'service',
  pick: (look) => look.in('SYN-SENT').filter(({ retransmits }) => retransmits > 0),
  judge(group): Found | null {
    const most = greatest(group, ({ retransmits }) => retransmits);
    // One SYN that is lost is nobody's fault.
    if (most < 2 && group.length < 3) return null;
    return {
      confidence: 'certain',
      shown: [
        {
          en: `the SYN was sent again up to ${counted(most, 'time', 'times')}`,
          zh: `SYN 最多重发了 ${most} 次`,
        },
      ],
    };
  },
  proof: ([socket]) =>
    `ss -tnop state syn-sent dst ${ssAddress(socket?.remote ?? '')} and dport = :${socket?.remotePort}`,
};

/** Shares of the ports of one destination. */
const NEAR = 0.8;
const OUT = 0.97;

/** Connections of this host to others, by local address and service: each such pair has all ephemeral ports. */
function crowded(look: Look): readonly HostSocket[] {
  const { low, high } = look.ephemeral;
  const bound = (high - low + 1) * NEAR;
  const all = look.now.sockets.filter(
    (socket) =>
      socket.state !== 'LISTEN' &&
      socket.state !== 'CLOSED' &&
      socket.localPort >= low &&
      socket.localPort <= high,
  );
  if (all.length < bound) return [];
  const pairs = new Map<string, HostSocket[]>();
  for (const socket of all) {
    if (look.isServer(socket)) continue;
    const pair = `${socket.local} ${socket.remote} ${socket.remotePort}`;
    const list = pairs.get(pair);
    if (list === undefined) pairs.set(pair, [socket]);
    else list.push(socket);
  }
  return [...pairs.values()].filter((list) => list.length >= bound).flat();
}

const portsOut: SocketRule = {
  ...texts('ports-exhausted', {
    severity: 'fault',
    title: { en: 'Ports to one destination run out', zh: '到同一目的地的端口将耗尽' },
    means: {
      en: '{count|1 port|# ports} of this host {count|is|are} in use to {where} ({share} of the range {low}–{high}): when the last is gone, connect() fails with EADDRNOTAVAIL.',
      zh: '本机到 {where} 已占用 {count} 个端口（范围 {low}–{high} 的 {share}）：用完之后 connect() 返回 EADDRNOTAVAIL。',
    },
    runbook: 'ports',
  }),
  by: 'service',
  pick: crowded,
  judge(group, look): Found {
    const { low, high, known } = look.ephemeral;
    const size = high - low + 1;
    const byState = new Map<string, number>();
    for (const { state } of group) byState.set(state, (byState.get(state) ?? 0) + 1);
    const most = [...byState].sort((a, b) => b[1] - a[1]);
    const list = most.map(([state, count]) => `${state} ${count}`).join(', ');
    return {
      severity: group.length >= size * OUT ? 'fault' : 'warning',
      confidence: known ? 'certain' : 'likely',
      params: { share: percent(Math.min(group.length, size), size), low, high },
      shown: [{ en: list, zh: list }],
    };
  },
  proof: ([socket]) =>
    `ss -Htan dst ${ssAddress(socket?.remote ?? '')} and dport = :${socket?.remotePort} | awk '{print $1}' | sort | uniq -c; sysctl net.ipv4.ip_local_port_range`,
};

/** The rules about connections that this host opens. */
export const openingRules: readonly SocketRule[] = [synUnanswered, portsOut];
