// The receiver is the limit: its window is closed, or keeps the sender waiting (RFC 9293 section 3.8.6).

import { RST, SYN } from '../../../wire/index.ts';
import { type Connection, Mark, otherWay, type Way } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { duration, type Rule, shows } from '../verdict.ts';

const names = (way: Way): string => (way === 0 ? 'client' : 'server');
/** Closed for a shorter time, a window is a matter of scheduling. */
const LEAST_US = 200_000;

/** When a window was 0: the segments that say so first, and what opened it, if not the end; the longest such time. */
function closedWindow(way: Way, { segments, ending, last }: Connection, captureEndUs: number) {
  const endUs = ending === 'reset' || ending === 'closed' ? last.us : captureEndUs;
  let longest: { from: number; to: number; us: number } | null = null;
  let from = -1;
  segments.forEach((seen, n) => {
    if (seen.way !== way || (seen.ctl & (SYN | RST)) !== 0 || (seen.marks & Mark.COPY) !== 0) return;
    if (seen.wnd === 0) {
      if (from < 0) from = n;
      return;
    }
    if (from < 0) return;
    const us = seen.us - (segments[from]?.us ?? 0);
    if (longest === null || us > longest.us) longest = { from, to: n, us };
    from = -1;
  });
  if (from >= 0) {
    const us = endUs - (segments[from]?.us ?? 0);
    if (longest === null || us > (longest as { us: number }).us) longest = { from, to: -1, us };
  }
  return longest as { from: number; to: number; us: number } | null;
}

/** The window was 0, and did not open before the end. */
export const zeroWindowStall: Rule = {
  id: 'zero-window',
  severity: 'fault',
  title: { en: 'The receiver does not read: window 0', zh: '接收方不读数据：窗口为 0' },
  means: {
    en: 'The {who} announces a window of 0 for {time}, and it stays so: its program has stopped reading. The sender asks {probes|once|# times} (persist timer) and must wait; neither the network nor the sender can help that.',
    zh: '{who}通告窗口 0 已 {time}且一直没有打开：程序停止读取了。发送方探测了 {probes} 次（坚持定时器）只能等待；网络和发送方都无能为力。',
  },
  advice: [
    {
      en: 'On the {who}: ss -tnp shows the Recv-Q that is full, and the process; take its stack. Node: is a stream paused, or a response never resumed?',
      zh: '在{who}上：ss -tnp 可以看到已满的 Recv-Q 和进程；取线程栈。Node：是否有流被 pause，或响应从未 resume？',
    },
  ],
  scenario: { id: 'zerowin' },
  over: [
    'slow-reader',
    'peer-vanished',
    'loss',
    // A tail that fills the window is probed, and its receiver, short of memory, is late with the ACK.
    'spurious',
    'idle-killed',
    'abort',
    'unread-reset',
    'half-open',
    'still-open',
  ],
  judge(connection, { endUs }) {
    const { sides, segments } = connection;
    for (const way of [0, 1] as const) {
      if (sides[way].zeroWindows === 0) continue;
      const closed = closedWindow(way, connection, endUs);
      const { windowProbes } = sides[otherWay(way)];
      if (closed === null || closed.to >= 0 || closed.us < LEAST_US * 5 || windowProbes < 2) continue;
      const begin = segments[closed.from];
      const probes = segments.filter((seen) => seen.way !== way && (seen.marks & Mark.WINDOW_PROBE) !== 0);
      if (begin === undefined) continue;
      return {
        confidence: 'certain',
        culprit: way === 0 ? 'client' : 'server',
        params: { who: names(way), time: duration(closed.us), probes: windowProbes },
        evidence: [
          shows(begin, roles.zeroWindow),
          ...probes.slice(0, 4).map((seen) => shows(seen, roles.probe)),
        ],
        excluded: [
          {
            verdict: 'peer-vanished',
            because: { en: 'it answers, with a window of 0', zh: '它有应答，只是窗口为 0' },
          },
        ],
      };
    }
    return null;
  },
};

/** The window closes at times, and opens again. */
export const slowReader: Rule = {
  id: 'slow-reader',
  severity: 'warning',
  title: { en: 'A slow reader', zh: '接收方读得慢' },
  means: {
    en: 'The {who} closed its window {count|once|# times}, for up to {time}, and opened it again: its program reads more slowly than data comes. The network is not the limit.',
    zh: '{who}关闭窗口 {count} 次，最长 {time}，之后又打开：程序读得比数据来得慢。瓶颈不在网络。',
  },
  advice: [
    {
      en: 'Profile the reading program of the {who}; a larger buffer only hides it.',
      zh: '分析{who}上读数据的程序；加大缓冲只是掩盖问题。',
    },
  ],
  scenario: { id: 'window-reopens' },
  over: ['spurious'],
  judge(connection, { endUs }) {
    const { sides, segments } = connection;
    for (const way of [0, 1] as const) {
      if (sides[way].zeroWindows === 0) continue;
      const closed = closedWindow(way, connection, endUs);
      if (closed === null || closed.us < LEAST_US) continue;
      const begin = segments[closed.from];
      const opened = closed.to < 0 ? undefined : segments[closed.to];
      if (begin === undefined) continue;
      const { rst } = sides[way];
      if (rst !== null && rst.us >= begin.us && opened === undefined) continue;
      return {
        confidence: 'certain',
        culprit: way === 0 ? 'client' : 'server',
        params: { who: names(way), count: sides[way].zeroWindows, time: duration(closed.us) },
        evidence: [
          shows(begin, roles.zeroWindow),
          ...(opened === undefined ? [] : [shows(opened, { en: 'the window opens', zh: '窗口打开' })]),
        ],
        excluded: [
          {
            verdict: 'loss',
            because: { en: 'the sender waits for the window', zh: '发送方在等窗口' },
          },
        ],
      };
    }
    return null;
  },
};
