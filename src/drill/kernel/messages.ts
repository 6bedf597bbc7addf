// struct msghdr of recvmsg and sendmsg, and the control messages that the kernel writes (cmsg(3), ip(7), socket(7)).

import { type ControlMessage, constant, type Message } from '../../socket/posix/index.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { LITTLE } from './sockaddr.ts';

/** Octets of struct msghdr, struct iovec and the head of struct cmsghdr, on machines of 64 bits. */
const MSGHDR = 56;
const IOVEC = 16;
const CMSGHDR = 16;
/** Room for control messages. */
const CONTROL = 512;

const SOL_SOCKET = constant('SOL_SOCKET');
const SCM_TIMESTAMPING = constant('SCM_TIMESTAMPING');
const RECVERR = new Map([
  [constant('SOL_IP'), constant('IP_RECVERR')],
  [constant('SOL_IPV6'), constant('IPV6_RECVERR')],
]);

/** A struct msghdr of `buffers` with room for control messages. */
class Header {
  readonly bytes = pinnedBytes(MSGHDR);
  readonly control: Uint8Array;
  /** What it points to, which must live as long as it does. */
  readonly pointsTo: readonly Uint8Array[];

  constructor(libc: SocketLibc, buffers: readonly Uint8Array[], control: number) {
    const vector = pinnedBytes(Math.max(IOVEC * buffers.length, 1));
    const entries = new DataView(vector.buffer);
    for (const [i, buffer] of buffers.entries()) {
      entries.setBigUint64(IOVEC * i, BigInt(libc.addressOf(buffer)), LITTLE);
      entries.setBigUint64(IOVEC * i + 8, BigInt(buffer.length), LITTLE);
    }
    this.control = pinnedBytes(Math.max(control, 1));
    const dv = new DataView(this.bytes.buffer);
    dv.setBigUint64(16, BigInt(libc.addressOf(vector)), LITTLE);
    dv.setBigUint64(24, BigInt(buffers.length), LITTLE);
    dv.setBigUint64(32, control === 0 ? 0n : BigInt(libc.addressOf(this.control)), LITTLE);
    dv.setBigUint64(40, BigInt(control), LITTLE);
    this.pointsTo = [vector, ...buffers];
  }

  get controlLength(): number {
    return Number(new DataView(this.bytes.buffer).getBigUint64(40, LITTLE));
  }
  get flags(): number {
    return new DataView(this.bytes.buffer).getInt32(48, LITTLE);
  }
}

/** sendmsg; what libc's has returned. */
export function sendMessage(
  libc: SocketLibc,
  fd: number,
  buffers: readonly Uint8Array[],
  flags: number,
): number {
  const header = new Header(libc, buffers, 0);
  return libc.sendmsg(fd, libc.addressOf(header.bytes), flags);
}

/** recvmsg; what libc's has returned, and the message. `toUs`: a time of CLOCK_REALTIME in microseconds to one of the target. */
export function receiveMessage(
  libc: SocketLibc,
  fd: number,
  max: number,
  flags: number,
  toUs: (realUs: number) => number,
): { n: number; message: Message } {
  const buffer = pinnedBytes(Math.max(1, max));
  const header = new Header(libc, [buffer.subarray(0, max)], CONTROL);
  const n = libc.recvmsg(fd, libc.addressOf(header.bytes), flags);
  const control = n < 0 ? [] : readControl(header.control.subarray(0, header.controlLength), toUs);
  return { n, message: { octets: buffer.subarray(0, Math.max(0, n)), flags: header.flags, control } };
}

/** Control messages; one whose data are not known here is given with the number that it begins with. */
export function readControl(bytes: Uint8Array, toUs: (realUs: number) => number): ControlMessage[] {
  const dv = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const out: ControlMessage[] = [];
  for (let at = 0; at + CMSGHDR <= bytes.length; ) {
    const length = Number(dv.getBigUint64(at, LITTLE));
    if (length < CMSGHDR || at + length > bytes.length) break;
    const level = dv.getInt32(at + 8, LITTLE);
    const type = dv.getInt32(at + 12, LITTLE);
    out.push({ level, type, data: controlData(dv, at + CMSGHDR, length - CMSGHDR, level, type, toUs) });
    at += Math.ceil(length / 8) * 8;
  }
  return out;
}

function controlData(
  dv: DataView,
  at: number,
  length: number,
  level: number,
  type: number,
  toUs: (realUs: number) => number,
): ControlMessage['data'] {
  if (RECVERR.get(level) === type && length >= 16) {
    return {
      errno: dv.getUint32(at, LITTLE),
      origin: dv.getUint8(at + 4),
      type: dv.getUint8(at + 5),
      code: dv.getUint8(at + 6),
      info: dv.getUint32(at + 8, LITTLE),
      data: dv.getUint32(at + 12, LITTLE),
    };
  }
  if (level === SOL_SOCKET && type === SCM_TIMESTAMPING && length >= 16) {
    const us = Number(dv.getBigInt64(at, LITTLE)) * 1e6 + Number(dv.getBigInt64(at + 8, LITTLE)) / 1000;
    return { us: toUs(us) };
  }
  return length >= 4 ? dv.getInt32(at, LITTLE) : 0;
}
