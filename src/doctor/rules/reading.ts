// Open connections on which data waits to be read: by a program of this host, or by that of the peer.

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
      en: '{process} has data on {count|1 open connection|# open connections} ({where}) and does not read it: its threads are blocked, its event loop stands still, or it paused the stream and forgot it. Peers will be stopped by a window of 0.',
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
          zh: `Recv-Q 合计 ${octets(waiting)}${longest >= 0 ? `；最早的 ${spanZh(longest)}前到达` : ''}`,
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
          zh: `定时器 persist；Send-Q 合计 ${octets(waiting)}${longest >= 0 ? `；已 ${spanZh(longest)}没有发出数据` : ''}`,
        },
      ],
    };
  },
  proof: ([socket]) => `ss -tnpoie dst ${ssAddress(socket?.remote ?? '')} | grep -A1 persist`,
};

/** The rules about programs that do not read. */
export const readingRules: readonly SocketRule[] = [notReading, zeroWindow];
