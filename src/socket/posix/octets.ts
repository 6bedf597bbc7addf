// What sockets need of a connection that its promise API has no word for.

import type { Connection } from '../../host/index.ts';
import { checkConfig, setReceiveBuffer, type TcpConfig, withSettings } from '../../tcp/index.ts';

/** MSG_PEEK: copies what could be read into `dst`; how many octets, -1 when the connection has ended. */
export function peekInto(c: Connection, dst: Uint8Array): number {
  if (c.ended) return -1;
  const n = Math.min(c.readableLength, dst.length);
  if (n > 0) c.rcvRing.copyOut(c.tcb.rcv.user, dst, 0, n);
  return n;
}

/** Changes settings of a live connection. Throws RangeError. */
export function configure(c: Connection, settings: Partial<TcpConfig>): void {
  const { tcb } = c;
  tcb.config = checkConfig(withSettings(tcb.config, settings));
  if (settings.sendBuffer !== undefined) tcb.snd.buf = settings.sendBuffer;
  if (settings.maxMss !== undefined && settings.maxMss !== 0)
    tcb.snd.mss = Math.min(tcb.snd.mss, settings.maxMss);
  if (settings.receiveBuffer !== undefined) setReceiveBuffer(tcb, settings.receiveBuffer);
  if (settings.userTimeoutMs !== undefined && settings.userTimeoutMs !== tcb.userTimeoutMs) {
    c.setUserTimeout(settings.userTimeoutMs);
  }
  // Idle time and interval count from now.
  if (tcb.keepAlive === 1 && settings.keepAliveIdleMs !== undefined) c.setKeepAlive(true);
}
