// /proc/net/tcp and tcp6: what every Linux has, and tells with cat. No struct tcp_info, no process, no bound of a listener.

import { linuxState } from '../../link/index.ts';
import { formatIpv4, formatWords, isMapped } from '../../wire/index.ts';
import { HostSocket, timerOfNumber, UNKNOWN } from '../socket.ts';

const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]{8}):([0-9A-F]{8}) ([0-9A-F]{2}):([0-9A-F]{8}) ([0-9A-F]{8}) +(\d+) +\d+ (\d+)/;

/** Of a jiffy as user space has it (USER_HZ). */
const MS = 10;

/** One 32-bit word as it lies in the memory of a machine whose least octet comes first, as nearly all are. */
function word(hex: string, at: number): number {
  const value = Number.parseInt(hex.slice(at, at + 8), 16);
  return ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

function address(hex: string): string {
  if (hex.length === 8) return formatIpv4(word(hex, 0));
  const [w0, w1, w2, w3] = [word(hex, 0), word(hex, 8), word(hex, 16), word(hex, 24)];
  return isMapped(w0, w1, w2) ? formatIpv4(w3) : formatWords(6, w0, w1, w2, w3);
}

/** The socket of a line, or null: it is none. */
export function readProcNetLine(line: string): HostSocket | null {
  const found = LINE.exec(line);
  if (found === null) return null;
  const [, local = '', localPort = '', remote = '', remotePort = '', state = ''] = found;
  const socket = new HostSocket();
  socket.state = linuxState(Number.parseInt(state, 16));
  socket.local = address(local);
  socket.localPort = Number.parseInt(localPort, 16);
  socket.remote = address(remote);
  socket.remotePort = Number.parseInt(remotePort, 16);
  socket.recvQ = Number.parseInt(found[7] as string, 16);
  socket.sendQ = socket.state === 'LISTEN' ? UNKNOWN : Number.parseInt(found[6] as string, 16);
  socket.timer = timerOfNumber(Number.parseInt(found[8] as string, 16));
  if (socket.timer !== 'none') socket.timerMs = Number.parseInt(found[9] as string, 16) * MS;
  socket.retransmits = Number.parseInt(found[10] as string, 16);
  socket.uid = Number(found[11]);
  socket.inode = Number(found[12]);
  return socket;
}
