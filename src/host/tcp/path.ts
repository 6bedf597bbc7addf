// Where the packets of a connection go, and how large they may be (RFC 1191, RFC 8201). Nobody is told of a change:
// a connection looks before it does anything. So a router's report, or a new route, costs nothing for connections that
// have nothing to send.

import { pathMtu } from '../../tcp/index.ts';
import type { Connection } from '../connection/index.ts';
import type { Way } from '../ip/index.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Before a connection does anything: what became of its path meanwhile. */
export function followPath(tcp: TcpLayer, c: Connection): void {
  const { ip, pmtu } = tcp;
  if (c.pmtuEpoch === pmtu.epoch && c.pathEpoch === ip.epoch) return;
  if (c.pathEpoch !== ip.epoch) {
    const { r0, r1, r2, r3 } = c.tcb;
    c.path = ip.way(r0, r1, r2, r3);
    c.pathEpoch = ip.epoch;
  }
  if (c.path !== null) learnMtu(tcp, c, c.path);
}

/** The MTU of the interface, and that of the path when a router has reported one. */
export function learnMtu(tcp: TcpLayer, c: Connection, path: Way): void {
  const { pmtu, nowMs } = tcp;
  const { tcb } = c;
  const { r0, r1, r2, r3 } = tcb;
  const { mtu } = path.iface;
  tcb.mtu = mtu;
  // No link cuts inside datagrams, or signs.
  tcb.gso = tcb.udpPort === 0 && tcb.md5 === 0 ? (path.iface.offload?.gso.maxOctets ?? 0) : 0;
  c.pmtuEpoch = pmtu.epoch;
  const known = pmtu.get(r0, r1, r2, r3, nowMs);
  if (known !== 0) c.pmtuUntilMs = pmtu.until(r0, r1, r2, r3);
  else if (nowMs < c.pmtuUntilMs && tcb.pmtu <= mtu) return; // pushed out, but no older for that
  pathMtu(tcp.engine, tcb, known === 0 ? mtu : Math.min(known, mtu));
}
