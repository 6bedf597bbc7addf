// What ICMP tells of segments of ours (RFC 9293 section 3.9.2.2), if it is true (RFC 5927): errors, and that a packet
// was too big for a link (RFC 1191, RFC 8201).

import { Err, IcmpCause, icmpError, quotesFlight, State } from '../../tcp/index.ts';
import type { IpPacket } from '../../wire/index.ts';
import type { Connection } from '../connection/index.ts';
import type { Quoted } from '../ip/index.ts';
import { endEvent } from './event-end.ts';
import { followPath } from './path.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** One that no reported MTU takes. */
const LARGEST_PACKET = 0x10000;

/** The connection that sent what is quoted; null: there is none. */
function quoted(tcp: TcpLayer, q: Quoted): Connection | null {
  const c = tcp.connection(tcp.table.findQuoted(q));
  return c !== null && c.tcb.udpPort === q.udpPort ? c : null;
}

/** An error; false: the quoted segment is nobody's. */
export function errorArrives(tcp: TcpLayer, q: Quoted, cause: IcmpCause, error: Err): boolean {
  const c = quoted(tcp, q);
  if (c === null || !icmpError(tcp.engine, c.tcb, q.seq, cause, error)) return false;
  endEvent(tcp, c);
  return true;
}

/** The quoted packet was too big for a link of `mtu` octets; false: it is nobody's, or nothing new. */
export function tooBigArrives(tcp: TcpLayer, q: Quoted, mtu: number): boolean {
  const c = quoted(tcp, q);
  if (c === null || !quotesFlight(c.tcb, q.seq)) return false;
  const { pmtu, nowMs } = tcp;
  const { dst0, dst1, dst2, dst3 } = q.packet;
  const known = pmtu.get(dst0, dst1, dst2, dst3, nowMs);
  const current = known === 0 ? c.tcb.mtu : Math.min(known, c.tcb.mtu);
  const doubts = c.tcb.config.doubtsMtu || mtu === 0;
  const size = doubts ? q.packet.totalLen : LARGEST_PACKET;
  pmtu.report(dst0, dst1, dst2, dst3, mtu, size, current, nowMs);
  if (c.pmtuEpoch === pmtu.epoch) return false;
  followPath(tcp, c); // others to this destination follow when they next have something to do
  endEvent(tcp, c);
  return true;
}

/** The next hop of a packet of ours is not there: every active open by way of it fails. */
export function nextHopUnreachable(tcp: TcpLayer, { dst0, dst1, dst2, dst3 }: IpPacket): void {
  const way = tcp.ip.way(dst0, dst1, dst2, dst3);
  if (way === null) return;
  const { iface, hop0, hop1, hop2, hop3 } = way;
  for (const c of tcp.table.all) {
    const path = c?.path ?? null;
    if (c === null || path === null || c.atRest || path.iface !== iface) continue;
    if (c.tcb.state !== State.SYN_SENT) continue;
    if (path.hop3 !== hop3 || path.hop2 !== hop2 || path.hop1 !== hop1 || path.hop0 !== hop0) continue;
    icmpError(tcp.engine, c.tcb, c.tcb.snd.una, IcmpCause.NEXT_HOP, Err.HOST_UNREACHABLE);
    endEvent(tcp, c);
  }
}
