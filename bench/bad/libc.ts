// What the bench needs of libc besides the socket calls of the drill: a wait that is exact to microseconds.

import koffi from 'koffi';
import { loadSocketLibc, type SocketLibc } from '../../src/drill/kernel/index.ts';
import { loadLibc } from '../../src/link/tun/libc.ts';

/** Calls on descriptors and addresses of memory; -1 leaves `errno()`. */
export interface BenchLibc extends SocketLibc {
  read(fd: number, address: number, size: number): number;
  write(fd: number, address: number, size: number): number;
  ppoll(entries: number, count: number, timespec: number, sigmask: number): number;
}

export async function loadBenchLibc(): Promise<BenchLibc> {
  const { read, write } = await loadLibc();
  const ppoll = koffi
    .load(null)
    .func('int ppoll(uintptr_t entries, unsigned long count, uintptr_t timespec, uintptr_t sigmask)');
  return { ...(await loadSocketLibc()), read, write, ppoll: ppoll as unknown as BenchLibc['ppoll'] };
}
