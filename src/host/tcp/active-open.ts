// Active OPEN (RFC 9293 section 3.10.1): the way to the peer, a local port, a tuple of its own, and the SYN.

import {
  Err,
  type ErrorEndpoints,
  openActive,
  openFast,
  sendFirstSyn,
  since,
  type Tcb,
  type TcpConfig,
  TcpError,
  tcpError,
} from '../../tcp/index.ts';
import { type IpAddress, isValidTcpSource } from '../../wire/index.ts';
import { copySockets, type FourTuple, NONE, type Octets, octetsOf } from '../base/index.ts';
import type { Connection, ConnectionHandler } from '../connection/index.ts';
import { endEvent } from './event-end.ts';
import { adopt, mayConnect } from './new-connection.ts';
import type { PortRange } from './ports.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** Added to SND.NXT for the least ISS of a connection that follows one in TIME-WAIT. */
const ISS_STEP = 65_537;

/** Whom an active OPEN is for, from where, and what goes with it. */
export interface OpenOptions {
  readonly remote: IpAddress;
  readonly remotePort: number;
  /** null: the address of the way to the peer (MUST-44). */
  readonly source: IpAddress | null;
  /** 0: one is chosen. */
  readonly localPort: number;
  /** Of which it is chosen; default: those of the host. */
  readonly ports?: PortRange | undefined;
  readonly handler: ConnectionHandler | null;
  /** Settings that differ from the host's. */
  readonly tcp?: Partial<TcpConfig> | undefined;
  /** What IP is asked to do with its packets: see `IpService`. */
  readonly ttl: number;
  readonly tos: number;
  /** UDP port of the peer: segments go in datagrams; 0: they do not. */
  readonly udpPort: number;
  /** Segments are signed (RFC 2385). */
  readonly md5: boolean;
  /** TCP Fast Open. */
  readonly fastOpen?: boolean | undefined;
  /** Octets to be written first. */
  readonly early?: Octets | undefined;
}

/** The connection in SYN-SENT. Throws a TcpError when it cannot begin. */
export function connect(tcp: TcpLayer, o: OpenOptions): Connection {
  const { remote, remotePort, localPort, fastOpen = false } = o;
  if (o.udpPort !== 0 && tcp.tunnelPort === 0)
    throw new TcpError('EINVAL', 'udpPort: the host has no tcpOverUdp', 'connect', peerOf(o));
  if (o.md5 && tcp.md5Keys.find(remote.w0, remote.w1, remote.w2, remote.w3) === null)
    throw new TcpError('EINVAL', 'md5: the host has no key for this peer (setMd5Key)', 'connect', peerOf(o));
  const first = o.early === undefined ? null : octetsOf(o.early, 'connect');
  const { w0, w1, w2, w3 } = remote;
  const path = tcp.ip.path(w0, w1, w2, w3, o.source);
  const toMany = path === null ? tcp.ip.local.isBroadcast(w0, w1, w2, w3) : path.toMany;
  if (toMany || !isValidTcpSource(w0, w1, w2, w3)) throw tcpError(Err.BAD_REMOTE, 'connect', peerOf(o));
  if (path === null) throw tcpError(Err.NET_UNREACHABLE, 'connect', peerOf(o));
  if (!mayConnect(tcp)) throw tcpError(Err.NO_RESOURCES, 'connect', peerOf(o));
  const local = path.source;
  const tcb = tcp.tcbs.take(tcp.configOf(o.tcp));
  const tuple = tcp.opening.between(local, localPort, remote, remotePort);
  if (localPort === 0) tuple.localPort = choosePort(tcp, tuple, o);
  copySockets(tuple, tcb);
  tcb.udpPort = o.udpPort;
  tcb.md5 = o.md5 ? 1 : 0;
  if (tcp.table.tuples.find(tuple) !== NONE && !reuseTimeWait(tcp, tcb, localPort !== 0)) {
    throw tcpError(Err.ADDRESS_IN_USE, 'connect', {
      ...peerOf(o),
      localAddress: local.toString(),
      localPort,
    });
  }
  const c = adopt(tcp, tcb, path);
  c.handler = o.handler;
  c.ttl = o.ttl;
  c.tos = o.tos;
  tcp.counters.activeOpens++;
  if (fastOpen) openFast(tcp.engine, tcb, tcp.fastOpen.mode.clientWithoutCookie);
  else openActive(tcp.engine, tcb);
  if (first !== null) c.write(first).catch(() => c.ended || c.abort()); // no memory: nothing may follow
  if (fastOpen) sendFirstSyn(tcp.engine, tcb);
  endEvent(tcp, c);
  tcp.touched();
  return c;
}

function peerOf({ remote, remotePort }: OpenOptions): ErrorEndpoints {
  return { address: remote.toString(), port: remotePort };
}

/**
 * A port whose tuple is free, or one whose TIME-WAIT can make way. Never one that is listened on: to ourselves it would
 * be a connection of one end with itself.
 */
function choosePort(tcp: TcpLayer, tuple: FourTuple, { ports }: OpenOptions): number {
  const port = tcp.ports.choose(tuple, tcp.portTaken, tcp.portMakesWay, ports);
  if (port === 0) throw tcpError(Err.ADDRESS_NOT_AVAILABLE, 'connect', 'no free port');
  return port;
}

/** Whether the tuple in hand is taken with this local port. */
export function isTaken({ listenerTable, table, opening }: TcpLayer, port: number): boolean {
  opening.localPort = port;
  return listenerTable.has(port) || table.tuples.find(opening) !== NONE;
}

/** Whether what has the tuple in hand, with this local port, can make way. */
export function makesWay(tcp: TcpLayer, port: number): boolean {
  const { listenerTable, table, opening } = tcp;
  opening.localPort = port;
  return !listenerTable.has(port) && mayReuse(tcp, table.tuples.find(opening), false);
}

/** RFC 6191 from our side: timestamps tell a new connection from the one in TIME-WAIT. `named`: its user named the port. */
function mayReuse(
  { config, engine, timeWait, timeWaitReuse }: TcpLayer,
  value: number,
  named: boolean,
): boolean {
  if (value >= 0 || value === NONE || !config.timestamps) return false;
  if (!named && !timeWaitReuse.chooses) return false;
  const old = timeWait.load(~value);
  const afterMs = named ? timeWaitReuse.namedAfterMs : timeWaitReuse.chosenAfterMs;
  return old.ts === 1 && since(engine, old.tsRecentMs) >= afterMs;
}

/** Takes the tuple of a record in TIME-WAIT, if it may. */
function reuseTimeWait(tcp: TcpLayer, tcb: Tcb, named: boolean): boolean {
  const value = tcp.table.find(tcb);
  if (!mayReuse(tcp, value, named)) return false;
  tcb.hasMinIss = 1;
  tcb.minIss = (tcp.timeWait.load(~value).snd.nxt + ISS_STEP) | 0;
  tcp.timeWait.remove(~value);
  return true;
}
