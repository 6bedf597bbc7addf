// The kernel's own view of its TCP connections: one connection by its four numbers (sock_diag(7), a few
// microseconds), or the whole table (/proc/self/net/tcp and tcp6, which takes milliseconds).

import { readFileSync } from 'node:fs';
import type { StateName } from '../../tcp/index.ts';
import { linuxState } from '../linux-states.ts';
import { addressBytes, addressText } from './address.ts';
import { loadedLibc } from './libc.ts';
import { NetlinkMessage, NetlinkSocket, NLM_F_REQUEST } from './netlink.ts';

/** A connection's state in the words of RFC 9293 section 3.3.2. */
export type KernelState = StateName;

/** A connection from the kernel's side: `local` is the kernel's. */
export interface KernelTuple {
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
}

/** A line of the kernel's table. IPv4 on a dual-stack socket is shown as IPv4. */
export interface KernelSocket extends KernelTuple {
  state: KernelState;
  /** Bytes received and not read by the program; of a listener, connections not accepted. */
  rxQueue: number;
  /** Bytes not acknowledged by the peer. */
  txQueue: number;
  /** The socket's inode, 0 when no process has it (TIME-WAIT, SYN-RECEIVED). */
  inode: number;
}

/** "0100000A:1F90": 32-bit words, each printed in the machine's order. */
function hexAddress(hex: string): string {
  const bytes = new Uint8Array(hex.length / 2);
  const words = new Uint32Array(bytes.buffer);
  for (let i = 0; i < words.length; i++) words[i] = Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16);
  return addressText(bytes);
}

/** Parses the text of /proc/net/tcp or tcp6; lines that are not sockets are skipped. */
export function parseTcpTable(text: string): KernelSocket[] {
  const sockets: KernelSocket[] = [];
  for (const line of text.split('\n')) {
    const match =
      /^\s*\d+: ([0-9A-F]+):([0-9A-F]+) ([0-9A-F]+):([0-9A-F]+) ([0-9A-F]+) ([0-9A-F]+):([0-9A-F]+) \S+ \S+\s+\d+\s+\d+ (\d+)/.exec(
        line,
      );
    if (match === null) continue;
    const [, local = '', localPort = '', remote = '', remotePort = '', state = '', tx = '', rx = ''] = match;
    sockets.push({
      localAddress: hexAddress(local),
      localPort: Number.parseInt(localPort, 16),
      remoteAddress: hexAddress(remote),
      remotePort: Number.parseInt(remotePort, 16),
      state: linuxState(Number.parseInt(state, 16)),
      rxQueue: Number.parseInt(rx, 16),
      txQueue: Number.parseInt(tx, 16),
      inode: Number(match[8]),
    });
  }
  return sockets;
}

/** Every TCP socket of this network namespace. The kernel walks its whole hash table: milliseconds. */
export function kernelTcpTable(): KernelSocket[] {
  const sockets: KernelSocket[] = [];
  for (const file of ['/proc/self/net/tcp', '/proc/self/net/tcp6']) {
    try {
      sockets.push(...parseTcpTable(readFileSync(file, 'latin1')));
    } catch {
      // No such protocol in this kernel: no such sockets.
    }
  }
  return sockets;
}

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO_TCP = 6;
const ENOENT = 2;
const AF_INET = 2;
const AF_INET6 = 10;
/** Offset of inet_diag_msg.idiag_state: after the netlink header and the family. */
const STATE_OFFSET = 17;

/** Undefined until first used; null when this kernel has no sock_diag for TCP, or koffi is not loaded. */
let diag: NetlinkSocket | null | undefined;

function openDiag(): NetlinkSocket | null {
  const libc = loadedLibc();
  if (libc === undefined) return null;
  if (diag !== undefined) return diag;
  try {
    diag = new NetlinkSocket(libc, NETLINK_SOCK_DIAG);
  } catch {
    diag = null;
  }
  return diag;
}

/** For a process that changes its network namespace: the next question is asked in the one that it is in then. */
export function closeKernelDiag(): void {
  diag?.close();
  diag = undefined;
}

function diagRequest(tuple: KernelTuple): NetlinkMessage {
  const local = addressBytes(tuple.localAddress);
  const remote = addressBytes(tuple.remoteAddress);
  const message = new NetlinkMessage(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST);
  // struct inet_diag_req_v2: family, protocol, extensions, pad, states; then the tuple in network order.
  message
    .u8(local.length === 16 ? AF_INET6 : AF_INET)
    .u8(IPPROTO_TCP)
    .u8(0)
    .u8(0)
    .u32(0xffffffff);
  message.u8(tuple.localPort >> 8).u8(tuple.localPort & 0xff);
  message.u8(tuple.remotePort >> 8).u8(tuple.remotePort & 0xff);
  const addresses = message.length;
  message.raw(local);
  message.length = addresses + 16;
  message.raw(remote);
  message.length = addresses + 32;
  // Interface: any. Cookie: INET_DIAG_NOCOOKIE.
  return message.u32(0).u32(0xffffffff).u32(0xffffffff).finish();
}

function fromTable(tuple: KernelTuple): KernelState {
  const local = addressText(addressBytes(tuple.localAddress));
  const remote = addressText(addressBytes(tuple.remoteAddress));
  let listening = false;
  for (const socket of kernelTcpTable()) {
    if (socket.localPort !== tuple.localPort) continue;
    if (socket.state === 'LISTEN') {
      const any = socket.localAddress === '::' || socket.localAddress === '0.0.0.0';
      listening ||= any || socket.localAddress === local;
    } else if (
      socket.localAddress === local &&
      socket.remoteAddress === remote &&
      socket.remotePort === tuple.remotePort
    ) {
      return socket.state;
    }
  }
  return listening ? 'LISTEN' : 'CLOSED';
}

/**
 * The state of one connection in the kernel, now: LISTEN when there is none but a listener would take it,
 * CLOSED when there is nothing. A few microseconds once a TUN device was opened (koffi is loaded),
 * milliseconds otherwise. Throws a {@link TunError} 'EINVAL' for an address that is none.
 */
export function kernelStateOf(tuple: KernelTuple): KernelState {
  const socket = openDiag();
  if (socket === null) return fromTable(tuple);
  const errno = socket.ask(diagRequest(tuple));
  if (errno === 0) return linuxState(socket.answer[STATE_OFFSET] as number);
  if (errno === ENOENT) return missing(tuple);
  socket.close();
  diag = null;
  return fromTable(tuple);
}

/** ENOENT means "no such connection", or a kernel without tcp_diag: the first such answer is checked. */
let diagProven = false;
function missing(tuple: KernelTuple): KernelState {
  if (diagProven) return 'CLOSED';
  const state = fromTable(tuple);
  diagProven = state === 'CLOSED';
  if (!diagProven) diag = null;
  return state;
}
