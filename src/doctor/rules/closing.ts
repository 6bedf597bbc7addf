// The way out: FIN-WAIT-1, LAST-ACK and CLOSING whose FIN is not acknowledged, and FIN-WAIT-2 whose peer never closes.

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
  sum,
  timeouts,
} from './rule.ts';

const MANY = 50;
const LONG_MS = 60_000;
/** Timeouts in a row that chance hardly makes. */
const LOST = 2;

const finWindow: SocketRule = {
  ...texts('fin-wait-1-window', {
    severity: 'warning',
    title: { en: 'FIN-WAIT-1: the peer does not read', zh: 'FIN-WAIT-1：对端不读' },
    means: {
      en: '{count|1 connection|# connections} to {where} {count|was|were} closed here with data that the peer has no room for (its window is 0): the FIN cannot be sent. No process has {count|it|them} any more; the memory is the kernel’s.',
      zh: '到 {where} 的 {count} 个连接在本机已关闭，但剩余数据对端没有空间接收（窗口为 0），FIN 发不出去。它们已不属于任何进程，内存由内核占着。',
    },
    runbook: 'fin-wait-1',
    scenario: { id: 'zerowin' },
  }),
  by: 'peer',
  pick: (look) => look.in('FIN-WAIT-1').filter(({ timer }) => timer === 'persist'),
  judge(group, look): Found | null {
    const lasting = group.filter((socket) => socket.retransmits > 0 || look.was(socket)?.timer === 'persist');
    if (lasting.length === 0) return null;
    const waiting = sum(group, ({ sendQ }) => sendQ);
    return {
      severity: group.length >= MANY ? 'fault' : 'warning',
      confidence: 'certain',
      shown: [
        {
          en: `Send-Q ${octets(waiting)} together, timer persist`,
          zh: `Send-Q 合计 ${octets(waiting)}，定时器 persist`,
        },
      ],
    };
  },
  proof: ([socket]) => `ss -tnoie state fin-wait-1 dst ${ssAddress(socket?.remote ?? '')}`,
};

const finUnanswered: SocketRule = {
  ...texts('fin-unanswered', {
    severity: 'warning',
    title: { en: 'FINs that nobody acknowledges', zh: 'FIN 得不到确认' },
    means: {
      en: '{count|1 connection|# connections} to {where} {count|is|are} being closed, and the FIN is sent again and again: the peer is gone, or something between has forgotten the connection and drops it.',
      zh: '到 {where} 的 {count} 个连接正在关闭，FIN 一再重发：对端已经消失，或中间设备忘了这个连接而丢弃它。',
    },
    runbook: 'last-ack',
  }),
  by: 'peer',
  pick: (look) =>
    look
      .in('FIN-WAIT-1', 'LAST-ACK', 'CLOSING')
      .filter(({ timer, retransmits }) => timer === 'on' && retransmits >= LOST),
  judge(group): Found {
    const most = greatest(group, ({ retransmits }) => retransmits);
    const states = [...new Set(group.map(({ state }) => state))].join(', ');
    return {
      severity: group.length >= MANY ? 'fault' : 'warning',
      confidence: 'certain',
      shown: [{ en: `${states}; up to ${timeouts(most)}`, zh: `${states}；最多连续超时 ${most} 次` }],
    };
  },
  proof: ([socket]) =>
    `ss -tnoie state fin-wait-1 state last-ack state closing dst ${ssAddress(socket?.remote ?? '')}`,
};

const finWait2: SocketRule = {
  ...texts('fin-wait-2-held', {
    severity: 'warning',
    title: { en: 'FIN-WAIT-2 that a program holds', zh: '程序占着的 FIN-WAIT-2' },
    means: {
      en: '{process} has sent FIN on {count|1 connection|# connections} ({where}) and waits for the peer’s, which does not come: it called shutdown(), not close(), so that no timer ends this. The peer has the same connections in CLOSE-WAIT.',
      zh: '{process} 在 {count} 个连接（{where}）上已发出 FIN，在等对端的 FIN，却一直等不到：它用的是 shutdown() 而不是 close()，没有定时器会结束这种等待。对端的同一批连接处于 CLOSE-WAIT。',
    },
    runbook: 'fin-wait-2',
  }),
  by: 'process',
  pick: (look) =>
    look
      .in('FIN-WAIT-2')
      .filter(
        ({ inode, timer, hasInfo, lastAck, lastRcv }: HostSocket) =>
          inode > 0 && timer !== 'timewait' && hasInfo && Math.min(lastAck, lastRcv) >= LONG_MS,
      ),
  judge(group): Found | null {
    if (group.length < 5) return null;
    const oldest = greatest(group, ({ lastAck }) => lastAck);
    return {
      severity: group.length >= MANY ? 'fault' : 'warning',
      confidence: 'certain',
      shown: [{ en: `the longest for ${span(oldest)}`, zh: `最久的已 ${spanZh(oldest)}` }],
    };
  },
  proof: ([socket]) => `ss -tnpoie state fin-wait-2 dst ${ssAddress(socket?.remote ?? '')}`,
};

/** The rules about connections that close. */
export const closingRules: readonly SocketRule[] = [finWindow, finUnanswered, finWait2];
