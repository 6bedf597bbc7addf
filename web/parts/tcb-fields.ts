// The fields of a TCB that the page shows, under the names of RFC 9293 section 3.3.1.

import type { TcbView, Text } from '../../src/lab/index.ts';

/** What sequence numbers are counted from; null: shown as they are. */
export interface Bases {
  readonly own: number | null;
  readonly peer: number | null;
}

/** One field. */
export interface TcbField {
  readonly name: string;
  readonly meaning: Text;
  value(view: TcbView, bases: Bases): string;
}

function count(n: number, base: number | null): string {
  return String(base === null ? n : (n - base) >>> 0);
}

/** The fields, in order. */
export const FIELDS: readonly TcbField[] = [
  {
    name: 'ISS',
    meaning: { en: 'initial send sequence number', zh: '初始发送序列号' },
    value: (view) => String(view.snd.iss),
  },
  {
    name: 'SND.UNA',
    meaning: { en: 'oldest sequence number that is not acknowledged', zh: '最早的尚未被确认的序列号' },
    value: (view, { own }) => count(view.snd.una, own),
  },
  {
    name: 'SND.NXT',
    meaning: { en: 'next sequence number to be sent', zh: '下一个要发送的序列号' },
    value: (view, { own }) => count(view.snd.nxt, own),
  },
  {
    name: 'SND.WND',
    meaning: { en: 'octets that the peer is ready to take', zh: '对端还能接收的字节数（发送窗口）' },
    value: (view) => String(view.snd.wnd),
  },
  {
    name: 'IRS',
    meaning: { en: 'initial receive sequence number: the peer’s ISS', zh: '初始接收序列号，即对端的 ISS' },
    value: (view) => String(view.rcv.irs),
  },
  {
    name: 'RCV.NXT',
    meaning: { en: 'next sequence number that is expected', zh: '期望收到的下一个序列号' },
    value: (view, { peer }) => count(view.rcv.nxt, peer),
  },
  {
    name: 'RCV.WND',
    meaning: { en: 'octets that can still be taken', zh: '还能接收的字节数（接收窗口）' },
    value: (view) => String(view.rcv.wnd),
  },
  {
    name: 'unread',
    meaning: { en: 'octets received that the program has not read', zh: '已收到但程序尚未读取的字节数' },
    value: (view) => String(view.rcv.unread),
  },
  {
    name: 'unsent',
    meaning: { en: 'octets written that were not sent', zh: '已写入但尚未发送的字节数' },
    value: (view) => String(Math.max(0, (view.snd.end - view.snd.nxt) | 0)),
  },
  {
    name: 'RTO',
    meaning: { en: 'retransmission timeout, milliseconds', zh: '重传超时，毫秒' },
    value: (view) => `${view.rto}${view.backoff > 0 ? ` (×2^${view.backoff})` : ''}`,
  },
  {
    name: 'SRTT',
    meaning: { en: 'smoothed round-trip time, milliseconds', zh: '平滑往返时间，毫秒' },
    value: (view) => (view.srtt === null ? '—' : String(view.srtt)),
  },
  {
    name: 'cwnd',
    meaning: { en: 'congestion window, octets', zh: '拥塞窗口，字节' },
    value: (view) => String(view.cwnd),
  },
];
