// What dgram.js asks of its handle, the `UDP` of udp_wrap, and gives it.

import type { SocketName } from './addresses.ts';

/** From whom a datagram is: what dgram calls rinfo. */
export interface Sender extends Required<SocketName> {
  size: number;
}

/** `send` of udp_wrap: (req, list, count, port, address, hasCallback), or without port and address when connected. */
export type SendArguments =
  | readonly [req: object, list: readonly ArrayBufferView[], count: number, hasCallback: boolean]
  | readonly [
      req: object,
      list: readonly ArrayBufferView[],
      count: number,
      port: number,
      address: string,
      hasCallback: boolean,
    ];

/** Where `bufferSize` says what was wrong. */
export interface BufferSizeProblem {
  errno?: number;
  code?: string;
  message?: string;
  syscall?: string;
}

/** What dgram.js asks of its handle: a kernel's, too. Numbers below 0 are errors. */
export interface DatagramHandle {
  /** Set by dgram.js: a number below 0 is an error of a receive. */
  onmessage?: (length: number, handle: object, octets?: Buffer, from?: Sender) => void;
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  connect(address: string, port: number): number;
  connect6(address: string, port: number): number;
  disconnect(): number;
  /** One more than the octets sent, when it was done at once. */
  send(...args: SendArguments): number;
  send6(...args: SendArguments): number;
  recvStart(): number;
  recvStop(): number;
  getsockname(out: SocketName): number;
  getpeername(out: SocketName): number;
  setTTL(ttl: number): number;
  setBroadcast(on: number): number;
  setMulticastTTL(ttl: number): number;
  setMulticastLoopback(on: number): number;
  setMulticastInterface(address: string): number;
  addMembership(group: string, interfaceAddress?: string): number;
  dropMembership(group: string, interfaceAddress?: string): number;
  addSourceSpecificMembership(source: string, group: string, interfaceAddress?: string): number;
  dropSourceSpecificMembership(source: string, group: string, interfaceAddress?: string): number;
  /** 0 asks for the size; undefined: `problem` says why not. */
  bufferSize(size: number, isReceive: boolean, problem: BufferSizeProblem): number | undefined;
  getSendQueueSize(): number;
  getSendQueueCount(): number;
  close(callback?: () => void): void;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  getAsyncId(): number;
}
