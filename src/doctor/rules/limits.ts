// What bounds the rate of open connections: the window of the receiver, the buffer of the sender.

import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';
import { texts } from './advice.ts';
import { type SocketRule, span, spanZh, ssAddress, ssEnd, sum } from './rule.ts';

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
        zh: `busy ${spanZh(sum(group, ({ busyMs }) => busyMs))}中 rwnd_limited 占 ${spanZh(sum(group, ({ rwndLimitedMs }) => rwndLimitedMs))}`,
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
        zh: `busy ${spanZh(sum(group, ({ busyMs }) => busyMs))}中 sndbuf_limited 占 ${spanZh(sum(group, ({ sndbufLimitedMs }) => sndbufLimitedMs))}`,
      },
    ],
  }),
  proof: (group, look) => `ss -tnmie '( ${ssEnd(group[0] as HostSocket, look)} )' | grep sndbuf_limited`,
};

/** The rules about windows and buffers. */
export const limitRules: readonly SocketRule[] = [receiverLimited, bufferLimited];
