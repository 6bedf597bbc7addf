// Listeners: accept queues that overflow or stand still, and half-open connections that stay (Linux: one queue of complete
// connections, bounded by listen(); SYN-RECEIVED beside it).

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import { counted, type Found, greatest, type SocketRule, ssEnd } from './rule.ts';

/** The kernel compares with >: bound + 1 fit. */
function isFull({ recvQ, sendQ }: HostSocket): boolean {
  return sendQ >= 0 && recvQ > sendQ;
}

function overflows(look: Look): number {
  return look.grown('TcpExtListenOverflows') ?? 0;
}

/** Of the listeners when none is full now: those that have the least room, for an overflow must have been somewhere. */
function suspects(look: Look): readonly HostSocket[] {
  const listeners = look.in('LISTEN');
  const full = listeners.filter(isFull);
  if (full.length > 0 || overflows(look) === 0) return full;
  const waiting = listeners.filter(({ recvQ }) => recvQ > 0);
  if (waiting.length > 0) return waiting;
  const least = listeners.reduce((min, { sendQ }) => (sendQ >= 0 ? Math.min(min, sendQ) : min), Infinity);
  return listeners.filter(({ sendQ }) => sendQ === least);
}

const acceptQueueFull: SocketRule = {
  ...texts('accept-queue-full', {
    severity: 'fault',
    title: { en: 'The accept queue is full', zh: '全连接队列已满' },
    means: {
      en: '{process} does not call accept() as fast as connections come to {where}: the kernel drops new SYNs without a word, and clients see connect() hang for seconds.',
      zh: '{process} 在 {where} 上 accept() 的速度跟不上：内核一声不响地丢弃新的 SYN，客户端的 connect() 一卡就是几秒。',
    },
    runbook: 'accept-queue',
  }),
  by: 'port',
  pick: suspects,
  judge(group, look): Found {
    const [listener] = group as readonly [HostSocket];
    const lost = look.grown('TcpExtListenOverflows');
    const full = group.find(isFull);
    const was = full === undefined ? undefined : look.was(full);
    // Full for a moment only, and nothing lost: a burst.
    const isBurst = was !== undefined && !isFull(was) && lost === 0;
    return {
      confidence: full !== undefined ? 'certain' : 'possible',
      severity: full === undefined || isBurst ? 'warning' : 'fault',
      count: Math.max(1, (full ?? listener).recvQ),
      shown: [
        {
          en: `Recv-Q ${(full ?? listener).recvQ} of Send-Q ${(full ?? listener).sendQ} (full is when it is more)`,
          zh: `Recv-Q ${(full ?? listener).recvQ}，Send-Q ${(full ?? listener).sendQ}（超过才算满）`,
        },
        ...(lost === null || lost === 0
          ? []
          : [{ en: `ListenOverflows grew by ${lost}`, zh: `ListenOverflows 增加了 ${lost}` }]),
      ],
    };
  },
  proof: ([listener]) => `ss -ltnp '( sport = :${listener?.localPort} )'; nstat -az TcpExtListenOverflows`,
};

/** Connections have waited for accept() longer than patience, though there is room. */
const notAccepting: SocketRule = {
  ...texts('accept-stalled', {
    severity: 'warning',
    title: { en: 'Connections wait for accept()', zh: '连接在等待 accept()' },
    means: {
      en: '{count|1 connection|# connections} to {where} {count|is established and waits|are established and wait} for accept(): {process} does not take {count|it|them}. What the clients sent nobody sees.',
      zh: '到 {where} 的 {count} 个连接已建立，在等 accept()：{process} 没有接收。客户端的请求已发出，却没有人看见。',
    },
    runbook: 'accept-queue',
  }),
  by: 'port',
  pick: (look) =>
    look
      .in('ESTABLISHED')
      .filter(({ inode, hasInfo, lastAck }) => inode === 0 && hasInfo && lastAck >= look.patienceMs),
  judge(group, look): Found | null {
    // A full queue says more.
    if (look.in('LISTEN').some((one) => one.localPort === group[0]?.localPort && isFull(one))) return null;
    const longest = greatest(group, ({ lastAck }) => lastAck);
    return {
      confidence: 'certain',
      shown: [
        {
          en: `no process has them; the longest has waited for ${Math.round(longest / 1000)} s`,
          zh: `不属于任何进程；最久的已等了 ${Math.round(longest / 1000)} 秒`,
        },
      ],
    };
  },
  proof: (group, look) => `ss -Htnpie '( ${ssEnd(group[0] as HostSocket, look)} )' | grep -v users:`,
};

/** Half-open connections: fewer are every busy server's. */
const MANY_HALF_OPEN = 128;
const FEW_RESENT = 3;

const halfOpen: SocketRule = {
  ...texts('syn-received', {
    severity: 'warning',
    title: { en: 'Many half-open connections (SYN-RECEIVED)', zh: '大量半开连接（SYN-RECEIVED）' },
    means: {
      en: '{count|1 handshake|# handshakes} to {where} {count|lacks its|lack their} third segment: a SYN flood with forged addresses, or the way to these clients loses the SYN,ACK.',
      zh: '到 {where} 的 {count} 个握手等不到第三个报文段：伪造源地址的 SYN 洪泛，或到这些客户端的路径丢了 SYN,ACK。',
    },
    runbook: 'syn-recv',
  }),
  by: 'port',
  pick: (look) => look.in('SYN-RECEIVED'),
  judge(group, look): Found | null {
    const resent = group.filter(({ retransmits }) => retransmits >= 2).length;
    if (group.length < MANY_HALF_OPEN && resent < FEW_RESENT) return null;
    const cookies = look.grown('TcpExtSyncookiesSent');
    const addresses = new Set(group.map(({ remote }) => remote)).size;
    return {
      severity: group.length >= MANY_HALF_OPEN ? 'fault' : 'warning',
      confidence: 'likely',
      shown: [
        {
          en: `the SYN,ACK was sent three times or more to ${resent} of them; ${counted(addresses, 'address', 'addresses')}`,
          zh: `其中 ${resent} 个已发过至少三次 SYN,ACK；来自 ${addresses} 个地址`,
        },
        ...(cookies === null || cookies === 0
          ? []
          : [{ en: `SyncookiesSent grew by ${cookies}`, zh: `SyncookiesSent 增加了 ${cookies}` }]),
      ],
    };
  },
  proof: ([socket]) =>
    `ss -tnoe state syn-recv '( sport = :${socket?.localPort} )'; nstat -az 'TcpExt*Sync*' TcpExtTCPReqQFullDrop`,
};

/** The rules about listeners. */
export const listenRules: readonly SocketRule[] = [acceptQueueFull, notAccepting, halfOpen];
