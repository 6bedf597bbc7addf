// How the connections of a host end when it is closed: in order as far as the peers let them, then by a RST.

import { Err, State } from '../../tcp/index.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Options of `host.close`. */
export interface CloseOptions {
  /** How long connections may take to end in order, in milliseconds of the host's time. Default 2000; 0: no time. */
  timeoutMs?: number;
}

/** Default of {@link CloseOptions.timeoutMs}. */
export const CLOSE_TIMEOUT_MS = 2000;

/**
 * Closes the listeners and sends every connection's FIN, after what was written (CLOSE, RFC 9293 section 3.10.4);
 * what has not ended after `timeoutMs` is aborted (section 3.10.5). Then there is no connection any more.
 */
export async function endConnections(tcp: TcpLayer, timeoutMs: number): Promise<void> {
  tcp.closeListeners();
  const open = [...tcp.connections()];
  const ends: Promise<void>[] = [];
  for (const c of open) {
    if (timeoutMs === 0 || c.tcb.state === State.SYN_SENT) continue;
    c.tell(c.handler?.closing);
    c.end().catch(() => {}); // `closed` tells
    ends.push(c.closed.catch(() => {}));
  }
  // A connection that is opening has nobody to wait for.
  for (const c of open) if (c.tcb.state === State.SYN_SENT) tcp.abort(c, Err.HOST_CLOSED);
  if (ends.length > 0) {
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = tcp.waits.after(timeoutMs, resolve);
    });
    await Promise.race([Promise.all(ends), late]);
    cancel();
  }
  for (const c of [...tcp.connections()]) tcp.abort(c, Err.HOST_CLOSED);
}
