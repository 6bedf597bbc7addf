// Octets of memory for each of many idle net.Sockets, both ends of their connections in one process. Needs
// `--expose-gc`, and a process in which nothing else is.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Net } from './net.ts';

declare const gc: (() => void) | undefined;

/** Octets for each socket. */
export interface IdleSocket extends Readonly<Record<string, number>> {
  /** Growth of the process's resident set. */
  readonly resident: number;
  /** Of it JavaScript's heap, and what is outside of it for it. */
  readonly heap: number;
  /**
   * Growth of the kernel's own, of the whole machine: its objects for TCP sockets and their descriptors
   * (/proc/slabinfo, for root), and their buffers (TCP mem of /proc/net/sockstat). 0 where it cannot be told.
   */
  readonly kernel: number;
  readonly all: number;
}

const PAGE = 4096;
/** What the kernel has for each socket: its struct sock, inode, file, directory entry, and place in epoll. */
const SLABS = /^(TCP|TCPv6|sock_inode_cache|filp|eventpoll_epi|tcp_bind_bucket) /;

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function memory(): { rss: number; heap: number; kernel: number } {
  if (gc === undefined) throw new Error('run with --expose-gc');
  for (let i = 0; i < 3; i++) gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  const slabs = (read('/proc/slabinfo') ?? '')
    .split('\n')
    .filter((line) => SLABS.test(line))
    .map((line) => line.split(/\s+/))
    .reduce((octets, [, active, , size]) => octets + Number(active) * Number(size), 0);
  const pages = /^TCP:.* mem (\d+)/m.exec(read('/proc/net/sockstat') ?? '')?.[1] ?? '0';
  return { rss, heap: heapUsed + external, kernel: slabs + Number(pages) * PAGE };
}

/** For `count` sockets of `net`; `isKernels`: the kernel has something for each of them. */
export async function idleSockets(net: Net, count: number, isKernels: boolean): Promise<IdleSocket> {
  const kept: Socket[] = [];
  const server = net.createServer((socket) => void kept.push(socket));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const open = async (sockets: number): Promise<void> => {
    const until = kept.length + sockets;
    for (let i = 0; i < sockets / 2; i++) {
      const socket = net.connect(port, '127.0.0.1');
      kept.push(socket);
      await once(socket, 'connect');
    }
    while (kept.length < until) await new Promise((resolve) => setImmediate(resolve));
  };
  await open(100);
  const before = memory();
  await open(count);
  await new Promise((resolve) => setTimeout(resolve, 500)); // for ACKs, and for what the kernel frees later
  const after = memory();
  const per = (octets: number): number => octets / count;
  for (const socket of kept) socket.destroy();
  server.close();
  const resident = per(after.rss - before.rss);
  const inKernel = isKernels ? per(after.kernel - before.kernel) : 0;
  return { resident, heap: per(after.heap - before.heap), kernel: inKernel, all: resident + inKernel };
}
