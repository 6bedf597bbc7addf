// CLOSE-WAIT that stays: the peer has closed, this host's program has not (RFC 9293 section 3.6, case 2). Recv-Q counts the
// unread FIN as one, so that the same state shows four mistakes.

import type { Text } from '../../lab/text/index.ts';
import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { closeWaitTexts } from './advice.ts';
import { type Found, greatest, octets, type SocketRule, span, spanZh, ssEnd, sum } from './rule.ts';

/** So many, or so old, that it will not go away. */
const MANY = 10;
const OLD_MS = 60_000;
/** As many may be chance. */
const FEW = 2;

/** Milliseconds since the FIN: its ACK field was the last one to come. */
function age({ lastAck }: HostSocket): number {
  return lastAck;
}

/** A connection whose peer has closed and that is of use: it still sends. */
function halfClosed({ sendQ, lastSnd }: HostSocket, look: Look): boolean {
  return sendQ > 0 || (lastSnd >= 0 && lastSnd < look.patienceMs);
}

function stays(socket: HostSocket, look: Look): boolean {
  if (halfClosed(socket, look)) return false;
  if (socket.hasInfo) return age(socket) >= look.patienceMs;
  return look.before === null || look.was(socket)?.state === 'CLOSE-WAIT';
}

function pick(look: Look, wants: (socket: HostSocket) => boolean): readonly HostSocket[] {
  return look.in('CLOSE-WAIT').filter((socket) => wants(socket) && stays(socket, look));
}

/** How long is left until a process has no descriptors is told with the process. */
function judged(group: readonly HostSocket[], look: Look, ...shown: readonly Text[]): Found {
  const oldest = greatest(group, age);
  const before = look.wereSo(group);
  const grew = look.before !== null && group.length > before;
  const known = group.some(({ hasInfo }) => hasInfo);
  const some = group.length > FEW && (oldest >= OLD_MS || (grew && before > 0));
  const bad = group.length >= MANY || some;
  return {
    severity: bad ? 'fault' : 'warning',
    confidence: known || look.before !== null ? 'certain' : 'likely',
    shown: [
      ...shown,
      ...(oldest < 0
        ? []
        : [
            {
              en: `the longest has been closed by its peer for ${span(oldest)}`,
              zh: `最久的一个，对端已关闭 ${spanZh(oldest)}`,
            },
          ]),
    ],
  };
}

const queue = (group: readonly HostSocket[]): Text => {
  const most = greatest(group, ({ recvQ }) => recvQ);
  const all = sum(group, ({ recvQ }) => recvQ);
  return {
    en: `Recv-Q up to ${octets(most)}, ${octets(all)} together, one of each connection for the FIN`,
    zh: `Recv-Q 最大 ${octets(most)}，合计 ${octets(all)}（每个连接的 FIN 各占 1）`,
  };
};

const proof = (group: readonly HostSocket[], look: Look): string =>
  `ss -tnpie state close-wait '( ${ssEnd(group[0] as HostSocket, look)} )'`;

/** Nobody read the data, nor the FIN behind it. */
const dataUnread: SocketRule = {
  ...closeWaitTexts('cw-data-unread', {
    title: { en: 'CLOSE-WAIT with unread data', zh: 'CLOSE-WAIT，数据未读' },
    means: {
      en: '{process} holds {count|1 connection|# connections} ({where}) that the peer has closed, and has read neither their last data nor the end: whoever should read is blocked or gone. When they are closed like this, the peer gets a RST, not a FIN.',
      zh: '{process} 占着 {count} 个对端已关闭的连接（{where}），最后的数据和流的结尾都没有读：负责读的代码被阻塞或已不在。这样关闭时，对端收到的是 RST 而不是 FIN。',
    },
  }),
  by: 'process',
  pick: (look) => pick(look, ({ recvQ, inode }) => recvQ > 1 && inode !== 0),
  judge: (group, look) => judged(group, look, queue(group)),
  proof,
};

/** Only the FIN is unread. */
const endUnread: SocketRule = {
  ...closeWaitTexts('cw-end-unread', {
    title: { en: 'CLOSE-WAIT whose end nobody has read', zh: 'CLOSE-WAIT，没有人读到结尾' },
    means: {
      en: '{process} holds {count|1 connection|# connections} ({where}) that the peer has closed; all data was read, the end was not: nobody reads them any more, as with idle connections of a pool that only looks when it takes one out.',
      zh: '{process} 占着 {count} 个对端已关闭的连接（{where}）；数据都读了，但没有读到结尾：已经没有人在读，例如连接池里的空闲连接，取用时才检查。',
    },
  }),
  by: 'process',
  pick: (look) => pick(look, ({ recvQ, inode }) => recvQ === 1 && inode !== 0),
  judge: (group, look) =>
    judged(group, look, {
      en: 'Recv-Q is 1: the FIN alone',
      zh: 'Recv-Q 为 1：只有 FIN',
    }),
  proof,
};

/** The end was read, and close() forgotten. */
const notClosed: SocketRule = {
  ...closeWaitTexts('cw-not-closed', {
    title: {
      en: 'CLOSE-WAIT: the end was read, close() never called',
      zh: 'CLOSE-WAIT：读到了结尾却没有 close()',
    },
    means: {
      en: '{process} holds {count|1 connection|# connections} ({where}) that the peer has closed. It has read the end of the stream and did not close: a path of the code returns without close().',
      zh: '{process} 占着 {count} 个对端已关闭的连接（{where}）。它已读到流的结尾却没有关闭：某条代码路径返回前漏了 close()。',
    },
  }),
  by: 'process',
  pick: (look) => pick(look, ({ recvQ, inode }) => recvQ === 0 && inode !== 0),
  judge: (group, look) =>
    judged(group, look, {
      en: 'Recv-Q is 0: read() has returned 0',
      zh: 'Recv-Q 为 0：read() 已返回 0',
    }),
  proof,
};

/** They waited for accept() until their clients gave up. */
const notAccepted: SocketRule = {
  ...closeWaitTexts('cw-not-accepted', {
    title: {
      en: 'CLOSE-WAIT that no program has: clients gave up before accept()',
      zh: '不属于任何进程的 CLOSE-WAIT：accept() 之前客户端已放弃',
    },
    means: {
      en: '{count|1 connection|# connections} to {where} {count|was closed by its client while it|were closed by their clients while they} waited for accept(): no process has {count|it|them}. Whoever listens there ({process}) stands still.',
      zh: '到 {where} 的 {count} 个连接还在等 accept()，客户端就已关闭：它们不属于任何进程。在那里监听的程序（{process}）停住了。',
    },
  }),
  runbook: 'accept-queue',
  scenario: { id: 'acceptq' },
  by: 'port',
  pick: (look) => pick(look, ({ inode }) => inode === 0),
  judge: (group, look) =>
    judged(group, look, {
      en: 'their inode is 0: no descriptor leads to them',
      zh: 'inode 为 0：没有描述符指向它们',
    }),
  proof: (group, look) =>
    `ss -Htnpe state close-wait '( ${ssEnd(group[0] as HostSocket, look)} )' | grep -v users:`,
};

/** The rules about CLOSE-WAIT. */
export const closeWaitRules: readonly SocketRule[] = [dataUnread, endUnread, notClosed, notAccepted];
