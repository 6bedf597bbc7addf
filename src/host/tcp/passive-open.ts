// Passive OPEN (RFC 9293 section 3.10.1), and what becomes of a SYN at a listener: its two queues, and the connection
// that it makes.

import { close, Err, openPassive, State, Tcb, tcpError } from '../../tcp/index.ts';
import { addressFromWords, FIN, type IpAddress, type Segment } from '../../wire/index.ts';
import { FourTuple } from '../base/index.ts';
import { Listener, type ListenOptions } from '../connection/index.ts';
import { EVERY_PORT } from './listener-table.ts';
import { child, mayConnect } from './new-connection.ts';
import { sendCookie } from './syn-cookie-handshake.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** A listener on `address`; null: on all of ours. Throws EADDRINUSE. */
export function listen(tcp: TcpLayer, options: ListenOptions, address: IpAddress | null): Listener {
  const { port, any = false, family = 0 } = options;
  const chosen = port === 0 ? freeListenPort(tcp, address) : (port ?? EVERY_PORT);
  if (tcp.listenerTable.taken(chosen, address, family, any)) {
    throw tcpError(Err.ADDRESS_IN_USE, 'listen', { address: `${address ?? '::'}`, port: chosen });
  }
  const tcb = new Tcb(tcp.configOf(options.tcp));
  tcb.localPort = chosen;
  openPassive(tcp.engine, tcb);
  const listener = new Listener(tcp.calls, tcb, address, chosen, options);
  tcp.listenerTable.add(listener);
  return listener;
}

function freeListenPort(tcp: TcpLayer, address: IpAddress | null): number {
  const any = address ?? addressFromWords(4, 0, 0, 0xffff, 0);
  const port = tcp.ports.choose(new FourTuple().between(any, 0, any, 0), (p) => tcp.listenerTable.has(p));
  if (port === 0) throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'listen', 'no free port');
  return port;
}

/** Stops listening: what is half-open is reset (section 3.10.4, CLOSE in LISTEN). */
export function stopListening(tcp: TcpLayer, listener: Listener): void {
  tcp.listenerTable.remove(listener);
  tcp.synRequests.closed(listener);
  tcp.rest.wakeAllOf(listener);
  for (const c of tcp.table.all) {
    if (c !== null && c.listener === listener && c.tcb.state === State.SYN_RECEIVED) tcp.calls.abort(c);
  }
  close(tcp.engine, listener.tcb);
}

/** The listener for the segment in hand. */
export function listenerFor(tcp: TcpLayer): Listener | null {
  const { l0, l1, l2, l3 } = tcp.arriving;
  const { local, epoch } = tcp.ip;
  return tcp.listenerTable.find(tcp.arriving, local.isOwn(l0, l1, l2, l3, epoch));
}

/** A SYN has arrived at a listener: see `Output.spawn`. */
export function spawn(tcp: TcpLayer, listen: Tcb, seg: Segment): Tcb | null {
  const { counters } = tcp;
  const listener = listenerFor(tcp) as Listener;
  if (!listener.acceptQueueOpen) {
    counters.acceptOverflows++;
    return null;
  }
  if (listener.synCookies === 'always') {
    sendCookie(tcp, listener, seg);
    return null;
  }
  if (listener.synQueueLength >= listener.synBacklog) {
    counters.synOverflows++;
    if (listener.synCookies === true) sendCookie(tcp, listener, seg);
    return null;
  }
  const c = mayConnect(tcp) ? child(tcp, listener) : null;
  if (c === null) return null;
  c.tcb.state = listen.state;
  if (tcp.reopening) {
    c.tcb.hasMinIss = 1;
    c.tcb.minIss = tcp.minIss;
  }
  return c.tcb;
}

/** The handshake of a passive open is about to complete: see `Output.admit`. */
export function admit(tcp: TcpLayer, tcb: Tcb): boolean {
  const { listener } = tcp.table.of(tcb);
  if (listener === null) return true;
  const { textLen, ctl } = tcp.seg;
  if (textLen === 0 && (ctl & FIN) === 0 && tcb.rto.timeouts < listener.deferAccept) return false;
  return hasPlace(tcp, listener);
}

/** A SYN wants a new connection in place of one in TIME-WAIT: see `Output.reopen`. */
export function reopen(tcp: TcpLayer, minIss: number): boolean {
  const listener = listenerFor(tcp);
  if (listener === null || !hasPlace(tcp, listener)) return false;
  tcp.reopening = true;
  tcp.minIss = minIss;
  return true;
}

/** False, and counted, when the accept queue is full. */
function hasPlace({ counters }: TcpLayer, listener: Listener): boolean {
  if (listener.acceptQueueOpen) return true;
  counters.acceptOverflows++;
  return false;
}
