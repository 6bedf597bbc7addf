// All TCP sockets of the kernel with what it knows of them, as it tells it: sock_diag(7), one message each.

import { loadLibc } from './libc.ts';
import { NetlinkMessage, NetlinkSocket, NLM_F_DUMP, NLM_F_REQUEST } from './netlink.ts';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;
/** The extension INET_DIAG_INFO: struct tcp_info. */
const WITH_INFO = 1 << (2 - 1);
/** The octets of struct inet_diag_sockid. */
const ID_BYTES = 48;
/** What the kernel fills in one go at most. */
const ANSWER_BYTES = 1 << 15;

function request(family: number): NetlinkMessage {
  const message = new NetlinkMessage(SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP);
  // struct inet_diag_req_v2: family, protocol, extensions, pad, states; then the ends, of which none is asked for.
  message.u8(family).u8(IPPROTO_TCP).u8(WITH_INFO).u8(0).u32(0xffffffff);
  return message.raw(new Uint8Array(ID_BYTES)).finish();
}

/**
 * Calls `each` with every TCP socket of this network namespace: a `struct inet_diag_msg` and its attributes lie in `octets`
 * from `from` to `to`, during the call. Resolves to false where the kernel cannot be asked (no sock_diag, no libc for Node):
 * `each` may have been called then.
 */
export async function dumpTcpSockets(
  each: (octets: Uint8Array, from: number, to: number) => void,
): Promise<boolean> {
  let socket: NetlinkSocket;
  try {
    socket = new NetlinkSocket(await loadLibc(), NETLINK_SOCK_DIAG, ANSWER_BYTES);
  } catch {
    return false;
  }
  try {
    const told = (from: number, to: number): void => each(socket.answer, from, to);
    return [AF_INET, AF_INET6].every((family) => socket.dump(request(family), told) === 0);
  } finally {
    socket.close();
  }
}
