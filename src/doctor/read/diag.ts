// The kernel's own words: struct inet_diag_msg and struct tcp_info (include/uapi/linux/inet_diag.h, tcp.h), in the order of
// octets of the machine; addresses and ports in that of the network.

import { linuxState } from '../../link/index.ts';
import { formatIpv4, formatWords, isMapped } from '../../wire/index.ts';
import { HostSocket, timerOfNumber } from '../socket.ts';

/** Whether the least octet comes first here. */
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const MSG_BYTES = 72;
const AF_INET = 2;
const INET_DIAG_INFO = 2;
/** Addresses whose texts are kept: most sockets have one of few. */
const MOST_TEXTS = 10_000;

/** Reads messages of sock_diag. */
export class DiagReader {
  readonly #texts = new Map<number, string>();

  /** The socket of the message that lies in `octets` from `from` to `to`; null: it is cut short. */
  socket(octets: Uint8Array, from: number, to: number): HostSocket | null {
    if (to - from < MSG_BYTES || to > octets.length) return null;
    const view = new DataView(octets.buffer, octets.byteOffset + from, to - from);
    const socket = new HostSocket();
    const isIpv4 = view.getUint8(0) === AF_INET;
    socket.state = linuxState(view.getUint8(1));
    socket.timer = timerOfNumber(view.getUint8(2));
    socket.retransmits = view.getUint8(3);
    socket.localPort = view.getUint16(4);
    socket.remotePort = view.getUint16(6);
    socket.local = this.#address(view, 8, isIpv4);
    socket.remote = this.#address(view, 24, isIpv4);
    if (socket.timer !== 'none') socket.timerMs = view.getUint32(52, LITTLE);
    socket.recvQ = view.getUint32(56, LITTLE);
    socket.sendQ = view.getUint32(60, LITTLE);
    socket.uid = view.getUint32(64, LITTLE);
    socket.inode = view.getUint32(68, LITTLE);
    for (let at = MSG_BYTES; at + 4 <= view.byteLength; ) {
      const length = view.getUint16(at, LITTLE);
      if (length < 4 || at + length > view.byteLength) break;
      if (view.getUint16(at + 2, LITTLE) === INET_DIAG_INFO) readInfo(socket, view, at + 4, length - 4);
      at += (length + 3) & ~3;
    }
    return socket;
  }

  #address(view: DataView, at: number, isIpv4: boolean): string {
    const w0 = view.getInt32(at);
    if (isIpv4) return this.#ipv4(w0);
    const [w1, w2, w3] = [view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12)];
    return isMapped(w0, w1, w2) ? this.#ipv4(w3) : formatWords(6, w0, w1, w2, w3);
  }

  #ipv4(word: number): string {
    const known = this.#texts.get(word);
    if (known !== undefined) return known;
    const text = formatIpv4(word);
    if (this.#texts.size < MOST_TEXTS) this.#texts.set(word, text);
    return text;
  }
}

/** struct tcp_info, as much of it as this kernel has: it grows at its end. */
function readInfo(socket: HostSocket, view: DataView, from: number, length: number): void {
  const u32 = (at: number): number => (at + 4 <= length ? view.getUint32(from + at, LITTLE) : 0);
  const u64 = (at: number): number =>
    at + 8 > length
      ? 0
      : view.getUint32(from + at + (LITTLE ? 0 : 4), LITTLE) +
        view.getUint32(from + at + (LITTLE ? 4 : 0), LITTLE) * 4_294_967_296;
  if (length < 104) return;
  const { state } = socket;
  // A listener's numbers are other ones.
  if (state === 'LISTEN' || state === 'TIME-WAIT' || state === 'SYN-RECEIVED') return;
  socket.hasInfo = true;
  socket.backoff = view.getUint8(from + 4);
  socket.rto = u32(8) / 1000;
  socket.mss = u32(16);
  socket.unacked = u32(24);
  socket.lastSnd = u32(44);
  socket.lastRcv = u32(52);
  socket.lastAck = u32(56);
  socket.pmtu = u32(60);
  socket.rtt = u32(68) / 1000;
  socket.cwnd = u32(80);
  socket.retransTotal = u32(100);
  socket.bytesAcked = u64(120);
  socket.bytesReceived = u64(128);
  socket.segsOut = u32(136);
  socket.notSent = u32(144);
  // ~0 until there is a first measurement.
  const minRtt = u32(148);
  socket.minRtt = minRtt === 0xffffffff ? 0 : minRtt / 1000;
  socket.busyMs = u64(168) / 1000;
  socket.rwndLimitedMs = u64(176) / 1000;
  socket.sndbufLimitedMs = u64(184) / 1000;
  socket.bytesSent = u64(200);
  socket.bytesRetrans = u64(208);
  socket.dsackDups = u32(216);
  socket.reordSeen = u32(220);
}
