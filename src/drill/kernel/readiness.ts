// poll and epoll of real descriptors, without waiting: what their structures look like in memory.

import type { EpollEvent, PollEntry } from '../../socket/posix/index.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { LITTLE } from './sockaddr.ts';

/** struct epoll_event is packed on x86-64 only. */
const EPOLL_DATA_AT = process.arch === 'x64' ? 4 : 8;
const EPOLL_BYTES = EPOLL_DATA_AT + 8;
/** Events that are asked for at a time. */
const MOST_EVENTS = 1024;

/** The revents of each entry: poll, with no time to wait. */
export function polled(libc: SocketLibc, entries: readonly PollEntry[]): number[] {
  const bytes = pinnedBytes(Math.max(8, 8 * entries.length));
  const dv = new DataView(bytes.buffer);
  for (const [i, { fd, events }] of entries.entries()) {
    dv.setInt32(8 * i, fd, LITTLE);
    dv.setInt16(8 * i + 4, events, LITTLE);
  }
  libc.poll(libc.addressOf(bytes), entries.length, 0);
  return entries.map((_, i) => dv.getUint16(8 * i + 6, LITTLE));
}

/** epoll_ctl: below 0 where it failed. */
export function epollControl(
  libc: SocketLibc,
  epfd: number,
  op: number,
  fd: number,
  { events, data }: EpollEvent,
): number {
  const bytes = pinnedBytes(EPOLL_BYTES);
  const dv = new DataView(bytes.buffer);
  dv.setUint32(0, events >>> 0, LITTLE);
  dv.setBigUint64(EPOLL_DATA_AT, BigInt(data), LITTLE);
  return libc.epollControl(epfd, op, fd, libc.addressOf(bytes));
}

/** epoll_wait, with no time to wait: the events that there are; null where it failed. */
export function epolled(libc: SocketLibc, epfd: number, most: number): EpollEvent[] | null {
  const bytes = pinnedBytes(EPOLL_BYTES * Math.max(1, Math.min(most, MOST_EVENTS)));
  const dv = new DataView(bytes.buffer);
  const n = libc.epollWait(epfd, libc.addressOf(bytes), Math.min(most, MOST_EVENTS), 0);
  if (n < 0) return null;
  return Array.from({ length: n }, (_, i) => ({
    events: dv.getUint32(EPOLL_BYTES * i, LITTLE),
    data: Number(dv.getBigUint64(EPOLL_BYTES * i + EPOLL_DATA_AT, LITTLE)),
  }));
}
