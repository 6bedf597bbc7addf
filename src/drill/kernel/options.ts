// Options of real sockets: getsockopt and setsockopt with what their values look like in memory.

import { constant, type Linger, type OptionValue, type TcpInfo } from '../../socket/posix/index.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { LITTLE } from './sockaddr.ts';
import { readTcpInfo, TCP_INFO_BYTES } from './tcp-info.ts';

const SOL_SOCKET = constant('SOL_SOCKET');
const SOL_TCP = constant('SOL_TCP');
const SO_LINGER = constant('SO_LINGER');

/** The numbers of SO_MEMINFO, in order. */
const MEMORY = [
  ...['RMEM_ALLOC', 'RCVBUF', 'WMEM_ALLOC', 'SNDBUF', 'FWD_ALLOC', 'WMEM_QUEUED', 'OPTMEM', 'BACKLOG'],
  'DROPS',
] as const;

/** The options by which calls wait no longer than a time. */
export type TimeoutOption = 'SO_RCVTIMEO' | 'SO_SNDTIMEO';

/** Options of the sockets of this process. Whose they are is not asked here. */
export class KernelOptions {
  readonly #libc: SocketLibc;

  constructor(libc: SocketLibc) {
    this.#libc = libc;
  }

  /** `size` octets, of which `length` were written, unless `result` is below 0. */
  read(
    fd: number,
    level: number,
    name: number,
    size: number,
  ): { bytes: Uint8Array<ArrayBuffer>; length: number; result: number } {
    const bytes = pinnedBytes(size) as Uint8Array<ArrayBuffer>;
    const length = pinnedBytes(4);
    const lengths = new DataView(length.buffer);
    lengths.setUint32(0, size, LITTLE);
    const { addressOf } = this.#libc;
    const result = this.#libc.getsockopt(fd, level, name, addressOf(bytes), addressOf(length));
    return { bytes, length: lengths.getUint32(0, LITTLE), result };
  }

  /** setsockopt: below 0 where it failed. */
  write(fd: number, level: number, name: number, value: OptionValue): number {
    const bytes = bytesOf(value);
    return this.#libc.setsockopt(fd, level, name, this.#libc.addressOf(bytes), bytes.length);
  }

  /** SO_ERROR, which is then no longer pending: the number of an errno, or 0. */
  error(fd: number): number {
    return new DataView(this.read(fd, SOL_SOCKET, constant('SO_ERROR'), 4).bytes.buffer).getInt32(0, LITTLE);
  }

  linger(fd: number): Linger {
    const { bytes, result } = this.read(fd, SOL_SOCKET, SO_LINGER, 8);
    const dv = new DataView(bytes.buffer);
    return { on: result === 0 && dv.getInt32(0, LITTLE) !== 0, seconds: dv.getInt32(4, LITTLE) };
  }

  /** How long a call may wait, in microseconds; 0: for ever. */
  timeoutUs(fd: number, name: TimeoutOption): number {
    const { bytes } = this.read(fd, SOL_SOCKET, constant(name), 16);
    const dv = new DataView(bytes.buffer);
    return Number(dv.getBigInt64(0, LITTLE)) * 1e6 + Number(dv.getBigInt64(8, LITTLE));
  }

  /** The same; 0: none. */
  setTimeout(fd: number, name: TimeoutOption, seconds: number): void {
    const bytes = pinnedBytes(16);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(seconds), LITTLE);
    this.#libc.setsockopt(fd, SOL_SOCKET, constant(name), this.#libc.addressOf(bytes), bytes.length);
  }

  /** getsockopt of a number, a name (TCP_CONGESTION), SO_LINGER, or TCP_INFO; null where it failed. */
  get(fd: number, level: number, name: number): OptionValue | TcpInfo | null {
    if (level === SOL_TCP && name === constant('TCP_INFO')) return this.tcpInfo(fd);
    if (level === SOL_SOCKET && name === SO_LINGER) return this.linger(fd);
    const text = level === SOL_TCP && name === constant('TCP_CONGESTION');
    const { bytes, length, result } = this.read(fd, level, name, text ? 16 : 4);
    if (result < 0) return null;
    if (!text) return new DataView(bytes.buffer).getInt32(0, LITTLE);
    return String.fromCharCode(...bytes.subarray(0, length)).replace(/\0.*$/s, '');
  }

  /** TCP_INFO and SO_MEMINFO (SK_MEMINFO_… of <linux/sock_diag.h>); null for what is no TCP socket. */
  tcpInfo(fd: number): TcpInfo | null {
    const { bytes, length, result } = this.read(fd, SOL_TCP, constant('TCP_INFO'), TCP_INFO_BYTES);
    return result < 0 ? null : { ...readTcpInfo(bytes, length), ...this.#memoryOf(fd) };
  }

  #memoryOf(fd: number): TcpInfo {
    const { bytes, length } = this.read(fd, SOL_SOCKET, constant('SO_MEMINFO'), 4 * MEMORY.length);
    const dv = new DataView(bytes.buffer);
    const given = MEMORY.slice(0, length >> 2);
    return Object.fromEntries(given.map((name, i) => [`SK_MEMINFO_${name}`, dv.getUint32(4 * i, LITTLE)]));
  }
}

/** An int, a name, or struct linger. */
function bytesOf(value: OptionValue): Uint8Array {
  if (typeof value === 'string') {
    const bytes = pinnedBytes(value.length);
    for (let i = 0; i < value.length; i++) bytes[i] = value.charCodeAt(i);
    return bytes;
  }
  const bytes = pinnedBytes(typeof value === 'number' ? 4 : 8);
  const dv = new DataView(bytes.buffer);
  dv.setInt32(0, typeof value === 'number' ? value | 0 : Number(value.on), LITTLE);
  if (typeof value !== 'number') dv.setInt32(4, value.seconds, LITTLE);
  return bytes;
}
