// What a host waits for, in sentences: for the errors of a world that stands still or runs away.

import { type Engine, receivable, State, type Tcb } from '../tcp/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import type { Connection, Listener } from './connection/index.ts';
import type { UdpSocket } from './udp/index.ts';

/** Connections and listeners that are told of, each; of the others the number. */
const MOST = 10;

/** A line for everything in a host that waits for something, or that others may wait for. */
export function report(
  name: string,
  engine: Engine,
  connections: Iterable<Connection>,
  listeners: readonly Listener[],
  sockets: readonly UdpSocket[],
): string[] {
  const told = (lines: readonly string[], what: string): string[] => [
    ...lines.slice(0, MOST).map((line) => `${name}: ${line}`),
    ...(lines.length > MOST ? [`${name}: … and ${lines.length - MOST} more ${what}`] : []),
  ];
  return [
    ...told(
      [...connections].map((c) => ofConnection(engine, c)),
      'connections',
    ),
    ...told(listeners.flatMap(ofListener), 'listeners'),
    ...told(sockets.flatMap(ofSocket), 'UDP sockets'),
  ];
}

function ofConnection(engine: Engine, c: Connection): string {
  const parts = [...callsOf(c), ...unreadOf(c), ...timersOf(engine, c.tcb)];
  const local = formatEndpoint(c.localAddress, c.localPort);
  const remote = formatEndpoint(c.remoteAddress, c.remotePort);
  return `${local} -> ${remote} ${c.state}: ${parts.join('; ') || 'nothing is pending'}`;
}

/** What its user waits for. */
function callsOf(c: Connection): string[] {
  const { opening, reads, writes, waitingBytes, ending } = c.waitingCalls;
  return [
    ...(opening ? ['connect() waits for the peer'] : []),
    ...(reads > 0 ? [`${calls(reads, 'read()')} for text of the peer`] : []),
    ...(writes > 0 ? [`${calls(writes, 'write()')} for room for ${octets(waitingBytes)}`] : []),
    ...(ending ? ["end() waits for the peer's acknowledgment"] : []),
  ];
}

/** Octets that keep its window closed. */
function unreadOf(c: Connection): string[] {
  const unread = receivable(c.tcb);
  if (unread === 0) return [];
  return [
    `it has ${octets(unread)} that nobody reads${c.listener === null ? '' : ': nobody has accepted it'}`,
  ];
}

function timersOf(engine: Engine, tcb: Tcb): string[] {
  const { timer, snd, config } = tcb;
  const flight = (snd.nxt - snd.una) | 0;
  const queued = octets(Math.max(0, (snd.end - snd.una - snd.syn) | 0));
  const unanswered = tcb.rto.timeouts === 0 ? '' : `, after ${tcb.rto.timeouts} in vain`;
  const what = snd.syn === 1 ? `the SYN is not acknowledged` : `${octets(flight)} are not acknowledged`;
  const silence =
    tcb.keepProbes === 0 ? '' : `: ${tcb.keepProbes} of ${config.keepAliveCount} were not answered`;
  const all: readonly (readonly [number, string])[] = [
    [timer.rexmt, `retransmission in %${unanswered}: ${what}`],
    [
      timer.persist,
      snd.wnd === 0
        ? `persist timer in %: the peer's window is closed, ${queued} wait until its program reads`
        : `persist timer in %: ${queued} wait for more, or for an acknowledgment`,
    ],
    [timer.delack, 'delayed ACK in %'],
    [timer.keep, `keep-alive in %${silence}`],
    [timer.user, 'it gives up in %'],
    [timer.wait, tcb.state === State.TIME_WAIT ? '2 MSL over in %' : 'FIN-WAIT-2 ends in %'],
  ];
  return all
    .filter(([at]) => at !== 0)
    .map(([at, text]) => text.replace('%', span(Math.max(0, (at - engine.ms) | 0))));
}

function ofListener(l: Listener): string[] {
  const where = l.address === null ? `*:${l.port}` : formatEndpoint(`${l.address}`, l.port);
  const { waitingAccepts: accepts, acceptQueueLength: queued } = l;
  return [
    ...(accepts > 0 ? [`listener ${where}: ${calls(accepts, 'accept()')} for a connection`] : []),
    ...(queued > 0
      ? [
          `listener ${where}: nobody accepts ${queued === 1 ? 'the connection' : `the ${queued} connections`} in its queue`,
        ]
      : []),
  ];
}

function ofSocket(s: UdpSocket): string[] {
  if (s.waitingReceives === 0) return [];
  const where = s.address === null ? `*:${s.port}` : formatEndpoint(`${s.address}`, s.port);
  return [`UDP ${where}: ${calls(s.waitingReceives, 'receive()')} for a datagram`];
}

/** 'read() waits', '2 read() wait'. */
function calls(n: number, call: string): string {
  return n === 1 ? `${call} waits` : `${n} ${call} wait`;
}

/** '65,536 octets'. */
function octets(n: number): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${n === 1 ? 'octet' : 'octets'}`;
}

/** '200 ms', '1.5 s', '7200 s'. */
function span(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(ms < 10_000 ? 1 : 0))} s`;
}
